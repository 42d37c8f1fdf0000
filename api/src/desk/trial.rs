//! Acts tried out: decided by the rules on the books as they stand, as the holder of a key would sign them. Nothing is signed.

use ledger::act::{Act, Body, Seen};
use ledger::books::{Books, Statement};
use ledger::ids::{ActId, KeyId, OfficerId, Seq};
use ledger::line::Line;
use ledger::rules;

use super::Office;
use crate::failure::Failure;

/// Decides acts one after the other on a copy of the books, as the holder of `key` would sign them. Nothing is signed.
///
/// # Errors
/// The first refusal, as signing would get it.
pub fn try_out(
    office: Office<'_>,
    key: KeyId,
    acts: &[(Body, Vec<Line>)],
) -> Result<Books, Failure> {
    try_each(office, key, acts).map_err(|(_, why)| why)
}

/// As [`try_out`], for who says which act it is.
///
/// # Errors
/// The first refusal, and the place of its act.
pub fn try_each(
    office: Office<'_>,
    key: KeyId,
    acts: &[(Body, Vec<Line>)],
) -> Result<Books, (usize, Failure)> {
    let mut books = office.books.clone();
    for (place, (body, lines)) in acts.iter().enumerate() {
        let (officer, act) = unsigned(office, key, body).map_err(|why| (place, why))?;
        let at = Seq(books.height);
        let statement = Statement { id: ActId::ZERO, at, officer, act: &act, lines };
        rules::decide(&books, &statement).map_err(|why| (place, why.into()))?;
        books.evolve(&statement);
    }
    Ok(books)
}

/// As [`try_out`] of one act: nothing is built on it, so the books are not copied.
///
/// # Errors
/// As [`try_out`].
pub fn try_one(office: Office<'_>, key: KeyId, body: &Body, lines: &[Line]) -> Result<(), Failure> {
    let (officer, act) = unsigned(office, key, body)?;
    let at = Seq(office.books.height);
    let statement = Statement { id: ActId::ZERO, at, officer, act: &act, lines };
    Ok(rules::decide(office.books, &statement)?)
}

/// The act that the holder of `key` would sign, and who that is.
fn unsigned(office: Office<'_>, key: KeyId, body: &Body) -> Result<(OfficerId, Act), Failure> {
    let officer = office.books.valid_key(key)?.officer;
    let (body, time) = (body.clone(), office.clock.now());
    Ok((officer, Act { body, key, prev: ActId::ZERO, seen: Seen::nothing(), seq: 1, time }))
}
