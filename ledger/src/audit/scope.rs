//! How much of what an act means an audit asks. Whatever its scope, it checks bytes, hashes, signatures, chains and manifests.

use std::collections::BTreeMap;

use super::{Divergence, diagnosis};
use crate::act::Body;
use crate::books::{Books, Statement};
use crate::decoding::ReadLine;
use crate::ids::Digest;
use crate::law::{self, admission};
use crate::line::{Line, LineKind};
use crate::period::Period;
use crate::rejection::Rejection;
use crate::views::month::MonthTable;

/// What is asked of each act, in order, once its bytes are known to be its signer's.
pub(super) trait Scope {
    /// What is read of its lines for that.
    type Line: ReadLine;

    /// Judges an act by the books before it, and folds it. The statement comes without its lines.
    fn take(
        &mut self,
        books: &mut Books,
        statement: &Statement<'_>,
        lines: &[Self::Line],
    ) -> Result<(), Divergence>;
}

/// Every law, every book, every month.
#[derive(Default)]
pub(super) struct Everything {
    pub(super) months: BTreeMap<Period, Digest>,
}

impl Scope for Everything {
    type Line = Line;

    fn take(
        &mut self,
        books: &mut Books,
        statement: &Statement<'_>,
        lines: &[Line],
    ) -> Result<(), Divergence> {
        let statement = Statement { lines, ..*statement };
        let (at, body) = (statement.at, statement.body());
        admission::decoded(body, lines).map_err(|why| diagnosis::of_lines(at, true, &why))?;
        let broken = |why: Rejection| Divergence::law(at, &why);
        law::check(books, &statement).map_err(broken)?;
        if let Body::MonthClosed(closed) = body {
            let table = MonthTable::of(books, closed.period);
            if table.map(|table| table.digest()) != Some(closed.table) {
                return Err(broken(Rejection::CloseTableMismatch {}));
            }
            self.months.insert(closed.period, closed.table);
        }
        books.evolve(&statement);
        Ok(())
    }
}

/// Only who may sign: offices, keys, doubts about keys. Of a line, only which line of its manifest it is.
pub(super) struct KeysOnly;

impl Scope for KeysOnly {
    type Line = LineKind;

    fn take(
        &mut self,
        books: &mut Books,
        statement: &Statement<'_>,
        lines: &[LineKind],
    ) -> Result<(), Divergence> {
        let (at, body) = (statement.at, statement.body());
        let broken = |why: Rejection| Divergence::law(at, &why);
        admission::of_its_kind(body, lines.iter().copied()).map_err(broken)?;
        law::check_keys(books, statement).map_err(broken)?;
        books.evolve_keys(statement);
        Ok(())
    }
}
