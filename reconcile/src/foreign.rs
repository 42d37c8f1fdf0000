//! Files of which nothing can be read here, named by what they are: text in UTF-16, archives, documents, pictures.
//! Only what the bytes say counts, never the file's name.

use crate::problem::{Code, Problem};
use crate::text::{Encoding, decode};

/// So many bytes tell how a text is written.
const HEAD: usize = 4096;
/// So many files of an archive are named.
const NAMED: usize = 3;

/// What begins in this way is no table, and what it is.
const KINDS: &[(&[u8], Code, &str)] = &[
    (b"Rar!", Code::FileArchive, "RAR压缩包"),
    (b"7z\xbc\xaf\x27\x1c", Code::FileArchive, "7z压缩包"),
    (b"\x1f\x8b", Code::FileArchive, "gzip压缩包"),
    (b"%PDF", Code::FileOtherKind, "PDF文档"),
    (b"\x89PNG", Code::FileOtherKind, "图片"),
    (b"\xff\xd8\xff", Code::FileOtherKind, "图片"),
    (b"{\\rtf", Code::FileOtherKind, "RTF文档"),
    (b"MIME-Version:", Code::FileOtherKind, "网页（MHTML）"),
];

/// Refuses what can be named.
///
/// # Errors
/// What the file is, and what to do.
pub(crate) fn refuse(file: &str, bytes: &[u8]) -> Result<(), Problem> {
    let found = kind_of(bytes).or_else(|| compound(bytes)).or_else(|| zipped(bytes));
    let found = found.or_else(|| wide_text(bytes)).or_else(|| old_line_ends(bytes));
    match found {
        Some((code, found)) => Err(Problem::of_file(code, file).found(found)),
        None => Ok(()),
    }
}

fn kind_of(bytes: &[u8]) -> Option<(Code, String)> {
    let known = KINDS.iter().find(|(head, ..)| bytes.starts_with(head));
    if let Some((_, code, name)) = known {
        return Some((*code, (*name).to_owned()));
    }
    let head = bytes.get(..HEAD).unwrap_or(bytes);
    let is_workbook = bytes.trim_ascii_start().starts_with(b"<")
        && contains(head, b"urn:schemas-microsoft-com:office:spreadsheet");
    is_workbook.then(|| (Code::FileOtherKind, "XML电子表格2003".to_owned()))
}

/// A compound file holds a workbook, or what a password closed, or another program's document.
fn compound(bytes: &[u8]) -> Option<(Code, String)> {
    if !bytes.starts_with(b"\xd0\xcf\x11\xe0") {
        return None;
    }
    if contains(bytes, &wide("EncryptedPackage")) {
        return Some((Code::SheetEncrypted, String::new()));
    }
    contains(bytes, &wide("WordDocument")).then(|| (Code::FileOtherKind, "Word文档".to_owned()))
}

/// A ZIP file that is not a workbook.
fn zipped(bytes: &[u8]) -> Option<(Code, String)> {
    if !bytes.starts_with(b"PK\x03\x04") && !bytes.starts_with(b"PK\x05\x06") {
        return None;
    }
    let Some(end) = end_of(bytes) else {
        return Some((Code::SheetUnreadable, "文件在中途断了，没有下载或拷贝完".to_owned()));
    };
    // A directory that cannot be followed is the spreadsheet reader's to judge.
    let names = names_in(bytes, end)?;
    let has = |name: &str| names.iter().any(|known| known.starts_with(name));
    if has("xl/") || has("[Content_Types].xml") && !has("word/") && !has("ppt/") {
        return None;
    }
    if has("word/") {
        return Some((Code::FileOtherKind, "Word文档".to_owned()));
    }
    if has("mimetype") && has("content.xml") {
        return Some((Code::FileOtherKind, "OpenDocument文档".to_owned()));
    }
    let shown: Vec<&str> = names.iter().take(NAMED).map(String::as_str).collect();
    let more = if names.len() > NAMED { "等" } else { "" };
    let inside = format!("ZIP压缩包，内有{}个文件：{}{more}", names.len(), shown.join("、"));
    Some((Code::FileArchive, inside))
}

/// The record at the end of a ZIP file.
fn end_of(bytes: &[u8]) -> Option<&[u8]> {
    const END: &[u8] = b"PK\x05\x06";
    // It has 22 bytes, and a comment of up to 65,535.
    let tail = bytes.get(bytes.len().saturating_sub(22 + 0xffff)..)?;
    let at = tail.windows(END.len()).rposition(|window| window == END)?;
    tail.get(at..)
}

/// The names in the central directory of a ZIP file.
fn names_in(bytes: &[u8], end: &[u8]) -> Option<Vec<String>> {
    const ENTRY: &[u8] = b"PK\x01\x02";
    let mut at = usize::try_from(number(end, 16, 4)?).ok()?;
    let mut names = Vec::new();
    for _ in 0..number(end, 10, 2)? {
        let entry = bytes.get(at..)?;
        if !entry.starts_with(ENTRY) {
            return None;
        }
        let length =
            |place| number(entry, place, 2).and_then(|number| usize::try_from(number).ok());
        let (name, extra, comment) = (length(28)?, length(30)?, length(32)?);
        let name_bytes = entry.get(46..46 + name)?;
        let text = decode(name_bytes, Encoding::Utf8);
        let text = text.or_else(|_| decode(name_bytes, Encoding::Gb18030));
        names.push(text.map_or_else(|_| "？".to_owned(), std::borrow::Cow::into_owned));
        at += 46 + name + extra + comment;
    }
    Some(names)
}

/// A number of some bytes, the lowest first.
fn number(bytes: &[u8], at: usize, length: usize) -> Option<u64> {
    let bytes = bytes.get(at..at + length)?;
    Some(bytes.iter().rev().fold(0, |number, byte| (number << 8) | u64::from(*byte)))
}

/// UTF-16 by its byte order mark or, as figures and separators of every table are half zeroes in it, without one.
fn wide_text(bytes: &[u8]) -> Option<(Code, String)> {
    let told = |mark: &str| Some((Code::FileUtf16, mark.to_owned()));
    if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") {
        return told("UTF-16，有字节序标记");
    }
    if bytes.starts_with(b"\xd0\xcf\x11\xe0") || bytes.starts_with(b"PK") {
        return None;
    }
    let head = bytes.get(..HEAD).unwrap_or(bytes);
    let zeroes = |odd: usize| head.iter().skip(odd).step_by(2).filter(|byte| **byte == 0).count();
    let (even, odd) = (zeroes(0), zeroes(1));
    // A few characters, such as 销 (U+9500), have their zero on the other side.
    let one_sided = even.min(odd) * 10 <= even.max(odd) && even.max(odd) * 10 >= head.len();
    let one_sided = one_sided && even + odd > 0;
    if one_sided { told("UTF-16，没有字节序标记") } else { None }
}

/// Rows that end in a lone carriage return: the whole file would be one row.
fn old_line_ends(bytes: &[u8]) -> Option<(Code, String)> {
    let is_sheet = bytes.starts_with(b"\xd0\xcf\x11\xe0") || bytes.starts_with(b"PK");
    let is_tree = bytes.trim_ascii_start().starts_with(b"<");
    if is_sheet || is_tree || bytes.contains(&b'\n') || !bytes.contains(&b'\r') {
        return None;
    }
    Some((Code::FileCarriageReturns, String::new()))
}

fn wide(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

#[cfg(test)]
mod tests {
    use super::refuse;
    use crate::opened::Opened;
    use crate::problem::Code;

    const ROWS: &str = "姓名,卡号,金额\r\n张测试,6228480000000000018,404.00,已销户\r\n";

    fn told(bytes: &[u8]) -> (Code, String) {
        let problem = Opened::here("回盘.xls", bytes).unwrap_err();
        (problem.code, problem.to_string())
    }

    fn utf16(mark: &[u8], bytes: impl Fn(u16) -> [u8; 2]) -> Vec<u8> {
        [mark.to_vec(), ROWS.encode_utf16().flat_map(bytes).collect()].concat()
    }

    #[test]
    fn a_text_in_utf16_is_named_with_or_without_its_mark() {
        for bytes in [
            utf16(b"\xff\xfe", u16::to_le_bytes),
            utf16(b"\xfe\xff", u16::to_be_bytes),
            utf16(b"", u16::to_le_bytes),
            utf16(b"", u16::to_be_bytes),
        ] {
            let (code, text) = told(&bytes);
            assert_eq!(code, Code::FileUtf16);
            assert!(text.contains("另存为"), "{text}");
        }
    }

    #[test]
    fn rows_that_end_in_a_lone_carriage_return_are_refused_in_words() {
        assert_eq!(told(ROWS.replace("\r\n", "\r").as_bytes()).0, Code::FileCarriageReturns);
        for good in [ROWS.to_owned(), ROWS.replace("\r\n", "\n"), ROWS.replace("\r\n", "")] {
            assert!(refuse("x", good.as_bytes()).is_ok(), "{good:?}");
        }
    }

    #[test]
    fn what_is_no_table_is_named_by_what_it_is() {
        let closed = [&b"\xd0\xcf\x11\xe0"[..], &super::wide("EncryptedPackage")].concat();
        let web = b"<meta charset=\"gbk\"><style>td {}</style><table><tr><td>1</td></tr></table>";
        let workbook = b"<?xml version=\"1.0\"?><Workbook xmlns=\"urn:schemas-microsoft-com:office:spreadsheet\"/>";
        for (bytes, code, word) in [
            (&b"%PDF-1.7 x"[..], Code::FileOtherKind, "PDF"),
            (b"\x89PNG\r\n\x1a\n", Code::FileOtherKind, "图片"),
            (b"Rar!\x1a\x07", Code::FileArchive, "RAR"),
            (b"PK\x03\x04\x14\x00\x00", Code::SheetUnreadable, "断了"),
            (&closed, Code::SheetEncrypted, "密码"),
            (web, Code::SheetUnreadable, "网页"),
            (workbook, Code::FileOtherKind, "XML电子表格"),
            (b"", Code::FileEmpty, "空"),
        ] {
            let (found, text) = told(bytes);
            assert_eq!(found, code, "{text}");
            assert!(text.contains(word), "{text}");
        }
    }
}
