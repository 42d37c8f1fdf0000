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
use crate::permits::holds;

/// What comes next for an open claim.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum ClaimStep {
    /// The loss is assessed.
    Assess,
    /// The assessment is shown to the public.
    Notice,
    /// The insurer pays.
    Settle,
}

impl ClaimStep {
    pub(super) fn of(books: &Books, claim: &Claim) -> ClaimStep {
        let policy = books.urgent.policies.get(&claim.filed.policy);
        let asks_notice = policy.is_some_and(|policy| policy.notice_days.is_some());
        if claim.assessed.is_none() {
            ClaimStep::Assess
        } else if asks_notice && claim.notice.is_none() {
            ClaimStep::Notice
        } else {
            ClaimStep::Settle
        }
    }

    pub(super) const fn chinese(self) -> &'static str {
        match self {
            ClaimStep::Assess => "查勘定损",
            ClaimStep::Notice => "公示",
            ClaimStep::Settle => "赔付",
        }
    }

    pub(super) const fn role(self) -> Role {
        match self {
            ClaimStep::Assess => Role::Surveyor,
            ClaimStep::Notice | ClaimStep::Settle => Role::Registrar,
        }
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
        let step = ClaimStep::of(office.books, claim);
        let forms = Forms { office, id, claim };
        shown.turn_of(office, who, step.role(), vec![forms.of(step)]);
        if holds(office.books, who.officer, Role::Registrar) {
            shown.forms.push(forms.declining());
        }
        if step != ClaimStep::Assess && holds(office.books, who.officer, Role::Surveyor) {
            let again = forms.assessing();
            shown.forms.push(again.noting("所见不同才重新查勘；以前的公示随之作废。"));
        }
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

/// The forms of a claim.
struct Forms<'a> {
    office: Office<'a>,
    id: ClaimId,
    claim: &'a Claim,
}

impl Forms<'_> {
    fn of(&self, step: ClaimStep) -> Form {
        match step {
            ClaimStep::Assess => self.assessing(),
            ClaimStep::Notice => self.noticing(),
            ClaimStep::Settle => self.settling(),
        }
    }

    fn form(&self, act: &'static str, title: &'static str, mut fields: Vec<Field>) -> Form {
        fields.insert(0, Field::given("claim", self.id.to_string()));
        Form::new(act, title, fields)
    }

    fn today(&self) -> Control {
        Control::Day(self.office.clock.today().to_string())
    }

    fn about(&self) -> Field {
        let assessed = self.claim.assessed.as_ref();
        Field::given("assessment", assessed.map(|(act, _)| act.to_string()).unwrap_or_default())
    }

    fn assessing(&self) -> Form {
        let fields = vec![
            Field::new("assessed", "查勘日期", self.today()),
            Field::new("amount_fen", "定损金额（元）", Control::Yuan),
            Field::proof("evidence", "查勘报告"),
        ];
        self.form("claim.assessed", "查勘定损", fields)
    }

    fn noticing(&self) -> Form {
        let fields = vec![
            self.about(),
            Field::new("place", "公示地点", Control::Text),
            Field::new("starts", "公示起日", Control::Day(String::new())),
            Field::new("ends", "公示止日", Control::Day(String::new())),
            Field::new("objections", "未了异议（件）", Control::Whole("0".to_owned())),
            Field::proof("photo", "公示照片"),
        ];
        self.form("claim.noticed", "理赔公示", fields)
    }

    fn settling(&self) -> Form {
        let fields = vec![
            self.about(),
            Field::new("amount_fen", "赔付金额（元）", Control::Yuan),
            Field::new("date", "赔付日期", self.today()),
            Field::proof("voucher", "承保机构付款凭证"),
        ];
        let form = self.form("claim.settled", "赔付", fields);
        form.noting("承保机构的钱，只作备查，不进财政资金。")
    }

    fn declining(&self) -> Form {
        let fields = vec![Field::new("reason", "理由（不写姓名）", Control::Text)];
        self.form("claim.declined", "拒赔", fields)
    }
}
