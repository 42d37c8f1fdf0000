//! Every identifier of the books, each a type of its own: an account id cannot be passed for a person id.
//! Ids of people are random and mean nothing; codes of schemes, funds and units are words of the office.

mod spelling;

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::words::{text_or_bytes_serde, text_serde};
use spelling::{Word, lower_hex, write_hex};

/// A text that does not have the form of the identifier it was read for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("“{found}”不是有效的{what}：{form}")]
pub struct NotAnId {
    /// The Chinese name of the identifier.
    pub what: &'static str,
    /// The text as found.
    pub found: String,
    /// The form that was expected.
    pub form: &'static str,
}

macro_rules! random_ids {
    ($($(#[$doc:meta])* $name:ident = $zh:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name([u8; 16]);

        text_or_bytes_serde!($name, 16);

        impl $name {
            /// The id made of these 128 random bits.
            #[must_use]
            pub const fn from_bytes(bytes: [u8; 16]) -> Self {
                Self(bytes)
            }

            /// The 128 bits.
            #[must_use]
            pub const fn as_bytes(&self) -> &[u8; 16] {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = NotAnId;
            fn from_str(text: &str) -> Result<Self, NotAnId> {
                let wrong = || NotAnId {
                    what: $zh,
                    found: text.to_owned(),
                    form: "应为32位小写十六进制",
                };
                lower_hex(text).map(Self).ok_or_else(wrong)
            }
        }

        impl TryFrom<String> for $name {
            type Error = NotAnId;
            fn try_from(text: String) -> Result<Self, NotAnId> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> String {
                hex::encode(id.0)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write_hex(f, &self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({})", stringify!($name), hex::encode(self.0))
            }
        }
    )*};
}

random_ids! {
    /// A person who may receive aid, whose fields live in the vault; or an organisation that is paid in a person's place.
    PersonId = "人员编号";
    /// A household 户: the unit that most schemes judge.
    HouseholdId = "户编号";
    /// A payee's benefit account 一卡通账户. Its number lives in the vault.
    AccountId = "账户编号";
    /// A person in office who signs.
    OfficerId = "工作人员编号";
    /// One application 申请 and everything decided about it.
    ApplicationId = "申请编号";
    /// An approved right to an amount in a period 应发资格.
    EntitlementId = "资格编号";
    /// Aid paid before the forms 先行救助.
    AdvanceId = "先行救助编号";
    /// An insurance claim 理赔案件.
    ClaimId = "理赔案件编号";
    /// A suspicion that supervisors look into 疑点.
    FlagId = "疑点编号";
    /// The key that a signature names: the first 16 bytes of a hash over the public key (docs/format/log.md).
    KeyId = "密钥编号";
}

macro_rules! hashes {
    ($($(#[$doc:meta])* $name:ident = $zh:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub [u8; 32]);

        text_or_bytes_serde!($name, 32);

        impl $name {
            /// All zeros: what a first act names as the one before it.
            pub const ZERO: Self = Self([0; 32]);
        }

        impl FromStr for $name {
            type Err = NotAnId;
            fn from_str(text: &str) -> Result<Self, NotAnId> {
                let wrong = || NotAnId {
                    what: $zh,
                    found: text.to_owned(),
                    form: "应为64位小写十六进制",
                };
                lower_hex(text).map(Self).ok_or_else(wrong)
            }
        }

        impl TryFrom<String> for $name {
            type Error = NotAnId;
            fn try_from(text: String) -> Result<Self, NotAnId> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(hash: $name) -> String {
                hex::encode(hash.0)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write_hex(f, &self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({})", stringify!($name), hex::encode(self.0))
            }
        }
    )*};
}

hashes! {
    /// The id of an act: SHA-256 of the bytes its signature covers.
    ActId = "动作编号";
    /// An RFC 6962 Merkle root.
    Root = "默克尔根";
    /// SHA-256 of a file or document.
    Digest = "文件摘要";
    /// A commitment to a personal field: SHA-256(label ‖ salt ‖ field). The field and salt live in the vault.
    Commitment = "承诺值";
}

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $zh:literal, $min:literal..=$max:literal, $form:literal, $legal:expr;)*) => {$(
        $(#[$doc])*
        // Clone, but not Copy: a code is a word, and whoever keeps one says so.
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Word<$max>);

        text_serde!($name);

        impl $name {
            /// The code as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                self.0.as_str()
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({:?})", stringify!($name), self.as_str())
            }
        }

        impl FromStr for $name {
            type Err = NotAnId;
            fn from_str(text: &str) -> Result<Self, NotAnId> {
                let legal: fn(u8) -> bool = $legal;
                let wrong = || NotAnId { what: $zh, found: text.to_owned(), form: $form };
                if text.len() < $min || !text.bytes().all(legal) {
                    return Err(wrong());
                }
                Word::new(text).map(Self).ok_or_else(wrong)
            }
        }

        impl TryFrom<String> for $name {
            type Error = NotAnId;
            fn try_from(text: String) -> Result<Self, NotAnId> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(code: $name) -> String {
                code.as_str().to_owned()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }
    )*};
}

fn upper_or_digit(byte: u8) -> bool {
    byte.is_ascii_uppercase() || byte.is_ascii_digit()
}

fn word(byte: u8) -> bool {
    upper_or_digit(byte) || byte == b'-'
}

codes! {
    /// The code of an assistance scheme 救助项目, such as `DB-R`.
    SchemeCode = "项目代码", 1..=12, "应为1至12位大写字母、数字或短横", word;
    /// The code of a fund 资金, such as `DB-2020`.
    FundCode = "资金代码", 1..=16, "应为1至16位大写字母、数字或短横", word;
    /// The code of a programme account 代发专户 at a bank, such as `ZH-01`.
    BankAccountCode = "专户代码", 1..=16, "应为1至16位大写字母、数字或短横", word;
    /// The code of a unit 单位, such as `MZJ` (the civil affairs bureau) or `Z03` (a town).
    UnitCode = "单位代码", 1..=16, "应为1至16位大写字母、数字或短横", word;
    /// An insurance policy's code 保单.
    PolicyCode = "保单代码", 1..=24, "应为1至24位大写字母、数字或短横", word;
    /// The code of a lot of goods 物资批次, such as `HF-2020-01`.
    GoodsCode = "物资批次代码", 1..=24, "应为1至24位大写字母、数字或短横", word;
    /// The five characters that a payment batch 发放批次 begins its references with, such as `D20A0`.
    BatchCode = "批次代码", 5..=5, "应为5位大写字母或数字", upper_or_digit;
    /// A division code 行政区划: 6 digits for a county, 9 for a town, 12 for a village.
    Division = "区划代码", 6..=12, "应为6、9或12位数字", |byte| byte.is_ascii_digit();
}

impl Division {
    /// The town's code: the first nine digits; `None` for a county's own code.
    #[must_use]
    pub fn town(&self) -> Option<Division> {
        self.as_str().get(..9).and_then(Word::new).map(Division)
    }
}

/// The reference of one payment: its batch and its line, twelve ASCII bytes, so that it fits the
/// remark of the narrowest bank layout (工行批量: 备注 ≤ 12 字节) and comes back with the answer.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PaymentRef {
    batch: BatchCode,
    line: u32,
}

text_serde!(PaymentRef);

impl PaymentRef {
    /// The most lines a batch can have: seven digits.
    pub const MAX_LINE: u32 = 9_999_999;

    /// The reference of line `line` (from 1) of a batch; `None` outside 1 to 9,999,999.
    #[must_use]
    pub fn new(batch: BatchCode, line: u32) -> Option<PaymentRef> {
        (1..=Self::MAX_LINE).contains(&line).then_some(PaymentRef { batch, line })
    }

    /// The batch.
    #[must_use]
    pub fn batch(&self) -> &BatchCode {
        &self.batch
    }

    /// The line in its roster, from 1.
    #[must_use]
    pub fn line(&self) -> u32 {
        self.line
    }
}

impl FromStr for PaymentRef {
    type Err = NotAnId;
    fn from_str(text: &str) -> Result<PaymentRef, NotAnId> {
        let wrong = || NotAnId {
            what: "支付引用",
            found: text.to_owned(),
            form: "应为5位批次代码加7位行号，共12位",
        };
        let (batch, line) = text.split_at_checked(5).ok_or_else(wrong)?;
        let batch = batch.parse().map_err(|_| wrong())?;
        if line.len() != 7 {
            return Err(wrong());
        }
        let digit = |byte: u8| byte.is_ascii_digit().then(|| u32::from(byte - b'0'));
        let number = |number: u32, byte| Some(number * 10 + digit(byte)?);
        let line = line.bytes().try_fold(0, number).ok_or_else(wrong)?;
        PaymentRef::new(batch, line).ok_or_else(wrong)
    }
}

impl TryFrom<String> for PaymentRef {
    type Error = NotAnId;
    fn try_from(text: String) -> Result<PaymentRef, NotAnId> {
        text.parse()
    }
}

impl From<PaymentRef> for String {
    fn from(reference: PaymentRef) -> String {
        reference.to_string()
    }
}

impl fmt::Display for PaymentRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{:07}", self.batch, self.line)
    }
}

/// The position of an entry in the log, from 0.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub struct Seq(pub u64);

impl fmt::Display for Seq {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// A sign as numbers and names are compared by: full-width ASCII (U+FF01 to U+FF5E) as ASCII, the ideographic space as a
/// space, the brackets of document numbers square.
#[must_use]
pub fn narrow(character: char) -> char {
    match character {
        '\u{ff01}'..='\u{ff5e}' => {
            char::from_u32(u32::from(character) - 0xfee0).unwrap_or(character)
        }
        '\u{3000}' => ' ',
        '〔' | '【' => '[',
        '〕' | '】' => ']',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::{FundCode, PaymentRef, PersonId};

    #[test]
    fn a_payment_reference_is_twelve_bytes_and_reads_back() {
        let reference = PaymentRef::new("D20A0".parse().unwrap(), 17).unwrap();
        assert_eq!(reference.to_string(), "D20A00000017");
        assert_eq!(reference.to_string().len(), 12);
        assert_eq!("D20A00000017".parse(), Ok(reference));
        for wrong in ["D20A00000000", "D20A0000001", "d20a00000001", "D20A0000000一", ""] {
            assert!(wrong.parse::<PaymentRef>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn codes_sort_as_their_texts_do() {
        let texts = ["A", "A-1", "A1", "AA", "B", "Z9-0"];
        let codes: Vec<FundCode> = texts.iter().map(|text| text.parse().unwrap()).collect();
        assert!(codes.is_sorted());
        assert!(codes.iter().zip(texts).all(|(code, text)| code.as_str() == text));
        for wrong in ["", "a", "A B", "ABCDEFGHIJKLMNOPQ", "中"] {
            assert!(wrong.parse::<FundCode>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn an_id_has_one_spelling() {
        assert!("00112233445566778899aabbccddeeff".parse::<PersonId>().is_ok());
        for wrong in
            ["00112233445566778899AABBCCDDEEFF", "0011", "0g112233445566778899aabbccddeeff"]
        {
            assert!(wrong.parse::<PersonId>().is_err(), "{wrong}");
        }
    }
}
