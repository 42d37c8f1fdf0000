//! One application: what was filed, how far its chain is, and the form of the next step.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use ledger::act::offices::Role;
use ledger::act::policies::{PayStart, SchemeSet, Step};
use ledger::books::cases::Application;
use ledger::ids::ApplicationId;
use ledger::rejection::Rejection;

use super::super::forms::{Control, Field, Form};
use super::super::missing;
use super::under_way::role_of;
use super::{CasePage, Fact, StepRow, demand, named, parts_of, scheme_name};
use crate::desk::Office;
use crate::failure::Failure;
use crate::hall::Hall;
use crate::http::extract::Visitor;
use crate::permits::holds;

pub(super) async fn page(
    State(hall): State<Arc<Hall>>,
    Visitor(who): Visitor,
    Path(id): Path<String>,
) -> Response {
    super::page(hall, who, "/cases", move |_, office, frame| {
        let id: ApplicationId = id.parse().map_err(|_| Failure::usage("申请编号不对。"))?;
        let case =
            office.books.cases.applications.get(&id).ok_or_else(|| missing("没有这件申请。"))?;
        demand(office, who, case.filed.household)?;
        let period = case.filed.filed.period();
        let scheme = office.books.policies.scheme(&case.filed.scheme, period);
        let unknown = || Rejection::SchemeUnknown { scheme: case.filed.scheme.clone(), period };
        let scheme = scheme.ok_or_else(unknown)?;
        let mut shown = CasePage::new(frame, format!("申请 {}", scheme.name));
        shown.facts = facts(office, id, case);
        shown.persons = named(office, who, "查看申请", &case.filed.persons)?;
        shown.parts = case.survey.as_ref().map(|(_, s)| parts_of(&s.parts)).unwrap_or_default();
        shown.steps = scheme.chain.iter().map(|step| step_row(case, *step, scheme)).collect();
        let Some(step) = case.next_step(scheme) else {
            let how = if case.entitled.is_some() {
                "已确认。"
            } else {
                "不予确认，没有由此给予资格。"
            };
            how.clone_into(&mut shown.turn);
            return Ok(shown);
        };
        if step == Step::Survey && case.surveyors.contains(&who.officer) {
            "您已经签名，由另一人共同签名。".clone_into(&mut shown.turn);
        } else {
            shown.turn_of(office, who, role_of(step), vec![form(office, case, scheme, step)]);
        }
        let does = |role| holds(office.books, who.officer, role);
        if does(Role::Surveyor) && case.survey.is_some() {
            let again = visiting(office, case, scheme);
            shown.forms.push(
                again.noting("所见不同、公示有异议才重新调查；以前的签名、公示、审核随之作废。"),
            );
        }
        if does(Role::CountyConfirmer) {
            shown.forms.push(declining(case));
        }
        Ok(shown)
    })
    .await
}

fn facts(office: Office<'_>, id: ApplicationId, case: &Application) -> Vec<Fact> {
    let filed = &case.filed;
    let mut facts = vec![
        Fact::new("申请编号", &id),
        Fact::new("项目", &scheme_name(office.books, &filed.scheme)),
        Fact::new("类别", &filed.category),
        Fact::new("受理日期", &filed.filed),
        Fact::of_household(filed.household),
    ];
    facts.extend(filed.cause.as_ref().map(|cause| Fact::new("事由", &cause)));
    if let Some((act, survey)) = &case.survey {
        facts.push(Fact::new("入户调查", &format!("{}，动作 {act}", survey.surveyed)));
    }
    facts.extend(
        case.entitled
            .map(|id| Fact {
                path: Some(format!("/entitlements/{id}")), ..Fact::new("资格", &id)
            }),
    );
    if let Some(notice) = &case.notice {
        let said = format!("{} 至 {}，{}", notice.starts, notice.ends, notice.place);
        facts.push(Fact::new("公示", &said));
    }
    facts
}

fn step_row(case: &Application, step: Step, scheme: &SchemeSet) -> StepRow {
    let done = if step == Step::Survey {
        format!("{} / {} 人签名", case.surveyors.len(), scheme.surveyors)
    } else if step == Step::CountyConfirm && case.ended && case.entitled.is_none() {
        "不予确认".to_owned()
    } else if case.has_done(step, scheme.surveyors) {
        "已办".to_owned()
    } else if case.survey.is_some() && case.is_past(step, scheme) {
        "金额未达到，不需要".to_owned()
    } else {
        "未办".to_owned()
    };
    StepRow { name: step.chinese(), done }
}

/// The form of a step.
fn form(office: Office<'_>, case: &Application, scheme: &SchemeSet, step: Step) -> Form {
    let (application, today) = (case.filed.application.to_string(), office.clock.today());
    let survey = case.survey.as_ref().map(|(act, _)| act.to_string()).unwrap_or_default();
    let of = |mut more: Vec<Field>| {
        more.insert(0, Field::given("application", application.as_str()));
        more
    };
    let about = || Field::given("survey", survey.as_str());
    match step {
        Step::Survey => surveying(office, case, scheme),
        Step::VillageNomination | Step::Acceptance | Step::CollectiveDecision => {
            let mut fields = of(vec![
                Field::given("step", step.word()),
                Field::proof("evidence", "会议记录或验收报告"),
            ]);
            fields.extend((!survey.is_empty()).then(about));
            Form::new("application.step_passed", step.chinese(), fields)
        }
        Step::Notice => {
            let fields = of(vec![
                about(),
                Field::new("place", "公示地点", Control::Text),
                Field::new("starts", "公示起日", Control::Day(String::new())),
                Field::new("ends", "公示止日", Control::Day(String::new())),
                Field::new("objections", "未了异议（件）", Control::Whole("0".to_owned())),
                Field::proof("photo", "公示照片"),
            ]);
            Form::new("application.noticed", "公示", fields)
        }
        Step::TownReview => {
            let form = Form::new("application.reviewed", "乡镇审核", of(vec![about()]));
            form.noting("同意入户调查认定的内容和金额。").saying("审核同意，去签署")
        }
        Step::CountyConfirm => {
            let from = match scheme.pay_start {
                PayStart::SameMonth => today.period(),
                PayStart::NextMonth => today.period().next(),
            };
            let last = scheme.months.map(|months| {
                Field::new("last", "发放止月", Control::Month(last_month(from, months)))
            });
            let mut fields = of(vec![
                about(),
                Field::drawn("entitlement"),
                Field::new("confirmed", "确认日期", Control::Day(today.to_string())),
                Field::new("from", "发放起月", Control::Month(from.to_string())),
            ]);
            fields.extend(last);
            let form = Form::new("application.confirmed", "县级确认", fields);
            form.noting("同意入户调查认定的内容和金额；确认后即有资格。")
        }
    }
}

fn last_month(from: ledger::period::Period, months: u16) -> String {
    let mut last = from;
    (1..months).for_each(|_| last = last.next());
    last.to_string()
}

/// The first surveyor says what was found; others join, each once.
fn surveying(office: Office<'_>, case: &Application, scheme: &SchemeSet) -> Form {
    let Some((act, _)) = &case.survey else { return visiting(office, case, scheme) };
    let fields = vec![
        Field::given("application", case.filed.application.to_string()),
        Field::given("survey", act.to_string()),
    ];
    let join = Form::new("application.survey_joined", "共同调查", fields);
    join.noting("您也到户调查，所见与左边的内容和金额一致。").saying("共同签名，去签署")
}

fn visiting(office: Office<'_>, case: &Application, scheme: &SchemeSet) -> Form {
    let labels = office.books.policies.labels(&scheme.code);
    let labels = labels.into_iter().map(str::to_owned).collect();
    let is_one_off = scheme.months == Some(1);
    let amount =
        if is_one_off { "认定金额（一次性）" } else { "认定金额（每月）" };
    let fields = vec![
        Field::given("application", case.filed.application.to_string()),
        Field::new("surveyed", "入户日期", Control::Day(office.clock.today().to_string())),
        Field::new("parts", amount, Control::Parts(labels)),
        Field::proof("evidence", "调查表"),
    ];
    Form::new("application.surveyed", "入户调查", fields)
}

fn declining(case: &Application) -> Form {
    let fields = vec![
        Field::given("application", case.filed.application.to_string()),
        Field::new("reason", "理由（告知申请人，不写姓名）", Control::Text),
    ];
    Form::new("application.declined", "不予确认", fields)
}
