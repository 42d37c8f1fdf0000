//! Which statement row stands for which movement in the books. Each row gets one outcome, each movement at most
//! one row; where two would fit, nobody guesses.

use std::collections::{BTreeMap, HashMap};

use ledger::answer::StatementOutcome;
use ledger::ids::{BatchCode, Digest, PaymentRef};
use ledger::money::Money;
use ledger::period::Date;

use super::pools::{Pools, Tier};
use super::{StatementRow, fingerprint};
use crate::names::account_key;
use crate::pieces::Pieces;

/// A movement is looked for this many days before and after its date in the books.
pub const MOVEMENT_WINDOW_DAYS: i64 = 30;
/// A return may take longer to be noticed on either side (DOMAIN §8).
pub const RETURN_WINDOW_DAYS: i64 = 90;

/// Something in the books that the bank's statement must show once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BankMovement {
    /// The caller's key; no two movements share one.
    pub id: String,
    /// What it is. [`StatementOutcome::Repeated`] and [`StatementOutcome::Unmatched`] are no movements and
    /// match nothing.
    pub kind: StatementOutcome,
    /// The amount; more than nothing.
    pub amount: Money,
    /// Its date in the books.
    pub date: Date,
    /// The batch, looked for in summary and remark.
    pub batch: Option<BatchCode>,
    /// The payment, looked for in summary and remark.
    pub reference: Option<PaymentRef>,
    /// The other side's account.
    pub account_no: Option<String>,
    /// The other side's name.
    pub name: Option<String>,
}

/// What one row stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowOutcome {
    /// The row in its file.
    pub row: u32,
    /// The meaning.
    pub outcome: StatementOutcome,
    /// The movement it stands for; `None` for repeated and unmatched rows.
    pub movement: Option<String>,
    /// What tells this row again in another file.
    pub fingerprint: Digest,
    /// What the row adds to the balance.
    pub change: Money,
}

/// A whole statement against the books.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StatementReport {
    /// One per row, in the order of the rows.
    pub outcomes: Vec<RowOutcome>,
    /// Movements that no row shows: outstanding items 未达账项.
    pub outstanding: Vec<String>,
}

/// Matches a statement. `imported` counts the fingerprints of rows imported before: as many equal rows are
/// repeated, the next one is new.
///
/// # Panics
/// If a row was lost or a movement used twice: a fault of this program.
#[must_use]
pub fn match_statement<S: std::hash::BuildHasher>(
    account_no: &str,
    rows: &Pieces<StatementRow>,
    movements: &[BankMovement],
    imported: &HashMap<Digest, u32, S>,
) -> StatementReport {
    let fingerprints: Vec<_> = rows.iter().map(|row| fingerprint(account_no, row)).collect();
    let mut counts: BTreeMap<Digest, u32> = BTreeMap::new();
    let is_new: Vec<bool> = fingerprints
        .iter()
        .map(|print| {
            let seen = counts.entry(*print).or_default();
            *seen = seen.saturating_add(1);
            imported.get(print).is_none_or(|before| *seen > *before)
        })
        .collect();
    let found = pair(rows, &is_new, movements);
    let outcomes: Vec<_> = rows
        .iter()
        .zip(fingerprints)
        .zip(is_new.iter().zip(&found))
        .map(|((row, fingerprint), (is_new, found))| {
            let movement = found.and_then(|index| movements.get(index));
            let outcome = match movement {
                _ if !is_new => StatementOutcome::Repeated,
                Some(movement) => movement.kind,
                None => StatementOutcome::Unmatched,
            };
            let change = row.change().unwrap_or(Money::ZERO);
            let movement = movement.map(|movement| movement.id.clone());
            RowOutcome { row: row.row, outcome, movement, fingerprint, change }
        })
        .collect();
    let mut used = vec![0_usize; movements.len()];
    for index in found.iter().flatten() {
        if let Some(count) = used.get_mut(*index) {
            *count += 1;
        }
    }
    let outstanding: Vec<_> = movements
        .iter()
        .zip(&used)
        .filter(|(_, used)| **used == 0)
        .map(|(movement, _)| movement.id.clone())
        .collect();
    assert!(used.iter().all(|count| *count <= 1), "a movement stands on at most one row");
    assert_eq!(outcomes.len(), rows.len(), "every row has one outcome");
    let paired = found.iter().flatten().count();
    assert_eq!(
        paired + outstanding.len(),
        movements.len(),
        "every movement is shown or outstanding"
    );
    StatementReport { outcomes, outstanding }
}

pub(super) fn mentions(row: &StatementRow, word: &str) -> bool {
    row.remark.contains(word) || row.summary.contains(word)
}

/// For each row the index of its movement.
fn pair(
    rows: &Pieces<StatementRow>,
    is_new: &[bool],
    movements: &[BankMovement],
) -> Vec<Option<usize>> {
    let mut pairing = Pairing {
        rows,
        movements,
        pools: Pools::of(movements),
        found: vec![None; rows.len()],
        taken: vec![false; movements.len()],
    };
    let new_rows = is_new.iter().enumerate().filter(|(_, is_new)| **is_new);
    let mut open: Vec<usize> = new_rows.map(|(at, _)| at).collect();
    for tier in Tier::ALL {
        open = pairing.settle(&open, tier);
    }
    pairing.found
}

struct Pairing<'a> {
    rows: &'a Pieces<StatementRow>,
    movements: &'a [BankMovement],
    pools: Pools<'a>,
    found: Vec<Option<usize>>,
    taken: Vec<bool>,
}

impl Pairing<'_> {
    /// Settles what this tier can settle; gives the rows of which it has nothing to say. Rows that fit several
    /// movements are decided too: a weaker tier must not settle what a stronger one leaves to a person.
    fn settle(&mut self, open: &[usize], tier: Tier) -> Vec<usize> {
        let mut groups = self.groups(open, tier);
        let mut wanted: BTreeMap<usize, usize> = BTreeMap::new();
        for movement in groups.keys().flatten() {
            *wanted.entry(*movement).or_default() += 1;
        }
        let rest = groups.remove(&Vec::new()).unwrap_or_default();
        for (fits, mut group) in groups {
            let alone = fits.iter().all(|movement| wanted.get(movement) == Some(&1));
            let enough =
                fits.len() == 1 || (group.len() >= fits.len() && alike(self.movements, &fits));
            if !alone || !enough {
                continue;
            }
            group.sort_by_key(|at| self.rows.get(*at).map(|row| (row.date, &row.serial, row.row)));
            for (movement, at) in fits.iter().zip(group) {
                if let (Some(slot), Some(taken)) =
                    (self.found.get_mut(at), self.taken.get_mut(*movement))
                {
                    *slot = Some(*movement);
                    *taken = true;
                }
            }
        }
        rest
    }

    /// Rows that fit the same movements stand together.
    fn groups(&self, open: &[usize], tier: Tier) -> BTreeMap<Vec<usize>, Vec<usize>> {
        let mut alike = HashMap::new();
        let mut groups: Vec<(Vec<usize>, Vec<usize>)> = Vec::new();
        for at in open {
            let Some(row) = self.rows.get(*at) else { continue };
            let key = Pools::alike(row, tier);
            let known = key.as_ref().and_then(|key| alike.get(key).copied());
            let place = known.unwrap_or(groups.len());
            if known.is_none() {
                let mut fits = self.pools.fitting(row, tier);
                fits.retain(|movement| self.taken.get(*movement) == Some(&false));
                groups.push((fits, Vec::new()));
                alike.extend(key.map(|key| (key, place)));
            }
            if let Some((_, rows)) = groups.get_mut(place) {
                rows.push(*at);
            }
        }
        let mut merged: BTreeMap<Vec<usize>, Vec<usize>> = BTreeMap::new();
        for (fits, rows) in groups {
            merged.entry(fits).or_default().extend(rows);
        }
        merged
    }
}

/// True for money out, false for money in, nothing for what is no movement.
pub(super) const fn is_debit(kind: StatementOutcome) -> Option<bool> {
    match kind {
        StatementOutcome::BatchDebit
        | StatementOutcome::AdvanceDebit
        | StatementOutcome::TransferDebit => Some(true),
        StatementOutcome::FailureCredit
        | StatementOutcome::ReturnCredit
        | StatementOutcome::FundCredit
        | StatementOutcome::RecoveryCredit
        | StatementOutcome::TransferCredit => Some(false),
        StatementOutcome::Repeated | StatementOutcome::Unmatched => None,
    }
}

/// True for what one payee sends back or gets, so that another's account on the row speaks against it.
pub(super) const fn is_single_payee(kind: StatementOutcome) -> bool {
    match kind {
        StatementOutcome::ReturnCredit
        | StatementOutcome::RecoveryCredit
        | StatementOutcome::AdvanceDebit => true,
        StatementOutcome::BatchDebit
        | StatementOutcome::FailureCredit
        | StatementOutcome::FundCredit
        | StatementOutcome::TransferDebit
        | StatementOutcome::TransferCredit
        | StatementOutcome::Repeated
        | StatementOutcome::Unmatched => false,
    }
}

/// The days fit, and nothing in the row speaks against the movement.
pub(super) fn can_be(row: &StatementRow, movement: &BankMovement) -> bool {
    let days = row.date.days_since(movement.date).abs();
    let is_return = movement.kind == StatementOutcome::ReturnCredit;
    let window = if is_return { RETURN_WINDOW_DAYS } else { MOVEMENT_WINDOW_DAYS };
    let names_another = movement.account_no.as_ref().is_some_and(|account| {
        !row.counterparty_account.is_empty() && account_key(account) != row.counterparty_account
    });
    days <= window && !(is_single_payee(movement.kind) && names_another)
}

/// True if nothing but their ids tells these movements apart, so that any pairing is as good as another.
fn alike(movements: &[BankMovement], indexes: &[usize]) -> bool {
    let mut parts = indexes.iter().filter_map(|index| movements.get(*index)).map(|movement| {
        (movement.kind, movement.date, &movement.batch, &movement.account_no, &movement.name)
    });
    let first = parts.next();
    parts.all(|part| Some(part) == first)
}
