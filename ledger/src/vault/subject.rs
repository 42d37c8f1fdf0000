//! Whom and what the vault knows: subjects, each under a key of its own, and their fields.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::ids::{AccountId, BankAccountCode, Digest, NotAnId, OfficerId, PersonId};

/// The key of a remark: ASCII letters, digits and `. _ : / -`, 1 to 120 bytes. It stands readable in the
/// store, so it must not itself say anything personal: a payment reference is a good one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RemarkKey(String);

impl RemarkKey {
    /// The key as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for RemarkKey {
    type Err = NotAnId;
    fn from_str(text: &str) -> Result<RemarkKey, NotAnId> {
        let legal = |byte: u8| byte.is_ascii_alphanumeric() || b"._:/-".contains(&byte);
        if !(1..=120).contains(&text.len()) || !text.bytes().all(legal) {
            return Err(NotAnId {
                what: "备注键",
                found: text.to_owned(),
                form: "应为1至120位字母、数字或 . _ : / -",
            });
        }
        Ok(RemarkKey(text.to_owned()))
    }
}

/// One subject of the vault. Each has a random key of its own; destroying that key erases the subject.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Subject {
    /// A person who may receive aid.
    Person(PersonId),
    /// A payee's benefit account.
    Account(AccountId),
    /// A person in office.
    Officer(OfficerId),
    /// A programme account at a bank.
    ProgrammeAccount(BankAccountCode),
    /// An original bank file, by the SHA-256 of its bytes.
    File(Digest),
    /// A free text that may name people.
    Remark(RemarkKey),
}

impl Subject {
    /// The kind of subject, as it begins the subject's text: `person`, `account`, `officer`,
    /// `programme-account`, `file` or `remark`.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Subject::Person(_) => "person",
            Subject::Account(_) => "account",
            Subject::Officer(_) => "officer",
            Subject::ProgrammeAccount(_) => "programme-account",
            Subject::File(_) => "file",
            Subject::Remark(_) => "remark",
        }
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/", self.kind())?;
        match self {
            Subject::Person(id) => write!(f, "{id}"),
            Subject::Account(id) => write!(f, "{id}"),
            Subject::Officer(id) => write!(f, "{id}"),
            Subject::ProgrammeAccount(code) => write!(f, "{code}"),
            Subject::File(digest) => write!(f, "{digest}"),
            Subject::Remark(key) => f.write_str(key.as_str()),
        }
    }
}

impl FromStr for Subject {
    type Err = NotAnId;
    fn from_str(text: &str) -> Result<Subject, NotAnId> {
        let wrong = || NotAnId {
            what: "保险库条目",
            found: text.to_owned(),
            form: "应为类别/编号，例如 person/ 加32位小写十六进制",
        };
        let (kind, id) = text.split_once('/').ok_or_else(wrong)?;
        Ok(match kind {
            "person" => Subject::Person(id.parse()?),
            "account" => Subject::Account(id.parse()?),
            "officer" => Subject::Officer(id.parse()?),
            "programme-account" => Subject::ProgrammeAccount(id.parse()?),
            "file" => Subject::File(id.parse()?),
            "remark" => Subject::Remark(id.parse()?),
            _ => return Err(wrong()),
        })
    }
}

impl TryFrom<String> for Subject {
    type Error = NotAnId;
    fn try_from(text: String) -> Result<Subject, NotAnId> {
        text.parse()
    }
}

impl From<Subject> for String {
    fn from(subject: Subject) -> String {
        subject.to_string()
    }
}

macro_rules! fields {
    ($($(#[$doc:meta])* $name:ident = $word:literal, $zh:literal;)*) => {
        /// A field of a subject. The word of each is part of its commitments' label.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Field {
            $($(#[$doc])* $name,)*
        }

        impl Field {
            /// Every field.
            pub const ALL: &'static [Field] = &[$(Field::$name,)*];

            /// The field's word in the store, in AAD and in commitment labels.
            #[must_use]
            pub const fn word(self) -> &'static str {
                match self {
                    $(Field::$name => $word,)*
                }
            }

            /// The field's name for people.
            #[must_use]
            pub const fn chinese(self) -> &'static str {
                match self {
                    $(Field::$name => $zh,)*
                }
            }
        }
    };
}

fields! {
    /// A person's or officer's name.
    Name = "name", "姓名";
    /// An identity document's number.
    IdNo = "id_no", "证件号码";
    /// A telephone number.
    Phone = "phone", "电话";
    /// An address, as a rule the household head's.
    Address = "address", "住址";
    /// An account's number.
    Number = "number", "账号";
    /// The name of the bank that keeps an account.
    BankName = "bank_name", "开户银行";
    /// The name in which an account is kept.
    HolderName = "holder_name", "户名";
    /// The name under which a bank file came in.
    FileName = "file_name", "文件名";
    /// A bank file's bytes.
    Bytes = "bytes", "文件内容";
    /// A remark's text.
    Text = "text", "备注";
}

impl FromStr for Field {
    type Err = NotAnId;
    fn from_str(text: &str) -> Result<Field, NotAnId> {
        Field::ALL.iter().copied().find(|field| field.word() == text).ok_or_else(|| NotAnId {
            what: "保险库字段",
            found: text.to_owned(),
            form: "应为 name、id_no、phone、address、number、bank_name 或 holder_name 等",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{Field, RemarkKey, Subject};
    use crate::ids::PersonId;

    #[test]
    fn a_subject_reads_back_from_its_text() {
        for text in [
            "person/00112233445566778899aabbccddeeff",
            "programme-account/ZH-01",
            "remark/D20A00000017/reason",
        ] {
            assert_eq!(text.parse::<Subject>().unwrap().to_string(), text);
        }
        let person = Subject::Person(PersonId::from_bytes([7; 16]));
        assert_eq!(person.to_string().parse(), Ok(person));
        assert!("person/x".parse::<Subject>().is_err());
        assert!("house/00112233445566778899aabbccddeeff".parse::<Subject>().is_err());
    }

    #[test]
    fn a_remark_key_holds_no_names() {
        assert!("户名不符".parse::<RemarkKey>().is_err());
        assert!("a b".parse::<RemarkKey>().is_err());
        assert!("".parse::<RemarkKey>().is_err());
    }

    #[test]
    fn every_field_reads_back_from_its_word() {
        for field in Field::ALL {
            assert_eq!(field.word().parse::<Field>().as_ref(), Ok(field));
        }
    }
}
