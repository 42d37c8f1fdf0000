//! Handing an office over 工作移交: the list of everything that is open in a unit, and taking exactly that list.

use ledger::act::handing::{HandoverAccepted, HandoverOffered};
use ledger::act::{Body, Manifest};
use ledger::books::Books;
use ledger::ids::{ActId, OfficerId, UnitCode};
use ledger::line::Line;
use ledger::rejection::Rejection;
use ledger::views::open_matters;

use super::{Draft, Office, seal};
use crate::failure::Failure;

/// The list of everything that is open in a person's unit, for who follows.
///
/// # Errors
/// The person is unknown, or a line cannot be written.
pub fn offered(office: Office<'_>, officer: OfficerId, to: OfficerId) -> Result<Draft, Failure> {
    let known = office.books.offices.officers.get(&officer);
    let unit = known.ok_or(Rejection::OfficerUnknown { officer })?.unit.clone();
    let open = open_matters::of_unit(office.books, &unit);
    let date = office.clock.today();
    Draft::over(open.into_iter().map(Line::Matter).collect(), |manifest| {
        Body::HandoverOffered(HandoverOffered { date, manifest, to, unit })
    })
}

/// The acceptance of a list that was offered.
///
/// # Errors
/// [`Rejection::HandoverUnknown`].
pub fn accepted(books: &Books, handover: ActId) -> Result<Body, Failure> {
    let known = books.handovers.all.get(&handover);
    let root = known.ok_or(Rejection::HandoverUnknown { handover })?.offered.manifest.root;
    Ok(Body::HandoverAccepted(HandoverAccepted { handover, root }))
}

/// The lists that wait for a person of their unit to take them. One that is not what is open now can be taken by nobody and is not among them.
///
/// # Errors
/// A line cannot be written.
pub fn waiting(
    books: &Books,
    officer: OfficerId,
) -> Result<Vec<(&ActId, &HandoverOffered)>, Failure> {
    let Some(known) = books.offices.officers.get(&officer) else { return Ok(Vec::new()) };
    let all = books.handovers.all.iter().map(|(act, one)| (act, &one.offered, one.accepted));
    let own = all.filter(|(_, offered, accepted)| {
        offered.to == officer && offered.unit == known.unit && accepted.is_none()
    });
    let mut own = own.map(|(act, offered, _)| (act, offered)).peekable();
    if own.peek().is_none() {
        return Ok(Vec::new());
    }
    let root = now(books, &known.unit)?.root;
    Ok(own.filter(|(_, offered)| offered.manifest.root == root).collect())
}

/// What a list of a unit would be now.
///
/// # Errors
/// A line cannot be written.
pub fn now(books: &Books, unit: &UnitCode) -> Result<Manifest, Failure> {
    let open = open_matters::of_unit(books, unit).into_iter().map(Line::Matter);
    Ok(seal(&open.collect::<Vec<_>>())?.0)
}
