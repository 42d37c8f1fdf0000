//! 存在问题: what the month left undone, worked out from its figures; never written by hand.

use ledger::money::Money;
use ledger::views::figures::BatchMonth;
use ledger::views::month::MonthTable;

/// Outstanding items older than this are told.
const OLD_DAYS: i64 = 30;

/// One kind of thing left undone: a heading and what there is of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Shortcoming {
    pub(super) heading: &'static str,
    pub(super) text: String,
}

/// Everything that was left undone; `None` if a sum leaves the range of amounts.
pub(super) fn of(month: &MonthTable) -> Option<Vec<Shortcoming>> {
    let found = [
        ("退汇未及时处理", returns(month)?),
        ("先行救助逾期未补", advances(month)?),
        ("对账未达项超30日", old_items(month)?),
        ("支付在途未回盘", in_transit(month)?),
        ("银行存款未调节相符", unbalanced(month)),
    ];
    let undone = found.into_iter().filter(|(_, sentences)| !sentences.is_empty());
    let shortcoming = |(heading, sentences): (_, Vec<String>)| Shortcoming {
        heading,
        text: format!("{}。", sentences.join("；")),
    };
    Some(undone.map(shortcoming).collect())
}

fn returns(month: &MonthTable) -> Option<Vec<String>> {
    let waiting: Vec<_> = month.returns.iter().filter(|one| one.reissued_by.is_none()).collect();
    if waiting.is_empty() {
        return Some(Vec::new());
    }
    let amount = Money::total(waiting.iter().map(|one| one.amount_fen))?;
    let barred = waiting.iter().filter(|one| one.reason.forbids_reissue()).count();
    let change = waiting.iter().filter(|one| one.reason.needs_account_change()).count();
    let count = waiting.len();
    let mut sentences = vec![format!("本月退汇中{count}笔、{amount}元尚未补发，明细见附件2")];
    if change > 0 {
        sentences.push(format!("其中{change}笔须先变更账户"));
    }
    if barred > 0 {
        sentences.push(format!("其中{barred}笔按规定不得补发，须核实停发或追回"));
    }
    Some(sentences)
}

fn advances(month: &MonthTable) -> Option<Vec<String>> {
    let overdue: Vec<_> = month.advances.open.iter().filter(|open| open.is_overdue).collect();
    let undated = month.advances.open.iter().filter(|open| open.due.is_none()).count();
    let mut sentences = Vec::new();
    if let Some(earliest) = overdue.iter().map(|open| open.paid).min() {
        let amount = Money::total(overdue.iter().map(|open| open.amount_fen))?;
        let (count, day) = (overdue.len(), earliest.to_chinese());
        sentences.push(format!("{count}笔、{amount}元逾期未补办手续，最早一笔{day}支付"));
    }
    if undated > 0 {
        sentences.push(format!("{undated}笔因工作日历未发布，期限待定"));
    }
    Some(sentences)
}

fn old_items(month: &MonthTable) -> Option<Vec<String>> {
    let mut sentences = Vec::new();
    for account in &month.accounts {
        let old: Vec<_> = account.items.iter().filter(|item| item.days > OLD_DAYS).collect();
        let Some(oldest) = old.iter().map(|item| item.days).max() else { continue };
        let amount = Money::total(old.iter().map(|item| item.amount_fen))?;
        let (code, count) = (&account.account, old.len());
        sentences.push(format!("专户{code}有{count}笔、{amount}元，最长{oldest}天，见附件3"));
    }
    Some(sentences)
}

fn in_transit(month: &MonthTable) -> Option<Vec<String>> {
    let waiting: Vec<_> = month.batches.iter().filter(|batch| batch.in_transit.count > 0).collect();
    if waiting.is_empty() {
        return Some(Vec::new());
    }
    let amount = Money::total(waiting.iter().map(|batch| batch.in_transit.fen))?;
    let count: u64 = waiting.iter().map(|batch| batch.in_transit.count).sum();
    let batch = |batch: &&BatchMonth| format!("{}（{}笔）", batch.batch, batch.in_transit.count);
    let batches: Vec<_> = waiting.iter().map(batch).collect();
    Some(vec![
        format!("月末仍有{count}笔、{amount}元已报盘而无银行回盘，批次：{}", batches.join("、")),
        "查清之前不得重发".to_owned(),
    ])
}

fn unbalanced(month: &MonthTable) -> Vec<String> {
    let mut sentences = Vec::new();
    for account in &month.accounts {
        let code = &account.account;
        if account.bank_fen.is_none() {
            sentences.push(format!("专户{code}没有截至月末的银行对账单"));
        } else if !account.difference_fen.is_zero() {
            sentences.push(format!("专户{code}调节后相差{}元", account.difference_fen));
        }
    }
    sentences
}

#[cfg(test)]
mod tests {
    use super::of;
    use crate::sample;

    #[test]
    fn what_was_left_undone_is_found_from_the_figures() {
        let found = of(&sample::month()).unwrap();
        let shown: Vec<_> =
            found.iter().map(|one| format!("{}：{}", one.heading, one.text)).collect();
        assert_eq!(
            shown,
            [
                "退汇未及时处理：本月退汇中1笔、404.00元尚未补发，明细见附件2；其中1笔须先变更账户。",
                "先行救助逾期未补：1笔、1,500.00元逾期未补办手续，最早一笔2020年10月9日支付。",
                "对账未达项超30日：专户ZH-01有1笔、500.00元，最长41天，见附件3。",
                "支付在途未回盘：月末仍有2笔、1,000.00元已报盘而无银行回盘，批次：C20A0（2笔）；查清之前不得重发。",
            ]
        );
    }

    #[test]
    fn a_month_without_anything_undone_has_none() {
        let mut month = sample::month();
        month.returns.clear();
        month.advances.open.clear();
        month.accounts[0].items.retain(|item| item.days <= 30);
        month.batches.iter_mut().for_each(|batch| batch.in_transit.count = 0);
        assert_eq!(of(&month).unwrap(), []);
    }
}
