//! Everything that is wrong in one file. A damaged file can hold as many faults as bytes, and what is told of them must not
//! take many times its size: of each kind the first thousands are kept with their places, and the rest are counted.

use std::collections::BTreeMap;

use crate::problem::{Code, Problem};

/// So many problems of one code in one column are kept. No clerk works off more of a kind; a file with so many is another file.
pub(crate) const KEPT: usize = 5_000;

/// A code, and the column in which it was found. A layout has few columns.
type Kind = (Code, Option<String>);

/// Problems in the order in which they were found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Problems {
    kept: Vec<Problem>,
    /// How many there are of each kind, kept or not.
    counts: BTreeMap<Kind, usize>,
    all: usize,
}

impl Problems {
    /// One more.
    pub(crate) fn push(&mut self, problem: Problem) {
        self.all += 1;
        let count = self.counts.entry((problem.code, problem.column.clone())).or_default();
        *count += 1;
        if *count <= KEPT {
            self.kept.push(problem);
        }
    }

    /// More of them, in their order.
    pub(crate) fn extend(&mut self, problems: impl IntoIterator<Item = Problem>) {
        problems.into_iter().for_each(|problem| self.push(problem));
    }

    /// Those that a later part of the same file came to.
    pub(crate) fn append(&mut self, later: Problems) {
        let left_out: Vec<(Kind, usize)> =
            later.left_out().map(|(kind, more)| (kind.clone(), more)).collect();
        self.extend(later.kept);
        for (kind, more) in left_out {
            *self.counts.entry(kind).or_default() += more;
            self.all += more;
        }
    }

    /// How many there are, kept or not.
    pub(crate) fn len(&self) -> usize {
        self.all
    }

    /// True if nothing is wrong.
    pub(crate) fn is_empty(&self) -> bool {
        self.all == 0
    }

    /// Those that are kept, and behind them how many there are besides, a problem for each kind.
    pub(crate) fn into_told(mut self, file: &str) -> Vec<Problem> {
        let more = self.left_out().map(|((code, column), more)| {
            let column = column.as_ref().map(|column| format!("“{column}”")).unwrap_or_default();
            let found = format!("{column}{}，另有{more}处（{code}）", code.chinese());
            Problem::of_file(Code::FileMoreProblems, file).found(found)
        });
        let more: Vec<Problem> = more.collect();
        self.kept.extend(more);
        self.kept
    }

    /// How many of each kind are not kept, where there are any.
    fn left_out(&self) -> impl Iterator<Item = (&Kind, usize)> {
        let more = self.counts.iter().map(|(kind, count)| (kind, count.saturating_sub(KEPT)));
        more.filter(|(_, more)| *more > 0)
    }
}

#[cfg(test)]
mod tests {
    use super::{KEPT, Problems};
    use crate::problem::{Code, Problem};

    fn of_rows(code: Code, rows: std::ops::Range<usize>) -> Problems {
        let mut problems = Problems::default();
        let row = |row| Problem::of_row(code, "x", u32::try_from(row).unwrap());
        problems.extend(rows.map(row));
        problems
    }

    #[test]
    fn the_first_of_a_kind_are_kept_the_rest_are_counted_and_no_other_kind_is_hidden() {
        let mut problems = of_rows(Code::ValueNotMoney, 1..KEPT + 11);
        problems.append(of_rows(Code::ValueMissing, 5..6));
        problems.push(Problem::of_row(Code::ValueNotMoney, "x", 9).in_column("金额"));
        assert_eq!(problems.len(), KEPT + 12);
        let told = problems.into_told("x");
        assert_eq!(told.len(), KEPT + 3);
        assert_eq!(told[KEPT].code, Code::ValueMissing);
        assert_eq!(told[KEPT + 1].column.as_deref(), Some("金额"));
        assert_eq!(told[KEPT + 2].code, Code::FileMoreProblems);
        assert_eq!(told[KEPT + 2].found, "不是金额，另有10处（value.not_money）");
    }

    #[test]
    fn found_in_parts_or_at_once_they_are_the_same() {
        for cut in [1, 7, KEPT - 1, KEPT + 3, 2 * KEPT] {
            let mut parts = of_rows(Code::ValueNotMoney, 1..cut);
            parts.append(of_rows(Code::ValueNotMoney, cut..3 * KEPT));
            assert_eq!(parts, of_rows(Code::ValueNotMoney, 1..3 * KEPT), "{cut}");
        }
    }
}
