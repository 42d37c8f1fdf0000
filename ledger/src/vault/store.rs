//! The vault's keyspaces in fjall, and the bytes of their keys. Knows records, not what they mean.

use std::collections::BTreeMap;
use std::path::Path;

use fjall::{Database, Keyspace, KeyspaceCreateOptions, OwnedWriteBatch, PersistMode};

use super::failure::VaultFailure;
use super::seal::Place;
use super::subject::{Field, Subject};
use crate::log::fjall_start::{NotStarted, start};

/// The subfolder of the vault that holds the store.
const FOLDER: &str = "store";
/// Journals are kept as small as the store permits: 64 MiB.
const JOURNALS: u64 = 64 * 1024 * 1024;
const CACHE: u64 = 16 * 1024 * 1024;

/// The six keyspaces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Table {
    /// Subject → its wrapped key.
    Keys,
    /// Subject, field, version → salt and value, sealed under the subject's key.
    Fields,
    /// The same for bank files, apart because they are large.
    Files,
    /// Keyed hash of an identifying field → its subject.
    Index,
    /// Subject → the act that ordered its erasure.
    Erased,
    /// Number → one reading of plain text.
    Accesses,
}

impl Table {
    pub(super) const ALL: [Table; 6] =
        [Table::Keys, Table::Fields, Table::Files, Table::Index, Table::Erased, Table::Accesses];

    pub(super) const fn name(self) -> &'static str {
        match self {
            Table::Keys => "keys",
            Table::Fields => "fields",
            Table::Files => "files",
            Table::Index => "index",
            Table::Erased => "erased",
            Table::Accesses => "accesses",
        }
    }

    pub(super) const fn place(self, key: &[u8]) -> Place<'_> {
        Place { keyspace: self.name(), key }
    }

    /// The table that holds a subject's fields.
    pub(super) const fn of_fields(subject: &Subject) -> Table {
        if matches!(subject, Subject::File(_)) { Table::Files } else { Table::Fields }
    }
}

/// The open store.
pub(super) struct Store {
    database: Database,
    keys: Keyspace,
    fields: Keyspace,
    files: Keyspace,
    index: Keyspace,
    erased: Keyspace,
    accesses: Keyspace,
}

impl Store {
    /// True if the vault's folder holds a store.
    pub(super) fn exists(folder: &Path) -> bool {
        folder.join(FOLDER).exists()
    }

    /// Opens the store, making it if it is not there.
    pub(super) fn open(folder: &Path) -> Result<Store, VaultFailure> {
        let place = folder.join(FOLDER);
        let open = || {
            Database::builder(&place)
                .cache_size(CACHE)
                .max_journaling_size(JOURNALS)
                .worker_threads(2)
                .open()
        };
        let database = start(&place, open).map_err(|why| match why {
            NotStarted::Damaged(what) => VaultFailure::Unreadable(format!("存储文件{what}")),
            NotStarted::Refused(error) => error.into(),
        })?;
        let keyspace =
            |table: Table| database.keyspace(table.name(), KeyspaceCreateOptions::default);
        Ok(Store {
            keys: keyspace(Table::Keys)?,
            fields: keyspace(Table::Fields)?,
            files: keyspace(Table::Files)?,
            index: keyspace(Table::Index)?,
            erased: keyspace(Table::Erased)?,
            accesses: keyspace(Table::Accesses)?,
            database,
        })
    }

    pub(super) fn keyspace(&self, table: Table) -> &Keyspace {
        match table {
            Table::Keys => &self.keys,
            Table::Fields => &self.fields,
            Table::Files => &self.files,
            Table::Index => &self.index,
            Table::Erased => &self.erased,
            Table::Accesses => &self.accesses,
        }
    }

    /// Everything as it is now.
    pub(super) fn as_it_is(&self) -> fjall::Snapshot {
        self.database.snapshot()
    }

    pub(super) fn get(&self, table: Table, key: &[u8]) -> Result<Option<Vec<u8>>, VaultFailure> {
        Ok(self.keyspace(table).get(key)?.map(|value| value.to_vec()))
    }

    /// Every record of a table, in the order of keys. After an error there are no more.
    pub(super) fn records(
        &self,
        table: Table,
    ) -> impl Iterator<Item = Result<(Vec<u8>, Vec<u8>), VaultFailure>> {
        let mut broken = false;
        self.keyspace(table).iter().map_while(move |guard| {
            if broken {
                return None;
            }
            let record = guard.into_inner();
            broken = record.is_err();
            Some(record.map(|(key, value)| (key.to_vec(), value.to_vec())).map_err(Into::into))
        })
    }

    /// The stored fields of a subject, all versions, in the order of fields and versions.
    pub(super) fn fields_of(
        &self,
        subject: &Subject,
    ) -> Result<Vec<(FieldKey, Vec<u8>)>, VaultFailure> {
        let table = Table::of_fields(subject);
        let mut fields = Vec::new();
        for guard in self.keyspace(table).prefix(format!("{subject}\n")) {
            let (key, value) = guard.into_inner()?;
            let parsed = FieldKey::parse(&key).ok_or_else(|| table.place(&key).unreadable())?;
            fields.push((parsed, value.to_vec()));
        }
        Ok(fields)
    }

    /// The newest version of each field of a subject.
    pub(super) fn current_fields_of(
        &self,
        subject: &Subject,
    ) -> Result<BTreeMap<Field, (FieldKey, Vec<u8>)>, VaultFailure> {
        // Versions ascend, so the last one of a field is the one that stays.
        let fields = self.fields_of(subject)?;
        Ok(fields.into_iter().map(|(key, value)| (key.field, (key, value))).collect())
    }

    /// The newest version of one field of a subject, if it has any: nothing else of the subject is looked at. Versions are
    /// numbered without gaps and hardly any field has two, so this asks for each by its key instead of going through them.
    pub(super) fn current_field_of(
        &self,
        subject: &Subject,
        field: Field,
    ) -> Result<Option<(FieldKey, Vec<u8>)>, VaultFailure> {
        let (table, mut newest) = (Table::of_fields(subject), None);
        for version in 1.. {
            let key = FieldKey { version, ..FieldKey::first(subject, field) };
            let Some(sealed) = self.get(table, &key.to_bytes())? else { break };
            newest = Some((key, sealed));
        }
        Ok(newest)
    }

    /// The number for the next record of access.
    pub(super) fn next_access(&self) -> Result<u64, VaultFailure> {
        let Some(last) = self.accesses.last_key_value() else { return Ok(0) };
        let key = last.key()?;
        let number = access_number(&key).ok_or_else(|| Table::Accesses.place(&key).unreadable())?;
        Ok(number.saturating_add(1))
    }

    /// Brings everything that is written to disk.
    pub(super) fn sync(&self) -> Result<(), VaultFailure> {
        Ok(self.database.persist(PersistMode::SyncAll)?)
    }

    pub(super) fn batch(&self) -> Batch<'_> {
        Batch { store: self, inner: self.database.batch() }
    }
}

/// The number in the key of a record of access.
pub(super) fn access_number(key: &[u8]) -> Option<u64> {
    key.try_into().ok().map(u64::from_be_bytes)
}

/// Writes that happen all or not at all.
pub(super) struct Batch<'a> {
    store: &'a Store,
    inner: OwnedWriteBatch,
}

impl Batch<'_> {
    pub(super) fn insert(&mut self, table: Table, key: &[u8], value: &[u8]) {
        self.inner.insert(self.store.keyspace(table), key, value);
    }

    pub(super) fn remove(&mut self, table: Table, key: &[u8]) {
        self.inner.remove(self.store.keyspace(table), key);
    }

    /// The commit point: nothing of the batch is promised before this returns.
    pub(super) fn commit(self) -> Result<(), VaultFailure> {
        Ok(self.inner.durability(Some(PersistMode::SyncAll)).commit()?)
    }

    /// As [`Batch::commit`], but promised only after [`Store::sync`].
    pub(super) fn commit_unsynced(self) -> Result<(), VaultFailure> {
        Ok(self.inner.durability(None).commit()?)
    }
}

/// The key of one version of one field: `<subject>\n<field>\n<version>`, the version in six digits.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct FieldKey {
    pub(super) subject: Subject,
    pub(super) field: Field,
    pub(super) version: u32,
}

impl FieldKey {
    pub(super) fn first(subject: &Subject, field: Field) -> FieldKey {
        FieldKey { subject: subject.clone(), field, version: 1 }
    }

    pub(super) fn to_bytes(&self) -> Vec<u8> {
        format!("{}\n{}\n{:06}", self.subject, self.field.word(), self.version).into_bytes()
    }

    /// `None` for anything that [`FieldKey::to_bytes`] does not write.
    pub(super) fn parse(bytes: &[u8]) -> Option<FieldKey> {
        let mut parts = std::str::from_utf8(bytes).ok()?.split('\n');
        let key = FieldKey {
            subject: parts.next()?.parse().ok()?,
            field: parts.next()?.parse().ok()?,
            version: parts.next()?.parse().ok()?,
        };
        (key.to_bytes() == bytes).then_some(key)
    }
}

#[cfg(test)]
mod tests {
    use super::FieldKey;
    use crate::ids::AccountId;
    use crate::vault::subject::{Field, Subject};

    #[test]
    fn a_field_key_has_one_spelling() {
        let subject = Subject::Account(AccountId::from_bytes([1; 16]));
        let key = FieldKey::first(&subject, Field::Number);
        assert_eq!(FieldKey::parse(&key.to_bytes()), Some(key));
        assert_eq!(FieldKey::parse(format!("{subject}\nnumber\n1").as_bytes()), None);
        assert_eq!(FieldKey::parse(b"account/1"), None);
    }
}
