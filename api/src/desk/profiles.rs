//! The bank profiles that a ledger's office works with: those that come with the program, and its own in `profiles/`.

use std::path::Path;

use ledger::books::Books;
use ledger::rejection::Rejection;
use reconcile::profile::{Profile, with_own};

use crate::failure::Failure;
use crate::spoken::text_at;

/// The folder of a ledger in which an office keeps profiles of its own.
const FOLDER: &str = "profiles";

/// The profiles of the office whose ledger lies in `dir`.
///
/// # Errors
/// A profile of the office's own cannot be read, is wrong, or takes the name of another.
pub fn of_ledger(dir: &Path) -> Result<Vec<Profile>, Failure> {
    let folder = dir.join(FOLDER);
    if folder.is_dir() { of_folder(&folder) } else { Ok(Profile::built_in()) }
}

/// The profiles that come with the program and those in a folder.
///
/// # Errors
/// As [`of_ledger`].
pub fn of_folder(folder: &Path) -> Result<Vec<Profile>, Failure> {
    let unreadable = |why: std::io::Error| Failure::file(folder, &why);
    let mut paths = Vec::new();
    for item in std::fs::read_dir(folder).map_err(unreadable)? {
        let path = item.map_err(unreadable)?.path();
        if path.extension().is_some_and(|extension| extension == "toml") {
            paths.push(path);
        }
    }
    paths.sort();
    let texts: Vec<(String, String)> =
        paths.iter().map(|path| text_of(path)).collect::<Result<_, Failure>>()?;
    Ok(with_own(&texts)?)
}

/// A profile that was edited in place since the books named it is refused before anything is done with it; the rules refuse
/// what is booked with it.
///
/// # Errors
/// [`Rejection::ProfileChanged`].
pub fn refuse_changed(books: &Books, profile: &Profile) -> Result<(), Failure> {
    let profile_name = profile.name();
    if books.bank.has_other_text(&profile_name, profile.text) {
        return Err(Rejection::ProfileChanged { profile: profile_name }.into());
    }
    Ok(())
}

/// A profile's file name and text.
///
/// # Errors
/// The file cannot be read, or is not UTF-8.
pub fn text_of(path: &Path) -> Result<(String, String), Failure> {
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let text = text_at(path)?;
    Ok((name, text))
}
