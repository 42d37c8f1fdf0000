//! Acts about aid in kind 实物救助: goods with quantity and value, never money.

use crate::ids::{Digest, GoodsCode, HouseholdId, PersonId, SchemeCode};
use crate::money::Money;
use crate::period::Date;

use super::wire;

wire! {
    /// `goods.received`: a lot of goods arrived 物资入库. Its value is a memo figure 备查, never part of a cash total.
    GoodsReceived {
        /// Day of arrival.
        arrived: Date,
        /// Digest of the delivery note.
        evidence: Digest,
        /// The lot.
        goods: GoodsCode,
        /// What it is, such as `化肥`.
        name: String,
        /// How many units.
        quantity: u32,
        /// The scheme that it is for.
        scheme: SchemeCode,
        /// Who gave or bought it.
        source: String,
        /// The unit of measure, such as `袋`.
        unit: String,
        /// The value of one unit.
        unit_value_fen: Money,
    }

    /// `goods.handed_out`: a household received goods 物资发放 and somebody of it signed.
    GoodsHandedOut {
        /// Day of handing out.
        date: Date,
        /// The lot.
        goods: GoodsCode,
        /// The household.
        household: HouseholdId,
        /// Who signed.
        person: PersonId,
        /// How many units.
        quantity: u32,
        /// Digest of the signed receipt.
        receipt: Digest,
    }
}
