//! The rules of the house, read from the source tree: directions, banned words, sizes, documents. Tables that run.

mod documents;
mod source;

use std::collections::BTreeSet;

use source::{
    CRATES, Source, functions, lines_with, paths_after, read, root, sources, used_modules,
};

/// Files are read in one go; functions fit a screen.
const FILE_LINES: usize = 400;
const FUNCTION_LINES: usize = 60;

/// Which of our crates a crate may use, in the order of DESIGN: api → exports → reconcile → ledger; tests → all.
const CRATE_DIRECTIONS: &[(&str, &[&str])] = &[
    ("ledger", &[]),
    ("reconcile", &["ledger"]),
    ("exports", &["ledger", "reconcile"]),
    ("api", &["ledger", "reconcile", "exports"]),
    ("tests", &["ledger", "reconcile", "exports", "api"]),
];

/// What a crate may use of another one: values and views, never the log or the engine.
const ONLY_OF: &[(&str, &str, &[&str])] = &[
    ("reconcile", "ledger", &["answer", "ids", "money", "period", "shares"]),
    ("exports", "ledger", &["act", "answer", "books", "ids", "line", "money", "period", "views"]),
    ("exports", "reconcile", &["profile", "text"]),
];

/// What a module of `ledger` may not know although it stands above it in `lib.rs`, and why.
const STRANGERS: &[(&str, &[&str], &str)] = &[
    ("log", &["money", "period", "answer", "canonical"], "the log knows bytes, never an act"),
    ("witness", &["money", "period", "answer", "canonical"], "a witness knows checkpoints only"),
    ("act", &["log"], "an act does not know where it is kept"),
    ("books", &["log", "signature"], "books are folded from statements, however these are kept"),
    ("views", &["log", "signature"], "a view is made from the books alone"),
    ("rules", &["log", "trust", "signature"], "rules see the books, the act and its lines"),
    ("audit", &["engine", "rules"], "the audit asks the laws; a rule may tighten, a law may not"),
    ("vault", &["act", "line", "books", "law", "rules", "engine"], "the vault knows ids only"),
];

/// (where, what may not stand there, where it may, what to do instead). Only what is in the product counts.
const BANNED: &[(&[&str], &str, &[&str], &str)] = &[
    // The reader of canonical JSON lists serde's kinds, and refuses these two.
    (
        PURE,
        "f64",
        &["exports/src/table/xlsx.rs", "ledger/src/canonical/strict.rs"],
        "use Money: amounts are whole fen",
    ),
    (PURE, "f32", &["ledger/src/canonical/strict.rs"], "use Money: amounts are whole fen"),
    (PURE, "SystemTime", &[], "take the date from the act"),
    (PURE, "Instant", &[], "only the shell has a clock"),
    (PURE, "std::net", &[], "only the shell talks to others"),
    (PURE, "std::env", &[], "configuration comes as an argument"),
    (PURE, "std::process", &[], "only the shell starts or ends anything"),
    (PURE, "println!", &[], "return text; only the shell prints"),
    (PURE, "eprintln!", &[], "return text; only the shell prints"),
    (PURE, "async", &[], "nothing below the shell waits"),
    (PURE, "thread_local!", &[], "no global state"),
    (PURE, "alias =", &[], "a field has one name; the reader of canonical JSON counts on it"),
    (PURE, "OnceLock", &[], "no global state"),
    (PURE, "LazyLock", &[], "no global state"),
    (
        PURE,
        "std::fs",
        STORES,
        "only the log, its snapshots, the vault and the trust folder touch files",
    ),
    (PURE, "getrandom", &["ledger/src/vault/randomness.rs"], "take a Randomness as an argument"),
    (ALL, "tokio", &["api/src/http/"], "only the shell's HTTP side waits: DESIGN §5"),
    (ALL, "Timestamp::now", &["api/src/clock.rs"], "ask the Clock"),
    (ALL, "SystemTime", &[], "ask the Clock"),
    (ALL, ".accept(", WRITERS, "go through Desk::sign: nothing else may write"),
    (ALL, ".accept_from(", &["api/src/desk/mod.rs"], "go through Desk: nothing else may write"),
    (ALL, "engine.commit(", &["api/src/writer/"], "hand it to the one writer"),
    (ALL, "log.append(", APPENDERS, "only the engine changes the books"),
    (ALL, "log.append_new(", &["ledger/src/engine/"], "only the engine changes the books"),
    (ALL, "log.append_large(", &["ledger/src/engine/"], "only the engine changes the books"),
];

/// As [`BANNED`], in tests too, but for the one place that is named.
const BANNED_EVERYWHERE: &[(&str, &str, &str)] = &[
    ("todo!", "", "finish it, or leave it out and say so in ARCHITECTURE.md"),
    ("unimplemented!", "", "finish it, or leave it out and say so in ARCHITECTURE.md"),
    ("dbg!", "", "remove it"),
    ("verify_batch", "", "its verdict depends on neighbours: use verify_strict"),
    ("#[ignore", "", "a test that does not run proves nothing"),
    ("should_panic", "", "assert on the outcome"),
    ("thread::sleep", "tests/src/program.rs", "a test waits for nothing but another process"),
    ("unsafe", "", "forbidden in this workspace"),
];

/// The benches measure the engine itself, on ledgers of their own that nobody else writes.
const WRITERS: &[&str] = &["api/src/desk/mod.rs", "api/src/bench/ledger.rs"];
const APPENDERS: &[&str] = &["ledger/src/engine.rs", "api/src/bench/ledger.rs"];
const PURE: &[&str] = &["ledger/src/", "reconcile/src/", "exports/src/"];
const ALL: &[&str] = &["ledger/src/", "reconcile/src/", "exports/src/", "api/src/"];
const STORES: &[&str] =
    &["ledger/src/log/", "ledger/src/snapshot/", "ledger/src/vault/", "ledger/src/trust.rs"];

const NO_NAMES: [&str; 9] =
    ["util", "utils", "common", "helper", "helpers", "misc", "manager", "service", "handler"];

/// Fails with everything that was found, so that one run shows all there is to do.
fn nothing_of(found: &[String]) {
    assert!(found.is_empty(), "tidy found {}:\n  {}", found.len(), found.join("\n  "));
}

fn manifest(name: &str) -> toml::Table {
    read(&format!("{name}/Cargo.toml")).parse().unwrap()
}

#[test]
fn crates_depend_in_one_direction_only() {
    let mut found = Vec::new();
    for (name, allowed) in CRATE_DIRECTIONS {
        for section in ["dependencies", "dev-dependencies", "build-dependencies"] {
            let table = manifest(name);
            let Some(listed) = table.get(section).and_then(toml::Value::as_table) else { continue };
            for (dependency, how) in listed {
                if CRATES.contains(&dependency.as_str()) && !allowed.contains(&dependency.as_str())
                {
                    found.push(format!("{name} may not depend on {dependency}"));
                }
                let shared = how.get("workspace").and_then(toml::Value::as_bool);
                if shared != Some(true) {
                    found.push(format!("{name}: {dependency} must come from the workspace"));
                }
            }
        }
    }
    nothing_of(&found);
}

#[test]
fn a_module_uses_only_those_above_it_in_lib() {
    let mut found = Vec::new();
    let sources = sources();
    for name in ["ledger", "reconcile", "exports", "api"] {
        let lib = read(&format!("{name}/src/lib.rs"));
        if !lib.contains("a module uses only those above it") {
            found.push(format!("{name}/src/lib.rs: say `a module uses only those above it`"));
            continue;
        }
        let order: Vec<&str> = lib
            .lines()
            .filter_map(|line| line.trim_start_matches("pub ").strip_prefix("mod "))
            .map(|line| line.trim_end_matches(';'))
            .collect();
        let place = |module: &str| order.iter().position(|known| *known == module);
        let inside = format!("{name}/src/");
        for source in sources.iter().filter(|source| source.path.starts_with(&inside)) {
            let own = place(source.module());
            for used in used_modules(source.product()) {
                if place(&used) > own && own.is_some() {
                    found.push(format!("{}: {used} stands below it in lib.rs", source.path));
                }
            }
        }
    }
    nothing_of(&found);
}

#[test]
fn modules_of_the_core_do_not_know_strangers() {
    let mut found = Vec::new();
    for source in sources().iter().filter(|source| source.path.starts_with("ledger/src/")) {
        let Some((_, strangers, why)) =
            STRANGERS.iter().find(|(module, ..)| *module == source.module())
        else {
            continue;
        };
        for used in used_modules(source.product()) {
            if strangers.contains(&used.as_str()) {
                found.push(format!("{} may not use {used}: {why}", source.path));
            }
        }
    }
    nothing_of(&found);
}

#[test]
fn pure_crates_take_values_and_views_from_each_other_only() {
    let mut found = Vec::new();
    for source in sources() {
        for (name, of, allowed) in ONLY_OF {
            if !source.path.starts_with(&format!("{name}/src/")) {
                continue;
            }
            for used in paths_after(source.product(), &format!("{of}::")) {
                if !allowed.contains(&used.as_str()) {
                    found.push(format!("{} may not use {of}::{used}", source.path));
                }
            }
        }
    }
    nothing_of(&found);
}

#[test]
fn rules_files_never_import_each_other() {
    let sources = sources();
    let rules: Vec<&Source> =
        sources.iter().filter(|source| source.path.starts_with("ledger/src/rules/")).collect();
    let names: Vec<&str> = rules
        .iter()
        .filter_map(|source| source.path.rsplit('/').next()?.strip_suffix(".rs"))
        .filter(|name| *name != "mod")
        .collect();
    let mut found = Vec::new();
    for source in rules.iter().filter(|source| !source.path.ends_with("/mod.rs")) {
        let mut used = paths_after(&source.code, "super::");
        used.extend(paths_after(&source.code, "crate::rules::"));
        for name in used.iter().filter(|name| names.contains(&name.as_str())) {
            found.push(format!("{} uses {name}: lift what they share into books", source.path));
        }
    }
    nothing_of(&found);
}

#[test]
fn banned_words_do_not_occur() {
    let mut found = Vec::new();
    for source in sources() {
        for (places, word, except, instead) in BANNED {
            if !places.iter().any(|place| source.path.starts_with(place))
                || except.iter().any(|place| source.path.starts_with(place))
            {
                continue;
            }
            for line in lines_with(source.product(), word) {
                found.push(format!("{}:{line}: {word}: {instead}", source.path));
            }
        }
        for (word, except, instead) in BANNED_EVERYWHERE {
            if source.path == *except {
                continue;
            }
            for line in lines_with(&source.code, word) {
                found.push(format!("{}:{line}: {word}: {instead}", source.path));
            }
        }
        for (word, instead) in [("TODO", "do it or say so in an ADR"), ("FIXME", "fix it")] {
            let own = source.path.starts_with("tests/suite/tidy");
            for line in lines_with(if own { "" } else { &source.text }, word) {
                found.push(format!("{}:{line}: {word}: {instead}", source.path));
            }
        }
    }
    nothing_of(&found);
}

#[test]
fn no_statement_throws_its_answer_away() {
    let mut found = Vec::new();
    for source in sources() {
        for (at, _) in source.code.match_indices("matches!(") {
            let before = source.code[..at].trim_end().chars().next_back();
            let starts_a_statement = before.is_none_or(|c| ";{}".contains(c));
            let mut depth = 0_usize;
            let end = source.code[at..].char_indices().find(|(_, c)| {
                depth += usize::from(*c == '(');
                depth -= usize::from(*c == ')');
                *c == ')' && depth == 0
            });
            let after = end.and_then(|(end, _)| source.code[at + end + 1..].chars().next());
            if starts_a_statement && after == Some(';') {
                let line = 1 + source.code[..at].matches('\n').count();
                found.push(format!("{}:{line}: assert! what matches!", source.path));
            }
        }
    }
    nothing_of(&found);
}

#[test]
fn files_and_functions_keep_to_their_length() {
    let mut found = Vec::new();
    for source in sources() {
        let lines = source.text.lines().count();
        if lines > FILE_LINES {
            found.push(format!("{}: {lines} lines, at most {FILE_LINES}", source.path));
        }
        for (name, line, length) in functions(&source.code) {
            if length > FUNCTION_LINES {
                let path = &source.path;
                found.push(format!("{path}:{line}: fn {name} has {length} lines, at most 60"));
            }
        }
    }
    nothing_of(&found);
}

#[test]
fn every_file_opens_with_its_charter_and_has_a_telling_name() {
    let mut found = Vec::new();
    for source in sources() {
        // The unit tests of a module that is a folder need none: the module has it.
        let is_unit_tests = source.path.ends_with("/tests.rs");
        if !source.text.starts_with("//! ") && !is_unit_tests {
            found.push(format!("{}: begin with `//!`: what it is and what not", source.path));
        }
        for name in source.path.trim_end_matches(".rs").split(['/', '_']) {
            if NO_NAMES.contains(&name) {
                found.push(format!("{}: `{name}` names nothing", source.path));
            }
        }
    }
    nothing_of(&found);
}

#[test]
fn every_suite_file_is_listed_in_main() {
    let main = read("tests/suite/main.rs");
    let mut found = Vec::new();
    for entry in std::fs::read_dir(root().join("tests/suite")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let is_file = path.is_file() && name != "main";
        if is_file && !main.lines().any(|line| line == format!("mod {name};")) {
            found.push(format!("tests/suite/{name}.rs is not listed in main.rs"));
        }
    }
    nothing_of(&found);
}

#[test]
fn every_dependency_says_why_it_is_here() {
    let text = read("Cargo.toml");
    let mut above = "";
    let (mut inside, mut found) = (false, Vec::new());
    for line in text.lines() {
        if line.starts_with('[') {
            inside = line == "[workspace.dependencies]";
        }
        let is_dependency = inside && line.contains(" = ");
        let is_own = line.contains("path = ");
        let says_why = above.starts_with("# ") && !above.starts_with("# ---");
        if is_dependency && !is_own && !says_why {
            found.push(format!("Cargo.toml: `{line}` needs its reason in the line above"));
        }
        above = line;
    }
    nothing_of(&found);
}

#[test]
fn the_compiler_is_pinned_in_one_place() {
    let workspace: toml::Table = read("Cargo.toml").parse().unwrap();
    let package = workspace["workspace"]["package"].as_table().unwrap();
    assert!(package.contains_key("rust-version"));
    for file in ["rust-toolchain", "rust-toolchain.toml"] {
        assert!(!root().join(file).exists(), "{file}: rust-version in Cargo.toml is the pin");
    }
    for name in CRATES {
        let table = manifest(name);
        for key in ["rust-version", "license", "edition"] {
            let inherited = table["package"][key].get("workspace").and_then(toml::Value::as_bool);
            assert_eq!(inherited, Some(true), "{name}: {key}.workspace = true");
        }
        assert_eq!(table["lints"]["workspace"].as_bool(), Some(true), "{name}: [lints]");
    }
}

#[test]
fn objects_keep_no_order_of_their_own() {
    // Canonical JSON rests on ascending keys; `preserve_order` would be switched on for every crate at once.
    let lists = std::iter::once(read("Cargo.toml"))
        .chain(CRATES.iter().map(|name| read(&format!("{name}/Cargo.toml"))));
    for list in lists {
        let settings = list.lines().filter(|line| !line.trim_start().starts_with('#'));
        assert!(settings.into_iter().all(|line| !line.contains("preserve_order")));
    }
    let lock: toml::Table = read("Cargo.lock").parse().unwrap();
    let json = lock["package"]
        .as_array()
        .unwrap()
        .iter()
        .find(|package| package["name"].as_str() == Some("serde_json"));
    // With the feature on, serde_json depends on indexmap.
    let uses: BTreeSet<String> = json.unwrap()["dependencies"]
        .as_array()
        .unwrap()
        .iter()
        .map(|name| name.as_str().unwrap().to_owned())
        .collect();
    assert!(!uses.contains("indexmap"), "serde_json keeps insertion order: {uses:?}");
}
