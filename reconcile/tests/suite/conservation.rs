//! The laws of matching, over files that nobody would think of: nothing lost, nothing counted twice, the order of
//! lines means nothing, and what was imported once adds nothing the second time.

use std::collections::{BTreeMap, HashMap};

use ledger::answer::{MatchRule, Outcome, Reason, StatementOutcome};
use ledger::ids::PaymentRef;
use ledger::money::Money;
use ledger::period::Date;
use proptest::prelude::*;
use reconcile::matcher::{Booked, Expectation, MatchReport, match_lines};
use reconcile::pieces::Pieces;
use reconcile::profile::BankStatus;
use reconcile::response::ResponseLine;
use reconcile::statement::{BankMovement, StatementRow, fingerprints, match_statement};

const NAMES: [&str; 2] = ["张测试", "李样例"];
const ACCOUNTS: [&str; 3] = ["6228480000000000018", "6217000000000000020", "6222020000000000034"];

fn reference(line: u32) -> PaymentRef {
    PaymentRef::new("D20A0".parse().unwrap(), line).unwrap()
}

fn day(offset: u16) -> Date {
    let first: Date = "2020-09-01".parse().unwrap();
    first.plus_days(offset).unwrap()
}

/// Few accounts, names and amounts, so that everything collides.
fn expectations() -> impl Strategy<Value = Vec<Expectation>> {
    let one = (0..3_usize, 0..2_usize, 1..3_i64, 0..40_u16, 0..6_usize);
    prop::collection::vec(one, 0..12).prop_map(|parts| {
        (1..)
            .zip(parts)
            .map(|(line, (account, name, amount, instructed, state))| Expectation {
                reference: reference(line),
                account_no: ACCOUNTS[account].into(),
                name: NAMES[name].into(),
                amount: Money::from_fen(amount * 100),
                instructed_on: day(instructed),
                state: [
                    Booked::Awaiting,
                    Booked::Awaiting,
                    Booked::Pending,
                    Booked::AnsweredSettled,
                    Booked::AnsweredFailed,
                    Booked::Returned,
                ][state],
            })
            .collect()
    })
}

fn lines() -> impl Strategy<Value = Vec<ResponseLine>> {
    let one = (
        prop::option::of(1..14_u32),
        (0..3_usize, 0..2_usize, 1..3_i64),
        0..6_usize,
        prop::option::of(0..50_u16),
    );
    prop::collection::vec(one, 0..14).prop_map(|parts| {
        (2..)
            .zip(parts)
            .map(|(row, (line, (account, name, yuan), kind, answered))| {
                let amount = Money::from_fen(yuan * 100);
                let (status, settled_amount, reason) = [
                    (BankStatus::Success, amount, None),
                    (BankStatus::Success, amount, None),
                    (BankStatus::Failed, Money::ZERO, Some(Reason::Closed)),
                    (BankStatus::Failed, Money::ZERO, Some(Reason::Frozen)),
                    (BankStatus::Pending, Money::ZERO, None),
                    (BankStatus::Success, Money::from_fen(50), None),
                ][kind];
                ResponseLine {
                    row,
                    reference: line.map(reference),
                    account_no: ACCOUNTS[account].into(),
                    name: NAMES[name].into(),
                    amount,
                    settled_amount,
                    status,
                    reason,
                    remark: None,
                    doubt: None,
                    date: answered.map(day),
                }
            })
            .collect()
    })
}

/// How often each outcome stands for each content of a line: what a report says, whatever the order.
fn said(lines: &[ResponseLine], report: &MatchReport) -> BTreeMap<String, usize> {
    let mut said = BTreeMap::new();
    for (line, outcome) in lines.iter().zip(&report.outcomes) {
        let content = ResponseLine { row: 0, ..line.clone() };
        let key = format!("{content:?} {:?} {:?}", outcome.outcome, outcome.rule);
        *said.entry(key).or_insert(0) += 1;
    }
    said
}

/// The books after a report was accepted.
fn booked(expectations: &[Expectation], report: &MatchReport) -> Vec<Expectation> {
    let mut after = expectations.to_vec();
    for outcome in &report.outcomes {
        let payment =
            after.iter_mut().find(|payment| Some(&payment.reference) == outcome.reference.as_ref());
        let Some(payment) = payment else { continue };
        match outcome.outcome {
            Outcome::Settled => payment.state = Booked::AnsweredSettled,
            Outcome::Failed => payment.state = Booked::AnsweredFailed,
            Outcome::Pending => payment.state = Booked::Pending,
            Outcome::Unknown
            | Outcome::Partial
            | Outcome::Discrepant
            | Outcome::Repeated
            | Outcome::Conflicting
            | Outcome::Ambiguous
            | Outcome::Unmatched => {}
        }
    }
    after
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_line_has_one_outcome_and_every_payment_at_most_one_answer(
        expectations in expectations(),
        lines in lines(),
    ) {
        let report = match_lines(&expectations, &lines);
        prop_assert_eq!(report.outcomes.len(), lines.len());
        let mut answered = BTreeMap::new();
        for outcome in report.outcomes.iter().filter(|outcome| outcome.outcome.is_final()) {
            let reference = outcome.reference.clone().unwrap();
            prop_assert_eq!(answered.insert(reference, outcome.outcome), None);
        }
        for payment in expectations.iter().filter(|payment| payment.state.is_open()) {
            let is_unanswered = report.unanswered.contains(&payment.reference);
            prop_assert_ne!(is_unanswered, answered.contains_key(&payment.reference));
        }
        // Money: what is settled is exactly what was instructed.
        for (line, outcome) in lines.iter().zip(&report.outcomes) {
            if outcome.outcome == Outcome::Settled {
                let payment = expectations
                    .iter()
                    .find(|payment| Some(&payment.reference) == outcome.reference.as_ref())
                    .unwrap();
                prop_assert_eq!(payment.amount, line.settled_amount);
                prop_assert_eq!(&*payment.account_no, &*line.account_no);
                prop_assert_eq!(&*payment.name, &*line.name);
            }
            prop_assert_eq!(outcome.rule == MatchRule::None, outcome.reference.is_none());
        }
    }

    #[test]
    fn the_order_of_lines_does_not_matter(
        expectations in expectations(),
        (lines, shuffled) in lines().prop_flat_map(|lines| {
            (Just(lines.clone()), Just(lines).prop_shuffle())
        }),
    ) {
        let one = match_lines(&expectations, &lines);
        let other = match_lines(&expectations, &shuffled);
        prop_assert_eq!(said(&lines, &one), said(&shuffled, &other));
        prop_assert_eq!(one.unanswered, other.unanswered);
    }

    #[test]
    fn the_order_of_payments_does_not_matter(
        (expectations, shuffled) in expectations().prop_flat_map(|all| {
            (Just(all.clone()), Just(all).prop_shuffle())
        }),
        lines in lines(),
    ) {
        prop_assert_eq!(match_lines(&expectations, &lines), match_lines(&shuffled, &lines));
    }

    #[test]
    fn importing_a_file_with_references_again_answers_nothing_anew(
        expectations in expectations(),
        lines in lines(),
        overlap in 0..14_usize,
    ) {
        let lines: Vec<_> =
            lines.into_iter().filter(|line| line.reference.is_some()).collect();
        let first = match_lines(&expectations, &lines);
        let after = booked(&expectations, &first);
        let again = &lines[..overlap.min(lines.len())];
        // A part of a file may lack the line that contradicted; what was certain stays certain.
        let unsure = |reference: &Option<PaymentRef>| {
            first.outcomes.iter().any(|outcome| {
                outcome.outcome == Outcome::Conflicting && outcome.reference == *reference
            })
        };
        for outcome in match_lines(&after, again).outcomes {
            prop_assert!(!outcome.outcome.is_final() || unsure(&outcome.reference), "{outcome:?}");
        }
    }

    #[test]
    fn importing_a_whole_file_again_answers_nothing_anew(
        expectations in expectations(),
        lines in lines(),
    ) {
        let first = match_lines(&expectations, &lines);
        let after = booked(&expectations, &first);
        for outcome in match_lines(&after, &lines).outcomes {
            prop_assert!(!outcome.outcome.is_final(), "{outcome:?}");
        }
    }

    #[test]
    fn statement_rows_and_movements_are_used_once_and_rows_once_imported_add_nothing(
        parts in prop::collection::vec((any::<bool>(), 1..4_i64, 0..20_u16), 0..12),
        moves in prop::collection::vec((any::<bool>(), 1..4_i64, 0..20_u16), 0..12),
        overlap in 0..12_usize,
    ) {
        let rows = rows(&parts);
        let movements = movements(&moves);
        let report = match_statement("1", &rows, &movements, &HashMap::new());
        let mut used: Vec<_> =
            report.outcomes.iter().filter_map(|row| row.movement.clone()).collect();
        used.extend(report.outstanding.clone());
        used.sort();
        let mut all: Vec<_> = movements.iter().map(|movement| movement.id.clone()).collect();
        all.sort();
        prop_assert_eq!(used, all);
        let mut imported = HashMap::new();
        let overlap = overlap.min(rows.len());
        for print in fingerprints("1", rows.iter().take(overlap)) {
            *imported.entry(print).or_insert(0) += 1;
        }
        let again = match_statement("1", &rows, &movements, &imported);
        let repeated =
            again.outcomes.iter().filter(|row| row.outcome == StatementOutcome::Repeated).count();
        prop_assert_eq!(repeated, overlap);
        for row in again.outcomes.iter().filter(|row| row.outcome == StatementOutcome::Repeated) {
            prop_assert_eq!(&row.movement, &None);
        }
    }
}

fn rows(parts: &[(bool, i64, u16)]) -> Pieces<StatementRow> {
    let mut balance = Money::from_fen(100_000);
    let rows: Vec<StatementRow> = (2..)
        .zip(parts)
        .map(|(row, (is_debit, yuan, date))| {
            let amount = Money::from_fen(yuan * 100);
            let (debit, credit) =
                if *is_debit { (amount, Money::ZERO) } else { (Money::ZERO, amount) };
            balance = balance.checked_add(credit).unwrap().checked_sub(debit).unwrap();
            StatementRow {
                row,
                serial: None,
                date: day(*date),
                debit,
                credit,
                balance,
                counterparty_name: "".into(),
                counterparty_account: "".into(),
                summary: "".into(),
                remark: "".into(),
            }
        })
        .collect();
    rows.into()
}

fn movements(parts: &[(bool, i64, u16)]) -> Vec<BankMovement> {
    parts
        .iter()
        .enumerate()
        .map(|(id, (is_debit, yuan, date))| BankMovement {
            id: id.to_string(),
            kind: if *is_debit {
                StatementOutcome::BatchDebit
            } else {
                StatementOutcome::FundCredit
            },
            amount: Money::from_fen(yuan * 100),
            date: day(*date),
            batch: None,
            reference: None,
            account_no: None,
            name: None,
        })
        .collect()
}
