//! A month's payment figures 发放情况 for any group of payments: a scheme, a town, the county.
//! Definitions: DOMAIN 6.2. Counts of payments 笔, households 户, persons 人 and person-times 人次 are four different things.

use std::collections::{BTreeMap, HashSet};

use foldhash::fast::FixedState;

use crate::act::payments::RosterKind;
use crate::act::wire;
use crate::books::Books;
use crate::books::cases::Entitlement;
use crate::books::payments::{Answer, Batch, BatchStage, Return};
use crate::ids::{BatchCode, Division, HouseholdId, PaymentRef, PersonId, SchemeCode};
use crate::money::Money;
use crate::period::{Date, Period};

wire! {
    /// One kind of event: how many payments, how much money.
    Flow {
        /// Number of payments.
        count: u64,
        /// Their sum.
        fen: Money,
    }

    /// The figures of one group of payments for one month.
    Figures {
        /// 应发: what approved rosters of the month ask for; reissues do not count again.
        due: Flow,
        /// Households 户 among the due.
        due_households: u64,
        /// Person-times 人次 among the due.
        due_person_times: u64,
        /// Persons 人 among the due, each once.
        due_persons: u64,
        /// 发放失败, posted in the month.
        failed: Flow,
        /// 在途 at the end of the month: sent, not answered.
        in_transit: Flow,
        /// Person-times whose money arrived by the scheme's pay day.
        on_time_person_times: u64,
        /// 实发 for the month: settled and not returned by its end, reissues included.
        paid: Flow,
        /// Person-times among the paid.
        paid_person_times: u64,
        /// 追回, posted in the month.
        recovered: Flow,
        /// 补发 that settled, posted in the month.
        reissued: Flow,
        /// 退汇, posted in the month.
        returned: Flow,
        /// 入账成功, posted in the month.
        settled: Flow,
        /// 提交: sent to the bank in the month.
        submitted: Flow,
        /// 实发 since January, posted, net of returns.
        year_paid_fen: Money,
    }
}

impl Flow {
    const NONE: Flow = Flow { count: 0, fen: Money::ZERO };

    fn add(&mut self, amount: Money) -> Option<()> {
        self.count += 1;
        self.fen = self.fen.checked_add(amount)?;
        Some(())
    }

    /// The reversal of a receipt, a negative amount, takes the receipt out of the count again.
    fn add_or_take_back(&mut self, amount: Money) -> Option<()> {
        if !amount.is_negative() {
            return self.add(amount);
        }
        self.count = self.count.saturating_sub(1);
        self.fen = self.fen.checked_add(amount)?;
        Some(())
    }
}

impl Figures {
    const NONE: Figures = Figures {
        due: Flow::NONE,
        due_households: 0,
        due_person_times: 0,
        due_persons: 0,
        failed: Flow::NONE,
        in_transit: Flow::NONE,
        on_time_person_times: 0,
        paid: Flow::NONE,
        paid_person_times: 0,
        recovered: Flow::NONE,
        reissued: Flow::NONE,
        returned: Flow::NONE,
        settled: Flow::NONE,
        submitted: Flow::NONE,
        year_paid_fen: Money::ZERO,
    };
}

/// Figures under way, with the sets that count each household and person once.
struct Counting {
    figures: Figures,
    households: HashSet<HouseholdId, FixedState>,
    persons: HashSet<PersonId, FixedState>,
}

impl Default for Counting {
    fn default() -> Counting {
        let (households, persons) = (HashSet::default(), HashSet::default());
        Counting { figures: Figures::NONE, households, persons }
    }
}

impl Counting {
    fn finish(self) -> Figures {
        Figures {
            due_households: self.households.len() as u64,
            due_persons: self.persons.len() as u64,
            ..self.figures
        }
    }

    fn count(&mut self, seen: &Seen<'_>) -> Option<()> {
        let Seen { period, batch, amount, entitlement, .. } = *seen;
        let cut = period.last_day();
        let persons = entitlement.persons.len() as u64;
        let released = batch.released.as_ref().filter(|released| released.date <= cut);
        let answer = seen.answer.filter(|answer| answer.booked <= cut);
        let returned = seen.returned.filter(|returned| returned.booked <= cut);
        let settled = answer.filter(|answer| answer.failed.is_none());
        let figures = &mut self.figures;
        let is_reissue = batch.kind == RosterKind::Reissue;
        if seen.is_told && !seen.was_due && !is_reissue {
            figures.due.add(amount)?;
            figures.due_person_times += persons;
            self.households.insert(entitlement.household);
            self.persons.extend(&entitlement.persons);
        }
        if seen.is_told
            && returned.is_none()
            && let Some(settled) = settled
        {
            figures.paid.add(amount)?;
            figures.paid_person_times += persons;
            if seen.pay_day.is_some_and(|pay_day| settled.on <= pay_day) {
                figures.on_time_person_times += persons;
            }
        }
        if released.is_some_and(|released| released.date.period() == period) {
            figures.submitted.add(amount)?;
        }
        if released.is_some() && answer.is_none() {
            figures.in_transit.add(amount)?;
        }
        if let Some(answer) = answer.filter(|answer| answer.booked.period() == period) {
            match answer.failed {
                Some(_) => figures.failed.add(amount)?,
                None => figures.settled.add(amount)?,
            }
            if answer.failed.is_none() && is_reissue {
                figures.reissued.add(amount)?;
            }
        }
        if returned.is_some_and(|returned| returned.booked.period() == period) {
            figures.returned.add(amount)?;
        }
        for (_, amount) in seen.recoveries.iter().filter(|(date, _)| date.period() == period) {
            figures.recovered.add_or_take_back(*amount)?;
        }
        let in_year = |year: i16| year == period.year();
        if settled.is_some_and(|settled| in_year(settled.booked.year())) {
            figures.year_paid_fen = figures.year_paid_fen.checked_add(amount)?;
        }
        if returned.is_some_and(|returned| in_year(returned.booked.year())) {
            figures.year_paid_fen = figures.year_paid_fen.checked_sub(amount)?;
        }
        Some(())
    }
}

/// One payment as a month sees it.
#[derive(Clone, Copy)]
struct Seen<'a> {
    period: Period,
    batch: &'a Batch,
    amount: Money,
    answer: Option<Answer>,
    returned: Option<Return>,
    recoveries: &'a [(Date, Money)],
    entitlement: &'a Entitlement,
    /// True if this month tells what of the batch is due and paid.
    is_told: bool,
    /// True if an earlier month told the same as due, of a roster that was withdrawn since.
    was_due: bool,
    /// The day by which the scheme's money should have arrived, of the month that is paid.
    pay_day: Option<Date>,
}

/// The figures of a month, by scheme, by town, and of the whole county.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MonthFigures {
    /// By scheme.
    pub schemes: BTreeMap<SchemeCode, Figures>,
    /// By town; payments to villages that name no town stand under the county's own code.
    pub towns: BTreeMap<Division, Figures>,
    /// All together.
    pub total: Figures,
}

/// Folds the payments into a month's figures; `None` if a sum leaves the range of money.
#[must_use]
pub fn of(books: &Books, period: Period) -> Option<MonthFigures> {
    let payments = &books.payments;
    let open = books.first_open_month();
    let mut schemes: BTreeMap<SchemeCode, Counting> = BTreeMap::new();
    let mut towns: Vec<Option<Counting>> = payments.towns().iter().map(|_| None).collect();
    let mut total = Counting::default();
    for batch in payments.batches.values().filter(|batch| is_approved(batch)) {
        let of_scheme = schemes.entry(batch.scheme.clone()).or_default();
        if let Some(sums) = batch.sums_before(period) {
            for (town, name) in towns.iter_mut().zip(payments.towns()) {
                if !sums.towns.contains(name) {
                    continue;
                }
                let key = (period.year(), name.clone());
                let paid = sums.paid.get(&key).copied().unwrap_or_default();
                for counting in [&mut *of_scheme, town.get_or_insert_default(), &mut total] {
                    let year = &mut counting.figures.year_paid_fen;
                    *year = year.checked_add(paid)?;
                }
            }
            continue;
        }
        let scheme = books.policies.scheme(&batch.scheme, batch.period);
        let pay_day = scheme.and_then(|scheme| batch.period.day(scheme.pay_day));
        let is_told = batch.month_that_tells(open) == period;
        for line in batch.lines() {
            let entitlement = payments.entitlement_of(batch, line)?;
            let seen = Seen {
                period,
                batch,
                amount: batch.amount(line)?,
                answer: batch.answer(line),
                returned: batch.returned(line),
                recoveries: batch.recoveries(line),
                entitlement: books.cases.entitlements.get(&entitlement)?,
                is_told,
                was_due: payments.was_told_due(batch, line),
                pay_day,
            };
            let town = towns.get_mut(usize::from(payments.town_of(batch, line)?))?;
            for counting in [&mut *of_scheme, town.get_or_insert_default(), &mut total] {
                counting.count(&seen)?;
            }
        }
    }
    let schemes = schemes.into_iter().map(|(scheme, counting)| (scheme, counting.finish()));
    let named = payments.towns().iter().zip(towns);
    let towns = named.filter_map(|(town, counting)| Some((town.clone(), counting?.finish())));
    Some(MonthFigures { schemes: schemes.collect(), towns: towns.collect(), total: total.finish() })
}

fn is_approved(batch: &Batch) -> bool {
    matches!(batch.stage, BatchStage::Approved | BatchStage::Released)
}

wire! {
    /// A payment that came back in the month, for the bulletin's annex.
    ReturnedPayment {
        /// The amount.
        amount_fen: Money,
        /// The entry that posted the return.
        entry: u64,
        /// Why, in the words of the books.
        reason: crate::answer::Reason,
        /// The payment.
        reference: crate::ids::PaymentRef,
        /// The payment that stands in its place, if one was drawn.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reissued_by: Option<crate::ids::PaymentRef>,
        /// The bank's day.
        returned: crate::period::Date,
        /// The scheme.
        scheme: SchemeCode,
    }

    /// One batch as the month saw it.
    BatchMonth {
        /// The batch.
        batch: BatchCode,
        /// Number of payments.
        count: u64,
        /// Failed, posted by the end of the month.
        failed: Flow,
        /// Not answered by the end of the month.
        in_transit: Flow,
        /// The month that it pays.
        period: Period,
        /// Day of release.
        released: crate::period::Date,
        /// Returned, posted by the end of the month.
        returned: Flow,
        /// The scheme.
        scheme: SchemeCode,
        /// Settled, posted by the end of the month.
        settled: Flow,
        /// Sum of the payments.
        total_fen: Money,
    }
}

/// The returns that were posted in a month, in order of entry.
#[must_use]
pub fn returns_in(books: &Books, period: Period) -> Vec<ReturnedPayment> {
    let mut found = Vec::new();
    let batches = books.payments.batches.iter();
    for (code, batch) in batches.filter(|(_, batch)| batch.sums_before(period).is_none()) {
        for line in batch.lines() {
            let in_month = batch.returned(line).filter(|r| r.booked.period() == period);
            let Some(returned) = in_month else { continue };
            let reference = PaymentRef::new(code.clone(), line);
            let Some((_, payment)) = reference.as_ref().and_then(|r| books.payments.find(r)) else {
                continue;
            };
            found.extend(reference.map(|reference| ReturnedPayment {
                amount_fen: payment.amount,
                entry: returned.at.0,
                reason: returned.reason,
                reference,
                reissued_by: payment.reissued_by,
                returned: returned.on,
                scheme: batch.scheme.clone(),
            }));
        }
    }
    found.sort_by_key(|returned| returned.entry);
    found
}

/// The batches that were released in a month or were still open in it; `None` if a sum leaves the range of money.
#[must_use]
pub fn batches_in(books: &Books, period: Period) -> Option<Vec<BatchMonth>> {
    let cut = period.last_day();
    let mut found = Vec::new();
    for (code, batch) in &books.payments.batches {
        let Some(released) = batch.released.as_ref().filter(|r| r.date <= cut) else { continue };
        if batch.sums_before(period).is_some() {
            continue;
        }
        let mut month = BatchMonth {
            batch: code.clone(),
            count: batch.len() as u64,
            failed: Flow::NONE,
            in_transit: Flow::NONE,
            period: batch.period,
            released: released.date,
            returned: Flow::NONE,
            scheme: batch.scheme.clone(),
            settled: Flow::NONE,
            total_fen: batch.total,
        };
        let mut moved_in_month = released.date.period() == period;
        for line in batch.lines() {
            let amount = batch.amount(line)?;
            let answer = batch.answer(line).filter(|answer| answer.booked <= cut);
            let returned = batch.returned(line).filter(|returned| returned.booked <= cut);
            match answer.map(|answer| answer.failed) {
                Some(None) => month.settled.add(amount)?,
                Some(Some(_)) => month.failed.add(amount)?,
                None => month.in_transit.add(amount)?,
            }
            if returned.is_some() {
                month.returned.add(amount)?;
            }
            moved_in_month |= answer.is_none_or(|answer| answer.booked.period() == period)
                || returned.is_some_and(|returned| returned.booked.period() == period);
        }
        if moved_in_month {
            found.push(month);
        }
    }
    Some(found)
}
