//! An act that is ready to be signed: what it states, its lines, and what is kept with it. Made from the books by the desk;
//! signed by a key file here, or by a key that never leaves its holder's browser.

use std::path::{Path, PathBuf};

use ledger::act::Body;
use ledger::line::Line;
use ledger::vault::{BankFile, Vault};

use super::{seal, write_whole};
use crate::failure::Failure;

/// An act that nobody has signed yet.
#[derive(Clone, Debug)]
pub struct Draft {
    /// What it states.
    pub body: Body,
    /// Its lines.
    pub lines: Vec<Line>,
    /// The same as entries, exactly as the manifest's root covers them.
    pub entries: Vec<Vec<u8>>,
    /// Bank files that belong to it: into the vault before the act, so that whatever happens next they are there.
    pub files: Vec<BankFile>,
    /// Remarks of a bank, by their place: likewise.
    pub remarks: Vec<(String, String)>,
    /// What is written under the ledger's folder before the act, and taken back if a rule refuses it: the figures of a month.
    pub frozen: Option<(PathBuf, Vec<u8>)>,
    /// What is written under the ledger's folder once the act is in the books, and not before.
    pub outgoing: Vec<(PathBuf, Vec<u8>)>,
}

impl Draft {
    /// An act without lines.
    #[must_use]
    pub fn of(body: Body) -> Draft {
        let (lines, entries, files, remarks) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        Draft { body, lines, entries, files, remarks, frozen: None, outgoing: Vec::new() }
    }

    /// An act over lines; `body` is given their manifest.
    ///
    /// # Errors
    /// A line holds a text or number that cannot be written canonically.
    pub fn over(
        lines: Vec<Line>,
        body: impl FnOnce(ledger::act::Manifest) -> Body,
    ) -> Result<Draft, Failure> {
        let (manifest, entries) = seal(&lines)?;
        Ok(Draft { lines, entries, ..Draft::of(body(manifest)) })
    }

    /// What goes out with it, by name: a payment file, documents, a month's figures. For its maker to read before signing.
    pub fn papers(&self) -> impl Iterator<Item = (String, &[u8])> {
        self.frozen.iter().chain(&self.outgoing).map(|(path, bytes)| {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            (name, bytes.as_slice())
        })
    }

    /// How many bytes it holds, more or less.
    #[must_use]
    pub fn bytes(&self) -> usize {
        let entries: usize = self.entries.iter().map(|entry| entry.len() + 24).sum();
        let files: usize = self.files.iter().map(|file| file.bytes.len()).sum();
        let beside = self.frozen.iter().chain(&self.outgoing).map(|(_, bytes)| bytes.len());
        entries + files + beside.sum::<usize>()
    }

    /// Keeps what must be there before the act is handed in.
    ///
    /// # Errors
    /// The vault or the disk fails.
    pub fn keep(&self, dir: &Path, vault: &Vault) -> Result<(), Failure> {
        if let Some((path, bytes)) = &self.frozen {
            write_whole(&dir.join(path), bytes)?;
        }
        for file in &self.files {
            vault.put_file(file)?;
        }
        if !self.remarks.is_empty() {
            let remarks = self.remarks.iter().map(|(at, text)| (at.as_str(), text.as_str()));
            vault.put_remarks(&remarks.collect::<Vec<_>>())?;
        }
        Ok(())
    }

    /// Takes back what was written for an act that is not in the log. Only a rule's refusal makes that certain.
    ///
    /// # Errors
    /// The disk fails.
    pub fn take_back(&self, dir: &Path, why: &Failure) -> Result<(), Failure> {
        let (Some((path, _)), Failure::Rejected(_)) = (&self.frozen, why) else { return Ok(()) };
        let path = dir.join(path);
        std::fs::remove_file(&path).map_err(|why| Failure::file(&path, &why))
    }

    /// Writes what goes out, now that the act is in the books.
    ///
    /// # Errors
    /// The machine fails; the act stays, and the file can be written again.
    pub fn send_out(&self, dir: &Path) -> Result<(), Failure> {
        self.outgoing
            .iter()
            .try_for_each(|(path, bytes)| write_whole(&dir.join(path), bytes).map(|_| ()))
    }
}
