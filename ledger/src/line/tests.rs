//! The fast reader of lines against the definition: what any JSON reader makes of the bytes.

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;

use super::{Line, NotCanonical};

const SAMPLES: [&str; 5] = [
    r#"{"body":{"account":"00112233445566778899aabbccddeeff","amount_fen":40400,"entitlement":"00112233445566778899aabbccddeef0","parts":[{"amount_fen":40400,"label":"差额补助"}],"payee":"00112233445566778899aabbccddeef1","sources":[{"amount_fen":40400,"fund":"DB-2020"}]},"line":"roster","n":1}"#,
    r#"{"body":{"amount_fen":54800,"answered":"2020-10-10","outcome":"failed","reason":"name_mismatch","reference":"D20A00000002","row":3,"rule":"reference"},"line":"response","n":17}"#,
    r#"{"body":{"account":"00112233445566778899aabbccddeeff","bank":"农业\"银\\行","holder":"00112233445566778899aabbccddeef1","number_commit":"0011223344556677889900112233445566778899001122334455667788990011"},"line":"account","n":2}"#,
    r#"{"body":{"amount_fen":-5,"balance_fen":0,"date":"2020-10-31","fingerprint":"0011223344556677889900112233445566778899001122334455667788990011","movement":"debit:D20A0","outcome":"batch_debit","row":9},"line":"statement","n":4}"#,
    r#"{"body":{"amount_fen":9007199254740991,"outcome":"returned","reason":"closed","reference":"D20A00000002","returned":"2020-11-02","row":1},"line":"return","n":1}"#,
];

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wire<'a> {
    #[serde(borrow)]
    body: &'a RawValue,
    line: String,
    n: u32,
}

/// The definition: what any JSON reader makes of the bytes, written again, is the same bytes.
fn by_definition(bytes: &[u8]) -> Result<(u32, Line), String> {
    let wire: Wire<'_> = serde_json::from_slice(bytes).map_err(|why| why.to_string())?;
    let line = Line::from_json(&wire.line, wire.body.get())?;
    let again = line.encode(wire.n).map_err(|why| why.to_string())?;
    if again == bytes { Ok((wire.n, line)) } else { Err("another spelling".to_owned()) }
}

fn agree(bytes: &[u8]) -> bool {
    let read: Result<(u32, Line), NotCanonical> = Line::decode(bytes);
    match (read, by_definition(bytes)) {
        (Ok(read), Ok(defined)) => read == defined,
        (Err(_), Err(_)) => true,
        (Ok(_), Err(_)) | (Err(_), Ok(_)) => false,
    }
}

#[test]
fn lines_read_back_as_they_were_written() {
    for sample in SAMPLES {
        let (n, line) = Line::decode(sample.as_bytes()).unwrap();
        assert_eq!(line.encode(n).unwrap(), sample.as_bytes());
        assert!(agree(sample.as_bytes()));
    }
}

#[test]
fn every_single_changed_missing_or_added_byte_is_judged_as_the_definition_does() {
    for sample in SAMPLES {
        for at in 0..sample.len() {
            let mut shorter = sample.as_bytes().to_vec();
            shorter.remove(at);
            assert!(agree(&shorter), "{at} missing: {}", String::from_utf8_lossy(&shorter));
            for byte in
                [b'0', b'9', b'"', b'\\', b'{', b'}', b'[', b',', b' ', b'A', b'e', b'-', 0, 0xff]
            {
                let mut other = sample.as_bytes().to_vec();
                other[at] = byte;
                assert!(agree(&other), "{at}: {}", String::from_utf8_lossy(&other));
                let mut longer = sample.as_bytes().to_vec();
                longer.insert(at, byte);
                assert!(agree(&longer), "{at} added: {}", String::from_utf8_lossy(&longer));
            }
        }
    }
}

/// Where the object that opens at a brace closes. No sample has a brace in a text.
fn end_of(text: &str, open: usize) -> usize {
    let mut depth = 0;
    let closes = |(_, byte): &(usize, u8)| {
        depth += i32::from(*byte == b'{') - i32::from(*byte == b'}');
        depth == 0
    };
    text.bytes().enumerate().skip(open).find(closes).unwrap().0
}

#[test]
fn an_object_written_as_a_list_of_its_values_is_no_line_however_it_ends() {
    let mut tried = 0;
    for sample in SAMPLES {
        for (open, _) in sample.match_indices('{') {
            let close = end_of(sample, open);
            let fields: BTreeMap<String, Value> =
                serde_json::from_str(&sample[open..=close]).unwrap();
            let values: Vec<String> = fields.values().map(Value::to_string).collect();
            for (count, end) in (0..=values.len()).flat_map(|count| [(count, "]"), (count, "}")]) {
                let list = values[..count].join(",");
                let other = format!("{}[{list}{end}{}", &sample[..open], &sample[close + 1..]);
                assert!(Line::decode(other.as_bytes()).is_err(), "{other}");
                assert!(agree(other.as_bytes()), "{other}");
                tried += 1;
            }
        }
    }
    assert!(tried > 100, "{tried}");
}

proptest! {
    #[test]
    fn the_fast_reader_takes_exactly_what_the_definition_takes(
        which in 0_usize..5,
        edits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0_u8..4), 1..4),
    ) {
        let mut bytes = SAMPLES[which].as_bytes().to_vec();
        for (place, byte, how) in edits {
            let at = place.index(bytes.len());
            match how {
                0 => bytes[at] = byte,
                1 => bytes.insert(at, byte),
                2 => drop(bytes.remove(at)),
                _ => bytes[at] ^= 1 << (byte % 8),
            }
        }
        prop_assert!(agree(&bytes), "{}", String::from_utf8_lossy(&bytes));
    }
}
