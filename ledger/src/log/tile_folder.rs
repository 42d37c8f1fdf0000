//! A folder of tiles read back: the log as an auditor receives it, without the store.
//! Nothing in it is believed before the checkpoint's signature and the root say so.

use std::path::{Path, PathBuf};
use std::vec::IntoIter;

use super::failure::{LogCode, LogFailure};
use super::note::{SignedNote, VerifierKey};
use super::reading::{EntrySource, ReadEntry};
use super::store::Head;
use super::tiles::{CHECKPOINT, TileKind, tile_path};
use super::tree::{Frontier, NodeHash, TILE_WIDTH, WholeNode, leaf_hash, leaves_of_level};
use crate::ids::Seq;

/// A folder of tiles whose checkpoint the trusted key signed. Its size and root are that checkpoint's;
/// whether the entries have that root is what [`TileFolder::full_read`] finds out.
#[derive(Clone, Debug)]
pub struct TileFolder {
    path: PathBuf,
    note: SignedNote,
    head: Head,
}

impl TileFolder {
    /// Opens the folder after verifying its checkpoint. Where the log's key changed since `key` founded it, the
    /// checkpoint stands unproved until the acts are read: `audit::verify` says which keys must have signed it.
    ///
    /// # Errors
    /// [`LogCode::TileMissing`] if there is no checkpoint, [`LogCode::Io`], and all that
    /// [`SignedNote::verify`] can end in.
    pub fn open(path: &Path, key: &VerifierKey) -> Result<TileFolder, LogFailure> {
        let note = SignedNote::parse(&read_file(&path.join(CHECKPOINT))?)?;
        let head = note.stated(key)?;
        Ok(TileFolder { path: path.to_owned(), note, head })
    }

    /// The size and root that were signed.
    #[must_use]
    pub fn head(&self) -> Head {
        self.head
    }

    /// Hashes every entry, compares every tile of hashes, and the root with the signed one.
    ///
    /// # Errors
    /// [`LogCode::RootMismatch`] if the entries are not those that were signed;
    /// [`LogCode::TileMissing`] or [`LogCode::TileMalformed`] with the file; [`LogCode::Io`].
    pub fn full_read(&self) -> Result<Head, LogFailure> {
        let mut frontier = Frontier::new();
        let mut levels: Vec<HashTile> = Vec::new();
        let mut whole: Vec<WholeNode> = Vec::new();
        for item in self.entries() {
            let (_, bytes) = item?;
            let leaf = leaf_hash(&bytes);
            self.compare(&mut levels, 0, leaf)?;
            frontier.push_leaf(leaf, &mut |node| whole.push(node));
            for node in whole.drain(..) {
                self.compare(&mut levels, node.level, node.hash)?;
            }
        }
        if frontier.root() != self.head.root {
            let detail = format!("重算 {}，已签名 {}", frontier.root(), self.head.root);
            return Err(LogFailure::new(LogCode::RootMismatch, detail));
        }
        Ok(self.head)
    }

    /// Compares the next hash of a level with the next in that level's tiles.
    fn compare(
        &self,
        levels: &mut Vec<HashTile>,
        level: u8,
        hash: NodeHash,
    ) -> Result<(), LogFailure> {
        let place = usize::from(level);
        if levels.len() <= place {
            levels.resize_with(place + 1, HashTile::default);
        }
        let tile = levels.get_mut(place).expect("it was just made long enough");
        if tile.rest.len() == 0 {
            *tile = self.next_hash_tile(level, tile)?;
        }
        if tile.rest.next() == Some(hash) {
            return Ok(());
        }
        Err(LogFailure::new(LogCode::TileMalformed, tile.path.display().to_string()))
    }

    fn next_hash_tile(&self, level: u8, before: &HashTile) -> Result<HashTile, LogFailure> {
        let leaves = leaves_of_level(level).unwrap_or(u64::MAX);
        let index = before.next;
        let (path, width) = self.tile(TileKind::Level(level), index, self.head.size / leaves);
        let bytes = read_file(&path)?;
        let (hashes, rest) = bytes.as_chunks::<32>();
        let hashes: Vec<_> = hashes.iter().copied().map(NodeHash).collect();
        if !rest.is_empty() || u64::try_from(hashes.len()) != Ok(width) {
            return Err(LogFailure::new(LogCode::TileMalformed, path.display().to_string()));
        }
        Ok(HashTile { path, rest: hashes.into_iter(), next: index + 1 })
    }

    /// The file of a tile and how many items it holds, where `total` items are in all.
    fn tile(&self, kind: TileKind, index: u64, total: u64) -> (PathBuf, u64) {
        let width = total.saturating_sub(index.saturating_mul(TILE_WIDTH)).min(TILE_WIDTH);
        (self.path.join(tile_path(kind, index, width)), width)
    }

    /// The entries of one tile.
    fn entries_of(&self, index: u64) -> Result<Vec<Vec<u8>>, LogFailure> {
        let (path, width) = self.tile(TileKind::Entries, index, self.head.size);
        let bytes = read_file(&path)?;
        split_entries(&bytes)
            .filter(|entries| u64::try_from(entries.len()) == Ok(width))
            .ok_or_else(|| {
                LogFailure::at(
                    LogCode::TileMalformed,
                    index * TILE_WIDTH,
                    path.display().to_string(),
                )
            })
    }
}

impl EntrySource for TileFolder {
    fn size(&self) -> u64 {
        self.head.size
    }

    fn newest_checkpoint(&self) -> Option<&SignedNote> {
        Some(&self.note)
    }

    fn entries(&self) -> Box<dyn Iterator<Item = ReadEntry> + '_> {
        Box::new(TileEntries { folder: self, next: 0, tile: Vec::new().into_iter() })
    }
}

/// A tile of hashes being compared: its file, what is left of it, and the index of the next tile.
#[derive(Default)]
struct HashTile {
    path: PathBuf,
    rest: IntoIter<NodeHash>,
    next: u64,
}

struct TileEntries<'a> {
    folder: &'a TileFolder,
    next: u64,
    tile: IntoIter<Vec<u8>>,
}

impl Iterator for TileEntries<'_> {
    type Item = ReadEntry;

    fn next(&mut self) -> Option<Self::Item> {
        let end = self.folder.head.size;
        if self.next >= end {
            return None;
        }
        if self.tile.len() == 0 {
            match self.folder.entries_of(self.next / TILE_WIDTH) {
                Ok(entries) => self.tile = entries.into_iter(),
                Err(failure) => {
                    self.next = end;
                    return Some(Err(failure));
                }
            }
        }
        let bytes = self.tile.next()?;
        let seq = Seq(self.next);
        self.next += 1;
        Some(Ok((seq, bytes)))
    }
}

/// Takes a tile of entries apart: two bytes of length, big-endian, before each; nothing left over.
fn split_entries(mut bytes: &[u8]) -> Option<Vec<Vec<u8>>> {
    let mut entries = Vec::new();
    while !bytes.is_empty() {
        let (length, rest) = bytes.split_first_chunk::<2>()?;
        let (entry, rest) = rest.split_at_checked(usize::from(u16::from_be_bytes(*length)))?;
        if entry.is_empty() {
            return None;
        }
        entries.push(entry.to_vec());
        bytes = rest;
    }
    Some(entries)
}

fn read_file(path: &Path) -> Result<Vec<u8>, LogFailure> {
    std::fs::read(path).map_err(|error| {
        if error.kind() == std::io::ErrorKind::NotFound {
            return LogFailure::new(LogCode::TileMissing, path.display().to_string());
        }
        LogFailure::io("读取", path, &error)
    })
}

#[cfg(test)]
mod tests {
    use super::split_entries;

    #[test]
    fn a_tile_of_entries_is_taken_apart_without_a_byte_left() {
        assert_eq!(split_entries(b"\0\x01a\0\x02bc"), Some(vec![b"a".to_vec(), b"bc".to_vec()]));
        assert_eq!(split_entries(b""), Some(vec![]));
        for wrong in [&b"\0"[..], b"\0\x02a", b"\0\0", b"\0\x01ab"] {
            assert_eq!(split_entries(wrong), None, "{wrong:?}");
        }
    }
}
