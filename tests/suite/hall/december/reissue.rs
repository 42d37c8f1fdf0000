//! A payment of November came back in its last days: the payee brings another account, another person approves it, and the
//! payment goes out anew.

use std::path::Path;

use api::clock::Clock;
use api::desk::Desk;
use ledger::ids::HouseholdId;
use reconcile::bank_simulator::{Account, Product, Script};

use super::super::people::{People, fill_in, submit};
use super::{AtBank, answers_come_in, day, three_agree};

/// Who waits for the money.
pub(super) struct Waiting {
    household: HouseholdId,
    /// The clerk of the town where that household lives.
    clerk: String,
    /// A clerk of another town.
    stranger: String,
}

/// Returned in November and not sent again.
const RETURNED: &str = "L20B00000033";

pub(super) fn waiting(dir: &Path) -> Waiting {
    let desk = Desk::open(dir, Clock::Machine).unwrap();
    let books = desk.books();
    let (_, payment) = books.payments.find(&RETURNED.parse().unwrap()).unwrap();
    let household = books.people.persons.get(&payment.payee).unwrap().household;
    let town = books.people.home_town(household);
    let is_home = |unit: &&ledger::ids::UnitCode| books.offices.units[*unit].town == town;
    let towns = books.offices.units.keys().filter(|code| books.offices.units[*code].town.is_some());
    let (home, others): (Vec<_>, Vec<_>) = towns.partition(is_home);
    let clerk = |unit: &ledger::ids::UnitCode| format!("{unit}-民政经办");
    Waiting { household, clerk: clerk(home[0]), stranger: clerk(others[0]) }
}

/// The town's clerk takes the new account down; a clerk of another town does not see the household at all.
fn an_account_is_changed(people: &People<'_>, waiting: &Waiting) {
    let stranger = people.enter(&waiting.stranger);
    people.go(&stranger, &format!("/households/{}", waiting.household));
    let said = stranger.text();
    assert!(said.contains("sight.other_area"), "{said}");
    let clerk = people.enter(&waiting.clerk);
    people.go(&clerk, "/outstanding");
    let said = clerk.text();
    assert!(said.contains(RETURNED) && said.contains("先变更账户"), "{said}");
    clerk.click(&format!("a[href='/households/{}']", waiting.household));
    let _ = clerk.wait_to_say("历次救助");
    people.prove(&clerk, "account.changed", "evidence");
    let changed = [
        ("bank_name", "青禾农村商业银行"),
        ("number", "9990149000000099905"),
        ("holder_name", "测试户名"),
        ("reason", "原账户已销户"),
    ];
    let payee = people_payee(people);
    clerk.fill("#account-changed-person", &payee);
    fill_in(&clerk, "account.changed", &changed);
    let said = clerk.text();
    assert!(
        !said.contains("9990149000000099905"),
        "the number is in the vault, not in the act: {said}"
    );
    let _ = clerk.sign();
    let approver = people.enter("MZJ-账户维护");
    let _ = approver.wait_to_say("件轮到您办");
    people.go(&approver, "/cases");
    approver.click("main table a[href^='/proposals/']");
    let said = approver.wait_to_say("新账户");
    assert!(said.contains("****9905") && said.contains("与收款人姓名不一致"), "{said}");
    submit(&approver, "form[data-act='account.change_approved']");
    let _ = approver.sign();
}

/// The payee of the returned payment, as the API tells an inspector.
fn people_payee(people: &People<'_>) -> String {
    let inspector = people.hall.clerk("JJW-监督检查员");
    let page = inspector.get("/api/v1/batches/L20B0/payments?after=32&limit=1").body;
    page["payments"][0]["payee"].as_str().unwrap().to_owned()
}

/// The account is changed, the reissue drawn, agreed, sent and answered.
pub(super) fn what_came_back_goes_out_anew(
    people: &People<'_>,
    waiting: &Waiting,
    bank: &mut AtBank,
) {
    an_account_is_changed(people, waiting);
    let maker = people.enter("MZJ-造册经办");
    people.go(&maker, "/outstanding");
    maker.click("main li a");
    maker.fill("#batch", "L20C1");
    maker.click("input[value='F-CJ']");
    submit(&maker, "form[data-draft='/api/v1/drafts/roster']");
    let _ = maker.wait_to_say("本机已逐行核对：1行");
    let _ = maker.sign();
    three_agree(people, "L20C1");
    let payer = people.enter("CZJ-国库支付经办");
    people.go(&payer, "/batches/L20C1");
    payer.fill("#account", "ZH-02");
    payer.fill("#profile", "icbc-batch");
    payer.fill("#date", "2020-12-09");
    submit(&payer, "form[data-draft='/api/v1/drafts/release']");
    let _ = payer.sign();
    let replies = answered(&people.hall.dir, &mut bank.account);
    let reconciler = people.enter("CZJ-国库支付复核");
    answers_come_in(people, &reconciler, ("L20C1", "2020-12-09", "2020-12-09"), &replies);
    people.go(&reconciler, "/batches/L20C1");
    let said = reconciler.text();
    assert!(said.contains("入账成功"), "{said}");
}

fn answered(dir: &Path, bank: &mut Account) -> Vec<reconcile::bank_simulator::BankFile> {
    let mut files = std::fs::read_dir(dir.join("bank/L20C1")).unwrap();
    let request = std::fs::read(files.next().unwrap().unwrap().path()).unwrap();
    let script = Script {
        today: day("2020-12-09"),
        unit: String::new(),
        teller: "00817".to_owned(),
        remark: "批次L20C1".to_owned(),
        fates: Vec::new(),
        chance: None,
    };
    bank.process(Product::IcbcCsv, &request, &script).unwrap().replies
}
