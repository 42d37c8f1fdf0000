//! A list of people: one row a person, the members of a household under one number.

use std::collections::{HashMap, HashSet};

use ledger::check_digits::{IdNo, luhn_holds};
use ledger::ids::{Division, HouseholdId, narrow};
use ledger::vault::{AccountFields, PersonFields};
use reconcile::office_list::{self, Column, ListRow};
use reconcile::opened::Opened;
use reconcile::problem::{Code, Problem};

use super::super::Office;
use super::super::people::NewHousehold;
use super::by_number;
use crate::failure::Failure;

/// The column by which a row joins a household that is registered already.
const JOINS: &str = "加入户身份证号";

const COLUMNS: &[Column] = &[
    Column { name: "户号", aliases: &["家庭编号", "户编号"], is_required: true },
    Column {
        name: "村区划", aliases: &["区划代码", "行政区划", "区划"], is_required: true
    },
    Column { name: "姓名", aliases: &["家庭成员姓名", "人员姓名"], is_required: true },
    Column {
        name: "身份证号",
        aliases: &["证件号码", "身份证号码", "公民身份号码"],
        is_required: true,
    },
    Column { name: "与户主关系", aliases: &["关系"], is_required: false },
    Column {
        name: JOINS, aliases: &["户主身份证号", "所属户身份证号"], is_required: false
    },
    Column { name: "电话", aliases: &["联系电话", "手机号"], is_required: false },
    Column {
        name: "账号", aliases: &["银行账号", "卡号", "一卡通账号"], is_required: true
    },
    Column { name: "开户银行", aliases: &["开户行"], is_required: true },
    Column { name: "户名", aliases: &["账户名称"], is_required: false },
];

/// What one list says twice is told where it is said again.
#[derive(Default)]
struct Seen {
    documents: HashSet<String>,
    accounts: HashSet<String>,
}

/// Reads the whole list: households with their members, the head first. What the vault knows already is a problem too.
///
/// # Errors
/// Every problem of the file; a file with problems gives no households.
pub fn read(office: Office<'_>, opened: &Opened<'_>) -> Result<Vec<NewHousehold>, Failure> {
    let list = office_list::read(opened, COLUMNS, &|_| false).map_err(Failure::Problems)?;
    let mut households: Vec<NewHousehold> = Vec::new();
    let mut places: HashMap<String, usize> = HashMap::new();
    let mut heads: HashSet<usize> = HashSet::new();
    let mut seen = Seen::default();
    let mut problems = Vec::new();
    for row in &list.rows {
        let before = problems.len();
        let mut row = list.row(row, &mut problems);
        let number = row.text("户号");
        let division = division(office, &mut row);
        let person = person(office, &mut row, &mut seen)?;
        let account = account(office, &mut row, person.as_ref(), &mut seen)?;
        let is_head = row
            .optional("与户主关系")
            .is_some_and(|relation| ["户主", "本人"].contains(&relation.as_str()));
        let joins = joins(office, &mut row)?;
        let (Some(number), Some(division), Some(person), Some(joins)) =
            (number, division, person, joins)
        else {
            continue;
        };
        let place = *places.entry(number).or_insert(households.len());
        if place == households.len() {
            households.push(begun(joins, division.clone())?);
        }
        let Some(household) = households.get_mut(place) else { continue };
        agrees_with(office, &mut row, household, joins, is_head);
        if household.division != division {
            row.refuse(
                Code::ListDiffers,
                "村区划",
                &format!("{}（同户前一行）", household.division),
            );
        }
        if is_head && !heads.insert(place) {
            row.refuse(Code::ListTwice, "与户主关系", "一户一名户主");
        }
        if problems.len() == before {
            join(household, person, account, is_head);
        }
    }
    if list.has("与户主关系") && problems.is_empty() {
        let is_known = |place| households.get(place).is_some_and(|h: &NewHousehold| h.is_known);
        let headless = places.iter().filter(|(_, at)| !heads.contains(at) && !is_known(**at));
        problems.extend(headless.map(|(number, _)| {
            let problem =
                Problem::of_file(Code::ListValueMissing, opened.file()).in_column("与户主关系");
            problem.found(format!("户号{number}")).expected("每户一名户主")
        }));
    }
    if problems.is_empty() { Ok(households) } else { Err(Failure::Problems(problems)) }
}

fn join(
    household: &mut NewHousehold,
    person: PersonFields,
    account: Option<AccountFields>,
    is_head: bool,
) {
    // The head comes first, wherever the list has it.
    let place = if is_head { 0 } else { household.members.len() };
    for (holder, _) in &mut household.accounts {
        *holder += usize::from(*holder >= place);
    }
    household.members.insert(place, person);
    household.accounts.extend(account.map(|account| (place, account)));
}

fn begun(joins: Joins, division: Division) -> Result<NewHousehold, Failure> {
    let (household, is_known) = match joins {
        Joins::New => (HouseholdId::from_bytes(super::random()?), false),
        Joins::Known(household) => (household, true),
    };
    let (members, accounts) = (Vec::new(), Vec::new());
    Ok(NewHousehold { household, division, is_known, members, accounts })
}

/// Which household a row belongs to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Joins {
    /// One that the list begins.
    New,
    /// One that is registered, told by the number of somebody in it.
    Known(HouseholdId),
}

/// `None` if nobody has the number that is to tell the household.
fn joins(office: Office<'_>, row: &mut ListRow<'_>) -> Result<Option<Joins>, Failure> {
    let Some(id_no) = row.optional(JOINS) else { return Ok(Some(Joins::New)) };
    let person = by_number(office, &id_no)?;
    let known = person.and_then(|person| office.books.people.persons.get(&person));
    if known.is_none() {
        row.refuse(Code::ListPersonUnknown, JOINS, "已登记的户内成员");
    }
    Ok(known.map(|known| Joins::Known(known.household)))
}

/// Who joins a registered household is no second head, and lives where it lives.
fn agrees_with(
    office: Office<'_>,
    row: &mut ListRow<'_>,
    household: &NewHousehold,
    joins: Joins,
    is_head: bool,
) {
    let own = if household.is_known { Joins::Known(household.household) } else { Joins::New };
    let same = joins == own;
    if !same {
        row.refuse(Code::ListDiffers, JOINS, "同户各行写同一户");
        return;
    }
    if !household.is_known {
        return;
    }
    if is_head {
        row.refuse(Code::ListTwice, "与户主关系", "该户已有户主");
    }
    let registered = office.books.people.households.get(&household.household);
    if let Some(registered) = registered.filter(|known| known.division != household.division) {
        let expected = format!("{}（该户登记的区划）", registered.division);
        row.refuse(Code::ListDiffers, "村区划", &expected);
    }
}

fn division(office: Office<'_>, row: &mut ListRow<'_>) -> Option<Division> {
    let text = row.text("村区划")?;
    let county = office.books.offices.founded.as_ref().map(|founded| &founded.county);
    let division: Option<Division> = text.parse().ok().filter(|_| [6, 9, 12].contains(&text.len()));
    let division = division.filter(|division| {
        county.is_none_or(|county| division.as_str().starts_with(county.as_str()))
    });
    if division.is_none() {
        row.refuse(Code::ListValueWrong, "村区划", "本县的6、9或12位区划代码");
    }
    division
}

fn person(
    office: Office<'_>,
    row: &mut ListRow<'_>,
    seen: &mut Seen,
) -> Result<Option<PersonFields>, Failure> {
    let (name, id_no) = (row.text("姓名"), row.text("身份证号"));
    let phone = row.optional("电话");
    let Some(id_no) = id_no.map(narrowed) else { return Ok(None) };
    let known = match IdNo::read(&id_no) {
        Err(why) => {
            row.refuse(Code::ListValueWrong, "身份证号", &why.to_string());
            return Ok(None);
        }
        Ok(known) => known,
    };
    if !seen.documents.insert(known.as_str().to_owned()) {
        row.refuse(Code::ListTwice, "身份证号", "同一人在名单中只出现一次");
        return Ok(None);
    }
    if is_registered(office, &id_no)? {
        row.refuse(Code::ListTwice, "身份证号", "还没有登记的人");
        return Ok(None);
    }
    Ok(name.map(|name| PersonFields { name, id_no, phone, address: None }))
}

fn is_registered(office: Office<'_>, id_no: &str) -> Result<bool, Failure> {
    let known = office.vault.find_person(id_no)?;
    Ok(known.is_some_and(|person| office.books.people.persons.contains_key(&person)))
}

fn account(
    office: Office<'_>,
    row: &mut ListRow<'_>,
    person: Option<&PersonFields>,
    seen: &mut Seen,
) -> Result<Option<AccountFields>, Failure> {
    let number = row.optional("账号").map(narrowed);
    let Some(number) = number else {
        if row.optional("开户银行").is_some() || row.optional("户名").is_some() {
            row.refuse(Code::ListValueMissing, "账号", "有开户银行或户名就要有账号");
        }
        return Ok(None);
    };
    if number.contains(['E', 'e', '.']) {
        let expected = "文本：账号被电子表格改成了小数或科学计数，请按文本重新导出";
        row.refuse(Code::ListValueWrong, "账号", expected);
        return Ok(None);
    }
    if !number.bytes().all(|byte| byte.is_ascii_digit()) || !(8..=32).contains(&number.len()) {
        row.refuse(Code::ListValueWrong, "账号", "8至32位数字");
        return Ok(None);
    }
    let known = office.vault.find_account(&number)?;
    let is_known = known.is_some_and(|id| office.books.people.accounts.contains_key(&id));
    if is_known || !seen.accounts.insert(number.clone()) {
        row.refuse(Code::ListTwice, "账号", "一个账户只登记给一人");
        return Ok(None);
    }
    let Some(bank_name) = row.text("开户银行") else { return Ok(None) };
    let holder = row.optional("户名").or_else(|| person.map(|person| person.name.clone()));
    Ok(holder.map(|holder_name| AccountFields { number, bank_name, holder_name }))
}

/// Full-width digits as digits.
#[expect(clippy::needless_pass_by_value, reason = "it takes the place of the cell's text")]
fn narrowed(text: String) -> String {
    text.chars().map(narrow).collect()
}

/// Holders of accounts of 19 digits whose check digit is wrong, with the last four digits. Only a hint: passbooks and
/// some rural cards have no check digit.
#[must_use]
pub fn without_check_digit(households: &[NewHousehold]) -> Vec<String> {
    let accounts = households.iter().flat_map(|household| &household.accounts);
    let odd = accounts.filter(|(_, one)| one.number.len() == 19 && !luhn_holds(&one.number));
    let tail = |number: &str| number.chars().skip(15).collect::<String>();
    odd.map(|(_, one)| format!("{}（尾号{}）", one.holder_name, tail(&one.number))).collect()
}

/// So many of them are named.
const NAMED: usize = 20;

/// The same in words; nothing if there are none.
#[must_use]
pub fn said_of_odd(odd: &[String]) -> Option<String> {
    let named = odd.iter().take(NAMED).map(String::as_str).collect::<Vec<_>>().join("、");
    let more = if odd.len() > NAMED { "等" } else { "" };
    let count = odd.len();
    let said = format!("{count}个19位账号的校验位不符，可能录错，请与存折或卡核对：{named}{more}");
    (count > 0).then_some(said)
}

/// What a dry run says of a list without problems.
#[must_use]
pub fn counted(households: &[NewHousehold]) -> (usize, usize) {
    let persons = households.iter().map(|household| household.members.len()).sum();
    (households.len(), persons)
}
