//! The month's money in tables: funds, advances, insurance claims as memo, and the trial balance.

use ledger::money::Money;
use ledger::views::month::{FundMonth, MonthTable};

use crate::rate::Rate;
use crate::table::{Cell, Kind, Provenance, Table};

/// Funds; `None` if a sum leaves the range of amounts.
pub(super) fn funds(month: &MonthTable, origin: &Provenance) -> Option<Table> {
    let columns = [
        ("资金", Kind::Text),
        ("性质", Kind::Text),
        ("专户", Kind::Code),
        ("期初（元）", Kind::Yuan),
        ("本月到账（元）", Kind::Yuan),
        ("本月调拨（元）", Kind::Yuan),
        ("本月支出净额（元）", Kind::Yuan),
        ("在途增加（元）", Kind::Yuan),
        ("期末（元）", Kind::Yuan),
        ("期末在途（元）", Kind::Yuan),
        ("累计下达（元）", Kind::Yuan),
        ("累计到账（元）", Kind::Yuan),
        ("累计支出（元）", Kind::Yuan),
        ("使用率", Kind::Percent),
    ];
    let origin = origin.scoped(
        "期初＋到账＋调拨－支出净额－在途增加＝期末；支出已减退汇和追回；使用率＝累计支出÷累计到账",
    );
    let mut table = Table::new("资金", origin, &columns);
    let amounts: [fn(&FundMonth) -> Option<Money>; 10] = [
        |fund| Some(fund.opening_fen),
        |fund| Some(fund.received_fen),
        |fund| Some(fund.moved_fen),
        |fund| Some(fund.spent_fen),
        transit_growth,
        |fund| Some(fund.closing_fen),
        |fund| Some(fund.in_transit_fen),
        |fund| Some(fund.allotted_fen),
        |fund| Some(fund.received_total_fen),
        |fund| Some(fund.spent_total_fen),
    ];
    let usage = |spent, received| Cell::percent(Rate::of_money(spent, received));
    for fund in &month.funds {
        let mut cells = vec![
            Cell::text(format!("{} {}", fund.code, fund.name)),
            Cell::text(fund.kind.chinese()),
            Cell::code(&fund.account),
        ];
        for amount in amounts {
            cells.push(Cell::Yuan(amount(fund)?));
        }
        cells.push(usage(fund.spent_total_fen, fund.received_total_fen));
        table.push(cells);
    }
    let mut cells = vec![Cell::text("合计"), Cell::text(""), Cell::text("")];
    let mut sums = Vec::new();
    for amount in amounts {
        let parts: Option<Vec<Money>> = month.funds.iter().map(amount).collect();
        sums.push(Money::total(parts?)?);
    }
    cells.extend(sums.iter().copied().map(Cell::Yuan));
    let last_two = sums.as_slice().last_chunk::<2>();
    cells.push(last_two.map_or(Cell::Absent, |[received, spent]| usage(*spent, *received)));
    table.push_total(cells);
    Some(table)
}

fn transit_growth(fund: &FundMonth) -> Option<Money> {
    let in_hand = fund.opening_fen.checked_add(fund.received_fen)?.checked_add(fund.moved_fen)?;
    in_hand.checked_sub(fund.spent_fen)?.checked_sub(fund.closing_fen)
}

pub(super) fn advances(month: &MonthTable, origin: &Provenance) -> Table {
    let columns = [
        ("项目", Kind::Code),
        ("支付日", Kind::Date),
        ("金额（元）", Kind::Yuan),
        ("补办期限", Kind::Date),
        ("状态", Kind::Text),
    ];
    let origin = origin.scoped("月末尚未补办手续的先行救助，逐笔；期限按工作日历推算");
    let mut table = Table::new("先行救助未补办清单", origin, &columns);
    for open in &month.advances.open {
        let state = match (open.due, open.is_overdue) {
            (None, _) => "期限待定（该年工作日历未发布）",
            (Some(_), true) => "已逾期",
            (Some(_), false) => "期限内",
        };
        table.push(vec![
            Cell::code(&open.scheme),
            Cell::Date(open.paid),
            Cell::Yuan(open.amount_fen),
            open.due.map_or(Cell::Absent, Cell::Date),
            Cell::text(state),
        ]);
    }
    let paid = &month.advances.paid;
    table.noted(format!("本月先行救助{}笔，{}元", paid.count, paid.fen))
}

pub(super) fn claims(month: &MonthTable, origin: &Provenance) -> Table {
    let columns = [("事项", Kind::Text), ("件数", Kind::Count), ("金额（元）", Kind::Yuan)];
    let origin = origin.scoped("保险公司直接赔付，外部资金，只作备查，不计入发放数");
    let mut table = Table::new("防返贫保险理赔（备查）", origin, &columns);
    let claims = &month.claims;
    let (settled, settled_total) = (&claims.settled, &claims.settled_total);
    for (what, count, amount) in [
        ("本月报案", claims.filed, None),
        ("本月赔付", settled.count, Some(settled.fen)),
        ("累计赔付", settled_total.count, Some(settled_total.fen)),
        ("累计拒赔", claims.declined, None),
        ("月末在办", claims.open, None),
    ] {
        table.push(vec![Cell::text(what), Cell::count(count), Cell::yuan(amount)]);
    }
    table
}

/// The trial balance; `None` if a sum leaves the range of amounts.
pub(super) fn trial_balance(month: &MonthTable, origin: &Provenance) -> Option<Table> {
    let columns = [("科目", Kind::Text), ("借方（元）", Kind::Yuan), ("贷方（元）", Kind::Yuan)];
    let mut table = Table::new("试算平衡", origin.scoped("月末各科目余额，含备查科目"), &columns);
    let (mut debits, mut credits) = (Money::ZERO, Money::ZERO);
    for balance in &month.trial_balance {
        let amount = balance.amount_fen;
        let (debit, credit) = if amount.is_negative() {
            (None, Some(amount.checked_neg()?))
        } else {
            (Some(amount), None)
        };
        debits = debits.checked_add(debit.unwrap_or_default())?;
        credits = credits.checked_add(credit.unwrap_or_default())?;
        let side = |amount: Option<Money>| amount.map_or(Cell::text(""), Cell::Yuan);
        table.push(vec![Cell::text(balance.account.clone()), side(debit), side(credit)]);
    }
    table.push_total(vec![Cell::text("合计"), Cell::Yuan(debits), Cell::Yuan(credits)]);
    Some(table)
}
