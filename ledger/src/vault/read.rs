//! Reading plain text and finding ids by number. Every reading is recorded before anything is given out;
//! a search gives only an id to somebody who already has the number, and is not a reading.

use zeroize::Zeroizing;

use super::Vault;
use super::access::AccessNote;
use super::erasure_key::KeyRing;
use super::failure::VaultFailure;
use super::fields::{
    AccountFields, BankFile, OfficerFields, PersonFields, ProgrammeAccountFields, Values,
    stored_form,
};
use super::register::open_field;
use super::store::FieldKey;
use super::subject::{Field, RemarkKey, Subject};
use crate::ids::{AccountId, BankAccountCode, Digest, OfficerId, PersonId};

/// The answers of a batch reading, one for each subject asked for, in the order asked.
pub type Answers<T> = Vec<Result<T, VaultFailure>>;

impl Vault {
    /// The person with that document number, if registered. An old 15-digit number finds its successor.
    ///
    /// # Errors
    /// [`VaultFailure::FieldRefused`], [`VaultFailure::Unreadable`], [`VaultFailure::Io`].
    pub fn find_person(&self, id_no: &str) -> Result<Option<PersonId>, VaultFailure> {
        match self.find("person", Field::IdNo, id_no)? {
            Some(Subject::Person(id)) => Ok(Some(id)),
            Some(_) | None => Ok(None),
        }
    }

    /// The person in office with that document number, if registered.
    ///
    /// # Errors
    /// As [`Vault::find_person`].
    pub fn find_officer(&self, id_no: &str) -> Result<Option<OfficerId>, VaultFailure> {
        match self.find("officer", Field::IdNo, id_no)? {
            Some(Subject::Officer(id)) => Ok(Some(id)),
            Some(_) | None => Ok(None),
        }
    }

    /// The benefit account with that number, if registered. White space does not count.
    ///
    /// # Errors
    /// As [`Vault::find_person`].
    pub fn find_account(&self, number: &str) -> Result<Option<AccountId>, VaultFailure> {
        match self.find("account", Field::Number, number)? {
            Some(Subject::Account(id)) => Ok(Some(id)),
            Some(_) | None => Ok(None),
        }
    }

    /// The programme account with that number, if registered.
    ///
    /// # Errors
    /// As [`Vault::find_person`].
    pub fn find_programme_account(
        &self,
        number: &str,
    ) -> Result<Option<BankAccountCode>, VaultFailure> {
        match self.find("programme-account", Field::Number, number)? {
            Some(Subject::ProgrammeAccount(code)) => Ok(Some(code)),
            Some(_) | None => Ok(None),
        }
    }

    /// Reads one person.
    ///
    /// # Errors
    /// [`VaultFailure::NoteRefused`], [`VaultFailure::NotFound`], [`VaultFailure::Erased`],
    /// [`VaultFailure::Unreadable`], [`VaultFailure::Io`]. The same for every reading below.
    pub fn read_person(
        &self,
        id: PersonId,
        note: &AccessNote,
    ) -> Result<PersonFields, VaultFailure> {
        only(self.read_persons(&[id], note)?)
    }

    /// Reads many persons, recorded once with their count.
    ///
    /// # Errors
    /// Outside: the note was refused or could not be recorded, and nothing was read. Inside: as [`Vault::read_person`].
    pub fn read_persons(
        &self,
        ids: &[PersonId],
        note: &AccessNote,
    ) -> Result<Answers<PersonFields>, VaultFailure> {
        self.read_all(ids.iter().copied().map(Subject::Person), note, PersonFields::from_values)
    }

    /// Reads many persons and benefit accounts; each kind is recorded with its count, both are on disk before either is read.
    ///
    /// # Errors
    /// As [`Vault::read_persons`].
    pub fn read_persons_and_accounts(
        &self,
        (persons, accounts): (&[PersonId], &[AccountId]),
        note: &AccessNote,
    ) -> Result<(Answers<PersonFields>, Answers<AccountFields>), VaultFailure> {
        let persons: Vec<_> = persons.iter().copied().map(Subject::Person).collect();
        let accounts: Vec<_> = accounts.iter().copied().map(Subject::Account).collect();
        self.record_accesses(&[&persons, &accounts], note)?;
        Ok((
            self.open_all(&persons, PersonFields::from_values),
            self.open_all(&accounts, AccountFields::from_values),
        ))
    }

    /// The same of their names and numbers: nothing else of them is opened.
    ///
    /// # Errors
    /// As [`Vault::read_persons`].
    pub fn read_names_and_numbers(
        &self,
        (persons, accounts): (&[PersonId], &[AccountId]),
        note: &AccessNote,
    ) -> Result<(Answers<String>, Answers<String>), VaultFailure> {
        let persons: Vec<_> = persons.iter().copied().map(Subject::Person).collect();
        let accounts: Vec<_> = accounts.iter().copied().map(Subject::Account).collect();
        self.record_accesses(&[&persons, &accounts], note)?;
        Ok((self.open_one_of(&persons, Field::Name), self.open_one_of(&accounts, Field::Number)))
    }

    /// Reads one benefit account.
    ///
    /// # Errors
    /// As [`Vault::read_person`].
    pub fn read_account(
        &self,
        id: AccountId,
        note: &AccessNote,
    ) -> Result<AccountFields, VaultFailure> {
        only(self.read_accounts(&[id], note)?)
    }

    /// Reads many benefit accounts, recorded once with their count.
    ///
    /// # Errors
    /// As [`Vault::read_persons`].
    pub fn read_accounts(
        &self,
        ids: &[AccountId],
        note: &AccessNote,
    ) -> Result<Answers<AccountFields>, VaultFailure> {
        self.read_all(ids.iter().copied().map(Subject::Account), note, AccountFields::from_values)
    }

    /// Reads one person in office.
    ///
    /// # Errors
    /// As [`Vault::read_person`].
    pub fn read_officer(
        &self,
        id: OfficerId,
        note: &AccessNote,
    ) -> Result<OfficerFields, VaultFailure> {
        only(self.read_officers(&[id], note)?)
    }

    /// Reads many persons in office, recorded once with their count.
    ///
    /// # Errors
    /// As [`Vault::read_persons`].
    pub fn read_officers(
        &self,
        ids: &[OfficerId],
        note: &AccessNote,
    ) -> Result<Answers<OfficerFields>, VaultFailure> {
        self.read_all(ids.iter().copied().map(Subject::Officer), note, OfficerFields::from_values)
    }

    /// Reads a programme account.
    ///
    /// # Errors
    /// As [`Vault::read_person`].
    pub fn read_programme_account(
        &self,
        code: &BankAccountCode,
        note: &AccessNote,
    ) -> Result<ProgrammeAccountFields, VaultFailure> {
        let subject = Subject::ProgrammeAccount(code.clone());
        only(self.read_all([subject], note, ProgrammeAccountFields::from_values)?)
    }

    /// Reads a remark.
    ///
    /// # Errors
    /// As [`Vault::read_person`], and [`VaultFailure::RemarkKeyRefused`].
    pub fn read_remark(&self, key: &str, note: &AccessNote) -> Result<String, VaultFailure> {
        let key: RemarkKey =
            key.parse().map_err(|_| VaultFailure::RemarkKeyRefused(key.to_owned()))?;
        let text = |mut values: Values| values.remove(&Field::Text);
        only(self.read_all([Subject::Remark(key)], note, text)?)
    }

    /// Reads an original bank file; its bytes have been checked against the digest.
    ///
    /// # Errors
    /// As [`Vault::read_person`].
    pub fn read_file(&self, digest: Digest, note: &AccessNote) -> Result<BankFile, VaultFailure> {
        let subject = Subject::File(digest);
        self.record_access(std::slice::from_ref(&subject), note)?;
        let ring = self.ring();
        let own = self.subject_key(&ring, &subject)?;
        let mut stored = self.store.current_fields_of(&subject)?;
        let mut part = |field| {
            let (key, sealed) =
                stored.remove(&field).ok_or_else(|| VaultFailure::NotFound(subject.clone()))?;
            Ok::<_, VaultFailure>(open_field(&own, &key, &sealed)?.value.to_vec())
        };
        let name = text_of(&FieldKey::first(&subject, Field::FileName), part(Field::FileName)?)?;
        let bytes = part(Field::Bytes)?;
        if super::fields::digest_of(&bytes) != digest {
            return Err(VaultFailure::Unreadable(subject.to_string()));
        }
        Ok(BankFile { name, bytes })
    }

    fn find(
        &self,
        kind: &str,
        field: Field,
        number: &str,
    ) -> Result<Option<Subject>, VaultFailure> {
        self.indexed(&self.index_of(kind, field, &stored_form(field, number)?))
    }

    fn read_all<T>(
        &self,
        subjects: impl IntoIterator<Item = Subject>,
        note: &AccessNote,
        made_of: impl Fn(Values) -> Option<T>,
    ) -> Result<Answers<T>, VaultFailure> {
        let subjects: Vec<Subject> = subjects.into_iter().collect();
        self.record_access(&subjects, note)?;
        Ok(self.open_all(&subjects, made_of))
    }

    fn open_all<T>(
        &self,
        subjects: &[Subject],
        made_of: impl Fn(Values) -> Option<T>,
    ) -> Answers<T> {
        let ring = self.ring();
        let open = |subject: &Subject| {
            let values = self.open_values(&ring, subject)?;
            made_of(values).ok_or_else(|| VaultFailure::Unreadable(subject.to_string()))
        };
        subjects.iter().map(open).collect()
    }

    /// Opens one field of each; the others stay sealed. What is open already is not opened again.
    fn open_one_of(&self, subjects: &[Subject], field: Field) -> Answers<String> {
        let ring = self.ring();
        let open = |subject: &Subject| {
            let own = self.subject_key(&ring, subject)?;
            let stored = self.store.current_field_of(subject, field)?;
            let (key, sealed) =
                stored.ok_or_else(|| VaultFailure::Unreadable(subject.to_string()))?;
            text_of(&key, open_field(&own, &key, &sealed)?.value.to_vec())
        };
        let (since, found) = self.recent.find(subjects, field);
        let mut opened = Vec::new();
        let mut answer = |(subject, found): (&Subject, Option<String>)| {
            if let Some(value) = found {
                return Ok(value);
            }
            let value = open(subject)?;
            opened.push((subject.clone(), Zeroizing::new(value.clone())));
            Ok(value)
        };
        let answers = subjects.iter().zip(found).map(&mut answer).collect();
        self.recent.keep(since, field, opened);
        answers
    }

    fn open_values(&self, ring: &KeyRing, subject: &Subject) -> Result<Values, VaultFailure> {
        let own = self.subject_key(ring, subject)?;
        let mut values = Values::new();
        for (field, (key, sealed)) in self.store.current_fields_of(subject)? {
            let open = open_field(&own, &key, &sealed)?;
            values.insert(field, text_of(&key, open.value.to_vec())?);
        }
        Ok(values)
    }
}

fn text_of(key: &FieldKey, bytes: Vec<u8>) -> Result<String, VaultFailure> {
    String::from_utf8(bytes)
        .map_err(|_| VaultFailure::Unreadable(format!("{}/{}", key.subject, key.field.word())))
}

fn only<T>(mut answers: Answers<T>) -> Result<T, VaultFailure> {
    answers.pop().expect("one subject asked for gives one answer")
}
