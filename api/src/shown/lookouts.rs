//! What is looked out for: suspicions, medical alerts, and the counts of people watched and found.

use std::collections::BTreeMap;

use ledger::act::flags::FlagRaised;
use ledger::act::medical::AlertAnswered;
use ledger::books::Books;
use ledger::books::postings::Account;
use ledger::ids::{FlagId, PersonId, SchemeCode, Seq, UnitCode};
use ledger::money::Money;
use ledger::period::Date;
use ledger::views::flags::{Progress, Suspicion};
use ledger::views::{flags, rescue, watch};
use serde::Serialize;
use utoipa::ToSchema;

use super::overflow;
use crate::failure::Failure;
use crate::permits::Area;

/// Suspicions 疑点 as of a day.
#[derive(Serialize, ToSchema)]
pub struct FlagFacts {
    /// The day.
    #[schema(value_type = String)]
    on: Date,
    /// What the rules find in the books.
    found: Vec<FoundFacts>,
    /// Raised so far.
    raised: u64,
    /// Handed over, not reported on, and past their day.
    overdue: u64,
    /// The money of those that were found true, in fen.
    #[schema(value_type = i64)]
    upheld_fen: Money,
    /// How many are at each stage.
    by_stage: BTreeMap<&'static str, u64>,
    /// Those that were raised, as they stood at the end of the day.
    flags: Vec<RaisedFacts>,
}

/// A suspicion that was raised.
#[derive(Serialize, ToSchema)]
pub struct RaisedFacts {
    /// The suspicion.
    #[schema(value_type = String)]
    flag: FlagId,
    /// The entry that raised it.
    #[schema(value_type = u64)]
    entry: Seq,
    /// What is suspected: the body of `flag.raised`.
    #[schema(value_type = Object)]
    raised: FlagRaised,
    /// How far it is.
    stage: &'static str,
    /// Who looks into it.
    #[schema(value_type = Option<String>)]
    with: Option<UnitCode>,
    /// The day by which that unit reports.
    #[schema(value_type = Option<String>)]
    due: Option<Date>,
}

/// What a rule found.
#[derive(Serialize, ToSchema)]
pub struct FoundFacts {
    /// The rule.
    rule: &'static str,
    /// The scheme.
    #[schema(value_type = String)]
    scheme: SchemeCode,
    /// The unit that answers for it.
    #[schema(value_type = String)]
    unit: UnitCode,
    /// How many cases.
    count: u64,
    /// The money in question, in fen.
    #[schema(value_type = i64)]
    amount_fen: Money,
    /// The entries in question; for what is missing, none.
    #[schema(value_type = Vec<u64>)]
    entries: Vec<Seq>,
}

/// Suspicions as of a day.
///
/// # Errors
/// A sum leaves the range of money.
pub fn flags(books: &Books, on: Date) -> Result<FlagFacts, Failure> {
    let found = flags::suspicions(books, on).ok_or_else(overflow)?;
    let progress = flags::progress(books, on).ok_or_else(overflow)?;
    Ok(flag_facts(books, on, (found, &progress)))
}

/// The same of what was found already.
#[must_use]
pub fn flag_facts(
    books: &Books,
    on: Date,
    (found, progress): (Vec<Suspicion>, &Progress),
) -> FlagFacts {
    let found = found.into_iter().map(|one| FoundFacts {
        rule: one.rule.word(),
        scheme: one.scheme,
        unit: one.unit,
        count: one.count,
        amount_fen: one.amount,
        entries: one.entries,
    });
    let raised = books.flags.all.iter().filter(|(_, flag)| flag.raised.found <= on);
    let raised = raised.map(|(id, flag)| {
        let then = flags::as_of(flag, on);
        let handed = then.handed_over();
        RaisedFacts {
            flag: *id,
            entry: flag.at,
            raised: flag.raised.clone(),
            stage: then.stage().word(),
            with: handed.map(|handed| handed.to.clone()),
            due: handed.map(|handed| handed.due),
        }
    });
    FlagFacts {
        on,
        flags: raised.collect(),
        found: found.collect(),
        raised: progress.raised,
        overdue: progress.overdue,
        upheld_fen: progress.upheld,
        by_stage: progress.by_stage.iter().map(|(stage, count)| (stage.word(), *count)).collect(),
    }
}

/// Medical alerts 医疗预警 of a year.
#[derive(Serialize, ToSchema)]
pub struct AlertList {
    /// The year.
    year: i16,
    /// By person.
    alerts: Vec<AlertFacts>,
}

/// A medical alert.
#[derive(Serialize, ToSchema)]
pub struct AlertFacts {
    /// The person.
    #[schema(value_type = String)]
    person: PersonId,
    /// True if the person was a listed one 在册 then.
    listed: bool,
    /// The spending that passed the mark, in fen: total for who is listed, own for others.
    #[schema(value_type = i64)]
    spent_fen: Money,
    /// Up to when it counts.
    #[schema(value_type = String)]
    until: Date,
    /// The line that raised it.
    #[schema(value_type = u64)]
    entry: Seq,
    /// What came of it: the body of `alert.answered`.
    #[schema(value_type = Option<Object>)]
    answer: Option<AlertAnswered>,
}

/// Medical alerts of a year, of persons in an area.
#[must_use]
pub fn alerts(books: &Books, year: i16, area: &Area) -> AlertList {
    let all = books.medical.alerts.iter().filter(|((of, _), _)| *of == year);
    let all = all.filter(|((_, person), _)| area.covers_payee(books, *person));
    let alerts = all.map(|((_, person), alert)| AlertFacts {
        person: *person,
        listed: alert.is_listed,
        spent_fen: alert.spent,
        until: alert.until,
        entry: alert.at,
        answer: alert.answered.clone(),
    });
    AlertList { year, alerts: alerts.collect() }
}

/// Counts as of a day: households and persons are two counts, goods are no money.
#[derive(Serialize, ToSchema)]
pub struct Counts {
    /// The day.
    #[schema(value_type = String)]
    on: Date,
    /// Under watch 防返贫监测.
    watch: WatchCounts,
    /// Without papers 求助人员.
    rescue: RescueCounts,
    /// Goods 物资, as the books stand.
    goods: GoodsCounts,
}

/// Households under watch.
#[derive(Serialize, ToSchema)]
pub struct WatchCounts {
    /// Taken under watch so far.
    begun: Count,
    /// Resolved so far.
    ended: Count,
    /// Open at the end of the day.
    open: Count,
}

/// A number of households and of persons in them.
#[derive(Serialize, ToSchema)]
pub struct Count {
    /// Households.
    households: u64,
    /// Persons.
    persons: u64,
}

/// People found without papers.
#[derive(Serialize, ToSchema)]
pub struct RescueCounts {
    /// Found so far.
    found: u64,
    /// Settled so far.
    settled: u64,
    /// Found and not settled.
    open: u64,
    /// Known by name meanwhile.
    identified: u64,
}

/// The value of goods.
#[derive(Serialize, ToSchema)]
pub struct GoodsCounts {
    /// On hand, in fen.
    #[schema(value_type = i64)]
    on_hand_fen: Money,
    /// Handed out, in fen.
    #[schema(value_type = i64)]
    given_fen: Money,
}

/// Counts as of a day.
///
/// # Errors
/// A sum leaves the range of money.
pub fn counts(books: &Books, on: Date) -> Result<Counts, Failure> {
    let watched = watch::as_of(books, on);
    let rescued = rescue::as_of(books, on);
    let sum = |wanted: fn(&Account) -> bool| {
        let balances = books.postings.balances().iter();
        Money::total(balances.filter(|(account, _)| wanted(account)).map(|(_, sum)| *sum))
    };
    let on_hand = sum(|account| matches!(account, Account::GoodsOnHand(_)));
    let given = sum(|account| matches!(account, Account::GoodsGiven(..)));
    let count =
        |count: watch::Count| Count { households: count.households, persons: count.persons };
    Ok(Counts {
        on,
        watch: WatchCounts {
            begun: count(watched.begun),
            ended: count(watched.ended),
            open: count(watched.open),
        },
        rescue: RescueCounts {
            found: rescued.found,
            settled: rescued.settled.values().sum(),
            open: rescued.open,
            identified: rescued.identified,
        },
        goods: GoodsCounts {
            on_hand_fen: on_hand.ok_or_else(overflow)?,
            given_fen: given.ok_or_else(overflow)?,
        },
    })
}
