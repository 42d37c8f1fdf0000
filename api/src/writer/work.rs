//! The writer's own thread: gather, commit, answer; checkpoint while there is news; end at the first failed write.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use ledger::engine::{Checked, Engine, Refusal};
use ledger::log::{LogCode, LogFailure, NoteSigner, SignedNote};

use super::Options;
use super::answer::Giver;
use super::handle::{Answered, Message, Shared};
use crate::snapshots;

/// The open ledger in its one owner's hands.
pub(super) struct Work {
    engine: Engine,
    signer: NoteSigner,
    options: Options,
    receiver: Receiver<Message>,
    shared: Arc<Shared>,
    /// Since when there is something that no checkpoint covers.
    news: Option<Instant>,
    /// How long the last commit took.
    took: Duration,
}

/// What was taken from the queue in one go.
#[derive(Default)]
struct Batch {
    acts: Vec<(Box<Checked<'static>>, Giver<Answered>)>,
    lines: usize,
    /// How many acts it takes at most.
    most: usize,
    /// What is no act, and ended the gathering.
    other: Option<Message>,
}

/// Whatever way the thread ends, those who wait are told and those who follow are let go.
struct End(Arc<Shared>);

impl Drop for End {
    fn drop(&mut self) {
        self.0.end_with(LogCode::Poisoned, "写入线程已终止");
        self.0.board.close();
    }
}

impl Work {
    pub(super) fn new(
        engine: Engine,
        signer: NoteSigner,
        options: Options,
        receiver: Receiver<Message>,
        shared: Arc<Shared>,
    ) -> Work {
        Work { engine, signer, options, receiver, shared, news: None, took: Duration::ZERO }
    }

    /// Works until it is stopped, everybody has gone, or a write fails.
    pub(super) fn run(mut self) -> Result<(), LogFailure> {
        let _end = End(Arc::clone(&self.shared));
        let ended = self.work();
        match &ended {
            Ok(()) => self.shared.end_with(LogCode::Stopped, "写入线程已停止"),
            Err(failure) => self.shared.end_with(LogCode::Poisoned, &failure.to_string()),
        }
        ended
    }

    fn work(&mut self) -> Result<(), LogFailure> {
        self.notice_news();
        loop {
            let other = match self.wait() {
                Ok(message) => {
                    let mut batch = self.gather(message);
                    let other = batch.other.take();
                    self.commit(batch)?;
                    other
                }
                Err(RecvTimeoutError::Timeout) => None,
                Err(RecvTimeoutError::Disconnected) => Some(Message::Stop),
            };
            if let Some(Message::Stop) = other {
                if self.news.is_some() {
                    self.sign()?;
                }
                snapshots::keep_if_due(&mut self.engine);
                return Ok(());
            }
            self.answer(other)?;
            if self.news.is_some_and(|since| since.elapsed() >= self.options.checkpoint_every) {
                self.sign()?;
            }
        }
    }

    /// The next message, for as long as what was accepted can wait for its checkpoint.
    fn wait(&mut self) -> Result<Message, RecvTimeoutError> {
        let Some(since) = self.news else {
            // All is signed and, if nobody comes at once, there is time for a snapshot.
            if let Ok(message) = self.receiver.try_recv() {
                return Ok(message);
            }
            snapshots::keep_if_due(&mut self.engine);
            return self.receiver.recv().map_err(|_| RecvTimeoutError::Disconnected);
        };
        let left = self.options.checkpoint_every.saturating_sub(since.elapsed());
        self.receiver.recv_timeout(left)
    }

    /// What waits now, up to the bounds of one commit. Where more than one hands in, also what is on its way.
    fn gather(&self, first: Message) -> Batch {
        let most = most_of(self.shared.waiting(), self.took, &self.options);
        let mut batch = Batch { most, ..Batch::default() };
        self.take(&mut batch, first);
        let worth = self.options.acts_worth_a_flush.min(self.options.queue);
        let lacking = worth.saturating_sub(batch.acts.len());
        if batch.acts.len() > 1 && lacking > 0 && batch.other.is_none() && !self.is_full(&batch) {
            self.shared.arrivals.wait(lacking, self.options.gathering);
            if let Ok(message) = self.receiver.try_recv() {
                self.take(&mut batch, message);
            }
        }
        batch
    }

    fn take(&self, batch: &mut Batch, first: Message) {
        let mut next = Some(first);
        while let Some(message) = next {
            match message {
                Message::Act { checked, answer } => {
                    self.shared.taken(checked.line_count());
                    batch.lines += checked.line_count();
                    batch.acts.push((checked, answer));
                }
                other @ (Message::Question(_) | Message::Checkpoint(_) | Message::Stop) => {
                    self.shared.taken(0);
                    batch.other = Some(other);
                    return;
                }
            }
            next = if self.is_full(batch) { None } else { self.receiver.try_recv().ok() };
        }
    }

    fn is_full(&self, batch: &Batch) -> bool {
        batch.acts.len() >= batch.most || batch.lines >= self.options.lines_per_commit
    }

    fn commit(&mut self, batch: Batch) -> Result<(), LogFailure> {
        if batch.acts.is_empty() {
            return Ok(());
        }
        if self.news.is_some() && batch.acts.iter().any(|(act, _)| act.is_large()) {
            // A large act takes a while; what came before it does not wait for it.
            self.sign()?;
        }
        let mut failed = None;
        let start = Instant::now();
        let answers = self.engine.commit(batch.acts.iter().map(|(act, _)| act.as_ref()));
        self.took = start.elapsed();
        for (answer, (act, to)) in answers.into_iter().zip(batch.acts) {
            if let Err(Refusal::Failed(failure)) = &answer {
                failed = Some(failure.clone());
            }
            // Who asked may have gone; the act is in the books all the same.
            to.give((answer, act));
        }
        self.notice_news();
        match failed {
            Some(failure) if self.engine.is_poisoned() => Err(failure),
            Some(_) | None => Ok(()),
        }
    }

    fn answer(&mut self, other: Option<Message>) -> Result<(), LogFailure> {
        match other {
            Some(Message::Question(question)) => question(&self.engine),
            Some(Message::Checkpoint(answer)) => {
                let signed = self.sign();
                let ended = signed.as_ref().map(|_| ()).map_err(Clone::clone);
                answer.give(signed);
                return ended;
            }
            Some(Message::Act { .. } | Message::Stop) | None => {}
        }
        Ok(())
    }

    fn sign(&mut self) -> Result<SignedNote, LogFailure> {
        let is_new = self.engine.seen().size != self.engine.head().size;
        let note = self.engine.checkpoint(&self.signer)?;
        if is_new {
            self.shared.board.post(&note);
        }
        self.news = None;
        Ok(note)
    }

    fn notice_news(&mut self) {
        if self.news.is_none() && self.engine.seen().size != self.engine.head().size {
            self.news = Some(Instant::now());
        }
    }
}

/// The most acts of a commit that begins while so many messages wait, after one that took so long. Where flushes are quick
/// it is half of what waits, if that is worth a flush: who is answered is checked anew while the other half is written. Where
/// they are slow, nothing is checked for long anyway, and what waits shares one.
fn most_of(waiting: usize, took: Duration, options: &Options) -> usize {
    if took > options.gathering {
        return options.acts_per_commit;
    }
    waiting.div_ceil(2).max(options.acts_worth_a_flush).min(options.acts_per_commit)
}

#[cfg(test)]
mod tests {
    use super::{Duration, Options, most_of};

    #[test]
    fn a_commit_takes_what_is_worth_a_flush_and_of_more_the_half_unless_flushes_are_slow() {
        let gathering = Duration::from_millis(1);
        let options =
            Options { acts_worth_a_flush: 32, acts_per_commit: 512, ..Options::default() };
        let options = Options { gathering, ..options };
        let most = [1, 31, 64, 65, 200, 1023, 1025, 9999].map(|n| most_of(n, gathering, &options));
        assert_eq!(most, [32, 32, 32, 33, 100, 512, 512, 512]);
        let slow = gathering + Duration::from_micros(1);
        assert_eq!([1, 64, 9999].map(|n| most_of(n, slow, &options)), [512; 3]);
    }
}
