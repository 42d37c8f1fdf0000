//! One entitlement: what is due month by month, and the forms that change or end it.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use ledger::act::offices::Role;
use ledger::books::cases::{Entitlement, sum_of};
use ledger::ids::EntitlementId;

use super::cases::{named, scheme_name};
use super::forms::{Choice, Control, Field, Form};
use super::{Frame, missing, page as written};
use crate::desk::Office;
use crate::failure::Failure;
use crate::hall::Hall;
use crate::http::extract::{SignedIn, Visitor};
use crate::permits::{Area, Sight, holds};

struct MonthRow {
    period: String,
    parts: String,
    due: String,
}

#[derive(Template)]
#[template(path = "entitlement.html")]
struct EntitlementPage {
    frame: Frame,
    id: String,
    scheme: String,
    category: String,
    household: String,
    persons: Vec<Choice>,
    payee: String,
    last: String,
    months: Vec<MonthRow>,
    forms: Vec<Form>,
}

/// So many months are shown: this one, those before it and the next.
const MONTHS: usize = 14;

pub(super) async fn page(
    State(hall): State<Arc<Hall>>,
    Visitor(who): Visitor,
    Path(id): Path<String>,
) -> Response {
    written(hall, who, "/households", move |_, office, frame| {
        let id: EntitlementId = id.parse().map_err(|_| Failure::usage("资格编号不对。"))?;
        let held = office.books.cases.entitlements.get(&id);
        let held = held.ok_or_else(|| missing("没有这项资格。"))?;
        Sight::Household.demand(office.books, who.officer)?;
        Area::of(office.books, who.officer).demand(office.books, held.household)?;
        let mut persons: Vec<_> = held.persons.to_vec();
        persons.push(held.payee);
        let mut persons = named(office, who, "查看资格", &persons)?;
        let payee = persons.pop().map(|(_, name)| name).unwrap_or_default();
        Ok(EntitlementPage {
            frame,
            id: id.to_string(),
            scheme: scheme_name(office.books, &held.scheme),
            category: held.category.clone(),
            household: held.household.to_string(),
            persons,
            payee,
            last: held.last.map(|last| last.to_string()).unwrap_or_default(),
            months: months(office, held),
            forms: forms(office, who, id, held),
        })
    })
    .await
}

fn months(office: Office<'_>, held: &Entitlement) -> Vec<MonthRow> {
    let mut month = office.month().next();
    let mut rows = Vec::new();
    while rows.len() < MONTHS && month >= held.parts.begin() {
        let parts = held.due(month).unwrap_or_default();
        let spoken = parts
            .iter()
            .map(|part| format!("{} {}", part.label, part.amount_fen.to_grouped_yuan()));
        rows.push(MonthRow {
            period: month.to_string(),
            parts: spoken.collect::<Vec<_>>().join("、"),
            due: sum_of(parts).unwrap_or_default().to_grouped_yuan(),
        });
        month = month.previous();
    }
    rows
}

fn forms(office: Office<'_>, who: SignedIn, id: EntitlementId, held: &Entitlement) -> Vec<Form> {
    let does = |role| holds(office.books, who.officer, role);
    let own = || Field::given("entitlement", id.to_string());
    let month = office.books.first_open_month();
    let shown = office.month().to_string();
    let mut forms = Vec::new();
    let stages = office.books.cases.works.stages(id);
    let is_live = month.is_none_or(|month| held.is_live(month));
    if does(Role::Registrar) && is_live && stages.is_none() {
        let labels = office.books.policies.labels(&held.scheme);
        let labels = labels.into_iter().map(str::to_owned).collect();
        let fields = vec![
            own(),
            Field::new("from", "自何月起", Control::Month(shown.clone())),
            Field::new("parts", "新的金额（每月）", Control::Parts(labels)),
            Field::new("reason", "调整原因（不写姓名）", Control::Text),
            Field::proof("evidence", "凭证"),
        ];
        let form = Form::new("entitlement.adjusted", "调整金额", fields);
        forms.push(form.noting("由另一人确认后生效。"));
    }
    if does(Role::CountyConfirmer) {
        let fields = vec![
            own(),
            Field::new("last", "发放到何月为止", Control::Month(shown.clone())),
            Field::new("reason", "停发原因（不写姓名）", Control::Text),
            Field::proof("evidence", "凭证"),
        ];
        let form = Form::new("entitlement.stopped", "停发", fields);
        forms.push(form.noting(
            "该月以后不再发放。停到已经发放的月份之前，已发的不会自己收回，由主管在“追回”下达退款通知书。",
        ));
    }
    let open = stages.unwrap_or_default().iter().filter(|stage| stage.due.is_none());
    let open = open.map(|stage| (stage.part.label.clone(), stage.part.label.clone()));
    let open: Vec<Choice> = open.collect();
    if does(Role::Surveyor) && !open.is_empty() {
        let fields = vec![
            own(),
            Field::new("stage", "阶段", Control::One(open)),
            Field::new("accepted", "验收日期", Control::Day(office.clock.today().to_string())),
            Field::new("period", "列入月份", Control::Month(shown)),
            Field::proof("evidence", "验收报告"),
        ];
        forms.push(Form::new("stage.accepted", "阶段验收", fields));
    }
    forms
}
