//! The payment file 报盘, written from a bank profile's request layout. All or nothing: a file with one
//! doubtful line is not written, and all its problems are told at once.

mod cells;
mod document;
mod problem;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use ledger::ids::{BatchCode, PaymentRef};
use ledger::money::Money;
use ledger::period::{Date, Period};
use reconcile::profile::{Container, Field, Header, Layout, NameParts, Position, Profile, Role};

pub use problem::{Code, PaymentFileProblem};

/// One payment as the bank must know it. Holds personal fields: never log it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaymentLine {
    /// Its reference.
    pub reference: PaymentRef,
    /// The payee's account number.
    pub account_no: String,
    /// The name in which the account is kept.
    pub name: String,
    /// The payee's own name.
    pub payee: String,
    /// The name of the bank that keeps the account; empty if nobody registered it.
    pub bank_name: String,
    /// That bank's number in the payment system; empty if nobody knows it.
    pub bank_number: String,
    /// The amount.
    pub amount: Money,
    /// The payee's identity number, where the bank asks for it.
    pub id_no: Option<String>,
}

/// What was approved, and how the office is known at the bank.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PaymentFileTerms<'a> {
    /// The batch.
    pub batch: &'a BatchCode,
    /// The day on which the bank shall take it.
    pub date: Date,
    /// The paying unit's number at the bank, four digits; empty where the bank has none.
    pub unit: &'a str,
    /// The teller's number, where the file's name has one.
    pub teller: &'a str,
    /// How many times this unit hands in on that day, from 1.
    pub attempt: u32,
    /// The month that it pays for.
    pub period: Period,
    /// What whoever releases it states for this bank, by the label of the field.
    pub stated: &'a [(String, String)],
    /// The number of payments that was approved.
    pub count: u32,
    /// The total that was approved.
    pub total: Money,
}

/// The payment file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaymentFile {
    /// Its name, as the bank wants it.
    pub file_name: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// Number of payments.
    pub count: u32,
    /// Their sum.
    pub total: Money,
}

/// Writes the payment file of a batch.
///
/// # Errors
/// Every reason why the file cannot be written; nothing is shortened, replaced or left out.
pub fn write(
    profile: &Profile,
    terms: &PaymentFileTerms<'_>,
    lines: &[PaymentLine],
) -> Result<PaymentFile, Vec<PaymentFileProblem>> {
    let layout = usable_layout(profile).map_err(|problem| vec![problem])?;
    let mut problems = disagreements(layout, terms, lines);
    problems.extend(unasked(layout, terms));
    let mut rows = Vec::with_capacity(lines.len());
    for line in lines {
        match cells::of_line(layout, terms, line) {
            Ok(row) => rows.push(row),
            Err(found) => problems.extend(found),
        }
    }
    let name = file_name(profile, layout, terms).map_err(|problem| problems.push(problem)).ok();
    let totals = layout.totals.as_ref();
    let sums = totals.map(|totals| cells::of_totals(layout, totals, terms)).transpose();
    let sums = sums.map_err(|found| problems.extend(found)).ok();
    let (Some(file_name), Some(sums), true) = (name, sums, problems.is_empty()) else {
        return Err(problems);
    };
    let text = match layout.header {
        Header::Paths => document::written(layout, sums.as_deref(), &rows),
        Header::Columns | Header::None => Some(joined(layout, sums, rows)),
    };
    let unusable = || vec![PaymentFileProblem::of_file(Code::LayoutUnusable, &profile.id, "")];
    let text = text.ok_or_else(unusable)?;
    let bytes = cells::encoded(layout, &text).map_err(|unmappable| {
        let found = unmappable.character.to_string();
        vec![PaymentFileProblem::of_file(Code::Unmappable, found, "")]
    })?;
    Ok(PaymentFile { file_name, bytes, count: terms.count, total: terms.total })
}

fn usable_layout(profile: &Profile) -> Result<&Layout, PaymentFileProblem> {
    let unusable = || PaymentFileProblem::of_file(Code::LayoutUnusable, &profile.id, "");
    let layout = profile.request().ok_or_else(unusable)?;
    let first = layout.containers.first();
    let is_text = match first {
        Some(Container::Delimited) => layout.separator.is_some() && !layout.encodings.is_empty(),
        Some(Container::Fixed) => !layout.encodings.is_empty(),
        Some(Container::Xml) => layout.records.is_some(),
        Some(Container::Boxtable | Container::Xls | Container::Xlsx | Container::Mt940) | None => {
            false
        }
    };
    let can_carry = layout.field(Role::Reference).is_some() || layout.field(Role::Number).is_some();
    // Without our reference or number an answer is matched by account and amount: only where the profile says so.
    if is_text && (can_carry || layout.without_reference) { Ok(layout) } else { Err(unusable()) }
}

/// What was stated and no field of the layout asks for: probably misspelt, and then missing where it should stand.
fn unasked(layout: &Layout, terms: &PaymentFileTerms<'_>) -> Vec<PaymentFileProblem> {
    let totals = layout.totals.iter().flat_map(|totals| &totals.fields);
    let fields = layout.fields.iter().chain(totals).filter(|field| field.role == Role::Stated);
    let labels: Vec<&String> =
        fields.filter_map(|field| field.label.as_ref().or(field.titles.first())).collect();
    let stated = terms.stated.iter().filter(|(name, _)| !labels.contains(&name));
    let listed = || labels.iter().map(|label| label.as_str()).collect::<Vec<_>>().join("、");
    stated.map(|(name, _)| PaymentFileProblem::of_file(Code::Unasked, name, listed())).collect()
}

/// Where the lines are not exactly what was approved.
fn disagreements(
    layout: &Layout,
    terms: &PaymentFileTerms<'_>,
    lines: &[PaymentLine],
) -> Vec<PaymentFileProblem> {
    let mut problems = Vec::new();
    let of_file =
        |code, found: String, expected: String| PaymentFileProblem::of_file(code, found, expected);
    if lines.is_empty() {
        problems.push(of_file(Code::NoLines, String::new(), String::new()));
    }
    let allowed = layout.max_rows.and_then(|most| usize::try_from(most).ok());
    if let Some(most) = allowed.filter(|most| lines.len() > *most) {
        let (found, expected) = (lines.len().to_string(), format!("不超过{most}行"));
        problems.push(of_file(Code::TooManyRows, found, expected));
    }
    if u32::try_from(lines.len()) != Ok(terms.count) {
        let expected = format!("{}笔", terms.count);
        problems.push(of_file(Code::WrongCount, lines.len().to_string(), expected));
    }
    let total = Money::total(lines.iter().map(|line| line.amount));
    if total != Some(terms.total) {
        let found = total.map_or_else(|| "超出范围".to_owned(), Money::to_yuan);
        problems.push(of_file(Code::WrongTotal, found, terms.total.to_yuan()));
    }
    let mut seen = BTreeSet::new();
    for line in lines {
        let reference = &line.reference;
        let about =
            |code, expected: String| of_file(code, String::new(), expected).at(reference, "");
        if reference.batch() != terms.batch {
            problems.push(about(Code::OtherBatch, terms.batch.to_string()));
        }
        if !seen.insert(reference) {
            problems.push(about(Code::Repeated, String::new()));
        }
    }
    problems
}

fn file_name(
    profile: &Profile,
    layout: &Layout,
    terms: &PaymentFileTerms<'_>,
) -> Result<String, PaymentFileProblem> {
    let unusable = || PaymentFileProblem::of_file(Code::LayoutUnusable, &profile.id, "有文件名");
    let pattern = layout.file_name.as_ref().ok_or_else(unusable)?;
    let batch = terms.batch.to_string();
    let parts =
        NameParts { unit: terms.unit, date: terms.date, teller: terms.teller, batch: &batch };
    let name = pattern.write(&parts);
    if pattern.fits(&name) {
        Ok(name)
    } else {
        Err(PaymentFileProblem::of_file(Code::FileName, name, ""))
    }
}

/// The rows with heading and totals where the layout has them.
fn joined(layout: &Layout, sums: Option<Vec<String>>, rows: Vec<Vec<String>>) -> String {
    let mut all = Vec::with_capacity(rows.len() + 2);
    if layout.header == Header::Columns {
        all.push(layout.fields.iter().map(heading).collect());
    }
    let position = layout.totals.as_ref().map(|totals| totals.position);
    let is_first = position == Some(Position::First);
    let (before, after) = if is_first { (sums, None) } else { (None, sums) };
    all.extend(before);
    all.extend(rows);
    all.extend(after);
    let separator = layout.separator.map(String::from).unwrap_or_default();
    let end = if layout.trailing_separator { separator.as_str() } else { "" };
    let mut text = String::new();
    for row in &all {
        text.push_str(&row.join(&separator));
        text.push_str(end);
        text.push_str("\r\n");
    }
    text
}

fn heading(field: &Field) -> String {
    field.titles.first().cloned().unwrap_or_default()
}
