//! Backup and restore (docs/format/backup.md): the log as tiles, the vault's sealed records, trust and frozen months. No keys.

use std::fmt::Write as _;
use std::fs::File;
use std::path::{Path, PathBuf};

use ledger::log::{
    CopyTarget as _, Head, KeyChain, LogReader, RecoveryCode, RecoveryFailure, Restored,
    SecondCopy, SignedNote, TileFolder, restore_log,
};
use ledger::trust::Trust;
use ledger::vault::{self, Vault};
use sha2::{Digest as _, Sha256};

use crate::copies::known_act;
use crate::desk::write_whole;
use crate::failure::{Failure, of_machine};

const MANIFEST: &str = "manifest";
const TILES: &str = "tiles";

/// What a backup holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BackedUp {
    /// The checkpoint that it stands at.
    pub head: Head,
    /// How many records of the vault; `None` if the ledger has no vault.
    pub vault: Option<u64>,
}

/// Writes a backup into the folder `out`, which is empty or absent: up to the newest checkpoint. With `vault`, of a ledger
/// that is being served; without, the vault is opened for it.
///
/// # Errors
/// [`RecoveryCode::BackupOccupied`]; nothing was signed yet; store, vault or disk.
pub fn back_up(log: &LogReader, vault: Option<&Vault>, out: &Path) -> Result<BackedUp, Failure> {
    let dir = log.dir();
    if !is_empty(out)? {
        let detail = out.display().to_string();
        return Err(RecoveryFailure::new(RecoveryCode::BackupOccupied, detail).into());
    }
    // The tiles first: what the vault registers meanwhile belongs to later acts and does no harm; the reverse would be a gap.
    let Some((_, head)) = log.newest() else {
        return Err(RecoveryFailure::new(RecoveryCode::NoCopy, "尚未签发存证头").into());
    };
    let mut copy = SecondCopy::open(&out.join(TILES), &log.keys()?)?;
    copy.bring_up_to(log)?;
    let head = copy.newest().unwrap_or(head);
    drop(copy);
    remove(&out.join(TILES).join("copy.lock"))?;
    let folder = dir.join("vault");
    let records = match vault {
        Some(vault) => Some(vault.back_up(&out.join("vault"))?),
        None if folder.is_dir() => {
            Some(vault::backup::back_up_closed(&folder, &out.join("vault"))?)
        }
        None => None,
    };
    for name in ["trust", "views"] {
        copy_files(&dir.join(name), &out.join(name))?;
    }
    write_manifest(out, log.key().name(), &head)?;
    Ok(BackedUp { head, vault: records })
}

/// Restores a backup into the folder `dir`, which is empty or absent, as far as the files go; the caller verifies.
///
/// # Errors
/// [`RecoveryCode::RestoreOccupied`], [`RecoveryCode::BackupDamaged`], [`RecoveryCode::RestoreOlder`],
/// [`RecoveryCode::RestoreForked`]; store, vault or disk.
pub fn restore(
    from: &Path,
    dir: &Path,
    newest: Option<&Path>,
    accept_older: bool,
) -> Result<Head, Failure> {
    if !is_empty(dir)? {
        let detail = dir.display().to_string();
        return Err(RecoveryFailure::new(RecoveryCode::RestoreOccupied, detail).into());
    }
    check_manifest(from)?;
    let trust = Trust::read(&from.join("trust"))?;
    let key = &trust.log_key;
    let tiles = TileFolder::open(&from.join(TILES), key)?;
    let mut keys = KeyChain::read(&from.join(TILES), key)?;
    keys.learn(&trust.log_keys);
    let note = against(&tiles, newest, &keys, accept_older)?;
    std::fs::create_dir_all(dir).map_err(|why| Failure::file(dir, &why))?;
    // Told before there is a log: a crash in between leaves a folder that does not open, never one that hides its age.
    if let Some(note) = note {
        note.write(dir)?;
    }
    for name in ["trust", "views"] {
        copy_files(&from.join(name), &dir.join(name))?;
    }
    if from.join("vault").is_dir() {
        vault::backup::restore(&from.join("vault"), &dir.join("vault"))?;
    }
    Ok(restore_log(&from.join(TILES), dir, key, &known_act(trust.origin()))?)
}

/// What the ledger has to tell after the restore: nothing if the newest that is known is in it.
fn against(
    tiles: &TileFolder,
    newest: Option<&Path>,
    keys: &KeyChain,
    accept_older: bool,
) -> Result<Option<Restored>, Failure> {
    let at = tiles.head();
    let Some(path) = newest else { return Ok(Some(Restored { at, newest: None })) };
    let path = if path.is_dir() { path.join("checkpoint") } else { path.to_owned() };
    let bytes = std::fs::read(&path).map_err(|why| Failure::file(&path, &why))?;
    let known = SignedNote::parse(&bytes).and_then(|note| keys.verify(&note))?.head();
    if known.size > at.size {
        let detail = format!("备份{}条，已知{}条", at.size, known.size);
        if !accept_older {
            return Err(RecoveryFailure::at(RecoveryCode::RestoreOlder, at.size, detail).into());
        }
        return Ok(Some(Restored { at, newest: Some(known) }));
    }
    if tiles.root_at(known.size)? != known.root {
        let detail = format!("已知的存证头{}条，根 {}", known.size, known.root);
        return Err(RecoveryFailure::new(RecoveryCode::RestoreForked, detail).into());
    }
    Ok(None)
}

fn write_manifest(out: &Path, origin: &str, head: &Head) -> Result<(), Failure> {
    let mut text = format!(
        "doudi/backup/v1\norigin {origin}\nsize {}\nroot {}\n",
        head.size,
        hex::encode(head.root.0)
    );
    for (path, digest) in listed(out)? {
        writeln!(text, "{digest}  {path}").expect("text takes text");
    }
    write_whole(&out.join(MANIFEST), text.as_bytes())?;
    Ok(())
}

fn check_manifest(from: &Path) -> Result<(), Failure> {
    let damaged = |what: String| RecoveryFailure::new(RecoveryCode::BackupDamaged, what);
    let text = std::fs::read_to_string(from.join(MANIFEST)).map_err(|why| {
        damaged(format!("{}：{}", from.join(MANIFEST).display(), of_machine(&why)))
    })?;
    if !text.starts_with("doudi/backup/v1\n") {
        return Err(damaged("manifest 的格式".to_owned()).into());
    }
    let told = text.lines().skip(4).filter_map(|line| line.split_once("  "));
    let mut told: Vec<(String, String)> =
        told.map(|(digest, path)| (path.to_owned(), digest.to_owned())).collect();
    told.sort();
    let found = listed(from)?;
    let differs = told.iter().find(|file| !found.contains(file));
    let differs = differs.or_else(|| found.iter().find(|file| !told.contains(file)));
    match differs {
        Some((path, _)) => Err(damaged(path.clone()).into()),
        None => Ok(()),
    }
}

/// Every file that the manifest lists, with its digest.
fn listed(root: &Path) -> Result<Vec<(String, String)>, Failure> {
    let mut files = Vec::new();
    let mut folders = vec![PathBuf::new()];
    while let Some(folder) = folders.pop() {
        let here = root.join(&folder);
        for item in std::fs::read_dir(&here).map_err(|why| Failure::file(&here, &why))? {
            let item = item.map_err(|why| Failure::file(&here, &why))?;
            let path = folder.join(item.file_name());
            let place = item.path();
            if path == Path::new(MANIFEST) || path == Path::new(TILES).join("tile") {
                continue;
            }
            if place.is_dir() {
                folders.push(path);
                continue;
            }
            let mut digest = Sha256::new();
            let mut file = File::open(&place).map_err(|why| Failure::file(&place, &why))?;
            std::io::copy(&mut file, &mut Digesting(&mut digest))
                .map_err(|why| Failure::file(&place, &why))?;
            files.push((path.display().to_string(), hex::encode(digest.finalize())));
        }
    }
    files.sort();
    Ok(files)
}

/// A digest as something to write into.
struct Digesting<'a>(&'a mut Sha256);

impl std::io::Write for Digesting<'_> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn copy_files(from: &Path, to: &Path) -> Result<(), Failure> {
    if !from.is_dir() {
        return Ok(());
    }
    for item in std::fs::read_dir(from).map_err(|why| Failure::file(from, &why))? {
        let path = item.map_err(|why| Failure::file(from, &why))?.path();
        let Some(name) = path.file_name().filter(|_| path.is_file()) else { continue };
        let bytes = std::fs::read(&path).map_err(|why| Failure::file(&path, &why))?;
        write_whole(&to.join(name), &bytes)?;
    }
    Ok(())
}

fn is_empty(folder: &Path) -> Result<bool, Failure> {
    if !folder.exists() {
        return Ok(true);
    }
    let mut inside = std::fs::read_dir(folder).map_err(|why| Failure::file(folder, &why))?;
    Ok(inside.next().is_none())
}

fn remove(path: &Path) -> Result<(), Failure> {
    std::fs::remove_file(path).map_err(|why| Failure::file(path, &why))
}
