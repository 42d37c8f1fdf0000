//! Which line answers which payment. Every line gets exactly one outcome, every payment at most one final answer,
//! and amount, account and name are compared always. The order of lines does not matter.

pub(crate) mod assign;
mod by_account;
pub(crate) mod hashing;
mod index;

use std::collections::HashMap;

use ledger::answer::{MatchRule, Outcome, Reason};
use ledger::ids::PaymentRef;
use ledger::money::Money;
use ledger::period::Date;

use crate::profile::BankStatus;
use crate::response::ResponseLine;
use assign::{Claim, Found, Lines, assign};

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
    pub account_no: String,
    /// The payee's name.
    pub name: String,
    /// The instructed amount.
    pub amount: Money,
    /// The day of the payment file.
    pub instructed_on: Date,
    /// What is booked.
    pub state: Booked,
}

/// In what a line differs from the payment it names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Difference {
    /// Another instructed amount.
    Amount,
    /// Another account.
    Account,
    /// Another name.
    Name,
    /// A settled amount that does not go with the verdict: more than instructed, or something on a failure.
    SettledAmount,
}

impl Difference {
    /// The Chinese term.
    #[must_use]
    pub const fn chinese(self) -> &'static str {
        match self {
            Difference::Amount => "金额",
            Difference::Account => "账号",
            Difference::Name => "户名",
            Difference::SettledAmount => "实处理金额",
        }
    }
}

/// What one line means for the books.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineOutcome {
    /// The line's row in its file.
    pub row: u32,
    /// The payment it names, also where it differs; `None` if no payment or more than one fits.
    pub reference: Option<PaymentRef>,
    /// How the payment was found.
    pub rule: MatchRule,
    /// The meaning.
    pub outcome: Outcome,
    /// Why it failed; `None` for a success.
    pub reason: Option<Reason>,
    /// The line's instructed amount.
    pub amount: Money,
    /// The amount that the bank says it settled.
    pub settled_amount: Money,
    /// In what the line differs, if the outcome is [`Outcome::Discrepant`].
    pub differs: Vec<Difference>,
    /// The row that answers the payment which this line is about once more, if the outcome is [`Outcome::Unmatched`].
    pub row_before: Option<u32>,
}

/// A whole response file against the expectations.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MatchReport {
    /// One per line, in the order of the lines.
    pub outcomes: Vec<LineOutcome>,
    /// Payments without a final answer, by reference.
    pub unanswered: Vec<PaymentRef>,
}

/// Matches a response file. The rules in their order: by reference; by account and amount; by account, name,
/// amount and a window of days; else a person. A line whose reference is not expected is never given to
/// another payment.
///
/// # Panics
/// If lines or payments were lost or counted twice: that is a fault of this program, and nothing of it may be booked.
#[must_use]
pub fn match_lines(expectations: &[Expectation], lines: &[ResponseLine]) -> MatchReport {
    let claims = Lines { all: lines, claim };
    let found = assign(expectations, &claims, |instructed, answered| {
        (0..=RESPONSE_WINDOW_DAYS).contains(&answered.days_since(instructed))
    });
    // On one core: what another one saves is lost again by putting the shares together.
    let mut outcomes = Vec::with_capacity(lines.len());
    let mut answered = vec![false; expectations.len()];
    let mut finals = 0_usize;
    for (line, found) in lines.iter().zip(&found) {
        let outcome = outcome_of(expectations, line, *found);
        if let (true, Some(slot)) =
            (outcome.outcome.is_final(), found.payment().and_then(|index| answered.get_mut(index)))
        {
            assert!(!*slot, "a payment has at most one final answer");
            *slot = true;
            finals += 1;
        }
        outcomes.push(outcome);
    }
    tell_repeated(lines, &mut outcomes);
    let mut unanswered: Vec<_> = expectations
        .iter()
        .zip(&answered)
        .filter(|(expected, answered)| expected.state.is_open() && !**answered)
        .map(|(expected, _)| expected.reference.clone())
        .collect();
    unanswered.sort_unstable();
    // Nothing is lost and nothing is counted twice, on either side of the match.
    let open = expectations.iter().filter(|expected| expected.state.is_open()).count();
    assert_eq!(outcomes.len(), lines.len(), "every line has one outcome");
    assert_eq!(finals + unanswered.len(), open, "every open payment is answered or unanswered");
    MatchReport { outcomes, unanswered }
}

fn claim(line: &ResponseLine) -> Claim<'_, (BankStatus, Option<Reason>, Money)> {
    Claim {
        reference: line.reference.as_ref(),
        account_no: &line.account_no,
        name: &line.name,
        amount: line.amount,
        date: line.date,
        answer: (line.status, line.reason, line.settled_amount),
        is_sound: settles_soundly(line),
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
        (_, _) => Vec::new(),
    };
    LineOutcome {
        row: line.row,
        reference: expected.map(|expected| expected.reference.clone()),
        rule,
        outcome,
        reason: line.reason,
        amount: line.amount,
        settled_amount: line.settled_amount,
        differs,
        row_before: None,
    }
}

/// A line about a payment that another row of the file answers says which row: it is no stranger's payment.
fn tell_repeated(lines: &[ResponseLine], outcomes: &mut [LineOutcome]) {
    let about = |line: &ResponseLine| match &line.reference {
        Some(reference) => (Some(reference.clone()), String::new(), Money::ZERO),
        None => (None, line.account_no.to_string(), line.amount),
    };
    if outcomes.iter().all(|outcome| outcome.outcome != Outcome::Unmatched) {
        return;
    }
    let named = lines.iter().zip(&*outcomes).filter(|(_, outcome)| outcome.reference.is_some());
    let answered: HashMap<_, u32> =
        named.map(|(line, outcome)| (about(line), outcome.row)).collect();
    for (line, outcome) in lines.iter().zip(outcomes) {
        if outcome.outcome == Outcome::Unmatched {
            outcome.row_before = answered.get(&about(line)).copied();
        }
    }
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

fn differences(line: &ResponseLine, expected: &Expectation) -> Vec<Difference> {
    let mut differs = assign::differences(&claim(line), expected);
    if !settles_soundly(line) {
        differs.push(Difference::SettledAmount);
    }
    differs
}

#[cfg(test)]
mod tests;
