//! Every case file, damaged at random thousands of times: it is read or refused with words, and never a panic, whatever the
//! bytes. The fuzzer in `reconcile/fuzz` looks further, this runs with every test.

use std::path::Path;

use proptest::prelude::Rng as _;
use proptest::test_runner::{RngAlgorithm, TestRng};
use reconcile::opened::Opened;
use reconcile::problem::{Code, Problem};
use reconcile::profile::{Direction, Layout, Profile};
use reconcile::{refund, response, statement};

/// How often each file is damaged.
const TIMES: u64 = 60;

/// The same numbers on every machine.
struct Dice(TestRng);

impl Dice {
    fn of(seed: u8) -> Dice {
        Dice(TestRng::from_seed(RngAlgorithm::ChaCha, &[seed; 32]))
    }

    fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.0.next_u64() % bound.max(1) as u64).unwrap()
    }
}

/// What makes trouble: separators, quotes, line ends, frames, tags, halves of characters, digits.
const PIECES: [&[u8]; 18] = [
    b",",
    b"|",
    b"\"",
    b"\n",
    b"\r\n",
    b"\0",
    b"<",
    b">",
    b"/>",
    b"&",
    b":",
    b"-",
    b"\x81",
    b"\xff",
    b"\xef\xbb\xbf",
    b"99999999999999999999",
    "┍━┯".as_bytes(),
    "合计".as_bytes(),
];

fn damaged(bytes: &[u8], dice: &mut Dice) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for _ in 0..=dice.below(3) {
        let at = dice.below(bytes.len());
        match dice.below(6) {
            0 => bytes.truncate(at),
            1 if at < bytes.len() => bytes[at] ^= 1 << dice.below(8),
            2 => {
                let piece = PIECES[dice.below(PIECES.len())];
                bytes.splice(at..at, piece.iter().copied());
            }
            3 => {
                let end = (at + dice.below(40)).min(bytes.len());
                bytes.drain(at..end);
            }
            4 => {
                let end = (at + dice.below(200)).min(bytes.len());
                let again = bytes[at..end].to_vec();
                bytes.splice(at..at, again);
            }
            _ if at < bytes.len() => bytes[at] = u8::try_from(dice.below(256)).unwrap(),
            _ => {}
        }
    }
    bytes
}

fn read(layout: &Layout, opened: &Opened<'_>) -> Option<Vec<Problem>> {
    let given =
        response::Given { batch: "D20A0".parse().ok(), answered_on: "2020-10-12".parse().ok() };
    match layout.direction {
        Direction::Request => None,
        Direction::Reply => response::read(layout, opened, &given).err(),
        Direction::Refund => refund::read(layout, opened, &given).err(),
        Direction::Statement => statement::read(layout, opened, "6222000000000000").err(),
    }
}

#[test]
fn a_damaged_file_is_read_or_refused_with_words_whatever_the_damage() {
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/data/bank-files");
    let mut executions = 0;
    for profile in Profile::built_in() {
        let Ok(files) = std::fs::read_dir(cases.join(&profile.id)) else { continue };
        let mut files: Vec<_> = files.map(|file| file.unwrap().path()).collect();
        files.sort();
        for (nth, path) in (1_u8..).zip(files) {
            let sound = std::fs::read(&path).unwrap();
            let is_sheet = sound.starts_with(b"PK") || sound.starts_with(b"\xd0\xcf\x11\xe0");
            if path.extension().is_some_and(|extension| extension == "expected") || is_sheet {
                continue;
            }
            let mut dice = Dice::of(nth);
            for _ in 0..TIMES {
                let bytes = damaged(&sound, &mut dice);
                let no_sheet = |_| Err(Problem::of_file(Code::SheetUnreadable, "x"));
                let Ok(opened) = Opened::with("x", &bytes, no_sheet) else { continue };
                for layout in &profile.layouts {
                    let problems = read(layout, &opened);
                    let told = problems.is_none_or(|problems| !problems.is_empty());
                    assert!(told, "{}: refused without a word", path.display());
                    executions += 1;
                }
            }
        }
    }
    assert!(executions > 10_000, "only {executions} executions");
}
