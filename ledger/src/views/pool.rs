//! A pooled fund by area: what each county or town paid in, what its households drew, and the use rate 使用率.

use std::collections::{BTreeMap, BTreeSet};

use crate::books::Books;
use crate::books::payments::PaymentState;
use crate::ids::{Division, EntitlementId, FundCode, PersonId};
use crate::money::Money;

/// One area's part in a pool.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AreaUse {
    /// What it paid in.
    pub paid_in: Money,
    /// What its households were paid from the pool; what was recovered from payees later is not taken off.
    pub drawn: Money,
    /// For how many cases.
    pub cases: u64,
    /// For how many persons, each once.
    pub persons: u64,
}

impl AreaUse {
    /// Drawn as a share of paid in, in hundredths of a percent, rounded down; `None` if nothing was paid in.
    #[must_use]
    pub fn rate_bp(&self) -> Option<i64> {
        let (drawn, paid_in) = (i128::from(self.drawn.fen()), i128::from(self.paid_in.fen()));
        i64::try_from((drawn * 10_000).checked_div(paid_in)?).ok()
    }
}

/// The use of a pool by county (the first six digits of where a household lives). What nobody's area paid in, such as a gift
/// of a company, stands under `None`. `None` as a whole if a sum leaves the range of money.
#[must_use]
pub fn by_area(books: &Books, fund: &FundCode) -> Option<BTreeMap<Option<Division>, AreaUse>> {
    let mut areas: BTreeMap<Option<Division>, AreaUse> = BTreeMap::new();
    for given in books.funds.contributions.iter().filter(|given| given.fund == *fund) {
        let area = areas.entry(given.area.as_ref().and_then(county)).or_default();
        area.paid_in = area.paid_in.checked_add(given.amount)?;
    }
    let mut seen: BTreeSet<(Option<Division>, EntitlementId)> = BTreeSet::new();
    let mut persons: BTreeSet<(Option<Division>, PersonId)> = BTreeSet::new();
    for code in books.payments.batches.keys() {
        for (reference, payment) in books.payments.references(code) {
            if books.payments.state(&reference) != Some(PaymentState::Settled) {
                continue;
            }
            let of_pool = payment.sources.iter().filter(|source| source.fund == *fund);
            let Some(held) = books.cases.entitlements.get(&payment.entitlement) else { continue };
            let home = books.people.households.get(&held.household);
            let home = home.and_then(|household| county(&household.division));
            for source in of_pool {
                let area = areas.entry(home.clone()).or_default();
                area.drawn = area.drawn.checked_add(source.amount_fen)?;
                area.cases += u64::from(seen.insert((home.clone(), payment.entitlement)));
                let new =
                    held.persons.iter().filter(|person| persons.insert((home.clone(), **person)));
                area.persons += new.count() as u64;
            }
        }
    }
    Some(areas)
}

fn county(division: &Division) -> Option<Division> {
    division.as_str().get(..6)?.parse().ok()
}
