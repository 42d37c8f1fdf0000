//! The answer to one caller: given once by the writer, waited for by the thread that asked. Who asked and has gone costs
//! nothing; who gives and is gone is noticed.

use std::sync::{Arc, Mutex, PoisonError};
use std::thread::Thread;

struct Slot<T> {
    state: Mutex<State<T>>,
    waiter: Thread,
}

enum State<T> {
    Open,
    Given(T),
    Gone,
}

impl<T> Slot<T> {
    fn put(&self, state: State<T>) {
        *self.state.lock().unwrap_or_else(PoisonError::into_inner) = state;
        self.waiter.unpark();
    }
}

/// The writer's end.
pub(super) struct Giver<T>(Option<Arc<Slot<T>>>);

/// The caller's end: it stays on the thread that made it.
pub(super) struct Waiter<T>(Arc<Slot<T>>);

/// A place for one answer, to be waited for by this thread.
pub(super) fn answer<T>() -> (Giver<T>, Waiter<T>) {
    let slot = Slot { state: Mutex::new(State::Open), waiter: std::thread::current() };
    let slot = Arc::new(slot);
    (Giver(Some(Arc::clone(&slot))), Waiter(slot))
}

impl<T> Giver<T> {
    /// Gives the answer.
    pub(super) fn give(mut self, answer: T) {
        if let Some(slot) = self.0.take() {
            slot.put(State::Given(answer));
        }
    }
}

impl<T> Drop for Giver<T> {
    fn drop(&mut self) {
        if let Some(slot) = self.0.take() {
            slot.put(State::Gone);
        }
    }
}

impl<T> Waiter<T> {
    /// The answer; `None` if nobody will give one any more.
    pub(super) fn wait(self) -> Option<T> {
        loop {
            let mut state = self.0.state.lock().unwrap_or_else(PoisonError::into_inner);
            match std::mem::replace(&mut *state, State::Open) {
                State::Given(answer) => return Some(answer),
                State::Gone => return None,
                State::Open => drop(state),
            }
            // May return without reason, or for another one's: then it is looked at again.
            std::thread::park();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::answer;

    #[test]
    fn an_answer_comes_before_or_after_it_is_waited_for() {
        let (giver, waiter) = answer();
        giver.give(7);
        assert_eq!(waiter.wait(), Some(7));
        let (giver, waiter) = answer();
        let giving = std::thread::spawn(move || giver.give(8));
        assert_eq!(waiter.wait(), Some(8));
        giving.join().unwrap();
    }

    #[test]
    fn who_gives_no_answer_is_noticed_and_who_waits_for_none_too() {
        let (giver, waiter) = answer::<u8>();
        drop(giver);
        assert_eq!(waiter.wait(), None);
        let (giver, waiter) = answer();
        drop(waiter);
        giver.give(9);
    }
}
