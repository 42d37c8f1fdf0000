//! The vault: names, numbers and accounts, sealed under a key per subject. The log knows ids and commitments only.
//! Format: docs/format/vault.md. Reading order: subject, fields, commitment, register, read, erase, audit.

pub mod access;
pub mod audit;
pub mod backup;
pub mod commitment;
pub mod erase;
mod erasure_key;
pub mod failure;
pub mod fields;
pub mod randomness;
mod read;
mod recent;
mod register;
mod seal;
mod store;
pub mod subject;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use zeroize::Zeroizing;

pub use access::{Access, AccessNote};
pub use audit::VaultReport;
pub use commitment::{Commitments, Salt, commit};
pub use failure::VaultFailure;
pub use fields::{
    AccountFields, BankFile, NewSubject, OfficerFields, PersonFields, ProgrammeAccountFields,
    Registered, Standing,
};
pub use randomness::{OsRandomness, Randomness};
pub use seal::MasterKey;
pub use subject::{Field, RemarkKey, Subject};

use access::OnDisk;
use erasure_key::KeyRing;
use recent::Recent;
use seal::{Place, SealKey, keyed_hash};
use store::{Store, Table};

use crate::ids::ActId;

/// An open vault. Calls may come from several threads. Writes happen one after another, readings side by side.
pub struct Vault {
    folder: PathBuf,
    master: MasterKey,
    /// Seals what belongs to no subject alone: index, orders of erasure, records of access.
    record_key: SealKey,
    /// Makes the blind index.
    index_key: Zeroizing<[u8; 32]>,
    store: Store,
    /// The erasure keys. Whoever reads holds them meanwhile, so an erasure waits for it. Taken after [`Vault::state`], never
    /// before.
    ring: RwLock<KeyRing>,
    state: Mutex<State>,
    /// How many records of access are on disk.
    recorded: OnDisk,
    /// Names and numbers that were opened lately.
    recent: Recent,
}

/// What changes while the vault is open.
struct State {
    randomness: Box<dyn Randomness>,
    next_access: u64,
}

impl Vault {
    /// Makes a new vault in `folder`, which may exist but holds no vault.
    ///
    /// # Errors
    /// [`VaultFailure::Exists`], [`VaultFailure::Randomness`], [`VaultFailure::Io`].
    pub fn create(
        folder: &Path,
        master: MasterKey,
        mut randomness: Box<dyn Randomness>,
    ) -> Result<Vault, VaultFailure> {
        let exists = || VaultFailure::Exists(folder.display().to_string());
        if KeyRing::exists(folder) {
            return Err(exists());
        }
        std::fs::create_dir_all(folder)?;
        let store = Store::open(folder)?;
        // A store without its erasure key is a crash in the line below, if it is empty;
        // if it is not, somebody lost the erasure key, and a new one would bury that.
        if store.keyspace(Table::Keys).first_key_value().is_some() {
            return Err(exists());
        }
        let ring = KeyRing::create(folder, &master, randomness.as_mut())?;
        Vault::assemble(folder, master, randomness, store, ring)
    }

    /// Opens the vault in `folder` and completes an erasure that a crash interrupted.
    ///
    /// # Errors
    /// [`VaultFailure::Absent`], [`VaultFailure::WrongMasterKey`], [`VaultFailure::Locked`],
    /// [`VaultFailure::FormatUnknown`], [`VaultFailure::Unreadable`], [`VaultFailure::Io`].
    pub fn open(
        folder: &Path,
        master: MasterKey,
        mut randomness: Box<dyn Randomness>,
    ) -> Result<Vault, VaultFailure> {
        if !Store::exists(folder) || !KeyRing::exists(folder) {
            return Err(VaultFailure::Absent(folder.display().to_string()));
        }
        // The store's lock comes first: nobody else may be turning the erasure key meanwhile.
        let store = Store::open(folder)?;
        let ring = KeyRing::load(folder, &master, randomness.as_mut())?;
        let vault = Vault::assemble(folder, master, randomness, store, ring)?;
        vault.complete_erasure()?;
        Ok(vault)
    }

    fn assemble(
        folder: &Path,
        master: MasterKey,
        randomness: Box<dyn Randomness>,
        store: Store,
        ring: KeyRing,
    ) -> Result<Vault, VaultFailure> {
        let next_access = store.next_access()?;
        Ok(Vault {
            folder: folder.to_owned(),
            record_key: SealKey::new(master.derive("record", b"")),
            index_key: master.derive("index", b""),
            master,
            store,
            ring: RwLock::new(ring),
            state: Mutex::new(State { randomness, next_access }),
            recorded: OnDisk::until(next_access),
            recent: Recent::default(),
        })
    }

    /// A thread that panicked while it held the lock left no half-written batch, so the state is good.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The erasure keys, to read with. No erasure begins while they are held.
    fn ring(&self) -> RwLockReadGuard<'_, KeyRing> {
        self.ring.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// The erasure keys, to turn them. Waits for every reading.
    fn ring_to_turn(&self) -> RwLockWriteGuard<'_, KeyRing> {
        self.ring.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether a subject is kept, erased or unknown. Opens no field and is not a reading.
    ///
    /// # Errors
    /// [`VaultFailure::Unreadable`], [`VaultFailure::Io`].
    pub fn standing(&self, subject: &Subject) -> Result<Standing, VaultFailure> {
        let key = subject.to_string();
        if let Some(sealed) = self.store.get(Table::Erased, key.as_bytes())? {
            return Ok(Standing::Erased(self.open_order(key.as_bytes(), &sealed)?));
        }
        let kept = self.store.get(Table::Keys, key.as_bytes())?.is_some();
        Ok(if kept { Standing::Kept } else { Standing::Unknown })
    }

    /// The act that ordered an erasure, from its sealed record.
    fn open_order(&self, key: &[u8], sealed: &[u8]) -> Result<ActId, VaultFailure> {
        let place = Table::Erased.place(key);
        let plain = self.record_key.open(place, sealed)?;
        plain.as_slice().try_into().map(ActId).map_err(|_| place.unreadable())
    }

    /// The subject that a blind index entry leads to.
    fn open_index(&self, key: &[u8], sealed: &[u8]) -> Result<Subject, VaultFailure> {
        let place = Table::Index.place(key);
        let plain = self.record_key.open(place, sealed)?;
        std::str::from_utf8(&plain)
            .ok()
            .and_then(|text| text.parse().ok())
            .ok_or_else(|| place.unreadable())
    }

    /// The key of a blind index entry: HMAC over the kind, the field's word and the number.
    fn index_of(&self, kind: &str, field: Field, stored: &str) -> [u8; 32] {
        let label = format!("{kind}\n{}\n", field.word());
        let number = fields::index_form(field, stored);
        *keyed_hash(&self.index_key, &[label.as_bytes(), number.as_bytes()])
    }

    /// The subject that a number is known for.
    fn indexed(&self, index: &[u8; 32]) -> Result<Option<Subject>, VaultFailure> {
        match self.store.get(Table::Index, index)? {
            Some(sealed) => self.open_index(index, &sealed).map(Some),
            None => Ok(None),
        }
    }

    /// The own key of a subject, or why there is none.
    fn subject_key(&self, ring: &KeyRing, subject: &Subject) -> Result<SealKey, VaultFailure> {
        let key = subject.to_string();
        match self.store.get(Table::Keys, key.as_bytes())? {
            Some(record) => unwrap_key(ring, key.as_bytes(), &record),
            None => match self.standing(subject)? {
                Standing::Erased(order) => {
                    Err(VaultFailure::Erased { subject: subject.clone(), order })
                }
                Standing::Kept | Standing::Unknown => Err(VaultFailure::NotFound(subject.clone())),
            },
        }
    }
}

/// The place that binds a wrapped key: its subject and its generation.
fn bound_to_epoch(key: &[u8], epoch: u64) -> Vec<u8> {
    [key, b"\n", epoch.to_string().as_bytes()].concat()
}

/// A key record: generation (8 bytes, big-endian) ‖ the subject's key, sealed.
fn wrap_key(
    (state, ring): (&mut State, &KeyRing),
    key: &[u8],
    own: &SealKey,
) -> Result<Vec<u8>, VaultFailure> {
    let epoch = ring.newest();
    let bound = bound_to_epoch(key, epoch.number());
    let place = Place { keyspace: Table::Keys.name(), key: &bound };
    let sealed = epoch.wrap().seal(state.randomness.as_mut(), place, own.bytes())?;
    Ok([epoch.number().to_be_bytes().as_slice(), &sealed].concat())
}

/// The subject's key out of its record.
fn unwrap_key(ring: &KeyRing, key: &[u8], record: &[u8]) -> Result<SealKey, VaultFailure> {
    let unreadable = || Table::Keys.place(key).unreadable();
    let (number, sealed) = record.split_first_chunk::<8>().ok_or_else(unreadable)?;
    let epoch = ring.epoch(u64::from_be_bytes(*number)).ok_or_else(unreadable)?;
    let bound = bound_to_epoch(key, epoch.number());
    let place = Place { keyspace: Table::Keys.name(), key: &bound };
    let plain = epoch.wrap().open(place, sealed).map_err(|_| unreadable())?;
    let bytes: [u8; 32] = plain.as_slice().try_into().map_err(|_| unreadable())?;
    Ok(SealKey::new(Zeroizing::new(bytes)))
}
