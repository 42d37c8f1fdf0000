//! Acts on their way to the writer: it waits a moment for those that are being checked, for one flush costs as much as the
//! checks of several.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread::Thread;
use std::time::{Duration, Instant};

/// How many are on their way, and who waits for them.
#[derive(Default)]
pub(super) struct Arrivals {
    /// Being checked.
    coming: AtomicUsize,
    /// Arrived since the writer began to wait.
    arrived: AtomicUsize,
    /// The writer waits until so many have arrived; 0 while it does not.
    wanted: AtomicUsize,
    waiting: Mutex<Option<Thread>>,
}

/// An act that is being checked. It has arrived, or was turned away, when this is dropped.
pub(super) struct Arriving<'a>(&'a Arrivals);

impl Arrivals {
    pub(super) fn one(&self) -> Arriving<'_> {
        self.coming.fetch_add(1, Ordering::SeqCst);
        Arriving(self)
    }

    /// Waits on the writer's thread until `wanted` more have arrived or none is on its way, and no longer than `longest`.
    pub(super) fn wait(&self, wanted: usize, longest: Duration) {
        let end = Instant::now() + longest;
        self.arrived.store(0, Ordering::SeqCst);
        *self.thread() = Some(std::thread::current());
        self.wanted.store(wanted, Ordering::SeqCst);
        // Once somebody has said that it is enough, it is, whoever sets out after that.
        while self.wanted.load(Ordering::SeqCst) != 0 && !self.is_enough(wanted) {
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                break;
            }
            std::thread::park_timeout(left);
        }
        self.wanted.store(0, Ordering::SeqCst);
    }

    fn is_enough(&self, wanted: usize) -> bool {
        self.arrived.load(Ordering::SeqCst) >= wanted || self.coming.load(Ordering::SeqCst) == 0
    }

    fn thread(&self) -> std::sync::MutexGuard<'_, Option<Thread>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Arriving<'_> {
    /// It is in the queue. True if the writer does not wait for others: it works, or has just been woken.
    pub(super) fn arrive(self) -> bool {
        let arrivals = self.0;
        drop(self);
        arrivals.wanted.load(Ordering::SeqCst) == 0
    }
}

impl Drop for Arriving<'_> {
    fn drop(&mut self) {
        let arrivals = self.0;
        arrivals.arrived.fetch_add(1, Ordering::SeqCst);
        arrivals.coming.fetch_sub(1, Ordering::SeqCst);
        let wanted = arrivals.wanted.load(Ordering::SeqCst);
        if wanted > 0
            && arrivals.is_enough(wanted)
            && let Some(writer) = arrivals.thread().as_ref()
        {
            arrivals.wanted.store(0, Ordering::SeqCst);
            writer.unpark();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Arrivals, Duration, Instant, Ordering};

    /// Nothing that goes as it should waits so long.
    const LONG: Duration = Duration::from_mins(1);

    /// Waits on another thread while `meanwhile` is done; it begins when the wait has. Fails if the wait took all its time.
    fn while_waiting(arrivals: &Arrivals, wanted: usize, meanwhile: impl FnOnce()) {
        std::thread::scope(|scope| {
            let waiting = scope.spawn(|| {
                let start = Instant::now();
                arrivals.wait(wanted, LONG);
                start.elapsed()
            });
            while arrivals.wanted.load(Ordering::SeqCst) == 0 {
                std::thread::yield_now();
            }
            meanwhile();
            assert!(waiting.join().unwrap() < LONG);
        });
    }

    #[test]
    fn nobody_is_waited_for_where_nobody_comes() {
        let start = Instant::now();
        Arrivals::default().wait(32, LONG);
        assert!(start.elapsed() < LONG);
    }

    #[test]
    fn who_is_on_the_way_is_waited_for_until_nobody_is() {
        let arrivals = Arrivals::default();
        let mut coming: Vec<_> = (0..3).map(|_| arrivals.one()).collect();
        while_waiting(&arrivals, 32, || {
            while let Some(one) = coming.pop() {
                // The writer waits for all but the last, after whom there is nobody.
                assert_eq!(one.arrive(), coming.is_empty());
            }
        });
    }

    #[test]
    fn when_enough_have_arrived_the_others_are_not_waited_for() {
        let arrivals = Arrivals::default();
        let late = arrivals.one();
        let in_time: Vec<_> = (0..2).map(|_| arrivals.one()).collect();
        while_waiting(&arrivals, 2, || drop(in_time));
        drop(late);
    }

    #[test]
    fn who_takes_too_long_is_not_waited_for() {
        let arrivals = Arrivals::default();
        let late = arrivals.one();
        let start = Instant::now();
        arrivals.wait(1, Duration::from_millis(1));
        assert!(start.elapsed() >= Duration::from_millis(1), "but until then it is");
        drop(late);
    }
}
