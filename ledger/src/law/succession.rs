//! Keys over a lifetime (docs/format/log.md §4 and §7): a person's key and the log's key are replaced with overlap,
//! and what a key in doubt had signed is reconfirmed or disowned by who may say so.

use std::collections::BTreeSet;

use ed25519_dalek::VerifyingKey;

use super::vouching::{admissible, countersigners};
use crate::act::Body;
use crate::act::endorsing::Endorsed;
use crate::act::offices::{ActsAnswered, KeyRotated, LogKeyAnnounced, LogKeyRetired, Side};
use crate::act::signed::Vouching;
use crate::books::doubts::{Doubt, Standing};
use crate::books::log_keys::LogKey;
use crate::books::{Books, Statement};
use crate::ids::OfficerId;
use crate::log::{Handover, VerifierKey};
use crate::rejection::Rejection;

/// More than two log keys at a time are no overlap.
const MOST_LOG_KEYS: usize = 2;

/// # Errors
/// A succession or an answer that is not vouched for as it must be.
pub fn check(books: &Books, statement: &Statement<'_>) -> Result<(), Rejection> {
    if let Body::KeyRotated(rotated) = statement.body() {
        rotate(books, statement, rotated)
    } else if let Body::ActsReconfirmed(answered) = statement.body() {
        answer(books, statement, answered, &Endorsed::Reconfirming(answered))
    } else if let Body::ActsDisowned(answered) = statement.body() {
        answer(books, statement, answered, &Endorsed::Disowning(answered))
    } else if let Body::LogKeyAnnounced(announced) = statement.body() {
        announce(books, statement, announced)
    } else if let Body::LogKeyRetired(retired) = statement.body() {
        retire(books, statement, retired)
    } else {
        Ok(())
    }
}

/// The person's valid key vouches by signing the act; that the person is behind it, somebody of the inspection side
/// vouches too. A stolen key alone installs no successor.
fn rotate(books: &Books, statement: &Statement<'_>, rotated: &KeyRotated) -> Result<(), Rejection> {
    let record = &rotated.record;
    let public = admissible(books, record)?;
    if record.officer != statement.officer {
        return Err(Rejection::RotationForeign {});
    }
    if !record.is_vouched_by(&books.origin, Vouching::Possession, &public, &rotated.possession) {
        return Err(Rejection::PossessionWrong {});
    }
    let holds = |key: &VerifyingKey, sig: &str| {
        record.is_vouched_by(&books.origin, Vouching::Countersignature, key, sig)
    };
    let persons = countersigners(books, &rotated.countersigned, statement.officer, &holds)?;
    seen_by_inspection(books, &persons)
}

fn seen_by_inspection(books: &Books, persons: &[OfficerId]) -> Result<(), Rejection> {
    let outside = |officer: &OfficerId| books.offices.side_of(*officer) == Some(Side::Inspection);
    if persons.iter().any(outside) {
        return Ok(());
    }
    Err(Rejection::CountersignWrong { why: "会签人中没有监督方人员" })
}

/// Each act is open, and is the signer's own; or its signer is gone, and the inspection side has seen who answers instead.
fn answer(
    books: &Books,
    statement: &Statement<'_>,
    answered: &ActsAnswered,
    endorsed: &Endorsed<'_>,
) -> Result<(), Rejection> {
    let holds = |key: &VerifyingKey, sig: &str| endorsed.is_signed_by(&books.origin, key, sig);
    let persons = countersigners(books, &answered.countersigned, statement.officer, &holds)?;
    let mut acts = BTreeSet::new();
    let mut is_for_others = false;
    for act in answered.acts.iter().copied() {
        let doubt = books.doubts.of(&act).filter(|_| acts.insert(act));
        let is_open = books.doubts.standing(&act) == Some(Standing::Open);
        let doubt = doubt.filter(|_| is_open).ok_or(Rejection::ActNotInDoubt { act })?;
        if doubt.officer != statement.officer {
            if !stands_in(books, doubt, statement.officer) {
                return Err(Rejection::AnswerForeign { act });
            }
            is_for_others = true;
        }
    }
    if is_for_others { seen_by_inspection(books, &persons) } else { Ok(()) }
}

/// For a person who is gone stands one of the same side whose post carries the role that the act needed.
fn stands_in(books: &Books, doubt: &Doubt, officer: OfficerId) -> bool {
    let officers = &books.offices.officers;
    let is_gone = officers.get(&doubt.officer).is_none_or(|known| !known.in_office);
    let same_side = books.offices.side_of(doubt.officer) == books.offices.side_of(officer);
    let has_role = |role| officers.get(&officer).is_some_and(|known| known.roles.contains(&role));
    is_gone && same_side && doubt.act.role.is_none_or(has_role)
}

fn by_the_office(books: &Books, officer: OfficerId) -> Result<(), Rejection> {
    if books.offices.side_of(officer) == Some(Side::Office) {
        return Ok(());
    }
    Err(Rejection::LogKeyWrong { why: "须由主管部门的系统管理员签署" })
}

fn announce(
    books: &Books,
    statement: &Statement<'_>,
    announced: &LogKeyAnnounced,
) -> Result<(), Rejection> {
    let wrong = |why| Err(Rejection::LogKeyWrong { why });
    by_the_office(books, statement.officer)?;
    let (vkey, origin) = (announced.vkey.as_str(), books.origin.as_str());
    let Ok(new) = vkey.parse::<VerifierKey>() else { return wrong("不是规范的日志公钥") };
    if new.name() != origin {
        return wrong("公钥的名称不是本台账的标识");
    }
    if vkey.ends_with('\n') || books.log_keys.all.iter().any(|key| key.vkey == vkey) {
        return wrong("这把密钥以前公告过");
    }
    let live = log_keys_at(books, statement.at.0);
    if live.len() >= MOST_LOG_KEYS {
        return Err(Rejection::LogKeyOverlap {});
    }
    let possession = Endorsed::LogKeyPossession(vkey);
    if !possession.is_signed_by(origin, new.verifying_key(), &announced.possession) {
        return wrong("新密钥的持有证明不成立");
    }
    let handover = Endorsed::LogKeyHandover(vkey);
    let hands_over =
        |key: &VerifierKey| handover.is_signed_by(origin, key.verifying_key(), &announced.handover);
    if !live.iter().any(hands_over) {
        return wrong("没有在用日志密钥的交接签名");
    }
    let endorsed = Endorsed::LogKeyCountersigned(vkey);
    let holds = |key: &VerifyingKey, sig: &str| endorsed.is_signed_by(origin, key, sig);
    let persons = countersigners(books, &announced.countersigned, statement.officer, &holds)?;
    seen_by_inspection(books, &persons)
}

fn retire(
    books: &Books,
    statement: &Statement<'_>,
    retired: &LogKeyRetired,
) -> Result<(), Rejection> {
    by_the_office(books, statement.officer)?;
    let live: Vec<&str> = books.log_keys.at(statement.at.0).map(|key| key.vkey.as_str()).collect();
    if live.len() < 2 || !live.contains(&retired.vkey.as_str()) {
        return Err(Rejection::LogKeyNotLive {});
    }
    let endorsed = Endorsed::LogKeyRetirement(&retired.vkey);
    let holds = |key: &VerifyingKey, sig: &str| endorsed.is_signed_by(&books.origin, key, sig);
    let persons = countersigners(books, &retired.countersigned, statement.officer, &holds)?;
    seen_by_inspection(books, &persons)
}

/// The keys that must each have signed a checkpoint of `size` entries, the founding one first.
#[must_use]
pub fn log_keys_at(books: &Books, size: u64) -> Vec<VerifierKey> {
    books.log_keys.at(size).filter_map(|key| key.vkey.parse().ok()).collect()
}

/// Which keys the founding log key was handed over to, in the order of the log.
#[must_use]
pub fn handovers(books: &Books) -> Vec<Handover> {
    let later = books.log_keys.all.iter().skip(1);
    let of = |known: &LogKey| {
        Some(Handover { key: known.vkey.parse().ok()?, signature: known.handover.clone() })
    };
    later.filter_map(of).collect()
}
