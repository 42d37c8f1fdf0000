//! Rates, averages and 万元 for people: made from whole fen and counts, rounded once, at the very end, half up.

use std::cmp::Ordering;
use std::fmt;

use ledger::money::Money;
use rust_decimal::{Decimal, RoundingStrategy};

/// A share, kept as the exact fraction, so that ranks and comparisons never see a rounded number.
#[derive(Clone, Copy, Debug)]
pub struct Rate {
    part: i128,
    /// Always more than nothing.
    whole: i128,
}

impl Rate {
    /// One amount in another; `None` where the whole is nothing or less (shown as —).
    #[must_use]
    pub fn of_money(part: Money, whole: Money) -> Option<Rate> {
        let (part, whole) = (i128::from(part.fen()), i128::from(whole.fen()));
        (whole > 0).then_some(Rate { part, whole })
    }

    /// One count in another; `None` where the whole is nothing.
    #[must_use]
    pub fn of_counts(part: u64, whole: u64) -> Option<Rate> {
        let (part, whole) = (i128::from(part), i128::from(whole));
        (whole > 0).then_some(Rate { part, whole })
    }

    /// 环比, 同比: (now − before) / |before|; `None` where there was nothing before.
    #[must_use]
    pub fn change(now: Money, before: Money) -> Option<Rate> {
        let (now, before) = (i128::from(now.fen()), i128::from(before.fen()));
        (before != 0).then_some(Rate { part: now - before, whole: before.abs() })
    }

    /// The percentage with two decimals, rounded half up (四舍五入).
    ///
    /// # Panics
    /// Never: amounts and counts have 20 digits at most, decimals have 28.
    #[must_use]
    pub fn percent(self) -> Decimal {
        let decimal = |number| {
            Decimal::try_from_i128_with_scale(number, 0).expect("amounts fit into a decimal")
        };
        let exact = decimal(self.part * 100).checked_div(decimal(self.whole));
        rounded(exact.expect("the whole is more than nothing"))
    }
}

impl PartialEq for Rate {
    fn eq(&self, other: &Rate) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Rate {}

impl PartialOrd for Rate {
    fn partial_cmp(&self, other: &Rate) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Rate {
    fn cmp(&self, other: &Rate) -> Ordering {
        (self.part * other.whole).cmp(&(other.part * self.whole))
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}%", grouped(&self.percent().to_string()))
    }
}

/// A rate as documents print it; — where there is none.
#[must_use]
pub fn shown(rate: Option<Rate>) -> String {
    rate.map_or_else(|| "—".to_owned(), |rate| rate.to_string())
}

/// 万元 with two decimals. Sums are made in fen before, never of these.
#[must_use]
pub fn wan(amount: Money) -> Decimal {
    rounded(Decimal::new(amount.fen(), 6))
}

/// 万元 as documents print it: `1,130.56`.
#[must_use]
pub fn shown_wan(amount: Money) -> String {
    grouped(&wan(amount).to_string())
}

/// The mean of an amount over a count, in whole fen, half up; `None` for a count of nothing.
#[must_use]
pub fn average(amount: Money, count: u64) -> Option<Money> {
    let mean = Decimal::new(amount.fen(), 2).checked_div(Decimal::from(count))?;
    Money::parse_yuan(&rounded(mean).to_string()).ok()
}

fn rounded(exact: Decimal) -> Decimal {
    let mut rounded = exact.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero);
    rounded.rescale(2);
    // A decimal keeps the sign of what became zero: −0.00 is nothing.
    if rounded.is_zero() { Decimal::new(0, 2) } else { rounded }
}

/// Thousands separators for a plain decimal text.
pub(crate) fn grouped(plain: &str) -> String {
    let (sign, digits) = plain.strip_prefix('-').map_or(("", plain), |rest| ("-", rest));
    let (whole, fraction) =
        digits.split_once('.').map_or((digits, None), |(whole, part)| (whole, Some(part)));
    let mut text = sign.to_owned();
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    if let Some(fraction) = fraction {
        text.push('.');
        text.push_str(fraction);
    }
    text
}

#[cfg(test)]
mod tests {
    use ledger::money::Money;

    use super::{Rate, average, grouped, shown, shown_wan};

    fn yuan(text: &str) -> Money {
        Money::parse_yuan(text).unwrap()
    }

    #[test]
    fn a_rate_is_made_from_unrounded_yuan_and_may_pass_a_hundred() {
        // 榕晋民[2020]117号: 6.3 of 4.8825 万元. With 4.88 it would be 129.10%.
        let rate = Rate::of_money(yuan("63000"), yuan("48825")).unwrap();
        assert_eq!(rate.to_string(), "129.03%");
    }

    #[test]
    fn a_percentage_of_nothing_is_a_dash() {
        assert_eq!(shown(Rate::of_money(yuan("5"), Money::ZERO)), "—");
        assert_eq!(shown(Rate::of_counts(0, 0)), "—");
        assert_eq!(shown(Rate::change(yuan("5"), Money::ZERO)), "—");
        assert_eq!(shown(Rate::of_counts(0, 7)), "0.00%");
    }

    #[test]
    fn change_is_measured_by_the_size_of_what_was_before() {
        assert_eq!(shown(Rate::change(yuan("90"), yuan("100"))), "-10.00%");
        assert_eq!(shown(Rate::change(yuan("50"), yuan("-100"))), "150.00%");
        assert_eq!(shown(Rate::change(yuan("99999.99"), yuan("100000"))), "0.00%");
    }

    #[test]
    fn ten_thousands_are_rounded_half_up_after_the_sum() {
        assert_eq!(shown_wan(yuan("11305.64")), "1.13");
        assert_eq!(shown_wan(yuan("113056400")), "11,305.64");
        assert_eq!(shown_wan(yuan("50")), "0.01");
        assert_eq!(shown_wan(yuan("49.99")), "0.00");
        assert_eq!(shown_wan(yuan("-50")), "-0.01");
        let parts = [yuan("33.33"), yuan("33.33")];
        assert_eq!(parts.map(shown_wan), ["0.00", "0.00"]);
        assert_eq!(shown_wan(Money::total(parts).unwrap()), "0.01");
    }

    #[test]
    fn a_mean_is_rounded_to_a_fen_and_there_is_none_over_nobody() {
        assert_eq!(average(yuan("534192.01"), 54), Some(yuan("9892.44")));
        assert_eq!(average(yuan("113056400"), 17), Some(yuan("6650376.47")));
        assert_eq!(average(yuan("1"), 0), None);
    }

    #[test]
    fn fractions_are_compared_exactly() {
        let third = Rate::of_counts(1, 3).unwrap();
        let almost = Rate::of_counts(333_333_333, 1_000_000_000).unwrap();
        assert_eq!(third.to_string(), almost.to_string());
        assert!(third > almost);
        assert_eq!(third, Rate::of_counts(2, 6).unwrap());
    }

    #[test]
    fn separators_stand_before_every_third_digit() {
        assert_eq!(grouped("-1234567.89"), "-1,234,567.89");
        assert_eq!(grouped("123"), "123");
    }
}
