//! One insurance claim: filed, assessed, shown to the public where the policy asks for it, paid or refused.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use ledger::act::offices::Role;
use ledger::books::Books;
use ledger::books::urgent::{Claim, ClaimEnd};
use ledger::ids::ClaimId;

use super::super::forms::{Control, Field, Form};
use super::super::missing;
use super::{CasePage, Fact, demand, named};
use crate::desk::Office;
use crate::failure::Failure;
use crate::hall::Hall;
use crate::http::extract::Visitor;

/// What comes next for an open claim, and whose step that is.
pub(super) fn next(books: &Books, claim: &Claim) -> (&'static str, Role) {
    let policy = books.urgent.policies.get(&claim.filed.policy);
    let asks_notice = policy.is_some_and(|policy| policy.notice_days.is_some());
    if claim.assessed.is_none() {
        ("查勘定损", Role::Surveyor)
    } else if asks_notice && claim.notice.is_none() {
        ("公示", Role::Registrar)
    } else {
        ("赔付", Role::Registrar)
    }
}

pub(super) async fn page(
    State(hall): State<Arc<Hall>>,
    Visitor(who): Visitor,
    Path(id): Path<String>,
) -> Response {
    super::page(hall, who, "/cases", move |_, office, frame| {
        let id: ClaimId = id.parse().map_err(|_| Failure::usage("理赔案件编号不对。"))?;
        let claim = office.books.urgent.claims.get(&id).ok_or_else(|| missing("没有这件理赔。"))?;
        demand(office, who, claim.filed.household)?;
        let mut shown = CasePage::new(frame, "理赔案件");
        shown.facts = facts(id, claim);
        shown.persons = named(office, who, "查看理赔", &[claim.filed.person])?;
        if claim.end.is_some() {
            "已办结。".clone_into(&mut shown.turn);
            return Ok(shown);
        }
        let (step, role) = next(office.books, claim);
        shown.turn_of(office, who, role, forms(office, id, claim, step));
        Ok(shown)
    })
    .await
}

fn facts(id: ClaimId, claim: &Claim) -> Vec<Fact> {
    let filed = &claim.filed;
    let mut facts = vec![
        Fact::new("案件编号", &id),
        Fact::new("保单", &filed.policy),
        Fact::new("事由", &filed.event),
        Fact::new("出险日期", &filed.loss),
        Fact::new("报案日期", &filed.filed),
        Fact::of_household(filed.household),
    ];
    if let Some((_, assessed)) = &claim.assessed {
        facts.push(Fact::new("查勘日期", &assessed.assessed));
        facts.push(Fact::new("定损（元）", &assessed.amount_fen.to_grouped_yuan()));
    }
    if let Some(notice) = &claim.notice {
        facts.push(Fact::new("公示", &format!("{} 至 {}", notice.starts, notice.ends)));
    }
    facts.extend(claim.end.as_ref().map(|end| match end {
        ClaimEnd::Settled { amount, date } => {
            Fact::new("赔付", &format!("{date}，{} 元", amount.to_grouped_yuan()))
        }
        ClaimEnd::Declined => Fact::new("结果", "拒赔"),
    }));
    facts
}

fn forms(office: Office<'_>, id: ClaimId, claim: &Claim, step: &str) -> Vec<Form> {
    let case = || Field::given("claim", id.to_string());
    let today = || Control::Day(office.clock.today().to_string());
    let assessment = claim.assessed.as_ref().map(|(act, _)| act.to_string()).unwrap_or_default();
    let about = || Field::given("assessment", assessment.as_str());
    let refusing = || {
        let fields = vec![case(), Field::new("reason", "理由（不写姓名）", Control::Text)];
        Form::new("claim.declined", "拒赔", fields)
    };
    match step {
        "查勘定损" => vec![Form::new(
            "claim.assessed",
            "查勘定损",
            vec![
                case(),
                Field::new("assessed", "查勘日期", today()),
                Field::new("amount_fen", "定损金额（元）", Control::Yuan),
                Field::proof("evidence", "查勘报告"),
            ],
        )],
        "公示" => vec![
            Form::new(
                "claim.noticed",
                "理赔公示",
                vec![
                    case(),
                    about(),
                    Field::new("place", "公示地点", Control::Text),
                    Field::new("starts", "公示起日", Control::Day(String::new())),
                    Field::new("ends", "公示止日", Control::Day(String::new())),
                    Field::new("objections", "未了异议（件）", Control::Whole("0".to_owned())),
                    Field::proof("photo", "公示照片"),
                ],
            ),
            refusing(),
        ],
        _ => {
            let form = Form::new(
                "claim.settled",
                "赔付",
                vec![
                    case(),
                    about(),
                    Field::new("amount_fen", "赔付金额（元）", Control::Yuan),
                    Field::new("date", "赔付日期", today()),
                    Field::proof("voucher", "承保机构付款凭证"),
                ],
            );
            vec![form.noting("承保机构的钱，只作备查，不进财政资金。"), refusing()]
        }
    }
}
