//! The conservation laws of a month, each with both sides shown. A broken law is printed, never hidden.

use ledger::money::Money;
use ledger::views::figures::{Figures, Flow};
use ledger::views::month::{FundMonth, MonthTable};

use crate::table::{Cell, Kind, Provenance, Table};

/// One law and how the month stands to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// Which law, and of what.
    pub law: String,
    /// Both sides, in words and figures.
    pub shown: String,
    /// Right side less left side: zero where the law holds.
    pub difference: Money,
    /// The difference in numbers of payments; zero where the law holds or counts nothing.
    pub count_difference: i128,
}

impl Check {
    /// True if nothing is missing on either side.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.difference.is_zero() && self.count_difference == 0
    }
}

/// All laws of a month; `None` if a sum leaves the range of amounts.
/// With the month before, the movement of money in transit is checked independently; without it only derived.
#[must_use]
pub fn checks(month: &MonthTable, previous: Option<&MonthTable>) -> Option<Vec<Check>> {
    let mut checks = Vec::new();
    for fund in &month.funds {
        let before =
            previous.and_then(|month| month.funds.iter().find(|old| old.code == fund.code));
        checks.push(fund_identity(fund, before)?);
        if let Some(before) = before {
            checks.push(carried_forward(fund, before)?);
        }
    }
    accounts(month, &mut checks)?;
    for batch in &month.batches {
        let answered = Money::total([batch.settled.fen, batch.failed.fen, batch.in_transit.fen])?;
        let counted = [batch.settled.count, batch.failed.count, batch.in_transit.count];
        let (settled, failed, waiting) =
            (batch.settled.fen, batch.failed.fen, batch.in_transit.fen);
        checks.push(Check {
            law: format!("批次全部有着落 {}", batch.batch),
            shown: format!("报盘{}＝入账{settled}＋失败{failed}＋在途{waiting}", batch.total_fen),
            difference: answered.checked_sub(batch.total_fen)?,
            count_difference: counted.map(i128::from).iter().sum::<i128>()
                - i128::from(batch.count),
        });
    }
    let schemes: Vec<_> = month.schemes.iter().map(|scheme| &scheme.figures).collect();
    checks.push(adds_up("分项目之和＝合计", &month.total, &schemes)?);
    let towns: Vec<_> = month.towns.iter().map(|town| &town.figures).collect();
    checks.push(adds_up("分乡镇之和＝合计", &month.total, &towns)?);
    let sides = |wanted: fn(Money) -> bool| {
        let amounts = month.trial_balance.iter().map(|balance| balance.amount_fen);
        Money::total(amounts.filter(|amount| wanted(*amount)))
    };
    let (debit, credit) = (sides(Money::is_positive)?, sides(Money::is_negative)?);
    checks.push(Check {
        law: "试算平衡".to_owned(),
        shown: format!("借方{debit}＝贷方{}", credit.checked_neg()?),
        difference: debit.checked_add(credit)?,
        count_difference: 0,
    });
    Some(checks)
}

/// 期初＋到账＋调拨－支出净额－在途增加＝期末
fn fund_identity(fund: &FundMonth, before: Option<&FundMonth>) -> Option<Check> {
    let in_hand = fund.opening_fen.checked_add(fund.received_fen)?.checked_add(fund.moved_fen)?;
    let in_hand = in_hand.checked_sub(fund.spent_fen)?;
    let derived = in_hand.checked_sub(fund.closing_fen)?;
    let (more, how) = match before {
        Some(before) => (fund.in_transit_fen.checked_sub(before.in_transit_fen)?, "在途增加"),
        None => (derived, "在途增加（倒推）"),
    };
    let FundMonth { opening_fen, received_fen, moved_fen, spent_fen, closing_fen, .. } = fund;
    Some(Check {
        law: format!("资金恒等式 {}", fund.code),
        shown: format!(
            "期初{opening_fen}＋到账{received_fen}＋调拨{moved_fen}－支出{spent_fen}－{how}{more}＝期末{closing_fen}"
        ),
        difference: closing_fen.checked_sub(in_hand.checked_sub(more)?)?,
        count_difference: 0,
    })
}

fn carried_forward(fund: &FundMonth, before: &FundMonth) -> Option<Check> {
    Some(Check {
        law: format!("期初＝上月期末 {}", fund.code),
        shown: format!("期初{}＝上月期末{}", fund.opening_fen, before.closing_fen),
        difference: before.closing_fen.checked_sub(fund.opening_fen)?,
        count_difference: 0,
    })
}

fn accounts(month: &MonthTable, checks: &mut Vec<Check>) -> Option<()> {
    for account in &month.accounts {
        let funds = month.funds.iter().filter(|fund| fund.account == account.account);
        let funds = Money::total(funds.map(|fund| fund.closing_fen))?;
        checks.push(Check {
            law: format!("专户余额＝各资金之和 {}", account.account),
            shown: format!("账面{}＝资金期末合计{funds}", account.book_fen),
            difference: account.book_fen.checked_sub(funds)?,
            count_difference: 0,
        });
        let shown = match account.bank_fen {
            Some(_) => {
                format!("银行方{}＝单位方{}", account.adjusted_bank()?, account.adjusted_book()?)
            }
            None => "没有截至月末的银行对账单".to_owned(),
        };
        checks.push(Check {
            law: format!("调节后余额相等 {}", account.account),
            shown,
            difference: account.difference_fen,
            count_difference: 0,
        });
    }
    Some(())
}

/// The parts of every flow add up to the whole, in money and in number.
fn adds_up(law: &str, total: &Figures, parts: &[&Figures]) -> Option<Check> {
    let (mut difference, mut count_difference) = (Money::ZERO, 0);
    for (n, whole) in flows(total).into_iter().enumerate() {
        let of_parts: Vec<&Flow> =
            parts.iter().filter_map(|part| flows(part).get(n).copied()).collect();
        let sum = Money::total(of_parts.iter().map(|flow| flow.fen))?;
        let apart = Money::from_fen(sum.checked_sub(whole.fen)?.fen().checked_abs()?);
        difference = difference.checked_add(apart)?;
        let count = of_parts.iter().map(|flow| i128::from(flow.count)).sum::<i128>();
        count_difference += (count - i128::from(whole.count)).abs();
    }
    let shown = format!("应发{}、实发{}等各项逐项相加", total.due.fen, total.paid.fen);
    Some(Check { law: law.to_owned(), shown, difference, count_difference })
}

/// The flows of a group that must add up.
fn flows(figures: &Figures) -> [&Flow; 9] {
    [
        &figures.due,
        &figures.failed,
        &figures.in_transit,
        &figures.paid,
        &figures.recovered,
        &figures.reissued,
        &figures.returned,
        &figures.settled,
        &figures.submitted,
    ]
}

pub(super) fn table(checks: &[Check], origin: &Provenance) -> Table {
    let columns = [
        ("恒等式", Kind::Text),
        ("两边", Kind::Text),
        ("差额（元）", Kind::Yuan),
        ("结论", Kind::Text),
    ];
    let mut table =
        Table::new("恒等式核对", origin.scoped("月末账面全部数字，金额以分计算"), &columns);
    for check in checks {
        let verdict = if check.holds() {
            "相符".to_owned()
        } else if check.count_difference == 0 {
            "不符".to_owned()
        } else {
            format!("不符，笔数相差{}", check.count_difference)
        };
        table.push(vec![
            Cell::text(check.law.clone()),
            Cell::text(check.shown.clone()),
            Cell::Yuan(check.difference),
            Cell::text(verdict),
        ]);
    }
    let broken = checks.iter().filter(|check| !check.holds()).count();
    if broken == 0 {
        table.noted("全部相符")
    } else {
        table.noted(format!("有{broken}项不符；请先查明，不得据此上报"))
    }
}
