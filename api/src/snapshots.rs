//! When snapshots of the books are written: after an opening that had much to fold, when the writer has nothing else to do,
//! and when it stops. An act that comes while one is written waits for it; nothing fails because of one (ADR 15).

use std::time::Instant;

use ledger::engine::Engine;

/// Writes a snapshot if enough came since the newest one. A disk that refuses is logged: the next opening takes longer.
pub fn keep_if_due(engine: &mut Engine) {
    if !engine.is_snapshot_due() {
        return;
    }
    let start = Instant::now();
    match engine.keep_snapshot() {
        Ok(()) => tracing::info!(
            entries = engine.newest_snapshot(),
            millis = start.elapsed().as_millis(),
            "snapshot of the books"
        ),
        Err(why) => tracing::warn!(code = why.code().code(), "no snapshot of the books: {why}"),
    }
}
