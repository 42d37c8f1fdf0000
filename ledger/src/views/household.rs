//! Everything that one household gets, from all units, on one page 一门受理.

use std::collections::BTreeMap;

use crate::act::cases::Part;
use crate::books::Books;
use crate::books::cases::sum_of;
use crate::books::payments::PaymentState;
use crate::ids::{
    AdvanceId, ApplicationId, ClaimId, Division, EntitlementId, GoodsCode, HouseholdId, PaymentRef,
    PersonId, SchemeCode, UnitCode,
};
use crate::money::Money;
use crate::period::{Date, Period};

/// One entitlement of the household.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Aid {
    /// The entitlement.
    pub entitlement: EntitlementId,
    /// The scheme.
    pub scheme: SchemeCode,
    /// Its name.
    pub name: String,
    /// Category within the scheme.
    pub category: String,
    /// For whom.
    pub persons: Vec<PersonId>,
    /// What is due in the month of the page; empty if nothing is.
    pub parts: Vec<Part>,
    /// Their sum.
    pub due: Money,
    /// First month payable.
    pub from: Period,
    /// Last month payable, if there is one.
    pub last: Option<Period>,
    /// What the payee holds of it up to the month: credited, less what came back.
    pub paid: Money,
    /// What is on its way for months up to this one.
    pub on_its_way: Money,
    /// Its payments for months up to this one, by batch.
    pub payments: Vec<PaymentRef>,
}

/// Money paid before the forms.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Advanced {
    /// The case.
    pub advance: AdvanceId,
    /// The scheme.
    pub scheme: SchemeCode,
    /// When.
    pub date: Date,
    /// How much.
    pub amount: Money,
    /// True once the forms were complete.
    pub is_regularised: bool,
}

/// Goods that the household was handed. Their value is no money.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Handed {
    /// The lot.
    pub goods: GoodsCode,
    /// What it is.
    pub name: String,
    /// How many units, and the unit of measure.
    pub quantity: (u32, String),
    /// Their value.
    pub value: Money,
    /// When.
    pub date: Date,
}

/// A claim on an insurer: the insurer's money, never the treasury's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claimed {
    /// The case.
    pub claim: ClaimId,
    /// What was assessed, if it was.
    pub assessed: Option<Money>,
    /// True once it ended.
    pub has_ended: bool,
}

/// The page of a household.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HouseholdPage {
    /// The household.
    pub household: HouseholdId,
    /// Where it lives.
    pub division: Division,
    /// The month of the page.
    pub period: Period,
    /// Its members.
    pub members: Vec<PersonId>,
    /// Its entitlements by the unit that answers for the scheme in this month.
    pub aid: BTreeMap<UnitCode, Vec<Aid>>,
    /// Money due in the month from all units.
    pub due: Money,
    /// Money held from all units so far, advances included; never goods, never an insurer's money.
    pub paid: Money,
    /// Cases that are not decided yet.
    pub applications: Vec<(ApplicationId, SchemeCode)>,
    /// Advances.
    pub advances: Vec<Advanced>,
    /// Claims.
    pub claims: Vec<Claimed>,
    /// Goods.
    pub goods: Vec<Handed>,
    /// True while it is under watch.
    pub is_watched: bool,
    /// Years in which a member's medical spending raised an alert that nobody answered yet.
    pub open_alerts: Vec<(PersonId, i16)>,
}

/// The page as the books stand, for a month; `None` if the household is unknown or a sum leaves the range of money.
#[must_use]
pub fn of(books: &Books, household: HouseholdId, period: Period) -> Option<HouseholdPage> {
    let division = books.people.households.get(&household)?.division.clone();
    let mut members = books.people.members(household).to_vec();
    members.sort_unstable();
    let mut page = HouseholdPage {
        household,
        division,
        period,
        aid: BTreeMap::new(),
        due: Money::ZERO,
        paid: Money::ZERO,
        applications: applications(books, household),
        advances: advances(books, household),
        claims: claims(books, household),
        goods: goods(books, household)?,
        is_watched: books.watches.open(household).is_some(),
        open_alerts: alerts(books, &members),
        members,
    };
    for (unit, aid) in entitlements(books, &page)? {
        page.due = page.due.checked_add(aid.due)?;
        page.paid = page.paid.checked_add(aid.paid)?;
        page.aid.entry(unit).or_default().push(aid);
    }
    for advance in &page.advances {
        page.paid = page.paid.checked_add(advance.amount)?;
    }
    Some(page)
}

fn entitlements(books: &Books, page: &HouseholdPage) -> Option<Vec<(UnitCode, Aid)>> {
    // Of the household, and of its members where they were helped before they belonged to it.
    let of_members = page.members.iter().flat_map(|person| books.cases.of_person(*person));
    let held: BTreeMap<EntitlementId, _> = of_members.collect();
    let wanted: Vec<_> = held.iter().map(|(id, held)| (*id, &held.scheme)).collect();
    let mut payments = books.payments.of_entitlements(&wanted, page.period);
    let mut all = Vec::new();
    for (id, held) in held {
        let set = books.policies.scheme(&held.scheme, page.period);
        let set = set.or_else(|| books.policies.newest(&held.scheme))?;
        let parts = held.due(page.period).unwrap_or_default();
        let payments = payments.remove(&id).unwrap_or_default();
        let (paid, on_its_way) = with_the_payee(books, &payments)?;
        let aid = Aid {
            entitlement: id,
            scheme: held.scheme.clone(),
            name: set.name.clone(),
            category: held.category.clone(),
            persons: held.persons.to_vec(),
            due: sum_of(parts)?,
            parts: parts.to_vec(),
            from: held.parts.begin(),
            last: held.last,
            paid,
            on_its_way,
            payments,
        };
        all.push((set.unit.clone(), aid));
    }
    Some(all)
}

/// What the payee holds of these payments, and what is on its way.
fn with_the_payee(books: &Books, payments: &[PaymentRef]) -> Option<(Money, Money)> {
    let (mut paid, mut on_its_way) = (Money::ZERO, Money::ZERO);
    for reference in payments {
        let (batch, payment) = books.payments.find(reference)?;
        match payment.state(batch.released.is_some()) {
            PaymentState::Settled => {
                let kept = payment.amount.checked_sub(payment.recovered())?;
                paid = paid.checked_add(kept)?;
            }
            PaymentState::Drawn | PaymentState::Instructed => {
                on_its_way = on_its_way.checked_add(payment.amount)?;
            }
            PaymentState::Failed | PaymentState::Returned => {}
        }
    }
    Some((paid, on_its_way))
}

fn applications(books: &Books, household: HouseholdId) -> Vec<(ApplicationId, SchemeCode)> {
    let all = books.cases.applications.iter();
    let open = all.filter(|(_, case)| case.filed.household == household && !case.ended);
    let mut open: Vec<_> = open.map(|(id, case)| (*id, case.filed.scheme.clone())).collect();
    open.sort_unstable();
    open
}

fn advances(books: &Books, household: HouseholdId) -> Vec<Advanced> {
    let advances = books.urgent.of_household(household);
    let told = advances.map(|advance| Advanced {
        advance: advance.paid.advance,
        scheme: advance.paid.scheme.clone(),
        date: advance.paid.date,
        amount: advance.paid.amount_fen,
        is_regularised: advance.regularised.is_some(),
    });
    told.collect()
}

fn claims(books: &Books, household: HouseholdId) -> Vec<Claimed> {
    let claims = books.urgent.claims.iter();
    let own = claims.filter(|(_, claim)| claim.filed.household == household);
    let told = own.map(|(id, claim)| Claimed {
        claim: *id,
        assessed: claim.assessed.as_ref().map(|(_, assessed)| assessed.amount_fen),
        has_ended: claim.end.is_some(),
    });
    told.collect()
}

fn goods(books: &Books, household: HouseholdId) -> Option<Vec<Handed>> {
    let told = books.goods.of_household(household).map(|handed| {
        let lot = &books.goods.lots.get(&handed.goods)?.received;
        Some(Handed {
            goods: handed.goods.clone(),
            name: lot.name.clone(),
            quantity: (handed.quantity, lot.unit.clone()),
            value: books.goods.value(&handed.goods, handed.quantity)?,
            date: handed.date,
        })
    });
    told.collect()
}

fn alerts(books: &Books, members: &[PersonId]) -> Vec<(PersonId, i16)> {
    let open = books.medical.alerts.iter().filter(|(_, alert)| alert.answered.is_none());
    let own = open.filter(|((_, person), _)| members.contains(person));
    own.map(|((year, person), _)| (*person, *year)).collect()
}
