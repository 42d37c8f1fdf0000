//! Views at the API: the same as at the command line, as of any entry, for whom they are.

use api::permits::Area;
use api::shown;
use ledger::books::{Books, Statement};
use ledger::engine::fold_while;
use ledger::log::Log;
use ledger::trust::Trust;
use serde_json::{Value, json, to_value};
use tests::county_demo;

use super::Hall;

/// The document of a `doudi show`, without what only a command says.
fn told(dir: &std::path::Path, words: &str) -> Value {
    let words = words.split(' ');
    let ended = super::program()
        .run(["show", "--json", "--dir", dir.to_str().unwrap()].into_iter().chain(words));
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let mut document = ended.json();
    assert_eq!(document.as_object_mut().unwrap().remove("ok"), Some(true.into()));
    document
}

#[test]
fn a_view_says_the_same_at_the_api_and_at_the_command_line() {
    let (hall, books, household) = Hall::with_books();
    let (_folder, dir) = county_demo::copy(&super::program());
    let inspector = hall.clerk("JJW-监督检查员");
    let paid = books.payments.references(&"T20A0".parse().unwrap()).next().unwrap().0;
    let fund = "F-DB";
    let allotted = books.funds.allotments.keys().next().unwrap();
    let pairs = [
        (
            format!("households/{household}?period=2020-11"),
            format!("household --household {household} --period 2020-11"),
        ),
        (
            "roster-changes?scheme=DB-R&period=2020-11".to_owned(),
            "roster --scheme DB-R --period 2020-11".to_owned(),
        ),
        ("flags?on=2020-12-31".to_owned(), "flags --on 2020-12-31".to_owned()),
        ("alerts?year=2020".to_owned(), "alerts --year 2020".to_owned()),
        ("units/MZJ/matters".to_owned(), "matters --unit MZJ".to_owned()),
        ("officers".to_owned(), "officers".to_owned()),
        ("counts?on=2020-12-31".to_owned(), "counts --on 2020-12-31".to_owned()),
        (format!("lineage?payment={paid}"), format!("lineage --payment {paid}")),
        (format!("lineage?fund={fund}"), format!("lineage --fund {fund}")),
        (format!("lineage?act={allotted}"), format!("lineage --act {allotted}")),
    ];
    for (path, words) in pairs {
        let reply = inspector.get(&format!("/api/v1/{path}"));
        assert_eq!(reply.status, 200, "{path}: {reply:?}");
        assert_eq!(reply.body, told(&dir, &words), "{path}");
    }
}

/// Reads of the books, by the document of the API: what stands in a log or waits outside of it has no earlier state.
fn reads() -> Vec<(String, Vec<String>)> {
    const OTHERS: &[&str] =
        &["/consistency", "/drafts", "/enrolments", "/entries", "/ledger", "/session", "/signers"];
    let document: Value = serde_json::from_str(&api::http::v1::document()).unwrap();
    let paths = document["paths"].as_object().unwrap().iter();
    let reads = paths.filter(|(path, item)| {
        let place = path.trim_start_matches("/api/v1");
        item.get("get").is_some() && !OTHERS.iter().any(|other| place.starts_with(other))
    });
    let reads = reads.map(|(path, item)| {
        let asked = item["get"]["parameters"].as_array().unwrap().iter();
        let names = asked.map(|one| one["name"].as_str().unwrap().to_owned());
        (path.clone(), names.collect())
    });
    reads.collect()
}

#[test]
fn every_read_of_the_books_takes_an_earlier_state_and_refuses_what_it_does_not_know() {
    let (hall, books, household) = Hall::with_books();
    let inspector = hall.clerk("JJW-监督检查员");
    let held = books.cases.entitlements.iter().find(|(_, one)| one.household == household);
    let held = held.map(|(id, _)| *id).or_else(|| books.cases.entitlements.keys().next().copied());
    let application = books.cases.applications.keys().next().unwrap();
    let last = inspector.get("/api/v1/funds").body["height"].as_u64().unwrap() - 1;
    let all = reads();
    assert!(all.len() > 25, "{all:?}");
    for (path, names) in all {
        assert!(names.iter().any(|name| name == "as_of"), "{path} takes no as_of");
        let claim = books.urgent.claims.keys().next().unwrap();
        let address = path
            .replace("{household}", &household.to_string())
            .replace("{entitlement}", &held.unwrap().to_string())
            .replace("{application}", &application.to_string())
            .replace("{claim}", &claim.to_string())
            .replace("{batch}", "T20A0")
            .replace("{period}", "2020-12")
            .replace("{unit}", "MZJ")
            .replace("{scheme}", "DB-R")
            .replace("{fund}", "F-DB");
        let question = match path.as_str() {
            "/api/v1/roster-changes" => "scheme=DB-R&",
            "/api/v1/lineage" => "fund=F-DB&",
            "/api/v1/alerts" => "year=2020&",
            _ => "",
        };
        let ask = |more: &str| inspector.get(&format!("{address}?{question}{more}"));
        let now = inspector.get(&format!("{address}?{question}").replace("?&", "?"));
        assert_eq!(now.status, 200, "{path}: {now:?}");
        let then = ask(&format!("as_of={last}"));
        assert_eq!((then.status, &then.body), (200, &now.body), "{path}");
        assert_eq!(ask("as_of=99999999").status, 400, "{path}");
        assert_eq!(ask("as-of=1").status, 400, "{path}");
    }
}

#[test]
fn an_earlier_state_is_what_the_entries_up_to_it_say() {
    let (hall, _, household) = Hall::with_books();
    let (_folder, dir) = county_demo::copy(&super::program());
    let inspector = hall.clerk("JJW-监督检查员");
    let trust = Trust::read(&dir.join("trust")).unwrap();
    let log = Log::open_for_audit(&dir, &trust.log_key).unwrap();
    // After the first month was closed, and long before the end.
    let closed = inspector.get("/api/v1/months").body["closed"][0]["entry"].as_u64().unwrap();
    let up_to = |_: &Books, statement: &Statement<'_>| statement.at.0 <= closed;
    let books = fold_while(&log, trust.origin(), &mut { up_to }).unwrap();
    let day = "2020-12-31".parse().unwrap();
    let month = "2020-11".parse().unwrap();
    let scheme = "DB-R".parse().unwrap();
    let said = |view: Result<Value, serde_json::Error>| view.unwrap();
    let views = [
        ("units".to_owned(), said(to_value(shown::units(&books)))),
        ("officers".to_owned(), said(to_value(shown::officers(&books)))),
        ("balances".to_owned(), said(to_value(shown::balances(&books)))),
        ("months".to_owned(), said(to_value(shown::months(&books)))),
        ("goods".to_owned(), said(to_value(shown::goods(&books)))),
        ("recoveries".to_owned(), said(to_value(shown::recoveries(&books)))),
        ("reissues".to_owned(), said(to_value(shown::reissues(&books, &Area::County)))),
        ("policies?period=2020-11".to_owned(), said(to_value(shown::policies(&books, month)))),
        ("flags?on=2020-12-31".to_owned(), said(to_value(shown::flags(&books, day).unwrap()))),
        ("counts?on=2020-12-31".to_owned(), said(to_value(shown::counts(&books, day).unwrap()))),
        (
            "roster-changes?scheme=DB-R&period=2020-11".to_owned(),
            said(to_value(shown::roster_changes(&books, &scheme, month).unwrap())),
        ),
        (
            format!("households/{household}?period=2020-11"),
            said(to_value(shown::household(&books, household, month).unwrap())),
        ),
    ];
    let mut differing = 0;
    for (path, expected) in views {
        let mark = if path.contains('?') { '&' } else { '?' };
        let then = inspector.get(&format!("/api/v1/{path}{mark}as_of={closed}"));
        let mut then = then.body;
        let height = then.as_object_mut().unwrap().remove("height");
        assert_eq!(height, Some(json!(books.height)), "{path}");
        assert_eq!(then, expected, "{path}");
        let mut now = inspector.get(&format!("/api/v1/{path}")).body;
        let _ = now.as_object_mut().unwrap().remove("height");
        differing += usize::from(now != then);
    }
    assert!(differing >= 4, "only {differing} views were other than they are");
}

#[test]
fn an_earlier_state_opens_nothing_that_is_closed_to_a_person_now() {
    let (hall, books, household) = Hall::with_books();
    let clerk = hall.clerk("Z01-民政经办");
    let home = format!("/api/v1/households/{household}");
    let last = clerk.get("/api/v1/funds").body["height"].as_u64().unwrap() - 1;
    assert_eq!(clerk.get(&home).status, 200);
    // The town's clerk goes to another town.
    let (officer, known) = books
        .offices
        .officers
        .iter()
        .find(|(_, one)| one.unit.as_str() == "Z01" && one.post == "民政经办")
        .unwrap();
    let admin = hall.clerk("MZJ-系统管理员");
    let moved = json!({ "kind": "officer.appointed", "body": {
        "officer": officer, "name_commit": known.name_commit, "unit": "Z02", "post": "民政经办乙",
        "roles": ["registrar"],
    }});
    let draft = admin.draft("/api/v1/drafts/act", &moved);
    let act = admin.act_for(&draft, |_| ());
    assert_eq!(admin.hand_in(&draft, &act).status, 200);
    let members = books.people.members(household).to_vec();
    let held = members.iter().flat_map(|person| books.cases.of_person(*person));
    let paths = held.map(|(id, _)| format!("/api/v1/entitlements/{id}")).chain([home.clone()]);
    for path in paths {
        for as_of in [String::new(), format!("?as_of={last}")] {
            let reply = clerk.get(&format!("{path}{as_of}"));
            assert_eq!((reply.status, reply.code()), (403, "sight.other_area"), "{path}{as_of}");
        }
    }
    // Then they had the place, and now what is of the county is not theirs either.
    for path in ["roster-changes?scheme=DB-R", "units/MZJ/matters"] {
        let reply = clerk.get(&format!("/api/v1/{path}"));
        assert_eq!((reply.status, reply.code()), (403, "sight.other_area"), "{path}");
    }
    assert_eq!(clerk.get("/api/v1/units/Z02/matters").status, 200);
    for path in [home.as_str(), "/api/v1/applications", "/api/v1/alerts?year=2020"] {
        let reply = hall.clerk("MZJ-造册经办").get(path);
        assert_eq!((reply.status, reply.code()), (403, "sight.not_yours"), "{path}");
    }
    let nobody = "0".repeat(32);
    let reply = hall.clerk("JJW-监督检查员").get(&format!("/api/v1/households/{nobody}"));
    assert_eq!((reply.status, reply.code()), (404, "household.unknown"));
}

#[test]
fn who_has_a_reading_already_is_told_so_until_something_happens() {
    let hall = Hall::open();
    let inspector = hall.clerk("JJW-监督检查员");
    let first = inspector.get("/api/v1/balances");
    let tag = first.header("etag").to_owned();
    assert!(tag.starts_with('"'), "{first:?}");
    let again =
        |tag: &str| inspector.ask("GET", "/api/v1/balances", &[("if-none-match", tag)], b"");
    let same = again(&tag);
    assert_eq!((same.status, same.body.as_str(), same.header("etag")), (304, Some(""), &*tag));
    assert_eq!(again("\"other\"").status, 200);
    let maker = hall.clerk("MZJ-造册经办");
    let draft = maker.draft("/api/v1/drafts/roster", &super::roster("TC0C1"));
    let act = maker.act_for(&draft, |_| ());
    assert_eq!(maker.hand_in(&draft, &act).status, 200);
    assert_eq!(again(&tag).status, 200, "the books are higher");
}
