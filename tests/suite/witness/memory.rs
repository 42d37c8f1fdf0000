//! What a witness signed it never forgets: killed, damaged, moved, or used by two at once.

use std::sync::mpsc;

use super::history::History;
use super::station::{Station, code_of, post, run, text};

#[test]
fn killed_between_requests_it_remembers_what_it_signed() {
    let station = Station::of_histories();
    let (a, b) = (History::of("a", 12), History::of("b", 12));
    let mut old = 0;
    for size in 3..=12 {
        let serving = station.serve();
        let answered = serving.post(&a.request(old, size));
        station.assert_cosigned(&answered.body, &a, size);
        serving.kill();
        let again = station.serve();
        assert_eq!(again.post(&b.request(old, size)).body, format!("{size}\n"));
        assert_eq!(again.post(&b.request(size, size)).status, 409);
        again.kill();
        old = size;
    }
}

#[test]
fn killed_amid_requests_it_remembers_everything_that_left_it() {
    let station = Station::of_histories();
    let (a, mut known) = (History::of("a", 60), 0);
    for kill_after in [1, 3, 2, 5, 4] {
        let mut serving = station.serve();
        let (url, (signed, heard)) = (serving.url.clone(), mpsc::channel());
        let last = std::thread::scope(|scope| {
            let a = &a;
            let client = scope.spawn(move || {
                let mut last = known;
                // Until the witness is gone.
                while last < 60 {
                    let Ok(answered) = post(&url, &a.request(last, last + 1)) else { break };
                    assert_eq!(answered.status, 200, "{answered:?}");
                    last += 1;
                    let _ = signed.send(last);
                }
                last
            });
            heard.iter().take(kill_after).for_each(drop);
            serving.kill_now();
            client.join().unwrap()
        });
        drop(serving);
        let serving = station.serve();
        // From nothing is a conflict by now, whatever it remembers; the answer says what.
        let remembers: u64 = serving.post(&a.request(0, 60)).body.trim_end().parse().unwrap();
        // One more may have been written whose signature did not get through.
        assert!((last..=last + 1).contains(&remembers), "signed {last}, remembers {remembers}");
        known = remembers;
    }
    assert!(known > 0);
}

#[test]
fn a_damaged_or_missing_state_refuses_to_start_and_says_so() {
    let station = Station::of_histories();
    let history = History::of("a", 5);
    station.serve().post(&history.request(0, 5));
    let state = station.dir().join("state");
    let good = std::fs::read(&state).unwrap();
    let start =
        || run(&["witness", "serve", "--dir", text(&station.dir()), "--listen", "127.0.0.1:0"]);
    for at in [0, good.len() / 2, good.len() - 1] {
        let mut damaged = good.clone();
        damaged[at] ^= 1;
        std::fs::write(&state, damaged).unwrap();
        let ended = start();
        assert_eq!(
            (ended.code, code_of(&ended).as_str()),
            (Some(1), "witness.state_damaged"),
            "{at}"
        );
    }
    std::fs::write(&state, "").unwrap();
    assert_eq!(code_of(&start()), "witness.state_damaged");
    std::fs::remove_file(&state).unwrap();
    assert_eq!(code_of(&start()), "witness.state_missing");
    let again = run(&["witness", "keygen", "--dir", text(&station.dir()), "--name", "w1"]);
    assert_eq!(again.code, Some(2), "an old witness is not made anew: {again:?}");
    std::fs::write(&state, good).unwrap();
    assert_eq!(station.serve().post(&history.request(5, 5)).status, 200);
}

#[test]
fn two_programs_do_not_share_a_witness() {
    let station = Station::of_histories();
    let serving = station.serve();
    let file = station.dir().join("request");
    std::fs::write(&file, History::of("a", 5).request(0, 5)).unwrap();
    let sign = || run(&["witness", "sign", text(&file), "--dir", text(&station.dir())]);
    let ended = sign();
    assert_eq!((ended.code, code_of(&ended).as_str()), (Some(3), "witness.busy"));
    serving.kill();
    assert_eq!(sign().code, Some(0));
}

#[test]
fn a_state_that_cannot_be_written_ends_all_signing() {
    let station = Station::of_histories();
    let history = History::of("a", 9);
    let serving = station.serve();
    assert_eq!(serving.post(&history.request(0, 5)).status, 200);
    // The file is first written beside its place; a folder stands there now.
    let beside = station.dir().join("state.new");
    std::fs::create_dir(&beside).unwrap();
    let failed = serving.post(&history.request(5, 9));
    assert_eq!(failed.status, 500, "{failed:?}");
    std::fs::remove_dir(&beside).unwrap();
    assert_eq!(
        serving.post(&history.request(5, 9)).status,
        500,
        "poisoned until it is started again"
    );
    serving.kill();
    assert_eq!(station.serve().post(&history.request(5, 9)).status, 200);
}

#[test]
fn by_file_it_is_the_same_witness_with_the_same_answers() {
    let station = Station::of_histories();
    let (a, b) = (History::of("a", 9), History::of("b", 9));
    let file = station.dir().join("request");
    let sign = |request: &str| {
        std::fs::write(&file, request).unwrap();
        run(&["witness", "sign", text(&file), "--dir", text(&station.dir())])
    };
    let signed = sign(&a.request(0, 5));
    assert_eq!(signed.code, Some(0), "{signed:?}");
    let note = std::fs::read_to_string(signed.json()["file"].as_str().unwrap()).unwrap();
    let line = note.strip_prefix(&a.note(5).to_string()).unwrap();
    station.assert_cosigned(line, &a, 5);
    for (request, code) in [
        ("old 0\n".to_owned(), "witness.request_malformed"),
        (a.request(0, 9), "witness.conflict"),
        (b.request(5, 5), "witness.forked"),
        (a.request(5, 9).replace("\n9\n", "\n8\n"), "witness.not_signed"),
        (a.request(5, 9).replace("doudi.example", "other.example"), "witness.origin_unknown"),
    ] {
        let ended = sign(&request);
        assert_eq!((ended.code, code_of(&ended).as_str()), (Some(1), code), "{ended:?}");
    }
    let said = sign(&a.request(0, 9)).out;
    assert!(said.contains("--old 5"), "{said}");
    // The same state over HTTP.
    assert_eq!(station.serve().post(&a.request(5, 9)).status, 200);
    let gone = run(&["witness", "sign", "/nonexistent", "--dir", text(&station.dir())]);
    assert_eq!(gone.code, Some(3));
}
