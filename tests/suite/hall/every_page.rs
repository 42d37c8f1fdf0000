//! The pages in a real browser: axe finds nothing wrong with it, nothing stands outside the window, none is too heavy, and no
//! script complains.

use std::process::Command;

use serde_json::{Value, json};
use tests::browser::{Browser, Driver};

use super::Hall;
use super::cases::open_cases;
use super::people::{People, fill_in};

/// The heaviest that a page may be, in bytes.
const HEAVIEST: usize = 200_000;

/// The script of axe, as `axe-playwright-python` carries it; `None` on a machine without.
pub(crate) fn axe() -> Option<String> {
    let find = "import importlib.util as u; print(u.find_spec('axe_playwright_python').submodule_search_locations[0])";
    let found = Command::new("python3").args(["-c", find]).output().ok()?;
    let folder = String::from_utf8(found.stdout).ok()?;
    let script = std::fs::read_to_string(format!("{}/axe.min.js", folder.trim())).ok();
    if script.is_none() {
        eprintln!("skipped: no axe_playwright_python on this machine");
    }
    script
}

const ALL_OPEN: &str = "for (const one of document.querySelectorAll('details')) one.open = true;";

const RUN: &str = "const done = arguments[0]; axe.run(document, { resultTypes: ['violations'] }).then((found) => done(found.violations.map((one) => [one.id, one.nodes[0].html, one.nodes[0].failureSummary])))";

/// What is wrong with the page that is open.
pub(crate) fn faults(browser: &Browser, axe: &str) -> Vec<Value> {
    let _ = browser.run(ALL_OPEN, vec![]);
    let _ = browser.run(axe, vec![]);
    let mut faults = browser.run_async(RUN, vec![]).as_array().unwrap().clone();
    let wide = browser.run("return document.documentElement.scrollWidth - innerWidth", vec![]);
    if wide.as_i64().unwrap() > 0 {
        faults.push(json!(["wide", wide]));
    }
    let heavy = browser.run("return new Blob([document.documentElement.outerHTML]).size", vec![]);
    if heavy.as_u64().unwrap() > u64::try_from(HEAVIEST).unwrap() {
        faults.push(json!(["heavy", heavy]));
    }
    faults
}

/// Who looks at every page that the head of a page leads to.
const ALL_AROUND: &[&str] =
    &["CZJ-会计", "JJW-监督检查员", "MZJ-账户维护", "MZJ-系统管理员", "MZJ-社会救助股股长"];

/// The pages that the head of every page leads to.
fn places(browser: &Browser) -> Vec<String> {
    let script = "return [...document.querySelectorAll('header nav a')].map((one) => one.getAttribute('href'))";
    let places = browser.run(script, vec![]);
    places.as_array().unwrap().iter().map(|one| one.as_str().unwrap().to_owned()).collect()
}

/// What is signed, before and after: an act with lines, and one without.
fn drafts_and_what_became_of_them(people: &People<'_>, look: &mut dyn FnMut(&Browser, &str)) {
    let (maker, accountant) = (people.enter("MZJ-造册经办"), people.enter("CZJ-会计"));
    let clerk = people.hall.clerk("MZJ-造册经办");
    let draft = clerk.draft("/api/v1/drafts/roster", &super::roster("TC0C1"));
    look(&maker, &format!("/drafts/{draft}"));
    people.go(&accountant, "/funds");
    let released =
        [("fund", "F-DB"), ("amount_fen", "1"), ("date", "2020-12-02"), ("voucher_no", "B-1")];
    fill_in(&accountant, "fund.released", &released);
    look(&accountant, &accountant.place());
    let _ = accountant.sign();
    look(&accountant, &accountant.place());
}

#[test]
fn axe_finds_nothing_on_the_pages_that_people_reach_and_they_fit_and_are_light() {
    let Some((driver, axe)) = Driver::start().zip(axe()) else { return };
    let (hall, books, household) = Hall::with_books();
    let people = People::of(&driver, &hall);
    let mut wrong = Vec::new();
    let mut look = |browser: &Browser, path: &str| {
        people.go(browser, path);
        let found = faults(browser, &axe);
        if !found.is_empty() {
            wrong.push((path.to_owned(), found));
        }
    };
    let stranger = driver.open();
    for path in ["/sign-in", "/enrol", "/nothing-here"] {
        look(&stranger, path);
    }
    // It would find something.
    let _ = stranger.run("document.querySelector('header').innerHTML = '<input>'", vec![]);
    assert!(faults(&stranger, &axe).iter().any(|fault| fault[0] == "label"));
    drop(stranger);
    drafts_and_what_became_of_them(&people, &mut look);
    let home = format!("/households/{household}");
    let mut visits: Vec<(String, String)> = open_cases(&hall, &books, household);
    let more = [
        ("Z01-民政经办", home.as_str()),
        ("MZJ-造册经办", "/rosters/new?kind=reissue"),
        ("MZJ-社会救助股股长", "/entries/100"),
        ("MZJ-社会救助股股长", "/handover"),
        ("MZJ-社会救助股股长", "/schemes/file"),
        ("CZJ-会计", "/funds/list"),
        ("CZJ-会计", "/months/2020-11"),
        ("CZJ-会计", "/months/2020-12"),
        ("CZJ-国库支付复核", "/batches/D20B0?payees=true"),
        ("CZJ-国库支付复核", "/import"),
        ("JJW-监督检查员", "/readings"),
        ("MZJ-系统管理员", "/keys"),
    ];
    visits.extend(more.map(|(post, path)| (post.to_owned(), path.to_owned())));
    visits.sort();
    let mut now: Option<(String, Browser)> = None;
    for (post, path) in visits {
        if now.as_ref().is_none_or(|(at, _)| *at != post) {
            let browser = people.enter(&post);
            // On the pages that everybody has, these see forms of their own.
            let all = if ALL_AROUND.contains(&post.as_str()) { places(&browser) } else { vec![] };
            for place in all {
                look(&browser, &place);
            }
            now = Some((post, browser));
        }
        look(&now.as_ref().unwrap().1, &path);
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
