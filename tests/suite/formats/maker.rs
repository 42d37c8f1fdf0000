//! The maker of the golden ledger of format version 1. It ran once; what it made is kept under `tests/data/formats/v1`, with a
//! tampered twin. Everything in it comes from names: ids, digests and keys are made of them, and every act claims one time.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use ledger::act::offices::Side;
use ledger::act::signed::SignedAct;
use ledger::log::{Log, Record, export_tiles};
use ledger::trust::{TrustFile, TrustedRoot};
use ledger::views::month::MonthTable;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use tests::given::{County, ORIGIN, Saying, cast, given};

/// The kinds that are taken from the cases. Keys and dismissals are not: whose key is gone says nothing more.
const SAID: &[&str] = &[
    "advance.paid",
    "advance.regularised",
    "application.filed",
    "claim.filed",
    "entitlement.stopped",
    "entitlements.brought_in",
    "entitlements.confirmed",
    "entry.reversed",
    "exception.resolved",
    "exclusion.set",
    "insurance.opened",
    "officer.appointed",
    "person.died",
    "response.imported",
    "roster.drawn",
    "statement.imported",
];

/// What a case says before the act that is refused: accepted acts of many kinds.
#[derive(Deserialize)]
struct Case {
    #[serde(default)]
    before: Vec<Before>,
}

#[derive(Deserialize)]
struct Before {
    #[serde(default)]
    name: String,
    by: String,
    kind: String,
    made: Option<String>,
    #[serde(default)]
    body: Map<String, Value>,
    #[serde(default)]
    line: Vec<Line>,
}

#[derive(Deserialize)]
struct Line {
    kind: String,
    body: Value,
}

/// Makes the golden ledger in `out`, and its twin in `twin`, each as tiles with trust and frozen months.
pub fn make(cases: &Path, out: &Path, twin: &Path) {
    let mut county = given("issued");
    let table = closed_month(&county);
    say_what_cases_say(&mut county, cases);
    // Enough to pass 256 entries: the first whole tiles, and level 1 of the tree.
    for n in 0..160 {
        let body = json!({
            "amount_fen": 61_000 + n, "area": "990101", "basis": format!("清政发〔2021〕{}号", n + 1),
            "category": "护理", "from": "2021-02", "rule": "ceiling", "scheme": "DB",
        });
        county.must("standard", &Saying::new("policy", "standard.set", body));
    }
    let gone = json!({ "officer": "$officer.jack", "reason": "调离" });
    county.must("dismissed", &Saying::new("admin", "officer.dismissed", gone));
    let revoked = json!({ "key": cast::key_id_of("companion"), "reason": "遗失" });
    county.must("revoked", &Saying::new("admin", "key.revoked", revoked));
    write(&county.ledger.entries, &table, out);
    write(&tampered(county.ledger.entries), &table, twin);
}

/// The figures of October as they were closed: of the books before the closing act.
fn closed_month(county: &County) -> MonthTable {
    let before = given("stated");
    let table = MonthTable::of(&before.ledger.books, "2020-10".parse().unwrap()).unwrap();
    let (_, closed) = county.ledger.books.closings.closed.values().next().unwrap();
    assert_eq!(table.digest(), closed.table);
    table
}

/// Every act that some case has before its own and that may be said here; a month later, where October is too late.
fn say_what_cases_say(county: &mut County, cases: &Path) {
    let mut paths: Vec<_> = fs::read_dir(cases).unwrap().map(|item| item.unwrap().path()).collect();
    paths.sort();
    let mut said: BTreeMap<String, u32> = BTreeMap::new();
    for path in paths {
        let case: Case = toml::from_str(&fs::read_to_string(path).unwrap()).unwrap();
        let mut trial = county.clone();
        let mut kinds = Vec::new();
        for before in case.before.iter().filter(|before| before.made.is_none()) {
            let is_new = said.get(&before.kind).is_none_or(|times| *times < 6);
            if is_new && [false, true].iter().any(|later| say(&mut trial, before, *later)) {
                kinds.push(before.kind.clone());
            }
        }
        for kind in kinds {
            *said.entry(kind).or_default() += 1;
        }
        *county = trial;
    }
}

fn say(county: &mut County, before: &Before, later: bool) -> bool {
    let moved = |value: &Value| -> Value {
        let text = value.to_string();
        let text = if later { text.replace("2020-10", "2020-11") } else { text };
        serde_json::from_str(&text).unwrap()
    };
    if !SAID.contains(&before.kind.as_str()) {
        return false;
    }
    let body = moved(&Value::Object(before.body.clone()));
    let mut saying = Saying::new(&before.by, &before.kind, body);
    for line in &before.line {
        saying = saying.line(&line.kind, moved(&line.body));
    }
    let name = if before.name.is_empty() { &before.kind } else { &before.name };
    let mut trial = county.clone();
    let is_known =
        std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| trial.say(&saying).is_ok()));
    if !is_known.unwrap_or(false) {
        return false;
    }
    county.must(name, &saying);
    true
}

/// One fen more for one payee of the October roster, by somebody who holds the log's key: tree, head and checkpoint are made
/// anew around it, so only what a person signed still says what was to be paid.
fn tampered(mut entries: Vec<Vec<u8>>) -> Vec<Vec<u8>> {
    let is_roster =
        |entry: &Vec<u8>| String::from_utf8_lossy(entry).ends_with("\"line\":\"roster\",\"n\":2}");
    let line = entries.iter_mut().find(|entry| is_roster(entry)).unwrap();
    let mut value: Value = serde_json::from_slice(line).unwrap();
    let fen = value["body"]["amount_fen"].as_i64().unwrap();
    value["body"]["amount_fen"] = json!(fen + 1);
    *line = value.to_string().into_bytes();
    entries
}

fn write(entries: &[Vec<u8>], table: &MonthTable, out: &Path) {
    let folder = tempfile::tempdir().unwrap();
    let signer = County::log_signer();
    let mut log = Log::create(folder.path(), signer.verifier()).unwrap();
    let id = |entry: &Vec<u8>| Some(SignedAct::decode(entry.clone()).ok()?.id(ORIGIN).0);
    let records = entries.iter().map(|entry| Record { bytes: entry, id: id(entry) });
    let records: Vec<Record<'_>> = records.collect();
    log.append(&log.head(), &records).unwrap();
    log.checkpoint(&signer).unwrap();
    export_tiles(&log, out).unwrap();
    let root = [("admin", Side::Office), ("inspector", Side::Inspection)].map(|(name, side)| {
        let record = cast::record_of(name);
        let (key, public) = (record.key_id().unwrap(), record.public);
        TrustedRoot { key, public, side, post: name.to_owned() }
    });
    let trust = TrustFile { origin: ORIGIN.to_owned(), root: root.into() };
    fs::create_dir(out.join("trust")).unwrap();
    fs::create_dir(out.join("views")).unwrap();
    fs::write(out.join("trust/log.vkey"), format!("{}\n", signer.verifier())).unwrap();
    fs::write(out.join("trust/trust.toml"), toml::to_string(&trust).unwrap()).unwrap();
    fs::write(out.join("views/2020-10.json"), table.bytes()).unwrap();
}
