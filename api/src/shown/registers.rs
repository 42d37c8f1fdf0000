//! What the books keep lists of: balances, goods, organisations, insurance policies, the use of pools, acts in doubt.

use ledger::act::goods::GoodsReceived;
use ledger::act::people::OrganisationKind;
use ledger::act::urgent::InsuranceOpened;
use ledger::books::Books;
use ledger::books::doubts::Standing;
use ledger::ids::{AccountId, ActId, Division, FundCode, KeyId, OfficerId, PersonId, Seq};
use ledger::money::Money;
use ledger::period::Date;
use ledger::rejection::Rejection;
use ledger::views::{doubts, pool};
use serde::Serialize;
use utoipa::ToSchema;

use super::overflow;
use crate::failure::Failure;

/// The trial balance 试算平衡.
#[derive(Serialize, ToSchema)]
pub struct Balances {
    /// Accounts that are not zero; together they are.
    balances: Vec<BalanceFacts>,
}

/// An account of the books.
#[derive(Serialize, ToSchema)]
pub struct BalanceFacts {
    /// Its name.
    account: String,
    /// In fen; debit positive.
    #[schema(value_type = i64)]
    amount_fen: Money,
}

/// The trial balance.
#[must_use]
pub fn balances(books: &Books) -> Balances {
    let all = books.postings.balances().iter().filter(|(_, amount)| !amount.is_zero());
    let balances = all.map(|(account, amount)| BalanceFacts {
        account: account.to_string(),
        amount_fen: *amount,
    });
    Balances { balances: balances.collect() }
}

/// Goods 物资.
#[derive(Serialize, ToSchema)]
pub struct Goods {
    /// By lot.
    lots: Vec<LotFacts>,
}

/// A lot.
#[derive(Serialize, ToSchema)]
pub struct LotFacts {
    /// What arrived: the body of `goods.received`.
    #[schema(value_type = Object)]
    received: GoodsReceived,
    /// How many units are left.
    left: i64,
}

/// Goods.
#[must_use]
pub fn goods(books: &Books) -> Goods {
    let lots = books.goods.lots.values();
    let lots = lots.map(|lot| LotFacts { received: lot.received.clone(), left: lot.left });
    Goods { lots: lots.collect() }
}

/// Organisations that may be paid.
#[derive(Serialize, ToSchema)]
pub struct Organisations {
    /// By id.
    organisations: Vec<OrganisationFacts>,
}

/// An organisation.
#[derive(Serialize, ToSchema)]
pub struct OrganisationFacts {
    /// Its id.
    #[schema(value_type = String)]
    organisation: PersonId,
    /// Its name.
    name: String,
    /// What it is.
    #[schema(value_type = String)]
    kind: OrganisationKind,
    /// Its unified social credit code.
    uscc: String,
    /// Where it is registered.
    #[schema(value_type = String)]
    division: Division,
    /// The account in use.
    #[schema(value_type = String)]
    account: AccountId,
    /// Since when it is not paid any more.
    #[schema(value_type = Option<String>)]
    closed: Option<Date>,
}

/// Organisations.
#[must_use]
pub fn organisations(books: &Books) -> Organisations {
    let all = books.people.organisations.iter().map(|(id, known)| OrganisationFacts {
        organisation: *id,
        name: known.name.clone(),
        kind: known.kind,
        uscc: known.uscc.clone(),
        division: known.division.clone(),
        account: known.account,
        closed: known.closed,
    });
    Organisations { organisations: all.collect() }
}

/// Insurance policies 保单.
#[derive(Serialize, ToSchema)]
pub struct Insurances {
    /// By code.
    policies: Vec<InsuranceFacts>,
}

/// An insurance policy.
#[derive(Serialize, ToSchema)]
pub struct InsuranceFacts {
    /// What was opened: the body of `insurance.opened`.
    #[schema(value_type = Object)]
    opened: InsuranceOpened,
    /// What the insurer has paid under it, in fen: the insurer's money.
    #[schema(value_type = i64)]
    settled_fen: Money,
}

/// Insurance policies.
///
/// # Errors
/// A sum leaves the range of money.
pub fn insurances(books: &Books) -> Result<Insurances, Failure> {
    let policies = books.urgent.policies.values().map(|opened| {
        let settled_fen = books.urgent.settled_under(&opened.policy).ok_or_else(overflow)?;
        Ok(InsuranceFacts { opened: opened.clone(), settled_fen })
    });
    Ok(Insurances { policies: policies.collect::<Result<_, Failure>>()? })
}

/// A pooled fund by area.
#[derive(Serialize, ToSchema)]
pub struct PoolFacts {
    /// The fund.
    #[schema(value_type = String)]
    fund: FundCode,
    /// By county.
    areas: Vec<AreaFacts>,
}

/// An area's part in a pool.
#[derive(Serialize, ToSchema)]
pub struct AreaFacts {
    /// The area; none for what nobody's area paid in.
    #[schema(value_type = Option<String>)]
    area: Option<Division>,
    /// What it paid in, in fen.
    #[schema(value_type = i64)]
    paid_in_fen: Money,
    /// What its households were paid, in fen.
    #[schema(value_type = i64)]
    drawn_fen: Money,
    /// For how many cases.
    cases: u64,
    /// For how many persons, each once.
    persons: u64,
    /// Drawn as a share of paid in, in hundredths of a percent, rounded down.
    rate_bp: Option<i64>,
}

/// A pooled fund by area.
///
/// # Errors
/// [`Rejection::FundUnknown`], or a sum leaves the range of money.
pub fn pool(books: &Books, fund: &FundCode) -> Result<PoolFacts, Failure> {
    let fund = fund.clone();
    if !books.funds.funds.contains_key(&fund) {
        return Err(Rejection::FundUnknown { fund }.into());
    }
    let areas = pool::by_area(books, &fund).ok_or_else(overflow)?;
    let areas = areas.into_iter().map(|(area, used)| AreaFacts {
        area,
        paid_in_fen: used.paid_in,
        drawn_fen: used.drawn,
        cases: used.cases,
        persons: used.persons,
        rate_bp: used.rate_bp(),
    });
    let areas = areas.collect();
    Ok(PoolFacts { fund, areas })
}

/// Acts that a revoked key put in doubt.
#[derive(Serialize, ToSchema)]
pub struct DoubtList {
    /// In the order of the log.
    acts: Vec<DoubtFacts>,
}

/// An act in doubt.
#[derive(Serialize, ToSchema)]
pub struct DoubtFacts {
    /// The act.
    #[schema(value_type = String)]
    act: ActId,
    /// Its entry.
    #[schema(value_type = u64)]
    entry: Seq,
    /// Whose act it is.
    #[schema(value_type = String)]
    officer: OfficerId,
    /// The key that signed it.
    #[schema(value_type = String)]
    key: KeyId,
    /// `open`, `reconfirmed` or `disowned`.
    standing: &'static str,
    /// True if it was disowned and is put right.
    remedied: bool,
}

/// Acts that are or were in doubt.
#[must_use]
pub fn doubts(books: &Books) -> DoubtList {
    let acts = doubts::doubted(books).into_iter().map(|one| DoubtFacts {
        act: one.doubt.act.id,
        entry: one.doubt.act.at,
        officer: one.doubt.officer,
        key: one.doubt.key,
        standing: match one.standing {
            Standing::Open => "open",
            Standing::Reconfirmed => "reconfirmed",
            Standing::Disowned => "disowned",
        },
        remedied: one.remedy.is_some(),
    });
    DoubtList { acts: acts.collect() }
}
