//! A bank's pattern for file names, such as `0{unit}{date}{teller}.txt`: read for the date, written by us.

use ledger::period::Date;
use serde::Deserialize;

/// One piece of a pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    Literal(String),
    /// `{unit}`: four digits.
    Unit,
    /// `{date}`: eight digits.
    Date,
    /// `{teller}`: one or more digits.
    Teller,
    /// `{batch}`: five capitals or digits.
    Batch,
}

/// A name that does not have the pattern's form.
#[derive(Debug)]
struct OtherForm;

/// What a name of the pattern's form says.
#[derive(Default)]
struct Said<'n> {
    date: Option<Date>,
    batch: Option<&'n str>,
}

/// What fills a pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NameParts<'a> {
    /// The unit's number at the bank, four digits.
    pub unit: &'a str,
    /// The day.
    pub date: Date,
    /// The bank teller's number, digits.
    pub teller: &'a str,
    /// The batch code, five characters.
    pub batch: &'a str,
}

/// A pattern for file names.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct FileName {
    pieces: Vec<Piece>,
}

impl TryFrom<String> for FileName {
    type Error = String;

    fn try_from(pattern: String) -> Result<FileName, String> {
        let mut pieces = Vec::new();
        let mut rest = pattern.as_str();
        while let Some((literal, after)) = rest.split_once('{') {
            let (word, after) = after
                .split_once('}')
                .ok_or_else(|| format!("文件名“{pattern}”的花括号没有配对"))?;
            if !literal.is_empty() {
                pieces.push(Piece::Literal(literal.to_owned()));
            }
            pieces.push(match word {
                "unit" => Piece::Unit,
                "date" => Piece::Date,
                "teller" => Piece::Teller,
                "batch" => Piece::Batch,
                other => return Err(format!("文件名里没有“{{{other}}}”这一项")),
            });
            rest = after;
        }
        if !rest.is_empty() {
            pieces.push(Piece::Literal(rest.to_owned()));
        }
        let mut literals = pieces.iter().filter_map(|piece| match piece {
            Piece::Literal(literal) => Some(literal.as_str()),
            Piece::Unit | Piece::Date | Piece::Teller | Piece::Batch => None,
        });
        let is_odd = |sign: char| matches!(sign, '/' | '\\' | ':') || sign.is_control();
        if literals.any(|literal| literal.contains(is_odd)) || pattern.starts_with('.') {
            return Err(format!("“{pattern}”不是单纯的文件名：不能带目录、冒号或以点开头"));
        }
        Ok(FileName { pieces })
    }
}

impl FileName {
    /// True if the name (without folders) has this form.
    #[must_use]
    pub fn fits(&self, name: &str) -> bool {
        self.read(name).is_ok()
    }

    /// The date in the name, if it has this form and names one.
    #[must_use]
    pub fn date_in(&self, name: &str) -> Option<Date> {
        self.read(name).ok()?.date
    }

    /// The batch in the name, if it has this form and names one.
    #[must_use]
    pub fn batch_in<'n>(&self, name: &'n str) -> Option<&'n str> {
        self.read(name).ok()?.batch
    }

    /// What a name of this form says.
    fn read<'n>(&self, name: &'n str) -> Result<Said<'n>, OtherForm> {
        let mut rest = name;
        let mut said = Said::default();
        for piece in &self.pieces {
            rest = match piece {
                Piece::Literal(literal) => rest.strip_prefix(literal.as_str()).ok_or(OtherForm)?,
                Piece::Unit => after(rest, 4, |byte| byte.is_ascii_digit())?,
                Piece::Date => {
                    let (day, after) = rest.split_at_checked(8).ok_or(OtherForm)?;
                    said.date = Some(Date::from_compact(day).ok_or(OtherForm)?);
                    after
                }
                Piece::Batch => {
                    said.batch = rest.get(..5);
                    after(rest, 5, |byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())?
                }
                Piece::Teller => {
                    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
                    after(rest, digits.max(1), |byte| byte.is_ascii_digit())?
                }
            };
        }
        if rest.is_empty() { Ok(said) } else { Err(OtherForm) }
    }

    /// The name made of these parts.
    #[must_use]
    pub fn write(&self, parts: &NameParts<'_>) -> String {
        self.pieces
            .iter()
            .map(|piece| match piece {
                Piece::Literal(literal) => literal.clone(),
                Piece::Unit => parts.unit.to_owned(),
                Piece::Date => parts.date.to_compact(),
                Piece::Teller => parts.teller.to_owned(),
                Piece::Batch => parts.batch.to_owned(),
            })
            .collect()
    }
}

/// What follows the first `count` bytes, if all of them are legal.
fn after(text: &str, count: usize, legal: impl Fn(u8) -> bool) -> Result<&str, OtherForm> {
    let (head, tail) = text.split_at_checked(count).ok_or(OtherForm)?;
    if head.bytes().all(legal) { Ok(tail) } else { Err(OtherForm) }
}

#[cfg(test)]
mod tests {
    use super::{FileName, NameParts};

    #[test]
    fn a_name_is_written_and_read_by_one_pattern() {
        let pattern = FileName::try_from("0{unit}{date}{teller}.txt".to_owned()).unwrap();
        let date = "2020-10-12".parse().unwrap();
        let parts = NameParts { unit: "1023", date, teller: "0007", batch: "" };
        let name = pattern.write(&parts);
        assert_eq!(name, "01023202010120007.txt");
        assert_eq!(pattern.date_in(&name), Some(date));
        for other in ["11023202010120007.txt", "01023202013120007.txt", "0102320201012.txt", "回盘"]
        {
            assert!(!pattern.fits(other), "{other}");
        }
    }

    #[test]
    fn a_name_says_its_batch_where_the_pattern_has_one() {
        let pattern = FileName::try_from("{batch}{date}.rsp".to_owned()).unwrap();
        assert_eq!(pattern.batch_in("D20A020201012.rsp"), Some("D20A0"));
        assert_eq!(pattern.batch_in("D20A0.rsp"), None);
        let without = FileName::try_from("{date}.rsp".to_owned()).unwrap();
        assert_eq!(without.batch_in("20201012.rsp"), None);
    }

    #[test]
    fn an_unknown_part_of_a_pattern_is_refused() {
        assert!(FileName::try_from("{colour}.txt".to_owned()).is_err());
        assert!(FileName::try_from("{unit.txt".to_owned()).is_err());
    }
}
