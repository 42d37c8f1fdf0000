//! The counter 柜台: where acts from outside are handed in while the ledger is open. It owns the desk, lets one act through
//! at a time, and signs a checkpoint every second while there is something new. All that `serve` knows of writing is here.

use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use ledger::act::signed::SignedAct;
use ledger::engine::Receipt;
use ledger::ids::{ActId, KeyId, OfficerId};
use ledger::log::LogReader;
use serde::{Deserialize, Serialize};

use crate::desk::Desk;
use crate::failure::Failure;

const CHECKPOINT_EVERY: Duration = Duration::from_secs(1);

/// What the holder of a key needs to sign the next act: `GET /signer/KEYID` (docs/format/export.md §3).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignerFacts {
    /// The ledger's name.
    pub origin: String,
    /// The key's holder.
    pub officer: OfficerId,
    /// The number of the holder's next act.
    pub seq: u64,
    /// The holder's last act.
    pub prev: ActId,
    /// The newest checkpoint, as a signed note.
    pub checkpoint: String,
}

/// An open ledger to hand acts in to.
pub struct Counter {
    desk: Arc<Mutex<Desk>>,
    reader: LogReader,
    ticker: Mutex<Option<(Sender<()>, JoinHandle<()>)>>,
}

impl Counter {
    /// Opens the counter of a desk.
    ///
    /// # Errors
    /// The machine cannot start a thread.
    pub fn open(desk: Desk) -> Result<Counter, Failure> {
        let reader = desk.engine().log().reader();
        let desk = Arc::new(Mutex::new(desk));
        let (stop, stopped) = mpsc::channel();
        let ticking = Arc::clone(&desk);
        let tick = move || {
            while matches!(stopped.recv_timeout(CHECKPOINT_EVERY), Err(RecvTimeoutError::Timeout)) {
                // After a failure the log takes nothing more; whoever hands in is told.
                if let Err(why) = checkpoint_if_new(&mut lock(&ticking)) {
                    tracing::error!(code = why.code(), "no checkpoint was signed: {why}");
                    return;
                }
            }
        };
        let ticker = std::thread::Builder::new().name("checkpoints".to_owned()).spawn(tick);
        let ticker = ticker.map_err(|why| Failure::Machine {
            code: "http.listen".to_owned(),
            text: format!("系统不能再启动线程：{why}。请关闭其他程序后重试。"),
            exit: 3,
        })?;
        Ok(Counter { desk, reader, ticker: Mutex::new(Some((stop, ticker))) })
    }

    /// The log, to read from.
    #[must_use]
    pub fn reader(&self) -> &LogReader {
        &self.reader
    }

    /// Hands in an act that was signed elsewhere, with the entries of its lines. On disk when it returns.
    ///
    /// # Errors
    /// As [`Desk::hand_in`].
    pub fn hand_in(&self, signed: &SignedAct, lines: &[Vec<u8>]) -> Result<Receipt, Failure> {
        lock(&self.desk).hand_in(signed, lines)
    }

    /// What the holder of a key needs to sign the next act; `None` if the ledger does not know the key.
    #[must_use]
    pub fn signer(&self, key: KeyId) -> Option<SignerFacts> {
        let desk = lock(&self.desk);
        let (books, (checkpoint, _)) = (desk.books(), self.reader.newest()?);
        let officer = books.offices.keys.get(&key)?.officer;
        let last = books.offices.officers.get(&officer).map(|officer| officer.last);
        Some(SignerFacts {
            origin: books.origin.clone(),
            officer,
            seq: last.map_or(1, |last| last.seq + 1),
            prev: last.map_or(ActId::ZERO, |last| last.id),
            checkpoint: checkpoint.to_string(),
        })
    }

    /// Closes the counter with a last checkpoint.
    ///
    /// # Errors
    /// As [`Desk::checkpoint`].
    pub fn close(&self) -> Result<(), Failure> {
        let ticker = self.ticker.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some((stop, ticker)) = ticker {
            drop(stop);
            drop(ticker.join());
        }
        checkpoint_if_new(&mut lock(&self.desk))
    }
}

fn checkpoint_if_new(desk: &mut Desk) -> Result<(), Failure> {
    let is_new = desk.engine().head().size > desk.engine().seen().size;
    if is_new { desk.checkpoint() } else { Ok(()) }
}

fn lock(desk: &Mutex<Desk>) -> MutexGuard<'_, Desk> {
    // A panic while it was held leaves the log poisoned where a write was under way; the log itself refuses then.
    desk.lock().unwrap_or_else(PoisonError::into_inner)
}
