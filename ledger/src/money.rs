//! Money in whole fen: reading, printing, checked sums, and the formal Chinese numerals 大写.
//! Nothing here multiplies or rounds; rates and averages are made with `rust_decimal` where they are shown.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The largest integer that every JSON reader agrees about: 2^53 - 1.
pub const MAX_JSON_INTEGER: i64 = 9_007_199_254_740_991;

/// An amount in fen (0.01 CNY). Signed: a reversal is the negative of what it reverses.
/// Range when stored: ±(2^53 - 1) fen, about 90 trillion yuan.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Money(i64);

/// A text that is not an amount of yuan with at most two decimals.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("“{0}”不是金额：应为元，最多两位小数，例如 1234.50")]
pub struct NotMoney(pub String);

impl Money {
    /// Nothing at all.
    pub const ZERO: Money = Money(0);

    /// An amount of whole fen.
    #[must_use]
    pub const fn from_fen(fen: i64) -> Money {
        Money(fen)
    }

    /// The amount in fen.
    #[must_use]
    pub const fn fen(self) -> i64 {
        self.0
    }

    /// The sum; `None` if it leaves the range of `i64` fen.
    #[must_use]
    pub fn checked_add(self, other: Money) -> Option<Money> {
        self.0.checked_add(other.0).map(Money)
    }

    /// The difference; `None` if it leaves the range of `i64` fen.
    #[must_use]
    pub fn checked_sub(self, other: Money) -> Option<Money> {
        self.0.checked_sub(other.0).map(Money)
    }

    /// The negative, as a red-letter entry needs it; `None` only for the smallest `i64`.
    #[must_use]
    pub fn checked_neg(self) -> Option<Money> {
        self.0.checked_neg().map(Money)
    }

    /// The amount taken `count` times; `None` on overflow.
    #[must_use]
    pub fn checked_times(self, count: u64) -> Option<Money> {
        i64::try_from(count).ok().and_then(|count| self.0.checked_mul(count)).map(Money)
    }

    /// Adds up amounts; `None` if the total leaves the range of `i64` fen.
    pub fn total(amounts: impl IntoIterator<Item = Money>) -> Option<Money> {
        amounts.into_iter().try_fold(Money::ZERO, Money::checked_add)
    }

    /// True for more than nothing.
    #[must_use]
    pub const fn is_positive(self) -> bool {
        self.0 > 0
    }

    /// True for less than nothing.
    #[must_use]
    pub const fn is_negative(self) -> bool {
        self.0 < 0
    }

    /// True for exactly nothing.
    #[must_use]
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// Reads "1234.5" or "-0.01". A third decimal is refused rather than rounded:
    /// rounding would invent or lose money that the bank's own total still counts.
    /// Thousands separators are refused too; a profile that has them strips them first.
    ///
    /// # Errors
    /// [`NotMoney`] with the text as found.
    pub fn parse_yuan(text: &str) -> Result<Money, NotMoney> {
        fen_of(text.as_bytes()).map(Money).ok_or_else(|| NotMoney(text.to_owned()))
    }

    /// The amount with two decimals and no separators, as bank files carry it: `-0.05`, `2452.00`.
    #[must_use]
    pub fn to_yuan(self) -> String {
        let sign = if self.0 < 0 { "-" } else { "" };
        let fen = self.0.unsigned_abs();
        format!("{sign}{}.{:02}", fen / 100, fen % 100)
    }

    /// The amount with thousands separators, as people read it: `1,483,300.00`.
    #[must_use]
    pub fn to_grouped_yuan(self) -> String {
        let plain = self.to_yuan();
        let (sign, digits) =
            plain.strip_prefix('-').map_or(("", plain.as_str()), |rest| ("-", rest));
        let (yuan, fraction) = digits.split_once('.').unwrap_or((digits, "00"));
        let mut grouped = String::new();
        for (index, digit) in yuan.chars().enumerate() {
            if index > 0 && (yuan.len() - index).is_multiple_of(3) {
                grouped.push(',');
            }
            grouped.push(digit);
        }
        format!("{sign}{grouped}.{fraction}")
    }

    /// The formal numerals of vouchers 大写 (正确填写票据和结算凭证的基本规定).
    /// A negative amount begins with 负; "整" closes whole yuan and whole jiao.
    #[must_use]
    pub fn to_formal(self) -> String {
        let fen = self.0.unsigned_abs();
        let (yuan, jiao, cent) = (fen / 100, fen / 10 % 10, fen % 10);
        let mut text = String::new();
        if self.0 < 0 {
            text.push('负');
        }
        if yuan > 0 {
            text.push_str(&formal_integer(yuan));
            text.push('元');
        }
        match (jiao, cent) {
            (0, 0) if yuan == 0 => text.push_str("零元整"),
            (0, 0) => text.push('整'),
            (0, cent) => {
                if yuan > 0 {
                    text.push('零');
                }
                text.push(formal_digit(cent));
                text.push('分');
            }
            (jiao, cent) => {
                text.push(formal_digit(jiao));
                text.push('角');
                if cent == 0 {
                    text.push('整');
                } else {
                    text.push(formal_digit(cent));
                    text.push('分');
                }
            }
        }
        text
    }
}

/// The fen of "1234.5" or "-0.01". A point with nothing before it or behind it is a slip of the pen.
fn fen_of(text: &[u8]) -> Option<i64> {
    let (sign, text) = match text {
        [b'-', rest @ ..] => (-1, rest),
        all => (1, all),
    };
    let (yuan, fen) = match text {
        [yuan @ .., b'.', jiao, fen] => (yuan, whole(&[*jiao, *fen])?),
        [yuan @ .., b'.', jiao] => (yuan, whole(&[*jiao, b'0'])?),
        yuan => (yuan, 0),
    };
    whole(yuan)?.checked_mul(100)?.checked_add(fen)?.checked_mul(sign)
}

/// What digits, at least one, come to.
fn whole(digits: &[u8]) -> Option<i64> {
    let add = |number: i64, byte: &u8| {
        let digit = byte.wrapping_sub(b'0');
        let next = number.checked_mul(10)?.checked_add(i64::from(digit))?;
        (digit < 10).then_some(next)
    };
    if digits.is_empty() { None } else { digits.iter().try_fold(0, add) }
}

fn formal_digit(digit: u64) -> char {
    const DIGITS: [char; 10] = ['零', '壹', '贰', '叁', '肆', '伍', '陆', '柒', '捌', '玖'];
    usize::try_from(digit % 10).ok().and_then(|digit| DIGITS.get(digit).copied()).unwrap_or('零')
}

/// Whole yuan in groups of four digits: 亿亿, 万亿, 亿, 万, 元.
fn formal_integer(number: u64) -> String {
    const GROUPS: [&str; 5] = ["", "万", "亿", "万亿", "亿亿"];
    const PLACES: [&str; 4] = ["", "拾", "佰", "仟"];
    let digits: Vec<u64> = number.to_string().bytes().map(|byte| u64::from(byte - b'0')).collect();
    let mut text = String::new();
    let mut zero_waits = false;
    let mut group_has_digits = false;
    for (index, digit) in digits.iter().copied().enumerate() {
        let place = digits.len() - 1 - index;
        if digit == 0 {
            zero_waits = !text.is_empty();
        } else {
            if zero_waits {
                text.push('零');
                zero_waits = false;
            }
            text.push(formal_digit(digit));
            text.push_str(PLACES.get(place % 4).unwrap_or(&""));
            group_has_digits = true;
        }
        if place.is_multiple_of(4) {
            if group_has_digits {
                text.push_str(GROUPS.get(place / 4).unwrap_or(&""));
            }
            group_has_digits = false;
        }
    }
    text
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_grouped_yuan())
    }
}

impl Serialize for Money {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_i64(self.0)
    }
}

impl<'de> Deserialize<'de> for Money {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Money, D::Error> {
        let fen = i64::deserialize(deserializer)?;
        if fen.unsigned_abs() > MAX_JSON_INTEGER.unsigned_abs() {
            return Err(serde::de::Error::custom("an amount must lie within ±(2^53 - 1) fen"));
        }
        Ok(Money(fen))
    }
}

#[cfg(test)]
mod tests {
    use super::Money;

    #[test]
    fn yuan_is_read_and_printed_without_changing_a_fen() {
        for (text, fen) in [("0", 0), ("404.00", 40_400), ("1234.5", 123_450), ("-0.01", -1)] {
            assert_eq!(Money::parse_yuan(text), Ok(Money::from_fen(fen)), "{text}");
        }
        assert_eq!(Money::from_fen(-5).to_yuan(), "-0.05");
        assert_eq!(Money::from_fen(148_330_000).to_string(), "1,483,300.00");
    }

    #[test]
    fn a_third_decimal_a_float_or_a_separator_is_refused_not_rounded() {
        for text in
            ["1.005", "900.3000000000001", "1,000.00", "", ".5", "5.", "+1", "1e3", "１", "--1"]
        {
            assert!(Money::parse_yuan(text).is_err(), "{text}");
        }
    }

    #[test]
    fn formal_numerals_follow_the_voucher_rules() {
        for (fen, formal) in [
            (245_200, "贰仟肆佰伍拾贰元整"),
            (53_419_201, "伍拾叁万肆仟壹佰玖拾贰元零壹分"),
            (1_000_050, "壹万元伍角整"),
            (10_010_000, "壹拾万零壹佰元整"),
            (0, "零元整"),
            (5, "伍分"),
            (-100, "负壹元整"),
            (100_000_000_000, "壹拾亿元整"),
            (100_010_000_000, "壹拾亿零壹拾万元整"),
        ] {
            assert_eq!(Money::from_fen(fen).to_formal(), formal);
        }
    }
}
