//! What can be reversed: an act that posted money by itself, once, in full, not before it was posted.

use crate::act::Body;
use crate::books::{Books, Statement, postings};
use crate::rejection::Rejection;

/// Red-letter entry (红字冲销): the full negative, never a partial one, so that the pair always sums to zero.
///
/// # Errors
/// The act cannot be reversed, was reversed before, or the bank has confirmed it.
pub fn check(books: &Books, statement: &Statement<'_>) -> Result<(), Rejection> {
    correction_is_of_a_reversal(books, statement)?;
    let Body::EntryReversed(reversed) = statement.body() else { return Ok(()) };
    let act = reversed.act;
    let reversible = &books.postings.reversible;
    let original = reversible.get(&act).ok_or(Rejection::ReversalImpossible { act })?;
    if original.reversed_by.is_some() {
        return Err(Rejection::ReversalTwice { act });
    }
    if reversible.values().any(|posted| posted.reversed_by == Some(act)) {
        return Err(Rejection::ReversalImpossible { act });
    }
    if reversed.date < original.date {
        return Err(Rejection::ReversalTooEarly { original: original.date });
    }
    let suffix = format!(":{act}");
    let mut movements = books.bank.movements.iter().filter(|(key, _)| key.ends_with(&suffix));
    if movements.any(|(_, movement)| movement.cleared.is_some()) {
        return Err(Rejection::ReversalCleared { act });
    }
    Ok(())
}

/// A correcting entry 蓝字更正 names a reversal that has none yet, posts to the same accounts, and not before the original.
fn correction_is_of_a_reversal(books: &Books, statement: &Statement<'_>) -> Result<(), Rejection> {
    let Some(act) = statement.body().corrects() else { return Ok(()) };
    let wrong = || Rejection::CorrectionWrong { act };
    let reversible = &books.postings.reversible;
    let original = reversible.values().find(|posted| posted.reversed_by == Some(act));
    let reversal = reversible.get(&act).filter(|reversal| reversal.corrected_by.is_none());
    let (original, _) = original.zip(reversal).ok_or_else(wrong)?;
    let ours = postings::of(books, statement).unwrap_or_default();
    let same_accounts = ours.iter().map(|posting| &posting.account);
    let same_accounts = same_accounts.eq(original.postings.iter().map(|posting| &posting.account));
    let not_before = statement.body().posting_date().is_some_and(|date| date >= original.date);
    if same_accounts && not_before { Ok(()) } else { Err(wrong()) }
}
