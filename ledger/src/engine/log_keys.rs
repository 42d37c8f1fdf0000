//! Which log keys sign: the acts of the log say so, and the log is told.

use crate::act::{Act, Body, Seen};
use crate::books::Books;
use crate::law::succession::{handovers, log_keys_at};
use crate::log::{Log, LogFailure, NoteSigner};

/// Tells the log the later keys that its acts name, and insists that the newest checkpoint is signed by those valid then.
pub(super) fn agree(log: &mut Log, books: &Books) -> Result<(), LogFailure> {
    if books.log_keys.all.len() < 2 {
        return Ok(());
    }
    log.keep_handovers(&handovers(books))?;
    if let Some(note) = log.newest_checkpoint() {
        let size = log.keys().verify(note)?.size();
        note.verify_all(&log_keys_at(books, size))?;
    }
    Ok(())
}

/// After an act: a log key that was announced is known to the log before a checkpoint covers the act.
pub(super) fn follow(log: &mut Log, books: &Books, act: &Act) -> Result<(), LogFailure> {
    if matches!(act.body, Body::LogKeyAnnounced(_)) {
        log.keep_handovers(&handovers(books))?;
    }
    Ok(())
}

/// The signer for exactly the keys that are valid at the head.
pub(super) fn signer_for(
    log: &Log,
    books: &Books,
    signer: &NoteSigner,
) -> Result<NoteSigner, LogFailure> {
    let keys = log_keys_at(books, log.head().size);
    if keys.is_empty() { Ok(signer.clone()) } else { signer.for_keys(&keys) }
}

/// What a signer on this machine has seen: the newest checkpoint.
pub(super) fn seen(log: &Log) -> Seen {
    let note = log.newest_checkpoint();
    let verified = note.and_then(|note| log.keys().verify(note).ok());
    verified.map_or_else(Seen::nothing, |checkpoint| Seen {
        root: checkpoint.root(),
        size: checkpoint.size(),
    })
}
