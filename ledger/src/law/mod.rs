//! The laws: what holds in every history ever committed. `decide` asks them before it writes,
//! `audit` asks them again from the log alone. A rule that may tighten later is not a law and stands in `rules`.

pub mod admission;
pub mod answers;
pub mod approval;
pub mod authority;
pub mod closing;
pub mod identity;
pub mod reversal;
pub mod segregation;
pub mod succession;
pub mod vouching;

use crate::act::Body;
use crate::books::postings::{self, Account, Posting};
use crate::books::{Books, Statement};
use crate::money::MAX_JSON_INTEGER;
use crate::period::Date;
use crate::rejection::Rejection;

/// Every law for one statement, given the books before it.
///
/// # Errors
/// The first law that it would break.
pub fn check(books: &Books, statement: &Statement<'_>) -> Result<(), Rejection> {
    founded_before(books, statement)?;
    authority::check(books, statement)?;
    vouching::check(books, statement)?;
    succession::check(books, statement)?;
    segregation::check(books, statement)?;
    approval::check(books, statement.body())?;
    closing::check(books, statement.body())?;
    if let Some(date) = statement.body().posting_date() {
        books.closings.open(date)?;
    }
    identity::check(books, statement)?;
    answers::check(books, statement)?;
    reversal::check(books, statement)?;
    funds_stay_whole(books, statement)
}

/// The laws of the acts that say who may sign. They ask of the books only what [`Books::evolve_keys`] folds.
///
/// # Errors
/// The first law that the statement would break.
pub fn check_keys(books: &Books, statement: &Statement<'_>) -> Result<(), Rejection> {
    founded_before(books, statement)?;
    if statement.body().says_who_signs() {
        authority::check(books, statement)?;
    }
    vouching::check(books, statement)?;
    succession::check(books, statement)
}

fn founded_before(books: &Books, statement: &Statement<'_>) -> Result<(), Rejection> {
    if books.offices.founded.is_none() && !matches!(statement.body(), Body::Founded(_)) {
        return Err(Rejection::NotFounded {});
    }
    Ok(())
}

/// What happens because of something else is not booked before it.
pub(crate) fn not_before(earliest: Date, date: Date) -> Result<(), Rejection> {
    if date < earliest { Err(Rejection::PostedTooEarly { date, earliest }) } else { Ok(()) }
}

/// I14: no fund, transit account, allotment or lot of goods below zero, at any entry, nor at the end of the month that the entry
/// posts in or of any later one: an entry dated back may take money that was not there yet.
fn funds_stay_whole(books: &Books, statement: &Statement<'_>) -> Result<(), Rejection> {
    let overflow = || Rejection::MoneyOverflow {};
    let Some(date) = statement.body().posting_date() else { return Ok(()) };
    for posting in postings::of(books, statement).ok_or_else(overflow)? {
        let Posting { account, amount } = posting;
        let after = books.postings.balance(&account).checked_add(amount).ok_or_else(overflow)?;
        if after.fen().unsigned_abs() > MAX_JSON_INTEGER.unsigned_abs() {
            return Err(overflow());
        }
        if !(account.must_not_be_negative() && amount.is_negative()) {
            continue;
        }
        let lowest = books.postings.lowest_from(&account, date.period()).ok_or_else(overflow)?;
        let after = after.min(lowest.checked_add(amount).ok_or_else(overflow)?);
        if !after.is_negative() {
            continue;
        }
        let short = after.checked_neg().ok_or_else(overflow)?;
        let is_allotment = matches!(account, Account::Allotment(_));
        return Err(match account.fund().cloned() {
            Some(fund) if is_allotment => Rejection::AllotmentExceeded { fund, short },
            Some(fund) => Rejection::FundInsufficient { fund, short },
            None => Rejection::GoodsInsufficient { short },
        });
    }
    Ok(())
}
