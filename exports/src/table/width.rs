//! How wide text stands on a page: a Chinese character takes the room of two Latin ones.

/// The width in half-width characters.
pub(crate) fn display_width(text: &str) -> usize {
    text.chars().map(|character| if is_wide(character) { 2 } else { 1 }).sum()
}

/// How many lines a text takes in a column that wide, at least one.
pub(super) fn lines_needed(text: &str, width: usize) -> usize {
    let width = width.max(1);
    text.lines().map(|line| display_width(line).div_ceil(width).max(1)).sum::<usize>().max(1)
}

fn is_wide(character: char) -> bool {
    matches!(
        u32::from(character),
        0x1100..=0x115f | 0x2010..=0x2027 | 0x2030..=0x206f | 0x2460..=0x24ff | 0x25a0..=0x27bf
            | 0x2e80..=0xa4cf | 0xac00..=0xd7a3 | 0xf900..=0xfaff | 0xfe30..=0xfe6f
            | 0xff00..=0xff60 | 0xffe0..=0xffe6 | 0x2_0000..=0x3_fffd
    )
}

#[cfg(test)]
mod tests {
    use super::{display_width, lines_needed};

    #[test]
    fn a_chinese_character_is_as_wide_as_two_latin_ones() {
        assert_eq!(display_width("余额1,234.00"), 12);
        assert_eq!(display_width("𠮷"), 2);
    }

    #[test]
    fn a_text_wraps_by_its_width_and_an_empty_one_takes_a_line() {
        assert_eq!(lines_needed("银行存款余额", 6), 2);
        assert_eq!(lines_needed("", 6), 1);
        assert_eq!(lines_needed("a\nb", 6), 2);
    }
}
