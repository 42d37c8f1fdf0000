//! Who may sign what: that the signer holds office, and the role that the kind of act needs (I13).

use crate::act::Body;
use crate::books::{Books, Statement};
use crate::rejection::Rejection;

/// # Errors
/// The signer left office, or the post does not carry the role.
pub fn check(books: &Books, statement: &Statement<'_>) -> Result<(), Rejection> {
    let body = statement.body();
    if matches!(body, Body::Founded(_)) {
        // The founding act makes the first persons in office; `law::vouching` judges it.
        return Ok(());
    }
    let officer = statement.officer;
    let known = books.offices.officers.get(&officer);
    let known = known.ok_or(Rejection::OfficerUnknown { officer })?;
    if !known.in_office {
        return Err(Rejection::OfficerDismissed { officer });
    }
    match body.role().filter(|role| !known.roles.contains(role)) {
        Some(role) => Err(Rejection::RoleMissing { kind: body.chinese(), role: role.chinese() }),
        None => Ok(()),
    }
}
