//! The one place where lines are given to payments, for responses and returns alike.
//! Each payment takes at most one line; what is not certain goes to a person.

use ledger::answer::MatchRule;
use ledger::ids::PaymentRef;
use ledger::money::Money;
use ledger::period::Date;

use super::by_account::by_account;
use super::hashing::QuickMap;
use super::{Difference, Expectation};
use crate::names::same_name;

/// What a line says about a payment.
pub(crate) struct Claim<'a, A> {
    pub(crate) reference: Option<&'a PaymentRef>,
    pub(crate) account_no: &'a str,
    pub(crate) name: &'a str,
    pub(crate) amount: Money,
    pub(crate) date: Option<Date>,
    /// What the line answers; two lines with one answer say the same.
    pub(crate) answer: A,
    /// False if the line contradicts itself, so that it can only be a discrepancy.
    pub(crate) is_sound: bool,
}

/// What was found for a line. The number is the payment's index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// This payment, in every part.
    One { payment: usize, rule: MatchRule },
    /// This payment, but something differs.
    Different { payment: usize, rule: MatchRule },
    /// This payment, but another line of the same file says otherwise of it.
    Contradicted { payment: usize, rule: MatchRule },
    /// More than one payment fits.
    Several,
    /// No payment fits, or the ones that fit are taken.
    Nothing,
}

impl Found {
    /// The payment that the line names.
    pub(crate) fn payment(self) -> Option<usize> {
        match self {
            Found::One { payment, .. }
            | Found::Different { payment, .. }
            | Found::Contradicted { payment, .. } => Some(payment),
            Found::Several | Found::Nothing => None,
        }
    }
}

/// One entry per line, in the order of the lines. `within` says whether a line of the second day can be about a
/// payment instructed on the first.
pub(crate) fn assign<A: Copy + Eq>(
    payments: &[Expectation],
    lines: &[Claim<'_, A>],
    within: impl Fn(Date, Date) -> bool,
) -> Vec<Found> {
    let mut found = vec![Found::Nothing; lines.len()];
    let mut named = vec![false; payments.len()];
    by_reference(payments, lines, &mut found, &mut named);
    if lines.iter().any(|line| line.reference.is_none()) {
        by_account(payments, lines, &within, &mut found, &named);
    }
    found
}

fn by_reference<A: Copy + Eq>(
    payments: &[Expectation],
    lines: &[Claim<'_, A>],
    found: &mut [Found],
    named: &mut [bool],
) {
    let mut index: QuickMap<&PaymentRef, usize> = QuickMap::default();
    index.reserve(payments.len());
    for (payment, expected) in payments.iter().enumerate() {
        let before = index.insert(&expected.reference, payment);
        assert!(before.is_none(), "no two expectations share {}", expected.reference);
    }
    let rule = MatchRule::Reference;
    // Which line has each payment so far, and which payments are fought over.
    let mut holders: Vec<Option<usize>> = vec![None; payments.len()];
    let mut contested = vec![false; payments.len()];
    for (at, line) in lines.iter().enumerate() {
        let Some(payment) = line.reference.and_then(|reference| index.get(reference)).copied()
        else {
            continue;
        };
        let (Some(expected), Some(slot), Some(name), Some(holder), Some(contested)) = (
            payments.get(payment),
            found.get_mut(at),
            named.get_mut(payment),
            holders.get_mut(payment),
            contested.get_mut(payment),
        ) else {
            continue;
        };
        *name = true;
        if !agrees(line, expected) {
            *slot = Found::Different { payment, rule };
            continue;
        }
        match holder.and_then(|holder| lines.get(holder)) {
            None => {
                *holder = Some(at);
                *slot = Found::One { payment, rule };
            }
            // The same answer once more is one line too many.
            Some(other) if other.answer == line.answer => *slot = Found::Nothing,
            Some(_) => *contested = true,
        }
    }
    if !contested.contains(&true) {
        return;
    }
    // Neither may win by standing first: every sound line about a contested payment is contradicted.
    for (line, slot) in lines.iter().zip(found) {
        let payment = line.reference.and_then(|reference| index.get(reference)).copied();
        let contested = payment.filter(|payment| contested.get(*payment) == Some(&true));
        if let Some(payment) = contested
            && !matches!(slot, Found::Different { .. })
        {
            *slot = Found::Contradicted { payment, rule };
        }
    }
}

pub(super) fn agrees<A>(line: &Claim<'_, A>, expected: &Expectation) -> bool {
    line.is_sound
        && line.amount == expected.amount
        && line.account_no == expected.account_no
        && same_name(line.name, &expected.name)
}

/// In what a line differs from a payment, apart from contradicting itself.
pub(crate) fn differences<A>(line: &Claim<'_, A>, expected: &Expectation) -> Vec<Difference> {
    [
        (Difference::Amount, line.amount != expected.amount),
        (Difference::Account, line.account_no != expected.account_no),
        (Difference::Name, !same_name(line.name, &expected.name)),
    ]
    .into_iter()
    .filter_map(|(difference, differs)| differs.then_some(difference))
    .collect()
}
