//! The newest checkpoint that this machine signed, in a file of its own beside the store.
//! A store that lost entries cannot take this file back with it, and so start-up can tell.

use std::fs::File;
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use super::failure::LogFailure;
use super::note::SignedNote;

const NAME: &str = "last-signed";
const UNFINISHED: &str = "last-signed.new";

/// The file's path in a ledger's folder.
pub(super) fn path(dir: &Path) -> PathBuf {
    dir.join(NAME)
}

/// Reads the note; `None` if there is no file.
pub(super) fn read(dir: &Path) -> Result<Option<SignedNote>, LogFailure> {
    let path = path(dir);
    match std::fs::read(&path) {
        Ok(bytes) => SignedNote::parse(&bytes).map(Some),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(LogFailure::io("读取", &path, &error)),
    }
}

/// Puts the note in place of the one before. A crash leaves the old note or the new one, whole.
pub(super) fn write(dir: &Path, note: &SignedNote) -> Result<(), LogFailure> {
    replace(dir, &dir.join(UNFINISHED), &path(dir), note.to_string().as_bytes())
}

/// Writes `path` by way of `unfinished`, both in `dir`: write, fsync, rename, fsync the folder.
pub(super) fn replace(
    dir: &Path,
    unfinished: &Path,
    path: &Path,
    bytes: &[u8],
) -> Result<(), LogFailure> {
    let write = || {
        let mut file = File::create(unfinished)?;
        file.write_all(bytes)?;
        file.sync_all()
    };
    write().map_err(|error| LogFailure::io("写入", unfinished, &error))?;
    std::fs::rename(unfinished, path).map_err(|error| LogFailure::io("更名", path, &error))?;
    sync_folder(dir)
}

/// Makes names in a folder durable.
pub(crate) fn sync_folder(dir: &Path) -> Result<(), LogFailure> {
    File::open(dir)
        .and_then(|folder| folder.sync_all())
        .map_err(|error| LogFailure::io("同步目录", dir, &error))
}

#[cfg(test)]
mod tests {
    use super::super::checkpoint::signed;
    use super::super::failure::LogCode;
    use super::super::note_key::NoteSigner;
    use super::super::store::Head;
    use super::{path, read, write};

    fn note(size: u64) -> super::SignedNote {
        let signer = NoteSigner::new("doudi.example/ledger", &[7; 32]).unwrap();
        signed(&Head { size, root: crate::ids::Root([9; 32]) }, &signer).unwrap()
    }

    #[test]
    fn the_newest_note_takes_the_place_of_the_one_before() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(read(dir.path()), Ok(None));
        for size in [1, 2] {
            write(dir.path(), &note(size)).unwrap();
            assert_eq!(read(dir.path()).unwrap().unwrap(), note(size));
        }
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1);
    }

    #[test]
    fn what_a_crash_left_half_written_is_not_read_and_does_not_block() {
        let dir = tempfile::tempdir().unwrap();
        write(dir.path(), &note(1)).unwrap();
        std::fs::write(dir.path().join("last-signed.new"), "doudi.exa").unwrap();
        assert_eq!(read(dir.path()).unwrap().unwrap(), note(1));
        write(dir.path(), &note(2)).unwrap();
        assert_eq!(read(dir.path()).unwrap().unwrap(), note(2));
    }

    #[test]
    fn a_damaged_note_is_refused_not_taken_for_absent() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(path(dir.path()), "").unwrap();
        assert_eq!(read(dir.path()).unwrap_err().code(), LogCode::NoteMalformed);
    }
}
