//! Suspicions: what the books themselves find suspicious, and how far those are that somebody raised.
//! A rule that is changed gets another number; what it found under the old one stays what it was.

use std::collections::{BTreeMap, BTreeSet};

use crate::act::flags::Verdict;
use crate::act::policies::Strictness;
use crate::books::cases::{Entitlement, sum_of};
use crate::books::entitling::Claim;
use crate::books::flags::{Flag, FlagStage};
use crate::books::payments::PaymentState;
use crate::books::{Books, conditions};
use crate::ids::{EntitlementId, HouseholdId, PersonId, SchemeCode, Seq, UnitCode};
use crate::money::Money;
use crate::period::{Date, Period};
use crate::words::words;

words! {
    /// What the books look for by themselves.
    FlagRule {
        /// Paid for a month after a beneficiary's death 死亡后发放.
        PaidAfterDeath = "paid_after_death@1", "死亡后发放";
        /// Paid for a month that the entitlement does not cover any more 停发不及时.
        PaidAfterStop = "paid_after_stop@1", "停发后发放";
        /// Two payments of one scheme and month with one person 重复发放.
        PaidTwice = "paid_twice@1", "同月重复发放";
        /// Both schemes of an exclusive pair paid to one person for one month 互斥项目同月发放.
        PaidPair = "paid_pair@1", "同月发放互斥项目";
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
    unpaid(books, day, &mut finds);
    shared_payees(books, day, &mut finds);
    paid_twice(books, day, &mut finds);
    paid_pairs(books, day, &mut finds);
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
                Some(PaymentState::Settled)
                    if payment.answer.is_some_and(|answer| answer.booked <= day) =>
                {
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
                    PaymentState::Settled
                    | PaymentState::Returned
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
        let is_open = advance.regularised.is_none_or(|done| done > day);
        if is_open && due.is_some_and(|due| due < day) {
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

fn unpaid(books: &Books, day: Date, finds: &mut Finds) {
    let mut closed = books.closings.closed.keys().rev().filter(|month| month.last_day() <= day);
    let (Some(last), Some(before)) = (closed.next(), closed.next()) else { return };
    for (id, held) in &books.cases.entitlements {
        let has_died = |month| {
            let mut persons = held.persons.iter();
            persons.any(|one| books.people.persons.get(one).is_some_and(|p| p.is_dead_in(month)))
        };
        let is_missing = |month| {
            let is_due = held.due(month).is_some() && !has_died(month);
            is_due && !books.payments.is_on_roster(*id, month)
        };
        if is_missing(*last) && is_missing(*before) {
            let due = held.due(*last).and_then(sum_of).unwrap_or_default();
            finds.add(FlagRule::DueUnpaid, &held.scheme, None, due);
        }
    }
}

/// Organisations receive for many; a person who does is looked at, authorised or not. Counted is what is due in the month.
fn shared_payees(books: &Books, day: Date, finds: &mut Finds) {
    let mut households: BTreeMap<_, BTreeSet<HouseholdId>> = BTreeMap::new();
    let due = |held: &Entitlement| held.due(day.period()).and_then(sum_of);
    let all = || books.cases.entitlements.values().filter(|held| due(held).is_some());
    for held in all().filter(|held| books.people.persons.contains_key(&held.payee)) {
        households.entry(held.payee).or_default().insert(held.household);
    }
    for held in all() {
        let of_payee = households.get(&held.payee).map_or(0, BTreeSet::len);
        if of_payee >= HOUSEHOLDS_OF_A_PAYEE {
            let amount = due(held).unwrap_or_default();
            finds.add(FlagRule::SharedPayee, &held.scheme, None, amount);
        }
    }
}

/// One person, one scheme, one month, and the money of two entitlements: two registered persons turned out to be one.
fn paid_twice(books: &Books, day: Date, finds: &mut Finds) {
    for (person, ids) in &books.cases.by_person {
        for (place, id) in ids.iter().enumerate() {
            let Some(held) = books.cases.entitlements.get(id) else { continue };
            for other in ids.iter().take(place) {
                let beside = books.cases.entitlements.get(other);
                let is_same = beside.is_some_and(|b| b.scheme == held.scheme);
                if is_same {
                    both_paid(books, day, (*person, held), (*id, *other), finds);
                }
            }
        }
    }
}

fn both_paid(
    books: &Books,
    day: Date,
    (person, held): (PersonId, &Entitlement),
    (id, other): (EntitlementId, EntitlementId),
    finds: &mut Finds,
) {
    let months = books.payments.batches.values().map(|batch| batch.period);
    for month in months.collect::<BTreeSet<_>>() {
        let with_payee = |id| with_payee(books, day, id, month);
        let claim = Claim { persons: &[person], ..held.as_claimed(month) };
        if conditions::may_stand_beside(books, &claim) {
            continue;
        }
        if let (Some((at, amount)), Some(_)) = (with_payee(id), with_payee(other)) {
            finds.add(FlagRule::PaidTwice, &held.scheme, Some(at), amount);
        }
    }
}

/// What an entitlement's payee got for a month and still has, and the entry of the payment.
fn with_payee(books: &Books, day: Date, id: EntitlementId, month: Period) -> Option<(Seq, Money)> {
    let payments = books.payments.of_entitlement(id, month);
    let mut kept = payments.into_iter().filter_map(|reference| {
        let (_, payment) = books.payments.find(&reference)?;
        let is_settled = books.payments.state(&reference) == Some(PaymentState::Settled)
            && payment.answer.is_some_and(|answer| answer.booked <= day);
        let kept = payment.amount.checked_sub(payment.recovered())?;
        (is_settled && kept.is_positive()).then_some((payment.at, kept))
    });
    kept.next()
}

/// Where policy only warns of a pair, or the pair was made after one of both was granted, both are paid. Told once, of the
/// payment that came later.
fn paid_pairs(books: &Books, day: Date, finds: &mut Finds) {
    for (code, batch) in &books.payments.batches {
        let paired = books.policies.paired_with(&batch.scheme, batch.period);
        let paired: BTreeSet<&SchemeCode> = paired
            .filter(|(_, strictness)| *strictness != Strictness::Lifted)
            .map(|(other, _)| other)
            .collect();
        if paired.is_empty() {
            continue;
        }
        for (_, payment) in books.payments.references(code) {
            let held = books.cases.entitlements.get(&payment.entitlement);
            let persons = held.map(|held| held.persons.as_slice()).unwrap_or_default();
            let beside = persons.iter().flat_map(|person| books.cases.of_person(*person));
            let beside = beside.filter(|(_, other)| paired.contains(&other.scheme));
            let mut beside = beside.peekable();
            if beside.peek().is_none() {
                continue;
            }
            let Some((at, kept)) = with_payee(books, day, payment.entitlement, batch.period) else {
                continue;
            };
            let is_later = |(id, _): (EntitlementId, _)| {
                with_payee(books, day, id, batch.period).is_some_and(|(other, _)| other < at)
            };
            if at == payment.at && beside.any(is_later) {
                finds.add(FlagRule::PaidPair, &batch.scheme, Some(at), kept);
            }
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

/// A suspicion as it stood at the end of a day, by the days that the acts state.
#[must_use]
pub fn as_of(flag: &Flag, day: Date) -> Flag {
    let mut then = flag.clone();
    then.handed.retain(|handed| handed.date <= day);
    then.checks.retain(|(_, before, report)| report.checked <= day && *before <= then.handed.len());
    then.decided = then.decided.filter(|decided| decided.decided <= day);
    then.remedied = then.remedied.filter(|remedied| remedied.done <= day);
    then
}

/// The stages by the days that the acts state, so that a weekly or monthly report can be made again.
/// `None` if a sum leaves the range of money.
#[must_use]
pub fn progress(books: &Books, day: Date) -> Option<Progress> {
    let mut progress = Progress::default();
    for flag in books.flags.all.values().filter(|flag| flag.raised.found <= day) {
        let then = as_of(flag, day);
        let stage = then.stage();
        *progress.by_stage.entry(stage).or_default() += 1;
        progress.raised += 1;
        let is_late = then.handed_over().is_some_and(|handed| handed.due < day);
        progress.overdue += u64::from(is_late && stage == FlagStage::HandedOver);
        if then.decided.is_some_and(|decided| decided.verdict == Verdict::Upheld) {
            progress.upheld = progress.upheld.checked_add(flag.raised.amount_fen)?;
        }
    }
    Some(progress)
}
