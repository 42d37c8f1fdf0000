//! The documents against the code: links, commands, glossary, invariants, the format's own code.

use std::collections::BTreeSet;
use std::process::Command;

use sha2::{Digest as _, Sha256};

use super::nothing_of;
use super::source::{Source, blanked, functions, is_word, pages, read, root, sources};

/// The cells of every table row of a page; heads and rules left out.
fn rows(page: &str, columns: usize) -> Vec<Vec<String>> {
    let text = read(page);
    let rows = text.lines().filter(|line| line.starts_with("| "));
    let rows = rows.map(|line| {
        let inner = line.trim().trim_start_matches('|').trim_end_matches('|');
        inner.split('|').map(|cell| cell.trim().to_owned()).collect::<Vec<_>>()
    });
    rows.filter(|row| row.len() == columns).collect()
}

/// What stands between backticks.
fn quoted(text: &str) -> Vec<String> {
    text.split('`').skip(1).step_by(2).map(ToOwned::to_owned).collect()
}

/// The words of code, whole: `FundReleased`, `amount_fen`.
fn words_of(code: &str) -> impl Iterator<Item = &str> {
    code.split(|c| !is_word(c)).filter(|word| !word.is_empty())
}

/// The parts of a name in lower case: `fund`, `released` for `FundReleased`.
fn parts_of(name: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    for c in name.chars() {
        if c == '_' || c.is_uppercase() {
            parts.push(String::new());
        }
        if c != '_' {
            parts.last_mut().unwrap().extend(c.to_lowercase());
        }
    }
    parts.into_iter().filter(|part| !part.is_empty()).collect()
}

/// The names that a file declares.
fn declared(source: &Source) -> BTreeSet<&str> {
    let mut names = BTreeSet::new();
    let mut before = "";
    for word in words_of(source.product()) {
        let keyword = ["struct", "enum", "fn", "trait", "mod", "type", "const", "let", "static"];
        if keyword.contains(&before) {
            names.insert(word);
        }
        before = word;
    }
    names
}

#[test]
fn the_glossary_names_what_is_in_the_code() {
    let sources = sources();
    let known: BTreeSet<&str> = sources.iter().flat_map(|s| words_of(s.product())).collect();
    let glossary = rows("GLOSSARY.md", 5);
    assert!(glossary.len() > 30, "the glossary's table was not found");
    let mut found = Vec::new();
    for row in glossary {
        for name in quoted(&row[2]) {
            for word in words_of(&name).filter(|word| !known.contains(word)) {
                found.push(format!("GLOSSARY.md: {}: `{word}` is not in the code", row[0]));
            }
        }
    }
    nothing_of(&found);
}

#[test]
fn words_that_the_glossary_refuses_name_nothing() {
    let mut found = Vec::new();
    let sources = sources();
    for row in rows("GLOSSARY.md", 5) {
        for refused in quoted(&row[4]) {
            for source in &sources {
                for name in declared(source) {
                    if parts_of(name).contains(&refused) {
                        let (path, say) = (&source.path, &row[1]);
                        found.push(format!("{path}: `{name}`: never `{refused}`; say {say}"));
                    }
                }
            }
        }
    }
    nothing_of(&found);
}

#[test]
fn links_between_pages_lead_somewhere() {
    let mut found = Vec::new();
    for (path, text) in pages() {
        let folder = root().join(&path).parent().unwrap().to_owned();
        for target in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let file = target.split('#').next().unwrap();
            let is_elsewhere = target.contains("://") || file.is_empty();
            if !is_elsewhere && !folder.join(file).exists() {
                found.push(format!("{path}: {target} does not exist"));
            }
        }
    }
    nothing_of(&found);
}

#[test]
fn every_invariant_has_a_holder_and_a_test() {
    let invariants = rows("ARCHITECTURE.md", 5);
    let invariants = invariants.iter().filter(|row| {
        row[0].strip_prefix('I').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
    });
    let sources = sources();
    let tests: BTreeSet<String> =
        sources.iter().flat_map(|source| functions(&source.code)).map(|(name, ..)| name).collect();
    let (mut found, mut count) = (Vec::new(), 0);
    for row in invariants {
        count += 1;
        let holders = quoted(&row[2]);
        let named = quoted(&row[3]);
        if holders.is_empty() || named.is_empty() {
            found.push(format!("{}: names no holder or no test", row[0]));
        }
        for holder in holders.iter().filter(|holder| !root().join(holder).exists()) {
            found.push(format!("{}: holder {holder} does not exist", row[0]));
        }
        for test in named.iter().filter(|test| !tests.contains(*test)) {
            found.push(format!("{}: there is no test {test}", row[0]));
        }
    }
    assert_eq!(count, 15, "ARCHITECTURE.md numbers the invariants I1 to I15");
    nothing_of(&found);
}

/// Every call of the program that a page prints: the words after `doudi`, or after `cargo run --release --`.
fn calls(text: &str) -> Vec<Vec<String>> {
    let mut calls = Vec::new();
    let mut in_block = false;
    for line in text.lines() {
        if line.starts_with("```") {
            in_block = !in_block;
            continue;
        }
        let spans = if in_block { vec![line.to_owned()] } else { quoted(line) };
        for span in spans {
            let span = span.trim().trim_start_matches("$ ");
            let call = ["doudi ", "cargo run --release -- ", "$DOUDI "]
                .iter()
                .find_map(|start| span.strip_prefix(start));
            if let Some(call) = call {
                let call = call.split('#').next().unwrap();
                calls.push(call.split_whitespace().map(ToOwned::to_owned).collect());
            }
        }
    }
    calls
}

#[test]
fn commands_on_the_pages_exist() {
    let mut found = Vec::new();
    let mut helps = std::collections::BTreeMap::new();
    let mut count = 0;
    for (path, text) in pages() {
        for call in calls(&text).into_iter().filter(|call| !call[0].starts_with('-')) {
            count += 1;
            let nested = ["import", "export", "profiles", "roster", "show", "witness", "bench"]
                .contains(&call[0].as_str());
            let depth = if nested && call.len() > 1 { 2 } else { 1 };
            let command = call[..depth].join(" ");
            let help = helps.entry(command.clone()).or_insert_with(|| help(&call[..depth]));
            let Some(help) = help else {
                found.push(format!("{path}: there is no `doudi {command}`"));
                continue;
            };
            for flag in call.iter().filter(|word| word.starts_with("--")) {
                if words_with_dashes(help).all(|known| known != *flag) {
                    found.push(format!("{path}: `doudi {command}` has no {flag}"));
                }
            }
        }
    }
    assert!(count > 10, "the pages print no commands");
    nothing_of(&found);
}

fn words_with_dashes(help: &str) -> impl Iterator<Item = &str> {
    help.split(|c: char| !(is_word(c) || c == '-')).filter(|word| word.starts_with("--"))
}

/// The program's help for a command; `None` if it has no such command.
fn help(command: &[String]) -> Option<String> {
    let program = env!("CARGO_BIN_EXE_doudi-under-test");
    let answer = Command::new(program).args(command).arg("--help").output().unwrap();
    answer.status.success().then(|| String::from_utf8(answer.stdout).unwrap())
}

/// A change of what decides the bytes of the log is a change of the format: it needs an ADR and another version.
#[test]
fn the_format_page_names_the_code_that_holds_it() {
    let code = ["ledger/src/canonical.rs", "ledger/src/canonical/strict.rs"];
    let code = code.map(|path| blanked_but_for_strings(&read(path))).concat();
    let digest = hex::encode(Sha256::digest(code.as_bytes()));
    assert!(
        read("docs/format/log.md").contains(&digest),
        "ledger/src/canonical.rs and canonical/strict.rs are not the code that docs/format/log.md §12 names. If no byte of any entry changes, \
         write {digest} there; else write an ADR and a new format version"
    );
}

/// The code without tests, comments and white space, so that only what matters changes the digest.
fn blanked_but_for_strings(text: &str) -> String {
    let code = text.split("\n#[cfg(test)]").next().unwrap();
    let lines = code.lines().map(str::trim).filter(|line| !line.starts_with("//"));
    lines.flat_map(str::chars).filter(|c| !c.is_whitespace()).collect()
}

#[test]
fn both_readmes_print_the_same_commands() {
    let english: Vec<_> = calls(&read("README.md")).into_iter().collect();
    let chinese: Vec<_> = calls(&read("README.zh-CN.md")).into_iter().collect();
    assert_eq!(english, chinese);
    for command in ["cargo run --release -- demo", "cargo test --workspace"] {
        for page in ["README.md", "README.zh-CN.md"] {
            let head: String = read(page).lines().take(40).collect::<Vec<_>>().join("\n");
            assert!(head.contains(command), "{page}: `{command}` on the first screen");
        }
        assert!(read(".ci/run").contains(command), ".ci/run calls `{command}`");
    }
}

#[test]
fn names_split_into_their_words() {
    assert_eq!(parts_of("FundReleased"), ["fund", "released"]);
    assert_eq!(parts_of("amount_fen"), ["amount", "fen"]);
    assert_eq!(quoted("a `b` and `c::D`"), ["b", "c::D"]);
    let code = blanked("let a = \"fn x() {}\"; // fn y() {}\nfn z() {}");
    assert_eq!(functions(&code), [("z".to_owned(), 2, 1)]);
}
