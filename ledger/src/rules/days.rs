//! Rules for days: nothing is booked for a day that had not come when the act was signed, nor before what it rests on.

use crate::act::Body;
use crate::books::Statement;
use crate::line::Line;
use crate::period::Date;
use crate::rejection::Rejection;

pub(super) fn decide(statement: &Statement<'_>) -> Result<(), Rejection> {
    // The act's own time is a claim, and still the latest day that its signer can have known anything of.
    if let (Some(date), Some(signed)) = (statement.body().posting_date(), statement.act.day()) {
        not_ahead(date, signed)?;
    }
    // That no final answer is older than its payment file is a law (`law::answers`); of any other row a person decides.
    let body = statement.body();
    let booked = if let Body::ResponseImported(imported) = body {
        imported.booked
    } else if let Body::ReturnsImported(imported) = body {
        imported.booked
    } else {
        return Ok(());
    };
    for (n, line) in (1..).zip(statement.lines) {
        if line.as_response().is_some_and(|line| line.answered > booked) {
            return Err(Rejection::ResponseLineWrong { n, why: "银行日期晚于入账日期" });
        }
        if let Line::Return(line) = line
            && line.returned > booked
        {
            return Err(Rejection::ReturnLineWrong { n, why: "退汇日期晚于入账日期" });
        }
    }
    Ok(())
}

fn not_ahead(date: Date, signed: Date) -> Result<(), Rejection> {
    if date > signed { Err(Rejection::PostedTooLate { date, signed }) } else { Ok(()) }
}
