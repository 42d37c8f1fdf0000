//! The one writer under many callers: everybody gets their own answer, nothing is lost, and it ends with words.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::channel;
use std::time::Duration;

use api::writer::{Handle, Options, Writer, block_on};
use ledger::act::signed::SignedAct;
use ledger::act::{Act, Body, Seen};
use ledger::ids::{ActId, Seq};
use ledger::log::{EntrySource as _, NoteSigner};
use serde_json::json;
use tests::given::disk::{empty_engine, on_disk, staff_with_workers};
use tests::given::{County, ORIGIN, TIME, cast, given};

const CALLERS: usize = 64;
const ACTS: usize = 12;

fn county() -> County {
    let mut county = given("funded");
    staff_with_workers(&mut county, CALLERS);
    county
}

/// The acts of one person, each after the one before.
fn chain(caller: usize, count: usize) -> Vec<SignedAct> {
    let name = format!("worker{caller}");
    let mut prev = ActId::ZERO;
    let mut acts = Vec::new();
    for n in 1..=count {
        let body = json!({
            "amount_fen": 60_000 + n, "area": "990101", "basis": "清政发〔2020〕9号", "category": name,
            "from": "2020-09", "rule": "ceiling", "scheme": "DB",
        });
        let act = Act {
            body: Body::from_json("standard.set", &body.to_string()).unwrap(),
            key: cast::record_of(&name).key_id().unwrap(),
            prev,
            seen: Seen::nothing(),
            seq: n as u64,
            time: TIME.to_owned(),
        };
        let signed = SignedAct::sign(act, ORIGIN, &cast::key_of(&name)).unwrap();
        prev = signed.id(ORIGIN);
        acts.push(signed);
    }
    acts
}

/// Hands in until there is room; counts how often there was none.
fn insist(handle: &Handle, signed: &SignedAct, busy: &AtomicUsize) -> ledger::engine::Receipt {
    loop {
        match handle.submit(signed.clone(), Vec::new()) {
            Ok(receipt) => return receipt,
            Err(failure) => {
                assert_eq!(failure.code(), "log.busy", "{failure}");
                busy.fetch_add(1, Ordering::Relaxed);
                std::thread::yield_now();
            }
        }
    }
}

#[test]
fn sixty_four_callers_are_answered_each_with_their_own_and_a_full_queue_loses_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let county = county();
    let engine = on_disk(&county, dir.path());
    let base = engine.head().size;
    let options =
        Options { queue: 4, checkpoint_every: Duration::from_millis(20), ..Options::default() };
    let writer = Writer::start(engine, County::log_signer(), options).unwrap();
    let (handle, busy) = (writer.handle(), AtomicUsize::new(0));
    let (release, held) = channel::<()>();
    let seqs: Vec<Vec<Seq>> = std::thread::scope(|scope| {
        // The writer is kept from its work until so many were turned away.
        let holder = handle.clone();
        let (reached, holding) = channel::<()>();
        scope.spawn(move || {
            holder
                .ask(move |_| {
                    reached.send(()).unwrap();
                    held.recv().unwrap();
                })
                .unwrap();
        });
        holding.recv().unwrap();
        let call = |caller| {
            let (handle, busy) = (handle.clone(), &busy);
            scope.spawn(move || {
                let acts = chain(caller, ACTS);
                let first: Vec<Seq> =
                    acts.iter().map(|act| insist(&handle, act, busy).seq).collect();
                let again: Vec<_> = acts.iter().map(|act| insist(&handle, act, busy)).collect();
                assert!(again.iter().all(|receipt| receipt.is_repeat));
                assert_eq!(again.iter().map(|receipt| receipt.seq).collect::<Vec<_>>(), first);
                first
            })
        };
        let callers: Vec<_> = (0..CALLERS).map(call).collect();
        while busy.load(Ordering::Relaxed) < CALLERS - options.queue {
            std::thread::yield_now();
        }
        release.send(()).unwrap();
        callers.into_iter().map(|caller| caller.join().unwrap()).collect()
    });
    assert!(seqs.iter().all(|seqs| seqs.is_sorted()), "a person's acts stand in their order");
    let mut all: Vec<u64> = seqs.into_iter().flatten().map(|seq| seq.0).collect();
    all.sort_unstable();
    let size = base + (CALLERS * ACTS) as u64;
    assert_eq!(all, (base..size).collect::<Vec<_>>());
    // A checkpoint over all of it comes by itself.
    let mut checkpoints = handle.checkpoints();
    while handle.reader().size() < size {
        checkpoints.wait().unwrap();
    }
    writer.stop().unwrap();
    assert_eq!(handle.submit(chain(0, 1).remove(0), Vec::new()).unwrap_err().code(), "log.stopped");
    // Whoever can read the log keeps its store open.
    drop(handle);
    let engine = empty_engine(dir.path());
    assert_eq!((engine.head().size, engine.seen().size), (size, size));
    engine.log().full_read().unwrap();
}

#[test]
fn a_stop_signs_what_is_new_and_followers_get_the_newest_once() {
    let dir = tempfile::tempdir().unwrap();
    let mut county = given("funded");
    staff_with_workers(&mut county, 1);
    let engine = on_disk(&county, dir.path());
    let size = engine.head().size;
    // Never by time.
    let options = Options { checkpoint_every: Duration::from_hours(1), ..Options::default() };
    let writer = Writer::start(engine, County::log_signer(), options).unwrap();
    let handle = writer.handle();
    let (mut quick, mut slow) = (handle.checkpoints(), handle.checkpoints());
    let first = handle.checkpoint().unwrap();
    assert_eq!(quick.wait().unwrap(), first);
    assert!(quick.wait_for(Duration::ZERO).is_none() && !quick.is_closed());
    for act in chain(0, 3) {
        handle.submit(act, Vec::new()).unwrap();
    }
    let height = handle.ask(|engine| engine.books().height).unwrap();
    assert_eq!((height, handle.reader().size()), (size + 3, size));
    writer.stop().unwrap();
    let last = slow.wait().unwrap();
    assert_eq!(last.verify(County::log_signer().verifier()).unwrap().size(), size + 3);
    assert_eq!((quick.wait(), slow.wait()), (Some(last), None));
}

#[test]
fn a_writer_that_failed_says_so_to_everybody_and_writes_nothing_more() {
    let dir = tempfile::tempdir().unwrap();
    let mut county = given("funded");
    staff_with_workers(&mut county, 1);
    let engine = on_disk(&county, dir.path());
    // Its checkpoints cannot be signed: the key is not this log's.
    let other = NoteSigner::new(ORIGIN, &[9; 32]).unwrap();
    let options = Options { checkpoint_every: Duration::from_hours(1), ..Options::default() };
    let writer = Writer::start(engine, other, options).unwrap();
    let handle = writer.handle();
    let acts = chain(0, 2);
    let accepted = handle.submit(acts[0].clone(), Vec::new()).unwrap();
    assert_eq!(handle.checkpoint().unwrap_err().code(), "log.wrong_signer");
    let mut checkpoints = handle.checkpoints();
    assert!(checkpoints.wait().is_none() && checkpoints.is_closed());
    assert_eq!(writer.stop().unwrap_err().code(), "log.wrong_signer");
    assert_eq!(handle.submit(acts[1].clone(), Vec::new()).unwrap_err().code(), "log.poisoned");
    assert_eq!(handle.ask(|_| ()).unwrap_err().code(), "log.poisoned");
    drop(handle);
    let engine = empty_engine(dir.path());
    assert_eq!(engine.log().size(), accepted.seq.0 + 1);
}

#[test]
fn one_thread_queues_for_many_and_who_lets_go_of_the_answer_loses_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let county = county();
    let engine = on_disk(&county, dir.path());
    let base = engine.head().size;
    let writer = Writer::start(engine, County::log_signer(), Options::default()).unwrap();
    let handle = writer.handle();
    let acts: Vec<_> = (0..CALLERS).map(|caller| chain(caller, 1).remove(0)).collect();
    let mut places = Vec::new();
    let mut queued = Vec::new();
    for (caller, act) in acts.iter().enumerate() {
        let answer = handle.queue(act.clone()).unwrap();
        // Every other caller goes away.
        if caller % 2 == 0 {
            queued.push((act, answer));
        }
    }
    for (act, answer) in queued {
        let receipt = block_on(answer).unwrap();
        assert_eq!((receipt.id, receipt.is_repeat), (act.id(ORIGIN), false));
        places.push(receipt.seq.0);
    }
    for act in acts.iter().skip(1).step_by(2) {
        let receipt = handle.submit(act.clone(), Vec::new()).unwrap();
        assert!(receipt.is_repeat, "it is in the books all the same");
        places.push(receipt.seq.0);
    }
    places.sort_unstable();
    assert_eq!(places, (base..base + CALLERS as u64).collect::<Vec<_>>());
    // A refusal comes as the answer; what waits when the writer is stopped is answered first.
    let refused = handle.queue(chain(0, 3).remove(2)).unwrap();
    assert_eq!(block_on(refused).unwrap_err().code(), "actor.chain_broken");
    let last = handle.queue(chain(1, 2).remove(1)).unwrap();
    writer.stop().unwrap();
    assert_eq!(block_on(last).unwrap().seq.0, base + CALLERS as u64);
    assert_eq!(handle.queue(chain(2, 2).remove(1)).err().unwrap().code(), "log.stopped");
}
