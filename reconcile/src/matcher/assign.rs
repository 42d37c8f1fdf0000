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
    /// Empty where the bank names payments by our reference alone.
    pub(crate) account_no: &'a str,
    pub(crate) name: &'a str,
    pub(crate) amount: Money,
    pub(crate) date: Option<Date>,
    /// What the line answers; two lines with one answer say the same.
    pub(crate) answer: A,
    /// False if the line contradicts itself, so that it can only be a discrepancy.
    pub(crate) is_sound: bool,
}

impl<A> Claim<'_, A> {
    /// The order of lines that say the same, by their content, so that their place in the file means nothing.
    pub(crate) fn rank(&self) -> (Option<Date>, &str) {
        (self.date, self.name)
    }
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
    let named = by_reference(payments, lines, &mut found);
    if lines.iter().any(|line| line.reference.is_none()) {
        by_account(payments, lines, &within, &mut found, &named);
    }
    found
}

/// What the lines of a file have said of one payment by its reference.
#[derive(Clone, Default)]
struct Hold {
    is_named: bool,
    /// The line that has it.
    line: Option<usize>,
    /// Two sound lines say different things of it.
    is_contested: bool,
}

/// Which payments some line names, whether it agrees or not.
fn by_reference<A: Copy + Eq>(
    payments: &[Expectation],
    lines: &[Claim<'_, A>],
    found: &mut [Found],
) -> Vec<bool> {
    let mut index: QuickMap<&PaymentRef, usize> = QuickMap::default();
    index.reserve(payments.len());
    for (payment, expected) in payments.iter().enumerate() {
        let before = index.insert(&expected.reference, payment);
        assert!(before.is_none(), "no two expectations share {}", expected.reference);
    }
    let meant = |line: &Claim<'_, A>| index.get(line.reference?).copied();
    let mut holds = vec![Hold::default(); payments.len()];
    for (at, line) in lines.iter().enumerate() {
        if let Some(payment) = meant(line)
            && let (Some(expected), Some(hold)) = (payments.get(payment), holds.get_mut(payment))
        {
            take(payment, expected, hold, lines, at, found);
        }
    }
    if holds.iter().any(|hold| hold.is_contested) {
        // Neither may win by standing first: every sound line about the payment is contradicted.
        for (line, slot) in lines.iter().zip(found) {
            if let Some(payment) = meant(line)
                && holds.get(payment).is_some_and(|hold| hold.is_contested)
                && !matches!(slot, Found::Different { .. })
            {
                *slot = Found::Contradicted { payment, rule: MatchRule::Reference };
            }
        }
    }
    holds.iter().map(|hold| hold.is_named).collect()
}

/// One line that names one payment.
fn take<A: Copy + Eq>(
    payment: usize,
    expected: &Expectation,
    hold: &mut Hold,
    lines: &[Claim<'_, A>],
    at: usize,
    found: &mut [Found],
) {
    let rule = MatchRule::Reference;
    let (Some(line), Some(slot)) = (lines.get(at), found.get_mut(at)) else { return };
    hold.is_named = true;
    if !agrees(line, expected) {
        *slot = Found::Different { payment, rule };
        return;
    }
    match hold.line.and_then(|holder| lines.get(holder)) {
        None => {
            hold.line = Some(at);
            *slot = Found::One { payment, rule };
        }
        Some(other) if other.answer != line.answer => hold.is_contested = true,
        // The same answer once more is one line too many: the later one, wherever it stands.
        Some(other) if line.rank() < other.rank() => {
            *slot = Found::One { payment, rule };
            if let Some(later) = hold.line.replace(at).and_then(|later| found.get_mut(later)) {
                *later = Found::Nothing;
            }
        }
        Some(_) => *slot = Found::Nothing,
    }
}

pub(super) fn agrees<A>(line: &Claim<'_, A>, expected: &Expectation) -> bool {
    line.is_sound
        && line.amount == expected.amount
        && !other_account(line, expected)
        && !other_name(line, expected)
}

/// An account or a name that the bank does not state at all contradicts nothing.
fn other_account<A>(line: &Claim<'_, A>, expected: &Expectation) -> bool {
    !line.account_no.is_empty() && line.account_no != expected.account_no
}

fn other_name<A>(line: &Claim<'_, A>, expected: &Expectation) -> bool {
    !line.name.is_empty() && !same_name(line.name, &expected.name)
}

/// In what a line differs from a payment, apart from contradicting itself.
pub(crate) fn differences<A>(line: &Claim<'_, A>, expected: &Expectation) -> Vec<Difference> {
    [
        (Difference::Amount, line.amount != expected.amount),
        (Difference::Account, other_account(line, expected)),
        (Difference::Name, other_name(line, expected)),
    ]
    .into_iter()
    .filter_map(|(difference, differs)| differs.then_some(difference))
    .collect()
}
