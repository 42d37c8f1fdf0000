//! Entries on their way in: walked from the first as often as needed, so that a million lines need not be in memory.

use std::borrow::Cow;
use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};

use super::failure::{LogCode, LogFailure};
use super::store::MAX_ENTRY_BYTES;
use super::tree::NodeHash;

/// One step of walking an input: the next entry, or why there is none.
pub type InputEntry<'a> = Result<Cow<'a, [u8]>, LogFailure>;

/// Entries to be written, in order. Each walk begins at the first one. Nobody trusts two walks to give the same:
/// what is written is hashed again and compared with what was decided upon.
pub trait EntryInput {
    /// Every entry in order. The first failure is the last item.
    fn walk(&self) -> Box<dyn Iterator<Item = InputEntry<'_>> + '_>;

    /// The leaf hashes of the entries, where the one who decided upon them has kept them. The checkpoint that covers the
    /// entries reads them back from the disk and hashes them anew, whatever is said here.
    fn leaves(&self) -> Option<&[NodeHash]> {
        None
    }
}

impl EntryInput for &[Vec<u8>] {
    fn walk(&self) -> Box<dyn Iterator<Item = InputEntry<'_>> + '_> {
        Box::new(self.iter().map(|entry| Ok(Cow::Borrowed(entry.as_slice()))))
    }
}

impl EntryInput for Vec<Vec<u8>> {
    fn walk(&self) -> Box<dyn Iterator<Item = InputEntry<'_>> + '_> {
        Box::new(self.iter().map(|entry| Ok(Cow::Borrowed(entry.as_slice()))))
    }
}

/// A file with one entry a line. Empty lines do not count.
#[derive(Clone, Debug)]
pub struct LineFile {
    path: PathBuf,
    skip: usize,
}

impl LineFile {
    /// The entries of a file after its first `skip` ones: behind an act in its own file stand its lines.
    #[must_use]
    pub fn after(path: &Path, skip: usize) -> LineFile {
        LineFile { path: path.to_owned(), skip }
    }

    fn open(&self) -> Result<Lines, LogFailure> {
        let file = File::open(&self.path).map_err(|why| self.unreadable(&why))?;
        Ok(Lines { reader: BufReader::with_capacity(1 << 16, file), file: self.clone() })
    }

    fn unreadable(&self, why: &std::io::Error) -> LogFailure {
        LogFailure::io("读取", &self.path, why)
    }
}

impl EntryInput for LineFile {
    fn walk(&self) -> Box<dyn Iterator<Item = InputEntry<'_>> + '_> {
        match self.open() {
            Ok(lines) => {
                let mut failed = false;
                let lines = lines.skip(self.skip).map(|line| line.map(Cow::Owned));
                Box::new(
                    lines.take_while(move |line| !std::mem::replace(&mut failed, line.is_err())),
                )
            }
            Err(failure) => Box::new(std::iter::once(Err(failure))),
        }
    }
}

struct Lines {
    reader: BufReader<File>,
    file: LineFile,
}

impl Lines {
    /// The next line that is not empty. Never holds more than an entry may have, whatever the file is.
    fn read(&mut self) -> Result<Option<Vec<u8>>, LogFailure> {
        loop {
            let mut line = Vec::new();
            let limit = u64::try_from(MAX_ENTRY_BYTES + 1).expect("65,536 fits");
            let read = self.reader.by_ref().take(limit).read_until(b'\n', &mut line);
            if read.map_err(|why| self.file.unreadable(&why))? == 0 {
                return Ok(None);
            }
            line.pop_if(|byte| *byte == b'\n');
            if line.len() > MAX_ENTRY_BYTES {
                let detail = format!("{} 中有超长的行", self.file.path.display());
                return Err(LogFailure::new(LogCode::EntryTooLarge, detail));
            }
            if !line.is_empty() {
                return Ok(Some(line));
            }
        }
    }
}

impl Iterator for Lines {
    type Item = Result<Vec<u8>, LogFailure>;

    fn next(&mut self) -> Option<Self::Item> {
        self.read().transpose()
    }
}

/// Entries in memory whose leaf hashes are known already.
pub struct Hashed<'a> {
    /// The entries.
    pub entries: &'a [Vec<u8>],
    /// The leaf hash of each.
    pub leaves: &'a [NodeHash],
}

impl EntryInput for Hashed<'_> {
    fn walk(&self) -> Box<dyn Iterator<Item = InputEntry<'_>> + '_> {
        self.entries.walk()
    }

    fn leaves(&self) -> Option<&[NodeHash]> {
        Some(self.leaves)
    }
}

#[cfg(test)]
mod tests {
    use super::{EntryInput, LineFile};
    use crate::log::LogCode;

    fn walked(input: &dyn EntryInput) -> Vec<Vec<u8>> {
        input.walk().map(|entry| entry.unwrap().into_owned()).collect()
    }

    #[test]
    fn a_file_gives_its_lines_as_often_as_asked_and_like_memory_does() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("lines");
        std::fs::write(&path, "{\"act\"}\n\n{\"n\":1}\n{\"n\":2}\n\n{\"n\":3}").unwrap();
        let file = LineFile::after(&path, 1);
        let lines: Vec<Vec<u8>> = (1..=3).map(|n| format!("{{\"n\":{n}}}").into_bytes()).collect();
        assert_eq!(walked(&file), lines);
        assert_eq!(walked(&file), lines);
        assert_eq!(walked(&lines.as_slice()), lines);
    }

    #[test]
    fn a_line_beyond_any_entry_or_a_file_that_is_gone_ends_the_walk_with_words() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("lines");
        let mut text = vec![b'a'; 65_535];
        text.extend_from_slice(b"\nb\n");
        text.extend_from_slice(&vec![b'c'; 65_536]);
        text.extend_from_slice(b"\nd\n");
        std::fs::write(&path, text).unwrap();
        let file = LineFile::after(&path, 0);
        let lengths: Vec<_> = file.walk().map(|line| line.map(|line| line.len())).collect();
        assert_eq!(lengths[..2], [Ok(65_535), Ok(1)]);
        assert_eq!(lengths[2].as_ref().unwrap_err().code(), LogCode::EntryTooLarge);
        assert_eq!(lengths.len(), 3);
        std::fs::remove_file(&path).unwrap();
        assert_eq!(file.walk().next().unwrap().unwrap_err().code(), LogCode::Io);
    }
}
