//! What a row of a list says somebody draws a month: a column for each part, headed as the standards call it, and their sum.

use std::collections::BTreeMap;

use ledger::act::cases::Part;
use ledger::books::Books;
use ledger::ids::SchemeCode;
use ledger::money::Money;
use reconcile::office_list::{Column, ListRow, plain};
use reconcile::problem::Code;

use crate::failure::Failure;

/// The sum of the parts.
pub(super) const TOTAL: Column =
    Column {
        name: "月保障金额", aliases: &["月补助金额", "合计金额", "金额"], is_required: false
    };

/// The parts by their plain heading.
pub(super) type Labels<'a> = BTreeMap<String, &'a str>;

/// The parts that a scheme's standards name.
///
/// # Errors
/// It has no standard.
pub(super) fn labels<'a>(books: &'a Books, scheme: &SchemeCode) -> Result<Labels<'a>, Failure> {
    let labels: Labels<'a> =
        books.policies.labels(scheme).into_iter().map(|label| (plain(label), label)).collect();
    if labels.is_empty() {
        return Err(Failure::usage(format!("项目{scheme}还没有任何标准：先设定项目和标准。")));
    }
    Ok(labels)
}

/// The parts that have an amount, if the row is in order so far.
pub(super) fn amounts(
    row: &mut ListRow<'_>,
    headings: &[String],
    labels: &Labels<'_>,
) -> Option<Vec<Part>> {
    let mut parts = Vec::new();
    let before = row.problems();
    for heading in headings {
        let amount = row.optional_money(heading).filter(|amount| !amount.is_zero());
        if let Some((amount_fen, label)) = amount.zip(labels.get(heading)) {
            let label = (*label).to_owned();
            parts.push(Part { amount_fen, label, quantity: None });
        }
    }
    (row.problems() == before).then_some(parts)
}

/// The sum of a row's parts; what the row calls its total must be that sum. Without parts the total is still looked at.
pub(super) fn total(
    row: &mut ListRow<'_>,
    headings: &[String],
    parts: Option<&[Part]>,
) -> Option<Money> {
    let before = row.problems();
    let stated = row.optional_money(TOTAL.name);
    let parts = parts.filter(|_| row.problems() == before)?;
    if parts.is_empty() {
        let first = headings.first().map_or(TOTAL.name, String::as_str);
        row.refuse(Code::ListValueMissing, first, "至少一个分项的金额；表头用标准的分项名称");
        return None;
    }
    let sum = Money::total(parts.iter().map(|part| part.amount_fen));
    if stated.is_some() && stated != sum {
        let sum = sum.map(Money::to_yuan).unwrap_or_default();
        row.refuse(Code::ListDiffers, TOTAL.name, &format!("各分项之和{sum}"));
    }
    sum
}
