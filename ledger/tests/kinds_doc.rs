//! docs/format/kinds.md is made from the sources of the acts and lines, and is never behind them.
//! `UPDATE=1 cargo test -p ledger --test kinds_doc` writes it anew.

#![cfg(test)]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use ledger::act::Body;

/// Where wire structs and closed words stand, in the order of the page.
const SOURCES: &[&str] = &[
    "act/mod.rs",
    "act/offices.rs",
    "act/policies.rs",
    "act/funds.rs",
    "act/people.rs",
    "act/cases.rs",
    "act/urgent.rs",
    "act/watch.rs",
    "act/goods.rs",
    "act/medical.rs",
    "act/flags.rs",
    "act/handing.rs",
    "act/payments.rs",
    "act/closing.rs",
    "line.rs",
    "answer.rs",
];

/// Number types with what they may hold: JSON integers end at 2^53 − 1.
const NUMBERS: &[(&str, &str, &str)] = &[
    ("fen", "-9007199254740991", "9007199254740991"),
    ("entry", "0", "9007199254740991"),
    ("u64", "0", "9007199254740991"),
    ("u32", "0", "4294967295"),
    ("u16", "0", "65535"),
    ("u8", "0", "255"),
    ("i16", "-32768", "32767"),
    ("i8", "-128", "127"),
];

/// Texts whose form is not one of a list in `ids.rs`.
const TEXTS: &[(&str, &str, &str)] = &[
    ("text", ".*", "Any text without control characters; may be empty as far as the format goes."),
    ("date", "[0-9]{4}-[0-9]{2}-[0-9]{2}", "A day of the calendar, years 1900 to 2999."),
    ("month", "[0-9]{4}-[0-9]{2}", "A month of the calendar, years 1900 to 2999."),
    (
        "payment-ref",
        "[A-Z0-9]{5}[0-9]{7}",
        "A payment: its batch and its line in the roster; line 0000000 does not occur.",
    ),
];

/// One `///` documented item: a struct with its fields, or a closed list with its words.
struct Item {
    name: String,
    doc: String,
    /// For a struct: field, type, doc. For words: word, Chinese term, doc.
    rows: Vec<(String, String, String)>,
    is_struct: bool,
}

fn source(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(path);
    std::fs::read_to_string(&path).unwrap_or_else(|why| panic!("{}: {why}", path.display()))
}

fn page_path() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/format/kinds.md")
}

/// The lines of every `name! {` block, without the macro's own definition.
fn blocks<'a>(text: &'a str, name: &str) -> Vec<Vec<&'a str>> {
    let opening = format!("{name}! {{");
    let mut lines = text.lines();
    let mut found = Vec::new();
    while let Some(line) = lines.next() {
        if line == opening {
            found.push(lines.by_ref().take_while(|line| *line != "}").collect());
        }
    }
    found
}

/// The structs of the `wire!` blocks, or the lists of the `words!` blocks.
fn items(text: &str, is_struct: bool) -> Vec<Item> {
    let mut found: Vec<Item> = Vec::new();
    let mut doc = String::new();
    for line in blocks(text, if is_struct { "wire" } else { "words" }).concat() {
        let inner = line.trim();
        if let Some(words) = inner.strip_prefix("/// ") {
            doc = format!("{doc} {words}").trim().to_owned();
        } else if let Some(name) = inner.strip_suffix(" {") {
            let (name, doc) = (name.to_owned(), std::mem::take(&mut doc));
            found.push(Item { name, doc, rows: Vec::new(), is_struct });
        } else if let Some(row) = inner.strip_suffix([',', ';']) {
            let (name, form) = row.split_once(if is_struct { ": " } else { " = " }).unwrap();
            let row = if is_struct {
                (name.to_owned(), form.to_owned(), std::mem::take(&mut doc))
            } else {
                let (word, chinese) = form.split_once(", ").unwrap();
                let plain = |text: &str| text.trim_matches('"').to_owned();
                (plain(word), plain(chinese), std::mem::take(&mut doc))
            };
            found.last_mut().unwrap().rows.push(row);
        } else {
            let is_known = inner.is_empty() || inner == "}" || inner.starts_with("#[serde(");
            assert!(is_known, "not understood: {line}");
        }
    }
    found
}

/// `PersonId` as the page calls it: `person-id`.
fn kebab(name: &str) -> String {
    let mut text = String::new();
    for character in name.chars() {
        if character.is_ascii_uppercase() && !text.is_empty() {
            text.push('-');
        }
        text.push(character.to_ascii_lowercase());
    }
    text
}

/// Every form of text with its pattern and meaning: those of `ids.rs`, and the few of [`TEXTS`].
fn text_forms() -> Vec<(String, String, String)> {
    let ids = source("ids.rs");
    let own = |(name, pattern, meaning): &(&str, &str, &str)| {
        ((*name).to_owned(), (*pattern).to_owned(), (*meaning).to_owned())
    };
    let mut forms: Vec<_> = TEXTS.iter().map(own).collect();
    for (list, hex) in [("random_ids", "32"), ("hashes", "64"), ("codes", "")] {
        let mut doc = String::new();
        for line in blocks(&ids, list).concat() {
            let line = line.trim();
            if let Some(words) = line.strip_prefix("/// ") {
                words.clone_into(&mut doc);
                continue;
            }
            let (name, rest) = line.split_once(" = ").unwrap();
            let pattern = match hex {
                "" => code_pattern(rest),
                length => format!("[0-9a-f]{{{length}}}"),
            };
            forms.push((kebab(name), pattern, std::mem::take(&mut doc)));
        }
    }
    forms
}

/// The pattern of a code, from its line `"…", 1..=12, "…", word;`.
fn code_pattern(line: &str) -> String {
    let (_, rest) = line.split_once("\", ").unwrap();
    let (lengths, rest) = rest.split_once(',').unwrap();
    let (least, most) = lengths.split_once("..=").unwrap();
    let length = if least == most { least.to_owned() } else { format!("{least},{most}") };
    let characters = [
        (", word;", "[A-Z0-9-]"),
        (", upper_or_digit;", "[A-Z0-9]"),
        (", |byte| byte.is_ascii_digit();", "[0-9]"),
    ];
    let known = characters.iter().find(|(end, _)| rest.ends_with(end));
    let (_, class) = known.unwrap_or_else(|| panic!("not understood: {line}"));
    format!("{class}{{{length}}}")
}

/// A field's type in the words of the page.
fn form_of(rust: &str, known: &BTreeMap<String, String>) -> String {
    let within = |outer: &str| rust.strip_prefix(outer)?.strip_suffix('>');
    if let Some(inner) = within("Option<") {
        return format!("{}, may be absent", form_of(inner, known));
    }
    // A list whose first item stands in its owner is a list like any other.
    let inline = within("SmallVec<[").and_then(|items| items.strip_suffix("; 1]"));
    if let Some(inner) = within("Vec<").or(inline) {
        return format!("list of {}", form_of(inner, known));
    }
    let form = match rust {
        "Money" => "fen",
        "String" => "text",
        "Period" => "month",
        "Seq" => "entry",
        other => known.get(other).unwrap_or_else(|| panic!("no form for {other}")),
    };
    format!("`{form}`")
}

/// Role variant by act variant, from the table in `act::roles`.
fn roles() -> BTreeMap<String, String> {
    let text = source("act/roles.rs");
    let (_, table) = text.split_once("match self {").unwrap();
    let (table, _) = table.split_once("\n    }\n").unwrap();
    let mut waiting = Vec::new();
    let mut roles = BTreeMap::new();
    for word in table.split(|c: char| !(c.is_alphanumeric() || c == ':')) {
        if let Some(variant) = word.strip_prefix("Body::") {
            waiting.push(variant.to_owned());
        } else if let Some(role) = word.strip_prefix("Role::") {
            roles.extend(waiting.drain(..).map(|variant| (variant, role.to_owned())));
        } else if word == "None" {
            waiting.clear();
        }
    }
    roles
}

/// Kind, variant, struct name and Chinese name of every act.
fn acts() -> Vec<[String; 4]> {
    let text = source("act/mod.rs");
    let line = |line: &str| {
        let (kind, rest) = line.trim().strip_suffix(';')?.split_once(" => ")?;
        let (variant, rest) = rest.split_once('(')?;
        let (path, chinese) = rest.split_once("), ")?;
        let body = path.rsplit("::").next()?;
        Some([kind.trim_matches('"'), variant, body, chinese.trim_matches('"')].map(str::to_owned))
    };
    blocks(&text, "acts").concat().into_iter().map(|text| line(text).unwrap()).collect()
}

/// Kind and struct name of every line.
fn lines() -> Vec<(String, String)> {
    let text = source("line.rs");
    let entries = blocks(&text, "lines").concat();
    let entries = entries.iter().filter(|line| !line.trim().starts_with("///"));
    let line = |line: &str| {
        let (kind, rest) = line.trim().split_once(" => ")?;
        let (_, body) = rest.trim_end_matches("),").split_once('(')?;
        Some((kind.trim_matches('"').to_owned(), body.to_owned()))
    };
    entries.map(|text| line(text).unwrap()).collect()
}

/// The doc without the kinds that it begins with, and the line kinds that it names in parentheses.
fn prose(doc: &str) -> (String, Option<String>) {
    let text = match doc.split_once(": ") {
        Some((head, text)) if head.contains('`') => sentence(text),
        _ => doc.to_owned(),
    };
    match text.split_once(" (lines ") {
        Some((before, rest)) => {
            let (kinds, after) = rest.split_once(')').unwrap();
            (format!("{before}{after}"), Some(kinds.to_owned()))
        }
        None => (text, None),
    }
}

fn sentence(text: &str) -> String {
    let mut characters = text.chars();
    let first = characters.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(characters).collect()
}

/// Everything that the sources say, and the names by which types are known on the page.
struct Sources {
    items: Vec<Item>,
    known: BTreeMap<String, String>,
}

impl Sources {
    fn read() -> Sources {
        let of = |is_struct| move |path: &&str| items(&source(path), is_struct);
        let structs = SOURCES.iter().flat_map(of(true));
        let items: Vec<_> = structs.chain(SOURCES.iter().flat_map(of(false))).collect();
        let mut known: BTreeMap<_, _> =
            items.iter().map(|item| (item.name.clone(), item.name.clone())).collect();
        assert_eq!(known.len(), items.len(), "two wire types have one name");
        // A body within another one goes by its kind.
        known.extend(acts().into_iter().map(|[kind, _, body, _]| (body, kind)));
        let ids = source("ids.rs");
        for line in ["random_ids", "hashes", "codes"].map(|list| blocks(&ids, list)).concat() {
            let names = line.iter().filter_map(|line| line.trim().split_once(" = "));
            known.extend(names.map(|(name, _)| (name.to_owned(), kebab(name))));
        }
        for plain in ["u64", "u32", "u16", "u8", "i16", "i8"] {
            known.insert(plain.to_owned(), plain.to_owned());
        }
        known.insert("Date".to_owned(), "date".to_owned());
        known.insert("PaymentRef".to_owned(), "payment-ref".to_owned());
        Sources { items, known }
    }

    fn item(&self, name: &str) -> &Item {
        self.items.iter().find(|item| item.name == name).unwrap()
    }

    fn fields(&self, item: &Item) -> String {
        let mut page = "\n| key | form | meaning |\n|---|---|---|\n".to_owned();
        for (field, rust, doc) in &item.rows {
            writeln!(page, "| `{field}` | {} | {doc} |", form_of(rust, &self.known)).unwrap();
        }
        page
    }

    fn acts(&self, page: &mut String) {
        let (roles, role_words) = (roles(), self.item("Role"));
        let role = |variant: &String| {
            let Some(needed) = roles.get(variant) else {
                return "Role: none; whoever is in office, as log.md §4 says.".to_owned();
            };
            let (word, chinese, _) = role_words
                .rows
                .iter()
                .find(|(word, _, _)| word.replace('_', "") == needed.to_lowercase())
                .unwrap();
            format!("Role: `{word}` {chinese}.")
        };
        for [kind, variant, body, chinese] in acts() {
            let item = self.item(&body);
            let (text, lines) = prose(&item.doc);
            writeln!(page, "\n### `{kind}` {chinese}\n\n{text}\n").unwrap();
            match (kind.as_str(), lines) {
                ("ledger.founded", _) => {
                    page.push_str("Role: none; one of the root keys that it lists signs.\n");
                }
                (_, Some(lines)) => writeln!(page, "{} Lines: {lines}.", role(&variant)).unwrap(),
                (_, None) => writeln!(page, "{}", role(&variant)).unwrap(),
            }
            page.push_str(&self.fields(item));
        }
    }
}

fn page() -> String {
    let sources = Sources::read();
    let mut page = include_str!("kinds_doc/head.md").to_owned();
    page.push_str("\n## Forms of text\n\n| form | pattern | meaning |\n|---|---|---|\n");
    for (form, pattern, meaning) in text_forms() {
        writeln!(page, "| `{form}` | `{pattern}` | {meaning} |").unwrap();
    }
    page.push_str("\n## Forms of numbers\n\n| form | from | to |\n|---|---|---|\n");
    for (form, from, to) in NUMBERS {
        writeln!(page, "| `{form}` | {from} | {to} |").unwrap();
    }
    page.push_str("\n## Acts\n");
    sources.acts(&mut page);
    page.push_str("\n## Lines\n");
    for (kind, body) in lines() {
        let item = sources.item(&body);
        writeln!(page, "\n### `{kind}`\n\n{}", prose(&item.doc).0).unwrap();
        page.push_str(&sources.fields(item));
    }
    page.push_str("\n## Objects\n");
    let bodies: Vec<_> = acts()
        .into_iter()
        .map(|act| act[2].clone())
        .chain(lines().into_iter().map(|l| l.1))
        .collect();
    let objects =
        sources.items.iter().filter(|item| item.is_struct && !bodies.contains(&item.name));
    for item in objects {
        writeln!(page, "\n### `{}`\n\n{}", item.name, item.doc).unwrap();
        page.push_str(&sources.fields(item));
    }
    page.push_str("\n## Closed words\n");
    for item in sources.items.iter().filter(|item| !item.is_struct) {
        writeln!(page, "\n### `{}`\n\n{}\n", item.name, item.doc).unwrap();
        page.push_str("| word | 中文 | meaning |\n|---|---|---|\n");
        for (word, chinese, doc) in &item.rows {
            writeln!(page, "| `{word}` | {chinese} | {doc} |").unwrap();
        }
    }
    page.push_str(include_str!("kinds_doc/tail.md"));
    page
}

#[test]
fn the_page_of_kinds_says_what_the_sources_say() {
    let page = page();
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(page_path(), &page).unwrap();
    }
    let written = std::fs::read_to_string(page_path()).unwrap();
    let differs = written.lines().zip(page.lines()).position(|(old, new)| old != new);
    assert!(
        written == page,
        "docs/format/kinds.md is behind the sources from line {differs:?} on: run this test with UPDATE=1"
    );
}

#[test]
fn every_kind_has_its_section() {
    let listed: Vec<_> = acts().into_iter().map(|[kind, _, _, chinese]| (kind, chinese)).collect();
    let known: Vec<_> =
        Body::KINDS.iter().map(|(kind, zh)| ((*kind).to_owned(), (*zh).to_owned())).collect();
    assert_eq!(listed, known);
    assert_eq!(lines().len(), 13);
}
