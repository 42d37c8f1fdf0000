//! Double entry: what each act posts, always summing to zero, and the balances that follow.
//! Every balance that a rule or a report asks for comes from here.

mod account;

use std::collections::BTreeMap;
use std::ops::Bound;

use crate::act::Body;
use crate::act::payments::Decision;
use crate::answer::{Outcome, ReturnOutcome};
use crate::ids::{ActId, BatchCode, FundCode, PaymentRef};
use crate::line::Line;
use crate::money::Money;
use crate::period::{Date, Period};

use super::{Books, Statement};

pub use account::Account;

/// One side of an entry.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Posting {
    /// The account.
    pub account: Account,
    /// Debit positive, credit negative.
    pub amount: Money,
}

/// Postings under way: every move has two sides, so their sum is zero by construction.
#[derive(Default)]
struct Moves {
    sides: BTreeMap<Account, Money>,
    overflowed: bool,
}

impl Moves {
    fn add(&mut self, account: Account, amount: Option<Money>) {
        let side = self.sides.entry(account).or_default();
        match amount.and_then(|amount| side.checked_add(amount)) {
            Some(sum) => *side = sum,
            None => self.overflowed = true,
        }
    }

    fn transfer(&mut self, amount: Money, debit: Account, credit: Account) {
        self.add(debit, Some(amount));
        self.add(credit, amount.checked_neg());
    }

    fn finish(self) -> Option<Vec<Posting>> {
        let postings = self.sides.into_iter().filter(|(_, amount)| !amount.is_zero());
        (!self.overflowed)
            .then(|| postings.map(|(account, amount)| Posting { account, amount }).collect())
    }
}

/// What an act posts, given the books before it; `None` if a sum leaves the range of money.
/// An act that posts nothing gives an empty list.
#[must_use]
pub fn of(books: &Books, statement: &Statement<'_>) -> Option<Vec<Posting>> {
    if let Body::EntryReversed(reversed) = statement.body() {
        return books.postings.reversal_of(reversed.act);
    }
    let mut moves = Moves::default();
    income(books, statement.body(), &mut moves);
    goods(books, statement.body(), &mut moves);
    outgo(books, statement, &mut moves);
    moves.finish()
}

fn income(books: &Books, body: &Body, moves: &mut Moves) {
    let bank = |fund: &FundCode| {
        books.funds.account_of(fund).map(|account| Account::Bank(account.clone(), fund.clone()))
    };
    if let Body::FundAllotted(allotted) = body {
        let fund = allotted.fund.clone();
        let source = Account::AllotmentSource(fund.clone());
        moves.transfer(allotted.amount_fen, Account::Allotment(fund), source);
    } else if let Body::FundReleased(released) = body {
        let fund = released.fund.clone();
        let Some(bank) = bank(&fund) else { return };
        moves.transfer(released.amount_fen, bank, Account::TreasuryIncome(fund.clone()));
        let source = Account::AllotmentSource(fund.clone());
        moves.transfer(released.amount_fen, source, Account::Allotment(fund));
    } else if let Body::FundContributed(gift) = body {
        let Some(bank) = bank(&gift.fund) else { return };
        moves.transfer(gift.amount_fen, bank, Account::Contributions(gift.fund.clone()));
    } else if let Body::FundMoved(moved) = body {
        let (Some(from), Some(to)) = (bank(&moved.from), bank(&moved.to)) else { return };
        moves.transfer(moved.amount_fen, to, from);
    } else if let Body::FundReturned(returned) = body {
        let Some(bank) = bank(&returned.fund) else { return };
        moves.transfer(returned.amount_fen, Account::ReturnedUp(returned.fund.clone()), bank);
    } else if let Body::AdvancePaid(paid) = body {
        let Some(bank) = bank(&paid.fund) else { return };
        let spent = Account::Spent(paid.scheme.clone(), paid.fund.clone());
        moves.transfer(paid.amount_fen, spent, bank);
    } else if let Body::ClaimSettled(settled) = body
        && let Some(claim) = books.urgent.claims.get(&settled.claim)
    {
        let policy = claim.filed.policy.clone();
        let insurer = Account::InsurerMoney(policy.clone());
        moves.transfer(settled.amount_fen, Account::InsurancePaid(policy), insurer);
    }
}

/// Goods in kind move between memo accounts only.
fn goods(books: &Books, body: &Body, moves: &mut Moves) {
    let (value, debit, credit) = if let Body::GoodsReceived(received) = body {
        let value = received.unit_value_fen.checked_times(received.quantity.into());
        let code = received.goods.clone();
        (value, Account::GoodsOnHand(code.clone()), Account::GoodsSource(code))
    } else if let Body::GoodsHandedOut(handed) = body
        && let Some(lot) = books.goods.lots.get(&handed.goods)
    {
        let (code, scheme) = (handed.goods.clone(), lot.received.scheme.clone());
        let value = books.goods.value(&code, handed.quantity);
        (value, Account::GoodsGiven(scheme, code.clone()), Account::GoodsOnHand(code))
    } else {
        return;
    };
    match value {
        // What has no value moves nothing; the rules refuse it.
        Some(value) if !value.is_positive() => {}
        Some(value) => moves.transfer(value, debit, credit),
        None => moves.overflowed = true,
    }
}

fn outgo(books: &Books, statement: &Statement<'_>, moves: &mut Moves) {
    if let Body::PaymentFileReleased(released) = statement.body() {
        let Some(batch) = books.payments.batches.get(&released.batch) else { return };
        let mut sums = Sums::default();
        for line in batch.lines() {
            batch.sources(line, &mut |fund, amount| sums.add(true, fund, amount, moves));
        }
        for (_, fund, amount) in sums.0 {
            let bank = Account::Bank(released.account.clone(), fund.clone());
            moves.transfer(amount, Account::InTransit(fund), bank);
        }
    } else if let Body::ResponseImported(_) = statement.body() {
        let lines = statement.lines.iter().filter_map(Line::as_response);
        let answers = lines.filter_map(|line| Some((line.outcome, line.reference.as_ref()?)));
        answer(books, answers, moves);
    } else if let Body::ReturnsImported(_) = statement.body() {
        for line in statement.lines {
            if let Line::Return(line) = line
                && line.outcome == ReturnOutcome::Returned
                && let Some(reference) = &line.reference
            {
                come_back(books, reference, None, moves);
            }
        }
    } else if let Body::ExceptionResolved(resolved) = statement.body() {
        let Some(reference) = &resolved.reference else { return };
        match resolved.decision {
            Decision::Settled => answer(books, [(Outcome::Settled, reference)], moves),
            Decision::Failed => answer(books, [(Outcome::Failed, reference)], moves),
            Decision::Returned => come_back(books, reference, None, moves),
            Decision::Cleared | Decision::NoEffect => {}
        }
    } else if let Body::RecoveryReceived(received) = statement.body()
        && let Some(order) = books.payments.recoveries.get(&received.order)
    {
        come_back(books, &order.ordered.reference, Some(received.amount_fen), moves);
    }
}

/// Sums by fund under way, of what settled (`true`) and of what failed: a batch of a hundred thousand lines has a few.
#[derive(Default)]
struct Sums(Vec<(bool, FundCode, Money)>);

impl Sums {
    fn add(&mut self, settled: bool, fund: &FundCode, amount: Money, moves: &mut Moves) {
        let known = self.0.iter_mut().find(|(kind, known, _)| *kind == settled && known == fund);
        match known {
            Some((_, _, sum)) => match sum.checked_add(amount) {
                Some(more) => *sum = more,
                None => moves.overflowed = true,
            },
            None => self.0.push((settled, fund.clone(), amount)),
        }
    }
}

/// An answer moves each source of the payment out of transit: to the payee, or back to the account.
fn answer<'a>(
    books: &Books,
    answers: impl IntoIterator<Item = (Outcome, &'a PaymentRef)>,
    moves: &mut Moves,
) {
    let mut of_batches: BTreeMap<&BatchCode, Sums> = BTreeMap::new();
    for (outcome, reference) in answers {
        let settled = match outcome {
            Outcome::Settled => true,
            Outcome::Failed => false,
            Outcome::Pending
            | Outcome::Unknown
            | Outcome::Partial
            | Outcome::Discrepant
            | Outcome::Repeated
            | Outcome::Conflicting
            | Outcome::Ambiguous
            | Outcome::Unmatched => continue,
        };
        let Some(batch) = books.payments.batches.get(reference.batch()) else { continue };
        let sums = of_batches.entry(reference.batch()).or_default();
        batch.sources(reference.line(), &mut |fund, amount| {
            sums.add(settled, fund, amount, moves);
        });
    }
    for (code, sums) in of_batches {
        let batch = books.payments.batches.get(code);
        let Some((batch, released)) = batch.and_then(|b| Some((b, b.released.as_ref()?))) else {
            continue;
        };
        for (settled, fund, amount) in sums.0 {
            let to = if settled {
                Account::Spent(batch.scheme.clone(), fund.clone())
            } else {
                Account::Bank(released.account.clone(), fund.clone())
            };
            moves.transfer(amount, to, Account::InTransit(fund));
        }
    }
}

/// Money that had been spent comes back: the whole payment, or `amount` of it, source by source.
fn come_back(books: &Books, reference: &PaymentRef, amount: Option<Money>, moves: &mut Moves) {
    let Some((batch, payment)) = books.payments.find(reference) else { return };
    let Some(released) = &batch.released else { return };
    let shares = books.payments.shares(reference, amount.unwrap_or(payment.amount));
    for (source, share) in payment.sources.iter().zip(shares) {
        let bank = Account::Bank(released.account.clone(), source.fund.clone());
        moves.transfer(share, bank, Account::Spent(batch.scheme.clone(), source.fund.clone()));
    }
}

/// An act that posted, kept so that it can be reversed in full.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Posted {
    /// Day of posting.
    pub date: Date,
    /// What it posted.
    pub postings: Vec<Posting>,
    /// The reversal, once there is one.
    pub reversed_by: Option<ActId>,
    /// The correcting entry, for a reversal that has one.
    pub corrected_by: Option<ActId>,
}

/// Balances by month, and the acts that may be reversed.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Postings {
    by_month: BTreeMap<Period, BTreeMap<Account, Money>>,
    balances: BTreeMap<Account, Money>,
    /// Acts that may be reversed, and reversals.
    pub reversible: BTreeMap<ActId, Posted>,
}

impl Postings {
    /// The balance of an account after the last entry.
    #[must_use]
    pub fn balance(&self, account: &Account) -> Money {
        self.balances.get(account).copied().unwrap_or_default()
    }

    /// All balances after the last entry.
    #[must_use]
    pub fn balances(&self) -> &BTreeMap<Account, Money> {
        &self.balances
    }

    /// All balances at the end of a month; `None` if a sum leaves the range of money.
    #[must_use]
    pub fn at_end_of(&self, period: Period) -> Option<BTreeMap<Account, Money>> {
        let mut sums: BTreeMap<Account, Money> = BTreeMap::new();
        for month in self.by_month.range(..=period).map(|(_, month)| month) {
            for (account, amount) in month {
                let sum = sums.entry(account.clone()).or_default();
                *sum = sum.checked_add(*amount)?;
            }
        }
        Some(sums)
    }

    /// The lowest balance of an account at the end of a month and of every later one; `None` on overflow.
    #[must_use]
    pub fn lowest_from(&self, account: &Account, period: Period) -> Option<Money> {
        let moved = |month: &BTreeMap<Account, Money>| month.get(account).copied();
        let upto = self.by_month.range(..=period).filter_map(|(_, month)| moved(month));
        let mut balance = Money::total(upto)?;
        let mut lowest = balance;
        let later = (Bound::Excluded(period), Bound::Unbounded);
        for moved in self.by_month.range(later).filter_map(|(_, month)| moved(month)) {
            balance = balance.checked_add(moved)?;
            lowest = lowest.min(balance);
        }
        Some(lowest)
    }

    /// The full negative of what an act posted; empty if it posted nothing that can be reversed (any more).
    fn reversal_of(&self, act: ActId) -> Option<Vec<Posting>> {
        let posted = self.reversible.get(&act).filter(|posted| posted.reversed_by.is_none());
        let Some(posted) = posted else { return Some(Vec::new()) };
        let negative = |posting: &Posting| {
            let amount = posting.amount.checked_neg()?;
            Some(Posting { account: posting.account.clone(), amount })
        };
        posted.postings.iter().map(negative).collect()
    }

    pub(super) fn post(
        &mut self,
        statement: &Statement<'_>,
        date: Date,
        postings: Option<Vec<Posting>>,
    ) {
        let postings = postings.expect("decide refuses sums that leave the range of money");
        let month = self.by_month.entry(date.period()).or_default();
        for posting in &postings {
            for sums in [&mut *month, &mut self.balances] {
                let sum = sums.entry(posting.account.clone()).or_default();
                *sum = sum.checked_add(posting.amount).expect("decide keeps sums in range");
            }
        }
        self.remember(statement, date, postings);
    }

    fn remember(&mut self, statement: &Statement<'_>, date: Date, postings: Vec<Posting>) {
        let body = statement.body();
        if let Body::EntryReversed(reversed) = body
            && let Some(original) = self.reversible.get_mut(&reversed.act)
        {
            original.reversed_by = Some(statement.id);
        }
        if let Some(reversal) = body.corrects()
            && let Some(reversal) = self.reversible.get_mut(&reversal)
        {
            reversal.corrected_by = Some(statement.id);
        }
        if body.is_reversible() || matches!(body, Body::EntryReversed(_)) {
            let posted = Posted { date, postings, reversed_by: None, corrected_by: None };
            self.reversible.insert(statement.id, posted);
        }
    }
}
