//! A second set of books, kept from the statements alone in plain whole numbers: flows by account and month, payments,
//! and who did what.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "a second look names what it looks at; the first one, in the product, lists everything"
)]

use std::collections::{BTreeMap, BTreeSet};

use ledger::act::Body;
use ledger::act::payments::Decision;
use ledger::answer::{Outcome, ReturnOutcome};
use ledger::books::payments::PaymentState;
use ledger::books::{Books, Statement};
use ledger::ids::{ActId, BankAccountCode, BatchCode, FundCode, OfficerId, PaymentRef};
use ledger::line::Line;
use ledger::period::{Date, Period};

/// What moved on one programme account in one month, in fen.
#[derive(Clone, Copy, Debug, Default)]
pub struct Flows {
    pub received: i64,
    pub moved: i64,
    pub advanced: i64,
    pub submitted: i64,
    pub settled: i64,
    pub failed: i64,
    pub returned: i64,
    pub recovered: i64,
}

impl Flows {
    pub fn net(&self) -> i64 {
        self.received + self.moved - self.advanced - self.submitted
            + self.failed
            + self.returned
            + self.recovered
    }
}

#[derive(Clone, Debug)]
pub struct Paid {
    pub amount: i64,
    pub state: PaymentState,
    pub recovered: i64,
    pub withdrawn: bool,
    account: Option<BankAccountCode>,
}

/// What an act moved, so that its reversal can be told.
type Undo = Vec<(BankAccountCode, fn(&mut Flows) -> &mut i64, i64)>;

#[derive(Default)]
pub struct Model {
    pub flows: BTreeMap<(BankAccountCode, Period), Flows>,
    pub payments: BTreeMap<PaymentRef, Paid>,
    undo: BTreeMap<ActId, (Undo, Option<(PaymentRef, i64)>)>,
    orders: BTreeMap<ActId, PaymentRef>,
    /// Persons by case and stage; between stages of one case none may be the same.
    persons: BTreeMap<(String, &'static str), BTreeSet<OfficerId>>,
}

impl Model {
    pub fn take(&mut self, books: &Books, statement: &Statement<'_>) -> Result<(), String> {
        self.money(books, statement);
        self.banking(statement)?;
        self.duties(statement)
    }

    fn flow(&mut self, account: &BankAccountCode, date: Date) -> &mut Flows {
        self.flows.entry((account.clone(), date.period())).or_default()
    }

    fn post(&mut self, id: ActId, date: Date, undo: Undo) {
        for (account, flow, fen) in &undo {
            *flow(self.flow(account, date)) += fen;
        }
        self.undo.insert(id, (undo, None));
    }

    fn money(&mut self, books: &Books, statement: &Statement<'_>) {
        let account = |fund: &FundCode| books.funds.account_of(fund).unwrap().clone();
        let id = statement.id;
        match statement.body() {
            Body::FundReleased(b) => {
                let moves: Undo = vec![(account(&b.fund), |f| &mut f.received, b.amount_fen.fen())];
                self.post(id, b.date, moves);
            }
            Body::FundContributed(b) => {
                let moves: Undo = vec![(account(&b.fund), |f| &mut f.received, b.amount_fen.fen())];
                self.post(id, b.date, moves);
            }
            Body::FundMoved(b) => {
                let fen = b.amount_fen.fen();
                let out: (_, fn(&mut Flows) -> &mut i64, _) =
                    (account(&b.from), |f| &mut f.moved, -fen);
                self.post(id, b.date, vec![out, (account(&b.to), |f| &mut f.moved, fen)]);
            }
            Body::FundReturned(b) => {
                let moves: Undo = vec![(account(&b.fund), |f| &mut f.moved, -b.amount_fen.fen())];
                self.post(id, b.date, moves);
            }
            Body::AdvancePaid(b) => {
                self.flow(&account(&b.fund), b.date).advanced += b.amount_fen.fen();
            }
            Body::RecoveryOrdered(b) => drop(self.orders.insert(id, b.reference.clone())),
            Body::RecoveryReceived(b) => {
                let reference = self.orders[&b.order].clone();
                let fen = b.amount_fen.fen();
                let paid = self.payments.get_mut(&reference).unwrap();
                paid.recovered += fen;
                let moves: Undo = vec![(paid.account.clone().unwrap(), |f| &mut f.recovered, fen)];
                self.post(id, b.date, moves);
                self.undo.get_mut(&id).unwrap().1 = Some((reference, fen));
            }
            Body::EntryReversed(b) => {
                // An allotment moves no money.
                let Some((moves, recovered)) = self.undo.remove(&b.act) else { return };
                for (account, flow, fen) in moves {
                    *flow(self.flow(&account, b.date)) -= fen;
                }
                if let Some((reference, fen)) = recovered {
                    self.payments.get_mut(&reference).unwrap().recovered -= fen;
                }
            }
            _ => {}
        }
    }

    fn of_batch(&mut self, batch: &BatchCode) -> impl Iterator<Item = &mut Paid> {
        let payments = self.payments.iter_mut();
        payments.filter(move |(reference, _)| reference.batch() == batch).map(|(_, paid)| paid)
    }

    fn banking(&mut self, statement: &Statement<'_>) -> Result<(), String> {
        match statement.body() {
            Body::RosterDrawn(b) => {
                for (n, line) in (1..).zip(statement.lines) {
                    let Line::Roster(line) = line else { continue };
                    let paid = Paid {
                        amount: line.amount_fen.fen(),
                        state: PaymentState::Drawn,
                        recovered: 0,
                        withdrawn: false,
                        account: None,
                    };
                    self.payments.insert(PaymentRef::new(b.batch.clone(), n).unwrap(), paid);
                }
            }
            Body::RosterWithdrawn(b) => {
                self.of_batch(&b.batch).for_each(|paid| paid.withdrawn = true);
            }
            Body::PaymentFileReleased(b) => {
                for paid in self.of_batch(&b.batch) {
                    paid.state = PaymentState::Instructed;
                    paid.account = Some(b.account.clone());
                }
                self.flow(&b.account, b.date).submitted += b.total_fen.fen();
            }
            Body::ResponseImported(b) => {
                for line in statement.lines.iter().filter_map(Line::as_response) {
                    let Some(reference) = &line.reference else { continue };
                    let state = match line.outcome {
                        Outcome::Settled => PaymentState::Settled,
                        Outcome::Failed => PaymentState::Failed,
                        _ => continue,
                    };
                    self.is_whole(reference, line.amount_fen.fen())?;
                    self.answer(reference, state, b.booked);
                }
            }
            Body::ReturnsImported(b) => {
                for line in statement.lines.iter().filter_map(Line::as_return) {
                    if let (ReturnOutcome::Returned, Some(reference)) =
                        (line.outcome, &line.reference)
                    {
                        self.is_whole(reference, line.amount_fen.fen())?;
                        self.answer(reference, PaymentState::Returned, b.booked);
                    }
                }
            }
            Body::ExceptionResolved(b) => {
                let Some(reference) = &b.reference else { return Ok(()) };
                match b.decision {
                    Decision::Settled => self.answer(reference, PaymentState::Settled, b.booked),
                    Decision::Failed => self.answer(reference, PaymentState::Failed, b.booked),
                    Decision::Returned => self.answer(reference, PaymentState::Returned, b.booked),
                    Decision::Cleared | Decision::NoEffect => {}
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// What the bank says of a payment is about the whole of it.
    fn is_whole(&self, reference: &PaymentRef, fen: i64) -> Result<(), String> {
        let sent = self.payments[reference].amount;
        if sent == fen { Ok(()) } else { Err(format!("{reference} of {sent} is final with {fen}")) }
    }

    fn answer(&mut self, reference: &PaymentRef, state: PaymentState, booked: Date) {
        let paid = self.payments.get_mut(reference).unwrap();
        paid.state = state;
        let (account, fen) = (paid.account.clone().unwrap(), paid.amount);
        let flows = self.flow(&account, booked);
        match state {
            PaymentState::Settled => flows.settled += fen,
            PaymentState::Failed => flows.failed += fen,
            PaymentState::Returned => flows.returned += fen,
            PaymentState::Drawn | PaymentState::Instructed => {}
        }
    }

    /// The table of incompatible posts 不相容岗位, written down a second time.
    fn duties(&mut self, statement: &Statement<'_>) -> Result<(), String> {
        let own = statement.id.to_string();
        let stages: Vec<(String, &'static str)> = match statement.body() {
            Body::RosterDrawn(b) => vec![(b.batch.to_string(), "draws")],
            Body::RosterChecked(b) => vec![(b.batch.to_string(), "checks")],
            Body::RosterFinanceReviewed(b) => vec![(b.batch.to_string(), "reviews")],
            Body::RosterApproved(b) => vec![(b.batch.to_string(), "approves")],
            Body::PaymentFileReleased(b) => vec![(b.batch.to_string(), "releases")],
            Body::ResponseImported(b) => vec![(b.batch.to_string(), "reconciles")],
            Body::ApplicationSurveyed(b) => vec![(b.application.to_string(), "surveys")],
            Body::ApplicationSurveyJoined(b) => vec![(b.application.to_string(), "joins")],
            Body::ApplicationReviewed(b) => vec![(b.application.to_string(), "reviews")],
            Body::ApplicationConfirmed(b) => vec![(b.application.to_string(), "confirms")],
            Body::AccountChanged(_)
            | Body::EntitlementsBroughtIn(_)
            | Body::EntitlementAdjusted(_)
            | Body::EntitlementsAdjusted(_)
            | Body::FundAllotted(_)
            | Body::FundReleased(_)
            | Body::FundContributed(_)
            | Body::FundMoved(_)
            | Body::FundReturned(_)
            | Body::GoodsReceived(_)
            | Body::GoodsHandedOut(_)
            | Body::StageAccepted(_)
            | Body::RecoveryOrdered(_) => vec![(own, "makes")],
            Body::RecoveryReceived(b) => vec![(own, "makes"), (b.order.to_string(), "receives")],
            Body::AccountChangeApproved(b) => vec![(b.change.to_string(), "approves")],
            Body::EntitlementsConfirmed(b) => vec![(b.brought_in.to_string(), "approves")],
            Body::AdjustmentConfirmed(b) => vec![(b.adjustment.to_string(), "approves")],
            Body::AdjustmentListConfirmed(b) => vec![(b.adjustments.to_string(), "approves")],
            Body::StageConfirmed(b) => vec![(b.acceptance.to_string(), "approves")],
            Body::FlagChecked(b) => vec![(b.flag.to_string(), "reports")],
            Body::FlagDecided(b) => vec![(b.flag.to_string(), "decides")],
            Body::EntryReversed(b) => vec![(b.act.to_string(), "reverses")],
            Body::AdvancePaid(b) => vec![(b.advance.to_string(), "pays")],
            Body::AdvanceRegularised(b) => vec![(b.advance.to_string(), "regularises")],
            Body::ClaimAssessed(b) => vec![(b.claim.to_string(), "assesses")],
            Body::ClaimSettled(b) => vec![(b.claim.to_string(), "settles")],
            Body::StatementImported(b) => vec![(b.until.period().to_string(), "reconciles")],
            Body::MonthClosed(b) => vec![(b.period.to_string(), "closes")],
            _ => Vec::new(),
        };
        for (case, stage) in stages {
            let stages = self.persons.range((case.clone(), "")..);
            let others = stages.take_while(|((known, _), _)| *known == case);
            let held = others.filter(|((_, held), _)| *held != stage);
            for ((_, held), persons) in held {
                if persons.contains(&statement.officer) {
                    return Err(format!("one person {held} and {stage} {case}"));
                }
            }
            self.persons.entry((case, stage)).or_default().insert(statement.officer);
        }
        Ok(())
    }
}
