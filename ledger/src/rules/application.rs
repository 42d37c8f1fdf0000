//! Rules for an application on its way: the scheme's chain in its order, each step about the same survey.

use crate::act::Body;
use crate::act::cases::{
    ApplicationConfirmed, ApplicationFiled, ApplicationNoticed, ApplicationStepPassed,
    RepeatAllowed,
};
use crate::act::policies::{PayStart, SchemeSet, Span, Step};
use crate::books::cases::Application;
use crate::books::{Books, Statement, conditions, entitling};
use crate::ids::{ActId, ApplicationId, OfficerId};
use crate::law::not_before;
use crate::period::Period;
use crate::rejection::Rejection;

use super::filled;

pub(super) fn decide(books: &Books, statement: &Statement<'_>) -> Result<(), Rejection> {
    let body = statement.body();
    if let Body::ApplicationFiled(filed) = body {
        file(books, filed)
    } else if let Body::ApplicationSurveyed(surveyed) = body {
        let (application, _) = step(books, surveyed.application, Step::Survey)?;
        let filed = &application.filed;
        not_before(filed.filed, surveyed.surveyed)?;
        let period = surveyed.surveyed.period();
        let claim = entitling::Claim {
            scheme: &filed.scheme,
            household: filed.household,
            persons: &filed.persons,
            payee: filed.payee,
            parts: &surveyed.parts,
            cause: filed.cause.as_deref(),
            from: period,
            last: None,
        };
        entitling::amount_follows_the_standard(books, &claim)
    } else if let Body::ApplicationSurveyJoined(joined) = body {
        let (application, _) = step(books, joined.application, Step::Survey)?;
        same_survey(application, joined.survey)
    } else if let Body::ApplicationNoticed(noticed) = body {
        let (application, scheme) = step(books, noticed.application, Step::Notice)?;
        same_survey(application, noticed.survey)?;
        if let Some((_, survey)) = &application.survey {
            not_before(survey.surveyed, noticed.starts)?;
        }
        long_enough(noticed, scheme)
    } else if let Body::ApplicationStepPassed(passed) = body {
        pass(books, passed)
    } else if let Body::RepeatAllowed(allowed) = body {
        conditions::is_for_the_county(books, statement.officer)?;
        allow_again(books, allowed)
    } else if let Body::ApplicationReviewed(reviewed) = body {
        let (application, _) = step(books, reviewed.application, Step::TownReview)?;
        same_survey(application, reviewed.survey)
    } else if let Body::ApplicationConfirmed(confirmed) = body {
        confirm(books, statement.officer, confirmed)
    } else if let Body::ApplicationDeclined(declined) = body {
        filled(&declined.reason, "不予确认的理由")?;
        open(books, declined.application).map(|_| ())
    } else {
        Ok(())
    }
}

fn file(books: &Books, filed: &ApplicationFiled) -> Result<(), Rejection> {
    let application = filed.application;
    if books.cases.applications.contains_key(&application) {
        return Err(Rejection::ApplicationExists { application });
    }
    let period = filed.filed.period();
    let unknown = || Rejection::SchemeUnknown { scheme: filed.scheme.clone(), period };
    let scheme = books.policies.scheme(&filed.scheme, period).ok_or_else(unknown)?;
    if scheme.limit.as_ref().is_some_and(|limit| limit.per == Span::CauseAndYear) {
        filled(filed.cause.as_deref().unwrap_or_default(), "事由")?;
    }
    entitling::persons_are_members(books, filed.household, &filed.persons, filed.payee)?;
    let claim = entitling::Claim {
        scheme: &filed.scheme,
        household: filed.household,
        persons: &filed.persons,
        payee: filed.payee,
        parts: &[],
        cause: filed.cause.as_deref(),
        from: period,
        last: None,
    };
    conditions::may_be_paid(books, scheme, &claim)
}

fn open(books: &Books, application: ApplicationId) -> Result<&Application, Rejection> {
    let known = books.cases.applications.get(&application);
    let known = known.ok_or(Rejection::ApplicationUnknown { application })?;
    if known.ended { Err(Rejection::ApplicationEnded { application }) } else { Ok(known) }
}

/// The application and its scheme, if `step` is in the chain and everything before it is done.
fn step(
    books: &Books,
    application: ApplicationId,
    step: Step,
) -> Result<(&Application, &SchemeSet), Rejection> {
    let known = open(books, application)?;
    let (scheme, period) = (&known.filed.scheme, known.filed.filed.period());
    let unknown = || Rejection::SchemeUnknown { scheme: scheme.clone(), period };
    let scheme = books.policies.scheme(scheme, period).ok_or_else(unknown)?;
    if !scheme.chain.contains(&step) {
        return Err(Rejection::StepNotInChain { step: step.chinese() });
    }
    let mut before = scheme.chain.iter().take_while(|before| **before != step);
    if let Some(missing) = before.find(|before| !known.is_past(**before, scheme)) {
        return Err(Rejection::StepMissing { step: missing.chinese() });
    }
    Ok((known, scheme))
}

/// An approval binds content: it names the survey whose findings and amount it agrees to.
fn same_survey(application: &Application, survey: ActId) -> Result<(), Rejection> {
    match &application.survey {
        Some((newest, _)) if *newest == survey => Ok(()),
        Some(_) | None => Err(Rejection::SurveyChanged {}),
    }
}

/// A step without an act of its own, about the newest survey if there is one.
fn pass(books: &Books, passed: &ApplicationStepPassed) -> Result<(), Rejection> {
    let without = [Step::VillageNomination, Step::Acceptance, Step::CollectiveDecision]
        .contains(&passed.step);
    if !without {
        return Err(Rejection::StepHasOwnAct { step: passed.step.chinese() });
    }
    let (application, _) = step(books, passed.application, passed.step)?;
    let newest = application.survey.as_ref().map(|(act, _)| *act);
    if newest == passed.survey { Ok(()) } else { Err(Rejection::SurveyChanged {}) }
}

fn allow_again(books: &Books, allowed: &RepeatAllowed) -> Result<(), Rejection> {
    filled(&allowed.cause, "事由")?;
    filled(&allowed.reason, "核准理由")?;
    let household = allowed.household;
    if !books.people.households.contains_key(&household) {
        return Err(Rejection::HouseholdUnknown { household });
    }
    if books.policies.newest(&allowed.scheme).is_none() {
        let period = Period::new(allowed.year, 1);
        let period = period.ok_or(Rejection::TextMissing { field: "年份" })?;
        return Err(Rejection::SchemeUnknown { scheme: allowed.scheme.clone(), period });
    }
    Ok(())
}

fn long_enough(noticed: &ApplicationNoticed, scheme: &SchemeSet) -> Result<(), Rejection> {
    filled(&noticed.place, "公示地点")?;
    // Both the first and the last day count (natural days).
    let days = noticed.ends.days_since(noticed.starts) + 1;
    if days < i64::from(scheme.notice_days) {
        return Err(Rejection::NoticeTooShort { days, needed: scheme.notice_days });
    }
    if noticed.objections > 0 {
        return Err(Rejection::NoticeObjected { objections: noticed.objections });
    }
    Ok(())
}

fn confirm(
    books: &Books,
    officer: OfficerId,
    confirmed: &ApplicationConfirmed,
) -> Result<(), Rejection> {
    let (application, scheme) = step(books, confirmed.application, Step::CountyConfirm)?;
    same_survey(application, confirmed.survey)?;
    let entitlement = confirmed.entitlement;
    if books.cases.entitlements.contains_key(&entitlement) {
        return Err(Rejection::EntitlementExists { entitlement });
    }
    let noticed = application.notice.as_ref().map(|notice| notice.ends);
    let surveyed = application.survey.as_ref().map(|(_, survey)| survey.surveyed);
    if let Some(earliest) = noticed.max(surveyed) {
        not_before(earliest, confirmed.confirmed)?;
    }
    let month = confirmed.confirmed.period();
    let earliest = match scheme.pay_start {
        PayStart::SameMonth => month,
        PayStart::NextMonth => month.next(),
    };
    let from = confirmed.from;
    if from < earliest {
        return Err(Rejection::StartTooEarly { from, earliest });
    }
    books.closings.open(from.first_day())?;
    let Some((_, survey)) = &application.survey else { return Err(Rejection::SurveyChanged {}) };
    let filed = &application.filed;
    conditions::may_confirm(books, officer, scheme, (filed.household, &survey.parts))?;
    entitling::may_be_entitled(
        books,
        &entitling::Claim {
            scheme: &filed.scheme,
            household: filed.household,
            persons: &filed.persons,
            payee: filed.payee,
            parts: &survey.parts,
            cause: filed.cause.as_deref(),
            from,
            last: confirmed.last,
        },
    )
}
