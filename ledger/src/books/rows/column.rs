//! A column of whole numbers that change no more, in as few bits as they need.

use serde::{Deserialize, Serialize};

/// Numbers by place. Each is kept as what it lies above the lowest, or, where that takes fewer bits, as what it lies above
/// a line that rises by one a place: entries and numbers are mostly given in order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Column {
    lowest: i64,
    rises: bool,
    /// 0 to 64.
    width: u8,
    #[serde(with = "super::words_as_bytes")]
    words: Vec<u64>,
}

/// What is kept of numbers: the lowest, and how many bits the highest takes above it.
fn span(numbers: impl Iterator<Item = i128>) -> Option<(i64, u8)> {
    let (lowest, highest) = numbers.fold(None, |span: Option<(i128, i128)>, number| {
        let (low, high) = span.unwrap_or((number, number));
        Some((low.min(number), high.max(number)))
    })?;
    let widest = u64::try_from(highest - lowest).ok()?;
    let width = u8::try_from(u64::BITS - widest.leading_zeros()).ok()?;
    Some((i64::try_from(lowest).ok()?, width))
}

fn at(place: usize) -> i128 {
    i128::try_from(place).expect("a place fits 127 bits")
}

impl Column {
    /// The column of these numbers, in order.
    ///
    /// # Panics
    /// Never: any 64-bit numbers lie within 64 bits of their lowest.
    pub(super) fn of(numbers: impl Iterator<Item = i64> + Clone) -> Column {
        let level = span(numbers.clone().map(i128::from));
        let rising = span(numbers.clone().enumerate().map(|(i, n)| i128::from(n) - at(i)));
        let Some(level) = level else { return Column::default() };
        let (rises, (lowest, width)) = match rising {
            Some(rising) if rising.1 < level.1 => (true, rising),
            Some(_) | None => (false, level),
        };
        let mut column = Column { lowest, rises, width, words: Vec::new() };
        let mut filled = 0_u32;
        for (place, number) in numbers.enumerate() {
            let above = i128::from(number) - column.line(place);
            let above = u64::try_from(above).expect("no number lies below the lowest");
            column.push(above, &mut filled);
        }
        column.words.shrink_to_fit();
        column
    }

    fn line(&self, place: usize) -> i128 {
        i128::from(self.lowest) + if self.rises { at(place) } else { 0 }
    }

    /// Adds `width` bits behind those that are there; `filled` counts the bits of the last word that are taken.
    fn push(&mut self, above: u64, filled: &mut u32) {
        let width = u32::from(self.width);
        if width == 0 {
            return;
        }
        if *filled == 0 {
            self.words.push(0);
        }
        if let Some(last) = self.words.last_mut() {
            *last |= above << *filled;
        }
        let room = u64::BITS - *filled;
        if width > room {
            self.words.push(above >> room);
        }
        *filled = (*filled + width) % u64::BITS;
    }

    /// The number at a place that the column has.
    pub(super) fn get(&self, place: usize) -> Option<i64> {
        // What is kept lies above this, so it fits as the number does.
        let rise = if self.rises { i64::try_from(place).ok()? } else { 0 };
        let line = self.lowest.checked_add(rise)?;
        let width = usize::from(self.width);
        if width == 0 {
            return Some(line);
        }
        let bit = place.checked_mul(width)?;
        let (word, shift) = (bit / 64, bit % 64);
        let mut above = self.words.get(word)? >> shift;
        if shift + width > 64 {
            above |= self.words.get(word + 1)? << (64 - shift);
        }
        let mask = u64::MAX >> (64 - width);
        line.checked_add_unsigned(above & mask)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Column;

    proptest! {
        #[test]
        fn a_column_gives_back_what_it_was_made_of(
            numbers in prop_oneof![
                prop::collection::vec(any::<i64>(), 0..200),
                prop::collection::vec(-3_i64..300, 0..200),
                (any::<i32>(), 0_usize..200).prop_map(|(first, count)| {
                    (i64::from(first)..).take(count).collect()
                }),
            ],
        ) {
            let column = Column::of(numbers.iter().copied());
            for (place, number) in numbers.iter().enumerate() {
                prop_assert_eq!(column.get(place), Some(*number));
            }
        }
    }

    #[test]
    fn numbers_in_order_take_no_bits() {
        let column = Column::of(1_000..2_000);
        assert_eq!((column.width, column.words.len()), (0, 0));
        assert_eq!(column.get(999), Some(1_999));
    }
}
