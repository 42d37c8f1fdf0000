//! Views at the API: the same as at the command line, as of any entry, for whom they are.

use serde_json::Value;
use tests::county_demo;

use super::Hall;

/// The document of a `doudi show`, without what only a command says.
fn shown(dir: &std::path::Path, words: &str) -> Value {
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
        assert_eq!(reply.body, shown(&dir, &words), "{path}");
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
        let mut question = match path.as_str() {
            "/api/v1/roster-changes" => "scheme=DB-R&",
            "/api/v1/lineage" => "fund=F-DB&",
            "/api/v1/alerts" => "year=2020&",
            _ => "",
        }
        .to_owned();
        let ask = |more: &str| inspector.get(&format!("{address}?{question}{more}"));
        let now = inspector.get(&format!("{address}?{question}").replace("?&", "?"));
        assert_eq!(now.status, 200, "{path}: {now:?}");
        let then = ask(&format!("as_of={last}"));
        assert_eq!((then.status, &then.body), (200, &now.body), "{path}");
        assert_eq!(ask("as_of=99999999").status, 400, "{path}");
        assert_eq!(ask("as-of=1").status, 400, "{path}");
        question.clear();
    }
}

#[test]
fn an_earlier_state_opens_nothing_that_is_closed_to_a_person_now() {
    let (hall, books, household) = Hall::with_books();
    let application = books.cases.applications.iter();
    let home = |id| books.people.home_town(id);
    let of_town = application.filter(|(_, case)| home(case.filed.household) == home(household));
    let application = of_town.map(|(id, _)| *id).min();
    let paths = [
        Some(format!("households/{household}")),
        application.map(|id| format!("applications/{id}")),
    ];
    for (post, code) in [("Z02-民政经办", "sight.other_area"), ("MZJ-造册经办", "sight.not_yours")] {
        let clerk = hall.clerk(post);
        for path in paths.iter().flatten() {
            for as_of in ["", "?as_of=50000"] {
                let reply = clerk.get(&format!("/api/v1/{path}{as_of}"));
                assert_eq!((reply.status, reply.code()), (403, code), "{post} {path}{as_of}");
            }
        }
    }
    let own = hall.clerk("Z01-民政经办").get(&format!("/api/v1/{}", paths[0].as_ref().unwrap()));
    assert_eq!(own.status, 200, "{own:?}");
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
