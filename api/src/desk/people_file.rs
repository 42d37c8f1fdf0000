//! Reads a list of people as offices have it: CSV in UTF-8 or GB18030, one row a person, every problem at its place.

use std::collections::{HashMap, HashSet};

use ledger::check_digits::{IdNo, luhn_holds};
use ledger::ids::{Division, HouseholdId};
use ledger::vault::{AccountFields, PersonFields};
use reconcile::problem::{Code, Problem};
use reconcile::text::{Encoding, decode};

use super::people::NewHousehold;
use crate::failure::Failure;

const COLUMNS: [&str; 8] =
    ["户号", "村区划", "姓名", "身份证号", "电话", "账号", "开户银行", "户名"];

/// One row, cell by cell.
struct Row<'a> {
    file: &'a str,
    number: u32,
    cells: Vec<String>,
}

impl Row<'_> {
    fn cell(&self, column: &str) -> &str {
        let at = COLUMNS.iter().position(|known| *known == column);
        at.and_then(|at| self.cells.get(at)).map_or("", |cell| cell.trim())
    }

    fn problem(&self, column: &str, expected: &str) -> Problem {
        Problem::of_row(Code::ValueMalformed, self.file, self.number)
            .in_column(column)
            .found(self.cell(column))
            .expected(expected)
    }
}

/// Reads the whole list.
///
/// # Errors
/// Every problem of the file; a file with problems gives no households.
pub fn read(file: &str, bytes: &[u8]) -> Result<Vec<NewHousehold>, Failure> {
    let text = decode(bytes, Encoding::Utf8)
        .or_else(|_| decode(bytes, Encoding::Gb18030))
        .map_err(|_| Failure::usage(format!("{file}既不是UTF-8也不是GB18030编码的文本。")))?;
    let mut reader = csv::ReaderBuilder::new().has_headers(true).from_reader(text.as_bytes());
    let head = reader.headers().map_err(|why| Failure::usage(format!("{file}：{why}")))?;
    if head.iter().map(|cell| cell.trim_start_matches('\u{feff}').trim()).ne(COLUMNS) {
        let found = head.iter().collect::<Vec<_>>().join(",");
        return Err(Failure::usage(format!(
            "{file}的表头应为“{}”，现为“{found}”。",
            COLUMNS.join(",")
        )));
    }
    let mut households: Vec<NewHousehold> = Vec::new();
    let mut places = HashMap::new();
    let mut documents = HashSet::new();
    let mut problems = Vec::new();
    for (number, record) in (2..).zip(reader.records()) {
        let cells = record.map_err(|why| Failure::usage(format!("{file}第{number}行：{why}")))?;
        let row = Row { file, number, cells: cells.iter().map(str::to_owned).collect() };
        let before = problems.len();
        let person = person_of(&row, &mut documents, &mut problems);
        let account = account_of(&row, &person.name, &mut problems);
        let division: Option<Division> = row.cell("村区划").parse().ok();
        if division.is_none() {
            problems.push(row.problem("村区划", "6、9或12位数字"));
        }
        if row.cell("户号").is_empty() {
            problems.push(row.problem("户号", "不能为空"));
        }
        if let (true, Some(division)) = (problems.len() == before, division) {
            let place = *places.entry(row.cell("户号").to_owned()).or_insert(households.len());
            if place == households.len() {
                households.push(empty(division)?);
            }
            if let Some(household) = households.get_mut(place) {
                let holder = household.members.len();
                household.members.push(person);
                household.accounts.extend(account.map(|account| (holder, account)));
            }
        }
    }
    if problems.is_empty() { Ok(households) } else { Err(Failure::Problems(problems)) }
}

fn empty(division: Division) -> Result<NewHousehold, Failure> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|why| Failure::usage(format!("没有随机数：{why}")))?;
    let household = HouseholdId::from_bytes(bytes);
    Ok(NewHousehold { household, division, members: Vec::new(), accounts: Vec::new() })
}

fn person_of(
    row: &Row<'_>,
    documents: &mut HashSet<String>,
    problems: &mut Vec<Problem>,
) -> PersonFields {
    let id_no = row.cell("身份证号").to_owned();
    if let Err(why) = IdNo::read(&id_no) {
        problems.push(row.problem("身份证号", &why.to_string()));
    } else if !documents.insert(id_no.clone()) {
        problems.push(row.problem("身份证号", "同一人在名单中只出现一次"));
    }
    if row.cell("姓名").is_empty() {
        problems.push(row.problem("姓名", "不能为空"));
    }
    let phone = row.cell("电话");
    PersonFields {
        name: row.cell("姓名").to_owned(),
        id_no,
        phone: (!phone.is_empty()).then(|| phone.to_owned()),
        address: None,
    }
}

fn account_of(row: &Row<'_>, name: &str, problems: &mut Vec<Problem>) -> Option<AccountFields> {
    let number = row.cell("账号");
    if number.is_empty() {
        return None;
    }
    if number.contains(['E', 'e', '.']) {
        problems.push(row.problem("账号", "账号被电子表格改成了小数或科学计数：请按文本重新导出"));
    }
    if !number.bytes().all(|byte| byte.is_ascii_digit()) || !(8..=32).contains(&number.len()) {
        problems.push(row.problem("账号", "8至32位数字"));
    } else if number.len() == 19 && !luhn_holds(number) {
        // Only a warning: passbooks and some rural cards have no check digit.
        tracing::warn!(row = row.number, "account number without a valid check digit");
    }
    if row.cell("开户银行").is_empty() {
        problems.push(row.problem("开户银行", "有账号就要有开户银行"));
    }
    let holder = row.cell("户名");
    Some(AccountFields {
        number: number.to_owned(),
        bank_name: row.cell("开户银行").to_owned(),
        holder_name: if holder.is_empty() { name.to_owned() } else { holder.to_owned() },
    })
}
