//! Rules for aid in kind. That no lot falls below nothing is a law, as for funds: `law::funds_stay_whole`.

use crate::act::Body;
use crate::act::goods::{GoodsHandedOut, GoodsReceived};
use crate::books::{Books, Statement, entitling};
use crate::law::not_before;
use crate::rejection::Rejection;

use super::{filled, positive};

pub(super) fn decide(books: &Books, statement: &Statement<'_>) -> Result<(), Rejection> {
    if let Body::GoodsReceived(received) = statement.body() {
        receive(books, received)
    } else if let Body::GoodsHandedOut(handed) = statement.body() {
        hand_out(books, handed)
    } else {
        Ok(())
    }
}

fn receive(books: &Books, received: &GoodsReceived) -> Result<(), Rejection> {
    filled(&received.name, "物资名称")?;
    filled(&received.unit, "计量单位")?;
    filled(&received.source, "物资来源")?;
    positive(received.unit_value_fen, "物资单价")?;
    some(received.quantity)?;
    let (scheme, period) = (received.scheme.clone(), received.arrived.period());
    if books.policies.scheme(&scheme, period).is_none() {
        return Err(Rejection::SchemeUnknown { scheme, period });
    }
    if books.goods.lots.contains_key(&received.goods) {
        return Err(Rejection::GoodsExists { goods: received.goods.clone() });
    }
    Ok(())
}

/// Somebody of the household signs for it.
fn hand_out(books: &Books, handed: &GoodsHandedOut) -> Result<(), Rejection> {
    some(handed.quantity)?;
    let unknown = || Rejection::GoodsUnknown { goods: handed.goods.clone() };
    let lot = books.goods.lots.get(&handed.goods).ok_or_else(unknown)?;
    // One receipt stands for one handing out; what one signs for of several lots is on one sheet.
    let mut before = books.goods.handed_out.iter();
    let same = |other: &GoodsHandedOut| {
        (&other.goods, other.household, other.receipt)
            == (&handed.goods, handed.household, handed.receipt)
    };
    if let Some((act, _)) = before.find(|(_, other)| same(other)) {
        return Err(Rejection::ReceiptUsed { act: *act });
    }
    not_before(lot.received.arrived, handed.date)?;
    let (person, period) = (handed.person, handed.date.period());
    entitling::persons_are_members(books, handed.household, &[person], person)?;
    let signer = books.people.persons.get(&person);
    if signer.and_then(|signer| signer.died).is_some_and(|died| died < handed.date) {
        return Err(Rejection::PersonDead { person, period });
    }
    Ok(())
}

fn some(quantity: u32) -> Result<(), Rejection> {
    if quantity == 0 { Err(Rejection::TextMissing { field: "物资数量" }) } else { Ok(()) }
}
