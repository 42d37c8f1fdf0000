//! The one writer: a thread that owns the open ledger, takes acts from a bounded queue, commits what is waiting with one
//! flush, and signs a checkpoint while there is news. Everybody else holds a [`Handle`].

mod answer;
mod arrivals;
mod checkpoints;
mod courtesy;
mod handle;
mod work;

use std::path::Path;
use std::sync::mpsc::sync_channel;
use std::thread::JoinHandle;
use std::time::Duration;

use ledger::engine::Engine;
use ledger::log::{LogFailure, NoteSigner};

use crate::desk::succession::log_signer;
use crate::desk::trust_of;
use crate::failure::Failure;
use crate::snapshots;

pub use answer::block_on;
pub use checkpoints::Checkpoints;
pub use handle::{Handle, Queued};
use work::Work;

/// How much may wait, and how often a checkpoint is signed.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// How many acts and questions may wait; who comes then is told to come again.
    pub queue: usize,
    /// How many lines of waiting acts may be in memory.
    pub waiting_lines: usize,
    /// The most acts of one commit.
    pub acts_per_commit: usize,
    /// The number of lines after which a commit takes no further act.
    pub lines_per_commit: usize,
    /// So many acts are worth a flush of their own: a commit waits for no more, and takes as many whatever else waits.
    pub acts_worth_a_flush: usize,
    /// The longest that a commit waits for acts that are being checked. One that took no longer itself was quick: the next
    /// takes half of what waits.
    pub gathering: Duration,
    /// The longest that accepted acts wait for a checkpoint.
    pub checkpoint_every: Duration,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            queue: 1024,
            waiting_lines: 2_000_000,
            acts_per_commit: 512,
            lines_per_commit: 16_384,
            acts_worth_a_flush: 32,
            gathering: Duration::from_millis(1),
            checkpoint_every: Duration::from_secs(1),
        }
    }
}

/// A running writer. Whoever started it stops it.
pub struct Writer {
    handle: Handle,
    thread: JoinHandle<Result<(), LogFailure>>,
}

impl Writer {
    /// Opens the ledger in a folder with its log key and starts its writer.
    ///
    /// # Errors
    /// It is not a ledger, refuses to start, or its log key is not here.
    pub fn open(dir: &Path, options: Options) -> Result<Writer, Failure> {
        let trust = trust_of(dir)?;
        let mut engine = Engine::open(dir, &trust.log_key)?;
        snapshots::keep_if_due(&mut engine);
        let signer = log_signer(dir, trust.origin())?;
        Writer::start(engine, signer, options)
    }

    /// Starts the writer of an open ledger.
    ///
    /// # Errors
    /// The machine gives no thread.
    pub fn start(engine: Engine, signer: NoteSigner, options: Options) -> Result<Writer, Failure> {
        let (sender, receiver) = sync_channel(options.queue);
        let handle = Handle::new(sender, &engine, options);
        let work = Work::new(engine, signer, options, receiver, handle.shared());
        let thread = std::thread::Builder::new().name("writer".to_owned());
        let thread = thread.spawn(move || work.run());
        let thread = thread.map_err(|why| Failure::no_thread(&why))?;
        Ok(Writer { handle, thread })
    }

    /// A handle for others.
    #[must_use]
    pub fn handle(&self) -> Handle {
        self.handle.clone()
    }

    /// Commits what is in hand, signs a last checkpoint and ends. Acts that still wait are told that nothing was written.
    ///
    /// # Errors
    /// The writer failed, now or before.
    pub fn stop(self) -> Result<(), Failure> {
        self.handle.ask_to_stop();
        match self.thread.join() {
            Ok(ended) => Ok(ended?),
            // It broke one of its own laws, and said so on standard error.
            Err(_) => Err(self.handle.ended()),
        }
    }
}
