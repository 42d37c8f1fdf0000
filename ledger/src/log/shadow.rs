//! A store's files once more in another folder, for whoever must not change them: fjall tidies the files that it opens, and
//! opens none that it may not write. Tables are linked, for nobody changes them; everything else is copied.

use std::io;
use std::path::Path;

use tempfile::TempDir;

/// The folder; it goes when this goes.
pub(super) struct Shadow(TempDir);

impl Shadow {
    /// The files of the store at `store`, in a new folder within `place`, or where the machine keeps what is for a while.
    pub(super) fn of(store: &Path, place: Option<&Path>) -> io::Result<Shadow> {
        let mut folder = tempfile::Builder::new();
        folder.prefix("doudi-read-");
        let shadow = Shadow(match place {
            Some(place) => folder.tempdir_in(place)?,
            None => folder.tempdir()?,
        });
        copy(&std::path::absolute(store)?, shadow.path(), false)?;
        Ok(shadow)
    }

    pub(super) fn path(&self) -> &Path {
        self.0.path()
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
