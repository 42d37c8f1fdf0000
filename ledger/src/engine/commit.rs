//! Group commit: many acts decided one after another, written in one batch with one flush, answered after it.
//! One act by itself goes the same way.

use std::collections::BTreeMap;

use super::checked::{Checked, Entries};
use super::{Engine, Receipt, Refusal, log_keys};
use crate::act::{Body, Seen};
use crate::books::Statement;
use crate::ids::{ActId, Seq};
use crate::law::admission;
use crate::log::{Hashed, LogFailure, NodeHash, Record};
use crate::rejection::Rejection;
use crate::rules;

/// The acts of one commit so far.
#[derive(Default)]
struct Round<'b, 'a> {
    answers: Vec<Result<Receipt, Refusal>>,
    /// How many answers rest on what is on disk only.
    settled: usize,
    /// Decided and folded, not written yet.
    waiting: Vec<&'b Checked<'a>>,
    /// Where these will stand.
    places: BTreeMap<[u8; 32], Seq>,
}

impl Engine {
    /// Takes signed acts into the books, in this order, or refuses them; one answer each. What is accepted is durable
    /// when this returns, and written with one flush but for acts that are too large for one batch.
    ///
    /// Whether acts come alone or together changes no answer and no byte of the log. If a write fails, nobody whose answer
    /// could rest on it is told yes or no, and the engine does nothing more: its books are ahead of its log.
    pub fn commit<'b, 'a: 'b>(
        &mut self,
        batch: impl IntoIterator<Item = &'b Checked<'a>>,
    ) -> Vec<Result<Receipt, Refusal>> {
        let mut round = Round::default();
        for checked in batch {
            let answer = self.take(checked, &mut round);
            round.answers.push(answer);
        }
        // A failure stands in the answers.
        let _ = self.settle(&mut round);
        round.answers
    }

    pub(super) fn commit_one(&mut self, checked: &Checked<'_>) -> Result<Receipt, Refusal> {
        self.commit([checked]).pop().expect("as many answers as acts")
    }

    fn take<'b, 'a>(
        &mut self,
        checked: &'b Checked<'a>,
        round: &mut Round<'b, 'a>,
    ) -> Result<Receipt, Refusal> {
        self.log.refuse_poisoned()?;
        let (id, act) = (checked.id, checked.act());
        let key = admission::key(&self.books, act);
        // A person's next act is not in the books; whether any other is has to be looked up.
        let is_new =
            key.as_ref().is_ok_and(|(signer, _)| admission::is_next(&self.books, *signer, act));
        if !is_new && let Some(seq) = self.place_of(&id, round)? {
            return Ok(Receipt { id, seq, is_repeat: true });
        }
        let (officer, public) = key?;
        if !checked.is_signed_by(&self.books.origin, &public) {
            return Err(Rejection::SignatureWrong {}.into());
        }
        admission::chain(&self.books, officer, act)?;
        self.has_been_seen(&act.seen, round)?;
        let lines = checked.lines()?;
        let at = Seq(self.books.height);
        let statement = Statement { id, at, officer, act, lines };
        rules::decide(&self.books, &statement)?;
        if let Some(bytes) = checked.too_large {
            return Err(Rejection::EntryTooLarge { bytes }.into());
        }
        if checked.is_large() {
            self.settle(round)?;
            self.take_large(checked, &statement)?;
            // Its own answer, which comes next, rests on what is on disk.
            round.settled = round.answers.len() + 1;
        } else {
            round.waiting.push(checked);
            round.places.insert(id.0, at);
            self.books.evolve(&statement);
        }
        self.keys.learn(&act.body);
        if matches!(act.body, Body::LogKeyAnnounced(_)) {
            // The log has to know the key before a checkpoint covers the act, and the act has to be in it before that.
            self.settle(round)?;
            log_keys::follow(&mut self.log, &self.books, act)?;
        }
        Ok(Receipt { id, seq: at, is_repeat: false })
    }

    fn place_of(&self, id: &ActId, round: &Round<'_, '_>) -> Result<Option<Seq>, LogFailure> {
        match round.places.get(&id.0) {
            Some(seq) => Ok(Some(*seq)),
            None => self.log.find(&id.0),
        }
    }

    fn has_been_seen(&mut self, seen: &Seen, round: &mut Round<'_, '_>) -> Result<(), Refusal> {
        if seen.size > self.log.head().size {
            self.settle(round)?;
        }
        if self.roots.holds(&self.log, seen)? {
            return Ok(());
        }
        Err(Rejection::SeenWrong { size: seen.size }.into())
    }

    /// Writes what is waiting. If that fails, no answer since the last settling counts, and the books with it.
    fn settle(&mut self, round: &mut Round<'_, '_>) -> Result<(), LogFailure> {
        let records: Vec<Record<'_>> = round.waiting.iter().flat_map(|act| records(act)).collect();
        let leaves: Vec<NodeHash> = round.waiting.iter().flat_map(|act| leaves(act)).collect();
        let head = self.log.head();
        let written = self.log.append_new(&head, &records, &leaves);
        if let Err(failure) = &written
            && !records.is_empty()
        {
            self.log.poison();
            for answer in round.answers.iter_mut().skip(round.settled) {
                *answer = Err(Refusal::Failed(failure.clone()));
            }
        }
        round.waiting.clear();
        round.places.clear();
        round.settled = round.answers.len();
        written.map(|_| ())
    }

    /// Writes a large act that was decided upon, and folds it. Lines in memory are those that were decided upon, so both
    /// go on at the same time; if writing fails, the books are ahead of the log for good. Lines that are walked again may
    /// turn out to be other ones, and are folded after that.
    fn take_large(
        &mut self,
        checked: &Checked<'_>,
        statement: &Statement<'_>,
    ) -> Result<(), LogFailure> {
        let head = self.log.head();
        let act = Record { bytes: checked.signed.entry(), id: Some(checked.id.0) };
        let manifest = checked.act().body.manifest();
        let root = manifest.expect("what has many lines has a manifest").root;
        let (log, books) = (&mut self.log, &mut self.books);
        match &checked.entries {
            Entries::Here(lines) => {
                let lines = Hashed { entries: lines.as_ref(), leaves: &checked.leaves };
                let written = std::thread::scope(|scope| {
                    let folding = scope.spawn(|| books.evolve(statement));
                    let written = log.append_large(&head, act, &lines, &root);
                    folding.join().expect("folding what was decided upon does not panic");
                    written
                });
                written.inspect_err(|_| log.poison())?;
            }
            Entries::Streamed(input) => {
                log.append_large(&head, act, input.as_ref(), &root)?;
                books.evolve(statement);
            }
        }
        Ok(())
    }
}

/// The entries of an act that fits a batch.
fn records<'b>(checked: &'b Checked<'_>) -> impl Iterator<Item = Record<'b>> {
    let lines = match &checked.entries {
        Entries::Here(lines) => lines.as_ref(),
        Entries::Streamed(_) => &[],
    };
    let act = Record { bytes: checked.signed.entry(), id: Some(checked.id.0) };
    std::iter::once(act).chain(lines.iter().map(|line| Record { bytes: line, id: None }))
}

/// The leaf hashes of the same.
fn leaves<'b>(checked: &'b Checked<'_>) -> impl Iterator<Item = NodeHash> + 'b {
    std::iter::once(checked.leaf).chain(checked.leaves.iter().copied())
}
