//! What a policy means for a month's roster: who is due in a scheme, and whose amount its standards do not allow.

use crate::books::cases::{Entitlement, sum_of};
use crate::books::entitling;
use crate::books::{Books, conditions};
use crate::ids::{EntitlementId, SchemeCode};
use crate::money::Money;
use crate::period::Period;
use crate::rejection::Rejection;

/// A scheme's roster of a month as the entitlements stand.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Effect {
    /// How many entitlements are due.
    pub lines: u64,
    /// Their sum.
    pub total: Money,
    /// Those whose amount the month's standards do not allow, with what is due to them and the refusal, by id.
    pub misfits: Vec<(EntitlementId, Money, Rejection)>,
}

/// `None` if the sum leaves the range of money.
#[must_use]
pub fn of(books: &Books, scheme: &SchemeCode, period: Period) -> Option<Effect> {
    let mut effect = Effect::default();
    let all = books.cases.entitlements.iter().filter(|(_, held)| held.scheme == *scheme);
    for (id, held) in all {
        let Some(parts) = held.due(period) else { continue };
        let amount = sum_of(parts)?;
        effect.lines += 1;
        effect.total = effect.total.checked_add(amount)?;
        if let Err(why) = fits(books, held, period) {
            effect.misfits.push((*id, amount, why));
        }
    }
    effect.misfits.sort_by_key(|(id, ..)| *id);
    Some(effect)
}

fn fits(books: &Books, held: &Entitlement, period: Period) -> Result<(), Rejection> {
    conditions::may_still_be_paid(books, held, period)?;
    entitling::amount_follows_the_standard(books, &held.as_claimed(period))
}
