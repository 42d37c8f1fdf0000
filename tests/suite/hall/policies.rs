//! What is set once for many in the browser, standards, indices and the calendar, and what has no money in it: goods, and people
//! without papers.

use reconcile::bank_simulator::BankFile;
use serde_json::{Value, json};
use tests::browser::{Browser, Driver};
use tests::clerk::{Clerk, Reply};

use super::Hall;
use super::people::{People, fill_in};

/// Signs what was filled in and gives the body that came into the books.
fn signed(hall: &Hall, browser: &Browser) -> Value {
    let seq = browser.sign();
    let entry = hall.clerk("MZJ-社会救助股股长").get(&format!("/api/v1/entries/{seq}"));
    let text = entry.body["text"].as_str().unwrap();
    serde_json::from_str::<Value>(text).unwrap()["act"]["body"].clone()
}

#[test]
fn standards_indices_and_the_calendar_are_set_in_the_browser_to_the_last_digit() {
    let Some(driver) = Driver::start() else { return };
    let hall = Hall::open();
    let people = People::of(&driver, &hall);
    let supervisor = people.enter("MZJ-社会救助股股长");
    people.go(&supervisor, "/schemes");
    let standard = [
        ("scheme", "DB-R"),
        ("category", "差额补助"),
        ("area", "141199"),
        ("rule", "ceiling"),
        ("amount_fen", "420.50"),
        ("from", "2021-01"),
        ("basis", "青民发〔2020〕31号"),
    ];
    fill_in(&supervisor, "standard.set", &standard);
    let said = supervisor.text();
    assert!(said.contains("420.50 元"), "{said}");
    let body = signed(&hall, &supervisor);
    assert_eq!((&body["amount_fen"], &body["from"]), (&json!(42_050), &json!("2021-01")));

    people.go(&supervisor, "/schemes");
    let falling = [
        ("period", "2020-11"),
        ("cpi_bp", "－0.5％"),
        ("food_bp", "2"),
        ("published", "2020-12-09"),
        ("source", "国家统计局"),
    ];
    fill_in(&supervisor, "index.published", &falling);
    let said = supervisor.text();
    assert!(said.contains("-0.50%") && said.contains("2.00%"), "{said}");
    let body = signed(&hall, &supervisor);
    assert_eq!((&body["cpi_bp"], &body["food_bp"]), (&json!(-50), &json!(200)));
    people.go(&supervisor, "/schemes");
    let said = supervisor.wait_to_say("-0.50%");
    assert!(said.contains("2.00%"), "{said}");

    // What is no day is told, and nothing is drafted.
    supervisor.click("details.act:has(form[data-act='calendar.published']) > summary");
    supervisor.fill("#calendar-published-holidays", "2021年元旦");
    supervisor.fill("#calendar-published-source", "国办发明电〔2020〕27号");
    supervisor.fill("#calendar-published-year", "2021");
    supervisor.click("form[data-act='calendar.published'] button[type=submit]");
    let _ = supervisor.wait_to_say("“2021年元旦”不对");
    let year = [("holidays", "2021-02-11、2021-01-01, 2021-02-12")];
    fill_in(&supervisor, "calendar.published", &year);
    let body = signed(&hall, &supervisor);
    assert_eq!(body["holidays"], json!(["2021-01-01", "2021-02-11", "2021-02-12"]));
    assert_eq!((&body["worked_weekends"], &body["year"]), (&json!([]), &json!(2021)));
}

#[test]
fn goods_come_in_and_go_out_in_the_browser_and_no_more_than_there_are() {
    let Some(driver) = Driver::start() else { return };
    let (hall, _, household) = Hall::with_books();
    let people = People::of(&driver, &hall);
    let registrar = people.enter("MZJ-账户维护");
    people.go(&registrar, "/goods");
    people.prove(&registrar, "goods.received", "evidence");
    let lot = [
        ("goods", "MB-2020-12"),
        ("name", "棉被"),
        ("scheme", "SW"),
        ("source", "县应急管理局"),
        ("arrived", "2020-12-01"),
        ("quantity", "30"),
        ("unit", "床"),
        ("unit_value_fen", "86.5"),
    ];
    fill_in(&registrar, "goods.received", &lot);
    assert_eq!(signed(&hall, &registrar)["unit_value_fen"], json!(8650));
    let clerk = people.enter("Z01-民政经办");
    let home = format!("/households/{household}");
    for (quantity, left) in [("31", "余30床"), ("28", "余30床"), ("3", "余2床")] {
        people.go(&clerk, &home);
        let script = "return document.querySelector('#goods-handed-out-goods').textContent";
        let offered = clerk.run(script, vec![]);
        assert!(offered.as_str().unwrap().contains(left), "{offered}");
        let handed = [("goods", "MB-2020-12"), ("quantity", quantity), ("date", "2020-12-02")];
        // Each is signed for on a sheet of its own.
        let sheet =
            BankFile { name: format!("{quantity}.pdf"), bytes: quantity.as_bytes().to_vec() };
        people.choose(&clerk, "#goods-handed-out-receipt", &sheet);
        if quantity == "28" {
            fill_in(&clerk, "goods.handed_out", &handed);
            let _ = signed(&hall, &clerk);
        } else {
            // More than is left: told at the form.
            for (field, value) in handed {
                clerk.fill(&format!("#goods-handed-out-{field}"), value);
            }
            clerk.click("details.act:has(form[data-act='goods.handed_out']) > summary");
            clerk.click("form[data-act='goods.handed_out'] button[type=submit]");
            let _ = clerk.wait_to_say("物资结存不足");
        }
    }
    people.go(&registrar, "/goods");
    let said = registrar.wait_to_say("棉被");
    assert!(said.contains("2床") && said.contains("2,595.00"), "{said}");
    people.go(&clerk, &home);
    let _ = clerk.wait_to_say("棉被 28床");
}

#[test]
fn who_is_found_without_papers_is_a_household_of_one_until_it_is_known_how_it_ended() {
    let Some(driver) = Driver::start() else { return };
    let (hall, books, household) = Hall::with_books();
    let town = books.people.households[&household].division.to_string();
    let people = People::of(&driver, &hall);
    let clerk = people.enter("Z01-民政经办");
    people.go(&clerk, "/households");
    people.prove(&clerk, "person.found", "evidence");
    fill_in(&clerk, "person.found", &[("division", &town), ("found", "2020-12-03")]);
    let found = signed(&hall, &clerk);
    people.go(&clerk, "/households");
    let _ = clerk.wait_to_say("在助");
    clerk.click("main table a[href^='/households/']");
    let _ = clerk.wait_to_say("（无证件登记）");
    people.prove(&clerk, "person.settled", "evidence");
    fill_in(&clerk, "person.settled", &[("how", "family"), ("settled", "2020-12-04")]);
    assert_eq!(signed(&hall, &clerk)["person"], found["person"]);
    people.go(&clerk, "/households");
    let _ = clerk.wait_to_say("2020-12-04 亲属接领");
    who_it_was_becomes_known(&people, &found);
    people.go(&clerk, "/households");
    let _ = clerk.wait_to_say("2020-12-04 亲属接领（已查明身份）");
    // Another town neither sees nor opens it.
    let elsewhere = hall.clerk("Z02-民政经办");
    let page = elsewhere.get("/households");
    assert_eq!(page.status, 200, "{page:?}");
    assert!(!page.body.as_str().unwrap().contains("亲属接领"), "{page:?}");
    let home = format!("/households/{}", found["household"].as_str().unwrap());
    assert_eq!(elsewhere.get(&home).status, 403);
    elsewhere_is_not_a_place_to_find_people(&elsewhere, &town);
}

/// The county says who it was: somebody who is registered.
fn who_it_was_becomes_known(people: &People<'_>, found: &Value) {
    let inspector = people.hall.clerk("JJW-监督检查员");
    let page = inspector.get("/api/v1/batches/L20B0/payments?after=32&limit=1").body;
    let payee = page["payments"][0]["payee"].as_str().unwrap();
    let plain = json!({ "purpose": "测试" });
    let known = inspector.post(&format!("/api/v1/persons/{payee}/plain"), &plain).body;
    let confirmer = people.enter("MZJ-分管副局长");
    people.go(&confirmer, &format!("/households/{}", found["household"].as_str().unwrap()));
    people.prove(&confirmer, "person.identified", "evidence");
    let script = "document.querySelector('[data-person=known]').value = arguments[0]";
    let _ = confirmer.run(script, vec![known["id_no"].clone()]);
    fill_in(&confirmer, "person.identified", &[]);
    let stated = signed(people.hall, &confirmer);
    assert_eq!((&stated["person"], &stated["known"]), (&found["person"], &json!(payee)));
}

fn elsewhere_is_not_a_place_to_find_people(clerk: &Clerk, town: &str) {
    let draft = json!({ "kind": "person.found", "body": {
        "person": "$random", "household": "$random", "division": town, "found": "2020-12-03",
        "evidence": "00".repeat(32),
    }});
    let reply = clerk.post("/api/v1/drafts/act", &draft);
    assert_eq!((reply.status, reply.code()), (403, "sight.other_area"), "{reply:?}");
}

/// What a file would have somebody sign.
fn tried(clerk: &Clerk, what: &str, name: &str, file: &[u8]) -> Reply {
    clerk.post_bytes(&format!("/api/v1/trials/{what}?name={name}"), file)
}

/// The policy file of a scheme, as the books write it.
fn policy(clerk: &Clerk, scheme: &str) -> String {
    let reply = clerk.get(&format!("/api/v1/schemes/{scheme}/policy"));
    assert_eq!(reply.status, 200, "{reply:?}");
    reply.body.as_str().unwrap().to_owned()
}

#[test]
fn the_policy_file_of_every_scheme_says_nothing_new_to_the_books_that_wrote_it() {
    let (hall, books, _) = Hall::with_books();
    let supervisor = hall.clerk("MZJ-社会救助股股长");
    let (mut pairs, mut floors) = (0, 0);
    for scheme in books.policies.schemes() {
        let text = policy(&supervisor, scheme.code.as_str());
        pairs += text.matches("[[\"互斥\"]]").count();
        floors += text.matches("[[\"下限\"]]").count();
        let reply = tried(&supervisor, "policy", "own.toml", text.as_bytes());
        let nothing = json!({ "acts": [], "told": [] });
        assert_eq!((reply.status, &reply.body), (200, &nothing), "{text}");
    }
    assert!(pairs > 5 && floors > 0, "{pairs} pairs, {floors} floors");
    assert_eq!(supervisor.get("/api/v1/schemes/QQ/policy").status, 404);
    let maker = hall.clerk("MZJ-造册经办");
    let reply = tried(&maker, "policy", "x.toml", b"");
    assert_eq!((reply.status, reply.code()), (422, "authority.role_missing"));
}

#[test]
fn a_scheme_is_set_in_the_browser_by_its_policy_file_and_signed_once() {
    let Some(driver) = Driver::start() else { return };
    let hall = Hall::open();
    let people = People::of(&driver, &hall);
    let clerk = hall.clerk("MZJ-社会救助股股长");
    let known = policy(&clerk, "DB-R");
    let text = known
        .replace("\"DB-R\"", "\"DB-C\"")
        .replace("农村低保", "城市低保")
        .replace("2020-10", "2021-01")
        .replace("405.00", "620.00");
    let mut number = 0;
    let mut list = |browser: &Browser, bytes: &[u8]| {
        number += 1;
        let file = BankFile { name: format!("DB-C-{number}.toml"), bytes: bytes.to_vec() };
        people.choose(browser, "#file", &file);
        browser.click("#several button[type=submit]");
    };
    let [one, other] = ["MZJ-社会救助股股长"; 2].map(|post| people.enter(post));
    for browser in [&one, &other] {
        people.go(browser, "/schemes");
        browser.click("a[href='/schemes/file']");
    }
    list(&one, &encoding_rs::GB18030.encode(&text).0);
    let _ = one.wait_to_say("不是UTF-8编码");
    list(&one, text.replace("\"方式\"", "\"方法\"").as_bytes());
    let _ = one.wait_to_say("没有“方法”这一项");
    // Put right in the editor and sent again: a browser does not read what it was not given.
    std::fs::write(people.files.path().join("DB-C-2.toml"), format!("# \n{text}")).unwrap();
    one.click("#several button[type=submit]");
    let _ = one.wait_to_say("在选好之后改动过");
    list(&other, text.as_bytes());
    list(&one, text.as_bytes());
    let _ = other.wait_to_say("签署这 ");
    let said = one.wait_to_say("签署这 ");
    for words in [
        "新设项目：城市低保（DB-C），自2021-01起",
        "项目设定（scheme.set），1 项",
        "620.00 元",
        "2021-01，项目DB-C：应发0项",
    ] {
        assert!(said.contains(words), "{words}: {said}");
    }
    one.click("#sign:not([disabled])");
    let count = text.matches("[[").count() + 1;
    let _ = one.wait_to_say(&format!("已入账 {count} 项"));
    // Who listed the same before it was signed does not sign it again.
    other.click("#sign:not([disabled])");
    let said = other.wait_to_say("列出之后台账有了变化");
    assert!(said.contains("一项也没有签署"), "{said}");
    list(&other, text.as_bytes());
    let _ = other.wait_to_say("台账里已经都有");
    people.go(&one, "/schemes");
    let _ = one.wait_to_say("城市低保（DB-C）自2021-01");
    assert_eq!(policy(&clerk, "DB-C"), text, "the books write it as it was signed");
}

#[test]
fn a_list_of_allotments_is_signed_in_the_browser_an_act_each_and_known_ones_never_twice() {
    let Some(driver) = Driver::start() else { return };
    let hall = Hall::open();
    let people = People::of(&driver, &hall);
    let accountant = people.enter("CZJ-会计");
    let list = |rows: &str| {
        people.go(&accountant, "/funds");
        accountant.click("a[href='/funds/list']");
        let text = format!("发文字号,来源级次,功能科目,资金代码,金额（元）,到达日期\n{rows}");
        let file = BankFile { name: "指标.csv".to_owned(), bytes: text.into_bytes() };
        people.choose(&accountant, "#file", &file);
        accountant.click("#several button[type=submit]");
    };
    let first = "青财社〔2020〕41号,省级,2081902,F-DB,\"1,200.50\",2020-12-03\n";
    let rows = format!("{first}青财社〔2020〕42号,县级,2081902,F-DB,300,2020-12-03\n");
    list(&rows.replace("300", "300.001"));
    let _ = accountant.wait_to_say("没有受理");
    list(&rows.replace("2020-12-03", "2099-12-03"));
    let _ = accountant.wait_to_say("没有受理");
    // What a rule refuses stands in some row.
    list(&rows.replace("县级,2081902,F-DB,300,2020-12-03", "县级,2081902,F-DB,300,2020-10-03"));
    let said = accountant.wait_to_say("清单第3行");
    assert!(said.contains("已经月结") && said.contains("一项也没有签署"), "{said}");
    list(&rows);
    let said = accountant.wait_to_say("签署这 2 项");
    assert!(said.contains("1,200.50 元") && said.contains("2件，共1,500.50元"), "{said}");
    accountant.click("#sign:not([disabled])");
    let _ = accountant.wait_to_say("已入账 2 项");
    list(&format!("{first}青财社〔2020〕43号,县级,2081902,F-DB,7,2020-12-04\n"));
    let said = accountant.wait_to_say("签署这 1 项");
    assert!(said.contains("其中台账已有1件") && said.contains("〔2020〕43号"), "{said}");
    // Nobody books it once more, whichever way it comes.
    let clerk = hall.clerk("CZJ-会计");
    let again = json!({ "kind": "fund.allotted", "body": {
        "amount_fen": 120_050, "arrived": "2020-12-03", "direct": "none", "fund": "F-DB",
        "document_no": "青财社〔2020〕41号", "function_code": "2081902", "level": "province",
    }});
    let reply = clerk.post("/api/v1/drafts/act", &again);
    assert_eq!((reply.status, reply.code()), (422, "fund.allotted_twice"), "{reply:?}");
}

#[test]
fn whoever_draws_or_agrees_to_a_roster_is_told_that_a_standard_was_raised_over_its_entitlements() {
    let hall = Hall::open();
    let (supervisor, maker) = (hall.clerk("MZJ-社会救助股股长"), hall.clerk("MZJ-造册经办"));
    let page = |path: &str| maker.get(path).body.as_str().unwrap().to_owned();
    let draft = maker.draft("/api/v1/drafts/roster", &super::roster("TC0C0"));
    assert!(!page(&format!("/drafts/{draft}")).contains("与现行标准不符"));
    let raised = json!({ "kind": "standard.set", "body": {
        "amount_fen": 80_000, "area": "141199", "basis": "青政发〔2020〕30号", "category": "基本生活",
        "from": "2020-12", "rule": "fixed", "scheme": "TK-C",
    }});
    let standard = supervisor.draft("/api/v1/drafts/act", &raised);
    let act = supervisor.act_for(&standard, |_| ());
    assert_eq!(supervisor.hand_in(&standard, &act).status, 200);
    let said = page(&format!("/drafts/{draft}"));
    assert!(said.contains("有4项资格的金额与现行标准不符"), "{said}");
    let act = maker.act_for(&draft, |_| ());
    assert_eq!(maker.hand_in(&draft, &act).status, 200);
    assert!(page("/batches/TC0C0").contains("4 项资格的金额与现行标准不符"));
}
