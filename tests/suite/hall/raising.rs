//! A raised standard in the browser: whoever registers has the amounts worked out, the county confirms exactly these.

use std::collections::BTreeMap;

use ledger::ids::SchemeCode;
use reconcile::bank_simulator::BankFile;
use serde_json::json;
use tests::browser::{Browser, Driver};
use tests::clerk::Clerk;

use super::Hall;
use super::cases::signs;
use super::people::{People, submit};

fn raise(hall: &Hall, fen: i64) {
    let body = json!({
        "amount_fen": fen, "area": "141199", "basis": "青政发〔2020〕30号", "category": "基本生活",
        "from": "2020-12", "rule": "fixed", "scheme": "TK-C",
    });
    signs(&hall.clerk("MZJ-社会救助股股长"), "standard.set", &body);
}

fn work_out(people: &People<'_>, clerk: &Browser) {
    people.go(clerk, "/import");
    clerk.fill("#b-scheme", "TK-C");
    clerk.fill("#b-from", "2020-12");
    clerk.fill("#b-reason", "青政发〔2020〕30号提标");
    people.choose(
        clerk,
        "#b-evidence",
        &BankFile { name: "提标.pdf".to_owned(), bytes: b"raise".to_vec() },
    );
}

#[test]
fn a_raise_is_worked_out_signed_and_confirmed_in_the_browser() {
    let Some(driver) = Driver::start() else { return };
    let hall = Hall::open();
    let people = People::of(&driver, &hall);
    let scheme: SchemeCode = "TK-C".parse().unwrap();
    let clerk = people.enter("MZJ-账户维护");
    work_out(&people, &clerk);
    clerk.click("#by-standard button[type=submit]");
    let said = clerk.wait_to_say("没有受理");
    assert!(said.contains(&format!("项目{scheme}自2020-12起没有要调整的")), "{said}");
    raise(&hall, 80_000);
    work_out(&people, &clerk);
    submit(&clerk, "#by-standard");
    let said = clerk.wait_to_say("本机已逐行核对：4行");
    assert!(said.contains("调整4项：每月共3,200.00元"), "{said}");
    let _ = clerk.sign();
    let county = people.enter("MZJ-分管副局长");
    people.go(&county, "/cases");
    county.click("main table a[href^='/proposals/']");
    let said = county.wait_to_say("批量调整名单");
    assert!(said.contains("3,200.00") && said.contains("改为800.00元"), "{said}");
    submit(&county, "form[data-act='entitlements.adjustment_confirmed']");
    let said = county.wait_to_say("指纹与要签的一致");
    assert!(said.contains("4行，合计 3,200.00 元"), "{said}");
    let _ = county.sign();
    let maker = hall.clerk("MZJ-造册经办");
    let draft = maker.draft("/api/v1/drafts/roster", &super::roster("TC0C0"));
    let said = maker.get(&format!("/drafts/{draft}")).body.as_str().unwrap().to_owned();
    assert!(!said.contains("与现行标准不符"), "{said}");
    let change = maker.get("/api/v1/roster-changes?scheme=TK-C&period=2020-12").body;
    assert_eq!(change["now"], json!({ "lines": 4, "total_fen": 320_000 }), "{change}");
}

#[test]
fn a_town_adjusts_only_its_own() {
    let (hall, books, _) = Hall::with_books();
    raise(&hall, 80_000);
    let wish = json!({
        "scheme": "TK-C", "from": "2020-12", "reason": "提标", "evidence": "1".repeat(64),
    });
    let path = "/api/v1/drafts/adjustments/by-standard";
    let lines = |of: &Clerk| {
        let reply = of.post(path, &wish);
        if reply.status == 200 {
            let draft = reply.body["draft"].as_str().unwrap().to_owned();
            return of.get(&format!("/api/v1/drafts/{draft}")).body["lines"].as_u64().unwrap();
        }
        assert_eq!((reply.status, reply.code()), (422, "list.nothing_to_adjust"), "{reply:?}");
        0
    };
    assert_eq!(lines(&hall.clerk("MZJ-账户维护")), 4);
    let held = books.cases.entitlements.values().filter(|one| one.scheme.as_str() == "TK-C");
    let mut near: BTreeMap<String, u64> = BTreeMap::new();
    for one in held {
        let town = books.people.home_town(one.household);
        let mut units = books.offices.units.iter();
        let unit = units.find(|(_, unit)| unit.town.is_some() && unit.town == town).unwrap().0;
        *near.entry(unit.to_string()).or_default() += 1;
    }
    assert_eq!(near.values().sum::<u64>(), 4, "{near:?}");
    let towns = books.offices.units.iter().filter(|(_, unit)| unit.town.is_some());
    let towns: Vec<String> = towns.map(|(unit, _)| unit.to_string()).collect();
    let without = towns.iter().find(|unit| !near.contains_key(*unit)).unwrap();
    for unit in near.keys().chain([without]) {
        let expected = near.get(unit).copied().unwrap_or_default();
        assert_eq!(lines(&hall.clerk(&format!("{unit}-民政经办"))), expected, "{unit}: {near:?}");
    }
    let maker = hall.clerk("MZJ-造册经办").post(path, &wish);
    assert_eq!((maker.status, maker.code()), (422, "authority.role_missing"), "{maker:?}");
}
