//! A scheme's roster of a month beside the one of the month before: who enters, leaves, changes, and why; and who was due in
//! a month before and never stood on a roster 漏发.

use std::collections::BTreeSet;

use crate::act::payments::RosterKind;
use crate::books::Books;
use crate::books::cases::{Entitlement, sum_of};
use crate::books::payments::BatchStage;
use crate::ids::{EntitlementId, HouseholdId, SchemeCode};
use crate::money::Money;
use crate::period::Period;
use crate::words::words;

words! {
    /// Why a line is there that was not, or is not any more, or is another.
    Why {
        /// Confirmed, and this is the first month 新增.
        New = "new", "新增";
        /// A stage was accepted, or its month has passed 按进度.
        Stage = "stage", "按进度";
        /// Stopped 停发.
        Stopped = "stopped", "停发";
        /// The last of so many months has passed 期满.
        Ended = "ended", "期满";
        /// Somebody whom it is for died 死亡.
        Died = "died", "死亡";
        /// Another amount from this month on 调整.
        Adjusted = "adjusted", "调整";
    }
}

/// One entitlement that differs between the months.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Change {
    /// The entitlement.
    pub entitlement: EntitlementId,
    /// The household.
    pub household: HouseholdId,
    /// What was due in the month before.
    pub before: Money,
    /// What is due in the month.
    pub now: Money,
    /// Why.
    pub why: Why,
}

/// The two months side by side.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RosterChange {
    /// Lines and sum of the month before.
    pub before: (u64, Money),
    /// Lines and sum of the month.
    pub now: (u64, Money),
    /// What differs, by entitlement.
    pub changes: Vec<Change>,
    /// Due in one of the twelve months before and on no roster of it: what a supplementary roster is for.
    pub missed: Vec<(EntitlementId, Period, Money)>,
}

/// `None` if a sum leaves the range of money.
#[must_use]
pub fn of(books: &Books, scheme: &SchemeCode, period: Period) -> Option<RosterChange> {
    let mut change = RosterChange::default();
    let rostered: BTreeSet<Period> = rostered(books, scheme);
    let all = books.cases.entitlements.iter().filter(|(_, held)| held.scheme == *scheme);
    for (id, held) in all {
        let (before, now) = (due(books, held, period.previous())?, due(books, held, period)?);
        for (sum, amount) in [(&mut change.before, before), (&mut change.now, now)] {
            sum.0 += u64::from(amount.is_positive());
            sum.1 = sum.1.checked_add(amount)?;
        }
        if before != now {
            let (entitlement, household) = (*id, held.household);
            let why = why(books, (*id, held), period, (before, now));
            change.changes.push(Change { entitlement, household, before, now, why });
        }
        let mut month = period.previous();
        for _ in 0..12 {
            let amount = due(books, held, month)?;
            // A month in which the scheme drew no roster at all is not one in which somebody was forgotten.
            let was_drawn = rostered.contains(&month);
            if was_drawn && amount.is_positive() && !books.payments.is_on_roster(*id, month) {
                change.missed.push((*id, month, amount));
            }
            month = month.previous();
        }
    }
    change.changes.sort_by_key(|change| change.entitlement);
    change.missed.sort_unstable_by_key(|(id, month, _)| (*month, *id));
    Some(change)
}

fn rostered(books: &Books, scheme: &SchemeCode) -> BTreeSet<Period> {
    let drawn = books.payments.batches.values().filter(|batch| {
        let stands = batch.stage != BatchStage::Withdrawn && batch.kind != RosterKind::Reissue;
        batch.scheme == *scheme && stands
    });
    drawn.map(|batch| batch.period).collect()
}

/// What is due to the living.
fn due(books: &Books, held: &Entitlement, period: Period) -> Option<Money> {
    if died(books, held, period) {
        return Some(Money::ZERO);
    }
    held.due(period).map_or(Some(Money::ZERO), sum_of)
}

fn died(books: &Books, held: &Entitlement, period: Period) -> bool {
    let mut persons = held.persons.iter().chain([&held.payee]);
    persons.any(|person| books.people.payee(*person).is_some_and(|p| p.is_dead_in(period)))
}

fn why(
    books: &Books,
    (id, held): (EntitlementId, &Entitlement),
    period: Period,
    (before, now): (Money, Money),
) -> Why {
    let begin = held.parts.begin();
    if died(books, held, period) {
        Why::Died
    } else if books.cases.works.stages(id).is_some() {
        Why::Stage
    } else if !before.is_zero() && !now.is_zero() {
        Why::Adjusted
    } else if now.is_zero() && held.last.is_some_and(|last| last < period) {
        let months = books.policies.scheme(&held.scheme, begin).and_then(|set| set.months);
        let end = months.map(|months| (1..months).fold(begin, |month, _| month.next()));
        if end == held.last { Why::Ended } else { Why::Stopped }
    } else {
        Why::New
    }
}
