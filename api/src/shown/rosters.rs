//! A roster beside the one of the month before.

use ledger::act::payments::RosterKind;
use ledger::books::Books;
use ledger::ids::{EntitlementId, HouseholdId, SchemeCode};
use ledger::money::Money;
use ledger::period::Period;
use ledger::rejection::Rejection;
use ledger::views::due::{self, LeftOut};
use ledger::views::roster_change::{self, RosterChange};
use serde::Serialize;
use utoipa::ToSchema;

use super::overflow;
use crate::failure::Failure;
use crate::spoken::left_out;

/// What differs between two months, by what is due as the books stand.
#[derive(Serialize, ToSchema)]
pub struct RosterChanges {
    /// The scheme.
    #[schema(value_type = String)]
    scheme: SchemeCode,
    /// The month.
    #[schema(value_type = String)]
    period: Period,
    /// The month before.
    before: MonthLines,
    /// The month.
    now: MonthLines,
    /// What differs, by entitlement.
    changes: Vec<ChangeFacts>,
    /// Due in one of the twelve months before and on no roster of it.
    missed: Vec<Missed>,
    /// Due in the month, and will not stand on its roster: why, in Chinese.
    left_out: Vec<String>,
}

/// Lines and sum of a month.
#[derive(Serialize, ToSchema)]
pub struct MonthLines {
    /// How many are due.
    lines: u64,
    /// Their sum in fen.
    #[schema(value_type = i64)]
    total_fen: Money,
}

/// One entitlement that differs.
#[derive(Serialize, ToSchema)]
pub struct ChangeFacts {
    /// The entitlement.
    #[schema(value_type = String)]
    entitlement: EntitlementId,
    /// The household.
    #[schema(value_type = String)]
    household: HouseholdId,
    /// Due in the month before, in fen.
    #[schema(value_type = i64)]
    before_fen: Money,
    /// Due in the month, in fen.
    #[schema(value_type = i64)]
    now_fen: Money,
    /// Why.
    why: &'static str,
}

/// An entitlement that was due and on no roster.
#[derive(Serialize, ToSchema)]
pub struct Missed {
    /// The entitlement.
    #[schema(value_type = String)]
    entitlement: EntitlementId,
    /// The month.
    #[schema(value_type = String)]
    period: Period,
    /// In fen.
    #[schema(value_type = i64)]
    amount_fen: Money,
}

/// The two months side by side, and whom a roster drawn now would leave out.
///
/// # Errors
/// [`Rejection::SchemeUnknown`], or a sum leaves the range of money.
pub fn compared(
    books: &Books,
    scheme: &SchemeCode,
    period: Period,
) -> Result<(RosterChange, Vec<LeftOut>), Failure> {
    if books.policies.newest(scheme).is_none() {
        return Err(Rejection::SchemeUnknown { scheme: scheme.clone(), period }.into());
    }
    let change = roster_change::of(books, scheme, period).ok_or_else(overflow)?;
    Ok((change, due::propose(books, scheme, period, RosterKind::Regular, &[]).left_out))
}

/// A scheme's month beside the month before.
///
/// # Errors
/// As [`compared`].
pub fn roster_changes(
    books: &Books,
    scheme: &SchemeCode,
    period: Period,
) -> Result<RosterChanges, Failure> {
    let (change, left_out) = compared(books, scheme, period)?;
    Ok(changes_of(scheme, period, (&change, &left_out)))
}

/// The same of what was compared already.
#[must_use]
pub fn changes_of(
    scheme: &SchemeCode,
    period: Period,
    (change, kept_off): (&RosterChange, &[LeftOut]),
) -> RosterChanges {
    let changes = change.changes.iter().map(|one| ChangeFacts {
        entitlement: one.entitlement,
        household: one.household,
        before_fen: one.before,
        now_fen: one.now,
        why: one.why.word(),
    });
    let missed = change.missed.iter().map(|(entitlement, month, amount)| Missed {
        entitlement: *entitlement,
        period: *month,
        amount_fen: *amount,
    });
    let lines = |(lines, total_fen): (u64, Money)| MonthLines { lines, total_fen };
    RosterChanges {
        scheme: scheme.clone(),
        period,
        before: lines(change.before),
        now: lines(change.now),
        changes: changes.collect(),
        missed: missed.collect(),
        left_out: kept_off.iter().map(left_out).collect(),
    }
}
