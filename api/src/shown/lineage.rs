//! Where money came from and where it went, first in first out.

use ledger::books::Books;
use ledger::ids::{ActId, FundCode, PaymentRef, Seq};
use ledger::money::Money;
use ledger::rejection::Rejection;
use ledger::views::lineage::{Lineage, Origin, Use};
use serde::Serialize;
use utoipa::ToSchema;

use crate::failure::Failure;

/// What is asked for.
#[derive(Clone, Debug)]
pub enum About {
    /// Where a payment's money came from.
    Payment(PaymentRef),
    /// Where the money of an allotment, contribution or gift went: the act.
    Origin(ActId),
    /// Where what a fund holds came from.
    Fund(FundCode),
}

/// The answer.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
pub enum LineageFacts {
    /// Of a payment.
    Payment(PaymentLineage),
    /// Of an origin.
    Origin(OriginLineage),
    /// Of a fund.
    Fund(FundLineage),
}

/// Where a payment's money came from.
#[derive(Serialize, ToSchema)]
pub struct PaymentLineage {
    /// The payment.
    #[schema(value_type = String)]
    payment: PaymentRef,
    /// In the order in which it was taken; none before the payment file is released, and none once the money came back.
    parts: Vec<PartFrom>,
}

/// An amount and its origin.
#[derive(Serialize, ToSchema)]
pub struct PartFrom {
    /// The act that brought it in.
    #[schema(value_type = String)]
    act: ActId,
    /// Its entry.
    #[schema(value_type = u64)]
    entry: Seq,
    /// The fund that it came to first.
    #[schema(value_type = String)]
    fund: FundCode,
    /// Document number of an allotment, or who gave it.
    source: String,
    /// In fen.
    #[schema(value_type = i64)]
    amount_fen: Money,
}

/// Where an origin's money went.
#[derive(Serialize, ToSchema)]
pub struct OriginLineage {
    /// The origin, whole.
    origin: PartFrom,
    /// What it went for.
    uses: Vec<UseFacts>,
    /// What lies in which fund still.
    held: Vec<HeldFacts>,
}

/// An amount that went somewhere.
#[derive(Serialize, ToSchema)]
pub struct UseFacts {
    /// For what, in Chinese with its reference.
    #[serde(rename = "use")]
    used: String,
    /// The fund that paid it.
    #[schema(value_type = String)]
    fund: FundCode,
    /// In fen.
    #[schema(value_type = i64)]
    amount_fen: Money,
}

/// An amount that lies in a fund.
#[derive(Serialize, ToSchema)]
pub struct HeldFacts {
    /// The fund.
    #[schema(value_type = String)]
    fund: FundCode,
    /// In fen.
    #[schema(value_type = i64)]
    amount_fen: Money,
}

/// Where what a fund holds came from.
#[derive(Serialize, ToSchema)]
pub struct FundLineage {
    /// The fund.
    #[schema(value_type = String)]
    fund: FundCode,
    /// In the order in which it will be used.
    parts: Vec<PartFrom>,
}

impl About {
    /// Refuses a payment or a fund that the books do not know.
    ///
    /// # Errors
    /// [`Rejection::PaymentUnknown`], [`Rejection::FundUnknown`].
    pub fn refuse_unknown(&self, books: &Books) -> Result<(), Failure> {
        match self {
            About::Payment(reference) if books.payments.find(reference).is_none() => {
                Err(Rejection::PaymentUnknown { reference: reference.clone() }.into())
            }
            About::Fund(fund) if !books.funds.funds.contains_key(fund) => {
                Err(Rejection::FundUnknown { fund: fund.clone() }.into())
            }
            About::Payment(_) | About::Fund(_) | About::Origin(_) => Ok(()),
        }
    }
}

impl LineageFacts {
    /// The answer, of all money by where it came from and the books at the same point.
    ///
    /// # Errors
    /// The payment or fund is unknown, or the act brought no money in.
    pub fn of(books: &Books, lineage: &Lineage, about: &About) -> Result<LineageFacts, Failure> {
        about.refuse_unknown(books)?;
        match about {
            About::Payment(reference) => {
                let reference = reference.clone();
                let used = Use::Payment(reference.clone());
                let parts = lineage.of(&used);
                let parts = parts.map(|(_, origin, amount)| part(origin, amount)).collect();
                Ok(LineageFacts::Payment(PaymentLineage { payment: reference, parts }))
            }
            About::Origin(act) => {
                let origin = lineage.origins.iter().find(|origin| origin.act == *act);
                let origin = origin.ok_or_else(|| {
                    Failure::usage(format!("动作{act}不是指标下达，也不是统筹或捐赠到账。"))
                })?;
                Ok(LineageFacts::Origin(of_origin(lineage, origin)))
            }
            About::Fund(fund) => {
                let fund = fund.clone();
                let parts = lineage.held_by(&fund).map(|(origin, amount)| part(origin, amount));
                let parts = parts.collect();
                Ok(LineageFacts::Fund(FundLineage { fund, parts }))
            }
        }
    }
}

fn part(origin: &Origin, amount_fen: Money) -> PartFrom {
    let (act, entry, fund) = (origin.act, origin.at, origin.fund.clone());
    PartFrom { act, entry, fund, source: origin.source.clone(), amount_fen }
}

fn of_origin(lineage: &Lineage, origin: &Origin) -> OriginLineage {
    let uses = lineage.uses_of(origin.act).map(|(used, fund, amount_fen)| UseFacts {
        used: name(used),
        fund: fund.clone(),
        amount_fen,
    });
    let held = lineage.held_of(origin.act);
    let held = held.map(|(fund, amount_fen)| HeldFacts { fund: fund.clone(), amount_fen });
    OriginLineage {
        origin: part(origin, origin.amount),
        uses: uses.collect(),
        held: held.collect(),
    }
}

/// What money went for, in words.
#[must_use]
pub fn name(used: &Use) -> String {
    match used {
        Use::Payment(reference) => format!("支付{reference}"),
        Use::Advance(advance) => format!("先行救助{advance}"),
        Use::ReturnedUp(act) => format!("上缴{act}"),
    }
}
