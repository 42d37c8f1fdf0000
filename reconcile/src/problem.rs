//! Every way in which a bank file can be wrong: a stable code, what it means, what to do. One code in one place.
//! A file with problems gives no lines at all, and all its problems are told at once.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

macro_rules! codes {
    ($($(#[$doc:meta])* $variant:ident = $word:literal, $zh:literal, $todo:literal;)*) => {
        /// What is wrong. The word is stable: scripts and manuals name it.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code {
            $($(#[$doc])* $variant,)*
        }

        impl Code {
            /// Every code, in the order of the manual.
            pub const ALL: &'static [Code] = &[$(Code::$variant),*];

            /// The stable word, such as `response.total_mismatch`.
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
    /// No bytes at all.
    FileEmpty = "file.empty", "文件是空的", "请向银行重新取一份文件";
    /// A heading and nothing under it.
    FileNoLines = "file.no_lines", "文件里没有一行明细", "请核对是否取错文件，或向银行重新取一份";
    /// Text in UTF-16.
    FileUtf16 = "file.utf16", "文件是UTF-16编码的文字", "请用记事本打开，另存为UTF-8后再导入，不要用表格软件另存";
    /// Text whose rows end in a carriage return alone.
    FileCarriageReturns = "file.carriage_returns", "各行只以回车符（CR）结束，没有换行符", "请用编辑器把行尾改为CRLF或LF，另存后再导入";
    /// An archive: what is in it is what was meant.
    FileArchive = "file.archive", "文件是压缩包", "请先解压，再导入其中的文件";
    /// A document, a picture, a page: nothing with rows.
    FileOtherKind = "file.other_kind", "这种文件读不出明细", "请重新下载，格式选xlsx、csv或文本；不要只改文件名的后缀";
    /// More of one kind than are told one by one.
    FileMoreProblems = "file.more_problems", "同类问题太多，没有一一列出", "请先按已列出的处理；同类问题这样多，多半是拿错了文件或格式";
    /// A payment file where a response was expected, and the like.
    FileWrongDirection = "file.wrong_direction", "文件的用途不对", "请选择正确的文件，或按这个文件的用途导入";
    /// A profile whose text cannot be used.
    ProfileInvalid = "profile.invalid", "银行档案写得不对", "请按 docs/format/profiles.md 改正档案";
    /// Two profiles of one id and version.
    ProfileTwice = "profile.twice", "已有同名同版本的银行档案", "内置档案和已用过的版本不得改动；新样式请用新的版本号";
    /// The user named a profile that is not there.
    ProfileUnknown = "profile.unknown", "没有这个银行档案", "请用 doudi profiles 查看已有档案";
    /// No layout of any profile fits.
    LayoutNoneFits = "layout.none_fits", "没有任何档案认得这个文件", "请看下面各档案不符合的原因；若是新格式，请增加档案";
    /// More than one layout fits.
    LayoutSeveralFit = "layout.several_fit", "不止一个档案认得这个文件", "请指定档案名称，或改正档案使其互相区分";
    /// Why one layout does not fit.
    LayoutDoesNotFit = "layout.does_not_fit", "不符合该档案", "请对照银行样例";
    /// The file is not what it was when its layout was found.
    LayoutHeaderMissing = "layout.header_missing", "找不到表头", "请勿改动银行文件的表头";
    /// A byte that the encoding does not have.
    TextUndecodable = "text.undecodable", "有无法解码的字节", "文件已损坏或编码不对，请向银行重新取一份";
    /// U+FFFD: someone has already lost a character.
    TextReplacement = "text.replacement_character", "含有替换符“\u{fffd}”，原字已丢失", "文件曾被错误转码，请向银行取原始文件";
    /// A control character in a cell.
    TextControl = "text.control_character", "含有控制字符", "请向银行重新取一份文件";
    /// A column of bytes that ends within a character.
    TextHalfCharacter = "text.half_character", "该列的字节里有半个汉字或无法解码的字节", "文件被按字节截断或错位，请向银行重新取一份";
    /// A fixed row that is longer or shorter than its columns.
    FixedLength = "fixed.row_length", "该行的字节数与各列之和不符", "请核对该行是否被截断、改动，或文件曾被另存";
    /// A fixed column whose text does not stand on its side.
    FixedShifted = "fixed.shifted", "内容没有靠在该列应靠的一侧，可能错位", "请核对该行是否少了或多了字节，向银行重新取一份";
    /// XML that is not whole, or has what no bank file has.
    XmlBroken = "xml.broken", "XML不完整或不合规", "文件可能被截断或改动，请向银行重新取一份";
    /// XML that declares an encoding which is not read here.
    XmlEncoding = "xml.encoding", "XML写明的编码读不了", "请向银行取写明UTF-8或GBK的文件，不要自己改写声明";
    /// A value with elements in the middle of its text.
    XmlMixed = "xml.mixed", "值的文字中间夹着别的元素", "文件可能被改动，请向银行重新取一份";
    /// One value that stands there more than once.
    TreeRepeated = "xml.repeated", "同一项出现不止一次", "请核对是否两个文件被拼在一起";
    /// A line of an MT940 message that is none.
    Mt940Broken = "mt940.broken", "不是MT940的一行", "请核对币种、日期和小数逗号，向银行重新取一份";
    /// A quoted cell that does not end on its row.
    TableUnclosedQuote = "table.unclosed_quote", "引号没有配对", "请核对该行是否被截断";
    /// An empty row between rows.
    TableBlankRow = "table.blank_row", "明细中间有空行", "请核对是否有行被删除";
    /// More or fewer cells than the heading.
    TableWrongWidth = "table.wrong_width", "列数与表头不符", "请核对该行是否被截断或多了分隔符";
    /// Rows after a totals row or after a table's end.
    TableAfterEnd = "table.text_after_end", "表格结束后还有内容", "请核对是否两个文件被拼在一起";
    /// A box table whose frame is broken.
    TableBroken = "table.broken_frame", "表格线不完整", "请核对文件是否被截断或改动";
    /// The spreadsheet cannot be read.
    SheetUnreadable = "sheet.unreadable", "电子表格打不开", "请用表格软件核对能否打开，或向银行重新取一份";
    /// A spreadsheet behind a password.
    SheetEncrypted = "sheet.encrypted", "电子表格加了密码", "请用密码打开，去掉密码后另存，再导入";
    /// More than one sheet has content.
    SheetSeveral = "sheet.several", "不止一张工作表有内容", "请只保留银行给出的那一张";
    /// A cell outside any bank layout's reach.
    SheetTooWide = "sheet.too_wide", "单元格超出可读范围", "请核对是否为银行原始文件";
    /// The process that parses it ran out of its memory or time, or fell over.
    SheetTooHeavy = "sheet.too_heavy", "解析电子表格时超出内存或时间上限，已中止", "文件可能损坏或被做过手脚，请勿用它办理；请向银行重新取一份，或改取文本格式";
    /// A number with more digits than a spreadsheet keeps.
    SheetNumberTooLong = "sheet.number_too_long", "数值超过15位，末尾数字已丢失或不精确", "长号码须为文本格式，金额至多两位小数；请向银行取原始文件，勿用表格软件另存";
    /// `#N/A`, TRUE and the like.
    SheetNotAValue = "sheet.not_a_value", "单元格不是文字、数值或日期", "请向银行重新取一份文件";
    /// A required cell is empty.
    ValueMissing = "value.missing", "必填项为空", "请向银行核实该行";
    /// Not of the form that the column asks for.
    ValueMalformed = "value.malformed", "内容不合要求", "请按“应为”改正后重新导入";
    /// Not an amount.
    ValueNotMoney = "value.not_money", "不是金额", "不得四舍五入，请向银行核实；单位不对的，核对档案里写的单位";
    /// An amount that must be more than nothing.
    ValueNotPositive = "value.not_positive", "金额应大于零", "请向银行核实该行";
    /// An amount that must not be less than nothing.
    ValueNegative = "value.negative", "金额不得为负", "请向银行核实该行";
    /// An amount that this bank writes as a negative.
    ValueNotNegative = "value.not_negative", "该格式的金额应为负数", "请核对是否为退款通知，向银行核实该行";
    /// Above the layout's limit.
    ValueAboveLimit = "value.above_limit", "金额超过该格式的上限", "请向银行核实该行";
    /// Not a date.
    ValueNotADate = "value.not_a_date", "不是日期", "请向银行核实该行";
    /// Not a whole number.
    ValueNotANumber = "value.not_a_number", "不是整数", "请向银行核实该行";
    /// Longer than the layout allows.
    ValueTooLong = "value.too_long", "内容超过该列的长度", "请核对是否错列";
    /// Another constant than the layout's.
    ValueNotTheConstant = "value.not_the_constant", "与该格式的固定值不符", "请核对是否为同一格式";
    /// A status word that the profile does not list.
    ResponseUnknownStatus = "response.unknown_status", "档案里没有登记这个处理结果", "请向银行问清含义，在档案的 status 里登记后再导入";
    /// A layout ends with totals and the file does not.
    ResponseTotalMissing = "response.total_missing", "没有合计行", "文件可能被截断，请向银行重新取一份";
    /// The stated count is not the number of rows.
    ResponseCountMismatch = "response.count_mismatch", "合计笔数与明细行数不符", "文件可能缺行，请向银行重新取一份";
    /// The stated total is not the sum of the rows.
    ResponseTotalMismatch = "response.total_mismatch", "合计金额与明细之和不符", "请向银行重新取一份文件；不得手工改平";
    /// The stated sum of what was settled is not that of the rows.
    ResponseSettledMismatch = "response.settled_total_mismatch", "实处理合计与明细之和不符", "请向银行重新取一份文件；不得手工改平";
    /// The sum leaves the range of amounts.
    ResponseOverflow = "response.overflow", "金额之和超出范围", "请向银行核实";
    /// Lines are numbered within a batch that nobody named.
    ResponseBatchNeeded = "response.batch_needed", "该格式只有批内序号，需要知道是哪一批", "请指明发放批次代码";
    /// A row answers another batch than the one that the file says it answers.
    ResponseBatchDiffers = "response.batch_differs", "文件写明的批次与这一行的行引用不符", "请核对是否拿错文件；没有拿错的，向银行核实该行";
    /// The status of the whole file is not that of its lines.
    ResponseGroupDiffers = "response.group_differs", "整批的状态与这一行的处理结果矛盾", "请勿导入，向银行核实整批究竟是否处理，取前后一致的回盘";
    /// The bank rejected everything and lists nothing.
    ResponseAllRejected = "response.all_rejected", "银行整批拒绝，没有逐笔的结果", "请按银行说的原因改正；向银行要逐笔列明的回盘，或书面证明整批未付后再作处理";
    /// The file names one bank date, the caller another.
    ResponseDateDiffers = "response.date_differs", "文件的银行日期与指定的日期不符", "请核对文件名与日期";
    /// A partly paid line without the amount that was paid.
    ResponsePartUnstated = "response.part_unstated", "部分入账却没有实处理金额", "请向银行核实该行";
    /// More rows than the layout allows.
    ResponseTooManyRows = "response.too_many_rows", "行数超过该格式的上限", "请核对是否为同一格式";
    /// Both or neither of debit and credit.
    StatementOneSide = "statement.one_side", "借方和贷方应恰好填一个", "请向银行核实该行";
    /// The word 借/贷 says otherwise than the amounts.
    StatementSense = "statement.sense_differs", "借贷标志与金额所在列不符", "请向银行核实该行";
    /// A running balance that does not follow from the row before.
    StatementBalanceBreak = "statement.balance_break", "余额接不上前一行", "流水可能缺行或被改动，请向银行重新取一份";
    /// Rows without balances that stand in no order of days.
    StatementDateOrder = "statement.date_order", "各行没有余额，又不按日期排列", "请向银行重新取一份按日期排列的流水";
    /// The closing balance is not the opening balance with every row.
    StatementClosing = "statement.closing_differs", "期末余额不等于期初余额加减各行", "流水可能缺行或被改动，请向银行重新取一份";
    /// The bank's balance note says another balance than the statement.
    StatementNoteDiffers = "statement.note_differs", "流水的期末余额与所填的余额证明不符", "请核对余额证明和流水是否同一账户、同一天";
    /// The statement's closing balance is of an earlier day than the one up to which it is imported.
    StatementEndsEarly = "statement.ends_early", "流水没有到所填的截止日", "请取到该日的流水，或把截止日改成流水写明的日期";
    /// Another opening balance than the first row's.
    StatementOpening = "statement.opening_differs", "期初余额与第一行不符", "流水可能缺行或被改动，请向银行重新取一份";
    /// The statement is another account's.
    StatementAccount = "statement.account_differs", "流水的本方账号与所选账户不符", "请核对账户，勿导入其他账户的流水";
    /// An office's list without a row.
    ListEmpty = "list.empty", "名单是空的", "请核对是否取错文件";
    /// An office's list in which no heading is found.
    ListNoHeading = "list.no_heading", "找不到表头", "请按所列的列名补上表头";
    /// An office's workbook with several sheets.
    ListSeveralSheets = "list.several_sheets", "不止一张工作表有内容", "请只保留名单所在的那一张";
    /// An office's file that is no table.
    ListUnreadable = "list.unreadable", "文件打不开或编码不对", "请用表格软件另存为xlsx，或存为UTF-8的CSV";
    /// A cell whose text is broken: a lost character, a control character, a line break within.
    ListCellBroken = "list.cell_broken", "单元格里有换行、控制字符或丢失的字", "请在原表中改正";
    /// Something stands where no column is.
    ListStray = "list.stray", "没有表头的位置有内容", "请核对是否少了表头，或金额里的逗号分成了两列";
    /// Rows below the totals row.
    ListAfterTotals = "list.after_totals", "合计行之后还有内容", "请核对是否两份名单拼在一起，或删去中间的小计行";
    /// An office's list lacks a column.
    ListColumnMissing = "list.column_missing", "名单缺少这一列", "请按表头补上这一列";
    /// A column that nobody asked for: it may be a misspelt one.
    ListColumnUnknown = "list.column_unknown", "不认识的列", "请改成所列名称之一，或删去这一列";
    /// Two columns of one name.
    ListColumnTwice = "list.column_twice", "同一列出现两次", "请只保留一列";
    /// A cell of an office's list in which there must be something.
    ListValueMissing = "list.value_missing", "必填项为空", "请在原表中补上";
    /// A cell of an office's list that is not what it must be.
    ListValueWrong = "list.value_wrong", "内容不合要求", "请在原表中改正后重新导入";
    /// Not an amount.
    ListNotMoney = "list.not_money", "不是金额", "金额应为元，最多两位小数，请在原表中改正";
    /// Not a date or month.
    ListNotADate = "list.not_a_date", "不是日期或月份", "请写成 2020-10-08 或 2020-10";
    /// Not a whole number from 1.
    ListNotACount = "list.not_a_count", "不是大于零的整数", "请在原表中改正";
    /// Somebody on the list whom nobody registered.
    ListPersonUnknown = "list.person_unknown", "此人没有登记", "请先导入人员，或核对证件号码";
    /// Somebody who is registered already, or stands on the list twice.
    ListTwice = "list.twice", "已经登记，或在名单中出现两次", "请核对是否重复";
    /// Something that is registered otherwise.
    ListDiffers = "list.differs", "与登记的不符", "请核对证件；登记有误的先更正登记";
    /// The totals row is not the sum of the rows.
    ListTotalDiffers = "list.total_differs", "合计行与各行之和不符", "名单可能缺行或改动，请核对原表";
    /// A row that the rules refuse.
    ListRefused = "list.refused", "按规则不予受理", "请按所说的改正";
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.word())
    }
}

impl<'de> Deserialize<'de> for Code {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Code, D::Error> {
        let word = String::deserialize(deserializer)?;
        let known = Code::ALL.iter().copied().find(|code| code.word() == word);
        known.ok_or_else(|| serde::de::Error::custom("not the word of a code"))
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// So many characters of a cell are shown.
const MOST_SHOWN: usize = 200;

/// One thing that is wrong in a file, and where.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// What is wrong.
    pub code: Code,
    /// The file's name as given.
    pub file: String,
    /// The row, from 1 as an editor or spreadsheet counts; `None` if the whole file is meant.
    pub row: Option<u32>,
    /// The column's heading, or its number as text where there is no heading.
    pub column: Option<String>,
    /// What was found. May hold personal fields: show it, never log it.
    pub found: String,
    /// What was expected in its place; empty where the code says it all.
    pub expected: String,
}

impl Problem {
    /// A problem of the whole file.
    #[must_use]
    pub fn of_file(code: Code, file: &str) -> Problem {
        Problem {
            code,
            file: file.to_owned(),
            row: None,
            column: None,
            found: String::new(),
            expected: String::new(),
        }
    }

    /// A problem of one row, from 1. Row 0 is the head of a document: then the whole file is meant.
    #[must_use]
    pub fn of_row(code: Code, file: &str, row: u32) -> Problem {
        Problem { row: (row > 0).then_some(row), ..Problem::of_file(code, file) }
    }

    /// The same problem in that column.
    #[must_use]
    pub fn in_column(self, column: impl Into<String>) -> Problem {
        Problem { column: Some(column.into()), ..self }
    }

    /// The same problem with what was found.
    #[must_use]
    pub fn found(self, found: impl Into<String>) -> Problem {
        Problem { found: found.into(), ..self }
    }

    /// The same problem with the cell that was found. Of one that nobody reads to its end, the beginning and its length.
    #[must_use]
    pub(crate) fn in_cell(self, cell: &str) -> Problem {
        let shown: String = cell.chars().take(MOST_SHOWN).collect();
        if shown.len() == cell.len() {
            return self.found(shown);
        }
        self.found(format!("{shown}……（共{}字）", cell.chars().count()))
    }

    /// The same problem with what was expected.
    #[must_use]
    pub fn expected(self, expected: impl Into<String>) -> Problem {
        Problem { expected: expected.into(), ..self }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if let Some(row) = self.row {
            write!(f, " 第{row}行")?;
        }
        if let Some(column) = &self.column {
            write!(f, "“{column}”")?;
        }
        write!(f, "：{}", self.code.chinese())?;
        if self.code == Code::FileMoreProblems {
            // What was found is our own count.
            write!(f, "：{}", self.found)?;
        } else if !self.found.is_empty() {
            write!(f, "，原文“{}”", self.found)?;
        }
        if self.code == Code::ListRefused {
            // What is expected of such a row is the rule's own sentence.
            return write!(f, "。{}（{}）", self.expected, self.code);
        }
        if !self.expected.is_empty() {
            write!(f, "，应为{}", self.expected)?;
        }
        write!(f, "。{}。（{}）", self.code.remedy(), self.code)
    }
}

impl std::error::Error for Problem {}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{Code, Problem};

    #[test]
    fn a_code_has_one_word_and_says_what_to_do() {
        let words: BTreeSet<_> = Code::ALL.iter().map(|code| code.word()).collect();
        assert_eq!(words.len(), Code::ALL.len());
        for code in Code::ALL {
            assert!(code.word().contains('.'), "{code}");
            assert!(!code.chinese().is_empty() && !code.remedy().is_empty(), "{code}");
        }
    }

    #[test]
    fn of_a_long_text_the_beginning_is_shown_and_its_length() {
        let found = |length: usize| {
            Problem::of_file(Code::ValueTooLong, "x").in_cell(&"字".repeat(length)).found
        };
        assert_eq!(found(200), "字".repeat(200));
        assert_eq!(found(201), format!("{}……（共201字）", "字".repeat(200)));
    }

    #[test]
    fn a_problem_names_file_row_column_and_what_to_do() {
        let problem = Problem::of_row(Code::ValueNotMoney, "回盘.csv", 3)
            .in_column("应处理金额")
            .found("1.005")
            .expected("元，最多两位小数");
        assert_eq!(
            problem.to_string(),
            "回盘.csv 第3行“应处理金额”：不是金额，原文“1.005”，应为元，最多两位小数。\
             不得四舍五入，请向银行核实；单位不对的，核对档案里写的单位。（value.not_money）"
        );
    }
}
