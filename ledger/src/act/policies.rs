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
        /// 村级推荐 村荐
        VillageNomination = "village_nomination", "村级推荐";
        /// 公示
        Notice = "notice", "公示";
        /// 验收: of work, a course, a stage of building
        Acceptance = "acceptance", "验收";
        /// 集体研究: the office decides as a body; asked for above an amount, wherever in the chain
        CollectiveDecision = "collective_decision", "集体研究";
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
        /// The amount is the standard times a quantity that the part states, such as days attended, times the persons.
        PerUnit = "per_unit", "按量";
    }
}

words! {
    /// What a scheme asks for that is no scheme.
    Need {
        /// A loan on a bank's list 贷款贴息.
        Loan = "loan", "贷款";
    }
}

words! {
    /// What happens where one person would draw both schemes of a pair.
    Strictness {
        /// It is refused.
        Refused = "refused", "阻止";
        /// It is let through; whoever draws the roster is told, and so is who looks for suspicions.
        Warned = "warned", "提示";
        /// The pair is exclusive no more.
        Lifted = "lifted", "不再互斥";
    }
}

words! {
    /// Within which span a scheme counts how often it is given.
    Span {
        /// 一人一生
        Lifetime = "lifetime", "终身";
        /// 自然年
        Year = "year", "自然年";
        /// 所属月
        Month = "month", "月";
        /// 同一户同一事由在一个自然年
        CauseAndYear = "cause_and_year", "自然年同一事由";
    }
}

words! {
    /// Who may be paid for a case 收款人.
    PayeeKind {
        /// One of those who are helped 本人.
        Beneficiary = "beneficiary", "本人";
        /// The household's head 户主.
        Head = "head", "户主";
        /// Anybody of the household 户内成员.
        Member = "member", "户内成员";
        /// Who was authorised to receive for each of them 代领人: a guardian, a relative.
        Authorised = "authorised", "备案代领人";
        /// 供养机构
        Institution = "institution", "供养机构";
        /// 施工单位
        Contractor = "contractor", "施工单位";
        /// 培训机构
        School = "school", "培训机构";
        /// 医疗机构
        Hospital = "hospital", "医疗机构";
        /// 供货单位
        Supplier = "supplier", "供货单位";
    }
}

words! {
    /// How a confirmed amount becomes due, where it is not the same every month.
    Pays {
        /// Each part once, when its stage is accepted 按进度.
        Progress = "progress", "按进度";
    }
}

wire! {
    /// How often a scheme is given.
    Limit {
        /// How many times at most.
        count: u16,
        /// Within which span. For [`Span::CauseAndYear`] a household counts, else a person.
        per: Span,
    }

    /// What must have happened to prices before a scheme pays for a month: either index reaches its mark.
    Trigger {
        /// Rise of the consumer price index against the same month a year ago, in hundredths of a percent.
        cpi_bp: i16,
        /// Working days after publication within which the money must be paid.
        days: u16,
        /// The same of food prices.
        food_bp: i16,
    }

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
        /// Above this amount of one payment the office decides as a body before it confirms 集体研究.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        collective_above_fen: Option<Money>,
        /// Working days from filing within which a case is decided.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        decide_days: Option<u16>,
        /// First month of this version.
        from: Period,
        /// Budget function code 功能科目.
        function_code: String,
        /// How often it is given, if that is limited.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        limit: Option<Limit>,
        /// For how many months a confirmed case is paid: 1 for one-off aid 一次性. Absent: until it is stopped.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        months: Option<u16>,
        /// Its name.
        name: String,
        /// What each person must have in the first month, beside other schemes.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        needs: Option<Need>,
        /// Natural days of public notice before review.
        notice_days: u16,
        /// Day of the month by which payments are due.
        pay_day: i8,
        /// From which month a confirmed entitlement is paid.
        pay_start: PayStart,
        /// Who may be paid. Absent: any registered person, and no organisation.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        payees: Option<Vec<PayeeKind>>,
        /// How the amount becomes due. Absent: all of it every month.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pays: Option<Pays>,
        /// Working days within which an advance must be regularised.
        regularise_days: u16,
        /// Each person must draw one of these schemes in the first month, if any are named.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        requires: Option<Vec<SchemeCode>>,
        /// How many surveyors must sign.
        surveyors: u8,
        /// Up to this amount of one payment a town may confirm in the county's place 委托乡镇确认. Absent: it may not.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        town_confirm_fen: Option<Money>,
        /// The highest advance that a town may pay by itself, if advances are allowed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        town_limit_fen: Option<Money>,
        /// What prices must have done in a month before it is paid for that month 联动机制.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        trigger: Option<Trigger>,
        /// The responsible unit. Another one than before from a month on is a handover 移交.
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

    /// `standard.floor_set`: one standard may never be less than a share of another, such as 特困基本生活 ≥ 1.3 × 低保.
    StandardFloorSet {
        /// The part whose standard it is measured by.
        base_category: String,
        /// The scheme of that part.
        base_scheme: SchemeCode,
        /// The document it rests on.
        basis: String,
        /// The part whose standard is bound.
        category: String,
        /// First month.
        from: Period,
        /// The share in thousandths: 1300 for 1.3 times.
        permille: u16,
        /// The scheme of that part.
        scheme: SchemeCode,
    }

    /// `index.published`: the price indices of a month, as the statistics office published them.
    IndexPublished {
        /// Rise of the consumer price index against the same month a year ago, in hundredths of a percent.
        cpi_bp: i16,
        /// The same of food prices.
        food_bp: i16,
        /// The month.
        period: Period,
        /// Day of publication.
        published: Date,
        /// Where it was published.
        source: String,
    }

    /// `exclusion.set`: two schemes that one person may not draw for the same month. Of acts about the same
    /// pair the one with the latest first month counts in a month.
    ExclusionSet {
        /// The document it rests on.
        basis: String,
        /// What happens where one person would draw both. Absent: it is refused.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        effect: Option<Strictness>,
        /// First month.
        from: Period,
        /// One scheme.
        one: SchemeCode,
        /// The other.
        other: SchemeCode,
    }
}
