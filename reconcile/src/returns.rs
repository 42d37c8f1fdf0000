//! Which returned line 退汇 belongs to which settled payment. The same rules as for responses, a longer window.

use ledger::answer::{MatchRule, Reason, ReturnOutcome};
use ledger::ids::PaymentRef;
use ledger::money::Money;
use ledger::period::Date;

use crate::matcher::assign::{Claim, Found, Lines, assign, differences};
use crate::matcher::{Booked, Differences, Expectation};
use crate::pieces::Pieces;
use crate::refund::RefundLine;

/// A payment without a reference can come back up to this many days after it was instructed.
pub const RETURN_WINDOW_DAYS: i64 = 90;

/// One returned line against the payments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReturnedLine {
    /// The line's row in its file.
    pub row: u32,
    /// The payment it names, also where it differs.
    pub reference: Option<PaymentRef>,
    /// How the payment was found.
    pub rule: MatchRule,
    /// The meaning.
    pub outcome: ReturnOutcome,
    /// Why it came back.
    pub reason: Reason,
    /// The amount that came back.
    pub amount: Money,
    /// The day it came back.
    pub returned_on: Date,
    /// In what the line differs.
    pub differs: Differences,
}

/// A whole notice against the payments.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReturnsReport {
    /// One per line, in the order of the lines.
    pub outcomes: Vec<ReturnedLine>,
}

/// Matches a notice of returned payments. Give it every payment that can have come back, in whatever state:
/// one that was never settled is told as a conflict, not as unknown.
///
/// # Panics
/// If lines were lost or a payment returned twice: a fault of this program.
#[must_use]
pub fn match_returns(payments: &[Expectation], lines: &Pieces<RefundLine>) -> ReturnsReport {
    let claims = Lines::of(&lines.slices(), claim);
    let found = assign(payments, &claims, |instructed, returned| {
        (0..=RETURN_WINDOW_DAYS).contains(&returned.days_since(instructed))
    });
    let mut returned = vec![false; payments.len()];
    let mut outcomes = Vec::with_capacity(lines.len());
    for (line, found) in lines.iter().zip(found) {
        let outcome = outcome_of(payments, line, found);
        if let (ReturnOutcome::Returned, Some(slot)) =
            (outcome.outcome, found.payment().and_then(|index| returned.get_mut(index)))
        {
            assert!(!*slot, "a payment comes back at most once");
            *slot = true;
        }
        outcomes.push(outcome);
    }
    assert_eq!(outcomes.len(), lines.len(), "every line has one outcome");
    ReturnsReport { outcomes }
}

fn claim(line: &RefundLine) -> Claim<'_, (Reason, Date)> {
    Claim {
        reference: line.reference.as_ref(),
        account_no: &line.account_no,
        name: &line.name,
        amount: line.amount,
        date: Some(line.returned_on),
        answer: (line.reason, line.returned_on),
        is_sound: line.doubt.is_none(),
    }
}

fn outcome_of(payments: &[Expectation], line: &RefundLine, found: Found) -> ReturnedLine {
    let expected = found.payment().and_then(|index| payments.get(index));
    let (rule, outcome) = match (found, expected) {
        (Found::One { rule, .. }, Some(expected)) => (rule, verdict(expected.state)),
        (Found::Different { rule, .. }, _) => (rule, ReturnOutcome::Discrepant),
        (Found::Contradicted { rule, .. }, _) => (rule, ReturnOutcome::Conflicting),
        (Found::Several, _) => (MatchRule::None, ReturnOutcome::Ambiguous),
        (Found::Nothing | Found::One { .. }, _) => (MatchRule::None, ReturnOutcome::Unmatched),
    };
    let differs = match (outcome, expected) {
        (ReturnOutcome::Discrepant, Some(expected)) => {
            differences(&claim(line), expected).iter().chain(line.doubt).collect()
        }
        (_, _) => Differences::default(),
    };
    ReturnedLine {
        row: line.row,
        reference: expected.map(|expected| expected.reference.clone()),
        rule,
        outcome,
        reason: line.reason,
        amount: line.amount,
        returned_on: line.returned_on,
        differs,
    }
}

const fn verdict(booked: Booked) -> ReturnOutcome {
    match booked {
        Booked::AnsweredSettled => ReturnOutcome::Returned,
        Booked::Returned => ReturnOutcome::Repeated,
        Booked::Awaiting | Booked::Pending | Booked::Unknown | Booked::AnsweredFailed => {
            ReturnOutcome::Conflicting
        }
    }
}

#[cfg(test)]
mod tests {
    use ledger::answer::Reason;
    use ledger::ids::PaymentRef;
    use ledger::money::Money;

    use super::{ReturnOutcome, match_returns};
    use crate::difference::Difference;
    use crate::matcher::{Booked, Expectation};
    use crate::refund::RefundLine;

    fn payment(line: u32, state: Booked) -> Expectation {
        Expectation {
            reference: PaymentRef::new("D20A0".parse().unwrap(), line).unwrap(),
            account_no: "6228480000000000018".into(),
            name: "张测试".into(),
            amount: Money::from_fen(40_400),
            instructed_on: "2020-10-09".parse().unwrap(),
            state,
        }
    }

    fn refund(reference: Option<u32>, amount: i64) -> RefundLine {
        let code = "D20A0".parse().unwrap();
        RefundLine {
            row: 2,
            reference: reference.and_then(|line| PaymentRef::new(code, line)),
            account_no: "6228480000000000018".into(),
            name: "张测试".into(),
            amount: Money::from_fen(amount),
            returned_on: "2020-10-15".parse().unwrap(),
            reason: Reason::Closed,
            reason_text: "账户已销户".into(),
            doubt: None,
        }
    }

    #[test]
    fn only_settled_money_can_come_back_and_only_once() {
        for (state, outcome) in [
            (Booked::AnsweredSettled, ReturnOutcome::Returned),
            (Booked::Returned, ReturnOutcome::Repeated),
            (Booked::AnsweredFailed, ReturnOutcome::Conflicting),
            (Booked::Awaiting, ReturnOutcome::Conflicting),
        ] {
            let report = match_returns(&[payment(1, state)], &vec![refund(Some(1), 40_400)].into());
            assert_eq!(report.outcomes[0].outcome, outcome, "{state:?}");
        }
    }

    #[test]
    fn a_part_that_came_back_is_a_discrepancy() {
        let settled = [payment(1, Booked::AnsweredSettled)];
        let report = match_returns(&settled, &vec![refund(Some(1), 40_000)].into());
        assert_eq!(report.outcomes[0].outcome, ReturnOutcome::Discrepant);
    }

    #[test]
    fn a_misspelt_reference_goes_to_a_person() {
        let settled = [payment(1, Booked::AnsweredSettled)];
        let misspelt = RefundLine { doubt: Some(Difference::Reference), ..refund(None, 40_400) };
        let report = match_returns(&settled, &vec![misspelt].into());
        let [outcome] = report.outcomes.as_slice() else { panic!("one line, one outcome") };
        assert_eq!(outcome.outcome, ReturnOutcome::Discrepant);
        assert_eq!(outcome.differs.iter().collect::<Vec<_>>(), [Difference::Reference]);
        assert_eq!(
            outcome.reference,
            Some(settled[0].reference.clone()),
            "it is told with its payment"
        );
    }

    #[test]
    fn a_notice_without_references_is_matched_by_account_and_amount() {
        let settled = [payment(1, Booked::AnsweredSettled)];
        let report = match_returns(&settled, &vec![refund(None, 40_400); 2].into());
        let outcomes: Vec<_> = report.outcomes.iter().map(|line| line.outcome).collect();
        assert_eq!(outcomes, [ReturnOutcome::Returned, ReturnOutcome::Unmatched]);
    }
}
