//! A whole month, each person in a browser of their own: allotment, release, roster, three agreements, payment file, the bank's
//! answer with a failure, a return of which a person decides whose it is, another account and a reissue, statements, close,
//! bulletin; then the ledger is verified.

use std::path::Path;

use api::clock::Clock;
use api::desk::Desk;
use ledger::books::bank::Statements;
use ledger::ids::BankAccountCode;
use ledger::money::Money;
use reconcile::bank_simulator::{
    Account, BankFile, Booking, Fate, Processed, Product, Script, StatementForm, Target,
};
use tests::browser::{Browser, Driver};

use super::people::{People, fill_in, submit};
use super::{Hall, program};

mod reissue;

/// What the bank knows of one programme account before December.
struct AtBank {
    code: BankAccountCode,
    account: Account,
}

/// The programme accounts with what the last statements left on them.
fn at_bank(dir: &Path) -> Vec<AtBank> {
    let desk = Desk::open(dir, Clock::Machine).unwrap();
    let key = api::keys::read(&dir.join("keys/CZJ-国库支付复核.pem")).unwrap();
    let note = desk.access(&key, "测试").unwrap();
    let accounts = desk.books().funds.accounts.keys();
    let accounts = accounts.map(|code| {
        let number = desk.vault.read_programme_account(code, &note).unwrap().number;
        let balance = desk.books().bank.statements.get(code).and_then(Statements::balance);
        let account = Account::open(&number, balance.unwrap_or_default());
        AtBank { code: code.clone(), account }
    });
    accounts.collect()
}

fn day(text: &str) -> ledger::period::Date {
    text.parse().unwrap()
}

/// The treasury allots, and money arrives.
fn money_comes_in(people: &People<'_>, accountant: &Browser) {
    people.go(accountant, "/funds");
    let allotted = [
        ("fund", "F-DB"),
        ("amount_fen", "100,000.00"),
        ("arrived", "2020-12-01"),
        ("document_no", "样财社〔2020〕120号"),
        ("function_code", "2081901"),
        ("level", "province"),
        ("direct", "none"),
    ];
    fill_in(accountant, "fund.allotted", &allotted);
    assert!(accountant.text().contains("100,000.00 元"), "{}", accountant.text());
    let _ = accountant.sign();
    people.go(accountant, "/funds");
    let released = [
        ("fund", "F-DB"),
        ("amount_fen", "100000"),
        ("date", "2020-12-02"),
        ("voucher_no", "B-2020-1202"),
    ];
    fill_in(accountant, "fund.released", &released);
    let _ = accountant.sign();
}

/// A roster is drawn, and three others agree to exactly that one.
fn a_roster_is_agreed(people: &People<'_>) {
    let maker = people.enter("MZJ-造册经办");
    people.go(&maker, "/rosters/new");
    maker.fill("#scheme", "TK-C");
    maker.fill("#period", "2020-12");
    maker.fill("#batch", "TC0C0");
    maker.click("input[value='F-DB']");
    submit(&maker, "form[data-draft]");
    let _ = maker.wait_to_say("本机已逐行核对：4行");
    let _ = maker.sign();
    three_agree(people, "TC0C0");
}

/// Check, review and approval, each found among what waits for that person.
fn three_agree(people: &People<'_>, batch: &str) {
    for (post, task) in [
        ("MZJ-造册复核", "复核名册"),
        ("CZJ-社会保障股审核", "财政审核名册"),
        ("MZJ-局长", "审批名册"),
    ] {
        let person = people.enter(post);
        let _ = person.wait_to_say(task);
        person.click("main table a");
        assert_eq!(person.place(), format!("/batches/{batch}"));
        submit(&person, "form[data-draft='/api/v1/drafts/agreement']");
        let _ = person.wait_to_say("指纹与要签的一致");
        let _ = person.sign();
    }
}

/// The payment file goes out, and only who may take it to the bank can read it. Gives the file.
fn the_file_goes_out(people: &People<'_>) -> Vec<u8> {
    let payer = people.enter("CZJ-国库支付经办");
    payer.click("main table a");
    payer.fill("#account", "ZH-01");
    payer.fill("#profile", "rcb-pipe-head");
    payer.fill("#date", "2020-12-08");
    payer.fill("#bank_unit", "1023");
    submit(&payer, "form[data-draft='/api/v1/drafts/release']");
    let _ = payer.wait_to_say("明细：4行，合计");
    let _ = payer.sign();
    let sent = people.hall.clerk("CZJ-国库支付经办").get("/batches/TC0C0/payment-file");
    assert_eq!(sent.status, 200, "{sent:?}");
    let refused = people.hall.clerk("MZJ-通报撰写").get("/batches/TC0C0/payment-file");
    assert_eq!((refused.status, refused.code()), (403, "sight.not_yours"));
    let mut files = std::fs::read_dir(people.hall.dir.join("bank/TC0C0")).unwrap();
    std::fs::read(files.next().unwrap().unwrap().path()).unwrap()
}

/// The bank takes the file and answers; its account moves.
fn the_bank_answers(bank: &mut Account, request: &[u8]) -> Processed {
    bank.book(Booking {
        date: day("2020-12-02"),
        change: Money::parse_yuan("100000").unwrap(),
        counterparty_name: "青禾县财政局".to_owned(),
        counterparty_account: String::new(),
        summary: "拨款".to_owned(),
        remark: "B-2020-1202".to_owned(),
    });
    let script = Script {
        today: day("2020-12-08"),
        unit: "1023".to_owned(),
        teller: "00817".to_owned(),
        remark: "批次TC0C0".to_owned(),
        fates: vec![
            (Target::Line(2), Fate::Fails("户名不符".to_owned())),
            (Target::Line(3), Fate::Returns(day("2020-12-11"), "账户已销户".to_owned())),
        ],
        chance: None,
    };
    bank.process(Product::RcbPipeHead, request, &script).unwrap()
}

fn answers_come_in(
    people: &People<'_>,
    reconciler: &Browser,
    (batch, answered, booked): (&str, &str, &str),
    replies: &[BankFile],
) {
    let _ = reconciler.wait_to_say("导入回盘");
    for reply in replies {
        people.go(reconciler, "/import");
        people.choose(reconciler, "#r-file", reply);
        reconciler.fill("#r-batch", batch);
        reconciler.fill("#r-answered", answered);
        reconciler.fill("#r-booked", booked);
        submit(reconciler, "form[data-draft='/api/v1/drafts/response']");
        let _ = reconciler.sign();
    }
}

/// Days later some of it comes back.
fn returns_come_in(people: &People<'_>, reconciler: &Browser, refunds: &[BankFile]) {
    assert_eq!(refunds.len(), 1);
    for refund in refunds {
        people.go(reconciler, "/import");
        people.choose(reconciler, "#t-file", refund);
        reconciler.fill("#t-account", "ZH-01");
        reconciler.fill("#t-booked", "2020-12-11");
        submit(reconciler, "form[data-draft='/api/v1/drafts/returns']");
        let said = reconciler.text();
        assert!(said.contains("退汇"), "{said}");
        let _ = reconciler.sign();
    }
}

/// Three payments to one account of one amount: which of them came back, the program does not guess. A person does, with a proof.
fn somebody_decides_what_came_back(people: &People<'_>) {
    let chief = people.enter("MZJ-社会救助股股长");
    people.go(&chief, "/exceptions");
    let said = chief.text();
    assert!(said.contains("退汇"), "{said}");
    let proof = BankFile { name: "银行答复.txt".to_owned(), bytes: b"TC0C00000003".to_vec() };
    people.choose(&chief, "#exception-resolved-evidence", &proof);
    let decided = [
        ("decision", "returned"),
        ("reference", "TC0C00000003"),
        ("reason", "银行书面答复：退回的是第3笔"),
        ("booked", "2020-12-14"),
    ];
    fill_in(&chief, "exception.resolved", &decided);
    let _ = chief.sign();
}

fn statements_come_in(people: &People<'_>, reconciler: &Browser, banks: &[AtBank]) {
    let (from, until) = (day("2020-12-01"), day("2020-12-31"));
    for AtBank { code, account } in banks {
        let form = if code.as_str() == "ZH-02" { StatementForm::Icbc } else { StatementForm::Ccb };
        people.go(reconciler, "/import");
        people.choose(reconciler, "#s-file", &account.statement(form, from, until).unwrap());
        reconciler.fill("#s-account", code.as_str());
        reconciler.fill("#s-from", &from.to_string());
        reconciler.fill("#s-until", &until.to_string());
        reconciler.fill("#s-balance", &account.balance_on(until).unwrap().to_yuan());
        submit(reconciler, "form[data-draft='/api/v1/drafts/statement']");
        let _ = reconciler.sign();
    }
}

/// The month is closed, and told.
fn the_month_is_closed_and_told(people: &People<'_>, accountant: &Browser) {
    people.go(accountant, "/months/2020-12");
    let _ = accountant.wait_to_say("可以月结");
    submit(accountant, "form[data-draft='/api/v1/drafts/closing']");
    let _ = accountant.sign();
    let writer = people.enter("MZJ-通报撰写");
    people.go(&writer, "/months/2020-12");
    writer.fill("#number", "青民通〔2021〕1号");
    writer.fill("#signed_on", "2021-01-05");
    submit(&writer, "form[data-draft='/api/v1/drafts/bulletin']");
    let _ = writer.sign();
    people.go(&writer, "/months/2020-12");
    let said = writer.wait_to_say("已签发");
    assert!(said.contains("已月结"), "{said}");
}

/// An inspector's own program agrees, with a trust folder of its own.
fn it_verifies(hall: Hall) {
    let Hall { server, dir, _folder } = hall;
    let trust = tempfile::tempdir().unwrap();
    tests::program::copy_folder(&dir.join("trust"), trust.path());
    assert_eq!(server.stop().0, Some(0));
    let (dir, trust) = (dir.to_str().unwrap(), trust.path().to_str().unwrap());
    let ended = program().run(["verify", dir, "--trust", trust, "--json"]);
    let verdict: serde_json::Value = serde_json::from_str(&ended.out).unwrap();
    assert_eq!((ended.code, &verdict["ok"]), (Some(0), &true.into()), "{ended:?}");
}

#[test]
fn a_month_is_kept_by_twelve_people_in_browsers_of_their_own_and_verifies() {
    let Some(driver) = Driver::start() else { return };
    let (folder, dir) = tests::county_demo::copy(&program());
    let (mut banks, waiting) = (at_bank(&dir), reissue::waiting(&dir));
    let server = tests::serving::Serving::start(&program(), &dir);
    let hall = Hall { server, dir, _folder: folder };
    let people = People::of(&driver, &hall);
    let accountant = people.enter("CZJ-会计");
    money_comes_in(&people, &accountant);
    a_roster_is_agreed(&people);
    let request = the_file_goes_out(&people);
    let bank = banks.iter_mut().find(|one| one.code.as_str() == "ZH-01").unwrap();
    let answered = the_bank_answers(&mut bank.account, &request);
    let reconciler = people.enter("CZJ-国库支付复核");
    let days = ("TC0C0", "2020-12-08", "2020-12-09");
    answers_come_in(&people, &reconciler, days, &answered.replies);
    returns_come_in(&people, &reconciler, &answered.refunds);
    somebody_decides_what_came_back(&people);
    people.go(&reconciler, "/batches/TC0C0");
    let said = reconciler.text();
    assert!(said.contains("户名不符") && said.contains("764.10\t退汇"), "{said}");
    let bank = banks.iter_mut().find(|one| one.code.as_str() == "ZH-02").unwrap();
    reissue::what_came_back_goes_out_anew(&people, &waiting, bank);
    statements_come_in(&people, &reconciler, &banks);
    the_month_is_closed_and_told(&people, &accountant);
    it_verifies(hall);
}
