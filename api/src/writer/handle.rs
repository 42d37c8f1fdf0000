//! What others hold of the writer: hand in an act, ask the books, follow the checkpoints, read the log.

use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{SyncSender, TrySendError};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};

use ledger::act::signed::SignedAct;
use ledger::engine::{Checked, Engine, KeyDirectory, Receipt, Refusal};
use ledger::log::{LogCode, LogFailure, LogReader, SignedNote};

use super::Options;
use super::answer::{Giver, Waiter, answer, block_on};
use super::arrivals::Arrivals;
use super::checkpoints::{Board, Checkpoints};
use super::courtesy::Courtesy;
use crate::failure::Failure;

/// From this many lines on, a manifest is checked on all cores.
const MANY_LINES: usize = 4096;

/// The answer to an act, and the act: who handed it in frees it, which for a roster takes a while.
pub(super) type Answered = (Result<Receipt, Refusal>, Box<Checked<'static>>);

/// What waits in the queue.
pub(super) enum Message {
    Act { checked: Box<Checked<'static>>, answer: Giver<Answered> },
    Question(Box<dyn FnOnce(&Engine) + Send>),
    Checkpoint(Giver<Result<SignedNote, LogFailure>>),
    Stop,
}

/// What writer and handles both see.
#[derive(Default)]
pub(super) struct Shared {
    pub(super) board: Arc<Board>,
    /// How many messages wait, and how many lines with them.
    waiting: AtomicUsize,
    lines: AtomicUsize,
    /// Acts on their way.
    pub(super) arrivals: Arrivals,
    courtesy: Courtesy,
    /// Whose turn it is to check many lines.
    turn: Mutex<()>,
    /// Why the writer ended, once it has.
    end: Mutex<Option<LogFailure>>,
}

impl Shared {
    /// How many messages wait.
    pub(super) fn waiting(&self) -> usize {
        self.waiting.load(Ordering::Relaxed)
    }

    pub(super) fn taken(&self, lines: usize) {
        self.waiting.fetch_sub(1, Ordering::Relaxed);
        self.lines.fetch_sub(lines, Ordering::Relaxed);
    }

    /// Only the first end counts.
    pub(super) fn end_with(&self, code: LogCode, detail: &str) {
        let mut end = self.end.lock().unwrap_or_else(PoisonError::into_inner);
        end.get_or_insert_with(|| LogFailure::new(code, detail));
    }

    fn ended(&self) -> Failure {
        let end = self.end.lock().unwrap_or_else(PoisonError::into_inner);
        let end = end.clone();
        end.unwrap_or_else(|| LogFailure::new(LogCode::Poisoned, "写入线程已终止")).into()
    }
}

/// An act that the writer has: comes to its answer. To let it go changes nothing for the act.
#[must_use = "only the answer says whether the act is in the books"]
pub struct Queued {
    waiter: Waiter<Answered>,
    shared: Arc<Shared>,
}

impl Future for Queued {
    type Output = Result<Receipt, Failure>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        Poll::Ready(match ready!(Pin::new(&mut self.waiter).poll(context)) {
            Some((answer, _)) => answer.map_err(Failure::from),
            None => Err(self.shared.ended()),
        })
    }
}

/// A way to the writer for any thread. Clones are the same.
#[derive(Clone)]
pub struct Handle {
    sender: SyncSender<Message>,
    shared: Arc<Shared>,
    keys: KeyDirectory,
    reader: LogReader,
    options: Options,
}

impl Handle {
    pub(super) fn new(sender: SyncSender<Message>, engine: &Engine, options: Options) -> Handle {
        let (keys, reader) = (engine.keys().clone(), engine.log().reader());
        let shared = Arc::new(Shared::default());
        if let Some((note, _)) = reader.newest() {
            shared.board.post(&note);
        }
        Handle { sender, shared, keys, reader, options }
    }

    pub(super) fn shared(&self) -> Arc<Shared> {
        Arc::clone(&self.shared)
    }

    /// Hands in a signed act with its lines and waits for the answer. The signature and the lines are checked on the
    /// calling thread.
    ///
    /// # Errors
    /// A rule says no; `log.busy` if too much waits, at once and with nothing written; `log.stopped` if the writer was
    /// stopped before; `log.poisoned` and its like if it failed: hand the same act in again later to learn what became of it.
    pub fn submit(&self, signed: SignedAct, lines: Vec<Vec<u8>>) -> Result<Receipt, Failure> {
        if lines.is_empty() {
            return block_on(self.queue(signed)?);
        }
        self.refuse_full()?;
        let turn = (lines.len() >= MANY_LINES).then(|| self.turn());
        let pause = || self.shared.courtesy.give_way();
        let checked = Checked::with_pauses(signed, lines, &self.keys, &pause);
        drop(turn);
        block_on(self.enqueue_act(checked)?)
    }

    /// As [`Handle::submit`] for an act without lines, whose answer can be awaited: a few threads carry any number of
    /// callers. The signature is checked on the calling thread, which takes less than a tenth of a millisecond.
    ///
    /// # Errors
    /// As [`Handle::submit`], as far as it is known before the writer has the act.
    pub fn queue(&self, signed: SignedAct) -> Result<Queued, Failure> {
        self.refuse_full()?;
        let arriving = self.shared.arrivals.one();
        let queued = self.enqueue_act(Checked::of(signed, Vec::new(), &self.keys))?;
        if arriving.arrive() {
            // The writer has something to do: it goes before the next check, or would wait for a processor all that
            // one's slice, also to see that its flush has ended.
            self.shared.courtesy.give_way();
        }
        Ok(queued)
    }

    /// Many lines are checked on all cores, so two manifests at a time are not checked sooner. In turn, the writer has the
    /// first while the second is checked.
    fn turn(&self) -> MutexGuard<'_, ()> {
        self.shared.turn.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn enqueue_act(&self, checked: Checked<'static>) -> Result<Queued, Failure> {
        let lines = checked.line_count();
        let before = self.shared.lines.load(Ordering::Relaxed);
        if before > 0 && before + lines > self.options.waiting_lines {
            return Err(busy(&format!("{before} 行在排队")));
        }
        let (giver, waiter) = answer();
        let checked = Box::new(checked);
        self.enqueue(Message::Act { checked, answer: giver }, lines)?;
        Ok(Queued { waiter, shared: Arc::clone(&self.shared) })
    }

    /// Asks the writer something between two commits, such as what a person's next act follows. Bounded like acts.
    ///
    /// # Errors
    /// As [`Handle::submit`].
    pub fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce(&Engine) -> T + Send + 'static,
    ) -> Result<T, Failure> {
        let (giver, waiter) = answer();
        let question = Box::new(move |engine: &Engine| giver.give(question(engine)));
        self.enqueue(Message::Question(question), 0)?;
        block_on(waiter).ok_or_else(|| self.ended())
    }

    /// Has a checkpoint signed over everything that was accepted before, without waiting for its turn.
    ///
    /// # Errors
    /// As [`Handle::submit`].
    pub fn checkpoint(&self) -> Result<SignedNote, Failure> {
        let (giver, waiter) = answer();
        self.enqueue(Message::Checkpoint(giver), 0)?;
        Ok(block_on(waiter).ok_or_else(|| self.ended())??)
    }

    /// A follower of the checkpoints. The newest one there is comes first.
    #[must_use]
    pub fn checkpoints(&self) -> Checkpoints {
        Checkpoints::of(&self.shared.board)
    }

    /// A reader of the log.
    #[must_use]
    pub fn reader(&self) -> LogReader {
        self.reader.clone()
    }

    /// The keys that signatures are checked under before the writer.
    #[must_use]
    pub fn keys(&self) -> &KeyDirectory {
        &self.keys
    }

    /// What who comes now is told.
    pub(super) fn ended(&self) -> Failure {
        self.shared.ended()
    }

    pub(super) fn ask_to_stop(&self) {
        self.shared.waiting.fetch_add(1, Ordering::Relaxed);
        // If it has ended already, there is nothing to stop.
        let _ = self.sender.send(Message::Stop);
    }

    /// Before any work is done for an act that would not find a place. The queue itself is the bound that holds.
    fn refuse_full(&self) -> Result<(), Failure> {
        let waiting = self.shared.waiting.load(Ordering::Relaxed);
        if waiting < self.options.queue {
            return Ok(());
        }
        Err(busy(&format!("{waiting} 项在排队")))
    }

    fn enqueue(&self, message: Message, lines: usize) -> Result<(), Failure> {
        self.shared.waiting.fetch_add(1, Ordering::Relaxed);
        self.shared.lines.fetch_add(lines, Ordering::Relaxed);
        self.sender.try_send(message).map_err(|refused| {
            self.shared.taken(lines);
            match refused {
                TrySendError::Full(_) => busy(&format!("{} 项在排队", self.options.queue)),
                TrySendError::Disconnected(_) => self.ended(),
            }
        })
    }
}

fn busy(detail: &str) -> Failure {
    LogFailure::new(LogCode::Busy, detail).into()
}
