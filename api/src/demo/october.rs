//! October 2020, the clean month: money in, five rosters, one advance, one pooled-fund case, six new applications, one claim;
//! then what other units of the county give.

use ledger::act::Body;
use ledger::act::funds::{FundContributed, FundMoved, FundReleased};
use ledger::act::payments::RosterKind;
use ledger::act::urgent::{
    AdvancePaid, AdvanceRegularised, ClaimAssessed, ClaimFiled, InsuranceOpened,
};
use ledger::ids::{AdvanceId, ClaimId, UnitCode};
use ledger::money::Money;
use ledger::period::Period;
use reconcile::bank_simulator::Product;

use super::case::{Case, confirm};
use super::county::Category;
use super::lists::{paid, part, yuan};
use super::stage::{Round, Stage, code, evidence};
use super::{care, departments, livelihood, together};
use crate::desk::documents::{self, Issue};
use crate::desk::people::KnownHousehold;
use crate::failure::Failure;

pub(super) fn play(stage: &mut Stage<'_>) -> Result<(), Failure> {
    let period: Period = code("2020-10");
    money_in(stage)?;
    departments::bring(stage)?;
    care::handed_over(stage)?;
    rosters(stage, period)?;
    advance(stage)?;
    applications(stage)?;
    pooled_case(stage)?;
    insurance(stage)?;
    livelihood::play(stage)?;
    together::play(stage)?;
    stage.on("2020-11-02");
    stage.import_statements(period)?;
    let day = stage.on("2020-11-03");
    finish(stage, period, &Issue { number: "青民发〔2020〕12号", signed_on: day })
}

/// Closes the month, writes its documents and issues the bulletin.
pub(super) fn finish(
    stage: &mut Stage<'_>,
    period: Period,
    issue: &Issue<'_>,
) -> Result<(), Failure> {
    let receipt = crate::desk::closing::close(&mut stage.desk, &stage.cast.key("会计"), period)?;
    let (table, _) = crate::desk::closing::figures(stage.desk.office(), period)?;
    stage.tell(&format!(
        "月结：{}（第{}条记录）；应发{}笔{}元，实发{}笔{}元，退汇{}笔，在途{}笔",
        period.to_chinese(),
        receipt.seq,
        table.total.due.count,
        table.total.due.fen,
        table.total.paid.count,
        table.total.paid.fen,
        table.total.returned.count,
        table.total.in_transit.count,
    ));
    let out = stage.desk.dir().join("out");
    documents::month_end(&stage.desk, period, &out)?;
    let key = stage.cast.key("通报撰写");
    let written = documents::bulletin(&mut stage.desk, period, issue, &out, Some(&key))?;
    stage.tell(&format!("通报：{}签发，{}份文件，摘要入账", issue.number, written.len()));
    Ok(())
}

pub(super) fn released(
    stage: &mut Stage<'_>,
    fund: &str,
    account: &str,
    yuan: i64,
    day: &str,
    voucher: &str,
) -> Result<ledger::ids::ActId, Failure> {
    let date = stage.on(day);
    let amount = Money::from_fen(yuan * 100);
    stage.at_bank(account, date, amount, "青禾县财政局国库", "拨款");
    let body = FundReleased {
        amount_fen: amount,
        corrects: None,
        date,
        fund: code(fund),
        voucher_no: voucher.to_owned(),
    };
    stage.sign("会计", Body::FundReleased(body))
}

fn money_in(stage: &mut Stage<'_>) -> Result<(), Failure> {
    released(stage, "F-DB", "ZH-01", 2_800_000, "2020-10-09", "国库拨〔2020〕1001")?;
    released(stage, "F-CJ", "ZH-02", 90_000, "2020-10-09", "国库拨〔2020〕1002")?;
    for (contributor, yuan, voucher) in [
        ("青禾县财政局", 200_000, "统筹1001"),
        ("青禾县慈善总会", 80_000, "统筹1002"),
        ("青禾农村商业银行", 50_000, "捐赠1003"),
    ] {
        let date = stage.on("2020-10-09");
        let amount = Money::from_fen(yuan * 100);
        stage.at_bank("ZH-01", date, amount, contributor, "统筹捐赠");
        let gift = FundContributed {
            amount_fen: amount,
            area: None,
            contributor: contributor.to_owned(),
            corrects: None,
            date,
            fund: code("F-JJ"),
            voucher_no: voucher.to_owned(),
        };
        stage.sign("会计", Body::FundContributed(gift))?;
    }
    move_to_float(stage, 3_000_000, "2020-10-12", "核定石峪镇临时救助备用金", Vec::new())?;
    stage.tell("到账：财政拨付2,890,000.00元，统筹捐赠330,000.00元，拨备用金30,000.00元");
    Ok(())
}

/// Moves money from the county's account to the town's float, on both accounts of the bank: what it is given at first, or
/// what it paid in advances that are regularised.
pub(super) fn move_to_float(
    stage: &mut Stage<'_>,
    fen: i64,
    day: &str,
    reason: &str,
    regularised: Vec<AdvanceId>,
) -> Result<(), Failure> {
    let date = stage.on(day);
    stage.at_bank("ZH-01", date, Money::from_fen(-fen), "石峪镇人民政府", "拨备用金");
    stage.at_bank("ZH-03", date, Money::from_fen(fen), "青禾县民政局", "拨入备用金");
    let moved = FundMoved {
        amount_fen: Money::from_fen(fen),
        corrects: None,
        date,
        from: code("F-DB"),
        reason: reason.to_owned(),
        regularised: Some(regularised).filter(|named| !named.is_empty()),
        to: code("F-BY"),
    };
    stage.sign("会计", Body::FundMoved(moved))?;
    Ok(())
}

fn rosters(stage: &mut Stage<'_>, period: Period) -> Result<(), Failure> {
    for (batch, scheme, fund, account, product) in [
        ("D20A0", "DB-R", "F-DB", "ZH-01", Product::RcbPipeHead),
        ("T20A0", "TK-S", "F-DB", "ZH-01", Product::RcbPipeHead),
        ("TC0A0", "TK-C", "F-DB", "ZH-01", Product::RcbPipeHead),
        ("L20A0", "CJ-L", "F-CJ", "ZH-02", Product::IcbcCsv),
        ("H20A0", "CJ-H", "F-CJ", "ZH-02", Product::IcbcXlsx),
    ] {
        stage.pay(&Round {
            batch,
            scheme,
            period,
            kind: RosterKind::Regular,
            funds: &[fund],
            account,
            product,
            day: code("2020-10-10"),
            answered: code("2020-10-10"),
            fates: Vec::new(),
        })?;
        let batch = stage.desk.books().payments.batches.get(&code(batch)).cloned();
        if let Some(batch) = batch {
            stage.tell(&format!(
                "发放：{scheme} {}笔{}元，造册、复核、财政审核、审批、报盘、回盘全部入账成功",
                batch.len(),
                batch.total
            ));
        }
    }
    Ok(())
}

fn advance(stage: &mut Stage<'_>) -> Result<(), Failure> {
    let date = stage.on("2020-10-16");
    let town = unit_of(stage, "石峪镇");
    let Some(household) = in_town(stage, "石峪镇").into_iter().next() else { return Ok(()) };
    let Some(payee) = household.members.first().copied() else { return Ok(()) };
    let advance = AdvanceId::from_bytes(stage.id());
    let amount = Money::from_fen(500_000);
    stage.at_bank("ZH-03", date, Money::from_fen(-500_000), "先行救助", "备用金支出");
    let key = stage.cast.town_key(&town, "民政经办");
    let paid = AdvancePaid {
        advance,
        amount_fen: amount,
        cause: "火灾致房屋烧毁，当日无处安身".to_owned(),
        date,
        fund: code("F-BY"),
        household: household.household,
        payee,
        receipt: evidence("先行救助收条"),
        scheme: code("LS"),
    };
    let paid = stage.desk.sign(&key, Body::AdvancePaid(paid))?.id;
    let date = stage.on("2020-10-28");
    let key = stage.cast.town_key(&town, "镇长");
    let done =
        AdvanceRegularised { advance, date, evidence: evidence("先行救助补办表"), paid };
    stage.desk.sign(&key, Body::AdvanceRegularised(done))?;
    stage.tell("先行救助：10月16日石峪镇备用金先付5,000.00元，10月28日补办手续，在10个工作日内");
    Ok(())
}

pub(super) fn unit_of(stage: &Stage<'_>, town: &str) -> UnitCode {
    let officer = stage.county.officers.iter().find(|officer| officer.unit_name.starts_with(town));
    officer.map(|officer| officer.unit.clone()).expect("every town has people in office")
}

/// The households of a town that are in neither household scheme.
pub(super) fn in_town(stage: &Stage<'_>, town: &str) -> Vec<KnownHousehold> {
    let town = stage.county.towns.iter().find(|known| known.name == town);
    let households = stage.county.households.iter().zip(&stage.known);
    let found = households.filter(|(household, _)| {
        household.category == Category::Other
            && town.is_some_and(|town| household.village.town().as_ref() == Some(&town.division))
    });
    found.map(|(_, known)| known.clone()).collect()
}

fn applications(stage: &mut Stage<'_>) -> Result<(), Failure> {
    let towns = ["城关镇", "柳泉镇", "双河镇", "枣林镇", "东岭镇", "白马乡"];
    for (at, town) in towns.into_iter().enumerate() {
        let Some(household) = in_town(stage, town).into_iter().next() else { continue };
        let fen_per_person = 18_000 + 2_050 * i64::try_from(at).unwrap_or(0);
        let people = i64::try_from(household.members.len()).unwrap_or(1);
        let Some(payee) = household.members.first().copied() else { continue };
        let case = Case {
            scheme: "DB-R",
            category: "农村",
            household: household.household,
            persons: household.members,
            payee,
            parts: vec![part("差额补助", Money::from_fen(fen_per_person * people))],
            from: "2020-11",
            days: ["2020-10-12", "2020-10-14", "2020-10-15", "2020-10-21", "2020-10-23"],
        };
        confirm(stage, &case)?;
    }
    stage.tell("新申请：6户低保经两人入户调查、公示7天、镇审核、县确认，11月起发");
    Ok(())
}

fn pooled_case(stage: &mut Stage<'_>) -> Result<(), Failure> {
    let Some(household) = in_town(stage, "云台乡").into_iter().next() else { return Ok(()) };
    let Some(payee) = household.members.first().copied() else { return Ok(()) };
    let case = Case {
        scheme: "JJ",
        category: "农村",
        household: household.household,
        persons: household.members,
        payee,
        parts: vec![part("急难救助", yuan(20_000))],
        from: "2020-10",
        days: ["2020-10-13", "2020-10-15", "2020-10-16", "2020-10-19", "2020-10-20"],
    };
    confirm(stage, &case)?;
    paid(stage, ("J20A0", "JJ", "2020-10"), &["F-JJ"], "2020-10-21")?;
    stage.tell("统筹基金：云台乡一户突发严重困难，救助20,000.00元，从统筹基金列支");
    Ok(())
}

fn insurance(stage: &mut Stage<'_>) -> Result<(), Failure> {
    stage.on("2020-10-22");
    let opened = InsuranceOpened {
        cover_fen: Money::from_fen(4_900_000_000),
        from: code("2020-01-01"),
        insured: 8_830,
        insurer: "汾禾财产保险青禾支公司".to_owned(),
        notice_days: None,
        policy: code("FX-2020"),
        premium_fen: Money::from_fen(39_735_000),
        until: code("2020-12-31"),
    };
    stage.sign("账户维护", Body::InsuranceOpened(opened))?;
    let Some(household) = in_town(stage, "清溪乡").into_iter().next() else { return Ok(()) };
    let Some(person) = household.members.first().copied() else { return Ok(()) };
    let claim = ClaimId::from_bytes(stage.id());
    let filed = ClaimFiled {
        claim,
        event: "意外伤害住院".to_owned(),
        filed: stage.on("2020-10-23"),
        household: household.household,
        loss: code("2020-10-11"),
        person,
        policy: code("FX-2020"),
    };
    stage.sign("账户维护", Body::ClaimFiled(filed))?;
    let assessed = ClaimAssessed {
        amount_fen: Money::from_fen(989_244),
        assessed: stage.on("2020-10-29"),
        claim,
        evidence: evidence("查勘定损报告"),
    };
    let surveyor = stage.cast.town_key(&unit_of(stage, "清溪乡"), "驻村干部");
    stage.desk.sign(&surveyor, Body::ClaimAssessed(assessed))?;
    stage.tell("防返贫保险：报案1件，定损9,892.44元，由保险人直接赔付，只作备查");
    Ok(())
}
