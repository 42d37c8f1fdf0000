//! What the county's other units bring into the books: themselves, their schemes, and the money for these.

use ledger::act::Body;
use ledger::act::funds::{DirectMark, FundAllotted, FundContributed, FundKind, FundOpened, Level};
use ledger::act::offices::{Side, UnitRegistered};
use ledger::ids::SchemeCode;

use super::lists::yuan;
use super::october::released;
use super::stage::{Stage, code};
use crate::failure::Failure;

/// Units without an officer of their own in these books: the civil affairs bureau pays for them 统一打卡.
const UNITS: [(&str, &str); 4] =
    [("RS", "县人社局"), ("NY", "县农业农村局"), ("JYJ", "县教育局"), ("FPB", "县扶贫办")];

const POLICIES: &[(&str, &str)] = &[
    ("JG.toml", include_str!("../../policies/JG.toml")),
    ("GY.toml", include_str!("../../policies/GY.toml")),
    ("PX.toml", include_str!("../../policies/PX.toml")),
    ("PX-F.toml", include_str!("../../policies/PX-F.toml")),
    ("JY.toml", include_str!("../../policies/JY.toml")),
    ("CY.toml", include_str!("../../policies/CY.toml")),
    ("CY-N.toml", include_str!("../../policies/CY-N.toml")),
    ("YJ.toml", include_str!("../../policies/YJ.toml")),
    ("TX.toml", include_str!("../../policies/TX.toml")),
    ("ZX.toml", include_str!("../../policies/ZX.toml")),
    ("BF.toml", include_str!("../../policies/BF.toml")),
];

/// Money of the budget, for some schemes of one unit.
struct Budget {
    fund: &'static str,
    name: &'static str,
    unit: &'static str,
    schemes: &'static [&'static str],
    yuan: i64,
    level: Level,
    document_no: &'static str,
    function_code: &'static str,
    voucher: &'static str,
}

#[rustfmt::skip]
const BUDGET: [Budget; 6] = [
    Budget {
        fund: "F-JG", name: "价格临时补贴资金", unit: "MZJ", schemes: &["JG"], yuan: 12_000,
        level: Level::County, document_no: "青财社〔2020〕44号", function_code: "2082502", voucher: "国库拨〔2020〕1011",
    },
    Budget {
        fund: "F-JY", name: "就业补助资金", unit: "RS", schemes: &["GY", "PX", "PX-F", "JY"], yuan: 20_000,
        level: Level::Central, document_no: "晋财社〔2020〕171号", function_code: "2080705", voucher: "国库拨〔2020〕1012",
    },
    Budget {
        fund: "F-CL", name: "残疾人事业发展补助资金", unit: "CL", schemes: &["CY", "CY-N"], yuan: 15_000,
        level: Level::Province, document_no: "晋财社〔2020〕166号", function_code: "2081105", voucher: "国库拨〔2020〕1013",
    },
    Budget {
        fund: "F-FP", name: "财政专项扶贫资金", unit: "FPB", schemes: &["YJ", "TX"], yuan: 10_000,
        level: Level::Province, document_no: "晋财农〔2020〕88号", function_code: "2130505", voucher: "国库拨〔2020〕1014",
    },
    Budget {
        fund: "F-BFS", name: "省级帮扶补助资金", unit: "FPB", schemes: &["BF"], yuan: 40_000,
        level: Level::Province, document_no: "晋财农〔2020〕93号", function_code: "2130599", voucher: "国库拨〔2020〕1015",
    },
    Budget {
        fund: "F-BFX", name: "县级帮扶配套资金", unit: "FPB", schemes: &["BF"], yuan: 30_000,
        level: Level::County, document_no: "青财农〔2020〕27号", function_code: "2130599", voucher: "国库拨〔2020〕1016",
    },
];

/// A gift for one thing only 定向捐赠.
struct Gift {
    fund: &'static str,
    name: &'static str,
    unit: &'static str,
    scheme: &'static str,
    yuan: i64,
    giver: &'static str,
    voucher: &'static str,
}

#[rustfmt::skip]
const GIFTS: [Gift; 2] = [
    Gift {
        fund: "F-JZ", name: "企业帮扶捐赠", unit: "FPB", scheme: "BF", yuan: 29_000,
        giver: "汾禾实业有限公司", voucher: "捐赠1011",
    },
    Gift {
        fund: "F-ZX", name: "定向助学捐赠", unit: "JYJ", scheme: "ZX", yuan: 120_000,
        giver: "青禾县商会", voucher: "捐赠1012",
    },
];

pub(super) fn bring(stage: &mut Stage<'_>) -> Result<(), Failure> {
    stage.on("2020-10-09");
    for (unit, name) in UNITS {
        let body = UnitRegistered {
            name: name.to_owned(),
            side: Side::Office,
            town: None,
            unit: code(unit),
        };
        stage.sign("系统管理员", Body::UnitRegistered(body))?;
    }
    stage.policies(POLICIES)?;
    BUDGET.iter().try_for_each(|money| budgeted(stage, money))?;
    GIFTS.iter().try_for_each(|gift| given(stage, gift))?;
    let budget: i64 = BUDGET.iter().map(|money| money.yuan).sum();
    let gifts: i64 = GIFTS.iter().map(|gift| gift.yuan).sum();
    stage.tell(&format!(
        "统一打卡：县人社局、残联、农业农村局、教育局、扶贫办等单位{}个项目并入本账，财政拨付{}元、定向捐赠{}元到账",
        POLICIES.len(),
        yuan(budget),
        yuan(gifts)
    ));
    Ok(())
}

fn opened(
    stage: &mut Stage<'_>,
    (fund, name, unit): (&str, &str, &str),
    kind: FundKind,
    purposes: &[&str],
) -> Result<(), Failure> {
    let body = FundOpened {
        account: code("ZH-01"),
        code: code(fund),
        kind,
        name: name.to_owned(),
        purposes: purposes.iter().map(|scheme| code::<SchemeCode>(scheme)).collect(),
        unit: code(unit),
    };
    stage.sign("会计", Body::FundOpened(body))?;
    Ok(())
}

fn budgeted(stage: &mut Stage<'_>, money: &Budget) -> Result<(), Failure> {
    opened(stage, (money.fund, money.name, money.unit), FundKind::Treasury, money.schemes)?;
    let allotted = FundAllotted {
        amount_fen: yuan(money.yuan),
        arrived: stage.on("2020-10-12"),
        corrects: None,
        direct: DirectMark::None,
        document_no: money.document_no.to_owned(),
        function_code: money.function_code.to_owned(),
        fund: code(money.fund),
        level: money.level,
    };
    stage.sign("会计", Body::FundAllotted(allotted))?;
    released(stage, money.fund, "ZH-01", money.yuan, "2020-10-13", money.voucher)?;
    Ok(())
}

fn given(stage: &mut Stage<'_>, gift: &Gift) -> Result<(), Failure> {
    opened(stage, (gift.fund, gift.name, gift.unit), FundKind::Pooled, &[gift.scheme])?;
    let date = stage.on("2020-10-13");
    stage.at_bank("ZH-01", date, yuan(gift.yuan), gift.giver, "定向捐赠");
    let contributed = FundContributed {
        amount_fen: yuan(gift.yuan),
        area: None,
        contributor: gift.giver.to_owned(),
        corrects: None,
        date,
        fund: code(gift.fund),
        voucher_no: gift.voucher.to_owned(),
    };
    stage.sign("会计", Body::FundContributed(contributed))?;
    Ok(())
}
