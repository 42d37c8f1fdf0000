//! What is open in a unit: what somebody who leaves it hands over, and what somebody who comes finds.

use crate::act::funds::FundKind;
use crate::act::handing::MatterKind;
use crate::act::offices::Side;
use crate::books::Books;
use crate::books::bank::Waiting;
use crate::books::flags::{Flag, FlagStage};
use crate::books::offices::Unit;
use crate::books::payments::{Batch, BatchStage, PaymentState};
use crate::books::postings::Account;
use crate::ids::{BankAccountCode, HouseholdId, PersonId, SchemeCode, UnitCode};
use crate::line::MatterLine;
use crate::money::Money;

/// Everything that is open in a unit, by kind and then by id. A town answers for the households that live in it, any other
/// unit for its schemes and funds. An unknown unit has nothing.
#[must_use]
pub fn of_unit(books: &Books, unit: &UnitCode) -> Vec<MatterLine> {
    let Some(known) = books.offices.units.get(unit) else { return Vec::new() };
    let desk = Desk { books, unit, known };
    let mut matters = desk.floats();
    matters.extend(desk.applications());
    matters.extend(desk.batches());
    matters.extend(desk.exceptions());
    matters.extend(desk.payments());
    matters.extend(desk.claims());
    matters.extend(desk.proposals());
    matters.extend(desk.strangers());
    matters.extend(desk.recoveries());
    matters.extend(desk.alerts());
    matters.extend(desk.flags());
    matters.sort_by(|one, other| (one.kind, &one.matter).cmp(&(other.kind, &other.matter)));
    matters
}

struct Desk<'a> {
    books: &'a Books,
    unit: &'a UnitCode,
    known: &'a Unit,
}

fn matter(kind: MatterKind, matter: &impl ToString, amount_fen: Money) -> MatterLine {
    MatterLine { amount_fen, kind, matter: matter.to_string() }
}

impl Desk<'_> {
    /// True if the unit answers for a case of that scheme in that household.
    fn answers_for(&self, scheme: &SchemeCode, household: HouseholdId) -> bool {
        match &self.known.town {
            Some(town) => {
                let home = self.books.people.households.get(&household);
                home.and_then(|home| home.division.town()).as_ref() == Some(town)
            }
            None => self.has_scheme(scheme),
        }
    }

    fn has_scheme(&self, scheme: &SchemeCode) -> bool {
        self.books.policies.newest(scheme).is_some_and(|scheme| scheme.unit == *self.unit)
    }

    fn floats(&self) -> Vec<MatterLine> {
        let funds = self.books.funds.funds.values();
        let own = funds.filter(|fund| fund.kind == FundKind::Float && fund.unit == *self.unit);
        let mut matters = Vec::new();
        for fund in own {
            let account = Account::Bank(fund.account.clone(), fund.code.clone());
            let balance = self.books.postings.balance(&account);
            matters.push(matter(MatterKind::Float, &fund.code, balance));
            let advances = self.books.urgent.advances.values();
            let open = advances.filter(|a| a.paid.fund == fund.code && a.regularised.is_none());
            matters.extend(open.map(|advance| {
                let paid = &advance.paid;
                matter(MatterKind::Advance, &paid.advance, paid.amount_fen)
            }));
        }
        matters
    }

    fn applications(&self) -> Vec<MatterLine> {
        let all = self.books.cases.applications.iter();
        let open = all.filter(|(_, case)| {
            !case.ended && self.answers_for(&case.filed.scheme, case.filed.household)
        });
        open.map(|(id, _)| matter(MatterKind::Application, id, Money::ZERO)).collect()
    }

    fn has_batch(&self, batch: &Batch) -> bool {
        self.known.town.is_none() && self.has_scheme(&batch.scheme)
    }

    fn batches(&self) -> Vec<MatterLine> {
        let all = self.books.payments.batches.iter();
        let open = all.filter(|(_, batch)| {
            let is_through = batch.stage == BatchStage::Withdrawn || batch.unanswered() == 0;
            !is_through && self.has_batch(batch)
        });
        open.map(|(code, batch)| matter(MatterKind::Batch, code, batch.total)).collect()
    }

    fn has_account(&self, account: &BankAccountCode) -> bool {
        let mut funds = self.books.funds.funds.values();
        funds.any(|fund| fund.account == *account && fund.unit == *self.unit)
    }

    fn exceptions(&self) -> Vec<MatterLine> {
        let all = self.books.bank.exceptions.iter();
        let own = all.filter(|(_, exception)| {
            let of_batch = |code| self.books.payments.batches.get(code);
            match &exception.waiting {
                Waiting::Response { batch, .. } => {
                    of_batch(batch).is_some_and(|b| self.has_batch(b))
                }
                Waiting::Return { .. } => {
                    let batch = exception.reference.as_ref().and_then(|r| of_batch(r.batch()));
                    // What points at no payment is for every unit of the office: nobody else would see it.
                    let is_office = self.known.side == Side::Office;
                    batch.map_or(is_office, |batch| self.has_batch(batch))
                }
                Waiting::Statement { account } => self.has_account(account),
            }
        });
        let told =
            own.map(|(entry, exception)| matter(MatterKind::Exception, &entry.0, exception.amount));
        told.collect()
    }

    fn recoveries(&self) -> Vec<MatterLine> {
        let all = self.books.payments.recoveries.iter();
        let own = all.filter_map(|(act, recovery)| {
            let reference = &recovery.ordered.reference;
            let batch = self.books.payments.batches.get(reference.batch())?;
            // Once the bank returned the payment there is nothing to receive any more.
            let is_out = self.books.payments.state(reference) == Some(PaymentState::Settled);
            let left = recovery.ordered.amount_fen.checked_sub(recovery.received)?;
            let is_open = is_out && left.is_positive() && self.has_batch(batch);
            is_open.then(|| matter(MatterKind::Recovery, act, left))
        });
        own.collect()
    }

    fn payments(&self) -> Vec<MatterLine> {
        let all = self.books.payments.batches.iter().filter(|(_, batch)| self.has_batch(batch));
        let open = all.flat_map(|(code, _)| self.books.payments.to_reissue(code));
        let told = open
            .map(|(reference, payment)| matter(MatterKind::Payment, &reference, payment.amount));
        told.collect()
    }

    fn claims(&self) -> Vec<MatterLine> {
        let lives_here = |household| match &self.known.town {
            Some(town) => self.books.people.home_town(household).as_ref() == Some(town),
            None => self.known.side == Side::Office,
        };
        let all = self.books.urgent.claims.iter();
        let open = all.filter(|(_, c)| c.end.is_none() && lives_here(c.filed.household));
        let told = open.map(|(id, claim)| {
            let assessed = claim.assessed.as_ref().map(|(_, assessed)| assessed.amount_fen);
            matter(MatterKind::Claim, id, assessed.unwrap_or_default())
        });
        told.collect()
    }

    /// What the county confirms: of its schemes, and account changes of anybody.
    fn proposals(&self) -> Vec<MatterLine> {
        if self.known.side != Side::Office {
            return Vec::new();
        }
        let cases = &self.books.cases;
        let scheme_of = |id| cases.entitlements.get(id).map(|held| &held.scheme);
        let is_ours = |id| scheme_of(id).is_some_and(|scheme| self.has_scheme(scheme));
        let lists = cases.brought_in.iter();
        let lists = lists.filter(|(_, list)| !list.confirmed && self.has_scheme(&list.scheme));
        let adjustments = cases.adjustments.iter();
        let adjustments =
            adjustments.filter(|(_, (adjusted, done))| !done && is_ours(&adjusted.entitlement));
        let adjusted = cases.adjustment_lists.iter();
        let adjusted =
            adjusted.filter(|(_, list)| !list.confirmed && self.has_scheme(&list.scheme));
        let adjusted = adjusted.map(|(act, list)| {
            let total = Money::total(list.lines.iter().map(|line| line.amount_fen));
            matter(MatterKind::Proposal, act, total.unwrap_or_default())
        });
        let stages = cases.works.acceptances.iter();
        let stages = stages.filter(|(_, (accepted, done))| !done && is_ours(&accepted.entitlement));
        let changes = self.books.people.changes.iter().filter(|(_, change)| !change.approved);
        let acts = lists.map(|(act, _)| act).chain(adjustments.map(|(act, _)| act));
        let acts = acts.chain(stages.map(|(act, _)| act)).chain(changes.map(|(act, _)| act));
        let told = acts.map(|act| matter(MatterKind::Proposal, act, Money::ZERO));
        told.chain(adjusted).collect()
    }

    fn strangers(&self) -> Vec<MatterLine> {
        let Some(town) = &self.known.town else { return Vec::new() };
        let all = self.books.people.found.iter();
        let open = all.filter(|(person, found)| {
            found.settled.is_none() && self.books.people.town_of(**person).as_ref() == Some(town)
        });
        open.map(|(person, _)| matter(MatterKind::Stranger, person, Money::ZERO)).collect()
    }

    fn alerts(&self) -> Vec<MatterLine> {
        let Some(town) = &self.known.town else { return Vec::new() };
        let lives_here =
            |person: PersonId| self.books.people.town_of(person).as_ref() == Some(town);
        let all = self.books.medical.alerts.iter();
        let open = all.filter(|((_, person), a)| a.answered.is_none() && lives_here(*person));
        let told = open.map(|((year, person), alert)| {
            matter(MatterKind::Alert, &format!("{year}:{person}"), alert.spent)
        });
        told.collect()
    }

    /// Handed over to the unit and not reported on, or found true of it and not put right; of the supervisors, whatever is
    /// not decided.
    fn flags(&self) -> Vec<MatterLine> {
        let to_report = |flag: &Flag| {
            let is_ours = flag.handed_over().is_some_and(|handed| handed.to == *self.unit);
            is_ours && flag.check().is_none() && flag.decided.is_none()
        };
        let to_put_right =
            |flag: &Flag| flag.stage() == FlagStage::Upheld && flag.raised.unit == *self.unit;
        let to_decide = |flag: &Flag| flag.decided.is_none() && self.known.side == Side::Inspection;
        let all = self.books.flags.all.iter();
        let open = all.filter(|(_, flag)| to_report(flag) || to_put_right(flag) || to_decide(flag));
        open.map(|(id, flag)| matter(MatterKind::Flag, id, flag.raised.amount_fen)).collect()
    }
}
