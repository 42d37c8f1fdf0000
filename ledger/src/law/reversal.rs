//! What can be reversed: an act that posted money by itself, once, in full, not before it was posted.

use crate::act::Body;
use crate::books::Books;
use crate::rejection::Rejection;

/// Red-letter entry (红字冲销): the full negative, never a partial one, so that the pair always sums to zero.
///
/// # Errors
/// The act cannot be reversed, was reversed before, or the bank has confirmed it.
pub fn check(books: &Books, body: &Body) -> Result<(), Rejection> {
    let Body::EntryReversed(reversed) = body else { return Ok(()) };
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
