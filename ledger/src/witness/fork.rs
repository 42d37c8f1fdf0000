//! The fork certificate: two checkpoints that one log key signed and that cannot both be true, checkable by an outsider.
//! docs/format/fork-certificate.md says what makes each kind a proof.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::failure::{WitnessCode, WitnessFailure};
use super::request::{StatedCheckpoint, decimal, hash, stated};
use super::state::take_note;
use crate::ids::Root;
use crate::log::{Head, NodeHash, SignedNote, VerifierKey, consistency_roots};

const FIRST_LINE: &str = "doudi-fork/v1\n";
const SAME_SIZE: &str = "kind same-size\n";
const PREFIX: &str = "kind prefix\n";

/// 63 hashes of a consistency proof, and the node that it may leave out.
const MOST_HASHES: u64 = 64;

/// What claims to prove a fork. [`ForkCertificate::check`] says whether it does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ForkCertificate {
    /// Two checkpoints of one size with two roots.
    SameSize {
        /// The one.
        first: SignedNote,
        /// The other.
        second: SignedNote,
    },
    /// The newer checkpoint's tree begins with other entries than the older checkpoint signed.
    Prefix {
        /// The smaller checkpoint.
        older: SignedNote,
        /// The larger one.
        newer: SignedNote,
        /// The consistency proof within the newer tree, its first node always written out.
        path: Vec<NodeHash>,
    },
}

/// A fork that was proved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ForkProved {
    /// Whose log.
    pub origin: String,
    /// What one checkpoint states.
    pub first: Head,
    /// What the other states.
    pub second: Head,
    /// The root that the second history has at the first one's size.
    pub root_in_second: Root,
}

impl ForkCertificate {
    /// The certificate that an older checkpoint is not the beginning of a newer history: `prefix_root` and `proof` are that
    /// history's root at the older size and its consistency proof as RFC 6962 writes it.
    #[must_use]
    pub fn of_history(
        (older, size): (SignedNote, u64),
        newer: SignedNote,
        prefix_root: Root,
        proof: &[NodeHash],
    ) -> ForkCertificate {
        let left_out = [NodeHash(prefix_root.0)];
        let left_out = if size.is_power_of_two() { left_out.as_slice() } else { &[] };
        ForkCertificate::Prefix { older, newer, path: [left_out, proof].concat() }
    }

    /// Reads a certificate. Nothing is proved by this.
    ///
    /// # Errors
    /// [`WitnessCode::CertificateMalformed`].
    pub fn parse(bytes: &[u8]) -> Result<ForkCertificate, WitnessFailure> {
        let text = std::str::from_utf8(bytes).ok();
        text.and_then(read).ok_or_else(|| {
            WitnessFailure::new(WitnessCode::CertificateMalformed, "应以 doudi-fork/v1 开头")
        })
    }

    /// Checks that these keys, of one log, signed two histories.
    ///
    /// # Errors
    /// [`WitnessCode::CertificateUnproven`] with what does not hold.
    pub fn check(&self, keys: &[VerifierKey]) -> Result<ForkProved, WitnessFailure> {
        let unproven = |why: &str| WitnessFailure::new(WitnessCode::CertificateUnproven, why);
        let (first, second) = match self {
            ForkCertificate::SameSize { first, second } => (first, second),
            ForkCertificate::Prefix { older, newer, .. } => (older, newer),
        };
        let first = signed(first, keys).ok_or_else(|| unproven("前一存证头没有可信签名"))?;
        let second = signed(second, keys).ok_or_else(|| unproven("后一存证头没有可信签名"))?;
        if first.origin != second.origin {
            return Err(unproven("两个存证头不属于同一本台账"));
        }
        let root_in_second = match self {
            ForkCertificate::SameSize { .. } if first.head.size != second.head.size => {
                return Err(unproven("两个存证头条数不同"));
            }
            ForkCertificate::SameSize { .. } => second.head.root,
            ForkCertificate::Prefix { path, .. } => {
                let roots = consistency_roots(first.head.size, second.head.size, path);
                let (before, after) = roots.ok_or_else(|| unproven("证明的长度不对"))?;
                if after != second.head.root {
                    return Err(unproven("证明不通向后一存证头的根"));
                }
                before
            }
        };
        if root_in_second == first.head.root {
            return Err(unproven("两个存证头并不矛盾"));
        }
        let StatedCheckpoint { origin, head } = first;
        Ok(ForkProved { origin, first: head, second: second.head, root_in_second })
    }
}

impl fmt::Display for ForkCertificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let write_note = |f: &mut fmt::Formatter<'_>, note: &SignedNote| {
            let note = note.to_string();
            write!(f, "note {}\n{note}", note.matches('\n').count())
        };
        match self {
            ForkCertificate::SameSize { first, second } => {
                write!(f, "{FIRST_LINE}{SAME_SIZE}")?;
                write_note(f, first)?;
                write_note(f, second)
            }
            ForkCertificate::Prefix { older, newer, path } => {
                write!(f, "{FIRST_LINE}{PREFIX}")?;
                write_note(f, older)?;
                write_note(f, newer)?;
                writeln!(f, "path {}", path.len())?;
                path.iter().try_for_each(|hash| writeln!(f, "{}", STANDARD.encode(hash.0)))
            }
        }
    }
}

/// What a note states, if a key of that origin signed it.
fn signed(note: &SignedNote, keys: &[VerifierKey]) -> Option<StatedCheckpoint> {
    let checkpoint = stated(note.text())?;
    let mut own = keys.iter().filter(|key| key.name() == checkpoint.origin);
    own.any(|key| note.verified_text(key).is_ok()).then_some(checkpoint)
}

fn read(text: &str) -> Option<ForkCertificate> {
    let rest = text.strip_prefix(FIRST_LINE)?;
    if let Some(rest) = rest.strip_prefix(SAME_SIZE) {
        let (first, rest) = take_note(rest)?;
        let (second, rest) = take_note(rest)?;
        return rest.is_empty().then_some(ForkCertificate::SameSize { first, second });
    }
    let (older, rest) = take_note(rest.strip_prefix(PREFIX)?)?;
    let (newer, rest) = take_note(rest)?;
    let (count, rest) = rest.strip_prefix("path ")?.split_once('\n')?;
    let count = decimal(count).filter(|count| *count <= MOST_HASHES)?;
    let lines = rest.strip_suffix('\n').filter(|_| count > 0)?;
    let path: Vec<NodeHash> = lines.split('\n').map(hash).collect::<Option<_>>()?;
    (path.len() as u64 == count).then_some(ForkCertificate::Prefix { older, newer, path })
}

#[cfg(test)]
mod tests {
    use super::ForkCertificate;
    use crate::log::{
        Leaves, Log, NodeHash, NoteSigner, Record, SignedNote, consistency_proof, leaf_hash,
        root_of_leaves,
    };

    fn signer() -> NoteSigner {
        NoteSigner::new("doudi.example/ledger", &[7; 32]).unwrap()
    }

    /// A real log of these entries, and the checkpoint over them.
    fn checkpoint(entries: &[String]) -> SignedNote {
        let dir = tempfile::tempdir().unwrap();
        let mut log = Log::open(dir.path(), signer().verifier()).unwrap();
        let records: Vec<_> =
            entries.iter().map(|entry| Record { bytes: entry.as_bytes(), id: None }).collect();
        log.append(&log.head(), &records).unwrap();
        log.checkpoint(&signer()).unwrap()
    }

    fn history(name: &str, size: usize) -> Vec<String> {
        // The histories part at the third entry.
        (0..size).map(|n| if n < 2 { format!("{n}") } else { format!("{name}{n}") }).collect()
    }

    fn certificate(old: usize, new: usize, past: &str) -> ForkCertificate {
        let (older, newer) = (history(past, old), history("b", new));
        let leaves: Vec<NodeHash> = newer.iter().map(|entry| leaf_hash(entry.as_bytes())).collect();
        let proof = consistency_proof(&Leaves(&leaves), old as u64, new as u64).unwrap().unwrap();
        let root = root_of_leaves(leaves[..old].iter().copied());
        let older = (checkpoint(&older), old as u64);
        ForkCertificate::of_history(older, checkpoint(&newer), root, &proof)
    }

    #[test]
    fn two_histories_are_proved_at_every_pair_of_small_sizes_and_one_history_never() {
        let key = [signer().verifier().clone()];
        for new in [4, 7, 8, 9] {
            for old in 1..new {
                let forked = certificate(old, new, "a");
                // Two entries are common to both: up to there the histories agree.
                assert_eq!(forked.check(&key).is_ok(), old > 2, "{old} {new}");
                assert!(certificate(old, new, "b").check(&key).is_err(), "{old} {new}");
                assert_eq!(ForkCertificate::parse(forked.to_string().as_bytes()).unwrap(), forked);
            }
        }
    }

    #[test]
    fn two_roots_of_one_size_are_proved_and_one_root_is_not() {
        let key = [signer().verifier().clone()];
        let (a, b) = (checkpoint(&history("a", 5)), checkpoint(&history("b", 5)));
        let forked = ForkCertificate::SameSize { first: a.clone(), second: b.clone() };
        let proved = forked.check(&key).unwrap();
        assert_eq!((proved.first.size, proved.second.size), (5, 5));
        let twice = ForkCertificate::SameSize { first: a.clone(), second: a.clone() };
        assert!(twice.check(&key).is_err());
        let grown = ForkCertificate::SameSize { first: a, second: checkpoint(&history("a", 6)) };
        assert!(grown.check(&key).is_err());
        let stranger = NoteSigner::new("doudi.example/ledger", &[8; 32]).unwrap();
        assert!(forked.check(&[stranger.verifier().clone()]).is_err());
        assert!(forked.check(&[]).is_err());
    }

    #[test]
    fn no_byte_of_a_certificate_can_change_unnoticed() {
        let key = [signer().verifier().clone()];
        for forked in [certificate(4, 7, "a"), certificate(5, 9, "a")] {
            let text = forked.to_string();
            assert!(forked.check(&key).is_ok());
            for at in 0..text.len() {
                let mut changed = text.clone().into_bytes();
                changed[at] ^= 1;
                let read = ForkCertificate::parse(&changed);
                assert!(read.is_err() || read.unwrap().check(&key).is_err(), "byte {at}");
                assert!(ForkCertificate::parse(&text.as_bytes()[..at]).is_err(), "cut at {at}");
            }
        }
    }
}
