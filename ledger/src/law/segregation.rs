//! Segregation of duties 不相容岗位分离 (I7): within a case, one person holds one stage.
//! Which stage of which case an act is, stands in `books::duties`.

use crate::books::{Books, Statement, duties};
use crate::rejection::Rejection;

/// # Errors
/// [`Rejection::SamePerson`] if the signer already holds another stage of one of the cases.
pub fn check(books: &Books, statement: &Statement<'_>) -> Result<(), Rejection> {
    for (case, wanted) in duties::of(books, statement) {
        let held = books.duties.held(&case, statement.officer);
        if let Some(held) = held.filter(|held| *held != wanted) {
            return Err(Rejection::SamePerson {
                case: case.to_string(),
                held: held.chinese(),
                wanted: wanted.chinese(),
            });
        }
    }
    Ok(())
}
