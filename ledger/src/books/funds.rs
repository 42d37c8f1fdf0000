//! Programme accounts and funds as they were opened. What they hold is in the postings.

use std::collections::BTreeMap;

use crate::act::Body;
use crate::act::funds::{BankAccountOpened, FundAllotted, FundOpened};
use crate::ids::{ActId, BankAccountCode, Division, FundCode};
use crate::money::Money;

use super::Statement;

/// What was paid into a pool, and from where.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Contribution {
    /// The act.
    pub act: ActId,
    /// The pool.
    pub fund: FundCode,
    /// The county or town that paid in, if it is said.
    pub area: Option<Division>,
    /// How much.
    pub amount: Money,
}

/// Where money lies.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Funds {
    /// Programme accounts by code.
    pub accounts: BTreeMap<BankAccountCode, BankAccountOpened>,
    /// Funds by code.
    pub funds: BTreeMap<FundCode, FundOpened>,
    /// What was paid into pools and not reversed, in the order of the log.
    pub contributions: Vec<Contribution>,
    /// Allotments; true for those that were reversed.
    pub allotments: BTreeMap<ActId, (FundAllotted, bool)>,
}

impl Funds {
    /// The programme account of a fund.
    #[must_use]
    pub fn account_of(&self, fund: &FundCode) -> Option<&BankAccountCode> {
        self.funds.get(fund).map(|fund| &fund.account)
    }

    /// Whether an allotment of these figures stands in the books, or did and was reversed: `None` if there never was one.
    #[must_use]
    pub fn allotment(&self, allotted: &FundAllotted) -> Option<bool> {
        let plain = |one: &FundAllotted| FundAllotted { corrects: None, ..one.clone() };
        let wanted = plain(allotted);
        let of_fund = self.allotments.values().filter(|(known, _)| known.fund == allotted.fund);
        let alike = of_fund.filter(|(known, _)| plain(known) == wanted);
        alike.map(|(_, reversed)| !reversed).reduce(|one, other| one || other)
    }

    pub(super) fn evolve(&mut self, statement: &Statement<'_>) {
        if let Body::BankAccountOpened(opened) = statement.body() {
            self.accounts.insert(opened.code.clone(), opened.clone());
        } else if let Body::FundOpened(opened) = statement.body() {
            self.funds.insert(opened.code.clone(), opened.clone());
        } else if let Body::FundContributed(gift) = statement.body() {
            let (fund, area) = (gift.fund.clone(), gift.area.clone());
            let amount = gift.amount_fen;
            self.contributions.push(Contribution { act: statement.id, fund, area, amount });
        } else if let Body::FundAllotted(allotted) = statement.body() {
            self.allotments.insert(statement.id, (allotted.clone(), false));
        } else if let Body::EntryReversed(reversed) = statement.body() {
            if let Some((_, is_reversed)) = self.allotments.get_mut(&reversed.act) {
                *is_reversed = true;
            }
            self.contributions.retain(|contribution| contribution.act != reversed.act);
        }
    }
}
