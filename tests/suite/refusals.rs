//! Every code of `ledger::rejection` with the act that brings it about (tests/data/refusals/<code>.case).

mod case;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use ledger::rejection::Rejection;

use case::Case;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("data/refusals")
}

fn case_files() -> BTreeMap<String, PathBuf> {
    let files = std::fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path());
    let named = files.map(|path| {
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        let code = name.strip_suffix(".case").unwrap_or_else(|| panic!("{name} is no .case file"));
        (code.to_owned(), path.clone())
    });
    named.collect()
}

#[test]
fn every_refusal_has_its_case_and_every_case_its_refusal() {
    let files: BTreeSet<_> = case_files().into_keys().collect();
    let codes: BTreeSet<_> = Rejection::ALL.iter().map(|(code, ..)| (*code).to_owned()).collect();
    let without_case: Vec<_> = codes.difference(&files).collect();
    let without_code: Vec<_> = files.difference(&codes).collect();
    assert!(without_case.is_empty(), "codes without a case: {without_case:?}");
    assert!(without_code.is_empty(), "cases without a code: {without_code:?}");
}

#[test]
fn each_case_is_refused_with_its_words_and_leaves_no_trace() {
    let wrong: Vec<String> = case_files()
        .iter()
        .filter_map(|(code, path)| {
            let case = Case::read(path);
            case.check(code).err().map(|why| format!("{code}（{}）：{why}", case.title()))
        })
        .collect();
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
}
