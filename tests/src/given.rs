//! A small county in memory, brought to a stage by signed acts: `given("approved").when(act).refuses(code, text)`.
//! Bodies are JSON with names in them: `$roster` is an act or id that was named before, `$person9` an id made of its
//! name, `#proof` a digest made of its name.

pub mod bank;
pub mod cases;
pub mod cast;
pub mod disk;
pub mod memory;
pub mod organisations;
pub mod paying;
pub mod stages;

use std::collections::BTreeMap;

use ledger::act::signed::{SignedAct, key_id};
use ledger::act::{Act, Body, Seen};
use ledger::ids::ActId;
use ledger::line::{self, Line};
use ledger::log::NoteSigner;
use ledger::rejection::Rejection;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

pub use memory::Memory;
pub use stages::{STAGES, given};

/// The ledger's name.
pub const ORIGIN: &str = "qinghe.example/1";

/// The time that every act claims: after everything that the county's stories tell.
pub const TIME: &str = "2029-12-31T09:12:05+08:00";

/// An act as a clerk would state it, before it is signed.
#[derive(Clone, Debug)]
pub struct Saying {
    /// Who signs, by the name in [`cast`].
    pub by: String,
    /// The kind of act.
    pub kind: String,
    /// Its body, with names. The manifest is made from the lines unless the body has one.
    pub body: Value,
    /// Its lines by kind, with names.
    pub lines: Vec<(String, Value)>,
}

impl Saying {
    /// An act without lines.
    #[must_use]
    pub fn new(by: &str, kind: &str, body: Value) -> Saying {
        Saying { by: by.to_owned(), kind: kind.to_owned(), body, lines: Vec::new() }
    }

    /// The same act with a line more.
    #[must_use]
    pub fn line(mut self, kind: &str, body: Value) -> Saying {
        self.lines.push((kind.to_owned(), body));
        self
    }
}

/// The county at some moment.
#[derive(Clone, Debug)]
pub struct County {
    /// Its ledger.
    pub ledger: Memory,
    /// What names stand for.
    pub names: BTreeMap<String, String>,
}

/// What came of an act.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The county afterwards.
    pub county: County,
    /// The county before.
    pub before: County,
    /// The act's id, or the refusal.
    pub result: Result<ActId, Rejection>,
}

impl County {
    /// A county without a ledger yet.
    #[must_use]
    pub fn empty() -> County {
        County { ledger: Memory::new(ORIGIN), names: BTreeMap::new() }
    }

    /// The key that signs checkpoints.
    ///
    /// # Panics
    /// Never: the name is a legal one.
    #[must_use]
    pub fn log_signer() -> NoteSigner {
        NoteSigner::new(ORIGIN, &digest("log")).expect("the origin is a legal name")
    }

    /// Puts what names stand for in their place, all through a value.
    ///
    /// # Panics
    /// If a name is not known.
    #[must_use]
    pub fn fill(&self, value: &Value) -> Value {
        match value {
            Value::String(text) => self.fill_whole(text),
            Value::Array(values) => values.iter().map(|value| self.fill(value)).collect(),
            Value::Object(fields) => {
                let fields = fields.iter().map(|(key, value)| (key.clone(), self.fill(value)));
                Value::Object(fields.collect())
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
        }
    }

    /// An entry number is a number; everything else is a text.
    fn fill_whole(&self, text: &str) -> Value {
        let filled = self.fill_text(text);
        let is_number = [".at", ".last"].iter().any(|end| text.ends_with(end));
        match filled.parse::<u64>() {
            Ok(number) if is_number && text.starts_with('$') => json!(number),
            Ok(_) | Err(_) => Value::String(filled),
        }
    }

    /// Puts what names stand for in their place in a text.
    ///
    /// # Panics
    /// If a name is not known.
    #[must_use]
    pub fn fill_text(&self, text: &str) -> String {
        if let Some(name) = text.strip_prefix('#') {
            return hex::encode(digest(name));
        }
        let mut pieces = text.split('$');
        let mut filled = pieces.next().unwrap_or_default().to_owned();
        for piece in pieces {
            let is_name = |c: char| c.is_ascii_alphanumeric() || "_./".contains(c);
            let end = piece.find(|c| !is_name(c)).unwrap_or(piece.len());
            let (name, rest) = piece.split_at(end);
            filled.push_str(&self.meaning(name));
            filled.push_str(rest);
        }
        filled
    }

    fn meaning(&self, name: &str) -> String {
        const IDS: &[&str] = &[
            "household",
            "person",
            "account",
            "entitlement",
            "application",
            "advance",
            "claim",
            "flag",
            "organisation",
            "officer",
        ];
        if let Some(known) = self.names.get(name) {
            return known.clone();
        }
        if let Some(holder) = name.strip_prefix("key.") {
            return cast::key_id_of(holder);
        }
        assert!(IDS.iter().any(|id| name.starts_with(id)), "${name} stands for nothing here");
        hex::encode(random_id(name))
    }

    /// The body and the entries of its lines.
    ///
    /// # Errors
    /// [`Rejection::ActMalformed`], as where a clerk hands in something that is no act.
    pub fn compose(&self, saying: &Saying) -> Result<(Body, Vec<Vec<u8>>), Rejection> {
        let malformed = |detail: String| Rejection::ActMalformed { detail };
        let lines = saying.lines.iter().map(|(kind, body)| {
            Line::from_json(kind, &self.fill(body).to_string()).map_err(malformed)
        });
        let lines = lines.collect::<Result<Vec<_>, _>>()?;
        let entries = (1..).zip(&lines).map(|(n, line)| line.encode(n));
        let entries =
            entries.collect::<Result<Vec<_>, _>>().map_err(|e| malformed(e.to_string()))?;
        let mut body = self.fill(&saying.body);
        if needs_manifest(&saying.kind) && body.get("manifest").is_none() {
            let (manifest, _) = line::seal(&lines).map_err(|e| malformed(e.to_string()))?;
            if let Some(fields) = body.as_object_mut() {
                fields.insert("manifest".to_owned(), json!(manifest));
            }
        }
        let body = Body::from_json(&saying.kind, &body.to_string()).map_err(malformed)?;
        Ok((body, entries))
    }

    /// The act that `by` would sign next: it continues that person's chain.
    ///
    /// # Panics
    /// Never: every name gives a good key.
    #[must_use]
    pub fn next_act(&self, by: &str, body: Body) -> Act {
        let (person, key) = (cast::person_of(by), cast::key_of(by));
        let record = cast::next_record_of(person, by);
        let last = self.ledger.books.offices.officers.get(&record.officer).map(|o| o.last);
        let (seq, prev) = last.map_or((1, ActId::ZERO), |last| (last.seq + 1, last.id));
        let key = key_id(&key.verifying_key());
        Act { body, key, prev, seen: Seen::nothing(), seq, time: TIME.to_owned() }
    }

    /// Says it: composed, signed, handed in.
    ///
    /// # Errors
    /// The refusal; nothing changed then.
    pub fn say(&mut self, saying: &Saying) -> Result<ActId, Rejection> {
        let (body, entries) = self.compose(saying)?;
        let act = self.next_act(&saying.by, body);
        let signed = SignedAct::sign(act, ORIGIN, &cast::key_of(&saying.by));
        let signed = signed.map_err(|why| Rejection::ActMalformed { detail: why.to_string() })?;
        self.ledger.accept(&signed, &entries).map(|receipt| receipt.id)
    }

    /// Says something that must be accepted, and gives its id a name.
    ///
    /// # Panics
    /// If it is refused.
    pub fn must(&mut self, name: &str, saying: &Saying) -> ActId {
        let at = self.ledger.books.height;
        let id = match self.say(saying) {
            Ok(id) => id,
            Err(why) => panic!("{} by {} is refused: {} {why}", saying.kind, saying.by, why.code()),
        };
        self.names.insert(name.to_owned(), id.to_string());
        self.names.insert(format!("{name}.at"), at.to_string());
        let last = self.ledger.books.height - 1;
        self.names.insert(format!("{name}.last"), last.to_string());
        let lines = self.ledger.entries.iter().skip(usize::try_from(at).unwrap_or(usize::MAX) + 1);
        let root = ledger::log::root_of_entries(lines.map(Vec::as_slice));
        self.names.insert(format!("{name}.root"), root.to_string());
        id
    }

    /// Says it, whatever comes of it.
    #[must_use]
    pub fn when(self, saying: &Saying) -> Outcome {
        let before = self.clone();
        let mut county = self;
        let result = county.say(saying);
        Outcome { county, before, result }
    }
}

impl Outcome {
    /// It was refused with that code and text, and nothing at all changed.
    ///
    /// # Panics
    /// If not.
    pub fn refuses(&self, code: &str, text: &str) {
        match &self.result {
            Ok(_) => panic!("accepted, though {code} was expected"),
            Err(why) => {
                assert_eq!((why.code(), why.to_string().as_str()), (code, text));
                self.left_no_trace();
            }
        }
    }

    /// It was accepted; the county afterwards.
    ///
    /// # Panics
    /// If not.
    #[must_use]
    pub fn accepts(self) -> County {
        match &self.result {
            Ok(_) => self.county,
            Err(why) => panic!("refused: {} {why}", why.code()),
        }
    }

    /// Entries and books are what they were.
    ///
    /// # Panics
    /// If not.
    pub fn left_no_trace(&self) {
        let (before, after) = (&self.before.ledger, &self.county.ledger);
        assert_eq!(before.entries, after.entries, "a refusal wrote an entry");
        assert!(before.books == after.books, "a refusal changed the books");
    }
}

/// True for kinds whose body has a manifest.
fn needs_manifest(kind: &str) -> bool {
    matches!(
        kind,
        "people.registered"
            | "entitlements.brought_in"
            | "entitlements.adjusted"
            | "insurance.listed"
            | "loans.listed"
            | "medical.listed"
            | "handover.offered"
            | "roster.drawn"
            | "response.imported"
            | "returns.imported"
            | "statement.imported"
    )
}

/// SHA-256 of a name.
#[must_use]
pub fn digest(name: &str) -> [u8; 32] {
    Sha256::digest(name).into()
}

/// The 16 bytes of an id made of a name.
#[must_use]
pub fn random_id(name: &str) -> [u8; 16] {
    let mut id = [0; 16];
    id.copy_from_slice(digest(name).split_at(16).0);
    id
}
