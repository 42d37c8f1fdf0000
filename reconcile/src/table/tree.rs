//! Documents whose values are found by paths: XML, and MT940 made into the same shape.
//! A path is steps between `/`: a name, `name[child/path=value]`, `..`, and last perhaps `@attribute`.

use std::collections::HashMap;

use super::document::{Document, Element};
use super::{Cell, Form, Row, mt940, text_fault};
use crate::problem::Code;
use crate::profile::{Field, Layout};

/// An element for each line, with what is around it. A row of cells takes many times what an element does, so a row is made when
/// it is read.
#[derive(Clone, Debug)]
pub(crate) struct Records<'a> {
    document: &'a Document<'a>,
    /// True if they are the entries of an MT940 message.
    are_entries: bool,
    /// The places of the elements that are around such as stand beside each other, outermost first, and again for the next.
    around: Vec<u32>,
    /// How many elements are around each.
    depth: usize,
    /// The elements, in the order of the file.
    pub(crate) all: Vec<Record>,
}

/// The place of an element, and where in [`Records::around`] what is around it begins.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Record {
    at: u32,
    around: u32,
}

/// What was last found around a record. Those that stand beside it have the same around them, however many there are.
#[derive(Debug, Default)]
pub(crate) struct Outside {
    around: Option<u32>,
    found: HashMap<String, Vec<Value>>,
}

/// A value at a path.
#[derive(Clone, Debug)]
struct Value {
    text: String,
    /// Elements stand in the middle of it.
    is_mixed: bool,
}

impl Value {
    fn of(text: impl Into<String>) -> Value {
        Value { text: text.into(), is_mixed: false }
    }
}

impl<'a> Records<'a> {
    /// About how many bytes of the file so many of them take.
    pub(crate) fn bytes(&self, records: usize) -> usize {
        (self.document.size() / self.all.len().max(1)).saturating_mul(records)
    }

    /// The line as the layout's fields see it.
    pub(crate) fn row(
        &self,
        record: Record,
        number: u32,
        fields: &[Field],
        outside: &mut Outside,
    ) -> Row {
        let Some(element) = self.document.element(record.at) else { return Row::blank(number) };
        if outside.around != Some(record.around) {
            *outside = Outside { around: Some(record.around), found: HashMap::new() };
        }
        let parts = if self.are_entries { mt940::parts(element) } else { None };
        row(number, fields, &mut |path| {
            if path.starts_with("../") {
                let known = outside.found.get(path).cloned();
                return known.unwrap_or_else(|| {
                    let found = values(element, &self.around(record), path);
                    outside.found.insert(path.to_owned(), found.clone());
                    found
                });
            }
            match &parts {
                Some(parts) => {
                    let named = parts.iter().filter(|(name, _)| *name == path);
                    named.map(|(_, text)| Value::of(text.clone())).collect()
                }
                None => values(element, &[], path),
            }
        })
    }

    fn around(&self, record: Record) -> Vec<Element<'a>> {
        let begin = usize::try_from(record.around).unwrap_or(usize::MAX);
        let places = self.around.get(begin..).unwrap_or_default().iter().take(self.depth);
        places.filter_map(|place| self.document.element(*place)).collect()
    }

    /// Every element at a path from a node that these are around.
    fn walk(&mut self, node: Element<'a>, ancestors: &mut Vec<u32>, path: &str) {
        let (step, rest) =
            path.split_once('/').map_or((path, None), |(step, rest)| (step, Some(rest)));
        ancestors.push(node.place());
        let mut around = None;
        for child in node.children().filter(|child| child.name() == step) {
            if let Some(rest) = rest {
                self.walk(child, ancestors, rest);
                continue;
            }
            let around = *around.get_or_insert_with(|| {
                self.depth = ancestors.len();
                self.around.extend_from_slice(ancestors);
                u32::try_from(self.around.len() - self.depth).unwrap_or(u32::MAX)
            });
            self.all.push(Record { at: child.place(), around });
        }
        ancestors.pop();
    }

    /// The first value of a record that no title names.
    fn unnamed(&self, record: Record, known: &[&str]) -> Option<String> {
        let element = self.document.element(record.at)?;
        if !self.are_entries {
            return unnamed(element, "", None, known);
        }
        let parts = mt940::parts(element)?;
        let first = parts.iter().find(|(name, text)| !text.is_empty() && !known.contains(name));
        first.map(|(name, _)| (*name).to_owned())
    }
}

/// What a layout sees of a document.
pub(crate) struct Seen<'a> {
    /// The values of the whole document, in the order of the layout's totals.
    pub(crate) head: Row,
    /// The lines.
    pub(crate) records: Records<'a>,
    /// Titles of fields that must be there and are not: in the head, or in any record.
    pub(crate) missing: Vec<String>,
    /// Values that the layout does not name.
    pub(crate) extra: Option<String>,
    /// The name of the lines, if elements of that name stand elsewhere too: lines that would be overlooked.
    pub(crate) stray: Option<String>,
}

/// Looks at a document with a layout's eyes; `None` if it is not of the kind in which the layout's paths begin.
pub(crate) fn see<'a>(document: &'a Document<'a>, layout: &Layout) -> Option<Seen<'a>> {
    let records = layout.records.as_deref().unwrap_or(mt940::RECORDS);
    let (kind, records) = records.split_once('/')?;
    // An envelope around the document that the paths name does not count.
    let outermost = document.root()?;
    let roots: Vec<Element<'_>> = if outermost.name() == kind {
        vec![outermost]
    } else {
        outermost.children().filter(|child| child.name() == kind).collect()
    };
    if roots.is_empty() {
        return None;
    }
    let name = records.rsplit('/').next().unwrap_or(records);
    let mut lines = Records {
        document,
        are_entries: layout.records.is_none(),
        around: Vec::new(),
        depth: 0,
        all: Vec::with_capacity(document.count(name)),
    };
    for root in &roots {
        lines.walk(*root, &mut Vec::new(), records);
    }
    let head_fields = layout.totals.as_ref().map_or(&[][..], |totals| &totals.fields);
    let mut of_document = |path: &str| {
        let path = path.strip_prefix(kind).and_then(|rest| rest.strip_prefix('/'));
        let path = path.unwrap_or_default();
        roots.iter().flat_map(|root| values(*root, &[], path)).collect()
    };
    let head = row(0, head_fields, &mut of_document);
    let mut missing = missing(head_fields, std::iter::once(head.clone()));
    if !lines.all.is_empty() {
        let mut outside = Outside::default();
        let rows = lines.all.iter().map(|line| lines.row(*line, 0, &layout.fields, &mut outside));
        missing.extend(self::missing(&layout.fields, rows));
    }
    let extra = if layout.others_allowed { None } else { extra(&roots, layout, &lines, records) };
    let has_strays = document.count(name) > lines.all.len();
    let stray = has_strays.then(|| name.to_owned());
    Some(Seen { head, records: lines, missing, extra, stray })
}

fn row(number: u32, fields: &[Field], find: &mut dyn FnMut(&str) -> Vec<Value>) -> Row {
    let cells = fields.iter().map(|field| {
        let mut found: Vec<Value> = field.titles.iter().flat_map(|title| find(title)).collect();
        // An element that holds others has no text of its own.
        if found.len() > 1 {
            found.retain(|value| !value.text.trim().is_empty());
        }
        let refused = |text: String, code| Cell { text, form: Form::Refused(code) };
        match found.as_slice() {
            [] => Cell::text(""),
            [Value { text, is_mixed: true }] => refused(text.trim().to_owned(), Code::XmlMixed),
            [Value { text, .. }] => match text_fault(text.trim()) {
                Some(code) => refused(text.trim().to_owned(), code),
                None => Cell::text(text),
            },
            [..] => {
                let texts: Vec<&str> = found.iter().map(|value| value.text.trim()).collect();
                refused(texts.join("、"), Code::TreeRepeated)
            }
        }
    });
    Row { number, cells: cells.collect(), fault: None }
}

/// A field that must not be empty and has nothing in any row is not there at all.
fn missing(fields: &[Field], mut rows: impl Iterator<Item = Row>) -> Vec<String> {
    let is_needed = |field: &Field| !field.optional && !field.may_be_empty;
    let mut missing: Vec<(usize, &Field)> =
        fields.iter().enumerate().filter(|(_, field)| is_needed(field)).collect();
    while !missing.is_empty()
        && let Some(row) = rows.next()
    {
        missing.retain(|(index, _)| row.cells.get(*index).is_none_or(Cell::is_blank));
    }
    missing.into_iter().filter_map(|(_, field)| field.titles.first().cloned()).collect()
}

/// Every value at a path from a node.
fn values(node: Element<'_>, ancestors: &[Element<'_>], path: &str) -> Vec<Value> {
    if let Some(rest) = path.strip_prefix("../") {
        let Some((parent, above)) = ancestors.split_last() else { return Vec::new() };
        return values(*parent, above, rest);
    }
    if let Some(name) = path.strip_prefix('@') {
        let named = node.attributes().filter(|attribute| attribute.name() == name);
        return named.map(|attribute| Value::of(attribute.text())).collect();
    }
    let (step, rest) = split_step(path);
    let (name, condition) = match step.split_once('[') {
        Some((name, condition)) => (name, condition.strip_suffix(']')),
        None => (step, None),
    };
    let holds = |child: Element<'_>| {
        condition.and_then(|condition| condition.split_once('=')).is_none_or(|(path, value)| {
            values(child, &[], path).iter().any(|found| found.text.trim() == value)
        })
    };
    let children = node.children().filter(|child| child.name() == name && holds(*child));
    match rest {
        Some(rest) => children.flat_map(|child| values(child, &[], rest)).collect(),
        None => children
            .map(|child| Value { text: child.text().into(), is_mixed: child.is_mixed() })
            .collect(),
    }
}

/// The first step, conditions and all, and the rest.
fn split_step(path: &str) -> (&str, Option<&str>) {
    let mut depth = 0_u32;
    for (index, letter) in path.char_indices() {
        match letter {
            '[' => depth += 1,
            ']' => depth = depth.saturating_sub(1),
            '/' if depth == 0 => {
                return (path.get(..index).unwrap_or(path), path.get(index + 1..));
            }
            _ => {}
        }
    }
    (path, None)
}

/// The first value that no title names.
fn extra(
    roots: &[Element<'_>],
    layout: &Layout,
    lines: &Records<'_>,
    records: &str,
) -> Option<String> {
    let heads = layout.totals.iter().flat_map(|totals| &totals.fields);
    let head = heads.flat_map(|field| &field.titles);
    let head: Vec<&str> =
        head.filter_map(|path| path.split_once('/')).map(|(_, path)| path).collect();
    let line: Vec<&str> =
        layout.fields.iter().flat_map(|field| &field.titles).map(String::as_str).collect();
    let in_records = lines.all.iter().find_map(|record| lines.unnamed(*record, &line));
    in_records.or_else(|| roots.iter().find_map(|root| unnamed(*root, "", Some(records), &head)))
}

fn unnamed(node: Element<'_>, path: &str, records: Option<&str>, known: &[&str]) -> Option<String> {
    let under = |name: &str| {
        if path.is_empty() { name.to_owned() } else { format!("{path}/{name}") }
    };
    if records == Some(path) {
        return None;
    }
    for attribute in node.attributes() {
        let path = under(&format!("@{}", attribute.name()));
        if !known.contains(&path.as_str()) {
            return Some(path);
        }
    }
    // Text beside elements is no value of any title.
    let is_known = known.contains(&path) && !node.is_mixed();
    if !path.is_empty() && !node.text().trim().is_empty() && !is_known {
        return Some(path.to_owned());
    }
    node.children().find_map(|child| unnamed(child, &under(child.name()), records, known))
}
