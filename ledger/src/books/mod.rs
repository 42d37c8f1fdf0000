//! What the rules may ask: the state folded from the entries. `evolve` accepts every history ever committed.

pub mod adjusting;
pub mod bank;
pub mod cases;
pub mod closings;
pub mod conditions;
pub mod doubts;
pub mod duties;
pub mod entitling;
pub mod flags;
pub mod funds;
pub mod goods;
pub mod handovers;
pub mod log_keys;
pub mod medical;
mod movements;
pub mod offices;
mod paid_months;
pub mod payments;
pub mod people;
pub mod policies;
pub mod postings;
mod rows;
pub mod stages;
pub mod terms;
pub mod urgent;
pub mod watch;
pub mod works;

use crate::act::{Act, Body};
use crate::ids::{ActId, KeyId, OfficerId, Seq};
use crate::line::Line;
use crate::period::Period;
use crate::rejection::Rejection;

/// A map by random ids. They are drawn by machines, so a fast hash without defence against chosen keys is enough.
pub type IdMap<K, V> = std::collections::HashMap<K, V, foldhash::fast::FixedState>;

/// An act on its way into the books: who states it, where it stands, and its lines.
#[derive(Clone, Copy, Debug)]
pub struct Statement<'a> {
    /// Its id.
    pub id: ActId,
    /// The entry number that it has, or would have.
    pub at: Seq,
    /// The person whose key signed it.
    pub officer: OfficerId,
    /// What is stated.
    pub act: &'a Act,
    /// Its lines, in order; line n is entry `at + n`.
    pub lines: &'a [Line],
}

impl Statement<'_> {
    /// The body.
    #[must_use]
    pub fn body(&self) -> &Body {
        &self.act.body
    }

    /// The lines with their numbers, from 1, and their entry numbers.
    pub fn numbered(&self) -> impl Iterator<Item = (u32, Seq, &Line)> {
        (1_u32..).zip(self.lines).map(|(n, line)| (n, Seq(self.at.0 + u64::from(n)), line))
    }
}

/// The books: everything that follows from the entries so far.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Books {
    /// The ledger's name, from outside; binds every signature.
    pub origin: String,
    /// Number of entries folded in.
    pub height: u64,
    /// Units, persons in office, keys.
    pub offices: offices::Offices,
    /// Schemes, standards, exclusions, calendar.
    pub policies: policies::Policies,
    /// Programme accounts and funds.
    pub funds: funds::Funds,
    /// Households, persons, accounts.
    pub people: people::People,
    /// Applications and entitlements.
    pub cases: cases::Cases,
    /// Advances and insurance.
    pub urgent: urgent::Urgent,
    /// Households that may fall back into poverty.
    pub watches: watch::Watches,
    /// Goods received and handed out.
    pub goods: goods::Goods,
    /// Medical spending and alerts.
    pub medical: medical::Medical,
    /// Suspicions of supervisors.
    pub flags: flags::Flags,
    /// Offices handed over.
    pub handovers: handovers::Handovers,
    /// Batches and their payments.
    pub payments: payments::Payments,
    /// Movements, statements, exceptions, imported files.
    pub bank: bank::Bank,
    /// Double-entry balances.
    pub postings: postings::Postings,
    /// Closed months.
    pub closings: closings::Closings,
    /// Who did what in which case.
    pub duties: duties::Duties,
    /// Acts that need reconfirmation.
    pub doubts: doubts::Doubts,
    /// The keys that sign checkpoints.
    pub log_keys: log_keys::LogKeys,
}

impl Books {
    /// The first month that is not closed: the one after the last closed, or, before the first close, the one in which the
    /// bank first moved money; `None` if it never did.
    #[must_use]
    pub fn first_open_month(&self) -> Option<Period> {
        let movements = self.bank.movements.values();
        let first = || movements.map(|movement| movement.date.period()).min();
        self.closings.last().map(Period::next).or_else(first)
    }

    /// The books of an empty ledger.
    #[must_use]
    pub fn new(origin: &str) -> Books {
        Books { origin: origin.to_owned(), ..Books::default() }
    }

    /// The holder of a key that is valid now.
    ///
    /// # Errors
    /// The key is unknown, revoked, or was installed by an act that needs reconfirmation or was disowned.
    pub fn valid_key(&self, key: KeyId) -> Result<&offices::Key, Rejection> {
        let known = self.offices.keys.get(&key).ok_or(Rejection::KeyUnknown { key })?;
        if known.revoked.is_some() {
            return Err(Rejection::KeyRevoked { key });
        }
        if known.rotated_by.is_some_and(|rotation| self.doubts.is_unsound(&rotation)) {
            return Err(Rejection::KeySuspended { key });
        }
        Ok(known)
    }

    /// A key that may have been in other hands takes what it signed since then, and what it installed, into doubt.
    fn suspect(&mut self, statement: &Statement<'_>) {
        let Body::KeyRevoked(revoked) = statement.body() else { return };
        let Some(since) = revoked.compromised_since else { return };
        let keys = &self.offices.keys;
        let holder = |key| keys.get(&key).map(|known| known.officer);
        self.doubts.doubt((revoked.key, since), statement.id, &holder);
    }

    fn fold_keys(&mut self, statement: &Statement<'_>, cases: Vec<(duties::Case, duties::Stage)>) {
        self.doubts.evolve(statement, cases);
        self.offices.evolve(statement);
        self.log_keys.evolve(statement);
        self.suspect(statement);
    }

    /// Folds only what says whose keys are valid: offices, log keys, and what of their acts is in doubt. For those who ask
    /// nothing else of the books: the rest stays as it was.
    pub fn evolve_keys(&mut self, statement: &Statement<'_>) {
        self.fold_keys(statement, Vec::new());
        let lines = statement.body().manifest().map_or(0, |manifest| manifest.count);
        self.height = statement.at.0 + 1 + u64::from(lines);
    }

    /// Folds one accepted act with its lines. Never refuses: what was committed is history.
    pub fn evolve(&mut self, statement: &Statement<'_>) {
        let postings = postings::of(self, statement);
        let cases = duties::of(self, statement);
        for (case, stage) in &cases {
            self.duties.take(case.clone(), statement.officer, *stage);
        }
        if let Some(date) = statement.body().posting_date() {
            self.postings.post(statement, date, postings);
        }
        self.fold_keys(statement, duties::kept(statement.body(), cases));
        self.policies.evolve(statement);
        self.funds.evolve(statement);
        self.people.evolve(statement);
        self.cases.evolve((&self.policies, &self.people), statement);
        self.urgent.evolve(&self.people, statement);
        self.watches.evolve(statement);
        self.goods.evolve(statement);
        self.flags.evolve(statement);
        self.handovers.evolve(statement);
        medical::evolve(self, statement);
        bank::evolve(self, statement);
        payments::evolve(self, statement);
        self.closings.evolve(statement);
        self.height = statement.at.0 + 1 + statement.lines.len() as u64;
    }
}
