//! `doudi verify`: everything, from the files and a trust file alone. Stops at the first divergence.
//! With `--integrity`: only that the bytes hold together and are their signers' own (`integrity`).

mod integrity;
mod judging;

use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use ledger::audit::{self, Audited, Divergence};
use ledger::log::{LogFailure, Restored, SignedNote};
use ledger::trust::{Trust, TrustProblem};
use serde_json::{Value, json};

use super::{Report, verify_proof};
use crate::desk::{papers, vault_audit};
use crate::failure::Failure;
use judging::Judging;

#[derive(clap::Args)]
pub(super) struct Args {
    /// 台账目录，export tiles、export pack 的输出目录，或 export container、proof、consistency 的输出文件 (ledger or export)
    path: PathBuf,
    /// 信任目录 (trust folder)；不指明时用台账自带的一份，只能发现损坏，不能发现整本伪造
    #[arg(long)]
    trust: Option<PathBuf>,
    /// 以前自己保管的存证头 (a checkpoint kept from before: `last-signed` or an export's `checkpoint`)：
    /// 持有日志私钥的人把整本台账截短或改写，只有它能查出
    #[arg(long)]
    known: Option<PathBuf>,
    /// 核验在账证明 (tlog-proof) 时，该条记录的原文 (entry)
    #[arg(long, requires = "trust")]
    entry: Option<PathBuf>,
    /// 要求最新存证头已由足够的见证人签署：策略文件；不写文件名则用信任目录中的 policy (tlog-policy)
    #[arg(long, num_args = 0..=1)]
    #[expect(
        clippy::option_option,
        reason = "absent, present, present with a file: the parser's own form"
    )]
    witness_policy: Option<Option<PathBuf>>,
    /// 只做完整性核验 (integrity only)：记录、默克尔树、存证头、签名、动作链、清单；
    /// 业务规则、账目、月结数据不核，快得多，内存也少
    #[arg(long, conflicts_with = "entry")]
    integrity: bool,
}

pub(super) fn run(args: &Args) -> Result<Report, Failure> {
    if args.path.is_file() {
        let Some(trust) = &args.trust else {
            return Err(Failure::usage(
                "核验单个文件，请用 --trust 指明监督方自己保管的信任目录。",
            ));
        };
        let trust = trusted(folder_of(trust))?;
        let proof = verify_proof::of(&args.path)?;
        if let Some(proof) = proof {
            if args.integrity {
                return Err(Failure::usage("--integrity 用于核验台账或其导出，不用于证明文件。"));
            }
            return proof.judge(&trust, args.entry.as_deref(), args.known.as_deref());
        }
    }
    if args.entry.is_some() {
        return Err(Failure::usage("--entry 只用于核验 doudi export proof 生成的在账证明文件。"));
    }
    let (trust, known) = (args.trust.as_deref(), args.known.as_deref());
    let mut report = if args.integrity {
        integrity::report(&integrity::verify(&args.path, trust, known)?)
    } else {
        let (audited, vault) = verify_against(&args.path, trust, known)?;
        holds(&audited, vault.as_deref())
    };
    say_whose_trust(&mut report, trust.is_some());
    if let Some(note) = Restored::read(&args.path) {
        report.text.push('\n');
        report.text.push_str(&note.words());
        if let Some(fields) = report.json.as_object_mut() {
            fields.insert("restored_at".to_owned(), note.at.size.into());
        }
    }
    if let Some(policy) = &args.witness_policy {
        let trust = trust_folder(&args.path, args.trust.as_deref());
        let said = super::witness::demand(&args.path, &trust, policy.as_deref())?;
        report.text.push('\n');
        report.text.push_str(&said);
    }
    Ok(report)
}

/// The trust folder that is meant: the one given, the folder of the file given, or the ledger's own.
fn trust_folder(path: &Path, given: Option<&Path>) -> PathBuf {
    given.map_or_else(|| path.join("trust"), |given| folder_of(given).to_owned())
}

pub(super) use integrity::verify as verify_integrity;

/// Verifies a ledger's folder or an exported one. Gives the vault's account too where there is a vault.
///
/// # Errors
/// The first divergence, or a file that cannot be read.
pub(crate) fn verify(
    path: &Path,
    trust: Option<&Path>,
) -> Result<(Audited, Option<String>), Failure> {
    verify_against(path, trust, None)
}

fn verify_against(
    path: &Path,
    trust: Option<&Path>,
    known: Option<&Path>,
) -> Result<(Audited, Option<String>), Failure> {
    let judging = Judging::open(path, trust, known)?;
    let by_books = |audited: &Audited, note: &SignedNote, size| {
        audit::signed_by_valid_keys(note, &audited.books, size)
    };
    let audited = judging.judge("核验", audit::verify, by_books)?;
    let views = path.join("views");
    if let Some(container) = &judging.container {
        let read = |period| container.beside(&format!("views/{period}.json"));
        audit::verify_months(&audited, &read)?;
        return Ok((audited, None));
    }
    if views.is_dir() || judging.is_ledger {
        let read = |period| std::fs::read(views.join(format!("{period}.json"))).ok();
        audit::verify_months(&audited, &read)?;
    }
    papers::agree(path, &audited)?;
    let vault = vault_audit::agrees(path, &audited)?;
    Ok((audited, vault))
}

/// Reads a trust folder: what it lacks is a divergence, unless the machine kept it from being read.
fn trusted(folder: &Path) -> Result<Trust, Failure> {
    Trust::read(folder).map_err(|why| match why {
        TrustProblem::Unread { .. } => Failure::from(why),
        TrustProblem::File { .. } | TrustProblem::Mismatch { .. } => Failure::Diverged(why.into()),
    })
}

/// The trust folder, also where one of the two files in it is named.
fn folder_of(trust: &Path) -> &Path {
    if trust.is_file() { trust.parent().unwrap_or(Path::new(".")) } else { trust }
}

/// A checkpoint that the auditor kept; it counts only once its signatures are verified.
pub(super) fn kept(path: &Path) -> Result<SignedNote, Failure> {
    let bytes = std::fs::read(path).map_err(|why| Failure::file(path, &why))?;
    Ok(SignedNote::parse(&bytes).map_err(Divergence::from)?)
}

/// What the log says of itself: a divergence, unless the machine kept it from being read at all.
pub(super) fn judged(why: LogFailure) -> Failure {
    let failure = Failure::from(why.clone());
    if failure.exit_code() == 3 { failure } else { Failure::Diverged(why.into()) }
}

/// The document of DESIGN §8.
pub(crate) fn document(audited: &Audited) -> Value {
    json!({
        "ok": true,
        "size": audited.size,
        "root": BASE64.encode(audited.root.0),
        "acts": audited.acts,
        "lines": audited.lines,
        "checkpointed": audited.checkpointed,
        "log_keys": audited.books.log_keys.at(audited.size).map(|key| &key.vkey).collect::<Vec<_>>(),
        "months": audited.months.keys().collect::<Vec<_>>(),
        "first_divergence": null,
    })
}

/// What a person reads of a ledger that holds.
pub(crate) fn sentence(audited: &Audited, vault: Option<&str>) -> String {
    let mut text = format!(
        "核验通过：{}条记录（动作{}，清单行{}），根 {}\n存证头覆盖{}条；已月结{}个月；签名、动作链、清单、岗位分离、资金不为负、月结均成立。",
        audited.size,
        audited.acts,
        audited.lines,
        BASE64.encode(audited.root.0),
        audited.checkpointed,
        audited.months.len(),
    );
    if let Some(vault) = vault {
        text.push('\n');
        text.push_str(vault);
    }
    text
}

fn holds(audited: &Audited, vault: Option<&str>) -> Report {
    let mut json = document(audited);
    if let Some(fields) = json.as_object_mut() {
        // What this run could not look at, so that a script does not take silence for proof.
        let is_checked = vault.is_some_and(|vault| !vault.contains("未核对"));
        fields.insert("vault_checked".to_owned(), is_checked.into());
        fields.insert("scope".to_owned(), "full".into());
    }
    Report { json, text: sentence(audited, vault) }
}

/// A verdict is worth what the trust file is worth.
fn say_whose_trust(report: &mut Report, own_trust: bool) {
    if !own_trust {
        report.text.push_str(
            "\n注意：信任文件取自台账自身。正式核验请用 --trust 指向监督方自己保管的一份。",
        );
    }
    if let Some(fields) = report.json.as_object_mut() {
        fields.insert("trust_from_ledger".to_owned(), (!own_trust).into());
    }
}
