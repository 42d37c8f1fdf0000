//! The figures of the bulletin's text, each computed once, with its scope (DOMAIN 6.2). Text and spreadsheet show the same cells.

use ledger::act::funds::FundKind;
use ledger::money::Money;
use ledger::views::beside::BesideMonth;
use ledger::views::figures::{Figures, Flow};
use ledger::views::month::{FundMonth, MonthTable};

use super::Bulletin;
use crate::rate::{Rate, average};
use crate::table::{Cell, Kind, Provenance, Table};

/// One figure of the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Indicator {
    /// How the text finds it: the Chinese name, unique in the list.
    pub(super) name: String,
    /// The figure.
    pub(super) cell: Cell,
    /// The unit as the text shows it.
    pub(super) unit: &'static str,
    /// What is counted.
    pub(super) scope: &'static str,
}

/// 发放率
pub(super) fn paid_rate(figures: &Figures) -> Option<Rate> {
    Rate::of_money(figures.paid.fen, figures.due.fen)
}

/// 及时率
pub(super) fn on_time_rate(figures: &Figures) -> Option<Rate> {
    Rate::of_counts(figures.on_time_person_times, figures.due_person_times)
}

/// 退汇率
pub(super) fn return_rate(figures: &Figures) -> Option<Rate> {
    Rate::of_counts(figures.returned.count, figures.settled.count)
}

/// 环比, 同比 of what was paid for the month.
pub(super) fn change(now: &Figures, before: Option<&Figures>) -> Option<Rate> {
    Rate::change(now.paid.fen, before?.paid.fen)
}

fn sum(funds: &[FundMonth], of: fn(&FundMonth) -> Money) -> Option<Money> {
    Money::total(funds.iter().map(of))
}

/// What budget money was allotted and what of it arrived; pooled funds have no allotment.
fn allotted_and_received(funds: &[FundMonth]) -> Option<(Money, Money)> {
    let budget = funds.iter().filter(|fund| fund.kind != FundKind::Pooled);
    let allotted = Money::total(budget.clone().map(|fund| fund.allotted_fen))?;
    Some((allotted, Money::total(budget.map(|fund| fund.received_total_fen))?))
}

/// A list under way.
struct Listing(Vec<Indicator>);

impl Listing {
    fn add(&mut self, name: &str, unit: &'static str, cell: Cell, scope: &'static str) {
        self.0.push(Indicator { name: name.to_owned(), cell, unit, scope });
    }

    fn flow(&mut self, name: &str, flow: &Flow, scope: &'static str) {
        self.add(&format!("{name}笔数"), "笔", Cell::count(flow.count), scope);
        self.add(&format!("{name}额"), "万元", Cell::Wan(flow.fen), scope);
    }

    fn percent(&mut self, name: &str, rate: Option<Rate>, scope: &'static str) {
        self.add(name, "", Cell::percent(rate), scope);
    }
}

impl Bulletin<'_> {
    /// Every figure of the text; `None` if a sum leaves the range of amounts.
    pub(super) fn indicators(&self) -> Option<Vec<Indicator>> {
        let mut list = Listing(Vec::new());
        self.overall_figures(&mut list);
        self.money_figures(&mut list)?;
        for scheme in &self.month.schemes {
            let name = format!("{}（{}）", scheme.name, scheme.code);
            let figures = &scheme.figures;
            list.add(
                &format!("{name}保障户数"),
                "户",
                Cell::count(figures.due_households),
                DUE_HOUSEHOLDS,
            );
            list.add(
                &format!("{name}保障人数"),
                "人",
                Cell::count(figures.due_persons),
                DUE_PERSONS,
            );
            list.add(&format!("{name}应发额"), "万元", Cell::Wan(figures.due.fen), DUE);
            list.add(&format!("{name}实发额"), "万元", Cell::Wan(figures.paid.fen), PAID);
            let mean = average(figures.due.fen, figures.due_persons);
            list.add(&format!("{name}月人均"), "元", Cell::yuan(mean), "应发额÷应发人数（去重）");
            list.percent(&format!("{name}发放率"), paid_rate(figures), PAID_RATE);
            let year = Cell::Wan(figures.year_paid_fen);
            list.add(&format!("{name}本年累计"), "万元", year, YEAR);
        }
        self.urgent_figures(&mut list)?;
        Some(list.0)
    }

    fn overall_figures(&self, list: &mut Listing) {
        let total = &self.month.total;
        list.add("应发人次", "人次", Cell::count(total.due_person_times), "本月经审批名册，不去重");
        list.add("应发人数", "人", Cell::count(total.due_persons), DUE_PERSONS);
        list.add("应发户数", "户", Cell::count(total.due_households), DUE_HOUSEHOLDS);
        list.add("应发额", "万元", Cell::Wan(total.due.fen), DUE);
        list.add(
            "实发人次",
            "人次",
            Cell::count(total.paid_person_times),
            "与实发额同口径，不去重",
        );
        list.add("实发额", "万元", Cell::Wan(total.paid.fen), PAID);
        list.percent("发放率", paid_rate(total), PAID_RATE);
        let before = |month: Option<&MonthTable>| change(total, month.map(|month| &month.total));
        list.percent(
            "环比",
            before(self.comparison.previous),
            "（本月实发额－上月实发额）÷|上月实发额|，无上月数显“—”",
        );
        list.percent(
            "同比",
            before(self.comparison.last_year),
            "（本月实发额－去年同月实发额）÷|去年同月实发额|，无去年数显“—”",
        );
        list.add(
            "规定日前到账人次",
            "人次",
            Cell::count(total.on_time_person_times),
            "银行入账日不晚于项目规定发放日，且月末未退汇",
        );
        list.percent("发放及时率", on_time_rate(total), "规定日前到账人次÷应发人次");
        list.flow("提交", &total.submitted, "本月报盘");
        list.flow("发放失败", &total.failed, "本月入账的回盘失败");
        let failure = Rate::of_counts(total.failed.count, total.submitted.count);
        list.percent("失败率", failure, "本月失败笔数÷本月提交笔数");
        list.flow("退汇", &total.returned, "本月入账的退汇");
        list.percent("退汇率", return_rate(total), "本月退汇笔数÷本月入账成功笔数");
        list.flow("补发到账", &total.reissued, "本月入账成功的补发");
        list.flow("追回", &total.recovered, "本月到账的追回");
        list.flow("月末在途", &total.in_transit, "已报盘、月末无回盘");
        list.add("本年累计实发额", "万元", Cell::Wan(total.year_paid_fen), YEAR);
    }

    fn money_figures(&self, list: &mut Listing) -> Option<()> {
        let funds = &self.month.funds;
        let (allotted, received) = allotted_and_received(funds)?;
        list.add("累计下达", "万元", Cell::Wan(allotted), "财政资金和备用金的指标，已减冲销");
        list.add("累计到位", "万元", Cell::Wan(received), "财政资金和备用金到达专户");
        list.percent(
            "资金到位率",
            Rate::of_money(received, allotted),
            "累计到位÷累计下达，不含统筹基金",
        );
        let month = sum(funds, |fund| fund.received_fen)?;
        list.add("本月到账", "万元", Cell::Wan(month), "全部资金本月到达专户，含捐赠");
        let available = sum(funds, |fund| fund.received_total_fen)?;
        let spent = sum(funds, |fund| fund.spent_total_fen)?;
        list.percent(
            "资金使用率",
            Rate::of_money(spent, available),
            "累计支出净额÷累计到账，全部资金",
        );
        let closing = sum(funds, |fund| fund.closing_fen)?;
        list.add("专户月末余额", "万元", Cell::Wan(closing), "全部专户账面余额");
        let by_account = self.month.total.paid.fen;
        let all = by_account.checked_add(self.month.advances.paid.fen)?;
        list.percent(
            "打卡发放率",
            Rate::of_money(by_account, all),
            "入账户实发额÷（入账户实发额＋本月先行救助额）",
        );
        Some(())
    }

    fn urgent_figures(&self, list: &mut Listing) -> Option<()> {
        let advances = &self.month.advances;
        list.flow("先行救助", &advances.paid, "本月由备用金支付");
        let count = |overdue_only: bool| {
            let open = advances.open.iter().filter(|open| open.is_overdue || !overdue_only);
            u64::try_from(open.count()).ok()
        };
        list.add(
            "先行救助未补办",
            "笔",
            Cell::count(count(false)?),
            "月末尚未补办手续，不限支付月份",
        );
        list.add(
            "先行救助逾期未补办",
            "笔",
            Cell::count(count(true)?),
            "补办期限已过，按工作日历推算",
        );
        let claims = &self.month.claims;
        list.add("保险报案", "件", Cell::count(claims.filed), "本月报案");
        list.add("保险赔付", "件", Cell::count(claims.settled.count), INSURER);
        list.add("保险赔付额", "元", Cell::Yuan(claims.settled.fen), INSURER);
        list.add(
            "保险累计赔付额",
            "元",
            Cell::Yuan(claims.settled_total.fen),
            "累计至月末，保险人直付，只作备查",
        );
        list.add("保险在办", "件", Cell::count(claims.open), "月末未结案");
        if let Some(beside) = &self.month.beside {
            beside_figures(beside, list);
        }
        Some(())
    }
}

/// What stands beside the money: counts as of the month's end, values that are no money.
fn beside_figures(beside: &BesideMonth, list: &mut Listing) {
    for (name, unit, count, scope) in [
        ("监测纳入户数", "户", beside.watched_begun_households, "累计至月末纳入监测"),
        ("监测纳入人数", "人", beside.watched_begun_persons, "累计至月末纳入监测"),
        ("监测消除户数", "户", beside.watched_ended_households, "累计至月末风险消除"),
        ("监测消除人数", "人", beside.watched_ended_persons, "累计至月末风险消除"),
        ("在监测户数", "户", beside.watched_open_households, "月末仍在监测"),
        ("在监测人数", "人", beside.watched_open_persons, "月末仍在监测"),
        ("求助人员发现", "人", beside.rescued_found, "累计至月末发现的无证求助人员"),
        ("求助人员安置", "人", beside.rescued_settled, "累计至月末已安置"),
        ("求助人员未安置", "人", beside.rescued_open, "发现减已安置，照实保留"),
        ("医疗预警已处置", "件", beside.alerts_answered, "每人每年一件，转办或说明理由"),
        ("医疗预警未处置", "件", beside.alerts_open, "每人每年一件"),
        ("疑点未认定", "件", beside.flags_open, "月末在登记、移交或核实中"),
        ("疑点排除", "件", beside.flags_cleared, "累计至月末"),
        ("疑点属实待整改", "件", beside.flags_upheld, "月末"),
        ("疑点整改办结", "件", beside.flags_remedied, "累计至月末"),
    ] {
        list.add(name, unit, Cell::count(count), scope);
    }
    let (upheld, given, on_hand) =
        (beside.flags_upheld_fen, beside.goods_given_fen, beside.goods_on_hand_fen);
    list.add("疑点属实涉及额", "元", Cell::Yuan(upheld), "累计至月末认定属实的疑点");
    list.add("实物发放价值", "元", Cell::Yuan(given), "本月，备查，不计入发放数");
    list.add("实物结存价值", "元", Cell::Yuan(on_hand), "月末，备查，不计入余额");
}

const DUE: &str = "本月经审批名册，不含补发";
const DUE_PERSONS: &str = "本月经审批名册，按人去重";
const DUE_HOUSEHOLDS: &str = "本月经审批名册，按户去重";
const PAID: &str = "本月名册中已入账且月末未退汇，含补发";
const PAID_RATE: &str = "实发额÷应发额，按未舍入金额计算";
const YEAR: &str = "1月至本月入账，已减退汇";
const INSURER: &str = "本月赔付，保险人直付，外部资金，不计入发放数";

/// The figures as a table: what, how much, how counted, from where.
pub(super) fn table(indicators: &[Indicator], origin: &Provenance) -> Table {
    let columns = [
        ("指标", Kind::Text),
        ("数值", Kind::Figure),
        ("单位", Kind::Text),
        ("口径", Kind::Text),
        ("来源（区间，高度）", Kind::Text),
    ];
    let mut table = Table::new("正文数字、口径与来源", origin.scoped("逐项见表"), &columns);
    for indicator in indicators {
        table.push(vec![
            Cell::text(indicator.name.clone()),
            indicator.cell.clone(),
            Cell::text(indicator.unit),
            Cell::text(indicator.scope),
            Cell::text(origin.source()),
        ]);
    }
    table.noted(ROUNDING).noted("人次不去重，人数、户数去重；分母为零或无对比数的显“—”。")
}

/// What explains that parts and totals may differ by a hundredth.
pub(super) const ROUNDING: &str = "金额以分累计后再折算为万元并四舍五入，因四舍五入，分项之和与合计可能有尾差；比率按未舍入金额计算。";
