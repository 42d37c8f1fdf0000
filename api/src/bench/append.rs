//! `bench append`, first half: durable single acts by 64 callers, each with a key and a chain of their own,
//! against what strict verification of the same signed bytes takes on all cores.

use std::path::Path;
use std::time::{Duration, Instant};

use ledger::act::Body;
use ledger::act::cases::ApplicationFiled;
use ledger::act::offices::Role;
use ledger::ids::ApplicationId;

use super::bare::{self, Check};
use super::cast::{Cast, Stated};
use super::county::{Size, Story};
use super::ledger::{Judged, SEED, create, signer};
use super::measure::{Rate, median, quantile, timed};
use super::payees::{Draw, Payee, SCHEMES, code};
use crate::failure::Failure;
use crate::http::carry;
use crate::writer::Handle;

/// How many hand in at the same time.
pub const CALLERS: usize = 64;

/// What came of the acts.
#[derive(Clone, Copy, Debug)]
pub struct Acts {
    /// Acts accepted and durable: the median round.
    pub subject: Rate,
    /// Strict verifications: the median round.
    pub floor: Rate,
    /// Half of the acts were answered within this time.
    pub p50: Duration,
    /// 99 of 100 were.
    pub p99: Duration,
}

/// Measures `acts` acts in `rounds` rounds in a new ledger at `dir`.
///
/// # Errors
/// The machine fails.
pub fn acts(
    dir: &Path,
    acts: usize,
    rounds: usize,
    progress: &mut dyn FnMut(u64),
) -> Result<Acts, Failure> {
    create(dir)?;
    let mut judged = Judged::open(dir)?;
    let size = Size { entries: 0, acts_per_mille: 20, payees: 2_000, scheme: None };
    let key = signer()?.verifier().to_string();
    let mut quiet = |_| {};
    let story = Story::new(SEED, size, &mut judged, &mut quiet);
    let (mut cast, payees) = story.prepare(key)?;
    let writer = judged.into_writer()?;
    let door = writer.handle();
    let (mut subject, mut floor, mut waits) = (Vec::new(), Vec::new(), Vec::new());
    let each = acts.div_ceil(CALLERS * rounds.max(1)).max(1);
    let mut draw = Draw::new(SEED + 1);
    for round in 0..rounds {
        let said = applications(&mut cast, &mut draw, &payees, each)?;
        let check = |(place, stated): (usize, &Stated)| {
            Check::of(stated.signed.entry(), cast.public(place)?)
        };
        let checks = said.iter().flat_map(|(place, acts)| acts.iter().map(|act| (*place, act)));
        let checks: Vec<Check> = checks.filter_map(check).collect();
        let count = checks.len() as u64;
        // A snapshot of the books that is still being written is nobody's part of what is measured.
        door.ask(|_| ())?;
        floor.push(Rate { count, time: bare::verify(&checks)? });
        let (answered, time) = timed(|| all_at_once(&door, said))?;
        waits.extend(answered);
        subject.push(Rate { count, time });
        // With all signed, a snapshot that is due is written now, and not while the next round is measured.
        door.checkpoint()?;
        progress((round as u64 + 1) * count);
    }
    drop(door);
    writer.stop()?;
    waits.sort_unstable();
    let (p50, p99) = (quantile(&waits, 500), quantile(&waits, 990));
    Ok(Acts { subject: median(&subject), floor: median(&floor), p50, p99 })
}

type Said = Vec<(usize, Vec<Stated>)>;

/// Applications, signed ahead: each caller's acts follow one another.
fn applications(
    cast: &mut Cast,
    draw: &mut Draw,
    payees: &[Payee],
    each: usize,
) -> Result<Said, Failure> {
    let callers: Vec<usize> = cast.all(Role::Registrar).take(CALLERS).collect();
    let mut said = Vec::with_capacity(callers.len());
    for place in callers {
        let mut acts = Vec::with_capacity(each);
        for _ in 0..each {
            let Some(payee) = payees.get(draw.below(payees.len())) else { continue };
            let filed = ApplicationFiled {
                application: ApplicationId::from_bytes(draw.id()),
                category: "一类".to_owned(),
                cause: None,
                filed: code("2016-01-04"),
                household: payee.household,
                payee: payee.person,
                persons: vec![payee.person],
                scheme: code(SCHEMES.get(payee.scheme).map_or("DB-R", |scheme| scheme.code)),
            };
            let act = cast.sign(place, Body::ApplicationFiled(filed), Vec::new(), Vec::new());
            acts.push(act?);
        }
        said.push((place, acts));
    }
    Ok(said)
}

/// Everybody hands in at the same time, one act after the other, each durable before the next, carried as a server carries
/// them, without the HTTP. Gives how long each act waited for its answer.
fn all_at_once(door: &Handle, said: Said) -> Result<Vec<Duration>, Failure> {
    let callers = said.into_iter().map(|(_, acts)| caller(door.clone(), acts));
    let waited: Result<Vec<_>, Failure> = carry(callers)?.into_iter().collect();
    Ok(waited?.concat())
}

async fn caller(door: Handle, acts: Vec<Stated>) -> Result<Vec<Duration>, Failure> {
    let mut waits = Vec::with_capacity(acts.len());
    for act in acts {
        let start = Instant::now();
        door.queue(act.signed)?.await?;
        waits.push(start.elapsed());
    }
    Ok(waits)
}
