//! What the office itself says in a bulletin: who, to whom, by which rule, until when.

use std::collections::BTreeMap;

use ledger::ids::SchemeCode;
use ledger::period::{Date, Period};

use crate::document::NotWritten;

/// Whether the public may read it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Disclosure {
    /// 此件公开发布
    Public,
    /// 此件依申请公开
    OnRequest,
    /// 此件不予公开
    Withheld,
}

impl Disclosure {
    /// The note as documents carry it.
    #[must_use]
    pub const fn chinese(self) -> &'static str {
        match self {
            Disclosure::Public => "此件公开发布",
            Disclosure::OnRequest => "此件依申请公开",
            Disclosure::Withheld => "此件不予公开",
        }
    }
}

/// One demand of the part 下步要求.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Requirement {
    /// The day by which it must be done.
    pub by: Date,
    /// What must be done, as it follows “…日前”, without a full stop.
    pub text: String,
}

/// The parts of a bulletin that are not figures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BulletinHead {
    /// The issuing authority, such as 青山县民政局.
    pub issuer: String,
    /// Document number 发文字号, such as 青民发〔2020〕12号; ▲ stands for a number not yet given.
    pub number: String,
    /// 主送机关, without the colon.
    pub addressees: String,
    /// Title of the document that orders the bulletin, with its 《》.
    pub basis: String,
    /// The area as a whole: 全县, 全市.
    pub area: String,
    /// Its parts: 各乡镇, 各县（市、区）.
    pub parts: String,
    /// 成文日期
    pub signed_on: Date,
    /// 抄送机关; empty where there is none.
    pub copies_to: String,
    /// 下步要求, in order.
    pub requirements: Vec<Requirement>,
    /// The day by which the parts report in writing; `None` if they need not.
    pub report_by: Option<Date>,
    /// Whether the public may read it.
    pub disclosure: Disclosure,
    /// A sentence for a scheme, such as its standard: 标准4853元/人·年。
    pub remarks: BTreeMap<SchemeCode, String>,
}

impl BulletinHead {
    /// The title.
    #[must_use]
    pub fn title(&self, period: Period) -> String {
        let BulletinHead { area, .. } = self;
        format!("关于{}份{area}困难群众生活救助资金发放情况的通报", period.to_chinese())
    }

    pub(super) fn check(&self, period: Period) -> Result<(), NotWritten> {
        for (text, name) in [
            (&self.issuer, "发文机关"),
            (&self.addressees, "主送机关"),
            (&self.basis, "依据"),
            (&self.area, "范围"),
            (&self.parts, "下级单位"),
        ] {
            if text.trim().is_empty() {
                return Err(NotWritten::TextMissing(name));
            }
        }
        if !is_document_number(&self.number) {
            return Err(NotWritten::DocumentNumber(self.number.clone()));
        }
        let signed = self.signed_on;
        if signed <= period.last_day() {
            return Err(NotWritten::SignedTooEarly { signed, period });
        }
        let deadlines =
            self.requirements.iter().map(|requirement| requirement.by).chain(self.report_by);
        for deadline in deadlines {
            if deadline < signed {
                return Err(NotWritten::DeadlinePassed { deadline, signed });
            }
        }
        Ok(())
    }
}

/// 机关代字〔年份〕序号, in six-cornered brackets, the number without leading zeros (GB/T 9704-2012); ▲ while there is none.
fn is_document_number(number: &str) -> bool {
    if number == "▲" {
        return true;
    }
    let Some((word, rest)) = number.split_once('〔') else { return false };
    let Some((year, rest)) = rest.split_once('〕') else { return false };
    let Some(serial) = rest.strip_suffix('号') else { return false };
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let is_serial = serial == "▲" || (digits(serial) && !serial.starts_with('0'));
    !word.is_empty() && year.len() == 4 && digits(year) && is_serial
}

#[cfg(test)]
mod tests {
    use super::is_document_number;

    #[test]
    fn a_document_number_has_six_cornered_brackets_and_no_leading_zero() {
        for right in ["青民发〔2020〕12号", "吕民发〔2020〕▲号", "▲"] {
            assert!(is_document_number(right), "{right}");
        }
        for wrong in [
            "青民发[2020]12号",
            "青民发〔2020〕012号",
            "青民发〔20〕1号",
            "〔2020〕1号",
            "青民发〔2020〕号",
            "",
        ] {
            assert!(!is_document_number(wrong), "{wrong}");
        }
    }
}
