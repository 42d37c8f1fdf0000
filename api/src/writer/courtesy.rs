//! Courtesy to the writer: who checks acts and lines, which may take as long as it takes, lets the thread go first that all
//! others wait for.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use ledger::shares::cores;
use rustix::time::{ClockId, clock_gettime};

/// How often it is looked who has the cores.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// What is older than this says nothing about now.
const STALE: Duration = Duration::from_millis(200);

/// Whether to give way. It helps only while this program has the cores nearly to itself: where one is free, nobody waits
/// for it, and where another program keeps them busy, that one would get the time.
pub(super) struct Courtesy {
    start: Instant,
    cores: u32,
    /// What was seen last.
    last: Mutex<Spent>,
    /// When, in nanoseconds from the start.
    looked: AtomicU64,
    has_the_cores: AtomicBool,
}

/// The time that this program has had on all cores, at a time.
#[derive(Clone, Copy)]
struct Spent {
    at: Duration,
    on_cores: Duration,
}

impl Default for Courtesy {
    fn default() -> Courtesy {
        Courtesy {
            start: Instant::now(),
            cores: u32::try_from(cores()).unwrap_or(u32::MAX),
            last: Mutex::new(Spent { at: Duration::ZERO, on_cores: on_cores() }),
            looked: AtomicU64::new(0),
            has_the_cores: AtomicBool::new(false),
        }
    }
}

impl Courtesy {
    /// Lets threads go first that are ready, if they are this program's own.
    pub(super) fn give_way(&self) {
        let looked = Duration::from_nanos(self.looked.load(Ordering::Relaxed));
        if self.start.elapsed().saturating_sub(looked) >= LOOK_EVERY {
            self.look();
        }
        if self.has_the_cores.load(Ordering::Relaxed) {
            std::thread::yield_now();
        }
    }

    fn look(&self) {
        // Who finds another looking does without, and who finds that another has just looked.
        let Ok(mut last) = self.last.try_lock() else { return };
        let now = Spent { at: self.start.elapsed(), on_cores: on_cores() };
        if now.at.saturating_sub(last.at) < LOOK_EVERY {
            return;
        }
        self.has_the_cores.store(has_the_cores(&last, &now, self.cores), Ordering::Relaxed);
        self.looked.store(u64::try_from(now.at.as_nanos()).unwrap_or(u64::MAX), Ordering::Relaxed);
        *last = now;
    }
}

/// What this program has had on all cores since it began.
fn on_cores() -> Duration {
    Duration::try_from(clock_gettime(ClockId::ProcessCPUTime)).unwrap_or_default()
}

/// True if less than a quarter of the cores' time between the two was somebody else's, or nobody's.
fn has_the_cores(before: &Spent, now: &Spent, cores: u32) -> bool {
    let time = now.at.saturating_sub(before.at);
    let own = now.on_cores.saturating_sub(before.on_cores);
    time < STALE && own.saturating_mul(4) > time.saturating_mul(cores).saturating_mul(3)
}

#[cfg(test)]
mod tests {
    use super::{Duration, Spent, has_the_cores};

    fn spent(at: u64, on_cores: u64) -> Spent {
        let [at, on_cores] = [at, on_cores].map(Duration::from_millis);
        Spent { at, on_cores }
    }

    #[test]
    fn way_is_given_only_where_this_program_has_nearly_all_cores_to_itself() {
        let before = spent(100, 1000);
        assert!(has_the_cores(&before, &spent(110, 1020), 2), "both");
        assert!(has_the_cores(&before, &spent(110, 1016), 2), "both, and a flush was waited for");
        assert!(!has_the_cores(&before, &spent(110, 1015), 2), "another program has a half of one");
        assert!(!has_the_cores(&before, &spent(110, 1010), 2), "one is free, or another program's");
        assert!(has_the_cores(&before, &spent(110, 1010), 1), "there is one only");
        assert!(!has_the_cores(&before, &spent(300, 1400), 2), "that was long ago");
    }
}
