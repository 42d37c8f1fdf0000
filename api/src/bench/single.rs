//! The single acts of a month in the invented county: account changes, deaths, applications, adjustments;
//! as many as keep the share of acts among the entries.

use ledger::act::Body;
use ledger::act::cases::{
    AdjustmentConfirmed, ApplicationConfirmed, ApplicationFiled, ApplicationNoticed,
    ApplicationReviewed, ApplicationSurveyJoined, ApplicationSurveyed, EntitlementAdjusted,
    EntitlementStopped,
};
use ledger::act::offices::Role;
use ledger::act::people::{AccountChangeApproved, AccountChanged, NewAccount, PersonDied};
use ledger::ids::{AccountId, ApplicationId};
use ledger::period::Period;

use super::county::{Stop, Story};
use super::month::{Failed, day};
use super::payees::{Payee, SCHEMES, amount_below, code, part};

/// Acts of a month that the batches, the money and the close make by themselves, about.
const FIXED: usize = 60;

/// How many single acts a month has, and how they are divided.
pub(super) struct Plan {
    changes: usize,
    /// Deaths, and as many applications by new households.
    deaths: usize,
    adjustments: usize,
}

impl Plan {
    /// For the payees of now: two lines each, and the share of acts that was asked for.
    pub(super) fn of(story: &Story<'_>) -> Plan {
        let lines = 2 * story.payees.iter().filter(|payee| payee.is_live).count();
        let share = story.size.acts_per_mille.min(900);
        let singles = (lines * share / (1_000 - share)).saturating_sub(FIXED).max(16);
        // A change is two acts, a death two, an application six, an adjustment two.
        // Two in a hundred payments fail, and at most half of these need another account.
        let (changes, deaths) = ((singles / 4).min(lines / 200).max(1), (singles / 32).max(1));
        let adjustments = singles.saturating_sub(2 * changes + 8 * deaths) / 2;
        Plan { changes, deaths, adjustments }
    }

    /// True if one more failed payment may be of the kind that needs another account.
    pub(super) fn takes_a_change(&mut self) -> bool {
        let takes = self.changes > 0;
        self.changes = self.changes.saturating_sub(1);
        takes
    }
}

/// An account change with its approval for every failed payment that needs one.
pub(super) fn change_accounts(story: &mut Story<'_>, failed: &mut [Failed]) -> Result<(), Stop> {
    for failed in failed.iter_mut().filter(|failed| failed.needs_change) {
        let account = AccountId::from_bytes(story.draw.id());
        let (evidence, number_commit) = (story.draw.digest(), story.draw.commitment());
        let Some(payee) = story.payees.get_mut(failed.payee) else { continue };
        let (person, old) = (payee.person, payee.account);
        payee.account = account;
        let new =
            NewAccount { account, bank: "青禾农村商业银行".to_owned(), number_commit };
        let reason = "原账户已销户".to_owned();
        let changed = AccountChanged { evidence, new, old: Some(old), person, reason };
        let change = story.state(Role::Registrar, Body::AccountChanged(changed))?;
        let approved = AccountChangeApproved { change };
        story.state(Role::AccountApprover, Body::AccountChangeApproved(approved))?;
        failed.change = Some(change);
    }
    Ok(())
}

/// Adjustments, applications and deaths of a month.
pub(super) fn others(story: &mut Story<'_>, period: Period, plan: &Plan) -> Result<(), Stop> {
    story.cast.day = day(period, 22);
    adjustments(story, period, plan.adjustments)?;
    applications(story, period, plan.deaths)?;
    story.cast.day = day(period, 25);
    deaths(story, period, plan.deaths)
}

/// A live payee of a scheme, or of any.
fn somebody(story: &mut Story<'_>, scheme: Option<usize>) -> Option<usize> {
    for _ in 0..200 {
        let place = story.draw.below(story.payees.len());
        let fits = |payee: &Payee| payee.is_live && scheme.is_none_or(|s| payee.scheme == s);
        if story.payees.get(place).is_some_and(fits) {
            return Some(place);
        }
    }
    None
}

fn adjustments(story: &mut Story<'_>, period: Period, count: usize) -> Result<(), Stop> {
    let standard = SCHEMES.first().map_or(1, |scheme| scheme.fen);
    for _ in 0..count {
        let Some(place) = somebody(story, Some(0)) else { return Ok(()) };
        let fen = amount_below(&mut story.draw, standard);
        let evidence = story.draw.digest();
        let Some(payee) = story.payees.get_mut(place) else { continue };
        payee.fen = fen;
        let adjusted = EntitlementAdjusted {
            entitlement: payee.entitlement,
            evidence,
            from: period.next(),
            parts: vec![part(fen)],
            reason: "家庭收入变化".to_owned(),
        };
        let adjustment = story.state(Role::Registrar, Body::EntitlementAdjusted(adjusted))?;
        let confirmed = AdjustmentConfirmed { adjustment };
        story.state(Role::CountyConfirmer, Body::AdjustmentConfirmed(confirmed))?;
    }
    Ok(())
}

/// New households register and go the whole way from application to entitlement.
fn applications(story: &mut Story<'_>, period: Period, count: usize) -> Result<(), Stop> {
    let mut new = Vec::with_capacity(count);
    for _ in 0..count {
        let scheme = Payee::any_scheme(&mut story.draw);
        new.push(Payee::new(&mut story.draw, scheme));
    }
    if new.is_empty() {
        return Ok(());
    }
    story.register(&new)?;
    for payee in &new {
        apply(story, period, payee)?;
    }
    story.payees.append(&mut new);
    Ok(())
}

fn apply(story: &mut Story<'_>, period: Period, payee: &Payee) -> Result<(), Stop> {
    let application = ApplicationId::from_bytes(story.draw.id());
    let filed = ApplicationFiled {
        application,
        category: "一类".to_owned(),
        cause: None,
        filed: day(period, 4),
        household: payee.household,
        payee: payee.person,
        persons: vec![payee.person],
        scheme: code(SCHEMES.get(payee.scheme).map_or("DB-R", |scheme| scheme.code)),
    };
    story.state(Role::Registrar, Body::ApplicationFiled(filed))?;
    let surveyed = ApplicationSurveyed {
        application,
        evidence: story.draw.digest(),
        parts: vec![part(payee.fen)],
        surveyed: day(period, 6),
    };
    let survey = story.state(Role::Surveyor, Body::ApplicationSurveyed(surveyed))?;
    let joined = ApplicationSurveyJoined { application, survey };
    story.state(Role::Surveyor, Body::ApplicationSurveyJoined(joined))?;
    let noticed = ApplicationNoticed {
        application,
        ends: day(period, 14),
        objections: 0,
        photo: story.draw.digest(),
        place: "村务公开栏".to_owned(),
        starts: day(period, 7),
        survey,
    };
    story.state(Role::Registrar, Body::ApplicationNoticed(noticed))?;
    let reviewed = ApplicationReviewed { application, survey };
    story.state(Role::TownReviewer, Body::ApplicationReviewed(reviewed))?;
    let confirmed = ApplicationConfirmed {
        application,
        confirmed: day(period, 22),
        entitlement: payee.entitlement,
        from: period.next(),
        last: None,
        survey,
    };
    story.state(Role::CountyConfirmer, Body::ApplicationConfirmed(confirmed))?;
    Ok(())
}

fn deaths(story: &mut Story<'_>, period: Period, count: usize) -> Result<(), Stop> {
    for _ in 0..count {
        let Some(place) = somebody(story, None) else { return Ok(()) };
        let (evidence, proof) = (story.draw.digest(), story.draw.digest());
        let Some(payee) = story.payees.get_mut(place) else { continue };
        payee.is_live = false;
        let (person, entitlement) = (payee.person, payee.entitlement);
        let died = PersonDied { date: day(period, 24), evidence, person };
        story.state(Role::Registrar, Body::PersonDied(died))?;
        let reason = "死亡".to_owned();
        let stopped = EntitlementStopped { entitlement, evidence: proof, last: period, reason };
        story.state(Role::CountyConfirmer, Body::EntitlementStopped(stopped))?;
    }
    Ok(())
}
