//! `bench append`, second half: the lines of large rosters, with everything that happens to them, against the same bytes
//! in the same batches put into a bare fjall keyspace, and beside it into a plain file.

use std::path::Path;

use ledger::act::Body;
use ledger::act::offices::Role;
use ledger::act::payments::{RosterDrawn, RosterKind};
use ledger::law::admission;
use ledger::line::Line;
use ledger::log::MAX_BATCH_ENTRIES;
use ledger::period::Period;

use super::bare::{BareStore, PlainFile};
use super::cast::{Cast, Stated};
use super::county::{Size, Story, Taking as _};
use super::ledger::{Judged, SEED, create, signer};
use super::measure::{Rate, median, timed};
use super::payees::{Payee, SCHEMES, code, seal_on_all_cores};
use crate::failure::Failure;

/// What came of the lines: the median rounds.
#[derive(Clone, Copy, Debug)]
pub struct Lines {
    /// The engine: hashed, decoded, decided, folded, written, checkpointed.
    pub subject: Rate,
    /// Bare fjall inserts of the same entries in the same batches.
    pub bare: Rate,
    /// A plain preallocated file, written and flushed.
    pub plain: Rate,
}

/// Measures rosters of `lines` lines, one a round, in a new ledger at `dir`.
///
/// # Errors
/// The machine fails.
pub fn lines(
    dir: &Path,
    lines: usize,
    rounds: usize,
    progress: &mut dyn FnMut(u64),
) -> Result<Lines, Failure> {
    let ledger = dir.join("ledger");
    create(&ledger)?;
    let mut judged = Judged::open(&ledger)?;
    let size = Size { entries: 0, acts_per_mille: 20, payees: lines, scheme: Some(0) };
    let key = signer()?.verifier().to_string();
    let mut quiet = |_| {};
    let told = Story::new(SEED, size, &mut judged, &mut quiet).prepare(key)?;
    let (mut cast, payees) = told;
    let mut store = BareStore::create(&dir.join("bare"))?;
    let (mut subject, mut bare, mut plain) = (Vec::new(), Vec::new(), Vec::new());
    let mut period: Period = code("2016-01");
    for round in 0..rounds {
        let stated = roster(&mut cast, &payees, period, round)?;
        let own = std::iter::once(stated.signed.entry());
        let entries: Vec<&[u8]> = own.chain(stated.entries.iter().map(Vec::as_slice)).collect();
        let count = entries.len() as u64;
        let bytes = entries.iter().map(|entry| entry.len() as u64).sum();
        let mut file = PlainFile::preallocated(&dir.join("plain"), bytes)?;
        let in_batches =
            || entries.chunks(MAX_BATCH_ENTRIES).try_for_each(|batch| store.insert(batch));
        bare.push(Rate { count, time: timed(in_batches)?.1 });
        let everything = || judged.hand_in(&stated).and_then(|()| judged.checkpoint());
        subject.push(Rate { count, time: timed(everything)?.1 });
        let in_batches =
            || entries.chunks(MAX_BATCH_ENTRIES).try_for_each(|batch| file.write(batch));
        plain.push(Rate { count, time: timed(in_batches)?.1 });
        period = period.next();
        progress((round as u64 + 1) * count);
    }
    Ok(Lines { subject: median(&subject), bare: median(&bare), plain: median(&plain) })
}

/// A month's roster of everybody.
fn roster(
    cast: &mut Cast,
    payees: &[Payee],
    period: Period,
    round: usize,
) -> Result<Stated, Failure> {
    let malformed = |why| Failure::Rejected(admission::malformed(&why));
    let lines: Vec<Line> = payees.iter().map(|payee| payee.paid(None, None)).collect();
    let (manifest, entries) = seal_on_all_cores(&lines).map_err(malformed)?;
    let body = Body::RosterDrawn(RosterDrawn {
        batch: code(&format!("L{round:04}")),
        kind: RosterKind::Regular,
        manifest,
        period,
        scheme: code(SCHEMES.first().map_or("DB-R", |scheme| scheme.code)),
    });
    let maker = cast.one(Role::RosterMaker);
    Ok(cast.sign(maker, body, lines, entries)?)
}
