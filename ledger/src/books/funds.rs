//! Programme accounts and funds as they were opened. What they hold is in the postings.

use std::collections::BTreeMap;

use crate::act::Body;
use crate::act::funds::{BankAccountOpened, FundAllotted, FundOpened};
use crate::ids::{BankAccountCode, FundCode, Seq};
use crate::money::Money;
use crate::period::Date;

use super::Statement;

/// An allotment as it arrived.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Allotment {
    /// Its entry.
    pub at: Seq,
    /// What arrived.
    pub allotted: FundAllotted,
}

/// Money that came to a fund from outside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// Its entry.
    pub at: Seq,
    /// The fund.
    pub fund: FundCode,
    /// The amount.
    pub amount: Money,
    /// Day of posting.
    pub date: Date,
    /// The contributor, unless the treasury released it.
    pub contributor: Option<String>,
}

/// Where money lies.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Funds {
    /// Programme accounts by code.
    pub accounts: BTreeMap<BankAccountCode, BankAccountOpened>,
    /// Funds by code.
    pub funds: BTreeMap<FundCode, FundOpened>,
    /// Allotments in order of arrival; a reversed one is taken out again by its negative posting only.
    pub allotments: Vec<Allotment>,
    /// Releases and contributions in order.
    pub receipts: Vec<Receipt>,
}

impl Funds {
    /// The programme account of a fund.
    #[must_use]
    pub fn account_of(&self, fund: &FundCode) -> Option<&BankAccountCode> {
        self.funds.get(fund).map(|fund| &fund.account)
    }

    pub(super) fn evolve(&mut self, statement: &Statement<'_>) {
        let at = statement.at;
        if let Body::BankAccountOpened(opened) = statement.body() {
            self.accounts.insert(opened.code.clone(), opened.clone());
        } else if let Body::FundOpened(opened) = statement.body() {
            self.funds.insert(opened.code.clone(), opened.clone());
        } else if let Body::FundAllotted(allotted) = statement.body() {
            self.allotments.push(Allotment { at, allotted: allotted.clone() });
        } else if let Body::FundReleased(released) = statement.body() {
            self.receipts.push(Receipt {
                at,
                fund: released.fund.clone(),
                amount: released.amount_fen,
                date: released.date,
                contributor: None,
            });
        } else if let Body::FundContributed(gift) = statement.body() {
            self.receipts.push(Receipt {
                at,
                fund: gift.fund.clone(),
                amount: gift.amount_fen,
                date: gift.date,
                contributor: Some(gift.contributor.clone()),
            });
        }
    }
}
