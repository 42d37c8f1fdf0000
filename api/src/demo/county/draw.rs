//! Drawing from a seed: numbers below a bound, one of a list, an order.

use rand_chacha::ChaCha12Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// A seeded source of choices.
pub(super) struct Draw(ChaCha12Rng);

impl Draw {
    pub(super) fn new(seed: u64) -> Draw {
        Draw(ChaCha12Rng::seed_from_u64(seed))
    }

    /// A number from 0 to `bound` − 1. The bias of the remainder is far below one in a billion.
    pub(super) fn below(&mut self, bound: u32) -> u32 {
        let drawn = self.0.next_u64() % u64::from(bound.max(1));
        u32::try_from(drawn).expect("a remainder by a u32 is a u32")
    }

    /// A number from `low` to `high`, both included.
    pub(super) fn between(&mut self, low: u32, high: u32) -> u32 {
        low + self.below(high - low + 1)
    }

    /// True `parts` times out of a thousand.
    pub(super) fn per_mille(&mut self, parts: u32) -> bool {
        self.below(1_000) < parts
    }

    /// One of a list.
    pub(super) fn one_of<'l, T>(&mut self, list: &'l [T]) -> &'l T {
        let position = self.position(list.len());
        list.get(position).expect("the position is below the length, and no list here is empty")
    }

    /// One of a text's characters.
    pub(super) fn character(&mut self, text: &str) -> char {
        let position = self.position(text.chars().count());
        text.chars().nth(position).expect("the position is below the length")
    }

    /// Puts a list into a drawn order.
    pub(super) fn shuffle<T>(&mut self, list: &mut [T]) {
        for last in (1..list.len()).rev() {
            list.swap(last, self.position(last + 1));
        }
    }

    /// A position in a list of that length.
    pub(super) fn position(&mut self, length: usize) -> usize {
        let bound = u32::try_from(length).expect("the county's lists are short");
        usize::try_from(self.below(bound)).expect("a position in a list in memory fits usize")
    }
}
