//! The maker of the golden ledger of format version 1. It ran once; what it made is kept under `tests/data/formats/v1`, with a
//! tampered twin. Everything in it comes from seeds: ids, salts, keys, and the times of a story.

use std::fs;
use std::path::Path;

use ledger::act::Body;
use ledger::act::offices::{Side, UnitRegistered};
use ledger::act::policies::{StandardRule, StandardSet};
use ledger::log::{Log, export_tiles};
use ledger::money::Money;
use ledger::trust::Trust;

use crate::forge::Forger;
use crate::program::copy_folder;
use crate::village::{Village, code};

/// The name of the golden ledger.
pub const ORIGIN: &str = "golden.example/doudi";

/// Makes the golden ledger in `out`, and its twin in `twin`, each as tiles with trust and frozen months.
///
/// # Panics
/// If the program refuses a step.
pub fn make(out: &Path, twin: &Path) {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let dir = folder.path().join("ledger");
    let village = Village::played(&dir, ORIGIN, 42);
    let mut more = Forger::of(&dir);
    let unit = UnitRegistered {
        name: "样例县医疗保障局".to_owned(),
        side: Side::Office,
        town: None,
        unit: code("YBJ"),
    };
    more.append(village.key("系统管理员"), Body::UnitRegistered(unit));
    // Enough to pass 256 entries: the first whole tiles, and level 1 of the tree.
    for n in 0..60 {
        let standard = StandardSet {
            amount_fen: Money::from_fen(61_000 + n),
            area: code("141199"),
            basis: format!("样政发〔2021〕{}号", n + 1),
            category: "护理".to_owned(),
            from: code("2021-01"),
            rule: StandardRule::Ceiling,
            scheme: code("TK-S"),
        };
        more.append(village.key("社会救助股股长"), Body::StandardSet(standard));
    }
    more.hand_in(&dir);
    export(&dir, out);
    tamper(&dir);
    export(&dir, twin);
}

/// One fen more for one payee of the October roster, by somebody who holds the log's key: tree, head and checkpoint are made
/// anew around it, so only what a person signed still says what was paid.
fn tamper(dir: &Path) {
    let mut forger = Forger::of(dir);
    let line = forger.find("roster.drawn", 0) + 3;
    let entry = forger.entries.get_mut(line).expect("a roster of more than two lines");
    let text = String::from_utf8(entry.clone()).expect("entries are text");
    let forged = text.replacen("\"amount_fen\":54810", "\"amount_fen\":54811", 1);
    assert_ne!(text, forged, "the line pays the standard");
    *entry = forged.into_bytes();
    forger.rebuild(dir);
}

fn export(dir: &Path, out: &Path) {
    let trust = Trust::read(&dir.join("trust")).expect("a sound trust folder");
    let log = Log::open_for_audit(dir, &trust.log_key).expect("a sound log");
    export_tiles(&log, out).expect("a sound log");
    for folder in ["trust", "views"] {
        copy_folder(&dir.join(folder), &out.join(folder));
    }
    // Folders are written through a neighbour of each file; nothing of that stays.
    assert!(!fs::exists(out.join("checkpoint.new")).expect("a readable folder"));
}
