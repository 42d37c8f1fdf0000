//! A list of entitlements from before these books: one row an entitlement, a column for each part of its amount.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use ledger::act::Body;
use ledger::act::cases::EntitlementsBroughtIn;
use ledger::books::entitling::{self, Claim};
use ledger::ids::{EntitlementId, HouseholdId, KeyId, OfficerId, PersonId, SchemeCode};
use ledger::line::{EntitlementLine, Line};
use ledger::money::Money;
use ledger::period::Period;
use reconcile::office_list::{self, Column, ListRow, OfficeList, plain};
use reconcile::opened::Opened;
use reconcile::problem::Code;

use super::super::trial::try_one;
use super::super::{Draft, Office};
use super::amounts::{Labels, TOTAL, amounts, labels, total};
use super::{Finder, ID_NO, NAME, in_words};
use crate::failure::Failure;

const PERSONS: &str = "保障人数";
const MEMBERS: &str = "保障对象身份证号";
const FROM: &str = "起发月份";
const LAST: &str = "末发月份";
const CATEGORY: &str = "类别";
const CAUSE: &str = "事由";

const COLUMNS: &[Column] = &[
    ID_NO,
    NAME,
    Column { name: PERSONS, aliases: &["保障人口", "人数"], is_required: false },
    Column { name: MEMBERS, aliases: &["保障对象"], is_required: false },
    TOTAL,
    Column { name: FROM, aliases: &["享受起始月份"], is_required: false },
    Column { name: LAST, aliases: &["享受截止月份"], is_required: false },
    Column { name: CATEGORY, aliases: &["类型"], is_required: false },
    Column { name: CAUSE, aliases: &[], is_required: false },
];

/// What a list is brought in as.
pub struct Given<'a> {
    /// The scheme.
    pub scheme: SchemeCode,
    /// First month payable, where a row does not say its own.
    pub from: Option<Period>,
    /// Category within the scheme, where a row does not say its own.
    pub category: Option<String>,
    /// Where the list comes from, in words.
    pub source: &'a str,
}

/// Reads a list and makes it `entitlements.brought_in`, tried as the holder of `key` would sign it. The county confirms it by
/// its root.
///
/// # Errors
/// Every problem of the file, or the rule that refuses the list as a whole.
pub fn draft(
    office: Office<'_>,
    (officer, key): (OfficerId, KeyId),
    opened: &Opened<'_>,
    given: &Given<'_>,
) -> Result<Draft, Failure> {
    let lines = read(office, officer, opened, given)?;
    let (scheme, source) = (given.scheme.clone(), given.source.to_owned());
    let draft = Draft::over(lines, |manifest| {
        Body::EntitlementsBroughtIn(EntitlementsBroughtIn { manifest, scheme, source })
    })?;
    try_one(office, key, &draft.body, &draft.lines)?;
    Ok(draft)
}

fn read(
    office: Office<'_>,
    officer: OfficerId,
    opened: &Opened<'_>,
    given: &Given<'_>,
) -> Result<Vec<Line>, Failure> {
    let labels = labels(office.books, &given.scheme)?;
    let list = office_list::read(opened, COLUMNS, &|heading| labels.contains_key(heading))
        .map_err(Failure::Problems)?;
    let mut finder = Finder::new(office, officer, "存量资格名单核对");
    let homes = homes(office);
    let reading = Reading { office, list: &list, labels: &labels, homes: &homes, given };
    let mut problems = Vec::new();
    let (mut lines, mut sums) = (Vec::new(), BTreeMap::new());
    for row in &list.rows {
        let before = problems.len();
        let mut row = list.row(row, &mut problems);
        let Some(line) = reading.line(&mut finder, &mut row)? else { continue };
        for part in &line.parts {
            sums.entry(plain(&part.label)).or_insert_with(Vec::new).push(part.amount_fen);
        }
        sums.entry(TOTAL.name.to_owned()).or_insert_with(Vec::new).push(line.amount_fen);
        let claim = Claim::of_line(&given.scheme, &line);
        if let Err(why) = entitling::may_be_entitled(office.books, &claim) {
            row.refuse(Code::ListRefused, ID_NO.name, &in_words(&why));
        }
        if problems.len() == before {
            lines.push(Line::Entitlement(line));
        }
    }
    for column in list.others.iter().map(String::as_str).chain([TOTAL.name]) {
        let amounts = sums.remove(column).unwrap_or_default();
        list.check_total(column, Money::total(amounts), &mut problems);
    }
    if problems.is_empty() { Ok(lines) } else { Err(Failure::Problems(problems)) }
}

/// The members of every household, found once for the whole list.
type Homes = HashMap<HouseholdId, BTreeSet<PersonId>>;

fn homes(office: Office<'_>) -> Homes {
    let mut homes = Homes::new();
    for (id, person) in &office.books.people.persons {
        homes.entry(person.household).or_default().insert(*id);
    }
    homes
}

/// What every row is read with.
struct Reading<'a> {
    office: Office<'a>,
    list: &'a OfficeList,
    /// The parts by their plain heading.
    labels: &'a Labels<'a>,
    homes: &'a Homes,
    given: &'a Given<'a>,
}

impl Reading<'_> {
    fn line(
        &self,
        finder: &mut Finder<'_>,
        row: &mut ListRow<'_>,
    ) -> Result<Option<EntitlementLine>, Failure> {
        let payee = finder.of_row(row)?;
        let parts = amounts(row, &self.list.others, self.labels);
        let total = total(row, &self.list.others, parts.as_deref());
        let from = row.optional_month(FROM).or(self.given.from);
        if from.is_none() {
            row.refuse(Code::ListValueMissing, FROM, "月份；名单里没有的，导入时注明");
        }
        let until = row.optional_month(LAST);
        let (category, cause) = (row.optional(CATEGORY), row.optional(CAUSE));
        let category = category.or_else(|| self.given.category.clone());
        if category.is_none() {
            row.refuse(Code::ListValueMissing, CATEGORY, "项目内的类别；名单里没有的，导入时注明");
        }
        let Some(payee) = payee else { return Ok(None) };
        let persons = self.persons(finder, row, payee)?;
        let known = &self.office.books.people.persons;
        let household = known.get(&payee).map(|known| known.household);
        let (Some(parts), Some(total), Some(from), Some(persons), Some(household), Some(category)) =
            (parts, total, from, persons, household, category)
        else {
            return Ok(None);
        };
        let entitlement = EntitlementId::from_bytes(super::random()?);
        Ok(Some(EntitlementLine {
            amount_fen: total,
            category,
            cause,
            entitlement,
            from,
            household,
            last: until,
            parts,
            payee,
            persons,
        }))
    }

    /// For whom: as listed; or the payee alone, or the whole household, where the number of persons says so. Without any of
    /// it, only who lives alone is clear.
    fn persons(
        &self,
        finder: &Finder<'_>,
        row: &mut ListRow<'_>,
        payee: PersonId,
    ) -> Result<Option<Vec<PersonId>>, Failure> {
        let count = row.optional_count(PERSONS);
        if let Some(text) = row.optional(MEMBERS) {
            let mut persons = Vec::new();
            let separators = ['、', '，', ',', ';', '；', ' ', '\n'];
            for id_no in text.split(separators).filter(|text| !text.is_empty()) {
                match finder.find(row, MEMBERS, id_no)? {
                    Some(person) => persons.push(person),
                    None => return Ok(None),
                }
            }
            let differs = count.is_some_and(|count| u32::try_from(persons.len()) != Ok(count));
            if differs {
                row.refuse(Code::ListDiffers, PERSONS, &format!("{}人", persons.len()));
                return Ok(None);
            }
            return Ok(Some(persons));
        }
        let known = &self.office.books.people.persons;
        let members = known.get(&payee).and_then(|payee| self.homes.get(&payee.household));
        let size = members.map_or(0, BTreeSet::len);
        match count {
            Some(1) => Ok(Some(vec![payee])),
            None if size == 1 => Ok(Some(vec![payee])),
            Some(count) if u32::try_from(size) == Ok(count) => {
                Ok(members.map(|members| members.iter().copied().collect()))
            }
            Some(_) | None => {
                let expected = format!("1人，或全户{size}人；其余情况请填“{MEMBERS}”");
                row.refuse(Code::ListDiffers, PERSONS, &expected);
                Ok(None)
            }
        }
    }
}
