//! A text read stretch by stretch says what it says as a whole.

use super::{Body, Rows};
use crate::cells::read_rows;
use crate::opened::Opened;
use crate::problem::Problem;
use crate::problems::Problems;
use crate::profile::{Field, Layout, Position, Profile, Role, Totals};
use crate::response::{Given, body_problems, too_many};
use crate::text::{Encoding, decode, encode_gb18030};
use crate::totals;

/// Thirty thousand rows, some of them damaged in every way that a row of text can be.
fn long_reply() -> Vec<u8> {
    let mut text =
        String::from("批量代发结果\r\n姓名,卡号,应处理金额,备注,实处理金额,处理标志\r\n");
    for n in 1..30_000_u32 {
        let row = match n % 4_999 {
            7 => format!("张测试,62284800000000{n:05},404.00,,404.00"),
            8 => String::new(),
            9 => format!("\"张,测\",62284800000000{n:05},404.00,\"a\"\"b\",404.00,全部成功"),
            10 => "\"张测试,1,404.00,,404.00,全部成功".to_owned(),
            11 => "张测\u{7}试,1,404.00,,404.00,全部成功".to_owned(),
            12 => ",,,,,".to_owned(),
            _ => format!("倈测试,62284800000000{n:05}, 404.00 ,D20A0{n:07},404.00,全部成功"),
        };
        text.push_str(&row);
        text.push_str(if n % 3 == 0 { "\n" } else { "\r\n" });
    }
    text.push_str(",,,,,\r\n\r\n  \r\n");
    encode_gb18030(&text).unwrap()
}

fn built_in(id: &str) -> Layout {
    let profiles = Profile::built_in();
    let profile = profiles.iter().find(|profile| profile.id == id).unwrap();
    profile.layout("reply").unwrap().clone()
}

fn layout() -> Layout {
    Layout { skip_rows: 0, ..built_in("icbc-batch") }
}

/// A case file whose middle row stands there thirty thousand times, damaged here and there.
fn long_case(file: &str) -> Vec<u8> {
    let cases = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/data/bank-files/");
    let bytes = std::fs::read(format!("{cases}{file}")).unwrap();
    let rows: Vec<&[u8]> = bytes.split_inclusive(|byte| *byte == b'\n').collect();
    let mut long = rows[0].to_vec();
    for n in 1..30_000_u32 {
        match n % 4_999 {
            7 => long.extend_from_slice(&rows[1][2..]),
            8 => long.extend_from_slice(b"\r\n"),
            9 => {
                long.extend(rows[1].iter().map(|byte| if *byte == b'0' { b'O' } else { *byte }));
            }
            10 => long.extend_from_slice(b"X,\xba\xcf\r\n"),
            _ => long.extend_from_slice(rows[1]),
        }
    }
    long.extend(rows[2..].concat());
    long
}

/// Every row as its number and its texts, and every problem.
fn seen(layout: &Layout, body: &Body<'_>) -> (Vec<(u32, Vec<String>)>, Vec<Problem>) {
    let mut problems = Problems::default();
    let roles = [Role::Name, Role::Account, Role::Amount, Role::Reference, Role::Status];
    let rows = read_rows("回盘.csv", layout, body, &mut problems, |row| {
        let texts = roles.map(|role| row.text(role).unwrap_or_default().to_owned());
        Some((row.number(), texts.to_vec()))
    });
    (rows.into_vec(), problems.into_told("回盘.csv"))
}

/// Read stretch by stretch and as a whole, a text says the same.
fn the_two_ways_agree(layout: &Layout, bytes: &[u8]) {
    let opened = Opened::here("回盘.csv", bytes).unwrap();
    let mut long = opened.long_body(layout).unwrap().expect("the text is long and sure to be read");
    let mut whole = opened.whole_body(layout).unwrap();
    assert!(matches!(whole.rows, Rows::Table(_)));
    assert_eq!(long.preamble, whole.preamble);
    let mut problems = (Problems::default(), Problems::default());
    let totals = totals::take("回盘.csv", layout, &mut long, &mut problems.0);
    assert_eq!(totals, totals::take("回盘.csv", layout, &mut whole, &mut problems.1));
    assert_eq!(problems.0, problems.1);
    assert_eq!(long.count(), whole.count());
    let problems = |body: &Body<'_>| {
        let mut problems = Problems::default();
        let layout = Layout { max_rows: Some(20_000), ..layout.clone() };
        body_problems("回盘.csv", &layout, body, &Given::default(), &mut problems);
        too_many("回盘.csv", &layout, body, &mut problems);
        problems.into_told("回盘.csv")
    };
    assert_eq!(problems(&long), problems(&whole));
    let (one, other) = (seen(layout, &long), seen(layout, &whole));
    assert!(one.1.len() > 10, "the damage is there");
    assert!(one == other, "the two ways differ");
}

#[test]
fn a_long_text_read_stretch_by_stretch_says_what_it_says_as_a_whole() {
    the_two_ways_agree(&layout(), &long_reply());
}

#[test]
fn so_does_a_long_text_without_a_heading_and_one_in_fixed_columns_with_totals_behind() {
    the_two_ways_agree(&built_in("ccb-pipe"), &long_case("ccb-pipe/good.txt"));
    the_two_ways_agree(&built_in("fixed-fen"), &long_case("fixed-fen/good.rsp"));
    let mut two_trailers = long_case("gbk-pair/good.rtn");
    the_two_ways_agree(&built_in("gbk-pair"), &two_trailers);
    two_trailers.extend_from_within(two_trailers.len() - 400..);
    the_two_ways_agree(&built_in("gbk-pair"), &two_trailers);
}

#[test]
fn so_does_one_whose_totals_have_their_namesake_above_the_heading() {
    let field = |role| Field { role, ..Field::default() };
    let fields = vec![field(Role::Constant), field(Role::Count), field(Role::Total)];
    let marker = Some("合计".to_owned());
    let totals = Some(Totals { position: Position::Last, marker, fields });
    let layout = Layout { totals, ..layout() };
    let reply = decode(&long_reply(), Encoding::Gb18030).unwrap().into_owned();
    let (_, lines) = reply.split_once('\n').unwrap();
    let lines = lines.trim_end_matches(['\r', '\n', ' ', ',']);
    let text = format!("合计,1,1.00\r\n{lines}\r\n\r\n合计,1,1.00\r\n多一行\r\n");
    the_two_ways_agree(&layout, &encode_gb18030(&text).unwrap());
}

#[test]
fn where_no_heading_says_the_encoding_the_whole_of_a_long_text_does() {
    let bytes = long_case("ccb-pipe/good.txt");
    for encodings in [[Encoding::Gb18030, Encoding::Utf8], [Encoding::Utf8, Encoding::Gb18030]] {
        let layout = Layout { encodings: encodings.to_vec(), ..built_in("ccb-pipe") };
        the_two_ways_agree(&layout, &bytes);
    }
    // Of a text that is of neither, nothing but that is told.
    let layout =
        Layout { encodings: vec![Encoding::Utf8, Encoding::Gb18030], ..built_in("ccb-pipe") };
    let broken = [bytes.as_slice(), b"\xff\xff"].concat();
    assert!(Opened::here("回盘.txt", &broken).unwrap().long_body(&layout).unwrap().is_none());
}

#[test]
fn a_byte_that_cannot_be_read_is_told_at_its_row_of_the_whole_file() {
    let (mut bytes, layout) = (long_reply(), layout());
    let at = bytes.len() - 200;
    bytes[at] = 0xff;
    let row = bytes[..at].split(|byte| *byte == b'\n').count();
    let opened = Opened::here("回盘.csv", &bytes).unwrap();
    let (_, problems) = seen(&layout, &opened.long_body(&layout).unwrap().unwrap());
    let told = problems.iter().find(|problem| problem.code.word() == "text.undecodable");
    assert_eq!(told.unwrap().row.map(u64::from), Some(row as u64));
}
