//! The stages of the small county's October 2020, each building on the one before it.

use std::sync::OnceLock;

use serde_json::{Value, json};

use super::cases::{confirmed, entitled, filed, joined, noticed, peopled, surveyed, town_reviewed};
use super::paying::{
    agree, answered, approved, changed, closed, drawn, issued, released, returned, stated,
};
use super::{County, Saying, cast};

/// A stage: its name and what is said to get there from the one before.
type Stage = (&'static str, fn(&mut County));

/// Every stage in order.
pub const STAGES: &[Stage] = &[
    ("nothing", |_| ()),
    ("founded", founded),
    ("staffed", staffed),
    ("policies", policies),
    ("funded", funded),
    ("peopled", peopled),
    ("entitled", entitled),
    ("filed", filed),
    ("surveyed", surveyed),
    ("joined", joined),
    ("noticed", noticed),
    ("town_reviewed", town_reviewed),
    ("confirmed", confirmed),
    ("drawn", drawn),
    ("checked", |county| agree(county, "checker", "roster.checked")),
    ("reviewed", |county| agree(county, "finance", "roster.finance_reviewed")),
    ("approved", approved),
    ("released", released),
    ("answered", answered),
    ("returned", returned),
    ("changed", changed),
    ("stated", stated),
    ("closed", closed),
    ("issued", issued),
];

/// The county at a stage.
///
/// # Panics
/// If there is no such stage.
#[must_use]
pub fn given(stage: &str) -> County {
    static COUNTIES: OnceLock<Vec<County>> = OnceLock::new();
    let counties = COUNTIES.get_or_init(|| {
        let mut county = County::empty();
        let reach = |(_, act): &Stage| {
            act(&mut county);
            county.clone()
        };
        STAGES.iter().map(reach).collect()
    });
    let at = STAGES.iter().position(|(name, _)| *name == stage);
    let county = at.and_then(|at| counties.get(at));
    county.unwrap_or_else(|| panic!("there is no stage {stage:?}")).clone()
}

/// Says what must be accepted; its name is its kind.
pub(super) fn say(county: &mut County, by: &str, kind: &str, body: Value) {
    county.must(kind, &Saying::new(by, kind, body));
}

fn founded(county: &mut County) {
    let body = cast::founding(&County::log_signer().verifier().to_string());
    say(county, "admin", "ledger.founded", body);
}

fn staffed(county: &mut County) {
    for unit in cast::UNITS.iter().filter(|(code, ..)| !matches!(*code, "MZJ" | "JW")) {
        say(county, "admin", "unit.registered", cast::unit(unit));
    }
    for officer in cast::STAFF {
        say(county, "admin", "officer.appointed", cast::appointment(officer));
        let enrolment = cast::enrolment(officer.0, &["admin", "inspector"]);
        say(county, "admin", "key.enrolled", enrolment);
    }
}

/// DB: a long chain, paid from the next month. LS: a short one, with a cap and advances. TK: excludes DB.
fn policies(county: &mut County) {
    say(
        county,
        "policy",
        "calendar.published",
        json!({
            "holidays": ["2020-10-01", "2020-10-02"], "source": "国办发明电〔2019〕16号",
            "worked_weekends": ["2020-10-10"], "year": 2020,
        }),
    );
    let scheme = |code: &str, name: &str, chain: Value, pay_start: &str, surveyors: u8| {
        json!({
            "basis": "清民发〔2020〕8号", "chain": chain, "code": code, "from": "2020-09",
            "function_code": "2081901", "name": name, "notice_days": 7, "pay_day": 15,
            "pay_start": pay_start, "regularise_days": 10, "surveyors": surveyors, "unit": "MZJ",
        })
    };
    let long = json!(["survey", "notice", "town_review", "county_confirm"]);
    let short = json!(["survey", "county_confirm"]);
    say(county, "policy", "scheme.set", scheme("DB", "农村低保", long, "next_month", 2));
    say(county, "policy", "scheme.set", scheme("TK", "特困供养", short.clone(), "same_month", 1));
    let mut aid = scheme("LS", "临时救助", short, "same_month", 1);
    if let Some(fields) = aid.as_object_mut() {
        fields.insert("cap_fen".to_owned(), json!(500_000));
        fields.insert("town_limit_fen".to_owned(), json!(100_000));
    }
    say(county, "policy", "scheme.set", aid);
    for (scheme, category, fen, rule) in [
        ("DB", "差额补助", 60_000, "ceiling"),
        ("TK", "基本生活", 90_000, "fixed"),
        ("LS", "救助金", 600_000, "ceiling"),
    ] {
        say(
            county,
            "policy",
            "standard.set",
            json!({
                "amount_fen": fen, "area": "990101", "basis": "清政发〔2020〕3号", "category": category,
                "from": "2020-09", "rule": rule, "scheme": scheme,
            }),
        );
    }
    say(
        county,
        "policy",
        "exclusion.set",
        json!({
            "basis": "国发〔2016〕14号", "from": "2020-09", "one": "TK", "other": "DB",
        }),
    );
}

fn funded(county: &mut County) {
    for code in ["ZH-01", "ZH-02", "ZH-03"] {
        say(
            county,
            "keeper",
            "bank_account.opened",
            json!({
                "bank": "清河农商行", "code": code, "number_commit": format!("#number {code}"),
                "opened": "2020-01-02",
            }),
        );
    }
    for (code, account, kind, purposes) in [
        ("F-DB", "ZH-01", "treasury", json!(["DB", "TK"])),
        ("F-SB", "ZH-01", "treasury", json!(["DB"])),
        ("F-TC", "ZH-02", "pooled", json!(["LS", "DB"])),
        ("F-BY", "ZH-03", "float", json!(["LS"])),
    ] {
        say(
            county,
            "keeper",
            "fund.opened",
            json!({
                "account": account, "code": code, "kind": kind, "name": format!("资金{code}"),
                "purposes": purposes, "unit": "MZJ",
            }),
        );
    }
    money(county);
}

fn money(county: &mut County) {
    for (fund, fen) in [("F-DB", 1_000_000), ("F-SB", 300_000)] {
        county.must(
            &format!("allotted.{fund}"),
            &Saying::new(
                "keeper",
                "fund.allotted",
                json!({
                    "amount_fen": fen, "arrived": "2020-10-08", "direct": "central",
                    "document_no": "清财社〔2020〕41号", "function_code": "2081901", "fund": fund,
                    "level": "central",
                }),
            ),
        );
    }
    for (name, fund, fen) in [("released.FDB", "F-DB", 600_000), ("released.FSB", "F-SB", 40_000)] {
        county.must(
            name,
            &Saying::new(
                "keeper",
                "fund.released",
                json!({
                    "amount_fen": fen, "date": "2020-10-09", "fund": fund, "voucher_no": "拨1009",
                }),
            ),
        );
    }
    county.must(
        "contributed",
        &Saying::new(
            "keeper",
            "fund.contributed",
            json!({
                "amount_fen": 400_000, "contributor": "清河县慈善会", "date": "2020-10-09",
                "fund": "F-TC", "voucher_no": "收1009",
            }),
        ),
    );
    county.must(
        "moved",
        &Saying::new(
            "keeper",
            "fund.moved",
            json!({
                "amount_fen": 150_000, "date": "2020-10-09", "from": "F-TC", "reason": "补足备用金",
                "to": "F-BY",
            }),
        ),
    );
}
