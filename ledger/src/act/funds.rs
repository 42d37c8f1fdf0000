//! Acts about money coming in: programme accounts, funds, allotments, releases, contributions, moves.

use crate::ids::{
    ActId, AdvanceId, BankAccountCode, Commitment, Division, FundCode, SchemeCode, UnitCode,
};
use crate::money::Money;
use crate::period::Date;
use crate::words::words;

use super::wire;

words! {
    /// Where a fund's money comes from.
    FundKind {
        /// Money of the budget 财政资金.
        Treasury = "treasury", "财政资金";
        /// A pooled fund 统筹救助基金 with contributions.
        Pooled = "pooled", "统筹基金";
        /// A town's float 备用金.
        Float = "float", "备用金";
    }
}

words! {
    /// The level of government that sent an allotment 来源级次.
    Level {
        /// 中央
        Central = "central", "中央";
        /// 省级
        Province = "province", "省级";
        /// 市级
        City = "city", "市级";
        /// 县级
        County = "county", "县级";
    }
}

words! {
    /// The direct-to-beneficiary mark 直达标识.
    DirectMark {
        /// Not direct money.
        None = "none", "非直达";
        /// 01 中央直达
        Central = "central", "01中央直达";
        /// 03 省级直达
        Province = "province", "03省级直达";
    }
}

wire! {
    /// `bank_account.opened`: a programme account 代发专户 of the office.
    BankAccountOpened {
        /// The bank's name.
        bank: String,
        /// Our code for it.
        code: BankAccountCode,
        /// Commitment to its number.
        number_commit: Commitment,
        /// Since when.
        opened: Date,
    }

    /// `fund.opened`: a fund, the account its money lies in, and what it may pay for.
    FundOpened {
        /// The programme account.
        account: BankAccountCode,
        /// Its code.
        code: FundCode,
        /// Where its money comes from.
        kind: FundKind,
        /// Its name.
        name: String,
        /// The schemes it may pay for.
        purposes: Vec<SchemeCode>,
        /// The unit that answers for it.
        unit: UnitCode,
    }

    /// `fund.allotted`: an allotment 指标 arrived: the ceiling of what may be released.
    FundAllotted {
        /// The amount.
        amount_fen: Money,
        /// Day of arrival.
        arrived: Date,
        /// The reversal that this entry corrects, if it does.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        corrects: Option<ActId>,
        /// Direct mark.
        direct: DirectMark,
        /// Document number 文号.
        document_no: String,
        /// Function code 功能科目.
        function_code: String,
        /// The fund.
        fund: FundCode,
        /// Level of government.
        level: Level,
    }

    /// `fund.released`: money 拨付 from the treasury arrived on the programme account.
    FundReleased {
        /// The amount.
        amount_fen: Money,
        /// The reversal that this entry corrects, if it does.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        corrects: Option<ActId>,
        /// Day of posting.
        date: Date,
        /// The fund.
        fund: FundCode,
        /// Voucher number of the payment order 拨款凭证.
        voucher_no: String,
    }

    /// `fund.contributed`: a contribution to a pooled fund, or a gift.
    FundContributed {
        /// The amount.
        amount_fen: Money,
        /// The county or town that paid in, for a pool whose use is told by area 统筹出资地区.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        area: Option<Division>,
        /// Who gave it: a unit or organisation, never a private person's name.
        contributor: String,
        /// The reversal that this entry corrects, if it does.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        corrects: Option<ActId>,
        /// Day of posting.
        date: Date,
        /// The fund.
        fund: FundCode,
        /// Voucher number.
        voucher_no: String,
    }

    /// `fund.moved`: money between two of our own funds, such as topping up a float.
    FundMoved {
        /// The amount.
        amount_fen: Money,
        /// The reversal that this entry corrects, if it does.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        corrects: Option<ActId>,
        /// Day of posting.
        date: Date,
        /// The fund that pays.
        from: FundCode,
        /// Why.
        reason: String,
        /// The regularised advances that the money replaces, when a float is topped up 备用金补足.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        regularised: Option<Vec<AdvanceId>>,
        /// The fund that receives.
        to: FundCode,
    }

    /// `fund.returned`: unused money went back to the government that sent it 结余上缴, or to the donor.
    FundReturned {
        /// The amount.
        amount_fen: Money,
        /// The reversal that this entry corrects, if it does.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        corrects: Option<ActId>,
        /// Day of posting.
        date: Date,
        /// The document that asks for it 文号.
        document_no: String,
        /// The fund.
        fund: FundCode,
        /// Voucher number.
        voucher_no: String,
    }
}
