//! Acts tried out: decided by the rules on the books as they stand, as the holder of a key would sign them. Nothing is signed.

use ledger::act::{Act, Body, Seen};
use ledger::books::{Books, Statement};
use ledger::ids::{ActId, KeyId, OfficerId, Seq};
use ledger::line::Line;
use ledger::rules;

use super::Office;
use crate::failure::Failure;

/// So many acts are tried out and signed at once; what is more comes in several files.
pub const MOST: usize = 500;

/// Refuses more acts than are tried out at once.
///
/// # Errors
/// `usage`, with the number.
pub fn refuse_too_many(acts: usize) -> Result<(), Failure> {
    if acts <= MOST {
        return Ok(());
    }
    Err(Failure::usage(format!("文件里要登记的有{acts}项，一次至多{MOST}项；请分成几份文件。")))
}

/// Decides acts one after the other on a copy of the books, as the holder of `key` would sign them. Nothing is signed.
///
/// # Errors
/// The first refusal, as signing would get it, and the place of its act.
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

/// A refusal, with what it is about: an act among many, a row of a file.
#[must_use]
pub fn about(what: &str, why: Failure) -> Failure {
    let Failure::Rejected(why) = why else { return why };
    Failure::Machine {
        code: why.code().to_owned(),
        text: format!("{what}：{why}。{}一项也没有签署。", why.hint()),
        exit: 1,
    }
}

/// As [`try_each`] of one act: nothing is built on it, so the books are not copied.
///
/// # Errors
/// The refusal.
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
