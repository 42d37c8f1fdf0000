//! Rules for advances and insurance claims.

use std::collections::BTreeSet;

use crate::act::Body;
use crate::act::funds::FundKind;
use crate::act::policies::Span;
use crate::act::urgent::{
    AdvancePaid, AdvanceRegularised, ClaimFiled, ClaimNoticed, ClaimSettled, InsuranceListed,
};
use crate::books::entitling::Claim as Claiming;
use crate::books::urgent::{Claim, ClaimEnd};
use crate::books::{Books, IdMap, Statement, conditions};
use crate::ids::ClaimId;
use crate::law::not_before;
use crate::line::Line;
use crate::money::Money;
use crate::rejection::Rejection;

use super::{filled, positive};

pub(super) fn decide(books: &Books, statement: &Statement<'_>) -> Result<(), Rejection> {
    let body = statement.body();
    if let Body::AdvancePaid(paid) = body {
        advance(books, paid)
    } else if let Body::AdvanceRegularised(done) = body {
        regularise(books, done)
    } else if let Body::InsuranceOpened(opened) = body {
        filled(&opened.insurer, "保险人")?;
        positive(opened.cover_fen, "保额")?;
        positive(opened.premium_fen, "保费")?;
        let policy = opened.policy.clone();
        if books.urgent.policies.contains_key(&policy) {
            return Err(Rejection::InsuranceExists { policy });
        }
        Ok(())
    } else if let Body::InsuranceListed(listed) = body {
        list(books, listed, statement.lines)
    } else if let Body::LoansListed(listed) = body {
        filled(&listed.bank, "银行")?;
        loans(books, &listed.bank, statement.lines)
    } else if let Body::ClaimNoticed(noticed) = body {
        notice(books, noticed)
    } else if let Body::ClaimFiled(filed) = body {
        file(books, filed)
    } else if let Body::ClaimAssessed(assessed) = body {
        positive(assessed.amount_fen, "定损")?;
        let claim = open(books, assessed.claim, "报案")?;
        let left = cover_left(books, claim)?;
        if assessed.amount_fen > left {
            return Err(Rejection::ClaimOverCover { left });
        }
        Ok(())
    } else if let Body::ClaimSettled(settled) = body {
        settle(books, settled)
    } else if let Body::ClaimDeclined(declined) = body {
        filled(&declined.reason, "拒赔原因")?;
        open(books, declined.claim, "报案").map(|_| ())
    } else {
        Ok(())
    }
}

fn advance(books: &Books, paid: &AdvancePaid) -> Result<(), Rejection> {
    positive(paid.amount_fen, "先行救助")?;
    filled(&paid.cause, "急难事由")?;
    let advance = paid.advance;
    if books.urgent.advances.contains_key(&advance) {
        return Err(Rejection::AdvanceExists { advance });
    }
    let fund = paid.fund.clone();
    let Some(known) = books.funds.funds.get(&fund) else {
        return Err(Rejection::FundUnknown { fund });
    };
    if known.kind != FundKind::Float {
        return Err(Rejection::FundKindWrong { fund, needed: FundKind::Float.chinese() });
    }
    if !known.purposes.contains(&paid.scheme) {
        return Err(Rejection::FundPurpose { fund, scheme: paid.scheme.clone() });
    }
    let period = paid.date.period();
    let unknown = || Rejection::SchemeUnknown { scheme: paid.scheme.clone(), period };
    let scheme = books.policies.scheme(&paid.scheme, period).ok_or_else(unknown)?;
    // A scheme without a town limit allows no advance at all.
    let limit = scheme.town_limit_fen.unwrap_or(Money::ZERO);
    if paid.amount_fen > limit {
        return Err(Rejection::AdvanceOverLimit { limit });
    }
    let person = paid.payee;
    let known = books.people.current(person)?;
    let household = paid.household;
    if known.household != household {
        return Err(Rejection::NotAMember { person });
    }
    let claim = Claiming {
        scheme: &paid.scheme,
        household,
        persons: &[person],
        payee: person,
        parts: &[],
        cause: Some(&paid.cause),
        from: period,
        last: None,
    };
    conditions::may_be_paid(books, scheme, &claim)?;
    let Some(limit) = scheme.limit.as_ref().filter(|limit| limit.per == Span::CauseAndYear) else {
        return Ok(());
    };
    let (code, year) = (&paid.scheme, paid.date.year());
    if conditions::may_be_helped_again(books, limit, code, household, &paid.cause, year) {
        return Ok(());
    }
    let (scheme, per) = (code.clone(), limit.per.chinese());
    Err(Rejection::LimitReached { scheme, count: limit.count, per })
}

fn regularise(books: &Books, done: &AdvanceRegularised) -> Result<(), Rejection> {
    let advance = done.advance;
    let known = books.urgent.advances.get(&advance);
    let known = known.ok_or(Rejection::AdvanceUnknown { advance })?;
    if known.act != done.paid {
        return Err(Rejection::AdvanceUnknown { advance });
    }
    not_before(known.paid.date, done.date)?;
    books.closings.open(done.date)?;
    if known.regularised.is_some() {
        return Err(Rejection::AdvanceSettled { advance });
    }
    Ok(())
}

fn file(books: &Books, filed: &ClaimFiled) -> Result<(), Rejection> {
    filled(&filed.event, "出险事由")?;
    let claim = filed.claim;
    if books.urgent.claims.contains_key(&claim) {
        return Err(Rejection::ClaimExists { claim });
    }
    let policy = filed.policy.clone();
    let Some(known) = books.urgent.policies.get(&policy) else {
        return Err(Rejection::InsuranceUnknown { policy });
    };
    if filed.loss < known.from || filed.loss > known.until {
        return Err(Rejection::ClaimOutside { policy, date: filed.loss });
    }
    let person = filed.person;
    let known = books.people.current(person)?;
    if known.household != filed.household {
        return Err(Rejection::NotAMember { person });
    }
    // Without a roster the policy says how many are insured, not who.
    if let Some(insured) = books.urgent.insured.get(&policy) {
        let days = insured.get(&person);
        if days.is_none_or(|(from, until)| filed.loss < *from || filed.loss > *until) {
            return Err(Rejection::NotInsured { person, date: filed.loss });
        }
    }
    let mut others = books.urgent.claims.values().filter(|other| {
        let same = (&other.filed.policy, other.filed.person, other.filed.loss);
        same == (&policy, person, filed.loss) && other.end != Some(ClaimEnd::Declined)
    });
    match others.next() {
        Some(other) => Err(Rejection::ClaimTwice { claim: other.filed.claim }),
        None => Ok(()),
    }
}

/// Everybody is known, insured within the policy's days, and listed once; not more than the policy insures.
fn list(books: &Books, listed: &InsuranceListed, lines: &[Line]) -> Result<(), Rejection> {
    filled(&listed.source, "来源")?;
    let policy = listed.policy.clone();
    let Some(known) = books.urgent.policies.get(&policy) else {
        return Err(Rejection::InsuranceUnknown { policy });
    };
    let before = books.urgent.insured.get(&policy);
    let mut persons = BTreeSet::new();
    for line in lines {
        let Line::Insured(line) = line else { continue };
        let person = line.person;
        books.people.current(person)?;
        let is_within = known.from <= line.from && line.until <= known.until;
        if !is_within || line.until < line.from {
            return Err(Rejection::ClaimOutside { policy, date: line.from });
        }
        let is_listed = before.is_some_and(|before| before.contains_key(&person));
        if is_listed || !persons.insert(person) {
            return Err(Rejection::InsuredTwice { person });
        }
    }
    let count = persons.len() + before.map_or(0, IdMap::len);
    match u32::try_from(count) {
        Ok(count) if count <= known.insured => Ok(()),
        Ok(_) | Err(_) => Err(Rejection::InsuredTooMany { insured: known.insured }),
    }
}

/// A loan is somebody's, has an amount and a term, and is listed once.
fn loans(books: &Books, bank: &str, lines: &[Line]) -> Result<(), Rejection> {
    let mut seen = BTreeSet::new();
    for line in lines {
        let Line::Loan(loan) = line else { continue };
        positive(loan.amount_fen, "贷款")?;
        not_before(loan.from, loan.until)?;
        let person = loan.person;
        books.people.current(person)?;
        let (amount, from, until) = (loan.amount_fen, loan.from, loan.until);
        let mut known = books.urgent.loans.get(&person).into_iter().flatten();
        let is_known = known.any(|one| {
            one.bank == bank && (one.amount, one.from, one.until) == (amount, from, until)
        });
        if is_known || !seen.insert((person, amount, from, until)) {
            return Err(Rejection::LoanTwice { person, from });
        }
    }
    Ok(())
}

/// The notice shows the newest assessment, for as long as the policy asks.
fn notice(books: &Books, noticed: &ClaimNoticed) -> Result<(), Rejection> {
    filled(&noticed.place, "公示地点")?;
    let claim = noticed.claim;
    let known = open(books, claim, "查勘定损")?;
    let newest = known.assessed.as_ref().filter(|(act, _)| *act == noticed.assessment);
    let Some((_, assessed)) = newest else {
        return Err(Rejection::ClaimStage { claim, needed: "查勘定损" });
    };
    not_before(assessed.assessed, noticed.starts)?;
    let needed = books.urgent.policies.get(&known.filed.policy).and_then(|p| p.notice_days);
    let needed = needed.unwrap_or_default();
    // Both the first and the last day count (natural days).
    let days = noticed.ends.days_since(noticed.starts) + 1;
    if days < i64::from(needed) {
        return Err(Rejection::NoticeTooShort { days, needed });
    }
    if noticed.objections > 0 {
        return Err(Rejection::NoticeObjected { objections: noticed.objections });
    }
    Ok(())
}

fn open<'a>(
    books: &'a Books,
    claim: ClaimId,
    needed: &'static str,
) -> Result<&'a Claim, Rejection> {
    let known = books.urgent.claims.get(&claim).ok_or(Rejection::ClaimUnknown { claim })?;
    if known.end.is_some() { Err(Rejection::ClaimStage { claim, needed }) } else { Ok(known) }
}

fn cover_left(books: &Books, claim: &Claim) -> Result<Money, Rejection> {
    let policy = claim.filed.policy.clone();
    let Some(known) = books.urgent.policies.get(&policy) else {
        return Err(Rejection::InsuranceUnknown { policy });
    };
    let settled = books.urgent.settled_under(&policy).ok_or(Rejection::MoneyOverflow {})?;
    known.cover_fen.checked_sub(settled).ok_or(Rejection::MoneyOverflow {})
}

/// The insurer pays exactly what was assessed: the assessment is named, so its content is bound.
fn settle(books: &Books, settled: &ClaimSettled) -> Result<(), Rejection> {
    positive(settled.amount_fen, "赔付")?;
    let claim = settled.claim;
    let known = open(books, claim, "查勘定损")?;
    let needed = "查勘定损";
    let Some((act, assessed)) = &known.assessed else {
        return Err(Rejection::ClaimStage { claim, needed });
    };
    if *act != settled.assessment || assessed.amount_fen != settled.amount_fen {
        return Err(Rejection::ClaimStage { claim, needed });
    }
    let policy = books.urgent.policies.get(&known.filed.policy);
    match &known.notice {
        Some(notice) => not_before(notice.ends, settled.date)?,
        None if policy.is_some_and(|policy| policy.notice_days.is_some()) => {
            return Err(Rejection::ClaimStage { claim, needed: "公示" });
        }
        None => {}
    }
    let left = cover_left(books, known)?;
    if settled.amount_fen > left {
        return Err(Rejection::ClaimOverCover { left });
    }
    Ok(())
}
