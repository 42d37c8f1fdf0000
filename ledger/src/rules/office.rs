//! Rules for units, persons in office and keys. That a key is vouched for is a law: `law::vouching`.

use crate::act::Body;
use crate::books::Books;
use crate::rejection::Rejection;

use super::filled;

pub(super) fn decide(books: &Books, body: &Body) -> Result<(), Rejection> {
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
        filled(&revoked.reason, "吊销原因")?;
        let key = revoked.key;
        let known = books.offices.keys.get(&key).ok_or(Rejection::KeyUnknown { key })?;
        if known.revoked.is_some() { Err(Rejection::KeyRevoked { key }) } else { Ok(()) }
    } else {
        Ok(())
    }
}
