//! The setting: policies, programme accounts and funds, the county's people and what they were entitled to before.

use std::collections::BTreeMap;

use ledger::act::Body;
use ledger::act::cases::{EntitlementsBroughtIn, EntitlementsConfirmed, Part};
use ledger::act::funds::{
    BankAccountOpened, DirectMark, FundAllotted, FundKind, FundOpened, Level,
};
use ledger::act::policies::{
    CalendarPublished, ExclusionSet, PayStart, SchemeSet, StandardRule, StandardSet, Step,
};
use ledger::ids::{EntitlementId, HouseholdId, SchemeCode};
use ledger::line::{EntitlementLine, Line};
use ledger::money::Money;
use ledger::period::{Date, Period};
use ledger::vault::{Field, NewSubject};
use reconcile::bank_simulator::Account;

use super::county::{Category, Household, STANDARDS};
use super::stage::{Stage, code};
use crate::desk::people::{self, KnownHousehold, NewHousehold};
use crate::desk::seal;
use crate::failure::Failure;

/// Code, name, function code, parts with their standards and rules.
type Scheme =
    (&'static str, &'static str, &'static str, &'static [(&'static str, i64, StandardRule)]);

const SCHEMES: &[Scheme] = &[
    (
        "DB-R",
        "农村低保",
        "2081902",
        &[
            ("差额补助", STANDARDS.low_income.fen(), StandardRule::Ceiling),
            ("分类施保", STANDARDS.classified.fen(), StandardRule::Ceiling),
        ],
    ),
    (
        "TK-S",
        "特困人员分散供养",
        "2082102",
        &[("基本生活", STANDARDS.extreme_poverty.fen(), StandardRule::Fixed)],
    ),
    (
        "CJ-L",
        "困难残疾人生活补贴",
        "2081107",
        &[("生活补贴", STANDARDS.living_allowance.fen(), StandardRule::Fixed)],
    ),
    (
        "CJ-H",
        "重度残疾人护理补贴",
        "2081107",
        &[("护理补贴", STANDARDS.care_allowance.fen(), StandardRule::Fixed)],
    ),
    ("LS", "临时救助", "2082001", &[("临时救助", 500_000, StandardRule::Ceiling)]),
    ("JJ", "防止致贫返贫救助基金", "2130599", &[("急难救助", 2_000_000, StandardRule::Ceiling)]),
];

/// The calendar, the schemes with their standards, and which of them exclude each other.
pub(super) fn policies(stage: &mut Stage<'_>) -> Result<(), Failure> {
    stage.on("2020-09-28");
    let days = |days: &[&str]| days.iter().map(|day| code(day)).collect::<Vec<Date>>();
    let holidays: Vec<Date> = (1..=8).filter_map(|day| Date::new(2020, 10, day)).collect();
    let calendar = CalendarPublished {
        holidays,
        source: "国办发明电〔2019〕16号".to_owned(),
        worked_weekends: days(&["2020-09-27", "2020-10-10"]),
        year: 2020,
    };
    stage.sign("社会救助股股长", Body::CalendarPublished(calendar))?;
    let from: Period = code("2020-10");
    for (scheme, name, function_code, parts) in SCHEMES {
        let is_case = ["LS", "JJ"].contains(scheme);
        let set = SchemeSet {
            basis: "青民发〔2020〕8号".to_owned(),
            cap_fen: (*scheme == "JJ").then_some(Money::from_fen(2_000_000)),
            chain: vec![Step::Survey, Step::Notice, Step::TownReview, Step::CountyConfirm],
            code: code(scheme),
            from,
            function_code: (*function_code).to_owned(),
            name: (*name).to_owned(),
            notice_days: if is_case { 3 } else { 7 },
            pay_day: 10,
            pay_start: if is_case { PayStart::SameMonth } else { PayStart::NextMonth },
            regularise_days: 10,
            surveyors: 2,
            town_limit_fen: (*scheme == "LS").then_some(Money::from_fen(500_000)),
            unit: code("MZJ"),
        };
        stage.sign("社会救助股股长", Body::SchemeSet(set))?;
        for (category, fen, rule) in *parts {
            let standard = StandardSet {
                amount_fen: Money::from_fen(*fen),
                area: stage.county.division.clone(),
                basis: "青政发〔2020〕3号".to_owned(),
                category: (*category).to_owned(),
                from,
                rule: *rule,
                scheme: code(scheme),
            };
            stage.sign("社会救助股股长", Body::StandardSet(standard))?;
        }
    }
    for other in ["DB-R", "CJ-L", "CJ-H"] {
        let basis = "国发〔2016〕14号".to_owned();
        let pair = ExclusionSet { basis, from, one: code("TK-S"), other: code(other) };
        stage.sign("社会救助股股长", Body::ExclusionSet(pair))?;
    }
    stage.tell("定政策：6个项目、标准、互斥关系和2020年工作日历，均以签署的动作入账");
    Ok(())
}

/// Programme accounts at the banks, funds, and the allotments of the quarter.
pub(super) fn funds(stage: &mut Stage<'_>) -> Result<(), Failure> {
    stage.on("2020-09-29");
    for account in stage.county.programme_accounts.clone() {
        let new = NewSubject::ProgrammeAccount(account.code.clone(), account.fields());
        let registered = stage.desk.vault.register(new)?;
        let opened = BankAccountOpened {
            bank: account.bank_name.to_owned(),
            code: account.code.clone(),
            number_commit: people::commitment(&registered, Field::Number)?,
            opened: code("2020-01-02"),
        };
        stage.sign("会计", Body::BankAccountOpened(opened))?;
        stage.banks.insert(account.code, Account::open(account.number, Money::ZERO));
    }
    for (fund, name, account, kind, purposes) in [
        ("F-DB", "困难群众救助补助资金", "ZH-01", FundKind::Treasury, &["DB-R", "TK-S", "LS"][..]),
        ("F-CJ", "残疾人两项补贴资金", "ZH-02", FundKind::Treasury, &["CJ-L", "CJ-H"]),
        ("F-JJ", "防止致贫返贫救助基金", "ZH-01", FundKind::Pooled, &["JJ"]),
        ("F-BY", "石峪镇临时救助备用金", "ZH-03", FundKind::Float, &["LS"]),
    ] {
        let opened = FundOpened {
            account: code(account),
            code: code(fund),
            kind,
            name: name.to_owned(),
            purposes: purposes.iter().map(|scheme| code::<SchemeCode>(scheme)).collect(),
            unit: code("MZJ"),
        };
        stage.sign("会计", Body::FundOpened(opened))?;
    }
    for (fund, yuan, document_no, function_code, level, direct) in [
        ("F-DB", 4_600_000, "晋财社〔2020〕152号", "2081902", Level::Central, DirectMark::Central),
        ("F-DB", 1_400_000, "青财社〔2020〕31号", "2082102", Level::County, DirectMark::None),
        ("F-CJ", 200_000, "晋财社〔2020〕160号", "2081107", Level::Province, DirectMark::Province),
    ] {
        let allotted = FundAllotted {
            amount_fen: Money::from_fen(yuan * 100),
            arrived: code("2020-09-29"),
            corrects: None,
            direct,
            document_no: document_no.to_owned(),
            function_code: function_code.to_owned(),
            fund: code(fund),
            level,
        };
        stage.sign("会计", Body::FundAllotted(allotted))?;
    }
    stage.tell("资金：3个专户、4笔资金，下达指标3件共6,200,000.00元");
    Ok(())
}

/// Everybody who lives there, and what they were entitled to when these books began.
pub(super) fn people(stage: &mut Stage<'_>) -> Result<(), Failure> {
    stage.on("2020-09-30");
    let mut new = Vec::new();
    let households = std::mem::take(&mut stage.county.households);
    for household in &households {
        new.push(NewHousehold {
            household: HouseholdId::from_bytes(stage.id()),
            division: household.village.clone(),
            members: household
                .members
                .iter()
                .enumerate()
                .map(|(at, person)| person.fields((at == 0).then_some(household.address.as_str())))
                .collect(),
            accounts: vec![(0, household.account.fields())],
        });
    }
    let registrar = stage.cast.key("账户维护");
    let source = "2020年9月底存量对象核对名册";
    let (_, known) = people::register(&mut stage.desk, &registrar, source, None, new)?;
    let mut lists: BTreeMap<&str, Vec<Line>> = BTreeMap::new();
    for (household, ids) in households.iter().zip(&known) {
        for (scheme, line) in entitlements(stage, household, ids) {
            lists.entry(scheme).or_default().push(Line::Entitlement(line));
        }
    }
    stage.tell(&format!(
        "登记：{}户{}人，一份清单一次签名；个人信息入保险库，台账里只有随机编号和承诺值",
        known.len(),
        known.iter().map(|household| household.members.len()).sum::<usize>()
    ));
    for (scheme, lines) in &lists {
        let (manifest, entries) = seal(lines)?;
        let root = manifest.root;
        let body =
            EntitlementsBroughtIn { manifest, scheme: code(scheme), source: source.to_owned() };
        let body = Body::EntitlementsBroughtIn(body);
        let receipt = stage.desk.sign_with_lines(&registrar, body, &entries)?;
        let confirmed = EntitlementsConfirmed { brought_in: receipt.id, root };
        stage.sign("分管副局长", Body::EntitlementsConfirmed(confirmed))?;
        stage.tell(&format!("存量资格：{scheme} {}项，经办转入，县级按默克尔根确认", lines.len()));
    }
    stage.county.households = households;
    stage.known = known;
    Ok(())
}

/// What a household was entitled to, scheme by scheme.
fn entitlements(
    stage: &mut Stage<'_>,
    household: &Household,
    ids: &KnownHousehold,
) -> Vec<(&'static str, EntitlementLine)> {
    let mut found = Vec::new();
    for line in household.lines() {
        let Some((scheme, .., parts)) = SCHEMES.iter().find(|(s, ..)| *s == line.scheme.as_str())
        else {
            continue;
        };
        let part = |label: &str, amount| Part { amount_fen: amount, label: label.to_owned() };
        let parts = match (&household.category, *scheme) {
            (Category::LowIncome(due), "DB-R") => {
                let classified = part("分类施保", due.classified);
                let extra = due.classified.is_positive().then_some(classified);
                std::iter::once(part("差额补助", due.base)).chain(extra).collect()
            }
            (_, _) => parts.iter().map(|(label, ..)| part(label, line.amount)).collect(),
        };
        let Some(payee) = ids.members.first().copied() else { continue };
        let persons = match *scheme {
            "DB-R" => ids.members.clone(),
            _ => ids.members.get(line.member).copied().into_iter().collect(),
        };
        let line = EntitlementLine {
            amount_fen: line.amount,
            category: if *scheme == "TK-S" { "分散" } else { "农村" }.to_owned(),
            entitlement: EntitlementId::from_bytes(stage.id()),
            from: code("2020-10"),
            household: ids.household,
            parts,
            payee,
            persons,
        };
        found.push((*scheme, line));
    }
    found
}
