//! A month closes once, after the month before it, on the figures that all entries before the close give (I6).

use crate::act::Body;
use crate::books::Books;
use crate::rejection::Rejection;

/// # Errors
/// The month is closed already, another must close first, or the figures stand at another height.
pub fn check(books: &Books, body: &Body) -> Result<(), Rejection> {
    let Body::MonthClosed(closed) = body else { return Ok(()) };
    let period = closed.period;
    let expected = match books.closings.last() {
        Some(last) if period <= last => return Err(Rejection::PeriodClosed { period }),
        Some(last) => Some(last.next()),
        // The first close leaves no month behind in which the bank already moved money.
        None => books.first_open_month().filter(|first| *first < period),
    };
    if let Some(expected) = expected.filter(|expected| *expected != period) {
        return Err(Rejection::CloseOrder { expected });
    }
    if closed.height != books.height {
        return Err(Rejection::CloseMoved { height: books.height, found: closed.height });
    }
    Ok(())
}
