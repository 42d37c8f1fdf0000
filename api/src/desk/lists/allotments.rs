//! A list of allotments 指标: one row a document and fund, each an act of its own. What the books hold already is not
//! signed again, so that a list whose signing broke off is simply brought once more.

use ledger::act::Body;
use ledger::act::funds::{DirectMark, FundAllotted, Level};
use ledger::books::Books;
use ledger::ids::KeyId;
use ledger::money::Money;
use ledger::rejection::Rejection;
use reconcile::office_list::{self, Column, ListRow};
use reconcile::opened::Opened;
use reconcile::problem::Code;

use super::super::Office;
use super::super::trial::{about, refuse_too_many, try_each};
use crate::failure::Failure;

const DOCUMENT: &str = "发文字号";
const LEVEL: &str = "来源级次";
const DIRECT: &str = "直达标识";
const FUNCTION: &str = "功能科目";
const FUND: &str = "资金代码";
const AMOUNT: &str = "金额";
const ARRIVED: &str = "到达日期";

const COLUMNS: &[Column] = &[
    Column { name: DOCUMENT, aliases: &["文号", "指标文号"], is_required: true },
    Column { name: LEVEL, aliases: &["级次", "资金来源"], is_required: true },
    Column { name: DIRECT, aliases: &["是否直达"], is_required: false },
    Column { name: FUNCTION, aliases: &["支出功能分类", "科目"], is_required: true },
    Column { name: FUND, aliases: &["资金"], is_required: true },
    Column { name: AMOUNT, aliases: &["金额（元）", "指标金额"], is_required: true },
    Column {
        name: ARRIVED, aliases: &["到账日期", "下达日期", "日期"], is_required: true
    },
];

/// What a list says, and which of it is new.
pub struct Allotted {
    /// Its rows.
    pub rows: usize,
    /// Their sum.
    pub total: Money,
    /// Rows that the books hold already.
    pub known: usize,
    /// The acts of the others, in the order of the rows.
    pub acts: Vec<Body>,
}

/// Reads a list of allotments and tries all of it, as the holder of `key` would sign it. Nothing is signed.
///
/// # Errors
/// Every problem of the file, or the first rule that refuses one of them.
pub fn tried(office: Office<'_>, key: KeyId, opened: &Opened<'_>) -> Result<Allotted, Failure> {
    let all = read(office.books, opened)?;
    let total = Money::total(all.iter().map(|(_, allotted)| allotted.amount_fen));
    let total = total.ok_or(Rejection::MoneyOverflow {})?;
    let rows = all.len();
    let funds = &office.books.funds;
    let new = all.into_iter().filter(|(_, allotted)| funds.allotment(allotted).is_none());
    let (rows_of, acts): (Vec<u32>, Vec<Body>) =
        new.map(|(row, allotted)| (row, Body::FundAllotted(allotted))).unzip();
    if !acts.is_empty() {
        refuse_too_many(acts.len())?;
        let tried: Vec<_> = acts.iter().map(|body| (body.clone(), Vec::new())).collect();
        try_each(office, key, &tried).map_err(|(place, why)| {
            let row = rows_of.get(place).map(|row| format!("清单第{row}行"));
            about(&row.unwrap_or_default(), why)
        })?;
    }
    Ok(Allotted { rows, total, known: rows - acts.len(), acts })
}

/// The rows of a list by their numbers.
fn read(books: &Books, opened: &Opened<'_>) -> Result<Vec<(u32, FundAllotted)>, Failure> {
    let list = office_list::read(opened, COLUMNS, &|_| false).map_err(Failure::Problems)?;
    let mut problems = Vec::new();
    let mut all: Vec<(u32, FundAllotted)> = Vec::new();
    for row in &list.rows {
        let before = problems.len();
        let mut row = list.row(row, &mut problems);
        let number = row.number();
        let Some(allotted) = allotted(books, &mut row) else { continue };
        if books.funds.allotment(&allotted) == Some(false) {
            let expected = "没有冲销过的指标：此件登记过并已冲销，更正请另作蓝字更正";
            row.refuse(Code::ListTwice, DOCUMENT, expected);
        }
        if all.iter().any(|(_, other)| *other == allotted) {
            row.refuse(Code::ListTwice, DOCUMENT, "同一文号、资金、金额和日期只列一次");
        }
        if problems.len() == before {
            all.push((number, allotted));
        }
    }
    list.check_total(
        AMOUNT,
        Money::total(all.iter().map(|(_, one)| one.amount_fen)),
        &mut problems,
    );
    if problems.is_empty() { Ok(all) } else { Err(Failure::Problems(problems)) }
}

fn allotted(books: &Books, row: &mut ListRow<'_>) -> Option<FundAllotted> {
    let document_no = row.text(DOCUMENT);
    let level = row.text(LEVEL);
    let level = level.and_then(|text| {
        let known = Level::ALL.iter().copied();
        let found =
            known.into_iter().find(|level| level.chinese() == text || text == short(*level));
        if found.is_none() {
            row.refuse(Code::ListValueWrong, LEVEL, "中央、省级、市级或县级");
        }
        found
    });
    let direct = match row.optional(DIRECT) {
        None => Some(DirectMark::None),
        Some(text) => direct_mark(row, &text),
    };
    let fund = row.text(FUND).and_then(|text| {
        let known = text.parse().ok().filter(|code| books.funds.funds.contains_key(code));
        if known.is_none() {
            row.refuse(Code::ListValueWrong, FUND, "已设立的资金代码");
        }
        known
    });
    let (function_code, amount) = (row.text(FUNCTION), row.money(AMOUNT));
    let arrived = row.date(ARRIVED);
    Some(FundAllotted {
        amount_fen: amount?,
        arrived: arrived?,
        corrects: None,
        direct: direct?,
        document_no: document_no?,
        function_code: function_code?,
        fund: fund?,
        level: level?,
    })
}

const fn short(level: Level) -> &'static str {
    match level {
        Level::Central => "中央级",
        Level::Province => "省",
        Level::City => "市",
        Level::County => "县",
    }
}

fn direct_mark(row: &mut ListRow<'_>, text: &str) -> Option<DirectMark> {
    let found = match text {
        "非直达" | "否" => Some(DirectMark::None),
        "01" | "1" | "中央直达" | "01中央直达" => Some(DirectMark::Central),
        "03" | "3" | "省级直达" | "03省级直达" => Some(DirectMark::Province),
        _ => None,
    };
    if found.is_none() {
        row.refuse(Code::ListValueWrong, DIRECT, "01中央直达、03省级直达或非直达");
    }
    found
}
