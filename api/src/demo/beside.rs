//! What stands beside the monthly money in November: a house repaired by progress, goods, households under watch, a person
//! without papers, medical alerts, and a suspicion from its first entry to what was put right.

use ledger::act::Body;
use ledger::act::cases::{
    EntitlementsBroughtIn, EntitlementsConfirmed, Part, StageAccepted, StageConfirmed,
};
use ledger::act::flags::{
    FlagChecked, FlagDecided, FlagHandedOver, FlagRaised, FlagRemedied, FlagSource, Verdict,
};
use ledger::act::funds::{DirectMark, FundAllotted, FundKind, FundOpened, Level};
use ledger::act::goods::{GoodsHandedOut, GoodsReceived};
use ledger::act::medical::{AlertAnswered, AlertRuleSet, MedicalListed};
use ledger::act::payments::RosterKind;
use ledger::act::people::{OrganisationKind, PersonFound, PersonSettled, Settlement};
use ledger::act::watch::{Risk, WatchBegun, WatchEnded};
use ledger::ids::{EntitlementId, FlagId, HouseholdId, PersonId, Seq};
use ledger::line::{EntitlementLine, Line, SpendingLine};
use ledger::money::Money;
use ledger::period::Period;
use reconcile::bank_simulator::Product;

use super::october::released;
use super::organisations::{self, Organisation};
use super::stage::{Round, Stage, code, evidence};
use crate::desk::seal;
use crate::failure::Failure;

/// The policy files of schemes that begin in November.
const POLICIES: &[(&str, &str)] = &[
    ("FW.toml", include_str!("../../policies/FW.toml")),
    ("SW.toml", include_str!("../../policies/SW.toml")),
];

const CONTRACTOR: Organisation = Organisation {
    kind: OrganisationKind::Contractor,
    name: "青禾县宏远建筑工程有限公司",
    uscc: "91141199MA0000512G",
    account: "14119900000000000512",
    papers: "营业执照",
};

/// Which of the county's households the scene is about.
const HOUSEHOLD: usize = 20;

pub(super) fn play(stage: &mut Stage<'_>) -> Result<(), Failure> {
    stage.on("2020-11-16");
    stage.policies(POLICIES)?;
    house(stage)?;
    goods(stage)?;
    watched(stage)?;
    stranger(stage)?;
    alerts(stage)?;
    suspicion(stage)
}

fn yuan(yuan: i64) -> Money {
    Money::from_fen(yuan * 100)
}

fn household(stage: &Stage<'_>, at: usize) -> (HouseholdId, Vec<PersonId>) {
    let known = stage.known.get(HOUSEHOLD + at).expect("the county has thousands of households");
    (known.household, known.members.clone())
}

/// A contractor is registered, a house is listed, and its first stage is inspected, confirmed and paid.
fn house(stage: &mut Stage<'_>) -> Result<(), Failure> {
    let contractor = organisations::register(stage, &CONTRACTOR)?;
    let opened = FundOpened {
        account: code("ZH-01"),
        code: code("F-FW"),
        kind: FundKind::Treasury,
        name: "农村危房改造补助资金".to_owned(),
        purposes: vec![code("FW")],
        unit: code("MZJ"),
    };
    stage.sign("会计", Body::FundOpened(opened))?;
    let allotted = FundAllotted {
        amount_fen: yuan(100_000),
        arrived: stage.on("2020-11-16"),
        corrects: None,
        direct: DirectMark::None,
        document_no: "青财建〔2020〕22号".to_owned(),
        function_code: "2210105".to_owned(),
        fund: code("F-FW"),
        level: Level::County,
    };
    stage.sign("会计", Body::FundAllotted(allotted))?;
    released(stage, "F-FW", "ZH-01", 100_000, "2020-11-16", "国库拨〔2020〕1103")?;
    let (household, members) = household(stage, 0);
    let Some(head) = members.first().copied() else { return Ok(()) };
    let part =
        |label: &str, sum| Part { amount_fen: yuan(sum), label: label.to_owned(), quantity: None };
    let entitlement = EntitlementId::from_bytes(stage.id());
    let line = Line::Entitlement(EntitlementLine {
        amount_fen: yuan(25_000),
        category: "C级危房".to_owned(),
        cause: None,
        entitlement,
        from: code("2020-11"),
        household,
        last: None,
        parts: vec![part("开工款", 10_000), part("竣工款", 15_000)],
        payee: contractor,
        persons: vec![head],
    });
    let (manifest, entries) = seal(&[line])?;
    let root = manifest.root;
    let body =
        EntitlementsBroughtIn { manifest, scheme: code("FW"), source: "在建清单".to_owned() };
    let key = stage.cast.key("账户维护");
    let body = Body::EntitlementsBroughtIn(body);
    let receipt = stage.desk.sign_with_lines(&key, body, &entries)?;
    let confirmed = EntitlementsConfirmed { brought_in: receipt.id, root };
    stage.sign("分管副局长", Body::EntitlementsConfirmed(confirmed))?;
    first_stage(stage, entitlement, head)
}

fn first_stage(
    stage: &mut Stage<'_>,
    entitlement: EntitlementId,
    head: PersonId,
) -> Result<(), Failure> {
    let accepted = stage.on("2020-11-18");
    let inspected = StageAccepted {
        accepted,
        entitlement,
        evidence: evidence("开工验收单"),
        period: code("2020-11"),
        stage: "开工款".to_owned(),
    };
    let key = stage.cast.town_key(&stage.unit_of(head), "驻村干部");
    let acceptance = stage.desk.sign(&key, Body::StageAccepted(inspected))?.id;
    stage.sign("分管副局长", Body::StageConfirmed(StageConfirmed { acceptance }))?;
    let period: Period = code("2020-11");
    stage.pay(&Round {
        batch: "FW0B0",
        scheme: "FW",
        period,
        kind: RosterKind::Regular,
        funds: &["F-FW"],
        account: "ZH-01",
        product: Product::RcbPipeHead,
        day: code("2020-11-20"),
        answered: code("2020-11-20"),
        fates: Vec::new(),
    })?;
    stage.tell(
        "危房改造：施工单位凭统一社会信用代码登记，开工验收经确认后付首期10,000元，竣工款待验收",
    );
    Ok(())
}

fn goods(stage: &mut Stage<'_>) -> Result<(), Failure> {
    let date = stage.on("2020-11-20");
    for (goods, name, quantity, unit, value) in
        [("MB-2011", "棉被", 60, "床", 150), ("MT-2011", "取暖煤", 40, "袋", 45)]
    {
        let received = GoodsReceived {
            arrived: date,
            evidence: evidence("入库单"),
            goods: code(goods),
            name: name.to_owned(),
            quantity,
            scheme: code("SW"),
            source: "县红十字会".to_owned(),
            unit: unit.to_owned(),
            unit_value_fen: yuan(value),
        };
        stage.sign("账户维护", Body::GoodsReceived(received))?;
    }
    for at in 1..=4 {
        let (household, members) = household(stage, at);
        let Some(person) = members.first().copied() else { continue };
        for (goods, quantity) in [("MB-2011", 2), ("MT-2011", 5)] {
            let handed = GoodsHandedOut {
                date,
                goods: code(goods),
                household,
                person,
                quantity,
                receipt: evidence("签收单"),
            };
            stage.sign("账户维护", Body::GoodsHandedOut(handed))?;
        }
    }
    stage.tell("实物：棉被60床、煤40袋入库，发给4户，凭签收；价值只作备查，不入资金");
    Ok(())
}

fn watched(stage: &mut Stage<'_>) -> Result<(), Failure> {
    let found = stage.on("2020-11-20");
    for (at, risk) in [(5, Risk::Unstable), (6, Risk::Marginal), (7, Risk::Sudden)] {
        let (household, persons) = household(stage, at);
        let evidence = evidence("监测认定表");
        let begun = WatchBegun { evidence, found, household, persons, risk };
        stage.sign("账户维护", Body::WatchBegun(begun))?;
    }
    let (household, persons) = household(stage, 6);
    let resolved = stage.on("2020-11-27");
    let evidence = evidence("风险消除评估表");
    let ended = WatchEnded { evidence, household, persons, resolved };
    stage.sign("分管副局长", Body::WatchEnded(ended))?;
    stage.tell("监测：3户纳入防返贫监测，1户风险消除，按户、按人计数");
    Ok(())
}

fn stranger(stage: &mut Stage<'_>) -> Result<(), Failure> {
    let found = stage.on("2020-11-21");
    let person = PersonId::from_bytes(stage.id());
    let body = PersonFound {
        division: code("141199"),
        evidence: evidence("求助登记表"),
        found,
        household: HouseholdId::from_bytes(stage.id()),
        person,
    };
    stage.sign("账户维护", Body::PersonFound(body))?;
    let settled = stage.on("2020-11-23");
    let evidence = evidence("护送返乡交接单");
    let body = PersonSettled { evidence, how: Settlement::Home, person, settled };
    stage.sign("账户维护", Body::PersonSettled(body))?;
    Ok(())
}

/// Two persons' spending passed the mark; one visit so far.
fn alerts(stage: &mut Stage<'_>) -> Result<(), Failure> {
    stage.on("2020-11-24");
    let rule = AlertRuleSet {
        basis: "青医保发〔2020〕9号".to_owned(),
        from: code("2020-11"),
        listed_fen: yuan(20_000),
        other_fen: yuan(40_000),
        schemes: vec![code("DB-R"), code("TK-S")],
    };
    stage.sign("社会救助股股长", Body::AlertRuleSet(rule))?;
    let mut lines = Vec::new();
    for (at, total, own) in [(8, 26_300, 5_100), (9, 52_000, 46_800), (10, 3_000, 900)] {
        let (_, members) = household(stage, at);
        let Some(person) = members.first().copied() else { continue };
        let (amount_fen, own_fen) = (yuan(total), yuan(own));
        let until = code("2020-11-20");
        lines.push(Line::Spending(SpendingLine { amount_fen, own_fen, person, until }));
    }
    let (manifest, entries) = seal(&lines)?;
    let (file, source) = (evidence("医保局名单"), "县医保局".to_owned());
    let key = stage.cast.key("账户维护");
    let body = Body::MedicalListed(MedicalListed { file, manifest, source });
    stage.desk.sign_with_lines(&key, body, &entries)?;
    let raised: Vec<_> = stage.desk.books().medical.alerts.keys().copied().collect();
    let Some((year, person)) = raised.first().copied() else { return Ok(()) };
    let answered = AlertAnswered {
        application: None,
        evidence: evidence("入户核查表"),
        person,
        reason: "大病保险已赔付，余额在可承受范围，继续观察".to_owned(),
        year,
    };
    let key = stage.cast.town_key(&stage.unit_of(person), "驻村干部");
    stage.desk.sign(&key, Body::AlertAnswered(answered))?;
    stage.tell(&format!("医疗预警：{}人费用超标，每人每年一件，1件已核查说明理由", raised.len()));
    Ok(())
}

/// The payment to a dead person, as the inspectors see it.
fn suspicion(stage: &mut Stage<'_>) -> Result<(), Failure> {
    let recovery = stage.desk.books().payments.recoveries.values().next().cloned();
    let Some(recovery) = recovery else { return Ok(()) };
    let ordered = &recovery.ordered;
    let payment = stage.desk.books().payments.find(&ordered.reference);
    let entries: Vec<Seq> = payment.into_iter().map(|(_, payment)| payment.at).collect();
    let flag = FlagId::from_bytes(stage.id());
    let raised = FlagRaised {
        amount_fen: ordered.amount_fen,
        entries,
        flag,
        found: stage.on("2020-11-25"),
        rule: "paid_after_death@1".to_owned(),
        source: FlagSource::Sweep,
        subject: "死亡次月仍发放".to_owned(),
        unit: code("MZJ"),
    };
    stage.sign("监督检查员", Body::FlagRaised(raised))?;
    let (date, due) = (code("2020-11-25"), code("2020-12-05"));
    let handed = FlagHandedOver { date, due, flag, to: code("MZJ") };
    stage.sign("监督检查员", Body::FlagHandedOver(handed))?;
    let checked = FlagChecked {
        checked: stage.on("2020-11-26"),
        evidence: evidence("核实报告"),
        finding: "家属迟报死亡，已停发并下达退款通知".to_owned(),
        flag,
    };
    let check = stage.sign("社会救助股股长", Body::FlagChecked(checked))?;
    let decided = FlagDecided {
        check,
        decided: stage.on("2020-11-27"),
        evidence: evidence("认定书"),
        flag,
        verdict: Verdict::Upheld,
    };
    stage.sign("监督检查员", Body::FlagDecided(decided))?;
    let remedied = FlagRemedied {
        done: stage.on("2020-11-30"),
        evidence: evidence("追回凭证"),
        flag,
        measure: "多发款已追回，已与殡葬数据按月比对".to_owned(),
    };
    stage.sign("社会救助股股长", Body::FlagRemedied(remedied))?;
    stage.tell("监督：死亡后发放的疑点由纪检登记、移交、认定属实，民政局核实并整改，各自留证");
    Ok(())
}
