//! What the matcher does with each kind of line.

use ledger::answer::{MatchRule, Outcome, Reason};
use ledger::ids::PaymentRef;
use ledger::money::Money;

use super::{Booked, Difference, Expectation, match_lines};
use crate::profile::BankStatus;
use crate::response::ResponseLine;

fn reference(line: u32) -> PaymentRef {
    PaymentRef::new("D20A0".parse().unwrap(), line).unwrap()
}

fn expected(line: u32) -> Expectation {
    Expectation {
        reference: reference(line),
        account_no: "6228480000000000018".into(),
        name: "张测试".into(),
        amount: Money::from_fen(40_400),
        instructed_on: "2020-10-09".parse().unwrap(),
        state: Booked::Awaiting,
    }
}

/// A success for that payment, with its reference.
fn success(row: u32, line: u32) -> ResponseLine {
    ResponseLine {
        row,
        reference: Some(reference(line)),
        account_no: "6228480000000000018".into(),
        name: "张测试".into(),
        amount: Money::from_fen(40_400),
        settled_amount: Money::from_fen(40_400),
        status: BankStatus::Success,
        reason: None,
        remark: None,
        doubt: None,
        date: Some("2020-10-12".parse().unwrap()),
    }
}

fn failure(row: u32, line: u32) -> ResponseLine {
    ResponseLine {
        status: BankStatus::Failed,
        settled_amount: Money::ZERO,
        reason: Some(Reason::Closed),
        ..success(row, line)
    }
}

fn bare(line: ResponseLine) -> ResponseLine {
    ResponseLine { reference: None, ..line }
}

fn outcomes(expected: &[Expectation], lines: &[ResponseLine]) -> Vec<(Outcome, MatchRule)> {
    let report = match_lines(expected, lines);
    report.outcomes.iter().map(|outcome| (outcome.outcome, outcome.rule)).collect()
}

#[test]
fn a_line_finds_its_payment_by_reference_and_the_rest_stays_unanswered() {
    let report = match_lines(&[expected(1), expected(2)], &[success(2, 2)]);
    assert_eq!(report.outcomes[0].outcome, Outcome::Settled);
    assert_eq!(report.outcomes[0].reference, Some(reference(2)));
    assert_eq!(report.unanswered, [reference(1)]);
}

#[test]
fn the_same_reference_with_another_amount_account_or_name_is_a_discrepancy() {
    let account_no = "6217000000000000020".to_owned();
    let name = "李样例".to_owned();
    let too_much = Money::from_fen(40_401);
    for (line, difference) in [
        (ResponseLine { account_no: account_no.into(), ..success(2, 1) }, Difference::Account),
        (ResponseLine { name: name.into(), ..success(2, 1) }, Difference::Name),
        (ResponseLine { amount: too_much, ..success(2, 1) }, Difference::Amount),
        (ResponseLine { settled_amount: too_much, ..success(2, 1) }, Difference::SettledAmount),
        (ResponseLine { doubt: Some(Difference::Words), ..success(2, 1) }, Difference::Words),
    ] {
        let report = match_lines(&[expected(1)], &[line]);
        assert_eq!(report.outcomes[0].outcome, Outcome::Discrepant, "{difference:?}");
        assert!(report.outcomes[0].differs.contains(difference), "{difference:?}");
        assert_eq!(report.unanswered, [reference(1)]);
    }
}

#[test]
fn a_failure_that_settled_something_is_a_discrepancy() {
    let line = ResponseLine { settled_amount: Money::from_fen(1), ..failure(2, 1) };
    let report = match_lines(&[expected(1)], &[line]);
    assert!(report.outcomes[0].differs.iter().eq([Difference::SettledAmount]));
}

#[test]
fn a_success_that_settled_less_is_a_part_and_no_final_answer() {
    let line = ResponseLine { settled_amount: Money::from_fen(40_000), ..success(2, 1) };
    let report = match_lines(&[expected(1)], &[line]);
    assert_eq!(report.outcomes[0].outcome, Outcome::Partial);
    assert_eq!(report.unanswered, [reference(1)]);
}

#[test]
fn an_answer_that_is_booked_already_repeats_or_conflicts() {
    for (state, line, outcome) in [
        (Booked::AnsweredSettled, success(2, 1), Outcome::Repeated),
        (Booked::Returned, success(2, 1), Outcome::Repeated),
        (Booked::AnsweredFailed, failure(2, 1), Outcome::Repeated),
        (Booked::AnsweredFailed, success(2, 1), Outcome::Conflicting),
        (Booked::AnsweredSettled, failure(2, 1), Outcome::Conflicting),
        (Booked::Pending, success(2, 1), Outcome::Settled),
        (Booked::Unknown, failure(2, 1), Outcome::Failed),
    ] {
        let booked = Expectation { state, ..expected(1) };
        assert_eq!(outcomes(&[booked], &[line]), [(outcome, MatchRule::Reference)], "{state:?}");
    }
}

#[test]
fn a_line_with_an_unknown_reference_is_never_given_to_another_payment() {
    assert_eq!(outcomes(&[expected(1)], &[success(2, 7)]), [(Outcome::Unmatched, MatchRule::None)]);
}

#[test]
fn without_a_reference_account_and_amount_find_the_only_payment_and_the_name_is_compared() {
    let rule = MatchRule::AccountAmount;
    assert_eq!(outcomes(&[expected(1)], &[bare(success(2, 1))]), [(Outcome::Settled, rule)]);
    let stranger = ResponseLine { name: "李样例".into(), ..bare(success(2, 1)) };
    assert_eq!(outcomes(&[expected(1)], &[stranger]), [(Outcome::Discrepant, rule)]);
}

#[test]
fn an_answer_from_before_the_instruction_is_not_about_it() {
    let old = ResponseLine { date: Some("2020-09-10".parse().unwrap()), ..bare(success(2, 1)) };
    assert_eq!(outcomes(&[expected(1)], &[old]), [(Outcome::Unmatched, MatchRule::None)]);
}

#[test]
fn two_payments_that_one_line_fits_are_ambiguous() {
    assert_eq!(
        outcomes(&[expected(1), expected(2)], &[bare(success(2, 1))]),
        [(Outcome::Ambiguous, MatchRule::None)]
    );
}

#[test]
fn a_name_or_the_days_tell_two_payments_of_one_account_apart() {
    let rule = MatchRule::AccountNameAmount;
    let sister = Expectation { name: "张样例".into(), ..expected(2) };
    let report = match_lines(&[expected(1), sister], &[bare(success(2, 1))]);
    assert_eq!((report.outcomes[0].outcome, report.outcomes[0].rule), (Outcome::Settled, rule));
    let last_month = Expectation { instructed_on: "2020-09-09".parse().unwrap(), ..expected(2) };
    let report = match_lines(&[expected(1), last_month], &[bare(success(2, 1))]);
    assert_eq!(report.outcomes[0].reference, Some(reference(1)));
}

#[test]
fn identical_payments_take_as_many_identical_lines_and_one_more_fits_nothing() {
    let rule = MatchRule::AccountNameAmount;
    let payments = [expected(1), expected(2)];
    let lines = [bare(success(2, 1)), bare(success(3, 1)), bare(success(4, 1))];
    assert_eq!(
        outcomes(&payments, &lines),
        [(Outcome::Settled, rule), (Outcome::Settled, rule), (Outcome::Unmatched, MatchRule::None)]
    );
}

#[test]
fn identical_payments_with_different_answers_are_for_a_person() {
    let lines = [bare(success(2, 1)), bare(failure(3, 1))];
    let ambiguous = (Outcome::Ambiguous, MatchRule::None);
    assert_eq!(outcomes(&[expected(1), expected(2)], &lines), [ambiguous, ambiguous]);
}

#[test]
fn one_payment_named_twice_is_settled_once_and_contradictions_settle_nothing() {
    let rule = MatchRule::Reference;
    assert_eq!(
        outcomes(&[expected(1)], &[success(2, 1), success(3, 1)]),
        [(Outcome::Settled, rule), (Outcome::Unmatched, MatchRule::None)]
    );
    for lines in [[success(2, 1), failure(3, 1)], [failure(2, 1), success(3, 1)]] {
        let conflicting = (Outcome::Conflicting, rule);
        assert_eq!(outcomes(&[expected(1)], &lines), [conflicting, conflicting]);
    }
}

#[test]
fn a_second_line_about_one_payment_says_which_row_has_it() {
    let before = |payments: &[Expectation], lines: &[ResponseLine]| {
        let report = match_lines(payments, lines);
        lines.iter().map(|line| report.repeats.get(&line.row).copied()).collect::<Vec<_>>()
    };
    assert_eq!(before(&[expected(1)], &[success(2, 1), success(3, 1)]), [None, Some(2)]);
    let bare_lines = [bare(success(2, 1)), bare(success(3, 1))];
    assert_eq!(before(&[expected(1)], &bare_lines), [None, Some(2)]);
    assert_eq!(before(&[expected(1)], &[success(2, 1), success(3, 7)]), [None, None]);
    // A row that waits for a decision answers nothing, and a row of another day is no repetition.
    let differs = ResponseLine { amount: Money::from_fen(1), ..success(4, 1) };
    let lines = [success(2, 1), success(3, 1), differs];
    assert_eq!(before(&[expected(1)], &lines), [None, Some(2), None]);
    let last_month = ResponseLine { date: Some("2020-09-12".parse().unwrap()), ..success(2, 1) };
    let lines = [bare(last_month), bare(success(3, 1))];
    assert_eq!(before(&[expected(1)], &lines), [None, None]);
}

#[test]
fn a_payment_that_a_line_names_is_not_for_lines_without_a_reference() {
    let lines = [success(2, 1), bare(success(3, 1))];
    assert_eq!(outcomes(&[expected(1)], &lines)[1], (Outcome::Unmatched, MatchRule::None));
}
