//! An act as far as it can be judged without the books: id, signature under a known key, lines under their root.
//! Any thread can do this; the verdicts are kept, and told in the order in which the writer asks.

use std::borrow::Cow;
use std::sync::Arc;

use ed25519_dalek::VerifyingKey;

use super::keys::KeyDirectory;
use crate::act::Act;
use crate::act::signed::SignedAct;
use crate::ids::ActId;
use crate::law::admission::{self, LinesCheck, Stretch};
use crate::line::Line;
use crate::log::{
    EntryInput, LogFailure, MAX_BATCH_BYTES, MAX_BATCH_ENTRIES, MAX_ENTRY_BYTES, NodeHash,
    leaf_hash,
};
use crate::rejection::Rejection;
use crate::shares::in_shares;

/// A signed act and its lines, checked without the books. Checking never refuses: the first answer of an act that was
/// accepted before comes before anything else, and only the writer knows it.
pub struct Checked<'a> {
    pub(super) signed: SignedAct,
    pub(super) id: ActId,
    origin: Arc<str>,
    signature: Signature,
    lines: Result<Vec<Line>, Rejection>,
    /// The leaf hash of its own entry.
    pub(super) leaf: NodeHash,
    pub(super) entries: Entries<'a>,
    /// The leaf hashes of lines that are in memory.
    pub(super) leaves: Vec<NodeHash>,
    /// The length of the first entry that is longer than any may be.
    pub(super) too_large: Option<usize>,
}

/// What is known of the signature.
enum Signature {
    /// It was checked under this key, and held or did not.
    Checked(VerifyingKey, bool),
    /// The key was not in the directory.
    Open,
}

/// Where the bytes of the lines are.
pub(super) enum Entries<'a> {
    /// In memory.
    Here(Cow<'a, [Vec<u8>]>),
    /// To be walked again.
    Streamed(Box<dyn EntryInput + Send + 'a>),
}

impl<'a> Checked<'a> {
    /// Checks an act with lines that are in memory.
    #[must_use]
    pub fn of(
        signed: SignedAct,
        lines: impl Into<Cow<'a, [Vec<u8>]>>,
        keys: &KeyDirectory,
    ) -> Checked<'a> {
        Checked::with_pauses(signed, lines, keys, &|| ())
    }

    /// As [`Checked::of`]; `pause` is called on each thread that reads lines, after every [`LINES_BETWEEN_PAUSES`] of them.
    #[must_use]
    pub fn with_pauses(
        signed: SignedAct,
        lines: impl Into<Cow<'a, [Vec<u8>]>>,
        keys: &KeyDirectory,
        pause: &(dyn Fn() + Sync),
    ) -> Checked<'a> {
        let lines = lines.into();
        let of_lines = lines.iter().find_map(|line| too_large(line));
        let too_large = too_large(signed.entry()).or(of_lines);
        let body = &signed.act().body;
        let read = |before, part: &[Vec<u8>]| {
            let runs = part.chunks(LINES_BETWEEN_PAUSES).enumerate().flat_map(|(nth, run)| {
                if nth > 0 {
                    pause();
                }
                run.iter().map(Vec::as_slice)
            });
            let room = if before == 0 { lines.len() } else { part.len() };
            Stretch::read(body, before, runs, room)
        };
        let stretches = in_shares(&lines, WORTH_A_THREAD, read);
        let (leaves, checked) = admission::lines_of_stretches(body, stretches);
        let checked = Checked::with(signed, checked, Entries::Here(lines), too_large, keys);
        Checked { leaves, ..checked }
    }

    /// Checks an act with lines that may be too many for memory. They are walked here, and again when they are written.
    ///
    /// # Errors
    /// The lines cannot be read.
    pub fn streamed(
        signed: SignedAct,
        input: Box<dyn EntryInput + Send + 'a>,
        keys: &KeyDirectory,
    ) -> Result<Checked<'a>, LogFailure> {
        let mut too_large = too_large(signed.entry());
        let mut check = LinesCheck::of(&signed.act().body);
        let (mut kept, mut bytes) = (Some(Vec::new()), 0);
        for line in input.walk() {
            let line = line?;
            too_large = too_large.or(self::too_large(&line));
            bytes += line.len();
            check.push(&line);
            if let Some(lines) = kept.as_mut().filter(|lines| fits_a_batch(lines.len() + 1, bytes))
            {
                lines.push(line.into_owned());
            } else {
                kept = None;
            }
        }
        let checked = check.finish();
        let entries = match kept {
            // Few enough for one batch.
            Some(lines) => return Ok(Checked::of(signed, lines, keys)),
            None => Entries::Streamed(input),
        };
        Ok(Checked::with(signed, checked, entries, too_large, keys))
    }

    fn with(
        signed: SignedAct,
        lines: Result<Vec<Line>, Rejection>,
        entries: Entries<'a>,
        too_large: Option<usize>,
        keys: &KeyDirectory,
    ) -> Checked<'a> {
        let origin = Arc::clone(keys.origin());
        let id = signed.id(&origin);
        let signature = match keys.get(&signed.act().key) {
            Some(key) => Signature::Checked(key, signed.is_signed_by(&origin, &key)),
            None => Signature::Open,
        };
        let (leaf, leaves) = (leaf_hash(signed.entry()), Vec::new());
        Checked { signed, id, origin, signature, lines, leaf, entries, leaves, too_large }
    }

    /// What is stated.
    #[must_use]
    pub fn act(&self) -> &Act {
        self.signed.act()
    }

    /// The act's id.
    #[must_use]
    pub fn id(&self) -> ActId {
        self.id
    }

    /// How many lines it has, as far as they are what its manifest says.
    #[must_use]
    pub fn line_count(&self) -> usize {
        self.lines.as_ref().map_or(0, Vec::len)
    }

    /// True if it is too large for one batch and will be staged.
    #[must_use]
    pub fn is_large(&self) -> bool {
        match &self.entries {
            Entries::Here(lines) => {
                let bytes = lines.iter().map(Vec::len).sum();
                !fits_a_batch(lines.len(), bytes)
            }
            Entries::Streamed(_) => true,
        }
    }

    /// True if the signature holds under just this key, for just this ledger. Where it was checked under it, that counts.
    pub(super) fn is_signed_by(&self, origin: &str, key: &VerifyingKey) -> bool {
        match &self.signature {
            Signature::Checked(under, held) if under == key && *self.origin == *origin => *held,
            Signature::Checked(..) | Signature::Open => self.signed.is_signed_by(origin, key),
        }
    }

    /// The lines, or what is wrong with them.
    pub(super) fn lines(&self) -> Result<&[Line], Rejection> {
        self.lines.as_deref().map_err(Clone::clone)
    }
}

/// How many lines are read between two pauses: a fraction of a millisecond.
pub const LINES_BETWEEN_PAUSES: usize = 128;

/// Fewer lines than this are not worth a thread.
const WORTH_A_THREAD: usize = 1024;

fn fits_a_batch(lines: usize, bytes: usize) -> bool {
    lines < MAX_BATCH_ENTRIES && bytes < MAX_BATCH_BYTES
}

fn too_large(entry: &[u8]) -> Option<usize> {
    Some(entry.len()).filter(|length| *length > MAX_ENTRY_BYTES)
}
