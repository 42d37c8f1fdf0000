//! Payments that stand in nobody's hands, and which of them a reissue 补发 would take up.

use std::collections::{BTreeMap, BTreeSet};

use ledger::act::payments::RosterKind;
use ledger::books::Books;
use ledger::books::payments::Payment;
use ledger::ids::{PaymentRef, SchemeCode};
use ledger::period::Period;
use ledger::views::due::propose;

/// Payments that failed or came back and have no other in their place, by scheme and month.
#[must_use]
pub fn open_payments(books: &Books) -> Vec<(&SchemeCode, Period, PaymentRef, Payment)> {
    let mut open = Vec::new();
    for (code, batch) in &books.payments.batches {
        let waiting = books.payments.to_reissue(code);
        open.extend(waiting.map(|(at, payment)| (&batch.scheme, batch.period, at, payment)));
    }
    open.sort_by(|one, other| (one.1, one.0, &one.2).cmp(&(other.1, other.0, &other.2)));
    open
}

/// What a reissue of each scheme and month would take up as the books stand.
#[must_use]
pub fn ready(
    books: &Books,
    kinds: &BTreeSet<(SchemeCode, Period)>,
) -> BTreeMap<(SchemeCode, Period), BTreeSet<PaymentRef>> {
    let ready = kinds.iter().map(|(scheme, period)| {
        let proposal = propose(books, scheme, *period, RosterKind::Reissue, &[]);
        let taken = proposal.lines.into_iter().filter_map(|line| line.reissue_of);
        ((scheme.clone(), *period), taken.collect())
    });
    ready.collect()
}
