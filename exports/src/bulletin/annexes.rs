//! The annexes: the ranking of towns, the returns without names, the summary of reconciliation statements.

use std::cmp::Ordering;

use ledger::money::Money;
use ledger::views::figures::Figures;
use ledger::views::month::{MonthTable, TownMonth};
use ledger::views::outstanding::{AccountMonth, OutstandingKind};

use super::Bulletin;
use super::indicators::{ROUNDING, change, on_time_rate, paid_rate, return_rate};
use crate::month_end::returns_table;
use crate::rate::Rate;
use crate::table::{Cell, Kind, Provenance, Table};

/// A town's place: by 及时率 downwards, at the same rate by 退汇率 upwards; equal towns share a place.
#[derive(Clone, Debug)]
struct Ranked<'a> {
    /// From 1; `None` for a town to which nothing was due.
    place: Option<usize>,
    town: &'a TownMonth,
}

/// Before: the better town.
fn compare(one: &Figures, other: &Figures) -> Ordering {
    let on_time = on_time_rate(other).cmp(&on_time_rate(one));
    // Without settled payments there is no rate of returns; such a town stands after one that has a rate.
    let returns = |figures: &Figures| (return_rate(figures).is_none(), return_rate(figures));
    on_time.then_with(|| returns(one).cmp(&returns(other)))
}

fn ranked(towns: &[TownMonth]) -> Vec<Ranked<'_>> {
    let mut order: Vec<&TownMonth> = towns.iter().collect();
    order.sort_by(|one, other| {
        let by_rank = compare(&one.figures, &other.figures);
        by_rank.then_with(|| one.division.cmp(&other.division))
    });
    let mut ranked: Vec<Ranked<'_>> = Vec::with_capacity(order.len());
    for (number, town) in (1..).zip(order) {
        let shared = ranked
            .last()
            .filter(|last| compare(&last.town.figures, &town.figures) == Ordering::Equal);
        let place = match shared {
            Some(last) => last.place,
            None => on_time_rate(&town.figures).map(|_| number),
        };
        ranked.push(Ranked { place, town });
    }
    ranked
}

impl Bulletin<'_> {
    /// The three annexes in order; `None` if a sum leaves the range of amounts.
    pub(super) fn annexes(&self, origin: &Provenance) -> Option<[Table; 3]> {
        let parts = &self.head.parts;
        let ranking = format!("附件1　{parts}发放情况排名表");
        let returns = Table {
            title: "附件2　退汇清单（脱敏）".to_owned(),
            ..returns_table(self.month, origin)
        };
        Some([self.ranking(&ranking, origin), returns, reconciliations(self.month, origin)?])
    }

    fn ranking(&self, title: &str, origin: &Provenance) -> Table {
        let columns = [
            ("排名", Kind::Count),
            ("单位", Kind::Text),
            ("应发人次", Kind::Count),
            ("实发人次", Kind::Count),
            ("应发金额（万元）", Kind::Wan),
            ("实发金额（万元）", Kind::Wan),
            ("发放率", Kind::Percent),
            ("及时率", Kind::Percent),
            ("打卡发放率", Kind::Percent),
            ("退汇笔数", Kind::Count),
            ("退汇额（万元）", Kind::Wan),
            ("退汇率", Kind::Percent),
            ("资金到位率", Kind::Percent),
            ("未达项", Kind::Count),
            ("环比", Kind::Percent),
            ("同比", Kind::Percent),
        ];
        let origin =
            origin.scoped("按发放及时率排名，同率按退汇率升序，并列同名次；各指标口径见正文数字表");
        let mut table = Table::new(title, origin, &columns);
        let of_town = |month: Option<&MonthTable>, town: &TownMonth| {
            let towns = &month?.towns;
            let before = towns.iter().find(|before| before.division == town.division)?;
            change(&town.figures, Some(&before.figures))
        };
        for Ranked { place, town } in ranked(&self.month.towns) {
            let changes = [self.comparison.previous, self.comparison.last_year];
            let place = place.and_then(|place| u64::try_from(place).ok());
            let place = place.map_or(Cell::Absent, Cell::count);
            let name = Cell::text(town.name.clone());
            let changes = changes.map(|month| of_town(month, town));
            table.push(figures_row([place, name], &town.figures, changes));
        }
        let total = &self.month.total;
        let changes = [self.comparison.previous, self.comparison.last_year]
            .map(|month| change(total, month.map(|month| &month.total)));
        table.push_total(figures_row([Cell::text(""), Cell::text("合计")], total, changes));
        table
            .noted(ROUNDING)
            .noted(
                "资金和银行存款按专户核算，不分乡镇：资金到位率见正文，未达项见附件3，此处显“—”。",
            )
            .noted("打卡发放率只含名册支付；先行救助由备用金支付，计入正文的全域打卡发放率。")
    }
}

fn figures_row(lead: [Cell; 2], figures: &Figures, changes: [Option<Rate>; 2]) -> Vec<Cell> {
    let mut cells = Vec::from(lead);
    cells.extend([
        Cell::count(figures.due_person_times),
        Cell::count(figures.paid_person_times),
        Cell::Wan(figures.due.fen),
        Cell::Wan(figures.paid.fen),
        Cell::percent(paid_rate(figures)),
        Cell::percent(on_time_rate(figures)),
        // Every payment of a roster goes to an account.
        Cell::percent(Rate::of_money(figures.paid.fen, figures.paid.fen)),
        Cell::count(figures.returned.count),
        Cell::Wan(figures.returned.fen),
        Cell::percent(return_rate(figures)),
        Cell::Absent,
        Cell::Absent,
    ]);
    cells.extend(changes.map(Cell::percent));
    cells
}

fn reconciliations(month: &MonthTable, origin: &Provenance) -> Option<Table> {
    let columns = [
        ("专户", Kind::Code),
        ("单位账面余额（元）", Kind::Yuan),
        ("银行对账单余额（元）", Kind::Yuan),
        ("单位已收银行未收（元）", Kind::Yuan),
        ("单位已付银行未付（元）", Kind::Yuan),
        ("银行已收单位未收（元）", Kind::Yuan),
        ("银行已付单位未付（元）", Kind::Yuan),
        ("调节后余额（元）", Kind::Yuan),
        ("差额（元）", Kind::Yuan),
        ("未达项", Kind::Count),
        ("最长账龄（天）", Kind::Count),
        ("结论", Kind::Text),
    ];
    let origin = origin.scoped("各专户月末余额，调节后余额为单位方；逐笔未达账项见各专户调节表");
    let mut table = Table::new("附件3　银行存款余额调节表汇总", origin, &columns);
    for account in &month.accounts {
        let mut cells = vec![
            Cell::code(&account.account),
            Cell::Yuan(account.book_fen),
            Cell::yuan(account.bank_fen),
        ];
        for kind in OutstandingKind::ALL {
            cells.push(Cell::Yuan(account.sum(*kind)?));
        }
        cells.push(Cell::Yuan(account.adjusted_book()?));
        cells.push(Cell::yuan(account.bank_fen.map(|_| account.difference_fen)));
        cells.push(Cell::count(u64::try_from(account.items.len()).ok()?));
        let oldest = account.items.iter().map(|item| item.days).max();
        cells.push(oldest.map_or(Cell::Absent, Cell::count));
        cells.push(Cell::text(verdict(account)));
        table.push(cells);
    }
    if let [_, _, ..] = month.accounts.as_slice() {
        let books = Money::total(month.accounts.iter().map(|account| account.book_fen))?;
        let mut cells = vec![Cell::text("合计"), Cell::Yuan(books)];
        cells.resize(columns.len(), Cell::text(""));
        table.push_total(cells);
    }
    Some(table)
}

fn verdict(account: &AccountMonth) -> &'static str {
    match account.bank_fen {
        None => "无对账单",
        Some(_) if account.difference_fen.is_zero() => "调节相符",
        Some(_) => "不符，待查",
    }
}

#[cfg(test)]
mod tests {
    use super::ranked;
    use crate::sample;

    fn places(
        change: impl Fn(&mut Vec<ledger::views::month::TownMonth>),
    ) -> Vec<(Option<usize>, String)> {
        let mut towns = sample::month().towns;
        change(&mut towns);
        ranked(&towns).iter().map(|ranked| (ranked.place, ranked.town.name.clone())).collect()
    }

    fn named(place: usize, name: &str) -> (Option<usize>, String) {
        (Some(place), name.to_owned())
    }

    #[test]
    fn towns_that_are_equally_good_share_a_place_and_the_next_one_counts_them_both() {
        let expected =
            [named(1, "柳林镇"), named(1, "石桥乡"), named(3, "河口镇"), named(4, "枣岭乡")];
        assert_eq!(places(|_| ()), expected);
    }

    #[test]
    fn at_the_same_rate_fewer_returns_rank_higher() {
        let returned = |towns: &mut Vec<ledger::views::month::TownMonth>| {
            towns[1].figures.returned.count = 1;
        };
        let expected =
            [named(1, "石桥乡"), named(2, "柳林镇"), named(3, "河口镇"), named(4, "枣岭乡")];
        assert_eq!(places(returned), expected);
    }

    #[test]
    fn rates_are_compared_before_they_are_rounded() {
        // 99.999% and 99.998% print alike; the first still ranks first.
        let close = |towns: &mut Vec<ledger::views::month::TownMonth>| {
            for (town, on_time) in [(1, 99_998), (2, 99_999)] {
                towns[town].figures.due_person_times = 100_000;
                towns[town].figures.on_time_person_times = on_time;
            }
        };
        assert_eq!(places(close)[..2], [named(1, "石桥乡"), named(2, "柳林镇")]);
    }

    #[test]
    fn a_town_with_nothing_due_has_no_place() {
        let idle = |towns: &mut Vec<ledger::views::month::TownMonth>| {
            towns[0].figures.due_person_times = 0;
            towns[0].figures.on_time_person_times = 0;
        };
        assert_eq!(places(idle)[3], (None, "河口镇".to_owned()));
    }
}
