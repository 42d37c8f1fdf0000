//! A snapshot as a file: one line that says what it is, then its sections one behind another.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::Path;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::ids::{Digest, Root};
use crate::log::{LogFailure, sync_folder};

/// Which program writes snapshots like these: its version, and a hash over its sources. What another program folded, this
/// one would fold otherwise.
const PROGRAM: &str = concat!(env!("CARGO_PKG_VERSION"), "-", env!("LEDGER_SOURCES"));

/// A first line is not longer than this.
const LONGEST_HEADER: u64 = 16 << 10;

/// What stands in the first line.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Header {
    snapshot: u32,
    program: String,
    origin: String,
    size: u64,
    root: Root,
    sections: Vec<Section>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Section {
    name: String,
    bytes: u64,
    sha256: Digest,
}

impl Header {
    pub(super) fn new(origin: &str, size: u64, root: Root) -> Header {
        let (program, origin) = (PROGRAM.to_owned(), origin.to_owned());
        Header { snapshot: 1, program, origin, size, root, sections: Vec::new() }
    }

    /// True if this program wrote it, of the ledger of that name, at that size.
    pub(super) fn is_of(&self, origin: &str, size: u64) -> bool {
        self.snapshot == 1 && self.program == PROGRAM && self.origin == origin && self.size == size
    }

    pub(super) fn origin(&self) -> &str {
        &self.origin
    }

    pub(super) fn size(&self) -> u64 {
        self.size
    }

    pub(super) fn root(&self) -> Root {
        self.root
    }

    /// The place of a section.
    pub(super) fn place_of(&self, name: &str) -> Option<usize> {
        self.sections.iter().position(|section| section.name == name)
    }
}

/// Writes beside the place and moves there: a crash leaves no snapshot or a whole one.
pub(super) fn write(
    folder: &Path,
    path: &Path,
    mut header: Header,
    sections: &[(&str, Vec<u8>)],
) -> Result<(), LogFailure> {
    let of = |(name, bytes): &(&str, Vec<u8>)| Section {
        name: (*name).to_owned(),
        bytes: bytes.len() as u64,
        sha256: Digest(Sha256::digest(bytes).into()),
    };
    header.sections = sections.iter().map(of).collect();
    let mut line = serde_json::to_string(&header).expect("a header is plain JSON");
    line.push('\n');
    let unfinished = folder.join("unfinished");
    let write = || {
        let mut file = File::create(&unfinished)?;
        file.write_all(line.as_bytes())?;
        sections.iter().try_for_each(|(_, bytes)| file.write_all(bytes))?;
        file.sync_all()
    };
    write().map_err(|error| LogFailure::io("写入", &unfinished, &error))?;
    std::fs::rename(&unfinished, path).map_err(|error| LogFailure::io("更名", path, &error))?;
    sync_folder(folder)
}

/// The first line, and where the sections begin; `None` if the file cannot be read or begins otherwise.
pub(super) fn header(path: &Path) -> Option<(Header, u64)> {
    let mut line = Vec::new();
    let mut reader = BufReader::new(File::open(path).ok()?).take(LONGEST_HEADER);
    let length = reader.read_until(b'\n', &mut line).ok()?;
    let header: Header = serde_json::from_slice(line.strip_suffix(b"\n")?).ok()?;
    Some((header, u64::try_from(length).ok()?))
}

/// The bytes of a section; `None` if they are not those that were written.
pub(super) fn section(path: &Path, header: &Header, start: u64, place: usize) -> Option<Vec<u8>> {
    let section = header.sections.get(place)?;
    let before: u64 = header.sections.iter().take(place).map(|section| section.bytes).sum();
    let mut file = File::open(path).ok()?;
    // A damaged length must not ask for more memory than the file has bytes.
    let available = file.metadata().ok()?.len().checked_sub(start.checked_add(before)?)?;
    if section.bytes > available {
        return None;
    }
    file.seek(SeekFrom::Start(start + before)).ok()?;
    let mut bytes = vec![0; usize::try_from(section.bytes).ok()?];
    file.read_exact(&mut bytes).ok()?;
    (Sha256::digest(&bytes).as_slice() == section.sha256.0).then_some(bytes)
}
