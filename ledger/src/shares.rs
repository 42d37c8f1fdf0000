//! Many items on all cores, in equal shares or in turns. What comes back is in the order of the items, so nothing depends on
//! what was done first.

use std::collections::BTreeMap;
use std::num::NonZero;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Does `work` on shares of the items, on all cores if each gets at least `worth` of them. It is told how many items stand
/// before the share.
///
/// # Panics
/// If the work does.
pub fn in_shares<'a, T: Sync, R: Send>(
    items: &'a [T],
    worth: usize,
    work: impl Fn(usize, &'a [T]) -> R + Sync,
) -> Vec<R> {
    // Asking for the cores reads files of the system; a single act has no lines and is not worth that.
    if items.len() < worth.saturating_mul(2) {
        return vec![work(0, items)];
    }
    let share = items.len().div_ceil(cores()).max(worth);
    let (first, others) = items.split_at_checked(share).unwrap_or((items, &[]));
    std::thread::scope(|scope| {
        let work = &work;
        let running: Vec<_> = others
            .chunks(share)
            .zip(1..)
            .map(|(part, nth): (_, usize)| scope.spawn(move || work(nth * share, part)))
            .collect();
        let own = std::iter::once(work(0, first));
        own.chain(running.into_iter().map(|part| part.join().expect("a share does not panic")))
            .collect()
    })
}

/// Does `work` on every item, on all cores, each of which takes the next item when it is done with one: none waits for another
/// that had the longer share. Each core has something of its own, made by `own`, that its work may use again. What the work came
/// to is given to `take` in the order of the items, as soon as everything before it is given.
///
/// # Panics
/// If the work does.
pub fn in_turns<'a, T: Sync, S, R: Send>(
    items: &'a [T],
    own: impl Fn() -> S + Sync,
    work: impl Fn(&mut S, &'a T) -> R + Sync,
    take: impl FnMut(R) + Send,
) {
    let next = AtomicUsize::new(0);
    let done = Mutex::new(InOrder { take, given: 0, waiting: BTreeMap::new() });
    let take_turns = || {
        let mut own = own();
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(item) = items.get(at) else { return };
            let result = work(&mut own, item);
            done.lock().expect("no turn panics").put(at, result);
        }
    };
    let others = if items.len() > 1 { cores().min(items.len()) - 1 } else { 0 };
    std::thread::scope(|scope| {
        for _ in 0..others {
            scope.spawn(take_turns);
        }
        take_turns();
    });
}

/// Results that come in any order and are given on in that of their items.
struct InOrder<R, F> {
    take: F,
    given: usize,
    waiting: BTreeMap<usize, R>,
}

impl<R, F: FnMut(R)> InOrder<R, F> {
    fn put(&mut self, at: usize, result: R) {
        self.waiting.insert(at, result);
        while let Some(result) = self.waiting.remove(&self.given) {
            (self.take)(result);
            self.given += 1;
        }
    }
}

/// How many cores this process may use.
#[must_use]
pub fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, NonZero::get)
}

#[cfg(test)]
mod tests {
    use super::{in_shares, in_turns};

    #[test]
    fn turns_come_back_in_the_order_of_the_items_whoever_took_them() {
        for count in [0, 1, 2, 7, 1000] {
            let items: Vec<usize> = (0..count).collect();
            let mut taken = Vec::new();
            let work = |own: &mut usize, item: &usize| {
                *own += 1;
                (*own, *item)
            };
            in_turns(&items, || 0, work, |result| taken.push(result));
            assert!(taken.iter().map(|(_, item)| *item).eq(0..count));
            assert!(taken.iter().all(|(own, _)| (1..=count).contains(own)));
        }
    }

    #[test]
    fn shares_come_back_in_order_and_hold_every_item_once() {
        for count in [0, 1, 7, 8, 9, 100] {
            let items: Vec<usize> = (0..count).collect();
            let shares = in_shares(&items, 4, |before, share| (before, share.to_vec()));
            assert!(shares.iter().all(|(before, share)| share.first().is_none_or(|n| n == before)));
            let all: Vec<usize> = shares.into_iter().flat_map(|(_, share)| share).collect();
            assert_eq!(all, items);
        }
    }
}
