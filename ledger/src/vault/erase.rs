//! Lawful erasure: a subject's key is destroyed by order of an act; what stays is the order's id.
//! The order itself, and who may give it, are the log's business.

use std::collections::BTreeSet;

use super::erasure_key::KeyRing;
use super::failure::VaultFailure;
use super::fields::Standing;
use super::store::{Batch, Table};
use super::subject::Subject;
use super::{State, Vault, unwrap_key, wrap_key};
use crate::ids::ActId;

impl Vault {
    /// Erases subjects by `order`: their keys, fields and index entries go, and the keys of everybody else are wrapped anew
    /// under a new erasure key, so that no old file of the store gives them back. Subjects that the same
    /// order erased before are passed over. Once one of them cannot be erased, none is.
    ///
    /// Takes time in proportion to the number of subjects kept; give many subjects to one call.
    /// Copies of the vault made earlier, with their erasure key, still open: they must be replaced.
    ///
    /// # Errors
    /// [`VaultFailure::NotFound`], [`VaultFailure::Erased`] (by another order), [`VaultFailure::Randomness`],
    /// [`VaultFailure::Io`].
    pub fn erase(&self, subjects: &[Subject], order: ActId) -> Result<(), VaultFailure> {
        let mut state = self.state();
        let mut doomed = BTreeSet::new();
        for subject in subjects {
            match self.standing(subject)? {
                Standing::Kept => {
                    doomed.insert(subject.clone());
                }
                Standing::Erased(by) if by == order => {}
                Standing::Erased(by) => {
                    return Err(VaultFailure::Erased { subject: subject.clone(), order: by });
                }
                Standing::Unknown => return Err(VaultFailure::NotFound(subject.clone())),
            }
        }
        if doomed.is_empty() {
            return Ok(());
        }
        let mut ring = self.ring_to_turn();
        self.recent.wipe();
        ring.begin(&self.folder, &self.master, state.randomness.as_mut())?;
        // A crash here: nobody is erased, opening wraps everything under the new generation.
        let mut batch = self.store.batch();
        for subject in &doomed {
            self.put_erasure(&mut state, &mut batch, subject, order)?;
        }
        self.unindex(&mut batch, &doomed)?;
        self.rewrap((&mut state, &ring), &mut batch, &doomed)?;
        batch.commit()?;
        // A crash here: they are erased, opening destroys the old generation.
        ring.finish(&self.folder, &self.master, state.randomness.as_mut())
    }

    /// Takes an interrupted erasure to its end: whatever it still holds under the old generation is wrapped anew.
    pub(super) fn complete_erasure(&self) -> Result<(), VaultFailure> {
        let mut state = self.state();
        let mut ring = self.ring_to_turn();
        if !ring.is_turning() {
            return Ok(());
        }
        let mut batch = self.store.batch();
        self.rewrap((&mut state, &ring), &mut batch, &BTreeSet::new())?;
        batch.commit()?;
        ring.finish(&self.folder, &self.master, state.randomness.as_mut())
    }

    fn put_erasure(
        &self,
        state: &mut State,
        batch: &mut Batch<'_>,
        subject: &Subject,
        order: ActId,
    ) -> Result<(), VaultFailure> {
        let key = subject.to_string();
        let place = Table::Erased.place(key.as_bytes());
        let sealed = self.record_key.seal(state.randomness.as_mut(), place, &order.0)?;
        batch.insert(Table::Erased, key.as_bytes(), &sealed);
        batch.remove(Table::Keys, key.as_bytes());
        for (field, _) in self.store.fields_of(subject)? {
            batch.remove(Table::of_fields(subject), &field.to_bytes());
        }
        Ok(())
    }

    /// Found by what they lead to, not by the number: a damaged field must not stop an erasure.
    fn unindex(
        &self,
        batch: &mut Batch<'_>,
        doomed: &BTreeSet<Subject>,
    ) -> Result<(), VaultFailure> {
        for record in self.store.records(Table::Index) {
            let (index, sealed) = record?;
            if self.open_index(&index, &sealed).is_ok_and(|subject| doomed.contains(&subject)) {
                batch.remove(Table::Index, &index);
            }
        }
        Ok(())
    }

    /// Wraps all keys but those of `doomed` under the newest generation. A damaged one stays as it is:
    /// it opens nothing before or after, and the audit names it.
    fn rewrap(
        &self,
        (state, ring): (&mut State, &KeyRing),
        batch: &mut Batch<'_>,
        doomed: &BTreeSet<Subject>,
    ) -> Result<(), VaultFailure> {
        let doomed: BTreeSet<Vec<u8>> =
            doomed.iter().map(|subject| subject.to_string().into_bytes()).collect();
        for record in self.store.records(Table::Keys) {
            let (key, wrapped) = record?;
            if doomed.contains(&key) {
                continue;
            }
            if let Ok(own) = unwrap_key(ring, &key, &wrapped) {
                let wrapped = wrap_key((&mut *state, ring), &key, &own)?;
                batch.insert(Table::Keys, &key, &wrapped);
            }
        }
        Ok(())
    }
}
