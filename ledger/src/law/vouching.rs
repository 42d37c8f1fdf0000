//! How keys come into the log: root keys by founding, every other by possession and two countersignatures (docs/format/log.md §4).

use std::collections::BTreeSet;

use ed25519_dalek::VerifyingKey;

use super::admission::unsupported;
use crate::act::offices::{Countersign, Founded, KeyEnrolled, KeyRecord, Side};
use crate::act::signed::{Vouching, key_id};
use crate::act::{ALGORITHM, Body};
use crate::books::{Books, Statement};
use crate::ids::OfficerId;
use crate::rejection::Rejection;

/// # Errors
/// A founding or enrolment that is not vouched for as it must be.
pub fn check(books: &Books, statement: &Statement<'_>) -> Result<(), Rejection> {
    if let Body::Founded(founded) = statement.body() {
        found(books, statement, founded)
    } else if let Body::KeyEnrolled(enrolled) = statement.body() {
        enrol(books, enrolled)
    } else if let Body::UnitRegistered(unit) = statement.body() {
        let known = books.offices.units.get(&unit.unit);
        stays_on_side(known.map(|known| known.side), unit.side, || format!("单位{}", unit.unit))
    } else if let Body::OfficerAppointed(appointed) = statement.body() {
        let unit = books.offices.units.get(&appointed.unit);
        let unit = unit.ok_or_else(|| Rejection::UnitUnknown { unit: appointed.unit.clone() })?;
        let held = books.offices.side_of(appointed.officer);
        stays_on_side(held, unit.side, || format!("工作人员{}", appointed.officer))?;
        by_its_own_side(books, statement, appointed.officer)
    } else if let Body::OfficerDismissed(dismissed) = statement.body() {
        by_its_own_side(books, statement, dismissed.officer)
    } else if let Body::KeyRevoked(revoked) = statement.body() {
        let key = revoked.key;
        let known = books.offices.keys.get(&key).ok_or(Rejection::KeyUnknown { key })?;
        by_its_own_side(books, statement, known.officer)
    } else {
        Ok(())
    }
}

/// Nobody outside the inspection side takes its people's posts or keys away: the office could silence it otherwise.
fn by_its_own_side(
    books: &Books,
    statement: &Statement<'_>,
    officer: OfficerId,
) -> Result<(), Rejection> {
    let is_inspection = |officer| books.offices.side_of(officer) == Some(Side::Inspection);
    if is_inspection(officer) && !is_inspection(statement.officer) {
        return Err(Rejection::SideForeign {});
    }
    Ok(())
}

/// The inspection side is worth nothing if the office can move its own units and people over to it.
fn stays_on_side(
    held: Option<Side>,
    wanted: Side,
    what: impl FnOnce() -> String,
) -> Result<(), Rejection> {
    let crosses = held.is_some_and(|held| {
        held != wanted && (held == Side::Inspection || wanted == Side::Inspection)
    });
    if crosses { Err(Rejection::SideChanged { what: what() }) } else { Ok(()) }
}

fn found(books: &Books, statement: &Statement<'_>, founded: &Founded) -> Result<(), Rejection> {
    if books.height > 0 {
        return Err(Rejection::AlreadyFounded {});
    }
    let incomplete = |what| Err(Rejection::FoundingIncomplete { what });
    let units: BTreeSet<_> = founded.units.iter().map(|unit| &unit.unit).collect();
    let officers: BTreeSet<_> = founded.officers.iter().map(|officer| officer.officer).collect();
    let keys: BTreeSet<_> = founded.keys.iter().map(|key| &key.record.public).collect();
    if units.len() != founded.units.len()
        || officers.len() != founded.officers.len()
        || keys.len() != founded.keys.len()
    {
        return incomplete("单位、人员或密钥重复列出");
    }
    let side = |officer| {
        let post = founded.officers.iter().find(|known| known.officer == officer)?;
        founded.units.iter().find(|unit| unit.unit == post.unit).map(|unit| unit.side)
    };
    for key in &founded.keys {
        let public = usable(&key.record)?;
        let origin = &books.origin;
        if !key.record.is_vouched_by(origin, Vouching::Possession, &public, &key.possession) {
            return Err(Rejection::PossessionWrong {});
        }
        if side(key.record.officer).is_none() {
            return incomplete("有密钥的持有人没有任职或单位");
        }
    }
    let has = |wanted| founded.keys.iter().any(|key| side(key.record.officer) == Some(wanted));
    if !has(Side::Office) {
        return incomplete("缺主管部门的根密钥");
    }
    if !has(Side::Inspection) {
        return incomplete("缺监督方的根密钥");
    }
    let signer = statement.act.key;
    if !founded.keys.iter().any(|key| key.record.key_id() == Some(signer)) {
        return incomplete("签署人的密钥不在所列根密钥中");
    }
    Ok(())
}

/// The public key of a record that can come into the log: algorithm, form, and not listed before.
pub(super) fn admissible(books: &Books, record: &KeyRecord) -> Result<VerifyingKey, Rejection> {
    let public = usable(record)?;
    let key = key_id(&public);
    if books.offices.keys.contains_key(&key) {
        return Err(Rejection::KeyExists { key });
    }
    Ok(public)
}

fn usable(record: &KeyRecord) -> Result<VerifyingKey, Rejection> {
    if record.alg != ALGORITHM {
        return Err(unsupported(&record.alg));
    }
    record.verifying_key().ok_or(Rejection::KeyMalformed {})
}

/// Two other persons vouch for the holder, one of them from outside the office.
fn enrol(books: &Books, enrolled: &KeyEnrolled) -> Result<(), Rejection> {
    let record = &enrolled.record;
    let public = admissible(books, record)?;
    let officer = record.officer;
    if !books.offices.officers.contains_key(&officer) {
        return Err(Rejection::OfficerUnknown { officer });
    }
    if !record.is_vouched_by(&books.origin, Vouching::Possession, &public, &enrolled.possession) {
        return Err(Rejection::PossessionWrong {});
    }
    let holds = |key: &VerifyingKey, sig: &str| {
        record.is_vouched_by(&books.origin, Vouching::Countersignature, key, sig)
    };
    let persons = countersigners(books, &enrolled.countersigned, officer, &holds)?;
    if persons.len() < 2 {
        return Err(Rejection::CountersignWrong { why: "会签不足两人" });
    }
    let outside = |officer| books.offices.side_of(officer) == Some(Side::Inspection);
    if persons.into_iter().any(outside) {
        Ok(())
    } else {
        Err(Rejection::CountersignWrong { why: "会签人中没有监督方人员" })
    }
}

/// The persons who countersigned: each with a valid key, in office, another than `but`, and every signature holds.
pub(super) fn countersigners(
    books: &Books,
    countersigned: &[Countersign],
    but: OfficerId,
    holds: &dyn Fn(&VerifyingKey, &str) -> bool,
) -> Result<Vec<OfficerId>, Rejection> {
    let wrong = |why| Err(Rejection::CountersignWrong { why });
    let mut persons = Vec::new();
    for countersign in countersigned {
        if !books.offices.keys.contains_key(&countersign.key) {
            return wrong("会签密钥没有登记");
        }
        let in_office = |officer| books.offices.officers.get(&officer).is_some_and(|o| o.in_office);
        let known = books.valid_key(countersign.key).ok().filter(|known| in_office(known.officer));
        let Some(known) = known else {
            return wrong("会签密钥已吊销，或会签人已离任");
        };
        if !holds(&known.public, &countersign.sig) {
            return wrong("会签签名与登记内容不符");
        }
        if known.officer == but || persons.contains(&known.officer) {
            return wrong("会签人须为持钥人以外的两个不同的人");
        }
        persons.push(known.officer);
    }
    Ok(persons)
}
