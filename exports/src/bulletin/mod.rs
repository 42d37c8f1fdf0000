//! The monthly bulletin 通报: its text and its annexes, every figure made from the month table and traceable to it.
//! The red head, the seal and the issuing belong to the office's own document system; this is the draft 送审稿.

mod annexes;
mod head;
mod indicators;
mod shortcomings;
mod text;

use ledger::views::month::MonthTable;

use crate::document::{Document, NotWritten};
use crate::month_end::compares;
use crate::table::{Provenance, Report, Sheet, Standing};

pub use head::{BulletinHead, Disclosure, Requirement};

/// The months to compare with, where their figures are known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Comparison<'a> {
    /// The month before, for 环比.
    pub previous: Option<&'a MonthTable>,
    /// The same month of the year before, for 同比.
    pub last_year: Option<&'a MonthTable>,
}

/// What a bulletin is made of.
#[derive(Clone, Copy, Debug)]
struct Bulletin<'a> {
    month: &'a MonthTable,
    comparison: Comparison<'a>,
    head: &'a BulletinHead,
    standing: Standing,
}

/// Writes the bulletin of a month: the text as Markdown, and a workbook with the figures of the text and the annexes.
///
/// # Errors
/// [`NotWritten`]: a head that an office document must not have, a comparison with another month, sums out of range.
pub fn write(
    month: &MonthTable,
    comparison: Comparison<'_>,
    head: &BulletinHead,
    standing: Standing,
) -> Result<Vec<Document>, NotWritten> {
    head.check(month.period)?;
    if let Some(previous) = comparison.previous {
        compares(previous, month, month.period.previous())?;
    }
    if let Some(last_year) = comparison.last_year {
        let expected = (0..12).fold(month.period, |period, _| period.previous());
        compares(last_year, month, expected)?;
    }
    let bulletin = Bulletin { month, comparison, head, standing };
    let origin = Provenance::of(month, standing);
    let indicators = bulletin.indicators().ok_or(NotWritten::Overflow)?;
    let figures = indicators::table(&indicators, &origin);
    let annexes = bulletin.annexes(&origin).ok_or(NotWritten::Overflow)?;
    let text = bulletin.text(&indicators, &origin)?;
    let markdown = text::with_annexes(text, &figures, &annexes);
    let mut sheets = vec![Sheet::of("正文数字", figures)];
    let names = ["附件1排名表", "附件2退汇清单", "附件3调节表汇总"];
    sheets.extend(names.into_iter().zip(annexes).map(|(name, table)| Sheet::of(name, table)));
    let workbook = Report {
        title: head.title(month.period),
        standing,
        dated: month.period.last_day(),
        sheets,
        signatures: Vec::new(),
    };
    let mark = match standing {
        Standing::Closed => "",
        Standing::Provisional => "-未月结试算",
    };
    let name = |kind: &str| format!("通报-{}{mark}.{kind}", month.period);
    Ok(vec![
        Document { name: name("md"), bytes: markdown.into_bytes() },
        Document { name: name("xlsx"), bytes: workbook.to_xlsx()? },
    ])
}

#[cfg(test)]
mod tests;
