//! Which keys a profile has and what they hold. Every mistake of form is told at its line and column, all at once.

use ledger::answer::Reason;
use ledger::money::Money;
use toml::de::{DeTable, DeValue};

use super::field::{Align, Kind, Role};
use super::file_name::FileName;
use super::layout::{BankStatus, Container, Direction, Header, Position, SettledPart};
use crate::problem::{Code, Problem};

/// What a key holds.
enum Shape {
    Text,
    Truth,
    Count,
    Letter,
    Yuan,
    FileName,
    Reason,
    Texts,
    One(&'static [&'static str]),
    Many(&'static [&'static str]),
    Table(&'static [Key]),
    Tables(&'static [Key]),
}

/// One key, and whether it must be there.
struct Key(&'static str, bool, Shape);

const ENCODINGS: &[&str] = &["gb18030", "utf-8"];

const PROFILE: &[Key] = &[
    Key("id", true, Shape::Text),
    Key("version", true, Shape::Count),
    Key("title", true, Shape::Text),
    Key("source", true, Shape::Text),
    Key("layout", true, Shape::Tables(LAYOUT)),
];

const LAYOUT: &[Key] = &[
    Key("id", true, Shape::Text),
    Key("direction", true, Shape::One(Direction::WORDS)),
    Key("containers", true, Shape::Many(Container::WORDS)),
    Key("encodings", false, Shape::Many(ENCODINGS)),
    Key("records", false, Shape::Text),
    Key("separator", false, Shape::Letter),
    Key("trailing_separator", false, Shape::Truth),
    Key("quoted", false, Shape::Truth),
    Key("skip_rows", false, Shape::Count),
    Key("header_scan_rows", false, Shape::Count),
    Key("header", true, Shape::One(Header::WORDS)),
    Key("file_name", false, Shape::FileName),
    Key("totals", false, Shape::Table(TOTALS)),
    Key("field", true, Shape::Tables(FIELD)),
    Key("status", false, Shape::Tables(STATUS)),
    Key("every_line", false, Shape::One(BankStatus::WORDS)),
    Key("reason", false, Shape::Tables(REASON)),
    Key("amount_limit", false, Shape::Yuan),
    Key("max_rows", false, Shape::Count),
    Key("others_allowed", false, Shape::Truth),
    Key("own_bank", false, Shape::Texts),
    Key("without_reference", false, Shape::Truth),
    Key("account_labels", false, Shape::Texts),
];

const TOTALS: &[Key] = &[
    Key("position", true, Shape::One(Position::WORDS)),
    Key("marker", false, Shape::Text),
    Key("field", true, Shape::Tables(FIELD)),
];

const FIELD: &[Key] = &[
    Key("role", true, Shape::One(Role::WORDS)),
    Key("label", false, Shape::Text),
    Key("titles", false, Shape::Texts),
    Key("kind", false, Shape::One(Kind::WORDS)),
    Key("optional", false, Shape::Truth),
    Key("may_be_empty", false, Shape::Truth),
    Key("grouped", false, Shape::Truth),
    Key("negative", false, Shape::Truth),
    Key("unit_word", false, Shape::Text),
    Key("max_bytes", false, Shape::Count),
    Key("width", false, Shape::Count),
    Key("bytes", false, Shape::Count),
    Key("align", false, Shape::One(Align::WORDS)),
    Key("pad", false, Shape::Letter),
    Key("value", false, Shape::Text),
];

const STATUS: &[Key] = &[
    Key("is", true, Shape::One(BankStatus::WORDS)),
    Key("words", false, Shape::Texts),
    Key("contains", false, Shape::Texts),
    Key("starts", false, Shape::Texts),
    Key("empty", false, Shape::Truth),
    Key("filled", false, Shape::Truth),
    Key("settled", false, Shape::One(SettledPart::WORDS)),
];

const REASON: &[Key] = &[Key("is", true, Shape::Reason), Key("contains", true, Shape::Texts)];

/// A profile's text, with which mistakes find their lines.
#[derive(Clone, Copy)]
pub(super) struct Source<'a> {
    pub(super) file: &'a str,
    pub(super) text: &'a str,
}

impl Source<'_> {
    /// A mistake at an offset in bytes.
    pub(super) fn problem(self, offset: usize, key: &str) -> Problem {
        let before = self.text.get(..offset).unwrap_or(self.text);
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().map_or(0, |line| line.chars().count()) + 1;
        let line = u32::try_from(line).unwrap_or(u32::MAX);
        Problem::of_row(Code::ProfileInvalid, self.file, line)
            .in_column(format!("{key}（第{column}字）"))
    }

    /// Every mistake of form.
    pub(super) fn faults(self, profile: &DeTable<'_>) -> Vec<Problem> {
        let mut problems = Vec::new();
        self.check_table(profile, 0, "profile", PROFILE, &mut problems);
        problems
    }

    fn check_table(
        self,
        table: &DeTable<'_>,
        at: usize,
        name: &str,
        keys: &'static [Key],
        problems: &mut Vec<Problem>,
    ) {
        for (found, value) in table {
            let word = found.get_ref().as_ref();
            let Some(Key(_, _, shape)) = keys.iter().find(|Key(known, ..)| *known == word) else {
                let problem = self.problem(found.span().start, word).found(word);
                problems.push(problem.expected(format!("{name}的键：{}", meant(word, keys))));
                continue;
            };
            self.check(value.get_ref(), value.span(), word, shape, problems);
        }
        for Key(needed, ..) in keys.iter().filter(|Key(_, is_needed, _)| *is_needed) {
            if !table.keys().any(|found| found.get_ref() == needed) {
                problems.push(self.problem(at, needed).expected(format!("{name}写明 {needed}")));
            }
        }
    }

    fn check(
        self,
        value: &DeValue<'_>,
        span: std::ops::Range<usize>,
        key: &str,
        shape: &Shape,
        problems: &mut Vec<Problem>,
    ) {
        let at = span.start;
        match (shape, value) {
            (Shape::Table(keys), DeValue::Table(table)) => {
                return self.check_table(table, at, key, keys, problems);
            }
            (Shape::Tables(keys), DeValue::Array(items)) => {
                for item in items {
                    match item.get_ref().as_table() {
                        Some(table) => {
                            self.check_table(table, item.span().start, key, keys, problems);
                        }
                        None => problems.push(
                            self.problem(item.span().start, key).expected(format!("[[{key}]]")),
                        ),
                    }
                }
                return;
            }
            (Shape::Texts | Shape::Many(_), DeValue::Array(items)) => {
                for item in items {
                    let item_shape = if let Shape::Many(words) = shape {
                        Shape::One(words)
                    } else {
                        Shape::Text
                    };
                    let wanted = wanted(item.get_ref(), &item_shape);
                    problems.extend(wanted.map(|wanted| self.wrong(&item.span(), key, wanted)));
                }
                return;
            }
            _ => {}
        }
        problems.extend(wanted(value, shape).map(|wanted| self.wrong(&span, key, wanted)));
    }

    fn wrong(self, span: &std::ops::Range<usize>, key: &str, wanted: String) -> Problem {
        let found = self.text.get(span.clone()).unwrap_or_default();
        self.problem(span.start, key).found(found).expected(wanted)
    }
}

/// What a key wants that the value is not.
fn wanted(value: &DeValue<'_>, shape: &Shape) -> Option<String> {
    let text = value.as_str();
    let unless = |holds: bool, wanted: &str| (!holds).then(|| wanted.to_owned());
    match shape {
        Shape::Text => unless(text.is_some(), "引号里的文字"),
        Shape::Truth => unless(value.is_bool(), "true 或 false"),
        Shape::Count => {
            let digits = value.as_integer().filter(|number| number.radix() == 10);
            let is_count = digits.is_some_and(|number| number.as_str().parse::<u32>().is_ok());
            unless(is_count, "不带引号的整数，不小于0")
        }
        Shape::Letter => {
            unless(text.is_some_and(|text| text.chars().count() == 1), "引号里的一个字符")
        }
        Shape::Yuan => {
            let is_money = text.is_some_and(|text| Money::parse_yuan(text).is_ok());
            unless(is_money, "引号里的金额，元，例如 \"99999999.99\"")
        }
        Shape::FileName => match text.map(|text| FileName::try_from(text.to_owned())) {
            Some(Ok(_)) => None,
            Some(Err(why)) => Some(format!("银行的文件名（{why}）")),
            None => Some("引号里的文件名".to_owned()),
        },
        Shape::Reason => {
            let is_reason = |text: &str| Reason::ALL.iter().any(|reason| reason.word() == text);
            let words: Vec<_> = Reason::ALL.iter().map(|reason| reason.word()).collect();
            (!text.is_some_and(is_reason)).then(|| format!("{}之一", words.join("、")))
        }
        Shape::One(words) => one_of(words, value),
        Shape::Texts => Some("方括号里的若干文字，例如 [\"账号\", \"帐号\"]".to_owned()),
        Shape::Many(words) => Some(format!("方括号里的若干个：{}", words.join("、"))),
        Shape::Table(_) => Some("一个表，例如 [layout.totals]".to_owned()),
        Shape::Tables(_) => Some("若干个表，例如 [[layout.field]]".to_owned()),
    }
}

fn one_of(words: &[&str], value: &DeValue<'_>) -> Option<String> {
    let is_one = value.as_str().is_some_and(|text| words.contains(&text));
    (!is_one).then(|| format!("{}之一", words.join("、")))
}

/// The key that was probably meant, or all of them.
fn meant(word: &str, keys: &[Key]) -> String {
    let nearest = keys.iter().map(|Key(known, ..)| (distance(word, known), *known)).min();
    match nearest {
        Some((distance, known)) if distance <= 2 => format!("{known}（想写的可能是它）"),
        Some(_) | None => keys.iter().map(|Key(known, ..)| *known).collect::<Vec<_>>().join("、"),
    }
}

/// How many letters must be changed, put in or taken out to make one word of the other.
fn distance(one: &str, other: &str) -> usize {
    let mut row: Vec<usize> = (0..=other.chars().count()).collect();
    for (index, letter) in one.chars().enumerate() {
        let mut next = vec![index + 1];
        for ((known, above), corner) in other.chars().zip(row.iter().skip(1)).zip(&row) {
            let left = next.last().copied().unwrap_or(0);
            let changed = corner + usize::from(letter != known);
            next.push(changed.min(above + 1).min(left + 1));
        }
        row = next;
    }
    row.last().copied().unwrap_or(0)
}
