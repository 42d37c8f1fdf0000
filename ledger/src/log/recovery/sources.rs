//! Reading from what may be damaged: every entry by itself, and a panic of the store is one more kind of damage.

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::super::failure::LogFailure;
use super::super::reading::Scan;
use super::super::store::Store;
use super::super::tree::{NodeHash, TILE_WIDTH};

/// An entry as the store gives it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Found {
    Sound(Vec<u8>),
    Missing,
    Unreadable(String),
}

impl Found {
    pub(super) fn bytes(&self) -> Option<&[u8]> {
        match self {
            Found::Sound(bytes) => Some(bytes),
            Found::Missing | Found::Unreadable(_) => None,
        }
    }
}

/// What `read` gives; a panic inside the store is a failure with words.
pub(super) fn guarded<T>(read: impl FnOnce() -> Result<T, LogFailure>) -> Result<T, String> {
    match catch_unwind(AssertUnwindSafe(read)) {
        Ok(read) => read.map_err(|why| why.to_string()),
        Err(_) => Err("存储程序在读取损坏的数据时中止".to_owned()),
    }
}

/// The entries from `from` to `to` (without `to`), each as far as it can be had. Not more than a tile's width at a time.
pub(super) fn entries_as_they_are(store: &Store, from: u64, to: u64) -> Vec<Found> {
    let to = to.min(from + TILE_WIDTH);
    let together = guarded(|| Scan::over(store, from, to).collect::<Result<Vec<_>, _>>());
    if let Ok(all) = together {
        return all.into_iter().map(|(_, bytes)| Found::Sound(bytes)).collect();
    }
    let one = |number| match guarded(|| store.entry(number)) {
        Ok(Some(bytes)) => Found::Sound(bytes),
        Ok(None) => Found::Missing,
        Err(why) => Found::Unreadable(why),
    };
    (from..to).map(one).collect()
}

/// A stored node, `None` if it is not there.
pub(super) fn node(store: &Store, level: u8, index: u64) -> Result<Option<NodeHash>, String> {
    guarded(|| store.kept_node(level, index))
}
