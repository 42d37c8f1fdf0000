//! Who did what in which case: the memory that segregation of duties 不相容岗位分离 is judged by.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use crate::act::Body;
use crate::act::payments::ClearingUndone;
use crate::ids::{ActId, AdvanceId, ApplicationId, BatchCode, ClaimId, FlagId, OfficerId};
use crate::line::Line;
use crate::period::Period;
use crate::words::words;

use super::bank::Waiting;
use super::doubts::Doubt;
use super::{Books, Statement};

/// A case: within it, one person does one thing.
#[derive(
    Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
pub enum Case {
    /// An application.
    Application(ApplicationId),
    /// A list of entitlements brought in, an adjustment, an account change, a money entry, a recovery.
    Act(ActId),
    /// A payment batch, from roster to reconciliation.
    Batch(BatchCode),
    /// An advance.
    Advance(AdvanceId),
    /// An insurance claim.
    Claim(ClaimId),
    /// A suspicion.
    Flag(FlagId),
    /// A month: reconciling and closing.
    Month(Period),
}

impl fmt::Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Case::Application(id) => write!(f, "申请{id}"),
            Case::Act(id) => write!(f, "动作{id}"),
            Case::Batch(batch) => write!(f, "批次{batch}"),
            Case::Advance(id) => write!(f, "先行救助{id}"),
            Case::Claim(id) => write!(f, "理赔{id}"),
            Case::Flag(id) => write!(f, "疑点{id}"),
            Case::Month(period) => write!(f, "{period}月"),
        }
    }
}

words! {
    /// What a person does in a case.
    Stage {
        /// Makes: draws, proposes, records.
        Maker = "maker", "经办";
        /// Visits as the first surveyor.
        Surveyor = "surveyor", "调查人";
        /// Visits as another surveyor.
        JoinedSurveyor = "joined_surveyor", "共同调查人";
        /// Records a step that the village or an acceptance commission took.
        Witness = "witness", "环节经办人";
        /// Reviews for the town.
        TownReviewer = "town_reviewer", "镇审核人";
        /// Checks.
        Checker = "checker", "复核人";
        /// Reviews for the finance bureau.
        FinanceReviewer = "finance_reviewer", "财政审核人";
        /// Approves or confirms.
        Approver = "approver", "批准人";
        /// Releases the payment file.
        Payer = "payer", "支付人";
        /// Imports the bank's answers.
        Reconciler = "reconciler", "对账人";
        /// Decides exceptions.
        Decider = "decider", "存疑处理人";
        /// Draws the reissue that rests on an account change.
        ReissueMaker = "reissue_maker", "补发造册人";
        /// Closes the month.
        Closer = "closer", "结账人";
    }
}

/// All cases with the persons and what each did first.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Duties {
    cases: BTreeMap<Case, BTreeMap<OfficerId, Stage>>,
}

impl Duties {
    /// What a person did in a case, if anything.
    #[must_use]
    pub fn held(&self, case: &Case, officer: OfficerId) -> Option<Stage> {
        self.cases.get(case)?.get(&officer).copied()
    }

    /// The persons of a case.
    pub fn of(&self, case: &Case) -> impl Iterator<Item = (OfficerId, Stage)> {
        self.cases.get(case).into_iter().flatten().map(|(officer, stage)| (*officer, *stage))
    }

    pub(super) fn take(&mut self, case: Case, officer: OfficerId, stage: Stage) {
        self.cases.entry(case).or_default().entry(officer).or_insert(stage);
    }
}

/// The stages that an act is, in each case that it belongs to. Acts that are no one's check are absent.
#[must_use]
#[rustfmt::skip]
pub fn of(books: &Books, statement: &Statement<'_>) -> Vec<(Case, Stage)> {
    let one = |case, stage| vec![(case, stage)];
    let of_application = |id, stage| one(Case::Application(id), stage);
    match statement.body() {
        Body::ApplicationSurveyed(b) => of_application(b.application, Stage::Surveyor),
        Body::ApplicationSurveyJoined(b) => of_application(b.application, Stage::JoinedSurveyor),
        Body::ApplicationStepPassed(b) => of_application(b.application, Stage::Witness),
        Body::ApplicationReviewed(b) => of_application(b.application, Stage::TownReviewer),
        Body::ApplicationConfirmed(b) => of_application(b.application, Stage::Approver),
        Body::AccountChanged(_) | Body::EntitlementsBroughtIn(_) | Body::EntitlementAdjusted(_)
        | Body::EntitlementsAdjusted(_)
        | Body::FundAllotted(_) | Body::FundReleased(_) | Body::FundContributed(_) | Body::FundMoved(_)
        | Body::FundReturned(_) | Body::GoodsReceived(_) | Body::GoodsHandedOut(_)
        | Body::StageAccepted(_) | Body::OrganisationRegistered(_)
        | Body::RecoveryOrdered(_) => one(Case::Act(statement.id), Stage::Maker),
        Body::AccountChangeApproved(b) => one(Case::Act(b.change), Stage::Approver),
        Body::EntitlementsConfirmed(b) => one(Case::Act(b.brought_in), Stage::Approver),
        Body::AdjustmentListConfirmed(b) => one(Case::Act(b.adjustments), Stage::Approver),
        Body::AdjustmentConfirmed(b) => one(Case::Act(b.adjustment), Stage::Approver),
        Body::StageConfirmed(b) => one(Case::Act(b.acceptance), Stage::Approver),
        Body::FlagChecked(b) => one(Case::Flag(b.flag), Stage::Checker),
        Body::FlagDecided(b) => one(Case::Flag(b.flag), Stage::Approver),
        Body::EntryReversed(b) => one(Case::Act(b.act), Stage::Approver),
        Body::AdvancePaid(b) => one(Case::Advance(b.advance), Stage::Maker),
        Body::AdvanceRegularised(b) => one(Case::Advance(b.advance), Stage::Approver),
        Body::ClaimAssessed(b) => one(Case::Claim(b.claim), Stage::Surveyor),
        Body::ClaimNoticed(b) => one(Case::Claim(b.claim), Stage::Maker),
        Body::ClaimSettled(b) => one(Case::Claim(b.claim), Stage::Maker),
        Body::ActsReconfirmed(b) => stood_in(books, statement.officer, &b.acts),
        Body::RosterDrawn(_) | Body::RosterChecked(_) | Body::RosterFinanceReviewed(_) | Body::RosterApproved(_)
        | Body::PaymentFileReleased(_) | Body::ResponseImported(_) | Body::ReturnsImported(_)
        | Body::ExceptionResolved(_) | Body::ClearingUndone(_) | Body::StatementImported(_)
        | Body::RecoveryReceived(_) | Body::MonthClosed(_) => payment_duties(books, statement),
        Body::Founded(_) | Body::UnitRegistered(_) | Body::OfficerAppointed(_) | Body::OfficerDismissed(_)
        | Body::KeyEnrolled(_) | Body::KeyRevoked(_) | Body::KeyRotated(_) | Body::ActsDisowned(_)
        | Body::LogKeyAnnounced(_) | Body::LogKeyRetired(_) | Body::CalendarPublished(_) | Body::IndexPublished(_)
        | Body::SchemeSet(_) | Body::StandardSet(_) | Body::ExclusionSet(_) | Body::StandardFloorSet(_)
        | Body::RepeatAllowed(_) | Body::WatchBegun(_) | Body::WatchGraded(_) | Body::WatchEnded(_)
        | Body::BankAccountOpened(_) | Body::FundOpened(_) | Body::OrganisationClosed(_)
        | Body::PayeeAuthorised(_) | Body::PersonFound(_) | Body::PersonSettled(_) | Body::PersonIdentified(_)
        | Body::AlertRuleSet(_) | Body::MedicalListed(_) | Body::AlertAnswered(_) | Body::FlagRaised(_)
        | Body::FlagHandedOver(_) | Body::FlagRemedied(_) | Body::PeopleRegistered(_) | Body::PersonDied(_)
        | Body::ApplicationFiled(_) | Body::ApplicationNoticed(_) | Body::ApplicationDeclined(_)
        | Body::AdjustmentListWithdrawn(_)
        | Body::EntitlementStopped(_) | Body::InsuranceOpened(_) | Body::InsuranceListed(_) | Body::LoansListed(_)
        | Body::ClaimFiled(_) | Body::ClaimDeclined(_) | Body::RosterWithdrawn(_) | Body::BulletinIssued(_)
        | Body::HandoverOffered(_) | Body::HandoverAccepted(_) => Vec::new(),
    }
}

/// Who reconfirms an act of a person who is gone does what that person did, in the same case.
fn stood_in(books: &Books, officer: OfficerId, acts: &[ActId]) -> Vec<(Case, Stage)> {
    let doubts = acts.iter().filter_map(|act| books.doubts.of(act));
    let of_others = doubts.filter(|doubt| doubt.officer != officer);
    let cases = of_others.flat_map(|doubt| {
        let changes = behind_the_roster(books, doubt);
        doubt.act.cases.iter().cloned().chain(of_changes(changes))
    });
    cases.collect()
}

/// Who changed a payee's account, or approved the change, does not draw the roster that pays into it.
fn of_changes(changes: BTreeSet<ActId>) -> impl Iterator<Item = (Case, Stage)> {
    changes.into_iter().map(|change| (Case::Act(change), Stage::ReissueMaker))
}

/// The account changes behind the lines of a roster whose drawing is in doubt.
fn behind_the_roster(books: &Books, doubt: &Doubt) -> BTreeSet<ActId> {
    let drawn = doubt.act.cases.iter().filter_map(|(case, stage)| {
        if let (Case::Batch(code), Stage::Maker) = (case, stage) { Some(code) } else { None }
    });
    let payments = drawn.flat_map(|code| books.payments.references(code));
    let change = |account| books.people.change_of.get(&account).copied();
    payments.filter_map(|(_, payment)| change(payment.account)).collect()
}

/// The cases of an act that are kept with it, so that it can fall into doubt: the changes behind a roster are not among
/// them, for its lines say them again.
pub(super) fn kept(body: &Body, mut cases: Vec<(Case, Stage)>) -> Vec<(Case, Stage)> {
    if let Body::RosterDrawn(_) = body {
        cases.retain(|(case, _)| matches!(case, Case::Batch(_)));
    }
    cases.shrink_to_fit();
    cases
}

/// Taking back a tick of a batch's money is deciding about that batch, and about the months of the row and of the decision.
fn taken_back(books: &Books, undone: &ClearingUndone) -> Vec<(Case, Stage)> {
    let mut rows = books.bank.statements.values().flat_map(|known| &known.rows);
    let row = rows.find(|row| row.at == undone.entry);
    let key = row.and_then(|row| row.movement.as_ref());
    let movement = key.and_then(|key| books.bank.movements.get(key));
    let batch = movement.and_then(|movement| movement.of_batch().cloned());
    let booked = std::iter::once(undone.booked.period());
    let months: BTreeSet<_> = booked.chain(row.map(|row| row.date.period())).collect();
    let cases = months.into_iter().map(Case::Month).chain(batch.map(Case::Batch));
    cases.map(|case| (case, Stage::Decider)).collect()
}

fn payment_duties(books: &Books, statement: &Statement<'_>) -> Vec<(Case, Stage)> {
    if let Body::RosterDrawn(b) = statement.body() {
        let lines = statement.lines.iter().filter_map(Line::as_roster);
        let changes =
            lines.filter_map(|line| books.people.change_of.get(&line.account).copied()).collect();
        std::iter::once((Case::Batch(b.batch.clone()), Stage::Maker))
            .chain(of_changes(changes))
            .collect()
    } else if let Body::RosterChecked(b) = statement.body() {
        vec![(Case::Batch(b.batch.clone()), Stage::Checker)]
    } else if let Body::RosterFinanceReviewed(b) = statement.body() {
        vec![(Case::Batch(b.batch.clone()), Stage::FinanceReviewer)]
    } else if let Body::RosterApproved(b) = statement.body() {
        vec![(Case::Batch(b.batch.clone()), Stage::Approver)]
    } else if let Body::PaymentFileReleased(b) = statement.body() {
        vec![(Case::Batch(b.batch.clone()), Stage::Payer)]
    } else if let Body::ResponseImported(b) = statement.body() {
        vec![(Case::Batch(b.batch.clone()), Stage::Reconciler)]
    } else if let Body::ReturnsImported(_) = statement.body() {
        let lines = statement.lines.iter().filter_map(Line::as_return);
        let batches = lines.filter_map(|line| line.reference.as_ref().map(|r| r.batch().clone()));
        batches.map(|batch| (Case::Batch(batch), Stage::Reconciler)).collect()
    } else if let Body::ExceptionResolved(b) = statement.body() {
        let case = match books.bank.exceptions.get(&b.entry).map(|exception| &exception.waiting) {
            Some(Waiting::Response { batch, .. }) => Some(Case::Batch(batch.clone())),
            Some(Waiting::Return { .. }) => {
                b.reference.as_ref().map(|reference| Case::Batch(reference.batch().clone()))
            }
            Some(Waiting::Statement { .. }) => Some(Case::Month(b.booked.period())),
            None => None,
        };
        case.map(|case| (case, Stage::Decider)).into_iter().collect()
    } else if let Body::ClearingUndone(b) = statement.body() {
        taken_back(books, b)
    } else if let Body::StatementImported(b) = statement.body() {
        // Ticking off a batch's money is reconciling that batch.
        let lines = statement.lines.iter().filter_map(Line::as_statement);
        let keys = lines.filter_map(|line| line.movement.as_ref());
        let movements = keys.filter_map(|key| books.bank.movements.get(key));
        let batches: BTreeSet<BatchCode> =
            movements.filter_map(|m| m.of_batch().cloned()).collect();
        let batches = batches.into_iter().map(|batch| (Case::Batch(batch), Stage::Reconciler));
        std::iter::once((Case::Month(b.until.period()), Stage::Reconciler)).chain(batches).collect()
    } else if let Body::RecoveryReceived(b) = statement.body() {
        // The receipt of a recovery is itself an entry that another person may reverse.
        let own = Case::Act(statement.id);
        vec![(Case::Act(b.order), Stage::Reconciler), (own, Stage::Maker)]
    } else if let Body::MonthClosed(b) = statement.body() {
        vec![(Case::Month(b.period), Stage::Closer)]
    } else {
        Vec::new()
    }
}
