//! What a town's people see and draft, and what nobody drafts: of other towns, of days to come; and how a case ended.

use api::clock::Clock;
use api::desk::Desk;
use serde_json::{Value, json};

use super::Hall;
use super::cases::{signs, somebody};

#[test]
fn nobody_drafts_for_a_household_of_another_town_and_nothing_of_it_goes_into_the_vault() {
    let (folder, dir) = tests::county_demo::copy(&super::program());
    let household = somebody(&dir);
    let desk = Desk::open(&dir, Clock::Machine).unwrap();
    let persons = desk.books().people.persons.iter();
    let member = persons.filter(|(_, one)| one.household == household).map(|(id, _)| *id).min();
    let member = member.unwrap();
    let town = desk.books().offices.units[&"Z02".parse().unwrap()].town.clone();
    let homes = desk.books().people.households.keys().copied();
    let own_home = homes.filter(|home| desk.books().people.home_town(*home) == town).min().unwrap();
    drop(desk);
    let server = tests::serving::Serving::start(&super::program(), &dir);
    let hall = Hall { server, dir, _folder: folder };
    let wish = |number: &str| {
        json!({
            "kind": "account.changed",
            "body": { "person": member, "reason": "换卡", "evidence": "0".repeat(64) },
            "private": { "number": number, "bank_name": "青禾农村商业银行", "holder_name": "某某" },
        })
    };
    let asks = |post: &str, number: &str| {
        let reply = hall.clerk(post).post("/api/v1/drafts/act", &wish(number));
        (reply.status, reply.code().to_owned())
    };
    let (not_theirs, theirs) = ("9990149000000088800", "9990149000000077700");
    let said = |status: u16, code: &str| (status, code.to_owned());
    // A household of their own beside it opens no door.
    let mut both = wish(not_theirs);
    both["body"]["household"] = json!(own_home);
    let reply = hall.clerk("Z02-民政经办").post("/api/v1/drafts/act", &both);
    assert_eq!((reply.status, reply.code()), (403, "sight.other_area"), "{reply:?}");
    assert_eq!(asks("Z02-民政经办", not_theirs), said(403, "sight.other_area"));
    assert_eq!(asks("Z01-镇长", not_theirs), said(422, "authority.role_missing"));
    assert_eq!(asks("Z01-民政经办", "12x"), said(400, "usage"));
    assert_eq!(asks("Z01-民政经办", theirs), said(200, ""));
    let page = hall.clerk("Z02-民政经办").get(&format!("/households/{household}"));
    assert_eq!(page.status, 403);
    let Hall { server, dir, _folder } = hall;
    assert_eq!(server.stop().0, Some(0));
    let desk = Desk::open(&dir, Clock::Machine).unwrap();
    assert_eq!(desk.vault.find_account(not_theirs).unwrap(), None);
    assert!(desk.vault.find_account(theirs).unwrap().is_some());
}

#[test]
fn what_has_not_happened_yet_and_another_towns_float_are_not_drafted() {
    let (hall, books, household) = Hall::with_books();
    let members = books.people.persons.iter().filter(|(_, one)| one.household == household);
    let member = members.map(|(id, _)| *id).min().unwrap();
    let clerk = hall.clerk("Z01-民政经办");
    let asks = |kind: &str, body: Value| {
        let reply = clerk.post("/api/v1/drafts/act", &json!({ "kind": kind, "body": body }));
        (reply.status, reply.code().to_owned())
    };
    let evidence = "0".repeat(64);
    let died = |date: &str| json!({ "person": member, "date": date, "evidence": evidence });
    assert_eq!(asks("person.died", died("2099-01-01")), (422, "draft.ahead".to_owned()));
    assert_eq!(asks("person.died", died("2020-12-01")), (200, String::new()));
    let accountant = hall.clerk("CZJ-会计");
    let opened = json!({
        "code": "F-Z3", "name": "另一乡镇的备用金", "kind": "float", "account": "ZH-03", "unit": "Z03", "purposes": ["LS"],
    });
    signs(&accountant, "fund.opened", &opened);
    let float = json!({
        "advance": "$random", "household": household, "scheme": "LS", "fund": "F-Z3", "payee": member,
        "amount_fen": 10_000, "date": "2020-12-01", "cause": "火灾", "receipt": evidence,
    });
    assert_eq!(asks("advance.paid", float), (403, "sight.other_area".to_owned()));
}

#[test]
fn an_application_that_was_declined_is_not_shown_as_confirmed() {
    let (hall, books, household) = Hall::with_books();
    let members = books.people.persons.iter().filter(|(_, one)| one.household == household);
    let member = members.map(|(id, _)| *id).min().unwrap();
    let (clerk, county) = (hall.clerk("Z01-民政经办"), hall.clerk("MZJ-分管副局长"));
    let case = "4".repeat(32);
    let filed = json!({
        "application": case, "household": household, "scheme": "LS", "category": "急难型", "cause": "火灾",
        "filed": "2020-12-01", "persons": [member], "payee": member,
    });
    signs(&clerk, "application.filed", &filed);
    let declined = json!({ "application": case, "reason": "不符合条件" });
    signs(&county, "application.declined", &declined);
    let page = clerk.get(&format!("/applications/{case}")).body.as_str().unwrap().to_owned();
    assert!(page.contains("不予确认，没有由此给予资格") && !page.contains("已确认"), "{page}");
}

#[test]
fn what_waits_for_a_signature_keeps_what_the_vault_holds_of_it() {
    let hall = Hall::open();
    let accountant = hall.clerk("CZJ-会计");
    let asks = |number: &str| {
        let wish = json!({
            "kind": "bank_account.opened",
            "body": { "code": "ZH-09", "bank": "青禾农村商业银行", "opened": "2020-12-01" },
            "private": { "number": number, "holder_name": "青禾县财政局" },
        });
        let reply = accountant.post("/api/v1/drafts/act", &wish);
        (reply.status, reply.code().to_owned(), reply.body["draft"].as_str().map(str::to_owned))
    };
    let (status, _, first) = asks("990014100000000099");
    assert_eq!(status, 200);
    // Another number under the same code would change what the first draft stands for.
    assert_eq!(asks("990014100000000098"), (422, "draft.named_waits".to_owned(), None));
    let first = first.unwrap();
    let path = format!("/api/v1/drafts/{first}");
    assert_eq!(accountant.ask("DELETE", &path, &[], b"").status, 204);
    let (status, code, second) = asks("990014100000000098");
    assert_eq!((status, code.as_str()), (200, ""));
    let second = second.unwrap();
    assert_eq!(accountant.hand_in(&second, &accountant.act_for(&second, |_| ())).status, 200);
    let Hall { server, dir, _folder } = hall;
    assert_eq!(server.stop().0, Some(0));
    let desk = Desk::open(&dir, Clock::Machine).unwrap();
    let code = desk.vault.find_programme_account("990014100000000098").unwrap().unwrap();
    assert_eq!(code.as_str(), "ZH-09");
    assert_eq!(desk.vault.find_programme_account("990014100000000099").unwrap(), None);
}
