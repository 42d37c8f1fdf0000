//! The laws: what holds in every history ever committed. `decide` asks them before it writes,
//! `audit` asks them again from the log alone. A rule that may tighten later is not a law and stands in `rules`.

pub mod admission;
pub mod approval;
pub mod authority;
pub mod segregation;
pub mod vouching;

use crate::books::postings;
use crate::books::{Books, Statement};
use crate::rejection::Rejection;

/// Every law for one statement, given the books before it.
///
/// # Errors
/// The first law that it would break.
pub fn check(books: &Books, statement: &Statement<'_>) -> Result<(), Rejection> {
    authority::check(books, statement)?;
    vouching::check(books, statement)?;
    segregation::check(books, statement)?;
    approval::check(books, statement.body())?;
    if let Some(date) = statement.body().posting_date() {
        books.closings.open(date)?;
    }
    funds_stay_whole(books, statement)
}

/// I14: no fund, transit account or allotment below zero, at any entry.
fn funds_stay_whole(books: &Books, statement: &Statement<'_>) -> Result<(), Rejection> {
    let overflow = || Rejection::MoneyOverflow {};
    for posting in postings::of(books, statement).ok_or_else(overflow)? {
        let balance = books.postings.balance(&posting.account);
        let after = balance.checked_add(posting.amount).ok_or_else(overflow)?;
        if !(posting.account.must_not_be_negative() && after.is_negative()) {
            continue;
        }
        let short = after.checked_neg().ok_or_else(overflow)?;
        let Some(fund) = posting.account.fund().cloned() else { continue };
        return Err(match posting.account {
            postings::Account::Allotment(_) => Rejection::AllotmentExceeded { fund, short },
            postings::Account::Bank(..)
            | postings::Account::InTransit(_)
            | postings::Account::TreasuryIncome(_)
            | postings::Account::Contributions(_)
            | postings::Account::Spent(..)
            | postings::Account::AllotmentSource(_)
            | postings::Account::InsurancePaid(_)
            | postings::Account::InsurerMoney(_) => Rejection::FundInsufficient { fund, short },
        });
    }
    Ok(())
}
