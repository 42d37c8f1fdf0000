//! Which movements a statement row can be at all, without looking at each: a year's statement has hundreds of thousands of
//! rows, and thousands of returns can have one amount.

use std::borrow::Cow;
use std::collections::BTreeMap;

use ledger::money::Money;
use ledger::period::Date;

use super::StatementRow;
use super::matching::{BankMovement, can_be, is_debit, is_single_payee, mentions};
use crate::matcher::hashing::QuickMap;
use crate::names::{account_key, name_key};

/// How surely a row speaks of a movement; the surest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Tier {
    /// It names the payment.
    Reference,
    /// It names the batch, or the payee's account.
    BatchOrAccount,
    /// It names the payee.
    Name,
    /// Amount and days fit, and nothing speaks against it.
    Amount,
}

impl Tier {
    pub(super) const ALL: [Tier; 4] =
        [Tier::Reference, Tier::BatchOrAccount, Tier::Name, Tier::Amount];

    /// True if the row speaks of the movement in this way.
    pub(super) fn speaks_of(self, row: &StatementRow, movement: &BankMovement) -> bool {
        let account = &row.counterparty_account;
        match self {
            Tier::Reference => {
                let reference = movement.reference.as_ref();
                reference.is_some_and(|reference| mentions(row, &reference.to_string()))
            }
            Tier::BatchOrAccount => {
                let batch = movement.batch.as_ref();
                let own = movement.account_no.as_ref();
                batch.is_some_and(|batch| mentions(row, batch.as_str()))
                    || own.is_some_and(|own| !account.is_empty() && account_key(own) == *account)
            }
            Tier::Name => {
                let name = movement.name.as_ref();
                name.is_some_and(|name| name_key(name) == name_key(&row.counterparty_name))
            }
            Tier::Amount => true,
        }
    }
}

/// The movements of one direction and amount.
#[derive(Default)]
struct Pool<'m> {
    all: Vec<usize>,
    /// Those with one payee, whose account is known: no row of another account is one of them.
    by_account: QuickMap<Cow<'m, str>, Vec<usize>>,
    /// The others: a row of any account can be one of them.
    of_anybody: Vec<usize>,
    by_name: QuickMap<Cow<'m, str>, Vec<usize>>,
    by_reference: QuickMap<String, Vec<usize>>,
}

/// Every movement, by what rows say.
pub(super) struct Pools<'m> {
    movements: &'m [BankMovement],
    pools: BTreeMap<(bool, Money), Pool<'m>>,
}

/// What rows without an account have in common when they can be the same movements.
type Alike = (bool, Money, Date, Tier, String, String);

impl<'m> Pools<'m> {
    pub(super) fn of(movements: &'m [BankMovement]) -> Pools<'m> {
        let mut pools: BTreeMap<(bool, Money), Pool<'m>> = BTreeMap::new();
        for (at, movement) in movements.iter().enumerate() {
            let Some(is_debit) = is_debit(movement.kind) else { continue };
            let pool = pools.entry((is_debit, movement.amount)).or_default();
            pool.all.push(at);
            match movement.account_no.as_deref().filter(|_| is_single_payee(movement.kind)) {
                Some(account) => pool.by_account.entry(account_key(account)).or_default().push(at),
                None => pool.of_anybody.push(at),
            }
            if let Some(name) = &movement.name {
                pool.by_name.entry(name_key(name)).or_default().push(at);
            }
            if let Some(reference) = &movement.reference {
                pool.by_reference.entry(reference.to_string()).or_default().push(at);
            }
        }
        Pools { movements, pools }
    }

    /// The movements that the row can be and that it speaks of in this way, in their order.
    pub(super) fn fitting(&self, row: &StatementRow, tier: Tier) -> Vec<usize> {
        let (is_debit, amount) = side(row);
        let Some(pool) = self.pools.get(&(is_debit, amount)) else { return Vec::new() };
        let mut candidates = pool.candidates(row, tier);
        candidates.sort_unstable();
        candidates.dedup();
        candidates.retain(|at| {
            let movement = self.movements.get(*at);
            movement.is_some_and(|movement| can_be(row, movement) && tier.speaks_of(row, movement))
        });
        candidates
    }

    /// Rows with the same key fit the same movements, so that it need be asked once. `None` where it is quick to ask.
    pub(super) fn alike(row: &StatementRow, tier: Tier) -> Option<Alike> {
        let is_long = matches!(tier, Tier::BatchOrAccount | Tier::Amount);
        if !is_long || !row.counterparty_account.is_empty() {
            return None;
        }
        let (is_debit, amount) = side(row);
        let text = |text: &str| if tier == Tier::Amount { String::new() } else { text.to_owned() };
        Some((is_debit, amount, row.date, tier, text(&row.summary), text(&row.remark)))
    }
}

impl Pool<'_> {
    /// No fewer than what fits, and where a row says something to go by, not many more.
    fn candidates(&self, row: &StatementRow, tier: Tier) -> Vec<usize> {
        if !row.counterparty_account.is_empty() {
            let own = self.by_account.get(row.counterparty_account.as_str());
            return own.into_iter().flatten().chain(&self.of_anybody).copied().collect();
        }
        match tier {
            Tier::Reference => {
                let words = [row.remark.as_str(), row.summary.as_str()].into_iter();
                let named = words.flat_map(windows).filter_map(|word| self.by_reference.get(word));
                named.flatten().copied().collect()
            }
            Tier::Name => {
                let named = self.by_name.get(&name_key(&row.counterparty_name));
                named.into_iter().flatten().copied().collect()
            }
            Tier::BatchOrAccount | Tier::Amount => self.all.clone(),
        }
    }
}

/// Length of a payment's reference in bytes.
const REFERENCE: usize = 12;

/// Every piece of a text that can be a reference.
fn windows(text: &str) -> impl Iterator<Item = &str> {
    let last = text.len().saturating_sub(REFERENCE - 1);
    let pieces = (0..last).filter_map(move |at| text.get(at..at + REFERENCE));
    pieces.filter(|piece| piece.is_ascii())
}

/// True for money out, and the amount.
fn side(row: &StatementRow) -> (bool, Money) {
    let is_debit = !row.debit.is_zero();
    (is_debit, if is_debit { row.debit } else { row.credit })
}

#[cfg(test)]
mod tests {
    use ledger::answer::StatementOutcome;
    use ledger::money::Money;
    use proptest::prelude::*;

    use super::super::StatementRow;
    use super::super::matching::{BankMovement, can_be, is_debit};
    use super::{Pools, Tier, side};

    const KINDS: [StatementOutcome; 6] = [
        StatementOutcome::BatchDebit,
        StatementOutcome::FailureCredit,
        StatementOutcome::ReturnCredit,
        StatementOutcome::RecoveryCredit,
        StatementOutcome::FundCredit,
        StatementOutcome::Unmatched,
    ];
    const ACCOUNTS: [&str; 3] =
        ["6228480000000000018", "6217000000000000020", "'6228480000000000018"];
    const NAMES: [&str; 3] = ["张测试", "张 测试", "李样例"];
    const TEXTS: [&str; 4] = ["批次D20A0", "退汇D20A00000001户名不符", "拨款", "D20A00000002"];

    prop_compose! {
        fn movement()(
            kind in 0..6_usize, fen in 1..4_i64, day in 1..28_i8, batch in prop::option::of(Just("D20A0")),
            reference in prop::option::of(1..4_u32), account in prop::option::of(0..3_usize),
            name in prop::option::of(0..3_usize), id in 0..1_000_000_u32,
        ) -> BankMovement {
            BankMovement {
                id: id.to_string(),
                kind: KINDS[kind],
                amount: Money::from_fen(fen),
                date: ledger::period::Date::new(2020, 10, day).unwrap(),
                batch: batch.map(|code| code.parse().unwrap()),
                reference: reference.map(|n| format!("D20A0{n:07}").parse().unwrap()),
                account_no: account.map(|at| ACCOUNTS[at].to_owned()),
                name: name.map(|at| NAMES[at].to_owned()),
            }
        }
    }

    prop_compose! {
        fn row()(
            is_debit: bool, fen in 1..4_i64, day in 1..28_i8, account in prop::option::of(0..2_usize),
            name in prop::option::of(0..3_usize), summary in 0..4_usize, remark in 0..4_usize,
        ) -> StatementRow {
            let amount = Money::from_fen(fen);
            let (debit, credit) = if is_debit { (amount, Money::ZERO) } else { (Money::ZERO, amount) };
            StatementRow {
                row: 1,
                serial: None,
                date: ledger::period::Date::new(2020, 11, day).unwrap(),
                debit,
                credit,
                balance: Money::ZERO,
                counterparty_name: name.map_or("", |at| NAMES[at]).into(),
                counterparty_account: account.map_or("", |at| ACCOUNTS[at]).into(),
                summary: TEXTS[summary].into(),
                remark: TEXTS[remark].into(),
            }
        }
    }

    proptest! {
        #[test]
        fn the_pools_find_what_looking_at_every_movement_finds(
            movements in prop::collection::vec(movement(), 0..24), rows in prop::collection::vec(row(), 1..12),
        ) {
            let pools = Pools::of(&movements);
            for row in &rows {
                for tier in Tier::ALL {
                    let all = movements.iter().enumerate().filter(|(_, movement)| {
                        is_debit(movement.kind).map(|is| (is, movement.amount)) == Some(side(row))
                            && can_be(row, movement)
                            && tier.speaks_of(row, movement)
                    });
                    let all: Vec<usize> = all.map(|(at, _)| at).collect();
                    prop_assert_eq!(pools.fitting(row, tier), all, "{:?}", tier);
                }
            }
        }
    }
}
