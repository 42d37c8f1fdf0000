//! The stages of the small county's October 2020, each building on the one before it.

use std::sync::OnceLock;

use ledger::period::Period;
use ledger::views::month::MonthTable;
use serde_json::{Value, json};

use super::{County, Saying, bank, cast};

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

fn say(county: &mut County, by: &str, kind: &str, body: Value) {
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

/// Household 1 has persons 1 and 2, household 2 person 3, household 3 persons 4 and 5, household 4 person 6.
fn peopled(county: &mut County) {
    let mut saying = Saying::new("registrar", "people.registered", json!({ "source": "入户登记" }));
    for (household, village, members) in [
        (1, "990101001001", &[1, 2][..]),
        (2, "990101001002", &[3]),
        (3, "990101001002", &[4, 5]),
        (4, "990101002001", &[6]),
    ] {
        let head = members.first().copied().unwrap_or_default();
        saying = saying.line(
            "household",
            json!({
                "division": village, "head": format!("$person{head}"),
                "household": format!("$household{household}"),
            }),
        );
        for member in members {
            saying = saying.line(
                "person",
                json!({
                    "household": format!("$household{household}"),
                    "id_no_commit": format!("#number of person {member}"),
                    "name_commit": format!("#name of person {member}"),
                    "person": format!("$person{member}"),
                }),
            );
        }
    }
    for person in [1, 3, 4, 6] {
        saying = saying.line(
            "account",
            json!({
                "account": format!("$account{person}"), "bank": "清河农商行",
                "holder": format!("$person{person}"), "number_commit": format!("#account {person}"),
            }),
        );
    }
    county.must("people", &saying);
}

/// DB for households 1, 2 and 4 from October.
fn entitled(county: &mut County) {
    let body = json!({ "scheme": "DB", "source": "2020年9月在保名单" });
    let mut saying = Saying::new("registrar", "entitlements.brought_in", body);
    for (id, persons, fen) in [(1, &[1, 2][..], 100_000), (2, &[3], 50_000), (4, &[6], 45_000)] {
        let payee = persons.first().copied().unwrap_or_default();
        saying = saying.line(
            "entitlement",
            json!({
                "amount_fen": fen, "category": "B类", "entitlement": format!("$entitlement{id}"),
                "from": "2020-10", "household": format!("$household{id}"),
                "parts": [{ "amount_fen": fen, "label": "差额补助" }],
                "payee": format!("$person{payee}"),
                "persons": persons.iter().map(|n| format!("$person{n}")).collect::<Vec<_>>(),
            }),
        );
    }
    county.must("list", &saying);
    say(
        county,
        "county",
        "entitlements.confirmed",
        json!({
            "brought_in": "$list", "root": "$list.root",
        }),
    );
}

/// Household 3 applies for DB for persons 4 and 5.
fn filed(county: &mut County) {
    say(
        county,
        "registrar",
        "application.filed",
        json!({
            "application": "$application1", "category": "B类", "filed": "2020-10-09",
            "household": "$household3", "payee": "$person4", "persons": ["$person4", "$person5"],
            "scheme": "DB",
        }),
    );
}

fn surveyed(county: &mut County) {
    county.must(
        "survey",
        &Saying::new(
            "surveyor",
            "application.surveyed",
            json!({
                "application": "$application1", "evidence": "#survey form",
                "parts": [{ "amount_fen": 80_000, "label": "差额补助" }], "surveyed": "2020-10-10",
            }),
        ),
    );
}

fn joined(county: &mut County) {
    say(
        county,
        "companion",
        "application.survey_joined",
        json!({
            "application": "$application1", "survey": "$survey",
        }),
    );
}

fn noticed(county: &mut County) {
    say(
        county,
        "registrar",
        "application.noticed",
        json!({
            "application": "$application1", "ends": "2020-10-17", "objections": 0, "photo": "#photo",
            "place": "柳树镇公示栏", "starts": "2020-10-11", "survey": "$survey",
        }),
    );
}

fn town_reviewed(county: &mut County) {
    say(
        county,
        "town",
        "application.reviewed",
        json!({
            "application": "$application1", "survey": "$survey",
        }),
    );
}

fn confirmed(county: &mut County) {
    say(
        county,
        "county",
        "application.confirmed",
        json!({
            "application": "$application1", "confirmed": "2020-10-20",
            "entitlement": "$entitlement3", "from": "2020-11", "survey": "$survey",
        }),
    );
}

/// One payment of October: line of a roster.
#[must_use]
pub fn roster_line(n: u32, person: u32, fen: i64) -> Value {
    json!({
        "account": format!("$account{person}"), "amount_fen": fen,
        "entitlement": format!("$entitlement{n}"),
        "parts": [{ "amount_fen": fen, "label": "差额补助" }], "payee": format!("$person{person}"),
        "sources": [{ "amount_fen": fen, "fund": "F-DB" }],
    })
}

fn drawn(county: &mut County) {
    let body = json!({ "batch": "A0001", "kind": "regular", "period": "2020-10", "scheme": "DB" });
    let saying = Saying::new("maker", "roster.drawn", body)
        .line("roster", roster_line(1, 1, 100_000))
        .line("roster", roster_line(2, 3, 50_000))
        .line("roster", roster_line(4, 6, 45_000));
    county.must("roster", &saying);
}

fn agree(county: &mut County, by: &str, kind: &str) {
    say(county, by, kind, json!({ "batch": "A0001", "root": "$roster.root", "roster": "$roster" }));
}

fn approved(county: &mut County) {
    say(
        county,
        "approver",
        "roster.approved",
        json!({
            "batch": "A0001", "root": "$roster.root", "roster": "$roster", "total_fen": 195_000,
        }),
    );
}

fn released(county: &mut County) {
    say(
        county,
        "payer",
        "payment_file.released",
        json!({
            "account": "ZH-01", "batch": "A0001", "count": 3, "date": "2020-10-12",
            "file": "#payment file", "file_name": "A0001.csv", "profile": "icbc-batch@1",
            "root": "$roster.root", "total_fen": 195_000,
        }),
    );
}

/// Payments 1 and 3 settle; payment 2 fails, its account is closed.
fn answered(county: &mut County) {
    let body = json!({
        "batch": "A0001", "booked": "2020-10-13", "file": "#response", "file_name": "回盘.csv",
        "profile": "icbc-batch@1",
    });
    let saying = Saying::new("reconciler", "response.imported", body)
        .line("response", bank::answer("A00010000001", 100_000, "settled", None))
        .line("response", bank::answer("A00010000002", 50_000, "failed", Some("closed")))
        .line("response", bank::answer("A00010000003", 45_000, "settled", None));
    county.must("response", &saying);
}

/// Payment 3 comes back.
fn returned(county: &mut County) {
    let body = json!({
        "account": "ZH-01", "booked": "2020-10-15", "file": "#returns", "file_name": "退汇.csv",
        "profile": "icbc-batch@1",
    });
    let saying = Saying::new("reconciler", "returns.imported", body).line(
        "return",
        json!({
            "amount_fen": 45_000, "outcome": "returned", "reason": "dormant",
            "reference": "A00010000003", "returned": "2020-10-14", "row": 1,
        }),
    );
    county.must("returns", &saying);
}

/// Person 3 has another account.
fn changed(county: &mut County) {
    county.must("change", &Saying::new("registrar", "account.changed", json!({
        "evidence": "#form", "old": "$account3", "person": "$person3", "reason": "原账户已销户",
        "new": { "account": "$account3b", "bank": "清河农商行", "number_commit": "#account 3b" },
    })));
    say(county, "changes", "account.change_approved", json!({ "change": "$change" }));
}

fn stated(county: &mut County) {
    for account in ["ZH-01", "ZH-02", "ZH-03"] {
        let days = ("2020-10-01", "2020-10-31");
        let file = format!("{account}-2020-10");
        let saying = bank::statement(&county.ledger.books, account, days, &[], &file);
        county.must(&format!("statement.{account}"), &saying);
    }
}

/// The body of `month.closed` for the books as they stand; `None` if the month's sums leave the range of money.
#[must_use]
pub fn closing(county: &County, period: Period) -> Option<Value> {
    let books = &county.ledger.books;
    let table = MonthTable::of(books, period)?;
    Some(json!({ "height": books.height, "period": period, "table": table.digest() }))
}

fn closed(county: &mut County) {
    let october: Period = "2020-10".parse().expect("a month");
    let body = closing(county, october).expect("the county is small");
    county.names.insert("closing.height".to_owned(), county.ledger.books.height.to_string());
    say(county, "accountant", "month.closed", body);
}

fn issued(county: &mut County) {
    let height = county.ledger.books.closings.closed.values().next().map(|(_, b)| b.height);
    say(
        county,
        "writer",
        "bulletin.issued",
        json!({
            "documents": [{ "digest": "#bulletin", "name": "通报.md" }], "height": height,
            "number": "清民通〔2020〕1号", "period": "2020-10",
        }),
    );
}
