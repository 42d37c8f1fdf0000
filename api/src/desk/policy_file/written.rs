//! The policy file as it is written: its tables and keys, and the file of what the books hold.

use std::collections::BTreeSet;

use ledger::act::Body;
use ledger::act::policies::{ExclusionSet, SchemeSet, StandardFloorSet, StandardSet, Strictness};
use ledger::books::Books;
use ledger::ids::{Division, SchemeCode, UnitCode};
use ledger::money::Money;
use ledger::period::Period;
use serde::{Deserialize, Serialize};

use crate::failure::Failure;

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Written {
    #[serde(rename = "项目")]
    pub(super) scheme: WrittenScheme,
    #[serde(rename = "标准", default, skip_serializing_if = "Vec::is_empty")]
    pub(super) standards: Vec<WrittenStandard>,
    #[serde(rename = "下限", default, skip_serializing_if = "Vec::is_empty")]
    pub(super) floors: Vec<WrittenFloor>,
    #[serde(rename = "互斥", default, skip_serializing_if = "Vec::is_empty")]
    pub(super) exclusions: Vec<WrittenExclusion>,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WrittenScheme {
    #[serde(rename = "代码")]
    pub(super) code: SchemeCode,
    #[serde(rename = "名称")]
    pub(super) name: String,
    #[serde(rename = "依据")]
    pub(super) basis: String,
    #[serde(rename = "自")]
    pub(super) from: Period,
    #[serde(rename = "责任单位")]
    pub(super) unit: UnitCode,
    #[serde(rename = "功能科目")]
    pub(super) function_code: String,
    #[serde(rename = "环节")]
    pub(super) chain: Vec<String>,
    #[serde(rename = "公示天数", default)]
    pub(super) notice_days: u16,
    #[serde(rename = "调查人数")]
    pub(super) surveyors: u8,
    #[serde(rename = "起发")]
    pub(super) pay_start: String,
    #[serde(rename = "发放日")]
    pub(super) pay_day: i8,
    #[serde(rename = "补办工作日", default)]
    pub(super) regularise_days: u16,
    #[serde(rename = "单笔上限", skip_serializing_if = "Option::is_none")]
    pub(super) cap: Option<String>,
    #[serde(rename = "乡镇限额", skip_serializing_if = "Option::is_none")]
    pub(super) town_limit: Option<String>,
    #[serde(rename = "发放月数", skip_serializing_if = "Option::is_none")]
    pub(super) months: Option<u16>,
    #[serde(rename = "次数", skip_serializing_if = "Option::is_none")]
    pub(super) limit: Option<WrittenLimit>,
    #[serde(rename = "须在册", skip_serializing_if = "Option::is_none")]
    pub(super) requires: Option<Vec<SchemeCode>>,
    #[serde(rename = "须有", skip_serializing_if = "Option::is_none")]
    pub(super) needs: Option<String>,
    #[serde(rename = "启动", skip_serializing_if = "Option::is_none")]
    pub(super) trigger: Option<WrittenTrigger>,
    #[serde(rename = "集体研究起点", skip_serializing_if = "Option::is_none")]
    pub(super) collective_above: Option<String>,
    #[serde(rename = "乡镇确认限额", skip_serializing_if = "Option::is_none")]
    pub(super) town_confirm: Option<String>,
    #[serde(rename = "办结工作日", skip_serializing_if = "Option::is_none")]
    pub(super) decide_days: Option<u16>,
    #[serde(rename = "收款人", skip_serializing_if = "Option::is_none")]
    pub(super) payees: Option<Vec<String>>,
    #[serde(rename = "拨付", skip_serializing_if = "Option::is_none")]
    pub(super) pays: Option<String>,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WrittenLimit {
    #[serde(rename = "最多")]
    pub(super) count: u16,
    #[serde(rename = "期间")]
    pub(super) per: String,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WrittenTrigger {
    #[serde(rename = "居民消费价格")]
    pub(super) cpi: String,
    #[serde(rename = "食品价格")]
    pub(super) food: String,
    #[serde(rename = "工作日")]
    pub(super) days: u16,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WrittenStandard {
    #[serde(rename = "分项")]
    pub(super) category: String,
    #[serde(rename = "地区")]
    pub(super) area: Division,
    #[serde(rename = "自", skip_serializing_if = "Option::is_none")]
    pub(super) from: Option<Period>,
    #[serde(rename = "金额")]
    pub(super) amount: String,
    #[serde(rename = "方式")]
    pub(super) rule: String,
    #[serde(rename = "依据")]
    pub(super) basis: String,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WrittenFloor {
    #[serde(rename = "分项")]
    pub(super) category: String,
    #[serde(rename = "不低于项目")]
    pub(super) base_scheme: SchemeCode,
    #[serde(rename = "不低于分项")]
    pub(super) base_category: String,
    #[serde(rename = "倍数")]
    pub(super) times: String,
    #[serde(rename = "自", skip_serializing_if = "Option::is_none")]
    pub(super) from: Option<Period>,
    #[serde(rename = "依据")]
    pub(super) basis: String,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WrittenExclusion {
    #[serde(rename = "项目")]
    pub(super) other: SchemeCode,
    #[serde(rename = "处理", skip_serializing_if = "Option::is_none")]
    pub(super) effect: Option<String>,
    #[serde(rename = "自", skip_serializing_if = "Option::is_none")]
    pub(super) from: Option<Period>,
    #[serde(rename = "依据")]
    pub(super) basis: String,
}

/// The policy file of a scheme: its newest version, and of its standards, floors and pairs those that hold in a month or begin
/// later. Read again it says nothing new. A pair stands in the file of the scheme that it was set for. `None` if there is no
/// such scheme.
///
/// # Errors
/// It cannot be written as TOML.
pub fn of_books(
    books: &Books,
    code: &SchemeCode,
    period: Period,
) -> Result<Option<String>, Failure> {
    let policies = &books.policies;
    let Some(newest) = policies.newest(code) else { return Ok(None) };
    let bound = policies.floors(period).chain(policies.floors_after(period));
    let floors = bound.filter(|floor| floor.scheme == *code).map(floor);
    let pairs = policies.pairs(period).chain(policies.pairs_after(period));
    let written = Written {
        scheme: scheme(newest),
        standards: policies.standing(code, period).map(standard).collect(),
        floors: floors.collect(),
        exclusions: pairs.filter(|pair| pair.one == *code).map(exclusion).collect(),
    };
    let text = toml::to_string(&written);
    let text = text.map_err(|why| Failure::usage(format!("政策文件写不出来：{why}")))?;
    Ok(Some(format!("{HEAD}{text}")))
}

/// Said to who takes the file to change it.
const HEAD: &str = "\
# 由台账写出。改动之处把“自”改成新规定起算的月份；没有改动的照旧，不会重复登记。
# 金额以元计；各键的含义见 docs/format/policies.md。

";

/// What a new version of a scheme says otherwise than an older one, key by key: the key, before, now.
pub(super) fn differences(old: &SchemeSet, new: &SchemeSet) -> Vec<(String, String, String)> {
    let table = |set| {
        toml::Table::try_from(scheme(set)).expect("a scheme has only texts, numbers and lists")
    };
    let (old, new) = (table(old), table(new));
    let keys: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    let said = |value: Option<&toml::Value>| match value {
        Some(toml::Value::String(text)) => text.clone(),
        Some(value) => value.to_string(),
        None => "（无）".to_owned(),
    };
    let differing = keys.into_iter().filter(|key| old.get(*key) != new.get(*key));
    differing.map(|key| (key.clone(), said(old.get(key)), said(new.get(key)))).collect()
}

/// Where an act stands in the file.
pub(super) fn title(act: &Body) -> String {
    if let Body::StandardSet(set) = act {
        format!("标准“{}”（{}，自{}）", set.category, set.area, set.from)
    } else if let Body::StandardFloorSet(set) = act {
        format!("下限“{}”（自{}）", set.category, set.from)
    } else if let Body::ExclusionSet(set) = act {
        format!("互斥{}（自{}）", set.other, set.from)
    } else {
        "项目".to_owned()
    }
}

fn scheme(set: &SchemeSet) -> WrittenScheme {
    let yuan = |amount: Money| amount.to_yuan();
    WrittenScheme {
        code: set.code.clone(),
        name: set.name.clone(),
        basis: set.basis.clone(),
        from: set.from,
        unit: set.unit.clone(),
        function_code: set.function_code.clone(),
        chain: set.chain.iter().map(|step| step.chinese().to_owned()).collect(),
        notice_days: set.notice_days,
        surveyors: set.surveyors,
        pay_start: set.pay_start.chinese().to_owned(),
        pay_day: set.pay_day,
        regularise_days: set.regularise_days,
        cap: set.cap_fen.map(yuan),
        town_limit: set.town_limit_fen.map(yuan),
        months: set.months,
        limit: set
            .limit
            .as_ref()
            .map(|limit| WrittenLimit { count: limit.count, per: limit.per.chinese().to_owned() }),
        requires: set.requires.clone(),
        needs: set.needs.map(|need| need.chinese().to_owned()),
        trigger: set.trigger.as_ref().map(|trigger| WrittenTrigger {
            cpi: percent(trigger.cpi_bp),
            food: percent(trigger.food_bp),
            days: trigger.days,
        }),
        collective_above: set.collective_above_fen.map(yuan),
        town_confirm: set.town_confirm_fen.map(yuan),
        decide_days: set.decide_days,
        payees: set
            .payees
            .as_ref()
            .map(|kinds| kinds.iter().map(|kind| kind.chinese().to_owned()).collect()),
        pays: set.pays.map(|pays| pays.chinese().to_owned()),
    }
}

fn standard(set: &StandardSet) -> WrittenStandard {
    WrittenStandard {
        category: set.category.clone(),
        area: set.area.clone(),
        from: Some(set.from),
        amount: set.amount_fen.to_yuan(),
        rule: set.rule.chinese().to_owned(),
        basis: set.basis.clone(),
    }
}

fn floor(set: &StandardFloorSet) -> WrittenFloor {
    WrittenFloor {
        category: set.category.clone(),
        base_scheme: set.base_scheme.clone(),
        base_category: set.base_category.clone(),
        times: times(set.permille),
        from: Some(set.from),
        basis: set.basis.clone(),
    }
}

fn exclusion(set: &ExclusionSet) -> WrittenExclusion {
    WrittenExclusion {
        other: set.other.clone(),
        effect: Some(set.effect.unwrap_or(Strictness::Refused).chinese().to_owned()),
        from: Some(set.from),
        basis: set.basis.clone(),
    }
}

/// Thousandths as a multiple: `1.3`, `1.335`.
fn times(permille: u16) -> String {
    let text = format!("{}.{:03}", permille / 1000, permille % 1000);
    let short = text.trim_end_matches('0');
    short.strip_suffix('.').unwrap_or(short).to_owned()
}

/// Hundredths of a percent as a percentage: they are written as fen are in yuan.
fn percent(hundredths: i16) -> String {
    format!("{}%", Money::from_fen(hundredths.into()).to_yuan())
}
