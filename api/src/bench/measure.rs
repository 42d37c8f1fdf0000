//! What a measurement is: a count and a time, whole numbers only; and a part of the work in a process of its own.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::failure::Failure;

/// So much in so long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// How many.
    pub count: u64,
    /// How long they took together.
    pub time: Duration,
}

impl Rate {
    /// How many a second, rounded down.
    #[must_use]
    pub fn per_second(self) -> u64 {
        let nanos = self.time.as_nanos().max(1);
        u64::try_from(u128::from(self.count) * 1_000_000_000 / nanos).unwrap_or(u64::MAX)
    }
}

/// Runs something and says how long it took.
///
/// # Errors
/// Its own.
pub fn timed<T, E>(work: impl FnOnce() -> Result<T, E>) -> Result<(T, Duration), E> {
    let begun = Instant::now();
    let done = work()?;
    Ok((done, begun.elapsed()))
}

/// The middle one of some rates, by what they do in a second; zero of zero where there is none.
#[must_use]
pub fn median(rates: &[Rate]) -> Rate {
    let mut sorted = rates.to_vec();
    sorted.sort_by_key(|rate| rate.per_second());
    let none = Rate { count: 0, time: Duration::ZERO };
    sorted.get(sorted.len() / 2).copied().unwrap_or(none)
}

/// The value below which so many thousandths of the sorted values lie.
#[must_use]
pub fn quantile(sorted: &[Duration], per_mille: usize) -> Duration {
    let place = sorted.len().saturating_sub(1) * per_mille / 1_000;
    sorted.get(place).copied().unwrap_or_default()
}

/// `one` over `other` with two decimals: `0.63`.
#[must_use]
pub fn ratio(one: u128, other: u128) -> String {
    let hundredths = (one * 100 + other / 2) / other.max(1);
    format!("{}.{:02}", hundredths / 100, hundredths % 100)
}

/// A number with thousands apart: `1,234,567`.
#[must_use]
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (nth, digit) in digits.chars().enumerate() {
        if nth > 0 && (digits.len() - nth).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A time for people: `12.34秒`, or `1.234毫秒` below a second.
#[must_use]
pub fn shown(time: Duration) -> String {
    if time.as_secs() > 0 {
        return format!("{}.{:02}秒", time.as_secs(), time.subsec_millis() / 10);
    }
    let micros = time.subsec_micros();
    format!("{}.{:03}毫秒", micros / 1_000, micros % 1_000)
}

/// Cores that this process may use.
#[must_use]
pub fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}

/// The most memory this process has held so far, in kilobytes; 0 where the system does not say.
#[must_use]
pub fn peak_kb() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().strip_suffix(" kB")?.parse().ok()).unwrap_or(0)
}

/// Runs `doudi bench part NAME --dir DIR` as a process of its own, so that its memory and its start are its own.
/// Gives its JSON document and how long it ran from start to end.
///
/// # Errors
/// It does not start, or ends with a failure, whose words it has printed.
pub fn in_own_process(part: &str, dir: &Path) -> Result<(Value, Duration), Failure> {
    let failed = |text: String| Failure::Machine { code: "bench.part".to_owned(), text, exit: 3 };
    let program = std::env::current_exe().map_err(|why| failed(why.to_string()))?;
    let mut command = Command::new(program);
    command.args(["--json", "bench", "part", part, "--dir"]).arg(dir).stderr(Stdio::inherit());
    let run = || command.output().map_err(|why| failed(format!("子进程没有启动：{why}。")));
    let (output, time) = timed(run)?;
    let text = String::from_utf8_lossy(&output.stdout);
    let document: Option<Value> = serde_json::from_str(&text).ok();
    match document {
        Some(document) if output.status.success() => Ok((document, time)),
        Some(_) | None => Err(failed(format!("子进程“{part}”没有做完：{text}"))),
    }
}

/// A field of a part's document as a number; 0 where it is absent.
#[must_use]
pub fn number(document: &Value, field: &str) -> u64 {
    document.get(field).and_then(Value::as_u64).unwrap_or(0)
}

/// A duration as JSON carries it: whole microseconds.
#[must_use]
pub fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Rate, grouped, median, quantile, ratio};

    #[test]
    fn rates_and_ratios_are_whole_numbers_without_surprises() {
        let rate = |count| Rate { count, time: Duration::from_millis(500) };
        assert_eq!(rate(150).per_second(), 300);
        assert_eq!(Rate { count: 5, time: Duration::ZERO }.per_second(), 5_000_000_000);
        assert_eq!(median(&[rate(3), rate(1), rate(2)]), rate(2));
        assert_eq!(median(&[]).count, 0);
        assert_eq!(
            (ratio(63, 100), ratio(5, 0), ratio(200, 3)),
            ("0.63".into(), "5.00".into(), "66.67".into())
        );
        assert_eq!(
            (grouped(0), grouped(999), grouped(1_234_567)),
            ("0".into(), "999".into(), "1,234,567".into())
        );
    }

    #[test]
    fn a_quantile_is_one_of_the_values() {
        let sorted: Vec<Duration> = (1..=100).map(Duration::from_millis).collect();
        assert_eq!(quantile(&sorted, 500), Duration::from_millis(50));
        assert_eq!(quantile(&sorted, 990), Duration::from_millis(99));
        assert_eq!(quantile(&[], 500), Duration::ZERO);
    }
}
