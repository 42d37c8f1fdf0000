//! A ledger in memory: the steps of `ledger::engine::Engine::accept` in their order, without any disk.

use std::collections::HashMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use ed25519_dalek::{Signer as _, SigningKey};
use ledger::act::signed::{SignedAct, act_bytes};
use ledger::books::{Books, Statement};
use ledger::engine::Receipt;
use ledger::ids::{ActId, Seq};
use ledger::law::admission;
use ledger::log::{
    EntrySource, Head, LogFailure, MAX_ENTRY_BYTES, ReadEntry, SignedNote, VerifierKey,
    root_of_entries,
};
use ledger::rejection::Rejection;
use ledger::rules;

/// Entries and the books folded from them.
#[derive(Clone, Debug)]
pub struct Memory {
    /// The books after the last accepted act.
    pub books: Books,
    /// Every entry, exactly as a log would hold it.
    pub entries: Vec<Vec<u8>>,
    ids: HashMap<ActId, Seq>,
    checkpoint: Option<SignedNote>,
}

impl Memory {
    /// An empty ledger.
    #[must_use]
    pub fn new(origin: &str) -> Memory {
        Memory {
            books: Books::new(origin),
            entries: Vec::new(),
            ids: HashMap::new(),
            checkpoint: None,
        }
    }

    /// Takes a signed act and its lines into the books, or refuses them.
    ///
    /// # Errors
    /// What the engine would refuse with; nothing changed then.
    pub fn accept(&mut self, signed: &SignedAct, lines: &[Vec<u8>]) -> Result<Receipt, Rejection> {
        let id = signed.id(&self.books.origin);
        if let Some(seq) = self.ids.get(&id) {
            return Ok(Receipt { id, seq: *seq, is_repeat: true });
        }
        let officer = admission::signer(&self.books, signed)?;
        self.has_been_seen(signed)?;
        let decoded = admission::lines(&signed.act().body, lines.iter().map(Vec::as_slice))?;
        let at = Seq(self.books.height);
        let act = signed.act();
        let statement = Statement { id, at, officer, act, lines: &decoded };
        rules::decide(&self.books, &statement)?;
        let mut group = vec![signed.entry().to_vec()];
        group.extend_from_slice(lines);
        if let Some(entry) = group.iter().find(|entry| entry.len() > MAX_ENTRY_BYTES) {
            return Err(Rejection::EntryTooLarge { bytes: entry.len() });
        }
        self.entries.append(&mut group);
        self.ids.insert(id, at);
        self.books.evolve(&statement);
        Ok(Receipt { id, seq: at, is_repeat: false })
    }

    /// Signs a checkpoint over every entry, as the log would (docs/format/log.md §7).
    ///
    /// # Panics
    /// If there is no key, or a seed is not that of its key.
    pub fn sign_checkpoint(&mut self, keys: &[(VerifierKey, [u8; 32])]) {
        let root = root_of_entries(self.entries.iter().map(Vec::as_slice));
        let (origin, size) = (&self.books.origin, self.entries.len());
        let text = format!("{origin}\n{size}\n{}\n", BASE64.encode(root.0));
        let line = |(verifier, seed): &(VerifierKey, [u8; 32])| {
            let signature = SigningKey::from_bytes(seed).sign(text.as_bytes()).to_bytes();
            let signed = [verifier.key_hash().as_slice(), &signature].concat();
            format!("\u{2014} {origin} {}\n", BASE64.encode(signed))
        };
        let note = format!("{text}\n{}", keys.iter().map(line).collect::<String>());
        let note = SignedNote::parse(note.as_bytes()).expect("written as the page says");
        let verifiers: Vec<_> = keys.iter().map(|(verifier, _)| verifier.clone()).collect();
        note.verify_all(&verifiers).expect("signed by these keys");
        self.checkpoint = Some(note);
    }

    /// What the signer says to have seen is a root of this history, between two acts.
    fn has_been_seen(&self, signed: &SignedAct) -> Result<(), Rejection> {
        let seen = &signed.act().seen;
        let wrong = || Rejection::SeenWrong { size: seen.size };
        let size = usize::try_from(seen.size).map_err(|_| wrong())?;
        let covered = self.entries.get(..size).ok_or_else(wrong)?;
        let is_between_acts = self.entries.get(size).is_none_or(|entry| act_bytes(entry).is_some());
        let root = root_of_entries(covered.iter().map(Vec::as_slice));
        if root == seen.root && is_between_acts { Ok(()) } else { Err(wrong()) }
    }
}

impl EntrySource for Memory {
    fn size(&self) -> u64 {
        self.books.height
    }

    fn newest_checkpoint(&self) -> Option<&SignedNote> {
        self.checkpoint.as_ref()
    }

    fn full_read(&self) -> Result<Head, LogFailure> {
        let root = root_of_entries(self.entries.iter().map(Vec::as_slice));
        Ok(Head { size: self.books.height, root })
    }

    fn entries(&self) -> Box<dyn Iterator<Item = ReadEntry> + '_> {
        Box::new((0..).zip(&self.entries).map(|(seq, bytes)| Ok((Seq(seq), bytes.clone()))))
    }

    fn range(&self, from: Seq, to: Seq) -> Box<dyn Iterator<Item = ReadEntry> + '_> {
        let numbered = (from.0..to.0).filter_map(|seq| Some((seq, usize::try_from(seq).ok()?)));
        Box::new(
            numbered
                .filter_map(|(seq, place)| Some(Ok((Seq(seq), self.entries.get(place)?.clone())))),
        )
    }
}
