//! The tamper matrix: every way to change a ledger that we could think of, by people with more and more keys in their hands;
//! each is found, each under its own code and at its entry. The table is kept in docs/tamper-matrix.md.

#[expect(
    clippy::unnecessary_wraps,
    reason = "a row says at which entry it must be found, or that none can be named"
)]
mod files;
#[expect(
    clippy::unnecessary_wraps,
    reason = "a row says at which entry it must be found, or that none can be named"
)]
mod insiders;
#[expect(
    clippy::unnecessary_wraps,
    reason = "a row says at which entry it must be found, or that none can be named"
)]
mod officers;
mod scene;
#[expect(
    clippy::unnecessary_wraps,
    reason = "a row says at which entry it must be found, or that none can be named"
)]
mod successors;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::sync::OnceLock;

use scene::{Found, Scene};

/// Codes that stand in two rows, with the reason why nothing tells the rows apart.
const SHARED: &[(&str, &str)] = &[
    (
        "actor.seen_wrong",
        "两行都是“签名人见过的历史不在这里”：抽走别人见过的记录，与另有一本账，从账里看是一回事",
    ),
    ("checkpoint.rolled_back", "截短后重签与整个目录换回旧版，留下的字节完全相同"),
    ("key.countersign_wrong", "登记与换发要的都是监督方会签：少了它，是一回事"),
    ("key.possession_wrong", "登记与换发的持有证明是同一种签名"),
    ("key.revoked", "吊销的密钥签什么都是“已经吊销”"),
    (
        "key.signature_wrong",
        "签名里含台账名称：别处的动作搬来，与改过一个字节的动作，都只是“签名不符”",
    ),
    ("log.checkpoint_signature", "别的台账与改过的存证头，都只是“没有可信公钥的签名”"),
    ("log.edge_mismatch", "改一个字节、调换两条、多记一条：没有签名可问，只知道树与所记的根不同"),
    ("log.gap", "从中间抽走与从尾部截去，都是“缺第n条”；记录号不同"),
    ("log.rolled_back", "换回旧存储与改短日志头，都是“比已签发的短”"),
    ("manifest.root_wrong", "行被改与签名时根就不对，留下的都是根与行不符"),
];

/// Codes that only the full audit knows: of laws, of the books, and of what lies beside the log.
const BEYOND_INTEGRITY: &[&str] = &[
    "authority.dismissed",
    "authority.role_missing",
    "bank_file.edited",
    "close.table_mismatch",
    "document.edited",
    "fund.allotment_exceeded",
    "fund.insufficient",
    "manifest.total_wrong",
    "period.closed",
    "roster.content_changed",
    "roster.out_of_order",
    "segregation.same_person",
    "vault.unreadable",
    "vault.wrong_master_key",
    "view.edited",
    "view.missing",
];

/// Every row, played once for all tests.
fn played() -> &'static [Found] {
    static FOUND: OnceLock<Vec<Found>> = OnceLock::new();
    let parts = [files::ROWS, insiders::ROWS, officers::ROWS, successors::ROWS];
    FOUND.get_or_init(|| parts.into_iter().flatten().map(|row| Scene::set().play(row)).collect())
}

#[test]
fn what_is_wrong_with_leaves_root_signatures_keys_chains_or_manifests_is_found_by_the_integrity_pass_too()
 {
    let of_bytes = |found: &&Found| !BEYOND_INTEGRITY.contains(&found.row.code);
    let missed = played().iter().filter(of_bytes).filter(|found| !found.is_found_by_integrity());
    let missed: Vec<String> = missed.map(Found::integrity).collect();
    assert!(missed.is_empty(), "{}", missed.join("\n"));
}

#[test]
fn a_breach_of_law_by_good_signatures_is_intact_and_only_the_full_audit_finds_it() {
    for code in BEYOND_INTEGRITY {
        let mut rows = played().iter().filter(|found| found.row.code == *code).peekable();
        assert!(rows.peek().is_some(), "{code} has no row");
        for found in rows {
            assert!(found.complaint().is_none() && found.is_intact(), "{}", found.integrity());
        }
    }
}

#[test]
fn every_tampering_is_found_under_its_own_code_and_at_its_entry() {
    let found = played();
    let wrong: Vec<String> = found.iter().filter_map(Found::complaint).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let mut count: BTreeMap<&str, usize> = BTreeMap::new();
    for found in found {
        *count.entry(found.row.code).or_default() += 1;
    }
    let twice: Vec<_> = count.into_iter().filter(|(_, n)| *n > 1).map(|(code, _)| code).collect();
    let explained: Vec<_> = SHARED.iter().map(|(code, _)| *code).collect();
    assert_eq!(twice, explained, "codes of more than one row, and those that say why");
    keep(&table(found));
}

#[test]
fn an_untouched_ledger_and_an_untouched_export_pass() {
    let scene = Scene::set();
    for ended in [scene.verify(), scene.verify_integrity()] {
        assert_eq!(ended.code, Some(0), "{ended:?}");
    }
    let mut exported = Scene::set();
    exported.export();
    exported.known = Some(scene::original().join("last-signed"));
    assert_eq!(exported.verify().code, Some(0));
    assert_eq!(exported.verify_integrity().code, Some(0));
}

fn table(found: &[Found]) -> String {
    let mut text = "# 篡改与查出\n\n\
        本表由 `tests/suite/tamper.rs` 逐行做出、逐行核验后写成（`UPDATE=1 cargo test -p tests tamper` 重写）。\n\
        每一行都是在一本226条记录的样例台账上真做一遍，再以监督方自己保管的信任目录运行 `doudi verify --trust`。\n\
        “只碰文件”的人改存储、导出和文件；“日志私钥”的人能把默克尔树、日志头、存证头全部重做一遍；\n\
        “日志私钥和本人密钥”的人还拿到了有关工作人员的签名密钥。长编号略作“…”。\n\
        “完整性”一栏：`doudi verify --integrity` 也以同一代码、在同一记录查出的打勾；不打勾的须全面核验才能查出。\n\n\
        | 篡改 | 谁能做 | 代码 | 记录 | 完整性 | 核验的说明 |\n| :--- | :--- | :--- | ---: | :---: | :--- |\n"
        .to_owned();
    for one in found {
        let entry = one.entry.map_or("—".to_owned(), |entry| entry.to_string());
        let _ = writeln!(
            text,
            "| {} | {} | `{}` | {entry} | {} | {} |",
            one.row.what,
            one.row.who.chinese(),
            one.code,
            if one.is_found_by_integrity() { "✓" } else { "" },
            scene::without_digests(&one.text)
        );
    }
    text.push_str("\n## 同一代码的行\n\n| 代码 | 为什么分不开 |\n| :--- | :--- |\n");
    for (code, why) in SHARED {
        let _ = writeln!(text, "| `{code}` | {why} |");
    }
    text
}

/// Leaves the table beside the build, and compares it with the one that is kept.
fn keep(table: &str) {
    std::fs::write(Path::new(env!("CARGO_TARGET_TMPDIR")).join("tamper-matrix.md"), table).unwrap();
    let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/tamper-matrix.md");
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&kept, table).unwrap();
    }
    let text = std::fs::read_to_string(&kept).unwrap_or_default();
    assert_eq!(text, table, "docs/tamper-matrix.md is out of date: UPDATE=1 cargo test -p tests");
}
