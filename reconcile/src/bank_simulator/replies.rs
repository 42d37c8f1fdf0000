//! How the bank writes its answers and its notices of returned payments.

use std::collections::BTreeMap;

use ledger::money::Money;
use ledger::period::Date;
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Workbook, XlsxError};

use super::text_replies;
use super::{BankFile, Fate, Order, Product, Refused, Script};
use crate::text::encode_gb18030;

pub(super) type Treated = (Order, Option<Fate>);

pub(super) fn replies(
    product: Product,
    treated: &[Treated],
    script: &Script,
) -> Result<Vec<BankFile>, Refused> {
    match product {
        Product::RcbPipeHead => return box_tables(treated, script),
        Product::IcbcCsv | Product::IcbcXlsx => {}
        Product::CcbPipe
        | Product::FixedFen
        | Product::GbkPair
        | Product::Mof8207
        | Product::IsoPain => return text_replies::reply(product, treated, script),
    }
    let mut rows = vec![texts(["姓名", "卡号", "应处理金额", "备注", "实处理金额", "处理标志"])];
    for (order, fate) in treated {
        let (paid, mark) = match fate {
            None | Some(Fate::Returns(..)) => (order.amount, "全部成功"),
            Some(Fate::Fails(words)) => (Money::ZERO, words.as_str()),
            Some(Fate::Part(paid)) => (*paid, "部分成功"),
            Some(Fate::Waits) => (Money::ZERO, "处理中"),
            Some(Fate::Lost) => (Money::ZERO, "交易超时"),
        };
        rows.push(vec![
            order.name.clone(),
            order.account.clone(),
            order.amount.to_yuan(),
            order.remark.clone(),
            paid.to_yuan(),
            mark.to_owned(),
        ]);
    }
    let date = script.today.to_compact();
    Ok(vec![if product == Product::IcbcXlsx {
        BankFile { name: format!("批量结果{date}.xlsx"), bytes: xlsx(&rows, script.today)? }
    } else {
        BankFile { name: format!("批量结果{date}.csv"), bytes: csv_gb18030(&rows)? }
    }])
}

/// One notice per day, with the bank's remark and words.
pub(super) fn refunds(treated: &[Treated]) -> Result<Vec<BankFile>, Refused> {
    let heading = texts(["姓名", "卡号", "金额", "备注", "退汇日期", "退汇原因"]);
    let mut days: BTreeMap<Date, Vec<Vec<String>>> = BTreeMap::new();
    for (order, fate) in treated {
        if let Some(Fate::Returns(date, words)) = fate {
            days.entry(*date).or_insert_with(|| vec![heading.clone()]).push(vec![
                order.name.clone(),
                order.account.clone(),
                order.amount.to_yuan(),
                order.remark.clone(),
                date.to_compact(),
                words.clone(),
            ]);
        }
    }
    days.into_iter()
        .map(|(date, rows)| {
            let name = format!("退汇{}.csv", date.to_compact());
            Ok(BankFile { name, bytes: csv_gb18030(&rows)? })
        })
        .collect()
}

fn texts<const N: usize>(words: [&str; N]) -> Vec<String> {
    words.map(str::to_owned).to_vec()
}

pub(super) fn csv_gb18030(rows: &[Vec<String>]) -> Result<Vec<u8>, Refused> {
    let unwritable = |why: String| Refused::Unwritable(why);
    let mut writer = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .flexible(true)
        .from_writer(Vec::new());
    for row in rows {
        writer.write_record(row).map_err(|error| unwritable(error.to_string()))?;
    }
    let bytes = writer.into_inner().map_err(|error| unwritable(error.to_string()))?;
    let text = String::from_utf8(bytes).map_err(|error| unwritable(error.to_string()))?;
    encode_gb18030(&text).map_err(|error| unwritable(error.to_string()))
}

/// Every cell is text, as the bank formats the card column. The file's date is the script's, not the clock's.
fn xlsx(rows: &[Vec<String>], today: Date) -> Result<Vec<u8>, Refused> {
    let write = || -> Result<Vec<u8>, XlsxError> {
        let day = ExcelDateTime::from_ymd(
            u16::try_from(today.year()).unwrap_or(1900),
            u8::try_from(today.month()).unwrap_or(1),
            u8::try_from(today.day()).unwrap_or(1),
        )?;
        let mut workbook = Workbook::new();
        workbook.set_properties(&DocProperties::new().set_creation_datetime(&day));
        let sheet = workbook.add_worksheet();
        for (row, cells) in (0_u32..).zip(rows) {
            for (column, cell) in (0_u16..).zip(cells) {
                sheet.write_string(row, column, cell)?;
            }
        }
        workbook.save_to_buffer()
    };
    write().map_err(|error| Refused::Unwritable(error.to_string()))
}

/// A table of successes and a table of failures. Lines without an answer stand in neither.
fn box_tables(treated: &[Treated], script: &Script) -> Result<Vec<BankFile>, Refused> {
    let (mut settled, mut failed) = (Vec::new(), Vec::new());
    for (order, fate) in treated {
        match fate {
            None | Some(Fate::Returns(..)) => settled.push((order, "成功")),
            Some(Fate::Fails(words)) => failed.push((order, words.as_str())),
            Some(Fate::Waits | Fate::Lost) => {}
            Some(Fate::Part(_)) => return Err(Refused::NoParts),
        }
    }
    let mut files = Vec::new();
    for (digit, title, last, lines) in
        [("0", "批量代理成功清单", "结果", settled), ("1", "批量代理失败清单", "原因", failed)]
    {
        if lines.is_empty() {
            continue;
        }
        let date = script.today.to_compact();
        let name = format!("{digit}{}{date}{}.txt", script.unit, script.teller);
        let text = format!("{title}\r\n{}", box_table(last, &lines, script)?);
        let bytes =
            encode_gb18030(&text).map_err(|error| Refused::Unwritable(error.to_string()))?;
        files.push(BankFile { name, bytes });
    }
    Ok(files)
}

fn box_table(last: &str, lines: &[(&Order, &str)], script: &Script) -> Result<String, Refused> {
    let mut rows = vec![texts([
        "代理编号",
        "客户姓名",
        "金额",
        "帐号",
        "单位编号",
        "证件类型",
        "证件号码",
        last,
    ])];
    for (order, words) in lines {
        rows.push(vec![
            order.number.clone(),
            order.name.clone(),
            order.amount.to_yuan(),
            order.account.clone(),
            script.unit.clone(),
            order.id_kind.clone(),
            order.id_number.clone(),
            (*words).to_owned(),
        ]);
    }
    let total = Money::total(lines.iter().map(|(order, _)| order.amount));
    let total = total.ok_or(Refused::SumsDiffer)?.to_yuan();
    let count = format!("{}笔", lines.len());
    rows.push(texts(["合计", &count, &total, "", "", "", "", ""]));
    Ok(drawn(&rows))
}

/// A frame as core systems print it, with columns as wide as their widest cell.
fn drawn(rows: &[Vec<String>]) -> String {
    let mut widths: Vec<usize> = Vec::new();
    for row in rows {
        for (column, cell) in row.iter().enumerate() {
            let width = shown(cell).next_multiple_of(2);
            match widths.get_mut(column) {
                Some(widest) => *widest = width.max(*widest),
                None => widths.push(width),
            }
        }
    }
    let rule = |left: &str, middle: &str, right: &str| {
        let spans: Vec<String> = widths.iter().map(|width| "━".repeat(width / 2)).collect();
        format!("{left}{}{right}\r\n", spans.join(middle))
    };
    let mut text = rule("┍", "┯", "┑");
    for (index, row) in rows.iter().enumerate() {
        if index > 0 {
            text.push_str(&rule("┝", "┿", "┥"));
        }
        for (cell, width) in row.iter().zip(&widths) {
            text.push('│');
            text.push_str(cell);
            text.push_str(&" ".repeat(width.saturating_sub(shown(cell))));
        }
        text.push_str("│\r\n");
    }
    text + &rule("┕", "┷", "┙")
}

/// Columns on a terminal: two for everything that is not ASCII.
fn shown(cell: &str) -> usize {
    cell.chars().map(|character| if character.is_ascii() { 1 } else { 2 }).sum()
}
