//! Acts that set policy: schemes, standards, exclusive pairs, the calendar. No county's amount is in the code.

use crate::ids::{Division, SchemeCode, UnitCode};
use crate::money::Money;
use crate::period::{Date, Period};
use crate::words::words;

use super::wire;

words! {
    /// A step of an approval chain, in the order in which a scheme lists them.
    Step {
        /// 入户调查
        Survey = "survey", "入户调查";
        /// 公示
        Notice = "notice", "公示";
        /// 乡镇审核
        TownReview = "town_review", "乡镇审核";
        /// 县级确认
        CountyConfirm = "county_confirm", "县级确认";
    }
}

words! {
    /// From which month a confirmed entitlement is paid (the rule differs between places).
    PayStart {
        /// 认定当月
        SameMonth = "same_month", "当月起";
        /// 确认次月
        NextMonth = "next_month", "次月起";
    }
}

words! {
    /// How a standard binds an entitlement's amount.
    StandardRule {
        /// Each person gets exactly the standard.
        Fixed = "fixed", "定额";
        /// The amount is at most the standard times the persons.
        Ceiling = "ceiling", "不超过";
    }
}

wire! {
    /// `calendar.published`: holidays and worked weekends of one year.
    CalendarPublished {
        /// Days off, weekends included where the notice lists them.
        holidays: Vec<Date>,
        /// The notice's document number.
        source: String,
        /// Weekends that are worked 调休.
        worked_weekends: Vec<Date>,
        /// The year.
        year: i16,
    }

    /// `scheme.set`: a scheme 救助项目, or its revision from a month on.
    SchemeSet {
        /// The document it rests on.
        basis: String,
        /// The highest amount of one payment, if the scheme has one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        cap_fen: Option<Money>,
        /// Approval chain of an application.
        chain: Vec<Step>,
        /// Its code.
        code: SchemeCode,
        /// First month of this version.
        from: Period,
        /// Budget function code 功能科目.
        function_code: String,
        /// Its name.
        name: String,
        /// Natural days of public notice before review.
        notice_days: u16,
        /// Day of the month by which payments are due.
        pay_day: i8,
        /// From which month a confirmed entitlement is paid.
        pay_start: PayStart,
        /// Working days within which an advance must be regularised.
        regularise_days: u16,
        /// How many surveyors must sign.
        surveyors: u8,
        /// The highest advance that a town may pay by itself, if advances are allowed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        town_limit_fen: Option<Money>,
        /// The responsible unit.
        unit: UnitCode,
    }

    /// `standard.set`: an amount per person and month from a month on, for one part of a scheme's amounts.
    StandardSet {
        /// Monthly amount per person.
        amount_fen: Money,
        /// Where it holds: a county or a town.
        area: Division,
        /// The document it rests on.
        basis: String,
        /// The part of an amount that it is the standard of: a part's label, such as `差额补助` or `分类施保`.
        category: String,
        /// First month.
        from: Period,
        /// How it binds.
        rule: StandardRule,
        /// The scheme.
        scheme: SchemeCode,
    }

    /// `exclusion.set`: two schemes that one person may not draw for the same month.
    ExclusionSet {
        /// The document it rests on.
        basis: String,
        /// First month.
        from: Period,
        /// One scheme.
        one: SchemeCode,
        /// The other.
        other: SchemeCode,
    }
}
