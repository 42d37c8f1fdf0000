//! Registering: one real person becomes one id, one real account one id, each with a key of its own.
//! Every call is one atomic batch with one sync; what failed has written nothing.

use std::collections::HashMap;

use zeroize::Zeroizing;

use super::commitment::{Commitments, Salt, commit};
use super::erasure_key::KeyRing;
use super::failure::VaultFailure;
use super::fields::{BankFile, NewSubject, Registered, Standing, Values, digest_of, stored_form};
use super::randomness::random;
use super::seal::SealKey;
use super::store::{Batch, FieldKey, Table};
use super::subject::{Field, RemarkKey, Subject};
use super::{State, Vault, wrap_key};
use crate::ids::{AccountId, Commitment, Digest, OfficerId, PersonId};

/// The largest bank file that is kept, in bytes.
const LARGEST_FILE: usize = 256 * 1024 * 1024;

/// One stored field, opened.
pub(super) struct OpenField {
    pub(super) salt: Salt,
    pub(super) value: Zeroizing<Vec<u8>>,
}

impl OpenField {
    pub(super) fn commitment(&self, field: Field) -> Commitment {
        commit(field, &self.salt, &self.value)
    }
}

impl Vault {
    /// Registers one subject; see [`Vault::register_all`].
    ///
    /// # Errors
    /// As [`Vault::register_all`].
    ///
    /// # Panics
    /// Never: one subject handed in gives one back.
    pub fn register(&self, new: NewSubject) -> Result<Registered, VaultFailure> {
        let mut registered = self.register_all(&[new])?;
        Ok(registered.pop().expect("one subject handed in gives one back"))
    }

    /// Registers subjects, in their order. Whoever is known already, from before or from earlier in
    /// `new`, gives back the known id and commitments, and nothing is written for them; what was handed in differently is
    /// named in [`Registered::differs`]. The comparison happens inside and is not a reading by a person.
    ///
    /// # Errors
    /// [`VaultFailure::FieldRefused`], [`VaultFailure::Conflict`] (a programme account's code or number stands for
    /// another one), [`VaultFailure::Erased`] (a programme account's code), [`VaultFailure::Unreadable`],
    /// [`VaultFailure::Randomness`], [`VaultFailure::Io`].
    ///
    /// # Panics
    /// Never: every kind of subject has the field that it is known by.
    pub fn register_all(&self, new: &[NewSubject]) -> Result<Vec<Registered>, VaultFailure> {
        let mut state = self.state();
        let ring = self.ring();
        let mut batch = self.store.batch();
        let mut fresh: HashMap<[u8; 32], (Registered, Values)> = HashMap::new();
        let mut all = Vec::with_capacity(new.len());
        for subject in new {
            let values = subject.values()?;
            let (kind, field) = subject.known_by();
            let number = values.get(&field).expect("every kind has the field that it is known by");
            let index = self.index_of(kind, field, number);
            let registered = if let Some((first, stored)) = fresh.get(&index) {
                let differs =
                    differences(&values, |field| stored.get(&field).map(String::as_bytes));
                Registered { existed: true, differs, ..first.clone() }
            } else if let Some(known) = self.indexed(&index)? {
                self.known(&ring, known, &values)?
            } else {
                let subject = new_id(&mut state, subject)?;
                let parts = values.iter().map(|(field, text)| (*field, text.as_bytes()));
                let commitments = put_subject((&mut state, &ring), &mut batch, &subject, parts)?;
                self.put_index(&mut state, &mut batch, &index, &subject)?;
                let registered =
                    Registered { subject, commitments, existed: false, differs: Vec::new() };
                fresh.insert(index, (registered.clone(), values));
                registered
            };
            self.check_code(subject, &registered, &all)?;
            all.push(registered);
        }
        batch.commit()?;
        Ok(all)
    }

    /// Stores a changed or added field as a new version and gives its commitment; an unchanged one gives
    /// the commitment that stands. Earlier versions stay, so that their commitments can still be opened.
    ///
    /// # Errors
    /// [`VaultFailure::FieldRefused`], [`VaultFailure::Conflict`] (another subject has that number),
    /// [`VaultFailure::NotFound`], [`VaultFailure::Erased`], [`VaultFailure::Unreadable`],
    /// [`VaultFailure::Randomness`], [`VaultFailure::Io`].
    pub fn amend(
        &self,
        subject: &Subject,
        field: Field,
        text: &str,
    ) -> Result<Commitment, VaultFailure> {
        if !may_have(subject, field) {
            return Err(VaultFailure::FieldRefused {
                field, why: "不属于这类条目或不可更改"
            });
        }
        let text = stored_form(field, text)?;
        let mut state = self.state();
        let ring = self.ring();
        let own = self.subject_key(&ring, subject)?;
        let stored = self.store.current_fields_of(subject)?;
        let mut key = FieldKey::first(subject, field);
        let mut batch = self.store.batch();
        if let Some((last, sealed)) = stored.get(&field) {
            let open = open_field(&own, last, sealed)?;
            if open.value.as_slice() == text.as_bytes() {
                return Ok(open.commitment(field));
            }
            key.version = last.version.saturating_add(1);
            if matches!(field, Field::IdNo | Field::Number) {
                let old = String::from_utf8_lossy(&open.value).into_owned();
                self.move_index(&mut state, &mut batch, (subject, field), (&old, &text))?;
            }
        }
        let commitment = put_field(&mut state, &mut batch, &own, &key, text.as_bytes())?;
        // Also after a failure: what of it came to be is not known.
        let done = batch.commit();
        self.recent.wipe();
        done.map(|()| commitment)
    }

    /// Keeps an original bank file under the SHA-256 of its bytes. Handing it in again changes nothing.
    ///
    /// # Errors
    /// [`VaultFailure::FieldRefused`] (name, or more than 256 MiB), [`VaultFailure::Erased`],
    /// [`VaultFailure::Randomness`], [`VaultFailure::Io`].
    pub fn put_file(&self, file: &BankFile) -> Result<Digest, VaultFailure> {
        let name = stored_form(Field::FileName, &file.name)?;
        if file.bytes.len() > LARGEST_FILE {
            return Err(VaultFailure::FieldRefused { field: Field::Bytes, why: "超过256MiB" });
        }
        let digest = digest_of(&file.bytes);
        let parts = [(Field::FileName, name.as_bytes()), (Field::Bytes, file.bytes.as_slice())];
        let mut state = self.state();
        let ring = self.ring();
        let subject = Subject::File(digest);
        if !self.is_new(&subject)? {
            return Ok(digest);
        }
        let mut batch = self.store.batch();
        put_subject((&mut state, &ring), &mut batch, &subject, parts)?;
        batch.commit()?;
        Ok(digest)
    }

    /// Keeps a free text that may name people, such as a bank's words for a failure. The same text again
    /// changes nothing; another text under the same key is refused.
    ///
    /// # Errors
    /// [`VaultFailure::RemarkKeyRefused`], [`VaultFailure::FieldRefused`], [`VaultFailure::Conflict`],
    /// [`VaultFailure::Erased`], [`VaultFailure::Unreadable`], [`VaultFailure::Randomness`], [`VaultFailure::Io`].
    pub fn put_remark(&self, key: &str, text: &str) -> Result<(), VaultFailure> {
        self.put_remarks(&[(key, text)])
    }

    /// Keeps many free texts with one sync; see [`Vault::put_remark`].
    ///
    /// # Errors
    /// As [`Vault::put_remark`]; then none of them is kept.
    pub fn put_remarks(&self, remarks: &[(&str, &str)]) -> Result<(), VaultFailure> {
        let mut state = self.state();
        let ring = self.ring();
        let mut batch = self.store.batch();
        let mut fresh: HashMap<Subject, String> = HashMap::new();
        for (key, text) in remarks {
            let key: RemarkKey =
                key.parse().map_err(|_| VaultFailure::RemarkKeyRefused((*key).to_owned()))?;
            let subject = Subject::Remark(key);
            let text = stored_form(Field::Text, text)?;
            let stands = match fresh.get(&subject) {
                Some(earlier) => Some(earlier.clone()),
                None if self.is_new(&subject)? => None,
                None => Some(self.stored_text(&ring, &subject)?),
            };
            match stands {
                Some(stands) if stands == text => {}
                Some(_) => return Err(VaultFailure::Conflict(subject)),
                None => {
                    let parts = [(Field::Text, text.as_bytes())];
                    put_subject((&mut state, &ring), &mut batch, &subject, parts)?;
                    fresh.insert(subject, text);
                }
            }
        }
        batch.commit()
    }

    fn stored_text(&self, ring: &KeyRing, subject: &Subject) -> Result<String, VaultFailure> {
        let own = self.subject_key(ring, subject)?;
        let stored = self.store.current_fields_of(subject)?;
        let (key, sealed) =
            stored.get(&Field::Text).ok_or_else(|| VaultFailure::NotFound(subject.clone()))?;
        let open = open_field(&own, key, sealed)?;
        Ok(String::from_utf8_lossy(&open.value).into_owned())
    }

    /// True if nothing stands there; an erased subject is refused.
    fn is_new(&self, subject: &Subject) -> Result<bool, VaultFailure> {
        match self.standing(subject)? {
            Standing::Unknown => Ok(true),
            Standing::Kept => Ok(false),
            Standing::Erased(order) => {
                Err(VaultFailure::Erased { subject: subject.clone(), order })
            }
        }
    }

    /// A programme account's code is its id, so one code cannot be two accounts, nor one account two codes.
    fn check_code(
        &self,
        new: &NewSubject,
        registered: &Registered,
        before: &[Registered],
    ) -> Result<(), VaultFailure> {
        let NewSubject::ProgrammeAccount(code, _) = new else { return Ok(()) };
        let subject = Subject::ProgrammeAccount(code.clone());
        let taken = !registered.existed
            && (!self.is_new(&subject)? || before.iter().any(|other| other.subject == subject));
        if taken || registered.subject != subject {
            return Err(VaultFailure::Conflict(subject));
        }
        Ok(())
    }

    /// What is known of a registered subject, compared with what was handed in now.
    fn known(
        &self,
        ring: &KeyRing,
        subject: Subject,
        values: &Values,
    ) -> Result<Registered, VaultFailure> {
        let own = self.subject_key(ring, &subject)?;
        let mut commitments = Commitments::new();
        let mut stored = HashMap::new();
        for (field, (key, sealed)) in self.store.current_fields_of(&subject)? {
            let open = open_field(&own, &key, &sealed)?;
            commitments.insert(field, open.commitment(field));
            stored.insert(field, open.value);
        }
        let differs = differences(values, |field| stored.get(&field).map(|value| value.as_slice()));
        Ok(Registered { subject, commitments, existed: true, differs })
    }

    fn put_index(
        &self,
        state: &mut State,
        batch: &mut Batch<'_>,
        index: &[u8; 32],
        subject: &Subject,
    ) -> Result<(), VaultFailure> {
        let place = Table::Index.place(index);
        let plain = subject.to_string();
        let sealed = self.record_key.seal(state.randomness.as_mut(), place, plain.as_bytes())?;
        batch.insert(Table::Index, index, &sealed);
        Ok(())
    }

    /// Leads the new number to the subject, and the old one nowhere.
    fn move_index(
        &self,
        state: &mut State,
        batch: &mut Batch<'_>,
        (subject, field): (&Subject, Field),
        (old, new): (&str, &str),
    ) -> Result<(), VaultFailure> {
        let old = self.index_of(subject.kind(), field, old);
        let new = self.index_of(subject.kind(), field, new);
        if let Some(other) = self.indexed(&new)?.filter(|other| other != subject) {
            return Err(VaultFailure::Conflict(other));
        }
        batch.remove(Table::Index, &old);
        self.put_index(state, batch, &new, subject)
    }
}

fn put_subject<'v>(
    (state, ring): (&mut State, &KeyRing),
    batch: &mut Batch<'_>,
    subject: &Subject,
    values: impl IntoIterator<Item = (Field, &'v [u8])>,
) -> Result<Commitments, VaultFailure> {
    let key = subject.to_string();
    let own = SealKey::new(Zeroizing::new(random(state.randomness.as_mut())?));
    let record = wrap_key((&mut *state, ring), key.as_bytes(), &own)?;
    batch.insert(Table::Keys, key.as_bytes(), &record);
    let mut commitments = Commitments::new();
    for (field, value) in values {
        let key = FieldKey::first(subject, field);
        commitments.insert(field, put_field(state, batch, &own, &key, value)?);
    }
    Ok(commitments)
}

fn new_id(state: &mut State, new: &NewSubject) -> Result<Subject, VaultFailure> {
    let source = state.randomness.as_mut();
    Ok(match new {
        NewSubject::Person(_) => Subject::Person(PersonId::from_bytes(random(source)?)),
        NewSubject::Account(_) => Subject::Account(AccountId::from_bytes(random(source)?)),
        NewSubject::Officer(_) => Subject::Officer(OfficerId::from_bytes(random(source)?)),
        NewSubject::ProgrammeAccount(code, _) => Subject::ProgrammeAccount(code.clone()),
    })
}

/// The fields of which something else is stored, or nothing. A field that was not handed in says nothing.
fn differences<'s>(values: &Values, stored: impl Fn(Field) -> Option<&'s [u8]>) -> Vec<Field> {
    let differs = |(field, text): &(&Field, &String)| stored(**field) != Some(text.as_bytes());
    values.iter().filter(differs).map(|(field, _)| *field).collect()
}

/// Whether [`Vault::amend`] may set that field. A benefit account's number is not amended: a new number is a new account. A
/// programme account is known by its code; its number is amended only as long as no act rests on it, which its callers see to.
const fn may_have(subject: &Subject, field: Field) -> bool {
    match subject {
        Subject::Person(_) => {
            matches!(field, Field::Name | Field::IdNo | Field::Phone | Field::Address)
        }
        Subject::Officer(_) => matches!(field, Field::Name | Field::IdNo),
        Subject::Account(_) => matches!(field, Field::BankName | Field::HolderName),
        Subject::ProgrammeAccount(_) => matches!(field, Field::Number | Field::HolderName),
        Subject::File(_) | Subject::Remark(_) => false,
    }
}

fn put_field(
    state: &mut State,
    batch: &mut Batch<'_>,
    own: &SealKey,
    key: &FieldKey,
    value: &[u8],
) -> Result<Commitment, VaultFailure> {
    let salt: Salt = random(state.randomness.as_mut())?;
    let table = Table::of_fields(&key.subject);
    let stored_key = key.to_bytes();
    let plain = Zeroizing::new([salt.as_slice(), value].concat());
    let sealed = own.seal(state.randomness.as_mut(), table.place(&stored_key), &plain)?;
    batch.insert(table, &stored_key, &sealed);
    Ok(commit(key.field, &salt, value))
}

/// Opens one stored field.
pub(super) fn open_field(
    own: &SealKey,
    key: &FieldKey,
    sealed: &[u8],
) -> Result<OpenField, VaultFailure> {
    let stored_key = key.to_bytes();
    let place = Table::of_fields(&key.subject).place(&stored_key);
    let plain = own.open(place, sealed)?;
    let (salt, value) = plain.split_first_chunk::<32>().ok_or_else(|| place.unreadable())?;
    Ok(OpenField { salt: *salt, value: Zeroizing::new(value.to_vec()) })
}
