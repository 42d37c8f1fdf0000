//! No personal field is in the log, nor in anything that leaves the ledger (I15): every byte is read, for everybody.

use std::path::{Path, PathBuf};

use aho_corasick::AhoCorasick;
use api::demo::SEED;
use api::demo::county::County;
use calamine::Reader as _;
use tests::county_demo;
use tests::program::Program;

fn program() -> Program {
    Program::at(env!("CARGO_BIN_EXE_doudi-under-test"))
}

/// Everything that must not be found, in UTF-8 and in GB18030, with a word for what it is.
fn personal_fields() -> Vec<(&'static str, Vec<u8>)> {
    let county = County::generate(SEED);
    let mut fields = Vec::new();
    for household in &county.households {
        fields.push(("account", household.account.number.clone()));
        fields.push(("address", household.address.clone()));
        for person in &household.members {
            fields.push(("name", person.name.clone()));
            fields.push(("id", person.id_no.clone()));
            fields.extend(person.phone.clone().map(|phone| ("phone", phone)));
        }
    }
    for officer in &county.officers {
        fields.push(("name", officer.name.clone()));
        fields.push(("id", officer.id_no.clone()));
    }
    for account in &county.programme_accounts {
        fields.push(("account", account.number.to_owned()));
    }
    let mut patterns = Vec::new();
    for (what, text) in fields {
        let gb18030 = reconcile::text::encode_gb18030(&text).unwrap();
        if gb18030 != text.as_bytes() {
            patterns.push((what, gb18030));
        }
        patterns.push((what, text.into_bytes()));
    }
    patterns
}

struct Scanner {
    patterns: Vec<(&'static str, Vec<u8>)>,
    machine: AhoCorasick,
}

impl Scanner {
    fn new() -> Scanner {
        let patterns = personal_fields();
        let machine = AhoCorasick::new(patterns.iter().map(|(_, bytes)| bytes)).unwrap();
        Scanner { patterns, machine }
    }

    /// What stands in a file. The four bytes of a short name in GB18030 also occur inside UTF-8 text and digests:
    /// what is UTF-8 is searched for UTF-8, anything else for both, without names of so few bytes.
    fn scan(&self, path: &Path, bytes: &[u8]) -> Vec<String> {
        let bytes = &without_wording(bytes);
        let is_text = std::str::from_utf8(bytes).is_ok();
        let hits = self.machine.find_overlapping_iter(bytes).filter(|hit| {
            let (_, pattern) = &self.patterns[hit.pattern().as_usize()];
            if is_text { std::str::from_utf8(pattern).is_ok() } else { pattern.len() >= 6 }
        });
        let say = |hit: aho_corasick::Match| {
            let (what, _) = &self.patterns[hit.pattern().as_usize()];
            format!("{}: {what} at byte {}", path.display(), hit.start())
        };
        hits.take(3).map(say).collect()
    }
}

/// The program's own wording in which two characters meet that are somebody's name too: 金发, 于建.
const WORDING: [&str; 2] = ["资金发放", "关于建立"];

fn without_wording(bytes: &[u8]) -> Vec<u8> {
    let Ok(text) = std::str::from_utf8(bytes) else { return bytes.to_vec() };
    let blank = |text: String, words: &&str| text.replace(*words, &" ".repeat(words.len()));
    WORDING.iter().fold(text.to_owned(), blank).into_bytes()
}

/// What a file says: its bytes, or the cells of a workbook, which is packed.
fn content(path: &Path) -> Vec<u8> {
    if path.extension().is_none_or(|extension| extension != "xlsx") {
        return std::fs::read(path).unwrap();
    }
    let mut book = calamine::open_workbook_auto(path).unwrap();
    let mut cells = book.sheet_names().join("\n");
    for (_, sheet) in book.worksheets() {
        for cell in sheet.rows().flatten() {
            cells.push('\n');
            cells.push_str(&cell.to_string());
        }
    }
    cells.into_bytes()
}

fn files_below(dir: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for item in std::fs::read_dir(dir).unwrap() {
        let path = item.unwrap().path();
        if path.is_dir() {
            found.extend(files_below(&path));
        } else {
            found.push(path);
        }
    }
    found
}

#[test]
fn no_personal_field_stands_in_the_log_the_tiles_the_frozen_months_or_the_documents() {
    let program = program();
    let (folder, ledger) = county_demo::copy(&program);
    let scanner = Scanner::new();
    let tiles = folder.path().join("tiles");
    let arguments = ["export", "tiles", "--dir"].map(std::ffi::OsStr::new).into_iter();
    let arguments = arguments.chain([ledger.as_os_str(), "--out".as_ref(), tiles.as_os_str()]);
    assert_eq!(program.run(arguments).code, Some(0));
    let mut hits = Vec::new();
    let mut bytes_read = 0;
    // The store compresses its blocks; the entries themselves are in the tiles, as they are signed and hashed.
    for top in ["log", "views", "trust", "out"].map(|name| ledger.join(name)).iter().chain([&tiles])
    {
        for path in files_below(top) {
            let bytes = content(&path);
            bytes_read += bytes.len();
            hits.extend(scanner.scan(&path, &bytes));
        }
    }
    let last = ledger.join("last-signed");
    hits.extend(scanner.scan(&last, &std::fs::read(&last).unwrap()));
    assert!(bytes_read > 10_000_000, "only {bytes_read} bytes were there to scan");
    assert!(hits.is_empty(), "{}", hits.join("\n"));
}

#[test]
fn the_scanner_finds_what_it_looks_for_where_it_is() {
    let ledger = county_demo::played(&program());
    let scanner = Scanner::new();
    let request = ledger.join("bank/D20A0/102320201010D20A0.txt");
    let hits = scanner.machine.find_overlapping_iter(&std::fs::read(&request).unwrap()).count();
    // A name, an account and an ID number on each of 4,900 lines.
    assert!(hits >= 3 * 4_900, "{hits}");
    let workbook = ledger.join("bank/H20A0/批量结果20201010.xlsx");
    assert!(!scanner.scan(&workbook, &content(&workbook)).is_empty(), "workbooks are unpacked");
    let name = String::from_utf8(
        scanner
            .patterns
            .iter()
            .find(|(what, bytes)| *what == "name" && std::str::from_utf8(bytes).is_ok())
            .unwrap()
            .1
            .clone(),
    )
    .unwrap();
    let planted = format!("资金发放：{name}，二百元");
    // A short name may also stand inside a longer one.
    assert!(!scanner.scan(Path::new("planted.md"), planted.as_bytes()).is_empty(), "{planted}");
}

#[test]
fn the_vault_holds_no_field_in_the_clear() {
    let ledger = county_demo::played(&program());
    let scanner = Scanner::new();
    let mut hits = Vec::new();
    for path in files_below(&ledger.join("vault")) {
        hits.extend(scanner.scan(&path, &std::fs::read(&path).unwrap()));
    }
    assert!(hits.is_empty(), "{}", hits.join("\n"));
}
