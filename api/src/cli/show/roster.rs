//! A roster beside the one of the month before.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use ledger::books::Books;
use ledger::ids::SchemeCode;
use ledger::period::Period;
use ledger::views::roster_change::RosterChange;

use super::{Report, document};
use crate::failure::Failure;
use crate::shown::{changes_of, compared};
use crate::spoken::left_out;

/// How many changes of a kind a person reads one by one.
const NAMED: usize = 20;

pub(super) fn show(books: &Books, scheme: &SchemeCode, period: Period) -> Result<Report, Failure> {
    let (change, kept_off) = compared(books, scheme, period)?;
    let mut text = text(&change, scheme, period);
    for left in kept_off.iter().take(NAMED) {
        let _ = write!(text, "\n不能列入：{}", left_out(left));
    }
    if kept_off.len() > NAMED {
        let _ = write!(text, "\n不能列入共{}项", kept_off.len());
    }
    let json = document(books, &changes_of(scheme, period, (&change, &kept_off)));
    Ok(Report { json, text })
}

fn text(change: &RosterChange, scheme: &SchemeCode, period: Period) -> String {
    let (before, now) = (change.before, change.now);
    let mut text = format!(
        "项目{scheme}，按现有资格：{}应发{}笔、{}元；{period}应发{}笔、{}元",
        period.previous(),
        before.0,
        before.1,
        now.0,
        now.1
    );
    let mut by_reason: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for one in &change.changes {
        by_reason.entry(one.why).or_default().push(one);
    }
    for (why, all) in by_reason {
        let _ = write!(text, "\n{}{}笔", why.chinese(), all.len());
        for one in all.iter().take(NAMED) {
            let (id, before, now) = (one.entitlement, one.before, one.now);
            let _ = write!(text, "\n  资格{id}  户{}  {before}元→{now}元", one.household);
        }
        if all.len() > NAMED {
            let _ = write!(text, "\n  其余{}笔用 --json 列出", all.len() - NAMED);
        }
    }
    if change.changes.is_empty() {
        text.push_str("\n与上月相同");
    }
    if !change.missed.is_empty() {
        let _ = write!(text, "\n以前月份应发而没有造册{}笔，可造补充名册：", change.missed.len());
        for (id, month, amount) in change.missed.iter().take(NAMED) {
            let _ = write!(text, "\n  {month}  资格{id}  {amount}元");
        }
    }
    text
}
