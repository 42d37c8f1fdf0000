//! The demo's two months: its totals, its identities, its documents against its figures, its memory; every bank file
//! handed in a second time, and what a clerk is told at the desk.

mod bank_desk;
mod commands;
mod twice;

use std::path::{Path, PathBuf};

use calamine::{Data, Reader as _};
use ledger::money::Money;
use serde_json::Value;
use tests::county_demo;
use tests::program::Program;

pub(crate) fn program() -> Program {
    Program::at(env!("CARGO_BIN_EXE_doudi-under-test"))
}

const MONTHS: [&str; 2] = ["2020-10", "2020-11"];

fn ledger() -> PathBuf {
    county_demo::played(&program())
}

/// The frozen figures of a month, as the closing act binds them.
fn month(ledger: &Path, period: &str) -> Value {
    let bytes = std::fs::read(ledger.join(format!("views/{period}.json"))).unwrap();
    serde_json::from_slice(&bytes).unwrap()
}

fn flow(figures: &Value, name: &str) -> (i64, i64) {
    (figures[name]["count"].as_i64().unwrap(), figures[name]["fen"].as_i64().unwrap())
}

fn fen(figures: &Value, name: &str) -> i64 {
    figures[name].as_i64().unwrap_or_else(|| panic!("no {name} in {figures}"))
}

fn list<'a>(table: &'a Value, name: &str) -> &'a [Value] {
    table[name].as_array().unwrap()
}

#[test]
fn the_two_months_have_the_totals_of_their_story() {
    let ledger = ledger();
    let [october, november] = MONTHS.map(|period| month(&ledger, period)["total"].clone());
    assert_eq!(flow(&october, "due"), (7_043, 240_439_675));
    assert_eq!(flow(&october, "paid"), (7_043, 240_439_675));
    assert_eq!(flow(&november, "due"), (7_549, 227_573_350));
    assert_eq!(flow(&november, "paid"), (7_548, 227_568_350));
    assert_eq!(flow(&november, "failed").0, 5);
    assert_eq!(flow(&november, "reissued"), flow(&november, "failed"));
    assert_eq!(flow(&november, "returned"), (1, 5_000));
    assert_eq!(flow(&november, "recovered"), (1, 54_810));
    assert_eq!(flow(&november, "in_transit"), (0, 0));
    // The price supplement for October was drawn in November, when October was closed: it is told in November.
    let both = flow(&october, "paid").1 + flow(&november, "paid").1;
    assert_eq!(fen(&november, "year_paid_fen"), both);
    assert!(county_demo::story(&ledger).contains("应发7043笔2,404,396.75元"));
}

#[test]
fn each_scheme_of_the_countys_other_units_has_its_figures_and_its_paragraph() {
    let ledger = ledger();
    let october = month(&ledger, "2020-10");
    let bulletin = text(&ledger, "通报-2020-10.md");
    for (code, payments, sum) in [
        ("TK-C", 4, 305_640),
        ("GY", 3, 405_000),
        ("PX", 3, 180_000),
        ("PX-F", 3, 165_000),
        ("JY", 1, 150_000),
        ("CY", 1, 1_000_000),
        ("CY-N", 2, 400_000),
        ("YJ", 2, 350_000),
        ("TX", 3, 141_375),
        ("ZX", 3, 900_000),
        ("BF", 1, 9_900_000),
    ] {
        let schemes = list(&october, "schemes");
        let scheme = schemes.iter().find(|scheme| scheme["code"] == code).expect(code);
        assert_eq!(flow(&scheme["figures"], "due"), (payments, sum), "{code}");
        assert_eq!(flow(&scheme["figures"], "paid"), (payments, sum), "{code}");
        let (name, due) = (scheme["name"].as_str().unwrap(), wan(sum));
        let paragraph = bulletin.lines().find(|line| line.contains(&format!("）{name}。")));
        let paragraph = paragraph.unwrap_or_else(|| panic!("no paragraph of {name}"));
        assert!(paragraph.contains(&format!("应发{due}万元，实发{due}万元")), "{paragraph}");
    }
    let november = text(&ledger, "通报-2020-11.md");
    let prices = november.lines().find(|line| line.contains("）特困人员价格临时补贴。")).unwrap();
    assert!(prices.contains("应发1.20万元，实发1.20万元"), "{prices}");
}

#[test]
fn what_several_units_and_several_purses_give_is_on_one_page_and_followed_to_its_source() {
    let (_folder, ledger) = county_demo::copy(&program());
    let story = county_demo::story(&self::ledger());
    let at = story.find("一户一页：户").unwrap() + "一户一页：户".len();
    let (dir, household) = (ledger.to_str().unwrap(), &story[at..at + 32]);
    let show = |what: &[&str]| program().run([&["show"], what, &["--dir", dir]].concat()).out;
    let page = show(&["household", "--household", household, "--period", "2020-10"]);
    for unit in ["县残联", "县教育局", "县民政局", "县农业农村局", "县人社局"]
    {
        assert!(page.contains(&format!("{unit}（")), "{page}");
    }
    assert!(page.contains("应发20,344.80元，至今到户20,344.80元"), "{page}");
    let lineage = show(&["lineage", "--payment", "BF0A00000001"]);
    for purse in ["40,000.00元  资金F-BFS", "30,000.00元  资金F-BFX", "29,000.00元  资金F-JZ"]
    {
        assert!(lineage.contains(purse), "{lineage}");
    }
    for refused in ["scheme.handed_over", "fund.wrong_purpose", "entitlement.exclusive"] {
        assert!(story.contains(&format!("不予受理〔{refused}〕")), "{story}");
    }
}

#[test]
fn november_has_its_figures_beside_the_money_and_october_has_none() {
    let ledger = ledger();
    let [october, november] = MONTHS.map(|period| month(&ledger, period));
    assert!(october["beside"].is_null());
    let beside = &november["beside"];
    let expected = [
        ("watched_begun_households", 3),
        ("watched_ended_households", 1),
        ("rescued_found", 1),
        ("rescued_open", 0),
        ("alerts_answered", 1),
        ("alerts_open", 1),
        ("flags_remedied", 1),
        ("goods_given_fen", 210_000),
        ("goods_on_hand_fen", 870_000),
    ];
    for (name, value) in expected {
        assert_eq!(fen(beside, name), value, "{name}");
    }
}

#[test]
fn every_act_but_the_founding_was_acknowledged_once() {
    let (_folder, ledger) = county_demo::copy(&program());
    let mut acknowledged = county_demo::acknowledged(&county_demo::played(&program()));
    let count = acknowledged.len() as u64;
    acknowledged.sort_unstable();
    acknowledged.dedup();
    assert_eq!(acknowledged.len() as u64, count);
    let verified = program().verify(&ledger, &ledger.join("trust")).json();
    assert_eq!(verified["acts"].as_u64(), Some(count + 1));
    assert_eq!(verified["months"], serde_json::json!(MONTHS));
    let entries = ["acts", "lines"].map(|part| verified[part].as_u64().unwrap());
    assert_eq!(verified["size"].as_u64(), Some(entries.iter().sum()));
    assert_eq!(verified["checkpointed"], verified["size"]);
}

#[test]
fn the_county_is_intact_and_what_that_leaves_out_is_said() {
    let (_folder, ledger) = county_demo::copy(&program());
    let dir = ledger.as_os_str();
    let full = program().verify(&ledger, &ledger.join("trust")).json();
    let arguments = ["verify".as_ref(), dir, "--integrity".as_ref()];
    let told = program().run(arguments).out;
    assert!(
        told.contains("完整性核验通过") && told.contains("未核：") && told.contains("账目"),
        "{told}"
    );
    let ended = program().run([&arguments[..], &["--json".as_ref()]].concat());
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let intact = ended.json();
    for same in ["size", "root", "acts", "lines", "checkpointed", "log_keys", "first_divergence"] {
        assert_eq!(intact[same], full[same], "{same}");
    }
    assert_eq!((&intact["scope"], &full["scope"]), (&"integrity".into(), &"full".into()));
    let left_out: Vec<_> = list(&intact, "not_checked").iter().collect();
    assert!(["laws", "books", "months"].iter().all(|what| left_out.contains(&&(*what).into())));
}

#[test]
fn what_a_fund_begins_with_and_gets_less_what_it_gives_is_what_it_ends_with() {
    let ledger = ledger();
    let mut before: Option<Value> = None;
    for period in MONTHS {
        let table = month(&ledger, period);
        for fund in list(&table, "funds") {
            let earlier = before.as_ref().and_then(|table| {
                list(table, "funds").iter().find(|known| known["code"] == fund["code"])
            });
            let was = |name| earlier.map_or(0, |fund| fen(fund, name));
            assert_eq!(fen(fund, "opening_fen"), was("closing_fen"), "{period} {fund}");
            let more_in_transit = fen(fund, "in_transit_fen") - was("in_transit_fen");
            let comes = fen(fund, "received_fen") + fen(fund, "moved_fen");
            let goes = fen(fund, "spent_fen") + more_in_transit;
            let closing = fen(fund, "opening_fen") + comes - goes;
            assert_eq!(fen(fund, "closing_fen"), closing, "{period} {fund}");
            assert!(closing >= 0);
        }
        before = Some(table);
    }
}

#[test]
fn schemes_towns_and_batches_add_up_to_the_month() {
    let ledger = ledger();
    for period in MONTHS {
        let table = month(&ledger, period);
        for part in ["schemes", "towns"] {
            for name in ["due", "paid", "failed", "returned", "reissued", "recovered", "submitted"]
            {
                let all = list(&table, part).iter().map(|one| flow(&one["figures"], name));
                let sum = all.fold((0, 0), |(n, fen), (more, other)| (n + more, fen + other));
                assert_eq!(sum, flow(&table["total"], name), "{period} {part} {name}");
            }
        }
        let total = &table["total"];
        let (submitted, settled) = (flow(total, "submitted"), flow(total, "settled"));
        let (failed, waiting) = (flow(total, "failed"), flow(total, "in_transit"));
        assert_eq!(submitted.0, settled.0 + failed.0 + waiting.0, "{period}");
        assert_eq!(submitted.1, settled.1 + failed.1 + waiting.1, "{period}");
        let balances = list(&table, "trial_balance").iter();
        assert_eq!(balances.map(|line| fen(line, "amount_fen")).sum::<i64>(), 0, "{period}");
        for account in list(&table, "accounts") {
            assert_eq!(fen(account, "difference_fen"), 0, "{period} {account}");
        }
    }
}

/// `1234567` fen as documents write yuan.
fn yuan(fen: i64) -> String {
    Money::from_fen(fen).to_string()
}

/// A count with commas, as documents write it.
fn count(n: i64) -> String {
    yuan(n * 100).trim_end_matches(".00").to_owned()
}

/// Ten thousand yuan with two places, half away from zero.
fn wan(fen: i64) -> String {
    yuan((fen + 5_000) / 10_000)
}

fn text(ledger: &Path, name: &str) -> String {
    std::fs::read_to_string(ledger.join("out").join(name))
        .unwrap_or_else(|why| panic!("{name}: {why}"))
}

/// Every cell of every sheet.
fn cells(ledger: &Path, name: &str) -> Vec<Data> {
    let mut book = calamine::open_workbook_auto(ledger.join("out").join(name)).unwrap();
    let sheets = book.worksheets();
    sheets.iter().flat_map(|(_, sheet)| sheet.rows().flatten().cloned()).collect()
}

#[test]
fn the_bulletin_and_the_report_say_the_months_figures() {
    let ledger = ledger();
    for (period, number) in MONTHS.into_iter().zip(["12", "15"]) {
        let table = month(&ledger, period);
        let total = &table["total"];
        let (due, paid) = (flow(total, "due"), flow(total, "paid"));
        let bulletin = text(&ledger, &format!("通报-{period}.md"));
        let times = |name| count(fen(total, name));
        for said in [
            format!("青民发〔2020〕{number}号"),
            format!("台账高度{}", table["height"]),
            format!("应发放{}人次", times("due_person_times")),
            format!("{}户、{}人", times("due_households"), times("due_persons")),
            format!("{}万元", wan(due.1)),
            format!("实际发放{}人次、{}万元", times("paid_person_times"), wan(paid.1)),
            format!("提交银行{}笔", count(flow(total, "submitted").0)),
            format!("发放失败{}笔", flow(total, "failed").0),
        ] {
            assert!(bulletin.contains(&said), "{period}: the bulletin lacks “{said}”");
        }
        let report = text(&ledger, &format!("{period}-月结报告.md"));
        for said in [count(due.0), yuan(due.1), count(paid.0), yuan(paid.1)] {
            assert!(report.contains(&format!("**{said}**")), "{period}: the report lacks {said}");
        }
        let sheet = cells(&ledger, &format!("{period}-月结报告.xlsx"));
        for said in [due.0 * 100, due.1, paid.1] {
            let yuan: f64 = Money::from_fen(said).to_yuan().parse().unwrap();
            let holds =
                |cell: &Data| matches!(cell, Data::Float(found) if (*found - yuan).abs() < 0.001);
            assert!(sheet.iter().any(holds), "{period}: the workbook lacks {yuan}");
        }
    }
}

#[test]
fn every_account_has_its_reconciliation_statement_and_both_sides_agree() {
    let ledger = ledger();
    let mut items = 0;
    for period in MONTHS {
        let table = month(&ledger, period);
        for account in list(&table, "accounts") {
            let code = account["account"].as_str().unwrap();
            let statement = text(&ledger, &format!("{period}-余额调节表-{code}.md"));
            for figure in ["book_fen", "bank_fen"] {
                assert!(
                    statement.contains(&yuan(fen(account, figure))),
                    "{period} {code} {figure}"
                );
            }
            let adjusted = statement.lines().find(|line| line.contains("**调节后余额**")).unwrap();
            let sides: Vec<&str> =
                adjusted.split('|').map(str::trim).filter(|cell| cell.contains('.')).collect();
            assert_eq!(sides.len(), 2, "{adjusted}");
            assert_eq!(sides[0], sides[1], "{adjusted}");
            items += list(account, "items").len();
        }
    }
    assert_eq!(items, 1, "the return of 30 November is the one outstanding item");
}

#[test]
fn the_payments_of_all_batches_are_listed_once() {
    let ledger = ledger();
    let listed = text(&ledger, "payments.csv");
    let rows: Vec<Vec<&str>> =
        listed.lines().skip(1).map(|line| line.split(',').collect()).collect();
    let mut references: Vec<&str> = rows.iter().map(|row| row[0]).collect();
    references.sort_unstable();
    references.dedup();
    assert_eq!(references.len(), rows.len());
    let submitted: i64 =
        MONTHS.iter().map(|period| flow(&month(&ledger, period)["total"], "submitted").0).sum();
    assert_eq!(rows.len(), usize::try_from(submitted).unwrap());
}

#[test]
fn the_demo_runs_in_less_than_four_hundred_megabytes() {
    let (peak_kb, took) = county_demo::watched(&ledger());
    println!("peak {} MB, {took:?}", peak_kb / 1_024);
    assert!((10_000..400 * 1_024).contains(&peak_kb), "{peak_kb} kB");
}
