//! Rules for founding, units, persons in office and keys.

use crate::act::Body;
use crate::act::offices::{Founded, KeyEnrolled, OfficerAppointed, Side};
use crate::act::signed::Vouching;
use crate::books::{Books, Statement};
use crate::rejection::Rejection;

use super::filled;

pub(super) fn decide(books: &Books, statement: &Statement<'_>) -> Result<(), Rejection> {
    let body = statement.body();
    if let Body::Founded(founded) = body {
        found(books, statement, founded)
    } else if let Body::UnitRegistered(unit) = body {
        filled(&unit.name, "单位名称")
    } else if let Body::OfficerAppointed(appointed) = body {
        appoint(books, appointed)
    } else if let Body::OfficerDismissed(dismissed) = body {
        filled(&dismissed.reason, "离任原因")?;
        let officer = dismissed.officer;
        let known = books.offices.officers.get(&officer);
        let known = known.ok_or(Rejection::OfficerUnknown { officer })?;
        if known.in_office { Ok(()) } else { Err(Rejection::OfficerDismissed { officer }) }
    } else if let Body::KeyEnrolled(enrolled) = body {
        enrol(books, enrolled)
    } else if let Body::KeyRevoked(revoked) = body {
        filled(&revoked.reason, "吊销原因")?;
        let key = revoked.key;
        let known = books.offices.keys.get(&key).ok_or(Rejection::KeyUnknown { key })?;
        if known.revoked.is_some() { Err(Rejection::KeyRevoked { key }) } else { Ok(()) }
    } else {
        Ok(())
    }
}

fn found(books: &Books, statement: &Statement<'_>, founded: &Founded) -> Result<(), Rejection> {
    if books.height > 0 {
        return Err(Rejection::AlreadyFounded {});
    }
    let incomplete = |what| Err(Rejection::FoundingIncomplete { what });
    filled(&founded.name, "台账名称")?;
    let side = |officer| {
        let post = founded.officers.iter().find(|known| known.officer == officer)?;
        founded.units.iter().find(|unit| unit.unit == post.unit).map(|unit| unit.side)
    };
    for key in &founded.keys {
        let public = key.record.verifying_key().ok_or(Rejection::KeyMalformed {})?;
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

fn appoint(books: &Books, appointed: &OfficerAppointed) -> Result<(), Rejection> {
    filled(&appointed.post, "岗位")?;
    let unit = &appointed.unit;
    if !books.offices.units.contains_key(unit) {
        return Err(Rejection::UnitUnknown { unit: unit.clone() });
    }
    Ok(())
}

/// Two other persons vouch for the holder, one of them from outside the office.
fn enrol(books: &Books, enrolled: &KeyEnrolled) -> Result<(), Rejection> {
    let record = &enrolled.record;
    let public = record.verifying_key().ok_or(Rejection::KeyMalformed {})?;
    let key = record.key_id().ok_or(Rejection::KeyMalformed {})?;
    if books.offices.keys.contains_key(&key) {
        return Err(Rejection::KeyExists { key });
    }
    let officer = record.officer;
    let holder = books.offices.officers.get(&officer);
    if !holder.ok_or(Rejection::OfficerUnknown { officer })?.in_office {
        return Err(Rejection::OfficerDismissed { officer });
    }
    if !record.is_vouched_by(&books.origin, Vouching::Possession, &public, &enrolled.possession) {
        return Err(Rejection::PossessionWrong {});
    }
    let wrong = |why| Err(Rejection::CountersignWrong { why });
    let mut persons = Vec::new();
    for countersign in &enrolled.countersigned {
        let Some(known) = books.offices.keys.get(&countersign.key) else {
            return wrong("会签密钥没有登记");
        };
        let in_office = books.offices.officers.get(&known.officer).is_some_and(|o| o.in_office);
        if known.revoked.is_some() || !in_office {
            return wrong("会签密钥已吊销，或会签人已离任");
        }
        let vouching = Vouching::Countersignature;
        if !record.is_vouched_by(&books.origin, vouching, &known.public, &countersign.sig) {
            return wrong("会签签名与登记内容不符");
        }
        if known.officer == officer || persons.contains(&known.officer) {
            return wrong("会签人须为持钥人以外的两个不同的人");
        }
        persons.push(known.officer);
    }
    if persons.len() < 2 {
        return wrong("会签不足两人");
    }
    let outside = |officer| books.offices.side_of(officer) == Some(Side::Inspection);
    if persons.into_iter().any(outside) {
        Ok(())
    } else {
        wrong("会签人中没有监督方人员")
    }
}
