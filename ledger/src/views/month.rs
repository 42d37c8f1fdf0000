//! The frozen figures of a month: everything that its reports and its bulletin say.
//! Canonical JSON in `views/YYYY-MM.json`; the closing act binds its digest.

use sha2::{Digest as _, Sha256};

use super::beside::{self, BesideMonth};
use super::figures::{self, BatchMonth, Figures, Flow, ReturnedPayment};
use super::outstanding::{self, AccountMonth};
use crate::act::funds::FundKind;
use crate::act::wire;
use crate::books::Books;
use crate::books::postings::Account;
use crate::books::urgent::ClaimEnd;
use crate::canonical;
use crate::ids::{BankAccountCode, Digest, Division, FundCode, SchemeCode, UnitCode};
use crate::money::Money;
use crate::period::{Date, Period};

wire! {
    /// A scheme's month.
    SchemeMonth {
        /// Its code.
        code: SchemeCode,
        /// The figures.
        figures: Figures,
        /// Its name.
        name: String,
        /// The responsible unit.
        unit: UnitCode,
    }

    /// A town's month.
    TownMonth {
        /// Its division code.
        division: Division,
        /// The figures.
        figures: Figures,
        /// The name of its unit; the code where no unit covers it.
        name: String,
    }

    /// A fund's month. 期初 + 到账 + 调拨 − 支出净额 − 在途增加 = 期末.
    FundMonth {
        /// The programme account.
        account: BankAccountCode,
        /// Allotted so far, reversals taken off.
        allotted_fen: Money,
        /// At the end.
        closing_fen: Money,
        /// Its code.
        code: FundCode,
        /// On its way to payees at the end.
        in_transit_fen: Money,
        /// Where its money comes from.
        kind: FundKind,
        /// Moved from and to our other funds in the month, and returned upward, net.
        moved_fen: Money,
        /// Its name.
        name: String,
        /// At the beginning.
        opening_fen: Money,
        /// Released or contributed in the month.
        received_fen: Money,
        /// Released or contributed so far.
        received_total_fen: Money,
        /// Spent in the month, net of returns and recoveries.
        spent_fen: Money,
        /// Spent so far, net of returns and recoveries.
        spent_total_fen: Money,
    }

    /// An advance that is not regularised by the end of the month.
    OpenAdvance {
        /// The amount.
        amount_fen: Money,
        /// Day by which the forms are due; absent while that year's calendar is not published.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        due: Option<Date>,
        /// True if that day has passed.
        is_overdue: bool,
        /// Day of payment.
        paid: Date,
        /// The scheme.
        scheme: SchemeCode,
    }

    /// Advances 先行救助.
    AdvanceMonth {
        /// Not regularised at the end.
        open: Vec<OpenAdvance>,
        /// Paid in the month.
        paid: Flow,
    }

    /// Insurance claims: the insurer's money, memo figures only.
    ClaimMonth {
        /// Refused so far.
        declined: u64,
        /// Filed in the month.
        filed: u64,
        /// In hand at the end 在办.
        open: u64,
        /// Paid by the insurer in the month.
        settled: Flow,
        /// Paid by the insurer so far.
        settled_total: Flow,
    }

    /// One line of the trial balance; debit positive.
    Balance {
        /// The account's name.
        account: String,
        /// Its balance at the end of the month.
        amount_fen: Money,
    }

    /// The frozen figures of a month.
    MonthTable {
        /// Programme accounts with their reconciliation.
        accounts: Vec<AccountMonth>,
        /// Advances.
        advances: AdvanceMonth,
        /// Batches of the month.
        batches: Vec<BatchMonth>,
        /// What stands beside the money, where there is any of it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        beside: Option<BesideMonth>,
        /// Insurance claims.
        claims: ClaimMonth,
        /// Funds.
        funds: Vec<FundMonth>,
        /// Number of entries that the figures were made from.
        height: u64,
        /// The ledger's name for people.
        name: String,
        /// The ledger's origin.
        origin: String,
        /// The month.
        period: Period,
        /// Returns of the month.
        returns: Vec<ReturnedPayment>,
        /// By scheme.
        schemes: Vec<SchemeMonth>,
        /// The county.
        total: Figures,
        /// By town.
        towns: Vec<TownMonth>,
        /// Trial balance at the end of the month.
        trial_balance: Vec<Balance>,
    }
}

impl MonthTable {
    /// The figures of a month as the books stand now; `None` if a sum leaves the range of money.
    #[must_use]
    pub fn of(books: &Books, period: Period) -> Option<MonthTable> {
        let figures = figures::of(books, period)?;
        let balances = books.postings.at_end_of(period)?;
        let trial_balance = balances
            .iter()
            .filter(|(_, amount)| !amount.is_zero())
            .map(|(account, amount)| Balance { account: account.to_string(), amount_fen: *amount });
        let table = MonthTable {
            accounts: outstanding::of(books, period)?,
            advances: advances(books, period)?,
            batches: figures::batches_in(books, period)?,
            beside: beside::of(books, period)?,
            claims: claims(books, period)?,
            funds: funds(books, period)?,
            height: books.height,
            name: books.offices.ledger_name().to_owned(),
            origin: books.origin.clone(),
            period,
            returns: figures::returns_in(books, period),
            schemes: schemes(books, period, figures.schemes),
            total: figures.total,
            towns: figures.towns.into_iter().map(|(town, f)| town_month(books, town, f)).collect(),
            trial_balance: trial_balance.collect(),
        };
        // A sum may be a good amount in memory and still above what JSON can carry.
        canonical::encode(&table).is_ok().then_some(table)
    }

    /// The bytes of `views/YYYY-MM.json`.
    ///
    /// # Panics
    /// Never for a table of [`MonthTable::of`], which gives none that cannot be written.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        canonical::encode(self).expect("`of` gives no other table")
    }

    /// The digest that the closing act binds.
    #[must_use]
    pub fn digest(&self) -> Digest {
        Digest(Sha256::digest(self.bytes()).into())
    }

    /// Reads a frozen table back, strictly.
    ///
    /// # Errors
    /// Not canonical, or not a month table.
    pub fn read(bytes: &[u8]) -> Result<MonthTable, canonical::NotCanonical> {
        canonical::decode(bytes)
    }
}

fn schemes(
    books: &Books,
    period: Period,
    figures: std::collections::BTreeMap<SchemeCode, Figures>,
) -> Vec<SchemeMonth> {
    let set = |code, figures| {
        // A roster may be sent before its month; the scheme then begins later than this table's month.
        let scheme =
            books.policies.scheme(&code, period).or_else(|| books.policies.newest(&code))?;
        let (name, unit) = (scheme.name.clone(), scheme.unit.clone());
        Some(SchemeMonth { code, figures, name, unit })
    };
    figures.into_iter().filter_map(|(code, figures)| set(code, figures)).collect()
}

fn town_month(books: &Books, division: Division, figures: Figures) -> TownMonth {
    let unit = books.offices.units.values().find(|unit| unit.town.as_ref() == Some(&division));
    let name = unit.map_or_else(|| division.to_string(), |unit| unit.name.clone());
    TownMonth { division, figures, name }
}

fn funds(books: &Books, period: Period) -> Option<Vec<FundMonth>> {
    let opening = books.postings.at_end_of(period.previous())?;
    let closing = books.postings.at_end_of(period)?;
    let sum = |balances: &std::collections::BTreeMap<Account, Money>,
               wanted: &dyn Fn(&Account) -> bool| {
        Money::total(balances.iter().filter(|(account, _)| wanted(account)).map(|(_, sum)| *sum))
    };
    let mut months = Vec::new();
    for fund in books.funds.funds.values() {
        let code = &fund.code;
        let of_fund = |account: &Account| account.fund() == Some(code);
        let bank = |a: &Account| of_fund(a) && matches!(a, Account::Bank(..));
        let transit = |a: &Account| of_fund(a) && matches!(a, Account::InTransit(_));
        let spent = |a: &Account| of_fund(a) && matches!(a, Account::Spent(..));
        let income = |a: &Account| {
            of_fund(a) && matches!(a, Account::TreasuryIncome(_) | Account::Contributions(_))
        };
        let source = |a: &Account| of_fund(a) && matches!(a, Account::Allotment(_));
        let change = |wanted: &dyn Fn(&Account) -> bool| {
            sum(&closing, wanted)?.checked_sub(sum(&opening, wanted)?)
        };
        let received = change(&income)?.checked_neg()?;
        let received_total = sum(&closing, &income)?.checked_neg()?;
        let moved = change(&bank)?
            .checked_add(change(&spent)?)?
            .checked_add(change(&transit)?)?
            .checked_sub(received)?;
        let treasury = |a: &Account| of_fund(a) && matches!(a, Account::TreasuryIncome(_));
        let released = sum(&closing, &treasury)?.checked_neg()?;
        months.push(FundMonth {
            account: fund.account.clone(),
            allotted_fen: sum(&closing, &source)?.checked_add(released)?,
            closing_fen: sum(&closing, &bank)?,
            code: code.clone(),
            in_transit_fen: sum(&closing, &transit)?,
            kind: fund.kind,
            moved_fen: moved,
            name: fund.name.clone(),
            opening_fen: sum(&opening, &bank)?,
            received_fen: received,
            received_total_fen: received_total,
            spent_fen: change(&spent)?,
            spent_total_fen: sum(&closing, &spent)?,
        });
    }
    Some(months)
}

fn advances(books: &Books, period: Period) -> Option<AdvanceMonth> {
    let cut = period.last_day();
    let mut month = AdvanceMonth { open: Vec::new(), paid: Flow { count: 0, fen: Money::ZERO } };
    for advance in books.urgent.advances.values().filter(|advance| advance.paid.date <= cut) {
        let paid = &advance.paid;
        if paid.date.period() == period {
            month.paid.count += 1;
            month.paid.fen = month.paid.fen.checked_add(paid.amount_fen)?;
        }
        if advance.regularised.is_none_or(|done| done > cut) {
            let calendar = &books.policies.calendar;
            let scheme = books.policies.scheme(&paid.scheme, paid.date.period())?;
            let due = calendar.deadline(paid.date, scheme.regularise_days);
            let due = due.filter(|due| calendar.covers(*due) && calendar.covers(paid.date));
            month.open.push(OpenAdvance {
                amount_fen: paid.amount_fen,
                due,
                is_overdue: due.is_some_and(|due| due < cut),
                paid: paid.date,
                scheme: paid.scheme.clone(),
            });
        }
    }
    Some(month)
}

fn claims(books: &Books, period: Period) -> Option<ClaimMonth> {
    let cut = period.last_day();
    let none = Flow { count: 0, fen: Money::ZERO };
    let (settled, settled_total) = (none.clone(), none);
    let mut month = ClaimMonth { declined: 0, filed: 0, open: 0, settled, settled_total };
    for claim in books.urgent.claims.values().filter(|claim| claim.filed.filed <= cut) {
        if claim.filed.filed.period() == period {
            month.filed += 1;
        }
        match &claim.end {
            Some(ClaimEnd::Settled { amount, date }) if *date <= cut => {
                let flows = [&mut month.settled_total]
                    .into_iter()
                    .chain((date.period() == period).then_some(&mut month.settled));
                for flow in flows {
                    flow.count += 1;
                    flow.fen = flow.fen.checked_add(*amount)?;
                }
            }
            Some(ClaimEnd::Declined) => month.declined += 1,
            Some(ClaimEnd::Settled { .. }) | None => month.open += 1,
        }
    }
    Some(month)
}
