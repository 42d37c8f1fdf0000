//! The directory of keys: what a signature can be checked under before the writer sees the act. It decides nothing:
//! whether a key is valid is asked of the books, at the act's own place.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

use ed25519_dalek::VerifyingKey;

use crate::act::Body;
use crate::act::offices::KeyRecord;
use crate::act::signed::key_id;
use crate::books::Books;
use crate::ids::KeyId;

/// Key ids with their public keys, for one ledger. A clone is the same directory and sees it grow.
#[derive(Clone, Debug)]
pub struct KeyDirectory {
    origin: Arc<str>,
    keys: Arc<RwLock<BTreeMap<KeyId, VerifyingKey>>>,
}

impl KeyDirectory {
    pub(super) fn of(books: &Books) -> KeyDirectory {
        let keys = books.offices.keys.iter().map(|(id, key)| (*id, key.public)).collect();
        KeyDirectory { origin: books.origin.as_str().into(), keys: Arc::new(RwLock::new(keys)) }
    }

    /// The ledger's name.
    #[must_use]
    pub fn origin(&self) -> &Arc<str> {
        &self.origin
    }

    /// The public key of that id, revoked or not; `None` if it was not enrolled, or only a moment ago.
    #[must_use]
    pub fn get(&self, id: &KeyId) -> Option<VerifyingKey> {
        self.keys.read().unwrap_or_else(PoisonError::into_inner).get(id).copied()
    }

    /// Takes up the keys that an accepted act lists.
    pub(super) fn learn(&self, body: &Body) {
        if let Body::Founded(founded) = body {
            founded.keys.iter().for_each(|root| self.add(&root.record));
        } else if let Body::KeyEnrolled(enrolled) = body {
            self.add(&enrolled.record);
        } else if let Body::KeyRotated(rotated) = body {
            self.add(&rotated.record);
        }
    }

    fn add(&self, record: &KeyRecord) {
        let Some(public) = record.verifying_key() else { return };
        let mut keys = self.keys.write().unwrap_or_else(PoisonError::into_inner);
        keys.insert(key_id(&public), public);
    }
}
