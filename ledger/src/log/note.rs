//! C2SP signed notes and verifier keys: read, sign, check. What a note says is not read here.
//! The signature rule is the one of docs/format/log.md §3.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{SigningKey, VerifyingKey};
use sha2::{Digest as _, Sha256};

use super::failure::{LogCode, LogFailure};
use crate::signature;
use crate::signer::{self, Signer};

/// C2SP's number for Ed25519 in keys and key hashes.
const ED25519: u8 = 1;

/// More lines than this no honest note has.
const MOST_SIGNATURES: usize = 100;

/// More bytes than this no note of ours has.
const MOST_BYTES: usize = 1 << 20;

/// A key that signatures on notes can be checked with: `NAME+HEX(key hash)+BASE64(0x01 ‖ key)`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifierKey {
    name: String,
    public: VerifyingKey,
}

impl VerifierKey {
    /// The key with this name and these 32 public bytes.
    ///
    /// # Errors
    /// [`LogCode::KeyMalformed`] if the name is empty or holds white space or `+`, or if the bytes
    /// are not the canonical form of a point, or one of small order.
    pub fn new(name: &str, public: &[u8; 32]) -> Result<VerifierKey, LogFailure> {
        if name.is_empty() || name.chars().any(|c| c.is_whitespace() || c.is_control() || c == '+')
        {
            return Err(LogFailure::new(LogCode::KeyMalformed, format!("名称“{name}”")));
        }
        let key = signature::public_key(public)
            .ok_or_else(|| LogFailure::new(LogCode::KeyMalformed, "公钥不是有效的 Ed25519 点"))?;
        Ok(VerifierKey { name: name.to_owned(), public: key })
    }

    /// The key's name: for a log, its origin.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The 32 public bytes.
    #[must_use]
    pub fn public(&self) -> &[u8; 32] {
        self.public.as_bytes()
    }

    /// The public key, to check other signatures with.
    #[must_use]
    pub fn verifying_key(&self) -> &VerifyingKey {
        &self.public
    }

    /// The first four bytes of SHA-256(name ‖ 0x0A ‖ 0x01 ‖ public key): a hint, not a proof.
    #[must_use]
    pub fn key_hash(&self) -> [u8; 4] {
        let hash = Sha256::new()
            .chain_update(&self.name)
            .chain_update([b'\n', ED25519])
            .chain_update(self.public());
        let [a, b, c, d, ..] = <[u8; 32]>::from(hash.finalize());
        [a, b, c, d]
    }

    fn accepts(&self, text: &str, signature: &[u8]) -> bool {
        <&[u8; 64]>::try_from(signature)
            .is_ok_and(|signature| signature::holds(&self.public, text.as_bytes(), signature))
    }
}

impl fmt::Display for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key = [&[ED25519], self.public().as_slice()].concat();
        write!(f, "{}+{}+{}", self.name, hex::encode(self.key_hash()), STANDARD.encode(key))
    }
}

impl FromStr for VerifierKey {
    type Err = LogFailure;

    /// Reads one line; a line feed at its end is allowed, since files have one.
    fn from_str(text: &str) -> Result<VerifierKey, LogFailure> {
        let line = text.strip_suffix('\n').unwrap_or(text);
        let wrong = || LogFailure::new(LogCode::KeyMalformed, format!("“{line}”"));
        // Base64 may hold a plus sign, names and key hashes may not.
        let mut parts = line.splitn(3, '+');
        let (name, _, encoded) =
            (|| Some((parts.next()?, parts.next()?, parts.next()?)))().ok_or_else(wrong)?;
        let bytes = STANDARD.decode(encoded).map_err(|_| wrong())?;
        let (algorithm, public) = bytes.split_first().ok_or_else(wrong)?;
        if *algorithm != ED25519 {
            let detail = format!("“{line}”的算法号为 {algorithm}");
            return Err(LogFailure::new(LogCode::KeyAlgorithm, detail));
        }
        let public: &[u8; 32] = public.try_into().map_err(|_| wrong())?;
        let key = VerifierKey::new(name, public)?;
        // One key has one spelling, so a wrong hash shows as a difference.
        if key.to_string() != line {
            return Err(wrong());
        }
        Ok(key)
    }
}

/// A secret key that signs notes under its name; while the log's key changes, two of them.
#[derive(Clone)]
pub struct NoteSigner {
    verifier: VerifierKey,
    secret: Arc<dyn Signer>,
    /// The other keys that sign beside it.
    beside: Vec<NoteSigner>,
}

impl NoteSigner {
    /// The signer with this name and this 32-byte secret seed.
    ///
    /// # Errors
    /// [`LogCode::KeyMalformed`] if the name is empty or holds white space or `+`.
    pub fn new(name: &str, seed: &[u8; 32]) -> Result<NoteSigner, LogFailure> {
        NoteSigner::through(name, Arc::new(SigningKey::from_bytes(seed)))
    }

    /// The signer with this name whose key is wherever `secret` reaches it.
    ///
    /// # Errors
    /// As [`NoteSigner::new`].
    pub fn through(name: &str, secret: Arc<dyn Signer>) -> Result<NoteSigner, LogFailure> {
        let verifier = VerifierKey::new(name, secret.public().as_bytes())?;
        Ok(NoteSigner { verifier, secret, beside: Vec::new() })
    }

    /// The same, with another signer whose line stands below.
    #[must_use]
    pub fn and(mut self, other: NoteSigner) -> NoteSigner {
        self.beside.push(other);
        self
    }

    /// The signer for exactly these keys, in their order.
    ///
    /// # Errors
    /// [`LogCode::WrongSigner`] with the key that is not among its own.
    pub fn for_keys(&self, keys: &[VerifierKey]) -> Result<NoteSigner, LogFailure> {
        let one = |key: &VerifierKey| {
            let mut all = std::iter::once(self).chain(&self.beside);
            let found = all.find(|signer| signer.verifier == *key);
            let detail = || format!("没有 {key} 的私钥");
            let found = found.ok_or_else(|| LogFailure::new(LogCode::WrongSigner, detail()))?;
            Ok(NoteSigner { beside: Vec::new(), ..found.clone() })
        };
        let signers = keys.iter().map(one).collect::<Result<Vec<_>, LogFailure>>()?;
        let none = || LogFailure::new(LogCode::WrongSigner, "没有在用的日志公钥");
        signers.into_iter().reduce(NoteSigner::and).ok_or_else(none)
    }

    /// What it signs with, for what is no note: a handover.
    #[must_use]
    pub fn secret(&self) -> &dyn Signer {
        self.secret.as_ref()
    }

    /// Every key that it signs with.
    pub fn verifiers(&self) -> impl Iterator<Item = &VerifierKey> {
        std::iter::once(&self.verifier).chain(self.beside.iter().map(|other| &other.verifier))
    }

    /// The key that its signatures are checked with.
    #[must_use]
    pub fn verifier(&self) -> &VerifierKey {
        &self.verifier
    }
}

impl fmt::Debug for NoteSigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "NoteSigner({})", self.verifier.name)
    }
}

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
