//! A scheme's policy as an office writes it: one TOML file in Chinese with amounts in yuan, read into the acts that set it.
//! docs/format/policies.md is its contract. What the books already hold is not signed again.

mod told;
mod written;

use std::collections::BTreeSet;
use std::path::Path;

use ledger::act::Body;
use ledger::act::policies::{
    ExclusionSet, Limit, Need, PayStart, PayeeKind, Pays, SchemeSet, Span, StandardFloorSet,
    StandardRule, StandardSet, Step, Strictness, Trigger,
};
use ledger::books::Books;
use ledger::ids::{KeyId, SchemeCode};
use ledger::money::Money;
use ledger::period::Period;
use ledger::rejection::Rejection;
use ledger::views::pairs;
use ledger::views::policy_effect::{self, Effect};

use super::{Office, trial};
use crate::failure::Failure;
use crate::spoken::of_toml;

pub use written::of_books;
use written::{
    Written, WrittenExclusion, WrittenLimit, WrittenScheme, WrittenStandard, WrittenTrigger,
};

/// What a file would do, before anybody signs it.
pub struct DryRun {
    /// The acts that would be signed, in order; none if the books hold all of it.
    pub acts: Vec<Body>,
    /// The scheme.
    pub scheme: SchemeCode,
    /// The roster of each month in which something of the file begins: as the books stand, and after the file.
    pub months: Vec<(Period, Effect, Effect)>,
    /// Each pair of which the file says something new, with the persons to whom both are due in its first month.
    pub pairs: Vec<(ExclusionSet, usize)>,
}

/// The acts of a policy file, in the order in which they are to be signed.
///
/// # Errors
/// The file is not such a file: the place, what was found, what is expected.
pub fn read(path: &Path, text: &str) -> Result<Vec<Body>, Failure> {
    let wrong = |why: String| Failure::usage(format!("{}：{why}", path.display()));
    let written: Written = toml::from_str(text).map_err(|why| wrong(in_words(&why, text)))?;
    acts(&written).map_err(wrong)
}

/// The parser's words; most often the quotes of a Chinese key were forgotten.
fn in_words(why: &toml::de::Error, text: &str) -> String {
    let told = of_toml(why, text);
    if why.message().contains("unquoted key") {
        return format!("{told}。键名是中文时要加英文双引号，如 \"代码\" = \"DB-R\"");
    }
    told
}

/// Those of the acts that say something new to the books.
#[must_use]
pub fn news(books: &Books, acts: Vec<Body>) -> Vec<Body> {
    acts.into_iter().filter(|body| !books.policies.holds(body)).collect()
}

/// Decides and folds the acts on a copy of the books, as the holder of `key` would sign them, and compares the month's
/// roster. Nothing is signed or written.
///
/// # Errors
/// The first refusal, as signing would get it.
pub fn try_out(office: Office<'_>, key: KeyId, acts: Vec<Body>) -> Result<DryRun, Failure> {
    let first = acts.iter().find_map(begins);
    let (scheme, _) = first.ok_or_else(|| Failure::usage("政策文件里没有任何设定。"))?;
    let acts = news(office.books, acts);
    if acts.is_empty() {
        return Ok(DryRun { acts, scheme, months: Vec::new(), pairs: Vec::new() });
    }
    trial::refuse_too_many(acts.len())?;
    let months: BTreeSet<Period> = acts.iter().filter_map(begins).map(|(_, from)| from).collect();
    let tried: Vec<_> = acts.iter().map(|body| (body.clone(), Vec::new())).collect();
    let books = trial::try_each(office, key, &tried).map_err(|(place, why)| {
        let what = acts.get(place).map(written::title);
        trial::about(&what.unwrap_or_default(), why)
    })?;
    let effect = |books: &Books, month| {
        let effect = policy_effect::of(books, &scheme, month);
        effect.ok_or_else(|| Failure::from(Rejection::MoneyOverflow {}))
    };
    let compared = |month| Ok((month, effect(office.books, month)?, effect(&books, month)?));
    let months = months.into_iter().map(compared).collect::<Result<_, Failure>>()?;
    let pairs = acts.iter().filter_map(|body| {
        let Body::ExclusionSet(pair) = body else { return None };
        let both = pairs::drawing_both(office.books, (&pair.one, &pair.other), pair.from);
        Some((pair.clone(), both.len()))
    });
    let pairs = pairs.collect();
    Ok(DryRun { acts, scheme, months, pairs })
}

/// The scheme and first month that a policy act is about.
fn begins(body: &Body) -> Option<(SchemeCode, Period)> {
    if let Body::SchemeSet(b) = body {
        Some((b.code.clone(), b.from))
    } else if let Body::StandardSet(b) = body {
        Some((b.scheme.clone(), b.from))
    } else if let Body::StandardFloorSet(b) = body {
        Some((b.scheme.clone(), b.from))
    } else if let Body::ExclusionSet(b) = body {
        Some((b.one.clone(), b.from))
    } else {
        None
    }
}

fn acts(written: &Written) -> Result<Vec<Body>, String> {
    let (code, from) = (&written.scheme.code, written.scheme.from);
    let mut acts = vec![Body::SchemeSet(scheme(&written.scheme)?)];
    // Floors come first: a standard that breaks one is refused.
    for floor in &written.floors {
        acts.push(Body::StandardFloorSet(StandardFloorSet {
            base_category: floor.base_category.clone(),
            base_scheme: floor.base_scheme.clone(),
            basis: floor.basis.clone(),
            category: floor.category.clone(),
            from: floor.from.unwrap_or(from),
            permille: permille(&floor.times)?,
            scheme: code.clone(),
        }));
    }
    for standard in &written.standards {
        once(standard, written)?;
        acts.push(Body::StandardSet(StandardSet {
            amount_fen: yuan(&standard.amount, &format!("标准“{}”的金额", standard.category))?,
            area: standard.area.clone(),
            basis: standard.basis.clone(),
            category: standard.category.clone(),
            from: standard.from.unwrap_or(from),
            rule: word(&standard.rule, StandardRule::ALL, StandardRule::chinese, "方式")?,
            scheme: code.clone(),
        }));
    }
    for pair in &written.exclusions {
        one_word_on(pair, written)?;
        let effect = |text: &String| word(text, Strictness::ALL, Strictness::chinese, "处理");
        let effect = pair.effect.as_ref().map(effect);
        acts.push(Body::ExclusionSet(ExclusionSet {
            basis: pair.basis.clone(),
            effect: effect.transpose()?,
            from: pair.from.unwrap_or(from),
            one: code.clone(),
            other: pair.other.clone(),
        }));
    }
    Ok(acts)
}

/// A part has one standard in an area from one month on; a blank that nobody sees would make it another part.
fn once(standard: &WrittenStandard, written: &Written) -> Result<(), String> {
    let WrittenStandard { category, area, .. } = standard;
    if category.trim() != category {
        return Err(format!("标准“{category}”的分项前后有空格，请去掉"));
    }
    let from = |one: &WrittenStandard| one.from.unwrap_or(written.scheme.from);
    let alike = written
        .standards
        .iter()
        .filter(|one| (&one.category, &one.area, from(one)) == (category, area, from(standard)));
    match alike.count() {
        1 => Ok(()),
        times => {
            let from = from(standard);
            Err(format!("标准“{category}”（{area}，自{from}）写了{times}次；请只留一处"))
        }
    }
}

/// Of two words on one pair from one month on, only one could count.
fn one_word_on(pair: &WrittenExclusion, written: &Written) -> Result<(), String> {
    let begins = |pair: &WrittenExclusion| pair.from.unwrap_or(written.scheme.from);
    let effect = |pair: &WrittenExclusion| {
        pair.effect.clone().unwrap_or_else(|| Strictness::Refused.chinese().to_owned())
    };
    let others = written.exclusions.iter().filter(|other| {
        other.other == pair.other && begins(other) == begins(pair) && effect(other) != effect(pair)
    });
    match others.into_iter().next() {
        None => Ok(()),
        Some(other) => Err(format!(
            "互斥项目{}自{}起写了两次，处理一次是“{}”，一次是“{}”；请只留一处，或写明不同的“自”",
            pair.other,
            begins(pair),
            effect(pair),
            effect(other)
        )),
    }
}

fn scheme(written: &WrittenScheme) -> Result<SchemeSet, String> {
    let step = |text: &String| word(text, Step::ALL, Step::chinese, "环节");
    let need = |text: &str| word(text, Need::ALL, Need::chinese, "须有");
    let payee = |text: &String| word(text, PayeeKind::ALL, PayeeKind::chinese, "收款人");
    let payees = |texts: &Vec<String>| texts.iter().map(payee).collect::<Result<_, _>>();
    let pays = |text: &str| word(text, Pays::ALL, Pays::chinese, "拨付");
    let per = |text: &str| word(text, Span::ALL, Span::chinese, "期间");
    let limit = |limit: &WrittenLimit| per(&limit.per).map(|per| Limit { count: limit.count, per });
    let trigger = |trigger: &WrittenTrigger| -> Result<Trigger, String> {
        let (cpi_bp, food_bp) = (percent(&trigger.cpi)?, percent(&trigger.food)?);
        Ok(Trigger { cpi_bp, days: trigger.days, food_bp })
    };
    Ok(SchemeSet {
        basis: written.basis.clone(),
        cap_fen: limit_of(written.cap.as_ref(), "单笔上限")?,
        chain: written.chain.iter().map(step).collect::<Result<_, _>>()?,
        code: written.code.clone(),
        collective_above_fen: limit_of(written.collective_above.as_ref(), "集体研究起点")?,
        decide_days: written.decide_days,
        from: written.from,
        function_code: written.function_code.clone(),
        limit: written.limit.as_ref().map(limit).transpose()?,
        months: written.months,
        name: written.name.clone(),
        needs: written.needs.as_deref().map(need).transpose()?,
        notice_days: written.notice_days,
        pay_day: written.pay_day,
        pay_start: word(&written.pay_start, PayStart::ALL, PayStart::chinese, "起发")?,
        payees: written.payees.as_ref().map(payees).transpose()?,
        pays: written.pays.as_deref().map(pays).transpose()?,
        regularise_days: written.regularise_days,
        requires: written.requires.clone(),
        surveyors: written.surveyors,
        town_confirm_fen: limit_of(written.town_confirm.as_ref(), "乡镇确认限额")?,
        town_limit_fen: limit_of(written.town_limit.as_ref(), "乡镇限额")?,
        trigger: written.trigger.as_ref().map(trigger).transpose()?,
        unit: written.unit.clone(),
    })
}

/// One of a closed list, by its Chinese term.
fn word<W: Copy>(
    text: &str,
    all: &[W],
    chinese: impl Fn(W) -> &'static str,
    key: &str,
) -> Result<W, String> {
    let found = all.iter().copied().find(|word| chinese(*word) == text);
    found.ok_or_else(|| {
        let known: Vec<&str> = all.iter().map(|word| chinese(*word)).collect();
        format!("{key}“{text}”不认识，应为：{}", known.join("、"))
    })
}

fn limit_of(text: Option<&String>, key: &str) -> Result<Option<Money>, String> {
    text.map(|text| yuan(text, key)).transpose()
}

fn yuan(text: &str, key: &str) -> Result<Money, String> {
    Money::parse_yuan(text).map_err(|why| format!("{key}：{why}"))
}

/// A number with at most two decimals, in hundredths: what money is to yuan.
fn hundredths(text: &str, key: &str) -> Result<i64, String> {
    let number = Money::parse_yuan(text).map(Money::fen);
    number.map_err(|_| format!("{key}“{text}”应为数字，至多两位小数"))
}

/// `1.3` times, in thousandths.
fn permille(text: &str) -> Result<u16, String> {
    let wrong = || format!("倍数“{text}”应为0.001至65.535之间的数，至多三位小数，如“1.3”");
    let (whole, part) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(whole) || !digits(part) || part.len() > 3 {
        return Err(wrong());
    }
    format!("{whole}{part:0<3}").parse().ok().filter(|permille| *permille > 0).ok_or_else(wrong)
}

/// `3.5%` in hundredths of a percent.
fn percent(text: &str) -> Result<i16, String> {
    let wrong = || format!("涨幅“{text}”应写成“3.5%”这样，至多两位小数");
    let number = text.strip_suffix('%').ok_or_else(wrong)?;
    hundredths(number, "涨幅").ok().and_then(|bp| i16::try_from(bp).ok()).ok_or_else(wrong)
}

#[cfg(test)]
mod tests;
