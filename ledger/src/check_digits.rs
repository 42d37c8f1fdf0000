//! Numbers that carry their own check: Chinese ID numbers (GB 11643), unified social credit codes (GB 32100)
//! and card numbers (Luhn). A valid number says nothing about whether its holder exists.

use crate::period::Date;

/// Why a text is not a Chinese ID number. The text itself is personal and is not repeated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotIdNo {
    /// Neither 18 nor 15 characters.
    #[error("身份证号应为18位（旧证15位），实为{0}位。请核对原件")]
    Length(usize),
    /// A character that is not a digit, or not `X` at the end.
    #[error("身份证号含有不允许的字符：前17位应为数字，末位为数字或X。请核对原件")]
    Characters,
    /// The digits of the birth date are no day.
    #[error("身份证号中的出生日期不存在。请核对原件")]
    BirthDate,
    /// The last character does not follow from the others.
    #[error("身份证号校验位不符（应为{expected}）。请核对原件，多为录错一位或两位颠倒")]
    CheckCharacter {
        /// The character that would fit.
        expected: char,
    },
}

/// A Chinese ID number that passed every check, in its 18-character form.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct IdNo {
    text: String,
    birth: Date,
    short: bool,
}

impl IdNo {
    /// Reads 18 characters, or the 15 digits of an old document, which are read and never written.
    /// A small `x` counts as `X`.
    ///
    /// # Errors
    /// [`NotIdNo`], the first thing that is wrong.
    pub fn read(text: &str) -> Result<IdNo, NotIdNo> {
        let upper = text.to_ascii_uppercase();
        let (first17, last, short) = match upper.chars().count() {
            18 => {
                let (last, _) = upper.char_indices().next_back().ok_or(NotIdNo::Characters)?;
                let (first17, last) = upper.split_at(last);
                (first17.to_owned(), last.chars().next(), false)
            }
            15 => {
                let (division, rest) = upper.split_at_checked(6).ok_or(NotIdNo::Characters)?;
                (format!("{division}19{rest}"), None, true)
            }
            other => return Err(NotIdNo::Length(other)),
        };
        let expected = id_check_character(&first17).ok_or(NotIdNo::Characters)?;
        let birth = first17.get(6..14).and_then(Date::from_compact).ok_or(NotIdNo::BirthDate)?;
        if let Some(last) = last.filter(|last| *last != expected) {
            return Err(if last.is_ascii_digit() || last == 'X' {
                NotIdNo::CheckCharacter { expected }
            } else {
                NotIdNo::Characters
            });
        }
        Ok(IdNo { text: format!("{first17}{expected}"), birth, short })
    }

    /// The 18 characters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The day of birth that the number states.
    #[must_use]
    pub fn birth(&self) -> Date {
        self.birth
    }

    /// True if it was read from the 15 digits of an old document.
    #[must_use]
    pub fn was_short(&self) -> bool {
        self.short
    }

    /// True if the order number is odd, which is given to men.
    #[must_use]
    pub fn is_male(&self) -> bool {
        self.text.as_bytes().get(16).is_some_and(|digit| digit % 2 == 1)
    }
}

/// Shows the type only.
impl std::fmt::Debug for IdNo {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("IdNo(…)")
    }
}

/// The check character of an ID number's first 17 digits (GB 11643, ISO 7064 MOD 11-2);
/// `None` unless they are 17 digits.
#[must_use]
pub fn id_check_character(first17: &str) -> Option<char> {
    const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    const CHARACTERS: [char; 11] = ['1', '0', 'X', '9', '8', '7', '6', '5', '4', '3', '2'];
    if first17.len() != WEIGHTS.len() {
        return None;
    }
    let mut sum = 0;
    for (character, weight) in first17.chars().zip(WEIGHTS) {
        sum += character.to_digit(10)? * weight;
    }
    CHARACTERS.get(usize::try_from(sum % 11).ok()?).copied()
}

/// The form under which a document's number is known again: a valid Chinese ID number in 18 characters,
/// any other number trimmed and in capitals.
#[must_use]
pub fn canonical_id_no(text: &str) -> String {
    let trimmed = text.trim();
    IdNo::read(trimmed).map_or_else(|_| trimmed.to_ascii_uppercase(), |id_no| id_no.text)
}

/// Why a text is not a unified social credit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotCreditCode {
    /// Not 18 characters of 0-9 and A-Z without I, O, S, V, Z.
    #[error("统一社会信用代码应为18位数字或大写字母（不含I、O、S、V、Z）。请核对证照")]
    Form,
    /// The last character does not follow from the others.
    #[error("统一社会信用代码校验位不符（应为{expected}）。请核对证照")]
    CheckCharacter {
        /// The character that would fit.
        expected: char,
    },
}

/// Checks a unified social credit code (GB 32100).
///
/// # Errors
/// [`NotCreditCode`].
pub fn check_credit_code(text: &str) -> Result<(), NotCreditCode> {
    const ALPHABET: &str = "0123456789ABCDEFGHJKLMNPQRTUWXY";
    const WEIGHTS: [usize; 17] = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];
    let values: Option<Vec<usize>> =
        text.chars().map(|character| ALPHABET.find(character)).collect();
    let values = values.filter(|values| values.len() == 18).ok_or(NotCreditCode::Form)?;
    let sum: usize = values.iter().zip(WEIGHTS).map(|(value, weight)| value * weight).sum();
    let expected = ALPHABET.chars().nth((31 - sum % 31) % 31).ok_or(NotCreditCode::Form)?;
    if text.ends_with(expected) { Ok(()) } else { Err(NotCreditCode::CheckCharacter { expected }) }
}

/// True if a card number's Luhn digit fits. A warning only: passbooks, companies' accounts and those of many
/// rural credit cooperatives have none.
#[must_use]
pub fn luhn_holds(number: &str) -> bool {
    let Some((last, _)) = number.char_indices().next_back() else { return false };
    let (payload, last) = number.split_at(last);
    luhn_digit(payload).is_some_and(|digit| last.starts_with(digit))
}

/// The Luhn digit that follows `payload`; `None` unless it is one or more digits.
#[must_use]
pub fn luhn_digit(payload: &str) -> Option<char> {
    if payload.is_empty() {
        return None;
    }
    let mut sum = 0;
    for (position, character) in payload.chars().rev().enumerate() {
        let digit = character.to_digit(10)?;
        let doubled = if position % 2 == 0 { digit * 2 } else { digit };
        sum += doubled / 10 + doubled % 10;
    }
    char::from_digit((10 - sum % 10) % 10, 10)
}

#[cfg(test)]
mod tests {
    use super::{
        IdNo, NotCreditCode, NotIdNo, canonical_id_no, check_credit_code, luhn_digit, luhn_holds,
    };

    // The example of GB 11643-1999 itself.
    const STANDARD: &str = "11010519491231002X";

    #[test]
    fn the_standards_own_example_is_valid() {
        let id_no = IdNo::read(STANDARD).unwrap();
        assert_eq!(id_no.birth().to_string(), "1949-12-31");
        assert!(!id_no.is_male());
        assert_eq!(IdNo::read("11010519491231002x").unwrap(), id_no);
    }

    #[test]
    fn one_wrong_digit_or_two_exchanged_are_found() {
        assert_eq!(
            IdNo::read("110105194912310021"),
            Err(NotIdNo::CheckCharacter { expected: 'X' })
        );
        assert!(IdNo::read("11010519491213002X").is_err());
    }

    #[test]
    fn a_birth_date_that_is_no_day_is_refused() {
        assert_eq!(IdNo::read("110105194902310024"), Err(NotIdNo::BirthDate));
    }

    #[test]
    fn other_texts_are_refused_and_never_panic() {
        assert_eq!(IdNo::read(""), Err(NotIdNo::Length(0)));
        assert_eq!(IdNo::read("一二三四五六七八九十一二三四五六七八"), Err(NotIdNo::Characters));
        assert_eq!(IdNo::read("一二三四五六七八九十一二三四五"), Err(NotIdNo::Characters));
        assert_eq!(IdNo::read("11010519491231002一"), Err(NotIdNo::Characters));
        assert_eq!(IdNo::read("1101051949123100XX"), Err(NotIdNo::Characters));
    }

    #[test]
    fn fifteen_digits_are_read_as_the_eighteen_that_followed_them() {
        let id_no = IdNo::read("110105491231002").unwrap();
        assert_eq!(id_no.as_str(), STANDARD);
        assert!(id_no.was_short());
        assert_eq!(canonical_id_no(" 110105491231002 "), STANDARD);
        assert_eq!(canonical_id_no("e12345678"), "E12345678");
    }

    #[test]
    fn a_credit_code_is_checked_by_gb_32100() {
        assert_eq!(check_credit_code("914403001922038216"), Ok(()));
        assert_eq!(
            check_credit_code("914403001922038217"),
            Err(NotCreditCode::CheckCharacter { expected: '6' })
        );
        assert_eq!(check_credit_code("91440300192203821"), Err(NotCreditCode::Form));
        assert_eq!(check_credit_code("I14403001922038216"), Err(NotCreditCode::Form));
    }

    #[test]
    fn the_luhn_digit_completes_a_card_number() {
        assert_eq!(luhn_digit("7992739871"), Some('3'));
        assert!(luhn_holds("79927398713"));
        assert!(!luhn_holds("79927398710"));
        assert!(!luhn_holds(""));
        assert!(!luhn_holds("7992739871三"));
    }
}
