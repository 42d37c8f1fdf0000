//! `doudi verify --integrity`: that the bytes hold together and are their signers' own. It says what it did not look at.

use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use ledger::audit::{self, Intact};
use serde_json::json;

use super::super::Report;
use super::judging::Judging;
use crate::failure::Failure;

/// What was looked at, for scripts and for people.
const CHECKED: &[(&str, &str)] = &[
    ("leaves", "每条记录的哈希和整棵默克尔树"),
    ("checkpoint", "存证头与所用日志密钥"),
    ("signatures", "每个动作的格式与签名"),
    ("keys", "密钥的登记、更换、吊销和失密"),
    ("chains", "每人的动作链与所见的存证头"),
    ("manifests", "每份清单的行数、行号、行的种类和根"),
];

/// What was not, although the full verification looks at it.
const NOT_CHECKED: &[(&str, &str)] = &[
    ("line_bodies", "清单行的写法与清单总额"),
    ("laws", "业务规则（岗位、岗位分离、审批、资金不为负等）"),
    ("books", "账目"),
    ("months", "月结数据"),
    ("papers", "留存的银行文件与通报"),
    ("vault", "保险库"),
];

/// # Errors
/// The first divergence, or a file that cannot be read.
pub(in crate::cli) fn verify(
    path: &Path,
    trust: Option<&Path>,
    known: Option<&Path>,
) -> Result<Intact, Failure> {
    let judging = Judging::open(path, trust, known)?;
    judging.judge("完整性核验", audit::verify_integrity, Intact::signed_by_valid_keys)
}

/// What a ledger that is intact is told to be.
pub(super) fn report(intact: &Intact) -> Report {
    let root = BASE64.encode(intact.root.0);
    let words = |of: &[(&str, &'static str)]| of.iter().map(|(_, zh)| *zh).collect::<Vec<_>>();
    let names = |of: &[(&'static str, &str)]| of.iter().map(|(name, _)| *name).collect::<Vec<_>>();
    let text = format!(
        "完整性核验通过：{}条记录（动作{}，清单行{}），根 {root}\n存证头覆盖{}条。\n已核：{}。\n\
         未核：{}。要核这些，请不带 --integrity 再核验一次。",
        intact.size,
        intact.acts,
        intact.lines,
        intact.checkpointed,
        words(CHECKED).join("；"),
        words(NOT_CHECKED).join("；"),
    );
    let json = json!({
        "ok": true,
        "scope": "integrity",
        "checked": names(CHECKED),
        "not_checked": names(NOT_CHECKED),
        "size": intact.size,
        "root": root,
        "acts": intact.acts,
        "lines": intact.lines,
        "checkpointed": intact.checkpointed,
        "log_keys": intact.log_keys().collect::<Vec<_>>(),
        "vault_checked": false,
        "first_divergence": null,
    });
    Report { json, text }
}
