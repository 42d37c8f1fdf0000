//! When two spellings of a name, an account or a heading are the same.
//! For comparing only: what the bank wrote is kept.

use std::borrow::Cow;

pub(crate) use ledger::ids::narrow;

/// The one spelling that names are compared by: every name dot is `·`, full-width signs and digits are
/// narrow, spaces are gone (banks pad 张　三), and characters that older systems keep in the private
/// area stand at their own code points.
#[must_use]
pub fn name_key(name: &str) -> Cow<'_, str> {
    keyed(name, |character| match character {
        '\u{30fb}' | '\u{2022}' | '\u{ff0e}' | '\u{ff65}' | '\u{2027}' | '\u{22c5}' => {
            Some('\u{b7}')
        }
        other if other.is_whitespace() => None,
        other => Some(public_form(narrow(other))),
    })
}

/// True if both spellings name the same payee.
#[must_use]
pub fn same_name(one: &str, other: &str) -> bool {
    one == other || name_key(one) == name_key(other)
}

/// The spelling of an account number: narrow, without spaces and without a spreadsheet's leading apostrophe.
#[must_use]
pub fn account_key(account: &str) -> Cow<'_, str> {
    // Nearly every account; the characters need not be looked at one by one.
    if account.bytes().all(|byte| byte.is_ascii_digit()) {
        return Cow::Borrowed(account);
    }
    keyed(account, |character| match character {
        '\'' | '\u{2019}' => None,
        other if other.is_whitespace() => None,
        other => Some(narrow(other)),
    })
}

/// The spelling of a heading: narrow, without spaces (`账　　号`, `（支取）`).
#[must_use]
pub fn heading_key(heading: &str) -> Cow<'_, str> {
    keyed(
        heading,
        |character| {
            if character.is_whitespace() { None } else { Some(narrow(character)) }
        },
    )
}

/// Borrows where nothing changes, which is nearly always.
fn keyed(text: &str, form: impl Fn(char) -> Option<char>) -> Cow<'_, str> {
    if text.chars().all(|character| form(character) == Some(character)) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.chars().filter_map(form).collect())
}

/// Fourteen characters that GB18030 kept in the private use area before 2005 or 2022 and that banks still
/// send so. The decoder reads FE51 and five others as private use even now.
fn public_form(character: char) -> char {
    match character {
        '\u{e816}' => '\u{20087}',
        '\u{e817}' => '\u{20089}',
        '\u{e818}' => '\u{200cc}',
        '\u{e831}' => '\u{215d7}',
        '\u{e83b}' => '\u{2298f}',
        '\u{e855}' => '\u{241fe}',
        '\u{e81e}' => '\u{9fb4}',
        '\u{e826}' => '\u{9fb5}',
        '\u{e82b}' => '\u{9fb6}',
        '\u{e82c}' => '\u{9fb7}',
        '\u{e832}' => '\u{9fb8}',
        '\u{e843}' => '\u{9fb9}',
        '\u{e854}' => '\u{9fba}',
        '\u{e864}' => '\u{9fbb}',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::{account_key, heading_key, same_name};
    use crate::text::{Encoding, decode};

    #[test]
    fn a_name_dot_is_a_name_dot_however_it_is_typed() {
        for dot in ["\u{b7}", "\u{30fb}", "\u{2022}", "\u{ff0e}"] {
            assert!(same_name("阿依古丽·测试", &format!("阿依古丽{dot}测试")), "{dot}");
        }
        assert!(same_name("张　测", "张测"));
        assert!(!same_name("张测", "张测试"));
    }

    #[test]
    fn the_private_spelling_of_a_rare_character_is_the_same_name() {
        let read = decode(b"\xfe\x51", Encoding::Gb18030).unwrap();
        assert_eq!(read, "\u{e816}");
        assert!(same_name(&format!("{read}某"), "\u{20087}某"));
    }

    #[test]
    fn accounts_and_headings_are_compared_narrow_and_without_spaces() {
        assert_eq!(account_key("'６２１７ 0000"), "62170000");
        assert_eq!(heading_key("贷方发生额（收入）"), heading_key("贷方发生额(收入)"));
        assert_eq!(heading_key("账　　号"), "账号");
    }
}
