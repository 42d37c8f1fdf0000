//! The setting: policies, programme accounts and funds, the county's people and what they were entitled to before.

use std::collections::BTreeMap;

use ledger::act::Body;
use ledger::act::cases::{EntitlementsBroughtIn, EntitlementsConfirmed, Part};
use ledger::act::funds::{
    BankAccountOpened, DirectMark, FundAllotted, FundKind, FundOpened, Level,
};
use ledger::act::policies::CalendarPublished;
use ledger::ids::{EntitlementId, HouseholdId, SchemeCode};
use ledger::line::{EntitlementLine, Line};
use ledger::money::Money;
use ledger::period::Date;
use ledger::vault::{Field, NewSubject};
use reconcile::bank_simulator::Account;

use super::care::residents;
use super::county::{Category, Household};
use super::stage::{Stage, code};
use crate::desk::people::{self, KnownHousehold, NewHousehold};
use crate::desk::seal;
use crate::failure::Failure;

/// The county's policy files, in the order in which they are signed: who is measured by another or excludes it comes after it.
const POLICIES: &[(&str, &str)] = &[
    ("DB-R.toml", include_str!("../../policies/DB-R.toml")),
    ("CJ-L.toml", include_str!("../../policies/CJ-L.toml")),
    ("CJ-H-2020-09.toml", include_str!("../../policies/CJ-H-2020-09.toml")),
    ("CJ-H.toml", include_str!("../../policies/CJ-H.toml")),
    ("TK-S.toml", include_str!("../../policies/TK-S.toml")),
    ("TK-C.toml", include_str!("../../policies/TK-C.toml")),
    ("LS.toml", include_str!("../../policies/LS.toml")),
    ("JJ.toml", include_str!("../../policies/JJ.toml")),
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
    stage.policies(POLICIES)?;
    stage.tell(
        "定政策：7个项目、标准、下限、互斥关系和2020年工作日历，由政策文件读入，均以签署的动作入账",
    );
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
        (
            "F-DB",
            "困难群众救助补助资金",
            "ZH-01",
            FundKind::Treasury,
            &["DB-R", "TK-S", "TK-C", "LS"][..],
        ),
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
            is_known: false,
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
    let of_home = residents(&households);
    let mut lists: BTreeMap<&str, Vec<Line>> = BTreeMap::new();
    let at_home = households.iter().zip(&known);
    for (household, ids) in at_home.filter(|(one, _)| !of_home.contains(&one.number)) {
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

/// The monthly schemes, and the label of what is not put together from two parts.
const FIXED: &[(&str, &str)] =
    &[("DB-R", "差额补助"), ("TK-S", "基本生活"), ("CJ-L", "生活补贴"), ("CJ-H", "护理补贴")];

/// What a household was entitled to, scheme by scheme.
fn entitlements(
    stage: &mut Stage<'_>,
    household: &Household,
    ids: &KnownHousehold,
) -> Vec<(&'static str, EntitlementLine)> {
    let mut found = Vec::new();
    for line in household.lines() {
        let Some((scheme, label)) = FIXED.iter().find(|(s, _)| *s == line.scheme.as_str()) else {
            continue;
        };
        let part = |label: &str, amount| Part {
            amount_fen: amount,
            label: label.to_owned(),
            quantity: None,
        };
        let parts = match (&household.category, *scheme) {
            (Category::LowIncome(due), "DB-R") => {
                let classified = part("分类施保", due.classified);
                let extra = due.classified.is_positive().then_some(classified);
                std::iter::once(part("差额补助", due.base)).chain(extra).collect()
            }
            (_, _) => vec![part(label, line.amount)],
        };
        let Some(payee) = ids.members.first().copied() else { continue };
        let persons = match *scheme {
            "DB-R" => ids.members.clone(),
            _ => ids.members.get(line.member).copied().into_iter().collect(),
        };
        let line = EntitlementLine {
            amount_fen: line.amount,
            category: if *scheme == "TK-S" { "分散" } else { "农村" }.to_owned(),
            cause: None,
            entitlement: EntitlementId::from_bytes(stage.id()),
            from: code("2020-10"),
            household: ids.household,
            last: None,
            parts,
            payee,
            persons,
        };
        found.push((*scheme, line));
    }
    found
}
