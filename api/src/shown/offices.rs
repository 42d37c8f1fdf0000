//! Units, persons in office, and what is open in a unit.

use ledger::act::offices::{Role, Side};
use ledger::books::Books;
use ledger::ids::{Division, KeyId, OfficerId, UnitCode};
use ledger::line::MatterLine;
use ledger::rejection::Rejection;
use ledger::views::open_matters;
use serde::Serialize;
use utoipa::ToSchema;

use crate::failure::Failure;

/// All units.
#[derive(Serialize, ToSchema)]
pub struct UnitList {
    /// By code.
    units: Vec<UnitFacts>,
}

/// A unit.
#[derive(Serialize, ToSchema)]
pub struct UnitFacts {
    /// Its code.
    #[schema(value_type = String)]
    unit: UnitCode,
    /// Its name.
    name: String,
    /// On whose side it stands.
    #[schema(value_type = String)]
    side: Side,
    /// The town that it covers.
    #[schema(value_type = Option<String>)]
    town: Option<Division>,
}

/// All units.
#[must_use]
pub fn units(books: &Books) -> UnitList {
    let units = books.offices.units.iter().map(|(code, unit)| UnitFacts {
        unit: code.clone(),
        name: unit.name.clone(),
        side: unit.side,
        town: unit.town.clone(),
    });
    UnitList { units: units.collect() }
}

/// Everybody who is or was in office.
#[derive(Serialize, ToSchema)]
pub struct OfficerList {
    /// By id.
    officers: Vec<OfficerFacts>,
}

/// A person in office.
#[derive(Serialize, ToSchema)]
pub struct OfficerFacts {
    /// The person's id.
    #[schema(value_type = String)]
    officer: OfficerId,
    /// The unit.
    #[schema(value_type = String)]
    unit: UnitCode,
    /// The post as people call it.
    post: String,
    /// False after dismissal.
    in_office: bool,
    /// What the post may do.
    #[schema(value_type = Vec<String>)]
    roles: Vec<Role>,
    /// The keys that are not revoked.
    #[schema(value_type = Vec<String>)]
    keys: Vec<KeyId>,
}

/// Everybody who is or was in office.
#[must_use]
pub fn officers(books: &Books) -> OfficerList {
    let officers = books.offices.officers.iter().map(|(id, officer)| {
        let keys = books.offices.keys.iter();
        let keys = keys.filter(|(_, key)| key.officer == *id && key.revoked.is_none());
        OfficerFacts {
            officer: *id,
            unit: officer.unit.clone(),
            post: officer.post.clone(),
            in_office: officer.in_office,
            roles: officer.roles.clone(),
            keys: keys.map(|(key, _)| *key).collect(),
        }
    });
    OfficerList { officers: officers.collect() }
}

/// Everything that is open in a unit 未结事项.
#[derive(Serialize, ToSchema)]
pub struct MatterList {
    /// The unit.
    #[schema(value_type = String)]
    unit: UnitCode,
    /// By kind and id: lines `matter` (docs/format/kinds.md).
    #[schema(value_type = Vec<Object>)]
    matters: Vec<MatterLine>,
}

/// Everything that is open in a unit.
///
/// # Errors
/// [`Rejection::UnitUnknown`].
pub fn matters(books: &Books, unit: &UnitCode) -> Result<MatterList, Failure> {
    if !books.offices.units.contains_key(unit) {
        return Err(Rejection::UnitUnknown { unit: unit.clone() }.into());
    }
    Ok(MatterList { unit: unit.clone(), matters: open_matters::of_unit(books, unit) })
}
