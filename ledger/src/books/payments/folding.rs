//! How acts move batches and payments on. Never refuses: what was committed is history.

use crate::act::Body;
use crate::act::payments::{Decision, ResponseImported, RosterDrawn};
use crate::answer::{Outcome, Reason, ReturnOutcome};
use crate::books::cases::Cases;
use crate::books::people::People;
use crate::books::rows::{Rare, Rows};
use crate::books::{Books, Statement};
use crate::ids::{ActId, BatchCode, PaymentRef, Seq};
use crate::line::Line;
use crate::money::Money;
use crate::period::Date;

use super::{Answer, Batch, BatchStage, Payments, Recovery, Return, sums};

impl Batch {
    fn set_answer(&mut self, line: u32, answer: Answer, manifest: Seq) {
        if self.rows.answer(line).is_none() && self.rows.amount(line).is_some() {
            self.open = self.open.saturating_sub(1);
        }
        self.rows.set_answer(line, answer, manifest);
        self.moved_on(answer.booked);
    }

    fn moved_on(&mut self, booked: Date) {
        self.moved = self.moved.max(Some(booked.period()));
        self.sums = None;
    }
}

impl Payments {
    fn rare(&mut self, reference: &PaymentRef) -> Option<&mut Rare> {
        let batch = self.batches.get_mut(reference.batch())?;
        batch.sums = None;
        batch.rows.rare_mut(reference.line())
    }

    fn draw(
        &mut self,
        (people, cases): (&People, &Cases),
        statement: &Statement<'_>,
        body: &RosterDrawn,
    ) {
        let replaced =
            statement.lines.iter().find_map(|line| line.as_roster()?.reissue_of.as_ref());
        let replaced = replaced.and_then(|original| self.batches.get(original.batch()));
        let told_in = replaced.and_then(|batch| batch.told_in);
        let mut rows = Rows::new(statement.at, statement.lines.len());
        for (n, _, line) in statement.numbered() {
            let Line::Roster(line) = line else { continue };
            let Some(reference) = PaymentRef::new(body.batch.clone(), n) else { continue };
            let is_for_others = people.organisations.contains_key(&line.payee);
            let helped = cases.entitlements.get(&line.entitlement).filter(|_| is_for_others);
            let helped = helped.and_then(|held| people.home_town(held.household));
            rows.push(&mut self.names, line, &|payee| people.town_of(payee), helped);
            if let Some(number) = rows.entitlement(n) {
                self.paid.insert(number, body.period);
            }
            if let Some(original) = &line.reissue_of
                && let Some(original) = self.rare(original)
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
                told_in,
                stage: BatchStage::Drawn,
                released: None,
                open: u32::try_from(rows.len()).expect("a manifest counts its lines in 32 bits"),
                moved: None,
                sums: None,
                rows,
            },
        );
    }

    fn withdraw(&mut self, code: &BatchCode) {
        let Some(batch) = self.batches.get_mut(code) else { return };
        batch.stage = BatchStage::Withdrawn;
        let (period, is_told) = (batch.period, batch.told_in.is_some());
        let originals: Vec<_> = batch.rows.originals().cloned().collect();
        let withdrawn: Vec<u32> = batch.rows.entitlements().collect();
        for original in originals {
            if let Some(original) = self.rare(&original) {
                original.reissued_by = None;
            }
        }
        for number in withdrawn {
            self.paid.remove(number, period);
            if is_told {
                self.told_due.insert((number, period));
            }
        }
        // Another roster of the month may hold the same entitlement: the original of a reissue does.
        for batch in self.batches.values().filter(|batch| batch.pays(period)) {
            batch.rows.entitlements().for_each(|number| self.paid.insert(number, period));
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
        if let Some(payment) = self.rare(&reference) {
            payment.recoveries.push((date, amount));
        }
        if let Some(batch) = self.batches.get_mut(reference.batch()) {
            batch.moved_on(date);
        }
    }

    fn move_on(&mut self, code: &BatchCode, stage: BatchStage) {
        if let Some(batch) = self.batches.get_mut(code) {
            batch.stage = stage;
        }
    }

    fn respond(&mut self, statement: &Statement<'_>, imported: &ResponseImported) {
        for (_, at, line) in statement.numbered() {
            let Line::Response(line) = line else { continue };
            let Some(reference) = &line.reference else { continue };
            let Some(batch) = self.batches.get_mut(reference.batch()) else { continue };
            let answer = Answer { failed: None, on: line.answered, booked: imported.booked, at };
            match line.outcome {
                Outcome::Settled => batch.set_answer(reference.line(), answer, statement.at),
                Outcome::Failed => {
                    let failed = Some(line.reason.unwrap_or(Reason::Other));
                    let answer = Answer { failed, ..answer };
                    batch.set_answer(reference.line(), answer, statement.at);
                }
                Outcome::Pending | Outcome::Unknown => {
                    if let Some(payment) = batch.rows.rare_mut(reference.line()) {
                        payment.waiting = Some((line.outcome, at));
                    }
                }
                Outcome::Partial
                | Outcome::Discrepant
                | Outcome::Repeated
                | Outcome::Conflicting
                | Outcome::Ambiguous
                | Outcome::Unmatched => {}
            }
        }
    }

    fn decide(&mut self, reference: &PaymentRef, answer: Answer) {
        if let Some(batch) = self.batches.get_mut(reference.batch()) {
            batch.set_answer(reference.line(), answer, answer.at);
        }
    }

    fn came_back(&mut self, reference: &PaymentRef, returned: Return) {
        if let Some(payment) = self.rare(reference) {
            payment.returned = Some(returned);
        }
        if let Some(batch) = self.batches.get_mut(reference.batch()) {
            batch.moved_on(returned.booked);
        }
    }
}

pub(in crate::books) fn evolve(books: &mut Books, statement: &Statement<'_>) {
    let payments = &mut books.payments;
    if let Body::RosterDrawn(drawn) = statement.body() {
        payments.draw((&books.people, &books.cases), statement, drawn);
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
    } else if let Body::MonthClosed(closed) = statement.body() {
        for batch in books.payments.batches.values_mut() {
            let is_approved = matches!(batch.stage, BatchStage::Approved | BatchStage::Released);
            if is_approved && batch.told_in.is_none() && batch.period <= closed.period {
                batch.told_in = Some(closed.period);
            }
        }
        sums::settle(books, closed.period);
    } else {
        evolve_answers(payments, statement);
    }
}

fn evolve_answers(payments: &mut Payments, statement: &Statement<'_>) {
    if let Body::ResponseImported(imported) = statement.body() {
        payments.respond(statement, imported);
    } else if let Body::ReturnsImported(imported) = statement.body() {
        for (_, at, line) in statement.numbered() {
            let Line::Return(line) = line else { continue };
            if line.outcome == ReturnOutcome::Returned
                && let Some(reference) = &line.reference
            {
                let (reason, on, booked) = (line.reason, line.returned, imported.booked);
                payments.came_back(reference, Return { reason, on, booked, at });
            }
        }
    } else {
        evolve_decisions(payments, statement);
    }
}

fn evolve_decisions(payments: &mut Payments, statement: &Statement<'_>) {
    if let Body::ExceptionResolved(resolved) = statement.body() {
        let Some(reference) = &resolved.reference else { return };
        let (at, booked) = (statement.at, resolved.booked);
        let answer = Answer { failed: None, on: booked, booked, at };
        match resolved.decision {
            Decision::Settled => payments.decide(reference, answer),
            Decision::Failed => {
                payments.decide(reference, Answer { failed: Some(Reason::Other), ..answer });
            }
            Decision::Returned => {
                payments
                    .came_back(reference, Return { reason: Reason::Other, on: booked, booked, at });
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
