//! Batches and their payments: from the roster line to the bank's last word.

use std::collections::{BTreeMap, HashMap};

use crate::act::Body;
use crate::act::payments::{Decision, PaymentFileReleased, RecoveryOrdered, RosterKind};
use crate::answer::{Outcome, Reason, ReturnOutcome};
use crate::ids::{
    AccountId, ActId, BatchCode, EntitlementId, PaymentRef, PersonId, Root, SchemeCode, Seq,
};
use crate::line::{Line, RosterLine, Source};
use crate::money::Money;
use crate::period::{Date, Period};

use super::{Books, Statement};

pub use super::stages::{BatchStage, PaymentState};

/// The bank's final answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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

/// One payment.
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
    pub sources: Vec<Source>,
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
#[derive(Clone, Debug, PartialEq, Eq)]
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
    /// How far it has come.
    pub stage: BatchStage,
    /// Its payments; line n is at n - 1.
    pub payments: Vec<Payment>,
    /// The payment file, once released.
    pub released: Option<PaymentFileReleased>,
}

impl Batch {
    /// The payments with their references.
    pub fn references<'a>(
        &'a self,
        code: &'a BatchCode,
    ) -> impl Iterator<Item = (PaymentRef, &'a Payment)> {
        (1_u32..).zip(&self.payments).filter_map(move |(line, payment)| {
            PaymentRef::new(code.clone(), line).map(|reference| (reference, payment))
        })
    }
}

/// A recovery order and what has come of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recovery {
    /// The order.
    pub ordered: RecoveryOrdered,
    /// Received so far.
    pub received: Money,
}

/// All batches.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Payments {
    /// Batches by code.
    pub batches: BTreeMap<BatchCode, Batch>,
    /// The payments of an entitlement for a month, withdrawn rosters left out.
    pub of_entitlement: HashMap<(EntitlementId, Period), Vec<PaymentRef>>,
    /// Recovery orders by act.
    pub recoveries: BTreeMap<ActId, Recovery>,
    /// Receipts of recovered money by act: order and amount.
    receipts: BTreeMap<ActId, (ActId, Money)>,
    /// What was recovered, receipt by receipt and source by source, reversed receipts left out.
    taken_back: BTreeMap<PaymentRef, BTreeMap<ActId, Vec<Money>>>,
}

impl Payments {
    /// A payment with its batch.
    #[must_use]
    pub fn find(&self, reference: &PaymentRef) -> Option<(&Batch, &Payment)> {
        let batch = self.batches.get(reference.batch())?;
        let index = usize::try_from(reference.line()).ok()?.checked_sub(1)?;
        batch.payments.get(index).map(|payment| (batch, payment))
    }

    /// How an amount that comes back falls on a payment's sources: first source first, on none more than is still out.
    #[must_use]
    pub fn shares(&self, reference: &PaymentRef, amount: Money) -> Vec<Money> {
        let sources = self.find(reference).map(|(_, payment)| payment.sources.iter());
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
        sources.into_iter().flatten().enumerate().map(share).collect()
    }

    /// Where a payment stands.
    #[must_use]
    pub fn state(&self, reference: &PaymentRef) -> Option<PaymentState> {
        self.find(reference).map(|(batch, payment)| payment.state(batch.released.is_some()))
    }

    fn find_mut(&mut self, reference: &PaymentRef) -> Option<&mut Payment> {
        let batch = self.batches.get_mut(reference.batch())?;
        let index = usize::try_from(reference.line()).ok()?.checked_sub(1)?;
        batch.payments.get_mut(index)
    }

    fn draw(&mut self, statement: &Statement<'_>, body: &crate::act::payments::RosterDrawn) {
        let mut payments = Vec::with_capacity(statement.lines.len());
        for (n, at, line) in statement.numbered() {
            let Line::Roster(line) = line else { continue };
            let Some(reference) = PaymentRef::new(body.batch.clone(), n) else { continue };
            payments.push(payment_of(at, line));
            let key = (line.entitlement, body.period);
            self.of_entitlement.entry(key).or_default().push(reference.clone());
            if let Some(original) = &line.reissue_of
                && let Some(original) = self.find_mut(original)
            {
                original.reissued_by = Some(reference);
            }
        }
        self.batches.insert(
            body.batch.clone(),
            Batch {
                roster: statement.id,
                at: statement.at,
                root: body.manifest.root,
                total: body.manifest.total_fen,
                scheme: body.scheme.clone(),
                period: body.period,
                kind: body.kind,
                stage: BatchStage::Drawn,
                payments,
                released: None,
            },
        );
    }

    fn withdraw(&mut self, code: &BatchCode) {
        let Some(batch) = self.batches.get_mut(code) else { return };
        batch.stage = BatchStage::Withdrawn;
        let originals: Vec<_> =
            batch.payments.iter().filter_map(|payment| payment.reissue_of.clone()).collect();
        for original in originals {
            if let Some(original) = self.find_mut(&original) {
                original.reissued_by = None;
            }
        }
        for references in self.of_entitlement.values_mut() {
            references.retain(|reference| reference.batch() != code);
        }
    }

    /// Books recovered money under its order and its payment; the reversal of a receipt books the negative.
    fn recover(&mut self, receipt: ActId, order: ActId, amount: Money, date: Date) {
        let Some(order) = self.recoveries.get_mut(&order) else { return };
        order.received = order.received.checked_add(amount).unwrap_or_default();
        let reference = order.ordered.reference.clone();
        let shares = amount.is_positive().then(|| self.shares(&reference, amount));
        let taken_back = self.taken_back.entry(reference.clone()).or_default();
        match shares {
            Some(shares) => drop(taken_back.insert(receipt, shares)),
            None => drop(taken_back.remove(&receipt)),
        }
        if let Some(payment) = self.find_mut(&reference) {
            payment.recoveries.push((date, amount));
        }
    }

    fn move_on(&mut self, code: &BatchCode, stage: BatchStage) {
        if let Some(batch) = self.batches.get_mut(code) {
            batch.stage = stage;
        }
    }
}

fn payment_of(at: Seq, line: &RosterLine) -> Payment {
    Payment {
        at,
        account: line.account,
        amount: line.amount_fen,
        entitlement: line.entitlement,
        payee: line.payee,
        sources: line.sources.clone(),
        reissue_of: line.reissue_of.clone(),
        reissued_by: None,
        waiting: None,
        answer: None,
        returned: None,
        recoveries: Vec::new(),
    }
}

pub(super) fn evolve(books: &mut Books, statement: &Statement<'_>) {
    let payments = &mut books.payments;
    if let Body::RosterDrawn(drawn) = statement.body() {
        payments.draw(statement, drawn);
    } else if let Body::RosterChecked(agreed) = statement.body() {
        payments.move_on(&agreed.batch, BatchStage::Checked);
    } else if let Body::RosterFinanceReviewed(agreed) = statement.body() {
        payments.move_on(&agreed.batch, BatchStage::Reviewed);
    } else if let Body::RosterApproved(approved) = statement.body() {
        payments.move_on(&approved.batch, BatchStage::Approved);
    } else if let Body::RosterWithdrawn(withdrawn) = statement.body() {
        payments.withdraw(&withdrawn.batch);
    } else if let Body::PaymentFileReleased(released) = statement.body() {
        payments.move_on(&released.batch, BatchStage::Released);
        if let Some(batch) = payments.batches.get_mut(&released.batch) {
            batch.released = Some(released.clone());
        }
    } else {
        evolve_answers(payments, statement);
    }
}

fn evolve_answers(payments: &mut Payments, statement: &Statement<'_>) {
    if let Body::ResponseImported(imported) = statement.body() {
        for (_, at, line) in statement.numbered() {
            let Line::Response(line) = line else { continue };
            let Some(payment) = line.reference.as_ref().and_then(|r| payments.find_mut(r)) else {
                continue;
            };
            let answer = Answer { failed: None, on: line.answered, booked: imported.booked, at };
            match line.outcome {
                Outcome::Settled => payment.answer = Some(answer),
                Outcome::Failed => {
                    let failed = Some(line.reason.unwrap_or(Reason::Other));
                    payment.answer = Some(Answer { failed, ..answer });
                }
                Outcome::Pending | Outcome::Unknown => payment.waiting = Some((line.outcome, at)),
                Outcome::Partial
                | Outcome::Discrepant
                | Outcome::Repeated
                | Outcome::Conflicting
                | Outcome::Ambiguous
                | Outcome::Unmatched => {}
            }
        }
    } else if let Body::ReturnsImported(imported) = statement.body() {
        for (_, at, line) in statement.numbered() {
            let Line::Return(line) = line else { continue };
            if line.outcome == ReturnOutcome::Returned
                && let Some(payment) = line.reference.as_ref().and_then(|r| payments.find_mut(r))
            {
                let (reason, on) = (line.reason, line.returned);
                payment.returned = Some(Return { reason, on, booked: imported.booked, at });
            }
        }
    } else {
        evolve_decisions(payments, statement);
    }
}

fn evolve_decisions(payments: &mut Payments, statement: &Statement<'_>) {
    if let Body::ExceptionResolved(resolved) = statement.body() {
        let Some(reference) = &resolved.reference else { return };
        let Some(payment) = payments.find_mut(reference) else { return };
        let (at, booked) = (statement.at, resolved.booked);
        let answer = Answer { failed: None, on: booked, booked, at };
        match resolved.decision {
            Decision::Settled => payment.answer = Some(answer),
            Decision::Failed => {
                payment.answer = Some(Answer { failed: Some(Reason::Other), ..answer });
            }
            Decision::Returned => {
                payment.returned = Some(Return { reason: Reason::Other, on: booked, booked, at });
            }
            Decision::Cleared | Decision::NoEffect => {}
        }
    } else if let Body::RecoveryOrdered(ordered) = statement.body() {
        let recovery = Recovery { ordered: ordered.clone(), received: Money::ZERO };
        payments.recoveries.insert(statement.id, recovery);
    } else if let Body::RecoveryReceived(received) = statement.body() {
        payments.receipts.insert(statement.id, (received.order, received.amount_fen));
        payments.recover(statement.id, received.order, received.amount_fen, received.date);
    } else if let Body::EntryReversed(reversed) = statement.body()
        && let Some((order, amount)) = payments.receipts.remove(&reversed.act)
        && let Some(negative) = amount.checked_neg()
    {
        payments.recover(reversed.act, order, negative, reversed.date);
    }
}
