//! A tile's bytes, made from the store when somebody asks: nothing is kept twice to be served.

use super::failure::LogFailure;
use super::reader::LogReader;
use super::reading::Scan;
use super::store::Store;
use super::tile_name::{TileKind, TileName};
use super::tree::{Subtrees as _, leaf_hash};

impl LogReader {
    /// The bytes of a tile; `None` if the newest checkpoint does not reach that far. What is once given stays: a
    /// partial tile that has become whole is given as the beginning of the whole one.
    ///
    /// # Errors
    /// If what the tile is made of is missing or cannot be read.
    pub fn tile(&self, name: &TileName) -> Result<Option<Vec<u8>>, LogFailure> {
        tile_bytes(self.store(), self.size(), name)
    }
}

/// The bytes of a tile of the tree over the first `size` entries; `None` if that tree does not reach so far.
pub(super) fn tile_bytes(
    store: &Store,
    size: u64,
    name: &TileName,
) -> Result<Option<Vec<u8>>, LogFailure> {
    let Some((first, end)) = name.items(size) else { return Ok(None) };
    let mut bytes = Vec::new();
    match name.kind() {
        TileKind::Entries => {
            for item in Scan::over(store, first, end) {
                push_entry(&mut bytes, &item?.1);
            }
        }
        TileKind::Level(0) => {
            for item in Scan::over(store, first, end) {
                bytes.extend(leaf_hash(&item?.1).0);
            }
        }
        TileKind::Level(level) => {
            for index in first..end {
                bytes.extend(store.node(level, index)?.0);
            }
        }
    }
    Ok(Some(bytes))
}

/// Adds an entry to a tile of entries, behind its length.
pub(super) fn push_entry(tile: &mut Vec<u8>, entry: &[u8]) {
    let length = u16::try_from(entry.len()).expect("the store holds no longer entry");
    tile.extend(length.to_be_bytes());
    tile.extend(entry);
}
