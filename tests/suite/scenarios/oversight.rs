//! Watching over the money: the monthly bulletin, and suspicions from the first entry to what was put right.

use std::collections::BTreeMap;

use exports::bulletin::{self, BulletinHead, Comparison, Disclosure};
use exports::table::Standing;
use ledger::books::flags::FlagStage;
use ledger::ids::PaymentRef;
use ledger::views::flags::{self, FlagRule};
use ledger::views::month::MonthTable;
use serde_json::{Value, json};
use tests::given::{Saying, cast};

use super::story::{Story, Told, part, yuan};
use super::way::Case;

/// Three households on 低保, October paid.
fn paid_october() -> Story {
    let mut story = Story::begin();
    story.scheme("DB", "农村低保", "2020-01", json!({}));
    story.standard(("DB", "差额补助"), 40_442, "ceiling", "2020-01");
    story.fund("F-DB", "treasury", &["DB"]);
    story.money("F-DB", 1_000_000, "2020-10-09", "province");
    story.people("990101001001", &[(1, &[1]), (2, &[2]), (3, &[3])]);
    let parts = json!([part("差额补助", 40_400)]);
    for n in [1, 2, 3] {
        story.entitle(n, &Case { category: "B类", ..Case::rural("DB", n, &[n], &parts) });
    }
    story.pay("DB", "2020-10", &["F-DB"], "2020-10-09");
    story
}

fn issued(height: u64, documents: &Value) -> Saying {
    let body = json!({
        "documents": documents, "height": height, "number": "清民发〔2020〕12号", "period": "2020-10",
    });
    Saying::new("writer", "bulletin.issued", body)
}

pub fn s17_bulletin() -> Told {
    let mut story = paid_october();
    let october = "2020-10".parse().unwrap();
    let head = BulletinHead {
        issuer: "清河县民政局".to_owned(),
        number: "清民发〔2020〕12号".to_owned(),
        addressees: "各乡镇人民政府".to_owned(),
        basis: "《关于建立困难群众生活救助资金发放月通报制度的通知》".to_owned(),
        area: "全县".to_owned(),
        parts: "各乡镇".to_owned(),
        signed_on: "2020-11-05".parse().unwrap(),
        copies_to: "县财政局、县审计局".to_owned(),
        requirements: Vec::new(),
        report_by: None,
        disclosure: Disclosure::Withheld,
        remarks: BTreeMap::new(),
    };
    let write = |story: &Story, standing| {
        let table = MonthTable::of(&story.county.ledger.books, october).unwrap();
        bulletin::write(&table, Comparison::default(), &head, standing).unwrap()
    };
    let draft = write(&story, Standing::Provisional);
    let text = String::from_utf8(draft[0].bytes.clone()).unwrap();
    assert!(draft[0].name.contains("未月结") && text.contains("【未月结·试算"));
    let named = |name: &str| json!([{ "digest": format!("#{name}"), "name": name }]);
    let height = story.county.ledger.books.height;
    let early = issued(height, &named(&draft[0].name));
    story.refused("签发没有月结的月份", &early, "bulletin.month_open");
    story.close("2020-10", ("2020-10-01", "2020-10-31"));
    let table = MonthTable::of(&story.county.ledger.books, october).unwrap();
    let (_, closed) = &story.county.ledger.books.closings.closed[&october];
    let height = closed.height;
    let final_ones = write(&story, Standing::Closed);
    let text = String::from_utf8(final_ones[0].bytes.clone()).unwrap();
    assert!(!text.contains("未月结"), "{text}");
    let wrong = issued(height + 1, &named(&final_ones[0].name));
    story.refused("数据不是月结时的高度", &wrong, "bulletin.wrong_height");
    let right = issued(height, &named(&final_ones[0].name));
    story.county.must("issued", &right);
    let total = &table.total;
    let said = format!("{}人次、{}元", total.due.count, total.due.fen);
    assert!(text.contains("应发放3人次"), "{text}");
    story.figure("应发（口径：2020年10月、人次）", said);
    story.figure("实发", format!("{}人次、{}元", total.paid.count, total.paid.fen));
    story.end()
}

fn raised(flag: u32, source: &str, entries: &Value, fen: i64, rule: &str) -> Value {
    json!({
        "amount_fen": fen, "entries": entries, "flag": format!("$flag{flag}"), "found": "2020-11-02",
        "rule": rule, "source": source, "subject": "死亡次月仍发放低保", "unit": "MZJ",
    })
}

/// Flag n is handed to the bureau, which reports.
fn reported(story: &mut Story, n: u32) {
    let flag = format!("$flag{n}");
    let over = json!({ "date": "2020-11-03", "due": "2020-11-13", "flag": flag, "to": "MZJ" });
    story.say("inspector", "flag.handed_over", over);
    let check = json!({
        "checked": "2020-11-10", "evidence": "#report", "finding": "家属10月28日补报，已停发", "flag": flag,
    });
    story.named(&format!("check{n}"), "supervisor", "flag.checked", check);
}

fn decided(by: &str, n: u32, verdict: &str) -> Saying {
    let body = json!({
        "check": format!("$check{n}"), "decided": "2020-11-16", "evidence": "#decision",
        "flag": format!("$flag{n}"), "verdict": verdict,
    });
    Saying::new(by, "flag.decided", body)
}

pub fn s18_flags() -> Told {
    let mut story = paid_october();
    // The death of 18 September is told only after October was paid.
    let died = json!({ "date": "2020-09-18", "evidence": "#proof", "person": "$person2" });
    story.say("registrar", "person.died", died);
    let day = "2020-11-02".parse().unwrap();
    let found = flags::suspicions(&story.county.ledger.books, day).unwrap();
    let [dead] = found.as_slice() else { panic!("one rule finds something: {found:?}") };
    assert_eq!((dead.rule, dead.count, dead.amount.fen()), (FlagRule::PaidAfterDeath, 1, 40_400));
    story.figure(
        "规则所得疑点",
        format!("{}{}笔、{}元", dead.rule.chinese(), dead.count, dead.amount),
    );
    let (entries, rule) = (json!(dead.entries), dead.rule.word());
    let pretended = raised(1, "sweep", &entries, 40_400, rule);
    let pretended = Saying::new("supervisor", "flag.raised", pretended);
    story.refused("经办单位冒称抽查", &pretended, "flag.source_wrong");
    let own = raised(1, "sweep", &entries, 40_400, rule);
    story.say("inspector", "flag.raised", own);
    story.refused("没有核实就认定", &decided_on(&story, 1), "flag.out_of_order");
    reported(&mut story, 1);
    // The bureau gives one of its own the inspector's role. It does not help.
    let checker = cast::STAFF.iter().find(|officer| officer.0 == "checker").unwrap();
    let mut appointed = cast::appointment(checker);
    appointed["roles"] = json!(["roster_checker", "inspector"]);
    story.say("admin", "officer.appointed", appointed);
    story.refused("经办单位排除自己的疑点", &decided("checker", 1, "cleared"), "flag.own_unit");
    story.county.must("decided", &decided("inspector", 1, "upheld"));
    story.refused("认定之后改作排除", &decided("inspector", 1, "cleared"), "flag.out_of_order");
    put_right(&mut story);
    cleared(&mut story);
    told(&mut story);
    story.end()
}

/// The inspector's decision before there is a report to rest on.
fn decided_on(story: &Story, n: u32) -> Saying {
    let mut saying = decided("inspector", n, "upheld");
    let any = story.county.ledger.books.flags.all.len();
    assert_eq!(any, 1);
    saying.body["check"] = json!("$flag.raised");
    saying
}

/// The payment of a person of the story.
fn payment_of(story: &Story, person: &str) -> PaymentRef {
    let payments = &story.county.ledger.books.payments;
    let person = story.county.fill_text(person).parse().unwrap();
    let mut all = payments.batches.keys().flat_map(|code| payments.references(code));
    all.find(|(_, payment)| payment.payee == person).unwrap().0
}

fn put_right(story: &mut Story) {
    let reference = payment_of(story, "$person2");
    let order = json!({
        "amount_fen": 40_400, "date": "2020-11-17", "evidence": "#notice", "notice_no": "清民退〔2020〕1号", "reason": "死亡后发放",
        "reference": reference,
    });
    story.named("order", "supervisor", "recovery.ordered", order);
    let received = json!({ "amount_fen": 40_400, "date": "2020-11-20", "order": "$order" });
    story.say("reconciler", "recovery.received", received);
    let remedied = json!({
        "done": "2020-11-20", "evidence": "#voucher", "flag": "$flag1", "measure": "已追回并停发",
    });
    let by_another = Saying::new("town", "flag.remedied", remedied.clone());
    story.refused("别的单位代报整改", &by_another, "flag.not_yours");
    story.say("supervisor", "flag.remedied", remedied);
    let stopped = json!({
        "entitlement": "$entitlement2", "evidence": "#proof", "last": "2020-10", "reason": "死亡",
    });
    story.say("county", "entitlement.stopped", stopped);
    let day = "2020-11-30".parse().unwrap();
    assert_eq!(flags::suspicions(&story.county.ledger.books, day).unwrap(), []);
}

/// What the bureau found in its own work and the inspectors saw nothing in.
fn cleared(story: &mut Story) {
    let own = raised(2, "self_check", &json!([]), 0, "manual");
    story.say("supervisor", "flag.raised", own);
    reported(story, 2);
    story.county.must("decided", &decided("inspector", 2, "cleared"));
    story.say("inspector", "flag.raised", raised(3, "audit", &json!([]), 12_000, "manual"));
}

fn told(story: &mut Story) {
    let on = |story: &Story, day: &str| {
        flags::progress(&story.county.ledger.books, day.parse().unwrap()).unwrap()
    };
    let (week, end) = (on(story, "2020-11-12"), on(story, "2020-11-30"));
    assert_eq!(week.by_stage[&FlagStage::Checked], 2);
    let stages: Vec<_> = end.by_stage.iter().map(|(stage, n)| (*stage, *n)).collect();
    let expected = [FlagStage::Raised, FlagStage::Cleared, FlagStage::Remedied].map(|s| (s, 1));
    assert_eq!(stages, expected);
    let said = |progress: &flags::Progress| {
        let stages = progress.by_stage.iter().map(|(stage, n)| format!("{}{n}", stage.chinese()));
        format!("登记{}，其中{}", progress.raised, stages.collect::<Vec<_>>().join("、"))
    };
    story.figure("问题进度（截至2020-11-12）", said(&week));
    story.figure("问题进度（截至2020-11-30）", said(&end));
    story.figure("认定属实涉及金额", yuan(end.upheld.fen()));
}
