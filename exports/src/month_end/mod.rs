//! The month-end report 月结报告: what a month did, by scheme, town, fund, batch and bank, and the laws that its figures keep.

mod bank_table;
mod checks;
mod money_tables;
mod payment_tables;

use ledger::views::month::MonthTable;

use crate::document::NotWritten;
use crate::table::{Provenance, Report, Sheet, Standing};

pub use bank_table::Banks;
pub use checks::{Check, checks};
pub(crate) use payment_tables::returns as returns_table;

/// The report of a month. `previous` is the month before, where there is one: its closing balances must be this month's opening ones.
///
/// # Errors
/// [`NotWritten::WrongComparison`] if `previous` is another month's or ledger's; [`NotWritten::Overflow`] for sums out of range.
pub fn report(
    month: &MonthTable,
    previous: Option<&MonthTable>,
    banks: &Banks,
    standing: Standing,
) -> Result<Report, NotWritten> {
    if let Some(previous) = previous {
        compares(previous, month, month.period.previous())?;
    }
    let origin = Provenance::of(month, standing);
    let sum = |table: Option<_>| table.ok_or(NotWritten::Overflow);
    let sheets = vec![
        Sheet::of(
            "核对",
            checks::table(&checks(month, previous).ok_or(NotWritten::Overflow)?, &origin),
        ),
        Sheet::of("分项目", payment_tables::schemes(month, &origin)),
        Sheet::of("分乡镇", payment_tables::towns(month, &origin)),
        Sheet::of("资金", sum(money_tables::funds(month, &origin))?),
        Sheet::of("批次", payment_tables::batches(month, &origin)),
        Sheet::of("分银行", sum(bank_table::banks(month, banks, &origin))?),
        Sheet::of("退汇", payment_tables::returns(month, &origin)),
        Sheet::of("先行救助", money_tables::advances(month, &origin)),
        Sheet::of("理赔备查", money_tables::claims(month, &origin)),
        Sheet::of("试算平衡", sum(money_tables::trial_balance(month, &origin))?),
    ];
    Ok(Report {
        title: format!("{}月结报告（{}）", month.period.to_chinese(), month.name),
        standing,
        dated: month.period.last_day(),
        sheets,
        signatures: vec!["编制".to_owned(), "复核".to_owned(), "负责人".to_owned()],
    })
}

/// Refuses to compare with another month or another ledger.
pub(crate) fn compares(
    other: &MonthTable,
    month: &MonthTable,
    expected: ledger::period::Period,
) -> Result<(), NotWritten> {
    if other.period == expected && other.origin == month.origin {
        Ok(())
    } else {
        Err(NotWritten::WrongComparison { found: other.period, expected })
    }
}

#[cfg(test)]
mod tests {
    use ledger::money::Money;

    use super::{Banks, Check, checks, report};
    use crate::document::NotWritten;
    use crate::sample;
    use crate::table::Standing;

    #[test]
    fn the_laws_of_a_sound_month_hold_and_are_shown() {
        let (month, before) = (sample::month(), sample::month_before());
        let found = checks(&month, Some(&before)).unwrap();
        assert!(found.iter().all(Check::holds), "{found:?}");
        let text = report(&month, Some(&before), &Banks::default(), Standing::Closed)
            .unwrap()
            .to_markdown();
        assert!(
            text.contains("期初20,000.00＋到账100,000.00＋调拨0.00－支出79,992.00－在途增加0.00"),
            "{text}"
        );
        assert!(text.contains("入账80,396.00＋失败404.00＋在途0.00"));
    }

    #[test]
    fn a_fen_too_much_is_told_by_the_law_it_breaks() {
        let mut month = sample::month();
        month.funds[1].closing_fen = Money::from_fen(month.funds[1].closing_fen.fen() + 1);
        month.trial_balance[0].amount_fen = Money::ZERO;
        let before = sample::month_before();
        let broken: Vec<_> = checks(&month, Some(&before))
            .unwrap()
            .into_iter()
            .filter(|check| !check.holds())
            .map(|check| (check.law, check.difference))
            .collect();
        assert_eq!(
            broken,
            [
                ("资金恒等式 CJ-2020".to_owned(), Money::from_fen(1)),
                ("专户余额＝各资金之和 ZH-01".to_owned(), Money::from_fen(-1)),
                ("试算平衡".to_owned(), sample::yuan("-9000.00")),
            ]
        );
        let text = report(&month, Some(&before), &Banks::default(), Standing::Closed)
            .unwrap()
            .to_markdown();
        assert!(text.contains("不符"), "{text}");
    }

    #[test]
    fn another_month_or_ledger_is_not_compared_with() {
        let month = sample::month();
        let refused =
            report(&month, Some(&month), &Banks::default(), Standing::Closed).unwrap_err();
        assert!(matches!(refused, NotWritten::WrongComparison { .. }));
        let mut foreign = sample::month_before();
        foreign.origin = "elsewhere".to_owned();
        assert!(report(&month, Some(&foreign), &Banks::default(), Standing::Closed).is_err());
    }

    #[test]
    fn the_report_is_the_same_every_time() {
        let month = sample::month();
        let made = || report(&month, None, &Banks::default(), Standing::Provisional).unwrap();
        assert_eq!(made().to_xlsx().unwrap(), made().to_xlsx().unwrap());
        assert!(made().to_markdown().contains("未月结·试算"));
    }
}
