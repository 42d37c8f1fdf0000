//! 项目: the schemes as they hold now, with their standards for the county and what binds one to another; and the forms by which
//! standards, pairs, indices and the calendar are set.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use ledger::act::offices::Role;
use ledger::act::policies::{SchemeSet, StandardFloorSet, StandardRule, Strictness};
use ledger::books::Books;
use ledger::money::Money;
use ledger::period::{Date, Period};

use super::choices::{schemes, towns, words_of};
use super::forms::{Choice, Control, Field, Form};
use super::{Frame, page as written};
use crate::desk::Office;
use crate::hall::Hall;
use crate::http::extract::Visitor;
use crate::permits::holds;

struct Row {
    code: String,
    name: String,
    /// The first month, of a scheme that has not begun.
    from: Option<String>,
    unit: String,
    chain: String,
    notice_days: u16,
    pay_day: i8,
    standards: String,
    pairs: String,
    basis: String,
}

#[derive(Template)]
#[template(path = "schemes.html")]
struct Schemes {
    frame: Frame,
    period: String,
    rows: Vec<Row>,
    floors: Vec<String>,
    /// Floors, pairs and versions of schemes that begin later.
    ahead: Vec<String>,
    indices: Vec<(String, String, String, String)>,
    calendars: Vec<String>,
    alerts: Vec<String>,
    forms: Vec<Form>,
}

/// So many months of price indices stand on the page, the newest first.
const INDICES: usize = 24;

pub(super) async fn page(State(hall): State<Arc<Hall>>, Visitor(who): Visitor) -> Response {
    written(hall, who, "/schemes", move |_, office, frame| {
        let period = office.month();
        let policies = &office.books.policies;
        let now = |newest| policies.scheme(newest, period);
        let shown = policies.schemes().map(|newest| now(&newest.code).unwrap_or(newest));
        let rows = shown.map(|scheme| row(office, scheme, period)).collect();
        let other = policies.schemes_after(period);
        let other = other.filter(|newest| now(&newest.code).is_some()).map(|newest| {
            (newest.from, format!("{}（{}）的新规定（{}）", newest.name, newest.code, newest.basis))
        });
        let floors = policies.floors(period).map(told);
        let ahead = policies.floors_after(period).map(|floor| (floor.from, told(floor)));
        let pairs = policies.pairs_after(period).map(|pair| {
            let effect = pair.effect.unwrap_or(Strictness::Refused).chinese();
            (pair.from, format!("{} 与 {} {effect}（{}）", pair.one, pair.other, pair.basis))
        });
        let ahead = ahead.chain(pairs).chain(other).map(|(from, what)| format!("自{from}：{what}"));
        let calendars = policies.calendar.published().map(|(year, holidays, worked)| {
            format!("{year}年：放假 {}；调休上班 {}", listed(&holidays), listed(&worked))
        });
        let alerts = office.books.medical.rules().map(|rule| {
            let schemes: Vec<String> = rule.schemes.iter().map(ToString::to_string).collect();
            format!(
                "自{}：在册（{}，监测户）总费用超过{}元，其他人员自负超过{}元（{}）",
                rule.from,
                schemes.join("、"),
                rule.listed_fen.to_grouped_yuan(),
                rule.other_fen.to_grouped_yuan(),
                rule.basis,
            )
        });
        let indices = policies.indices.values().rev().take(INDICES).map(|one| {
            let (cpi, food) = (percent(one.cpi_bp), percent(one.food_bp));
            (one.period.to_string(), cpi, food, format!("{} {}", one.published, one.source))
        });
        let sets = holds(office.books, who.officer, Role::PolicySetter);
        Ok(Schemes {
            frame,
            period: period.to_string(),
            rows,
            floors: floors.collect(),
            ahead: ahead.collect(),
            indices: indices.collect(),
            calendars: calendars.collect(),
            alerts: alerts.collect(),
            forms: if sets { forms(office, period) } else { Vec::new() },
        })
    })
    .await
}

fn row(office: Office<'_>, scheme: &SchemeSet, period: Period) -> Row {
    let books = office.books;
    let unit = books.offices.units.get(&scheme.unit);
    let chain: Vec<&str> = scheme.chain.iter().map(|step| step.chinese()).collect();
    let county = books.offices.founded.as_ref().map(|founded| &founded.county);
    let standards = books.policies.standing(&scheme.code, period).map(|standard| {
        let (rule, amount) = (standard.rule.chinese(), standard.amount_fen.to_grouped_yuan());
        let place = Some(&standard.area).filter(|area| Some(*area) != county);
        let place = place.map(|area| format!("（{area}）")).unwrap_or_default();
        let from = Some(standard.from).filter(|from| *from > period);
        let from = from.map(|from| format!("（自{from}）")).unwrap_or_default();
        format!("{}{place} {rule} {amount}{from}", standard.category)
    });
    let mut pairs: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for (other, strictness) in books.policies.paired_with(&scheme.code, period) {
        if strictness != Strictness::Lifted {
            pairs.entry(strictness.chinese()).or_default().push(other.to_string());
        }
    }
    let pairs = pairs.iter().map(|(word, others)| format!("{word}：{}", others.join("、")));
    Row {
        code: scheme.code.to_string(),
        name: scheme.name.clone(),
        from: Some(scheme.from).filter(|from| *from > period).map(|from| from.to_string()),
        unit: unit.map_or_else(|| scheme.unit.to_string(), |unit| unit.name.clone()),
        chain: chain.join(" → "),
        notice_days: scheme.notice_days,
        pay_day: scheme.pay_day,
        standards: standards.collect::<Vec<_>>().join("\n"),
        pairs: pairs.collect::<Vec<_>>().join("\n"),
        basis: scheme.basis.clone(),
    }
}

/// A floor in words.
fn told(floor: &StandardFloorSet) -> String {
    let share = format!("{}.{:03}", floor.permille / 1000, floor.permille % 1000);
    let base = format!("{} {}", floor.base_scheme, floor.base_category);
    let bound = format!("{} {}", floor.scheme, floor.category);
    format!("{bound} 不低于 {base} 的 {share} 倍（{}）", floor.basis)
}

fn listed(days: &[Date]) -> String {
    let days: Vec<String> = days.iter().map(ToString::to_string).collect();
    if days.is_empty() { "没有".to_owned() } else { days.join("、") }
}

/// Hundredths of a percent, as a percentage: they are written as fen are in yuan.
fn percent(hundredths: i16) -> String {
    format!("{}%", Money::from_fen(hundredths.into()).to_yuan())
}

/// The county and its towns.
fn areas(books: &Books) -> Vec<Choice> {
    let county = books.offices.founded.as_ref().map(|founded| founded.county.clone());
    let county = county.map(|county| (county.to_string(), format!("{county} 全县")));
    county.into_iter().chain(towns(books)).collect()
}

/// The parts that some scheme has a standard for.
fn labels(books: &Books) -> Vec<Choice> {
    let schemes = books.policies.schemes();
    let labels: BTreeSet<&str> =
        schemes.flat_map(|scheme| books.policies.labels(&scheme.code)).collect();
    labels.into_iter().map(|label| (label.to_owned(), label.to_owned())).collect()
}

fn forms(office: Office<'_>, period: Period) -> Vec<Form> {
    vec![
        standard(office.books, period),
        floor(office.books, period),
        pair(office.books, period),
        index(office),
        calendar(office),
        alert(office.books, period),
    ]
}

fn from(period: Period) -> Field {
    Field::new("from", "自哪个月起", Control::Month(period.to_string()))
}

fn basis() -> Field {
    Field::new("basis", "依据（文号）", Control::Text)
}

fn standard(books: &Books, period: Period) -> Form {
    let fields = vec![
        Field::new("scheme", "项目", Control::One(schemes(books))),
        Field::new(
            "category",
            "名目（已有的从列表里选；写别的就是新名目）",
            Control::Suggested(labels(books)),
        ),
        Field::new("area", "适用地区", Control::One(areas(books))),
        Field::new("rule", "怎样约束", Control::One(words_of!(StandardRule))),
        Field::new("amount_fen", "标准（元；每人每月，按量的写每一单位）", Control::Yuan),
        from(period),
        basis(),
    ];
    let form = Form::new("standard.set", "设定标准", fields);
    form.noting("标准变了，已有资格不会自动改：不合新标准的，由信息登记岗位在“导入文件”里批量调整，或逐项调整，县级确认。用政策文件设定的，签署前先试算影响。")
}

fn floor(books: &Books, period: Period) -> Form {
    let fields = vec![
        Field::new("scheme", "受约束的项目", Control::One(schemes(books))),
        Field::new("category", "其名目", Control::One(labels(books))),
        Field::new("base_scheme", "以哪个项目为基数", Control::One(schemes(books))),
        Field::new("base_category", "其名目", Control::One(labels(books))),
        Field::new(
            "permille",
            "不低于基数的千分之几（1.3倍写1300）",
            Control::Whole(String::new()),
        ),
        from(period),
        basis(),
    ];
    Form::new("standard.floor_set", "设定标准下限", fields)
}

fn pair(books: &Books, period: Period) -> Form {
    let fields = vec![
        Field::new("one", "一个项目", Control::One(schemes(books))),
        Field::new("other", "另一个项目", Control::One(schemes(books))),
        Field::new("effect", "同一人同月都有时", Control::One(words_of!(Strictness))),
        from(period),
        basis(),
    ];
    Form::new("exclusion.set", "设定互斥", fields)
}

fn index(office: Office<'_>) -> Form {
    let today = office.clock.today();
    let fields = vec![
        Field::new("period", "月份", Control::Month(today.period().previous().to_string())),
        Field::new("cpi_bp", "居民消费价格同比涨幅（%；指数102.3填2.3）", Control::Percent),
        Field::new("food_bp", "食品价格同比涨幅（%；指数102.3填2.3）", Control::Percent),
        Field::new("published", "公布日期", Control::Day(today.to_string())),
        Field::new("source", "公布单位和文号", Control::Text),
    ];
    let form = Form::new("index.published", "登记价格指数", fields);
    form.noting("价格临时补贴按公布的指数启动。")
}

fn calendar(office: Office<'_>) -> Form {
    let next = office.clock.today().year() + 1;
    let fields = vec![
        Field::new("year", "年份", Control::Whole(next.to_string())),
        Field::new("holidays", "放假的日子（逗号分隔）", Control::Days),
        Field::optional("worked_weekends", "调休上班的周末（逗号分隔，没有就不填）", Control::Days),
        Field::new("source", "通知文号", Control::Text),
    ];
    let form = Form::new("calendar.published", "登记工作日历", fields);
    form.noting("工作日时限按它计算。同一年再登记，代替先前的：要把全年的日子重新写全。")
}

fn alert(books: &Books, period: Period) -> Form {
    let fields = vec![
        Field::new(
            "schemes",
            "在册人员：领取哪些项目的（监测户也算在册）",
            Control::Some(schemes(books)),
        ),
        Field::new("listed_fen", "在册人员总费用超过（元）", Control::Yuan),
        Field::new("other_fen", "其他人员自负费用超过（元）", Control::Yuan),
        from(period),
        basis(),
    ];
    Form::new("alert.rule_set", "设定医疗预警标准", fields)
}
