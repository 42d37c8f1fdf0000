//! Rules for units, persons in office and keys. That a key is vouched for is a law: `law::vouching`.

use crate::act::Body;
use crate::act::offices::KeyRevoked;
use crate::books::{Books, Statement};
use crate::rejection::Rejection;

use super::filled;

pub(super) fn decide(books: &Books, statement: &Statement<'_>) -> Result<(), Rejection> {
    let body = statement.body();
    if let Body::Founded(founded) = body {
        filled(&founded.name, "台账名称")
    } else if let Body::UnitRegistered(unit) = body {
        filled(&unit.name, "单位名称")
    } else if let Body::OfficerAppointed(appointed) = body {
        filled(&appointed.post, "岗位")
    } else if let Body::OfficerDismissed(dismissed) = body {
        filled(&dismissed.reason, "离任原因")?;
        let officer = dismissed.officer;
        let known = books.offices.officers.get(&officer);
        let known = known.ok_or(Rejection::OfficerUnknown { officer })?;
        if known.in_office { Ok(()) } else { Err(Rejection::OfficerDismissed { officer }) }
    } else if let Body::KeyEnrolled(enrolled) = body {
        let officer = enrolled.record.officer;
        let holder = books.offices.officers.get(&officer);
        let in_office = holder.is_some_and(|holder| holder.in_office);
        if in_office { Ok(()) } else { Err(Rejection::OfficerDismissed { officer }) }
    } else if let Body::KeyRevoked(revoked) = body {
        revoke(books, statement, revoked)
    } else if let Body::ActsReconfirmed(answered) | Body::ActsDisowned(answered) = body {
        filled(&answered.reason, "依据")?;
        if answered.acts.is_empty() {
            Err(Rejection::TextMissing { field: "动作" })
        } else {
            Ok(())
        }
    } else if let Body::LogKeyRetired(retired) = body {
        filled(&retired.reason, "停用原因")
    } else {
        Ok(())
    }
}

/// A key is revoked once; later it can still turn out that it was in other hands, or earlier than was thought.
fn revoke(books: &Books, statement: &Statement<'_>, revoked: &KeyRevoked) -> Result<(), Rejection> {
    filled(&revoked.reason, "吊销原因")?;
    let key = revoked.key;
    let known = books.offices.keys.get(&key).ok_or(Rejection::KeyUnknown { key })?;
    let Some(since) = revoked.compromised_since else {
        return if known.revoked.is_some() { Err(Rejection::KeyRevoked { key }) } else { Ok(()) };
    };
    let is_earlier = known.compromised_since.is_none_or(|before| since < before);
    let (from, at) = (known.since, statement.at);
    if since < from || since > at || !is_earlier {
        return Err(Rejection::CompromisedSinceWrong { since, from, at });
    }
    Ok(())
}
