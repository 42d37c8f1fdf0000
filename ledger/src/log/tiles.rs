//! The export as C2SP tlog-tiles: `checkpoint`, `tile/L/N`, `tile/entries/N`, so that foreign tools can
//! read the log. Reading such a folder back is `tile_folder`.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::failure::{LogCode, LogFailure};
use super::last_signed::{replace, sync_folder};
use super::reading::Scan;
use super::store::Head;
use super::tile_folder::TileFolder;
use super::tile_making::push_entry;
use super::tile_name::TileName;
use super::tree::{Frontier, NodeHash, TILE_WIDTH, WholeNode, leaf_hash};
use super::writer::Log;

pub(super) use super::tile_name::TileKind;

pub(super) const CHECKPOINT: &str = "checkpoint";

/// What an export wrote.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exported {
    /// The size and root of the checkpoint that it stands at.
    pub head: Head,
    /// How many files hold it, the checkpoint included.
    pub files: u64,
}

/// The path of a tile within the folder. `width` is 256 for a whole one, 1 to 255 for a partial one.
pub(super) fn tile_path(kind: TileKind, index: u64, width: u64) -> PathBuf {
    PathBuf::from(TileName::new(kind, index, width).to_string())
}

/// Writes everything that the newest checkpoint covers into the folder `path`, the checkpoint last: a
/// folder without one is an export that did not end. The folder must be empty or absent, or hold an
/// earlier export of this log, which is brought up to date.
///
/// # Errors
/// [`LogCode::NothingSigned`] if there is no checkpoint, [`LogCode::ExportOccupied`] if the folder
/// holds something else, [`LogCode::RootMismatch`] if the stored entries do not have the signed root
/// (then no checkpoint is written), [`LogCode::Io`], and all that reading the log can end in.
pub fn export_tiles(log: &Log, path: &Path) -> Result<Exported, LogFailure> {
    log.refuse_poisoned()?;
    let signed = log
        .signed
        .as_ref()
        .ok_or_else(|| LogFailure::new(LogCode::NothingSigned, log.dir.display().to_string()))?;
    refuse_occupied(log, path, &signed.head)?;
    let mut export = Export::into(path);
    let mut frontier = Frontier::new();
    for item in Scan::over(&log.store, 0, signed.head.size) {
        let (_, bytes) = item?;
        export.add_entry(&bytes)?;
        let leaf = leaf_hash(&bytes);
        export.add_hash(0, leaf)?;
        let mut whole: Vec<WholeNode> = Vec::new();
        frontier.push_leaf(leaf, &mut |node| whole.push(node));
        for node in whole {
            export.add_hash(node.level, node.hash)?;
        }
    }
    if frontier.root() != signed.head.root {
        let detail = format!("重算 {}，已签名 {}", frontier.root(), signed.head.root);
        return Err(LogFailure::new(LogCode::RootMismatch, detail));
    }
    let files = export.finish()?;
    let unfinished = path.join("checkpoint.new");
    replace(path, &unfinished, &path.join(CHECKPOINT), signed.note.to_string().as_bytes())?;
    Ok(Exported { head: signed.head, files: files + 1 })
}

fn refuse_occupied(log: &Log, path: &Path, newest: &Head) -> Result<(), LogFailure> {
    std::fs::create_dir_all(path).map_err(|error| LogFailure::io("新建目录", path, &error))?;
    let mut inside =
        std::fs::read_dir(path).map_err(|error| LogFailure::io("查看", path, &error))?;
    if inside.next().is_none() {
        return Ok(());
    }
    let occupied = LogFailure::new(LogCode::ExportOccupied, path.display().to_string());
    let earlier = TileFolder::open(path, &log.key).map_err(|_| occupied.clone())?.head();
    if earlier.size <= newest.size && log.root_at(earlier.size)? == earlier.root {
        return Ok(());
    }
    Err(occupied)
}

/// The tiles being written: one open tile of entries and one of hashes per level.
struct Export<'a> {
    root: &'a Path,
    entries: OpenTile,
    levels: Vec<OpenTile>,
    folders: BTreeSet<PathBuf>,
    files: u64,
}

/// The tile of its kind that is not whole yet.
#[derive(Default)]
struct OpenTile {
    index: u64,
    width: u64,
    bytes: Vec<u8>,
}

impl<'a> Export<'a> {
    fn into(root: &'a Path) -> Export<'a> {
        let entries = OpenTile::default();
        Export { root, entries, levels: Vec::new(), folders: BTreeSet::new(), files: 0 }
    }

    fn add_entry(&mut self, entry: &[u8]) -> Result<(), LogFailure> {
        push_entry(&mut self.entries.bytes, entry);
        match self.entries.grown() {
            Some(whole) => self.write(TileKind::Entries, &whole),
            None => Ok(()),
        }
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

    /// Writes the partial tiles at the edge and makes all names durable; gives the number of files.
    fn finish(mut self) -> Result<u64, LogFailure> {
        let levels = std::mem::take(&mut self.levels);
        let hashes = (0..).zip(levels).map(|(level, tile)| (TileKind::Level(level), tile));
        let entries = (TileKind::Entries, std::mem::take(&mut self.entries));
        for (kind, tile) in hashes.chain([entries]) {
            if tile.width > 0 {
                self.write(kind, &tile)?;
            }
        }
        for folder in &self.folders {
            sync_folder(folder)?;
        }
        Ok(self.files)
    }

    fn write(&mut self, kind: TileKind, tile: &OpenTile) -> Result<(), LogFailure> {
        let path = self.root.join(tile_path(kind, tile.index, tile.width));
        for folder in path.ancestors().skip(1).take_while(|folder| folder.starts_with(self.root)) {
            if !self.folders.insert(folder.to_owned()) {
                break;
            }
        }
        let folder = path.parent().expect("a tile stands in a folder");
        std::fs::create_dir_all(folder)
            .map_err(|error| LogFailure::io("新建目录", folder, &error))?;
        replace(folder, &path.with_extension("new"), &path, &tile.bytes)?;
        self.files += 1;
        Ok(())
    }
}

impl OpenTile {
    /// Counts one more in; gives the tile away once it is whole and begins the next.
    fn grown(&mut self) -> Option<OpenTile> {
        self.width += 1;
        if self.width < TILE_WIDTH {
            return None;
        }
        let next = OpenTile { index: self.index + 1, ..OpenTile::default() };
        Some(std::mem::replace(self, next))
    }
}
