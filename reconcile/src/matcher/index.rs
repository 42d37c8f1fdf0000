//! Which payment a reference means. Lines of a batch are numbered from 1, so a payment is found by its place and not by a
//! hash; only where the numbers lie far apart is it the hash.

use ledger::ids::{BatchCode, PaymentRef};

use super::Expectation;
use super::hashing::QuickMap;

/// No payment has this line.
const NOBODY: u32 = u32::MAX;

/// A table may be this much longer than the payments in it.
const SPARE: usize = 4;

/// Payments by their references.
pub(super) struct Index<'p> {
    batches: Vec<(&'p BatchCode, Vec<u32>)>,
    far: QuickMap<&'p PaymentRef, usize>,
}

impl<'p> Index<'p> {
    /// # Panics
    /// If two payments share a reference: the books cannot hold such.
    pub(super) fn of(payments: &'p [Expectation]) -> Index<'p> {
        let most = payments.len().saturating_mul(SPARE).saturating_add(1 << 16);
        let mut index = Index { batches: Vec::new(), far: QuickMap::default() };
        let mut newest = 0;
        for (payment, expected) in payments.iter().enumerate() {
            let reference = &expected.reference;
            let place = usize::try_from(reference.line()).unwrap_or(usize::MAX);
            let near = u32::try_from(payment).ok().filter(|_| place < most);
            let is_twice = match near {
                Some(payment) => {
                    let table = index.table(reference.batch(), &mut newest);
                    if table.len() <= place {
                        table.resize(place + 1, NOBODY);
                    }
                    let slot = table.get_mut(place);
                    slot.is_none_or(|slot| std::mem::replace(slot, payment) != NOBODY)
                }
                None => index.far.insert(reference, payment).is_some(),
            };
            assert!(!is_twice, "no two expectations share {reference}");
        }
        index
    }

    /// The table of a batch. Payments come batch by batch, so it is mostly the one that was asked for last.
    fn table(&mut self, batch: &'p BatchCode, newest: &mut usize) -> &mut Vec<u32> {
        if self.batches.get(*newest).is_none_or(|(known, _)| *known != batch) {
            let known = self.batches.iter().position(|(known, _)| *known == batch);
            *newest = known.unwrap_or_else(|| {
                self.batches.push((batch, Vec::new()));
                self.batches.len() - 1
            });
        }
        let (_, table) = self.batches.get_mut(*newest).expect("it was found or pushed above");
        table
    }

    /// The payment with that reference.
    pub(super) fn get(&self, reference: &PaymentRef) -> Option<usize> {
        let place = usize::try_from(reference.line()).ok()?;
        let of_batch = self.batches.iter().find(|(batch, _)| *batch == reference.batch());
        let near = of_batch.and_then(|(_, table)| table.get(place).copied());
        let near = near.filter(|payment| *payment != NOBODY);
        match near {
            Some(payment) => usize::try_from(payment).ok(),
            None => self.far.get(reference).copied(),
        }
    }
}

#[cfg(test)]
mod tests {
    use ledger::ids::PaymentRef;
    use ledger::money::Money;

    use super::super::{Booked, Expectation};
    use super::Index;

    fn payment(reference: &str) -> Expectation {
        Expectation {
            reference: reference.parse().unwrap(),
            account_no: String::new(),
            name: String::new(),
            amount: Money::ZERO,
            instructed_on: "2020-10-12".parse().unwrap(),
            state: Booked::Awaiting,
        }
    }

    #[test]
    fn every_reference_is_found_near_or_far_in_whatever_order_they_come() {
        let texts =
            ["D20A00000003", "D20B00000001", "D20A00000001", "D20A09999999", "D20B09999999"];
        let payments: Vec<_> = texts.iter().map(|text| payment(text)).collect();
        let index = Index::of(&payments);
        for (place, text) in texts.iter().enumerate() {
            let reference: PaymentRef = text.parse().unwrap();
            assert_eq!(index.get(&reference), Some(place), "{text}");
        }
        for text in ["D20A00000002", "D20A00000004", "D20C00000001", "D20B09999998"] {
            assert_eq!(index.get(&text.parse().unwrap()), None, "{text}");
        }
    }
}
