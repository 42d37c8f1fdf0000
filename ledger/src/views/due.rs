//! What is due: the roster lines that follow from the entitlements for a month. A person signs them as a roster.

use std::collections::BTreeMap;

use crate::act::payments::RosterKind;
use crate::books::cases::sum_of;
use crate::books::postings::Account;
use crate::books::{Books, conditions};
use crate::ids::{ActId, Division, EntitlementId, FundCode, PaymentRef, PersonId, SchemeCode};
use crate::line::{RosterLine, Source};
use crate::money::Money;
use crate::period::Period;

/// Why an entitlement or a failed payment is not on the roster, for the person who draws it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LeftOut {
    /// A beneficiary or the payee died in an earlier month.
    Died(EntitlementId),
    /// The payee has no benefit account.
    NoAccount(EntitlementId),
    /// The scheme does not let this payee be paid, or does so no more.
    PayeeNotAllowed(EntitlementId),
    /// The reason forbids a reissue, or the account change that it needs is not approved yet.
    NotYet(PaymentRef),
}

/// A roster as it could be drawn now.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Proposal {
    /// Its lines, by division and household.
    pub lines: Vec<RosterLine>,
    /// What is due and not on it, with the reason.
    pub left_out: Vec<LeftOut>,
    /// What the funds lack for the lines; a line that they do not reach has no sources.
    pub short: Money,
}

/// What the funds can still give, in the order in which they are to be used, and what they lack so far.
struct Purse {
    left: Vec<(FundCode, Money)>,
    short: Money,
}

impl Purse {
    fn of(books: &Books, funds: &[FundCode]) -> Purse {
        let holds = |fund: &FundCode| {
            let account = books.funds.account_of(fund)?.clone();
            let balance = books.postings.balance(&Account::Bank(account, fund.clone()));
            Some((fund.clone(), balance))
        };
        Purse { left: funds.iter().filter_map(holds).collect(), short: Money::ZERO }
    }

    /// Takes an amount, from the first fund that has any and on to the next. What they do not hold adds to what is short.
    fn take(&mut self, amount: Money) -> Vec<Source> {
        let mut needed = amount;
        let mut sources = Vec::new();
        for (fund, left) in &mut self.left {
            let share = needed.min(*left);
            if share.is_positive() {
                *left = left.checked_sub(share).unwrap_or_default();
                needed = needed.checked_sub(share).unwrap_or_default();
                sources.push(Source { amount_fen: share, fund: fund.clone() });
            }
        }
        self.short = self.short.checked_add(needed).unwrap_or(needed);
        sources
    }
}

/// The month's roster of a scheme: every entitlement that is due and not yet paid, or, for a reissue,
/// every payment that failed or came back and may be sent again.
#[must_use]
pub fn propose(
    books: &Books,
    scheme: &SchemeCode,
    period: Period,
    kind: RosterKind,
    funds: &[FundCode],
) -> Proposal {
    let mut purse = Purse::of(books, funds);
    let mut proposal = Proposal::default();
    match kind {
        RosterKind::Regular | RosterKind::Supplementary => {
            for id in in_order(books, scheme, period) {
                match regular(books, id, period, &mut purse) {
                    Ok(line) => proposal.lines.push(line),
                    Err(left_out) => proposal.left_out.push(left_out),
                }
            }
        }
        RosterKind::Reissue => {
            for reference in to_reissue(books, scheme, period) {
                match reissue(books, &reference, &mut purse) {
                    Ok(line) => proposal.lines.push(line),
                    Err(left_out) => proposal.left_out.push(left_out),
                }
            }
        }
    }
    proposal.short = purse.short;
    proposal
}

fn in_order(books: &Books, scheme: &SchemeCode, period: Period) -> Vec<EntitlementId> {
    let mut due: BTreeMap<(Option<&Division>, String), EntitlementId> = BTreeMap::new();
    for (id, entitlement) in &books.cases.entitlements {
        let is_paid = books.payments.is_on_roster(*id, period);
        if entitlement.scheme == *scheme && entitlement.due(period).is_some() && !is_paid {
            let household = books.people.households.get(&entitlement.household);
            let division = household.map(|household| &household.division);
            let order = format!("{}{id}", entitlement.household);
            due.insert((division, order), *id);
        }
    }
    due.into_values().collect()
}

fn regular(
    books: &Books,
    id: EntitlementId,
    period: Period,
    purse: &mut Purse,
) -> Result<RosterLine, LeftOut> {
    let entitlement = books.cases.entitlements.get(&id).ok_or(LeftOut::NoAccount(id))?;
    let died = |person: &PersonId| books.people.payee(*person).is_none_or(|p| p.is_dead_in(period));
    if entitlement.persons.iter().chain([&entitlement.payee]).any(died) {
        return Err(LeftOut::Died(id));
    }
    let payee = books.people.payee(entitlement.payee);
    let account = payee.and_then(|payee| payee.account()).ok_or(LeftOut::NoAccount(id))?;
    if conditions::may_still_be_paid(books, entitlement, period).is_err() {
        return Err(LeftOut::PayeeNotAllowed(id));
    }
    let parts = entitlement.due(period).unwrap_or_default();
    let amount = sum_of(parts).unwrap_or_default();
    let sources = purse.take(amount);
    Ok(RosterLine {
        account,
        amount_fen: amount,
        change: None,
        entitlement: id,
        parts: parts.into(),
        payee: entitlement.payee,
        reissue_of: None,
        sources: sources.into(),
    })
}

fn to_reissue(books: &Books, scheme: &SchemeCode, period: Period) -> Vec<PaymentRef> {
    let batches = books.payments.batches.iter();
    let batches = batches.filter(|(_, b)| b.scheme == *scheme && b.period == period);
    let open = batches.flat_map(|(code, _)| books.payments.to_reissue(code));
    open.map(|(reference, _)| reference).collect()
}

fn reissue(
    books: &Books,
    reference: &PaymentRef,
    purse: &mut Purse,
) -> Result<RosterLine, LeftOut> {
    let not_yet = || LeftOut::NotYet(reference.clone());
    let (batch, original) = books.payments.find(reference).ok_or_else(not_yet)?;
    let reason = original.failure().ok_or_else(not_yet)?;
    let payee = books.people.payee(original.payee).ok_or_else(not_yet)?;
    let account = payee.account().ok_or_else(not_yet)?;
    let change = books.people.changes.iter().find(|(_, change)| {
        change.approved && change.changed.new.account == account && account != original.account
    });
    let change: Option<ActId> = change.map(|(act, _)| *act);
    if reason.forbids_reissue() || (reason.needs_account_change() && change.is_none()) {
        return Err(not_yet());
    }
    let entitlement = books.cases.entitlements.get(&original.entitlement).ok_or_else(not_yet)?;
    let died =
        |person: &PersonId| books.people.payee(*person).is_none_or(|p| p.is_dead_in(batch.period));
    if entitlement.persons.iter().chain([&original.payee]).any(died) {
        return Err(LeftOut::Died(original.entitlement));
    }
    if conditions::may_still_be_paid(books, entitlement, batch.period).is_err() {
        return Err(LeftOut::PayeeNotAllowed(original.entitlement));
    }
    // Stopped or adjusted since: the same amount is not what is due any more, so a person has to look.
    let parts = entitlement.due(batch.period).unwrap_or_default();
    if sum_of(parts) != Some(original.amount) {
        return Err(not_yet());
    }
    let sources = purse.take(original.amount);
    Ok(RosterLine {
        account,
        amount_fen: original.amount,
        change,
        entitlement: original.entitlement,
        parts: parts.into(),
        payee: original.payee,
        reissue_of: Some(reference.clone()),
        sources: sources.into(),
    })
}
