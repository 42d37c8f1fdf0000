//! XML into a tree. No document type, no entities but the five of the standard: nothing outside the file is ever asked.

use std::borrow::Cow;

use memchr::{memchr_iter, memmem};
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::document::{Builder, Document, MOST_NAMES, NOWHERE, Source, build};
use crate::problem::{Code, Problem};
use crate::text::{Encoding, decode};

/// Elements stand in each other no deeper than this.
const DEEPEST: usize = 32;
/// A document has no more elements than this.
const MOST: usize = 2_000_000;
/// An element has no more attributes than this. Each is held against those before it, so that none stands there twice.
const MOST_ATTRIBUTES: usize = 256;

/// The document in a file.
pub(crate) fn read<'s>(file: &str, bytes: &'s [u8]) -> Result<Document<'s>, Problem> {
    if is_web_page(bytes) {
        let problem = Problem::of_file(Code::SheetUnreadable, file).found("网页（HTML）");
        return Err(problem.expected("xlsx、csv或文本：请在网银上另选格式下载；只有网页的，用表格软件打开，核对账号没有变成科学计数后另存为xlsx"));
    }
    let encoding = encoding_of(bytes).map_err(|other| {
        let problem = Problem::of_file(Code::XmlEncoding, file).found(other);
        problem.expected("UTF-8、GBK、GB2312或GB18030")
    })?;
    let text = decode(bytes, encoding).map_err(|wrong| {
        Problem::of_row(Code::TextUndecodable, file, wrong.row)
            .found(format!("第{}字节", wrong.offset + 1))
            .expected(format!("{}编码", encoding.word()))
    })?;
    let room = most_entries(&text);
    let bytes = match text {
        Cow::Borrowed(text) => Cow::Borrowed(text.as_bytes()),
        Cow::Owned(text) => Cow::Owned(text.into_bytes()),
    };
    build(Source { bytes, encoding: Encoding::Utf8 }, room, |document| {
        let text = std::str::from_utf8(document.source()).unwrap_or_default();
        let mut reader = Reader::from_str(text);
        parse(&mut reader, document).map_err(|why| {
            let before = text.get(..position(&reader)).unwrap_or(text);
            let row = u32::try_from(before.matches('\n').count() + 1).unwrap_or(u32::MAX);
            let column = before.rsplit('\n').next().map_or(0, |line| line.chars().count()) + 1;
            Problem::of_row(Code::XmlBroken, file, row)
                .in_column(format!("第{column}字附近"))
                .expected(why)
        })
    })
}

/// So many elements and attributes stand in the text at most, unless blanks stand about its equals signs.
fn most_entries(text: &str) -> usize {
    let count = |word| memmem::find_iter(text.as_bytes(), word).count();
    let elements = memchr_iter(b'<', text.as_bytes()).count() - count("</");
    let attributes = count("=\"") + count("='");
    // `<a/>` is the shortest of either.
    (elements.min(MOST) + attributes).min(text.len() / 4)
}

/// Behind what was read last.
fn position(reader: &Reader<&[u8]>) -> usize {
    usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX)
}

/// Some banks' `.xls` is a web page. A spreadsheet program opens it; we do not guess at its tables.
fn is_web_page(bytes: &[u8]) -> bool {
    let head = bytes.get(..bytes.len().min(4096)).unwrap_or(bytes);
    let head = String::from_utf8_lossy(head).to_ascii_lowercase();
    let mut rest = head.trim_start_matches('\u{feff}').trim_start();
    // What stands before the first element says nothing.
    while let Some(end) = [("<?", "?>"), ("<!--", "-->")]
        .iter()
        .find_map(|(begin, end)| rest.strip_prefix(begin).map(|rest| rest.split_once(end)))
    {
        rest = end.map_or("", |(_, rest)| rest.trim_start());
    }
    let name = rest.strip_prefix('<').unwrap_or_default();
    let name = name.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '!').next();
    matches!(name, Some("html" | "table" | "meta" | "head" | "body" | "style"))
        || rest.starts_with("<!doctype html")
}

/// What the declaration says; UTF-8 if it says nothing.
///
/// # Errors
/// The name of an encoding that no bank here uses.
fn encoding_of(bytes: &[u8]) -> Result<Encoding, String> {
    let head = bytes.get(..bytes.len().min(200)).unwrap_or(bytes);
    let head = String::from_utf8_lossy(head).to_ascii_lowercase();
    let declaration = head.split("?>").next().filter(|declaration| declaration.contains("<?xml"));
    let stated = declaration.and_then(|declaration| declaration.split_once("encoding"));
    let Some((_, stated)) = stated else { return Ok(Encoding::Utf8) };
    let name = stated.trim_start_matches(|letter: char| letter == '=' || letter.is_whitespace());
    let name = name.trim_start_matches(['"', '\'']).split(['"', '\'']).next().unwrap_or_default();
    match name {
        "gbk" | "gb2312" | "gb18030" | "gb-18030" | "cp936" => Ok(Encoding::Gb18030),
        "utf-8" | "utf8" | "us-ascii" | "ascii" => Ok(Encoding::Utf8),
        other => Err(other.to_owned()),
    }
}

fn parse(reader: &mut Reader<&[u8]>, document: &mut Builder<'_>) -> Result<(), String> {
    let mut count = 0_usize;
    loop {
        let at = position(reader);
        let event = reader.read_event().map_err(|why| format!("完整的XML（{why}）"))?;
        match event {
            Event::Start(element) => {
                count += 1;
                start(&element, document, count)?;
            }
            Event::Empty(element) => {
                count += 1;
                start(&element, document, count)?;
                document.end().ok_or_else(too_much)?;
            }
            Event::End(_) => document.end().ok_or("配对的结束标记")?,
            Event::Text(more) => text(document, at, &more)?,
            // Ends of lines stay as they are: no cell may hold one.
            Event::CData(more) => text(document, at + "<![CDATA[".len(), &more)?,
            Event::GeneralRef(reference) => {
                if let Ok(Some(letter)) = reference.resolve_char_ref() {
                    text(document, NOWHERE, letter.encode_utf8(&mut [0; 4]))?;
                } else {
                    let name = reference.xml10_content();
                    let known = quick_xml::escape::resolve_xml_entity(&name);
                    let known = known.ok_or_else(|| format!("没有自定义实体（{name}）"))?;
                    text(document, NOWHERE, known)?;
                }
            }
            Event::DocType(_) => return Err("没有文档类型声明（DOCTYPE）".to_owned()),
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
            Event::Eof => break,
        }
    }
    let is_whole = document.is_over();
    is_whole.then_some(()).ok_or_else(|| "每个元素都有结束标记；文件可能被截断".to_owned())
}

fn text(document: &mut Builder<'_>, at: usize, text: &str) -> Result<(), String> {
    let is_inside = document.text(at, text) || text.trim().is_empty();
    is_inside.then_some(()).ok_or_else(|| "元素之外没有文字".to_owned())
}

fn too_much() -> String {
    format!(
        "不超过{DEEPEST}层、{MOST}个元素、{MOST_NAMES}个名称，每个元素不超过{MOST_ATTRIBUTES}个属性"
    )
}

/// The `nth` element begins, from 1.
fn start(element: &BytesStart<'_>, document: &mut Builder<'_>, nth: usize) -> Result<(), String> {
    if document.depth() >= DEEPEST || nth > MOST {
        return Err(too_much());
    }
    if document.is_over() {
        return Err("只有一个文档；可能是两个文件拼在一起".to_owned());
    }
    document.start(local(element.name().as_ref())).ok_or_else(too_much)?;
    let source = document.source();
    for (before, attribute) in element.attributes().enumerate() {
        let attribute = attribute.map_err(|why| format!("完整的属性（{why}）"))?;
        if before >= MOST_ATTRIBUTES {
            return Err(too_much());
        }
        let key = attribute.key.as_ref();
        if key == "xmlns" || key.starts_with("xmlns:") || key.starts_with("xsi:") {
            continue;
        }
        let value = attribute
            .normalized_value(quick_xml::XmlVersion::Implicit1_0)
            .map_err(|why| format!("完整的属性（{why}）"))?;
        // Where the value is as it stands in the file, its place is told by its address.
        let at = value.as_ptr().addr().checked_sub(source.as_ptr().addr());
        document.attribute(local(key), at.unwrap_or(NOWHERE), &value).ok_or_else(too_much)?;
    }
    Ok(())
}

/// The name without its prefix.
fn local(name: &str) -> &str {
    name.rsplit(':').next().unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::read;
    use crate::problem::Code;

    #[test]
    fn elements_attributes_and_text_come_out_without_prefixes() {
        let node = read(
            "x",
            b"<?xml version='1.0'?><p:A xmlns:p='u' b='1 &amp; 2'><C>x&#65;y</C><D/></p:A>",
        );
        let document = node.unwrap();
        let node = document.root().unwrap();
        assert_eq!(node.name(), "A");
        let attributes: Vec<_> =
            node.attributes().map(|it| (it.name(), it.text().into_owned())).collect();
        assert_eq!(attributes, [("b", "1 & 2".to_owned())]);
        assert_eq!(node.children().next().unwrap().text(), "xAy");
    }

    #[test]
    fn a_text_in_pieces_is_put_together_with_every_blank_between_them() {
        for (text, expected) in [
            ("1&#160;234.00", "1\u{a0}234.00"),
            ("12<!--a--> <!--b-->34", "12 34"),
            ("张<![CDATA[ ]]>三", "张 三"),
            ("D20A0&#10;0000001", "D20A0\n0000001"),
            ("&amp;&#32;a", "& a"),
            ("\u{feff}12.00", "\u{feff}12.00"),
            ("<b/>one<b/>\r\n<b/>two<b/>\r\n", "one\r\ntwo"),
            (" \r\n<b/> one \r\n<b/>\r\n", "one"),
        ] {
            let source = format!("<A>{text}</A>");
            let document = read("x", source.as_bytes()).unwrap();
            assert_eq!(document.root().unwrap().text().trim(), expected, "{text}");
        }
    }

    #[test]
    fn what_a_declaration_of_gbk_says_is_how_it_is_read() {
        let text = "<?xml version=\"1.0\" encoding=\"GBK\"?><A>张</A>";
        let bytes = crate::text::encode_gb18030(text).unwrap();
        assert_eq!(read("x", &bytes).unwrap().root().unwrap().text(), "张");
        let other = b"<?xml version='1.0' encoding='Big5'?><A>1</A>";
        assert_eq!(read("x", other).unwrap_err().code, Code::XmlEncoding);
        let undeclared = crate::text::encode_gb18030("<A>张</A>").unwrap();
        assert_eq!(read("x", &undeclared).unwrap_err().code, Code::TextUndecodable);
    }

    #[test]
    fn types_entities_cut_off_files_and_two_documents_are_refused() {
        for text in [
            "<!DOCTYPE A [<!ENTITY e SYSTEM 'file:///etc/passwd'>]><A>&e;</A>",
            "<A>&e;</A>",
            "<A><B>1</B>",
            "<A><B>1</A>",
            "<A/><A/>",
            "<A b='1' b='2'/>",
            "",
        ] {
            assert_eq!(read("x", text.as_bytes()).unwrap_err().code, Code::XmlBroken, "{text}");
        }
        let page = b"<html><table><tr><td>1</td></tr></table></html>";
        assert_eq!(read("x", page).unwrap_err().code, Code::SheetUnreadable);
        let page = b"<?xml version='1.0'?><!-- export -->\r\n<!DOCTYPE HTML><html></html>";
        assert_eq!(read("x", page).unwrap_err().code, Code::SheetUnreadable);
        let document = b"<NewDataSet><Table><meta /></Table></NewDataSet>";
        assert!(read("x", document).is_ok(), "only the first element says what a file is");
        for (many, is_read) in [(super::MOST_ATTRIBUTES, true), (super::MOST_ATTRIBUTES + 1, false)]
        {
            let attributes: Vec<String> = (0..many).map(|at| format!("a{at}='1'")).collect();
            let element = format!("<A {}/>", attributes.join(" "));
            assert_eq!(read("x", element.as_bytes()).is_ok(), is_read, "{many}");
        }
        let deep = "<A>".repeat(100_000);
        assert_eq!(read("x", deep.as_bytes()).unwrap_err().code, Code::XmlBroken);
        for (many, is_read) in [(super::MOST - 1, true), (super::MOST, false)] {
            let empty = format!("<A>{}</A>", "<b/>".repeat(many));
            assert_eq!(read("x", empty.as_bytes()).is_ok(), is_read, "{many}");
        }
    }
}
