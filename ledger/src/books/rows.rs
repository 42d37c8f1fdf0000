//! The payments of a batch as they are kept: 32 bytes each and what is rare beside them, for ten years of a city are
//! tens of millions. What a payment is to the rest of the program stands in `payments`.

use std::collections::{BTreeMap, HashMap};
use std::hash::Hash;

use foldhash::fast::FixedState;

use crate::answer::{Outcome, Reason};
use crate::ids::{AccountId, Division, EntitlementId, FundCode, PaymentRef, PersonId, Seq};
use crate::line::{RosterLine, Source};
use crate::money::Money;
use crate::period::Date;

use super::payments::{Answer, Payment, Return};

/// Ids that occur in every month's rosters, each kept once and named by its number.
#[derive(Clone, Debug)]
pub(super) struct Numbered<T> {
    ids: Vec<T>,
    numbers: HashMap<T, u32, FixedState>,
}

impl<T> Default for Numbered<T> {
    fn default() -> Numbered<T> {
        Numbered { ids: Vec::new(), numbers: HashMap::default() }
    }
}

impl<T: PartialEq> PartialEq for Numbered<T> {
    fn eq(&self, other: &Numbered<T>) -> bool {
        self.ids == other.ids
    }
}

impl<T: Eq> Eq for Numbered<T> {}

impl<T: Copy + Eq + Hash> Numbered<T> {
    /// The number of an id, which it gets now if it has none.
    ///
    /// # Panics
    /// Beyond 2^32 - 1 different ids: no country has as many people.
    pub(super) fn number(&mut self, id: T) -> u32 {
        *self.numbers.entry(id).or_insert_with(|| {
            self.ids.push(id);
            u32::try_from(self.ids.len() - 1).expect("fewer than 2^32 ids")
        })
    }

    /// The number of an id that has one.
    pub(super) fn known(&self, id: T) -> Option<u32> {
        self.numbers.get(&id).copied()
    }

    fn id(&self, number: u32) -> T {
        let place = usize::try_from(number).expect("a number fits the machine");
        *self.ids.get(place).expect("numbers are given here")
    }
}

/// The ids that payments name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Names {
    pub(super) entitlements: Numbered<EntitlementId>,
    accounts: Numbered<AccountId>,
    payees: Numbered<PersonId>,
    /// The towns that payees live in, each once.
    towns: Vec<Division>,
    /// Which of these each payee lives in, by the payee's number; `None` for who was not registered.
    town_of_payee: Vec<Option<u16>>,
}

impl Names {
    /// The number of a payee, who lives in `town`. A household does not move to another division.
    fn payee(&mut self, id: PersonId, town: &dyn Fn(PersonId) -> Option<Division>) -> u32 {
        let number = self.payees.number(id);
        if self.town_of_payee.len() < self.payees.ids.len() {
            let town = town(id).and_then(|town| self.town_number(town));
            self.town_of_payee.push(town);
        }
        number
    }

    fn town_number(&mut self, town: Division) -> Option<u16> {
        let known = self.towns.iter().position(|known| *known == town);
        let place = known.unwrap_or_else(|| {
            self.towns.push(town);
            self.towns.len() - 1
        });
        u16::try_from(place).ok()
    }

    /// The towns by their number.
    pub(super) fn towns(&self) -> &[Division] {
        &self.towns
    }
}

/// One payment.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Row {
    amount: Money,
    entitlement: u32,
    account: u32,
    payee: u32,
    /// Which of the batch's mixes of funds pays it.
    mix: u32,
    /// Which of the batch's answers it got, from 1; 0 without an answer.
    answer: u32,
    /// The answer's entry, counted from the entry of its manifest.
    answered_after: u32,
}

/// The funds that pay a payment.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Mix {
    /// One fund pays it whole, whatever its amount.
    Whole(FundCode),
    /// Exactly these.
    Exact(Vec<Source>),
}

/// What many payments of a batch were answered alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Alike {
    failed: Option<Reason>,
    on: Date,
    booked: Date,
    manifest: Seq,
}

/// What few payments have.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Rare {
    pub(super) reissue_of: Option<PaymentRef>,
    pub(super) reissued_by: Option<PaymentRef>,
    pub(super) waiting: Option<(Outcome, Seq)>,
    pub(super) returned: Option<Return>,
    pub(super) recoveries: Vec<(Date, Money)>,
}

/// The payments of one batch, by line from 1.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Rows {
    /// The entry of the roster's manifest; line n is the n-th entry after it.
    manifest: Seq,
    kept: Vec<Row>,
    mixes: Vec<Mix>,
    answers: Vec<Alike>,
    rare: BTreeMap<u32, Rare>,
}

impl Rows {
    pub(super) fn new(manifest: Seq, count: usize) -> Rows {
        Rows { manifest, kept: Vec::with_capacity(count), ..Rows::default() }
    }

    pub(super) fn len(&self) -> usize {
        self.kept.len()
    }

    /// Takes the next line's payment.
    pub(super) fn push(
        &mut self,
        names: &mut Names,
        line: &RosterLine,
        town: &dyn Fn(PersonId) -> Option<Division>,
    ) {
        let mix = self.mix_of(line);
        self.kept.push(Row {
            amount: line.amount_fen,
            entitlement: names.entitlements.number(line.entitlement),
            account: names.accounts.number(line.account),
            payee: names.payee(line.payee, town),
            mix,
            answer: 0,
            answered_after: 0,
        });
        if let Some(original) = &line.reissue_of {
            let rare = Rare { reissue_of: Some(original.clone()), ..Rare::default() };
            self.rare.insert(self.last_line(), rare);
        }
    }

    fn last_line(&self) -> u32 {
        u32::try_from(self.kept.len()).expect("a manifest counts its lines in 32 bits")
    }

    fn mix_of(&mut self, line: &RosterLine) -> u32 {
        let mix = match line.sources.as_slice() {
            [source] if source.amount_fen == line.amount_fen => Mix::Whole(source.fund.clone()),
            sources => Mix::Exact(sources.to_vec()),
        };
        // Few funds pay a batch whole; an exact mix is its payment's own and not looked for.
        let known = match &mix {
            Mix::Whole(_) => self.mixes.iter().position(|known| *known == mix),
            Mix::Exact(_) => None,
        };
        let place = known.unwrap_or_else(|| {
            self.mixes.push(mix);
            self.mixes.len() - 1
        });
        u32::try_from(place).expect("no more mixes than lines")
    }

    fn row(&self, line: u32) -> Option<&Row> {
        self.kept.get(usize::try_from(line).ok()?.checked_sub(1)?)
    }

    /// The amount of a line's payment.
    pub(super) fn amount(&self, line: u32) -> Option<Money> {
        self.row(line).map(|row| row.amount)
    }

    /// The number of the entitlement that a line pays.
    pub(super) fn entitlement(&self, line: u32) -> Option<u32> {
        self.row(line).map(|row| row.entitlement)
    }

    /// The numbers of the entitlements, in the order of the lines.
    pub(super) fn entitlements(&self) -> impl Iterator<Item = u32> {
        self.kept.iter().map(|row| row.entitlement)
    }

    /// What pays a line: funds with their amounts.
    pub(super) fn sources(&self, line: u32, each: &mut dyn FnMut(&FundCode, Money)) {
        let Some(row) = self.row(line) else { return };
        match self.mix(row) {
            Mix::Whole(fund) => each(fund, row.amount),
            Mix::Exact(sources) => {
                for source in sources {
                    each(&source.fund, source.amount_fen);
                }
            }
        }
    }

    fn mix(&self, row: &Row) -> &Mix {
        let place = usize::try_from(row.mix).expect("a number fits the machine");
        self.mixes.get(place).expect("mixes are numbered here")
    }

    fn answer_of(&self, row: &Row) -> Option<Answer> {
        let place = usize::try_from(row.answer).ok()?.checked_sub(1)?;
        let Alike { failed, on, booked, manifest } = *self.answers.get(place)?;
        Some(Answer { failed, on, booked, at: Seq(manifest.0 + u64::from(row.answered_after)) })
    }

    /// The answer that a line got.
    pub(super) fn answer(&self, line: u32) -> Option<Answer> {
        self.answer_of(self.row(line)?)
    }

    /// Books an answer; `manifest` is the entry of the act that brings it.
    pub(super) fn set_answer(&mut self, line: u32, answer: Answer, manifest: Seq) {
        let Answer { failed, on, booked, at } = answer;
        let alike = Alike { failed, on, booked, manifest };
        // The newest first: the lines of one file are answered alike.
        let known = self.answers.iter().rposition(|known| *known == alike);
        let place = known.unwrap_or_else(|| {
            self.answers.push(alike);
            self.answers.len() - 1
        });
        let after = at.0.checked_sub(manifest.0).expect("a line stands behind its manifest");
        let Some(row) =
            usize::try_from(line).ok().and_then(|line| self.kept.get_mut(line.checked_sub(1)?))
        else {
            return;
        };
        row.answer = u32::try_from(place + 1).expect("no more answers than entries of a year");
        row.answered_after = u32::try_from(after).expect("a manifest counts its lines in 32 bits");
    }

    /// The number of the town that a line's payee lives in.
    pub(super) fn town(&self, names: &Names, line: u32) -> Option<u16> {
        let payee = usize::try_from(self.row(line)?.payee).ok()?;
        names.town_of_payee.get(payee).copied().flatten()
    }

    /// The entitlement that a line pays.
    pub(super) fn entitlement_id(&self, names: &Names, line: u32) -> Option<EntitlementId> {
        self.row(line).map(|row| names.entitlements.id(row.entitlement))
    }

    /// What is rare about a line, if anything.
    pub(super) fn rare(&self, line: u32) -> Option<&Rare> {
        self.rare.get(&line)
    }

    /// The same, to be changed.
    pub(super) fn rare_mut(&mut self, line: u32) -> Option<&mut Rare> {
        self.row(line)?;
        Some(self.rare.entry(line).or_default())
    }

    /// The payments that stand in place of earlier ones.
    pub(super) fn originals(&self) -> impl Iterator<Item = &PaymentRef> {
        self.rare.values().filter_map(|rare| rare.reissue_of.as_ref())
    }

    /// A line's payment, put together.
    pub(super) fn payment(&self, names: &Names, line: u32) -> Option<Payment> {
        let row = self.row(line)?;
        let rare = self.rare.get(&line);
        let sources = match self.mix(row) {
            Mix::Whole(fund) => {
                smallvec::smallvec![Source { amount_fen: row.amount, fund: fund.clone() }]
            }
            Mix::Exact(sources) => sources.iter().cloned().collect(),
        };
        Some(Payment {
            at: Seq(self.manifest.0 + u64::from(line)),
            account: names.accounts.id(row.account),
            amount: row.amount,
            entitlement: names.entitlements.id(row.entitlement),
            payee: names.payees.id(row.payee),
            sources,
            reissue_of: rare.and_then(|rare| rare.reissue_of.clone()),
            reissued_by: rare.and_then(|rare| rare.reissued_by.clone()),
            waiting: rare.and_then(|rare| rare.waiting),
            answer: self.answer_of(row),
            returned: rare.and_then(|rare| rare.returned),
            recoveries: rare.map(|rare| rare.recoveries.clone()).unwrap_or_default(),
        })
    }
}
