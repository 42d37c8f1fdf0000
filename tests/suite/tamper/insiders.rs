//! Insiders who hold the log key, but nobody's signing key: the log is rebuilt whole around what they changed,
//! so that only signatures, each person's chain, manifests and what signers had seen can tell.

use ledger::act::signed::SignedAct;
use tests::forge::Forger;
use tests::village::{ORIGIN, Village, release};

use super::scene::{Row, Scene, Who, village};

const fn row(what: &'static str, code: &'static str, forge: fn(&mut Scene) -> Option<u64>) -> Row {
    Row { what, who: Who::LogKey, code, forge }
}

const fn kept(what: &'static str, code: &'static str, forge: fn(&mut Scene) -> Option<u64>) -> Row {
    Row { what, who: Who::LogKeyAgainstKept, code, forge }
}

pub const ROWS: &[Row] = &[
    row("抽走一个动作", "actor.act_missing", drop_an_act),
    row("抽走别人已经见过的动作", "actor.seen_wrong", drop_what_others_saw),
    row("同一动作记两遍", "actor.act_repeated", repeat_an_act),
    row("调换同一人的两个动作", "actor.out_of_order", swap_of_one_person),
    kept("调换不同人、尚无人见过的两个动作", "checkpoint.forked", swap_of_two_persons),
    row("动作里改一个数字", "key.signature_wrong", edit_an_act),
    row("动作里加一个空格", "act.malformed", respell_an_act),
    row("同一内容由另一把密钥重签", "key.signed_by_another", resign_an_act),
    row("调换两个动作的签名", "key.signature_swapped", swap_signatures),
    row("清单里改一行的金额", "manifest.root_wrong", edit_a_line),
    row("抽走最后一份清单的最后一行", "manifest.mismatch", drop_the_last_line),
    row("清单之外多一行", "manifest.stray_line", stray_line),
    kept("截去尾部并重签存证头", "checkpoint.rolled_back", cut_the_tail),
    kept("整个目录连同 last-signed 换回旧版", "checkpoint.rolled_back", older_folder),
    row("抽走建账动作", "ledger.not_founded", drop_the_founding),
    row("再建一次账", "ledger.already_founded", found_again),
    row("搬来另一本台账的动作", "key.unknown", replay_of_strangers),
    row("搬来同一人在另一本台账上的动作", "key.signature_wrong", replay_of_one_person),
    row("把同一人的两段历史拼在一起", "actor.chain_forked", splice_two_histories),
    row("冒用台账名称和日志公钥，换掉全部历史", "trust.mismatch", another_history),
];

fn rebuild(scene: &Scene, change: impl FnOnce(&mut Forger) -> u64) -> Option<u64> {
    let mut forger = scene.forger();
    let at = change(&mut forger);
    forger.rebuild(&scene.dir);
    Some(at)
}

/// Entry numbers of the bookkeeper's acts in the quiet minute.
fn quiet(forger: &Forger, nth: usize) -> usize {
    forger.find("fund.released", 2 + nth)
}

fn drop_an_act(scene: &mut Scene) -> Option<u64> {
    rebuild(scene, |forger| {
        let (at, next) = (quiet(forger, 1), quiet(forger, 2));
        forger.entries.remove(at);
        next as u64 - 1
    })
}

/// The confirmation is its signer's only act: no chain misses it, but the next signer had seen it.
fn drop_what_others_saw(scene: &mut Scene) -> Option<u64> {
    rebuild(scene, |forger| {
        let at = forger.find("entitlements.confirmed", 0);
        forger.entries.remove(at);
        at as u64
    })
}

fn repeat_an_act(scene: &mut Scene) -> Option<u64> {
    rebuild(scene, |forger| {
        let again = forger.entries[quiet(forger, 1)].clone();
        forger.entries.push(again);
        forger.entries.len() as u64 - 1
    })
}

fn swap_of_one_person(scene: &mut Scene) -> Option<u64> {
    rebuild(scene, |forger| {
        let (one, other) = (quiet(forger, 1), quiet(forger, 2));
        forger.entries.swap(one, other);
        one as u64
    })
}

fn swap_of_two_persons(scene: &mut Scene) -> Option<u64> {
    rebuild(scene, |forger| {
        let one = quiet(forger, 1);
        forger.entries.swap(one, one + 1);
        one as u64
    });
    None
}

fn replaced(entry: &[u8], from: &str, to: &str) -> Vec<u8> {
    let text = std::str::from_utf8(entry).unwrap();
    assert!(text.contains(from), "{from} is not in {text}");
    text.replacen(from, to, 1).into_bytes()
}

fn edit_an_act(scene: &mut Scene) -> Option<u64> {
    rebuild(scene, |forger| {
        let at = forger.find("fund.released", 0);
        forger.entries[at] =
            replaced(&forger.entries[at], "\"amount_fen\":1500000", "\"amount_fen\":1500001");
        at as u64
    })
}

fn respell_an_act(scene: &mut Scene) -> Option<u64> {
    rebuild(scene, |forger| {
        let at = forger.find("fund.released", 0);
        forger.entries[at] =
            replaced(&forger.entries[at], "\"amount_fen\":1500000", "\"amount_fen\": 1500000");
        at as u64
    })
}

fn resign_an_act(scene: &mut Scene) -> Option<u64> {
    rebuild(scene, |forger| {
        let at = quiet(forger, 1);
        let act = forger.act(at).act().clone();
        let thief = village().key("社会救助股股长");
        forger.entries[at] = SignedAct::sign(act, ORIGIN, thief).unwrap().entry().to_vec();
        at as u64
    })
}

/// The bytes of one act with the signature of another.
fn with_signature_of(act: &[u8], signature: &[u8]) -> Vec<u8> {
    const AFTER_ACT: usize = 98;
    [&act[..act.len() - AFTER_ACT], &signature[signature.len() - AFTER_ACT..]].concat()
}

fn swap_signatures(scene: &mut Scene) -> Option<u64> {
    rebuild(scene, |forger| {
        let (at, later) = (quiet(forger, 1), quiet(forger, 2));
        let (one, other) = (forger.entries[at].clone(), forger.entries[later].clone());
        forger.entries[at] = with_signature_of(&one, &other);
        forger.entries[later] = with_signature_of(&other, &one);
        at as u64
    })
}

fn edit_a_line(scene: &mut Scene) -> Option<u64> {
    rebuild(scene, |forger| {
        let at = forger.find("roster.drawn", 0);
        forger.entries[at + 5] =
            replaced(&forger.entries[at + 5], "\"amount_fen\":54810", "\"amount_fen\":99999");
        at as u64
    })
}

fn drop_the_last_line(scene: &mut Scene) -> Option<u64> {
    rebuild(scene, |forger| {
        // Nothing stands after the manifest, so that no act is taken for its line.
        forger.entries.pop();
        forger.entries.pop();
        forger.find("roster.drawn", 1) as u64
    })
}

fn stray_line(scene: &mut Scene) -> Option<u64> {
    rebuild(scene, |forger| {
        let last = forger.entries[forger.entries.len() - 2].clone();
        forger.entries.push(replaced(&last, "\"n\":24}", "\"n\":25}"));
        forger.entries.len() as u64 - 1
    })
}

fn cut_the_tail(scene: &mut Scene) -> Option<u64> {
    rebuild(scene, |forger| {
        let at = quiet(forger, 2);
        forger.entries.truncate(at);
        at as u64
    })
}

/// A month later the office puts back a copy of the whole folder from before the quiet minute.
fn older_folder(scene: &mut Scene) -> Option<u64> {
    rebuild(scene, |forger| {
        let at = forger.find("key.revoked", 0) + 1;
        forger.entries.truncate(at);
        at as u64
    })
}

fn drop_the_founding(scene: &mut Scene) -> Option<u64> {
    rebuild(scene, |forger| {
        forger.entries.remove(0);
        0
    })
}

fn found_again(scene: &mut Scene) -> Option<u64> {
    rebuild(scene, |forger| {
        let founding = forger.entries[0].clone();
        forger.entries.push(founding);
        forger.entries.len() as u64 - 1
    })
}

/// The bookkeeper's first act of the quiet minute, on another ledger.
fn replay_from(scene: &Scene, origin: &str, seed: u8) -> Option<u64> {
    let other = Village::played(&scene.beside("other"), origin, seed);
    let stranger = Forger::of(other.dir());
    let act = stranger.entries[quiet(&stranger, 0)].clone();
    rebuild(scene, |forger| {
        forger.entries.push(act);
        forger.entries.len() as u64 - 1
    })
}

fn replay_of_strangers(scene: &mut Scene) -> Option<u64> {
    replay_from(scene, "other.example/doudi", 2)
}

fn replay_of_one_person(scene: &mut Scene) -> Option<u64> {
    replay_from(scene, "other.example/doudi", 1)
}

/// The bookkeeper signed one thing where the office looked, two others where the inspectors looked.
fn splice_two_histories(scene: &mut Scene) -> Option<u64> {
    let mut other = scene.forger();
    other.append(village().key("会计"), release(7, "2020-11-07"));
    other.append(village().key("会计"), release(8, "2020-11-07"));
    let second = other.entries.pop().unwrap();
    rebuild(scene, |forger| {
        forger.append(village().key("会计"), release(6, "2020-11-07"));
        forger.entries.push(second);
        forger.entries.len() as u64 - 1
    })
}

fn another_history(scene: &mut Scene) -> Option<u64> {
    let other = Village::played(&scene.beside("other"), ORIGIN, 2);
    let entries = Forger::of(other.dir()).entries;
    rebuild(scene, |forger| {
        forger.entries = entries;
        0
    });
    None
}
