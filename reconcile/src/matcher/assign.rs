//! The one place where lines are given to payments, for responses and returns alike.
//! Each payment takes at most one line; what is not certain goes to a person.

use std::num::NonZeroU32;

use ledger::answer::MatchRule;
use ledger::ids::PaymentRef;
use ledger::money::Money;
use ledger::period::Date;

use ledger::shares::{cores, in_turns};

use super::by_account::by_account;
use super::index::Index;
use super::{Difference, Differences, Expectation};
use crate::names::same_name;

/// What a line says about a payment.
pub(crate) struct Claim<'a, A> {
    pub(crate) reference: Option<&'a PaymentRef>,
    /// Empty where the bank names payments by our reference alone.
    pub(crate) account_no: &'a str,
    pub(crate) name: &'a str,
    pub(crate) amount: Money,
    pub(crate) date: Option<Date>,
    /// What the line answers; two lines with one answer say the same.
    pub(crate) answer: A,
    /// False if the line contradicts itself, so that it can only be a discrepancy.
    pub(crate) is_sound: bool,
}

impl<'l, A> Claim<'l, A> {
    /// The order of lines that say the same, by their content, so that their place in the file means nothing.
    pub(crate) fn rank(&self) -> (Option<Date>, &'l str) {
        (self.date, self.name)
    }
}

/// The lines of a file by what they claim. A claim is made when it is asked for: a million of them need no place.
pub(crate) struct Lines<'l, L, F> {
    /// The lines as they were read, in pieces: how many stand before, and the piece.
    pieces: Vec<(usize, &'l [L])>,
    count: usize,
    /// What a line claims.
    claim: F,
}

/// Fewer lines than this are not worth a thread.
pub(super) const WORTH_A_THREAD: usize = 4096;

impl<'l, L, A, F: Fn(&'l L) -> Claim<'l, A>> Lines<'l, L, F> {
    /// Lines in the order of their file, in one slice or in several.
    pub(crate) fn of(slices: &[&'l [L]], claim: F) -> Lines<'l, L, F> {
        let mut lines = Lines { pieces: Vec::new(), count: 0, claim };
        for slice in slices {
            // A file that was read as one piece is still worked on by every core.
            let share = slice.len().div_ceil(cores()).max(WORTH_A_THREAD);
            let share = if slices.len() > 1 { slice.len().max(1) } else { share };
            for piece in slice.chunks(share) {
                lines.pieces.push((lines.count, piece));
                lines.count += piece.len();
            }
        }
        lines
    }

    /// How many lines there are.
    pub(crate) fn count(&self) -> usize {
        self.count
    }

    pub(super) fn get(&self, at: usize) -> Option<Claim<'l, A>> {
        let behind = self.pieces.partition_point(|(before, _)| *before <= at);
        let (before, piece) = self.pieces.get(behind.checked_sub(1)?)?;
        piece.get(at - before).map(&self.claim)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = Claim<'l, A>> {
        self.pieces.iter().flat_map(|(_, piece)| *piece).map(&self.claim)
    }

    /// Does `work` on every piece, on all cores. It is told how many lines stand before.
    pub(crate) fn on_all_cores<R: Send>(&self, work: impl Fn(usize, &'l [L]) -> R + Sync) -> Vec<R>
    where
        L: Sync,
        F: Sync,
    {
        let mut done = Vec::with_capacity(self.pieces.len());
        let of_piece = |(): &mut (), (before, piece): &(usize, &'l [L])| work(*before, piece);
        in_turns(&self.pieces, || (), of_piece, |result| done.push(result));
        done
    }
}

/// A payment's place among the payments. A million of these are held at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place(u32);

impl Place {
    /// # Panics
    /// Beyond four thousand million payments.
    pub(super) fn of(payment: usize) -> Place {
        Place(u32::try_from(payment).expect("payments are fewer than four thousand million"))
    }

    pub(super) fn index(self) -> usize {
        usize::try_from(self.0).unwrap_or(usize::MAX)
    }
}

/// What was found for a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// This payment, in every part.
    One { payment: Place, rule: MatchRule },
    /// This payment, but something differs.
    Different { payment: Place, rule: MatchRule },
    /// This payment, but another line of the same file says otherwise of it.
    Contradicted { payment: Place, rule: MatchRule },
    /// More than one payment fits.
    Several,
    /// No payment fits, or the ones that fit are taken.
    Nothing,
}

impl Found {
    /// The payment that the line names.
    pub(crate) fn payment(self) -> Option<usize> {
        match self {
            Found::One { payment, .. }
            | Found::Different { payment, .. }
            | Found::Contradicted { payment, .. } => Some(payment.index()),
            Found::Several | Found::Nothing => None,
        }
    }
}

/// One entry per line, in the order of the lines. `within` says whether a line of the second day can be about a
/// payment instructed on the first.
pub(crate) fn assign<'l, L, A, F>(
    payments: &[Expectation],
    lines: &Lines<'l, L, F>,
    within: impl Fn(Date, Date) -> bool,
) -> Vec<Found>
where
    L: Sync,
    A: Copy + Eq,
    F: Fn(&'l L) -> Claim<'l, A> + Sync,
{
    let by_itself = by_itself(payments, lines);
    let is_named = (!by_itself.all_refer).then(|| are_named(payments, &by_itself.found));
    let mut found = if by_itself.each_once {
        by_itself.found
    } else {
        by_reference(payments, lines, &by_itself.found)
    };
    if let Some(is_named) = is_named {
        by_account(payments, lines, &within, &mut found, &is_named);
    }
    found
}

/// Whether some line names that payment by its reference, for each payment.
fn are_named(payments: &[Expectation], by_itself: &[Found]) -> Vec<bool> {
    let mut are_named = vec![false; payments.len()];
    for payment in by_itself.iter().filter_map(|found| found.payment()) {
        if let Some(slot) = are_named.get_mut(payment) {
            *slot = true;
        }
    }
    are_named
}

/// What every line names by its reference, if no other line is asked.
struct ByItself {
    /// One entry per line: [`Found::One`], [`Found::Different`] or [`Found::Nothing`].
    found: Vec<Found>,
    /// The lines name payments in their order, so that none is named twice. Banks mostly keep our order.
    each_once: bool,
    /// Every line has a reference.
    all_refer: bool,
}

/// A piece of them.
struct PieceByItself {
    found: Vec<Found>,
    /// The first and the last payment that are named.
    ends: Option<(Place, Place)>,
    each_once: bool,
    all_refer: bool,
}

/// Looked up and compared on all cores.
fn by_itself<'l, L, A, F>(payments: &[Expectation], lines: &Lines<'l, L, F>) -> ByItself
where
    L: Sync,
    F: Fn(&'l L) -> Claim<'l, A> + Sync,
{
    let index = Index::of(payments);
    let pieces = lines.on_all_cores(|_, piece| {
        let mut of_piece = PieceByItself {
            found: Vec::with_capacity(piece.len()),
            ends: None,
            each_once: true,
            all_refer: true,
        };
        for line in piece {
            of_piece.take(payments, &index, &(lines.claim)(line));
        }
        of_piece
    });
    let mut all = ByItself { found: Vec::new(), each_once: true, all_refer: true };
    all.found.reserve_exact(lines.count());
    let mut last = None;
    for piece in pieces {
        all.found.extend_from_slice(&piece.found);
        all.all_refer &= piece.all_refer;
        all.each_once &= piece.each_once;
        if let Some((begin, end)) = piece.ends {
            all.each_once &= last.is_none_or(|last| last < begin);
            last = Some(end);
        }
    }
    all
}

impl PieceByItself {
    fn take<A>(&mut self, payments: &[Expectation], index: &Index<'_>, line: &Claim<'_, A>) {
        self.all_refer &= line.reference.is_some();
        let payment = line.reference.and_then(|reference| index.get(reference));
        let expected = payment.and_then(|at| payments.get(at));
        let (Some(at), Some(expected)) = (payment, expected) else {
            self.found.push(Found::Nothing);
            return;
        };
        let (payment, rule) = (Place::of(at), MatchRule::Reference);
        self.found.push(if agrees(line, expected) {
            Found::One { payment, rule }
        } else {
            Found::Different { payment, rule }
        });
        let (first, last) = self.ends.unwrap_or((payment, payment));
        self.each_once &= self.ends.is_none() || last < payment;
        self.ends = Some((first, payment));
    }
}

/// What the lines of a file have said of one payment by its reference.
#[derive(Clone, Default)]
struct Hold {
    /// The line that has it, if one has.
    line: Option<NonZeroU32>,
    /// Two sound lines say different things of it.
    is_contested: bool,
}

impl Hold {
    /// The place of the line that has it.
    fn holder(&self) -> Option<usize> {
        usize::try_from(self.line?.get() - 1).ok()
    }

    fn give(&mut self, at: usize) {
        self.line = u32::try_from(at + 1).ok().and_then(NonZeroU32::new);
    }
}

/// What is found for lines of which several may name one payment.
fn by_reference<'l, L, A, F>(
    payments: &[Expectation],
    lines: &Lines<'l, L, F>,
    by_itself: &[Found],
) -> Vec<Found>
where
    A: Copy + Eq,
    F: Fn(&'l L) -> Claim<'l, A>,
{
    let mut found = vec![Found::Nothing; lines.count()];
    let mut holds = vec![Hold::default(); payments.len()];
    for (at, named) in by_itself.iter().enumerate() {
        if let Some(hold) = named.payment().and_then(|payment| holds.get_mut(payment)) {
            take(*named, hold, lines, at, &mut found);
        }
    }
    if holds.iter().any(|hold| hold.is_contested) {
        // Neither may win by standing first: every sound line about the payment is contradicted.
        for (named, slot) in by_itself.iter().zip(&mut found) {
            if let Found::One { payment, rule } | Found::Different { payment, rule } = *named
                && holds.get(payment.index()).is_some_and(|hold| hold.is_contested)
                && !matches!(slot, Found::Different { .. })
            {
                *slot = Found::Contradicted { payment, rule };
            }
        }
    }
    found
}

/// One line that names one payment.
fn take<'l, L, A: Copy + Eq, F: Fn(&'l L) -> Claim<'l, A>>(
    named: Found,
    hold: &mut Hold,
    lines: &Lines<'l, L, F>,
    at: usize,
    found: &mut [Found],
) {
    let Some(slot) = found.get_mut(at) else { return };
    let agrees = matches!(named, Found::One { .. });
    let Some(holder) = hold.holder().filter(|_| agrees) else {
        if agrees {
            hold.give(at);
        }
        *slot = named;
        return;
    };
    match lines.get(at).zip(lines.get(holder)) {
        None => {}
        Some((line, other)) if other.answer != line.answer => hold.is_contested = true,
        // The same answer once more is one line too many: the later one, wherever it stands.
        Some((line, other)) if line.rank() < other.rank() => {
            *slot = named;
            hold.give(at);
            if let Some(later) = found.get_mut(holder) {
                *later = Found::Nothing;
            }
        }
        Some(_) => *slot = Found::Nothing,
    }
}

pub(super) fn agrees<A>(line: &Claim<'_, A>, expected: &Expectation) -> bool {
    line.is_sound
        && line.amount == expected.amount
        && !other_account(line, expected)
        && !other_name(line, expected)
}

/// An account or a name that the bank does not state at all contradicts nothing.
fn other_account<A>(line: &Claim<'_, A>, expected: &Expectation) -> bool {
    !line.account_no.is_empty() && line.account_no != expected.account_no
}

fn other_name<A>(line: &Claim<'_, A>, expected: &Expectation) -> bool {
    !line.name.is_empty() && !same_name(line.name, &expected.name)
}

/// In what a line differs from a payment, apart from contradicting itself.
pub(crate) fn differences<A>(line: &Claim<'_, A>, expected: &Expectation) -> Differences {
    [
        (Difference::Amount, line.amount != expected.amount),
        (Difference::Account, other_account(line, expected)),
        (Difference::Name, other_name(line, expected)),
    ]
    .into_iter()
    .filter_map(|(difference, differs)| differs.then_some(difference))
    .collect()
}
