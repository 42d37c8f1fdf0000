//! What is set by policy, as it holds in a month and later. Each is the body of the act that set it (docs/format/kinds.md).

use ledger::act::policies::{
    ExclusionSet, IndexPublished, SchemeSet, StandardFloorSet, StandardSet,
};
use ledger::books::Books;
use ledger::period::{Date, Period};
use serde::Serialize;
use utoipa::ToSchema;

/// Everything that is set by policy.
#[derive(Serialize, ToSchema)]
pub struct PolicyList {
    /// The month.
    #[schema(value_type = String)]
    period: Period,
    /// The versions of schemes that hold in the month or begin later: `scheme.set`.
    #[schema(value_type = Vec<Object>)]
    schemes: Vec<SchemeSet>,
    /// The standards that hold in the month or begin later: `standard.set`.
    #[schema(value_type = Vec<Object>)]
    standards: Vec<StandardSet>,
    /// The floors that hold in the month or begin later: `standard.floor_set`.
    #[schema(value_type = Vec<Object>)]
    floors: Vec<StandardFloorSet>,
    /// What is said of pairs of schemes in the month or later: `exclusion.set`.
    #[schema(value_type = Vec<Object>)]
    exclusions: Vec<ExclusionSet>,
    /// Price indices so far: `index.published`.
    #[schema(value_type = Vec<Object>)]
    indices: Vec<IndexPublished>,
    /// Working calendars so far.
    calendars: Vec<CalendarFacts>,
}

/// The calendar of a year.
#[derive(Serialize, ToSchema)]
pub struct CalendarFacts {
    /// The year.
    year: i16,
    /// Days off.
    #[schema(value_type = Vec<String>)]
    holidays: Vec<Date>,
    /// Weekends that are worked.
    #[schema(value_type = Vec<String>)]
    worked_weekends: Vec<Date>,
}

/// What is set by policy as of a month.
#[must_use]
pub fn policies(books: &Books, period: Period) -> PolicyList {
    let known = &books.policies;
    let standing = known.schemes().flat_map(|scheme| known.standing(&scheme.code, period));
    let now = known.schemes().filter_map(|newest| known.scheme(&newest.code, period));
    let now = now.chain(known.schemes_after(period));
    let floors = known.floors(period).chain(known.floors_after(period));
    let pairs = known.pairs(period).chain(known.pairs_after(period));
    let calendars = known.calendar.published();
    PolicyList {
        period,
        schemes: now.cloned().collect(),
        standards: standing.cloned().collect(),
        floors: floors.cloned().collect(),
        exclusions: pairs.cloned().collect(),
        indices: known.indices.values().cloned().collect(),
        calendars: calendars
            .map(|(year, holidays, worked_weekends)| CalendarFacts {
                year,
                holidays,
                worked_weekends,
            })
            .collect(),
    }
}
