//! The source tree as tidy reads it: files, code without comments and strings, functions with their length.

use std::fs;
use std::path::{Path, PathBuf};

/// The five crates.
pub(super) const CRATES: [&str; 5] = ["ledger", "reconcile", "exports", "api", "tests"];

/// A Rust file: where it stands, its text, and its code, which is the text with comments and strings blanked out.
pub(super) struct Source {
    pub path: String,
    pub text: String,
    pub code: String,
}

impl Source {
    /// True for files that only tests are built from.
    pub(super) fn is_test(&self) -> bool {
        let name = self.path.rsplit('/').next().unwrap();
        let is_fixture = self.path == "exports/src/sample.rs";
        self.path.split('/').any(|part| part == "tests") || name == "tests.rs" || is_fixture
    }

    /// The code that is in the product: without the unit tests at the bottom of the file.
    pub(super) fn product(&self) -> &str {
        if self.is_test() {
            return "";
        }
        self.code.split("\n#[cfg(test)]\nmod tests").next().unwrap()
    }

    /// The module of its crate that the file belongs to: `books` for `ledger/src/books/funds.rs`.
    pub(super) fn module(&self) -> &str {
        let inside = self.path.split_once("/src/").map_or("", |(_, inside)| inside);
        inside.split(['/', '.']).next().unwrap()
    }
}

/// The root of the workspace.
pub(super) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// A file of the workspace as text.
pub(super) fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|why| panic!("{path}: {why}"))
}

/// Every Rust file of the five crates, in order of path.
pub(super) fn sources() -> Vec<Source> {
    let mut paths = Vec::new();
    for name in CRATES {
        walk(&root().join(name), "rs", &mut paths);
    }
    let sources = paths.into_iter().map(|path| {
        let text = read(&path);
        let code = blanked(&text);
        Source { path, text, code }
    });
    sources.collect()
}

/// Every Markdown page that people read.
pub(super) fn pages() -> Vec<(String, String)> {
    let mut paths = Vec::new();
    walk(&root().join("docs"), "md", &mut paths);
    for entry in fs::read_dir(root()).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        if Path::new(&name).extension().is_some_and(|ending| ending == "md") {
            paths.push(name);
        }
    }
    paths.sort();
    paths.into_iter().map(|path| (read(&path), path)).map(|(text, path)| (path, text)).collect()
}

fn walk(folder: &Path, ending: &str, found: &mut Vec<String>) {
    let mut entries: Vec<PathBuf> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            walk(&path, ending, found);
        } else if path.extension().is_some_and(|own| own == ending) {
            let inside = path.strip_prefix(root()).unwrap();
            found.push(inside.to_str().unwrap().replace('\\', "/"));
        }
    }
}

/// The text with comments, strings and characters blanked out; line feeds stay, so lines keep their numbers.
pub(super) fn blanked(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut code = String::with_capacity(text.len());
    let mut at = 0;
    while at < chars.len() {
        let end = skipped(&chars, at);
        if end == at {
            code.push(chars[at]);
            at += 1;
            continue;
        }
        code.extend(chars[at..end].iter().map(|c| if *c == '\n' { '\n' } else { ' ' }));
        at = end;
    }
    code
}

/// The end of the comment, string or character that begins here; `at` itself if none does.
fn skipped(chars: &[char], at: usize) -> usize {
    let starts = |from: usize, what: &str| {
        what.chars().enumerate().all(|(i, c)| chars.get(from + i) == Some(&c))
    };
    if starts(at, "//") {
        return at + chars[at..].iter().take_while(|c| **c != '\n').count();
    }
    let in_word = at > 0 && (chars[at - 1].is_alphanumeric() || chars[at - 1] == '_');
    if chars[at] == 'r' && (!in_word || chars[at - 1] == 'b') {
        let hashes = chars[at + 1..].iter().take_while(|c| **c == '#').count();
        if chars.get(at + 1 + hashes) == Some(&'"') {
            let close = format!("\"{}", "#".repeat(hashes));
            let from = at + 2 + hashes;
            let end = (from..chars.len()).find(|i| starts(*i, &close)).unwrap_or(chars.len());
            return (end + close.len()).min(chars.len());
        }
    }
    match chars[at] {
        '"' => closing(chars, at, '"'),
        // A lifetime has no closing quote two characters on.
        '\'' if chars.get(at + 1) == Some(&'\\') || chars.get(at + 2) == Some(&'\'') => {
            closing(chars, at, '\'')
        }
        _ => at,
    }
}

/// The place behind the closing quote of what opens at `at`.
fn closing(chars: &[char], at: usize, quote: char) -> usize {
    let mut i = at + 1;
    while i < chars.len() {
        match chars[i] {
            '\\' => i += 2,
            c if c == quote => return i + 1,
            _ => i += 1,
        }
    }
    chars.len()
}

/// Every function of blanked code: name, first line from 1, number of lines.
pub(super) fn functions(code: &str) -> Vec<(String, usize, usize)> {
    let mut found = Vec::new();
    for (at, _) in code.match_indices("fn ") {
        let before = code[..at].chars().next_back();
        let name: String = code[at + 3..].chars().take_while(|c| is_word(*c)).collect();
        if before.is_some_and(is_word) || name.is_empty() {
            continue;
        }
        if let Some(length) = body_length(&code[at..]) {
            let line = 1 + code[..at].matches('\n').count();
            found.push((name, line, 1 + code[at..at + length].matches('\n').count()));
        }
    }
    found
}

/// From `fn` to the closing brace; `None` for a function without a body.
fn body_length(code: &str) -> Option<usize> {
    let (mut braces, mut brackets) = (0_usize, 0_usize);
    for (at, c) in code.char_indices() {
        match c {
            '(' | '[' => brackets += 1,
            ')' | ']' => brackets = brackets.saturating_sub(1),
            '{' => braces += 1,
            '}' if braces <= 1 => return Some(at + 1),
            '}' => braces -= 1,
            ';' if braces == 0 && brackets == 0 => return None,
            _ => {}
        }
    }
    None
}

/// True for a character that can stand in an identifier.
pub(super) fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// The places of a word in code. A word is not part of a longer one; where it begins or ends with another sign, that end is free.
pub(super) fn lines_with(code: &str, word: &str) -> Vec<usize> {
    let starts_free = !word.starts_with(is_word);
    let ends_free = !word.ends_with(is_word);
    let places = code.match_indices(word).filter(|(at, _)| {
        let before = code[..*at].chars().next_back();
        let after = code[at + word.len()..].chars().next();
        (starts_free || !before.is_some_and(is_word)) && (ends_free || !after.is_some_and(is_word))
    });
    places.map(|(at, _)| 1 + code[..at].matches('\n').count()).collect()
}

/// The modules of its own crate that code names as `crate::…`.
pub(super) fn used_modules(code: &str) -> Vec<String> {
    paths_after(code, "crate::")
}

/// The first names after a path's beginning: `a` and `b` for `ledger::{a::X, b}`.
pub(super) fn paths_after(code: &str, beginning: &str) -> Vec<String> {
    let mut names = Vec::new();
    for (at, _) in code.match_indices(beginning) {
        if code[..at].chars().next_back().is_some_and(is_word) {
            continue;
        }
        let rest = &code[at + beginning.len()..];
        match rest.strip_prefix('{') {
            Some(group) => names.extend(first_names(group)),
            None => names.extend(first_names(rest).into_iter().take(1)),
        }
    }
    names
}

/// The names at the top of a `use` group, up to its closing brace.
fn first_names(group: &str) -> Vec<String> {
    let mut names = vec![String::new()];
    let (mut depth, mut is_first) = (0_usize, true);
    for c in group.chars() {
        match c {
            '}' if depth == 0 => break,
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                names.push(String::new());
                is_first = true;
            }
            c if is_word(c) && is_first => names.last_mut().unwrap().push(c),
            c if c.is_whitespace() => {}
            ';' | ')' => break,
            _ => is_first = false,
        }
    }
    names.into_iter().filter(|name| !name.is_empty()).collect()
}
