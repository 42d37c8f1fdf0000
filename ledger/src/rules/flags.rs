//! Rules for suspicions: who may raise, look into, decide and put right. No unit decides about itself.

use crate::act::Body;
use crate::act::flags::{
    FlagChecked, FlagDecided, FlagHandedOver, FlagRaised, FlagRemedied, FlagSource, Verdict,
};
use crate::act::offices::Side;
use crate::books::flags::Flag;
use crate::books::offices::Unit;
use crate::books::{Books, Statement};
use crate::ids::{FlagId, UnitCode};
use crate::law::not_before;
use crate::rejection::Rejection;

use super::filled;

pub(super) fn decide(books: &Books, statement: &Statement<'_>) -> Result<(), Rejection> {
    let officer = statement.officer;
    let known = books.offices.officers.get(&officer);
    let own = &known.ok_or(Rejection::OfficerUnknown { officer })?.unit;
    if let Body::FlagRaised(raised) = statement.body() {
        raise(books, own, statement.at.0, raised)
    } else if let Body::FlagHandedOver(handed) = statement.body() {
        hand_over(books, own, handed)
    } else if let Body::FlagChecked(checked) = statement.body() {
        report(books, own, checked)
    } else if let Body::FlagDecided(decided) = statement.body() {
        settle(books, own, decided)
    } else if let Body::FlagRemedied(remedied) = statement.body() {
        remedy(books, own, remedied)
    } else {
        Ok(())
    }
}

fn unit<'a>(books: &'a Books, unit: &UnitCode) -> Result<&'a Unit, Rejection> {
    let known = books.offices.units.get(unit);
    known.ok_or_else(|| Rejection::UnitUnknown { unit: unit.clone() })
}

fn flag(books: &Books, flag: FlagId) -> Result<&Flag, Rejection> {
    books.flags.all.get(&flag).ok_or(Rejection::FlagUnknown { flag })
}

/// One that is not decided yet.
fn open(books: &Books, id: FlagId) -> Result<&Flag, Rejection> {
    let known = flag(books, id)?;
    let stage = known.stage().chinese();
    match known.decided {
        Some(_) => {
            Err(Rejection::FlagStage { flag: id, stage, needed: "认定之后不再改动" })
        }
        None => Ok(known),
    }
}

fn raise(books: &Books, own: &UnitCode, height: u64, raised: &FlagRaised) -> Result<(), Rejection> {
    filled(&raised.rule, "规则")?;
    filled(&raised.subject, "疑点内容")?;
    unit(books, &raised.unit)?;
    let flag = raised.flag;
    if books.flags.all.contains_key(&flag) {
        return Err(Rejection::FlagExists { flag });
    }
    if raised.amount_fen.is_negative() {
        return Err(Rejection::AmountNotPositive { what: "涉及资金" });
    }
    if let Some(entry) = raised.entries.iter().copied().find(|entry| entry.0 >= height) {
        return Err(Rejection::FlagEntryUnknown { entry });
    }
    let is_inspection = unit(books, own)?.side == Side::Inspection;
    let fits = match raised.source {
        FlagSource::SelfCheck => *own == raised.unit,
        FlagSource::Sweep | FlagSource::Audit => is_inspection,
        FlagSource::Report => true,
    };
    let how = raised.source.chinese();
    if fits { Ok(()) } else { Err(Rejection::FlagSourceWrong { how }) }
}

/// Not before what was done about it already, and not by the unit that it is about.
fn hand_over(books: &Books, own: &UnitCode, handed: &FlagHandedOver) -> Result<(), Rejection> {
    unit(books, &handed.to)?;
    let id = handed.flag;
    let known = open(books, id)?;
    if *own == known.raised.unit {
        return Err(Rejection::FlagOwnUnit { flag: id, unit: own.clone() });
    }
    let before = known.handed_over().map(|handed| handed.date);
    let reported = known.checks.last().map(|(.., report)| report.checked);
    not_before(before.max(reported).unwrap_or(known.raised.found), handed.date)?;
    not_before(handed.date, handed.due)
}

fn report(books: &Books, own: &UnitCode, checked: &FlagChecked) -> Result<(), Rejection> {
    filled(&checked.finding, "核实结果")?;
    let id = checked.flag;
    let known = open(books, id)?;
    match known.handed_over() {
        Some(handed) if handed.to == *own => not_before(handed.date, checked.checked),
        Some(handed) => Err(Rejection::FlagForeign { flag: id, unit: handed.to.clone() }),
        None => {
            let stage = known.stage().chinese();
            Err(Rejection::FlagStage { flag: id, stage, needed: "须先移交" })
        }
    }
}

/// The supervisors decide, on the newest report, and never about their own unit.
fn settle(books: &Books, own: &UnitCode, decided: &FlagDecided) -> Result<(), Rejection> {
    let id = decided.flag;
    let known = open(books, id)?;
    if *own == known.raised.unit || unit(books, own)?.side != Side::Inspection {
        return Err(Rejection::FlagOwnUnit { flag: id, unit: own.clone() });
    }
    let stage = known.stage().chinese();
    match known.check() {
        Some((act, report)) if act == decided.check => not_before(report.checked, decided.decided),
        Some(_) => {
            let needed = "所依据的不是最新的核实报告";
            Err(Rejection::FlagStage { flag: id, stage, needed })
        }
        None => Err(Rejection::FlagStage { flag: id, stage, needed: "须先核实" }),
    }
}

fn remedy(books: &Books, own: &UnitCode, remedied: &FlagRemedied) -> Result<(), Rejection> {
    filled(&remedied.measure, "整改措施")?;
    let id = remedied.flag;
    let known = flag(books, id)?;
    let is_upheld = known.decided.as_ref().is_some_and(|d| d.verdict == Verdict::Upheld);
    if !is_upheld || known.remedied.is_some() {
        let stage = known.stage().chinese();
        return Err(Rejection::FlagStage {
            flag: id,
            stage,
            needed: "认定属实的才整改，且只办结一次",
        });
    }
    if let Some(decided) = &known.decided {
        not_before(decided.decided, remedied.done)?;
    }
    if *own == known.raised.unit {
        return Ok(());
    }
    Err(Rejection::FlagForeign { flag: id, unit: known.raised.unit.clone() })
}
