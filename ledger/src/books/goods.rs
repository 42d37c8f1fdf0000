//! Goods in lots: what arrived and what was handed out. Their value is a memo figure in the postings.

use std::collections::BTreeMap;

use crate::act::Body;
use crate::act::goods::{GoodsHandedOut, GoodsReceived};
use crate::ids::{ActId, GoodsCode, HouseholdId};
use crate::money::Money;

use super::Statement;

/// A lot of goods.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Lot {
    /// The act that brought it in.
    pub act: ActId,
    /// What arrived.
    pub received: GoodsReceived,
    /// How many units are left; negative in no history that the rules let in.
    pub left: i64,
}

/// Goods received and handed out.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Goods {
    /// Lots by code; a reversed one is gone.
    pub lots: BTreeMap<GoodsCode, Lot>,
    /// What was handed out and not reversed, by act.
    pub handed_out: BTreeMap<ActId, GoodsHandedOut>,
}

impl Goods {
    /// The value of so many units of a lot; `None` if the lot is unknown or the product leaves the range of money.
    #[must_use]
    pub fn value(&self, goods: &GoodsCode, quantity: u32) -> Option<Money> {
        self.lots.get(goods)?.received.unit_value_fen.checked_times(quantity.into())
    }

    /// What a household was handed.
    pub fn of_household(&self, household: HouseholdId) -> impl Iterator<Item = &GoodsHandedOut> {
        self.handed_out.values().filter(move |handed| handed.household == household)
    }

    pub(super) fn evolve(&mut self, statement: &Statement<'_>) {
        if let Body::GoodsReceived(received) = statement.body() {
            let (act, left) = (statement.id, received.quantity.into());
            let lot = Lot { act, received: received.clone(), left };
            self.lots.insert(received.goods.clone(), lot);
        } else if let Body::GoodsHandedOut(handed) = statement.body() {
            self.take(&handed.goods, -i64::from(handed.quantity));
            self.handed_out.insert(statement.id, handed.clone());
        } else if let Body::EntryReversed(reversed) = statement.body() {
            self.lots.retain(|_, lot| lot.act != reversed.act);
            if let Some(handed) = self.handed_out.remove(&reversed.act) {
                self.take(&handed.goods, handed.quantity.into());
            }
        }
    }

    fn take(&mut self, goods: &GoodsCode, change: i64) {
        if let Some(lot) = self.lots.get_mut(goods) {
            lot.left += change;
        }
    }
}
