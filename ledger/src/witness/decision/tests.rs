use super::super::fork::ForkCertificate;
use super::{AddCheckpoint, KnownLogs, Refused, WitnessCode, WitnessState, decide};
use crate::log::{Log, NoteSigner, Record, SignedNote};

fn signer() -> NoteSigner {
    NoteSigner::new("doudi.example/ledger", &[7; 32]).unwrap()
}

fn logs() -> KnownLogs {
    KnownLogs::new(vec![signer().verifier().clone()])
}

/// A real log whose entries from the third on carry a name.
struct History {
    _dir: tempfile::TempDir,
    log: Log,
    name: &'static str,
}

impl History {
    fn new(name: &'static str) -> History {
        let dir = tempfile::tempdir().unwrap();
        let log = Log::open(dir.path(), signer().verifier()).unwrap();
        History { _dir: dir, log, name }
    }

    fn grow_to(&mut self, size: u64) -> SignedNote {
        for n in self.log.head().size..size {
            let entry = if n < 2 { format!("{n}") } else { format!("{}{n}", self.name) };
            let record = Record { bytes: entry.as_bytes(), id: None };
            self.log.append(&self.log.head(), &[record]).unwrap();
        }
        self.log.checkpoint(&signer()).unwrap()
    }

    fn request(&self, old: u64) -> String {
        let (note, head) = self.log.reader().newest().unwrap();
        let proof = self.log.reader().consistency_proof(old, head.size).unwrap().unwrap();
        AddCheckpoint { old, proof, note }.to_string()
    }
}

/// The state after a request that is accepted.
fn after(state: &WitnessState, request: &str) -> WitnessState {
    let accepted = decide(state, &logs(), request.as_bytes()).unwrap();
    assert!(accepted.is_new);
    state.with(&accepted.checkpoint, &accepted.note)
}

fn refused(state: &WitnessState, request: &str) -> Refused {
    *decide(state, &logs(), request.as_bytes()).unwrap_err()
}

#[test]
fn an_honest_log_is_cosigned_from_any_size_to_any_larger_one() {
    for old in [1, 4, 5, 7] {
        for new in [old, 7, 8, 11] {
            let mut history = History::new("a");
            history.grow_to(old);
            let state = after(&WitnessState::default(), &history.request(0));
            history.grow_to(new);
            let accepted = decide(&state, &logs(), history.request(old).as_bytes()).unwrap();
            assert_eq!((accepted.checkpoint.head.size, accepted.is_new), (new, new > old));
        }
    }
}

#[test]
fn each_case_has_the_status_of_the_specification() {
    let mut history = History::new("a");
    history.grow_to(5);
    let first = history.request(0);
    let state = after(&WitnessState::default(), &first);
    history.grow_to(8);
    let status = |request: &str| {
        let refused = refused(&state, request);
        (refused.status, refused.size, refused.why.code())
    };
    let good = history.request(5);
    let stranger = NoteSigner::new("doudi.example/ledger", &[8; 32]).unwrap();
    assert_eq!(status("old"), (400, None, WitnessCode::RequestMalformed));
    assert_eq!(
        status(&good.replace("old 5", "old 9")),
        (400, None, WitnessCode::RequestMalformed),
        "above the checkpoint's size"
    );
    let elsewhere = good.replace("doudi.example/ledger", "doudi.example/other");
    assert_eq!(status(&elsewhere), (404, None, WitnessCode::OriginUnknown));
    let forged = good.replace("\n8\n", "\n9\n");
    assert_eq!(status(&forged), (403, None, WitnessCode::NotSigned));
    let other_key = KnownLogs::new(vec![stranger.verifier().clone()]);
    assert_eq!(decide(&state, &other_key, good.as_bytes()).unwrap_err().status, 403);
    for old in [0, 4, 6, 8] {
        assert_eq!(status(&history.request(old)), (409, Some(5), WitnessCode::Conflict), "{old}");
    }
    let longer = good.replacen("\n\n", "\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n\n", 1);
    assert_eq!(status(&longer), (422, None, WitnessCode::Inconsistent));
    let fresh = WitnessState::default();
    let proof_from_nothing =
        first.replacen("\n\n", "\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n\n", 1);
    assert_eq!(refused(&fresh, &proof_from_nothing).status, 422);
    assert!(decide(&state, &logs(), good.as_bytes()).is_ok());
}

#[test]
fn one_size_with_two_roots_is_409_and_a_fork_whatever_old_size_is_claimed() {
    let (mut a, mut b) = (History::new("a"), History::new("b"));
    a.grow_to(5);
    b.grow_to(5);
    let state = after(&WitnessState::default(), &a.request(0));
    for old in [0, 3, 5] {
        let refused = refused(&state, &b.request(old));
        assert_eq!((refused.status, refused.size), (409, Some(5)), "{old}");
        assert_eq!(refused.why.code(), WitnessCode::Forked);
        assert!(matches!(refused.fork, Some(ForkCertificate::SameSize { .. })));
    }
}

#[test]
fn a_rewritten_history_is_422_and_proved_where_its_own_proof_convicts_it() {
    for old in 3..9 {
        let (mut a, mut b) = (History::new("a"), History::new("b"));
        a.grow_to(old);
        b.grow_to(11);
        let state = after(&WitnessState::default(), &a.request(0));
        let refused = refused(&state, &b.request(old));
        assert_eq!((refused.status, refused.size), (422, None), "{old}");
        assert_eq!(refused.signed_origin.as_deref(), Some("doudi.example/ledger"));
        // A request from a power of two leaves out the one hash that would convict.
        assert_eq!(refused.fork.is_some(), !old.is_power_of_two(), "{old}");
    }
}

#[test]
fn rubbish_sent_by_a_stranger_accuses_nobody() {
    let mut history = History::new("a");
    history.grow_to(5);
    let state = after(&WitnessState::default(), &history.request(0));
    history.grow_to(11);
    let good = history.request(5);
    let hash = good.lines().nth(1).unwrap().to_owned();
    let rubbish = good.replace(&hash, "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
    let refused = refused(&state, &rubbish);
    assert_eq!((refused.status, refused.fork), (422, None));
}

#[test]
fn a_log_key_being_changed_is_taken_with_either_key() {
    let mut history = History::new("a");
    history.grow_to(5);
    let next = NoteSigner::new("doudi.example/ledger", &[9; 32]).unwrap();
    let both = KnownLogs::new(vec![next.verifier().clone(), signer().verifier().clone()]);
    assert!(decide(&WitnessState::default(), &both, history.request(0).as_bytes()).is_ok());
}
