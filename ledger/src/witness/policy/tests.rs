use super::super::cosignature::WitnessSigner;
use super::{Policy, WitnessCode};
use crate::log::{KeyChain, NoteSigner, SignedNote};

fn witness(n: u8) -> WitnessSigner {
    WitnessSigner::new(&format!("witness.example/w{n}"), &[n; 32]).unwrap()
}

fn note() -> SignedNote {
    let text = "doudi.example/ledger\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n\n\u{2014} doudi.example/ledger eDA4Z28vWg==\n";
    SignedNote::parse(text.as_bytes()).unwrap()
}

fn cosigned_by(who: &[u8]) -> SignedNote {
    who.iter().fold(note(), |note, n| note.with_lines(&witness(*n).cosign(&note, 9)).unwrap())
}

fn witnesses() -> String {
    (1..=5).map(|n| format!("witness w{n} {}\n", witness(n).key())).collect::<Vec<_>>().concat()
}

#[test]
fn a_quorum_is_reached_by_enough_of_each_group_and_by_nothing_less() {
    // The shape of the example in the specification: two of three, and any of two.
    let text = format!(
        "# who looks after this log\n\n  \t# indented\nlog {} https://log.example\n{}group x 2 w1 w2 w3\n\tgroup y any w4 w5 \ngroup both all x y\nquorum both\n",
        NoteSigner::new("doudi.example/ledger", &[7; 32]).unwrap().verifier(),
        witnesses()
    );
    let policy = Policy::parse(text.as_bytes()).unwrap();
    for set in 0_u8..32 {
        let who: Vec<u8> = (1..=5).filter(|n| set & (1 << (n - 1)) != 0).collect();
        let of = |range: &[u8]| who.iter().filter(|n| range.contains(n)).count();
        let judged = policy.judge(&cosigned_by(&who)).unwrap();
        assert_eq!(judged.is_satisfied, of(&[1, 2, 3]) >= 2 && of(&[4, 5]) >= 1, "{who:?}");
        assert_eq!((judged.cosigned.len(), judged.missing.len()), (who.len(), 5 - who.len()));
    }
}

#[test]
fn one_witness_or_none_can_be_the_quorum() {
    let none = Policy::parse(b"quorum none\n").unwrap();
    assert!(!none.requires_witnesses() && none.judge(&note()).unwrap().is_satisfied);
    let one = Policy::parse(format!("{}quorum w3\n", witnesses()).as_bytes()).unwrap();
    assert!(!one.judge(&cosigned_by(&[1, 2, 4])).unwrap().is_satisfied);
    assert!(one.judge(&cosigned_by(&[3])).unwrap().is_satisfied);
}

#[test]
fn a_cosignature_that_does_not_hold_spoils_the_note_and_a_strangers_does_not() {
    let policy = Policy::parse(format!("{}quorum w1\n", witnesses()).as_bytes()).unwrap();
    let good = cosigned_by(&[1, 9]);
    assert!(policy.judge(&good).unwrap().is_satisfied);
    let elsewhere =
        SignedNote::parse(note().to_string().replace("\n0\n", "\n1\n").as_bytes()).unwrap();
    let bad = good.with_lines(&witness(2).cosign(&elsewhere, 9)).unwrap();
    assert_eq!(policy.judge(&bad).unwrap_err().code(), WitnessCode::CosignatureWrong);
}

#[test]
fn a_policy_names_this_log_or_none() {
    let key = |n| NoteSigner::new("doudi.example/ledger", &[n; 32]).unwrap().verifier().clone();
    let named = Policy::parse(format!("log {}\nquorum none\n", key(7)).as_bytes()).unwrap();
    assert!(named.accepts_log(&key(7)) && !named.accepts_log(&key(8)));
    assert!(Policy::parse(b"quorum none\n").unwrap().accepts_log(&key(8)));
}

#[test]
fn names_are_bytes_and_every_byte_counts() {
    let (k, kelvin) = ("K", "\u{212A}");
    let text = format!(
        "witness {k} {}\nwitness {kelvin} {}\nquorum {kelvin}\n",
        witness(1).key(),
        witness(2).key()
    );
    let policy = Policy::parse(text.as_bytes()).unwrap();
    assert!(!policy.judge(&cosigned_by(&[1])).unwrap().is_satisfied);
    assert!(policy.judge(&cosigned_by(&[2])).unwrap().is_satisfied);
    let mut raw = b"witness \xFF\xFE ".to_vec();
    raw.extend(format!("{}\nquorum ", witness(1).key()).bytes());
    raw.extend(b"\xFF\xFE\n");
    assert!(Policy::parse(&raw).unwrap().judge(&cosigned_by(&[1])).unwrap().is_satisfied);
}

#[test]
fn what_the_specification_forbids_is_refused() {
    let (w, log) = (witnesses(), NoteSigner::new("a", &[7; 32]).unwrap().verifier().to_string());
    let (one, renamed) = (witness(1), WitnessSigner::new("other", &[1; 32]).unwrap());
    for wrong in [
        String::new(),
        "quorum none".to_owned(),
        "quorum none\nquorum none\n".to_owned(),
        "quorum x\n".to_owned(),
        "quorum\n".to_owned(),
        "quorum none none\n".to_owned(),
        "Quorum none\n".to_owned(),
        "quorum none\r\n".to_owned(),
        "quorum none # words\n".to_owned(),
        "quorum\u{B}none\n".to_owned(),
        "quorum\u{A0}none\n".to_owned(),
        "quorum none\u{7F}\n".to_owned(),
        format!("quorum w1\n{w}"),
        format!("{w}group g any w1 w1\nquorum g\n"),
        format!("{w}group g any w1\ngroup h any w1\nquorum g\n"),
        format!("{w}group g any\nquorum g\n"),
        format!("{w}group g any none\nquorum g\n"),
        format!("{w}group g any h\ngroup h any w1\nquorum g\n"),
        format!("{w}group g any g\nquorum g\n"),
        format!("{w}group g 0 w1\nquorum g\n"),
        format!("{w}group g 3 w1 w2\nquorum g\n"),
        format!("{w}group g 01 w1\nquorum g\n"),
        format!("{w}group g +1 w1\nquorum g\n"),
        format!("{w}group g most w1\nquorum g\n"),
        format!("{w}group w1 any w2\nquorum w1\n"),
        format!("{w}group none any w2\nquorum none\n"),
        format!("witness none {}\nquorum none\n", one.key()),
        format!("witness a {}\nwitness b {}\nquorum a\n", one.key(), renamed.key()),
        format!("witness a {}\nwitness a {}\nquorum a\n", one.key(), witness(2).key()),
        format!("witness a {log}\nquorum a\n"),
        format!("log {}\nquorum none\n", one.key()),
        format!("log {log}\nlog {log}\nquorum none\n"),
        format!("log {log} http://a http://b\nquorum none\n"),
        format!("witness a {} http://a more\nquorum a\n", one.key()),
    ] {
        assert!(Policy::parse(wrong.as_bytes()).is_err(), "{wrong:?}");
    }
    assert!(Policy::parse(b"quorum \0none\n").is_err());
}

#[test]
fn thirty_two_of_each_are_taken() {
    let key = |n: u8| WitnessSigner::new("w", &[n; 32]).unwrap().key().clone();
    let log = |n: u8| NoteSigner::new("l", &[n; 32]).unwrap().verifier().clone();
    let mut text = (0..32).map(|n| format!("log {}\n", log(n + 100))).collect::<Vec<_>>().concat();
    text.extend((0..32).map(|n| format!("witness w{n} {}\n", key(n + 1))));
    text.push_str("group g0 any w0\n");
    text.extend((1..32).map(|n| format!("group g{n} all g{} w{n}\n", n - 1)));
    text.push_str("quorum g31\n");
    assert_eq!(Policy::parse(text.as_bytes()).unwrap().witnesses().len(), 32);
}

#[test]
fn of_many_cosignatures_the_newest_of_each_known_witness_is_kept() {
    let policy = Policy::parse(format!("{}quorum w1\n", witnesses()).as_bytes()).unwrap();
    let log = NoteSigner::new("doudi.example/ledger", &[7; 32]).unwrap();
    let times = [(1, 5), (1, 9), (2, 3), (1, 7), (9, 4), (2, 3)];
    let many = times.iter().fold(note(), |note, (who, time)| {
        note.with_lines(&witness(*who).cosign(&note, *time)).unwrap()
    });
    let kept = policy.pruned(&many, &KeyChain::founded_by(log.verifier()));
    assert_eq!(
        kept.to_string().matches('\u{2014}').count(),
        2,
        "the log's line is a stranger's here"
    );
    let judged = policy.judge(&kept).unwrap();
    assert_eq!(judged.cosigned, [("w1".to_owned(), 9), ("w2".to_owned(), 3)]);
}
