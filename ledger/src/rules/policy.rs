//! Rules for policies: complete, and never with effect in a closed month.

use crate::act::Body;
use crate::act::policies::Step;
use crate::books::Books;
use crate::period::Period;
use crate::rejection::Rejection;

use super::{filled, positive};

pub(super) fn decide(books: &Books, body: &Body) -> Result<(), Rejection> {
    if let Body::SchemeSet(scheme) = body {
        from_open_month(books, scheme.from)?;
        filled(&scheme.name, "项目名称")?;
        filled(&scheme.basis, "依据")?;
        filled(&scheme.function_code, "功能科目")?;
        if !books.offices.units.contains_key(&scheme.unit) {
            return Err(Rejection::UnitUnknown { unit: scheme.unit.clone() });
        }
        if scheme.chain.last() != Some(&Step::CountyConfirm) {
            return Err(Rejection::PolicyIncomplete {
                what: "审批环节须以县级确认结束"
            });
        }
        if !scheme.chain.contains(&Step::Survey) || scheme.surveyors == 0 {
            return Err(Rejection::PolicyIncomplete {
                what: "审批环节须有入户调查和至少一名调查人",
            });
        }
        if !(1..=28).contains(&scheme.pay_day) {
            return Err(Rejection::PolicyIncomplete { what: "发放日须在1日至28日之间" });
        }
        for limit in [scheme.cap_fen, scheme.town_limit_fen].into_iter().flatten() {
            positive(limit, "限额")?;
        }
        Ok(())
    } else if let Body::StandardSet(standard) = body {
        from_open_month(books, standard.from)?;
        positive(standard.amount_fen, "标准")?;
        filled(&standard.basis, "依据")?;
        let (scheme, period) = (standard.scheme.clone(), standard.from);
        books
            .policies
            .scheme(&standard.scheme, period)
            .map(|_| ())
            .ok_or(Rejection::SchemeUnknown { scheme, period })
    } else if let Body::ExclusionSet(exclusion) = body {
        from_open_month(books, exclusion.from)?;
        filled(&exclusion.basis, "依据")?;
        if exclusion.one == exclusion.other {
            return Err(Rejection::PolicyIncomplete { what: "互斥的两个项目不能相同" });
        }
        Ok(())
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

fn from_open_month(books: &Books, from: Period) -> Result<(), Rejection> {
    books
        .closings
        .open(from.first_day())
        .map(|_| ())
        .map_err(|_| Rejection::PolicyRetroactive { period: from })
}
