//! Which payment a reference means. Lines of a batch are numbered from 1, so a payment is found by its place and not by a
//! hash; only where the numbers lie far apart is it the hash.

use ledger::ids::{BatchCode, PaymentRef};
use ledger::shares::in_shares;

use super::Expectation;
use super::assign::WORTH_A_THREAD;
use super::hashing::QuickMap;

/// No payment has this line.
const NOBODY: u32 = u32::MAX;

/// A table may be this much longer than the payments in it.
const SPARE: usize = 4;

/// Payments by their references.
pub(super) enum Index<'p> {
    /// One batch, each payment a line behind the one before: the line says the place.
    Row { payments: &'p [Expectation], first: u32 },
    /// Any others.
    Tables(Tables<'p>),
}

/// Payments of several batches, or with gaps.
#[derive(Default)]
pub(super) struct Tables<'p> {
    batches: Vec<(&'p BatchCode, Vec<u32>)>,
    far: QuickMap<&'p PaymentRef, usize>,
}

impl<'p> Index<'p> {
    /// # Panics
    /// If two payments share a reference: the books cannot hold such.
    pub(super) fn of(payments: &'p [Expectation]) -> Index<'p> {
        match payments.first().map(|expected| &expected.reference) {
            Some(first) if is_row(payments, first) => Index::Row { payments, first: first.line() },
            Some(_) | None => Index::Tables(Tables::of(payments)),
        }
    }

    /// The payment with that reference.
    pub(super) fn get(&self, reference: &PaymentRef) -> Option<usize> {
        match self {
            Index::Row { payments, first } => {
                let place = usize::try_from(reference.line().checked_sub(*first)?).ok()?;
                let expected = payments.get(place)?;
                (expected.reference == *reference).then_some(place)
            }
            Index::Tables(tables) => tables.get(reference),
        }
    }
}

/// True if every payment is of the first one's batch and as many lines behind it as it is payments behind it; then no two
/// share a reference either.
fn is_row(payments: &[Expectation], first: &PaymentRef) -> bool {
    let shares = in_shares(payments, WORTH_A_THREAD, |before, share| {
        share.iter().zip(before..).all(|(expected, place)| {
            let line = usize::try_from(first.line()).ok().and_then(|line| line.checked_add(place));
            let reference = &expected.reference;
            usize::try_from(reference.line()).ok() == line && reference.batch() == first.batch()
        })
    });
    shares.into_iter().all(|is_row| is_row)
}

impl<'p> Tables<'p> {
    fn of(payments: &'p [Expectation]) -> Tables<'p> {
        let most = payments.len().saturating_mul(SPARE).saturating_add(1 << 16);
        let mut index = Tables::default();
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

    fn get(&self, reference: &PaymentRef) -> Option<usize> {
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
            account_no: "".into(),
            name: "".into(),
            amount: Money::ZERO,
            instructed_on: "2020-10-12".parse().unwrap(),
            state: Booked::Awaiting,
        }
    }

    #[test]
    fn lines_of_one_batch_that_follow_each_other_are_found_by_their_place_and_no_others() {
        let payments: Vec<_> = (7..12).map(|line| payment(&format!("D20A0{line:07}"))).collect();
        let index = Index::of(&payments);
        assert!(matches!(index, Index::Row { .. }));
        for (place, expected) in payments.iter().enumerate() {
            assert_eq!(index.get(&expected.reference), Some(place));
        }
        for text in ["D20A00000006", "D20A00000012", "D20B00000008"] {
            assert_eq!(index.get(&text.parse().unwrap()), None, "{text}");
        }
        let mut twice = payments.clone();
        twice[4] = payment("D20A00000007");
        let refused = std::panic::catch_unwind(|| Index::of(&twice).get(&twice[0].reference));
        assert!(refused.is_err(), "a reference that two payments share is never looked up");
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
