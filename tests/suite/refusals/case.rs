//! One case: a stage of the county, an act that a clerk could write, and the words with which it is refused.

use std::path::Path;

use ledger::act::signed::SignedAct;
use ledger::act::{Act, Body, Seen};
use ledger::ids::{ActId, Root};
use ledger::law::admission;
use ledger::rejection::Rejection;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use tests::given::{County, ORIGIN, Saying, bank, cast, given, paying};

/// A case as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    title: String,
    given: String,
    #[serde(flatten)]
    act: Written,
    /// What is done to the act after it was stated.
    tamper: Option<Tamper>,
    text: String,
    hint: String,
    /// What is said, and accepted, between the stage and the act.
    #[serde(default)]
    before: Vec<Named>,
}

#[derive(Deserialize)]
struct Named {
    #[serde(default)]
    name: String,
    #[serde(flatten)]
    act: Written,
}

#[derive(Deserialize)]
struct Written {
    by: String,
    kind: String,
    /// How the body is made, where it is made and not written: `closing 2020-10`, `enrolment maker admin inspector`,
    /// `statement ZH-01 2020-10-01 2020-10-31 100`. What stands in `body` replaces what was made.
    made: Option<String>,
    #[serde(default)]
    body: Map<String, Value>,
    #[serde(default)]
    line: Vec<Line>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    kind: String,
    body: Value,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Tamper {
    /// A space within the act's bytes.
    Respelled,
    /// Signed by another person's key.
    OtherKey,
    /// The person's running number is one too high.
    SkippedNumber,
    /// A checkpoint that this ledger never had.
    OtherHistory,
    /// The last line is left out.
    LineCut,
    /// An algorithm that is reserved.
    OtherAlgorithm,
}

impl Case {
    pub fn read(path: &Path) -> Case {
        let text = std::fs::read_to_string(path).unwrap();
        toml::from_str(&text).unwrap_or_else(|why| panic!("{}: {why}", path.display()))
    }

    pub fn title(&self) -> &str {
        &self.title
    }

    /// Hands the act in; what differs from the case's words, if anything does.
    pub fn check(&self, code: &str) -> Result<(), String> {
        let mut county = given(&self.given);
        for (n, named) in self.before.iter().enumerate() {
            let name =
                if named.name.is_empty() { format!("before{n}") } else { named.name.clone() };
            let saying = named.act.saying(&county);
            county.must(&name, &saying);
        }
        let saying = self.act.saying(&county);
        let (body, entries) =
            county.compose(&saying).map_err(|why| format!("not an act: {why}"))?;
        county.names.insert("height".to_owned(), county.ledger.books.height.to_string());
        let before = county.clone();
        let refused = self.hand_in(&mut county, &saying.by, body, entries);
        let Err(why) = refused else { return Err("was accepted".to_owned()) };
        let text = county.fill_text(&self.text);
        let found = (why.code(), why.to_string(), why.hint());
        if found != (code, text.clone(), self.hint.as_str()) {
            return Err(format!("refused as {found:?}, expected {:?}", (code, text, &self.hint)));
        }
        let same = before.ledger.entries == county.ledger.entries
            && before.ledger.books == county.ledger.books;
        if same { Ok(()) } else { Err("the refusal left a trace".to_owned()) }
    }

    fn hand_in(
        &self,
        county: &mut County,
        by: &str,
        body: Body,
        mut entries: Vec<Vec<u8>>,
    ) -> Result<ActId, Rejection> {
        let mut act: Act = county.next_act(by, body);
        let mut key = cast::key_of(by);
        match self.tamper {
            Some(Tamper::OtherKey) => key = cast::key_of("somebody else"),
            Some(Tamper::SkippedNumber) => act.seq += 1,
            Some(Tamper::OtherHistory) => act.seen = Seen { root: Root::ZERO, size: 5 },
            Some(Tamper::LineCut) => drop(entries.pop()),
            Some(Tamper::Respelled | Tamper::OtherAlgorithm) | None => {}
        }
        let signed = SignedAct::sign(act, ORIGIN, &key).unwrap();
        let mut bytes = signed.entry().to_vec();
        if self.tamper == Some(Tamper::Respelled) {
            bytes.insert("{\"act\":{".len(), b' ');
        }
        if self.tamper == Some(Tamper::OtherAlgorithm) {
            let text = String::from_utf8(bytes).unwrap();
            bytes = text.replacen("\"alg\":\"ed25519\"", "\"alg\":\"sm2-sm3\"", 1).into_bytes();
        }
        county.names.insert("bytes".to_owned(), bytes.len().to_string());
        let signed = SignedAct::decode(bytes).map_err(|why| admission::malformed(&why))?;
        county.ledger.accept(&signed, &entries).map(|receipt| receipt.id)
    }
}

impl Written {
    fn saying(&self, county: &County) -> Saying {
        let mut saying = Saying::new(&self.by, &self.kind, json!({}));
        if let Some(made) = &self.made {
            saying = make(county, made, saying);
            saying.by.clone_from(&self.by);
        }
        let written = grown(&Value::Object(self.body.clone()));
        merge(&mut saying.body, written);
        for line in &self.line {
            saying = saying.line(&line.kind, grown(&line.body));
        }
        saying
    }
}

/// `{ times = 3, of = "x" }` is "xxx"; of anything but a text it is a list.
fn grown(value: &Value) -> Value {
    match value {
        Value::Object(fields) => {
            if let (Some(times), Some(of)) = (fields.get("times"), fields.get("of")) {
                let times = usize::try_from(times.as_u64().unwrap()).unwrap();
                let list = || Value::Array(vec![grown(of); times]);
                return of.as_str().map_or_else(list, |text| Value::String(text.repeat(times)));
            }
            fields.iter().map(|(key, value)| (key.clone(), grown(value))).collect()
        }
        Value::Array(values) => values.iter().map(grown).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.clone(),
    }
}

/// Fields that are written replace fields that were made.
fn merge(made: &mut Value, written: Value) {
    match (made, written) {
        (Value::Object(made), Value::Object(written)) => {
            for (key, value) in written {
                merge(made.entry(key).or_insert(Value::Null), value);
            }
        }
        (made, written) => *made = written,
    }
}

fn make(county: &County, made: &str, saying: Saying) -> Saying {
    let words: Vec<&str> = made.split(' ').collect();
    let body = match words.as_slice() {
        ["founding"] => cast::founding(&County::log_signer().verifier().to_string()),
        ["closing", period] => paying::closing(county, period.parse().unwrap()).unwrap(),
        ["enrolment", name, countersigners @ ..] => cast::enrolment(name, countersigners),
        ["rotation", name, new, countersigners @ ..] => cast::rotation(name, new, countersigners),
        ["log_key", new, old, countersigners @ ..] => cast::log_key(new, old, countersigners),
        ["log_key_retired", name, countersigners @ ..] => {
            cast::log_key_retired(name, countersigners)
        }
        ["reconfirmation" | "disowning", act, countersigners @ ..] => {
            let acts = [county.fill_text(act)];
            cast::answer(&acts, made.starts_with("disowning"), countersigners)
        }
        ["statement", account, from, until, extra @ ..] => {
            let extra: Vec<i64> = extra.iter().map(|fen| fen.parse().unwrap()).collect();
            let file = format!("{account} {until} made");
            let books = &county.ledger.books;
            return bank::statement(books, account, (from, until), &extra, &file);
        }
        _ => panic!("{made:?} cannot be made"),
    };
    Saying { body, ..saying }
}
