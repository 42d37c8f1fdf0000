//! What must stop the books until a person has looked: a copy or a witness says that this ledger was rolled back or is
//! another history. To go on then would make a second history that nobody can mend.

use std::sync::{Arc, Mutex, PoisonError};

use crate::failure::Failure;

/// Raised once and for all of a process's life. Clones are the same.
#[derive(Clone, Debug, Default)]
pub struct Alarm(Arc<Mutex<Option<Raised>>>);

#[derive(Clone, Debug)]
struct Raised {
    code: String,
    text: String,
}

impl Alarm {
    /// Raises it, with the code and the words of whoever found out. The first counts.
    pub fn raise(&self, code: &str, text: &str) {
        let mut raised = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        raised.get_or_insert_with(|| Raised { code: code.to_owned(), text: text.to_owned() });
    }

    /// Lets nobody book on once it was raised.
    ///
    /// # Errors
    /// Its code and words.
    pub fn refuse(&self) -> Result<(), Failure> {
        let raised = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        raised.clone().map_or(Ok(()), |Raised { code, text }| {
            Err(Failure::Machine { code, text: format!("停止受理：{text}"), exit: 1 })
        })
    }
}
