//! The checkpoint 存证头: origin, size and root of the log, three lines in a signed note.
//! What was not verified cannot be read.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::failure::{LogCode, LogFailure};
use super::note::SignedNote;
use super::note_key::{NoteSigner, VerifierKey};
use super::store::Head;
use crate::ids::Root;

/// A checkpoint that the trusted key signed. Only [`SignedNote::verify`] makes one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifiedCheckpoint {
    origin: String,
    head: Head,
}

impl VerifiedCheckpoint {
    /// The ledger's name.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// How many entries the checkpoint covers.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.head.size
    }

    /// The root over them.
    #[must_use]
    pub fn root(&self) -> Root {
        self.head.root
    }

    /// Size and root.
    #[must_use]
    pub fn head(&self) -> Head {
        self.head
    }
}

impl SignedNote {
    /// The checkpoint in this note, if `key` signed it and it is of the ledger that `key` names.
    ///
    /// # Errors
    /// [`LogCode::CheckpointSignature`] if the signature is missing or does not hold,
    /// [`LogCode::CheckpointMalformed`] if the text is not three lines of the one form,
    /// [`LogCode::CheckpointOrigin`] if the first line is not the key's name.
    pub fn verify(&self, key: &VerifierKey) -> Result<VerifiedCheckpoint, LogFailure> {
        let text = self.verified_text(key)?;
        stated(text, key)
    }

    /// The checkpoint in this note, if at least one of the keys signed it, and every line that claims to be one of
    /// theirs holds. The keys are a log's over its lifetime: the first is the founding one.
    ///
    /// # Errors
    /// As [`SignedNote::verify`].
    pub fn verify_any(&self, keys: &[VerifierKey]) -> Result<VerifiedCheckpoint, LogFailure> {
        let named: Vec<_> = keys.iter().filter(|key| self.names(key)).collect();
        let all = if named.is_empty() { keys.iter().collect() } else { named };
        let mut verified = all.into_iter().map(|key| self.verify(key));
        let none = || LogFailure::new(LogCode::CheckpointSignature, "没有日志公钥");
        let first = verified.next().ok_or_else(none)??;
        verified.try_fold(first, |_, next| next)
    }

    /// The checkpoint in this note, if every one of the keys signed it: while the log's key changes, both do.
    ///
    /// # Errors
    /// As [`SignedNote::verify`].
    pub fn verify_all(&self, keys: &[VerifierKey]) -> Result<VerifiedCheckpoint, LogFailure> {
        let none = || LogFailure::new(LogCode::CheckpointSignature, "没有日志公钥");
        let mut verified = keys.iter().map(|key| self.verify(key));
        let first = verified.next().ok_or_else(none)??;
        verified.try_fold(first, |_, next| next)
    }

    /// What the note says: verified by the founding key of a log, or else stated under another key of the same name.
    /// Then nothing is proved yet: the acts of the log say which keys sign it, and whoever reads them verifies it by these.
    ///
    /// # Errors
    /// As [`SignedNote::verify`], if no other key can be meant.
    pub fn stated(&self, founding: &VerifierKey) -> Result<Head, LogFailure> {
        match self.verify(founding) {
            Ok(verified) => Ok(verified.head()),
            Err(_) if self.names_another(founding) && !self.names(founding) => {
                Ok(stated(&self.text, founding)?.head)
            }
            Err(why) => Err(why),
        }
    }
}

fn stated(text: &str, key: &VerifierKey) -> Result<VerifiedCheckpoint, LogFailure> {
    let (origin, head) = read(text).ok_or_else(|| {
        LogFailure::new(LogCode::CheckpointMalformed, text.escape_debug().to_string())
    })?;
    if origin != key.name() {
        let detail = format!("存证头为“{origin}”，公钥为“{}”", key.name());
        return Err(LogFailure::new(LogCode::CheckpointOrigin, detail));
    }
    Ok(VerifiedCheckpoint { origin: origin.to_owned(), head })
}

/// The note in which `signer` states this head for the ledger of its own name.
pub(super) fn signed(head: &Head, signer: &NoteSigner) -> Result<SignedNote, LogFailure> {
    SignedNote::sign(text(signer.verifier().name(), head), signer)
}

fn text(origin: &str, head: &Head) -> String {
    format!("{origin}\n{}\n{}\n", head.size, STANDARD.encode(head.root.0))
}

fn read(found: &str) -> Option<(&str, Head)> {
    let mut lines = found.split('\n');
    let (origin, size, root) = (lines.next()?, lines.next()?, lines.next()?);
    let root = Root(STANDARD.decode(root).ok()?.try_into().ok()?);
    let head = Head { size: size.parse().ok()?, root };
    // One checkpoint has one spelling: extension lines, leading zeros and the like are differences.
    (text(origin, &head) == found).then_some((origin, head))
}

#[cfg(test)]
mod tests {
    use super::super::tree::empty_root;
    use super::{Head, LogCode, NoteSigner, SignedNote, VerifierKey, signed};

    fn signer() -> NoteSigner {
        NoteSigner::new("doudi.example/ledger", &[7; 32]).unwrap()
    }

    #[test]
    fn what_was_signed_verifies_and_reads_back() {
        let head = Head { size: 0, root: empty_root() };
        let note = signed(&head, &signer()).unwrap();
        let text = note.to_string();
        let expected = "doudi.example/ledger\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n\n";
        assert!(text.starts_with(expected), "{text}");
        let again = SignedNote::parse(text.as_bytes()).unwrap();
        let checkpoint = again.verify(signer().verifier()).unwrap();
        assert_eq!((checkpoint.origin(), checkpoint.head()), ("doudi.example/ledger", head));
    }

    #[test]
    fn another_key_does_not_verify_it() {
        let note = signed(&Head { size: 0, root: empty_root() }, &signer()).unwrap();
        let other = NoteSigner::new("doudi.example/ledger", &[8; 32]).unwrap();
        assert_eq!(note.verify(other.verifier()).unwrap_err().code(), LogCode::CheckpointSignature);
    }

    #[test]
    fn only_the_one_form_of_three_lines_is_a_checkpoint() {
        let root = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";
        let key: VerifierKey = signer().verifier().clone();
        let code = |text: String| {
            let note = SignedNote::sign(text, &signer()).unwrap();
            note.verify(&key).map_or_else(|e| Some(e.code()), |_| None)
        };
        assert_eq!(code(format!("doudi.example/ledger\n1\n{root}\n")), None);
        let malformed = Some(LogCode::CheckpointMalformed);
        assert_eq!(code(format!("doudi.example/ledger\n01\n{root}\n")), malformed);
        assert_eq!(code(format!("doudi.example/ledger\n+1\n{root}\n")), malformed);
        assert_eq!(code(format!("doudi.example/ledger\n1\n{root}\nextension\n")), malformed);
        assert_eq!(code(format!("doudi.example/ledger\n1\n{root} \n")), malformed);
        assert_eq!(code("doudi.example/ledger\n1\nAAAA\n".to_owned()), malformed);
        assert_eq!(code(format!("another\n1\n{root}\n")), Some(LogCode::CheckpointOrigin));
    }
}
