//! What stands beside the month's money in its figures: goods, households under watch, people without papers, medical
//! alerts, suspicions. None of it is ever added to money.

use super::{flags, rescue, watch};
use crate::act::wire;
use crate::books::Books;
use crate::books::flags::FlagStage;
use crate::books::postings::Account;
use crate::money::Money;
use crate::period::Period;

wire! {
    /// What stands beside the money of a month.
    BesideMonth {
        /// Medical alerts that came of an application or a reasoned no so far.
        alerts_answered: u64,
        /// Medical alerts that nobody answered yet.
        alerts_open: u64,
        /// Suspicions that turned out to be nothing, so far.
        flags_cleared: u64,
        /// Suspicions that are not decided.
        flags_open: u64,
        /// Suspicions that were found true and put right, so far.
        flags_remedied: u64,
        /// Suspicions that were found true and are not put right yet.
        flags_upheld: u64,
        /// The money of all that were found true so far.
        flags_upheld_fen: Money,
        /// Value of goods handed out in the month.
        goods_given_fen: Money,
        /// Value of goods on hand at the end.
        goods_on_hand_fen: Money,
        /// Persons without papers found so far.
        rescued_found: u64,
        /// Of those, not settled at the end.
        rescued_open: u64,
        /// Of those, settled so far.
        rescued_settled: u64,
        /// Households taken under watch so far.
        watched_begun_households: u64,
        /// Persons in them.
        watched_begun_persons: u64,
        /// Households whose risk was resolved so far.
        watched_ended_households: u64,
        /// Persons in them.
        watched_ended_persons: u64,
        /// Households under watch at the end.
        watched_open_households: u64,
        /// Persons in them.
        watched_open_persons: u64,
    }
}

/// The figures of a month; `None` within if there is nothing to say, `None` as a whole if a sum leaves the range of money.
#[must_use]
pub fn of(books: &Books, period: Period) -> Option<Option<BesideMonth>> {
    let cut = period.last_day();
    let watched = watch::as_of(books, cut);
    let rescued = rescue::as_of(books, cut);
    let progress = flags::progress(books, cut)?;
    let at = |stage| progress.by_stage.get(&stage).copied().unwrap_or_default();
    let alerts = books.medical.alerts.values().filter(|alert| alert.until <= cut);
    let answered = alerts.clone().filter(|alert| alert.answered.is_some()).count() as u64;
    let (given, on_hand) = goods(books, period)?;
    let beside = BesideMonth {
        alerts_answered: answered,
        alerts_open: alerts.count() as u64 - answered,
        flags_cleared: at(FlagStage::Cleared),
        flags_open: at(FlagStage::Raised) + at(FlagStage::HandedOver) + at(FlagStage::Checked),
        flags_remedied: at(FlagStage::Remedied),
        flags_upheld: at(FlagStage::Upheld),
        flags_upheld_fen: progress.upheld,
        goods_given_fen: given,
        goods_on_hand_fen: on_hand,
        rescued_found: rescued.found,
        rescued_open: rescued.open,
        rescued_settled: rescued.settled.values().sum(),
        watched_begun_households: watched.begun.households,
        watched_begun_persons: watched.begun.persons,
        watched_ended_households: watched.ended.households,
        watched_ended_persons: watched.ended.persons,
        watched_open_households: watched.open.households,
        watched_open_persons: watched.open.persons,
    };
    let goods_ever = books.goods.lots.values().any(|lot| lot.received.arrived <= cut);
    let counts = [
        beside.alerts_answered,
        beside.alerts_open,
        progress.raised,
        rescued.found,
        watched.begun.households,
        u64::from(goods_ever),
    ];
    Some(counts.iter().any(|count| *count > 0).then_some(beside))
}

/// The value of goods handed out in the month, and on hand at its end.
fn goods(books: &Books, period: Period) -> Option<(Money, Money)> {
    let balances =
        (books.postings.at_end_of(period.previous())?, books.postings.at_end_of(period)?);
    let sum = |of: &std::collections::BTreeMap<Account, Money>, wanted: fn(&Account) -> bool| {
        Money::total(of.iter().filter(|(account, _)| wanted(account)).map(|(_, sum)| *sum))
    };
    let given: fn(&Account) -> bool = |account| matches!(account, Account::GoodsGiven(..));
    let on_hand: fn(&Account) -> bool = |account| matches!(account, Account::GoodsOnHand(_));
    let in_month = sum(&balances.1, given)?.checked_sub(sum(&balances.0, given)?)?;
    Some((in_month, sum(&balances.1, on_hand)?))
}
