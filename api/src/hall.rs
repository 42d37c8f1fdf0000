//! The hall 办事大厅: what a served ledger offers to people in their browsers. Reads come from the reading room, acts are
//! drafts until their maker has signed them, and the counter takes them in.

use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ledger::act::Body;
use ledger::act::signed::SignedAct;
use ledger::engine::{Engine, Receipt};
use ledger::ids::{ActId, KeyId, OfficerId, SchemeCode};
use ledger::period::{Date, Period};
use ledger::rejection::Rejection;
use ledger::views::month::MonthTable;
use ledger::views::policy_effect;
use ledger::views::roster_change::RosterChange;

use crate::counter::Counter;
use crate::desk::Office;
use crate::drafts::{Drafts, refuse_other, same_again};
use crate::enrolling::Enrolling;
use crate::failure::Failure;
use crate::memo::Memo;
use crate::reading_room::ReadingRoom;
use crate::signing_in::Challenges;
use crate::sites::Sites;

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
    /// Keys on their way into the log.
    pub enrolling: Enrolling,
    /// Under which addresses people come.
    pub sites: Sites,
    /// Rosters beside the month before, by scheme and month.
    pub changes: Memo<(SchemeCode, Period), Option<RosterChange>>,
    /// How many entitlements due in a scheme and month its standards do not allow.
    pub misfits: Memo<(SchemeCode, Period), usize>,
    /// A month's figures, and whether they are frozen.
    pub months: Memo<Period, (MonthTable, bool)>,
    /// What keeps a month from being closed by the holder of a key on a day: what, and what to do.
    pub obstacles: Memo<(Period, KeyId, Date), Vec<(String, String)>>,
    /// Whose turn it is to have a file tried out: each takes a copy of the books.
    pub trial: Mutex<()>,
    /// Whose turn it is to close a month.
    closing: Mutex<()>,
}

impl Hall {
    /// Opens the hall of a ledger that is being served.
    ///
    /// # Errors
    /// As [`ReadingRoom::open`].
    pub fn open(dir: &Path, counter: Arc<Counter>, sites: Sites) -> Result<Hall, Failure> {
        let room = ReadingRoom::open(dir, counter.handle())?;
        let (drafts, challenges) = (Drafts::default(), Challenges::default());
        Ok(Hall {
            counter,
            room,
            drafts,
            challenges,
            enrolling: Enrolling::of(dir),
            sites,
            changes: Memo::default(),
            misfits: Memo::default(),
            months: Memo::default(),
            obstacles: Memo::default(),
            trial: Mutex::default(),
            closing: Mutex::default(),
        })
    }

    /// How many entitlements are due in a scheme and month with an amount that its standards do not allow: a standard that was
    /// raised changes no entitlement by itself, and a roster is drawn all the same.
    ///
    /// # Errors
    /// A sum leaves the range of money.
    pub fn misfits(
        &self,
        office: Office<'_>,
        (scheme, period): (&SchemeCode, Period),
    ) -> Result<usize, Failure> {
        let found = self.misfits.at(office.books.height, (scheme.clone(), period), || {
            let effect = policy_effect::of(office.books, scheme, period);
            let misfits = effect.ok_or(Rejection::MoneyOverflow {})?.misfits;
            let of_amount = |why: &Rejection| matches!(why, Rejection::StandardBroken { .. });
            Ok(misfits.iter().filter(|(.., why)| of_amount(why)).count())
        })?;
        Ok(*found)
    }

    /// Takes a draft's signed act in, with the lines that were drafted. It is covered by a checkpoint when this returns, so its
    /// maker reads what it changed. The same act again gets its answer again, also if the draft is gone.
    ///
    /// # Errors
    /// The draft is not this person's, or not what was signed; a rule says no; the machine fails.
    pub fn hand_in(
        &self,
        officer: OfficerId,
        key: KeyId,
        name: &str,
        signed: SignedAct,
    ) -> Result<Receipt, Failure> {
        let id = signed.id(self.room.log().key().name());
        let waiting = match self.drafts.of(officer, name) {
            Ok(waiting) => waiting,
            // A draft is forgotten when the server starts anew; what was booked is not.
            Err(unknown) => return self.known_receipt(id)?.ok_or(unknown),
        };
        // One at a time: who hands in again while the first is under way waits for its answer.
        let _turn = waiting.turn.lock().unwrap_or_else(PoisonError::into_inner);
        let waiting = self.drafts.of(officer, name)?;
        let (draft, dir) = (&waiting.draft, self.room.dir());
        if let Some(before) = waiting.signed {
            // What could not be written the first time is written now; there is nothing left if it was.
            draft.send_out(dir)?;
            self.drafts.is_through(name);
            return same_again(before, id);
        }
        refuse_other(draft, key, &signed)?;
        let _closing = self.turn_to_close(&draft.body, id)?;
        draft.keep(dir, self.room.vault())?;
        let handed_in = self.counter.hand_in(signed, draft.entries.clone());
        if let Err(why) = &handed_in {
            draft.take_back(dir, why)?;
        }
        let receipt = handed_in?;
        self.drafts.is_signed(name, receipt);
        draft.send_out(dir)?;
        self.drafts.is_through(name);
        self.counter.handle().checkpoint()?;
        Ok(receipt)
    }

    /// The answer that an act got which is in the books.
    fn known_receipt(&self, id: ActId) -> Result<Option<Receipt>, Failure> {
        let seq = self.counter.handle().ask(move |engine| engine.log().find(&id.0))??;
        Ok(seq.map(|seq| Receipt { id, seq, is_repeat: true }))
    }

    /// One close at a time, and none of a month that is closed: its frozen figures would be written over.
    fn turn_to_close(&self, body: &Body, id: ActId) -> Result<Option<MutexGuard<'_, ()>>, Failure> {
        let Body::MonthClosed(closed) = body else { return Ok(None) };
        let turn = self.closing.lock().unwrap_or_else(PoisonError::into_inner);
        let period = closed.period;
        let closed = move |engine: &Engine| engine.books().closings.closed.contains_key(&period);
        if self.counter.handle().ask(closed)? && self.known_receipt(id)?.is_none() {
            return Err(Rejection::PeriodClosed { period }.into());
        }
        Ok(Some(turn))
    }
}
