//! Who is helped, and the lists on which units of the county name them: brought in by one person, confirmed by another.

use ledger::act::Body;
use ledger::act::cases::{EntitlementsBroughtIn, EntitlementsConfirmed, Part};
use ledger::act::payments::RosterKind;
use ledger::ids::{EntitlementId, HouseholdId, PersonId};
use ledger::line::{EntitlementLine, Line};
use ledger::money::Money;
use ledger::period::{Date, Period};
use reconcile::bank_simulator::Product;

use super::case::scheme_of;
use super::county::{Household, Person};
use super::stage::{Round, Stage, code};
use crate::desk::people::KnownHousehold;
use crate::desk::seal;
use crate::failure::Failure;

/// Somebody of the county: the person, and the household head, whose account is credited.
#[derive(Clone, Copy)]
pub(super) struct Member {
    pub(super) household: HouseholdId,
    pub(super) head: PersonId,
    pub(super) person: PersonId,
}

/// What one line of a list gives.
pub(super) struct Aid {
    pub(super) member: Member,
    pub(super) payee: PersonId,
    pub(super) part: Part,
}

impl Aid {
    /// To the household's account.
    pub(super) fn new(member: Member, part: Part) -> Aid {
        Aid { member, payee: member.head, part }
    }
}

pub(super) fn yuan(yuan: i64) -> Money {
    Money::from_fen(yuan * 100)
}

/// One part of an amount.
pub(super) fn part(label: &str, amount_fen: Money) -> Part {
    Part { amount_fen, label: label.to_owned(), quantity: None }
}

/// A part that is measured: so many units at so many yuan.
pub(super) fn measured(label: &str, each_yuan: u32, quantity: u32) -> Part {
    let amount_fen = yuan(i64::from(each_yuan) * i64::from(quantity));
    Part { amount_fen, label: label.to_owned(), quantity: Some(quantity) }
}

/// Everybody of whom it holds, in the county's order.
pub(super) fn members(
    stage: &Stage<'_>,
    holds: impl Fn(&Household, &Person) -> bool,
) -> Vec<Member> {
    let households = stage.county.households.iter().zip(&stage.known);
    let of_household = |(household, known): (&Household, &KnownHousehold)| {
        let persons = household.members.iter().zip(known.members.iter().copied());
        let wanted = persons.filter(|(person, _)| holds(household, person));
        let head = known.members.first().copied();
        let id = known.household;
        let member = |(_, person)| head.map(|head| Member { household: id, head, person });
        wanted.filter_map(member).collect::<Vec<_>>()
    };
    households.flat_map(of_household).collect()
}

/// The first `count` of whom it holds, one from each household.
pub(super) fn first(
    stage: &Stage<'_>,
    count: usize,
    holds: impl Fn(&Household, &Person) -> bool,
) -> Vec<Member> {
    let mut found = members(stage, holds);
    found.dedup_by_key(|member| member.household);
    found.truncate(count);
    found
}

/// A list of what a scheme gives from October on, or for October alone if it gives once.
pub(super) fn list(
    stage: &mut Stage<'_>,
    (scheme, category, source): (&str, &str, &str),
    all: Vec<Aid>,
) -> Result<(), Failure> {
    let from: Period = code("2020-10");
    let is_one_off = scheme_of(stage, scheme, "2020-10").months == Some(1);
    let mut lines = Vec::new();
    for Aid { member, payee, part } in all {
        lines.push(Line::Entitlement(EntitlementLine {
            amount_fen: part.amount_fen,
            category: category.to_owned(),
            cause: None,
            entitlement: EntitlementId::from_bytes(stage.id()),
            from,
            household: member.household,
            last: is_one_off.then_some(from),
            parts: vec![part],
            payee,
            persons: vec![member.person],
        }));
    }
    let (manifest, entries) = seal(&lines)?;
    let root = manifest.root;
    let body = EntitlementsBroughtIn { manifest, scheme: code(scheme), source: source.to_owned() };
    let key = stage.cast.key("账户维护");
    let body = Body::EntitlementsBroughtIn(body);
    let receipt = stage.desk.sign_with_lines(&key, body, &entries)?;
    let confirmed = EntitlementsConfirmed { brought_in: receipt.id, root };
    stage.sign("分管副局长", Body::EntitlementsConfirmed(confirmed))?;
    Ok(())
}

/// A month's roster of a scheme, from drawing to the bank's answer: how many payments, and their sum.
pub(super) fn paid(
    stage: &mut Stage<'_>,
    (batch, scheme, period): (&str, &str, &str),
    funds: &[&str],
    day: &str,
) -> Result<(usize, Money), Failure> {
    let day: Date = code(day);
    stage.pay(&Round {
        batch,
        scheme,
        period: code(period),
        kind: RosterKind::Regular,
        funds,
        account: "ZH-01",
        product: Product::RcbPipeHead,
        day,
        answered: day,
        fates: Vec::new(),
    })?;
    let batch = stage.desk.books().payments.batches.get(&code(batch));
    Ok(batch.map_or((0, Money::ZERO), |batch| (batch.len(), batch.total)))
}
