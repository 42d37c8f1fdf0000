//! The export as C2SP tlog-tiles: `checkpoint`, `tile/L/N`, `tile/entries/N`, so that foreign tools can
//! read the log. Reading such a folder back is `tile_folder`.

use std::path::{Path, PathBuf};

use super::failure::{LogCode, LogFailure};
use super::last_signed::replace;
use super::reading::Scan;
use super::store::Head;
use super::tile_folder::TileFolder;
use super::tile_name::TileName;
use super::tile_writer::TileWriter;
use super::tree::{Frontier, leaf_hash};
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
    let mut writer = TileWriter::into(path);
    let mut frontier = Frontier::new();
    for item in Scan::over(&log.store, 0, signed.head.size) {
        let (_, bytes) = item?;
        writer.add(&bytes, leaf_hash(&bytes), &mut frontier)?;
    }
    if frontier.root() != signed.head.root {
        let detail = format!("重算 {}，已签名 {}", frontier.root(), signed.head.root);
        return Err(LogFailure::new(LogCode::RootMismatch, detail));
    }
    let files = writer.settle()?;
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

#[cfg(test)]
mod tests {
    use super::{TileKind, tile_path};

    #[test]
    fn a_tile_stands_where_foreign_tools_look_for_it() {
        let path = |kind, index, width| tile_path(kind, index, width).display().to_string();
        assert_eq!(path(TileKind::Level(0), 0, 256), "tile/0/000");
        assert_eq!(path(TileKind::Level(3), 1_234_067, 256), "tile/3/x001/x234/067");
        assert_eq!(path(TileKind::Entries, 1_234_067, 8), "tile/entries/x001/x234/067.p/8");
        assert_eq!(path(TileKind::Entries, 1000, 256), "tile/entries/x001/000");
    }
}
