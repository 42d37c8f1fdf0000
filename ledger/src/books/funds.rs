//! Programme accounts and funds as they were opened. What they hold is in the postings.

use std::collections::BTreeMap;

use crate::act::Body;
use crate::act::funds::{BankAccountOpened, FundAllotted, FundOpened};
use crate::ids::{ActId, BankAccountCode, Division, FundCode, narrow};
use crate::money::Money;
use crate::period::Period;

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
    /// Vouchers of releases, contributions and returns that were not reversed.
    vouchers: BTreeMap<Voucher, ActId>,
}

/// A voucher: vouchers are numbered anew each month, for each kind of money, and by each who gives.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
struct Voucher {
    fund: FundCode,
    kind: String,
    month: Period,
    giver: String,
    number: String,
}

impl Voucher {
    fn of(body: &Body) -> Option<Voucher> {
        let (fund, date, giver, number) = if let Body::FundReleased(body) = body {
            (&body.fund, body.date, "", &body.voucher_no)
        } else if let Body::FundContributed(body) = body {
            (&body.fund, body.date, body.contributor.as_str(), &body.voucher_no)
        } else if let Body::FundReturned(body) = body {
            (&body.fund, body.date, "", &body.voucher_no)
        } else {
            return None;
        };
        let plain = |text: &str| {
            text.chars().filter(|sign| !sign.is_whitespace()).map(narrow).collect::<String>()
        };
        Some(Voucher {
            fund: fund.clone(),
            kind: body.kind().to_owned(),
            month: date.period(),
            giver: plain(giver),
            number: plain(number),
        })
    }
}

/// The same figures, whatever they correct.
fn is_of_the_same(one: &FundAllotted, other: &FundAllotted) -> bool {
    let FundAllotted {
        amount_fen,
        arrived,
        corrects: _,
        direct,
        document_no,
        function_code,
        fund,
        level,
    } = one;
    (amount_fen, arrived, direct, fund, level)
        == (&other.amount_fen, &other.arrived, &other.direct, &other.fund, &other.level)
        && (document_no, function_code) == (&other.document_no, &other.function_code)
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
        let alike = self.allotments.values().filter(|(known, _)| is_of_the_same(known, allotted));
        alike.map(|(_, reversed)| !reversed).reduce(|one, other| one || other)
    }

    /// The act of the same kind and month that booked the same voucher of the same fund, if it was not reversed.
    #[must_use]
    pub fn by_voucher(&self, body: &Body) -> Option<ActId> {
        self.vouchers.get(&Voucher::of(body)?).copied()
    }

    pub(super) fn evolve(&mut self, statement: &Statement<'_>) {
        if let Some(voucher) = Voucher::of(statement.body()) {
            self.vouchers.insert(voucher, statement.id);
        }
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
            self.vouchers.retain(|_, act| *act != reversed.act);
            self.contributions.retain(|contribution| contribution.act != reversed.act);
        }
    }
}
