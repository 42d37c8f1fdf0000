//! Everything that is under way, with the step that comes next and whose step it is.

use std::collections::BTreeSet;

use ledger::act::Body;
use ledger::act::cases::{
    AdjustmentConfirmed, AdjustmentListConfirmed, ApplicationSurveyJoined, EntitlementsConfirmed,
    StageConfirmed,
};
use ledger::act::offices::Role;
use ledger::act::people::AccountChangeApproved;
use ledger::act::policies::Step;
use ledger::books::Books;
use ledger::books::cases::{Application, BroughtIn};
use ledger::books::flags::FlagStage;
use ledger::books::people::Change;
use ledger::ids::{ActId, ApplicationId, HouseholdId, OfficerId, UnitCode};
use ledger::line::AdjustmentLine;

use super::claims::ClaimStep;
use super::scheme_name;
use crate::desk::Office;
use crate::desk::trial::try_one;
use crate::http::extract::SignedIn;
use crate::permits::{Area, holds};

/// Whose turn it is.
pub(crate) enum Turn {
    /// Whoever holds a role.
    Role(Role),
    /// Whoever is in a unit.
    Unit(UnitCode),
}

/// One thing under way.
pub(crate) struct Matter {
    /// What it is.
    pub what: &'static str,
    /// Where it is shown and gone on with.
    pub path: String,
    /// The scheme, or what it is about.
    pub about: String,
    /// The household, if it is about one.
    pub household: Option<HouseholdId>,
    /// Since when, where the act says a day.
    pub since: String,
    /// What comes next.
    pub next: &'static str,
    /// Whose turn it is.
    pub turn: Turn,
    /// The same in words.
    pub by: String,
    /// The act by which it is confirmed, where nothing is asked for.
    pub confirmed_by: Option<Body>,
    /// True if its page is for who opens households.
    pub asks_sight: bool,
    /// Who has signed it already and need not again.
    pub signed_by: BTreeSet<OfficerId>,
}

impl Matter {
    /// True if that person can go on with it: has the role or sits in the unit, and is not refused what is confirmed as it stands.
    pub(super) fn is_for(&self, office: Office<'_>, who: SignedIn) -> bool {
        let has_turn = match &self.turn {
            Turn::Role(role) => holds(office.books, who.officer, *role),
            Turn::Unit(unit) => {
                let known = office.books.offices.officers.get(&who.officer);
                known.is_some_and(|known| known.in_office && known.unit == *unit)
            }
        };
        let may = |body: &Body| try_one(office, who.key, body, &[]).is_ok();
        let is_new = !self.signed_by.contains(&who.officer);
        has_turn && is_new && self.confirmed_by.as_ref().is_none_or(may)
    }
}

/// Whose turn it is, in words.
fn in_words(books: &Books, turn: &Turn) -> String {
    match turn {
        Turn::Role(role) => role.chinese().to_owned(),
        Turn::Unit(unit) => {
            let known = books.offices.units.get(unit);
            known.map_or_else(|| unit.to_string(), |known| known.name.clone())
        }
    }
}

/// Everything under way in an area, the oldest first within its kind.
pub(in crate::http::pages) fn under_way(books: &Books, area: &Area) -> Vec<Matter> {
    let mut matters = applications(books, area);
    matters.extend(proposals(books, area));
    matters.extend(claims(books));
    matters.extend(advances(books));
    matters.extend(flags(books));
    matters.retain(|one| one.household.is_none_or(|home| area.covers_household(books, home)));
    for one in &mut matters {
        one.by = in_words(books, &one.turn);
    }
    matters.sort_by(|one, other| {
        (one.what, &one.since, &one.path).cmp(&(other.what, &other.since, &other.path))
    });
    matters
}

/// Whose step it is.
pub(super) const fn role_of(step: Step) -> Role {
    match step {
        Step::Survey => Role::Surveyor,
        Step::VillageNomination | Step::Notice | Step::Acceptance | Step::CollectiveDecision => {
            Role::Registrar
        }
        Step::TownReview => Role::TownReviewer,
        Step::CountyConfirm => Role::CountyConfirmer,
    }
}

/// The next step of an application, by the scheme as it was when it was filed.
pub(super) fn next_step(books: &Books, case: &Application) -> Option<Step> {
    let scheme = books.policies.scheme(&case.filed.scheme, case.filed.filed.period())?;
    case.next_step(scheme)
}

/// A survey is joined by somebody who has not signed it.
fn joining(application: ApplicationId, case: &Application, step: Step) -> Option<Body> {
    let (survey, _) = case.survey.as_ref().filter(|_| step == Step::Survey)?;
    Some(Body::ApplicationSurveyJoined(ApplicationSurveyJoined { application, survey: *survey }))
}

fn applications(books: &Books, area: &Area) -> Vec<Matter> {
    let all = books.cases.applications.iter().filter(|(_, case)| !case.ended);
    let near = all.filter(|(_, case)| area.covers_household(books, case.filed.household));
    let open = near.filter_map(|(id, case)| {
        let step = next_step(books, case)?;
        Some(Matter {
            what: "申请",
            path: format!("/applications/{id}"),
            about: scheme_name(books, &case.filed.scheme),
            household: Some(case.filed.household),
            since: case.filed.filed.to_string(),
            next: step.chinese(),
            turn: Turn::Role(role_of(step)),
            by: String::new(),
            confirmed_by: joining(*id, case, step),
            asks_sight: true,
            signed_by: if step == Step::Survey { case.surveyors.clone() } else { BTreeSet::new() },
        })
    });
    open.collect()
}

/// True if somebody can still approve an account change: one that was overtaken by another is nobody's any more.
pub(in crate::http::pages) fn is_open(books: &Books, change: &Change) -> bool {
    let payee = books.people.payee(change.changed.person);
    !change.approved && payee.is_some_and(|payee| payee.account() == change.changed.old)
}

type About = (String, Option<HouseholdId>);

fn proposal(
    what: &'static str,
    act: &ActId,
    (about, household): About,
    confirmed_by: Body,
) -> Matter {
    Matter {
        what,
        path: format!("/proposals/{act}"),
        about,
        household,
        since: String::new(),
        next: "批准或确认",
        turn: Turn::Role(confirmed_by.role().unwrap_or(Role::CountyConfirmer)),
        by: String::new(),
        confirmed_by: Some(confirmed_by),
        asks_sight: true,
        signed_by: BTreeSet::new(),
    }
}

/// What one person proposed and another one confirms.
fn proposals(books: &Books, area: &Area) -> Vec<Matter> {
    let of_entitlement = |id| {
        let held = books.cases.entitlements.get(&id);
        let about = held.map(|held| scheme_name(books, &held.scheme)).unwrap_or_default();
        (about, held.map(|held| held.household))
    };
    let mut all = Vec::new();
    let open = books.people.changes.iter().filter(|(_, one)| is_open(books, one));
    for (act, change) in open {
        let person = books.people.persons.get(&change.changed.person);
        let about = (change.changed.reason.clone(), person.map(|person| person.household));
        let body = AccountChangeApproved { change: *act };
        all.push(proposal("账户变更", act, about, Body::AccountChangeApproved(body)));
    }
    for (act, (adjusted, done)) in &books.cases.adjustments {
        if !done {
            let about = of_entitlement(adjusted.entitlement);
            let body = AdjustmentConfirmed { adjustment: *act };
            all.push(proposal("资格调整", act, about, Body::AdjustmentConfirmed(body)));
        }
    }
    for (act, (accepted, done)) in &books.cases.works.acceptances {
        if !done {
            let about = of_entitlement(accepted.entitlement);
            let body = StageConfirmed { acceptance: *act };
            all.push(proposal("阶段验收", act, about, Body::StageConfirmed(body)));
        }
    }
    all.extend(lists(books, area));
    all
}

/// Lists that one person proposed, with anybody of the area in them.
fn lists(books: &Books, area: &Area) -> Vec<Matter> {
    let mut all = Vec::new();
    let near = |list: &BroughtIn| {
        list.lines.iter().any(|line| area.covers_household(books, line.household))
    };
    let lists = books.cases.brought_in.iter();
    for (act, list) in lists.filter(|(_, list)| !list.confirmed && near(list)) {
        let about = (scheme_name(books, &list.scheme), None);
        let body = EntitlementsConfirmed { brought_in: *act, root: list.root };
        all.push(proposal("存量资格名单", act, about, Body::EntitlementsConfirmed(body)));
    }
    let near = |line: &AdjustmentLine| {
        let held = books.cases.entitlements.get(&line.entitlement);
        held.is_some_and(|held| area.covers_household(books, held.household))
    };
    let lists = books.cases.adjustment_lists.iter();
    for (act, list) in lists.filter(|(_, list)| list.lines.iter().any(near)) {
        let about = (format!("{} 自{}起", scheme_name(books, &list.scheme), list.from), None);
        let body = AdjustmentListConfirmed { adjustments: *act, root: list.root };
        all.push(proposal("批量调整名单", act, about, Body::AdjustmentListConfirmed(body)));
    }
    all
}

fn claims(books: &Books) -> Vec<Matter> {
    let open = books.urgent.claims.iter().filter(|(_, claim)| claim.end.is_none());
    let told = open.map(|(id, claim)| {
        let step = ClaimStep::of(books, claim);
        Matter {
            what: "理赔",
            path: format!("/claims/{id}"),
            about: format!("{} {}", claim.filed.policy, claim.filed.event),
            household: Some(claim.filed.household),
            since: claim.filed.filed.to_string(),
            next: step.chinese(),
            turn: Turn::Role(step.role()),
            by: String::new(),
            confirmed_by: None,
            asks_sight: true,
            signed_by: BTreeSet::new(),
        }
    });
    told.collect()
}

fn advances(books: &Books) -> Vec<Matter> {
    let open = books.urgent.advances.iter().filter(|(_, one)| one.regularised.is_none());
    let told = open.map(|(id, advance)| Matter {
        what: "先行救助",
        path: format!("/advances/{id}"),
        about: scheme_name(books, &advance.paid.scheme),
        household: Some(advance.paid.household),
        since: advance.paid.date.to_string(),
        next: "补办手续",
        turn: Turn::Role(Role::TownReviewer),
        by: String::new(),
        confirmed_by: None,
        asks_sight: true,
        signed_by: BTreeSet::new(),
    });
    told.collect()
}

fn flags(books: &Books) -> Vec<Matter> {
    let open = books.flags.all.iter().filter_map(|(id, flag)| {
        let (next, turn) = match flag.stage() {
            FlagStage::Raised => ("移交", Turn::Role(Role::Inspector)),
            FlagStage::HandedOver => ("核实", Turn::Unit(flag.handed_over()?.to.clone())),
            FlagStage::Checked => ("认定", Turn::Role(Role::Inspector)),
            FlagStage::Upheld => ("整改", Turn::Unit(flag.raised.unit.clone())),
            FlagStage::Cleared | FlagStage::Remedied => return None,
        };
        Some(Matter {
            what: "疑点",
            path: format!("/flags/{id}"),
            about: flag.raised.subject.clone(),
            household: None,
            since: flag.raised.found.to_string(),
            next,
            turn,
            by: String::new(),
            confirmed_by: None,
            asks_sight: false,
            signed_by: BTreeSet::new(),
        })
    });
    open.collect()
}
