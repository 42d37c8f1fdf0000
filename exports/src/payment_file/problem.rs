//! Every way in which a payment file cannot be written: a stable code, what it means, what to do.

use std::fmt;

use ledger::ids::PaymentRef;

macro_rules! codes {
    ($($(#[$doc:meta])* $variant:ident = $word:literal, $zh:literal, $todo:literal;)*) => {
        /// What is wrong.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code {
            $($(#[$doc])* $variant,)*
        }

        impl Code {
            /// Every code, in the order of the manual.
            pub const ALL: &'static [Code] = &[$(Code::$variant),*];

            /// The stable word.
            #[must_use]
            pub const fn word(self) -> &'static str {
                match self { $(Code::$variant => $word),* }
            }

            /// What is wrong, in Chinese.
            #[must_use]
            pub const fn chinese(self) -> &'static str {
                match self { $(Code::$variant => $zh),* }
            }

            /// What to do about it, in Chinese.
            #[must_use]
            pub const fn remedy(self) -> &'static str {
                match self { $(Code::$variant => $todo),* }
            }
        }
    };
}

codes! {
    /// The profile has no request, or one that this program cannot write.
    LayoutUnusable = "payment_file.layout_unusable", "该银行档案不能生成报盘", "请换用有报盘格式的档案，或改正档案";
    /// No lines.
    NoLines = "payment_file.no_lines", "没有一行明细", "请核对批次";
    /// More lines than the bank takes in one file.
    TooManyRows = "payment_file.too_many_rows", "行数超过银行上限", "请分批造册";
    /// Not as many lines as the approved batch.
    WrongCount = "payment_file.wrong_count", "笔数与批次审批数不符", "不得手工增删；请重新从台账生成";
    /// Not the total of the approved batch.
    WrongTotal = "payment_file.wrong_total", "总额与批次审批数不符", "不得手工改数；请重新从台账生成";
    /// A payment of another batch.
    OtherBatch = "payment_file.other_batch", "支付引用不属于本批", "请重新从台账生成";
    /// A payment twice.
    Repeated = "payment_file.repeated", "支付引用重复", "请重新从台账生成";
    /// A field that the bank requires is empty.
    ValueMissing = "payment_file.value_missing", "必填项为空", "请在登记信息里补齐后重新生成";
    /// Something was stated that the layout has no field for.
    Unasked = "payment_file.unasked", "该银行格式没有这一项", "请按所列的名称注明，或去掉这一项";
    /// More bytes or digits than the bank's field has.
    TooLong = "payment_file.too_long", "超过银行允许的长度", "不得截断；请与银行商定简写并登记后重新生成";
    /// A separator, quote or control character inside a field.
    IllegalCharacter = "payment_file.illegal_character", "含有分隔符、引号、控制字符或首尾空格", "请更正登记信息后重新生成";
    /// An account with other characters than banks use.
    AccountForm = "payment_file.account_form", "账号含有数字、字母和短横以外的字符", "请更正账户后重新生成";
    /// A character that GB18030 does not have.
    Unmappable = "payment_file.unmappable", "含有银行编码里没有的字", "请与银行商定替代写法并登记后重新生成";
    /// Nothing or less.
    NotPositive = "payment_file.not_positive", "金额应大于零", "请撤回名册并改正";
    /// Above the bank's limit for one payment.
    AboveLimit = "payment_file.above_limit", "金额超过银行单笔上限", "请与银行商定后另行办理";
    /// The parts of the file's name do not make a name of the bank's form.
    FileName = "payment_file.file_name", "拼不成银行要求的文件名", "请核对单位编号（4位数字）、柜员号和批次代码";
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// One reason why a payment file is not written. A file with problems is not written at all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaymentFileProblem {
    /// What is wrong.
    pub code: Code,
    /// The payment; `None` if the whole file is meant.
    pub reference: Option<PaymentRef>,
    /// The column's heading or number; empty if the whole line is meant.
    pub column: String,
    /// What was found. May hold personal fields: show it, never log it.
    pub found: String,
    /// What was expected in its place; empty where the code says it all.
    pub expected: String,
}

impl PaymentFileProblem {
    /// A problem of the whole file.
    #[must_use]
    pub fn of_file(code: Code, found: impl Into<String>, expected: impl Into<String>) -> Self {
        let (found, expected) = (found.into(), expected.into());
        PaymentFileProblem { code, reference: None, column: String::new(), found, expected }
    }

    /// The same problem, of one line.
    #[must_use]
    pub fn at(self, reference: &PaymentRef, column: impl Into<String>) -> Self {
        PaymentFileProblem { reference: Some(reference.clone()), column: column.into(), ..self }
    }
}

impl fmt::Display for PaymentFileProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.reference {
            Some(reference) => write!(f, "报盘第{}行（{reference}）", reference.line())?,
            None => f.write_str("报盘")?,
        }
        if !self.column.is_empty() {
            write!(f, "“{}”", self.column)?;
        }
        write!(f, "：{}", self.code.chinese())?;
        if !self.found.is_empty() {
            write!(f, "，现为“{}”", self.found)?;
        }
        if !self.expected.is_empty() {
            write!(f, "，应为{}", self.expected)?;
        }
        write!(f, "。{}。（{}）", self.code.remedy(), self.code)
    }
}

impl std::error::Error for PaymentFileProblem {}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{Code, PaymentFileProblem};

    #[test]
    fn a_code_has_one_word_and_says_what_to_do() {
        let words: BTreeSet<_> = Code::ALL.iter().map(|code| code.word()).collect();
        assert_eq!(words.len(), Code::ALL.len());
        assert!(
            Code::ALL.iter().all(|code| !code.chinese().is_empty() && !code.remedy().is_empty())
        );
    }

    #[test]
    fn a_problem_names_its_line_and_column() {
        let reference = "D20A00000003".parse().unwrap();
        let problem =
            PaymentFileProblem::of_file(Code::NotPositive, "0.00", "").at(&reference, "金额");
        assert_eq!(
            problem.to_string(),
            "报盘第3行（D20A00000003）“金额”：金额应大于零，现为“0.00”。请撤回名册并改正。（payment_file.not_positive）"
        );
    }
}
