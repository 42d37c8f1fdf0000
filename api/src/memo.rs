//! A memo: what was worked out of the books at one height, kept until they have moved on. Many people look at the same month.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::failure::Failure;

/// So much is kept at most; beyond that the memo begins anew.
const MOST_KEPT: usize = 64;

/// What was worked out, by what it is about.
pub struct Memo<K, V> {
    kept: Mutex<(u64, BTreeMap<K, Arc<V>>)>,
}

impl<K, V> Default for Memo<K, V> {
    fn default() -> Memo<K, V> {
        Memo { kept: Mutex::new((0, BTreeMap::new())) }
    }
}

impl<K: Ord, V> Memo<K, V> {
    /// What is kept about `key` at that height of the books; worked out if it is not. Who asks for the same meanwhile waits for it.
    ///
    /// # Errors
    /// It cannot be worked out; nothing is kept then.
    pub fn at(
        &self,
        height: u64,
        key: K,
        work_out: impl FnOnce() -> Result<V, Failure>,
    ) -> Result<Arc<V>, Failure> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.0 != height || kept.1.len() >= MOST_KEPT {
            *kept = (height, BTreeMap::new());
        }
        if let Some(known) = kept.1.get(&key) {
            return Ok(Arc::clone(known));
        }
        let made = Arc::new(work_out()?);
        kept.1.insert(key, Arc::clone(&made));
        Ok(made)
    }
}

#[cfg(test)]
mod tests {
    use super::{MOST_KEPT, Memo};
    use crate::failure::Failure;

    #[test]
    fn what_is_known_at_a_height_is_not_worked_out_again_and_at_another_it_is() {
        let memo = Memo::default();
        let no = || Err(Failure::usage("again"));
        assert_eq!(*memo.at(7, "a", || Ok(1)).unwrap(), 1);
        assert_eq!(*memo.at(7, "a", no).unwrap(), 1);
        assert!(memo.at(8, "a", no).is_err(), "the books have moved on");
        assert_eq!(*memo.at(8, "a", || Ok(2)).unwrap(), 2);
        let numbers: Memo<usize, usize> = Memo::default();
        for n in 0..10 * MOST_KEPT {
            numbers.at(1, n, || Ok(n)).unwrap();
        }
        assert!(numbers.kept.lock().unwrap().1.len() <= MOST_KEPT);
    }
}
