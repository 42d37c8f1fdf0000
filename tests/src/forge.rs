//! The forger: reads a ledger's entries, signs with whatever keys were stolen, and builds the log again around the result,
//! with tree, head, checkpoint and last-signed, as somebody who holds the log key can.

use std::path::Path;

use api::keys;
use ed25519_dalek::SigningKey;
use ledger::act::payments::{RosterDrawn, RosterKind};
use ledger::act::signed::{SignedAct, key_id};
use ledger::act::{Act, Body, Seen};
use ledger::books::{Books, Statement};
use ledger::engine::{Engine, fold_while};
use ledger::ids::{ActId, Seq};
use ledger::line::{self, Line};
use ledger::log::{EntrySource, Log, NoteSigner, Record, root_of_entries};
use ledger::trust::Trust;
use ledger::views::due::propose;

use crate::village::code;

/// A ledger in the forger's hands.
pub struct Forger {
    /// Every entry, to change at will.
    pub entries: Vec<Vec<u8>>,
    /// The books after the last entry. They follow what is appended, not what is changed by hand.
    pub books: Books,
    /// What the forger's acts claim to have seen.
    pub seen: Seen,
    signer: NoteSigner,
    /// How many entries the ledger had when it was taken.
    taken: usize,
}

impl Forger {
    /// Takes the ledger in a folder, with its log key.
    ///
    /// # Panics
    /// If it does not open.
    #[must_use]
    pub fn of(dir: &Path) -> Forger {
        let trust = Trust::read(&dir.join("trust")).expect("a sound trust folder");
        let log_key = keys::read(&dir.join("keys/log.key")).expect("a ledger with its log key");
        let log = Log::open_for_audit(dir, &trust.log_key).expect("a sound log");
        let entries: Vec<Vec<u8>> =
            log.entries().map(|entry| entry.expect("a sound log").1).collect();
        let books = fold_while(&log, trust.origin(), &mut |_, _| true);
        let note = log.newest_checkpoint().expect("the story ends with a checkpoint");
        let newest = note.verify(&trust.log_key).expect("signed by the log key");
        Forger {
            taken: entries.len(),
            entries,
            books: books.expect("a sound history"),
            seen: Seen { root: newest.root(), size: newest.size() },
            signer: NoteSigner::new(trust.origin(), &log_key.to_bytes()).expect("a good name"),
        }
    }

    /// The number of the `nth` act (from 0) of a kind.
    ///
    /// # Panics
    /// If there is none.
    #[must_use]
    pub fn find(&self, kind: &str, nth: usize) -> usize {
        let of_kind = |entry: &Vec<u8>| {
            SignedAct::decode(entry.clone()).is_ok_and(|act| act.act().body.kind() == kind)
        };
        let mut found = (0..).zip(&self.entries).filter(|(_, entry)| of_kind(entry));
        found.nth(nth).expect("the story has such an act").0
    }

    /// The act at an entry.
    ///
    /// # Panics
    /// If it is none.
    #[must_use]
    pub fn act(&self, at: usize) -> SignedAct {
        let entry = self.entries.get(at).expect("an entry of the story");
        SignedAct::decode(entry.clone()).expect("an act")
    }

    /// Signs an act that continues the chain of the key's holder.
    ///
    /// # Panics
    /// If it cannot be written canonically.
    #[must_use]
    pub fn signed(&self, key: &SigningKey, body: Body) -> SignedAct {
        let id = key_id(&key.verifying_key());
        let offices = &self.books.offices;
        let holder = offices.keys.get(&id).and_then(|known| offices.officers.get(&known.officer));
        let act = Act {
            body,
            key: id,
            prev: holder.map_or(ActId::ZERO, |officer| officer.last.id),
            seen: self.seen.clone(),
            seq: holder.map_or(1, |officer| officer.last.seq + 1),
            time: "2020-11-30T10:00:00+08:00".to_owned(),
        };
        SignedAct::sign(act, &self.books.origin, key).expect("canonical")
    }

    /// Signs an act and puts it at the end. Gives its entry number.
    pub fn append(&mut self, key: &SigningKey, body: Body) -> u64 {
        self.append_with_lines(key, body, &[])
    }

    /// Signs a manifest and puts it and its lines at the end. Asks no rule and no law.
    ///
    /// # Panics
    /// If something cannot be written canonically.
    pub fn append_with_lines(&mut self, key: &SigningKey, body: Body, lines: &[Line]) -> u64 {
        let signed = self.signed(key, body);
        let (_, entries) = line::seal(lines).expect("canonical");
        let at = self.entries.len() as u64;
        let known = self.books.offices.keys.get(&signed.act().key);
        if let Some(officer) = known.map(|known| known.officer) {
            let (id, act, at) = (signed.id(&self.books.origin), signed.act(), Seq(at));
            self.books.evolve(&Statement { id, at, officer, act, lines });
        }
        self.entries.push(signed.entry().to_vec());
        self.entries.extend(entries);
        at
    }

    /// A roster of everything that is due, ready to be signed.
    ///
    /// # Panics
    /// If its total leaves the range of money.
    #[must_use]
    pub fn roster(&self, batch: &str, period: &str) -> (Body, Vec<Line>) {
        let (scheme, period, kind) = (code("TK-S"), code(period), RosterKind::Regular);
        let due = propose(&self.books, &scheme, period, kind, &[code("F-DB")]);
        let lines: Vec<Line> = due.lines.into_iter().map(Line::Roster).collect();
        let (manifest, _) = line::seal(&lines).expect("canonical");
        (
            Body::RosterDrawn(RosterDrawn { batch: code(batch), kind, manifest, period, scheme }),
            lines,
        )
    }

    /// Hands the acts that were appended in to the ledger, through the one door, and signs a checkpoint over them.
    ///
    /// # Panics
    /// If the engine refuses one.
    pub fn hand_in(&self, dir: &Path) {
        let mut engine = Engine::open(dir, self.signer.verifier()).expect("a sound log");
        let mut new = self.entries.iter().skip(self.taken).peekable();
        while let Some(entry) = new.next() {
            let signed = SignedAct::decode(entry.clone()).expect("an act");
            let mut lines = Vec::new();
            while let Some(line) = new.next_if(|entry| Line::decode(entry).is_ok()) {
                lines.push(line.clone());
            }
            engine.accept(&signed, &lines).expect("the story keeps the rules");
        }
        engine.checkpoint(&self.signer).expect("a sound store");
    }

    /// Builds log and last-signed of the folder again around the forger's entries.
    ///
    /// # Panics
    /// If the disk fails.
    pub fn rebuild(&self, dir: &Path) {
        std::fs::remove_dir_all(dir.join("log")).expect("the log to be replaced");
        for note in ["last-signed", "acknowledged"] {
            std::fs::remove_file(dir.join(note)).expect("a note to be replaced");
        }
        let mut log = Log::create(dir, self.signer.verifier()).expect("an empty place");
        let mut known = std::collections::HashSet::new();
        let records = self.entries.iter().map(|entry| {
            let act = SignedAct::decode(entry.clone());
            let id = act.ok().map(|act| act.id(&self.books.origin).0);
            Record { bytes: entry, id: id.filter(|id| known.insert(*id)) }
        });
        let records: Vec<Record<'_>> = records.collect();
        log.append(&log.head(), &records).expect("a sound store");
        log.checkpoint(&self.signer).expect("a sound store");
    }

    /// What somebody claims to have seen who was shown another history of `size` entries.
    #[must_use]
    pub fn root_at(&self, size: usize) -> Seen {
        let first: Vec<&[u8]> = self.entries.iter().take(size).map(Vec::as_slice).collect();
        Seen { root: root_of_entries(first), size: size as u64 }
    }
}
