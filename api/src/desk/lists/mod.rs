//! Lists that offices bring: people, entitlements, allotments, what others give about persons. Each is read whole, every
//! problem told at its row and column, tried on a copy of the books, and only then signed: nothing is half imported.

pub mod adjustments;
pub mod allotments;
mod amounts;
pub mod entitlements;
pub mod people;
pub mod persons;

use std::collections::HashMap;

use ledger::check_digits::canonical_id_no;
use ledger::ids::{OfficerId, PersonId};
use ledger::rejection::Rejection;
use ledger::vault::AccessNote;
use reconcile::names::account_key;
use reconcile::office_list::{Column, ListRow};
use reconcile::problem::Code;

use super::Office;
use crate::failure::Failure;

/// The column by which a person is found.
pub(super) const ID_NO: Column = Column {
    name: "身份证号",
    aliases: &["证件号码", "身份证号码", "公民身份号码"],
    is_required: true,
};

/// The name beside it, which must be the one that is registered.
pub(super) const NAME: Column =
    Column {
        name: "姓名", aliases: &["人员姓名", "户主姓名", "领款人"], is_required: false
    };

pub(super) fn random() -> Result<[u8; 16], Failure> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|why| Failure::usage(format!("没有随机数：{why}")))?;
    Ok(bytes)
}

/// Finds registered persons by their document's number, and compares names where the list gives them. The readings of the
/// vault are recorded, as every one is.
pub(super) struct Finder<'a> {
    office: Office<'a>,
    note: AccessNote,
    names: HashMap<PersonId, String>,
}

impl<'a> Finder<'a> {
    pub(super) fn new(office: Office<'a>, officer: OfficerId, purpose: &str) -> Self {
        Finder { office, note: office.access(officer, purpose), names: HashMap::new() }
    }

    /// The person of a row, by number and, where there is one, name.
    pub(super) fn of_row(&mut self, row: &mut ListRow<'_>) -> Result<Option<PersonId>, Failure> {
        let Some(id_no) = row.text(ID_NO.name) else { return Ok(None) };
        let Some(person) = self.find(row, ID_NO.name, &id_no)? else { return Ok(None) };
        let Some(name) = row.optional(NAME.name) else { return Ok(Some(person)) };
        if self.name_of(person)? == name {
            return Ok(Some(person));
        }
        row.refuse(Code::ListDiffers, NAME.name, "此证件号码登记的姓名");
        Ok(None)
    }

    /// The person of a number in a column.
    pub(super) fn find(
        &self,
        row: &mut ListRow<'_>,
        column: &str,
        id_no: &str,
    ) -> Result<Option<PersonId>, Failure> {
        let known = by_number(self.office, id_no)?;
        if known.is_none() {
            row.refuse(Code::ListPersonUnknown, column, "");
        }
        Ok(known)
    }

    fn name_of(&mut self, person: PersonId) -> Result<String, Failure> {
        if let Some(known) = self.names.get(&person) {
            return Ok(known.clone());
        }
        let name = self.office.vault.read_person(person, &self.note)?.name;
        self.names.insert(person, name.clone());
        Ok(name)
    }
}

/// The registered person of a document's number, in full-width digits or not.
///
/// # Errors
/// The vault cannot be read.
pub fn by_number(office: Office<'_>, id_no: &str) -> Result<Option<PersonId>, Failure> {
    let mut known = office.vault.find_person(&canonical_id_no(id_no))?;
    if known.is_none() {
        known = office.vault.find_person(&canonical_id_no(&account_key(id_no)))?;
    }
    Ok(known.filter(|id| office.books.people.persons.contains_key(id)))
}

/// A refusal as the list's problem says it.
pub(super) fn in_words(why: &Rejection) -> String {
    format!("{why}。{}（{}）", why.hint(), why.code())
}
