//! One line, one cell at a time: what a bank's field is filled with, and what it refuses.

use ledger::money::Money;
use reconcile::profile::{Align, Container, Field, Kind, Layout, Role, Totals};
use reconcile::text::{Encoding, Unmappable, encode_gb18030};

use super::{Code, PaymentFileProblem, PaymentFileTerms, PaymentLine};

/// The document kind of an identity card.
const IDENTITY_CARD: &str = "1";

/// The cells of one payment.
pub(super) fn of_line(
    layout: &Layout,
    terms: &PaymentFileTerms<'_>,
    line: &PaymentLine,
) -> Result<Vec<String>, Vec<PaymentFileProblem>> {
    let mut cells = Vec::with_capacity(layout.fields.len());
    let mut problems = Vec::new();
    for (index, field) in layout.fields.iter().enumerate() {
        let cell = of_payment(layout, field, terms, line)
            .and_then(|text| checked(layout, field, text))
            .map_err(|problem| problem.at(&line.reference, column(field, index)));
        match cell {
            Ok(text) => cells.push(text),
            Err(problem) => problems.push(problem),
        }
    }
    if problems.is_empty() { Ok(cells) } else { Err(problems) }
}

/// The cells of the row of totals.
pub(super) fn of_totals(
    layout: &Layout,
    totals: &Totals,
    terms: &PaymentFileTerms<'_>,
) -> Result<Vec<String>, Vec<PaymentFileProblem>> {
    let mut cells = Vec::with_capacity(totals.fields.len());
    let mut problems = Vec::new();
    for (index, field) in totals.fields.iter().enumerate() {
        let cell = of_sums(field, terms).and_then(|text| checked(layout, field, text));
        match cell {
            Ok(text) => cells.push(text),
            Err(problem) => {
                problems.push(PaymentFileProblem {
                    column: format!("汇总{}", column(field, index)),
                    ..problem
                });
            }
        }
    }
    if problems.is_empty() { Ok(cells) } else { Err(problems) }
}

fn of_payment(
    layout: &Layout,
    field: &Field,
    terms: &PaymentFileTerms<'_>,
    line: &PaymentLine,
) -> Result<String, PaymentFileProblem> {
    match field.role {
        Role::Reference => Ok(line.reference.to_string()),
        Role::Number => Ok(padded(field, &line.reference.line().to_string())),
        Role::Name => Ok(line.name.clone()),
        Role::Payee => Ok(line.payee.clone()),
        Role::Account => account(&line.account_no),
        Role::Amount => amount(layout, field, line.amount),
        Role::IdKind => {
            Ok(line.id_no.as_ref().map(|_| IDENTITY_CARD.to_owned()).unwrap_or_default())
        }
        Role::IdNumber => Ok(line.id_no.clone().unwrap_or_default()),
        Role::CrossBank | Role::BankName | Role::BankNumber => of_bank(layout, field, line),
        // What is the same in every line, what the bank fills in, or what we have nothing to say about.
        Role::SettledAmount
        | Role::Status
        | Role::Reason
        | Role::Date
        | Role::Unit
        | Role::Attempt
        | Role::Count
        | Role::Total
        | Role::SettledTotal
        | Role::Constant
        | Role::Stated
        | Role::Year
        | Role::Batch
        | Role::Period
        | Role::Serial
        | Role::OwnAccount
        | Role::Debit
        | Role::Credit
        | Role::Balance
        | Role::Opening
        | Role::OpeningSense
        | Role::Closing
        | Role::ClosingSense
        | Role::ClosingDate
        | Role::Sense
        | Role::Reversal
        | Role::GroupStatus
        | Role::CounterpartyName
        | Role::CounterpartyAccount
        | Role::Summary
        | Role::Purpose
        | Role::Remark
        | Role::Ignored => of_batch(field.role, field, terms),
    }
}

/// Where the account is kept: said of other banks only, where the layout knows its own.
fn of_bank(
    layout: &Layout,
    field: &Field,
    line: &PaymentLine,
) -> Result<String, PaymentFileProblem> {
    if layout.own_bank.is_empty() {
        let is_name = field.role == Role::BankName;
        return Ok(if is_name { line.bank_name.clone() } else { line.bank_number.clone() });
    }
    if line.bank_name.is_empty() {
        return Err(PaymentFileProblem::of_file(Code::ValueMissing, "", "收款人的开户银行"));
    }
    let is_own = layout.own_bank.iter().any(|word| line.bank_name.contains(word.as_str()));
    let text = match (field.role, is_own) {
        (Role::CrossBank, true) => "0",
        (Role::CrossBank, false) => "1",
        (_, true) => "",
        (Role::BankName, false) => &line.bank_name,
        (_, false) => &line.bank_number,
    };
    Ok(text.to_owned())
}

fn of_sums(field: &Field, terms: &PaymentFileTerms<'_>) -> Result<String, PaymentFileProblem> {
    if field.role == Role::Count {
        let word = field.unit_word.as_deref().unwrap_or_default();
        return Ok(format!("{}{word}", padded(field, &terms.count.to_string())));
    }
    if field.role == Role::Total {
        return Ok(written(field, terms.total));
    }
    of_batch(field.role, field, terms)
}

/// What is the same in every line. What the bank fills in stays empty.
fn of_batch(
    role: Role,
    field: &Field,
    terms: &PaymentFileTerms<'_>,
) -> Result<String, PaymentFileProblem> {
    const OURS: [Role; 8] = [
        Role::Unit,
        Role::Date,
        Role::Year,
        Role::Attempt,
        Role::Batch,
        Role::Period,
        Role::Constant,
        Role::Stated,
    ];
    if OURS.contains(&role) { of_terms(field, terms) } else { Ok(String::new()) }
}

fn of_terms(field: &Field, terms: &PaymentFileTerms<'_>) -> Result<String, PaymentFileProblem> {
    if field.role == Role::Unit {
        let is_number =
            terms.unit.len() == 4 && terms.unit.bytes().all(|byte| byte.is_ascii_digit());
        let problem = || PaymentFileProblem::of_file(Code::ValueMissing, terms.unit, "4位单位编号");
        return if is_number { Ok(terms.unit.to_owned()) } else { Err(problem()) };
    }
    let constant = field.value.clone().unwrap_or_default();
    Ok(if field.role == Role::Date {
        let word = field.unit_word.as_deref().unwrap_or_default();
        let is_iso = field.kind == Kind::Isodate;
        let day = if is_iso { terms.date.to_string() } else { terms.date.to_compact() };
        format!("{day}{word}")
    } else if field.role == Role::Year {
        terms.date.year().to_string()
    } else if field.role == Role::Attempt {
        padded(field, &terms.attempt.to_string())
    } else if field.role == Role::Batch {
        terms.batch.to_string()
    } else if field.role == Role::Period {
        terms.period.to_string().replace('-', "")
    } else if field.role == Role::Stated {
        let label = field.label.as_ref().or(field.titles.first());
        let stated = terms.stated.iter().find(|(name, _)| Some(name) == label);
        stated.map_or(constant, |(_, text)| text.clone())
    } else {
        constant
    })
}

fn account(number: &str) -> Result<String, PaymentFileProblem> {
    if number.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
        Ok(number.to_owned())
    } else {
        Err(PaymentFileProblem::of_file(Code::AccountForm, number, ""))
    }
}

fn amount(layout: &Layout, field: &Field, amount: Money) -> Result<String, PaymentFileProblem> {
    if !amount.is_positive() {
        return Err(PaymentFileProblem::of_file(Code::NotPositive, amount.to_yuan(), ""));
    }
    if let Some(limit) = layout.amount_limit.filter(|limit| amount > *limit) {
        let expected = format!("不超过{}", limit.to_yuan());
        return Err(PaymentFileProblem::of_file(Code::AboveLimit, amount.to_yuan(), expected));
    }
    Ok(written(field, amount))
}

fn written(field: &Field, amount: Money) -> String {
    if field.kind == Kind::Fen {
        padded(field, &amount.fen().to_string())
    } else if field.grouped {
        amount.to_grouped_yuan()
    } else {
        amount.to_yuan()
    }
}

fn padded(field: &Field, digits: &str) -> String {
    let width = field.width.unwrap_or(0);
    format!("{digits:0>width$}")
}

/// Refuses what would not come out of the bank's reader as it went in.
fn checked(layout: &Layout, field: &Field, text: String) -> Result<String, PaymentFileProblem> {
    let refuse =
        |code, expected: String| Err(PaymentFileProblem::of_file(code, text.clone(), expected));
    // Nothing is expected of a column whose meaning is not ours to fill.
    let may_be_empty = field.may_be_empty || field.optional || field.role == Role::Ignored;
    if text.is_empty() && !may_be_empty {
        let stated = field.role == Role::Stated;
        let expected = if stated { "报盘时用 --state 注明" } else { "" };
        return refuse(Code::ValueMissing, expected.to_owned());
    }
    let is_xml = layout.containers.contains(&Container::Xml);
    let illegal = |character: char| {
        character.is_control()
            || (character == '"' && !is_xml)
            || Some(character) == layout.separator
    };
    if text.chars().any(illegal) || text.trim() != text {
        return refuse(Code::IllegalCharacter, String::new());
    }
    let bytes = match encoded(layout, &text) {
        Ok(bytes) => bytes.len(),
        Err(unmappable) => {
            return refuse(
                Code::Unmappable,
                format!("可编码的字，第{}字不可", unmappable.position),
            );
        }
    };
    if let Some(most) = field.max_bytes.filter(|most| bytes > *most) {
        return refuse(Code::TooLong, format!("不超过{most}字节"));
    }
    if let Some(most) = field.width.filter(|most| bytes > *most) {
        return refuse(Code::TooLong, format!("不超过{most}位"));
    }
    let Some(width) = field.bytes else { return Ok(text) };
    let Some(rest) = width.checked_sub(bytes) else {
        return refuse(Code::TooLong, format!("不超过{width}字节"));
    };
    let filling = String::from(field.filling()).repeat(rest);
    Ok(match field.side() {
        Align::Left => text + &filling,
        Align::Right => filling + &text,
    })
}

/// The text in the encoding in which the layout is written.
pub(super) fn encoded(layout: &Layout, text: &str) -> Result<Vec<u8>, Unmappable> {
    match layout.encodings.first() {
        Some(Encoding::Gb18030) => encode_gb18030(text),
        Some(Encoding::Utf8) | None => Ok(text.as_bytes().to_vec()),
    }
}

/// The heading; where there is none, the number and what the column holds.
fn column(field: &Field, index: usize) -> String {
    const MEANINGS: [(Role, &str); 4] = [
        (Role::Name, "姓名"),
        (Role::Account, "账号"),
        (Role::Amount, "金额"),
        (Role::IdNumber, "证件号码"),
    ];
    let place = field.heading(index);
    let meaning = MEANINGS.iter().find(|(role, _)| *role == field.role && field.titles.is_empty());
    meaning.map_or_else(|| place.clone(), |(_, meaning)| format!("{place}{meaning}"))
}
