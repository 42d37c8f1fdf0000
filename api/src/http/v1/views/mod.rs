//! Views of the books: whole lists here, one thing in [`one`]. Every one can be read as the books stood after an entry; who may
//! see it is judged by the books as they are.

mod cases;
mod one;

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use ledger::period::{Date, Period};
use ledger::rejection::Rejection;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::super::blocking;
use super::super::extract::{Asked, SignedIn};
use super::super::problem::{Problem, ReadRefused, SightRefused};
use super::batches::AsOf;
use crate::desk::Office;
use crate::failure::Failure;
use crate::hall::Hall;
use crate::permits::{Area, Sight};
use crate::shown::{
    self, AlertList, Balances, Counts, DoubtList, FlagFacts, Goods, Insurances, MonthList,
    OfficerList, Organisations, PolicyList, RecoveryList, ReissueList, UnitList,
};

/// The addresses of all of them.
pub(super) fn routes() -> OpenApiRouter<Arc<Hall>> {
    OpenApiRouter::new()
        .routes(routes!(units))
        .routes(routes!(officers))
        .routes(routes!(policies))
        .routes(routes!(balances))
        .routes(routes!(reissues))
        .routes(routes!(recoveries))
        .routes(routes!(months))
        .routes(routes!(goods))
        .routes(routes!(organisations))
        .routes(routes!(insurances))
        .routes(routes!(doubts))
        .routes(routes!(flags))
        .routes(routes!(alerts))
        .routes(routes!(counts))
        .merge(one::routes())
        .merge(cases::routes())
}

/// A view, and the state of the books that it was read from.
#[derive(Serialize, ToSchema)]
pub struct Read<T> {
    /// How many entries the books that were read hold.
    height: u64,
    #[serde(flatten)]
    view: T,
}

/// Reads a view of the books as they are asked for.
async fn read<T: Send + 'static>(
    hall: Arc<Hall>,
    as_of: Option<u64>,
    view: impl FnOnce(Office<'_>) -> Result<T, Failure> + Send + 'static,
) -> Result<Json<Read<T>>, Problem> {
    let answer = blocking(move || {
        AsOf { as_of }
            .read(&hall, |office| Ok(Read { height: office.books.height, view: view(office)? }))?
    });
    answer.await.map(Json).map_err(not_there)
}

/// Reads a view for who may see it: `judge` says so by the books as they are, before any earlier state is worked out.
async fn read_for<J: Send + 'static, T: Send + 'static>(
    hall: Arc<Hall>,
    as_of: Option<u64>,
    judge: impl FnOnce(Office<'_>) -> Result<J, Failure> + Send + 'static,
    view: impl FnOnce(Office<'_>, J) -> Result<T, Failure> + Send + 'static,
) -> Result<Json<Read<T>>, Problem> {
    let answer = blocking(move || {
        let judged = hall.room.read(judge)??;
        AsOf { as_of }.read(&hall, |office| {
            Ok(Read { height: office.books.height, view: view(office, judged)? })
        })?
    });
    answer.await.map(Json).map_err(not_there)
}

/// The area of who opens households.
fn homes_of(office: Office<'_>, who: SignedIn) -> Result<Area, Failure> {
    Sight::Household.demand(office.books, who.officer)?;
    Ok(Area::of(office.books, who.officer))
}

/// What an address names and the books do not hold is not there.
fn not_there(why: Failure) -> Problem {
    use axum::http::StatusCode;
    let is_unknown = matches!(
        &why,
        Failure::Rejected(
            Rejection::HouseholdUnknown { .. }
                | Rejection::EntitlementUnknown { .. }
                | Rejection::SchemeUnknown { .. }
                | Rejection::UnitUnknown { .. }
                | Rejection::FundUnknown { .. }
                | Rejection::PaymentUnknown { .. }
                | Rejection::ApplicationUnknown { .. }
                | Rejection::ClaimUnknown { .. }
        )
    );
    if is_unknown { Problem(StatusCode::NOT_FOUND, why) } else { why.into() }
}

/// A month, and the state of the books.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct MonthQuestion {
    /// The month, such as `2020-12`; the first open one if it is not said.
    #[param(value_type = Option<String>)]
    period: Option<Period>,
    /// The books as they stood after this entry.
    as_of: Option<u64>,
}

/// A day, and the state of the books.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct DayQuestion {
    /// The day, such as `2020-12-31`, by what the acts state; today if it is not said.
    #[param(value_type = Option<String>)]
    on: Option<Date>,
    /// The books as they stood after this entry.
    as_of: Option<u64>,
}

/// A year, and the state of the books.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct YearQuestion {
    /// The year.
    year: i16,
    /// The books as they stood after this entry.
    as_of: Option<u64>,
}

/// Units 单位.
#[utoipa::path(get, path = "/api/v1/units", params(AsOf), responses(
    (status = 200, body = Read<UnitList>), ReadRefused))]
pub async fn units(
    State(hall): State<Arc<Hall>>,
    _: SignedIn,
    Asked(AsOf { as_of }): Asked<AsOf>,
) -> Result<Json<Read<UnitList>>, Problem> {
    read(hall, as_of, |office| Ok(shown::units(office.books))).await
}

/// Persons in office 工作人员, with their posts, roles and keys; no names.
#[utoipa::path(get, path = "/api/v1/officers", params(AsOf), responses(
    (status = 200, body = Read<OfficerList>), ReadRefused))]
pub async fn officers(
    State(hall): State<Arc<Hall>>,
    _: SignedIn,
    Asked(AsOf { as_of }): Asked<AsOf>,
) -> Result<Json<Read<OfficerList>>, Problem> {
    read(hall, as_of, |office| Ok(shown::officers(office.books))).await
}

/// What is set by policy 政策 in a month and later.
#[utoipa::path(get, path = "/api/v1/policies", params(MonthQuestion), responses(
    (status = 200, body = Read<PolicyList>), ReadRefused))]
pub async fn policies(
    State(hall): State<Arc<Hall>>,
    _: SignedIn,
    Asked(MonthQuestion { period, as_of }): Asked<MonthQuestion>,
) -> Result<Json<Read<PolicyList>>, Problem> {
    let view = move |office: Office<'_>| {
        Ok(shown::policies(office.books, period.unwrap_or_else(|| office.month())))
    };
    read(hall, as_of, view).await
}

/// The trial balance 试算平衡.
#[utoipa::path(get, path = "/api/v1/balances", params(AsOf), responses(
    (status = 200, body = Read<Balances>), ReadRefused))]
pub async fn balances(
    State(hall): State<Arc<Hall>>,
    _: SignedIn,
    Asked(AsOf { as_of }): Asked<AsOf>,
) -> Result<Json<Read<Balances>>, Problem> {
    read(hall, as_of, |office| Ok(shown::balances(office.books))).await
}

/// Payments that failed or came back and have no other in their place 待补发, of payees in one's area.
#[utoipa::path(get, path = "/api/v1/reissues", params(AsOf), responses(
    (status = 200, body = Read<ReissueList>), SightRefused))]
pub async fn reissues(
    State(hall): State<Arc<Hall>>,
    who: SignedIn,
    Asked(AsOf { as_of }): Asked<AsOf>,
) -> Result<Json<Read<ReissueList>>, Problem> {
    let area = move |office: Office<'_>| Ok(Area::of(office.books, who.officer));
    read_for(hall, as_of, area, |office, area| Ok(shown::reissues(office.books, &area))).await
}

/// Money that payees have to pay back 追回.
#[utoipa::path(get, path = "/api/v1/recoveries", params(AsOf), responses(
    (status = 200, body = Read<RecoveryList>), ReadRefused))]
pub async fn recoveries(
    State(hall): State<Arc<Hall>>,
    _: SignedIn,
    Asked(AsOf { as_of }): Asked<AsOf>,
) -> Result<Json<Read<RecoveryList>>, Problem> {
    read(hall, as_of, |office| Ok(shown::recoveries(office.books))).await
}

/// The months 月结: which are closed, and which is open.
#[utoipa::path(get, path = "/api/v1/months", params(AsOf), responses(
    (status = 200, body = Read<MonthList>), ReadRefused))]
pub async fn months(
    State(hall): State<Arc<Hall>>,
    _: SignedIn,
    Asked(AsOf { as_of }): Asked<AsOf>,
) -> Result<Json<Read<MonthList>>, Problem> {
    read(hall, as_of, |office| Ok(shown::months(office.books))).await
}

/// Goods 物资.
#[utoipa::path(get, path = "/api/v1/goods", params(AsOf), responses(
    (status = 200, body = Read<Goods>), ReadRefused))]
pub async fn goods(
    State(hall): State<Arc<Hall>>,
    _: SignedIn,
    Asked(AsOf { as_of }): Asked<AsOf>,
) -> Result<Json<Read<Goods>>, Problem> {
    read(hall, as_of, |office| Ok(shown::goods(office.books))).await
}

/// Organisations that may be paid 收款机构.
#[utoipa::path(get, path = "/api/v1/organisations", params(AsOf), responses(
    (status = 200, body = Read<Organisations>), ReadRefused))]
pub async fn organisations(
    State(hall): State<Arc<Hall>>,
    _: SignedIn,
    Asked(AsOf { as_of }): Asked<AsOf>,
) -> Result<Json<Read<Organisations>>, Problem> {
    read(hall, as_of, |office| Ok(shown::organisations(office.books))).await
}

/// Insurance policies 保单.
#[utoipa::path(get, path = "/api/v1/insurances", params(AsOf), responses(
    (status = 200, body = Read<Insurances>), SightRefused))]
pub async fn insurances(
    State(hall): State<Arc<Hall>>,
    _: SignedIn,
    Asked(AsOf { as_of }): Asked<AsOf>,
) -> Result<Json<Read<Insurances>>, Problem> {
    read(hall, as_of, |office| shown::insurances(office.books)).await
}

/// Acts that a revoked key put in doubt 存疑动作.
#[utoipa::path(get, path = "/api/v1/doubts", params(AsOf), responses(
    (status = 200, body = Read<DoubtList>), ReadRefused))]
pub async fn doubts(
    State(hall): State<Arc<Hall>>,
    _: SignedIn,
    Asked(AsOf { as_of }): Asked<AsOf>,
) -> Result<Json<Read<DoubtList>>, Problem> {
    read(hall, as_of, |office| Ok(shown::doubts(office.books))).await
}

/// Suspicions 疑点: what the rules find, and how far those are that were raised.
#[utoipa::path(get, path = "/api/v1/flags", params(DayQuestion), responses(
    (status = 200, body = Read<FlagFacts>), SightRefused))]
pub async fn flags(
    State(hall): State<Arc<Hall>>,
    _: SignedIn,
    Asked(DayQuestion { on, as_of }): Asked<DayQuestion>,
) -> Result<Json<Read<FlagFacts>>, Problem> {
    let view = move |office: Office<'_>| {
        shown::flags(office.books, on.unwrap_or_else(|| office.clock.today()))
    };
    read(hall, as_of, view).await
}

/// Medical alerts 医疗预警 of a year, of persons in one's area; for who opens households.
#[utoipa::path(get, path = "/api/v1/alerts", params(YearQuestion), responses(
    (status = 200, body = Read<AlertList>), SightRefused))]
pub async fn alerts(
    State(hall): State<Arc<Hall>>,
    who: SignedIn,
    Asked(YearQuestion { year, as_of }): Asked<YearQuestion>,
) -> Result<Json<Read<AlertList>>, Problem> {
    let view = move |office: Office<'_>, area| Ok(shown::alerts(office.books, year, &area));
    read_for(hall, as_of, move |office| homes_of(office, who), view).await
}

/// Households under watch, people without papers, goods: how many as of a day.
#[utoipa::path(get, path = "/api/v1/counts", params(DayQuestion), responses(
    (status = 200, body = Read<Counts>), SightRefused))]
pub async fn counts(
    State(hall): State<Arc<Hall>>,
    _: SignedIn,
    Asked(DayQuestion { on, as_of }): Asked<DayQuestion>,
) -> Result<Json<Read<Counts>>, Problem> {
    let view = move |office: Office<'_>| {
        shown::counts(office.books, on.unwrap_or_else(|| office.clock.today()))
    };
    read(hall, as_of, view).await
}
