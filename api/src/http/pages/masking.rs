//! Names and numbers as they are shown to who need not know them whole.

use ledger::vault::VaultFailure;

use crate::failure::Failure;

/// 张** for 张三丰: the family name alone, whatever the length.
pub(super) fn masked_name(name: &str) -> String {
    let mut signs = name.chars();
    let first = signs.next().map(String::from).unwrap_or_default();
    format!("{first}{}", "*".repeat(signs.count()))
}

/// The last four digits.
pub(super) fn masked_number(number: &str) -> String {
    let signs: Vec<char> = number.chars().collect();
    let hidden = signs.len().saturating_sub(4);
    let shown: String = signs.into_iter().skip(hidden).collect();
    format!("{}{shown}", "*".repeat(hidden.min(4)))
}

/// What stands in place of a field that the vault has not: erased as the law asks, or never there, of who was found without papers.
///
/// # Errors
/// The vault is damaged, or cannot be read.
pub(super) fn in_place(why: VaultFailure) -> Result<&'static str, Failure> {
    if matches!(why, VaultFailure::Erased { .. }) {
        Ok("（已依法清除）")
    } else if matches!(why, VaultFailure::NotFound(_)) {
        Ok("（无证件登记）")
    } else {
        Err(why.into())
    }
}

#[cfg(test)]
mod tests {
    use super::{masked_name, masked_number};

    #[test]
    fn of_a_name_the_first_sign_is_shown_and_of_a_number_the_last_four() {
        assert_eq!(masked_name("张测试"), "张**");
        assert_eq!(masked_name("𠮷"), "𠮷");
        assert_eq!(masked_name(""), "");
        assert_eq!(masked_number("6228480000000000018"), "****0018");
        assert_eq!(masked_number("018"), "018");
    }
}
