//! Writing tiles: an export from the first entry, or a copy from where it stands. Each file by way of a rename.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::failure::{LogCode, LogFailure};
use super::last_signed::{replace, sync_folder};
use super::tile_folder::{read_hashes, read_tile_of_entries};
use super::tiles::{TileKind, tile_path};
use super::tree::{
    Frontier, NodeHash, Subtrees, TILE_WIDTH, WholeNode, edge, leaf_hash, leaves_of_level,
};

/// 256^7 leaves is the largest whole subtree below 2^64.
const TOP_LEVEL: u8 = 7;

/// The tiles being written: one open tile of entries and one of hashes per level.
pub(super) struct TileWriter {
    root: PathBuf,
    entries: OpenTile,
    levels: Vec<OpenTile>,
    folders: BTreeSet<PathBuf>,
    /// Folders of partial tiles whose whole tile has been written since the last [`TileWriter::drop_partials`].
    outgrown: Vec<PathBuf>,
    files: u64,
}

/// The tile of its kind that is not whole yet.
#[derive(Default)]
struct OpenTile {
    index: u64,
    width: u64,
    bytes: Vec<u8>,
    /// True while the file on disk, if any, is narrower.
    is_news: bool,
}

impl TileWriter {
    /// Begins at the first entry.
    pub(super) fn into(root: &Path) -> TileWriter {
        TileWriter {
            root: root.to_owned(),
            entries: OpenTile::default(),
            levels: Vec::new(),
            folders: BTreeSet::new(),
            outgrown: Vec::new(),
            files: 0,
        }
    }

    /// Goes on after `size` entries, whose partial tiles are in the folder. Gives the right edge that they make.
    pub(super) fn resume(root: &Path, size: u64) -> Result<(TileWriter, Frontier), LogFailure> {
        let mut writer = TileWriter::into(root);
        for level in 0..=TOP_LEVEL {
            let count = leaves_of_level(level).map_or(0, |leaves| size / leaves);
            let mut tile = OpenTile::after(count);
            if tile.width > 0 {
                let path = root.join(tile_path(TileKind::Level(level), tile.index, tile.width));
                let hashes = read_hashes(&path, tile.width)?;
                tile.bytes = hashes.iter().flat_map(|hash| hash.0).collect();
            }
            writer.levels.push(tile);
        }
        let mut tile = OpenTile::after(size);
        if tile.width > 0 {
            let path = root.join(tile_path(TileKind::Entries, tile.index, tile.width));
            let malformed = || LogFailure::new(LogCode::TileMalformed, path.display().to_string());
            let entries = read_tile_of_entries(&path, tile.width)?.ok_or_else(malformed)?;
            let leaves = entries.iter().flat_map(|entry| leaf_hash(entry).0);
            if !writer.levels.first().is_some_and(|level| leaves.eq(level.bytes.iter().copied())) {
                return Err(malformed());
            }
            for entry in &entries {
                tile.push_entry(entry);
            }
        }
        writer.entries = tile;
        let frontier = edge(&OpenLevels(&writer.levels), size)?;
        Ok((writer, frontier))
    }

    /// Adds the next entry, and every hash that it makes whole.
    pub(super) fn add(
        &mut self,
        entry: &[u8],
        leaf: NodeHash,
        frontier: &mut Frontier,
    ) -> Result<(), LogFailure> {
        self.entries.push_entry(entry);
        if let Some(whole) = self.entries.grown() {
            self.write(TileKind::Entries, &whole)?;
        }
        self.add_hash(0, leaf)?;
        let mut whole: Vec<WholeNode> = Vec::new();
        frontier.push_leaf(leaf, &mut |node| whole.push(node));
        whole.into_iter().try_for_each(|node| self.add_hash(node.level, node.hash))
    }

    fn add_hash(&mut self, level: u8, hash: NodeHash) -> Result<(), LogFailure> {
        let place = usize::from(level);
        if self.levels.len() <= place {
            self.levels.resize_with(place + 1, OpenTile::default);
        }
        let whole = self.levels.get_mut(place).and_then(|tile| {
            tile.bytes.extend(hash.0);
            tile.grown()
        });
        match whole {
            Some(whole) => self.write(TileKind::Level(level), &whole),
            None => Ok(()),
        }
    }

    /// Writes the partial tiles at the edge and makes all names durable; gives the number of files so far.
    pub(super) fn settle(&mut self) -> Result<u64, LogFailure> {
        let mut levels = std::mem::take(&mut self.levels);
        let mut entries = std::mem::take(&mut self.entries);
        for (level, tile) in (0..).zip(&mut levels) {
            self.write_partial(TileKind::Level(level), tile)?;
        }
        self.write_partial(TileKind::Entries, &mut entries)?;
        (self.levels, self.entries) = (levels, entries);
        for folder in std::mem::take(&mut self.folders) {
            sync_folder(&folder)?;
        }
        Ok(self.files)
    }

    /// Removes partial tiles whose whole tile is on disk. Only after a checkpoint that needs none of them.
    pub(super) fn drop_partials(&mut self) -> Result<(), LogFailure> {
        for folder in std::mem::take(&mut self.outgrown) {
            if folder.is_dir() {
                std::fs::remove_dir_all(&folder)
                    .map_err(|error| LogFailure::io("清除", &folder, &error))?;
            }
        }
        Ok(())
    }

    fn write_partial(&mut self, kind: TileKind, tile: &mut OpenTile) -> Result<(), LogFailure> {
        if tile.width > 0 && tile.is_news {
            self.write(kind, tile)?;
            tile.is_news = false;
        }
        Ok(())
    }

    fn write(&mut self, kind: TileKind, tile: &OpenTile) -> Result<(), LogFailure> {
        let path = self.root.join(tile_path(kind, tile.index, tile.width));
        for folder in path.ancestors().skip(1).take_while(|folder| folder.starts_with(&self.root)) {
            if !self.folders.insert(folder.to_owned()) {
                break;
            }
        }
        let folder = path.parent().expect("a tile stands in a folder");
        std::fs::create_dir_all(folder)
            .map_err(|error| LogFailure::io("新建目录", folder, &error))?;
        replace(folder, &path.with_extension("new"), &path, &tile.bytes)?;
        if tile.width == TILE_WIDTH {
            self.outgrown.push(path.with_extension("p"));
        }
        self.files += 1;
        Ok(())
    }
}

impl OpenTile {
    fn after(count: u64) -> OpenTile {
        let (index, width) = (count / TILE_WIDTH, count % TILE_WIDTH);
        OpenTile { index, width, ..OpenTile::default() }
    }

    fn push_entry(&mut self, entry: &[u8]) {
        let length = u16::try_from(entry.len()).expect("the store holds no longer entry");
        self.bytes.extend(length.to_be_bytes());
        self.bytes.extend(entry);
    }

    /// Counts one more in; gives the tile away once it is whole and begins the next.
    fn grown(&mut self) -> Option<OpenTile> {
        self.width += 1;
        self.is_news = true;
        if self.width < TILE_WIDTH {
            return None;
        }
        let next = OpenTile { index: self.index + 1, ..OpenTile::default() };
        Some(std::mem::replace(self, next))
    }
}

/// The hashes of the open tiles: exactly those that the right edge is made of.
struct OpenLevels<'a>(&'a [OpenTile]);

impl Subtrees for OpenLevels<'_> {
    type Failure = LogFailure;

    fn top_level(&self) -> u8 {
        TOP_LEVEL
    }

    fn node(&self, level: u8, index: u64) -> Result<NodeHash, LogFailure> {
        let tile = self.0.get(usize::from(level)).filter(|tile| tile.index == index / TILE_WIDTH);
        let place = usize::try_from(index % TILE_WIDTH).expect("below 256");
        tile.and_then(|tile| tile.bytes.as_chunks::<32>().0.get(place).copied())
            .map(NodeHash)
            .ok_or_else(|| LogFailure::new(LogCode::TileMissing, format!("{level}/{index}")))
    }
}
