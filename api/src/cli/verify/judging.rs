//! What is judged: a ledger or an export of one, opened against the trust folder and the checkpoint that the auditor kept.

use std::path::Path;

use ledger::audit::{self, Divergence};
use ledger::log::{EntrySource, Head, Log, SignedNote, TileFolder, VerifiedCheckpoint};
use ledger::trust::Trust;

use super::super::progress;
use super::{judged, kept, trust_folder, trusted};
use crate::failure::Failure;

pub(super) struct Judging {
    source: Box<dyn EntrySource>,
    trust: Trust,
    kept: Option<Kept>,
    /// The export that it is, if it is one file.
    pub(super) container: Option<TileFolder>,
    /// It is a ledger's folder, no export.
    pub(super) is_ledger: bool,
}

/// A checkpoint that the auditor kept, and what it states.
struct Kept {
    note: SignedNote,
    head: Head,
}

impl Judging {
    pub(super) fn open(
        path: &Path,
        trust: Option<&Path>,
        known: Option<&Path>,
    ) -> Result<Judging, Failure> {
        if !path.exists() {
            return Err(Failure::usage(format!("没有目录或文件{}。", path.display())));
        }
        let trust = trusted(&trust_folder(path, trust))?;
        // An export has its checkpoint; everything else is judged as a ledger's folder, also one that was left half made.
        let is_ledger =
            path.join("log").is_dir() || !(path.is_file() || path.join("checkpoint").exists());
        let mut container = None;
        let source: Box<dyn EntrySource> = if is_ledger {
            Box::new(Log::open_for_audit(path, &trust.log_key).map_err(judged)?)
        } else {
            let tiles = TileFolder::open(path, &trust.log_key).map_err(judged)?;
            container = path.is_file().then(|| tiles.clone());
            Box::new(tiles)
        };
        let of_note = |path: &Path| -> Result<Kept, Failure> {
            let note = kept(path)?;
            let head = note.stated(&trust.log_key).map_err(Divergence::from)?;
            Ok(Kept { note, head })
        };
        let kept = known.map(of_note).transpose()?;
        Ok(Judging { source, trust, kept, container, is_ledger })
    }

    /// Runs an audit over it, with a bar. `signed` says whether the audited acts call a checkpoint's signatures valid.
    pub(super) fn judge<T>(
        &self,
        what: &'static str,
        audit: impl FnOnce(&dyn EntrySource, &Trust, &mut dyn FnMut(u64)) -> Result<T, Divergence>,
        signed: impl FnOnce(&T, &SignedNote, u64) -> Result<VerifiedCheckpoint, Divergence>,
    ) -> Result<T, Failure> {
        let (source, founding) = (self.source.as_ref(), &self.trust.log_key);
        let by_founding_key = |kept: &&Kept| kept.note.names(founding);
        if let Some(kept) = self.kept.as_ref().filter(by_founding_key) {
            let verified = kept.note.verify(founding).map_err(Divergence::from)?;
            audit::goes_on_from(source, &verified)?;
        }
        let bar = progress::bar(source.size(), what);
        let verdict = audit(source, &self.trust, &mut |read| bar.set_position(read));
        bar.finish_and_clear();
        let audited = verdict.or_else(|found| {
            // The source is read once more by itself: damage to what is kept comes before what it means.
            source.full_read().map_err(judged)?;
            Err(Failure::from(found))
        })?;
        // Kept after the log's key had changed: the acts, verified by now, say whose signatures it must carry.
        if let Some(kept) = self.kept.as_ref().filter(|kept| !by_founding_key(kept)) {
            let verified = signed(&audited, &kept.note, kept.head.size)?;
            audit::goes_on_from(source, &verified)?;
        }
        Ok(audited)
    }
}
