//! Books rebuilt from the entries: read and decoded on all cores, folded in order.

use super::OpenFailure;
use crate::books::{Books, Statement};
use crate::canonical::NotCanonical;
use crate::decoding::{self, Broken, Chunks, Group, Groups, Wanted};
use crate::ids::Seq;
use crate::law::admission;
use crate::line::Line;
use crate::log::EntrySource;

/// Folds entries into books act by act. `visit` sees each act with the books before it and says whether to go on with it.
/// The history is taken to be good: signatures and laws are the audit's business.
///
/// # Errors
/// An entry that cannot be read.
pub fn fold_while(
    source: &dyn EntrySource,
    origin: &str,
    visit: &mut dyn FnMut(&Books, &Statement<'_>) -> bool,
) -> Result<Books, OpenFailure> {
    go_on(source, Books::new(origin), visit)
}

/// As [`fold_while`], from books that hold the entries before.
///
/// # Errors
/// As [`fold_while`].
pub fn go_on(
    source: &dyn EntrySource,
    books: Books,
    visit: &mut dyn FnMut(&Books, &Statement<'_>) -> bool,
) -> Result<Books, OpenFailure> {
    let (from, origin) = (Seq(books.height), books.origin.clone());
    decoding::in_order(source, from, &origin, Wanted::Items, |chunks| fold(chunks, books, visit))
}

fn fold(
    chunks: &mut Chunks<'_, '_, Line>,
    mut books: Books,
    visit: &mut dyn FnMut(&Books, &Statement<'_>) -> bool,
) -> Result<Books, OpenFailure> {
    let mut groups = Groups::from(Seq(books.height));
    while let Some(group) = groups.next(chunks).map_err(broken)? {
        let Group { at, act: read, lines, odd, leaves: _ } = group;
        if let Some((seq, odd)) = odd {
            return Err(OpenFailure::Entry { seq, why: admission::odd_line(odd, true) });
        }
        let act = read.signed.act();
        let officer = match books.offices.keys.get(&act.key) {
            Some(known) => known.officer,
            None => admission::signer(&books, &read.signed)
                .map_err(|why| OpenFailure::Entry { seq: at, why })?,
        };
        let statement = Statement { id: read.id, at, officer, act, lines: &lines };
        if !visit(&books, &statement) {
            break;
        }
        books.evolve(&statement);
    }
    Ok(books)
}

fn broken(why: Broken) -> OpenFailure {
    match why {
        Broken::Unreadable(failure) => failure.into(),
        Broken::Neither(seq, why) => OpenFailure::Entry { seq, why: admission::malformed(&why) },
        Broken::Stray(seq) => {
            let why = NotCanonical::Form("a line where an act must stand".to_owned());
            OpenFailure::Entry { seq, why: admission::malformed(&why) }
        }
    }
}
