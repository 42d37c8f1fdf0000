//! October in the village: policies, money, people, one roster from drawing to the bank's answer, the close, the bulletin,
//! and a bookkeeper who leaves.

use api::demo::SEED;
use api::demo::county::{Category, County, Household};
use api::desk::banking::{self, Incoming};
use api::desk::documents::{self, Issue};
use api::desk::papers::bank_path;
use api::desk::paying::{Drawing, Sending, agree, draw, release};
use api::desk::people::{NewHousehold, register};
use api::desk::{closing, seal};
use ledger::act::Body;
use ledger::act::cases::{EntitlementsBroughtIn, EntitlementsConfirmed, Part};
use ledger::act::funds::{
    BankAccountOpened, DirectMark, FundAllotted, FundKind, FundOpened, Level,
};
use ledger::act::offices::{KeyRevoked, OfficerDismissed};
use ledger::act::payments::RosterKind;
use ledger::act::policies::{
    CalendarPublished, PayStart, SchemeSet, StandardRule, StandardSet, Step,
};
use ledger::act::signed::key_id;
use ledger::ids::{EntitlementId, HouseholdId};
use ledger::line::{EntitlementLine, Line};
use ledger::money::Money;
use ledger::period::{Date, Period};
use ledger::vault::{Field, NewSubject, ProgrammeAccountFields};
use reconcile::bank_simulator::{Booking, Fate, Product, Script, StatementForm, Target};
use reconcile::opened::Opened;

use super::{Stage, code};

const HOUSEHOLDS: usize = 24;
const MONTHLY: Money = Money::from_fen(54_810);

pub(super) fn play(stage: &mut Stage) {
    policies(stage);
    money(stage);
    people(stage);
    pay(stage);
    close(stage);
    bookkeeper_leaves(stage);
}

fn policies(stage: &mut Stage) {
    let calendar = CalendarPublished {
        holidays: (1..=8).filter_map(|day| Date::new(2020, 10, day)).collect(),
        source: "国办发明电〔2019〕16号".to_owned(),
        worked_weekends: vec![code("2020-09-27"), code("2020-10-10")],
        year: 2020,
    };
    stage.sign("社会救助股股长", Body::CalendarPublished(calendar));
    let scheme = SchemeSet {
        basis: "样民发〔2020〕8号".to_owned(),
        cap_fen: None,
        chain: vec![Step::Survey, Step::Notice, Step::TownReview, Step::CountyConfirm],
        code: code("TK-S"),
        from: code("2020-10"),
        collective_above_fen: None,
        decide_days: None,
        function_code: "2082102".to_owned(),
        limit: None,
        months: None,
        name: "特困人员分散供养".to_owned(),
        needs: None,
        notice_days: 7,
        pay_day: 10,
        pay_start: PayStart::NextMonth,
        payees: None,
        pays: None,
        regularise_days: 10,
        requires: None,
        surveyors: 2,
        town_confirm_fen: None,
        town_limit_fen: None,
        trigger: None,
        unit: code("MZJ"),
    };
    stage.sign("社会救助股股长", Body::SchemeSet(scheme));
    let standard = StandardSet {
        amount_fen: MONTHLY,
        area: code("141199"),
        basis: "样政发〔2020〕3号".to_owned(),
        category: "基本生活".to_owned(),
        from: code("2020-10"),
        rule: StandardRule::Fixed,
        scheme: code("TK-S"),
    };
    stage.sign("社会救助股股长", Body::StandardSet(standard));
}

fn money(stage: &mut Stage) {
    stage.desk.clock.turn_to(code("2020-10-09"));
    let fields = ProgrammeAccountFields {
        number: stage.bank.number().to_owned(),
        holder_name: "样例县财政局社会救助资金专户".to_owned(),
    };
    let account = NewSubject::ProgrammeAccount(code("ZH-01"), fields);
    let registered = stage.desk.vault.register(account).expect("a sound vault");
    let number = registered.commitments.get(&Field::Number);
    let opened = BankAccountOpened {
        bank: "青禾农村商业银行".to_owned(),
        code: code("ZH-01"),
        number_commit: *number.expect("every field has its commitment"),
        opened: code("2020-01-02"),
    };
    stage.sign("会计", Body::BankAccountOpened(opened));
    let fund = FundOpened {
        account: code("ZH-01"),
        code: code("F-DB"),
        kind: FundKind::Treasury,
        name: "困难群众救助补助资金".to_owned(),
        purposes: vec![code("TK-S")],
        unit: code("MZJ"),
    };
    stage.sign("会计", Body::FundOpened(fund));
    let allotted = FundAllotted {
        amount_fen: Money::from_fen(5_000_000),
        arrived: code("2020-09-29"),
        corrects: None,
        direct: DirectMark::Central,
        document_no: "晋财社〔2020〕152号".to_owned(),
        function_code: "2082102".to_owned(),
        fund: code("F-DB"),
        level: Level::Central,
    };
    stage.sign("会计", Body::FundAllotted(allotted));
    let released = super::release(15, "2020-10-09");
    stage.sign("会计", released);
    stage.bank.book(Booking {
        date: code("2020-10-09"),
        change: Money::from_fen(1_500_000),
        counterparty_name: "样例县财政局国库".to_owned(),
        counterparty_account: String::new(),
        summary: "拨款".to_owned(),
        remark: String::new(),
    });
}

fn people(stage: &mut Stage) {
    let county = County::generate(SEED);
    let alone = |household: &Household| household.category == Category::ExtremePoverty;
    let chosen = county.households.into_iter().filter(alone).take(HOUSEHOLDS);
    let new = (1..).zip(chosen).map(|(n, household)| NewHousehold {
        is_known: false,
        household: HouseholdId::from_bytes([n; 16]),
        division: household.village.clone(),
        members: household.members.iter().map(|person| person.fields(None)).collect(),
        accounts: vec![(0, household.account.fields())],
    });
    let (new, registrar) = (new.collect(), stage.key("账户维护"));
    let registered = register(&mut stage.desk, &registrar, "2020年9月底名册", None, new);
    let (_, known) = registered.expect("the story keeps the rules");
    stage.settle();
    let lines: Vec<Line> = (1..)
        .zip(&known)
        .filter_map(|(n, household)| {
            let payee = household.members.first().copied()?;
            Some(Line::Entitlement(EntitlementLine {
                amount_fen: MONTHLY,
                category: "分散".to_owned(),
                cause: None,
                entitlement: EntitlementId::from_bytes([n; 16]),
                from: code("2020-10"),
                household: household.household,
                last: None,
                parts: vec![Part {
                    amount_fen: MONTHLY,
                    label: "基本生活".to_owned(),
                    quantity: None,
                }],
                payee,
                persons: vec![payee],
            }))
        })
        .collect();
    let (manifest, entries) = seal(&lines).expect("lines in canonical form");
    let root = manifest.root;
    let source = "2020年9月底名册".to_owned();
    let body = EntitlementsBroughtIn { manifest, scheme: code("TK-S"), source };
    let body = Body::EntitlementsBroughtIn(body);
    let brought_in = stage.sign_with_lines("账户维护", body, &entries);
    let confirmed = EntitlementsConfirmed { brought_in, root };
    stage.sign("分管副局长", Body::EntitlementsConfirmed(confirmed));
}

fn pay(stage: &mut Stage) {
    let day: Date = code("2020-10-10");
    stage.desk.clock.turn_to(day);
    let drawing = Drawing {
        batch: code("T20A0"),
        scheme: code("TK-S"),
        period: code("2020-10"),
        kind: RosterKind::Regular,
        funds: vec![code("F-DB")],
    };
    let maker = stage.key("造册经办");
    draw(&mut stage.desk, &maker, &drawing).expect("the story keeps the rules");
    stage.settle();
    for post in ["造册复核", "社会保障股审核", "局长"] {
        let key = stage.key(post);
        agree(&mut stage.desk, &key, &drawing.batch).expect("the story keeps the rules");
        stage.settle();
    }
    let sending = Sending {
        batch: drawing.batch.clone(),
        account: code("ZH-01"),
        profile: "icbc-batch",
        date: day,
        bank_unit: "1023",
        stated: &[],
    };
    let payer = stage.key("国库支付经办");
    let released = release(&mut stage.desk, &payer, &sending);
    let (_, file) = released.expect("the story keeps the rules");
    stage.settle();
    let script = Script {
        today: day,
        unit: "1023".to_owned(),
        teller: "00817".to_owned(),
        remark: "批次T20A0".to_owned(),
        fates: vec![(Target::Line(7), Fate::Fails("已销户".to_owned()))],
        chance: None,
    };
    let answer = stage.bank.process(Product::IcbcCsv, &file.bytes, &script);
    let key = stage.key("国库支付复核");
    for reply in answer.expect("the bank takes the file").replies {
        let opened = opened(&reply.name, &reply.bytes);
        let file = incoming(&opened, day);
        let batch = Some(drawing.batch.clone());
        let kept = stage.desk.write_file(bank_path(batch.as_ref(), &reply.name), &reply.bytes);
        kept.expect("a sound disk");
        banking::response(&mut stage.desk, &key, &file, batch, Some(day))
            .expect("the story keeps the rules");
        stage.settle();
    }
}

fn opened<'a>(name: &'a str, bytes: &'a [u8]) -> Opened<'a> {
    Opened::here(name, bytes).expect("the bank's own file")
}

fn incoming<'a>(opened: &'a Opened<'a>, booked: Date) -> Incoming<'a> {
    Incoming { opened, profile: None, booked, mismatches: None, dry_run: false }
}

fn close(stage: &mut Stage) {
    let period: Period = code("2020-10");
    let days = (period.first_day(), period.last_day());
    stage.desk.clock.turn_to(code("2020-11-02"));
    let statement = stage.bank.statement(StatementForm::Ccb, days.0, days.1);
    let statement = statement.expect("the bank writes its statement");
    let opened = opened(&statement.name, &statement.bytes);
    let file = incoming(&opened, days.1);
    let key = stage.key("国库支付复核");
    banking::account_statement(&mut stage.desk, &key, &file, code("ZH-01"), days, None)
        .expect("the story keeps the rules");
    stage.settle();
    stage.desk.clock.turn_to(code("2020-11-03"));
    let key = stage.key("会计");
    closing::close(&mut stage.desk, &key, period).expect("the month is in order");
    let (out, key) = (stage.desk.dir().join("out"), stage.key("通报撰写"));
    let issue = Issue { number: "样民发〔2020〕12号", signed_on: code("2020-11-03") };
    documents::bulletin(&mut stage.desk, period, &issue, &out, Some(&key))
        .expect("the month is closed");
    stage.settle();
}

/// Acts once more, then leaves office; the key is revoked.
fn bookkeeper_leaves(stage: &mut Stage) {
    stage.desk.clock.turn_to(code("2020-11-04"));
    stage.sign("离任会计", super::release(9, "2020-11-04"));
    let key = stage.key("离任会计");
    let officer = stage.desk.holder(&key).expect("the key is enrolled");
    let left = OfficerDismissed { officer, reason: "调离".to_owned() };
    stage.sign(super::ADMIN, Body::OfficerDismissed(left));
    let revoked = KeyRevoked {
        compromised_since: None,
        key: key_id(&key.verifying_key()),
        reason: "离任".to_owned(),
    };
    stage.sign(super::ADMIN, Body::KeyRevoked(revoked));
}
