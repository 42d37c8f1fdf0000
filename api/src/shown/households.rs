//! A household with everything that it gets from all units, and one entitlement month by month.

use ledger::act::cases::Part;
use ledger::books::Books;
use ledger::books::cases::sum_of;
use ledger::ids::{
    AdvanceId, ApplicationId, ClaimId, Division, EntitlementId, GoodsCode, HouseholdId, PaymentRef,
    PersonId, SchemeCode, UnitCode,
};
use ledger::money::Money;
use ledger::period::{Date, Period};
use ledger::rejection::Rejection;
use ledger::views::household::{self, Aid, HouseholdPage};
use serde::Serialize;
use utoipa::ToSchema;

use super::overflow;
use crate::failure::Failure;

/// One household in a month.
#[derive(Serialize, ToSchema)]
pub struct HouseholdFacts {
    /// The household.
    #[schema(value_type = String)]
    household: HouseholdId,
    /// Where it lives.
    #[schema(value_type = String)]
    division: Division,
    /// The month.
    #[schema(value_type = String)]
    period: Period,
    /// Its members.
    #[schema(value_type = Vec<String>)]
    members: Vec<PersonId>,
    /// Its entitlements, by unit.
    aid: Vec<AidFacts>,
    /// Due in the month from all units, in fen.
    #[schema(value_type = i64)]
    due_fen: Money,
    /// Held from all units so far, advances included; never goods, never an insurer's money.
    #[schema(value_type = i64)]
    paid_fen: Money,
    /// Money paid before the forms 先行救助.
    advances: Vec<AdvanceFacts>,
    /// Claims on insurers: their money, in no sum here.
    claims: Vec<ClaimFacts>,
    /// Goods that it was handed: their value is in no sum here.
    goods: Vec<HandedFacts>,
    /// True while it is under watch 监测户.
    watched: bool,
    /// Applications that are not decided.
    #[schema(value_type = Vec<String>)]
    applications: Vec<ApplicationId>,
    /// Members whose medical spending in a year raised an alert that nobody answered.
    #[schema(value_type = Vec<Object>)]
    open_alerts: Vec<(PersonId, i16)>,
}

/// One entitlement of a household.
#[derive(Serialize, ToSchema)]
pub struct AidFacts {
    /// The entitlement.
    #[schema(value_type = String)]
    entitlement: EntitlementId,
    /// The unit that answers for the scheme.
    #[schema(value_type = String)]
    unit: UnitCode,
    /// The scheme.
    #[schema(value_type = String)]
    scheme: SchemeCode,
    /// Its category within the scheme.
    category: String,
    /// For whom.
    #[schema(value_type = Vec<String>)]
    persons: Vec<PersonId>,
    /// Due in the month, in fen.
    #[schema(value_type = i64)]
    due_fen: Money,
    /// Its parts, as the acts state them: `label`, `amount_fen`, `quantity`.
    #[schema(value_type = Vec<Object>)]
    parts: Vec<Part>,
    /// First month.
    #[schema(value_type = String)]
    from: Period,
    /// Last month, once stopped.
    #[schema(value_type = Option<String>)]
    last: Option<Period>,
    /// Held so far.
    #[schema(value_type = i64)]
    paid_fen: Money,
    /// Sent and not answered.
    #[schema(value_type = i64)]
    on_its_way_fen: Money,
}

/// An advance.
#[derive(Serialize, ToSchema)]
pub struct AdvanceFacts {
    /// The advance.
    #[schema(value_type = String)]
    advance: AdvanceId,
    /// In fen.
    #[schema(value_type = i64)]
    amount_fen: Money,
    /// Day of payment.
    #[schema(value_type = String)]
    date: Date,
    /// True once its forms are there.
    regularised: bool,
    /// The scheme.
    #[schema(value_type = String)]
    scheme: SchemeCode,
}

/// A claim.
#[derive(Serialize, ToSchema)]
pub struct ClaimFacts {
    /// The case.
    #[schema(value_type = String)]
    claim: ClaimId,
    /// What was assessed, if it was.
    #[schema(value_type = Option<i64>)]
    assessed_fen: Option<Money>,
    /// True once it ended.
    ended: bool,
}

/// Goods handed out.
#[derive(Serialize, ToSchema)]
pub struct HandedFacts {
    /// When.
    #[schema(value_type = String)]
    date: Date,
    /// The lot.
    #[schema(value_type = String)]
    goods: GoodsCode,
    /// What it is.
    name: String,
    /// How many units.
    quantity: u32,
    /// The unit of measure.
    unit: String,
    /// Their value.
    #[schema(value_type = i64)]
    value_fen: Money,
}

impl HouseholdFacts {
    /// The same of a page that was read already.
    #[must_use]
    pub fn of(page: &HouseholdPage) -> HouseholdFacts {
        let aid =
            page.aid.iter().flat_map(|(unit, all)| all.iter().map(|aid| aid_facts(unit, aid)));
        let advances = page.advances.iter().map(|one| AdvanceFacts {
            advance: one.advance,
            amount_fen: one.amount,
            date: one.date,
            regularised: one.is_regularised,
            scheme: one.scheme.clone(),
        });
        let claims = page.claims.iter().map(|one| ClaimFacts {
            claim: one.claim,
            assessed_fen: one.assessed,
            ended: one.has_ended,
        });
        let goods = page.goods.iter().map(|one| HandedFacts {
            date: one.date,
            goods: one.goods.clone(),
            name: one.name.clone(),
            quantity: one.quantity.0,
            unit: one.quantity.1.clone(),
            value_fen: one.value,
        });
        HouseholdFacts {
            household: page.household,
            division: page.division.clone(),
            period: page.period,
            members: page.members.clone(),
            aid: aid.collect(),
            due_fen: page.due,
            paid_fen: page.paid,
            advances: advances.collect(),
            claims: claims.collect(),
            goods: goods.collect(),
            watched: page.is_watched,
            applications: page.applications.iter().map(|(id, _)| *id).collect(),
            open_alerts: page.open_alerts.clone(),
        }
    }
}

fn aid_facts(unit: &UnitCode, aid: &Aid) -> AidFacts {
    AidFacts {
        entitlement: aid.entitlement,
        unit: unit.clone(),
        scheme: aid.scheme.clone(),
        category: aid.category.clone(),
        persons: aid.persons.clone(),
        due_fen: aid.due,
        parts: aid.parts.clone(),
        from: aid.from,
        last: aid.last,
        paid_fen: aid.paid,
        on_its_way_fen: aid.on_its_way,
    }
}

/// A household's page.
///
/// # Errors
/// [`Rejection::HouseholdUnknown`], or a sum leaves the range of money.
pub fn household(
    books: &Books,
    household: HouseholdId,
    period: Period,
) -> Result<HouseholdFacts, Failure> {
    if !books.people.households.contains_key(&household) {
        return Err(Rejection::HouseholdUnknown { household }.into());
    }
    Ok(HouseholdFacts::of(&household::of(books, household, period).ok_or_else(overflow)?))
}

/// One entitlement.
#[derive(Serialize, ToSchema)]
pub struct EntitlementFacts {
    /// The entitlement.
    #[schema(value_type = String)]
    entitlement: EntitlementId,
    /// The scheme.
    #[schema(value_type = String)]
    scheme: SchemeCode,
    /// Its category within the scheme.
    category: String,
    /// The household.
    #[schema(value_type = String)]
    household: HouseholdId,
    /// For whom.
    #[schema(value_type = Vec<String>)]
    persons: Vec<PersonId>,
    /// Whose account is credited.
    #[schema(value_type = String)]
    payee: PersonId,
    /// First month.
    #[schema(value_type = String)]
    from: Period,
    /// Last month, once stopped.
    #[schema(value_type = Option<String>)]
    last: Option<Period>,
    /// Month by month from the first one to the one asked for.
    months: Vec<MonthDue>,
    /// Its payments for these months, in the order of the log.
    payments: Vec<PaymentSeen>,
}

/// What is due in a month.
#[derive(Serialize, ToSchema)]
pub struct MonthDue {
    /// The month.
    #[schema(value_type = String)]
    period: Period,
    /// In fen.
    #[schema(value_type = i64)]
    due_fen: Money,
    /// The parts, as the acts state them.
    #[schema(value_type = Vec<Object>)]
    parts: Vec<Part>,
}

/// A payment for an entitlement.
#[derive(Serialize, ToSchema)]
pub struct PaymentSeen {
    /// Our reference.
    #[schema(value_type = String)]
    reference: PaymentRef,
    /// The month that it pays.
    #[schema(value_type = String)]
    period: Period,
    /// In fen.
    #[schema(value_type = i64)]
    amount_fen: Money,
    /// `drawn`, `instructed`, `settled`, `failed`, `returned`.
    state: &'static str,
    /// Its roster line's entry.
    entry: u64,
}

/// So many months of an entitlement can be asked for: a hundred years.
const MONTHS: usize = 1200;

/// One entitlement up to a month.
///
/// # Errors
/// [`Rejection::EntitlementUnknown`], or a sum leaves the range of money.
pub fn entitlement(
    books: &Books,
    id: EntitlementId,
    until: Period,
) -> Result<EntitlementFacts, Failure> {
    let held = books.cases.entitlements.get(&id);
    let held = held.ok_or(Rejection::EntitlementUnknown { entitlement: id })?;
    let months = std::iter::successors(Some(held.parts.begin()), |month| Some(month.next()));
    let months = months.take_while(|month| *month <= until);
    if months.clone().take(MONTHS + 1).count() > MONTHS {
        return Err(Failure::usage(format!("{until}太远：至多看{MONTHS}个月。")));
    }
    let months = months.map(|period| {
        let parts = held.due(period).unwrap_or_default().to_vec();
        let due_fen = sum_of(&parts).ok_or_else(overflow)?;
        Ok(MonthDue { period, due_fen, parts })
    });
    let wanted = [(id, &held.scheme)];
    let mut payments = books.payments.of_entitlements(&wanted, until);
    let payments = payments.remove(&id).unwrap_or_default().into_iter();
    let payments = payments.filter_map(|reference| {
        let (batch, payment) = books.payments.find(&reference)?;
        Some(PaymentSeen {
            reference,
            period: batch.period,
            amount_fen: payment.amount,
            state: payment.state(batch.released.is_some()).word(),
            entry: payment.at.0,
        })
    });
    Ok(EntitlementFacts {
        entitlement: id,
        scheme: held.scheme.clone(),
        category: held.category.clone(),
        household: held.household,
        persons: held.persons.to_vec(),
        payee: held.payee,
        from: held.parts.begin(),
        last: held.last,
        months: months.collect::<Result<_, Failure>>()?,
        payments: payments.collect(),
    })
}
