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

    /// The amount at a place, from 0, and nothing else of its row.
    pub(super) fn amount(&self, place: usize) -> Option<Money> {
        self.amounts.get(place).filter(|_| place < self.count).map(Money::from_fen)
    }

    /// The number of the entitlement at a place.
    pub(super) fn entitlement(&self, place: usize) -> Option<u32> {
        self.number(&self.entitlements, place)
    }

    /// The number of the answer at a place.
    pub(super) fn answer(&self, place: usize) -> Option<u32> {
        self.number(&self.answers, place)
    }

    /// A column that needs no bits knows no end: the count does.
    fn number(&self, column: &Column, place: usize) -> Option<u32> {
        u32::try_from(column.get(place).filter(|_| place < self.count)?).ok()
    }

    /// The row at a place, from 0.
    pub(super) fn row(&self, place: usize) -> Option<Row> {
        let number = |column| self.number(column, place);
        Some(Row {
            amount: self.amount(place)?,
            entitlement: number(&self.entitlements)?,
            account: number(&self.accounts)?,
            payee: number(&self.payees)?,
            mix: number(&self.mixes)?,
            answer: number(&self.answers)?,
            answered_after: number(&self.answered_after)?,
        })
    }
}
