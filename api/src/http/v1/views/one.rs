//! Views of one thing that an address or a question names.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use ledger::ids::{
    ActId, EntitlementId, FundCode, HouseholdId, PaymentRef, SchemeCode, Seq, UnitCode,
};
use ledger::period::Period;
use ledger::rejection::Rejection;
use ledger::views::lineage::Lineage;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::super::super::blocking;
use super::super::super::extract::{Asked, SignedIn};
use super::super::super::problem::{Problem, SightRefused};
use super::super::batches::AsOf;
use super::{MonthQuestion, Read, homes_of, not_there, read, read_for};
use crate::desk::Office;
use crate::desk::closing::figures;
use crate::failure::Failure;
use crate::hall::Hall;
use crate::permits::Area;
use crate::shown::{
    self, About, EntitlementFacts, HouseholdFacts, LineageFacts, MatterList, MonthFacts, PoolFacts,
    RosterChanges,
};

/// The addresses of all of them.
pub(super) fn routes() -> OpenApiRouter<Arc<Hall>> {
    OpenApiRouter::new()
        .routes(routes!(household))
        .routes(routes!(entitlement))
        .routes(routes!(month))
        .routes(routes!(roster_changes))
        .routes(routes!(matters))
        .routes(routes!(pool))
        .routes(routes!(lineage))
}

/// What an address names, read as it is written there.
pub(super) fn named<T: std::str::FromStr>(what: &str, written: &str) -> Result<T, Failure> {
    written.parse().map_err(|_| Failure::usage(format!("{what}“{written}”不对。")))
}

/// Refuses a town's people where the whole county is told of.
fn demand_county(office: Office<'_>, who: SignedIn) -> Result<(), Failure> {
    if Area::of(office.books, who.officer) == Area::County {
        return Ok(());
    }
    Err(Failure::refused("sight.other_area", "这里列的是全县的，不只是您单位的辖区，没有打开。"))
}

/// One household 户 with everything that it gets from all units; ids, no names.
#[utoipa::path(get, path = "/api/v1/households/{household}", params(("household" = String, Path), MonthQuestion), responses(
    (status = 200, body = Read<HouseholdFacts>), SightRefused))]
pub async fn household(
    State(hall): State<Arc<Hall>>,
    who: SignedIn,
    Path(id): Path<String>,
    Asked(MonthQuestion { period, as_of }): Asked<MonthQuestion>,
) -> Result<Json<Read<HouseholdFacts>>, Problem> {
    let id: HouseholdId = named("户编号", &id)?;
    let judge = move |office: Office<'_>| {
        homes_of(office, who)?.demand(office.books, id)?;
        let known = office.books.people.households.get(&id);
        known.map(|_| ()).ok_or_else(|| Rejection::HouseholdUnknown { household: id }.into())
    };
    let view = move |office: Office<'_>, ()| {
        shown::household(office.books, id, period.unwrap_or_else(|| office.month()))
    };
    read_for(hall, as_of, judge, view).await
}

/// One entitlement 资格, month by month up to the one asked for, with its payments.
#[utoipa::path(get, path = "/api/v1/entitlements/{entitlement}", params(("entitlement" = String, Path), MonthQuestion), responses(
    (status = 200, body = Read<EntitlementFacts>), SightRefused))]
pub async fn entitlement(
    State(hall): State<Arc<Hall>>,
    who: SignedIn,
    Path(id): Path<String>,
    Asked(MonthQuestion { period, as_of }): Asked<MonthQuestion>,
) -> Result<Json<Read<EntitlementFacts>>, Problem> {
    let id: EntitlementId = named("资格编号", &id)?;
    let judge = move |office: Office<'_>| {
        let area = homes_of(office, who)?;
        let held = office.books.cases.entitlements.get(&id);
        let held = held.ok_or(Rejection::EntitlementUnknown { entitlement: id })?;
        area.demand(office.books, held.household)
    };
    let view = move |office: Office<'_>, ()| {
        shown::entitlement(office.books, id, period.unwrap_or_else(|| office.month()))
    };
    read_for(hall, as_of, judge, view).await
}

/// A month's figures, with the reconciliation of every account and what keeps it from being closed 月结检查.
#[utoipa::path(get, path = "/api/v1/months/{period}", params(("period" = String, Path), AsOf), responses(
    (status = 200, body = Read<MonthFacts>), SightRefused))]
pub async fn month(
    State(hall): State<Arc<Hall>>,
    _: SignedIn,
    Path(period): Path<String>,
    Asked(AsOf { as_of }): Asked<AsOf>,
) -> Result<Json<Read<MonthFacts>>, Problem> {
    let period: Period = named("月份", &period)?;
    let memo = Arc::clone(&hall);
    read(hall, as_of, move |office| {
        if as_of.is_some() {
            return Ok(shown::month(office.books, &figures(office, period)?));
        }
        let worked = memo.months.at(office.books.height, period, || figures(office, period))?;
        Ok(shown::month(office.books, &worked))
    })
    .await
}

/// Which scheme and month.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct RosterQuestion {
    /// The scheme.
    #[param(value_type = String)]
    scheme: SchemeCode,
    /// The month; the first open one if it is not said.
    #[param(value_type = Option<String>)]
    period: Option<Period>,
    /// The books as they stood after this entry.
    as_of: Option<u64>,
}

/// A scheme's month beside the month before: what differs and why, what was missed, what will be left out. For who has the county.
#[utoipa::path(get, path = "/api/v1/roster-changes", params(RosterQuestion), responses(
    (status = 200, body = Read<RosterChanges>), SightRefused))]
pub async fn roster_changes(
    State(hall): State<Arc<Hall>>,
    who: SignedIn,
    Asked(RosterQuestion { scheme, period, as_of }): Asked<RosterQuestion>,
) -> Result<Json<Read<RosterChanges>>, Problem> {
    let view = move |office: Office<'_>, ()| {
        let period = period.unwrap_or_else(|| office.month());
        shown::roster_changes(office.books, &scheme, period)
    };
    read_for(hall, as_of, move |office| demand_county(office, who), view).await
}

/// Everything that is open in a unit 未结事项: in one's own, or in any for who has the county.
#[utoipa::path(get, path = "/api/v1/units/{unit}/matters", params(("unit" = String, Path), AsOf), responses(
    (status = 200, body = Read<MatterList>), SightRefused))]
pub async fn matters(
    State(hall): State<Arc<Hall>>,
    who: SignedIn,
    Path(unit): Path<String>,
    Asked(AsOf { as_of }): Asked<AsOf>,
) -> Result<Json<Read<MatterList>>, Problem> {
    let unit: UnitCode = named("单位代码", &unit)?;
    let asked = unit.clone();
    let judge = move |office: Office<'_>| {
        let known = office.books.offices.officers.get(&who.officer);
        let is_own = known.is_some_and(|known| known.unit == asked);
        if is_own { Ok(()) } else { demand_county(office, who) }
    };
    let view = move |office: Office<'_>, ()| shown::matters(office.books, &unit);
    read_for(hall, as_of, judge, view).await
}

/// The use of a pooled fund 统筹资金 by area.
#[utoipa::path(get, path = "/api/v1/funds/{fund}/areas", params(("fund" = String, Path), AsOf), responses(
    (status = 200, body = Read<PoolFacts>), SightRefused))]
pub async fn pool(
    State(hall): State<Arc<Hall>>,
    _: SignedIn,
    Path(fund): Path<String>,
    Asked(AsOf { as_of }): Asked<AsOf>,
) -> Result<Json<Read<PoolFacts>>, Problem> {
    let fund = named("资金代码", &fund)?;
    read(hall, as_of, move |office| shown::pool(office.books, &fund)).await
}

/// Whose money: exactly one of the three.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct LineageQuestion {
    /// Where a payment's money came from.
    #[param(value_type = Option<String>)]
    payment: Option<PaymentRef>,
    /// Where the money of an allotment, contribution or gift went: its act.
    #[param(value_type = Option<String>)]
    act: Option<ActId>,
    /// Where what a fund holds came from.
    #[param(value_type = Option<String>)]
    fund: Option<FundCode>,
    /// The books as they stood after this entry.
    as_of: Option<u64>,
}

/// Where money came from or went 资金流向, first in first out. Folds the whole log: one at a time.
#[utoipa::path(get, path = "/api/v1/lineage", params(LineageQuestion), responses(
    (status = 200, body = Read<LineageFacts>), SightRefused))]
pub async fn lineage(
    State(hall): State<Arc<Hall>>,
    _: SignedIn,
    Asked(asked): Asked<LineageQuestion>,
) -> Result<Json<Read<LineageFacts>>, Problem> {
    let about = match (asked.payment, asked.act, asked.fund) {
        (Some(payment), None, None) => About::Payment(payment),
        (None, Some(act), None) => About::Origin(act),
        (None, None, Some(fund)) => About::Fund(fund),
        _ => {
            return Err(Failure::usage("payment、act、fund 三者写一个，也只写一个。").into());
        }
    };
    let answer = blocking(move || {
        // What is not there is told before the whole log is read for it.
        hall.room.read(|office| about.refuse_unknown(office.books))??;
        let mut lineage = Lineage::default();
        let last = asked.as_of.map(Seq);
        let books = hall.room.walk(last, &mut |books, statement| lineage.take(books, statement))?;
        let view = LineageFacts::of(&books, &lineage, &about)?;
        Ok(Read { height: books.height, view })
    });
    answer.await.map(Json).map_err(not_there)
}
