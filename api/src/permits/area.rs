//! Areas: a person in a town's unit sees and drafts what is of that town and its villages, everybody else the whole county.

use ledger::books::Books;
use ledger::ids::{
    ActId, AdvanceId, ApplicationId, ClaimId, Division, EntitlementId, HouseholdId, OfficerId,
    PersonId,
};
use ledger::line::Line;
use serde_json::Value;

use crate::failure::Failure;

/// The place that a person's post is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Area {
    /// The county.
    County,
    /// A town with its villages, or a village.
    Place(Division),
}

impl Area {
    /// The area of a person in office: the town that the unit's registration names.
    #[must_use]
    pub fn of(books: &Books, officer: OfficerId) -> Area {
        let known = books.offices.officers.get(&officer);
        let unit = known.and_then(|known| books.offices.units.get(&known.unit));
        unit.and_then(|unit| unit.town.clone()).map_or(Area::County, Area::Place)
    }

    /// True if a place is the area's or lies in it.
    #[must_use]
    pub fn covers(&self, place: &Division) -> bool {
        match self {
            Area::County => true,
            Area::Place(own) => place.as_str().starts_with(own.as_str()),
        }
    }

    /// True if a household lives in the area.
    #[must_use]
    pub fn covers_household(&self, books: &Books, household: HouseholdId) -> bool {
        let home = books.people.households.get(&household);
        home.is_some_and(|home| self.covers(&home.division))
    }

    /// True if a person lives, or an organisation is registered, in the area.
    #[must_use]
    pub fn covers_payee(&self, books: &Books, payee: PersonId) -> bool {
        let people = &books.people;
        let registered = || people.organisations.get(&payee).map(|known| &known.division);
        people.division_of(payee).or_else(registered).is_some_and(|place| self.covers(place))
    }

    /// Refuses what is about a household elsewhere. An unknown household is for the rules to refuse.
    ///
    /// # Errors
    /// `sight.other_area`.
    pub fn demand(&self, books: &Books, household: HouseholdId) -> Result<(), Failure> {
        let is_known = books.people.households.contains_key(&household);
        if !is_known || self.covers_household(books, household) {
            return Ok(());
        }
        let text = "这一户不在您单位的辖区，没有打开，也没有拟办。";
        Err(Failure::refused("sight.other_area", text))
    }

    /// Refuses to draft an act whose body is about a household elsewhere.
    ///
    /// # Errors
    /// `sight.other_area`.
    pub fn demand_for(&self, books: &Books, body: &Value) -> Result<(), Failure> {
        match household_of(books, body) {
            Some(household) => self.demand(books, household),
            None => Ok(()),
        }
    }

    /// Refuses lines about a household elsewhere: entitlements and what others give about persons.
    ///
    /// # Errors
    /// `sight.other_area`.
    pub fn demand_for_lines(&self, books: &Books, lines: &[Line]) -> Result<(), Failure> {
        let home = |person: PersonId| Some(books.people.persons.get(&person)?.household);
        let of_line = |line: &Line| {
            if let Line::Entitlement(line) = line {
                Some(line.household)
            } else if let Line::Spending(line) = line {
                home(line.person)
            } else if let Line::Insured(line) = line {
                home(line.person)
            } else if let Line::Loan(line) = line {
                home(line.person)
            } else {
                None
            }
        };
        lines.iter().filter_map(of_line).try_for_each(|household| self.demand(books, household))
    }
}

/// The household that an act without lines is about, as far as its keys name it: itself, a member, or one of its cases.
fn household_of(books: &Books, body: &Value) -> Option<HouseholdId> {
    let text = |key: &str| body.get(key).and_then(Value::as_str);
    let of_entitlement = |id: EntitlementId| Some(books.cases.entitlements.get(&id)?.household);
    let of_person = |id: PersonId| Some(books.people.persons.get(&id)?.household);
    let change = |id: ActId| of_person(books.people.changes.get(&id)?.changed.person);
    let adjustment = |id| of_entitlement(books.cases.adjustments.get(&id)?.0.entitlement);
    let application = |id: ApplicationId| Some(books.cases.applications.get(&id)?.filed.household);
    let claim = |id: ClaimId| Some(books.urgent.claims.get(&id)?.filed.household);
    let advance = |id: AdvanceId| Some(books.urgent.advances.get(&id)?.paid.household);
    let named = text("household").and_then(|id| id.parse().ok());
    named
        .or_else(|| application(text("application")?.parse().ok()?))
        .or_else(|| claim(text("claim")?.parse().ok()?))
        .or_else(|| advance(text("advance")?.parse().ok()?))
        .or_else(|| of_entitlement(text("entitlement")?.parse().ok()?))
        .or_else(|| of_person(text("person")?.parse().ok()?))
        .or_else(|| change(text("change")?.parse().ok()?))
        .or_else(|| adjustment(text("adjustment")?.parse().ok()?))
}
