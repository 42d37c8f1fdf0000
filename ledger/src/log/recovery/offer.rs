//! The offer: entries on their way to a copy, with the checkpoint they lead to and the proof that they do. docs/format/copy.md §2.

use super::super::note::SignedNote;
use super::super::reader::LogReader;
use super::super::store::Head;
use super::super::tile_folder::split_entries;
use super::super::tree::NodeHash;
use super::failure::{RecoveryCode, RecoveryFailure};
use crate::ids::Seq;

const LABEL: &[u8] = b"doudi/copy/v1\n";

/// How many entry bytes go into one offer, but for the last entry.
const ENOUGH: usize = 4 << 20;

/// A stretch of entries for a copy. Nothing in it is believed before the copy has proved it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    pub(super) from: u64,
    pub(super) note: Vec<u8>,
    pub(super) proof: Vec<NodeHash>,
    pub(super) entries: Vec<Vec<u8>>,
}

impl Offer {
    /// The most bytes that an encoded offer of ours has.
    pub const MOST_BYTES: usize = 16 << 20;

    /// What a copy of `from` entries needs next to come to this checkpoint.
    pub(super) fn from_log(
        reader: &LogReader,
        from: u64,
        (note, head): (&SignedNote, &Head),
    ) -> Result<Offer, RecoveryFailure> {
        let (mut entries, mut bytes) = (Vec::new(), 0);
        for item in reader.scan(Seq(from), Seq(head.size))? {
            let (_, entry) = item?;
            bytes += entry.len() + 2;
            entries.push(entry);
            if bytes >= ENOUGH {
                break;
            }
        }
        let to = from + u64::try_from(entries.len()).expect("memory holds fewer than 2^64");
        let proof = reader.consistency_proof(to, head.size)?.unwrap_or_default();
        Ok(Offer { from, note: note.to_string().into_bytes(), proof, entries })
    }

    /// The next offer that brings a copy of `from` entries on; `None` if the log has nothing newer.
    ///
    /// # Errors
    /// If the log cannot be read.
    pub fn next(reader: &LogReader, from: u64) -> Result<Option<Offer>, RecoveryFailure> {
        match reader.newest() {
            Some((note, head)) if head.size >= from => {
                Offer::from_log(reader, from, (&note, &head)).map(Some)
            }
            Some(_) | None => Ok(None),
        }
    }

    /// The number of the first entry.
    #[must_use]
    pub fn from(&self) -> u64 {
        self.from
    }

    /// As it goes over the wire.
    ///
    /// # Panics
    /// Never: entries, notes and proofs are bounded where they are made.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = LABEL.to_vec();
        bytes.extend(self.from.to_be_bytes());
        let length = u32::try_from(self.note.len()).expect("a note is below a megabyte");
        bytes.extend(length.to_be_bytes());
        bytes.extend(&self.note);
        let hashes = u16::try_from(self.proof.len()).expect("a proof has at most 65 hashes");
        bytes.extend(hashes.to_be_bytes());
        bytes.extend(self.proof.iter().flat_map(|hash| hash.0));
        for entry in &self.entries {
            let length = u16::try_from(entry.len()).expect("the store holds no longer entry");
            bytes.extend(length.to_be_bytes());
            bytes.extend(entry);
        }
        bytes
    }

    /// Reads what [`Offer::encode`] wrote.
    ///
    /// # Errors
    /// [`RecoveryCode::OfferMalformed`].
    pub fn decode(bytes: &[u8]) -> Result<Offer, RecoveryFailure> {
        read(bytes).ok_or_else(|| {
            RecoveryFailure::new(RecoveryCode::OfferMalformed, format!("{}字节", bytes.len()))
        })
    }
}

fn read(bytes: &[u8]) -> Option<Offer> {
    let rest = bytes.strip_prefix(LABEL)?;
    let (from, rest) = rest.split_first_chunk::<8>()?;
    let (length, rest) = rest.split_first_chunk::<4>()?;
    let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
    let (note, rest) = rest.split_at_checked(length)?;
    let (hashes, rest) = rest.split_first_chunk::<2>()?;
    let (proof, rest) = rest.split_at_checked(usize::from(u16::from_be_bytes(*hashes)) * 32)?;
    let (proof, _) = proof.as_chunks::<32>();
    Some(Offer {
        from: u64::from_be_bytes(*from),
        note: note.to_vec(),
        proof: proof.iter().copied().map(NodeHash).collect(),
        entries: split_entries(rest)?,
    })
}
