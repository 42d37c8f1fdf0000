//! Programme accounts and funds as they were opened. What they hold is in the postings.

use std::collections::BTreeMap;

use crate::act::Body;
use crate::act::funds::{BankAccountOpened, FundOpened};
use crate::ids::{BankAccountCode, FundCode};

use super::Statement;

/// Where money lies.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Funds {
    /// Programme accounts by code.
    pub accounts: BTreeMap<BankAccountCode, BankAccountOpened>,
    /// Funds by code.
    pub funds: BTreeMap<FundCode, FundOpened>,
}

impl Funds {
    /// The programme account of a fund.
    #[must_use]
    pub fn account_of(&self, fund: &FundCode) -> Option<&BankAccountCode> {
        self.funds.get(fund).map(|fund| &fund.account)
    }

    pub(super) fn evolve(&mut self, statement: &Statement<'_>) {
        if let Body::BankAccountOpened(opened) = statement.body() {
            self.accounts.insert(opened.code.clone(), opened.clone());
        } else if let Body::FundOpened(opened) = statement.body() {
            self.funds.insert(opened.code.clone(), opened.clone());
        }
    }
}
