//! The movements that an act makes the books expect on a bank statement, given the books before it.

use super::bank::{Movement, act_key, debit_key, return_key};
use super::{Books, Statement};
use crate::act::Body;
use crate::act::payments::{Decision, ExceptionResolved, RecoveryReceived};
use crate::answer::{Outcome, ReturnOutcome, StatementOutcome};
use crate::ids::{BankAccountCode, BatchCode, FundCode, PaymentRef};
use crate::line::Line;
use crate::money::Money;
use crate::period::Date;

type Keyed = (String, Movement);

/// The movements of an act with their keys.
pub(super) fn of(books: &Books, statement: &Statement<'_>) -> Vec<Keyed> {
    let expecting = Expecting { books, statement };
    let body = statement.body();
    if let Body::FundReleased(b) = body {
        let credit = StatementOutcome::FundCredit;
        expecting.of_fund(&b.fund, credit, Some(b.amount_fen), b.date, "in").into_iter().collect()
    } else if let Body::FundContributed(b) = body {
        let credit = StatementOutcome::FundCredit;
        expecting.of_fund(&b.fund, credit, Some(b.amount_fen), b.date, "in").into_iter().collect()
    } else if let Body::FundMoved(b) = body {
        // Between two funds on one account the bank sees nothing.
        if books.funds.account_of(&b.from) == books.funds.account_of(&b.to) {
            return Vec::new();
        }
        let (out, into) = (StatementOutcome::TransferDebit, StatementOutcome::TransferCredit);
        let out = expecting.of_fund(&b.from, out, b.amount_fen.checked_neg(), b.date, "out");
        let into = expecting.of_fund(&b.to, into, Some(b.amount_fen), b.date, "in");
        out.into_iter().chain(into).collect()
    } else if let Body::FundReturned(b) = body {
        let (debit, amount) = (StatementOutcome::TransferDebit, b.amount_fen.checked_neg());
        expecting.of_fund(&b.fund, debit, amount, b.date, "out").into_iter().collect()
    } else if let Body::AdvancePaid(b) = body {
        let (debit, amount) = (StatementOutcome::AdvanceDebit, b.amount_fen.checked_neg());
        expecting.of_fund(&b.fund, debit, amount, b.date, "out").into_iter().collect()
    } else {
        expecting.of_payments()
    }
}

struct Expecting<'a> {
    books: &'a Books,
    statement: &'a Statement<'a>,
}

impl Expecting<'_> {
    fn movement(
        &self,
        account: &BankAccountCode,
        kind: StatementOutcome,
        amount: Money,
        date: Date,
    ) -> Movement {
        Movement {
            account: account.clone(),
            kind,
            amount,
            date,
            at: self.statement.at,
            batch: None,
            reference: None,
            cleared: None,
            reversed: None,
        }
    }

    fn of_fund(
        &self,
        fund: &FundCode,
        kind: StatementOutcome,
        amount: Option<Money>,
        date: Date,
        role: &str,
    ) -> Option<Keyed> {
        let account = self.books.funds.account_of(fund)?;
        Some((act_key(role, self.statement.id), self.movement(account, kind, amount?, date)))
    }

    fn of_payments(&self) -> Vec<Keyed> {
        let body = self.statement.body();
        if let Body::PaymentFileReleased(b) = body {
            let debit = b.total_fen.checked_neg().unwrap_or_default();
            let debit = self.movement(&b.account, StatementOutcome::BatchDebit, debit, b.date);
            vec![(debit_key(&b.batch), Movement { batch: Some(b.batch.clone()), ..debit })]
        } else if let Body::ResponseImported(b) = body {
            let answers = self.statement.lines.iter().filter_map(Line::as_response);
            let failed = answers.filter(|line| line.outcome == Outcome::Failed);
            let failed = Money::total(failed.map(|line| line.amount_fen)).unwrap_or_default();
            self.failures(&b.batch, failed, b.booked).into_iter().collect()
        } else if let Body::ReturnsImported(b) = body {
            let lines = self.statement.lines.iter().filter_map(Line::as_return);
            let lines = lines.filter(|line| line.outcome == ReturnOutcome::Returned);
            let references = lines.filter_map(|line| line.reference.as_ref());
            references.filter_map(|r| self.returned(r, &b.account, b.booked)).collect()
        } else if let Body::RecoveryReceived(b) = body {
            self.recovered(b).into_iter().collect()
        } else if let Body::ExceptionResolved(b) = body {
            self.decided(b).into_iter().collect()
        } else {
            Vec::new()
        }
    }

    /// The lump credit 代发失败退回 for a batch's failed payments.
    fn failures(&self, batch: &BatchCode, amount: Money, date: Date) -> Option<Keyed> {
        let released = self.books.payments.batches.get(batch)?.released.as_ref()?;
        let kind = StatementOutcome::FailureCredit;
        let credit = self.movement(&released.account, kind, amount, date);
        let credit = Movement { batch: Some(batch.clone()), ..credit };
        Some((act_key("failures", self.statement.id), credit))
    }

    /// The single credit of a returned payment.
    fn returned(
        &self,
        reference: &PaymentRef,
        account: &BankAccountCode,
        date: Date,
    ) -> Option<Keyed> {
        let (_, payment) = self.books.payments.find(reference)?;
        let credit = self.movement(account, StatementOutcome::ReturnCredit, payment.amount, date);
        let credit = Movement { reference: Some(reference.clone()), ..credit };
        Some((return_key(reference), credit))
    }

    fn recovered(&self, received: &RecoveryReceived) -> Option<Keyed> {
        let order = self.books.payments.recoveries.get(&received.order)?;
        let reference = &order.ordered.reference;
        let released = self.books.payments.find(reference)?.0.released.as_ref()?;
        let kind = StatementOutcome::RecoveryCredit;
        let credit = self.movement(&released.account, kind, received.amount_fen, received.date);
        let credit = Movement { reference: Some(reference.clone()), ..credit };
        Some((act_key("in", self.statement.id), credit))
    }

    fn decided(&self, resolved: &ExceptionResolved) -> Option<Keyed> {
        let reference = resolved.reference.as_ref()?;
        let (batch, payment) = self.books.payments.find(reference)?;
        let released = batch.released.as_ref()?;
        match resolved.decision {
            Decision::Returned => self.returned(reference, &released.account, resolved.booked),
            Decision::Failed => self.failures(reference.batch(), payment.amount, resolved.booked),
            Decision::Settled | Decision::Cleared | Decision::NoEffect => None,
        }
    }
}
