//! What later months need of a batch that is through, so that closing a month walks what is open and not all of history.

use std::collections::{BTreeMap, BTreeSet};

use crate::books::Books;
use crate::ids::{BatchCode, Division};
use crate::money::Money;
use crate::period::Period;

use super::Batch;

/// A batch in sums.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Sums {
    /// Every town that has a payment in it; what names no town stands under its own code.
    pub towns: BTreeSet<Division>,
    /// Settled less returned, by the year of posting and the town.
    pub paid: BTreeMap<(i16, Division), Money>,
}

impl Batch {
    /// True if it stands for that month: it was drawn for it and not withdrawn.
    pub(super) fn pays(&self, period: Period) -> bool {
        self.period == period && self.stage != super::BatchStage::Withdrawn
    }
}

/// Sums up the batches about which all is answered and posted in closed months.
pub(super) fn settle(books: &mut Books, closed: Period) {
    let through = |batch: &Batch| {
        batch.open == 0
            && batch.sums.is_none()
            && batch.released.is_some()
            && batch.moved.is_none_or(|moved| moved <= closed)
    };
    let payments = &books.payments;
    let codes = payments.batches.iter().filter(|(_, batch)| through(batch));
    let summed: Vec<(BatchCode, Sums)> =
        codes.filter_map(|(code, _)| Some((code.clone(), of(books, code)?))).collect();
    for (code, sums) in summed {
        if let Some(batch) = books.payments.batches.get_mut(&code) {
            batch.sums = Some(sums);
            batch.rows.pack();
        }
    }
}

/// `None` if a sum leaves the range of money or a payee lives nowhere: such a batch is walked every month.
fn of(books: &Books, code: &BatchCode) -> Option<Sums> {
    let payments = &books.payments;
    let batch = payments.batches.get(code)?;
    let towns = payments.towns();
    let mut paid: BTreeMap<(i16, u16), Money> = BTreeMap::new();
    let mut seen = vec![false; towns.len()];
    for line in batch.lines() {
        let (town, amount) = (payments.town_of(batch, line)?, batch.amount(line)?);
        *seen.get_mut(usize::from(town))? = true;
        let settled = batch.answer(line).filter(|answer| answer.failed.is_none());
        if let Some(settled) = settled {
            let sum = paid.entry((settled.booked.year(), town)).or_default();
            *sum = sum.checked_add(amount)?;
        }
        if let Some(returned) = batch.returned(line) {
            let sum = paid.entry((returned.booked.year(), town)).or_default();
            *sum = sum.checked_sub(amount)?;
        }
    }
    let name = |town: u16| towns.get(usize::from(town)).cloned();
    let paid = paid.into_iter().map(|((year, town), sum)| Some(((year, name(town)?), sum)));
    let named = towns.iter().zip(seen).filter(|(_, seen)| *seen).map(|(town, _)| town.clone());
    Some(Sums { towns: named.collect(), paid: paid.collect::<Option<_>>()? })
}
