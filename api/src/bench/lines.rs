//! `bench append`, second half: the lines of large rosters, with everything that happens to them, against the same bytes
//! in the same batches put into a bare fjall keyspace, and beside it into a plain file. Several makers hand in at the same
//! time, as the towns of a county do at the beginning of a month.

use std::path::Path;

use ledger::act::Body;
use ledger::act::offices::Role;
use ledger::act::payments::{RosterDrawn, RosterKind};
use ledger::act::signed::SignedAct;
use ledger::law::admission;
use ledger::line::Line;
use ledger::log::MAX_BATCH_ENTRIES;
use ledger::period::Period;

use super::bare::{BareStore, PlainFile};
use super::cast::{Cast, Stated};
use super::county::{Size, Story};
use super::ledger::{Judged, SEED, create, signer};
use super::measure::{Rate, median, timed};
use super::payees::{Payee, SCHEMES, code, seal_on_all_cores};
use crate::failure::Failure;
use crate::writer::Handle;

/// How many hand in a roster at the same time, each a maker with a chain of their own.
pub const MAKERS: usize = 4;

/// How many rosters each of them hands in, one after the other.
pub const ROSTERS: usize = 2;

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

/// What a maker hands in.
struct Roster {
    signed: SignedAct,
    entries: Vec<Vec<u8>>,
}

/// Measures rosters of `lines` lines, [`ROSTERS`] of each maker a round, in a new ledger at `dir`.
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
    let writer = judged.into_writer()?;
    let door = writer.handle();
    let mut store = BareStore::create(&dir.join("bare"))?;
    let (mut subject, mut bare, mut plain) = (Vec::new(), Vec::new(), Vec::new());
    let makers: Vec<usize> = cast.all(Role::RosterMaker).take(MAKERS).collect();
    let mut period: Period = code("2016-01");
    for round in 0..rounds {
        let mut said = Vec::with_capacity(makers.len());
        for (nth, maker) in (round * makers.len()..).zip(&makers) {
            let mut rosters = Vec::with_capacity(ROSTERS);
            for batch in nth * ROSTERS..(nth + 1) * ROSTERS {
                rosters.push(roster(&mut cast, *maker, &payees, period, batch)?);
                period = period.next();
            }
            said.push(rosters);
        }
        let batches: Vec<Vec<&[u8]>> = said.iter().flatten().flat_map(batches).collect();
        let count = batches.iter().map(|batch| batch.len() as u64).sum();
        // A snapshot of the books that is still being written is nobody's part of what is measured.
        door.ask(|_| ())?;
        let in_batches = || batches.iter().try_for_each(|batch| store.insert(batch));
        bare.push(Rate { count, time: timed(in_batches)?.1 });
        // The plain file stands between: what the bare store still does in the background is not the engine's.
        let bytes = batches.iter().flatten().map(|entry| entry.len() as u64).sum();
        let mut file = PlainFile::preallocated(&dir.join("plain"), bytes)?;
        let in_batches = || batches.iter().try_for_each(|batch| file.write(batch));
        plain.push(Rate { count, time: timed(in_batches)?.1 });
        let everything = || all_at_once(&door, said).and_then(|()| door.checkpoint());
        subject.push(Rate { count, time: timed(everything)?.1 });
        progress((round as u64 + 1) * count);
    }
    drop(door);
    writer.stop()?;
    Ok(Lines { subject: median(&subject), bare: median(&bare), plain: median(&plain) })
}

/// An act and its lines in batches as large as the log's own.
fn batches(stated: &Roster) -> Vec<Vec<&[u8]>> {
    let own = std::iter::once(stated.signed.entry());
    let entries: Vec<&[u8]> = own.chain(stated.entries.iter().map(Vec::as_slice)).collect();
    entries.chunks(MAX_BATCH_ENTRIES).map(<[&[u8]]>::to_vec).collect()
}

/// Every maker hands in rosters at the same time, one after the other, each durable before the next.
fn all_at_once(door: &Handle, said: Vec<Vec<Roster>>) -> Result<(), Failure> {
    let maker = |rosters: Vec<Roster>| {
        let hand_in = |roster: Roster| door.submit(roster.signed, roster.entries).map(drop);
        rosters.into_iter().try_for_each(hand_in)
    };
    std::thread::scope(|scope| {
        let running: Vec<_> =
            said.into_iter().map(|rosters| scope.spawn(move || maker(rosters))).collect();
        running.into_iter().try_for_each(|one| match one.join() {
            Ok(answered) => answered,
            Err(_) => Err(Failure::usage("一个调用方中途停止。")),
        })
    })
}

/// A month's roster of everybody.
fn roster(
    cast: &mut Cast,
    maker: usize,
    payees: &[Payee],
    period: Period,
    batch: usize,
) -> Result<Roster, Failure> {
    let malformed = |why| Failure::Rejected(admission::malformed(&why));
    let lines: Vec<Line> = payees.iter().map(|payee| payee.paid(None, None)).collect();
    let (manifest, entries) = seal_on_all_cores(&lines).map_err(malformed)?;
    let body = Body::RosterDrawn(RosterDrawn {
        batch: code(&format!("L{batch:04}")),
        kind: RosterKind::Regular,
        manifest,
        period,
        scheme: code(SCHEMES.first().map_or("DB-R", |scheme| scheme.code)),
    });
    let Stated { signed, entries, .. } = cast.sign(maker, body, lines, entries)?;
    Ok(Roster { signed, entries })
}
