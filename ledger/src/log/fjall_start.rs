//! Starting fjall on files that may be damaged. fjall writes a checksum beside the list of a keyspace's files but never
//! compares it: on a wrong byte there it panics, and aborts the process out of a destructor. So it is compared here, before.

use std::io::ErrorKind;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use fjall::Database;
use xxhash_rust::xxh3::xxh3_128;

use super::journal_holes::has_hole;

/// `current`: number of the list (8 bytes), its XXH3 (16 bytes), both little-endian, and the kind of checksum, 0.
const CURRENT: &str = "current";
const CURRENT_BYTES: usize = 25;

/// Why fjall did not start.
#[derive(Debug)]
pub(crate) enum NotStarted {
    /// Its files are damaged; the text says which, or what fjall said.
    Damaged(String),
    /// It says why itself.
    Refused(fjall::Error),
}

/// Opens the store at `path` by way of `open`. A panic of fjall ends here; nothing of it is kept then.
pub(crate) fn start(
    path: &Path,
    open: impl FnOnce() -> fjall::Result<Database>,
) -> Result<Database, NotStarted> {
    lists_of_files_hold(path)?;
    journals_have_no_holes(path)?;
    start_as_it_is(path, open)
}

/// As [`start`], also where journals have holes: fjall cuts them off there. For a copy that is read for what is left.
pub(crate) fn start_as_it_is(
    path: &Path,
    open: impl FnOnce() -> fjall::Result<Database>,
) -> Result<Database, NotStarted> {
    match catch_unwind(AssertUnwindSafe(open)) {
        Ok(opened) => opened.map_err(NotStarted::Refused),
        Err(_) => Err(NotStarted::Damaged(path.display().to_string())),
    }
}

fn io(error: std::io::Error) -> NotStarted {
    NotStarted::Refused(fjall::Error::Io(error))
}

/// No journal has a damaged batch with good ones behind it.
fn journals_have_no_holes(path: &Path) -> Result<(), NotStarted> {
    let items = match std::fs::read_dir(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        items => items.map_err(io)?,
    };
    for item in items {
        let path = item.map_err(io)?.path();
        if path.extension().is_some_and(|extension| extension == "jnl")
            && has_hole(&std::fs::read(&path).map_err(io)?)
        {
            return Err(NotStarted::Damaged(path.display().to_string()));
        }
    }
    Ok(())
}

/// Each keyspace's list of files is the one whose checksum stands in its `current`. A keyspace without one is new, and has
/// no list: where there is one, fjall would take the keyspace for new and empty it.
fn lists_of_files_hold(path: &Path) -> Result<(), NotStarted> {
    let keyspaces = path.join("keyspaces");
    if !keyspaces.is_dir() {
        return Ok(());
    }
    let marker = path.join("version");
    if !marker.exists() {
        return Err(NotStarted::Damaged(marker.display().to_string()));
    }
    for keyspace in std::fs::read_dir(keyspaces).map_err(io)? {
        let keyspace = keyspace.map_err(io)?.path();
        let current = keyspace.join(CURRENT);
        if !current.exists() {
            for item in std::fs::read_dir(&keyspace).map_err(io)? {
                if item.map_err(io)?.file_name().as_encoded_bytes().starts_with(b"v") {
                    return Err(NotStarted::Damaged(current.display().to_string()));
                }
            }
            continue;
        }
        let bytes = std::fs::read(&current).map_err(io)?;
        let damaged = || NotStarted::Damaged(current.display().to_string());
        let (number, checksum) = read_current(&bytes).ok_or_else(damaged)?;
        let list = match std::fs::read(keyspace.join(format!("v{number}"))) {
            // A list that is not there is damage; one that cannot be read now may be sound.
            Err(error) if error.kind() == ErrorKind::NotFound => return Err(damaged()),
            read => read.map_err(io)?,
        };
        if xxh3_128(&list) != checksum {
            return Err(damaged());
        }
    }
    Ok(())
}

fn read_current(bytes: &[u8]) -> Option<(u64, u128)> {
    let bytes: &[u8; CURRENT_BYTES] = bytes.try_into().ok()?;
    let (number, rest) = bytes.split_first_chunk::<8>()?;
    let (checksum, kind) = rest.split_first_chunk::<16>()?;
    (kind == [0]).then_some((u64::from_le_bytes(*number), u128::from_le_bytes(*checksum)))
}

#[cfg(test)]
mod tests {
    use fjall::{Database, KeyspaceCreateOptions};

    use super::{NotStarted, start};

    #[test]
    fn a_wrong_byte_in_the_list_of_files_is_named_and_no_panic() {
        let dir = tempfile::tempdir().unwrap();
        let open = || Database::builder(dir.path()).open();
        let database = start(dir.path(), open).unwrap();
        database.keyspace("entries", KeyspaceCreateOptions::default).unwrap();
        drop(database);
        drop(start(dir.path(), open).unwrap());
        for name in ["v0", "current"] {
            let path = dir.path().join("keyspaces/1").join(name);
            let sound = std::fs::read(&path).unwrap();
            for at in 0..sound.len() {
                let mut bytes = sound.clone();
                bytes[at] ^= 0x60;
                std::fs::write(&path, bytes).unwrap();
                let refused = start(dir.path(), || panic!("fjall is not asked"));
                assert!(matches!(refused, Err(NotStarted::Damaged(_))), "{name} {at}");
            }
            std::fs::write(&path, sound).unwrap();
        }
    }

    #[test]
    fn a_list_of_files_that_is_gone_is_damage_and_one_that_cannot_be_read_is_not() {
        let dir = tempfile::tempdir().unwrap();
        let open = || Database::builder(dir.path()).open();
        let database = start(dir.path(), open).unwrap();
        database.keyspace("entries", KeyspaceCreateOptions::default).unwrap();
        drop(database);
        let list = dir.path().join("keyspaces/1/v0");
        std::fs::remove_file(&list).unwrap();
        let refused = start(dir.path(), || panic!("fjall is not asked"));
        assert!(matches!(refused, Err(NotStarted::Damaged(_))));
        // A folder in its place: reading it fails, and it is there.
        std::fs::create_dir(&list).unwrap();
        let refused = start(dir.path(), || panic!("fjall is not asked"));
        assert!(matches!(refused, Err(NotStarted::Refused(fjall::Error::Io(_)))));
    }
}
