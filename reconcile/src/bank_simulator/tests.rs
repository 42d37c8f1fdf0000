//! The bank's files go through the import path and come out as what the script said.

use std::collections::HashMap;

use ledger::answer::{Outcome, Reason, StatementOutcome};
use ledger::ids::PaymentRef;
use ledger::money::Money;

use super::{Account, Booking, Chance, Fate, Product, Refused, Script, StatementForm, Target};
use crate::detect::detect;
use crate::matcher::{Booked, Expectation, match_lines};
use crate::opened::Opened;
use crate::profile::{BankStatus, Profile};
use crate::response::{self, Given, ResponseFile};
use ledger::answer::ReturnOutcome;

use crate::returns::match_returns;
use crate::statement::{BankMovement, match_statement};
use crate::text::encode_gb18030;
use crate::{refund, statement};

const OURS: &str = "14001000000000000018";

const RCB: &str = "JZ|01|20201009|1023|CNY|0|4|3504.00|\r\n\
00000001|张测试|404.00|6228480000000000018|1023|1|141130195603120019|1|\r\n\
00000002|李样例|548.00|6217000000000000020|1023|1|141130194911050425|1|\r\n\
00000003|王示范|2452.00|6222020000000000034|1023|1|141130198706231137|1|\r\n\
00000004|欧阳测|100.00|6217990000000000048|1023|1|141130201204152089|1|\r\n";

const ICBC: &str = "姓名,卡号,应处理金额,备注\r\n\
张测试,6228480000000000018,404.00,D20A00000001\r\n\
李样例,6217000000000000020,548.00,D20A00000002\r\n\
王示范,6222020000000000034,2452.00,D20A00000003\r\n\
欧阳测,6217990000000000048,100.00,D20A00000004\r\n";

fn day(text: &str) -> ledger::period::Date {
    text.parse().unwrap()
}

fn script(fates: Vec<(Target, Fate)>) -> Script {
    Script {
        today: day("2020-10-09"),
        unit: "1023".to_owned(),
        teller: "0007".to_owned(),
        remark: "批次D20A0".to_owned(),
        fates,
        chance: None,
    }
}

fn expectations() -> Vec<Expectation> {
    let payees = [
        ("张测试", "6228480000000000018", 40_400),
        ("李样例", "6217000000000000020", 54_800),
        ("王示范", "6222020000000000034", 245_200),
        ("欧阳测", "6217990000000000048", 10_000),
    ];
    (1..)
        .zip(payees)
        .map(|(line, (name, account_no, fen))| Expectation {
            reference: PaymentRef::new("D20A0".parse().unwrap(), line).unwrap(),
            account_no: account_no.into(),
            name: name.into(),
            amount: Money::from_fen(fen),
            instructed_on: day("2020-10-09"),
            state: Booked::Awaiting,
        })
        .collect()
}

fn account() -> Account {
    Account::open(OURS, Money::from_fen(1_000_000))
}

fn opened(file: &super::BankFile) -> Opened<'_> {
    Opened::here(&file.name, &file.bytes).unwrap()
}

fn imported(file: &super::BankFile) -> ResponseFile {
    let profiles = Profile::built_in();
    let (_, layout) = detect(&opened(file), None, &profiles).unwrap();
    let given =
        Given { batch: Some("D20A0".parse().unwrap()), answered_on: Some(day("2020-10-09")) };
    response::read(layout, &opened(file), &given).unwrap()
}

#[test]
fn box_tables_come_back_as_what_the_bank_decided() {
    let fates = vec![
        (Target::Line(2), Fate::Fails("户名不符,原户名为[李样列]".to_owned())),
        (Target::Line(4), Fate::Waits),
    ];
    let request = encode_gb18030(RCB).unwrap();
    let processed = account().process(Product::RcbPipeHead, &request, &script(fates)).unwrap();
    let names: Vec<_> = processed.replies.iter().map(|file| file.name.as_str()).collect();
    assert_eq!(names, ["01023202010090007.txt", "11023202010090007.txt"]);
    let mut lines = imported(&processed.replies[0]).lines.into_vec();
    lines.extend(imported(&processed.replies[1]).lines.into_vec());
    assert_eq!(lines[2].reason, Some(Reason::NameMismatch));
    assert_eq!(lines[2].echoed_name(), Some("李样列"));
    let report = match_lines(&expectations(), &lines);
    let outcomes: Vec<_> = report.outcomes.iter().map(|line| line.outcome).collect();
    assert_eq!(outcomes, [Outcome::Settled, Outcome::Settled, Outcome::Failed]);
    assert_eq!(report.unanswered, [expectations()[3].reference.clone()]);
}

#[test]
fn csv_and_xlsx_say_the_same() {
    let fates = vec![
        (Target::Reference("D20A00000002".to_owned()), Fate::Fails("账户已销户".to_owned())),
        (Target::Line(3), Fate::Part(Money::from_fen(200_000))),
        (Target::Line(4), Fate::Lost),
    ];
    let request = encode_gb18030(ICBC).unwrap();
    let file = |product| {
        account().process(product, &request, &script(fates.clone())).unwrap().replies.remove(0)
    };
    let csv = imported(&file(Product::IcbcCsv));
    assert_eq!(csv, imported(&file(Product::IcbcXlsx)));
    let statuses: Vec<_> = csv.lines.iter().map(|line| line.status).collect();
    assert_eq!(
        statuses,
        [BankStatus::Success, BankStatus::Failed, BankStatus::Partial, BankStatus::Unknown]
    );
    assert_eq!(csv.settled_total, Money::from_fen(240_400));
}

#[test]
fn one_month_balances_from_payment_file_to_statement() {
    let mut bank = account();
    bank.book(Booking {
        date: day("2020-10-08"),
        change: Money::from_fen(350_400),
        counterparty_name: "测试县财政局国库".to_owned(),
        counterparty_account: "141130001".to_owned(),
        summary: "拨款".to_owned(),
        remark: "10月低保".to_owned(),
    });
    let fates = vec![
        (Target::Line(2), Fate::Fails("户名不符".to_owned())),
        (Target::Line(1), Fate::Returns(day("2020-10-15"), "账户已销户".to_owned())),
    ];
    let request = encode_gb18030(ICBC).unwrap();
    let processed = bank.process(Product::IcbcCsv, &request, &script(fates)).unwrap();

    let profiles = Profile::built_in();
    let notice = &processed.refunds[0];
    let (_, layout) = detect(&opened(notice), None, &profiles).unwrap();
    let returned = refund::read(layout, &opened(notice), &Given::default()).unwrap();
    let mut settled = expectations();
    settled[0].state = Booked::AnsweredSettled;
    let report = match_returns(&settled, &returned.lines);
    assert_eq!(report.outcomes[0].outcome, ReturnOutcome::Returned);

    let movement = |kind, fen, on: &str| BankMovement {
        id: format!("{kind:?}"),
        kind,
        amount: Money::from_fen(fen),
        date: day(on),
        batch: None,
        reference: None,
        account_no: None,
        name: None,
    };
    let movements = [
        movement(StatementOutcome::FundCredit, 350_400, "2020-10-08"),
        movement(StatementOutcome::BatchDebit, 350_400, "2020-10-09"),
        movement(StatementOutcome::FailureCredit, 54_800, "2020-10-09"),
        movement(StatementOutcome::ReturnCredit, 40_400, "2020-10-15"),
    ];
    for form in [
        StatementForm::Ccb,
        StatementForm::Icbc,
        StatementForm::IcbcB,
        StatementForm::Abc,
        StatementForm::Psbc,
        StatementForm::Cbhb,
    ] {
        let file = bank.statement(form, day("2020-10-01"), day("2020-10-31")).unwrap();
        let (_, layout) = detect(&opened(&file), None, &profiles).unwrap();
        let read = statement::read(layout, &opened(&file), OURS).unwrap();
        assert_eq!(Some(read.closing), bank.balance_on(day("2020-10-31")));
        let report = match_statement(OURS, &read.rows, &movements, &HashMap::new());
        assert_eq!(report.outstanding, Vec::<String>::new(), "{form:?}");
    }
}

#[test]
fn the_bank_refuses_a_file_whose_head_or_day_is_wrong_or_that_it_cannot_pay() {
    let request = |from: &str, to: &str| encode_gb18030(&RCB.replace(from, to)).unwrap();
    let refuses = |bytes: &[u8], opening: i64| {
        let mut account = Account::open(OURS, Money::from_fen(opening));
        let refused =
            account.process(Product::RcbPipeHead, bytes, &script(Vec::new())).unwrap_err();
        assert_eq!(account.balance_on(day("2020-12-31")), Some(Money::from_fen(opening)));
        refused
    };
    assert_eq!(refuses(&request("3504.00", "3504.01"), 1_000_000), Refused::SumsDiffer);
    assert_eq!(refuses(&request("20201009", "20201010"), 1_000_000), Refused::OtherDay);
    assert_eq!(refuses(&request("", ""), 350_399), Refused::NotEnough);
}

#[test]
fn chance_is_the_same_for_the_same_seed() {
    let request = encode_gb18030(ICBC).unwrap();
    let with_seed = |seed| {
        let chance = Chance { seed, fails_per_mille: 300, returns_per_mille: 300 };
        let script = Script { chance: Some(chance), ..script(Vec::new()) };
        account().process(Product::IcbcCsv, &request, &script).unwrap()
    };
    assert_eq!(with_seed(7), with_seed(7));
    assert!((0..20).any(|seed| with_seed(seed) != with_seed(7)));
}
