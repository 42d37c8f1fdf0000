//! Where each payment's money came from and where each allotment went 资金流向. Money in a fund has no mark, so a convention
//! gives it one: what came first is used first 先进先出. Folded from the whole log, act by act.

use std::collections::{BTreeMap, VecDeque};

use crate::act::Body;
use crate::act::funds::Level;
use crate::act::payments::Decision;
use crate::answer::{Outcome, ReturnOutcome};
use crate::books::{Books, Statement};
use crate::ids::{ActId, AdvanceId, FundCode, PaymentRef, Seq};
use crate::line::Line;
use crate::money::Money;

/// Where money came from: an allotment, a contribution or a gift.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The act that recorded it.
    pub act: ActId,
    /// Its entry.
    pub at: Seq,
    /// The fund that it came to first.
    pub fund: FundCode,
    /// Document number 文号 of an allotment, or who gave it.
    pub source: String,
    /// The level of government, of an allotment.
    pub level: Option<Level>,
    /// How much.
    pub amount: Money,
}

/// What money went for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Use {
    /// A payment on a roster.
    Payment(PaymentRef),
    /// Money paid before the forms.
    Advance(AdvanceId),
    /// Back to where it came from, by this act.
    ReturnedUp(ActId),
}

/// A part of an origin's money.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slice {
    /// The place of the origin in [`Lineage::origins`].
    origin: usize,
    /// How much.
    pub amount: Money,
}

impl Slice {
    /// Neighbours of one origin become one slice.
    fn in_order(one: Option<Slice>, next: Option<Slice>) -> impl DoubleEndedIterator<Item = Slice> {
        let sum = one.zip(next).filter(|(one, next)| one.origin == next.origin);
        let sum = sum.and_then(|(one, next)| one.amount.checked_add(next.amount));
        let joined = sum.zip(one).map(|(amount, one)| Slice { amount, ..one });
        let apart = if joined.is_some() { (None, None) } else { (one, next) };
        [joined, apart.0, apart.1].into_iter().flatten()
    }
}

/// Money in the order in which it came.
#[derive(Clone, Debug, Default)]
struct Queue(VecDeque<Slice>);

impl Queue {
    fn put(&mut self, slices: impl IntoIterator<Item = Slice>) {
        for slice in slices {
            let last = self.0.pop_back();
            self.0.extend(Slice::in_order(last, Some(slice)));
        }
    }

    fn put_first(&mut self, slices: Vec<Slice>) {
        for slice in slices.into_iter().rev() {
            let first = self.0.pop_front();
            for part in Slice::in_order(Some(slice), first).rev() {
                self.0.push_front(part);
            }
        }
    }

    /// Takes these slices' money back: of their own origins what is still here, and the rest from what came last.
    fn take_back(&mut self, slices: &[Slice]) -> Vec<Slice> {
        let mut back = Vec::new();
        for wanted in slices {
            let mut left = wanted.amount;
            for slice in self.0.iter_mut().rev().filter(|slice| slice.origin == wanted.origin) {
                let part = slice.amount.min(left);
                slice.amount = slice.amount.checked_sub(part).unwrap_or_default();
                left = left.checked_sub(part).unwrap_or_default();
                back.push(Slice { amount: part, ..*slice });
            }
            self.0.retain(|slice| slice.amount.is_positive());
            back.extend(self.take(left, true));
        }
        back.retain(|slice| slice.amount.is_positive());
        back
    }

    /// Takes an amount from one end. The laws let no fund fall below zero, so there is enough.
    fn take(&mut self, amount: Money, newest: bool) -> Vec<Slice> {
        let mut left = amount;
        let mut taken = Vec::new();
        while left.is_positive() {
            let slice = if newest { self.0.pop_back() } else { self.0.pop_front() };
            let Some(slice) = slice else { break };
            let part = slice.amount.min(left);
            left = left.checked_sub(part).unwrap_or_default();
            taken.push(Slice { amount: part, ..slice });
            let rest = slice.amount.checked_sub(part).unwrap_or_default();
            if rest.is_positive() {
                let rest = Slice { amount: rest, ..slice };
                if newest { self.0.push_back(rest) } else { self.0.push_front(rest) }
            }
        }
        taken
    }
}

/// What an act did that can be reversed, with the slices that it put where.
#[derive(Clone, Debug)]
enum Done {
    Allotted(FundCode, Slice),
    Released(FundCode, Vec<Slice>),
    Contributed(FundCode, Slice),
    Moved(FundCode, FundCode, Vec<Slice>),
    ReturnedUp(FundCode),
    Recovered(PaymentRef, Vec<(FundCode, Vec<Slice>)>),
}

/// All money by where it came from.
#[derive(Clone, Debug, Default)]
pub struct Lineage {
    /// Where money came from, in the order of the log.
    pub origins: Vec<Origin>,
    allotted: BTreeMap<FundCode, Queue>,
    held: BTreeMap<FundCode, Queue>,
    used: BTreeMap<Use, Vec<(FundCode, Slice)>>,
    done: BTreeMap<ActId, Done>,
}

impl Lineage {
    /// What a use took: the fund that paid it, the origin and the amount; in the order in which it was taken.
    pub fn of(&self, used: &Use) -> impl Iterator<Item = (&FundCode, &Origin, Money)> {
        let slices = self.used.get(used).into_iter().flatten();
        slices
            .filter_map(|(fund, slice)| Some((fund, self.origins.get(slice.origin)?, slice.amount)))
    }

    /// What an origin's money went for.
    pub fn uses_of(&self, origin: ActId) -> impl Iterator<Item = (&Use, &FundCode, Money)> {
        let place = self.origins.iter().position(|known| known.act == origin);
        self.used.iter().flat_map(move |(used, slices)| {
            let own = slices.iter().filter(move |(_, slice)| Some(slice.origin) == place);
            own.map(move |(fund, slice)| (used, fund, slice.amount))
        })
    }

    /// What of an origin's money lies in which fund still; allotted money that was not released is not among it.
    pub fn held_of(&self, origin: ActId) -> impl Iterator<Item = (&FundCode, Money)> {
        let place = self.origins.iter().position(|known| known.act == origin);
        self.held.iter().flat_map(move |(fund, queue)| {
            let own = queue.0.iter().filter(move |slice| Some(slice.origin) == place);
            own.map(move |slice| (fund, slice.amount))
        })
    }

    /// What a fund holds, by origin in the order in which it will be used.
    pub fn held_by(&self, fund: &FundCode) -> impl Iterator<Item = (&Origin, Money)> {
        let slices = self.held.get(fund).into_iter().flat_map(|queue| &queue.0);
        slices.filter_map(|slice| Some((self.origins.get(slice.origin)?, slice.amount)))
    }

    /// Takes in one act, given the books before it.
    pub fn take(&mut self, books: &Books, statement: &Statement<'_>) {
        self.money_in(statement);
        self.money_out(books, statement);
    }

    fn begin(
        &mut self,
        statement: &Statement<'_>,
        fund: &FundCode,
        (source, level, amount): (&str, Option<Level>, Money),
    ) -> Slice {
        self.origins.push(Origin {
            act: statement.id,
            at: statement.at,
            fund: fund.clone(),
            source: source.to_owned(),
            level,
            amount,
        });
        Slice { origin: self.origins.len() - 1, amount }
    }

    fn held(&mut self, fund: &FundCode) -> &mut Queue {
        self.held.entry(fund.clone()).or_default()
    }

    fn money_in(&mut self, statement: &Statement<'_>) {
        let done = if let Body::FundAllotted(b) = statement.body() {
            let told = (b.document_no.as_str(), Some(b.level), b.amount_fen);
            let slice = self.begin(statement, &b.fund, told);
            self.allotted.entry(b.fund.clone()).or_default().put([slice]);
            Done::Allotted(b.fund.clone(), slice)
        } else if let Body::FundReleased(b) = statement.body() {
            let slices = self.allotted.entry(b.fund.clone()).or_default().take(b.amount_fen, false);
            self.held(&b.fund).put(slices.clone());
            Done::Released(b.fund.clone(), slices)
        } else if let Body::FundContributed(b) = statement.body() {
            let slice = self.begin(statement, &b.fund, (&b.contributor, None, b.amount_fen));
            self.held(&b.fund).put([slice]);
            Done::Contributed(b.fund.clone(), slice)
        } else if let Body::FundMoved(b) = statement.body() {
            let slices = self.held(&b.from).take(b.amount_fen, false);
            self.held(&b.to).put(slices.clone());
            Done::Moved(b.from.clone(), b.to.clone(), slices)
        } else if let Body::FundReturned(b) = statement.body() {
            self.spend(Use::ReturnedUp(statement.id), &b.fund, b.amount_fen);
            Done::ReturnedUp(b.fund.clone())
        } else if let Body::EntryReversed(b) = statement.body() {
            self.undo(b.act);
            return;
        } else {
            return;
        };
        self.done.insert(statement.id, done);
    }

    /// A reversal takes away its own money where it still is; what was used meanwhile came from elsewhere then.
    fn undo(&mut self, act: ActId) {
        match self.done.remove(&act) {
            Some(Done::Allotted(fund, slice)) => {
                drop(self.allotted.entry(fund).or_default().take_back(&[slice]));
            }
            Some(Done::Released(fund, slices)) => {
                let back = self.held(&fund).take_back(&slices);
                self.allotted.entry(fund).or_default().put_first(back);
            }
            Some(Done::Contributed(fund, slice)) => drop(self.held(&fund).take_back(&[slice])),
            Some(Done::Moved(from, to, slices)) => {
                let back = self.held(&to).take_back(&slices);
                self.held(&from).put_first(back);
            }
            Some(Done::ReturnedUp(fund)) => {
                let slices = self.used.remove(&Use::ReturnedUp(act)).unwrap_or_default();
                let slices = slices.into_iter().map(|(_, slice)| slice).collect();
                self.held(&fund).put_first(slices);
            }
            Some(Done::Recovered(reference, of_funds)) => {
                for (fund, slices) in of_funds {
                    let amount = Money::total(slices.iter().map(|slice| slice.amount));
                    self.spend(Use::Payment(reference.clone()), &fund, amount.unwrap_or_default());
                }
            }
            None => {}
        }
    }

    fn spend(&mut self, used: Use, fund: &FundCode, amount: Money) {
        let slices = self.held(fund).take(amount, false);
        let told = slices.into_iter().map(|slice| (fund.clone(), slice));
        self.used.entry(used).or_default().extend(told);
    }

    fn money_out(&mut self, books: &Books, statement: &Statement<'_>) {
        if let Body::AdvancePaid(b) = statement.body() {
            self.spend(Use::Advance(b.advance), &b.fund, b.amount_fen);
        } else if let Body::PaymentFileReleased(b) = statement.body() {
            for (reference, payment) in books.payments.references(&b.batch) {
                for source in &payment.sources {
                    let used = Use::Payment(reference.clone());
                    self.spend(used, &source.fund, source.amount_fen);
                }
            }
        } else if let Body::ResponseImported(_) = statement.body() {
            for line in statement.lines.iter().filter_map(Line::as_response) {
                if let (Outcome::Failed, Some(reference)) = (line.outcome, &line.reference) {
                    self.give_back(books, reference, None);
                }
            }
        } else if let Body::ReturnsImported(_) = statement.body() {
            for line in statement.lines.iter().filter_map(Line::as_return) {
                if let (ReturnOutcome::Returned, Some(reference)) = (line.outcome, &line.reference)
                {
                    self.give_back(books, reference, None);
                }
            }
        } else if let Body::ExceptionResolved(b) = statement.body() {
            let comes_back = matches!(b.decision, Decision::Failed | Decision::Returned);
            if let Some(reference) = b.reference.as_ref().filter(|_| comes_back) {
                self.give_back(books, reference, None);
            }
        } else if let Body::RecoveryReceived(b) = statement.body()
            && let Some(order) = books.payments.recoveries.get(&b.order)
        {
            let reference = &order.ordered.reference;
            let of_funds = self.give_back(books, reference, Some(b.amount_fen));
            self.done.insert(statement.id, Done::Recovered(reference.clone(), of_funds));
        }
    }

    /// A payment's money comes back to its funds: all that is still out, or an amount of it as the books share it.
    fn give_back(
        &mut self,
        books: &Books,
        reference: &PaymentRef,
        amount: Option<Money>,
    ) -> Vec<(FundCode, Vec<Slice>)> {
        let Some((_, payment)) = books.payments.find(reference) else { return Vec::new() };
        let shares = books.payments.shares(reference, amount.unwrap_or(payment.amount));
        let used = self.used.entry(Use::Payment(reference.clone())).or_default();
        let mut of_funds = Vec::new();
        for (source, share) in payment.sources.iter().zip(shares) {
            let (own, others): (Vec<_>, Vec<_>) =
                std::mem::take(used).into_iter().partition(|(fund, _)| *fund == source.fund);
            let mut own = Queue(own.into_iter().map(|(_, slice)| slice).collect());
            let back = own.take(share, false);
            *used = others;
            used.extend(own.0.into_iter().map(|slice| (source.fund.clone(), slice)));
            of_funds.push((source.fund.clone(), back));
        }
        for (fund, back) in &of_funds {
            self.held(fund).put_first(back.clone());
        }
        of_funds
    }
}
