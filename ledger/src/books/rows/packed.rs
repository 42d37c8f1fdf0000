//! The payments of a batch that is through: nothing about them changes any more but what is rare.

use serde::{Deserialize, Serialize};

use super::Row;
use super::column::Column;
use crate::money::Money;

/// Rows, column by column.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Packed {
    pub(super) count: usize,
    amounts: Column,
    entitlements: Column,
    accounts: Column,
    payees: Column,
    mixes: Column,
    answers: Column,
    answered_after: Column,
}

impl Packed {
    pub(super) fn of(rows: &[Row]) -> Packed {
        let column = |of: fn(&Row) -> u32| Column::of(rows.iter().map(move |row| of(row).into()));
        Packed {
            count: rows.len(),
            amounts: Column::of(rows.iter().map(|row| row.amount.fen())),
            entitlements: column(|row| row.entitlement),
            accounts: column(|row| row.account),
            payees: column(|row| row.payee),
            mixes: column(|row| row.mix),
            answers: column(|row| row.answer),
            answered_after: column(|row| row.answered_after),
        }
    }

    /// The row at a place, from 0.
    pub(super) fn row(&self, place: usize) -> Option<Row> {
        if place >= self.count {
            return None;
        }
        let number = |column: &Column| u32::try_from(column.get(place)?).ok();
        Some(Row {
            amount: Money::from_fen(self.amounts.get(place)?),
            entitlement: number(&self.entitlements)?,
            account: number(&self.accounts)?,
            payee: number(&self.payees)?,
            mix: number(&self.mixes)?,
            answer: number(&self.answers)?,
            answered_after: number(&self.answered_after)?,
        })
    }
}
