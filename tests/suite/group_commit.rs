//! Acts committed together give the log, the books and the answers of acts committed one by one.

use ledger::act::Seen;
use ledger::act::signed::SignedAct;
use ledger::engine::{Checked, Engine, Receipt, Refusal};
use ledger::ids::{ActId, Root, Seq};
use ledger::log::{EntrySource as _, root_of_entries};
use proptest::prelude::*;
use serde_json::{Value, json};
use tests::given::disk::{empty_engine, handed_in, on_disk};
use tests::given::memory::Memory;
use tests::given::{County, ORIGIN, Saying, cast, given};

type Handed = (SignedAct, Vec<Vec<u8>>);
type Answer = Result<Receipt, String>;

/// What is handed in next, and a number to pick by.
type Step = (u8, u16);

fn standard(n: u16) -> Value {
    json!({
        "amount_fen": 60_000 + u32::from(n), "area": "990101", "basis": "清政发〔2020〕9号",
        "category": "临时", "from": "2020-09", "rule": "ceiling", "scheme": "DB",
    })
}

/// Hands in to the ledger in memory, which takes each act by itself; keeps what was handed in, and the answers.
struct Story {
    county: County,
    next: std::vec::IntoIter<Handed>,
    handed: Vec<Handed>,
    answers: Vec<Answer>,
}

impl Story {
    fn hand_in(&mut self, handed: Handed) {
        let answer = self.county.ledger.accept(&handed.0, &handed.1);
        self.answers.push(answer.map_err(|why| format!("{} {why}", why.code())));
        self.handed.push(handed);
    }

    /// Jack, who has no part in the story, sets a standard.
    fn aside(&mut self, pick: u16, seen: Option<Seen>, by_key_of: &str) {
        let saying = Saying::new("jack", "standard.set", standard(pick));
        let (body, lines) = self.county.compose(&saying).unwrap();
        let mut act = self.county.next_act("jack", body);
        act.seen = seen.unwrap_or(act.seen);
        self.hand_in((SignedAct::sign(act, ORIGIN, &cast::key_of(by_key_of)).unwrap(), lines));
    }

    fn seen(&self, size: usize) -> Option<Seen> {
        let covered = self.county.ledger.entries.get(..size)?;
        let root = root_of_entries(covered.iter().map(Vec::as_slice));
        Some(Seen { root, size: size.try_into().unwrap() })
    }

    fn step(&mut self, (kind, pick): Step) {
        let height = self.county.ledger.entries.len();
        let upcoming = self.next.as_slice().first().cloned();
        match (kind, upcoming) {
            (0, _) if !self.handed.is_empty() => {
                let place = usize::from(pick) % self.handed.len();
                self.hand_in(self.handed[place].clone());
            }
            (1, Some((signed, lines))) => {
                let other = cast::key_of("somebody else");
                let signed = SignedAct::sign(signed.act().clone(), ORIGIN, &other).unwrap();
                self.hand_in((signed, lines));
            }
            (2, Some((signed, mut lines))) => {
                match lines.pop().filter(|_| pick % 3 == 0) {
                    Some(last) => lines.extend([last.clone(), last]),
                    None if pick % 3 == 1 => lines.push(b"{}".to_vec()),
                    None => {}
                }
                self.hand_in((signed, lines));
            }
            (3, _) => {
                let ahead = self.next.as_slice();
                if let Some(later) = ahead.get(usize::from(pick % 7)).cloned() {
                    self.hand_in(later);
                }
            }
            (4, _) => self.aside(pick, self.seen(usize::from(pick) % (height + 2)), "jack"),
            // The newest it can have seen: within a batch, that is not on disk yet.
            (5, _) => self.aside(pick, self.seen(height), "jack"),
            (6, _) => {
                let seen = Seen { root: Root([1; 32]), size: u64::from(pick) % 9 };
                self.aside(pick, Some(seen), "jack");
            }
            (7, _) => self.aside(pick, None, "checker"),
            (_, Some(next)) => {
                self.next.next();
                self.hand_in(next);
            }
            (_, None) => self.aside(pick, None, "jack"),
        }
    }
}

fn told(steps: &[Step]) -> Story {
    let next = handed_in(&given("issued")).into_iter();
    let mut story =
        Story { county: County::empty(), next, handed: Vec::new(), answers: Vec::new() };
    for step in steps {
        story.step(*step);
    }
    story
}

fn answer(result: Result<Receipt, Refusal>) -> Answer {
    result.map_err(|refusal| match refusal {
        Refusal::Rejected(why) => format!("{} {why}", why.code()),
        Refusal::Failed(failure) => panic!("a sound store fails: {failure}"),
    })
}

fn stands_like(engine: &Engine, memory: &Memory) {
    let entries: Vec<Vec<u8>> = engine.log().entries().map(|entry| entry.unwrap().1).collect();
    assert!(entries == memory.entries, "other bytes in the log");
    assert!(*engine.books() == memory.books, "other books");
    engine.log().full_read().unwrap();
}

/// Commits the acts in batches of these sizes, again and again; each batch is checked before the one before it is in.
fn in_batches(engine: &mut Engine, handed: &[Handed], sizes: &[usize]) -> Vec<Answer> {
    let mut answers = Vec::new();
    let mut rest = handed;
    let mut ready: Vec<Checked<'static>> = Vec::new();
    for size in sizes.iter().cycle() {
        let (now, later) = rest.split_at((*size).min(rest.len()));
        rest = later;
        let keys = engine.keys().clone();
        let check = |(signed, lines): &Handed| Checked::of(signed.clone(), lines.clone(), &keys);
        let checked = now.iter().map(check).collect();
        let batch = std::mem::replace(&mut ready, checked);
        answers.extend(engine.commit(&batch).into_iter().map(answer));
        if ready.is_empty() && rest.is_empty() {
            return answers;
        }
    }
    answers
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 16, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn good_bad_and_repeated_acts_in_any_batches_answer_and_stand_as_one_by_one(
        steps in prop::collection::vec((0_u8..24, any::<u16>()), 60..220),
        sizes in prop::collection::vec(1_usize..48, 1..8),
    ) {
        let story = told(&steps);
        let dir = tempfile::tempdir().unwrap();
        let mut engine = empty_engine(dir.path());
        let answers = in_batches(&mut engine, &story.handed, &sizes);
        prop_assert_eq!(&answers, &story.answers);
        stands_like(&engine, &story.county.ledger);
        // What came in was a mixture, and a new engine folds the same books.
        drop(engine);
        stands_like(&empty_engine(dir.path()), &story.county.ledger);
    }
}

#[test]
fn one_by_one_the_engine_answers_as_the_ledger_in_memory() {
    let steps: Vec<Step> =
        (0..400_u16).map(|n| (u8::try_from(n * 7 % 23).unwrap(), n * 31)).collect();
    let story = told(&steps);
    let refused = story.answers.iter().filter(|answer| answer.is_err()).count();
    let is_repeat = |answer: &&Answer| answer.as_ref().is_ok_and(|receipt| receipt.is_repeat);
    let repeated = story.answers.iter().filter(is_repeat).count();
    assert!(refused > 40 && repeated > 5, "{refused} refused, {repeated} repeated");
    let dir = tempfile::tempdir().unwrap();
    let mut engine = empty_engine(dir.path());
    for ((signed, lines), expected) in story.handed.iter().zip(&story.answers) {
        assert_eq!(&answer(engine.accept(signed, lines)), expected);
    }
    stands_like(&engine, &story.county.ledger);
}

/// A registration of that many one-person households.
pub(crate) fn registration(county: &County, by: &str, count: u32) -> Handed {
    let mut saying = Saying::new(by, "people.registered", json!({ "source": "普查" }));
    for n in 0..count {
        saying = saying
            .line("household", json!({
                "division": "990101001001", "head": format!("$person.{by}.{n}"),
                "household": format!("$household.{by}.{n}"),
            }))
            .line("person", json!({
                "household": format!("$household.{by}.{n}"), "id_no_commit": format!("#number {n}"),
                "name_commit": format!("#name {n}"), "person": format!("$person.{by}.{n}"),
            }));
    }
    let (body, lines) = county.compose(&saying).unwrap();
    let act = county.next_act(by, body);
    (SignedAct::sign(act, ORIGIN, &cast::key_of(by)).unwrap(), lines)
}

#[test]
fn a_manifest_beyond_one_batch_stands_between_small_acts_as_if_it_were_small() {
    let county = given("funded");
    let (dir, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let mut engine = on_disk(&county, dir.path());
    let mut memory = county.ledger.clone();
    let aside = |by: &str, n| {
        let (body, _) = county.compose(&Saying::new(by, "standard.set", standard(n))).unwrap();
        let act = county.next_act(by, body);
        (SignedAct::sign(act, ORIGIN, &cast::key_of(by)).unwrap(), Vec::new())
    };
    let large = registration(&county, "registrar", 5_000);
    let mut broken = registration(&county, "jack", 5_000);
    broken.1.swap(7, 9_001);
    let handed = [aside("policy", 1), large.clone(), large.clone(), broken, aside("jack", 2)];
    let expected: Vec<Answer> = handed
        .iter()
        .map(|(signed, lines)| {
            memory.accept(signed, lines).map_err(|why| format!("{} {why}", why.code()))
        })
        .collect();
    let check =
        |(signed, lines): &Handed| Checked::of(signed.clone(), lines.clone(), engine.keys());
    let batch: Vec<_> = handed.iter().map(check).collect();
    assert!(batch[1].is_large() && !batch[0].is_large());
    let answers: Vec<Answer> = engine.commit(&batch).into_iter().map(answer).collect();
    assert_eq!(answers, expected);
    assert_eq!((engine.log().staged(), engine.log().head().size), (0, memory.entries.len() as u64));
    stands_like(&engine, &memory);
    // The same from a file, line by line.
    let mut engine = on_disk(&county, other.path());
    let path = other.path().join("handed-in");
    let mut text = large.0.entry().to_vec();
    for line in &large.1 {
        text.push(b'\n');
        text.extend_from_slice(line);
    }
    std::fs::write(&path, text).unwrap();
    let receipt = engine.accept_from(&large.0, ledger::log::LineFile::after(&path, 1)).unwrap();
    let at = Seq(county.ledger.entries.len() as u64);
    assert_eq!((receipt.seq, engine.log().head().size), (at, at.0 + 10_001));
    assert_eq!(engine.log().find(&receipt.id.0).unwrap(), Some(at));
    assert_ne!(receipt.id, ActId::ZERO);
}
