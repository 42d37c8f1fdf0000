//! The browser makes the bytes that the format says: its scripts against the worked example, and its words against the kinds.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use api::clock::Clock;
use api::desk::Desk;
use serde_json::{Value, json};
use tests::browser::Driver;

use super::Hall;

fn read(path: &str) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path)).unwrap()
}

const RECOMPUTE: &str = r"
const [example, done] = arguments;
(async () => {
  const { fromBase64, hex, utf8 } = await import('/web/canonical.js');
  const { actOf, entryOf, keyId, rootOf, verifiedCheckpoint } = await import('/web/ledger.js');
  const found = { keys: [], acts: [], roots: [] };
  for (const key of example.keys) {
    found.keys.push(await keyId(fromBase64(JSON.parse(key.record).public)));
  }
  const entries = [];
  for (const entry of example.entries) {
    entries.push(utf8(entry.entry));
    found.roots.push(await rootOf(entries));
    const { act, sig } = JSON.parse(entry.entry);
    if (!act) continue;
    const made = await actOf(example.origin, act);
    found.acts.push({
      entry: new TextDecoder().decode(entryOf(made.act, fromBase64(sig))), id: made.id, signed: hex(made.signed),
    });
  }
  found.checkpoint = await verifiedCheckpoint(example.checkpoint, example.log_vkey);
  return found;
})().then(done, (why) => done(String(why.stack)));
";

#[test]
fn the_browser_makes_the_bytes_ids_and_roots_of_the_worked_example() {
    let Some(driver) = Driver::start() else { return };
    let hall = Hall::open();
    let browser = driver.open();
    browser.go(&format!("{}/sign-in", hall.server.address));
    let example: Value = serde_json::from_str(&read("docs/format/example.json")).unwrap();
    let found = browser.run_async(RECOMPUTE, vec![example.clone()]);
    assert!(found.is_object(), "{found}");
    let list = |name: &str| example[name].as_array().unwrap().clone();
    let keys: Vec<Value> = list("keys").iter().map(|key| key["key"].clone()).collect();
    assert_eq!(found["keys"], json!(keys));
    let roots: Vec<Value> =
        list("entries").iter().map(|entry| entry["root_after"].clone()).collect();
    assert_eq!(found["roots"], json!(roots));
    let acts = list("entries").into_iter().filter(|entry| !entry["act"].is_null());
    let acts = acts.map(|entry| {
        let act = &entry["act"];
        json!({ "entry": entry["entry"], "id": act["id"], "signed": act["signed_bytes"] })
    });
    assert_eq!(found["acts"], Value::Array(acts.collect()));
    assert_eq!(found["checkpoint"]["size"], json!(roots.len()));
    assert_eq!(found["checkpoint"]["root"], *roots.last().unwrap());
}

#[test]
fn a_key_that_the_page_cannot_name_is_not_signed_and_every_key_of_the_format_has_a_name() {
    let kinds = read("docs/format/kinds.md");
    let part = |name: &str| {
        let rest = kinds.split(&format!("\n## {name}\n")).nth(1).unwrap();
        rest.split("\n## ").next().unwrap().to_owned()
    };
    let parts = ["Acts", "Lines", "Objects"].map(part);
    let lines = parts.iter().flat_map(|part| part.lines());
    let rows = lines.filter_map(|line| line.strip_prefix("| `"));
    let keys: BTreeSet<&str> = rows.filter_map(|row| row.split('`').next()).collect();
    assert!(keys.len() > 100, "{}", keys.len());
    let words = read("api/web/words.js");
    let unknown: Vec<_> =
        keys.iter().filter(|key| !words.contains(&format!(" {key}: \""))).collect();
    assert!(unknown.is_empty(), "api/web/words.js has no word for {unknown:?}");
    for (kind, chinese) in ledger::act::Body::KINDS {
        assert!(words.contains(&format!("\"{kind}\": \"{chinese}\"")), "{kind} {chinese}");
    }
    let Some(driver) = Driver::start() else { return };
    let hall = Hall::open();
    let browser = driver.open();
    browser.go(&format!("{}/sign-in", hall.server.address));
    let script = "const done = arguments[1]; import('/web/words.js').then(({ told }) => { try { done(told(arguments[0])) } catch (why) { done(why.message) } })";
    let told = browser.run_async(
        script,
        vec![json!({ "amount_fen": 123_456_789, "parts": [{ "label": "甲" }, { "label": "乙" }] })],
    );
    assert_eq!(told[0][1], "1,234,567.89 元");
    assert_eq!(told[2][0], "分项（2） › 名目");
    let alike = browser.run_async(script, vec![json!({ "act": "甲", "acts": ["乙"] })]);
    assert_eq!(alike[0][0], "所指动作");
    assert_eq!(alike[1][0], "所指动作（acts）", "two keys of one word hide each other nowhere");
    let refused = browser.run_async(script, vec![json!({ "amount_fen": 1, "surprise": true })]);
    assert!(refused.as_str().unwrap().contains("surprise"), "{refused}");
}

#[test]
fn the_browser_sees_whether_a_later_ledger_begins_with_an_earlier_one() {
    let Some(driver) = Driver::start() else { return };
    let (folder, dir) = tests::county_demo::copy(&super::program());
    let desk = Desk::open(&dir, Clock::Machine).unwrap();
    let size = desk.office().log.size();
    let sizes = [1, 2, 3, 4, 6, 7, 8, 1023, 1024, size - 2, size - 1, size];
    let root = |size| hex::encode(desk.office().log.root_at(size).unwrap().0);
    let roots: BTreeMap<u64, String> = sizes.into_iter().map(|size| (size, root(size))).collect();
    drop(desk);
    let root = |size: u64| roots[&size].clone();
    let server = tests::serving::Serving::start(&super::program(), &dir);
    let hall = Hall { server, dir, _folder: folder };
    let inspector = hall.clerk("JJW-监督检查员");
    let browser = driver.open();
    browser.go(&format!("{}/sign-in", hall.server.address));
    let script = "const [before, after, path, done] = arguments; import('/web/ledger.js').then(async ({ isContinued }) => done(await isContinued(before, after, path)))";
    for (from, to) in [
        (1, 2),
        (2, 3),
        (3, 7),
        (4, 8),
        (6, 7),
        (7, size),
        (1024, size),
        (size - 1, size),
        (size, size),
    ] {
        let proof = inspector.get(&format!("/api/v1/consistency?from={from}&to={to}")).body;
        let tree = |size: u64| json!({ "size": size, "root": root(size) });
        let holds = |before: Value, after: Value, path: &Value| {
            browser.run_async(script, vec![before, after, path.clone()])
        };
        assert_eq!(holds(tree(from), tree(to), &proof["path"]), true, "{from} {to}");
        let other = json!({ "size": from, "root": root(if from == 1 { 2 } else { 1 }) });
        assert_eq!(holds(other, tree(to), &proof["path"]), false, "{from} {to}: another past");
        if let Some(node) = proof["path"][0].as_str() {
            let mut path = proof["path"].clone();
            path[0] = json!(node.chars().rev().collect::<String>());
            assert_eq!(holds(tree(from), tree(to), &path), false, "{from} {to}: another path");
        }
    }
    for question in ["from=0&to=1", "from=3&to=2", "from=1&to=99999999"] {
        let refused = inspector.get(&format!("/api/v1/consistency?{question}"));
        assert_eq!((refused.status, refused.code()), (400, "usage"), "{question}");
    }
}
