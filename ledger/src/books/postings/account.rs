//! The accounts of the books 科目: what money lies in, came from and went for; and what stands beside it as a memo.

use std::fmt;

use crate::ids::{BankAccountCode, FundCode, GoodsCode, PolicyCode, SchemeCode};

/// An account of the books. Debit is positive.
#[derive(
    Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
pub enum Account {
    /// Money of a fund on a programme account.
    Bank(BankAccountCode, FundCode),
    /// Money of a fund on its way to payees: instructed, not answered.
    InTransit(FundCode),
    /// Money released by the treasury to a fund.
    TreasuryIncome(FundCode),
    /// Money contributed or given to a fund.
    Contributions(FundCode),
    /// Money spent by a fund for a scheme.
    Spent(SchemeCode, FundCode),
    /// Memo: what may still be released to a fund.
    Allotment(FundCode),
    /// Memo: the other side of allotments.
    AllotmentSource(FundCode),
    /// Memo: paid by an insurer under a policy, never our money.
    InsurancePaid(PolicyCode),
    /// Memo: the other side of it.
    InsurerMoney(PolicyCode),
    /// Money of a fund that went back to the government that sent it, or to the donor.
    ReturnedUp(FundCode),
    /// Memo: the value of goods on hand, never our money.
    GoodsOnHand(GoodsCode),
    /// Memo: the value of goods handed out for a scheme.
    GoodsGiven(SchemeCode, GoodsCode),
    /// Memo: the other side of goods that arrived.
    GoodsSource(GoodsCode),
}

impl Account {
    /// True where a balance below zero would mean money that is not there (I14).
    #[must_use]
    pub const fn must_not_be_negative(&self) -> bool {
        matches!(
            self,
            Account::Bank(..)
                | Account::InTransit(_)
                | Account::Allotment(_)
                | Account::GoodsOnHand(_)
        )
    }

    /// The fund that the account belongs to, if to one.
    #[must_use]
    pub const fn fund(&self) -> Option<&FundCode> {
        match self {
            Account::Bank(_, fund)
            | Account::Spent(_, fund)
            | Account::InTransit(fund)
            | Account::TreasuryIncome(fund)
            | Account::Contributions(fund)
            | Account::Allotment(fund)
            | Account::AllotmentSource(fund)
            | Account::ReturnedUp(fund) => Some(fund),
            Account::InsurancePaid(_)
            | Account::InsurerMoney(_)
            | Account::GoodsOnHand(_)
            | Account::GoodsGiven(..)
            | Account::GoodsSource(_) => None,
        }
    }
}

impl fmt::Display for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Account::Bank(account, fund) => write!(f, "资产:银行存款:{account}:{fund}"),
            Account::InTransit(fund) => write!(f, "资产:代发在途:{fund}"),
            Account::TreasuryIncome(fund) => write!(f, "收入:财政拨款:{fund}"),
            Account::Contributions(fund) => write!(f, "收入:统筹捐赠:{fund}"),
            Account::Spent(scheme, fund) => write!(f, "支出:{scheme}:{fund}"),
            Account::Allotment(fund) => write!(f, "备查:指标余额:{fund}"),
            Account::AllotmentSource(fund) => write!(f, "备查:指标下达:{fund}"),
            Account::InsurancePaid(policy) => write!(f, "备查:保险赔付:{policy}"),
            Account::InsurerMoney(policy) => write!(f, "备查:外部资金:{policy}"),
            Account::ReturnedUp(fund) => write!(f, "支出:资金上缴:{fund}"),
            Account::GoodsOnHand(goods) => write!(f, "备查:物资结存:{goods}"),
            Account::GoodsGiven(scheme, goods) => write!(f, "备查:物资发放:{scheme}:{goods}"),
            Account::GoodsSource(goods) => write!(f, "备查:物资来源:{goods}"),
        }
    }
}
