//! Proofs as files: a C2SP `tlog-proof` that an entry is in the log, and the body of a C2SP `add-checkpoint` request,
//! which says that the log only grew. docs/format/export.md §5, §6. Reading one believes nothing of it.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::checkpoint::VerifiedCheckpoint;
use super::failure::{LogCode, LogFailure};
use super::key_chain::KeyChain;
use super::note::SignedNote;
use super::proof::{consistency_holds, inclusion_holds};
use super::reader::LogReader;
use super::store::Head;
use super::tree::{NodeHash, leaf_hash};
use crate::ids::Seq;

const TLOG_PROOF: &str = "c2sp.org/tlog-proof@v1";

/// No proof in a tree of fewer than 2^63 entries has more hashes.
const MOST_HASHES: usize = 63;

/// A `tlog-proof`: where an entry stands, the way from it to the root, and the checkpoint that signs the root.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InclusionFile {
    index: u64,
    proof: Vec<NodeHash>,
    checkpoint: SignedNote,
}

/// A proof that the log of the checkpoint begins with the first `old` entries that somebody knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConsistencyFile {
    old: u64,
    proof: Vec<NodeHash>,
    checkpoint: SignedNote,
}

impl LogReader {
    /// The proof that entry `seq` is in the newest checkpoint's tree; `None` if that does not cover it.
    ///
    /// # Errors
    /// If the log cannot be read.
    pub fn inclusion_file(&self, seq: Seq) -> Result<Option<InclusionFile>, LogFailure> {
        let Some((checkpoint, head)) = self.newest() else { return Ok(None) };
        let proof = self.inclusion_proof(seq, head.size)?;
        Ok(proof.map(|proof| InclusionFile { index: seq.0, proof, checkpoint }))
    }

    /// The proof that the newest checkpoint's tree begins with the tree of an earlier checkpoint of this log.
    ///
    /// # Errors
    /// [`LogCode::NothingSigned`]; [`LogCode::RolledBack`] if the newest covers less; [`LogCode::Rewritten`] if the
    /// earlier one is of another history: there is no such proof then.
    pub fn consistency_file(
        &self,
        old: &VerifiedCheckpoint,
    ) -> Result<ConsistencyFile, LogFailure> {
        let nothing = || LogFailure::new(LogCode::NothingSigned, self.dir().display().to_string());
        let (checkpoint, head) = self.newest().ok_or_else(nothing)?;
        let shorter = || {
            let detail = format!("所给存证头 {} 条，现为 {} 条", old.size(), head.size);
            LogFailure::new(LogCode::RolledBack, detail)
        };
        let proof = self.consistency_proof(old.size(), head.size)?.ok_or_else(shorter)?;
        if self.root_at(old.size())? != old.root() {
            let detail = format!("前 {} 条的根不同", old.size());
            return Err(LogFailure::new(LogCode::Rewritten, detail));
        }
        Ok(ConsistencyFile { old: old.size(), proof, checkpoint })
    }
}

impl InclusionFile {
    /// True if the bytes begin as a `tlog-proof` does.
    #[must_use]
    pub fn is_begun_by(bytes: &[u8]) -> bool {
        bytes.starts_with(TLOG_PROOF.as_bytes())
    }

    /// Reads a `tlog-proof`. Extra data is passed over: nobody signs it.
    ///
    /// # Errors
    /// [`LogCode::ProofMalformed`], or [`LogCode::NoteMalformed`] of the checkpoint in it.
    pub fn parse(bytes: &[u8]) -> Result<InclusionFile, LogFailure> {
        let (head, checkpoint) = halves(bytes)?;
        let mut lines = head.split('\n').peekable();
        if lines.next() != Some(TLOG_PROOF) {
            return Err(malformed("首行"));
        }
        if let Some(extra) = lines.next_if(|line| line.starts_with("extra ")) {
            let data = extra.strip_prefix("extra ").unwrap_or_default();
            STANDARD.decode(data).map_err(|_| malformed("extra"))?;
        }
        let index = number(lines.next(), "index ")?;
        Ok(InclusionFile { index, proof: hashes(lines)?, checkpoint })
    }

    /// The entry's place in the log, as the file claims it.
    #[must_use]
    pub fn index(&self) -> Seq {
        Seq(self.index)
    }

    /// The checkpoint under which `entry` is in the log.
    ///
    /// # Errors
    /// All that [`SignedNote::verify`] can end in; [`LogCode::ProofFails`] if the entry is not what is proved.
    pub fn verify(&self, entry: &[u8], keys: &KeyChain) -> Result<VerifiedCheckpoint, LogFailure> {
        let checkpoint = keys.verify(&self.checkpoint)?;
        let Head { size, root } = checkpoint.head();
        if inclusion_holds(leaf_hash(entry), self.index, size, root, &self.proof) {
            return Ok(checkpoint);
        }
        let detail = format!("第 {} 条，存证头 {size} 条", self.index);
        Err(LogFailure::at(LogCode::ProofFails, self.index, detail))
    }
}

impl ConsistencyFile {
    /// True if the bytes begin as such a file does.
    #[must_use]
    pub fn is_begun_by(bytes: &[u8]) -> bool {
        bytes.starts_with(b"old ")
    }

    /// Reads the body of an `add-checkpoint` request.
    ///
    /// # Errors
    /// [`LogCode::ProofMalformed`], or [`LogCode::NoteMalformed`] of the checkpoint in it.
    pub fn parse(bytes: &[u8]) -> Result<ConsistencyFile, LogFailure> {
        let (head, checkpoint) = halves(bytes)?;
        let mut lines = head.split('\n');
        let old = number(lines.next(), "old ")?;
        Ok(ConsistencyFile { old, proof: hashes(lines)?, checkpoint })
    }

    /// The newer checkpoint, whose log goes on from `old`.
    ///
    /// # Errors
    /// All that [`SignedNote::verify`] can end in; [`LogCode::ProofFails`] if the proof begins elsewhere or does not hold.
    pub fn verify(
        &self,
        old: &VerifiedCheckpoint,
        keys: &KeyChain,
    ) -> Result<VerifiedCheckpoint, LogFailure> {
        let new = keys.verify(&self.checkpoint)?;
        let (before, after) = ((old.size(), old.root()), (new.size(), new.root()));
        if self.old == old.size() && consistency_holds(before, after, &self.proof) {
            return Ok(new);
        }
        let detail = format!("由 {} 条到 {} 条，证明自 {} 条起", before.0, after.0, self.old);
        Err(LogFailure::new(LogCode::ProofFails, detail))
    }
}

impl fmt::Display for InclusionFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{TLOG_PROOF}\nindex {}", self.index)?;
        write(f, &self.proof, &self.checkpoint)
    }
}

impl fmt::Display for ConsistencyFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "old {}", self.old)?;
        write(f, &self.proof, &self.checkpoint)
    }
}

fn write(f: &mut fmt::Formatter<'_>, proof: &[NodeHash], checkpoint: &SignedNote) -> fmt::Result {
    proof.iter().try_for_each(|hash| writeln!(f, "{}", STANDARD.encode(hash.0)))?;
    write!(f, "\n{checkpoint}")
}

fn malformed(what: &str) -> LogFailure {
    LogFailure::new(LogCode::ProofMalformed, what)
}

/// The lines before the first empty one, and the signed note after it.
fn halves(bytes: &[u8]) -> Result<(&str, SignedNote), LogFailure> {
    let text = std::str::from_utf8(bytes).map_err(|_| malformed("不是 UTF-8 文本"))?;
    let (head, note) = text.split_once("\n\n").ok_or_else(|| malformed("没有存证头"))?;
    Ok((head, SignedNote::parse(note.as_bytes())?))
}

/// The number of a line such as `index 7`: decimal, without sign or leading zeros.
fn number(line: Option<&str>, label: &str) -> Result<u64, LogFailure> {
    let digits = line.and_then(|line| line.strip_prefix(label));
    let number =
        digits.and_then(|digits| digits.parse::<u64>().ok().filter(|n| n.to_string() == digits));
    number.ok_or_else(|| malformed(label.trim_end()))
}

fn hashes<'a>(lines: impl Iterator<Item = &'a str>) -> Result<Vec<NodeHash>, LogFailure> {
    let hash = |line: &str| STANDARD.decode(line).ok()?.try_into().ok().map(NodeHash);
    let hashes: Vec<NodeHash> = lines
        .take(MOST_HASHES + 1)
        .map(|line| hash(line).ok_or_else(|| malformed("哈希")))
        .collect::<Result<_, _>>()?;
    if hashes.len() > MOST_HASHES { Err(malformed("哈希过多")) } else { Ok(hashes) }
}

#[cfg(test)]
mod tests {
    use super::super::{Log, LogCode, LogReader, NoteSigner, Record, SignedNote};
    use super::{ConsistencyFile, InclusionFile};
    use crate::ids::Seq;

    fn signer() -> NoteSigner {
        NoteSigner::new("doudi.example/ledger", &[7; 32]).unwrap()
    }

    /// A log of `first` entries with a checkpoint, then of `second` more with another.
    fn grown(first: usize, second: usize) -> (tempfile::TempDir, LogReader, SignedNote) {
        let dir = tempfile::tempdir().unwrap();
        let mut log = Log::open(dir.path(), signer().verifier()).unwrap();
        let entries: Vec<Vec<u8>> =
            (0..first + second).map(|n| n.to_string().into_bytes()).collect();
        let records: Vec<_> = entries.iter().map(|bytes| Record { bytes, id: None }).collect();
        log.append(&log.head(), &records[..first]).unwrap();
        let old = log.checkpoint(&signer()).unwrap();
        log.append(&log.head(), &records[first..]).unwrap();
        log.checkpoint(&signer()).unwrap();
        (dir, log.reader(), old)
    }

    #[test]
    fn every_entry_has_a_proof_that_holds_for_it_alone_and_reads_back() {
        let (_dir, reader, _) = grown(3, 4);
        let keys = reader.keys().unwrap();
        for seq in 0..7 {
            let file = reader.inclusion_file(Seq(seq)).unwrap().unwrap();
            let again = InclusionFile::parse(file.to_string().as_bytes()).unwrap();
            assert_eq!(again, file);
            let size = again.verify(seq.to_string().as_bytes(), &keys).unwrap().size();
            assert_eq!((size, again.index()), (7, Seq(seq)));
            let other = again.verify(b"other", &keys).unwrap_err();
            assert_eq!((other.code(), other.entry()), (LogCode::ProofFails, Some(Seq(seq))));
        }
        assert_eq!(reader.inclusion_file(Seq(7)).unwrap(), None);
    }

    #[test]
    fn extra_data_is_passed_over_and_any_other_form_is_refused() {
        let (_dir, reader, _) = grown(3, 4);
        let text = reader.inclusion_file(Seq(5)).unwrap().unwrap().to_string();
        let parse = |text: &str| InclusionFile::parse(text.as_bytes());
        let extra = text.replace("\nindex", "\nextra AAEC\nindex");
        assert_eq!(parse(&extra), parse(&text));
        for wrong in [
            text.replace("@v1", "@v2"),
            text.replace("index 5", "index 05"),
            text.replace("index 5", "index +5"),
            text.replace("index 5", "index"),
            text.replace("\nindex", "\nextra A\nindex"),
            text.replace("\nindex", "\nextra\nindex"),
            text.replace("index 5\n", "index 5\nAAAA\n"),
            text.replace('\n', "\r\n"),
            String::new(),
        ] {
            assert_eq!(parse(&wrong).unwrap_err().code(), LogCode::ProofMalformed, "{wrong}");
        }
        let unsigned = text.split('\u{2014}').next().unwrap();
        let without_empty_line = text.replace("\n\ndoudi", "\ndoudi");
        for wrong in [unsigned, &without_empty_line] {
            assert_eq!(parse(wrong).unwrap_err().code(), LogCode::NoteMalformed, "{wrong}");
        }
    }

    #[test]
    fn growth_is_proved_from_what_was_known_and_from_nothing_else() {
        let (_dir, reader, old) = grown(3, 4);
        let keys = reader.keys().unwrap();
        let known = keys.verify(&old).unwrap();
        let file = reader.consistency_file(&known).unwrap();
        let again = ConsistencyFile::parse(file.to_string().as_bytes()).unwrap();
        assert_eq!(again, file);
        assert_eq!(again.verify(&known, &keys).unwrap().size(), 7);
        let (_, other, fork) = grown(2, 5);
        let elsewhere = fork.verify(other.key()).unwrap();
        assert_eq!(again.verify(&elsewhere, &keys).unwrap_err().code(), LogCode::ProofFails);
        let (_, long, _) = grown(3, 5);
        let ahead = keys.verify(&long.newest().unwrap().0).unwrap();
        assert_eq!(reader.consistency_file(&ahead).unwrap_err().code(), LogCode::RolledBack);
    }
}
