//! 疑点: suspicions about a unit's work, from raising one to what was put right.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use ledger::act::flags::{FlagSource, Verdict};
use ledger::act::offices::Role;
use ledger::books::flags::{Flag, FlagStage};
use ledger::ids::{FlagId, UnitCode};

use super::super::choices::{units, words_of};
use super::super::forms::{Control, Field, Form};
use super::super::{Frame, missing};
use super::{CasePage, Fact};
use crate::desk::Office;
use crate::failure::Failure;
use crate::hall::Hall;
use crate::http::extract::{SignedIn, Visitor};

struct Row {
    path: String,
    subject: String,
    unit: String,
    amount: String,
    found: String,
    stage: &'static str,
    due: String,
}

#[derive(Template)]
#[template(path = "flags.html")]
struct FlagsPage {
    frame: Frame,
    rows: Vec<Row>,
    raising: Form,
}

pub(super) async fn list(State(hall): State<Arc<Hall>>, Visitor(who): Visitor) -> Response {
    super::page(hall, who, "/flags", move |_, office, frame| {
        let all = office.books.flags.all.iter();
        let mut all: Vec<_> = all.collect();
        all.sort_by_key(|(_, flag)| std::cmp::Reverse(flag.at));
        let rows = all.into_iter().map(|(id, flag)| Row {
            path: format!("/flags/{id}"),
            subject: flag.raised.subject.clone(),
            unit: unit_name(office, &flag.raised.unit),
            amount: flag.raised.amount_fen.to_grouped_yuan(),
            found: flag.raised.found.to_string(),
            stage: flag.stage().chinese(),
            due: flag.handed_over().map(|handed| handed.due.to_string()).unwrap_or_default(),
        });
        Ok(FlagsPage { frame, rows: rows.collect(), raising: raising(office) })
    })
    .await
}

fn unit_name(office: Office<'_>, unit: &UnitCode) -> String {
    let known = office.books.offices.units.get(unit);
    known.map_or_else(|| unit.to_string(), |known| known.name.clone())
}

fn raising(office: Office<'_>) -> Form {
    let today = office.clock.today().to_string();
    Form::new(
        "flag.raised",
        "登记疑点",
        vec![
            Field::drawn("flag"),
            Field::given("rule", "manual"),
            Field::new("subject", "疑点内容（不写姓名）", Control::Text),
            Field::new("unit", "所涉单位", Control::One(units(office.books))),
            Field::new("amount_fen", "涉及资金（元）", Control::Yuan),
            Field::optional("entries", "所涉记录号（用逗号分隔；没有就不填）", Control::Numbers),
            Field::new("source", "来源", Control::One(words_of!(FlagSource))),
            Field::new("found", "发现日期", Control::Day(today)),
        ],
    )
}

pub(super) async fn page(
    State(hall): State<Arc<Hall>>,
    Visitor(who): Visitor,
    Path(id): Path<String>,
) -> Response {
    super::page(hall, who, "/flags", move |_, office, frame| {
        let id: FlagId = id.parse().map_err(|_| Failure::usage("疑点编号不对。"))?;
        let flag = office.books.flags.all.get(&id).ok_or_else(|| missing("没有这个疑点。"))?;
        let mut shown = CasePage::new(frame, "疑点");
        shown.facts = facts(office, id, flag);
        go_on(office, who, &mut shown, (id, flag));
        Ok(shown)
    })
    .await
}

fn facts(office: Office<'_>, id: FlagId, flag: &Flag) -> Vec<Fact> {
    let raised = &flag.raised;
    let mut facts = vec![
        Fact::new("疑点编号", &id),
        Fact::new("内容", &raised.subject),
        Fact::new("所涉单位", &unit_name(office, &raised.unit)),
        Fact::new("涉及资金（元）", &raised.amount_fen.to_grouped_yuan()),
        Fact::new("来源", &raised.source.chinese()),
        Fact::new("规则", if raised.rule == "manual" { "人工登记" } else { &raised.rule }),
        Fact::new("发现日期", &raised.found),
        Fact::new("进度", &flag.stage().chinese()),
    ];
    facts.extend(raised.entries.iter().map(|entry| Fact {
        path: Some(format!("/entries/{entry}")),
        ..Fact::new("所涉记录", &format!("第 {entry} 条"))
    }));
    facts.extend(flag.handed.iter().map(|handed| {
        let unit = unit_name(office, &handed.to);
        Fact::new("移交", &format!("{}，{unit}，{}前报告", handed.date, handed.due))
    }));
    let checks = flag.checks.iter();
    facts.extend(checks.map(|(_, _, report)| {
        Fact::new("核实", &format!("{}，{}", report.checked, report.finding))
    }));
    facts.extend(flag.decided.as_ref().map(|decided| {
        Fact::new("认定", &format!("{}，{}", decided.decided, decided.verdict.chinese()))
    }));
    let remedied = flag.remedied.as_ref();
    facts.extend(remedied.map(|one| Fact::new("整改", &format!("{}，{}", one.done, one.measure))));
    facts
}

/// The form of the next step, for whose step it is: the supervisors', or that of the unit that it lies with.
fn go_on(office: Office<'_>, who: SignedIn, shown: &mut CasePage, (id, flag): (FlagId, &Flag)) {
    let mine = office.books.offices.officers.get(&who.officer).map(|known| &known.unit);
    let next = Next { office, id, flag };
    let at_unit = |shown: &mut CasePage, unit: &UnitCode, form: Form| {
        if mine == Some(unit) {
            shown.forms.push(form);
        } else {
            shown.turn = format!("下一步由{}办理。", unit_name(office, unit));
        }
    };
    match flag.stage() {
        FlagStage::Raised => {
            shown.turn_of(office, who, Role::Inspector, vec![next.handing_over()]);
        }
        FlagStage::HandedOver => {
            if let Some(handed) = flag.handed_over() {
                at_unit(shown, &handed.to, next.checking());
            }
        }
        FlagStage::Checked => {
            let forms = vec![next.deciding(), next.handing_over()];
            shown.turn_of(office, who, Role::Inspector, forms);
        }
        FlagStage::Upheld => at_unit(shown, &flag.raised.unit, next.remedying()),
        FlagStage::Cleared | FlagStage::Remedied => "已办结。".clone_into(&mut shown.turn),
    }
}

/// The forms of a suspicion's steps.
struct Next<'a> {
    office: Office<'a>,
    id: FlagId,
    flag: &'a Flag,
}

impl Next<'_> {
    fn today(&self, name: &'static str, label: &'static str) -> Field {
        Field::new(name, label, Control::Day(self.office.clock.today().to_string()))
    }

    fn form(&self, act: &'static str, title: &'static str, mut fields: Vec<Field>) -> Form {
        fields.insert(0, Field::given("flag", self.id.to_string()));
        Form::new(act, title, fields)
    }

    fn handing_over(&self) -> Form {
        let fields = vec![
            Field::new("to", "交由何单位核实", Control::One(units(self.office.books))),
            self.today("date", "移交日期"),
            Field::new("due", "报告期限", Control::Day(String::new())),
        ];
        self.form("flag.handed_over", "移交", fields)
    }

    fn checking(&self) -> Form {
        let fields = vec![
            Field::new("finding", "核实结果（不写姓名）", Control::Text),
            self.today("checked", "核实日期"),
            Field::proof("evidence", "核实报告"),
        ];
        self.form("flag.checked", "核实", fields)
    }

    fn deciding(&self) -> Form {
        let check = self.flag.check().map(|(act, _)| act.to_string()).unwrap_or_default();
        let fields = vec![
            Field::given("check", check),
            Field::new("verdict", "认定", Control::One(words_of!(Verdict))),
            self.today("decided", "认定日期"),
            Field::proof("evidence", "认定书"),
        ];
        self.form("flag.decided", "认定", fields)
    }

    fn remedying(&self) -> Form {
        let fields = vec![
            Field::new("measure", "整改措施（不写姓名）", Control::Text),
            self.today("done", "办结日期"),
            Field::proof("evidence", "整改凭证"),
        ];
        self.form("flag.remedied", "整改办结", fields)
    }
}
