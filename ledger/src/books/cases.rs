//! Applications on their way through the approval chain, and the entitlements that came of them.

use std::collections::{BTreeMap, BTreeSet};

use smallvec::SmallVec;

use crate::act::Body;
use crate::act::cases::{
    ApplicationConfirmed, ApplicationFiled, ApplicationNoticed, ApplicationSurveyed,
    EntitlementAdjusted, Part,
};
use crate::act::policies::{Pays, SchemeSet, Step};
use crate::ids::{
    ActId, ApplicationId, EntitlementId, HouseholdId, OfficerId, PersonId, Root, SchemeCode,
};
use crate::line::{EntitlementLine, Line};
use crate::money::Money;
use crate::period::Period;

use super::adjusting::AdjustmentList;
use super::people::People;
use super::policies::Policies;
use super::terms::Terms;
use super::works::Works;
use super::{IdMap, Statement};

/// An application.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Application {
    /// What was filed.
    pub filed: ApplicationFiled,
    /// The newest survey, by its act.
    pub survey: Option<(ActId, ApplicationSurveyed)>,
    /// Surveyors who signed it: persons, however often.
    pub surveyors: BTreeSet<OfficerId>,
    /// The notice over that survey.
    pub notice: Option<ApplicationNoticed>,
    /// The steps without an act of their own that are passed, each with the survey it is about.
    pub passed: Vec<(Step, Option<ActId>)>,
    /// True once the town agreed to that survey.
    pub reviewed: bool,
    /// True once confirmed or declined.
    pub ended: bool,
    /// The entitlement that it was confirmed for; `None` while it is open, and once it was declined.
    pub entitled: Option<EntitlementId>,
}

impl Application {
    /// True if a step of the chain is done for the newest survey.
    #[must_use]
    pub fn has_done(&self, step: Step, surveyors_needed: u8) -> bool {
        match step {
            Step::Survey => {
                self.survey.is_some() && self.surveyors.len() >= surveyors_needed.into()
            }
            Step::VillageNomination | Step::Acceptance | Step::CollectiveDecision => {
                self.passed.iter().any(|(passed, _)| *passed == step)
            }
            Step::Notice => self.notice.is_some(),
            Step::TownReview => self.reviewed,
            Step::CountyConfirm => self.ended,
        }
    }

    /// True if nothing of a step is left to do before the next one: it is done, or the amount asks for none.
    #[must_use]
    pub fn is_past(&self, step: Step, scheme: &SchemeSet) -> bool {
        let is_left_out = step == Step::CollectiveDecision && !self.is_for_the_body(scheme);
        is_left_out || self.has_done(step, scheme.surveyors)
    }

    /// The first step of its scheme's chain that is not past; `None` once it ended.
    #[must_use]
    pub fn next_step(&self, scheme: &SchemeSet) -> Option<Step> {
        let mut chain = scheme.chain.iter().copied();
        chain.find(|step| !self.ended && !self.is_past(*step, scheme))
    }

    /// True if the surveyed amount is above what one person may decide.
    fn is_for_the_body(&self, scheme: &SchemeSet) -> bool {
        let parts = self.survey.as_ref().map(|(_, survey)| survey.parts.as_slice());
        let amount = parts.and_then(sum_of).unwrap_or_default();
        scheme.collective_above_fen.is_none_or(|above| amount > above)
    }
}

/// An entitlement: who gets how much a month, from when to when.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Entitlement {
    /// The scheme.
    pub scheme: SchemeCode,
    /// Category within the scheme.
    pub category: String,
    /// The household.
    pub household: HouseholdId,
    /// For whom.
    pub persons: SmallVec<[PersonId; 1]>,
    /// Whose account is credited.
    pub payee: PersonId,
    /// The monthly parts.
    pub parts: Terms,
    /// Last month payable, once stopped.
    pub last: Option<Period>,
}

impl Entitlement {
    /// The parts that are due in a month; `None` before the first or after the last, or if nothing is due in between.
    #[must_use]
    pub fn due(&self, period: Period) -> Option<&[Part]> {
        if self.last.is_some_and(|last| period > last) {
            return None;
        }
        self.parts.at(period).filter(|parts| !parts.is_empty())
    }

    /// True if it is or will be payable in that month or later.
    #[must_use]
    pub fn is_live(&self, period: Period) -> bool {
        self.last.is_none_or(|last| last >= period)
    }
}

/// A list of entitlements that waits for confirmation.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct BroughtIn {
    /// The scheme.
    pub scheme: SchemeCode,
    /// The root of its lines.
    pub root: Root,
    /// Its lines.
    pub lines: Vec<EntitlementLine>,
    /// True once confirmed.
    pub confirmed: bool,
}

/// Everything about who is entitled.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Cases {
    /// Applications by id.
    pub applications: IdMap<ApplicationId, Box<Application>>,
    /// Entitlements by id.
    pub entitlements: IdMap<EntitlementId, Entitlement>,
    /// The entitlements that a person has part in.
    pub by_person: IdMap<PersonId, Vec<EntitlementId>>,
    /// Works paid by progress.
    pub works: Works,
    /// Lists brought in, by act.
    pub brought_in: BTreeMap<ActId, BroughtIn>,
    /// Adjustments by act; true once confirmed.
    pub adjustments: BTreeMap<ActId, (EntitlementAdjusted, bool)>,
    /// Lists of adjustments, by act.
    pub adjustment_lists: BTreeMap<ActId, AdjustmentList>,
    /// What help a household was confirmed for in a scheme, where its applications say so.
    pub causes: BTreeMap<(SchemeCode, HouseholdId), Vec<(String, EntitlementId)>>,
    /// The acts by which a county allowed a household's same cause once more in a year.
    pub repeats: BTreeMap<(SchemeCode, HouseholdId, i16, String), Vec<ActId>>,
}

impl Cases {
    /// The entitlements that a person has part in.
    pub fn of_person(
        &self,
        person: PersonId,
    ) -> impl Iterator<Item = (EntitlementId, &Entitlement)> {
        self.by_person
            .get(&person)
            .into_iter()
            .flatten()
            .filter_map(|id| self.entitlements.get(id).map(|entitlement| (*id, entitlement)))
    }

    fn entitle(&mut self, policies: &Policies, id: EntitlementId, mut entitlement: Entitlement) {
        let from = entitlement.parts.begin();
        let scheme = policies.scheme(&entitlement.scheme, from);
        if scheme.is_some_and(|scheme| scheme.pays == Some(Pays::Progress)) {
            self.works.begin(id, entitlement.parts.at(from).unwrap_or_default());
            entitlement.parts = Terms::new(from, &[]);
        }
        for person in &entitlement.persons {
            self.by_person.entry(*person).or_default().push(id);
        }
        self.entitlements.insert(id, entitlement);
    }

    pub(super) fn evolve(
        &mut self,
        (policies, people): (&Policies, &People),
        statement: &Statement<'_>,
    ) {
        self.evolve_application(policies, statement);
        self.evolve_works(statement);
        self.evolve_adjustments(statement);
        if let Body::PersonIdentified(identified) = statement.body() {
            let household = |person| people.persons.get(&person).map(|known| known.household);
            let (person, known) = (identified.person, identified.known);
            if let Some(households) = household(person).zip(household(known)) {
                self.become_one((person, known), households);
            }
        }
        if let Body::EntitlementsBroughtIn(list) = statement.body() {
            let lines = statement.lines.iter().filter_map(|line| {
                if let Line::Entitlement(line) = line { Some(line.clone()) } else { None }
            });
            self.brought_in.insert(
                statement.id,
                BroughtIn {
                    scheme: list.scheme.clone(),
                    root: list.manifest.root,
                    lines: lines.collect(),
                    confirmed: false,
                },
            );
        } else if let Body::EntitlementsConfirmed(confirmed) = statement.body() {
            self.confirm_list(policies, confirmed.brought_in);
        } else if let Body::RepeatAllowed(allowed) = statement.body() {
            let cause = allowed.cause.trim().to_owned();
            let key = (allowed.scheme.clone(), allowed.household, allowed.year, cause);
            self.repeats.entry(key).or_default().push(statement.id);
        } else if let Body::EntitlementStopped(stopped) = statement.body()
            && let Some(entitlement) = self.entitlements.get_mut(&stopped.entitlement)
        {
            entitlement.last = Some(stopped.last);
        }
    }

    fn evolve_works(&mut self, statement: &Statement<'_>) {
        if let Body::StageAccepted(accepted) = statement.body() {
            self.works.inspect(statement.id, accepted);
        } else if let Body::StageConfirmed(confirmed) = statement.body() {
            let Some((id, period)) = self.works.confirm(confirmed.acceptance) else { return };
            let Some(entitlement) = self.entitlements.get_mut(&id) else { return };
            entitlement.parts.set_alone(period, &self.works.due(id, period));
            entitlement.last = entitlement.last.or(self.works.end(id));
        }
    }

    /// What a person had who turned out to be another one, the other one has.
    fn become_one(
        &mut self,
        (person, known): (PersonId, PersonId),
        (left, household): (HouseholdId, HouseholdId),
    ) {
        for id in self.by_person.remove(&person).unwrap_or_default() {
            let Some(held) = self.entitlements.get_mut(&id) else { continue };
            held.persons.iter_mut().filter(|one| **one == person).for_each(|one| *one = known);
            if held.payee == person {
                held.payee = known;
            }
            held.household = household;
            self.by_person.entry(known).or_default().push(id);
        }
        let of_left = self.causes.keys().filter(|(_, of)| *of == left).cloned();
        for (scheme, _) in of_left.collect::<Vec<_>>() {
            let asked = self.causes.remove(&(scheme.clone(), left)).unwrap_or_default();
            self.causes.entry((scheme, household)).or_default().extend(asked);
        }
    }

    fn confirm_list(&mut self, policies: &Policies, list: ActId) {
        let Some(list) = self.brought_in.get_mut(&list) else { return };
        list.confirmed = true;
        let scheme = list.scheme.clone();
        for line in std::mem::take(&mut list.lines) {
            if let Some(cause) = line.cause {
                let asked = self.causes.entry((scheme.clone(), line.household)).or_default();
                asked.push((cause, line.entitlement));
            }
            let entitlement = Entitlement {
                scheme: scheme.clone(),
                category: line.category,
                household: line.household,
                persons: line.persons.as_slice().into(),
                payee: line.payee,
                parts: Terms::new(line.from, &line.parts),
                last: line.last,
            };
            self.entitle(policies, line.entitlement, entitlement);
        }
    }

    fn evolve_application(&mut self, policies: &Policies, statement: &Statement<'_>) {
        if let Body::ApplicationFiled(filed) = statement.body() {
            let application = Application {
                filed: filed.clone(),
                survey: None,
                surveyors: BTreeSet::new(),
                notice: None,
                passed: Vec::new(),
                reviewed: false,
                ended: false,
                entitled: None,
            };
            self.applications.insert(filed.application, Box::new(application));
        } else if let Body::ApplicationSurveyed(surveyed) = statement.body() {
            // A new survey starts over: whatever was agreed before was agreed about other content.
            if let Some(application) = self.applications.get_mut(&surveyed.application) {
                application.survey = Some((statement.id, surveyed.clone()));
                application.surveyors = BTreeSet::from([statement.officer]);
                application.notice = None;
                application.passed.retain(|(_, survey)| survey.is_none());
                application.reviewed = false;
            }
        } else if let Body::ApplicationSurveyJoined(joined) = statement.body() {
            if let Some(application) = self.applications.get_mut(&joined.application) {
                application.surveyors.insert(statement.officer);
            }
        } else if let Body::ApplicationNoticed(noticed) = statement.body() {
            if let Some(application) = self.applications.get_mut(&noticed.application) {
                application.notice = Some(noticed.clone());
            }
        } else if let Body::ApplicationStepPassed(passed) = statement.body() {
            if let Some(application) = self.applications.get_mut(&passed.application) {
                application.passed.push((passed.step, passed.survey));
            }
        } else if let Body::ApplicationReviewed(reviewed) = statement.body() {
            if let Some(application) = self.applications.get_mut(&reviewed.application) {
                application.reviewed = true;
            }
        } else if let Body::ApplicationDeclined(declined) = statement.body() {
            if let Some(application) = self.applications.get_mut(&declined.application) {
                application.ended = true;
            }
        } else if let Body::ApplicationConfirmed(confirmed) = statement.body() {
            self.confirm(policies, confirmed);
        }
    }

    fn confirm(&mut self, policies: &Policies, confirmed: &ApplicationConfirmed) {
        let Some(application) = self.applications.get_mut(&confirmed.application) else { return };
        application.ended = true;
        application.entitled = Some(confirmed.entitlement);
        let filed = &application.filed;
        let survey = application.survey.as_ref().map(|(_, survey)| survey);
        let parts = survey.map_or(&[][..], |survey| &survey.parts);
        let entitlement = Entitlement {
            scheme: filed.scheme.clone(),
            category: filed.category.clone(),
            household: filed.household,
            persons: filed.persons.as_slice().into(),
            payee: filed.payee,
            parts: Terms::new(confirmed.from, parts),
            last: confirmed.last,
        };
        if let Some(cause) = &filed.cause {
            let asked = self.causes.entry((filed.scheme.clone(), filed.household)).or_default();
            asked.push((cause.clone(), confirmed.entitlement));
        }
        self.entitle(policies, confirmed.entitlement, entitlement);
    }
}

/// The sum of parts; `None` on overflow.
#[must_use]
pub fn sum_of(parts: &[Part]) -> Option<Money> {
    Money::total(parts.iter().map(|part| part.amount_fen))
}
