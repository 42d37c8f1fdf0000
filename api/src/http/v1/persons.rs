//! Persons by the number of their identity document, and their fields in plain: each asked for with a purpose, and recorded.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use ledger::act::offices::Role;
use ledger::ids::PersonId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::super::blocking;
use super::super::extract::{JsonBody, SignedIn};
use super::super::problem::{Problem, WriteRefused};
use crate::desk::lists::by_number;
use crate::failure::Failure;
use crate::hall::Hall;
use crate::permits::{Area, Sight, holds};

/// Whom to look for. In the body, never in an address: addresses end up in logs.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PersonQuestion {
    /// The document's number.
    id_no: String,
    /// Somebody who is to receive for another, and may live anywhere: only the id is given. For who registers.
    #[serde(default)]
    as_payee: bool,
}

/// A registered person.
#[derive(Serialize, ToSchema)]
pub struct PersonFound {
    /// The person's id.
    person: String,
    /// The household's id.
    household: Option<String>,
}

/// Finds a registered person by the document's number; the search is recorded as a reading.
#[utoipa::path(post, path = "/api/v1/persons/search", request_body = PersonQuestion,
    responses((status = 200, body = PersonFound), WriteRefused))]
pub async fn search(
    State(hall): State<Arc<Hall>>,
    SignedIn { officer, .. }: SignedIn,
    JsonBody(question): JsonBody<PersonQuestion>,
) -> Result<Json<PersonFound>, Problem> {
    let found = blocking(move || {
        hall.room.read(|office| {
            Sight::Household.demand(office.books, officer)?;
            let person = by_number(office, &question.id_no)?.ok_or_else(unregistered)?;
            let known = office.books.people.persons.get(&person).ok_or_else(unregistered)?;
            // Who looked for whom is worth as much as what was shown.
            office.vault.read_person(person, &office.access(officer, "按证件号码查人"))?;
            let area = Area::of(office.books, officer);
            if question.as_payee && holds(office.books, officer, Role::Registrar) {
                return Ok(PersonFound { person: person.to_string(), household: None });
            }
            area.demand(office.books, known.household)?;
            let household = Some(known.household.to_string());
            Ok(PersonFound { person: person.to_string(), household })
        })?
    });
    Ok(Json(found.await?))
}

fn unregistered() -> Failure {
    Failure::refused("person.not_registered", "没有登记这个证件号码的人员。请核对号码。")
}

/// Why the fields of a person are asked for.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Purpose {
    /// In words, up to 500 bytes; stands in the record of readings.
    purpose: String,
}

/// A person's fields in plain.
#[derive(Serialize, ToSchema)]
pub struct PlainPerson {
    /// The name.
    name: String,
    /// The document's number.
    id_no: String,
    /// A telephone number.
    phone: Option<String>,
    /// The address.
    address: Option<String>,
}

/// Reads a person's fields in plain, for inspectors; recorded with the purpose.
#[utoipa::path(post, path = "/api/v1/persons/{person}/plain", params(("person" = String, Path, description = "32 hex digits")),
    request_body = Purpose, responses((status = 200, body = PlainPerson), WriteRefused))]
pub async fn plain(
    State(hall): State<Arc<Hall>>,
    SignedIn { officer, .. }: SignedIn,
    Path(person): Path<String>,
    JsonBody(asked): JsonBody<Purpose>,
) -> Result<Json<PlainPerson>, Problem> {
    let person: PersonId =
        person.parse().map_err(|_| Failure::usage("人员编号应为32位小写十六进制。"))?;
    let read = blocking(move || {
        hall.room.read(|office| {
            Sight::Plain.demand(office.books, officer)?;
            Area::of(office.books, officer).demand_payee(office.books, person)?;
            let fields =
                office.vault.read_person(person, &office.access(officer, &asked.purpose))?;
            let (name, id_no, phone, address) =
                (fields.name, fields.id_no, fields.phone, fields.address);
            Ok(PlainPerson { name, id_no, phone, address })
        })?
    });
    Ok(Json(read.await?))
}
