//! The bank reconciliation statement 银行存款余额调节表: both balances, every outstanding item with its age, both signatures.

use ledger::money::Money;
use ledger::views::month::MonthTable;
use ledger::views::outstanding::{AccountMonth, OutstandingItem, OutstandingKind};

use crate::document::NotWritten;
use crate::table::{Cell, Kind, Provenance, Report, Sheet, Standing, Table};

/// The statement of one programme account for a month.
///
/// # Errors
/// [`NotWritten::Overflow`] if a sum leaves the range of amounts.
pub fn report(
    month: &MonthTable,
    account: &AccountMonth,
    standing: Standing,
) -> Result<Report, NotWritten> {
    let origin = Provenance::of(month, standing);
    let code = &account.account;
    let title = format!("银行存款余额调节表（专户{code}，{}）", month.period.to_chinese());
    let tables = vec![form(account, &origin).ok_or(NotWritten::Overflow)?, items(account, &origin)];
    Ok(Report {
        title,
        standing,
        dated: month.period.last_day(),
        sheets: vec![Sheet { name: format!("调节表{code}"), tables }],
        signatures: vec!["编制".to_owned(), "复核".to_owned(), "日期".to_owned()],
    })
}

/// The two sides; `None` if a sum leaves the range of amounts.
fn form(account: &AccountMonth, origin: &Provenance) -> Option<Table> {
    let origin = origin.scoped("专户全部资金月末余额，未达账项逐笔列示");
    let columns = [
        ("单位方", Kind::Text),
        ("金额（元）", Kind::Yuan),
        ("银行方", Kind::Text),
        ("金额（元）", Kind::Yuan),
    ];
    let mut table = Table::new("余额调节", origin, &columns);
    let sum = |kind| account.sum(kind).map(Cell::Yuan);
    let label =
        |sign: &str, kind: OutstandingKind| Cell::text(format!("{sign}：{}", kind.chinese()));
    let shown = |amount: Option<Money>| account.bank_fen.and(amount);
    table.push(vec![
        Cell::text("单位账面余额"),
        Cell::Yuan(account.book_fen),
        Cell::text("银行对账单余额"),
        Cell::yuan(account.bank_fen),
    ]);
    for (sign, ours, theirs) in [
        ("加", OutstandingKind::BankReceived, OutstandingKind::BookReceived),
        ("减", OutstandingKind::BankPaid, OutstandingKind::BookPaid),
    ] {
        table.push(vec![label(sign, ours), sum(ours)?, label(sign, theirs), sum(theirs)?]);
    }
    let (adjusted_bank, adjusted_book) = (account.adjusted_bank()?, account.adjusted_book()?);
    table.push_total(vec![
        Cell::text("调节后余额"),
        Cell::Yuan(adjusted_book),
        Cell::text("调节后余额"),
        Cell::yuan(shown(Some(adjusted_bank))),
    ]);
    let verdict = match account.bank_fen {
        None => "没有截至月末的银行对账单，无法调节；请先导入流水".to_owned(),
        Some(_) if account.difference_fen.is_zero() => "调节后两方余额相等".to_owned(),
        Some(_) => format!(
            "调节后两方余额不符，银行方减单位方差额{}元；请逐笔查明，不得挂账抹平",
            account.difference_fen
        ),
    };
    Some(table.noted(verdict))
}

fn items(account: &AccountMonth, origin: &Provenance) -> Table {
    let columns = [
        ("类别", Kind::Text),
        ("日期", Kind::Date),
        ("摘要", Kind::Text),
        ("金额（元）", Kind::Yuan),
        ("账龄（天）", Kind::Count),
        ("台账条目", Kind::Code),
    ];
    let origin = origin.scoped("月末尚未两方入账的款项，账龄算至月末");
    let mut table = Table::new("未达账项明细", origin, &columns);
    for kind in OutstandingKind::ALL {
        let of_kind: Vec<&OutstandingItem> =
            account.items.iter().filter(|item| item.kind == *kind).collect();
        for item in of_kind {
            table.push(vec![
                Cell::text(kind.chinese()),
                Cell::Date(item.date),
                Cell::text(item.label.clone()),
                Cell::Yuan(item.amount_fen),
                Cell::count(item.days),
                Cell::code(item.entry),
            ]);
        }
    }
    table
}

#[cfg(test)]
mod tests {
    use ledger::money::Money;

    use super::report;
    use crate::sample;
    use crate::table::Standing;

    #[test]
    fn both_sides_meet_and_each_item_has_its_age_and_entry() {
        let month = sample::month();
        let text = report(&month, &month.accounts[0], Standing::Closed).unwrap().to_markdown();
        for row in [
            "| 单位账面余额 | 60,008.00 | 银行对账单余额 | 60,104.00 |",
            "| 加：银行已收、单位未收 | 500.00 | 加：单位已收、银行未收 | 404.00 |",
            "| 减：银行已付、单位未付 | 0.00 | 减：单位已付、银行未付 | 0.00 |",
            "| **调节后余额** | **60,508.00** | **调节后余额** | **60,508.00** |",
            "| 银行已收、单位未收 | 2020-09-20 | 流水未对应 | 500.00 | 41 | 610 |",
            "编制：＿＿＿＿＿＿　　复核：＿＿＿＿＿＿",
        ] {
            assert!(text.contains(row), "{row}\n{text}");
        }
    }

    #[test]
    fn a_difference_and_a_missing_statement_are_told_not_smoothed() {
        let month = sample::month();
        let mut account = month.accounts[0].clone();
        account.difference_fen = Money::from_fen(-1);
        let text = report(&month, &account, Standing::Closed).unwrap().to_markdown();
        assert!(text.contains("差额-0.01元"), "{text}");
        account.bank_fen = None;
        let text = report(&month, &account, Standing::Closed).unwrap().to_markdown();
        assert!(text.contains("| 单位账面余额 | 60,008.00 | 银行对账单余额 | — |"), "{text}");
        assert!(text.contains("请先导入流水"));
    }
}
