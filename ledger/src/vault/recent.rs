//! What was opened stays open until something changes, or until it is too much: a list of payees is looked at by several people, page after page. Whoever
//! is given it is recorded all the same, before.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use zeroize::Zeroizing;

use super::subject::{Field, Subject};

/// So many values stay open, and then none: some hundred kilobytes.
const MOST: usize = 4096;

/// One value of each subject that was opened lately. Wiped when something is changed or erased, and when it is full.
#[derive(Default)]
pub(super) struct Recent {
    opened: Mutex<Opened>,
}

#[derive(Default)]
struct Opened {
    /// How often it was wiped.
    wiped: u64,
    values: HashMap<Subject, (Field, Zeroizing<String>)>,
}

/// When something was looked for: what is opened afterwards is only kept if nothing was wiped in between.
#[derive(Clone, Copy)]
pub(super) struct Since(u64);

impl Recent {
    fn opened(&self) -> MutexGuard<'_, Opened> {
        self.opened.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A field of each of the subjects, where it is still open.
    pub(super) fn find(&self, subjects: &[Subject], field: Field) -> (Since, Vec<Option<String>>) {
        let opened = self.opened();
        let find = |subject: &Subject| {
            let (of, value) = opened.values.get(subject)?;
            (*of == field).then(|| String::clone(value))
        };
        (Since(opened.wiped), subjects.iter().map(find).collect())
    }

    /// Keeps what was opened.
    pub(super) fn keep(
        &self,
        Since(wiped): Since,
        field: Field,
        values: impl IntoIterator<Item = (Subject, Zeroizing<String>)>,
    ) {
        let mut opened = self.opened();
        for (subject, value) in values {
            if opened.wiped != wiped {
                return;
            }
            if opened.values.len() >= MOST {
                opened.values.clear();
            }
            opened.values.insert(subject, (field, value));
        }
    }

    /// Forgets everything, also what is just being opened.
    pub(super) fn wipe(&self) {
        let mut opened = self.opened();
        opened.wiped = opened.wiped.wrapping_add(1);
        opened.values.clear();
    }
}

#[cfg(test)]
mod tests {
    use zeroize::Zeroizing;

    use super::{MOST, Recent};
    use crate::ids::{AccountId, PersonId};
    use crate::vault::subject::{Field, Subject};

    fn open(text: &str) -> Zeroizing<String> {
        Zeroizing::new(text.to_owned())
    }

    fn person(number: u8) -> Subject {
        Subject::Person(PersonId::from_bytes([number; 16]))
    }

    #[test]
    fn only_the_field_that_was_opened_is_found() {
        let recent = Recent::default();
        let (since, found) = recent.find(&[person(1)], Field::Name);
        assert_eq!(found, [None]);
        recent.keep(since, Field::Name, [(person(1), open("王一"))]);
        let (_, found) = recent.find(&[person(2), person(1)], Field::Name);
        assert_eq!(found, [None, Some("王一".to_owned())]);
        let (_, found) = recent.find(&[person(1)], Field::IdNo);
        assert_eq!(found, [None]);
    }

    #[test]
    fn what_was_opened_before_a_wiping_is_not_kept_after_it() {
        let recent = Recent::default();
        let (since, _) = recent.find(&[person(1)], Field::Name);
        recent.wipe();
        recent.keep(since, Field::Name, [(person(1), open("王一"))]);
        assert_eq!(recent.find(&[person(1)], Field::Name).1, [None]);
    }

    #[test]
    fn it_never_holds_more_than_it_may() {
        let recent = Recent::default();
        let account = |n: usize| {
            let mut bytes = [0; 16];
            bytes[..8].copy_from_slice(&n.to_be_bytes());
            Subject::Account(AccountId::from_bytes(bytes))
        };
        for n in 0..=MOST {
            let (since, _) = recent.find(&[], Field::Number);
            recent.keep(since, Field::Number, [(account(n), open(&n.to_string()))]);
            assert!(recent.opened().values.len() <= MOST);
        }
        assert_eq!(recent.find(&[account(MOST)], Field::Number).1, [Some(MOST.to_string())]);
    }
}
