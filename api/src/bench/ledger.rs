//! A bench ledger on disk, and the two ways a history gets into it: judged by the engine like everything that people hand
//! in, or unjudged, straight into the log, for ledgers whose generator has passed the engine and the audit in a smaller size.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, SyncSender, channel, sync_channel};
use std::thread::JoinHandle;
use std::time::Duration;

use ledger::act::Seen;
use ledger::books::{Books, Statement};
use ledger::engine::Engine;
use ledger::log::{Log, LogFailure, NoteSigner, Record, SignedNote};
use ledger::trust::Trust;
use ledger::views::month::MonthTable;

use super::cast::{Cast, ORIGIN, Stated, log_key};
use super::county::Taking;
use super::measure::{micros, timed};
use crate::desk::founding::write_trust;
use crate::desk::write_whole;
use crate::failure::Failure;
use crate::snapshots;
use crate::writer::{Options, Writer};

/// The seed of every bench ledger.
pub const SEED: u64 = 3;

/// The key that signs the bench ledger's checkpoints.
///
/// # Errors
/// Never: the name is a legal one.
pub fn signer() -> Result<NoteSigner, Failure> {
    Ok(NoteSigner::new(ORIGIN, &log_key(SEED))?)
}

/// The trust folder of a ledger.
///
/// # Errors
/// It is not there.
pub fn trust(dir: &Path) -> Result<Trust, Failure> {
    Ok(Trust::read(&dir.join("trust"))?)
}

/// Makes the folder of an empty bench ledger, with its trust files.
///
/// # Errors
/// There is a ledger already, or the machine fails.
pub fn create(dir: &Path) -> Result<(), Failure> {
    if dir.join("log").exists() || dir.join("trust").exists() {
        return Err(Failure::usage(format!("{}里已有台账；请换一个目录。", dir.display())));
    }
    for folder in ["trust", "views"] {
        let path = dir.join(folder);
        std::fs::create_dir_all(&path).map_err(|why| Failure::file(&path, &why))?;
    }
    let signer = signer()?;
    let key = signer.verifier().to_string();
    let founded = Cast::new(SEED).founding(key.clone());
    let founded = founded.map_err(|why| Failure::usage(why.to_string()))?;
    write_trust(dir, ORIGIN, &key, &founded)?;
    drop(Log::create(dir, signer.verifier())?);
    Ok(())
}

fn seen_in(note: &SignedNote, signer: &NoteSigner) -> Result<Seen, LogFailure> {
    let checkpoint = note.verify(signer.verifier())?;
    Ok(Seen { root: checkpoint.root(), size: checkpoint.size() })
}

fn keep_figures(dir: &Path, table: &MonthTable) -> Result<(), Failure> {
    let path = dir.join(format!("views/{}.json", table.period));
    write_whole(&path, &table.bytes()).map(|_| ())
}

/// A ledger that takes what the engine accepts.
pub struct Judged {
    dir: PathBuf,
    /// The engine, for benches that go on from here.
    pub engine: Engine,
    signer: NoteSigner,
    kinds: BTreeMap<&'static str, Spent>,
}

/// What one kind of act took so far, waiting for the disk included.
#[derive(Clone, Copy, Default)]
struct Spent {
    acts: u64,
    lines: u64,
    time: Duration,
}

impl Judged {
    /// Opens a ledger.
    ///
    /// # Errors
    /// As [`Engine::open`].
    pub fn open(dir: &Path) -> Result<Judged, Failure> {
        let signer = signer()?;
        let mut engine = Engine::open(dir, signer.verifier())?;
        snapshots::keep_if_due(&mut engine);
        Ok(Judged { dir: dir.to_owned(), engine, signer, kinds: BTreeMap::new() })
    }

    /// Hands in an act with its lines, and waits until it is durable. The one place where the benches meet the engine.
    ///
    /// # Errors
    /// It is refused, or the log fails.
    pub fn hand_in(&mut self, stated: &Stated) -> Result<(), Failure> {
        self.engine.accept(&stated.signed, &stated.entries)?;
        Ok(())
    }

    /// The writer thread of this ledger, for callers at the same time.
    ///
    /// # Errors
    /// The machine gives no thread.
    pub fn into_writer(self) -> Result<Writer, Failure> {
        Writer::start(self.engine, self.signer, Options::default())
    }

    /// Logs what each kind of act took: `DOUDI_LOG=info` shows it.
    pub fn tell_times(&self) {
        for (kind, spent) in &self.kinds {
            let Spent { acts, lines, time } = *spent;
            tracing::info!(kind, acts, lines, micros = micros(time), "engine");
        }
    }
}

impl Taking for Judged {
    fn take(&mut self, stated: &Stated) -> Result<(), Failure> {
        let ((), time) = timed(|| self.hand_in(stated))?;
        let spent = self.kinds.entry(stated.signed.act().body.kind()).or_default();
        spent.acts += 1;
        spent.lines += stated.entries.len() as u64;
        spent.time += time;
        Ok(())
    }

    fn books(&self) -> &Books {
        self.engine.books()
    }

    fn keep_figures(&mut self, table: &MonthTable) -> Result<(), Failure> {
        keep_figures(&self.dir, table)
    }

    fn checkpoint(&mut self) -> Result<Seen, Failure> {
        let note = self.engine.checkpoint(&self.signer)?;
        Ok(seen_in(&note, &self.signer)?)
    }
}

type Entry = (Vec<u8>, Option<[u8; 32]>);

enum Order {
    Append(Vec<Entry>),
    Checkpoint(std::sync::mpsc::Sender<SignedNote>),
}

/// How many entries go into one commit.
const PER_COMMIT: usize = 20_000;

/// A ledger that takes everything: no law and no rule is asked. Entries go to a thread of their own that writes the log.
pub struct Unjudged {
    dir: PathBuf,
    books: Books,
    signer: NoteSigner,
    waiting: Vec<Entry>,
    orders: Option<SyncSender<Order>>,
    writer: Option<JoinHandle<Result<(), LogFailure>>>,
}

impl Unjudged {
    /// Opens an empty ledger.
    ///
    /// # Errors
    /// The log does not open.
    pub fn open(dir: &Path) -> Result<Unjudged, Failure> {
        let signer = signer()?;
        let log = Log::open(dir, signer.verifier())?;
        let (orders, received) = sync_channel(4);
        let key = self::signer()?;
        let writer = std::thread::spawn(move || write(log, &key, &received));
        Ok(Unjudged {
            dir: dir.to_owned(),
            books: Books::new(ORIGIN),
            signer,
            waiting: Vec::new(),
            orders: Some(orders),
            writer: Some(writer),
        })
    }

    fn order(&mut self, order: Order) -> Result<(), Failure> {
        let sent = self.orders.as_ref().map(|orders| orders.send(order));
        match sent {
            Some(Ok(())) => Ok(()),
            Some(Err(_)) | None => self.ended(),
        }
    }

    /// Why the writer takes no more orders.
    fn ended(&mut self) -> Result<(), Failure> {
        self.orders = None;
        let ended = self.writer.take().map(JoinHandle::join);
        match ended {
            Some(Ok(ended)) => Ok(ended?),
            Some(Err(_)) | None => Err(Failure::usage("写入线程已经结束。")),
        }
    }

    fn flush(&mut self) -> Result<(), Failure> {
        let entries = std::mem::take(&mut self.waiting);
        self.order(Order::Append(entries))
    }

    /// Waits until everything is written.
    ///
    /// # Errors
    /// A write failed.
    pub fn finish(mut self) -> Result<(), Failure> {
        self.flush()?;
        self.ended()
    }
}

fn write(mut log: Log, signer: &NoteSigner, orders: &Receiver<Order>) -> Result<(), LogFailure> {
    for order in orders {
        match order {
            Order::Append(entries) => {
                let records: Vec<Record<'_>> =
                    entries.iter().map(|(bytes, id)| Record { bytes, id: *id }).collect();
                let head = log.head();
                log.append(&head, &records)?;
            }
            Order::Checkpoint(answer) => {
                // Whoever asked is waiting, or has failed by itself.
                drop(answer.send(log.checkpoint(signer)?));
            }
        }
    }
    Ok(())
}

impl Taking for Unjudged {
    fn take(&mut self, stated: &Stated) -> Result<(), Failure> {
        let at = ledger::ids::Seq(self.books.height);
        let (act, lines) = (stated.signed.act(), &stated.lines);
        let statement = Statement { id: stated.id, at, officer: stated.officer, act, lines };
        self.books.evolve(&statement);
        self.waiting.push((stated.signed.entry().to_vec(), Some(stated.id.0)));
        self.waiting.extend(stated.entries.iter().map(|entry| (entry.clone(), None)));
        if self.waiting.len() >= PER_COMMIT { self.flush() } else { Ok(()) }
    }

    fn books(&self) -> &Books {
        &self.books
    }

    fn keep_figures(&mut self, table: &MonthTable) -> Result<(), Failure> {
        keep_figures(&self.dir, table)
    }

    fn checkpoint(&mut self) -> Result<Seen, Failure> {
        self.flush()?;
        let (answer, answered) = channel();
        self.order(Order::Checkpoint(answer))?;
        match answered.recv() {
            Ok(note) => Ok(seen_in(&note, &self.signer)?),
            Err(_) => self.ended().map(|()| Seen::nothing()),
        }
    }
}
