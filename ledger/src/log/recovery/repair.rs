//! Repair: the store built anew from what is sound in it and from copies, proved by every signed root, and put in the place of
//! the broken one, which is kept. Built anew and not patched: what fjall has lost once, it may trip over again.

use std::path::{Path, PathBuf};

use super::super::acknowledged;
use super::super::failure::{LogCode, LogFailure};
use super::super::key_chain::KeyChain;
use super::super::last_signed;
use super::super::note::SignedNote;
use super::super::note_key::VerifierKey;
use super::super::store::{Head, Store};
use super::super::tile_folder::TileFolder;
use super::KnownAct;
use super::build::StoreBuilder;
use super::failure::{RecoveryCode, RecoveryFailure};
use super::findings::{Stretch, stretches};
use super::restored::Restored;
use super::scrub::scrub_store;
use super::sources::guarded;
use super::survey::{Held, Sources, Survey};

const STORE: &str = "log";
const UNFINISHED: &str = "log.new";
/// Stands while the two folders change places: what is in `log.new` is whole.
const SWAPPING: &str = "log.repaired";

/// What is to be repaired, and from what.
pub struct Repair<'a> {
    /// The ledger's folder.
    pub dir: &'a Path,
    /// The log's key.
    pub key: &'a VerifierKey,
    /// Folders of tiles.
    pub copies: &'a [PathBuf],
    /// What an entry is.
    pub known: &'a KnownAct<'a>,
    /// Only say what would be done.
    pub dry_run: bool,
    /// Go on although entries after the newest checkpoint are lost for good.
    pub accept_loss: bool,
}

/// What was done, or would be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repaired {
    /// Size and root of the log now.
    pub head: Head,
    /// Entries put back from a copy.
    pub from_copy: Vec<Stretch>,
    /// Sound entries of the store beyond every checkpoint, kept.
    pub kept_beyond: Option<Stretch>,
    /// Acknowledged entries that are lost, by `accept_loss`.
    pub lost: Option<Stretch>,
    /// True if last-signed was put back or brought forward.
    pub last_signed_renewed: bool,
    /// Where the broken store is kept; `None` if nothing was wrong, or nothing was done.
    pub broken: Option<PathBuf>,
    /// True if everything was sound already.
    pub was_sound: bool,
}

/// What stands in the ledger's folder.
struct Standing {
    store: Option<Store>,
    /// The store opens as it is.
    opens: bool,
    head: Option<Head>,
    stored: u64,
    signed: Option<(SignedNote, Head)>,
    /// There is a last-signed that cannot be used.
    signed_is_broken: bool,
}

impl Repair<'_> {
    /// Repairs the log.
    ///
    /// # Errors
    /// A [`RecoveryFailure`]: nothing was changed then.
    pub fn run(&self) -> Result<Repaired, RecoveryFailure> {
        finish_swap(self.dir)?;
        let copies = self.open_copies()?;
        let standing = self.look()?;
        let mut held: Vec<Held> = (0..)
            .zip(&copies)
            .map(|(place, copy)| Held { head: copy.head(), copy: Some(place) })
            .collect();
        held.extend(standing.signed.iter().map(|(_, head)| Held { head: *head, copy: None }));
        let promised = held.iter().map(|held| held.head.size).max().unwrap_or(0);
        let sources = Sources {
            store: standing.store.as_ref(),
            copies: &copies,
            known: self.known,
            promised,
            stored: standing.stored,
        };
        let mut asked: Vec<u64> = held.iter().map(|held| held.head.size).collect();
        asked.extend(standing.head.map(|head| head.size));
        let restored = Restored::read(self.dir);
        asked.extend(restored.and_then(|restored| restored.newest).map(|newest| newest.size));
        let survey = sources.survey(&asked);
        refuse_missing(&survey)?;
        let covered = copies.iter().map(|copy| copy.head().size).max().unwrap_or(0);
        refuse_other_roots(&survey, &held, &copies, covered)?;
        refuse_other_store(&survey, &standing, &held)?;
        let (end, lost) = self.tail(&survey, &standing, promised)?;
        let newest = newest_note(&standing, &copies);
        let renewed = newest.as_ref().is_some_and(|(_, head)| {
            standing.signed.as_ref().is_none_or(|(_, signed)| signed.size < head.size)
        });
        let root = survey.roots.get(&end).copied();
        let mut done = Repaired {
            head: Head { size: end, root: root.unwrap_or_else(super::super::tree::empty_root) },
            from_copy: survey.from_copy.clone(),
            kept_beyond: (end > promised).then(|| Stretch { first: promised, last: end - 1 }),
            lost,
            last_signed_renewed: renewed,
            broken: None,
            was_sound: false,
        };
        done.was_sound = !renewed && lost.is_none() && self.is_sound(&standing, &done);
        if !self.dry_run {
            if !done.was_sound {
                self.rebuild(&sources, &done, newest.as_ref().map(|(_, head)| *head))?;
                // The old store must be closed before its folder is moved: it writes by path.
                drop(standing.store);
                let note = newest.map(|(note, _)| note).filter(|_| renewed);
                done.broken = self.change_places(note.as_ref(), standing.signed_is_broken)?;
            }
            self.keys().write(self.dir)?;
            if lost.is_some() {
                acknowledged::replace(self.dir, &done.head)?;
            }
            self.clear_restored(restored, &survey, &done)?;
        }
        Ok(done)
    }

    /// The log's keys as far as this folder or any of the copies knows them. They prove themselves.
    fn keys(&self) -> KeyChain {
        let mut keys = KeyChain::founded_by(self.key);
        let places = std::iter::once(self.dir).chain(self.copies.iter().map(PathBuf::as_path));
        for known in places.filter_map(|place| KeyChain::read(place, self.key).ok()) {
            keys.learn(&known);
        }
        keys
    }

    fn open_copies(&self) -> Result<Vec<TileFolder>, RecoveryFailure> {
        let keys = self.keys();
        let open = |copy: &PathBuf| {
            let tiles = TileFolder::open(copy, self.key)?;
            keys.verify(tiles.note())?;
            Ok::<_, LogFailure>(tiles)
        };
        let opened: Vec<_> = self.copies.iter().map(open).collect();
        let failed: Vec<String> =
            opened.iter().filter_map(|copy| copy.as_ref().err()).map(ToString::to_string).collect();
        let copies: Vec<TileFolder> = opened.into_iter().filter_map(Result::ok).collect();
        if copies.is_empty() {
            return Err(RecoveryFailure::new(RecoveryCode::NoCopy, failed.join("；")));
        }
        Ok(copies)
    }

    fn look(&self) -> Result<Standing, RecoveryFailure> {
        let path = self.dir.join(STORE);
        let opened = path.is_dir().then(|| Store::open(&path)).transpose();
        let opens = matches!(opened, Ok(Some(_)));
        let store = match opened {
            Err(why) if why.code() == LogCode::Locked => return Err(why.into()),
            Ok(None) => None,
            Ok(store) if !self.dry_run => store,
            // What cannot be opened stays as it is, and so does everything where nothing is to be changed.
            opened => {
                drop(opened);
                Store::salvage(&path, self.dir).ok()
            }
        };
        let head = store.as_ref().and_then(|store| guarded(|| store.head()).ok());
        // What was acknowledged counts even if the store no longer knows of it.
        let head = head.into_iter().chain(acknowledged::read(self.dir));
        let head = head.reduce(|own, known| if known.size > own.size { known } else { own });
        let bounds = store.as_ref().and_then(|store| guarded(|| store.bounds()).ok().flatten());
        let stored = bounds.map_or(0, |(_, last)| last.saturating_add(1));
        let stored = stored.max(head.map_or(0, |head| head.size));
        let read = last_signed::read(self.dir).and_then(|note| match note {
            Some(note) => Ok(Some((self.keys().verify(&note)?.head(), note))),
            None => Ok(None),
        });
        let signed_is_broken = read.is_err();
        let signed = read.ok().flatten().map(|(head, note)| (note, head));
        Ok(Standing { store, opens, head, stored, signed, signed_is_broken })
    }

    /// Where the log will end, and what of it is lost.
    fn tail(
        &self,
        survey: &Survey,
        standing: &Standing,
        promised: u64,
    ) -> Result<(u64, Option<Stretch>), RecoveryFailure> {
        let Some(head) = standing.head.filter(|head| head.size > promised) else {
            return Ok((survey.end, None));
        };
        // The head proves what stands below it; without that proof nothing beyond the signatures is believed.
        let proved = match survey.end {
            end if end >= head.size && survey.roots.get(&head.size) == Some(&head.root) => {
                return Ok((head.size, None));
            }
            end if end >= head.size => promised,
            end => end,
        };
        let lost = Stretch { first: proved, last: head.size - 1 };
        if self.accept_loss {
            return Ok((proved, Some(lost)));
        }
        let detail = stretches(&[lost]);
        Err(RecoveryFailure::at(RecoveryCode::TailLost, proved, detail))
    }

    fn is_sound(&self, standing: &Standing, done: &Repaired) -> bool {
        let signed = standing.signed.as_ref().map(|(_, head)| *head);
        standing.opens
            && standing.head == Some(done.head)
            && done.from_copy.is_empty()
            && standing
                .store
                .as_ref()
                .is_some_and(|store| scrub_store(store, signed, self.known).findings.is_empty())
    }

    fn rebuild(
        &self,
        sources: &Sources<'_>,
        done: &Repaired,
        signed: Option<Head>,
    ) -> Result<(), RecoveryFailure> {
        let unfinished = self.dir.join(UNFINISHED);
        let mut builder = StoreBuilder::at(&unfinished, self.known)?;
        for entry in sources.chosen(done.head.size) {
            let gone = || LogFailure::new(LogCode::Gap, "条目在两次读取之间消失");
            builder.push(entry.ok_or_else(gone)?)?;
        }
        let (store, head) = builder.finish(signed.as_ref())?;
        let scrubbed = scrub_store(&store, signed, self.known);
        drop(store);
        if head != done.head || !scrubbed.findings.is_empty() {
            let detail = format!("{}条，根 {}", head.size, head.root);
            return Err(RecoveryFailure::new(RecoveryCode::NotMended, detail));
        }
        Ok(())
    }

    /// Puts the new store and, if it is newer, the note in the places of the old ones. Gives where the old store lies.
    fn change_places(
        &self,
        note: Option<&SignedNote>,
        signed_is_broken: bool,
    ) -> Result<Option<PathBuf>, RecoveryFailure> {
        if signed_is_broken {
            keep_aside(self.dir, "last-signed")?;
        }
        // The note first: it fits the new store, and with the old one the log refuses, as it does now.
        if let Some(note) = note {
            last_signed::write(self.dir, note)?;
        }
        let mark = self.dir.join(SWAPPING);
        last_signed::replace(self.dir, &self.dir.join("log.repaired.new"), &mark, b"")?;
        let broken = keep_aside(self.dir, STORE)?;
        finish_swap(self.dir)?;
        Ok(broken)
    }

    fn clear_restored(
        &self,
        restored: Option<Restored>,
        survey: &Survey,
        done: &Repaired,
    ) -> Result<(), RecoveryFailure> {
        let Some(restored) = restored else { return Ok(()) };
        let holds_all = match restored.newest {
            Some(newest) => survey.roots.get(&newest.size) == Some(&newest.root),
            None => done.head.size > restored.at.size,
        };
        if holds_all {
            Restored::clear(self.dir)?;
        }
        Ok(())
    }
}

/// Of everything that the key signed, the newest.
fn newest_note(standing: &Standing, copies: &[TileFolder]) -> Option<(SignedNote, Head)> {
    let theirs = copies.iter().map(|copy| (copy.note().clone(), copy.head()));
    theirs.chain(standing.signed.clone()).max_by_key(|(_, head)| head.size)
}

/// What was chosen has every root that the key signed, or there is a reason.
fn refuse_other_roots(
    survey: &Survey,
    held: &[Held],
    copies: &[TileFolder],
    covered: u64,
) -> Result<(), RecoveryFailure> {
    for held in held {
        let (size, root) = (held.head.size, held.head.root);
        if survey.roots.get(&size) == Some(&root) {
            continue;
        }
        let copy = held.copy.and_then(|place| copies.get(place));
        if copy.is_some_and(|copy| copy.full_read().is_ok()) || copy.is_none() && size <= covered {
            if !survey.doubtful.is_empty() {
                return Err(unavailable(&survey.doubtful));
            }
            return Err(forked(size, root));
        }
        if let Some(copy) = copy {
            let detail = copy.path().display().to_string();
            let damaged = RecoveryFailure::new(RecoveryCode::CopyDamaged, detail);
            let doubtful = &survey.doubtful;
            return Err(if doubtful.is_empty() { damaged } else { unavailable(doubtful) });
        }
        // Beyond every copy the store alone has the entries, and it does not have those that were signed.
        if survey.own_roots.get(&size) == Some(&root) {
            return Err(forked(size, root));
        }
        return Err(unavailable(&[Stretch { first: covered, last: size - 1 }]));
    }
    Ok(())
}

fn refuse_missing(survey: &Survey) -> Result<(), RecoveryFailure> {
    if survey.missing.is_empty() { Ok(()) } else { Err(unavailable(&survey.missing)) }
}

/// Without last-signed, a store that holds together and is not the copies' history is the other side of a fork.
fn refuse_other_store(
    survey: &Survey,
    standing: &Standing,
    held: &[Held],
) -> Result<(), RecoveryFailure> {
    let Some(own) = standing.head.filter(|_| standing.signed.is_none()) else { return Ok(()) };
    if survey.own_roots.get(&own.size) != Some(&own.root) {
        return Ok(());
    }
    for held in held.iter().filter(|held| held.head.size <= own.size) {
        if survey.own_roots.get(&held.head.size) != Some(&held.head.root) {
            return Err(forked(held.head.size, held.head.root));
        }
    }
    Ok(())
}

fn forked(size: u64, root: crate::ids::Root) -> RecoveryFailure {
    let detail = format!("已签发的存证头{size}条，根 {root}，与所选历史不符");
    RecoveryFailure::new(RecoveryCode::RepairForked, detail)
}

fn unavailable(missing: &[Stretch]) -> RecoveryFailure {
    let first = missing.first().map_or(0, |stretch| stretch.first);
    RecoveryFailure::at(RecoveryCode::Unavailable, first, stretches(missing))
}

/// Renames `name` to `name.broken-1`, or the next number that is free.
fn keep_aside(dir: &Path, name: &str) -> Result<Option<PathBuf>, LogFailure> {
    let path = dir.join(name);
    if !path.exists() {
        return Ok(None);
    }
    let aside = (1_u64..).map(|number| dir.join(format!("{name}.broken-{number}")));
    let aside = aside.into_iter().find(|aside| !aside.exists()).expect("numbers do not end");
    std::fs::rename(&path, &aside).map_err(|error| LogFailure::io("更名", &path, &error))?;
    last_signed::sync_folder(dir)?;
    Ok(Some(aside))
}

/// Puts the new store in its place once the old one is aside; also what a crash between the two left to do.
fn finish_swap(dir: &Path) -> Result<(), LogFailure> {
    let (mark, place, unfinished) = (dir.join(SWAPPING), dir.join(STORE), dir.join(UNFINISHED));
    if !mark.exists() {
        return Ok(());
    }
    if !place.exists() && unfinished.exists() {
        std::fs::rename(&unfinished, &place)
            .map_err(|error| LogFailure::io("更名", &place, &error))?;
        last_signed::sync_folder(dir)?;
    }
    std::fs::remove_file(&mark).map_err(|error| LogFailure::io("清除", &mark, &error))?;
    last_signed::sync_folder(dir)
}
