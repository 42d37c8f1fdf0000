//! Areas: a person in a town's unit sees and drafts what is of that town and its villages; everybody else the whole county.
//! Rosters, payment files and what an inspector reads in plain are the county's: the posts that hold them are county posts.

use ledger::act::funds::FundKind;
use ledger::act::offices::Side;
use ledger::books::Books;
use ledger::ids::{
    ActId, AdvanceId, ApplicationId, ClaimId, Division, EntitlementId, FundCode, HouseholdId,
    OfficerId, PersonId,
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
    /// Of a town's unit that is registered without its town, or of nobody in office: no place.
    Nowhere,
}

impl Area {
    /// The area of a person in office, by the unit's registration.
    #[must_use]
    pub fn of(books: &Books, officer: OfficerId) -> Area {
        let known = books.offices.officers.get(&officer);
        let unit = known.and_then(|known| books.offices.units.get(&known.unit));
        match unit.map(|unit| (unit.side, unit.town.clone())) {
            Some((_, Some(town))) => Area::Place(town),
            Some((Side::Town, None)) | None => Area::Nowhere,
            Some((Side::Office | Side::Treasury | Side::Inspection | Side::Partner, None)) => {
                Area::County
            }
        }
    }

    /// True if a place is the area's or lies in it.
    #[must_use]
    pub fn covers(&self, place: &Division) -> bool {
        match self {
            Area::County => true,
            Area::Place(own) => place.as_str().starts_with(own.as_str()),
            Area::Nowhere => false,
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
        place_of(books, payee).is_some_and(|place| self.covers(place))
    }

    /// Refuses what is about a household elsewhere. An unknown household is for the rules to refuse.
    ///
    /// # Errors
    /// `sight.other_area`.
    pub fn demand(&self, books: &Books, household: HouseholdId) -> Result<(), Failure> {
        let home = books.people.households.get(&household);
        self.demand_place(home.map(|home| &home.division))
    }

    /// Refuses what is about a person or organisation elsewhere. An unknown one is for the rules to refuse.
    ///
    /// # Errors
    /// `sight.other_area`.
    pub fn demand_payee(&self, books: &Books, payee: PersonId) -> Result<(), Failure> {
        self.demand_place(place_of(books, payee))
    }

    fn demand_place(&self, place: Option<&Division>) -> Result<(), Failure> {
        if place.is_none_or(|place| self.covers(place)) {
            return Ok(());
        }
        let text = "这不在您单位的辖区，没有打开，也没有拟办。";
        Err(Failure::refused("sight.other_area", text))
    }

    /// Refuses to draft an act that names a household, person, organisation, case or place elsewhere.
    ///
    /// # Errors
    /// `sight.other_area`.
    pub fn demand_for(&self, books: &Books, body: &Value) -> Result<(), Failure> {
        let text = |key: &str| body.get(key).and_then(Value::as_str);
        for household in named(books, body) {
            self.demand(books, household)?;
        }
        // Who receives for somebody, a payee, may live anywhere.
        for key in ["person", "organisation"] {
            if let Some(payee) = text(key).and_then(|id| id.parse().ok()) {
                self.demand_payee(books, payee)?;
            }
        }
        // A town's float is for its own households.
        let float = text("fund").and_then(|fund| fund.parse().ok());
        let float = float.and_then(|fund: FundCode| books.funds.funds.get(&fund));
        let float = float.filter(|fund| fund.kind == FundKind::Float);
        let keeper = float.and_then(|fund| books.offices.units.get(&fund.unit)?.town.as_ref());
        self.demand_place(keeper)?;
        let place: Option<Division> = text("division").and_then(|place| place.parse().ok());
        self.demand_place(place.as_ref())
    }

    /// Refuses lines about a household elsewhere: entitlements and what others give about persons.
    ///
    /// # Errors
    /// `sight.other_area`.
    pub fn demand_for_lines(&self, books: &Books, lines: &[Line]) -> Result<(), Failure> {
        lines.iter().try_for_each(|line| {
            if let Line::Entitlement(line) = line {
                self.demand(books, line.household)
            } else if let Line::Adjustment(line) = line {
                let held = books.cases.entitlements.get(&line.entitlement);
                held.map_or(Ok(()), |held| self.demand(books, held.household))
            } else if let Line::Spending(line) = line {
                self.demand_payee(books, line.person)
            } else if let Line::Insured(line) = line {
                self.demand_payee(books, line.person)
            } else if let Line::Loan(line) = line {
                self.demand_payee(books, line.person)
            } else {
                Ok(())
            }
        })
    }
}

/// Where a person lives, or an organisation is registered.
fn place_of(books: &Books, payee: PersonId) -> Option<&Division> {
    let registered = || books.people.organisations.get(&payee).map(|known| &known.division);
    books.people.division_of(payee).or_else(registered)
}

/// Every household that an act names: itself, or by one of its cases.
fn named(books: &Books, body: &Value) -> Vec<HouseholdId> {
    let text = |key: &str| body.get(key).and_then(Value::as_str);
    let of_entitlement = |id: EntitlementId| Some(books.cases.entitlements.get(&id)?.household);
    let change = |id: ActId| {
        let person = books.people.changes.get(&id)?.changed.person;
        Some(books.people.persons.get(&person)?.household)
    };
    let adjustment = |id| of_entitlement(books.cases.adjustments.get(&id)?.0.entitlement);
    let acceptance = |id| of_entitlement(books.cases.works.acceptances.get(&id)?.0.entitlement);
    let application = |id: ApplicationId| Some(books.cases.applications.get(&id)?.filed.household);
    let claim = |id: ClaimId| Some(books.urgent.claims.get(&id)?.filed.household);
    let advance = |id: AdvanceId| Some(books.urgent.advances.get(&id)?.paid.household);
    let homes = [
        text("household").and_then(|id| id.parse().ok()),
        text("application").and_then(|id| application(id.parse().ok()?)),
        text("claim").and_then(|id| claim(id.parse().ok()?)),
        text("advance").and_then(|id| advance(id.parse().ok()?)),
        text("entitlement").and_then(|id| of_entitlement(id.parse().ok()?)),
        text("change").and_then(|id| change(id.parse().ok()?)),
        text("adjustment").and_then(|id| adjustment(id.parse().ok()?)),
        text("acceptance").and_then(|id| acceptance(id.parse().ok()?)),
    ];
    homes.into_iter().flatten().collect()
}
