//! A dead sector and a flipped bit in every kind of file of the log's store: each is found or harmless, none ends the program
//! without words, and whatever is found is repaired from the second copy to identical bytes. `DOUDI_SOAK=1` tries every place.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use fjall::{Database, KeyspaceCreateOptions};
use ledger::log::{Log, export_tiles};
use ledger::trust::Trust;
use tests::program::{Program, copy_folder};
use tests::village::{ORIGIN, Village};

const SEED: u64 = 20_201_125;
const SECTOR: usize = 512;
/// So many places of each kind of file and damage when only a sample is tried.
const SAMPLE: usize = 6;
const LIMIT: Duration = Duration::from_mins(2);

#[derive(Clone, Debug)]
struct Damage {
    file: PathBuf,
    kind: &'static str,
    at: usize,
    /// `None`: the sector at `at` becomes zeros; else the bits that flip.
    mask: Option<u8>,
}

impl Damage {
    fn strike(&self, log: &Path) {
        let path = log.join(&self.file);
        let mut bytes = std::fs::read(&path).unwrap();
        if let Some(mask) = self.mask {
            bytes[self.at] ^= mask;
        } else {
            let end = bytes.len().min(self.at + SECTOR);
            bytes[self.at..end].fill(0);
        }
        std::fs::write(path, bytes).unwrap();
    }

    fn name(&self) -> String {
        format!("{:<15} {}", self.kind, if self.mask.is_some() { "bit" } else { "sector" })
    }
}

/// `SplitMix64`: the same places on every machine.
fn drawn(from: &mut u64) -> usize {
    *from = from.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut word = *from;
    word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    usize::try_from((word ^ (word >> 31)) >> 1).unwrap()
}

/// A ledger whose store has tables and a journal, without what the log does not need. fjall seals a journal at 64 MiB only,
/// so this small store has no sealed one.
struct Stage {
    folder: tempfile::TempDir,
    program: Program,
    tiles: BTreeMap<PathBuf, Vec<u8>>,
}

impl Stage {
    fn set() -> Stage {
        let folder = tempfile::tempdir().unwrap();
        let program = Program::at(env!("CARGO_BIN_EXE_doudi-under-test"));
        let village = Village::played(&folder.path().join("played"), ORIGIN, 1);
        // Some keyspaces become tables, others wait in the journal.
        for flushed in [&["entries", "nodes"][..], &["entries", "ids"]] {
            let database = Database::builder(village.dir().join("log")).open().unwrap();
            for name in flushed {
                let keyspace = database.keyspace(name, KeyspaceCreateOptions::default).unwrap();
                keyspace.rotate_memtable_and_wait().unwrap();
            }
            drop(database);
            act(&program, village.dir());
        }
        let copied = program.run([
            "copy".as_ref(),
            "--dir".as_ref(),
            village.dir().as_os_str(),
            "--to".as_ref(),
            folder.path().join("copy").as_os_str(),
        ]);
        assert_eq!(copied.code, Some(0), "{copied:?}");
        let tiles = tiles_of(village.dir());
        // Last of all, and opened by nobody before it is struck: a start would make tables of it.
        wait_in_the_journal(&village.dir().join("log"));
        let ledger = folder.path().join("ledger");
        for part in ["log", "trust", "views"] {
            copy_folder(&village.dir().join(part), &ledger.join(part));
        }
        std::fs::copy(village.dir().join("last-signed"), ledger.join("last-signed")).unwrap();
        Stage { folder, program, tiles }
    }

    fn ledger(&self) -> PathBuf {
        self.folder.path().join("ledger")
    }

    /// Strikes a copy of the ledger in `place` and says what became of it; `Err` is a broken promise.
    fn outcome(&self, damage: &Damage, place: &Path) -> Result<String, String> {
        if place.exists() {
            std::fs::remove_dir_all(place).unwrap();
        }
        copy_folder(&self.ledger(), place);
        damage.strike(&place.join("log"));
        let scrub = ["scrub".as_ref(), "--json".as_ref(), "--dir".as_ref(), place.as_os_str()];
        let scrubbed = self.program.run_within(LIMIT, scrub);
        match scrubbed.code {
            Some(0) if tiles_of(place) == self.tiles => return Ok("harmless".to_owned()),
            Some(0) => return Err("entries differ and scrub says that all is well".to_owned()),
            Some(1 | 3) => {}
            Some(_) | None => return Err(format!("scrub ended without words: {scrubbed:?}")),
        }
        let document = scrubbed.json();
        let code = document["findings"][0]["code"].as_str().or(document["error"]["code"].as_str());
        let code = code.ok_or_else(|| format!("no code: {scrubbed:?}"))?.to_owned();
        let copy = self.folder.path().join("copy");
        let repair = [
            "repair".as_ref(),
            "--json".as_ref(),
            "--dir".as_ref(),
            place.as_os_str(),
            "--from".as_ref(),
            copy.as_os_str(),
        ];
        let repaired = self.program.run_within(LIMIT, repair);
        if repaired.code != Some(0) {
            return Err(format!("found as {code}, not repaired: {repaired:?}"));
        }
        if tiles_of(place) != self.tiles {
            return Err(format!("found as {code}, repaired to other bytes"));
        }
        Ok(format!("found {code}, repaired"))
    }
}

/// Leaves tables, and a journal that holds some of it once more.
fn wait_in_the_journal(log: &Path) {
    let database = Database::builder(log).open().unwrap();
    let names = ["entries", "ids", "nodes", "head"];
    let all = names.map(|name| database.keyspace(name, KeyspaceCreateOptions::default).unwrap());
    let again = || {
        for keyspace in &all {
            if let Some(last) = keyspace.last_key_value() {
                let (key, value) = last.into_inner().unwrap();
                keyspace.insert(key, value).unwrap();
            }
        }
        database.persist(fjall::PersistMode::SyncAll).unwrap();
    };
    again();
    all[3].rotate_memtable_and_wait().unwrap();
    again();
}

/// One more act, so that the active journal holds something.
fn act(program: &Program, dir: &Path) {
    let path = dir.join("one-more.json");
    let unit = if dir.join("first").exists() { "SYDWB" } else { "SYDWA" };
    std::fs::write(dir.join("first"), "").unwrap();
    let body = format!(
        r#"{{"kind":"unit.registered","body":{{"name":"扇区试验","side":"office","unit":"{unit}"}}}}"#
    );
    std::fs::write(&path, body).unwrap();
    let key = dir.join("keys/系统管理员.pem");
    let ended = program.run([
        "act".as_ref(),
        "--dir".as_ref(),
        dir.as_os_str(),
        "--key".as_ref(),
        key.as_os_str(),
        path.as_os_str(),
    ]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
}

fn tiles_of(dir: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let out = tempfile::tempdir().unwrap();
    let trust = Trust::read(&dir.join("trust")).unwrap();
    let log = Log::open_for_audit(dir, &trust.log_key).unwrap();
    export_tiles(&log, out.path()).unwrap();
    files(out.path())
}

fn files(root: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for item in std::fs::read_dir(folder).unwrap() {
            let path = item.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(root).unwrap().to_owned();
                files.insert(name, std::fs::read(path).unwrap());
            }
        }
    }
    files
}

fn kind(path: &Path, active: &Path) -> &'static str {
    let name = path.file_name().unwrap().to_str().unwrap();
    if path == active {
        "active journal"
    } else if path.extension().is_some_and(|end| end == "jnl") {
        "sealed journal"
    } else if path.components().any(|part| part.as_os_str() == "tables") {
        "table"
    } else if name == "current" {
        "current"
    } else if name.starts_with('v') && name[1..].bytes().all(|byte| byte.is_ascii_digit()) {
        "list of tables"
    } else {
        "other"
    }
}

/// Every sector that is not zero already, and as many bits; of them a sample, unless all are asked for.
fn places(log: &Path) -> Vec<Damage> {
    let files = files(log);
    let journals = files.keys().filter(|path| path.extension().is_some_and(|end| end == "jnl"));
    let number = |path: &&PathBuf| path.file_stem().unwrap().to_str().unwrap().parse::<u64>().ok();
    let active = journals.max_by_key(number).cloned().expect("a store has a journal");
    let mut seed = SEED;
    let mut by_kind: BTreeMap<(&str, bool), Vec<Damage>> = BTreeMap::new();
    for (file, bytes) in &files {
        let kind = kind(file, &active);
        for (sector, held) in bytes.chunks(SECTOR).enumerate() {
            let written: Vec<usize> = (0..held.len()).filter(|at| held[*at] != 0).collect();
            if written.is_empty() {
                continue;
            }
            let at = sector * SECTOR;
            let bit = at + written[drawn(&mut seed) % written.len()];
            let mask = Some(1 << (drawn(&mut seed) % 8));
            let file = file.clone();
            let zeroed = Damage { file: file.clone(), kind, at, mask: None };
            by_kind.entry((kind, false)).or_default().push(zeroed);
            by_kind.entry((kind, true)).or_default().push(Damage { file, kind, at: bit, mask });
        }
    }
    let all = std::env::var_os("DOUDI_SOAK").is_some();
    let chosen = by_kind.into_values().flat_map(|mut places| {
        while !all && places.len() > SAMPLE {
            places.swap_remove(drawn(&mut seed) % places.len());
        }
        places
    });
    chosen.collect()
}

#[test]
fn a_dead_sector_or_a_flipped_bit_is_found_and_repaired_or_harmless() {
    let stage = Stage::set();
    let places = places(&stage.ledger().join("log"));
    for kind in ["active journal", "table", "list of tables", "current"] {
        assert!(places.iter().any(|place| place.kind == kind), "no {kind} in this store");
    }
    let outcomes: Vec<_> = std::thread::scope(|scope| {
        let (stage, places) = (&stage, &places);
        let work = move |worker: usize| {
            let place = stage.folder.path().join(format!("struck-{worker}"));
            let mine = places.iter().skip(worker).step_by(2);
            mine.map(|damage| (damage, stage.outcome(damage, &place))).collect::<Vec<_>>()
        };
        let running: Vec<_> = (0..2).map(|worker| scope.spawn(move || work(worker))).collect();
        running.into_iter().flat_map(|worker| worker.join().unwrap()).collect()
    });
    let (mut table, mut wrong) = (BTreeMap::new(), Vec::new());
    for (damage, outcome) in &outcomes {
        match outcome {
            Ok(what) => *table.entry(format!("{}: {what}", damage.name())).or_insert(0_u64) += 1,
            Err(why) => wrong.push(format!("{damage:?}: {why}")),
        }
    }
    println!("seed {SEED}, {} places", outcomes.len());
    for (what, count) in &table {
        println!("{count:>5}  {what}");
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), outcomes.len(), wrong.join("\n"));
}
