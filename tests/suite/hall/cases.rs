//! Cases in the browser: an application goes through its chain and becomes an entitlement; who is in another town has no part
//! in it; people come and go in office.

use std::collections::BTreeSet;
use std::path::Path;

use api::clock::Clock;
use api::desk::Desk;
use ledger::books::Books;
use ledger::ids::{EntitlementId, HouseholdId};
use serde_json::{Value, json};
use tests::browser::{Browser, Driver};
use tests::clerk::Clerk;

use super::Hall;
use super::people::{People, fill_in, submit};

/// A household in the first town that was never helped by 临时救助.
pub(super) fn somebody(dir: &Path) -> HouseholdId {
    let desk = Desk::open(dir, Clock::Machine).unwrap();
    let books = desk.books();
    let town = books.offices.units[&"Z01".parse().unwrap()].town.clone();
    let held = |home: HouseholdId| {
        let mut all = books.cases.entitlements.values();
        all.any(|one| one.household == home && one.scheme.as_str() == "LS")
    };
    let homes = books.people.households.keys().copied();
    let homes = homes.filter(|home| books.people.home_town(*home) == town && !held(*home));
    homes.min().unwrap()
}

fn opens_the_case(people: &People<'_>, post: &str, step: &str) -> Browser {
    let person = people.enter(post);
    people.go(&person, "/cases");
    let said = person.wait_to_say(step);
    assert!(said.contains("临时救助（LS）"), "{said}");
    person.click("main table a[href^='/applications/']");
    let _ = person.wait_to_say("办理环节，依次进行");
    person
}

fn is_filed(people: &People<'_>, household: HouseholdId) {
    let clerk = people.enter("Z01-民政经办");
    people.go(&clerk, &format!("/households/{household}"));
    clerk.click("details.act:has(form[data-act='application.filed']) > summary");
    clerk.click("#application-filed-persons input");
    let filed =
        [("scheme", "LS"), ("category", "急难型"), ("cause", "火灾"), ("filed", "2020-12-01")];
    fill_in(&clerk, "application.filed", &filed);
    let _ = clerk.sign();
}

fn is_surveyed(people: &People<'_>) {
    let cadre = opens_the_case(people, "Z01-驻村干部", "入户调查");
    people.prove(&cadre, "application.surveyed", "evidence");
    cadre.fill("#application-surveyed-parts tbody tr:first-child [data-part=amount]", "1,234.50");
    fill_in(&cadre, "application.surveyed", &[("surveyed", "2020-12-02")]);
    let said = cadre.text();
    assert!(said.contains("1,234.50 元") && said.contains("临时救助"), "{said}");
    let _ = cadre.sign();
}

fn is_joined(people: &People<'_>) {
    let clerk = people.enter("Z01-民政经办");
    people.go(&clerk, "/cases");
    clerk.click("main table a[href^='/applications/']");
    let said = clerk.wait_to_say("办理环节，依次进行");
    assert!(said.contains("1 / 2 人签名"), "{said}");
    submit(&clerk, "form[data-act='application.survey_joined']");
    let _ = clerk.sign();
}

fn is_noticed(people: &People<'_>) {
    let clerk = opens_the_case(people, "Z01-民政经办", "公示");
    people.prove(&clerk, "application.noticed", "photo");
    let noticed = [("place", "村务公开栏"), ("starts", "2020-12-03"), ("ends", "2020-12-07")];
    fill_in(&clerk, "application.noticed", &noticed);
    let _ = clerk.sign();
}

#[test]
fn an_application_goes_through_its_chain_in_the_browser_and_only_its_town_and_the_county_see_it() {
    let Some(driver) = Driver::start() else { return };
    let (folder, dir) = tests::county_demo::copy(&super::program());
    let household = somebody(&dir);
    let server = tests::serving::Serving::start(&super::program(), &dir);
    let hall = Hall { server, dir, _folder: folder };
    let people = People::of(&driver, &hall);
    is_filed(&people, household);
    let elsewhere = people.enter("Z02-镇长");
    people.go(&elsewhere, "/cases?all=true");
    let said = elsewhere.wait_to_say("没有在办的事");
    assert!(!said.contains("临时救助"), "{said}");
    is_surveyed(&people);
    is_joined(&people);
    is_noticed(&people);
    let mayor = opens_the_case(&people, "Z01-镇长", "乡镇审核");
    submit(&mayor, "form[data-act='application.reviewed']");
    let _ = mayor.sign();
    let county = opens_the_case(&people, "MZJ-分管副局长", "县级确认");
    let confirmed = [("confirmed", "2020-12-08"), ("from", "2020-12"), ("last", "2020-12")];
    fill_in(&county, "application.confirmed", &confirmed);
    let _ = county.sign();
    people.go(&county, &format!("/households/{household}"));
    let said = county.wait_to_say("历次救助");
    assert!(said.contains("临时救助（LS）") && said.contains("1,234.50"), "{said}");
}

/// The keys of an act's body in docs/format/kinds.md: all of them, and those that always occur.
fn keys_of(kinds: &str, act: &str) -> (BTreeSet<String>, BTreeSet<String>) {
    let rest = kinds.split(&format!("### `{act}`")).nth(1).unwrap_or_else(|| panic!("no {act}"));
    let rows = rest.split("\n###").next().unwrap().lines();
    let rows = rows.filter_map(|row| row.strip_prefix("| `")?.split_once('`'));
    let rows: Vec<_> = rows.filter(|(_, rest)| rest.starts_with(" |")).collect();
    let all = rows.iter().map(|(key, _)| (*key).to_owned()).collect();
    let needed = rows.iter().filter(|(_, rest)| !rest.contains("may be absent"));
    (all, needed.map(|(key, _)| (*key).to_owned()).collect())
}

/// What a form asks for or states: the names of its fields.
fn names_in(form: &str) -> BTreeSet<String> {
    let found =
        ["name=\"", "data-parts=\"", "data-private=\"", "data-person=\""].iter().flat_map(|mark| {
            form.split(mark).skip(1).filter_map(|rest| rest.split('"').next()).map(str::to_owned)
        });
    found.collect()
}

/// What the office fills in of the private fields of an act.
fn filled_in(act: &str) -> &'static [&'static str] {
    match act {
        "account.changed" => &["new"],
        "organisation.registered" => &["account"],
        "bank_account.opened" => &["number_commit"],
        "officer.appointed" => &["officer", "name_commit"],
        _ => &[],
    }
}

/// Signs an act as the browser would. Gives the act's id.
pub(super) fn signs(clerk: &Clerk, kind: &str, body: &Value) -> String {
    let draft = clerk.draft("/api/v1/drafts/act", &json!({ "kind": kind, "body": body }));
    let reply = clerk.hand_in(&draft, &clerk.act_for(&draft, |_| ()));
    assert_eq!(reply.status, 200, "{kind}: {reply:?}");
    reply.body["id"].as_str().unwrap().to_owned()
}

/// An entitlement to 农村低保 in that town that is still paid, with its first person's household.
fn entitlement(books: &Books, unit: &str) -> EntitlementId {
    let town = books.offices.units[&unit.parse().unwrap()].town.clone();
    let held = books.cases.entitlements.iter().filter(|(_, one)| {
        let is_near = books.people.home_town(one.household) == town;
        is_near && one.scheme.as_str() == "DB-R" && one.last.is_none()
    });
    held.map(|(id, _)| *id).min().unwrap()
}

/// Who visits households of that household's town.
fn surveyor_of(books: &Books, household: HouseholdId) -> String {
    let town = books.people.home_town(household);
    let unit = books.offices.units.iter().find(|(_, one)| one.town == town).unwrap().0;
    format!("{unit}-驻村干部")
}

/// Somebody doubts the bureau's work.
fn raises_a_flag(hall: &Hall, flag: &str) {
    let inspector = hall.clerk("JJW-监督检查员");
    signs(
        &inspector,
        "flag.raised",
        &json!({
            "flag": flag, "rule": "manual", "subject": "名单与台账不符", "unit": "MZJ", "amount_fen": 100, "entries": [],
            "source": "sweep", "found": "2020-12-01",
        }),
    );
}

/// Begins one case of every kind; gives their pages, each with who goes on with it.
pub(super) fn open_cases(
    hall: &Hall,
    dir_books: &Books,
    household: HouseholdId,
) -> Vec<(String, String)> {
    let members = dir_books.people.persons.iter().filter(|(_, one)| one.household == household);
    let member = members.map(|(id, _)| *id).min().unwrap();
    let clerk = hall.clerk("Z01-民政经办");
    let evidence = "0".repeat(64);
    let (case, flag, claim) = ("1".repeat(32), "2".repeat(32), "3".repeat(32));
    signs(
        &clerk,
        "application.filed",
        &json!({
            "application": case, "household": household, "scheme": "LS", "category": "急难型", "cause": "火灾",
            "filed": "2020-12-01", "persons": [member], "payee": member,
        }),
    );
    raises_a_flag(hall, &flag);
    let insured = dir_books.urgent.claims.values().next().unwrap();
    let (person, policy) = (insured.filed.person, &insured.filed.policy);
    let county = hall.clerk("MZJ-账户维护");
    signs(
        &county,
        "claim.filed",
        &json!({
            "claim": claim, "household": dir_books.people.persons[&person].household, "person": person,
            "policy": policy, "event": "住院", "loss": "2020-11-20", "filed": "2020-12-01",
        }),
    );
    let held = entitlement(dir_books, "Z01");
    let adjusted = signs(
        &clerk,
        "entitlement.adjusted",
        &json!({
            "entitlement": held, "from": "2020-12", "reason": "收入有变", "evidence": evidence,
            "parts": [{ "label": "差额补助", "amount_fen": 10_000 }],
        }),
    );
    let maker = hall.clerk("MZJ-造册经办");
    let roster = maker.draft("/api/v1/drafts/roster", &super::roster("TC0C0"));
    assert_eq!(maker.hand_in(&roster, &maker.act_for(&roster, |_| ())).status, 200);
    let surveyor = surveyor_of(dir_books, dir_books.people.persons[&person].household);
    let pages = [
        ("Z01-驻村干部", format!("/applications/{case}")),
        ("MZJ-分管副局长", format!("/applications/{case}")),
        ("JJW-监督检查员", format!("/flags/{flag}")),
        (surveyor.as_str(), format!("/claims/{claim}")),
        ("MZJ-账户维护", format!("/claims/{claim}")),
        ("Z01-民政经办", format!("/entitlements/{held}")),
        ("MZJ-分管副局长", format!("/entitlements/{held}")),
        ("MZJ-分管副局长", format!("/proposals/{adjusted}")),
        ("MZJ-造册经办", "/batches/TC0C0".to_owned()),
    ];
    pages.map(|(post, path)| (post.to_owned(), path)).to_vec()
}

/// Every form of a page against the format; the kinds that it had a form for.
fn kinds_with_a_form(kinds: &str, path: &str, page: &str) -> BTreeSet<String> {
    let forms = page.split("data-act=\"").skip(1).map(|form| {
        let (act, rest) = form.split_once('"').unwrap();
        let asked = names_in(rest.split("</form>").next().unwrap());
        let private = api::desk::sealing::of_kind(act).map_or(&[][..], |known| known.fields);
        let asked: BTreeSet<String> =
            asked.into_iter().filter(|name| !private.contains(&name.as_str())).collect();
        let (all, needed) = keys_of(kinds, act);
        let filled = filled_in(act).iter().map(|key| (*key).to_owned());
        let stated: BTreeSet<String> = asked.iter().cloned().chain(filled).collect();
        // Of who or what is known already, several keys come with one choice.
        let fills = rest.split("</form>").next().unwrap().contains("data-fills");
        let strange: Vec<_> = asked.difference(&all).collect();
        let missing: Vec<_> = needed.difference(&stated).filter(|_| !fills).collect();
        assert!(strange.is_empty() && missing.is_empty(), "{path} {act}: {strange:?} {missing:?}");
        act.to_owned()
    });
    forms.collect()
}

#[test]
fn every_form_asks_for_the_keys_of_its_act_and_for_no_others() {
    let (hall, books, household) = Hall::with_books();
    let kinds = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/format/kinds.md");
    let kinds = std::fs::read_to_string(kinds).unwrap();
    let home = format!("/households/{household}");
    let mut pages = open_cases(&hall, &books, household);
    let more = [
        ("CZJ-会计", "/funds"),
        ("Z01-民政经办", home.as_str()),
        ("MZJ-分管副局长", home.as_str()),
        ("MZJ-系统管理员", "/offices"),
        ("MZJ-账户维护", "/organisations"),
        ("MZJ-社会救助股股长", "/exceptions"),
        ("MZJ-社会救助股股长", "/recoveries"),
        ("CZJ-国库支付复核", "/recoveries"),
        ("MZJ-社会救助股股长", "/entries/100"),
        ("JJW-监督检查员", "/flags"),
        ("MZJ-社会救助股股长", "/schemes"),
        ("MZJ-账户维护", "/goods"),
        ("Z01-民政经办", "/households"),
    ];
    pages.extend(more.map(|(post, path)| (post.to_owned(), path.to_owned())));
    let mut seen = BTreeSet::new();
    for (post, path) in &pages {
        let reply = hall.clerk(post).get(path);
        assert_eq!(reply.status, 200, "{post} {path}: {reply:?}");
        let found = kinds_with_a_form(&kinds, path, reply.body.as_str().unwrap());
        assert!(!found.is_empty(), "{post} has no form on {path}");
        seen.extend(found);
    }
    assert!(seen.len() >= 44, "{} kinds have a form: {seen:?}", seen.len());
}

#[test]
fn a_person_comes_into_office_in_the_browser_moves_and_leaves() {
    let Some(driver) = Driver::start() else { return };
    let hall = Hall::open();
    let people = People::of(&driver, &hall);
    let admin = people.enter("MZJ-系统管理员");
    people.go(&admin, "/offices");
    admin.click("details.act:has(#officer-appointed-name) > summary");
    admin.click("#officer-appointed-roles input[value=reconciler]");
    let first17 = "14119919850101001";
    let check = ledger::check_digits::id_check_character(first17).unwrap();
    let id_no = format!("{first17}{check}");
    let appointed =
        [("name", "测试"), ("id_no", id_no.as_str()), ("unit", "CZJ"), ("post", "国库复核乙")];
    fill_in(&admin, "officer.appointed", &appointed);
    let said = admin.text();
    assert!(!said.contains(&id_no) && !said.contains("测试"), "{said}");
    let _ = admin.sign();
    people.go(&admin, "/offices");
    let said = admin.wait_to_say("国库复核乙");
    assert!(said.contains("没有密钥"), "{said}");
    admin.click("details.act:has(#officer-appointed-officer-again) > summary");
    admin.click("#officer-appointed-roles-again input[value=accountant]");
    let script = "const field = document.querySelector('#officer-appointed-officer-again'); const one = [...field.options].find((one) => one.textContent.includes('国库复核乙')); field.value = one.value; return one.value";
    let moved = admin.run(script, vec![]);
    let officer: serde_json::Value = serde_json::from_str(moved.as_str().unwrap()).unwrap();
    admin.fill("#officer-appointed-unit-again", "CZJ");
    admin.fill("#officer-appointed-post-again", "会计乙");
    submit(&admin, "form:has(#officer-appointed-officer-again)");
    let _ = admin.sign();
    people.go(&admin, "/offices");
    let said = admin.wait_to_say("会计乙");
    assert!(!said.contains("国库复核乙"), "{said}");
    let officer = officer["officer"].as_str().unwrap();
    fill_in(&admin, "officer.dismissed", &[("officer", officer), ("reason", "调出")]);
    let _ = admin.sign();
    people.go(&admin, "/offices");
    let _ = admin.wait_to_say("会计乙（已离任）");
}
