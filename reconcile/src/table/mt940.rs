//! SWIFT MT940 as a tree, so that layouts name its values by paths: `MT940/25`, `MT940/60F/Amt`, and in each `MT940/61`
//! the parts of the line and the text of the `:86:` behind it.

use super::document::{Builder, Document};
use crate::problem::{Code, Problem};
use crate::text::{Encoding, decode};

/// Where the lines of a statement are.
pub(crate) const RECORDS: &str = "MT940/61";

/// True if the text is an MT940 message: it begins with `:20:`, perhaps inside block 4 of an envelope.
pub(super) fn is_one(bytes: &[u8]) -> bool {
    let head = bytes.get(..bytes.len().min(400)).unwrap_or(bytes);
    head.starts_with(b":20:") || (head.starts_with(b"{1:") && find(head, b"{4:").is_some())
}

fn find(bytes: &[u8], part: &[u8]) -> Option<usize> {
    bytes.windows(part.len()).position(|window| window == part)
}

/// A tag with its parts. Lines that follow may add to it, so it is taken into the document when the next one begins.
#[derive(Default)]
struct Node {
    name: String,
    text: String,
    children: Vec<Node>,
}

impl Node {
    fn put_into(&self, document: &mut Builder) -> Option<()> {
        document.start(&self.name)?;
        document.text(&self.text);
        for part in &self.children {
            part.put_into(document)?;
        }
        document.end()
    }
}

/// The message in a file.
pub(crate) fn read(file: &str, bytes: &[u8]) -> Result<Document, Problem> {
    let text = decode(bytes, Encoding::Utf8).or_else(|_| decode(bytes, Encoding::Gb18030));
    let text = text.map_err(|wrong| {
        Problem::of_row(Code::TextUndecodable, file, wrong.row)
            .found(format!("第{}字节", wrong.offset + 1))
            .expected("utf-8或gb18030编码")
    })?;
    let mut document = Builder::default();
    let mut last = None;
    let mut is_over = false;
    let too_long = || Problem::of_file(Code::Mt940Broken, file);
    document.start("MT940").ok_or_else(too_long)?;
    for (number, line) in super::text_rows(&text) {
        let broken =
            |found: &str| Problem::of_row(Code::Mt940Broken, file, number).found(found.to_owned());
        let line = line.trim_end();
        let line = line.rsplit_once("{4:").map_or(line, |(_, after)| after);
        if line.is_empty() {
            continue;
        }
        if is_over {
            return Err(Problem::of_row(Code::TableAfterEnd, file, number).found(line));
        }
        if line == "-" || line.starts_with("-}") {
            is_over = true;
        } else if let Some((tag, value)) = tagged(line) {
            put(&mut document, &mut last, tag, value).ok_or_else(|| broken(line))?;
        } else {
            go_on(last.as_mut(), line).ok_or_else(|| broken(line))?;
        }
    }
    if let Some(last) = last {
        last.put_into(&mut document).ok_or_else(too_long)?;
    }
    document.end().ok_or_else(too_long)?;
    document.finish().ok_or_else(too_long)
}

/// `:61:...` as tag and value.
fn tagged(line: &str) -> Option<(&str, &str)> {
    let (tag, value) = line.strip_prefix(':')?.split_once(':')?;
    let is_tag = (2..=3).contains(&tag.len())
        && tag.bytes().take(2).all(|byte| byte.is_ascii_digit())
        && tag.bytes().skip(2).all(|byte| byte.is_ascii_uppercase());
    is_tag.then_some((tag, value))
}

fn leaf(name: &str, text: &str) -> Node {
    Node { name: name.into(), text: text.into(), ..Node::default() }
}

fn put(document: &mut Builder, last: &mut Option<Node>, tag: &str, value: &str) -> Option<()> {
    let node = match tag {
        "61" => Node { name: tag.into(), children: entry(value)?, ..Node::default() },
        "60F" | "60M" | "62F" | "62M" | "64" | "65" => {
            Node { name: tag.into(), children: balance(value)?, ..Node::default() }
        }
        // The text behind an entry belongs to it; behind the closing balance it speaks of the whole message.
        "86" => match last.as_mut().filter(|node| node.name == "61") {
            Some(entry) if entry.children.iter().all(|part| part.name != "86") => {
                entry.children.push(leaf(tag, value));
                return Some(());
            }
            Some(_) => return None,
            None => leaf(tag, value),
        },
        _ => leaf(tag, value),
    };
    match last.replace(node) {
        Some(before) => before.put_into(document),
        None => Some(()),
    }
}

/// A line without a tag goes on with the one before: more of an `:86:`, or what supplements a `:61:`.
fn go_on(last: Option<&mut Node>, line: &str) -> Option<()> {
    let last = last?;
    if last.name != "61" {
        let is_text = last.children.is_empty();
        last.text.push_str(line);
        return is_text.then_some(());
    }
    let supplements = last.children.iter().any(|part| part.name == "Supplement");
    match last.children.last_mut() {
        Some(text) if text.name == "86" => text.text.push_str(line),
        Some(_) if !supplements => last.children.push(leaf("Supplement", line)),
        Some(_) | None => return None,
    }
    Some(())
}

/// `C240110CNY13504,00`
fn balance(value: &str) -> Option<Vec<Node>> {
    let (sense, rest) = value.split_at_checked(1)?;
    let (date, rest) = rest.split_at_checked(6)?;
    let (currency, amount) = rest.split_at_checked(3)?;
    let is_currency = currency == "CNY" || currency == "RMB";
    let fits = matches!(sense, "C" | "D") && is_currency;
    fits.then_some(())?;
    Some(vec![leaf("Sense", sense), leaf("Date", &century(date)?), leaf("Amt", &point(amount)?)])
}

/// `2401150115RD3504,00NTRFDB2401000001//BANKREF`
fn entry(value: &str) -> Option<Vec<Node>> {
    let (date, rest) = value.split_at_checked(6)?;
    let posted = rest.split_at_checked(4).filter(|(day, _)| all_digits(day));
    let rest = posted.map_or(rest, |(_, rest)| rest);
    let (sense, rest) = match rest.as_bytes() {
        [b'R', b'C' | b'D', ..] => rest.split_at_checked(2)?,
        [b'C' | b'D', ..] => rest.split_at_checked(1)?,
        _ => return None,
    };
    // The third letter of the currency may stand here.
    let rest = rest.strip_prefix(|letter: char| letter.is_ascii_uppercase()).unwrap_or(rest);
    let end = rest.find(|letter: char| !letter.is_ascii_digit() && letter != ',')?;
    let (amount, rest) = rest.split_at_checked(end)?;
    let (kind, rest) = rest.split_at_checked(4)?;
    let (ours, theirs) = rest.split_once("//").unwrap_or((rest, ""));
    // RC takes a credit back and RD a debit: in our books each is the other side's opposite, in red.
    let amount = point(amount)?;
    let (side, amount) = match sense {
        "RC" => ("C", format!("-{amount}")),
        "RD" => ("D", format!("-{amount}")),
        other => (other, amount),
    };
    Some(vec![
        leaf("Date", &century(date)?),
        leaf("Sense", side),
        leaf("Amt", &amount),
        leaf("Kind", kind),
        leaf("Ours", if ours == "NONREF" { "" } else { ours }),
        leaf("Bank", theirs),
    ])
}

fn all_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// `240110` is in this century.
fn century(date: &str) -> Option<String> {
    all_digits(date).then(|| format!("20{date}"))
}

/// The decimal comma, which must be there, as a point; `13504,` has no decimals.
fn point(amount: &str) -> Option<String> {
    let (yuan, decimals) = amount.split_once(',')?;
    let whole = all_digits(yuan) && decimals.bytes().all(|byte| byte.is_ascii_digit());
    whole.then(|| if decimals.is_empty() { yuan.to_owned() } else { format!("{yuan}.{decimals}") })
}

#[cfg(test)]
mod tests {
    use super::{balance, entry, read};

    fn texts(nodes: &[super::Node]) -> Vec<&str> {
        nodes.iter().map(|node| node.text.as_str()).collect()
    }

    #[test]
    fn an_entry_is_taken_apart_as_swift_puts_it_together() {
        let parts = entry("2401150115D3504,00NTRFDB2401000001//20240115001").unwrap();
        assert_eq!(
            texts(&parts),
            ["20240115", "D", "3504.00", "NTRF", "DB2401000001", "20240115001"]
        );
        let red = entry("240115RC12,5NMSCNONREF").unwrap();
        assert_eq!(texts(&red), ["20240115", "C", "-12.5", "NMSC", "", ""]);
        for wrong in ["2401150115X3504,00NTRF1", "2401D1,00NTRF1", "240115D1.00NTRF1", ""] {
            assert!(entry(wrong).is_none(), "{wrong}");
        }
    }

    #[test]
    fn a_balance_is_in_our_currency_or_refused() {
        assert_eq!(texts(&balance("C240110CNY13504,00").unwrap()), ["C", "20240110", "13504.00"]);
        assert!(balance("C240110USD13504,00").is_none());
    }

    #[test]
    fn text_behind_an_entry_belongs_to_it() {
        let text = ":20:X\r\n:25:14\r\n:60F:C240110CNY1,00\r\n:61:240115D1,00NTRFA\r\n:86:批量\r\n代发\r\n\
                    :62F:C240115CNY0,00\r\n-\r\n";
        let message = read("x", text.as_bytes()).unwrap();
        let root = message.root().unwrap();
        let entry = root.children().find(|node| node.name() == "61").unwrap();
        assert_eq!(entry.children().last().unwrap().text(), "批量代发");
        assert!(read("x", format!("{text}:20:Y\r\n").as_bytes()).is_err());
    }
}
