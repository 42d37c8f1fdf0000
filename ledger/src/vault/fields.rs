//! The personal fields of each kind of subject, as people hand them in and as a reading gives them back.

use std::collections::BTreeMap;
use std::fmt;

use super::commitment::Commitments;
use super::failure::VaultFailure;
use super::subject::{Field, Subject};
use crate::check_digits::canonical_id_no;
use crate::ids::{AccountId, ActId, BankAccountCode, Digest, OfficerId, PersonId};

/// The longest text of a field, in bytes.
const LONGEST: usize = 1_000;

/// Fields and their text. A reading gives all that are stored.
pub(super) type Values = BTreeMap<Field, String>;

macro_rules! redacted {
    ($($name:ident),*) => {$(
        /// Shows the type only: personal fields do not end in a log by accident.
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "(…)"))
            }
        }
    )*};
}

/// A person's fields.
#[derive(Clone, PartialEq, Eq)]
pub struct PersonFields {
    /// The name as on the document.
    pub name: String,
    /// The document's number: GB 11643 as a rule. Not checked here ([`crate::check_digits`]), because
    /// other documents exist.
    pub id_no: String,
    /// A telephone number, if known.
    pub phone: Option<String>,
    /// The address, if known; as a rule for the household head.
    pub address: Option<String>,
}

/// A benefit account's fields.
#[derive(Clone, PartialEq, Eq)]
pub struct AccountFields {
    /// The account's number; white space is not stored.
    pub number: String,
    /// The bank's name.
    pub bank_name: String,
    /// The name in which the account is kept.
    pub holder_name: String,
}

/// The fields of a person in office.
#[derive(Clone, PartialEq, Eq)]
pub struct OfficerFields {
    /// The name.
    pub name: String,
    /// The document's number.
    pub id_no: String,
}

/// The fields of a programme account.
#[derive(Clone, PartialEq, Eq)]
pub struct ProgrammeAccountFields {
    /// The account's number; white space is not stored.
    pub number: String,
    /// The name in which the account is kept.
    pub holder_name: String,
}

/// An original bank file.
#[derive(Clone, PartialEq, Eq)]
pub struct BankFile {
    /// The name under which it came in.
    pub name: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// Somebody or something to register.
#[derive(Clone, PartialEq, Eq)]
pub enum NewSubject {
    /// A person, known by the document's number.
    Person(PersonFields),
    /// A benefit account, known by its number.
    Account(AccountFields),
    /// A person in office, known by the document's number.
    Officer(OfficerFields),
    /// A programme account, known by its code and its number.
    ProgrammeAccount(BankAccountCode, ProgrammeAccountFields),
}

redacted!(PersonFields, AccountFields, OfficerFields, ProgrammeAccountFields, BankFile, NewSubject);

/// What a registration gives back: ids and commitments for the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Registered {
    /// Who or what was registered.
    pub subject: Subject,
    /// The commitments of the stored fields.
    pub commitments: Commitments,
    /// True if the subject was known before; then nothing was written.
    pub existed: bool,
    /// Fields that were handed in with another content than the stored one. They were **not** written:
    /// a person looks at them, and [`super::Vault::amend`] changes what was wrong.
    pub differs: Vec<Field>,
}

impl Registered {
    /// The id, if a person was registered.
    #[must_use]
    pub fn person(&self) -> Option<PersonId> {
        if let Subject::Person(id) = self.subject { Some(id) } else { None }
    }

    /// The id, if a benefit account was registered.
    #[must_use]
    pub fn account(&self) -> Option<AccountId> {
        if let Subject::Account(id) = self.subject { Some(id) } else { None }
    }

    /// The id, if a person in office was registered.
    #[must_use]
    pub fn officer(&self) -> Option<OfficerId> {
        if let Subject::Officer(id) = self.subject { Some(id) } else { None }
    }
}

/// What one subject's place in the vault holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Its fields can be read.
    Kept,
    /// It was erased by this order.
    Erased(ActId),
    /// Nothing is known of it.
    Unknown,
}

impl NewSubject {
    /// The fields in the form in which they are stored.
    ///
    /// # Errors
    /// [`VaultFailure::FieldRefused`].
    pub fn values(&self) -> Result<Values, VaultFailure> {
        let mut given: Vec<(Field, String)> = Vec::with_capacity(4);
        match self {
            NewSubject::Person(person) => {
                given.push((Field::Name, person.name.clone()));
                given.push((Field::IdNo, person.id_no.clone()));
                given.extend(person.phone.clone().map(|phone| (Field::Phone, phone)));
                given.extend(person.address.clone().map(|address| (Field::Address, address)));
            }
            NewSubject::Account(account) => {
                given.push((Field::Number, account.number.clone()));
                given.push((Field::BankName, account.bank_name.clone()));
                given.push((Field::HolderName, account.holder_name.clone()));
            }
            NewSubject::Officer(officer) => {
                given.push((Field::Name, officer.name.clone()));
                given.push((Field::IdNo, officer.id_no.clone()));
            }
            NewSubject::ProgrammeAccount(_, account) => {
                given.push((Field::Number, account.number.clone()));
                given.push((Field::HolderName, account.holder_name.clone()));
            }
        }
        given.into_iter().map(|(field, text)| Ok((field, stored_form(field, &text)?))).collect()
    }

    /// The field by which a real person or account is known again, and the kind that it is known among.
    pub(super) const fn known_by(&self) -> (&'static str, Field) {
        match self {
            NewSubject::Person(_) => ("person", Field::IdNo),
            NewSubject::Account(_) => ("account", Field::Number),
            NewSubject::Officer(_) => ("officer", Field::IdNo),
            NewSubject::ProgrammeAccount(..) => ("programme-account", Field::Number),
        }
    }
}

/// The form in which a field is stored: numbers without white space, `x` as `X`; everything else
/// exactly as given, and refused rather than trimmed.
///
/// # Errors
/// [`VaultFailure::FieldRefused`].
pub(super) fn stored_form(field: Field, text: &str) -> Result<String, VaultFailure> {
    let refused = |why| Err(VaultFailure::FieldRefused { field, why });
    let text = match field {
        Field::IdNo => text.trim().to_ascii_uppercase(),
        Field::Number => text.chars().filter(|character| !character.is_whitespace()).collect(),
        Field::Name
        | Field::Phone
        | Field::Address
        | Field::BankName
        | Field::HolderName
        | Field::FileName
        | Field::Bytes
        | Field::Text => text.to_owned(),
    };
    if text.is_empty() {
        return refused("内容为空");
    }
    if text.len() > LONGEST {
        return refused("超过1000字节");
    }
    if text.chars().any(char::is_control) {
        return refused("含有控制字符");
    }
    if text.trim() != text {
        return refused("首尾有空格");
    }
    Ok(text)
}

/// The form under which a number is known again: a 15-digit ID number counts as its 18-digit successor.
pub(super) fn index_form(field: Field, stored: &str) -> String {
    if field == Field::IdNo { canonical_id_no(stored) } else { stored.to_owned() }
}

impl PersonFields {
    pub(super) fn from_values(mut values: Values) -> Option<PersonFields> {
        Some(PersonFields {
            name: values.remove(&Field::Name)?,
            id_no: values.remove(&Field::IdNo)?,
            phone: values.remove(&Field::Phone),
            address: values.remove(&Field::Address),
        })
    }
}

impl AccountFields {
    pub(super) fn from_values(mut values: Values) -> Option<AccountFields> {
        Some(AccountFields {
            number: values.remove(&Field::Number)?,
            bank_name: values.remove(&Field::BankName)?,
            holder_name: values.remove(&Field::HolderName)?,
        })
    }
}

impl OfficerFields {
    pub(super) fn from_values(mut values: Values) -> Option<OfficerFields> {
        Some(OfficerFields {
            name: values.remove(&Field::Name)?,
            id_no: values.remove(&Field::IdNo)?,
        })
    }
}

impl ProgrammeAccountFields {
    pub(super) fn from_values(mut values: Values) -> Option<ProgrammeAccountFields> {
        Some(ProgrammeAccountFields {
            number: values.remove(&Field::Number)?,
            holder_name: values.remove(&Field::HolderName)?,
        })
    }
}

/// The digest under which a bank file is kept.
#[must_use]
pub fn digest_of(bytes: &[u8]) -> Digest {
    use sha2::{Digest as _, Sha256};
    Digest(Sha256::digest(bytes).into())
}

#[cfg(test)]
mod tests {
    use super::{PersonFields, index_form, stored_form};
    use crate::vault::subject::Field;

    #[test]
    fn a_name_is_refused_rather_than_trimmed() {
        assert!(stored_form(Field::Name, " 王一").is_err());
        assert!(stored_form(Field::Name, "").is_err());
        assert!(stored_form(Field::Name, "王\n一").is_err());
        assert_eq!(stored_form(Field::Name, "𠮷一").unwrap(), "𠮷一");
    }

    #[test]
    fn an_account_number_is_stored_without_its_spaces() {
        assert_eq!(stored_form(Field::Number, "6299 9800 1").unwrap(), "629998001");
    }

    #[test]
    fn an_old_id_number_is_known_as_its_successor() {
        assert_eq!(index_form(Field::IdNo, "130503670401001"), "130503196704010016");
    }

    #[test]
    fn fields_do_not_show_in_debug_output() {
        let person = PersonFields {
            name: "王一".to_owned(),
            id_no: "1".to_owned(),
            phone: None,
            address: None,
        };
        assert_eq!(format!("{person:?}"), "PersonFields(…)");
    }
}
