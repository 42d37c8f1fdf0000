//! A thousand random single-byte flips over a ledger's files: each is found, or proved to lie in bytes that carry nothing.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tempfile::TempDir;
use tests::meaning::Meaning;
use tests::program::{Ended, Program};
use tests::village::{ORIGIN, Village};

const FLIPS: u64 = 1_000;
const SEED: u64 = 20_201_122;
/// Every file gets at least this many, however small it is.
const AT_LEAST: u64 = 4;
/// A verification that takes longer hangs.
const LIMIT: Duration = Duration::from_mins(1);

/// A ledger's files as they are put back before each flip.
struct Kept {
    files: Vec<(PathBuf, Vec<u8>)>,
    /// Folders, so that empty ones are put back too.
    folders: Vec<PathBuf>,
}

impl Kept {
    fn of(dir: &Path) -> Kept {
        let mut kept = Kept { files: Vec::new(), folders: Vec::new() };
        kept.walk(dir, Path::new(""));
        kept.files.sort();
        kept
    }

    fn walk(&mut self, dir: &Path, at: &Path) {
        self.folders.push(at.to_owned());
        for item in std::fs::read_dir(dir.join(at)).unwrap() {
            let item = item.unwrap();
            let path = at.join(item.file_name());
            if item.file_type().unwrap().is_dir() {
                self.walk(dir, &path);
            } else {
                self.files.push((path, std::fs::read(item.path()).unwrap()));
            }
        }
    }

    fn put_back(&self, dir: &Path, flip: Option<&Flip>) {
        if dir.exists() {
            std::fs::remove_dir_all(dir).unwrap();
        }
        self.folders.iter().for_each(|folder| std::fs::create_dir_all(dir.join(folder)).unwrap());
        for (path, bytes) in &self.files {
            let mut bytes = bytes.clone();
            if let Some(flip) = flip.filter(|flip| flip.file == *path) {
                bytes[flip.at] ^= flip.mask;
            }
            let place = dir.join(path);
            std::fs::write(&place, bytes).unwrap();
            if path.starts_with("keys") {
                use std::os::unix::fs::PermissionsExt as _;
                let owner = std::fs::Permissions::from_mode(0o600);
                std::fs::set_permissions(&place, owner).unwrap();
            }
        }
    }
}

#[derive(Clone, Debug)]
struct Flip {
    file: PathBuf,
    at: usize,
    mask: u8,
}

/// `SplitMix64`: the same flips on every machine.
struct Draw(u64);

impl Draw {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut word = self.0;
        word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        word ^ (word >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % end as u64).unwrap()
    }
}

/// Some flips for every file, the rest by size; one in ten may hit a zero, the others hit what is written.
fn flips(kept: &Kept) -> Vec<Flip> {
    let covered = ["log", "trust", "vault", "views", "last-signed"];
    let files: Vec<&(PathBuf, Vec<u8>)> = kept
        .files
        .iter()
        .filter(|(path, bytes)| {
            covered.iter().any(|top| path.starts_with(top)) && !bytes.is_empty()
        })
        .collect();
    let mut draw = Draw(SEED);
    let mut chosen: Vec<&(PathBuf, Vec<u8>)> =
        files.iter().flat_map(|file| (0..AT_LEAST).map(|_| *file)).collect();
    let total: usize = files.iter().map(|(_, bytes)| bytes.len()).sum();
    while (chosen.len() as u64) < FLIPS {
        let mut place = draw.below(total);
        let hit = files.iter().find(|(_, bytes)| {
            let hit = place < bytes.len();
            place = place.saturating_sub(bytes.len());
            hit
        });
        chosen.push(hit.unwrap());
    }
    chosen.into_iter().map(|(path, bytes)| flip(&mut draw, path, bytes)).collect()
}

fn flip(draw: &mut Draw, path: &Path, bytes: &[u8]) -> Flip {
    let any = draw.below(10) == 0;
    let at = loop {
        let at = draw.below(bytes.len());
        if any || bytes[at] != 0 || bytes.iter().all(|byte| *byte == 0) {
            break at;
        }
    };
    let mask = u8::try_from(1 + draw.below(255)).unwrap();
    Flip { file: path.to_owned(), at, mask }
}

/// How a flip ended.
enum Outcome {
    Found(String),
    CarriesNothing,
    Wrong(String),
}

fn outcome(
    ended: &Ended,
    read_again: impl FnOnce() -> Result<Meaning, String>,
    is: &Meaning,
) -> Outcome {
    match ended.code {
        Some(1 | 3) => {
            let document = ended.json();
            let of = |part: &str| document[part]["code"].as_str().map(str::to_owned);
            match of("first_divergence").or_else(|| of("error")) {
                Some(code) => Outcome::Found(code),
                None => Outcome::Wrong(format!("refused without a code: {ended:?}")),
            }
        }
        Some(0) => match read_again() {
            Ok(again) if again == *is => Outcome::CarriesNothing,
            Ok(again) => Outcome::Wrong(format!("passes, but {:?} differ", is.differences(&again))),
            Err(why) => Outcome::Wrong(format!("passes, but cannot be read: {why}")),
        },
        _ => Outcome::Wrong(format!("ended wrongly: {ended:?}")),
    }
}

#[test]
fn a_thousand_flipped_bytes_are_found_or_carry_nothing() {
    let program = Program::at(env!("CARGO_BIN_EXE_doudi-under-test"));
    let folder: TempDir = tempfile::tempdir().unwrap();
    let village = Village::played(&folder.path().join("played"), ORIGIN, 1);
    // Verified once: the store then lies as an ordinary start leaves it.
    assert_eq!(program.verify(village.dir(), &village.dir().join("trust")).code, Some(0));
    let kept = Kept::of(village.dir());
    let dir = folder.path().join("ledger");
    kept.put_back(&dir, None);
    let is = Meaning::of(&dir).unwrap();
    let (mut found, mut nothing, mut wrong) = (BTreeMap::new(), BTreeMap::new(), Vec::new());
    for flip in flips(&kept) {
        kept.put_back(&dir, Some(&flip));
        let arguments = ["verify".as_ref(), dir.as_os_str(), "--json".as_ref()];
        let ended = program.run_within(LIMIT, arguments);
        let read_again = || {
            kept.put_back(&dir, Some(&flip));
            Meaning::of(&dir)
        };
        match outcome(&ended, read_again, &is) {
            Outcome::Found(code) => *found.entry(code).or_insert(0_u64) += 1,
            Outcome::CarriesNothing => {
                *nothing.entry(flip.file.display().to_string()).or_insert(0_u64) += 1;
            }
            Outcome::Wrong(why) => wrong.push(format!("{flip:?}: {why}")),
        }
    }
    let (refused, empty): (u64, u64) = (found.values().sum(), nothing.values().sum());
    println!("seed {SEED}: {refused} found, {empty} in bytes that carry nothing");
    println!("found: {found:#?}\ncarry nothing: {nothing:#?}");
    assert!(wrong.is_empty(), "{} of {FLIPS}:\n{}", wrong.len(), wrong.join("\n"));
    assert_eq!(refused + empty, FLIPS);
    assert!(refused > FLIPS * 8 / 10, "most bytes of a ledger carry something");
}
