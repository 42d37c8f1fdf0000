//! The payments of a batch as they are kept: 32 bytes each while the bank's answers come, a few bytes each when all is
//! answered, and what is rare beside them; ten years of a city are tens of millions. What a payment is to the rest of the
//! program stands in `payments`.

mod column;
mod names;
mod packed;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::answer::{Outcome, Reason};
use crate::ids::{Division, EntitlementId, FundCode, PaymentRef, PersonId, Seq};
use crate::line::{RosterLine, Source};
use crate::money::Money;
use crate::period::Date;

use super::payments::{Answer, Payment, Return};

pub(super) use names::Names;
use packed::Packed;

/// One payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Mix {
    /// One fund pays it whole, whatever its amount.
    Whole(FundCode),
    /// Exactly these.
    Exact(Vec<Source>),
}

/// What many payments of a batch were answered alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Alike {
    failed: Option<Reason>,
    on: Date,
    booked: Date,
    manifest: Seq,
}

/// What few payments have.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Rare {
    pub(super) reissue_of: Option<PaymentRef>,
    pub(super) reissued_by: Option<PaymentRef>,
    pub(super) waiting: Option<(Outcome, Seq)>,
    pub(super) returned: Option<Return>,
    pub(super) recoveries: Vec<(Date, Money)>,
    /// The number of the town of who is helped, where an organisation is paid.
    pub(super) town: Option<u16>,
}

/// Lines, and the answers of a batch, are counted from 1.
fn place_of(number: u32) -> Option<usize> {
    usize::try_from(number).ok()?.checked_sub(1)
}

/// The rows of a batch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Kept {
    /// Answers may come.
    Open(Vec<Row>),
    /// All is answered.
    Packed(Box<Packed>),
}

impl Default for Kept {
    fn default() -> Kept {
        Kept::Open(Vec::new())
    }
}

impl Kept {
    fn len(&self) -> usize {
        match self {
            Kept::Open(rows) => rows.len(),
            Kept::Packed(packed) => packed.count,
        }
    }

    fn get(&self, place: usize) -> Option<Row> {
        match self {
            Kept::Open(rows) => rows.get(place).copied(),
            Kept::Packed(packed) => packed.row(place),
        }
    }

    fn amount(&self, place: usize) -> Option<Money> {
        match self {
            Kept::Open(rows) => rows.get(place).map(|row| row.amount),
            Kept::Packed(packed) => packed.amount(place),
        }
    }

    fn entitlement(&self, place: usize) -> Option<u32> {
        match self {
            Kept::Open(rows) => rows.get(place).map(|row| row.entitlement),
            Kept::Packed(packed) => packed.entitlement(place),
        }
    }

    fn answer(&self, place: usize) -> Option<u32> {
        match self {
            Kept::Open(rows) => rows.get(place).map(|row| row.answer),
            Kept::Packed(packed) => packed.answer(place),
        }
    }

    /// The rows, to be changed. No rule lets a final answer be followed by another, so packed rows hardly ever open again.
    fn open(&mut self) -> &mut Vec<Row> {
        if let Kept::Packed(packed) = self {
            *self = Kept::Open((0..packed.count).filter_map(|place| packed.row(place)).collect());
        }
        match self {
            Kept::Open(rows) => rows,
            Kept::Packed(_) => unreachable!("it was opened above"),
        }
    }
}

/// The payments of one batch, by line from 1.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Rows {
    /// The entry of the roster's manifest; line n is the n-th entry after it.
    manifest: Seq,
    kept: Kept,
    mixes: Vec<Mix>,
    answers: Vec<Alike>,
    rare: BTreeMap<u32, Rare>,
}

impl Rows {
    pub(super) fn new(manifest: Seq, count: usize) -> Rows {
        Rows { manifest, kept: Kept::Open(Vec::with_capacity(count)), ..Rows::default() }
    }

    pub(super) fn len(&self) -> usize {
        self.kept.len()
    }

    /// Takes the next line's payment. `helped` is the town of who is helped, where that is not the payee's.
    pub(super) fn push(
        &mut self,
        names: &mut Names,
        line: &RosterLine,
        town: &dyn Fn(PersonId) -> Option<Division>,
        helped: Option<Division>,
    ) {
        let mix = self.mix_of(line);
        self.kept.open().push(Row {
            amount: line.amount_fen,
            entitlement: names.entitlements.number(line.entitlement),
            account: names.accounts.number(line.account),
            payee: names.payee(line.payee, town),
            mix,
            answer: 0,
            answered_after: 0,
        });
        let town = helped.and_then(|town| names.town_number(town));
        let reissue_of = line.reissue_of.clone();
        if reissue_of.is_some() || town.is_some() {
            let rare = Rare { reissue_of, town, ..Rare::default() };
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

    fn row(&self, line: u32) -> Option<Row> {
        self.kept.get(place_of(line)?)
    }

    /// Keeps the rows in few bytes from now on.
    pub(super) fn pack(&mut self) {
        if let Kept::Open(rows) = &self.kept {
            self.kept = Kept::Packed(Box::new(Packed::of(rows)));
        }
    }

    /// The amount of a line's payment.
    pub(super) fn amount(&self, line: u32) -> Option<Money> {
        self.kept.amount(place_of(line)?)
    }

    /// The number of the entitlement that a line pays.
    pub(super) fn entitlement(&self, line: u32) -> Option<u32> {
        self.kept.entitlement(place_of(line)?)
    }

    /// The numbers of the entitlements, in the order of the lines.
    pub(super) fn entitlements(&self) -> impl Iterator<Item = u32> {
        (0..self.kept.len()).filter_map(|place| self.kept.entitlement(place))
    }

    /// The lines whose payment failed or came back, in order.
    pub(super) fn came_back(&self) -> BTreeSet<u32> {
        let returned = self.rare.iter().filter(|(_, rare)| rare.returned.is_some());
        let mut lines: BTreeSet<u32> = returned.map(|(line, _)| *line).collect();
        let alike = (1_u32..).zip(&self.answers);
        let failing: Vec<u32> =
            alike.filter(|(_, alike)| alike.failed.is_some()).map(|(number, _)| number).collect();
        if !failing.is_empty() {
            let failed = |(_, place): &(u32, usize)| {
                self.kept.answer(*place).is_some_and(|answer| failing.contains(&answer))
            };
            lines.extend((1_u32..).zip(0..self.kept.len()).filter(failed).map(|(line, _)| line));
        }
        lines
    }

    /// What pays a line: funds with their amounts.
    pub(super) fn sources(&self, line: u32, each: &mut dyn FnMut(&FundCode, Money)) {
        let Some(row) = self.row(line) else { return };
        match self.mix(&row) {
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
        let Alike { failed, on, booked, manifest } = *self.answers.get(place_of(row.answer)?)?;
        Some(Answer { failed, on, booked, at: Seq(manifest.0 + u64::from(row.answered_after)) })
    }

    /// The answer that a line got.
    pub(super) fn answer(&self, line: u32) -> Option<Answer> {
        self.answer_of(&self.row(line)?)
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
        let row = place_of(line).and_then(|place| self.kept.open().get_mut(place));
        let Some(row) = row else { return };
        row.answer = u32::try_from(place + 1).expect("no more answers than entries of a year");
        row.answered_after = u32::try_from(after).expect("a manifest counts its lines in 32 bits");
    }

    /// The number of the town that a line is for: where its payee lives, or who is helped if an organisation is paid.
    pub(super) fn town(&self, names: &Names, line: u32) -> Option<u16> {
        if let Some(town) = self.rare(line).and_then(|rare| rare.town) {
            return Some(town);
        }
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
        let sources = match self.mix(&row) {
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
            answer: self.answer_of(&row),
            returned: rare.and_then(|rare| rare.returned),
            recoveries: rare.map(|rare| rare.recoveries.clone()).unwrap_or_default(),
        })
    }
}

/// Writes words as one run of bytes, lowest byte first: a snapshot holds millions of them.
mod words_as_bytes {
    use serde::de::{Deserializer, Error, Visitor};
    use serde::ser::Serializer;

    pub(super) fn serialize<S: Serializer>(words: &[u64], to: S) -> Result<S::Ok, S::Error> {
        let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
        to.serialize_bytes(&bytes)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<u64>, D::Error> {
        struct Bytes;

        impl Visitor<'_> for Bytes {
            type Value = Vec<u64>;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("whole words of eight bytes")
            }

            fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<Vec<u64>, E> {
                match bytes.as_chunks::<8>() {
                    (words, []) => Ok(words.iter().map(|word| u64::from_le_bytes(*word)).collect()),
                    _ => Err(E::invalid_length(bytes.len(), &self)),
                }
            }
        }

        from.deserialize_bytes(Bytes)
    }
}
