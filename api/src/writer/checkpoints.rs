//! The newest published checkpoint, for those who follow the log: witnesses, second copies, tiles. Who is slow misses the
//! ones between and gets the newest; the writer waits for nobody.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use ledger::log::SignedNote;

/// Where the writer puts the newest checkpoint.
#[derive(Default)]
pub(super) struct Board {
    posted: Mutex<Posted>,
    changed: Condvar,
}

#[derive(Default)]
struct Posted {
    note: Option<SignedNote>,
    /// How many were posted so far.
    count: u64,
    is_closed: bool,
}

impl Board {
    fn posted(&self) -> MutexGuard<'_, Posted> {
        self.posted.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn post(&self, note: &SignedNote) {
        let mut posted = self.posted();
        posted.note = Some(note.clone());
        posted.count += 1;
        self.changed.notify_all();
    }

    pub(super) fn close(&self) {
        self.posted().is_closed = true;
        self.changed.notify_all();
    }
}

/// One follower's place: a checkpoint is given once, and always the newest.
pub struct Checkpoints {
    board: Arc<Board>,
    taken: u64,
}

impl Checkpoints {
    pub(super) fn of(board: &Arc<Board>) -> Checkpoints {
        Checkpoints { board: Arc::clone(board), taken: 0 }
    }

    /// The newest checkpoint that was not given yet, waiting for it if need be; `None` once the writer has ended and
    /// everything was given.
    pub fn wait(&mut self) -> Option<SignedNote> {
        let posted = self.board.posted();
        let waited = self
            .board
            .changed
            .wait_while(posted, |posted| posted.count == self.taken && !posted.is_closed)
            .unwrap_or_else(PoisonError::into_inner);
        let is_new = waited.count != self.taken;
        self.taken = waited.count;
        waited.note.clone().filter(|_| is_new)
    }

    /// As [`Checkpoints::wait`], for at most that long. `None` also if nothing came; [`Checkpoints::is_closed`] tells.
    pub fn wait_for(&mut self, longest: Duration) -> Option<SignedNote> {
        let posted = self.board.posted();
        let (waited, _) = self
            .board
            .changed
            .wait_timeout_while(posted, longest, |posted| {
                posted.count == self.taken && !posted.is_closed
            })
            .unwrap_or_else(PoisonError::into_inner);
        let is_new = waited.count != self.taken;
        self.taken = waited.count;
        waited.note.clone().filter(|_| is_new)
    }

    /// True once the writer has ended: no further checkpoint comes.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.board.posted().is_closed
    }
}
