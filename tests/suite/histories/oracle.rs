//! What must be true of any books, judged from the entries and from a model that shares no code with them.

use std::collections::BTreeMap;

use ledger::act::offices::Side;
use ledger::audit;
use ledger::books::payments::PaymentState;
use ledger::books::postings::{self, Account};
use ledger::books::{Books, Statement};
use ledger::engine::fold_while;
use ledger::ids::Root;
use ledger::log::KeyChain;
use ledger::money::Money;
use ledger::period::Period;
use ledger::snapshot;
use ledger::trust::{Trust, TrustFile, TrustedRoot};
use ledger::views::lineage::{Lineage, Use};
use ledger::views::month::MonthTable;
use tests::given::{County, ORIGIN, cast, digest};

use super::model::Model;
use super::succession::log_key_name;

type Verdict = Result<(), String>;

fn must(holds: bool, what: impl FnOnce() -> String) -> Verdict {
    if holds { Ok(()) } else { Err(what()) }
}

/// Cheap enough to ask after every act: the trial balance is zero and nothing is below zero.
pub fn after_each(county: &County) -> Verdict {
    let books = &county.ledger.books;
    let balances = books.postings.balances();
    let total = Money::total(balances.values().copied());
    must(total == Some(Money::ZERO), || format!("the trial balance is {total:?}"))?;
    for (account, balance) in balances {
        let below = account.must_not_be_negative() && balance.is_negative();
        must(!below, || format!("{account} is at {balance}"))?;
    }
    let month: Period = "2020-10".parse().unwrap();
    for period in [month, month.next(), month.next().next()] {
        for (account, balance) in books.postings.at_end_of(period).unwrap() {
            let below = account.must_not_be_negative() && balance.is_negative();
            must(!below, || format!("{account} ends {period} at {balance}"))?;
        }
    }
    must(books.height == county.ledger.entries.len() as u64, || "height".to_owned())
}

/// Everything else, from the entries' bytes.
pub fn at_the_end(county: &County) -> Verdict {
    let live = &county.ledger.books;
    let mut model = Model::default();
    let mut lineage = Lineage::default();
    let mut verdict = Ok(());
    let rebuilt = fold_while(&county.ledger, ORIGIN, &mut |books, statement| {
        if verdict.is_ok() {
            lineage.take(books, statement);
            verdict = balances_to_zero(books, statement)
                .and_then(|()| model.take(books, statement))
                .map_err(|why| format!("entry {}: {why}", statement.at));
        }
        verdict.is_ok()
    });
    verdict?;
    let rebuilt = rebuilt.map_err(|why| why.to_string())?;
    must(rebuilt == *live, || "books rebuilt from the bytes are others".to_owned())?;
    come_back_from_a_snapshot(live)?;
    money_is_conserved(live, &model)?;
    payments_agree(live, &model)?;
    money_is_traced(live, &lineage)?;
    passes_the_audit(county)
}

fn come_back_from_a_snapshot(live: &Books) -> Verdict {
    let folder = tempfile::tempdir().map_err(|why| why.to_string())?;
    snapshot::keep(folder.path(), live, Root([7; 32])).map_err(|why| why.to_string())?;
    let again = snapshot::newest(folder.path(), ORIGIN, &|_, root| root == Root([7; 32]));
    must(again.as_ref() == Some(live), || "books from a snapshot are others".to_owned())
}

fn balances_to_zero(books: &Books, statement: &Statement<'_>) -> Verdict {
    let postings = postings::of(books, statement).ok_or("a sum overflows")?;
    let total = Money::total(postings.iter().map(|posting| posting.amount));
    must(total == Some(Money::ZERO), || format!("posts {postings:?}"))
}

/// opening + received + moved − advances − (settled − returned) − change in transit + recovered = closing,
/// for every programme account and month.
fn money_is_conserved(books: &Books, model: &Model) -> Verdict {
    let sum = |balances: &BTreeMap<Account, Money>, wanted: &dyn Fn(&Account) -> bool| -> i64 {
        balances.iter().filter(|(account, _)| wanted(account)).map(|(_, sum)| sum.fen()).sum()
    };
    for ((account, month), flows) in &model.flows {
        let lies_in = |fund: &ledger::ids::FundCode| books.funds.account_of(fund) == Some(account);
        let bank = |a: &Account| matches!(a, Account::Bank(code, _) if code == account);
        let transit = |a: &Account| matches!(a, Account::InTransit(fund) if lies_in(fund));
        let opening = books.postings.at_end_of(month.previous()).unwrap();
        let closing = books.postings.at_end_of(*month).unwrap();
        let in_transit = sum(&closing, &transit) - sum(&opening, &transit);
        let expected = sum(&opening, &bank) + flows.received + flows.moved
            - flows.advanced
            - (flows.settled - flows.returned)
            - in_transit
            + flows.recovered;
        let found = sum(&closing, &bank);
        must(found == expected, || {
            format!("{account} ends {month} at {found}, flows say {expected}: {flows:?}")
        })?;
        let by_flows = flows.submitted - flows.settled - flows.failed;
        must(in_transit == by_flows, || {
            format!("{account} {month} transit {in_transit} {by_flows}")
        })?;
        // Absurd amounts may add up to more than a report can carry; such a month does not close.
        let Some(table) = MonthTable::of(books, *month) else { continue };
        let table = table.accounts.iter().find(|known| known.account == *account);
        let booked = table.map(|known| known.book_fen.fen());
        must(booked == Some(expected), || format!("{account} {month} is reported at {booked:?}"))?;
    }
    let accounts: i64 = model.flows.values().map(super::model::Flows::net).sum();
    let banks = sum(books.postings.balances(), &|a| matches!(a, Account::Bank(..)));
    must(accounts == banks, || format!("all accounts hold {banks}, flows say {accounts}"))
}

/// One state per payment, chains that close, and no month of an entitlement with the payee twice.
fn payments_agree(books: &Books, model: &Model) -> Verdict {
    let mut with_payee = BTreeMap::new();
    for (reference, seen) in &model.payments {
        let (batch, payment) = books.payments.find(reference).ok_or("a payment is gone")?;
        let state = books.payments.state(reference);
        must(state == Some(seen.state), || {
            format!("{reference} is {state:?}, not {:?}", seen.state)
        })?;
        let recovered = payment.recovered().fen();
        must(recovered == seen.recovered, || format!("{reference} recovered {recovered}"))?;
        let may_be_recovered = seen.state == PaymentState::Settled && recovered <= seen.amount;
        must(recovered == 0 || may_be_recovered, || format!("{reference} comes back too much"))?;
        let withdrawn = seen.withdrawn;
        let on_its_way = !matches!(seen.state, PaymentState::Failed | PaymentState::Returned);
        if on_its_way && !withdrawn {
            let key = (payment.entitlement, batch.period);
            let count = with_payee.entry(key).or_insert(0);
            *count += 1;
            must(*count == 1, || format!("{key:?} is paid twice, again by {reference}"))?;
        }
        if let Some(original) = payment.reissue_of.as_ref().filter(|_| !withdrawn) {
            let (_, original) = books.payments.find(original).ok_or("a reissue of nothing")?;
            let closes = original.reissued_by.as_ref() == Some(reference)
                && original.amount == payment.amount
                && original.entitlement == payment.entitlement
                && original.failure().is_some();
            must(closes, || format!("{reference} does not stand in its original's place"))?;
        }
        if let Some(next) = &payment.reissued_by {
            let (_, next) = books.payments.find(next).ok_or("reissued by nothing")?;
            must(next.reissue_of.as_ref() == Some(reference), || format!("{reference} chain"))?;
        }
    }
    Ok(())
}

/// What the lineage finds in each fund is what the books say lies there, and every payment's money has an origin.
fn money_is_traced(books: &Books, lineage: &Lineage) -> Verdict {
    for (code, fund) in &books.funds.funds {
        let held = lineage.held_by(code).map(|(_, amount)| amount.fen()).sum::<i64>();
        let account = Account::Bank(fund.account.clone(), code.clone());
        let balance = books.postings.balance(&account).fen();
        must(held == balance, || format!("{code} holds {balance}, traced {held}"))?;
    }
    for code in books.payments.batches.keys() {
        for (reference, payment) in books.payments.references(code) {
            let out = match books.payments.state(&reference) {
                Some(PaymentState::Instructed) => payment.amount.fen(),
                Some(PaymentState::Settled) => payment.amount.fen() - payment.recovered().fen(),
                Some(PaymentState::Drawn | PaymentState::Failed | PaymentState::Returned)
                | None => 0,
            };
            let used = Use::Payment(reference.clone());
            let traced = lineage.of(&used).map(|(.., amount)| amount.fen()).sum::<i64>();
            must(traced == out, || format!("{reference} is out with {out}, traced {traced}"))?;
        }
    }
    Ok(())
}

fn passes_the_audit(county: &County) -> Verdict {
    let root = |name: &str, side| {
        let record = cast::record_of(name);
        let key = record.key_id().unwrap();
        TrustedRoot { key, public: record.public, side, post: name.to_owned() }
    };
    let roots = TrustFile {
        origin: ORIGIN.to_owned(),
        root: vec![root("admin", Side::Office), root("inspector", Side::Inspection)],
    };
    let log_key = County::log_signer().verifier().clone();
    let log_keys = KeyChain::founded_by(&log_key);
    let trust = Trust { log_key, log_keys, roots };
    let mut ledger = county.ledger.clone();
    let size = ledger.books.height;
    let all = ledger.books.log_keys.all.iter().enumerate();
    let live = all.filter(|(_, key)| key.signs_at(size));
    let signers: Vec<_> =
        live.map(|(at, key)| (key.vkey.parse().unwrap(), digest(&log_key_name(at)))).collect();
    ledger.sign_checkpoint(&signers);
    let audited = audit::verify(&ledger, &trust, &mut |_| {});
    let audited =
        audited.map_err(|found| format!("audit: {} {:?} {found}", found.code, found.entry))?;
    must(audited.books == county.ledger.books, || "the audit's books are others".to_owned())?;
    let intact = audit::verify_integrity(&ledger, &trust, &mut |_| {});
    let intact =
        intact.map_err(|found| format!("integrity: {} {:?} {found}", found.code, found.entry))?;
    let same = (intact.size, intact.root, intact.acts, intact.lines, intact.checkpointed)
        == (audited.size, audited.root, audited.acts, audited.lines, audited.checkpointed);
    must(same, || "the integrity pass read something else".to_owned())
}

/// The figures of each month as they were when it closed.
pub struct Frozen {
    tables: BTreeMap<Period, MonthTable>,
}

impl Frozen {
    pub fn of(county: &County) -> Frozen {
        let mut frozen = Frozen { tables: BTreeMap::new() };
        frozen.keep(county);
        frozen
    }

    /// Keeps the table of a month that was just closed.
    pub fn keep(&mut self, county: &County) {
        let books = &county.ledger.books;
        for period in books.closings.closed.keys() {
            if !self.tables.contains_key(period) {
                self.tables.insert(*period, posted(MonthTable::of(books, *period).unwrap()));
            }
        }
    }

    /// What was posted in a closed month is posted still, and nothing besides.
    pub fn still_holds(&self, county: &County) -> Verdict {
        for (period, frozen) in &self.tables {
            let Some(now) = MonthTable::of(&county.ledger.books, *period) else { continue };
            let mut now = posted(now);
            now.accounts.retain(|a| frozen.accounts.iter().any(|old| old.account == a.account));
            now.funds.retain(|f| frozen.funds.iter().any(|old| old.code == f.code));
            must(now == *frozen, || format!("{period} changed: {frozen:#?} is now {now:#?}"))?;
        }
        Ok(())
    }
}

/// A month's figures without what later acts say about it lawfully: approvals of a roster for that month, what the
/// bank shows later, reissues, late forms, names.
fn posted(mut table: MonthTable) -> MonthTable {
    table.height = 0;
    table.name.clear();
    table.schemes.clear();
    table.towns.clear();
    table.batches.clear();
    table.beside = None;
    table.advances.open.clear();
    (table.claims.declined, table.claims.filed, table.claims.open) = (0, 0, 0);
    for account in &mut table.accounts {
        account.items.clear();
        account.bank_fen = None;
        account.difference_fen = Money::ZERO;
    }
    for returned in &mut table.returns {
        returned.reissued_by = None;
    }
    let total = &mut table.total;
    total.due = ledger::views::figures::Flow { count: 0, fen: Money::ZERO };
    (total.due_households, total.due_persons, total.due_person_times) = (0, 0, 0);
    table
}
