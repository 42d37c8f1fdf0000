//! What a desk is worked with, whoever keeps the log open: the books as they stand, the vault, the ledger's folder, the day.
//! Everything here reads; what comes of it is a [`super::Draft`] that a person signs.

use std::path::Path;

use ledger::books::Books;
use ledger::ids::OfficerId;
use ledger::log::LogReader;
use ledger::period::{Date, Period};
use ledger::rejection::Rejection;
use ledger::vault::{AccessNote, Vault};

use crate::clock::Clock;
use crate::failure::Failure;

/// The books and what is kept beside them, to read from.
#[derive(Clone, Copy)]
pub struct Office<'a> {
    /// The ledger's folder.
    pub dir: &'a Path,
    /// The books.
    pub books: &'a Books,
    /// Personal fields.
    pub vault: &'a Vault,
    /// The log's entries and checkpoints.
    pub log: &'a LogReader,
    /// The time.
    pub clock: &'a Clock,
}

impl Office<'_> {
    /// The note under which a person reads from the vault.
    #[must_use]
    pub fn access(&self, officer: OfficerId, purpose: &str) -> AccessNote {
        AccessNote { officer, purpose: purpose.to_owned(), at: self.clock.now() }
    }

    /// The month that the office works on: the first open one, or today's where none is closed.
    #[must_use]
    pub fn month(&self) -> Period {
        self.books.first_open_month().unwrap_or_else(|| self.clock.today().period())
    }

    /// A day that has not come yet is refused before anything is read for it; the rules refuse it too.
    ///
    /// # Errors
    /// [`Rejection::PostedTooLate`].
    pub fn refuse_ahead(&self, date: Date) -> Result<(), Failure> {
        let signed = self.clock.today();
        if date > signed { Err(Rejection::PostedTooLate { date, signed }.into()) } else { Ok(()) }
    }
}
