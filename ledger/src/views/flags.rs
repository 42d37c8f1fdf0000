//! Suspicions: what the books themselves find suspicious, and how far those are that somebody raised.
//! A rule that is changed gets another number; what it found under the old one stays what it was.

use std::collections::BTreeMap;

use crate::act::flags::Verdict;
use crate::books::Books;
use crate::books::flags::FlagStage;
use crate::books::payments::PaymentState;
use crate::ids::{SchemeCode, Seq, UnitCode};
use crate::money::Money;
use crate::period::Date;
use crate::words::words;

words! {
    /// What the books look for by themselves.
    FlagRule {
        /// Paid for a month after a beneficiary's death 死亡后发放.
        PaidAfterDeath = "paid_after_death@1", "死亡后发放";
        /// Paid for a month that the entitlement does not cover any more 停发不及时.
        PaidAfterStop = "paid_after_stop@1", "停发后发放";
        /// An advance whose forms are overdue 先行救助逾期未补.
        AdvanceOverdue = "advance_overdue@1", "先行救助逾期未补办";
        /// An application that is not decided in time 审批超期.
        CaseOverdue = "case_overdue@1", "审批超期";
        /// Returned money that nobody dealt with for thirty days 退汇挂账.
        ReturnOpen = "return_open@1", "退汇挂账超过30日";
        /// Due and not paid in each of the two newest closed months 应发未发.
        DueUnpaid = "due_unpaid@1", "连续两月应发未发";
        /// One payee for three or more households 多户同一收款人.
        SharedPayee = "shared_payee@1", "三户以上同一收款人";
    }
}

/// What a rule found in a scheme: entries, money, cases.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suspicion {
    /// The rule.
    pub rule: FlagRule,
    /// The scheme.
    pub scheme: SchemeCode,
    /// The unit that answers for it.
    pub unit: UnitCode,
    /// The entries in question; for what is missing, none.
    pub entries: Vec<Seq>,
    /// The money in question.
    pub amount: Money,
    /// The number of cases.
    pub count: u64,
}

/// Days for which returned money may wait.
const RETURN_DAYS: i64 = 30;

/// How many households one payee may receive for before somebody looks.
const HOUSEHOLDS_OF_A_PAYEE: usize = 3;

struct Finds {
    found: BTreeMap<(FlagRule, SchemeCode), (Vec<Seq>, Money, u64)>,
    overflowed: bool,
}

impl Finds {
    fn add(&mut self, rule: FlagRule, scheme: &SchemeCode, entry: Option<Seq>, amount: Money) {
        let find = self.found.entry((rule, scheme.clone())).or_default();
        find.0.extend(entry);
        find.2 += 1;
        match find.1.checked_add(amount) {
            Some(sum) => find.1 = sum,
            None => self.overflowed = true,
        }
    }
}

/// What the rules find in the books, as of a day; `None` if a sum leaves the range of money.
#[must_use]
pub fn suspicions(books: &Books, day: Date) -> Option<Vec<Suspicion>> {
    let mut finds = Finds { found: BTreeMap::new(), overflowed: false };
    paid_payments(books, day, &mut finds);
    overdue_advances(books, day, &mut finds);
    overdue_cases(books, day, &mut finds);
    unpaid(books, &mut finds);
    shared_payees(books, &mut finds);
    if finds.overflowed {
        return None;
    }
    let told = finds.found.into_iter().filter_map(|((rule, scheme), (entries, amount, count))| {
        let unit = books.policies.newest(&scheme)?.unit.clone();
        Some(Suspicion { rule, scheme, unit, entries, amount, count })
    });
    Some(told.collect())
}

fn paid_payments(books: &Books, day: Date, finds: &mut Finds) {
    for (code, batch) in &books.payments.batches {
        for (reference, payment) in books.payments.references(code) {
            let Some(held) = books.cases.entitlements.get(&payment.entitlement) else { continue };
            match books.payments.state(&reference) {
                Some(PaymentState::Settled) => {
                    let kept = payment.amount.checked_sub(payment.recovered());
                    let kept = kept.unwrap_or_default();
                    let has_died = held.persons.iter().any(|person| {
                        let person = books.people.persons.get(person);
                        person.is_some_and(|person| person.is_dead_in(batch.period))
                    });
                    let rule = if has_died {
                        FlagRule::PaidAfterDeath
                    } else if held.due(batch.period).is_none() {
                        FlagRule::PaidAfterStop
                    } else {
                        continue;
                    };
                    if kept.is_positive() {
                        finds.add(rule, &batch.scheme, Some(payment.at), kept);
                    }
                }
                Some(PaymentState::Returned) if payment.reissued_by.is_none() => {
                    let is_old = payment
                        .returned
                        .is_some_and(|returned| day.days_since(returned.booked) > RETURN_DAYS);
                    if is_old {
                        let (rule, at) = (FlagRule::ReturnOpen, Some(payment.at));
                        finds.add(rule, &batch.scheme, at, payment.amount);
                    }
                }
                Some(
                    PaymentState::Returned
                    | PaymentState::Failed
                    | PaymentState::Drawn
                    | PaymentState::Instructed,
                )
                | None => {}
            }
        }
    }
}

fn overdue_advances(books: &Books, day: Date, finds: &mut Finds) {
    for advance in books.urgent.advances.values() {
        let paid = &advance.paid;
        let scheme = books.policies.scheme(&paid.scheme, paid.date.period());
        let days = scheme.map_or(0, |scheme| scheme.regularise_days);
        let due = books.policies.calendar.deadline(paid.date, days);
        if advance.regularised.is_none() && due.is_some_and(|due| due < day) {
            finds.add(FlagRule::AdvanceOverdue, &paid.scheme, Some(advance.at), paid.amount_fen);
        }
    }
}

fn overdue_cases(books: &Books, day: Date, finds: &mut Finds) {
    for case in books.cases.applications.values().filter(|case| !case.ended) {
        let filed = &case.filed;
        let scheme = books.policies.scheme(&filed.scheme, filed.filed.period());
        let Some(days) = scheme.and_then(|scheme| scheme.decide_days) else { continue };
        let due = books.policies.calendar.deadline(filed.filed, days);
        if due.is_some_and(|due| due < day) {
            finds.add(FlagRule::CaseOverdue, &filed.scheme, None, Money::ZERO);
        }
    }
}

fn unpaid(books: &Books, finds: &mut Finds) {
    let mut closed = books.closings.closed.keys().rev();
    let (Some(last), Some(before)) = (closed.next(), closed.next()) else { return };
    for (id, held) in &books.cases.entitlements {
        let is_missing =
            |month| held.due(month).is_some() && !books.payments.is_on_roster(*id, month);
        if is_missing(*last) && is_missing(*before) {
            let due = held.due(*last).and_then(crate::books::cases::sum_of).unwrap_or_default();
            finds.add(FlagRule::DueUnpaid, &held.scheme, None, due);
        }
    }
}

/// Organisations receive for many; a person who does is looked at, authorised or not.
fn shared_payees(books: &Books, finds: &mut Finds) {
    let mut households: BTreeMap<_, BTreeMap<_, _>> = BTreeMap::new();
    for held in books.cases.entitlements.values() {
        if books.people.persons.contains_key(&held.payee) {
            let due = held.parts.at(held.parts.begin()).and_then(crate::books::cases::sum_of);
            let of_payee = households.entry(held.payee).or_default();
            of_payee.insert(held.household, (held.scheme.clone(), due.unwrap_or_default()));
        }
    }
    for of_payee in households.into_values().filter(|all| all.len() >= HOUSEHOLDS_OF_A_PAYEE) {
        for (scheme, amount) in of_payee.into_values() {
            finds.add(FlagRule::SharedPayee, &scheme, None, amount);
        }
    }
}

/// How far raised suspicions are, as of a day.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// How many are at each stage.
    pub by_stage: BTreeMap<FlagStage, u64>,
    /// Raised so far.
    pub raised: u64,
    /// Handed over, not reported on, and past their day.
    pub overdue: u64,
    /// The money of those that were found true.
    pub upheld: Money,
}

/// The stages by the days that the acts state, so that a weekly or monthly report can be made again.
/// `None` if a sum leaves the range of money.
#[must_use]
pub fn progress(books: &Books, day: Date) -> Option<Progress> {
    let mut progress = Progress::default();
    for flag in books.flags.all.values().filter(|flag| flag.raised.found <= day) {
        let mut then = flag.clone();
        then.handed_over = then.handed_over.filter(|handed| handed.date <= day);
        then.check = then.check.filter(|(_, report)| report.checked <= day);
        then.decided = then.decided.filter(|decided| decided.decided <= day);
        then.remedied = then.remedied.filter(|remedied| remedied.done <= day);
        let stage = then.stage();
        *progress.by_stage.entry(stage).or_default() += 1;
        progress.raised += 1;
        let is_late = then.handed_over.as_ref().is_some_and(|handed| handed.due < day);
        progress.overdue += u64::from(is_late && stage == FlagStage::HandedOver);
        if then.decided.is_some_and(|decided| decided.verdict == Verdict::Upheld) {
            progress.upheld = progress.upheld.checked_add(flag.raised.amount_fen)?;
        }
    }
    Some(progress)
}
