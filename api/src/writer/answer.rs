//! The answer to one caller: given once by the writer; whoever asked waits on a thread of their own, or as one of many on
//! a few threads. Who asked and has gone costs nothing; who gives and is gone is noticed.

use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::Thread;

struct Slot<T>(Mutex<State<T>>);

enum State<T> {
    /// Not given yet; who is to be told when it is.
    Open(Option<Waker>),
    Given(T),
    Gone,
}

impl<T> Slot<T> {
    fn put(&self, state: State<T>) {
        let before = {
            let mut slot = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            std::mem::replace(&mut *slot, state)
        };
        if let State::Open(Some(waiting)) = before {
            waiting.wake();
        }
    }
}

/// The writer's end.
pub(super) struct Giver<T>(Option<Arc<Slot<T>>>);

/// The caller's end: what is given, or `None` if nobody will give anything any more.
pub(super) struct Waiter<T>(Arc<Slot<T>>);

/// A place for one answer.
pub(super) fn answer<T>() -> (Giver<T>, Waiter<T>) {
    let slot = Arc::new(Slot(Mutex::new(State::Open(None))));
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

impl<T> Future for Waiter<T> {
    type Output = Option<T>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<T>> {
        let mut slot = self.0.0.lock().unwrap_or_else(PoisonError::into_inner);
        match std::mem::replace(&mut *slot, State::Gone) {
            State::Given(answer) => Poll::Ready(Some(answer)),
            State::Gone => Poll::Ready(None),
            State::Open(waiting) => {
                let same = waiting.filter(|waker| waker.will_wake(context.waker()));
                *slot = State::Open(Some(same.unwrap_or_else(|| context.waker().clone())));
                Poll::Pending
            }
        }
    }
}

/// Wakes a thread.
struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.0.unpark();
    }
}

/// Waits on this thread for what `future` comes to.
pub fn block_on<F: Future>(future: F) -> F::Output {
    let waker = Waker::from(Arc::new(Unpark(std::thread::current())));
    let mut context = Context::from_waker(&waker);
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(done) = future.as_mut().poll(&mut context) {
            return done;
        }
        // May return without reason, or for another one's: then it is looked at again.
        std::thread::park();
    }
}

#[cfg(test)]
mod tests {
    use super::{answer, block_on};

    #[test]
    fn an_answer_comes_before_or_after_it_is_waited_for() {
        let (giver, waiter) = answer();
        giver.give(7);
        assert_eq!(block_on(waiter), Some(7));
        let (giver, waiter) = answer();
        let giving = std::thread::spawn(move || giver.give(8));
        assert_eq!(block_on(waiter), Some(8));
        giving.join().unwrap();
    }

    #[test]
    fn who_gives_no_answer_is_noticed_and_who_waits_for_none_too() {
        let (giver, waiter) = answer::<u8>();
        drop(giver);
        assert_eq!(block_on(waiter), None);
        let (giver, waiter) = answer();
        drop(waiter);
        giver.give(9);
    }

    #[test]
    fn one_thread_waits_for_many_and_each_gets_its_own_in_whatever_order_they_come() {
        let (givers, waiters): (Vec<_>, Vec<_>) = (0..50).map(|_| answer()).unzip();
        let giving = std::thread::spawn(move || {
            givers.into_iter().zip(0..50).rev().for_each(|(giver, n)| giver.give(n));
        });
        let waiters = waiters.into_iter().map(async |waiter| waiter.await.unwrap());
        let all = block_on(futures_util::future::join_all(waiters));
        assert_eq!(all, (0..50).collect::<Vec<_>>());
        giving.join().unwrap();
    }
}
