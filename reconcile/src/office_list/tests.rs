//! Lists as offices write them, and what keeps a file from being one.

use super::{Column, OfficeList, in_office_words, read};
use crate::opened::Opened;
use crate::problem::{Code, Problem};
use crate::values::read_month;

const COLUMNS: &[Column] = &[
    Column { name: "身份证号", aliases: &["证件号码"], is_required: true },
    Column { name: "金额", aliases: &["金额（元）"], is_required: true },
    Column { name: "日期", aliases: &[], is_required: false },
];

fn list(text: &str) -> Result<OfficeList, Vec<Problem>> {
    let opened = Opened::here("名单.csv", text.as_bytes());
    let opened = opened.map_err(|problem| in_office_words(vec![problem]))?;
    read(&opened, COLUMNS, &|_| false)
}

#[test]
fn titles_order_aliases_blank_rows_totals_and_foot_are_as_offices_have_them() {
    let text = "清河县名单,,\n\n序号,金额(元),证 件 号 码\n1,404.00,甲\n\n2,\"1,096.00\",乙\n\
                合计,1500.00,\n制表人：,,\n";
    let list = list(text).unwrap();
    let mut problems = Vec::new();
    let mut sum = 0;
    for row in &list.rows {
        let mut row = list.row(row, &mut problems);
        sum += row.money("金额").unwrap().fen();
        assert!(row.text("身份证号").is_some());
    }
    assert_eq!((sum, list.rows.len()), (150_000, 2));
    list.check_total("金额", Some(ledger::money::Money::from_fen(sum)), &mut problems);
    assert_eq!(problems, []);
    list.check_total("金额", Some(ledger::money::Money::from_fen(1)), &mut problems);
    assert_eq!((problems[0].code, problems[0].row), (Code::ListTotalDiffers, Some(7)));
}

#[test]
fn what_keeps_it_from_being_a_list_is_told_at_its_place() {
    let codes = |text: &str| {
        let told = |p: &Problem| (p.code, p.row, p.column.clone());
        list(text).unwrap_err().iter().map(told).collect::<Vec<_>>()
    };
    let column = |name: &str| Some(name.to_owned());
    assert_eq!(
        codes("身份证号,姓名\n甲,乙\n"),
        [(Code::ListColumnMissing, Some(1), column("金额"))]
    );
    assert_eq!(
        codes("身份证号,金额,工资\n甲,1,2\n"),
        [(Code::ListColumnUnknown, Some(1), column("工资"))]
    );
    assert_eq!(
        codes("身份证号,金额,金额（元）\n甲,1,2\n"),
        [(Code::ListColumnTwice, Some(1), column("金额"))]
    );
    assert_eq!(codes("随便,什么\n1,2\n"), [(Code::ListNoHeading, None, None)]);
    assert_eq!(codes(""), [(Code::ListEmpty, None, None)]);
    assert_eq!(codes("身份证号,金额\n"), [(Code::ListEmpty, None, None)]);
    assert_eq!(
        codes("身份证号,金额\n甲,1\n合计,1\n乙,2\n"),
        [(Code::ListAfterTotals, Some(4), None)]
    );
}

#[test]
fn cells_are_read_exactly_or_not_at_all() {
    let list = list("身份证号,金额,日期\n,1.005,2020-02-30\n").unwrap();
    let mut problems = Vec::new();
    let mut row = list.row(&list.rows[0], &mut problems);
    assert_eq!((row.text("身份证号"), row.money("金额"), row.date("日期")), (None, None, None));
    let codes: Vec<_> = problems.iter().map(|problem| problem.code).collect();
    assert_eq!(codes, [Code::ListValueMissing, Code::ListNotMoney, Code::ListNotADate]);
}

#[test]
fn months_are_written_in_many_ways() {
    for text in ["2020-10", "2020/10", "2020.10", "202010", "2020年10月", "2020-10-15"] {
        assert_eq!(read_month(text).unwrap().to_string(), "2020-10", "{text}");
    }
    assert_eq!(read_month("2020-13"), None);
    assert_eq!(read_month("20-10"), None);
}
