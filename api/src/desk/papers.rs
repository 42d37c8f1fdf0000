//! The working copies beside the ledger: bank files and issued documents. What lies there must be what was signed;
//! a copy that is gone is no divergence, one that was changed is.

use std::path::{Path, PathBuf};

use ledger::audit::{Audited, Divergence};
use ledger::books::bank::debit_key;
use ledger::ids::{BatchCode, Digest, Seq};
use sha2::{Digest as _, Sha256};

use crate::failure::Failure;

/// Where a bank file lies under a ledger's folder: files of a batch in a folder of their own, since banks give
/// files of one day the same name.
#[must_use]
pub fn bank_path(batch: Option<&BatchCode>, name: &str) -> PathBuf {
    match batch {
        Some(batch) => Path::new("bank").join(batch.as_str()).join(name),
        None => Path::new("bank").join(name),
    }
}

/// Compares every copy in `bank/` and `out/` with the digest that the books hold.
///
/// # Errors
/// The first copy that was changed.
pub fn agree(dir: &Path, audited: &Audited) -> Result<(), Failure> {
    let books = &audited.books;
    for (code, batch) in &books.payments.batches {
        if let Some(released) = &batch.released {
            let path = bank_path(Some(code), &released.file_name);
            // The release is the entry that signed the file; its debit is the movement that it made.
            let debit = books.bank.movements.get(&debit_key(code));
            let entry = debit.map_or(batch.at, |debit| debit.at);
            unchanged(dir, &path, &[released.file], entry, "bank_file.edited")?;
        }
    }
    for ((_, imported_for), known) in &books.bank.files {
        let batch = imported_for.batch();
        let path = bank_path(batch, &known.name);
        // One name may have been imported more than once: a second answer of the same day.
        let same_name = books
            .bank
            .files
            .iter()
            .filter(|((_, of), other)| of.batch() == batch && other.name == known.name);
        let digests: Vec<Digest> = same_name.map(|((digest, _), _)| *digest).collect();
        unchanged(dir, &path, &digests, known.at, "bank_file.edited")?;
    }
    let issued = books.closings.bulletins.iter();
    let issued = issued.flat_map(|(seq, issued)| issued.documents.iter().map(|d| (*seq, d)));
    for (seq, document) in issued.clone() {
        let path = Path::new("out").join(&document.name);
        // A bulletin issued again keeps its name; either is what was signed.
        let same_name = issued.clone().filter(|(_, other)| other.name == document.name);
        let digests: Vec<Digest> = same_name.map(|(_, other)| other.digest).collect();
        unchanged(dir, &path, &digests, seq, "document.edited")?;
    }
    Ok(())
}

fn unchanged(
    dir: &Path,
    path: &Path,
    digests: &[Digest],
    entry: Seq,
    code: &'static str,
) -> Result<(), Failure> {
    let Ok(bytes) = std::fs::read(dir.join(path)) else { return Ok(()) };
    if digests.contains(&Digest(Sha256::digest(&bytes).into())) {
        return Ok(());
    }
    let text = format!("{}与第{entry}条记录所签的摘要不符：文件被改动或被换掉。", path.display());
    Err(Failure::Diverged(Divergence { code, entry: Some(entry), text }))
}
