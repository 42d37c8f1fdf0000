//! Which line answers which payment. Every line gets exactly one outcome, every payment at most one final answer,
//! and amount, account and name are compared always. The order of lines does not matter.

pub(crate) mod assign;
mod by_account;
pub(crate) mod hashing;
mod index;

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicBool, Ordering};

use compact_str::CompactString;
use ledger::answer::{MatchRule, Outcome, Reason};
use ledger::ids::PaymentRef;
use ledger::money::Money;
use ledger::period::Date;
use ledger::shares::in_shares;

pub use crate::difference::{Difference, Differences};
use crate::pieces::Pieces;
use crate::profile::BankStatus;
use crate::response::{ResponseFile, ResponseLine};
use assign::{Claim, Found, Lines, WORTH_A_THREAD, assign};

/// A line without a reference may answer a payment that was instructed up to this many days before.
pub const RESPONSE_WINDOW_DAYS: i64 = 15;

/// What the books already say of a payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Booked {
    /// Instructed, and no answer yet; also while an exception of it waits for a person.
    Awaiting,
    /// The bank has said that it has not decided.
    Pending,
    /// The bank has said that it does not know.
    Unknown,
    /// Answered: settled.
    AnsweredSettled,
    /// Answered: failed.
    AnsweredFailed,
    /// Settled, and returned since.
    Returned,
}

impl Booked {
    /// True if a final answer is still to come.
    #[must_use]
    pub const fn is_open(self) -> bool {
        matches!(self, Booked::Awaiting | Booked::Pending | Booked::Unknown)
    }
}

/// One instructed payment, as the books and the vault know it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expectation {
    /// Its reference; no two expectations share one.
    pub reference: PaymentRef,
    /// The payee's account, in the spelling of [`crate::names::account_key`].
    pub account_no: CompactString,
    /// The payee's name.
    pub name: CompactString,
    /// The instructed amount.
    pub amount: Money,
    /// The day of the payment file.
    pub instructed_on: Date,
    /// What is booked.
    pub state: Booked,
}

/// What one line means for the books. What the line itself says stands in the line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineOutcome {
    /// The payment it names, also where it differs; `None` if no payment or more than one fits.
    pub reference: Option<PaymentRef>,
    /// How the payment was found.
    pub rule: MatchRule,
    /// The meaning.
    pub outcome: Outcome,
    /// In what the line differs, if the outcome is [`Outcome::Discrepant`].
    pub differs: Differences,
}

/// A whole response file against the expectations.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MatchReport {
    /// One per line, in the order of the lines.
    pub outcomes: Pieces<LineOutcome>,
    /// Payments without a final answer, by reference.
    pub unanswered: Vec<PaymentRef>,
    /// Rows without a payment that are about one which another row answers, each with that row.
    pub repeats: BTreeMap<u32, u32>,
}

/// Matches a response file. The rules in their order: by reference; by account and amount; by account, name,
/// amount and a window of days; else a person. A line whose reference is not expected is never given to
/// another payment.
///
/// # Panics
/// If lines or payments were lost or counted twice: that is a fault of this program, and nothing of it may be booked.
#[must_use]
pub fn match_file(expectations: &[Expectation], file: &ResponseFile) -> MatchReport {
    match_slices(expectations, &file.lines.slices())
}

/// As [`match_file`], of lines that lie behind each other.
///
/// # Panics
/// As [`match_file`].
#[must_use]
pub fn match_lines(expectations: &[Expectation], lines: &[ResponseLine]) -> MatchReport {
    match_slices(expectations, &[lines])
}

fn match_slices(expectations: &[Expectation], slices: &[&[ResponseLine]]) -> MatchReport {
    let claims = Lines::of(slices, claim);
    let found = assign(expectations, &claims, |instructed, answered| {
        (0..=RESPONSE_WINDOW_DAYS).contains(&answered.days_since(instructed))
    });
    let answered: Vec<AtomicBool> = expectations.iter().map(|_| AtomicBool::new(false)).collect();
    let (outcomes, counts) = outcomes(expectations, &claims, &found, &answered);
    let (open, unanswered) = unanswered(expectations, &answered);
    // Nothing is lost and nothing is counted twice, on either side of the match. A payment with two final answers would make
    // more of them than there are answered payments.
    assert_eq!(outcomes.len(), claims.count(), "every line has one outcome");
    assert_eq!(
        counts.finals + unanswered.len(),
        open,
        "every open payment is answered once or unanswered"
    );
    let strangers = counts.unmatched > 0;
    let repeats = if strangers { repeats(slices, &outcomes) } else { BTreeMap::new() };
    MatchReport { outcomes, unanswered, repeats }
}

/// How many payments are open, and which of them no line answers, by reference.
fn unanswered(expectations: &[Expectation], answered: &[AtomicBool]) -> (usize, Vec<PaymentRef>) {
    let shares = in_shares(expectations, WORTH_A_THREAD, |before, share| {
        let answered = answered.get(before..).unwrap_or_default();
        let (mut open, mut unanswered) = (0_usize, Vec::new());
        for (expected, answered) in share.iter().zip(answered) {
            let is_open = expected.state.is_open();
            open += usize::from(is_open);
            if is_open && !answered.load(Ordering::Relaxed) {
                unanswered.push(expected.reference.clone());
            }
        }
        (open, unanswered)
    });
    let open = shares.iter().map(|(open, _)| open).sum();
    let mut unanswered: Vec<_> = shares.into_iter().flat_map(|(_, of_share)| of_share).collect();
    unanswered.sort_unstable();
    (open, unanswered)
}

/// Two lines with one of these say the same.
type Answer = (BankStatus, Option<Reason>, Money);

fn claim(line: &ResponseLine) -> Claim<'_, Answer> {
    Claim {
        reference: line.reference.as_ref(),
        account_no: &line.account_no,
        name: &line.name,
        amount: line.amount,
        date: line.date,
        answer: (line.status, line.reason, line.settled_amount),
        is_sound: line.doubt.is_none() && settles_soundly(line),
    }
}

/// A success or a part settles something and not too much; anything else settles nothing.
fn settles_soundly(line: &ResponseLine) -> bool {
    match line.status {
        BankStatus::Success => {
            line.settled_amount.is_positive() && line.settled_amount <= line.amount
        }
        BankStatus::Partial => {
            line.settled_amount.is_positive() && line.settled_amount < line.amount
        }
        BankStatus::Failed | BankStatus::Pending | BankStatus::Unknown => {
            line.settled_amount.is_zero()
        }
    }
}

/// How many outcomes there are of a kind.
#[derive(Clone, Copy, Default)]
struct Counts {
    finals: usize,
    unmatched: usize,
}

/// The outcome of every line, each final one with its payment marked as answered. No line asks for another here.
fn outcomes<'l, F>(
    expectations: &[Expectation],
    lines: &Lines<'l, ResponseLine, F>,
    found: &[Found],
    answered: &[AtomicBool],
) -> (Pieces<LineOutcome>, Counts)
where
    F: Fn(&'l ResponseLine) -> Claim<'l, Answer> + Sync,
{
    let done = lines.on_all_cores(|before, piece| {
        let mut counts = Counts::default();
        let found = found.get(before..).unwrap_or_default();
        let outcomes = piece.iter().zip(found).map(|(line, found)| {
            let outcome = outcome_of(expectations, line, *found);
            counts.unmatched += usize::from(outcome.outcome == Outcome::Unmatched);
            if let (true, Some(slot)) =
                (outcome.outcome.is_final(), found.payment().and_then(|at| answered.get(at)))
            {
                slot.store(true, Ordering::Relaxed);
                counts.finals += 1;
            }
            outcome
        });
        (outcomes.collect(), counts)
    });
    let (pieces, counts): (_, Vec<Counts>) = done.into_iter().unzip();
    let add = |one: Counts, other: &Counts| Counts {
        finals: one.finals + other.finals,
        unmatched: one.unmatched + other.unmatched,
    };
    (Pieces::of(pieces), counts.iter().fold(Counts::default(), add))
}

fn outcome_of(expectations: &[Expectation], line: &ResponseLine, found: Found) -> LineOutcome {
    let expected = found.payment().and_then(|index| expectations.get(index));
    let (rule, outcome) = match (found, expected) {
        (Found::One { rule, .. }, Some(expected)) => (rule, verdict(line, expected.state)),
        (Found::Different { rule, .. }, _) => (rule, Outcome::Discrepant),
        (Found::Contradicted { rule, .. }, _) => (rule, Outcome::Conflicting),
        (Found::Several, _) => (MatchRule::None, Outcome::Ambiguous),
        (Found::Nothing | Found::One { .. }, _) => (MatchRule::None, Outcome::Unmatched),
    };
    let differs = match (outcome, expected) {
        (Outcome::Discrepant, Some(expected)) => differences(line, expected),
        (_, _) => Differences::default(),
    };
    let reference = expected.map(|expected| expected.reference.clone());
    LineOutcome { reference, rule, outcome, differs }
}

/// Rows that say once more what another row of the file says, each with that row: they are no strangers' payments. Without a
/// reference they say the same of an account, an amount and a day.
fn repeats<'l>(
    slices: &[&'l [ResponseLine]],
    outcomes: &Pieces<LineOutcome>,
) -> BTreeMap<u32, u32> {
    let lines = slices.iter().copied().flatten();
    let about = |line: &'l ResponseLine| match &line.reference {
        Some(reference) => (Some(reference), "", Money::ZERO, None),
        None => (None, line.account_no.as_str(), line.amount, line.date),
    };
    let unmatched = lines.clone().zip(outcomes);
    let unmatched = unmatched.filter(|(_, outcome)| outcome.outcome == Outcome::Unmatched);
    let mut answered: HashMap<_, Option<u32>> =
        unmatched.clone().map(|(line, _)| (about(line), None)).collect();
    // Only a row that needs no decision has answered anything.
    let answers = |(_, outcome): &(&ResponseLine, &LineOutcome)| {
        outcome.reference.is_some() && !outcome.outcome.needs_decision()
    };
    for (line, _) in lines.zip(outcomes).filter(answers) {
        if let Some(row) = answered.get_mut(&about(line)) {
            *row = Some(line.row);
        }
    }
    let before = |(line, _): (&'l ResponseLine, _)| {
        Some((line.row, answered.get(&about(line)).copied().flatten()?))
    };
    unmatched.filter_map(before).collect()
}

/// What a line that agrees with its payment means, given what is booked.
fn verdict(line: &ResponseLine, booked: Booked) -> Outcome {
    let says = match line.status {
        BankStatus::Success if line.settled_amount == line.amount => Outcome::Settled,
        BankStatus::Success | BankStatus::Partial => Outcome::Partial,
        BankStatus::Failed => Outcome::Failed,
        BankStatus::Pending => Outcome::Pending,
        BankStatus::Unknown => Outcome::Unknown,
    };
    let already = match booked {
        Booked::Awaiting => return says,
        Booked::Pending => Outcome::Pending,
        Booked::Unknown => Outcome::Unknown,
        // A return came after the success, so the success repeats itself.
        Booked::AnsweredSettled | Booked::Returned => Outcome::Settled,
        Booked::AnsweredFailed => Outcome::Failed,
    };
    if says == already {
        Outcome::Repeated
    } else if booked.is_open() {
        says
    } else {
        Outcome::Conflicting
    }
}

fn differences(line: &ResponseLine, expected: &Expectation) -> Differences {
    let unsound = (!settles_soundly(line)).then_some(Difference::SettledAmount);
    assign::differences(&claim(line), expected).iter().chain(unsound).chain(line.doubt).collect()
}

#[cfg(test)]
mod tests;
