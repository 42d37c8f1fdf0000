//! The hall 办事大厅: what a served ledger offers to people in their browsers. Reads come from the reading room, acts are
//! drafts until their maker has signed them, and the counter takes them in.

use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ledger::act::Body;
use ledger::act::signed::SignedAct;
use ledger::engine::{Engine, Receipt};
use ledger::ids::{OfficerId, SchemeCode};
use ledger::period::Period;
use ledger::rejection::Rejection;
use ledger::views::month::MonthTable;
use ledger::views::roster_change::RosterChange;

use crate::counter::Counter;
use crate::drafts::{Drafts, refuse_other, same_again};
use crate::failure::Failure;
use crate::memo::Memo;
use crate::reading_room::ReadingRoom;
use crate::signing_in::Challenges;

/// Everything behind the pages.
pub struct Hall {
    /// Where acts are handed in.
    pub counter: Arc<Counter>,
    /// Where the books are read.
    pub room: ReadingRoom,
    /// Acts that wait for a signature.
    pub drafts: Drafts,
    /// Challenges of those who sign in.
    pub challenges: Challenges,
    /// Rosters beside the month before, by scheme and month.
    pub changes: Memo<(SchemeCode, Period), Option<RosterChange>>,
    /// A month's figures, and whether they are frozen.
    pub months: Memo<Period, (MonthTable, bool)>,
    /// Whose turn it is to close a month.
    closing: Mutex<()>,
}

impl Hall {
    /// Opens the hall of a ledger that is being served.
    ///
    /// # Errors
    /// As [`ReadingRoom::open`].
    pub fn open(dir: &Path, counter: Arc<Counter>) -> Result<Hall, Failure> {
        let room = ReadingRoom::open(dir, counter.handle())?;
        let (drafts, challenges) = (Drafts::default(), Challenges::default());
        Ok(Hall {
            counter,
            room,
            drafts,
            challenges,
            changes: Memo::default(),
            months: Memo::default(),
            closing: Mutex::default(),
        })
    }

    /// Takes a draft's signed act in, with the lines that were drafted. It is covered by a checkpoint when this returns, so its
    /// maker reads what it changed.
    ///
    /// # Errors
    /// The draft is not this person's, or not what was signed; a rule says no; the machine fails.
    pub fn hand_in(
        &self,
        officer: OfficerId,
        name: &str,
        signed: SignedAct,
    ) -> Result<Receipt, Failure> {
        let waiting = self.drafts.of(officer, name)?;
        if let Some(before) = waiting.signed {
            return same_again(before, signed.id(self.room.log().key().name()));
        }
        refuse_other(&waiting.draft, &signed)?;
        let (draft, dir) = (&waiting.draft, self.room.dir());
        let _turn = self.turn_to_close(&draft.body)?;
        draft.keep(dir, self.room.vault())?;
        let handed_in = self.counter.hand_in(signed, draft.entries.clone());
        if let Err(why) = &handed_in {
            draft.take_back(dir, why)?;
        }
        let receipt = handed_in?;
        self.drafts.is_signed(name, receipt);
        draft.send_out(dir)?;
        self.counter.handle().checkpoint()?;
        Ok(receipt)
    }

    /// One close at a time, and none of a month that is closed: its frozen figures would be written over.
    fn turn_to_close(&self, body: &Body) -> Result<Option<MutexGuard<'_, ()>>, Failure> {
        let Body::MonthClosed(closed) = body else { return Ok(None) };
        let turn = self.closing.lock().unwrap_or_else(PoisonError::into_inner);
        let period = closed.period;
        let closed = move |engine: &Engine| engine.books().closings.closed.contains_key(&period);
        if self.counter.handle().ask(closed)? {
            return Err(Rejection::PeriodClosed { period }.into());
        }
        Ok(Some(turn))
    }
}
