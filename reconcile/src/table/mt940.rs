//! SWIFT MT940 as a tree, so that layouts name its values by paths: `MT940/25`, `MT940/60F/Amt`, and in each `MT940/61`
//! the parts of the line and the text of the `:86:` behind it, which are taken apart when the line is read.

use std::borrow::Cow;
use std::ops::Range;

use ledger::period::Date;
use memchr::memmem;

use super::document::{Builder, Document, Element, NOWHERE, Source, build};
use crate::problem::{Code, Problem};
use crate::text::{BYTE_ORDER_MARK, Encoding, all_of, decode_part};

/// Where the lines of a statement are.
pub(crate) const RECORDS: &str = "MT940/61";

/// True if the text is an MT940 message: it begins with `:20:`, perhaps inside block 4 of an envelope.
pub(super) fn is_one(bytes: &[u8]) -> bool {
    let head = bytes.get(..bytes.len().min(400)).unwrap_or(bytes);
    head.starts_with(b":20:") || (head.starts_with(b"{1:") && memmem::find(head, b"{4:").is_some())
}

/// What a line of a message goes on with.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Open {
    /// Nothing: a balance, or nothing yet.
    Nothing,
    /// The text of a tag.
    Text,
    /// An entry, of which so much is there.
    Entry(Part),
}

/// How far an entry has come.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    /// Its own line.
    Line,
    /// The line that supplements it.
    Supplement,
    /// Its `:86:`, which may have several lines.
    Text,
}

impl Part {
    /// The part that this line of the entry belongs to, and what it adds; `None` if it is of no entry.
    fn then(self, line: &str) -> Option<(Part, &str)> {
        match (self, tagged(line)) {
            (Part::Line | Part::Supplement, Some(("86", text))) => Some((Part::Text, text)),
            (Part::Line, None) => Some((Part::Supplement, line)),
            (Part::Text, None) => Some((Part::Text, line)),
            (_, _) => None,
        }
    }
}

/// The message in a file. There are many entries, so they are only looked at, and stay as they are: see [`parts`].
pub(crate) fn read<'s>(file: &str, bytes: &'s [u8]) -> Result<Document<'s>, Problem> {
    let mark = if bytes.starts_with(BYTE_ORDER_MARK) { BYTE_ORDER_MARK.len() } else { 0 };
    let is_utf8 = mark > 0 || all_of(bytes, Encoding::Utf8);
    let encoding = if is_utf8 { Encoding::Utf8 } else { Encoding::Gb18030 };
    build(Source { bytes: bytes.into(), encoding }, most_entries(bytes), |document| {
        let too_long = || Problem::of_file(Code::Mt940Broken, file);
        let mut message = Message { document, open: Open::Nothing };
        message.document.start("MT940").ok_or_else(too_long)?;
        let mut begin = mark;
        let mut is_over = false;
        let rows = bytes.get(mark..).unwrap_or_default().split_inclusive(|byte| *byte == b'\n');
        for (number, row) in (1..).zip(rows) {
            let at = begin;
            begin += row.len();
            let row = decode_part(row, encoding).map_err(|wrong| {
                Problem::of_row(Code::TextUndecodable, file, number)
                    .found(format!("第{}字节", at + wrong.offset + 1))
                    .expected("utf-8或gb18030编码")
            })?;
            let is_first = message.document.depth() == 1;
            let line = if is_first { without_envelope(&row) } else { row.trim_end() };
            if line.is_empty() {
                continue;
            }
            if is_over {
                return Err(Problem::of_row(Code::TableAfterEnd, file, number).found(line));
            }
            if line == "-" || line.starts_with("-}") {
                is_over = true;
            } else {
                let broken = || Problem::of_row(Code::Mt940Broken, file, number).found(line);
                message.take(line, at..begin).ok_or_else(broken)?;
            }
        }
        message.end_of_tag().ok_or_else(too_long)?;
        message.document.end().ok_or_else(too_long)
    })
}

/// So many elements the message has at most: itself and its first tag, one for each tag behind, and three more in each balance.
fn most_entries(bytes: &[u8]) -> usize {
    let count = |word| memmem::find_iter(bytes, word).count();
    let balances = count("\n:6") - count("\n:61:");
    2 + count("\n:") + 3 * balances
}

/// The line in which the message begins, without what stands around the message.
fn without_envelope(line: &str) -> &str {
    let line = line.trim_end();
    let inside = line.rsplit_once("{4:").filter(|_| line.starts_with('{'));
    inside.map_or(line, |(_, inside)| inside)
}

/// A message line by line.
struct Message<'b, 's> {
    document: &'b mut Builder<'s>,
    open: Open,
}

impl Message<'_, '_> {
    /// A line that stands in those bytes, its end among them. `None` if it is none of a message.
    fn take(&mut self, line: &str, place: Range<usize>) -> Option<()> {
        if let Open::Entry(part) = self.open
            && let Some((part, _)) = part.then(line)
        {
            self.document.stretch_to(place.end);
            self.open = Open::Entry(part);
            return Some(());
        }
        let Some((tag, value)) = tagged(line) else {
            let goes_on = self.open == Open::Text && self.document.text(NOWHERE, line);
            return goes_on.then_some(());
        };
        let was_entry = matches!(self.open, Open::Entry(_));
        self.end_of_tag()?;
        self.document.start(tag)?;
        self.open = match tag {
            "61" => {
                of_line(value)?;
                self.document.stretch(place.start, place.end);
                Open::Entry(Part::Line)
            }
            "60F" | "60M" | "62F" | "62M" | "64" | "65" => {
                for (name, text) in balance(value)? {
                    self.document.leaf(name, &text)?;
                }
                Open::Nothing
            }
            // An entry has one such text.
            "86" if was_entry => return None,
            // Behind a balance it speaks of the whole message.
            _ => {
                self.document.text(NOWHERE, value);
                Open::Text
            }
        };
        Some(())
    }

    /// The tag ends, if there is one.
    fn end_of_tag(&mut self) -> Option<()> {
        if self.document.depth() > 1 { self.document.end() } else { Some(()) }
    }
}

/// The parts of an entry by their names, the text of its `:86:` among them; `None` if it is none.
pub(super) fn parts(entry: Element<'_>) -> Option<Vec<(&'static str, String)>> {
    let text = entry.text();
    let mut lines = text.lines().map(str::trim_end).filter(|line| !line.is_empty());
    let (_, value) = tagged(without_envelope(lines.next()?))?;
    let mut parts: Vec<_> =
        of_line(value)?.into_iter().map(|(name, text)| (name, text.into_owned())).collect();
    let mut part = Part::Line;
    for line in lines {
        let (next, text) = part.then(line)?;
        match parts.last_mut().filter(|_| next == part) {
            Some((_, known)) => known.push_str(text),
            None if next == Part::Text => parts.push(("86", text.to_owned())),
            None => parts.push(("Supplement", text.to_owned())),
        }
        part = next;
    }
    Some(parts)
}

/// A part of a tag with its name.
type Named<'d> = (&'static str, Cow<'d, str>);

/// `:61:...` as tag and value.
fn tagged(line: &str) -> Option<(&str, &str)> {
    let (tag, value) = line.strip_prefix(':')?.split_once(':')?;
    let is_tag = (2..=3).contains(&tag.len())
        && tag.bytes().take(2).all(|byte| byte.is_ascii_digit())
        && tag.bytes().skip(2).all(|byte| byte.is_ascii_uppercase());
    is_tag.then_some((tag, value))
}

/// `C240110CNY13504,00`
fn balance(value: &str) -> Option<[Named<'_>; 3]> {
    let (sense, rest) = value.split_at_checked(1)?;
    let (date, rest) = rest.split_at_checked(6)?;
    let (currency, amount) = rest.split_at_checked(3)?;
    let is_currency = currency == "CNY" || currency == "RMB";
    let fits = matches!(sense, "C" | "D") && is_currency;
    fits.then_some(())?;
    Some([("Sense", sense.into()), ("Date", century(date)?.into()), ("Amt", point(amount)?.into())])
}

/// `2401150115RD3504,00NTRFDB2401000001//BANKREF`
fn of_line(value: &str) -> Option<[Named<'_>; 6]> {
    let (value_date, rest) = value.split_at_checked(6)?;
    let booked = rest.split_at_checked(4).filter(|(day, _)| all_digits(day));
    let rest = booked.map_or(rest, |(_, rest)| rest);
    let value_date = century(value_date)?;
    let date = booked.map_or_else(|| value_date.clone(), |(day, _)| nearest(&value_date, day));
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
    Some([
        ("Date", date.into()),
        ("Sense", side.into()),
        ("Amt", amount.into()),
        ("Kind", kind.into()),
        ("Ours", if ours == "NONREF" { "" } else { ours }.into()),
        ("Bank", theirs.into()),
    ])
}

fn all_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// `240110` is in this century.
fn century(date: &str) -> Option<String> {
    all_digits(date).then(|| format!("20{date}"))
}

/// The day on which the bank booked, of which the message gives month and day: in the year in which it is nearest to the value
/// date. A day that there is not is given in the value date's year, and refused where the date is read.
fn nearest(value_date: &str, day: &str) -> String {
    let year = value_date.get(..4).unwrap_or_default();
    let Some(valued) = Date::from_compact(value_date) else { return format!("{year}{day}") };
    let number: i32 = year.parse().unwrap_or_default();
    let years = [number, number - 1, number + 1].map(|year| format!("{year:04}{day}"));
    let there = years.iter().filter_map(|text| Some((Date::from_compact(text)?, text)));
    let nearest = there.min_by_key(|(date, _)| date.days_since(valued).abs());
    nearest.map_or_else(|| format!("{year}{day}"), |(_, text)| text.clone())
}

/// The decimal comma, which must be there, as a point; `13504,` has no decimals.
fn point(amount: &str) -> Option<String> {
    let (yuan, decimals) = amount.split_once(',')?;
    let whole = all_digits(yuan) && decimals.bytes().all(|byte| byte.is_ascii_digit());
    whole.then(|| if decimals.is_empty() { yuan.to_owned() } else { format!("{yuan}.{decimals}") })
}

#[cfg(test)]
mod tests {
    use super::{Named, balance, of_line, parts, read};
    use crate::problem::Code;

    fn texts<'d>(parts: &'d [Named<'_>]) -> Vec<&'d str> {
        parts.iter().map(|(_, text)| text.as_ref()).collect()
    }

    #[test]
    fn an_entry_is_taken_apart_as_swift_puts_it_together() {
        let parts = of_line("2401150115D3504,00NTRFDB2401000001//20240115001").unwrap();
        assert_eq!(
            texts(&parts),
            ["20240115", "D", "3504.00", "NTRF", "DB2401000001", "20240115001"]
        );
        let red = of_line("240115RC12,5NMSCNONREF").unwrap();
        assert_eq!(texts(&red), ["20240115", "C", "-12.5", "NMSC", "", ""]);
        for (line, date) in [
            ("2401150116D1,NTRFA", "20240116"),
            ("2101041231D1,NTRFA", "20201231"),
            ("2012310104D1,NTRFA", "20210104"),
            ("2402280229D1,NTRFA", "20240229"),
            ("2302280229D1,NTRFA", "20240229"),
            ("2012091309D1,NTRFA", "20201309"),
        ] {
            assert_eq!(texts(&of_line(line).unwrap())[0], date, "{line}");
        }
        for wrong in ["2401150115X3504,00NTRF1", "2401D1,00NTRF1", "240115D1.00NTRF1", ""] {
            assert!(of_line(wrong).is_none(), "{wrong}");
        }
    }

    #[test]
    fn a_balance_is_in_our_currency_or_refused() {
        assert_eq!(texts(&balance("C240110CNY13504,00").unwrap()), ["C", "20240110", "13504.00"]);
        assert!(balance("C240110USD13504,00").is_none());
    }

    const HEAD: &str = ":20:X\r\n:25:14\r\n:60F:C240110CNY1,00\r\n";
    const END: &str = ":62F:C240115CNY0,00\r\n-\r\n";

    /// What the first entry has behind the parts of its own line.
    fn behind(bytes: &[u8]) -> Vec<(&'static str, String)> {
        let message = read("x", bytes).unwrap();
        let root = message.root().unwrap();
        let entry = root.children().find(|node| node.name() == "61").unwrap();
        parts(entry).unwrap().split_off(6)
    }

    #[test]
    fn text_behind_an_entry_belongs_to_it_in_whatever_lines_it_comes() {
        for (lines, expected) in [
            ("", &[][..]),
            (":86:批量\r\n代发\r\n", &[("86", "批量代发")]),
            ("补充\r\n:86:一\r\n二\r\n三\r\n", &[("Supplement", "补充"), ("86", "一二三")]),
            ("\r\n:86:一\n\r\n二　\r\n", &[("86", "一二")]),
            (":86:a{4:b\r\n{4:c\r\n", &[("86", "a{4:b{4:c")]),
            (":86:\r\n张\r\n", &[("86", "张")]),
        ] {
            let text = format!("{HEAD}:61:240115D1,00NTRFA\r\n{lines}{END}");
            let expected: Vec<_> =
                expected.iter().map(|(name, text)| (*name, (*text).to_owned())).collect();
            assert_eq!(behind(text.as_bytes()), expected, "{lines}");
            assert_eq!(behind(&crate::text::encode_gb18030(&text).unwrap()), expected, "{lines}");
            assert_eq!(behind(format!("\u{feff}{text}").as_bytes()), expected, "{lines}");
        }
        for lines in ["补充\r\n又\r\n", ":86:一\r\n:86:二\r\n", "\u{feff}:86:一\r\n二\r\n"] {
            let text = format!("{HEAD}:61:240115D1,00NTRFA\r\n{lines}{END}");
            assert_eq!(read("x", text.as_bytes()).unwrap_err().code, Code::Mt940Broken, "{lines}");
        }
        let text = format!("{HEAD}{END}");
        assert!(read("x", format!("{text}:20:Y\r\n").as_bytes()).is_err());
    }

    #[test]
    fn an_envelope_may_stand_before_any_first_tag() {
        assert_eq!(behind(b"{1:F01}{4::61:240115D1,00NTRFA\n:86:b\n-}"), [("86", "b".to_owned())]);
    }

    #[test]
    fn a_byte_order_mark_rules_out_gb18030_and_a_broken_byte_is_told_at_its_place() {
        let marked = [b"\xef\xbb\xbf:20:X\n:86:".as_slice(), b"\xd5\xc5\n"].concat();
        let problem = read("x", &marked).unwrap_err();
        assert_eq!((problem.code, problem.row), (Code::TextUndecodable, Some(2)));
        assert_eq!(problem.found, "第14字节");
    }
}
