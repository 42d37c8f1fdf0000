//! What was done to a record that does not hold. The verdict is fixed before this is asked: here it only gets a closer
//! code, by looking at the rest of the log, so that dropped, repeated, reordered and re-signed acts can be told apart.

use super::Divergence;
use crate::act::signed::SignedAct;
use crate::books::Books;
use crate::ids::{ActId, Seq};
use crate::log::EntrySource;
use crate::rejection::Rejection;

/// A signature is its last 98 bytes' business: `,"sig":"` + 88 characters + `"}` (docs/format/log.md §1).
const AFTER_ACT: usize = 98;

/// Why an act is not its signer's own in its place.
pub(super) fn of_signer(
    source: &dyn EntrySource,
    books: &Books,
    (at, signed): (Seq, &SignedAct),
    why: &Rejection,
) -> Divergence {
    let closer = if let Rejection::ChainBroken { expected_seq, found_seq } = why {
        Some(of_chain(source, books, (at, signed), (*expected_seq, *found_seq)))
    } else if matches!(why, Rejection::SignatureWrong {}) {
        of_signature(source, books, (at, signed))
    } else {
        None
    };
    closer.unwrap_or_else(|| Divergence::law(at, why))
}

/// The signer's chain does not go on here: repeated, out of order, missing, or another history's.
fn of_chain(
    source: &dyn EntrySource,
    books: &Books,
    (at, signed): (Seq, &SignedAct),
    (expected, found): (u64, u64),
) -> Divergence {
    let origin = &books.origin;
    let is = |id: ActId| move |other: &SignedAct| other.id(origin) == id;
    if let Some(first) = first_act(source, &is(signed.id(origin))).filter(|first| *first < at) {
        let text = format!("这一动作已在第{first}条入账，同一动作记了两次");
        return Divergence::at(at, "actor.act_repeated", text);
    }
    if found <= expected {
        let text = format!(
            "签名人在此所接的不是其在本台账中的前一动作（序号应为{expected}，现为{found}）：同一人的两段历史被拼在一起"
        );
        return Divergence::at(at, "actor.chain_forked", text);
    }
    if let Some(later) = first_act(source, &is(signed.act().prev)) {
        let text = format!("签名人的前一动作排在其后（第{later}条）：记录被调换次序");
        return Divergence::at(at, "actor.out_of_order", text);
    }
    let text = format!("签名人的动作序号应为{expected}，现为{found}：其间的动作被抽走");
    Divergence::at(at, "actor.act_missing", text)
}

/// The signature is not the key's over this act: is it another key's, or of another act?
fn of_signature(
    source: &dyn EntrySource,
    books: &Books,
    (at, signed): (Seq, &SignedAct),
) -> Option<Divergence> {
    let keys = &books.offices.keys;
    let thief = keys.iter().find(|(_, known)| signed.is_signed_by(&books.origin, &known.public));
    if let Some((key, _)) = thief {
        let text = format!("动作写明由密钥{}签署，签名却出自密钥{key}", signed.act().key);
        return Some(Divergence::at(at, "key.signed_by_another", text));
    }
    let (_, signature) = signed.entry().split_at_checked(signed.entry().len() - AFTER_ACT)?;
    let belongs = |other: &SignedAct| {
        let Some((act, _)) = other.entry().split_at_checked(other.entry().len() - AFTER_ACT) else {
            return false;
        };
        let key = keys.get(&other.act().key);
        SignedAct::decode([act, signature].concat())
            .is_ok_and(|both| key.is_some_and(|key| both.is_signed_by(&books.origin, &key.public)))
    };
    let owner = first_act(source, &belongs)?;
    let text = format!("这里的签名属于第{owner}条的动作：签名被调换");
    Some(Divergence::at(at, "key.signature_swapped", text))
}

/// What of a manifest differs from its lines, which have its root or have not.
pub(super) fn of_lines(at: Seq, has_root: bool, why: &Rejection) -> Divergence {
    if !matches!(why, Rejection::ManifestMismatch { .. }) {
        return Divergence::law(at, why);
    }
    let code = if has_root { "manifest.total_wrong" } else { "manifest.root_wrong" };
    Divergence::at(at, code, why.to_string())
}

/// The first act in the whole log that `is` the one looked for. What cannot be read is not it.
fn first_act(source: &dyn EntrySource, is: &dyn Fn(&SignedAct) -> bool) -> Option<Seq> {
    let entries = source.entries().map_while(Result::ok);
    let mut acts =
        entries.filter_map(|(seq, bytes)| SignedAct::decode(bytes).ok().map(|act| (seq, act)));
    acts.find(|(_, act)| is(act)).map(|(seq, _)| seq)
}
