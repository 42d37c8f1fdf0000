//! Those who follow the checkpoints of a ledger that is open: second copies, each in a thread of its own, and the witnesses.
//! None of them holds up the writer, and what becomes of one is nothing to the others or to the books.

use std::thread::JoinHandle;

use ledger::log::{CopyTarget, LogReader, RecoveryCode};
use ledger::witness::{Policy, WitnessCode};

use crate::alarm::Alarm;
use crate::desk::asking::{Answer, Asker};
use crate::failure::Failure;
use crate::writer::Handle;

/// The threads that follow. They end when the writer has ended and the last checkpoint was taken.
pub struct Followers {
    threads: Vec<JoinHandle<()>>,
}

impl Followers {
    /// Starts following: each copy is brought up to every checkpoint, the witnesses of the policy are asked to sign it.
    ///
    /// # Errors
    /// The machine gives no thread.
    pub fn start(
        handle: &Handle,
        copies: Vec<Box<dyn CopyTarget>>,
        policy: Option<Policy>,
        alarm: &Alarm,
    ) -> Result<Followers, Failure> {
        let mut followers = Followers { threads: Vec::new() };
        for mut copy in copies {
            // Once before anybody is served: what the copy knows better stops the books before the first act.
            bring_up(copy.as_mut(), &handle.reader(), alarm);
            let (reader, mut checkpoints) = (handle.reader(), handle.checkpoints());
            let alarm = alarm.clone();
            followers.spawn("copy", move || {
                while checkpoints.wait().is_some() {
                    bring_up(copy.as_mut(), &reader, &alarm);
                }
            })?;
        }
        if let Some(policy) = policy {
            let (reader, mut checkpoints) = (handle.reader(), handle.checkpoints());
            let alarm = alarm.clone();
            followers.spawn("witnesses", move || {
                let mut asker = Asker::default();
                while let Some(note) = checkpoints.wait() {
                    match asker.ask(&reader, &note, &policy) {
                        Ok(round) => tell(&round.answers, &reader, &alarm),
                        Err(why) => tracing::error!(code = why.code(), "witnesses: {why}"),
                    }
                }
            })?;
        }
        Ok(followers)
    }

    fn spawn(&mut self, name: &str, work: impl FnOnce() + Send + 'static) -> Result<(), Failure> {
        let thread = std::thread::Builder::new().name(name.to_owned()).spawn(work);
        self.threads.push(thread.map_err(|why| Failure::no_thread(&why))?);
        Ok(())
    }

    /// Waits until all have taken the last checkpoint. The writer must have been stopped.
    pub fn join(self) {
        for thread in self.threads {
            // One that broke off has said so on standard error.
            drop(thread.join());
        }
    }
}

fn bring_up(copy: &mut dyn CopyTarget, reader: &LogReader, alarm: &Alarm) {
    let Err(why) = copy.bring_up_to(reader) else { return };
    let place = copy.place();
    let code = why.code();
    if [RecoveryCode::CopyForked.code(), RecoveryCode::CopyAhead.code()].contains(&code) {
        // The one thing that nobody may overlook: two histories, or this one was rolled back.
        tracing::error!(code, "ALARM second copy {place}: {why}");
        alarm.raise(code, &format!("副本{place}：{why}"));
    } else {
        tracing::warn!(code, "second copy {place} waits for the next checkpoint: {why}");
    }
}

fn tell(answers: &[(String, Answer)], reader: &LogReader, alarm: &Alarm) {
    for (witness, answer) in answers {
        match answer {
            // Somebody else may have asked meanwhile for what this log signed since.
            Answer::Ahead(size) if *size <= reader.size() => {}
            Answer::Ahead(_) | Answer::Forked => {
                let said = format!("见证人{witness}：{}", answer.chinese());
                tracing::error!("ALARM {said}");
                alarm.raise(WitnessCode::Forked.code(), &said);
            }
            Answer::Cosigned(_) | Answer::ByFile => {}
            Answer::Refused(..) | Answer::Wrong | Answer::Unreachable(_) => {
                tracing::warn!("witness {witness}: {}", answer.chinese());
            }
        }
    }
}
