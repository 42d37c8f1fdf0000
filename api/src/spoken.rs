//! What foreign parsers say of the files and words that a person wrote, told in Chinese. Their own words stay only as a detail in brackets
//! where nothing better can be said.

use std::error::Error;
use std::num::{IntErrorKind, ParseIntError};
use std::path::Path;

use ledger::views::due::LeftOut;

use crate::failure::Failure;

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// The text of a file that a person wrote: UTF-8, with or without a byte order mark.
///
/// # Errors
/// The file cannot be read, or is in another encoding (`file.encoding`).
pub fn text_at(path: &Path) -> Result<String, Failure> {
    let bytes = std::fs::read(path).map_err(|why| Failure::file(path, &why))?;
    Ok(text_of(path, &bytes)?.to_owned())
}

/// As [`text_at`], of bytes that were read already.
///
/// # Errors
/// The bytes are in another encoding (`file.encoding`).
pub fn text_of<'a>(path: &Path, bytes: &'a [u8]) -> Result<&'a str, Failure> {
    let text = bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(bytes);
    std::str::from_utf8(text).map_err(|why| {
        let before = text.get(..why.valid_up_to()).unwrap_or_default();
        let row = before.split(|byte| *byte == b'\n').count();
        let is_utf16 = text.starts_with(b"\xff\xfe") || text.starts_with(b"\xfe\xff");
        let encoding = if is_utf16 { "UTF-16" } else { "可能是GB18030" };
        Failure::Machine {
            code: "file.encoding".to_owned(),
            text: format!(
                "文件{}不是UTF-8编码（{encoding}），第{row}行有读不出的字节。请用记事本等编辑器打开，另存为UTF-8后再试。",
                path.display()
            ),
            exit: 1,
        }
    })
}

/// Why a text is no JSON, or not the JSON that is asked for, with the place.
#[must_use]
pub fn of_json(why: &serde_json::Error) -> String {
    format!("第{}行第{}列，{}", why.line(), why.column(), of_parser(&why.to_string()))
}

/// Of a line that is wrong so many signs are told.
const LONGEST_LINE: usize = 60;

/// Why a text is no TOML, or not the TOML that is asked for, with the place.
#[must_use]
pub fn of_toml(why: &toml::de::Error, text: &str) -> String {
    let at = why.span().map_or(0, |span| span.start);
    let before = text.get(..at).unwrap_or(text);
    let row = before.split('\n').count();
    let line = text.lines().nth(row.saturating_sub(1)).unwrap_or_default().trim();
    let line = match line.char_indices().nth(LONGEST_LINE) {
        Some((end, _)) => format!("{}……", line.get(..end).unwrap_or_default()),
        None => line.to_owned(),
    };
    let wrong = of_parser(why.message());
    if line.is_empty() {
        return format!("第{row}行，{wrong}");
    }
    format!("第{row}行“{line}”，{wrong}")
}

/// What serde says of a value that does not have the form asked for. Its place is not told: that is the caller's.
#[must_use]
pub fn of_parser(said: &str) -> String {
    let said = said.split(" at line ").next().unwrap_or(said).trim();
    let wanted = said.split_once(", expected ").map(|(_, wanted)| names(wanted));
    let wanted = wanted.map(|wanted| format!("，应为{wanted}")).unwrap_or_default();
    let quoted = said.split('`').nth(1).unwrap_or_default();
    let found = said.split(", expected ").next().unwrap_or_default();
    let found = found.split_once(": ").map_or(found, |(_, found)| found);
    let starts = |head: &str| said.starts_with(head);
    if starts("missing field") {
        format!("缺少“{quoted}”")
    } else if starts("duplicate field") || starts("duplicate key") {
        format!("“{quoted}”写了两次")
    } else if starts("unknown field") {
        format!("没有“{quoted}”这一项{wanted}")
    } else if starts("unknown variant") {
        format!("没有“{quoted}”这个取值{wanted}")
    } else if starts("invalid type") || starts("invalid value") || starts("invalid length") {
        format!("内容不对：{}{wanted}", names(found))
    } else if starts("EOF while parsing") {
        "文件不完整，后面少了内容".to_owned()
    } else if starts("trailing characters") {
        "内容结束后还有别的字".to_owned()
    } else if starts("trailing comma") {
        "最后一项后面多了逗号".to_owned()
    } else if said.is_ascii() && !said.is_empty() {
        format!("写法不对（{said}）")
    } else {
        said.to_owned()
    }
}

/// The parser's names of kinds of values.
fn names(said: &str) -> String {
    const NAMES: &[(&str, &str)] = &[
        ("one of ", ""),
        ("there are no fields", "没有任何项"),
        ("floating point", "小数"),
        ("an integer between", "整数，介于"),
        ("boolean", "真假值"),
        ("path string", "路径"),
        ("a sequence", "列表，写成 [\"甲\", \"乙\"]"),
        ("a string", "文字"),
        ("string", "文字"),
        ("integer", "整数"),
        ("sequence", "列表"),
        ("a map", "对象"),
        ("map", "对象"),
        ("null", "空值"),
        ("i64", "整数"),
        ("u64", "不小于0的整数"),
        ("u32", "不小于0的整数"),
        ("i16", "整数"),
        ("u16", "不小于0的整数"),
        ("u8", "不小于0的整数"),
    ];
    let named = |text: String, (word, chinese): &(&str, &str)| text.replace(word, chinese);
    // What stands in quotes is the writer's own.
    let mut parts: Vec<String> = said.split('"').map(str::to_owned).collect();
    for part in parts.iter_mut().step_by(2) {
        *part = NAMES.iter().fold(std::mem::take(part), named).replace(", ", "、").replace('`', "");
    }
    parts.join("\"")
}

/// Why an argument's value is refused: a sentence of this program as it stands, the parser's put in Chinese.
#[must_use]
pub fn of_argument(why: &(dyn Error + 'static)) -> String {
    let said = why.to_string();
    if let Some(number) = why.downcast_ref::<ParseIntError>() {
        let is_range =
            matches!(number.kind(), IntErrorKind::PosOverflow | IntErrorKind::NegOverflow);
        return if is_range { "数太大" } else { "应为整数" }.to_owned();
    }
    if let Some((_, bounds)) = said.split_once(" is not in ") {
        return format!("超出范围，应在{bounds}之内");
    }
    if said.is_ascii() { format!("（{said}）") } else { said }
}

/// Why something that is due stands on no roster, for who draws it.
#[must_use]
pub fn left_out(left: &LeftOut) -> String {
    match left {
        LeftOut::Died(id) => format!("资格{id}有人在此前月份死亡，须先调整或停发"),
        LeftOut::NoAccount(id) => format!("资格{id}的收款人没有账户"),
        LeftOut::PayeeNotAllowed(id) => {
            format!("资格{id}的收款人不在项目规定之列，或代领备案已经到期")
        }
        LeftOut::NotYet(reference) => format!("支付{reference}还不能补发：须先核实或批准账户变更"),
    }
}

#[cfg(test)]
mod tests {
    use super::{of_json, of_toml, text_of};
    use serde::Deserialize;
    use std::path::Path;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Form {
        #[expect(dead_code, reason = "only its form is read")]
        count: i64,
    }

    fn json(text: &str) -> String {
        of_json(&serde_json::from_str::<Form>(text).unwrap_err())
    }

    #[test]
    fn the_parsers_words_are_told_in_chinese_with_the_place() {
        assert_eq!(
            json("{\"count\":\"a string\"}"),
            "第1行第19列，内容不对：文字 \"a string\"，应为整数"
        );
        assert_eq!(json("{}"), "第1行第2列，缺少“count”");
        assert_eq!(json("{\n\"cuont\":1}"), "第2行第7列，没有“cuont”这一项，应为count");
        assert_eq!(json("{\"count\":1"), "第1行第10列，文件不完整，后面少了内容");
        let text = "x = 1\n";
        assert_eq!(
            of_toml(&toml::from_str::<Form>(text).unwrap_err(), text),
            "第1行“x = 1”，没有“x”这一项，应为count"
        );
    }

    #[test]
    fn a_text_in_another_encoding_is_named_with_its_row_and_what_to_do() {
        let told = |bytes: &[u8]| text_of(Path::new("政策.toml"), bytes).unwrap_err();
        let failure = told(b"# a\n\xb4\xfa\xc2\xeb = 1\n");
        assert_eq!((failure.code().as_str(), failure.exit_code()), ("file.encoding", 1));
        let told_text = failure.to_string();
        assert!(told_text.contains("GB18030") && told_text.contains("第2行"), "{told_text}");
        assert!(told_text.contains("另存为UTF-8"), "{told_text}");
        assert!(told(b"\xff\xfea\0").to_string().contains("UTF-16"));
        assert_eq!(text_of(Path::new("x"), b"\xef\xbb\xbfa = 1").unwrap(), "a = 1");
    }
}
