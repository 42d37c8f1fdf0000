//! Lists in the browser: a town's people come in from a file, what they draw already too, and the county confirms it.

use ledger::check_digits::id_check_character;
use reconcile::bank_simulator::BankFile;
use serde_json::json;
use tests::browser::{Browser, Driver};
use tests::clerk::Clerk;

use super::Hall;
use super::cases::signs;
use super::people::{People, submit};

/// An invented person's number, of the division that is assigned to nobody.
fn id_no(n: u32) -> String {
    let first17 = format!("14119919700101{n:03}");
    format!("{first17}{}", id_check_character(&first17).unwrap())
}

fn csv(name: &str, rows: &[&[&str]]) -> BankFile {
    let lines = rows.iter().map(|row| format!("{}\r\n", row.join(",")));
    BankFile { name: name.to_owned(), bytes: lines.collect::<String>().into_bytes() }
}

const HEAD: &[&str] = &["户号", "村区划", "姓名", "身份证号", "与户主关系", "账号", "开户银行"];

fn town(hall: &Hall, unit: &str) -> String {
    let admin = hall.clerk("MZJ-系统管理员");
    let page = admin.get("/offices").body.as_str().unwrap().to_owned();
    let row = page.split(&format!("<td>{unit}</td>")).nth(1).unwrap();
    row.split("<td>").nth(3).unwrap().split('<').next().unwrap().to_owned()
}

/// A list with a mistake is told at its row; the same without it comes in.
fn people_come_in(people: &People<'_>, clerk: &Browser, (head, child): (&str, &str)) {
    let village = format!("{}201", town(people.hall, "Z01"));
    people.go(clerk, "/import");
    let wrong = csv(
        "错的.csv",
        &[
            HEAD,
            &[
                "1",
                &village,
                "某甲",
                "141199197001010001",
                "户主",
                "9900000001",
                "青禾农村商业银行",
            ],
        ],
    );
    people.choose(clerk, "#p-file", &wrong);
    clerk.click("form[data-draft='/api/v1/drafts/people'] button[type=submit]");
    let said = clerk.wait_to_say("没有受理");
    assert!(said.contains("list.value_wrong") && said.contains("身份证号"), "{said}");
    let good = csv(
        "人员.csv",
        &[
            HEAD,
            &["1", &village, "某甲", head, "户主", "9900000001", "青禾农村商业银行"],
            &["1", &village, "某乙", child, "子", "", ""],
        ],
    );
    people.go(clerk, "/import");
    people.choose(clerk, "#p-file", &good);
    submit(clerk, "form[data-draft='/api/v1/drafts/people']");
    let said = clerk.wait_to_say("本机已逐行核对：4行");
    assert!(said.contains("1户，2人") && !said.contains(head) && !said.contains("某甲"), "{said}");
    let _ = clerk.sign();
}

#[test]
fn people_and_what_they_draw_come_in_from_lists_and_the_county_confirms() {
    let Some(driver) = Driver::start() else { return };
    let hall = Hall::open();
    let people = People::of(&driver, &hall);
    let (head, child) = (id_no(1), id_no(2));
    let clerk = people.enter("Z01-民政经办");
    people_come_in(&people, &clerk, (&head, &child));
    people.go(&clerk, "/import");
    let drawn = csv(
        "资格.csv",
        &[
            &["身份证号", "姓名", "保障人数", "差额补助", "起发月份", "类别"],
            &[&head, "某甲", "2", "600.00", "2020-12", "农村"],
        ],
    );
    people.choose(&clerk, "#e-file", &drawn);
    clerk.fill("#e-scheme", "DB-R");
    clerk.fill("#e-source", "原低保台账");
    submit(&clerk, "form[data-draft='/api/v1/drafts/entitlements']");
    let _ = clerk.wait_to_say("1行，金额合计600.00元");
    let _ = clerk.sign();
    let county = people.enter("MZJ-分管副局长");
    people.go(&county, "/cases");
    county.click("main table a[href^='/proposals/']");
    let said = county.wait_to_say("存量资格名单");
    assert!(said.contains("600.00") && said.contains("某*"), "{said}");
    // Whose list it is not, sees nothing of it.
    let elsewhere = hall.clerk("Z02-镇长").get(&county.place());
    assert_eq!(elsewhere.status, 403);
    let listed = hall.clerk("Z02-镇长").get("/cases?all=true").body;
    assert!(listed.as_str().unwrap().contains("没有在办的事"), "{listed}");
    submit(&county, "form[data-act='entitlements.confirmed']");
    let _ = county.sign();
    people.go(&clerk, "/households");
    clerk.fill("#id_no", &child);
    clerk.click("#search button[type=submit]");
    let said = clerk.wait_to_say("历次救助");
    assert!(said.contains("农村低保") && said.contains("600.00"), "{said}");
}

#[test]
fn nobody_brings_a_list_of_another_town() {
    let hall = Hall::open();
    let village = format!("{}201", town(&hall, "Z01"));
    let list = csv(
        "人员.csv",
        &[HEAD, &["1", &village, "某丙", &id_no(3), "户主", "9900000003", "青禾农村商业银行"]],
    );
    let refused = |post: &str| {
        let clerk = hall.clerk(post);
        let reply =
            clerk.post_bytes("/api/v1/drafts/people?name=%E4%BA%BA%E5%91%98.csv", &list.bytes);
        (reply.status, reply.code().to_owned())
    };
    assert_eq!(refused("Z02-民政经办"), (403, "sight.other_area".to_owned()));
    assert_eq!(refused("Z01-镇长"), (422, "authority.role_missing".to_owned()));
    let found = hall
        .clerk("Z01-民政经办")
        .post("/api/v1/persons/search", &serde_json::json!({ "id_no": id_no(3) }));
    assert_eq!((found.status, found.code()), (422, "person.not_registered"), "{found:?}");
}

#[test]
fn of_who_lives_elsewhere_a_list_of_new_amounts_tells_a_town_nothing() {
    let hall = Hall::open();
    let (near, elsewhere) = (hall.clerk("Z01-民政经办"), hall.clerk("Z02-民政经办"));
    let village = format!("{}201", town(&hall, "Z01"));
    let take_in = |clerk: &Clerk, path: &str, list: &BankFile| {
        let reply = clerk.post_bytes(path, &list.bytes);
        let draft = reply.body["draft"].as_str().unwrap_or_else(|| panic!("{reply:?}")).to_owned();
        let done = clerk.hand_in(&draft, &clerk.act_for(&draft, |_| ()));
        assert_eq!(done.status, 200, "{done:?}");
        done.body["id"].as_str().unwrap().to_owned()
    };
    let person = ["1", &village, "某丁", &id_no(4), "户主", "9900000004", "青禾农村商业银行"];
    take_in(&near, "/api/v1/drafts/people?name=p.csv", &csv("p.csv", &[HEAD, &person]));
    let drawn = csv(
        "e.csv",
        &[
            &["身份证号", "保障人数", "差额补助", "起发月份", "类别"],
            &[&id_no(4), "1", "123.40", "2020-12", "农村"],
        ],
    );
    let list =
        take_in(&near, "/api/v1/drafts/entitlements?name=e.csv&scheme=DB-R&source=x", &drawn);
    let county = hall.clerk("MZJ-分管副局长");
    let root = county.get(&format!("/proposals/{list}")).body.as_str().unwrap().to_owned();
    let root = root.split("明细指纹</dt><dd").nth(1).unwrap();
    let root: String = root.chars().skip_while(|c| *c != '>').skip(1).take(64).collect();
    signs(&county, "entitlements.confirmed", &json!({ "brought_in": list, "root": root }));
    let blank = csv("a.csv", &[&["身份证号", "差额补助"], &[&id_no(4), ""]]);
    let evidence = "1".repeat(64);
    let path = format!(
        "/api/v1/drafts/adjustments?name=a.csv&scheme=DB-R&from=2020-12&reason=x&evidence={evidence}"
    );
    let said = |clerk: &Clerk| clerk.post_bytes(&path, &blank.bytes).body.to_string();
    assert!(said(&near).contains("123.40"), "its own town is told what is due: {}", said(&near));
    let told = said(&elsewhere);
    assert!(told.contains("没有查到") && !told.contains("123.40"), "{told}");
}
