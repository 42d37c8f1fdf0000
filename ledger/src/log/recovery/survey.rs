//! What can be had: every entry from the store and the copies, chosen by the copies' own leaf hashes and proved by the roots
//! that the log's key signed. Nothing is written here.

use std::collections::BTreeMap;

use super::super::store::{Head, Store};
use super::super::tile_folder::TileFolder;
use super::super::tree::{Frontier, NodeHash, TILE_WIDTH, leaf_hash};
use super::KnownAct;
use super::findings::Stretch;
use super::sources::{Found, entries_as_they_are};

/// Where entries can come from.
pub(super) struct Sources<'a> {
    pub(super) store: Option<&'a Store>,
    pub(super) copies: &'a [TileFolder],
    pub(super) known: &'a KnownAct<'a>,
    /// Up to here a signature promised entries.
    pub(super) promised: u64,
    /// How many the store says it has, by its head or by its last entry.
    pub(super) stored: u64,
}

/// What a survey saw.
#[derive(Default)]
pub(super) struct Survey {
    /// Entries that the store lacks or has otherwise, and a copy has.
    pub(super) from_copy: Vec<Stretch>,
    /// Entries below `promised` that are nowhere.
    pub(super) missing: Vec<Stretch>,
    /// Entries that a copy's own leaf hash speaks against, though nothing better is there.
    pub(super) doubtful: Vec<Stretch>,
    /// Up to where entries can be had, whole groups only beyond `promised`.
    pub(super) end: u64,
    /// The root of what was chosen, at each size that was asked for and at `end`.
    pub(super) roots: BTreeMap<u64, NodeRoot>,
    /// The same of what the store has by itself, as long as it has all.
    pub(super) own_roots: BTreeMap<u64, NodeRoot>,
}

type NodeRoot = crate::ids::Root;

/// An entry and where it came from.
struct Chosen {
    bytes: Vec<u8>,
    is_from_copy: bool,
    is_doubtful: bool,
}

impl Sources<'_> {
    /// Reads everything once. `asked` are the sizes whose roots are wanted.
    pub(super) fn survey(&self, asked: &[u64]) -> Survey {
        let mut survey = Survey::default();
        let mut mine = Some(Frontier::new());
        let mut own = self.store.map(|_| Frontier::new());
        let mut tail = Tail { left: 0, end: self.promised, is_over: false };
        let note = |roots: &mut BTreeMap<u64, NodeRoot>, frontier: Option<&Frontier>| {
            if let Some(frontier) = frontier
                && asked.contains(&frontier.size())
            {
                roots.insert(frontier.size(), frontier.root());
            }
        };
        note(&mut survey.roots, mine.as_ref());
        let last = self.promised.max(self.stored);
        let mut at = 0;
        while at < last && !tail.is_over {
            let tile = self.tile(at, last);
            for (number, (chosen, stored)) in (at..).zip(tile) {
                push(&mut own, stored);
                note(&mut survey.own_roots, own.as_ref());
                if number >= self.promised && !tail.goes_on(number, chosen.as_ref(), self.known) {
                    continue;
                }
                push(&mut mine, chosen.as_ref().map(|chosen| leaf_hash(&chosen.bytes)));
                note(&mut survey.roots, mine.as_ref());
                if number >= self.promised
                    && tail.end == number + 1
                    && let Some(mine) = &mine
                {
                    survey.roots.insert(tail.end, mine.root());
                }
                match chosen {
                    Some(chosen) if chosen.is_from_copy => {
                        Stretch::add(&mut survey.from_copy, number);
                        if chosen.is_doubtful {
                            Stretch::add(&mut survey.doubtful, number);
                        }
                    }
                    Some(chosen) if chosen.is_doubtful => {
                        Stretch::add(&mut survey.doubtful, number);
                    }
                    Some(_) => {}
                    None => Stretch::add(&mut survey.missing, number),
                }
            }
            at += TILE_WIDTH.min(last - at);
        }
        survey.end = tail.end;
        survey
    }

    /// The entries from 0 to `end` as the survey chose them, tile by tile.
    pub(super) fn chosen(&self, end: u64) -> impl Iterator<Item = Option<Vec<u8>>> + '_ {
        let last = self.promised.max(self.stored);
        (0..end.div_ceil(TILE_WIDTH)).flat_map(move |index| {
            let at = index * TILE_WIDTH;
            let here = usize::try_from(TILE_WIDTH.min(end - at)).expect("at most 256");
            let tile = self.tile(at, last).into_iter().take(here);
            tile.map(|(chosen, _)| chosen.map(|chosen| chosen.bytes))
        })
    }

    /// For each entry of the tile at `at`: what is chosen, and the leaf hash of what the store has.
    fn tile(&self, at: u64, last: u64) -> Vec<(Option<Chosen>, Option<NodeHash>)> {
        let to = last.min(at + TILE_WIDTH);
        let stored: Vec<Found> = match self.store {
            Some(store) => entries_as_they_are(store, at, to),
            None => (at..to).map(|_| Found::Missing).collect(),
        };
        let index = at / TILE_WIDTH;
        let copies: Vec<(Vec<Vec<u8>>, Vec<NodeHash>)> = self
            .copies
            .iter()
            .filter(|copy| copy.head().size > at)
            .map(|copy| {
                let entries = copy.entries_of(index).unwrap_or_default();
                (entries, copy.leaves_of(index).unwrap_or_default())
            })
            .collect();
        let one = |(place, found): (usize, &Found)| {
            let witnesses: Vec<NodeHash> =
                copies.iter().filter_map(|(_, leaves)| leaves.get(place).copied()).collect();
            let own = found.bytes().map(|bytes| (bytes, false));
            let theirs = copies.iter().filter_map(|(entries, _)| entries.get(place));
            let candidates: Vec<(&[u8], bool)> =
                own.into_iter().chain(theirs.map(|bytes| (bytes.as_slice(), true))).collect();
            let proved = candidates.iter().find(|(bytes, _)| witnesses.contains(&leaf_hash(bytes)));
            // Without a witness that agrees, a copy's entry comes before the store's: the roots decide.
            let fallback = candidates.iter().rev().find(|(_, is_from_copy)| *is_from_copy);
            let best = proved.or(fallback).or(candidates.first());
            let chosen = best.map(|(bytes, _)| Chosen {
                bytes: bytes.to_vec(),
                is_from_copy: found.bytes() != Some(*bytes),
                is_doubtful: proved.is_none() && !witnesses.is_empty(),
            });
            (chosen, found.bytes().map(leaf_hash))
        };
        stored.iter().enumerate().map(one).collect()
    }
}

fn push(frontier: &mut Option<Frontier>, leaf: Option<NodeHash>) {
    match (leaf, frontier.as_mut()) {
        (Some(leaf), Some(frontier)) => frontier.push_leaf(leaf, &mut |_| ()),
        (None, _) => *frontier = None,
        (Some(_), None) => {}
    }
}

/// The entries beyond every signature: only acts with all their lines, without a gap.
struct Tail {
    /// How many lines of the open act are still to come.
    left: u64,
    /// Behind the last whole group.
    end: u64,
    is_over: bool,
}

impl Tail {
    fn goes_on(&mut self, number: u64, chosen: Option<&Chosen>, known: &KnownAct<'_>) -> bool {
        if self.is_over {
            return false;
        }
        let act = chosen.map(|chosen| known(&chosen.bytes));
        match (act, self.left) {
            (Some(Some((_, lines))), 0) => self.left = lines,
            (Some(None), 1..) => self.left -= 1,
            (_, _) => self.is_over = true,
        }
        if !self.is_over && self.left == 0 {
            self.end = number + 1;
        }
        !self.is_over
    }
}

/// A head that a signature holds fast, and who has it.
#[derive(Clone, Debug)]
pub(super) struct Held {
    pub(super) head: Head,
    /// Which copy, or `None` for last-signed.
    pub(super) copy: Option<usize>,
}
