//! How far the log was acknowledged, in a file of its own beside the store. last-signed is up to a second behind; what was
//! accepted in that second is durable too, and if the store loses it, as fjall does after one bad sector of a journal, this
//! file tells. It is written after every commit and before anybody is answered, without a flush: after a power cut it may be
//! behind, never ahead.

use std::fs::{File, OpenOptions};
use std::io::{Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use sha2::{Digest as _, Sha256};

use super::failure::LogFailure;
use super::store::Head;
use crate::ids::Root;

const NAME: &str = "acknowledged";

/// The file, open to be written in place: it keeps its length, so that a full disk does not matter.
pub(super) struct Acknowledged(Option<File>);

impl Acknowledged {
    /// The file in a ledger's folder. A folder that does not take one goes without.
    pub(super) fn open(dir: &Path) -> Acknowledged {
        let mut options = OpenOptions::new();
        Acknowledged(options.write(true).create(true).truncate(false).open(path(dir)).ok())
    }

    /// A log that only reads notes nothing.
    pub(super) fn unwritten() -> Acknowledged {
        Acknowledged(None)
    }

    /// Notes that everything up to this head is durable. A write that fails leaves an older note, which is true as well.
    pub(super) fn note(&mut self, head: &Head) {
        if let Some(file) = &mut self.0 {
            let _ = file.seek(SeekFrom::Start(0)).and_then(|_| file.write_all(&encode(head)));
        }
    }
}

/// What is noted; `None` without a file, or with one that was not written whole.
pub(super) fn read(dir: &Path) -> Option<Head> {
    decode(&std::fs::read(path(dir)).ok()?)
}

/// True if there is a file and it says nothing: then nobody tells when the newest entries are lost.
pub(super) fn is_damaged(dir: &Path) -> bool {
    path(dir).exists() && read(dir).is_none()
}

/// Replaces what is noted: after a repair that gave up entries for good.
pub(super) fn replace(dir: &Path, head: &Head) -> Result<(), LogFailure> {
    let path = path(dir);
    std::fs::write(&path, encode(head)).map_err(|error| LogFailure::io("写入", &path, &error))
}

fn path(dir: &Path) -> PathBuf {
    dir.join(NAME)
}

/// Size in twenty digits, root in base64, and the first bytes of a hash over both: always as long.
fn encode(head: &Head) -> Vec<u8> {
    let said = format!("{:020} {}", head.size, BASE64.encode(head.root.0));
    format!("{said} {}\n", check(&said)).into_bytes()
}

fn decode(bytes: &[u8]) -> Option<Head> {
    let (said, sum) = std::str::from_utf8(bytes).ok()?.strip_suffix('\n')?.rsplit_once(' ')?;
    let (size, root) = said.split_once(' ')?;
    let root = Root(BASE64.decode(root).ok()?.try_into().ok()?);
    (check(said) == sum).then_some(Head { size: size.parse().ok()?, root })
}

fn check(said: &str) -> String {
    let hash: [u8; 32] = Sha256::digest(said).into();
    hex::encode(hash.first_chunk::<4>().expect("a hash has 32 bytes"))
}

#[cfg(test)]
mod tests {
    use super::{Acknowledged, Head, path, read};
    use crate::ids::Root;

    #[test]
    fn the_newest_head_is_read_back_and_a_damaged_one_counts_as_none() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(read(dir.path()), None);
        let mut kept = Acknowledged::open(dir.path());
        for size in [7, 10_000_000_000, 8] {
            let head = Head { size, root: Root([u8::try_from(size % 251).unwrap(); 32]) };
            kept.note(&head);
            assert_eq!(read(dir.path()), Some(head));
        }
        let whole = std::fs::read(path(dir.path())).unwrap();
        for place in 0..whole.len() {
            let mut struck = whole.clone();
            struck[place] ^= 1;
            std::fs::write(path(dir.path()), struck).unwrap();
            assert_eq!(read(dir.path()), None, "{place}");
        }
    }
}
