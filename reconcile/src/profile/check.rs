//! Reads a profile and tells everything that is wrong with it at its line: first the form, then whether its keys fit
//! together, so that reading a bank file never meets a half-made layout.

mod of_layout;

use std::collections::BTreeSet;

use toml::de::{DeArray, DeTable};

use super::Profile;
use super::schema::Source;
use crate::problem::Problem;

/// One step from a profile to one of its values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    Key(&'static str),
    Nth(usize),
}

/// What should hold instead, and at which value.
#[derive(Debug)]
pub(super) struct Fault {
    pub(super) at: Vec<Step>,
    pub(super) found: String,
    pub(super) wanted: String,
}

/// The profile, if nothing is wrong with it.
pub(super) fn checked(file: &str, text: &str) -> Result<Profile, Vec<Problem>> {
    let source = Source { file, text };
    let (table, errors) = DeTable::parse_recoverable(text);
    if !errors.is_empty() {
        return Err(errors.iter().map(|error| of_syntax(source, error)).collect());
    }
    let table = table.get_ref();
    let problems = in_order(source.faults(table));
    if !problems.is_empty() {
        return Err(problems);
    }
    let profile: Profile = toml::from_str(text).map_err(|error| vec![of_syntax(source, &error)])?;
    let problems: Vec<Problem> = faults(&profile)
        .into_iter()
        .map(|fault| {
            let (offset, key) = place(table, &fault.at);
            source.problem(offset, key).found(fault.found).expected(fault.wanted)
        })
        .collect();
    if problems.is_empty() { Ok(profile) } else { Err(in_order(problems)) }
}

/// As they stand in the file, from top to bottom.
fn in_order(mut problems: Vec<Problem>) -> Vec<Problem> {
    problems.sort_by_key(|problem| problem.row);
    problems
}

fn of_syntax(source: Source<'_>, error: &toml::de::Error) -> Problem {
    let offset = error.span().map_or(0, |span| span.start);
    let before = source.text.get(..offset).unwrap_or_default();
    let line = source.text.lines().nth(before.matches('\n').count()).unwrap_or_default();
    let wanted = format!("TOML的写法（{}）", error.message());
    source.problem(offset, "TOML").found(line.trim()).expected(wanted)
}

/// Where the value stands, or the nearest table that should hold it.
fn place(table: &DeTable<'_>, steps: &[Step]) -> (usize, &'static str) {
    let mut offset = 0;
    let mut name = "profile";
    let mut table = Some(table);
    let mut items = None;
    for step in steps {
        let found = match step {
            Step::Key(key) => {
                name = key;
                table.and_then(|table| table.iter().find(|(known, _)| known.get_ref() == key)).map(
                    |(known, value)| {
                        offset = known.span().start;
                        value
                    },
                )
            }
            Step::Nth(index) => {
                let item = items.and_then(|items: &DeArray<'_>| items.get(*index));
                offset = item.map_or(offset, |item| item.span().start);
                item
            }
        };
        let Some(found) = found else { break };
        table = found.get_ref().as_table();
        items = found.get_ref().as_array();
    }
    (offset, name)
}

/// Everything that contradicts itself.
fn faults(profile: &Profile) -> Vec<Fault> {
    let mut faults = Vec::new();
    if profile.id.is_empty() || !profile.id.bytes().all(is_id_byte) {
        let wanted = "小写字母、数字和短横".to_owned();
        faults.push(Fault { at: vec![Step::Key("id")], found: profile.id.clone(), wanted });
    }
    if profile.version == 0 {
        let wanted = "从1数起".to_owned();
        faults.push(Fault { at: vec![Step::Key("version")], found: "0".to_owned(), wanted });
    }
    let mut ids = BTreeSet::new();
    for (index, layout) in profile.layouts.iter().enumerate() {
        let at = vec![Step::Key("layout"), Step::Nth(index)];
        if !ids.insert(layout.id.as_str()) {
            let wanted = "每个 layout 各有一个 id".to_owned();
            let at = [at.as_slice(), &[Step::Key("id")]].concat();
            faults.push(Fault { at, found: layout.id.clone(), wanted });
        }
        faults.extend(
            of_layout::faults(layout)
                .into_iter()
                .map(|fault| Fault { at: [at.as_slice(), fault.at.as_slice()].concat(), ..fault }),
        );
    }
    faults
}

fn is_id_byte(byte: u8) -> bool {
    byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-'
}

#[cfg(test)]
mod tests {
    use super::checked;

    const ICBC: &str = include_str!("../../profiles/icbc-batch.toml");
    const RCB: &str = include_str!("../../profiles/rcb-pipe-head.toml");

    /// Line and column word of every problem.
    fn told(text: &str) -> Vec<(u32, String, String)> {
        let told = checked("新行.toml", text).unwrap_err().into_iter();
        told.map(|p| (p.row.unwrap(), p.column.unwrap(), p.expected)).collect()
    }

    fn line_of(text: &str, part: &str) -> u32 {
        let before = text.split(part).next().unwrap();
        u32::try_from(before.matches('\n').count() + 1).unwrap()
    }

    #[test]
    fn what_cells_are_made_of_does_not_stand_between_them() {
        for odd in ["0", "a", ".", "-", " ", "\\n"] {
            let text = RCB.replacen("separator = \"|\"", &format!("separator = \"{odd}\""), 1);
            let line = line_of(&text, "separator =");
            assert!(told(&text).iter().any(|(at, ..)| *at == line), "{odd:?}");
        }
        for usual in [";", ",", "\\t", "^"] {
            let text = RCB.replace("separator = \"|\"", &format!("separator = \"{usual}\""));
            assert!(checked("新行.toml", &text).is_ok(), "{usual:?}");
        }
    }

    #[test]
    fn every_mistake_of_form_is_told_at_its_line_and_all_at_once() {
        let text = ICBC
            .replace("kind = \"yuan\"", "kind = \"yuen\"")
            .replace("may_be_empty = true", "may_be_emtpy = true")
            .replace("version = 1", "version = \"1\"");
        let told = told(&text);
        assert_eq!(told[0].0, line_of(&text, "version"));
        assert!(told[0].2.contains("整数"), "{told:?}");
        assert_eq!(told[1].0, line_of(&text, "kind = \"yuen\""));
        assert!(told.iter().any(|(_, _, wanted)| wanted.contains("may_be_empty（想写的")));
        assert_eq!(told.len(), 1 + 4 + 2);
    }

    #[test]
    fn a_payment_file_that_this_program_cannot_write_is_told() {
        let sheet = ICBC.replacen("[\"delimited\"]", "[\"xlsx\"]", 1);
        let told_of = |text: &str| told(text).into_iter().map(|(_, _, wanted)| wanted);
        assert!(
            told_of(&sheet).any(|wanted| wanted.contains("由本程序写出")),
            "{:?}",
            told(&sheet)
        );
        let name = |name: &str| {
            let line = ICBC.lines().find(|line| line.starts_with("file_name")).unwrap();
            told(&ICBC.replacen(line, &format!("file_name = \"{name}\""), 1))
        };
        for odd in ["out/{batch}.csv", "..\\\\{batch}.csv", "/tmp/{batch}", ".{batch}", "C:{batch}"]
        {
            let told = name(odd);
            assert!(told.iter().any(|(.., wanted)| wanted.contains("文件名")), "{odd}: {told:?}");
        }
    }

    #[test]
    fn broken_toml_is_told_with_its_line() {
        let text = ICBC.replace("quoted = true", "quoted = ture");
        let told = told(&text);
        assert_eq!(told[0].0, line_of(&text, "quoted = ture"), "{told:?}");
    }

    #[test]
    fn what_contradicts_itself_is_told_at_the_layout_or_field() {
        let text = RCB.replacen("role = \"count\"\nkind = \"integer\"\n", "role = \"count\"\n", 1);
        let text = text.replacen("role = \"account\"", "role = \"name\"", 1);
        let told = told(&text);
        let lines: Vec<u32> = told.iter().map(|(line, ..)| *line).collect();
        assert!(lines.contains(&line_of(&text, "direction")), "{told:?}");
        assert!(told.iter().all(|(line, ..)| *line > 5), "{told:?}");
    }
}
