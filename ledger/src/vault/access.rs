//! The record of access: every reading of plain text by a person, written before the text is given out.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};

use super::failure::VaultFailure;
use super::seal::{Place, SealKey};
use super::store::{Batch, Table, access_number};
use super::subject::Subject;
use super::{State, Vault};
use crate::ids::OfficerId;

/// How many subjects a record of access names one by one; beyond that the count stands for them.
pub const NAMED: usize = 100;
const LONGEST: usize = 500;

/// Who reads, why and when. Every reading takes one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessNote {
    /// Who reads.
    pub officer: OfficerId,
    /// Why, in the reader's words; 1 to 500 bytes.
    pub purpose: String,
    /// When, as the caller's clock says: `YYYY-MM-DDTHH:MM:SS+08:00`. A claim; the order is by number.
    pub at: String,
}

/// One reading, as recorded. It says what was asked for, also where an answer then failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Access {
    /// Its number, from 0, without gaps.
    pub number: u64,
    /// Who read.
    pub officer: OfficerId,
    /// Why.
    pub purpose: String,
    /// When, as claimed.
    pub at: String,
    /// What kind of subject: `person`, `account`, `officer`, `programme-account`, `file` or `remark`.
    pub kind: String,
    /// How many of them.
    pub count: u64,
    /// The subjects one by one, at most the first [`NAMED`].
    pub subjects: Vec<Subject>,
}

impl Vault {
    /// Every reading so far, in order.
    ///
    /// # Errors
    /// [`VaultFailure::Unreadable`] if a record is damaged or one is missing in between.
    pub fn accesses(&self) -> Result<Vec<Access>, VaultFailure> {
        let mut accesses = Vec::new();
        for record in self.store.records(Table::Accesses) {
            let (key, sealed) = record?;
            let access = open_access(&self.record_key, &key, &sealed)?;
            if usize::try_from(access.number) != Ok(accesses.len()) {
                let number = accesses.len();
                return Err(VaultFailure::Unreadable(format!("第{number}次查看的记录缺失")));
            }
            accesses.push(access);
        }
        Ok(accesses)
    }

    /// Records a reading and waits until it is on disk. Only then may plain text be given out.
    pub(super) fn record_access(
        &self,
        subjects: &[Subject],
        note: &AccessNote,
    ) -> Result<(), VaultFailure> {
        self.record_accesses(&[subjects], note)
    }

    /// Records readings of several kinds, each by itself, and waits once until all are on disk.
    pub(super) fn record_accesses(
        &self,
        kinds: &[&[Subject]],
        note: &AccessNote,
    ) -> Result<(), VaultFailure> {
        let kinds = kinds.iter().filter_map(|subjects| Some((subjects.first()?.kind(), *subjects)));
        let mut kinds = kinds.peekable();
        if kinds.peek().is_none() {
            return Ok(());
        }
        let stated = |text: &str| !text.trim().is_empty() && text.len() <= LONGEST;
        if !stated(&note.purpose) || !stated(&note.at) {
            return Err(VaultFailure::NoteRefused);
        }
        let mut state = self.state();
        let mut batch = self.store.batch();
        let mut number = state.next_access;
        for (kind, subjects) in kinds {
            let access = Access {
                number,
                officer: note.officer,
                purpose: note.purpose.clone(),
                at: note.at.clone(),
                kind: kind.to_owned(),
                count: u64::try_from(subjects.len())
                    .expect("a count of subjects in memory fits u64"),
                subjects: subjects.iter().take(NAMED).cloned().collect(),
            };
            self.put_access(&mut state, &mut batch, &access)?;
            number = number.saturating_add(1);
        }
        batch.commit_unsynced()?;
        state.next_access = number;
        drop(state);
        self.recorded.wait_for(number, || {
            let written = self.state().next_access;
            self.store.sync().map(|()| written)
        })
    }

    fn put_access(
        &self,
        state: &mut State,
        batch: &mut Batch<'_>,
        access: &Access,
    ) -> Result<(), VaultFailure> {
        let key = access.number.to_be_bytes();
        let plain = serde_json::to_vec(access).expect("an access has only texts and numbers");
        let place = Table::Accesses.place(&key);
        let sealed = self.record_key.seal(state.randomness.as_mut(), place, &plain)?;
        batch.insert(Table::Accesses, &key, &sealed);
        Ok(())
    }
}

/// How many records of access are on disk. Many that wait are served by one writing: whoever comes first brings everything
/// written so far there, and all whose records that were go on at once.
pub(super) struct OnDisk {
    progress: Mutex<Progress>,
    changed: Condvar,
}

struct Progress {
    until: u64,
    is_writing: bool,
}

impl OnDisk {
    pub(super) const fn until(until: u64) -> OnDisk {
        let progress = Mutex::new(Progress { until, is_writing: false });
        OnDisk { progress, changed: Condvar::new() }
    }

    fn progress(&self) -> MutexGuard<'_, Progress> {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns when so many are on disk. `write` brings there what is written and says how many records that is.
    fn wait_for(
        &self,
        count: u64,
        write: impl FnOnce() -> Result<u64, VaultFailure>,
    ) -> Result<(), VaultFailure> {
        let is_under_way = |progress: &mut Progress| progress.until < count && progress.is_writing;
        let waited = self.changed.wait_while(self.progress(), is_under_way);
        let mut progress = waited.unwrap_or_else(PoisonError::into_inner);
        if progress.until >= count {
            return Ok(());
        }
        progress.is_writing = true;
        drop(progress);
        // However it ends, another may try: one of those who wait, for whom this one's failure says nothing.
        let turn = Turn(self);
        let written = write()?;
        self.progress().until = written;
        drop(turn);
        Ok(())
    }
}

/// Writing, until it is dropped.
struct Turn<'a>(&'a OnDisk);

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.0.progress().is_writing = false;
        self.0.changed.notify_all();
    }
}

/// Opens one record of access.
pub(super) fn open_access(
    record_key: &SealKey,
    key: &[u8],
    sealed: &[u8],
) -> Result<Access, VaultFailure> {
    let place: Place<'_> = Table::Accesses.place(key);
    let plain = record_key.open(place, sealed)?;
    let access: Access = serde_json::from_slice(&plain).map_err(|_| place.unreadable())?;
    if access_number(key) == Some(access.number) { Ok(access) } else { Err(place.unreadable()) }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};

    use super::*;

    fn failing() -> Result<u64, VaultFailure> {
        Err(VaultFailure::Unreadable("盘".to_owned()))
    }

    #[test]
    fn who_waits_goes_on_when_what_it_waits_for_is_there_and_a_failure_is_nobody_elses() {
        let disk = OnDisk::until(0);
        assert!(disk.wait_for(1, failing).is_err());
        let broken = std::panic::AssertUnwindSafe(|| disk.wait_for(1, || panic!("in the midst")));
        assert!(std::panic::catch_unwind(broken).is_err());
        assert!(disk.wait_for(0, || panic!("all of it is there")).is_ok());
        let (written, writes) = (AtomicU64::new(0), AtomicU64::new(0));
        std::thread::scope(|scope| {
            for _ in 0..16 {
                scope.spawn(|| {
                    for _ in 0..50 {
                        let own = written.fetch_add(1, Ordering::SeqCst) + 1;
                        let write = || {
                            let fails = writes.fetch_add(1, Ordering::SeqCst) % 7 == 3;
                            if fails { failing() } else { Ok(written.load(Ordering::SeqCst)) }
                        };
                        while disk.wait_for(own, write).is_err() {}
                        assert!(disk.progress().until >= own);
                    }
                });
            }
        });
        assert_eq!(disk.progress().until, 800);
        assert!(!disk.progress().is_writing);
    }
}
