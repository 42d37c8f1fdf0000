//! A store's files once more in another folder, for whoever must not change them: fjall tidies the files that it opens, and
//! opens none that it may not write. Tables are linked, for nobody changes them; everything else is copied.

use std::io;
use std::path::{Path, PathBuf};

/// The folder; it goes when this goes.
pub(super) struct Shadow(PathBuf);

impl Shadow {
    /// The files of the store at `store` in the folder `place`. What an earlier process left there is removed.
    pub(super) fn of(store: &Path, place: PathBuf) -> io::Result<Shadow> {
        match std::fs::remove_dir_all(&place) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            Ok(()) | Err(_) => {}
        }
        // Made first, so that a copy that ends early is removed as well.
        let shadow = Shadow(place);
        copy(&std::path::absolute(store)?, &shadow.0, false)?;
        Ok(shadow)
    }

    pub(super) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Shadow {
    fn drop(&mut self) {
        // Left over, it is removed by the next one.
        drop(std::fs::remove_dir_all(&self.0));
    }
}

fn copy(from: &Path, to: &Path, are_tables: bool) -> io::Result<()> {
    std::fs::create_dir_all(to)?;
    for item in std::fs::read_dir(from)? {
        let item = item?;
        let (name, place) = (item.file_name(), to.join(item.file_name()));
        if item.file_type()?.is_dir() {
            copy(&item.path(), &place, name == "tables")?;
        } else if !are_tables || !link(&item.path(), &place) {
            std::fs::write(&place, std::fs::read(item.path())?)?;
        }
    }
    Ok(())
}

/// By a second name, or by a reference where the folder lies on another disk.
fn link(from: &Path, to: &Path) -> bool {
    std::fs::hard_link(from, to).is_ok() || std::os::unix::fs::symlink(from, to).is_ok()
}
