//! A folder of tiles, or a container of them, read back: the log as an auditor receives it, without the store.
//! Nothing in it is believed before the checkpoint's signature and the root say so.

use std::path::{Path, PathBuf};
use std::vec::IntoIter;

use super::container::Container;
use super::failure::{LogCode, LogFailure};
use super::note::SignedNote;
use super::note_key::VerifierKey;
use super::reading::{EntrySource, ReadEntry};
use super::store::Head;
use super::tiles::{CHECKPOINT, TileKind, tile_path};
use super::tree::{Frontier, NodeHash, TILE_WIDTH, WholeNode, leaf_hash, leaves_of_level};
use crate::ids::{Root, Seq};

/// A folder of tiles whose checkpoint the trusted key signed. Its size and root are that checkpoint's;
/// whether the entries have that root is what [`TileFolder::full_read`] finds out.
#[derive(Clone, Debug)]
pub struct TileFolder {
    place: Place,
    note: SignedNote,
    head: Head,
}

impl TileFolder {
    /// Opens the folder, or the container if `path` is a file, after verifying its checkpoint. Where the log's key changed
    /// since `key` founded it, the checkpoint stands unproved until the acts are read: `audit::verify` says which keys must
    /// have signed it.
    ///
    /// # Errors
    /// [`LogCode::TileMissing`] if there is no checkpoint, [`LogCode::ContainerMalformed`], [`LogCode::Io`], and
    /// all that [`SignedNote::verify`] can end in.
    pub fn open(path: &Path, key: &VerifierKey) -> Result<TileFolder, LogFailure> {
        let place = if path.is_file() {
            Place::Container(path.to_owned(), Container::open(path)?)
        } else {
            Place::Folder(path.to_owned())
        };
        let note = SignedNote::parse(&place.read(Path::new(CHECKPOINT))?)?;
        let head = note.stated(key)?;
        Ok(TileFolder { place, note, head })
    }

    /// A file that lies beside the tiles, such as the frozen figures of a month; `None` if it cannot be had.
    #[must_use]
    pub fn beside(&self, name: &str) -> Option<Vec<u8>> {
        self.place.read(Path::new(name)).ok()
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

    /// The root over the first `size` entries, hashed from the entries; for sizes above the folder's, the folder's own.
    ///
    /// # Errors
    /// If an entry cannot be read.
    pub fn root_at(&self, size: u64) -> Result<Root, LogFailure> {
        let mut frontier = Frontier::new();
        let mut entries = self.entries();
        while frontier.size() < size {
            let Some(entry) = entries.next() else { break };
            frontier.push_leaf(leaf_hash(&entry?.1), &mut |_| ());
        }
        Ok(frontier.root())
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
        Err(LogFailure::new(LogCode::TileMalformed, self.place.show(&tile.path)))
    }

    fn next_hash_tile(&self, level: u8, before: &HashTile) -> Result<HashTile, LogFailure> {
        let (path, hashes) = self.hashes_of(level, before.next)?;
        Ok(HashTile { path, rest: hashes.into_iter(), next: before.next + 1 })
    }

    /// The file of a tile of hashes and what is in it: as many as the checkpoint's size calls for.
    fn hashes_of(&self, level: u8, index: u64) -> Result<(PathBuf, Vec<NodeHash>), LogFailure> {
        let leaves = leaves_of_level(level).unwrap_or(u64::MAX);
        let (path, width) =
            TileFolder::tile(TileKind::Level(level), index, self.head.size / leaves);
        let bytes = self.place.read(&path)?;
        let (hashes, rest) = bytes.as_chunks::<32>();
        let hashes: Vec<_> = hashes.iter().copied().map(NodeHash).collect();
        if !rest.is_empty() || u64::try_from(hashes.len()) != Ok(width) {
            return Err(LogFailure::new(LogCode::TileMalformed, self.place.show(&path)));
        }
        Ok((path, hashes))
    }

    /// Compares hashes of a level, from its `first`, with the tile that holds them.
    fn compare_hashes(&self, level: u8, first: u64, hashes: &[NodeHash]) -> Result<(), LogFailure> {
        let (path, kept) = self.hashes_of(level, first / TILE_WIDTH)?;
        let before = usize::try_from(first % TILE_WIDTH).unwrap_or(usize::MAX);
        let kept_here = kept.get(before..).and_then(|kept| kept.get(..hashes.len()));
        if kept_here == Some(hashes) {
            return Ok(());
        }
        Err(LogFailure::new(LogCode::TileMalformed, self.place.show(&path)))
    }

    /// The file of a tile and how many items it holds, where `total` items are in all.
    fn tile(kind: TileKind, index: u64, total: u64) -> (PathBuf, u64) {
        let width = total.saturating_sub(index.saturating_mul(TILE_WIDTH)).min(TILE_WIDTH);
        (tile_path(kind, index, width), width)
    }

    /// The leaf hashes of one tile, as the folder states them.
    pub(super) fn leaves_of(&self, index: u64) -> Result<Vec<NodeHash>, LogFailure> {
        self.hashes_of(0, index).map(|(_, leaves)| leaves)
    }

    /// The note that the folder stands at.
    pub(super) fn note(&self) -> &SignedNote {
        &self.note
    }

    /// The folder's path.
    pub(super) fn path(&self) -> &Path {
        match &self.place {
            Place::Folder(path) | Place::Container(path, _) => path,
        }
    }

    /// The files that its checkpoint calls for, relative to the folder, the checkpoint last.
    #[must_use]
    pub fn files_at(head: &Head) -> Vec<PathBuf> {
        let mut files = Vec::new();
        let mut kind_of = |kind: TileKind, total: u64| {
            for index in 0..total.div_ceil(TILE_WIDTH) {
                let width = (total - index * TILE_WIDTH).min(TILE_WIDTH);
                files.push(tile_path(kind, index, width));
            }
        };
        kind_of(TileKind::Entries, head.size);
        for level in 0..8 {
            let total = leaves_of_level(level).map_or(0, |leaves| head.size / leaves);
            kind_of(TileKind::Level(level), total);
        }
        files.push(PathBuf::from(CHECKPOINT));
        files
    }

    /// The entries of one tile.
    pub(super) fn entries_of(&self, index: u64) -> Result<Vec<Vec<u8>>, LogFailure> {
        let (path, width) = TileFolder::tile(TileKind::Entries, index, self.head.size);
        let bytes = self.place.read(&path)?;
        split_entries(&bytes)
            .filter(|entries| u64::try_from(entries.len()) == Ok(width))
            .ok_or_else(|| {
                LogFailure::at(LogCode::TileMalformed, index * TILE_WIDTH, self.place.show(&path))
            })
    }
}

/// Where the tiles lie.
#[derive(Clone, Debug)]
enum Place {
    Folder(PathBuf),
    Container(PathBuf, Container),
}

impl Place {
    fn read(&self, name: &Path) -> Result<Vec<u8>, LogFailure> {
        match self {
            Place::Folder(path) => read_file(&path.join(name)),
            Place::Container(path, container) => {
                let bytes = container.read(&name.to_string_lossy());
                let bytes = bytes.map_err(|error| LogFailure::io("读取", path, &error))?;
                bytes.ok_or_else(|| LogFailure::new(LogCode::TileMissing, self.show(name)))
            }
        }
    }

    /// A file of it, for people.
    fn show(&self, name: &Path) -> String {
        match self {
            Place::Folder(path) => path.join(name).display().to_string(),
            Place::Container(path, _) => format!("{}:{}", path.display(), name.display()),
        }
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
        self.range(Seq(0), Seq(self.head.size))
    }

    fn range(&self, from: Seq, to: Seq) -> Box<dyn Iterator<Item = ReadEntry> + '_> {
        let (next, end) = (from.0, to.0.min(self.head.size));
        Box::new(TileEntries { folder: self, next, end, tile: Vec::new().into_iter() })
    }

    fn compare_tile(&self, index: u64, leaves: &[NodeHash]) -> Result<(), LogFailure> {
        self.compare_hashes(0, index * TILE_WIDTH, leaves)
    }

    fn compare_node(&self, node: WholeNode) -> Result<(), LogFailure> {
        self.compare_hashes(node.level, node.index, &[node.hash])
    }

    fn full_read(&self) -> Result<Head, LogFailure> {
        TileFolder::full_read(self)
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
    end: u64,
    tile: IntoIter<Vec<u8>>,
}

impl Iterator for TileEntries<'_> {
    type Item = ReadEntry;

    fn next(&mut self) -> Option<Self::Item> {
        let end = self.end;
        if self.next >= end {
            return None;
        }
        if self.tile.len() == 0 {
            let before = usize::try_from(self.next % TILE_WIDTH).unwrap_or(usize::MAX);
            match self.folder.entries_of(self.next / TILE_WIDTH) {
                Ok(entries) => {
                    self.tile = entries.into_iter();
                    // The first tile is begun where the stretch begins.
                    self.tile.by_ref().take(before).for_each(drop);
                }
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
pub(super) fn split_entries(mut bytes: &[u8]) -> Option<Vec<Vec<u8>>> {
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

/// A tile of exactly `width` entries; `None` if the file is not one.
pub(super) fn read_tile_of_entries(
    path: &Path,
    width: u64,
) -> Result<Option<Vec<Vec<u8>>>, LogFailure> {
    let entries = split_entries(&read_file(path)?);
    Ok(entries.filter(|entries| u64::try_from(entries.len()) == Ok(width)))
}

/// A tile of exactly `width` hashes.
pub(super) fn read_hashes(path: &Path, width: u64) -> Result<Vec<NodeHash>, LogFailure> {
    let bytes = read_file(path)?;
    let (hashes, rest) = bytes.as_chunks::<32>();
    if !rest.is_empty() || u64::try_from(hashes.len()) != Ok(width) {
        return Err(LogFailure::new(LogCode::TileMalformed, path.display().to_string()));
    }
    Ok(hashes.iter().copied().map(NodeHash).collect())
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
