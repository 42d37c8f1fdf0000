//! Rules for policies: complete, and never with effect in a closed month.

use crate::act::Body;
use crate::act::policies::{
    ExclusionSet, IndexPublished, Pays, SchemeSet, StandardFloorSet, StandardSet, Step,
};
use crate::books::Books;
use crate::law::not_before;
use crate::period::Period;
use crate::rejection::Rejection;

use super::{filled, positive};

pub(super) fn decide(books: &Books, body: &Body) -> Result<(), Rejection> {
    if let Body::SchemeSet(scheme) = body {
        set_scheme(books, scheme)
    } else if let Body::StandardSet(standard) = body {
        from_open_month(books, standard.from)?;
        positive(standard.amount_fen, "标准")?;
        filled(&standard.basis, "依据")?;
        known(books, standard)?;
        keeps_the_floors(books, standard)
    } else if let Body::StandardFloorSet(floor) = body {
        from_open_month(books, floor.from)?;
        set_floor(books, floor)
    } else if let Body::IndexPublished(index) = body {
        publish(books, index)
    } else if let Body::ExclusionSet(exclusion) = body {
        from_open_month(books, exclusion.from)?;
        filled(&exclusion.basis, "依据")?;
        if exclusion.one == exclusion.other {
            return Err(Rejection::PolicyIncomplete { what: "互斥的两个项目不能相同" });
        }
        pair_is_known(books, exclusion)
    } else if let Body::CalendarPublished(year) = body {
        filled(&year.source, "依据")?;
        let mut days = year.holidays.iter().chain(&year.worked_weekends);
        if days.any(|day| day.year() != year.year) {
            return Err(Rejection::PolicyIncomplete {
                what: "节假日安排里有别的年份的日期"
            });
        }
        Ok(())
    } else {
        Ok(())
    }
}

/// A misspelt code would exclude nobody, and nobody would see it. A scheme may begin later than the pair.
fn pair_is_known(books: &Books, pair: &ExclusionSet) -> Result<(), Rejection> {
    let unknown = [&pair.one, &pair.other].into_iter().find(|code| !books.policies.knows(code));
    match unknown {
        None => Ok(()),
        Some(scheme) => Err(Rejection::SchemeUnknown { scheme: scheme.clone(), period: pair.from }),
    }
}

fn from_open_month(books: &Books, from: Period) -> Result<(), Rejection> {
    books
        .closings
        .open(from.first_day())
        .map(|_| ())
        .map_err(|_| Rejection::PolicyRetroactive { period: from })
}

fn known(books: &Books, standard: &StandardSet) -> Result<(), Rejection> {
    let (scheme, period) = (standard.scheme.clone(), standard.from);
    let set = books.policies.scheme(&standard.scheme, period);
    set.map(|_| ()).ok_or(Rejection::SchemeUnknown { scheme, period })
}

fn set_scheme(books: &Books, scheme: &SchemeSet) -> Result<(), Rejection> {
    from_open_month(books, scheme.from)?;
    filled(&scheme.name, "项目名称")?;
    filled(&scheme.basis, "依据")?;
    filled(&scheme.function_code, "功能科目")?;
    if !books.offices.units.contains_key(&scheme.unit) {
        return Err(Rejection::UnitUnknown { unit: scheme.unit.clone() });
    }
    if scheme.chain.last() != Some(&Step::CountyConfirm) {
        return Err(Rejection::PolicyIncomplete { what: "审批环节须以县级确认结束" });
    }
    if !scheme.chain.contains(&Step::Survey) || scheme.surveyors == 0 {
        return Err(Rejection::PolicyIncomplete {
            what: "审批环节须有入户调查和至少一名调查人"
        });
    }
    if !(1..=28).contains(&scheme.pay_day) {
        return Err(Rejection::PolicyIncomplete { what: "发放日须在1日至28日之间" });
    }
    let limits = [
        scheme.cap_fen,
        scheme.collective_above_fen,
        scheme.town_confirm_fen,
        scheme.town_limit_fen,
    ];
    for limit in limits.into_iter().flatten() {
        positive(limit, "限额")?;
    }
    conditions_make_sense(books, scheme)
}

/// Limits and lengths of nothing, and schemes that nobody set, are slips of the pen.
fn conditions_make_sense(books: &Books, scheme: &SchemeSet) -> Result<(), Rejection> {
    let incomplete = |what| Err(Rejection::PolicyIncomplete { what });
    if scheme.payees.as_ref().is_some_and(Vec::is_empty) {
        return incomplete("收款人一项没有列出任何一类");
    }
    if scheme.collective_above_fen.is_some() && !scheme.chain.contains(&Step::CollectiveDecision) {
        return incomplete("定了集体研究的金额，审批环节里却没有集体研究");
    }
    if scheme.decide_days == Some(0) {
        return incomplete("审批办结的工作日须大于零");
    }
    if scheme.pays == Some(Pays::Progress) && scheme.months.is_some() {
        return incomplete("按进度发放的项目不定发放月数");
    }
    if scheme.months.is_some_and(|months| months == 0) {
        return incomplete("发放月数须大于零");
    }
    if scheme.limit.as_ref().is_some_and(|limit| limit.count == 0) {
        return incomplete("次数上限须大于零");
    }
    if scheme.trigger.is_some() && scheme.months != Some(1) {
        return incomplete("按价格指数启动的项目逐月认定，发放月数须为1");
    }
    let set = |code| books.policies.newest(code).is_some();
    match scheme.requires.iter().flatten().find(|code| !set(*code)) {
        Some(code) => Err(Rejection::SchemeUnknown { scheme: code.clone(), period: scheme.from }),
        None => Ok(()),
    }
}

/// A standard breaks no floor that was not broken already, nowhere and in no later month.
fn keeps_the_floors(books: &Books, set: &StandardSet) -> Result<(), Rejection> {
    let before = books.policies.broken_floors();
    let after = books.policies.with(set).broken_floors();
    match after.into_iter().find(|(place, _)| !before.contains_key(place)) {
        Some((_, (amount, least))) => Err(Rejection::StandardBelowFloor { amount, least }),
        None => Ok(()),
    }
}

/// A floor is between two parts of schemes that are set.
fn set_floor(books: &Books, floor: &StandardFloorSet) -> Result<(), Rejection> {
    filled(&floor.basis, "依据")?;
    if floor.permille == 0 {
        return Err(Rejection::PolicyIncomplete { what: "标准下限的倍数须大于零" });
    }
    let (bound, base) = (&floor.scheme, &floor.base_scheme);
    if bound == base && floor.category == floor.base_category {
        return Err(Rejection::PolicyIncomplete {
            what: "标准下限须以另一项标准为准"
        });
    }
    match [bound, base].into_iter().find(|code| books.policies.newest(code).is_none()) {
        Some(code) => Err(Rejection::SchemeUnknown { scheme: code.clone(), period: floor.from }),
        None => Ok(()),
    }
}

/// An index describes a month that is over; a correction was published later than what it corrects.
fn publish(books: &Books, index: &IndexPublished) -> Result<(), Rejection> {
    filled(&index.source, "公布来源")?;
    not_before(index.period.next().first_day(), index.published)?;
    match books.policies.indices.get(&index.period) {
        Some(known) if known.published >= index.published => {
            Err(Rejection::IndexExists { period: index.period })
        }
        Some(_) | None => Ok(()),
    }
}
