//! Plausible acts of the office: money in, reversals, policies, persons in office.

use ledger::act::funds::FundKind;
use serde_json::{Value, json};
use tests::given::{County, Saying, cast};

use super::dice::{Dice, open_month};

pub type Proposed = Option<Saying>;

pub fn say(by: &str, kind: &str, body: Value) -> Proposed {
    Proposed::from(Saying::new(by, kind, body))
}

/// A name that no act before has used.
pub fn fresh(county: &County, what: &str) -> String {
    format!("${what}.{}", county.ledger.books.height)
}

pub fn money_in(county: &County, dice: &mut Dice<'_>) -> Proposed {
    let books = &county.ledger.books;
    let fund = dice.pick(books.funds.funds.values())?;
    let (code, fen, date) = (&fund.code, dice.fen(), dice.day(county));
    match dice.below(5) {
        4 => say(
            "keeper",
            "fund.returned",
            json!({
                "amount_fen": fen, "date": date, "document_no": "清财社〔2020〕77号", "fund": code,
                "voucher_no": "缴",
            }),
        ),
        0 => say(
            "keeper",
            "fund.allotted",
            json!({
                "amount_fen": fen, "arrived": date, "direct": "none", "document_no": "清财社〔2020〕60号",
                "function_code": "2081901", "fund": code, "level": "county",
            }),
        ),
        1 => say(
            "keeper",
            "fund.moved",
            json!({
                "amount_fen": fen, "date": date, "from": code, "reason": "调剂",
                "to": dice.pick(books.funds.funds.keys())?,
            }),
        ),
        _ if fund.kind == FundKind::Pooled => say(
            "keeper",
            "fund.contributed",
            json!({
                "amount_fen": fen, "contributor": "清河县慈善会", "date": date, "fund": code,
                "voucher_no": "收",
            }),
        ),
        _ => say(
            "keeper",
            "fund.released",
            json!({
                "amount_fen": fen, "date": date, "fund": code, "voucher_no": "拨",
            }),
        ),
    }
}

pub fn reversal(county: &County, dice: &mut Dice<'_>) -> Proposed {
    let postings = &county.ledger.books.postings;
    let (act, posted) = dice.pick(&postings.reversible)?;
    if posted.reversed_by.is_none() || dice.one_in(4) {
        return say(
            "supervisor",
            "entry.reversed",
            json!({
                "act": act, "date": dice.day(county), "evidence": "#proof", "reason": "误记",
            }),
        );
    }
    let mut saying = money_in(county, dice)?;
    saying.body["corrects"] = json!(posted.reversed_by);
    Some(saying)
}

pub fn policy(county: &County, dice: &mut Dice<'_>) -> Proposed {
    let from = open_month(county);
    let schemes = county.ledger.books.policies.schemes().collect::<Vec<_>>();
    let scheme = dice.pick(schemes)?.clone();
    let accepted = json!(["survey", "acceptance", "county_confirm"]);
    let chain = if dice.one_in(2) { accepted } else { json!(["survey", "county_confirm"]) };
    match dice.below(8) {
        6 | 7 => measure(county, dice),
        0 => say(
            "policy",
            "calendar.published",
            json!({
                "holidays": ["2021-01-01"], "source": "国办发明电〔2020〕27号", "worked_weekends": [],
                "year": 2021,
            }),
        ),
        1 => say(
            "policy",
            "exclusion.set",
            json!({
                "basis": "清民发〔2020〕12号", "from": from, "one": "LS", "other": scheme.code,
            }),
        ),
        2 => say(
            "policy",
            "standard.set",
            json!({
                "amount_fen": 60_000, "area": dice.pick(["990101", "990101001"])?, "basis": "清政发",
                "category": "差额补助", "from": from, "rule": "ceiling", "scheme": "DB",
            }),
        ),
        3 => say(
            "keeper",
            "bank_account.opened",
            json!({
                "bank": "清河农商行", "code": format!("ZH-{}", county.ledger.books.height),
                "number_commit": "#number", "opened": dice.day(county),
            }),
        ),
        4 => say(
            "keeper",
            "fund.opened",
            json!({
                "account": dice.pick(county.ledger.books.funds.accounts.keys())?,
                "code": format!("F-{}", county.ledger.books.height), "kind": "treasury", "name": "新资金",
                "purposes": ["DB", "LS"], "unit": "MZJ",
            }),
        ),
        _ => say(
            "policy",
            "scheme.set",
            json!({
                "basis": "清民发〔2020〕15号", "chain": chain, "code": scheme.code,
                "from": from, "function_code": "2081901", "name": scheme.name, "notice_days": 0,
                "pay_day": 20, "pay_start": "same_month", "regularise_days": 5, "surveyors": 1,
                "town_limit_fen": 80_000, "unit": "MZJ",
            }),
        ),
    }
}

/// What standards and payments are measured by: a floor, or a month's price index.
fn measure(county: &County, dice: &mut Dice<'_>) -> Proposed {
    let from = open_month(county);
    if dice.one_in(2) {
        return say(
            "policy",
            "standard.floor_set",
            json!({
                "base_category": "差额补助", "base_scheme": "DB", "basis": "民发〔2016〕178号",
                "category": "基本生活", "from": from, "permille": 1000 + dice.below(600), "scheme": "TK",
            }),
        );
    }
    say(
        "policy",
        "index.published",
        json!({
            "cpi_bp": 300, "food_bp": 620, "period": from, "published": from.next().last_day(),
            "source": "国家统计局",
        }),
    )
}

pub fn staffing(_: &County, dice: &mut Dice<'_>) -> Proposed {
    let officer = dice.pick(cast::STAFF)?;
    let newcomer = ["newcomer1", "newcomer2"][dice.below(2)];
    // Mostly newcomers leave again: without its old hands an office does little.
    let leaver = if dice.one_in(6) { officer.0 } else { newcomer };
    match dice.below(7) {
        0 => say(
            "admin",
            "unit.registered",
            json!({
                "name": "石桥镇人民政府", "side": "town", "town": "990101002", "unit": "Z02",
            }),
        ),
        1 => say(
            "admin",
            "officer.dismissed",
            json!({
                "officer": format!("$officer.{leaver}"), "reason": "调离",
            }),
        ),
        2 => say(
            "admin",
            "key.revoked",
            json!({
                "key": cast::key_id_of(leaver), "reason": "更换",
            }),
        ),
        3 | 4 => say("admin", "key.enrolled", cast::enrolment(newcomer, &["admin", "inspector"])),
        5 => {
            let mut body = cast::appointment(officer);
            body["officer"] = json!(format!("$officer.{newcomer}"));
            say("admin", "officer.appointed", body)
        }
        _ => say("admin", "officer.appointed", cast::appointment(officer)),
    }
}
