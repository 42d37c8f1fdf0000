//! Decisions that were once wrong, each told on the small county: what people may not do by doing lawful things in turn.

use ledger::views::figures;
use ledger::views::outstanding::{self, OutstandingKind};
use ledger::views::pairs;
use serde_json::{Value, json};
use tests::given::{County, Saying, bank, given, paying};

fn entitlement(id: &str, person: u32, household: u32, scheme: (&str, &str), fen: i64) -> Saying {
    let (scheme, label) = scheme;
    let body = json!({ "scheme": scheme, "source": "存量名单" });
    Saying::new("registrar", "entitlements.brought_in", body).line(
        "entitlement",
        json!({
            "amount_fen": fen, "category": "B类", "entitlement": id, "from": "2020-10",
            "household": format!("$household{household}"),
            "parts": [{ "amount_fen": fen, "label": label }], "payee": format!("$person{person}"),
            "persons": [format!("$person{person}")],
        }),
    )
}

fn confirm(list: &str) -> Saying {
    let body = json!({ "brought_in": format!("${list}"), "root": format!("${list}.root") });
    Saying::new("county", "entitlements.confirmed", body)
}

fn roster(batch: &str, kind: &str, scheme: &str, line: Value) -> Saying {
    let body = json!({ "batch": batch, "kind": kind, "period": "2020-10", "scheme": scheme });
    Saying::new("maker", "roster.drawn", body).line("roster", line)
}

/// Payment 3 of the county came back; this line pays it again.
fn again() -> Value {
    let mut line = paying::roster_line(4, 6, 45_000);
    line["reissue_of"] = json!("A00010000003");
    line
}

/// Person 6 gets relief by entitlement 9.
fn aid_line() -> Value {
    json!({
        "account": "$account6", "amount_fen": 80_000, "entitlement": "$entitlement9",
        "parts": [{ "amount_fen": 80_000, "label": "救助金" }], "payee": "$person6",
        "sources": [{ "amount_fen": 80_000, "fund": "F-BY" }],
    })
}

fn order(reference: &str, fen: i64) -> Saying {
    Saying::new(
        "supervisor",
        "recovery.ordered",
        json!({
            "amount_fen": fen, "date": "2020-10-14", "evidence": "#notice", "notice_no": "退1号",
            "reason": "多发", "reference": reference,
        }),
    )
}

fn receive(order: &str, fen: i64) -> Saying {
    Saying::new(
        "reconciler",
        "recovery.received",
        json!({
            "amount_fen": fen, "date": "2020-10-16", "order": format!("${order}"),
        }),
    )
}

fn reverse(act: &str) -> Saying {
    Saying::new(
        "supervisor",
        "entry.reversed",
        json!({
            "act": format!("${act}"), "date": "2020-10-17", "evidence": "#proof", "reason": "误记",
        }),
    )
}

fn survey_again(county: &mut County) {
    county.must("survey", &Saying::new("surveyor", "application.surveyed", json!({
        "application": "$application1", "evidence": "#survey form", "surveyed": "2020-10-10",
        "parts": [{ "amount_fen": 70_000, "label": "差额补助" }],
    })));
}

#[test]
fn a_reissue_ends_where_the_entitlement_was_stopped() {
    let mut county = given("returned");
    county.must("stop", &Saying::new("county", "entitlement.stopped", json!({
        "entitlement": "$entitlement4", "evidence": "#proof", "last": "2020-09", "reason": "收入超标",
    })));
    let text = county.fill_text("名册第1行：资格$entitlement4在该月不应发");
    county.when(&roster("B0001", "reissue", "DB", again())).refuses("roster.not_entitled", &text);
}

#[test]
fn a_reissue_is_refused_where_an_excluded_scheme_paid_meanwhile() {
    let mut county = given("returned");
    let aid = ("LS", "救助金");
    county.must("second", &entitlement("$entitlement9", 6, 4, aid, 80_000));
    county.must("confirmed", &confirm("second"));
    county.must("aid", &roster("L0001", "regular", "LS", aid_line()));
    county.must(
        "excluded",
        &Saying::new(
            "policy",
            "exclusion.set",
            json!({
                "basis": "清民发", "from": "2020-10", "one": "LS", "other": "DB",
            }),
        ),
    );
    county
        .when(&roster("B0001", "reissue", "DB", again()))
        .refuses("roster.exclusive", "名册第1行：受益人该月已在互斥项目LS中发放");
}

#[test]
fn a_roster_that_a_pair_stops_names_every_line_of_it() {
    let mut county = given("drawn");
    let aid = ("LS", "救助金");
    for (list, id, person, household) in
        [("one", "$entitlement9", 6, 4), ("two", "$entitlement8", 3, 2)]
    {
        county.must(list, &entitlement(id, person, household, aid, 80_000));
        county.must(&format!("{list} confirmed"), &confirm(list));
    }
    let pair = json!({ "basis": "清民发", "from": "2020-10", "one": "LS", "other": "DB" });
    county.must("pair", &Saying::new("policy", "exclusion.set", pair));
    let mut other = aid_line();
    for (field, value) in
        [("account", "$account3"), ("entitlement", "$entitlement8"), ("payee", "$person3")]
    {
        other[field] = json!(value);
    }
    let both = roster("L0001", "regular", "LS", aid_line()).line("roster", other);
    let period = "2020-10".parse().unwrap();
    let (one, other) = ("LS".parse().unwrap(), "DB".parse().unwrap());
    let drawing = pairs::drawing_both(&county.ledger.books, (&one, &other), period);
    assert_eq!(drawing.len(), 2);
    let text = "名册第1、2行：受益人该月已在互斥项目DB中发放";
    county.when(&both).refuses("roster.exclusive", text);
}

#[test]
fn a_pair_that_names_an_unknown_scheme_is_refused() {
    for (one, other, unknown) in [("DB", "XX", "XX"), ("XX", "DB", "XX")] {
        let body = json!({ "basis": "清民发", "from": "2020-10", "one": one, "other": other });
        given("policies")
            .when(&Saying::new("policy", "exclusion.set", body))
            .refuses("scheme.unknown", &format!("项目{unknown}在2020-10没有设定"));
    }
}

#[test]
fn two_lists_do_not_both_become_one_entitlement() {
    let mut county = given("entitled");
    let scheme = ("LS", "救助金");
    county.must("one", &entitlement("$entitlement9", 4, 3, scheme, 80_000));
    county.must("other", &entitlement("$entitlement9", 5, 3, scheme, 70_000));
    county.must("first", &confirm("one"));
    let text = county.fill_text("资格$entitlement9已经存在");
    county.when(&confirm("other")).refuses("entitlement.exists", &text);
}

#[test]
fn an_adjustment_does_not_reach_back_before_the_first_month() {
    let saying = Saying::new(
        "registrar",
        "entitlement.adjusted",
        json!({
            "entitlement": "$entitlement2", "evidence": "#proof", "from": "2020-09", "reason": "漏发",
            "parts": [{ "amount_fen": 50_000, "label": "差额补助" }],
        }),
    );
    let text = "起发月份2020-09早于规定的2020-10";
    given("entitled").when(&saying).refuses("entitlement.start_too_early", text);
}

#[test]
fn one_surveyor_who_signs_twice_is_not_two() {
    let mut county = given("joined");
    survey_again(&mut county);
    let notice = Saying::new(
        "registrar",
        "application.noticed",
        json!({
            "application": "$application1", "ends": "2020-10-17", "objections": 0, "photo": "#photo",
            "place": "公示栏", "starts": "2020-10-11", "survey": "$survey",
        }),
    );
    county.clone().when(&notice).refuses("application.step_missing", "还没有完成“入户调查”");
    survey_again(&mut county);
    county.when(&notice).refuses("application.step_missing", "还没有完成“入户调查”");
}

#[test]
fn one_list_does_not_give_a_person_two_accounts() {
    let account = |n: u32| {
        json!({ "account": format!("$account9.{n}"), "bank": "清河农商行", "holder": "$person2",
            "number_commit": "#number" })
    };
    let saying = Saying::new("registrar", "people.registered", json!({ "source": "入户登记" }))
        .line("account", account(1))
        .line("account", account(2));
    let county = given("peopled");
    let text = county.fill_text("账户$account9.2已经登记给他人或重复登记");
    county.when(&saying).refuses("account.exists", &text);
}

#[test]
fn a_returned_payment_is_not_recovered_as_well() {
    let mut county = given("answered");
    county.must("order", &order("A00010000003", 45_000));
    let body = json!({
        "account": "ZH-01", "booked": "2020-10-15", "file": "#returns", "file_name": "退汇.csv",
        "profile": "icbc-batch@1",
    });
    county.must(
        "returns",
        &Saying::new("reconciler", "returns.imported", body).line(
            "return",
            json!({
                "amount_fen": 45_000, "outcome": "returned", "reason": "dormant",
                "reference": "A00010000003", "returned": "2020-10-14", "row": 1,
            }),
        ),
    );
    county
        .when(&receive("order", 45_000))
        .refuses("recovery.too_much", "支付A00010000003最多还可追回0.00元");
}

#[test]
fn a_reversed_recovery_may_be_received_again_and_each_source_gets_back_what_it_gave() {
    let mut county = given("entitled");
    let mut line = paying::roster_line(2, 3, 50_000);
    line["sources"] = json!([
        { "amount_fen": 20_000, "fund": "F-DB" }, { "amount_fen": 30_000, "fund": "F-SB" },
    ]);
    county.must("roster", &roster("A0001", "regular", "DB", line));
    let agreed = json!({ "batch": "A0001", "root": "$roster.root", "roster": "$roster" });
    county.must("checked", &Saying::new("checker", "roster.checked", agreed.clone()));
    county.must("reviewed", &Saying::new("finance", "roster.finance_reviewed", agreed.clone()));
    let mut approved = agreed;
    approved["total_fen"] = json!(50_000);
    county.must("approved", &Saying::new("approver", "roster.approved", approved));
    county.must("released", &Saying::new("payer", "payment_file.released", json!({
        "account": "ZH-01", "batch": "A0001", "count": 1, "date": "2020-10-12", "file": "#file",
        "file_name": "A0001.csv", "profile": "icbc-batch@1", "root": "$roster.root",
        "total_fen": 50_000,
    })));
    let body = json!({
        "batch": "A0001", "booked": "2020-10-13", "file": "#response", "file_name": "回盘.csv",
        "profile": "icbc-batch@1",
    });
    let settled = tests::given::bank::answer("A00010000001", 50_000, "settled", None);
    county.must(
        "response",
        &Saying::new("reconciler", "response.imported", body).line("response", settled),
    );
    county.must("order", &order("A00010000001", 50_000));
    county.must("first", &receive("order", 20_000));
    county.must("second", &receive("order", 30_000));
    county.must("reversed", &reverse("first"));
    county.must("third", &receive("order", 20_000));
    let spent = county.ledger.books.postings.balances().iter();
    let spent: Vec<_> =
        spent.filter(|(account, _)| account.to_string().starts_with("支出")).collect();
    assert_eq!(spent.len(), 2);
    assert!(spent.iter().all(|(_, balance)| balance.is_zero()), "{spent:?}");
    county
        .when(&receive("order", 1))
        .refuses("recovery.too_much", "支付A00010000001最多还可追回0.00元");
}

#[test]
fn a_second_reversal_is_called_a_second_reversal() {
    let mut county = given("funded");
    county.must("reversed", &reverse("moved"));
    let text = county.fill_text("动作$moved已经冲销");
    county.when(&reverse("moved")).refuses("reversal.twice", &text);
}

/// The outstanding items of the account on which the bank showed everything.
fn items(county: &County) -> Vec<OutstandingKind> {
    let month = outstanding::of(&county.ledger.books, "2020-10".parse().unwrap()).unwrap();
    let account = month.iter().find(|month| month.account.as_str() == "ZH-01").unwrap();
    assert_eq!(account.difference_fen.fen(), 0, "both sides move together");
    account.items.iter().map(|item| item.kind).collect()
}

#[test]
fn a_row_given_to_the_wrong_movement_is_open_again_and_can_be_given_anew() {
    let mut county = given("returned");
    let month = ("2020-10-01", "2020-10-31");
    let statement = bank::statement(&county.ledger.books, "ZH-01", month, &[], "流水");
    county.must("statement", &statement);
    assert!(items(&county).is_empty());
    let rows = &county.ledger.books.bank.statements[&"ZH-01".parse().unwrap()].rows;
    let row = rows.last().unwrap().clone();
    let movement = row.movement.clone().unwrap();
    let undone = json!({
        "booked": "2020-10-31", "entry": row.at, "evidence": "#letter", "reason": "对应到别的批次",
    });
    let undone = Saying::new("supervisor", "clearing.undone", undone);
    county.must("undone", &undone);
    let both = if row.amount.is_negative() {
        [OutstandingKind::BookPaid, OutstandingKind::BankPaid]
    } else {
        [OutstandingKind::BookReceived, OutstandingKind::BankReceived]
    };
    let mut open = items(&county);
    open.sort_unstable();
    assert_eq!(open, both);
    let text = format!("第{}条记录不是已核销或认定与本账无关的流水行", row.at);
    county.clone().when(&undone).refuses("clearing.unknown", &text);
    let again = json!({
        "booked": "2020-10-31", "decision": "cleared", "entry": row.at, "evidence": "#letter",
        "movement": movement, "reason": "银行来函",
    });
    county.must("again", &Saying::new("supervisor", "exception.resolved", again));
    assert!(items(&county).is_empty());
}

fn agreed(county: &mut County, batch: &str, roster: &str) {
    for (by, kind) in [("checker", "roster.checked"), ("finance", "roster.finance_reviewed")] {
        let root = format!("${roster}.root");
        let body = json!({ "batch": batch, "root": root, "roster": format!("${roster}") });
        county.must(kind, &Saying::new(by, kind, body));
    }
    let body = json!({
        "batch": batch, "root": format!("${roster}.root"), "roster": format!("${roster}"),
        "total_fen": 80_000,
    });
    county.must("approved", &Saying::new("approver", "roster.approved", body));
}

fn due(county: &County, month: &str) -> i64 {
    let figures = figures::of(&county.ledger.books, month.parse().unwrap()).unwrap();
    figures.total.due.fen.fen()
}

#[test]
fn a_late_roster_is_told_once_in_the_month_that_closes_next() {
    let mut county = given("closed");
    let before = [due(&county, "2020-10"), due(&county, "2020-11")];
    let aid = ("LS", "救助金");
    county.must("second", &entitlement("$entitlement9", 6, 4, aid, 80_000));
    county.must("confirmed", &confirm("second"));
    county.must("late", &roster("L0001", "regular", "LS", aid_line()));
    assert_eq!(due(&county, "2020-11"), before[1], "nobody has approved it");
    agreed(&mut county, "L0001", "late");
    let after = [due(&county, "2020-10"), due(&county, "2020-11")];
    assert_eq!(after, [before[0], before[1] + 80_000]);
    for account in ["ZH-01", "ZH-02", "ZH-03"] {
        let days = ("2020-11-01", "2020-11-30");
        let file = format!("{account}-2020-11");
        let saying = bank::statement(&county.ledger.books, account, days, &[], &file);
        county.must(&file, &saying);
    }
    let november = paying::closing(&county, "2020-11".parse().unwrap()).unwrap();
    county.must("november", &Saying::new("accountant", "month.closed", november));
    assert_eq!(due(&county, "2020-12"), 0, "November told it");
    let withdrawn = json!({ "batch": "L0001", "reason": "金额有误", "roster": "$late" });
    county.must("withdrawn", &Saying::new("maker", "roster.withdrawn", withdrawn));
    county.must("again", &roster("L0002", "regular", "LS", aid_line()));
    agreed(&mut county, "L0002", "again");
    assert_eq!(due(&county, "2020-12"), 0, "due is told once");
}
