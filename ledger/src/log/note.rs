//! C2SP signed notes: read, sign, check. What a note says is not read here; the keys stand in `note_key`.
//! The signature rule is the one of docs/format/log.md §3.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::failure::{LogCode, LogFailure};
use super::note_key::{NoteSigner, VerifierKey};
use crate::signer;

/// More lines than this no honest note has.
const MOST_SIGNATURES: usize = 100;

/// More bytes than this no note of ours has.
const MOST_BYTES: usize = 1 << 20;

/// A text with signatures that nobody has checked yet. `Display` gives it back byte for byte.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedNote {
    pub(super) text: String,
    signatures: Vec<NoteSignature>,
}

/// One signature line: who claims to have signed, and the signature's bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
struct NoteSignature {
    name: String,
    key_hash: [u8; 4],
    bytes: Vec<u8>,
}

impl SignedNote {
    /// Signs a text, which must end with a line feed and hold no empty last line.
    pub(super) fn sign(text: String, signer: &NoteSigner) -> Result<SignedNote, LogFailure> {
        let one = |signer: &NoteSigner| {
            let bytes = signer::signature(signer.secret.as_ref(), text.as_bytes());
            let bytes = bytes.map_err(|why| LogFailure::new(LogCode::SignerFailed, why.0))?;
            let name = signer.verifier.name.clone();
            let key_hash = signer.verifier.key_hash();
            Ok(NoteSignature { name, key_hash, bytes: bytes.to_vec() })
        };
        let all = std::iter::once(signer).chain(&signer.beside);
        let signatures = all.map(one).collect::<Result<Vec<_>, LogFailure>>()?;
        Ok(SignedNote { text, signatures })
    }

    /// True if there is a line that claims to be this key's.
    #[must_use]
    pub fn names(&self, key: &VerifierKey) -> bool {
        let hash = key.key_hash();
        self.signatures.iter().any(|line| line.name == key.name && line.key_hash == hash)
    }

    /// True if a line claims to be a key's of this name that is not this key: a log's later key, perhaps.
    #[must_use]
    pub(super) fn names_another(&self, key: &VerifierKey) -> bool {
        let hash = key.key_hash();
        self.signatures.iter().any(|line| line.name == key.name && line.key_hash != hash)
    }

    /// Reads a signed note. Nothing is verified by this.
    ///
    /// # Errors
    /// [`LogCode::NoteMalformed`] if the bytes are not UTF-8, hold control characters other than the
    /// line feed, have no signature line, or any line among the signatures is not one.
    pub fn parse(bytes: &[u8]) -> Result<SignedNote, LogFailure> {
        let wrong = |detail: &str| LogFailure::new(LogCode::NoteMalformed, detail);
        if bytes.len() > MOST_BYTES {
            return Err(wrong("文件过大"));
        }
        let whole = std::str::from_utf8(bytes).map_err(|_| wrong("不是 UTF-8 文本"))?;
        if whole.bytes().any(|byte| byte < b' ' && byte != b'\n') {
            return Err(wrong("含控制字符"));
        }
        let (text, lines) = whole.rsplit_once("\n\n").ok_or_else(|| wrong("没有签名部分"))?;
        let lines = lines.strip_suffix('\n').ok_or_else(|| wrong("末行没有换行"))?;
        let signatures: Vec<_> = lines
            .split('\n')
            .map(|line| NoteSignature::parse(line).ok_or_else(|| wrong(line)))
            .collect::<Result<_, _>>()?;
        if signatures.len() > MOST_SIGNATURES {
            return Err(wrong("签名行过多"));
        }
        Ok(SignedNote { text: format!("{text}\n"), signatures })
    }

    /// The text. Nothing of it is verified.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The note with more signature lines; a line that it has already is not added again.
    ///
    /// # Errors
    /// [`LogCode::NoteMalformed`] if these are not signature lines, or there would be too many.
    pub fn with_lines(&self, lines: &str) -> Result<SignedNote, LogFailure> {
        let wrong = |detail: &str| LogFailure::new(LogCode::NoteMalformed, detail);
        let mut note = self.clone();
        let body = lines.strip_suffix('\n').ok_or_else(|| wrong("末行没有换行"))?;
        for line in body.split('\n') {
            let signature = NoteSignature::parse(line).ok_or_else(|| wrong(line))?;
            if !note.signatures.contains(&signature) {
                note.signatures.push(signature);
            }
        }
        if note.signatures.len() > MOST_SIGNATURES {
            return Err(wrong("签名行过多"));
        }
        Ok(note)
    }

    /// The note with only those signature lines that `keep` wants: by name, key hash and bytes.
    pub(crate) fn retaining(
        mut self,
        mut keep: impl FnMut(&str, [u8; 4], &[u8]) -> bool,
    ) -> SignedNote {
        self.signatures.retain(|line| keep(&line.name, line.key_hash, &line.bytes));
        self
    }

    /// The signature bytes of every line with this name and key hash.
    pub(crate) fn signatures_of(
        &self,
        name: &str,
        key_hash: [u8; 4],
    ) -> impl Iterator<Item = &[u8]> {
        self.signatures
            .iter()
            .filter(move |signature| signature.name == name && signature.key_hash == key_hash)
            .map(|signature| signature.bytes.as_slice())
    }

    /// The text, once this key's signature on it was found and holds.
    ///
    /// # Errors
    /// [`LogCode::CheckpointSignature`] if there is no signature by the key, or one that does not hold.
    pub(crate) fn verified_text(&self, key: &VerifierKey) -> Result<&str, LogFailure> {
        let wrong = |detail| LogFailure::new(LogCode::CheckpointSignature, detail);
        let mut ours = self
            .signatures
            .iter()
            .filter(|signature| signature.name == key.name && signature.key_hash == key.key_hash())
            .peekable();
        if ours.peek().is_none() {
            return Err(wrong(format!("没有“{}”的签名", key.name)));
        }
        if !ours.all(|signature| key.accepts(&self.text, &signature.bytes)) {
            return Err(wrong(format!("“{}”的签名验不过", key.name)));
        }
        Ok(&self.text)
    }
}

impl fmt::Display for SignedNote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.text)?;
        for NoteSignature { name, key_hash, bytes } in &self.signatures {
            let blob = [key_hash.as_slice(), bytes].concat();
            writeln!(f, "\u{2014} {name} {}", STANDARD.encode(blob))?;
        }
        Ok(())
    }
}

impl NoteSignature {
    fn parse(line: &str) -> Option<NoteSignature> {
        let (name, encoded) = line.strip_prefix("\u{2014} ")?.split_once(' ')?;
        if name.is_empty() || name.chars().any(|c| c.is_whitespace() || c == '+') {
            return None;
        }
        let blob = STANDARD.decode(encoded).ok()?;
        let (key_hash, bytes) = blob.split_first_chunk::<4>()?;
        if bytes.is_empty() {
            return None;
        }
        Some(NoteSignature { name: name.to_owned(), key_hash: *key_hash, bytes: bytes.to_vec() })
    }
}

#[cfg(test)]
mod tests {
    use super::{LogCode, NoteSigner, SignedNote, VerifierKey};

    /// The example of golang.org/x/mod/sumdb/note, which other tools are tested with too.
    const PETER_KEY: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
    const PETER_NOTE: &str = "If you think cryptography is the answer to your problem,\n\
        then you don't know what your problem is.\n\n\
        \u{2014} PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";

    #[test]
    fn a_note_that_another_tool_signed_verifies_and_prints_as_it_was() {
        let key: VerifierKey = PETER_KEY.parse().unwrap();
        assert_eq!(key.to_string(), PETER_KEY);
        let note = SignedNote::parse(PETER_NOTE.as_bytes()).unwrap();
        assert!(note.verified_text(&key).unwrap().ends_with("what your problem is.\n"));
        assert_eq!(note.to_string(), PETER_NOTE);
    }

    #[test]
    fn one_changed_letter_ends_the_signature() {
        let key: VerifierKey = PETER_KEY.parse().unwrap();
        let note = SignedNote::parse(PETER_NOTE.replace("answer", "Answer").as_bytes()).unwrap();
        assert_eq!(note.verified_text(&key).unwrap_err().code(), LogCode::CheckpointSignature);
    }

    #[test]
    fn a_second_signature_that_does_not_hold_spoils_the_note() {
        let key: VerifierKey = PETER_KEY.parse().unwrap();
        let twice = format!("{PETER_NOTE}\u{2014} PeterNeumann x08go/ZJkuBS\n");
        let note = SignedNote::parse(twice.as_bytes()).unwrap();
        assert_eq!(note.verified_text(&key).unwrap_err().code(), LogCode::CheckpointSignature);
    }

    #[test]
    fn the_signature_of_a_stranger_is_passed_over_and_kept() {
        let signer = NoteSigner::new("doudi.example/ledger", &[7; 32]).unwrap();
        let ours = SignedNote::sign("text\n".to_owned(), &signer).unwrap().to_string();
        let both = format!("{ours}\u{2014} witness x08go/ZJkuBS\n");
        let note = SignedNote::parse(both.as_bytes()).unwrap();
        assert_eq!(note.verified_text(signer.verifier()).unwrap(), "text\n");
        assert_eq!(note.to_string(), both);
        let stranger: VerifierKey = PETER_KEY.parse().unwrap();
        assert!(note.verified_text(&stranger).is_err());
    }

    #[test]
    fn what_is_not_a_note_is_refused() {
        for wrong in [
            "",
            "text\n",
            "text\n\n",
            "text\n\n\u{2014} a eDA4Z28=",
            "text\n\n- a eDA4Z28vWg==\n",
            "text\n\n\u{2014} a+b eDA4Z28vWg==\n",
            "text\n\n\u{2014} a eDA4Zw==\n",
            "te\rxt\n\n\u{2014} a eDA4Z28vWg==\n",
        ] {
            assert!(SignedNote::parse(wrong.as_bytes()).is_err(), "{wrong:?}");
        }
        assert!(SignedNote::parse(b"\xFF\n\n\n").is_err());
    }

    #[test]
    fn a_key_with_one_letter_missing_or_changed_is_refused() {
        for at in 0..PETER_KEY.len() {
            let mut shorter = PETER_KEY.to_owned();
            shorter.remove(at);
            assert!(shorter.parse::<VerifierKey>().is_err(), "{shorter}");
        }
        for name in ["", "a b", "a+b", "a\nb"] {
            assert!(NoteSigner::new(name, &[1; 32]).is_err(), "{name}");
        }
    }

    #[test]
    fn a_key_of_small_order_or_not_canonical_is_refused() {
        let mut identity = [0; 32];
        identity[0] = 1;
        assert!(VerifierKey::new("a", &identity).is_err());
        // y = p + 3 encodes the same point as y = 3.
        let mut above = [0xFF; 32];
        above[0] = 0xF0;
        above[31] = 0x7F;
        assert!(VerifierKey::new("a", &above).is_err());
    }
}
