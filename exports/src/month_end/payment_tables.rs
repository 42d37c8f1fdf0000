//! The month's payments in tables: by scheme, by town, by batch, and what came back.

use ledger::views::figures::{Figures, Flow};
use ledger::views::month::MonthTable;

use crate::rate::Rate;
use crate::table::{Cell, Kind, Provenance, Table};

const FIGURES: [(&str, Kind); 15] = [
    ("应发笔数", Kind::Count),
    ("应发人次", Kind::Count),
    ("应发人数", Kind::Count),
    ("应发额（元）", Kind::Yuan),
    ("实发笔数", Kind::Count),
    ("实发额（元）", Kind::Yuan),
    ("发放率", Kind::Percent),
    ("及时率", Kind::Percent),
    ("失败笔数", Kind::Count),
    ("失败额（元）", Kind::Yuan),
    ("退汇笔数", Kind::Count),
    ("退汇额（元）", Kind::Yuan),
    ("补发额（元）", Kind::Yuan),
    ("追回额（元）", Kind::Yuan),
    ("期末在途（元）", Kind::Yuan),
];

const SCOPE: &str = "应发＝本月经审批名册，含已月结月份迟造的名册；实发＝本月名册中已入账且月末未退汇；失败、退汇、补发、追回按入账日所在月";

fn figures(figures: &Figures) -> Vec<Cell> {
    vec![
        Cell::count(figures.due.count),
        Cell::count(figures.due_person_times),
        Cell::count(figures.due_persons),
        Cell::Yuan(figures.due.fen),
        Cell::count(figures.paid.count),
        Cell::Yuan(figures.paid.fen),
        Cell::percent(Rate::of_money(figures.paid.fen, figures.due.fen)),
        Cell::percent(Rate::of_counts(figures.on_time_person_times, figures.due_person_times)),
        Cell::count(figures.failed.count),
        Cell::Yuan(figures.failed.fen),
        Cell::count(figures.returned.count),
        Cell::Yuan(figures.returned.fen),
        Cell::Yuan(figures.reissued.fen),
        Cell::Yuan(figures.recovered.fen),
        Cell::Yuan(figures.in_transit.fen),
    ]
}

fn grouped_table<'a>(
    title: &str,
    head: &str,
    month: &MonthTable,
    origin: &Provenance,
    groups: impl Iterator<Item = (String, &'a Figures)>,
) -> Table {
    let columns: Vec<_> = [(head, Kind::Text)].into_iter().chain(FIGURES).collect();
    let mut table = Table::new(title, origin.scoped(SCOPE), &columns);
    let row = |name: String, cells: Vec<Cell>| {
        [Cell::text(name)].into_iter().chain(cells).collect::<Vec<_>>()
    };
    for (name, group) in groups {
        table.push(row(name, figures(group)));
    }
    table.push_total(row("合计".to_owned(), figures(&month.total)));
    table.noted("人数按人去重，合计人数不等于分项之和；人次不去重")
}

pub(super) fn schemes(month: &MonthTable, origin: &Provenance) -> Table {
    let groups = month
        .schemes
        .iter()
        .map(|scheme| (format!("{} {}", scheme.code, scheme.name), &scheme.figures));
    grouped_table("分项目发放情况", "项目", month, origin, groups)
}

pub(super) fn towns(month: &MonthTable, origin: &Provenance) -> Table {
    let groups = month.towns.iter().map(|town| (town.name.clone(), &town.figures));
    grouped_table("分乡镇发放情况", "乡镇", month, origin, groups)
}

/// What a batch was given to pay and what became of it, as a number of payments and an amount each.
pub(super) const OF_BATCHES: [(&str, Kind); 10] = [
    ("报盘笔数", Kind::Count),
    ("报盘额（元）", Kind::Yuan),
    ("入账笔数", Kind::Count),
    ("入账额（元）", Kind::Yuan),
    ("失败笔数", Kind::Count),
    ("失败额（元）", Kind::Yuan),
    ("在途笔数", Kind::Count),
    ("在途额（元）", Kind::Yuan),
    ("退汇笔数", Kind::Count),
    ("退汇额（元）", Kind::Yuan),
];

pub(super) fn batches(month: &MonthTable, origin: &Provenance) -> Table {
    let columns = [
        ("批次", Kind::Code),
        ("项目", Kind::Code),
        ("所属月", Kind::Code),
        ("报盘日", Kind::Date),
    ];
    let columns: Vec<_> = columns.into_iter().chain(OF_BATCHES).collect();
    let origin = origin.scoped("本月报盘或本月仍有变动的批次，累计至月末；报盘＝入账＋失败＋在途");
    let mut table = Table::new("批次", origin, &columns);
    let pair = |flow: &Flow| [Cell::count(flow.count), Cell::Yuan(flow.fen)];
    for batch in &month.batches {
        let mut cells = vec![
            Cell::code(&batch.batch),
            Cell::code(&batch.scheme),
            Cell::code(batch.period),
            Cell::Date(batch.released),
            Cell::count(batch.count),
            Cell::Yuan(batch.total_fen),
        ];
        for flow in [&batch.settled, &batch.failed, &batch.in_transit, &batch.returned] {
            cells.extend(pair(flow));
        }
        table.push(cells);
    }
    table
}

/// Returns of the month, without names: only references and reasons.
pub(crate) fn returns(month: &MonthTable, origin: &Provenance) -> Table {
    let columns = [
        ("序号", Kind::Count),
        ("支付引用", Kind::Code),
        ("项目", Kind::Code),
        ("退汇日", Kind::Date),
        ("金额（元）", Kind::Yuan),
        ("原因", Kind::Text),
        ("补发支付", Kind::Code),
        ("台账条目", Kind::Code),
    ];
    let origin = origin.scoped("本月入账的退汇，逐笔；不含姓名、证号、账号");
    let mut table = Table::new("退汇清单（脱敏）", origin, &columns);
    for (number, returned) in (1_u64..).zip(&month.returns) {
        table.push(vec![
            Cell::count(number),
            Cell::code(&returned.reference),
            Cell::code(&returned.scheme),
            Cell::Date(returned.returned),
            Cell::Yuan(returned.amount_fen),
            Cell::text(returned.reason.chinese()),
            returned.reissued_by.as_ref().map_or(Cell::Absent, Cell::code),
            Cell::code(returned.entry),
        ]);
    }
    table
}
