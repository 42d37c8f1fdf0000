//! Every status of tlog-witness over HTTP, many requests at once, and other people's code on the cosignatures.

use std::collections::BTreeMap;
use std::sync::Mutex;

use ed25519_dalek::{Signature, VerifyingKey};
use ledger::witness::WitnessKey;
use signed_note::{Note, StandardVerifier, Verifier, VerifierList};

use super::history::{History, log_key};
use super::station::{Station, post};

const PLAIN: &str = "text/plain; charset=utf-8";

#[test]
fn each_case_gets_its_status_and_its_body() {
    let station = Station::of_histories();
    let serving = station.serve();
    let (a, b) = (History::of("a", 12), History::of("b", 12));
    let ask = |request: &str| {
        let answered = serving.post(request);
        (answered.status, answered.content_type, answered.body)
    };
    let refused = |request: &str, status: u16| {
        let (found, content_type, body) = ask(request);
        assert_eq!((found, content_type.as_str()), (status, PLAIN), "{body}");
        assert!(body.starts_with("witness."), "{body}");
    };
    let conflict = |request: &str, size: &str| {
        assert_eq!(ask(request), (409, "text/x.tlog.size".to_owned(), size.to_owned()));
    };
    conflict(&a.request(3, 5), "0\n");
    refused("old 0\n", 400);
    refused(&a.request(0, 5).replace("old 0", "old 6"), 400);
    refused(&a.request(0, 5).replace("doudi.example", "other.example"), 404);
    refused(&a.request(0, 5).replace("\n5\n", "\n6\n"), 403);
    for (old, new) in [(0, 5), (5, 5), (5, 9), (9, 9)] {
        let (status, _, body) = ask(&a.request(old, new));
        assert_eq!(status, 200, "{body}");
        assert!(body.starts_with('\u{2014}') && body.ends_with('\n') && body.lines().count() == 1);
        station.assert_cosigned(&body, &a, new);
    }
    conflict(&a.request(0, 12), "9\n");
    conflict(&a.request(5, 5), "9\n");
    conflict(&b.request(9, 9), "9\n");
    refused(&b.request(9, 12), 422);
    refused(
        &a.request(9, 12).replacen("\n\n", "\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n", 1),
        422,
    );
    assert_eq!(serving.post(&"x".repeat(200 << 10)).status, 413);
    let get = ureq::get(format!("{}/add-checkpoint", serving.url)).call();
    assert!(matches!(get, Err(ureq::Error::StatusCode(405))), "{get:?}");
    let elsewhere = ureq::get(format!("{}/checkpoint", serving.url)).call();
    assert!(matches!(elsewhere, Err(ureq::Error::StatusCode(404))), "{elsewhere:?}");
    assert_eq!(ask(&a.request(9, 12)).0, 200);
}

/// What a thread got signed: sizes with their roots, in its own order.
type Got = Vec<(u64, String)>;

#[test]
fn of_many_requests_at_once_no_size_gets_two_roots_and_none_gets_smaller() {
    const SIZE: u64 = 48;
    let station = Station::of_histories();
    let serving = station.serve();
    let histories = [History::of("a", 48), History::of("b", 48)];
    let all: Mutex<Vec<Got>> = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for thread in 0..12_u64 {
            let (histories, serving, all) = (&histories, &serving, &all);
            scope.spawn(move || {
                let (mut known, mut got) = (0, Got::new());
                for round in 0..40_u64 {
                    // Rising, falling and conflicting, each thread in another order.
                    let history = &histories[usize::from((thread + round) % 3 == 0)];
                    let new = match round % 4 {
                        3 => (known / 2).max(1),
                        _ => (known + 1 + thread % 2).min(SIZE),
                    };
                    let old = if known <= new { known } else { 0 };
                    let answered = post(&serving.url, &history.request(old, new)).unwrap();
                    match answered.status {
                        200 => {
                            let root = history.note(new).text().lines().nth(2).unwrap().to_owned();
                            known = new;
                            got.push((new, root));
                        }
                        409 => known = answered.body.trim_end().parse().unwrap(),
                        status => assert_eq!(status, 422, "{}", answered.body),
                    }
                }
                all.lock().unwrap().push(got);
            });
        }
    });
    let all = all.into_inner().unwrap();
    let mut roots: BTreeMap<u64, &str> = BTreeMap::new();
    for (size, root) in all.iter().flatten() {
        assert_eq!(*roots.entry(*size).or_insert(root), root, "two roots were signed for {size}");
    }
    for got in &all {
        assert!(got.is_sorted_by_key(|(size, _)| *size), "smaller after larger: {got:?}");
    }
    println!("{} cosignatures over {} sizes", all.iter().flatten().count(), roots.len());
    assert!(roots.len() > 3, "{roots:?}");
}

/// `cosignature/v1` as its specification says, written against other people's note reader.
struct Foreign {
    name: String,
    public: [u8; 32],
}

impl Foreign {
    fn of(key: &WitnessKey) -> Foreign {
        Foreign { name: key.name().to_owned(), public: *key.public() }
    }
}

impl Verifier for Foreign {
    fn name(&self) -> &str {
        &self.name
    }

    fn key_id(&self) -> u32 {
        signed_note::key_id(&self.name, &[&[4], self.public.as_slice()].concat())
    }

    fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
        let Some((time, signature)) = signature.split_first_chunk::<8>() else { return false };
        let time = u64::from_be_bytes(*time);
        let signed = [format!("cosignature/v1\ntime {time}\n").as_bytes(), message].concat();
        let key = VerifyingKey::from_bytes(&self.public).unwrap();
        Signature::from_slice(signature)
            .is_ok_and(|signature| key.verify_strict(&signed, &signature).is_ok())
    }
}

#[test]
fn another_note_reader_accepts_the_log_and_its_witness_together() {
    let station = Station::of_histories();
    let history = History::of("a", 5);
    let answered = station.serve().post(&history.request(0, 5));
    let cosigned = history.note(5).with_lines(&answered.body).unwrap().to_string();
    let known = || {
        let log = StandardVerifier::new(&log_key().verifier().to_string()).unwrap();
        VerifierList::new(vec![Box::new(log), Box::new(Foreign::of(&station.key))])
    };
    let note = Note::from_bytes(cosigned.as_bytes()).unwrap();
    let (verified, unverified) = note.verify(&known()).unwrap();
    assert_eq!((verified.len(), unverified.len()), (2, 0));
    let changed = cosigned.replace("\n5\n", "\n6\n");
    assert!(Note::from_bytes(changed.as_bytes()).unwrap().verify(&known()).is_err());
    let checkpoint = tlog_tiles::Checkpoint::from_bytes(note.text()).unwrap();
    assert_eq!((checkpoint.origin(), checkpoint.size()), (super::history::ORIGIN, 5));
}
