//! Drafts of lists that offices bring: people, entitlements from before these books, what others give about persons.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use ledger::act::offices::Role;
use ledger::ids::{Digest, PolicyCode, SchemeCode};
use ledger::period::Period;
use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use utoipa::{IntoParams, ToSchema};

use super::super::extract::{Asked, JsonBody, SignedIn, Whole};
use super::super::problem::{Problem, WriteRefused};
use super::drafts::{DraftName, make};
use super::imports::opened;
use crate::desk::lists::adjustments::{Adjusting, Given as Adjusted};
use crate::desk::lists::entitlements::Given;
use crate::desk::lists::persons::About;
use crate::desk::lists::{adjustments, entitlements, people, persons};
use crate::desk::people::{NewHousehold, registration};
use crate::desk::{Draft, Office};
use crate::drafts::Told;
use crate::failure::Failure;
use crate::hall::Hall;
use crate::permits::Area;

/// A list of people.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PeopleQuestion {
    /// The file's name.
    name: String,
}

/// Drafts the registration of people, households and accounts from a list 人员名单. Their fields go into the vault with the draft.
#[utoipa::path(post, path = "/api/v1/drafts/people", params(PeopleQuestion),
    request_body(content = String, content_type = "application/octet-stream", description = "the file, byte for byte"), responses(
    (status = 200, body = DraftName), WriteRefused))]
pub async fn of_people(
    State(hall): State<Arc<Hall>>,
    who: SignedIn,
    Asked(PeopleQuestion { name }): Asked<PeopleQuestion>,
    Whole(bytes): Whole,
) -> Result<Json<DraftName>, Problem> {
    make(hall, who, Some(Role::Registrar), move |office| {
        let households = people::read(office, &opened(&name, &bytes)?)?;
        live_in_their_area(office, who, &households)?;
        let noted = told(&households);
        let file = Some(Digest(Sha256::digest(&bytes).into()));
        let (draft, _) = registration(office, "人员名单导入", file, households)?;
        Ok((draft, Told::Noted(noted)))
    })
    .await
}

/// Before anything of them goes into the vault.
fn live_in_their_area(
    office: Office<'_>,
    who: SignedIn,
    households: &[NewHousehold],
) -> Result<(), Failure> {
    let area = Area::of(office.books, who.officer);
    match households.iter().find(|one| !area.covers(&one.division)) {
        Some(one) => {
            let text = format!("名单里有区划{}的户，不在您单位的辖区，没有拟办。", one.division);
            Err(Failure::refused("sight.other_area", text))
        }
        None => Ok(()),
    }
}

fn told(households: &[NewHousehold]) -> Vec<String> {
    let (count, persons) = people::counted(households);
    let odd = people::without_check_digit(households);
    let counted = format!("{count}户，{persons}人");
    [counted].into_iter().chain(people::said_of_odd(&odd)).collect()
}

/// A list of entitlements.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct EntitlementsQuestion {
    /// The file's name.
    name: String,
    /// The scheme.
    #[param(value_type = String)]
    scheme: SchemeCode,
    /// First month payable, where a row does not say its own.
    #[param(value_type = Option<String>)]
    from: Option<Period>,
    /// Category, where a row does not say its own.
    category: Option<String>,
    /// Where the list comes from, in words.
    source: String,
}

/// Drafts entitlements from before these books 存量资格.
#[utoipa::path(post, path = "/api/v1/drafts/entitlements", params(EntitlementsQuestion),
    request_body(content = String, content_type = "application/octet-stream", description = "the file, byte for byte"), responses(
    (status = 200, body = DraftName), WriteRefused))]
pub async fn of_entitlements(
    State(hall): State<Arc<Hall>>,
    who: SignedIn,
    Asked(asked): Asked<EntitlementsQuestion>,
    Whole(bytes): Whole,
) -> Result<Json<DraftName>, Problem> {
    make(hall, who, Some(Role::Registrar), move |office| {
        let EntitlementsQuestion { name, scheme, from, category, source } = asked;
        let opened = opened(&name, &bytes)?;
        let given = Given { scheme, from, category, source: &source };
        let draft = entitlements::draft(office, (who.officer, who.key), &opened, &given)?;
        let noted = summed(&draft);
        Ok((draft, Told::Noted(noted)))
    })
    .await
}

/// A list of other amounts.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AdjustmentsQuestion {
    /// The file's name.
    name: String,
    /// The scheme that all of it belongs to.
    #[param(value_type = String)]
    scheme: SchemeCode,
    /// First month of the new amounts.
    #[param(value_type = String)]
    from: Period,
    /// Why, in words.
    reason: String,
    /// SHA-256 of the proof, in lower-case hex.
    #[param(value_type = String)]
    evidence: Digest,
}

/// Drafts other amounts of many entitlements from a list 批量调整名单: a row for each payee, a column for each part.
#[utoipa::path(post, path = "/api/v1/drafts/adjustments", params(AdjustmentsQuestion),
    request_body(content = String, content_type = "application/octet-stream", description = "the file, byte for byte"), responses(
    (status = 200, body = DraftName), WriteRefused))]
pub async fn of_adjustments(
    State(hall): State<Arc<Hall>>,
    who: SignedIn,
    Asked(asked): Asked<AdjustmentsQuestion>,
    Whole(bytes): Whole,
) -> Result<Json<DraftName>, Problem> {
    make(hall, who, Some(Role::Registrar), move |office| {
        let AdjustmentsQuestion { name, scheme, from, reason, evidence } = asked;
        let opened = opened(&name, &bytes)?;
        let given = Adjusted { scheme, from, reason, evidence };
        let signer = (who.officer, who.key);
        let area = Area::of(office.books, who.officer);
        let near = |household| area.covers_household(office.books, household);
        let Adjusting { draft, noted } =
            adjustments::from_list(office, signer, &opened, &given, near)?;
        Ok((draft, Told::Noted(noted)))
    })
    .await
}

/// Amounts as the standards say.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AdjustmentWish {
    /// The scheme.
    #[schema(value_type = String)]
    scheme: SchemeCode,
    /// The month whose standards are followed, and the first of the new amounts.
    #[schema(value_type = String)]
    from: Period,
    /// Why, in words.
    reason: String,
    /// SHA-256 of the proof, in lower-case hex.
    #[schema(value_type = String)]
    evidence: Digest,
}

/// Drafts other amounts of everything that a month's standards fix otherwise than it is due 按标准批量调整.
#[utoipa::path(post, path = "/api/v1/drafts/adjustments/by-standard", request_body = AdjustmentWish, responses(
    (status = 200, body = DraftName), WriteRefused))]
pub async fn of_standards(
    State(hall): State<Arc<Hall>>,
    who: SignedIn,
    JsonBody(wish): JsonBody<AdjustmentWish>,
) -> Result<Json<DraftName>, Problem> {
    make(hall, who, Some(Role::Registrar), move |office| {
        let AdjustmentWish { scheme, from, reason, evidence } = wish;
        let given = Adjusted { scheme, from, reason, evidence };
        let area = Area::of(office.books, who.officer);
        let near = |household| area.covers_household(office.books, household);
        let Adjusting { draft, noted } =
            adjustments::by_the_standard(office, who.key, &given, near)?;
        Ok((draft, Told::Noted(noted)))
    })
    .await
}

fn summed(draft: &Draft) -> Vec<String> {
    let manifest = draft.body.manifest();
    let sentence = manifest.map(|manifest| {
        format!("{}行，金额合计{}元", manifest.count, manifest.total_fen.to_grouped_yuan())
    });
    sentence.into_iter().collect()
}

/// What a list about persons is.
#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ListAbout {
    /// Medical spending in a year so far 医疗费用.
    Spending,
    /// Who is insured under a policy 参保.
    Insured,
    /// Loans of a bank 贷款.
    Loans,
}

/// A list about registered persons.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PersonsQuestion {
    /// The file's name.
    name: String,
    /// What it is.
    #[param(inline)]
    about: ListAbout,
    /// The policy, for `insured`.
    #[param(value_type = Option<String>)]
    policy: Option<PolicyCode>,
    /// Where it comes from, in words; the bank's name for `loans`.
    source: String,
}

/// Drafts a list that others give about registered persons.
#[utoipa::path(post, path = "/api/v1/drafts/persons", params(PersonsQuestion),
    request_body(content = String, content_type = "application/octet-stream", description = "the file, byte for byte"), responses(
    (status = 200, body = DraftName), WriteRefused))]
pub async fn of_persons(
    State(hall): State<Arc<Hall>>,
    who: SignedIn,
    Asked(asked): Asked<PersonsQuestion>,
    Whole(bytes): Whole,
) -> Result<Json<DraftName>, Problem> {
    let PersonsQuestion { name, about, policy, source } = asked;
    let about = match (about, policy) {
        (ListAbout::Insured, Some(policy)) => About::Insured(policy, source),
        (ListAbout::Insured, None) => {
            return Err(Failure::usage("参保名单要说明是哪张保单。").into());
        }
        (_, Some(_)) => return Err(Failure::usage("只有参保名单才写保单。").into()),
        (ListAbout::Spending, None) => About::Spending(source),
        (ListAbout::Loans, None) => About::Loans(source),
    };
    make(hall, who, Some(Role::Registrar), move |office| {
        let opened = opened(&name, &bytes)?;
        let draft = persons::draft(office, (who.officer, who.key), &opened, &about)?;
        let noted = summed(&draft);
        Ok((draft, Told::Noted(noted)))
    })
    .await
}
