//! What every export ends as: a named file, or the reason why it cannot be made.

use ledger::period::{Date, Period};

/// A file, finished.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// Its name without folders.
    pub name: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// Why a document cannot be made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotWritten {
    /// A sum leaves the range of amounts.
    #[error("金额之和超出范围；请先核对账面（{code}）", code = self.code())]
    Overflow,
    /// More digits than a spreadsheet keeps.
    #[error("“{0}”超过15位数字，电子表格会丢失末位；请改用文本格式导出（{code}）", code = self.code())]
    TooManyDigits(String),
    /// The figures to compare with are another month's or another ledger's.
    #[error("对比数是{found}的，应为同一台账{expected}的；请重新选取（{code}）", code = self.code())]
    WrongComparison {
        /// The month that was given.
        found: Period,
        /// The month that is needed.
        expected: Period,
    },
    /// A bulletin signed before its month was over.
    #[error("成文日期{signed}不晚于{period}的最后一天；请改正成文日期（{code}）", code = self.code())]
    SignedTooEarly {
        /// The day of signature.
        signed: Date,
        /// The month.
        period: Period,
    },
    /// A deadline before the bulletin's own day.
    #[error("办理期限{deadline}早于成文日期{signed}；请改正期限（{code}）", code = self.code())]
    DeadlinePassed {
        /// The deadline.
        deadline: Date,
        /// The day of signature.
        signed: Date,
    },
    /// A document number that GB/T 9704 does not allow.
    #[error("发文字号“{0}”不合规范：应如“青民发〔2020〕12号”，六角括号、不补零，未编号时写▲（{code}）", code = self.code())]
    DocumentNumber(String),
    /// A text of the head that must not be empty.
    #[error("通报的“{0}”没有填写；请补齐（{code}）", code = self.code())]
    TextMissing(&'static str),
    /// A character that GB18030 cannot carry.
    #[error("{0}（{code}）", code = self.code())]
    Unmappable(String),
    /// The spreadsheet writer refused.
    #[error("电子表格写不成：{0}（{code}）", code = self.code())]
    Sheet(String),
}

impl NotWritten {
    /// The stable code.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            NotWritten::Overflow => "export.overflow",
            NotWritten::TooManyDigits(_) => "export.too_many_digits",
            NotWritten::WrongComparison { .. } => "bulletin.wrong_comparison",
            NotWritten::SignedTooEarly { .. } => "bulletin.signed_too_early",
            NotWritten::DeadlinePassed { .. } => "bulletin.deadline_passed",
            NotWritten::DocumentNumber(_) => "bulletin.document_number",
            NotWritten::TextMissing(_) => "bulletin.text_missing",
            NotWritten::Unmappable(_) => "export.unmappable",
            NotWritten::Sheet(_) => "export.sheet",
        }
    }
}

impl From<rust_xlsxwriter::XlsxError> for NotWritten {
    fn from(error: rust_xlsxwriter::XlsxError) -> NotWritten {
        NotWritten::Sheet(error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::NotWritten;

    #[test]
    fn a_refusal_says_what_to_do_and_carries_its_code() {
        let refusal = NotWritten::TextMissing("主送机关");
        assert_eq!(
            refusal.to_string(),
            "通报的“主送机关”没有填写；请补齐（bulletin.text_missing）"
        );
    }
}
