//! The export as one file: a `ustar` archive of the tiles whose bytes follow from the checkpoint. docs/format/export.md §7.
//! It is read in place: members are found by their heads once, and read where they lie.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::os::unix::fs::FileExt as _;
use std::path::Path;
use std::sync::Arc;

use tar::{Archive, Builder, EntryType, Header};

use super::failure::{LogCode, LogFailure};
use super::last_signed::sync_folder;
use super::reader::LogReader;
use super::reading::Scan;
use super::tile_name::TileName;
use super::tiles::{CHECKPOINT, Exported};
use super::tree::{Frontier, leaf_hash};

/// Writes everything that the newest checkpoint covers, and the files `beside` it by their names, into one new file.
///
/// # Errors
/// [`LogCode::NothingSigned`] if there is no checkpoint, [`LogCode::RootMismatch`] if the stored entries do not have the
/// signed root (then there is no file), [`LogCode::Io`], and all that reading the log can end in.
pub fn export_container(
    reader: &LogReader,
    beside: BTreeMap<String, Vec<u8>>,
    out: &Path,
) -> Result<Exported, LogFailure> {
    let nothing = || LogFailure::new(LogCode::NothingSigned, reader.dir().display().to_string());
    let (note, head) = reader.newest().ok_or_else(nothing)?;
    let mut frontier = Frontier::new();
    for item in Scan::over(reader.store(), 0, head.size) {
        frontier.push_leaf(leaf_hash(&item?.1), &mut |_| ());
    }
    if frontier.root() != head.root {
        let detail = format!("重算 {}，已签名 {}", frontier.root(), head.root);
        return Err(LogFailure::new(LogCode::RootMismatch, detail));
    }
    let mut members: BTreeMap<String, Member> =
        TileName::all(head.size).map(|name| (name.to_string(), Member::Tile(name))).collect();
    members.insert(CHECKPOINT.to_owned(), Member::Bytes(note.to_string().into_bytes()));
    members.extend(beside.into_iter().map(|(name, bytes)| (name, Member::Bytes(bytes))));
    let files = u64::try_from(members.len()).unwrap_or(u64::MAX);
    let mut unfinished = out.as_os_str().to_owned();
    unfinished.push(".new");
    let unfinished = Path::new(&unfinished);
    let io = |error: &std::io::Error| LogFailure::io("写入", out, error);
    let file = File::create(unfinished).map_err(|error| io(&error))?;
    let mut archive = Builder::new(BufWriter::new(file));
    for (name, member) in members {
        let bytes = match member {
            Member::Bytes(bytes) => bytes,
            Member::Tile(tile) => {
                reader.tile(&tile)?.ok_or_else(|| LogFailure::missing(head.size))?
            }
        };
        let header = head_of(&name, bytes.len()).ok_or_else(|| {
            LogFailure::new(LogCode::ContainerMalformed, format!("名称过长：{name}"))
        })?;
        archive.append(&header, bytes.as_slice()).map_err(|error| io(&error))?;
    }
    let mut written = archive.into_inner().map_err(|error| io(&error))?;
    written.flush().and_then(|()| written.get_ref().sync_all()).map_err(|error| io(&error))?;
    std::fs::rename(unfinished, out).map_err(|error| io(&error))?;
    let folder = out.parent().filter(|folder| !folder.as_os_str().is_empty());
    sync_folder(folder.unwrap_or(Path::new(".")))?;
    Ok(Exported { head, files })
}

enum Member {
    Tile(TileName),
    Bytes(Vec<u8>),
}

/// The one head that a member of this name and length has; `None` if the name does not fit one.
fn head_of(name: &str, length: usize) -> Option<Header> {
    let mut header = Header::new_ustar();
    header.set_path(name).ok()?;
    header.set_size(u64::try_from(length).ok()?);
    header.set_entry_type(EntryType::Regular);
    header.set_mode(0o644);
    header.set_uid(0);
    header.set_gid(0);
    header.set_mtime(0);
    header.set_cksum();
    Some(header)
}

/// A container opened to be read: where each member lies.
#[derive(Clone, Debug)]
pub(super) struct Container {
    file: Arc<File>,
    /// By name: where its bytes begin, and how many there are.
    members: BTreeMap<String, (u64, usize)>,
}

impl Container {
    /// Finds every member by its head.
    ///
    /// # Errors
    /// [`LogCode::ContainerMalformed`] if it is not in the one form; [`LogCode::Io`].
    pub(super) fn open(path: &Path) -> Result<Container, LogFailure> {
        let io = |error: &std::io::Error| LogFailure::io("读取", path, error);
        let wrong = |detail: String| LogFailure::new(LogCode::ContainerMalformed, detail);
        let file = File::open(path).map_err(|error| io(&error))?;
        let whole = file.metadata().map_err(|error| io(&error))?.len();
        let mut archive = Archive::new(&file);
        let mut members: BTreeMap<String, (u64, usize)> = BTreeMap::new();
        let entries = archive.entries_with_seek().map_err(|error| wrong(error.to_string()))?;
        for entry in entries {
            let entry = entry.map_err(|error| wrong(error.to_string()))?;
            let name = entry.path_bytes();
            let name = std::str::from_utf8(&name).map_err(|_| wrong("名称".to_owned()))?.to_owned();
            let (at, size) = (entry.raw_file_position(), entry.size());
            let length = usize::try_from(size).map_err(|_| wrong(name.clone()))?;
            let is_ours = head_of(&name, length)
                .is_some_and(|header| header.as_bytes() == entry.header().as_bytes());
            let is_inside = at.checked_add(size).is_some_and(|end| end <= whole);
            let is_next = members.last_key_value().is_none_or(|(last, _)| *last < name);
            if !is_ours || !is_inside || !is_next {
                return Err(wrong(name));
            }
            members.insert(name, (at, length));
        }
        Ok(Container { file: Arc::new(file), members })
    }

    /// The bytes of a member; `None` if there is none of that name.
    ///
    /// # Errors
    /// The file cannot be read there.
    pub(super) fn read(&self, name: &str) -> std::io::Result<Option<Vec<u8>>> {
        let Some((at, length)) = self.members.get(name) else { return Ok(None) };
        let mut bytes = vec![0; *length];
        self.file.read_exact_at(&mut bytes, *at)?;
        Ok(Some(bytes))
    }
}
