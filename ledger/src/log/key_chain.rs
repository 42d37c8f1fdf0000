//! The log's keys beside last-signed: which later keys the founding key was handed over to (docs/format/log.md §7).
//! The file proves itself: every line carries the signature of an earlier key. It can be written again from the acts.

use std::fmt;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::checkpoint::VerifiedCheckpoint;
use super::failure::{LogCode, LogFailure};
use super::last_signed::replace;
use super::note::SignedNote;
use super::note_key::VerifierKey;
use super::writer::Log;
use crate::signature::holds;

const NAME: &str = "log-keys";
const UNFINISHED: &str = "log-keys.new";

/// A later key of the log, and an earlier one's signature that says so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Handover {
    /// The key handed over to.
    pub key: VerifierKey,
    /// Base64 signature of an earlier key over it.
    pub signature: String,
}

impl Handover {
    fn is_by(&self, earlier: &VerifierKey) -> bool {
        let message = format!("doudi/log-key-handover/v1\n{}\n{}", earlier.name(), self.key);
        let signature = STANDARD.decode(&self.signature).ok();
        let signature = signature.and_then(|bytes| <[u8; 64]>::try_from(bytes).ok());
        signature.is_some_and(|sig| holds(earlier.verifying_key(), message.as_bytes(), &sig))
    }
}

/// The file's path in a ledger's folder, a trust folder, a copy or an export.
pub(super) fn path(dir: &Path) -> PathBuf {
    dir.join(NAME)
}

/// The keys of a log over its lifetime: the founding one, and those that it was handed over to, retired ones too. Which of
/// them sign at a size is what the acts say; who reads no acts takes a checkpoint that one of these signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyChain {
    /// The founding key first.
    keys: Vec<VerifierKey>,
    handovers: Vec<Handover>,
}

impl KeyChain {
    /// The chain of a log that never changed its key.
    #[must_use]
    pub fn founded_by(first: &VerifierKey) -> KeyChain {
        KeyChain { keys: vec![first.clone()], handovers: Vec::new() }
    }

    /// The founding key and every key that the file `log-keys` in a folder hands over to; the founding key alone where there
    /// is no file.
    ///
    /// # Errors
    /// [`LogCode::KeyChain`] if a key was not handed over to by one before it; [`LogCode::Io`].
    pub fn read(dir: &Path, first: &VerifierKey) -> Result<KeyChain, LogFailure> {
        let path = path(dir);
        match std::fs::read_to_string(&path) {
            Ok(text) => KeyChain::parse(&text, first),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(KeyChain::founded_by(first)),
            Err(error) => Err(LogFailure::io("读取", &path, &error)),
        }
    }

    /// The same of the file's text.
    ///
    /// # Errors
    /// [`LogCode::KeyChain`].
    pub fn parse(text: &str, first: &VerifierKey) -> Result<KeyChain, LogFailure> {
        let line = |line: &str| {
            let wrong = || LogFailure::new(LogCode::KeyChain, line.to_owned());
            let (key, signature) = line.split_once(' ').ok_or_else(wrong)?;
            Ok(Handover { key: key.parse()?, signature: signature.to_owned() })
        };
        let handovers = text.lines().map(line).collect::<Result<Vec<_>, LogFailure>>()?;
        KeyChain::follow(first, handovers)
    }

    fn follow(first: &VerifierKey, handovers: Vec<Handover>) -> Result<KeyChain, LogFailure> {
        let mut keys = vec![first.clone()];
        for handover in &handovers {
            let same_name = handover.key.name() == first.name();
            if !same_name || !keys.iter().any(|earlier| handover.is_by(earlier)) {
                return Err(LogFailure::new(LogCode::KeyChain, handover.key.to_string()));
            }
            keys.push(handover.key.clone());
        }
        Ok(KeyChain { keys, handovers })
    }

    /// The key that founded the log.
    ///
    /// # Panics
    /// Never: a chain begins with it.
    #[must_use]
    pub fn founding(&self) -> &VerifierKey {
        self.keys.first().expect("a chain has its founding key")
    }

    /// All keys, the founding one first.
    #[must_use]
    pub fn keys(&self) -> &[VerifierKey] {
        &self.keys
    }

    /// The checkpoint in a note that one of the keys signed.
    ///
    /// # Errors
    /// As [`SignedNote::verify_any`].
    pub fn verify(&self, note: &SignedNote) -> Result<VerifiedCheckpoint, LogFailure> {
        note.verify_any(&self.keys)
    }

    /// Takes over what another chain of the same log knows beyond this one; true if that was anything.
    pub fn learn(&mut self, other: &KeyChain) -> bool {
        let is_longer = other.keys.starts_with(&self.keys) && other.keys.len() > self.keys.len();
        if is_longer {
            self.clone_from(other);
        }
        is_longer
    }

    /// Writes the file `log-keys` into a folder, durably; nothing while there is only the founding key.
    ///
    /// # Errors
    /// [`LogCode::Io`].
    pub fn write(&self, dir: &Path) -> Result<(), LogFailure> {
        if self.handovers.is_empty() {
            return Ok(());
        }
        replace(dir, &dir.join(UNFINISHED), &path(dir), self.to_string().as_bytes())
    }
}

impl fmt::Display for KeyChain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut handovers = self.handovers.iter();
        handovers.try_for_each(|handover| writeln!(f, "{} {}", handover.key, handover.signature))
    }
}

impl Log {
    /// Keeps the handovers that the log's acts name, in their order, so that the next start knows the later keys.
    /// Returns after the file is durable; the same handovers again write nothing.
    ///
    /// # Errors
    /// [`LogCode::KeyChain`] if one was not handed over to; [`LogCode::Io`].
    pub fn keep_handovers(&mut self, handovers: &[Handover]) -> Result<(), LogFailure> {
        let keys = KeyChain::follow(&self.key, handovers.to_vec())?;
        if keys != self.keys {
            keys.write(&self.dir)?;
            self.keys = keys;
        }
        Ok(())
    }

    /// The founding key and those it was handed over to so far, retired ones too.
    #[must_use]
    pub fn keys(&self) -> &KeyChain {
        &self.keys
    }
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use ed25519_dalek::SigningKey;

    use super::super::{Log, LogCode, NoteSigner, Record};
    use super::{Handover, path};
    use crate::signer::Signer as _;

    const ORIGIN: &str = "doudi.example/ledger";

    fn signer(seed: u8) -> NoteSigner {
        NoteSigner::new(ORIGIN, &[seed; 32]).unwrap()
    }

    fn handover(from: u8, to: u8) -> Handover {
        let key = signer(to).verifier().clone();
        let message = format!("doudi/log-key-handover/v1\n{ORIGIN}\n{key}");
        let signature = SigningKey::from_bytes(&[from; 32]).sign(message.as_bytes()).unwrap();
        Handover { key, signature: STANDARD.encode(signature) }
    }

    #[test]
    fn a_log_opens_by_its_founding_key_after_two_handovers() {
        let dir = tempfile::tempdir().unwrap();
        let first = signer(1);
        let mut log = Log::open(dir.path(), first.verifier()).unwrap();
        log.append(&log.head(), &[Record { bytes: b"{}", id: None }]).unwrap();
        assert_eq!(log.checkpoint(&signer(2)).unwrap_err().code(), LogCode::WrongSigner);
        log.keep_handovers(&[handover(1, 2), handover(2, 3)]).unwrap();
        let both = log.checkpoint(&signer(1).and(signer(3))).unwrap();
        both.verify(signer(1).verifier()).unwrap();
        both.verify(signer(3).verifier()).unwrap();
        log.append(&log.head(), &[Record { bytes: b"{\"a\":1}", id: None }]).unwrap();
        let third = log.checkpoint(&signer(3)).unwrap();
        assert!(third.verify(first.verifier()).is_err());
        drop(log);
        let log = Log::open(dir.path(), first.verifier()).unwrap();
        assert_eq!((log.head().size, log.keys().keys().len()), (2, 3));
        drop(log);
        std::fs::remove_file(path(dir.path())).unwrap();
        let failure = Log::open(dir.path(), first.verifier()).map(drop).unwrap_err();
        assert_eq!(failure.code(), LogCode::CheckpointSignature);
    }

    #[test]
    fn a_verifier_key_of_another_algorithm_is_refused_with_its_own_code() {
        use super::VerifierKey;
        // 6 stands for ML-DSA-44 in C2SP's list, 0x64 for nothing.
        for algorithm in [0, 2, 4, 6, 0x64, 0xFF] {
            let bytes = [[algorithm].as_slice(), &[4; 32]].concat();
            let text = format!("{ORIGIN}+00000000+{}", STANDARD.encode(bytes));
            let failure = text.parse::<VerifierKey>().unwrap_err();
            assert_eq!(failure.code(), LogCode::KeyAlgorithm, "{algorithm}");
        }
    }

    #[test]
    fn a_key_that_nobody_handed_over_to_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let mut log = Log::open(dir.path(), signer(1).verifier()).unwrap();
        for wrong in [handover(9, 2), handover(2, 2)] {
            let failure = log.keep_handovers(std::slice::from_ref(&wrong)).unwrap_err();
            assert_eq!(failure.code(), LogCode::KeyChain);
            let line = format!("{} {}\n", wrong.key, wrong.signature);
            std::fs::write(path(dir.path()), line).unwrap();
            let other = Log::open_for_audit(dir.path(), signer(1).verifier()).map(drop);
            assert!(other.is_err());
        }
        drop(log);
        let failure = Log::open(dir.path(), signer(1).verifier()).map(drop).unwrap_err();
        assert_eq!(failure.code(), LogCode::KeyChain);
    }
}
