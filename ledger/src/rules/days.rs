//! Rules for days: nothing is booked for a day that had not come when the act was signed, nor before what it rests on.

use crate::act::Body;
use crate::books::{Books, Statement};
use crate::law::not_before;
use crate::line::Line;
use crate::period::Date;
use crate::rejection::Rejection;

pub(super) fn decide(books: &Books, statement: &Statement<'_>) -> Result<(), Rejection> {
    // The act's own time is a claim, and still the latest day that its signer can have known anything of.
    if let (Some(date), Some(signed)) = (statement.body().posting_date(), statement.act.day()) {
        not_ahead(date, signed)?;
    }
    if let Body::ResponseImported(imported) = statement.body() {
        let batch = books.payments.batches.get(&imported.batch);
        let released = batch.and_then(|batch| batch.released.as_ref());
        for line in statement.lines {
            let Line::Response(line) = line else { continue };
            not_before(line.answered, imported.booked)?;
            // A row that names no payment may be of another batch, which was answered before this one went out.
            if let Some(released) = released.filter(|_| line.reference.is_some()) {
                not_before(released.date, line.answered)?;
            }
        }
    } else if let Body::ReturnsImported(imported) = statement.body() {
        for line in statement.lines {
            let Line::Return(line) = line else { continue };
            not_before(line.returned, imported.booked)?;
        }
    }
    Ok(())
}

fn not_ahead(date: Date, signed: Date) -> Result<(), Rejection> {
    if date > signed { Err(Rejection::PostedTooLate { date, signed }) } else { Ok(()) }
}
