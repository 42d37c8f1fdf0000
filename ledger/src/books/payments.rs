//! Batches and their payments: from the roster line to the bank's last word.

mod folding;
mod sums;

use std::collections::{BTreeMap, BTreeSet};

use smallvec::SmallVec;

use crate::act::payments::{PaymentFileReleased, RecoveryOrdered, RosterKind};
use crate::answer::{Outcome, Reason};
use crate::ids::{
    AccountId, ActId, BatchCode, Division, EntitlementId, FundCode, PaymentRef, PersonId, Root,
    SchemeCode, Seq,
};
use crate::line::Source;
use crate::money::Money;
use crate::period::{Date, Period};

use super::paid_months::PaidMonths;
use super::rows::{Names, Rows};

pub(super) use folding::evolve;
pub use sums::Sums;

pub use super::stages::{BatchStage, PaymentState};

/// The bank's final answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Answer {
    /// `None` if settled, else why it failed.
    pub failed: Option<Reason>,
    /// The bank's day.
    pub on: Date,
    /// Day of posting in our books.
    pub booked: Date,
    /// The entry that says so.
    pub at: Seq,
}

/// A payment return.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Return {
    /// Why.
    pub reason: Reason,
    /// The bank's day.
    pub on: Date,
    /// Day of posting in our books.
    pub booked: Date,
    /// The entry that says so.
    pub at: Seq,
}

/// One payment, put together when it is asked for: a batch keeps its payments in fewer bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payment {
    /// Its roster line's entry.
    pub at: Seq,
    /// The account to be credited.
    pub account: AccountId,
    /// The amount.
    pub amount: Money,
    /// The entitlement that it pays.
    pub entitlement: EntitlementId,
    /// Whose account it is.
    pub payee: PersonId,
    /// The funds that pay it.
    pub sources: SmallVec<[Source; 1]>,
    /// The payment in whose place it stands.
    pub reissue_of: Option<PaymentRef>,
    /// The payment that stands in its place.
    pub reissued_by: Option<PaymentRef>,
    /// The bank's newest word that was not final, with its entry.
    pub waiting: Option<(Outcome, Seq)>,
    /// The bank's final answer.
    pub answer: Option<Answer>,
    /// The return after settlement.
    pub returned: Option<Return>,
    /// What was recovered from the payee, by day of posting; a reversal stands as its negative.
    pub recoveries: Vec<(Date, Money)>,
}

impl Payment {
    /// Where it stands.
    #[must_use]
    pub fn state(&self, released: bool) -> PaymentState {
        match (&self.answer, &self.returned) {
            (_, Some(_)) => PaymentState::Returned,
            (Some(Answer { failed: Some(_), .. }), None) => PaymentState::Failed,
            (Some(Answer { failed: None, .. }), None) => PaymentState::Settled,
            (None, None) if released => PaymentState::Instructed,
            (None, None) => PaymentState::Drawn,
        }
    }

    /// What was recovered so far.
    #[must_use]
    pub fn recovered(&self) -> Money {
        Money::total(self.recoveries.iter().map(|(_, amount)| *amount)).unwrap_or_default()
    }

    /// Why the money did not stay with the payee, if it did not.
    #[must_use]
    pub fn failure(&self) -> Option<Reason> {
        let returned = self.returned.map(|returned| returned.reason);
        returned.or_else(|| self.answer.and_then(|answer| answer.failed))
    }
}

/// A payment batch.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Batch {
    /// The roster's act.
    pub roster: ActId,
    /// The roster's entry.
    pub at: Seq,
    /// The root of its lines.
    pub root: Root,
    /// Its total.
    pub total: Money,
    /// The scheme.
    pub scheme: SchemeCode,
    /// The month that is paid.
    pub period: Period,
    /// Why it was drawn.
    pub kind: RosterKind,
    /// The closed month whose figures tell what of it is due and paid; `None` until there is one.
    pub told_in: Option<Period>,
    /// How far it has come.
    pub stage: BatchStage,
    /// The payment file, once released.
    pub released: Option<PaymentFileReleased>,
    /// How many payments have no final answer.
    open: u32,
    /// The newest month in which something was posted about one of its payments.
    moved: Option<Period>,
    /// What later months need of a batch that is through; `None` while it is not.
    sums: Option<Sums>,
    rows: Rows,
}

impl Batch {
    /// How many payments have no final answer.
    #[must_use]
    pub const fn unanswered(&self) -> u32 {
        self.open
    }

    /// How many payments it has.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// True without payments, which no rule lets pass.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.len() == 0
    }

    /// The amount of a line's payment, lines counted from 1.
    #[must_use]
    pub fn amount(&self, line: u32) -> Option<Money> {
        self.rows.amount(line)
    }

    /// True if some payment of the batch has one of these amounts.
    #[must_use]
    pub fn has_one_of(&self, amounts: impl IntoIterator<Item = Money>) -> bool {
        let known: BTreeSet<Money> = self.lines().filter_map(|line| self.amount(line)).collect();
        amounts.into_iter().any(|amount| known.contains(&amount))
    }

    /// The final answer that a line's payment got.
    #[must_use]
    pub fn answer(&self, line: u32) -> Option<Answer> {
        self.rows.answer(line)
    }

    /// True if the bank said something of a line's payment that was not final.
    #[must_use]
    pub fn is_waiting(&self, line: u32) -> bool {
        self.rows.rare(line).is_some_and(|rare| rare.waiting.is_some())
    }

    /// Shows each fund that pays a line, with its amount.
    pub fn sources(&self, line: u32, each: &mut dyn FnMut(&FundCode, Money)) {
        self.rows.sources(line, each);
    }

    /// The return of a line's payment, if it came back.
    #[must_use]
    pub fn returned(&self, line: u32) -> Option<Return> {
        self.rows.rare(line).and_then(|rare| rare.returned)
    }

    /// What was recovered of a line's payment, by day of posting; a reversal stands as its negative.
    #[must_use]
    pub fn recoveries(&self, line: u32) -> &[(Date, Money)] {
        self.rows.rare(line).map_or(&[], |rare| &rare.recoveries)
    }

    /// Its lines, from 1.
    pub fn lines(&self) -> impl Iterator<Item = u32> + use<> {
        (1_u32..).take(self.rows.len())
    }

    /// The month whose figures tell what of it is due and paid: the month that is paid, or, where the batch was not approved
    /// when that month closed, the first that closes afterwards. `open` is the first month that is not closed. A reissue is
    /// told with what it replaces, as long as that month is open.
    #[must_use]
    pub fn month_that_tells(&self, open: Option<Period>) -> Period {
        self.told_in.unwrap_or_else(|| open.map_or(self.period, |open| self.period.max(open)))
    }

    /// What a month needs of this batch, if all about it was posted before that month and it is not paid for it.
    #[must_use]
    pub fn sums_before(&self, period: Period) -> Option<&Sums> {
        let sent = self.released.as_ref().is_some_and(|released| released.date.period() < period);
        let is_past =
            sent && self.period != period && self.moved.is_none_or(|moved| moved < period);
        self.sums.as_ref().filter(|_| is_past && self.open == 0)
    }
}

/// A recovery order and what has come of it.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Recovery {
    /// The order.
    pub ordered: RecoveryOrdered,
    /// Received so far.
    pub received: Money,
}

/// All batches.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Payments {
    /// Batches by code.
    pub batches: BTreeMap<BatchCode, Batch>,
    /// Recovery orders by act.
    pub recoveries: BTreeMap<ActId, Recovery>,
    /// Receipts of recovered money by act: order and amount.
    receipts: BTreeMap<ActId, (ActId, Money)>,
    /// What was recovered, receipt by receipt and source by source, reversed receipts left out.
    taken_back: BTreeMap<PaymentRef, BTreeMap<ActId, Vec<Money>>>,
    /// The ids that payments name, each once.
    names: Names,
    /// The months for which each entitlement stands on a roster, withdrawn rosters left out.
    paid: PaidMonths,
    /// What a closed month told as due and was withdrawn since, by entitlement and month: it is not told as due again.
    told_due: BTreeSet<(u32, Period)>,
}

impl Payments {
    /// A payment with its batch.
    #[must_use]
    pub fn find(&self, reference: &PaymentRef) -> Option<(&Batch, Payment)> {
        let batch = self.batches.get(reference.batch())?;
        Some((batch, batch.rows.payment(&self.names, reference.line())?))
    }

    /// True if a closed month told this line's entitlement as due for the same month, of a roster that was withdrawn since.
    #[must_use]
    pub fn was_told_due(&self, batch: &Batch, line: u32) -> bool {
        let told = |number| self.told_due.contains(&(number, batch.period));
        !self.told_due.is_empty() && batch.rows.entitlement(line).is_some_and(told)
    }

    /// The towns that payees live in; [`Payments::town_of`] gives places in this list.
    #[must_use]
    pub fn towns(&self) -> &[Division] {
        self.names.towns()
    }

    /// Which town a line is for: where the payee lives, or who is helped if an organisation is paid.
    #[must_use]
    pub fn town_of(&self, batch: &Batch, line: u32) -> Option<u16> {
        batch.rows.town(&self.names, line)
    }

    /// The entitlement that a line pays.
    #[must_use]
    pub fn entitlement_of(&self, batch: &Batch, line: u32) -> Option<EntitlementId> {
        batch.rows.entitlement_id(&self.names, line)
    }

    /// A batch's payments with their references, in the order of its roster.
    pub fn references<'a>(
        &'a self,
        code: &'a BatchCode,
    ) -> impl Iterator<Item = (PaymentRef, Payment)> + 'a {
        let batch = self.batches.get(code).into_iter();
        batch.flat_map(move |batch| {
            (1_u32..)
                .map_while(|line| batch.rows.payment(&self.names, line))
                .zip(1_u32..)
                .filter_map(|(payment, line)| {
                    PaymentRef::new(code.clone(), line).map(|at| (at, payment))
                })
        })
    }

    /// True if an entitlement stands on a roster for that month; withdrawn rosters do not count.
    #[must_use]
    pub fn is_on_roster(&self, entitlement: EntitlementId, period: Period) -> bool {
        let number = self.names.entitlements.known(entitlement);
        number.is_some_and(|number| self.paid.contains(number, period))
    }

    /// The same for one entitlement after another, fastest in the order in which they stood on rosters before.
    pub fn are_on_roster(&self, period: Period) -> impl FnMut(EntitlementId) -> bool {
        let mut number = self.names.entitlements.known_in_order();
        move |entitlement| {
            number(entitlement).is_some_and(|number| self.paid.contains(number, period))
        }
    }

    /// The payments of an entitlement for a month, withdrawn rosters left out. Walks the month's batches where there are any.
    #[must_use]
    pub fn of_entitlement(&self, entitlement: EntitlementId, period: Period) -> Vec<PaymentRef> {
        let number = self.names.entitlements.known(entitlement);
        let Some(number) = number.filter(|number| self.paid.contains(*number, period)) else {
            return Vec::new();
        };
        let batches = self.batches.iter().filter(|(_, batch)| batch.pays(period));
        let found = batches.flat_map(|(code, batch)| {
            let lines = (1_u32..).zip(batch.rows.entitlements());
            lines.filter(|(_, paid)| *paid == number).map(|(line, _)| (code.clone(), line))
        });
        found.filter_map(|(code, line)| PaymentRef::new(code, line)).collect()
    }

    /// The payments of some entitlements for months up to one, each entitlement's by batch, withdrawn rosters left out. Walks
    /// each batch that pays one of them once.
    #[must_use]
    pub fn of_entitlements(
        &self,
        wanted: &[(EntitlementId, &SchemeCode)],
        until: Period,
    ) -> BTreeMap<EntitlementId, Vec<PaymentRef>> {
        let mut found: BTreeMap<EntitlementId, Vec<PaymentRef>> = BTreeMap::new();
        for (code, batch) in &self.batches {
            if batch.period > until || !batch.pays(batch.period) {
                continue;
            }
            let own = wanted.iter().filter(|(_, scheme)| batch.scheme == **scheme);
            let numbered =
                own.filter_map(|(id, _)| Some((self.names.entitlements.known(*id)?, id)));
            let paid: Vec<_> =
                numbered.filter(|(number, _)| self.paid.contains(*number, batch.period)).collect();
            if paid.is_empty() {
                continue;
            }
            for (line, of) in (1_u32..).zip(batch.rows.entitlements()) {
                let Some((_, id)) = paid.iter().find(|(number, _)| *number == of) else { continue };
                found.entry(**id).or_default().extend(PaymentRef::new(code.clone(), line));
            }
        }
        found
    }

    /// The payments of a batch that failed or came back and have no other in their place, in the order of its roster.
    pub fn to_reissue<'a>(
        &'a self,
        code: &'a BatchCode,
    ) -> impl Iterator<Item = (PaymentRef, Payment)> + 'a {
        let lines = self.batches.get(code).map(|batch| batch.rows.came_back());
        let references =
            lines.into_iter().flatten().filter_map(|line| PaymentRef::new(code.clone(), line));
        let payments = references.filter_map(|at| self.find(&at).map(|(_, payment)| (at, payment)));
        payments.filter(|(_, payment)| payment.reissued_by.is_none())
    }

    /// How an amount that comes back falls on a payment's sources: first source first, on none more than is still out.
    #[must_use]
    pub fn shares(&self, reference: &PaymentRef, amount: Money) -> Vec<Money> {
        let sources = self.find(reference).map(|(_, payment)| payment.sources);
        let receipts = self.taken_back.get(reference);
        let taken_of = |index: usize| {
            let shares = receipts.into_iter().flat_map(BTreeMap::values);
            Money::total(shares.filter_map(|shares| shares.get(index).copied())).unwrap_or_default()
        };
        let mut left = amount;
        let share = |(index, source): (usize, &Source)| {
            let out = source.amount_fen.checked_sub(taken_of(index)).unwrap_or_default();
            let share = out.min(left);
            left = left.checked_sub(share).unwrap_or_default();
            share
        };
        sources.iter().flatten().enumerate().map(share).collect()
    }

    /// Where a payment stands.
    #[must_use]
    pub fn state(&self, reference: &PaymentRef) -> Option<PaymentState> {
        self.find(reference).map(|(batch, payment)| payment.state(batch.released.is_some()))
    }
}
