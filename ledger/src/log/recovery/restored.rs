//! The note `restored` in a ledger's folder: it was restored from a backup, and nobody has shown yet that nothing newer was
//! lost. docs/format/backup.md §3.

use std::path::Path;

use super::super::failure::LogFailure;
use super::super::last_signed::{replace, sync_folder};
use super::super::store::Head;
use crate::ids::Root;

const NAME: &str = "restored";

/// A ledger that stands at a backup's state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Restored {
    /// What was restored.
    pub at: Head,
    /// The newest that was known elsewhere, if anything was.
    pub newest: Option<Head>,
}

impl Restored {
    /// Reads the note of a ledger's folder; `None` if there is none. A note that cannot be read counts as one that knows nothing.
    #[must_use]
    pub fn read(dir: &Path) -> Option<Restored> {
        let bytes = std::fs::read(dir.join(NAME)).ok()?;
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let mut lines = text.lines().map(head);
        let nothing = Head { size: 0, root: super::super::tree::empty_root() };
        let at = lines.next().flatten().unwrap_or(nothing);
        Some(Restored { at, newest: lines.next().flatten() })
    }

    /// Writes the note.
    ///
    /// # Errors
    /// The disk.
    pub fn write(&self, dir: &Path) -> Result<(), LogFailure> {
        let line = |head: &Head| format!("{} {}", head.size, hex::encode(head.root.0));
        let newest = self.newest.as_ref().map_or_else(|| "unknown".to_owned(), line);
        let text = format!("{}\n{newest}\n", line(&self.at));
        replace(dir, &dir.join("restored.new"), &dir.join(NAME), text.as_bytes())
    }

    /// Removes the note.
    ///
    /// # Errors
    /// The disk.
    pub fn clear(dir: &Path) -> Result<(), LogFailure> {
        let path = dir.join(NAME);
        if !path.exists() {
            return Ok(());
        }
        std::fs::remove_file(&path).map_err(|error| LogFailure::io("清除", &path, &error))?;
        sync_folder(dir)
    }

    /// True if something newer is known: whoever goes on from here makes a second history.
    #[must_use]
    pub fn is_known_to_be_old(&self) -> bool {
        self.newest.is_some_and(|newest| newest.size > self.at.size)
    }

    /// What the operator has to know at every opening, in Chinese.
    #[must_use]
    pub fn words(&self) -> String {
        let known = match self.newest {
            Some(newest) => format!("已知最新的存证头有{}条", newest.size),
            None => "没有拿来与任何存证头比对".to_owned(),
        };
        format!(
            "注意：本台账由备份恢复，停在{}条，{known}。由此继续记账会产生第二段历史，见证人将拒签，构成分叉。\
             请先运行 doudi repair --dir 台账目录 --from 第二副本；确无副本时，报告监督方并经其同意后再删除目录中的 restored 文件",
            self.at.size
        )
    }
}

fn head(line: &str) -> Option<Head> {
    let (size, root) = line.split_once(' ')?;
    let mut bytes = [0; 32];
    hex::decode_to_slice(root, &mut bytes).ok()?;
    Some(Head { size: size.parse().ok()?, root: Root(bytes) })
}
