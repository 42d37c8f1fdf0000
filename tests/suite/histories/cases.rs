//! Plausible acts about people: who they are, what they apply for, are entitled to, and need at once.

use ledger::act::policies::Step;
use ledger::books::cases::{Application, Cases};
use ledger::books::urgent::Claim;
use ledger::ids::{ApplicationId, ClaimId, EntitlementId, HouseholdId, PersonId, SchemeCode};
use serde_json::{Value, json};
use tests::given::{County, Saying};

use super::dice::{Dice, open_month};
use super::office::{Proposed, fresh, say};
use super::raising;

pub fn people(county: &County, dice: &mut Dice<'_>) -> Proposed {
    let people = &county.ledger.books.people;
    match dice.below(5) {
        0 => {
            let (household, person) = (fresh(county, "household"), fresh(county, "person"));
            let registered = json!({ "source": "入户登记" });
            let saying = Saying::new("registrar", "people.registered", registered)
                .line(
                    "household",
                    json!({
                        "division": "990101002003", "head": person, "household": household,
                    }),
                )
                .line(
                    "person",
                    json!({
                        "household": household, "id_no_commit": "#number", "name_commit": "#name",
                        "person": person,
                    }),
                );
            let account = json!({
                "account": fresh(county, "account"), "bank": "清河农商行", "holder": person,
                "number_commit": "#account",
            });
            Some(if dice.one_in(3) { saying } else { saying.line("account", account) })
        }
        1 | 2 => {
            let (person, known) = dice.pick(sorted(&people.persons))?;
            let mut body = json!({
                "evidence": "#form", "person": person, "reason": "换卡",
                "new": { "account": fresh(county, "account"), "bank": "清河农商行",
                    "number_commit": "#account" },
            });
            if let Some(old) = known.account {
                body["old"] = json!(old);
            }
            say("registrar", "account.changed", body)
        }
        3 => {
            let open = people.changes.iter().filter(|(_, change)| !change.approved);
            let (change, _) = dice.pick(open)?;
            say("changes", "account.change_approved", json!({ "change": change }))
        }
        _ if dice.one_in(3) => say(
            "registrar",
            "person.died",
            json!({
                "date": dice.day(county), "evidence": "#proof",
                "person": dice.pick(sorted(&people.persons))?.0,
            }),
        ),
        _ => None,
    }
}

/// Maps of the books in an order that is the same every time.
pub fn sorted<K: Ord, V>(map: &ledger::books::IdMap<K, V>) -> Vec<(&K, &V)> {
    let mut pairs: Vec<_> = map.iter().collect();
    pairs.sort_by(|one, other| one.0.cmp(other.0));
    pairs
}

pub fn part(scheme: &SchemeCode, fen: i64) -> Value {
    let (label, fen) = match scheme.as_str() {
        "DB" => ("差额补助", fen.min(60_000)),
        "TK" => ("基本生活", 90_000),
        _ => ("救助金", fen),
    };
    json!([{ "amount_fen": fen, "label": label }])
}

fn open_applications(cases: &Cases) -> Vec<(&ApplicationId, &Application)> {
    let known = sorted(&cases.applications).into_iter().map(|(id, known)| (id, known.as_ref()));
    known.filter(|(_, application)| !application.ended).collect()
}

pub fn application(county: &County, dice: &mut Dice<'_>) -> Proposed {
    let books = &county.ledger.books;
    let open = open_applications(&books.cases);
    if let Some(passed) = open.iter().find_map(|(id, _)| acceptance(county, dice, **id)) {
        return passed;
    }
    if open.is_empty() || dice.one_in(6) {
        let (person, known) = dice.pick(sorted(&books.people.persons))?;
        return say(
            "registrar",
            "application.filed",
            json!({
                "application": fresh(county, "application"), "category": "B类", "filed": dice.day(county),
                "household": known.household, "payee": person, "persons": [person],
                "scheme": dice.pick(["DB", "TK", "LS"])?,
            }),
        );
    }
    let (id, known) = dice.pick(open)?;
    let scheme = &known.filed.scheme;
    let surveyed = json!({
        "application": id, "evidence": "#form", "parts": part(scheme, dice.fen()),
        "surveyed": known.filed.filed,
    });
    let Some((survey, _)) = &known.survey else {
        return say("surveyor", "application.surveyed", surveyed);
    };
    let done = (known.surveyors.len() > 1, known.notice.is_some(), known.reviewed);
    let step = match (scheme.as_str(), done) {
        _ if dice.one_in(6) => dice.below(6),
        ("DB", (false, _, _)) => 1,
        ("DB", (true, false, _)) => 2,
        ("DB", (true, true, false)) => 3,
        _ => 4,
    };
    let about = json!({ "application": id, "survey": survey });
    match step {
        0 => say("surveyor", "application.surveyed", surveyed),
        1 => say("companion", "application.survey_joined", about),
        2 => say(
            "registrar",
            "application.noticed",
            json!({
                "application": id, "survey": survey, "starts": "2020-10-11", "ends": "2020-10-17",
                "objections": 0, "photo": "#photo", "place": "公示栏",
            }),
        ),
        3 => say("town", "application.reviewed", about),
        4 => {
            let confirmed = dice.day(county);
            let mut body = about;
            body["confirmed"] = json!(confirmed);
            body["entitlement"] = json!(fresh(county, "entitlement"));
            let month = confirmed.period();
            body["from"] = json!(if scheme.as_str() == "DB" { month.next() } else { month });
            say("county", "application.confirmed", body)
        }
        _ => say("county", "application.declined", json!({ "application": id, "reason": "超标" })),
    }
}

/// The acceptance, for a scheme that asks for one and has none yet; now and then for others too.
fn acceptance(county: &County, dice: &mut Dice<'_>, id: ApplicationId) -> Option<Proposed> {
    let books = &county.ledger.books;
    let known = books.cases.applications.get(&id)?;
    let period = known.filed.filed.period();
    let chain = &books.policies.scheme(&known.filed.scheme, period)?.chain;
    let is_open = chain.contains(&Step::Acceptance) && !known.has_done(Step::Acceptance, 1);
    ((is_open && known.survey.is_some()) || dice.one_in(16)).then(|| {
        say(
            "registrar",
            "application.step_passed",
            json!({
                "application": id, "evidence": "#report", "step": "acceptance",
                "survey": known.survey.as_ref().map(|(survey, _)| survey),
            }),
        )
    })
}

pub fn entitlement(county: &County, dice: &mut Dice<'_>) -> Proposed {
    let books = &county.ledger.books;
    let known = sorted(&books.cases.entitlements);
    let one = |dice: &mut Dice<'_>| dice.pick(known.iter().map(|(id, e)| (**id, *e)));
    match dice.below(10) {
        7..=9 => raising::proposed(county, dice),
        0 | 1 => {
            let (person, registered) = dice.pick(sorted(&books.people.persons))?;
            let scheme: SchemeCode = dice.pick(["DB", "LS", "TK"])?.parse().unwrap();
            let parts = part(&scheme, dice.fen());
            let body = json!({ "scheme": scheme, "source": "存量名单" });
            Some(Saying::new("registrar", "entitlements.brought_in", body).line(
                "entitlement",
                json!({
                    "amount_fen": parts[0]["amount_fen"], "category": "B类",
                    "entitlement": fresh(county, "entitlement"), "from": open_month(county),
                    "household": registered.household, "parts": parts, "payee": person,
                    "persons": [person],
                }),
            ))
        }
        2 | 3 => {
            let (act, list) =
                dice.pick(books.cases.brought_in.iter().filter(|(_, l)| !l.confirmed))?;
            say("county", "entitlements.confirmed", json!({ "brought_in": act, "root": list.root }))
        }
        4 => {
            let (id, known): (EntitlementId, _) = one(dice)?;
            say(
                "registrar",
                "entitlement.adjusted",
                json!({
                    "entitlement": id, "evidence": "#proof", "from": dice.day(county).period(),
                    "parts": part(&known.scheme, dice.fen()), "reason": "收入变化",
                }),
            )
        }
        5 => {
            let open = books.cases.adjustments.iter().filter(|(_, (_, done))| !done);
            let (act, _) = dice.pick(open)?;
            say("county", "entitlement.adjustment_confirmed", json!({ "adjustment": act }))
        }
        _ => say(
            "county",
            "entitlement.stopped",
            json!({
                "entitlement": one(dice)?.0, "evidence": "#proof", "reason": "收入超标",
                "last": dice.day(county).period(),
            }),
        ),
    }
}

pub fn urgent(county: &County, dice: &mut Dice<'_>) -> Proposed {
    let books = &county.ledger.books;
    let (person, known) = dice.pick(sorted(&books.people.persons))?;
    let household = known.household;
    let claim = dice.pick(books.urgent.claims.iter().filter(|(_, claim)| claim.end.is_none()));
    let business = if claim.is_some() && dice.one_in(2) { 4 } else { dice.below(8) };
    match (business, claim) {
        (0 | 1, _) => say(
            "registrar",
            "advance.paid",
            json!({
                "advance": fresh(county, "advance"), "amount_fen": dice.fen(), "cause": "火灾",
                "date": dice.day(county), "fund": "F-BY", "household": household, "payee": person,
                "receipt": "#receipt", "scheme": "LS",
            }),
        ),
        (2, _) => {
            let open = books.urgent.advances.iter().filter(|(_, a)| a.regularised.is_none());
            let (id, advance) = dice.pick(open)?;
            say(
                "town",
                "advance.regularised",
                json!({
                    "advance": id, "date": dice.day(county), "evidence": "#forms", "paid": advance.act,
                }),
            )
        }
        (3, _) if books.urgent.policies.len() < 2 => say(
            "registrar",
            "insurance.opened",
            json!({
                "cover_fen": 200_000, "from": "2020-01-01", "insured": 6, "insurer": "清河县支公司",
                "policy": format!("BD-{}", books.height), "premium_fen": 30_000, "until": "2020-12-31",
            }),
        ),
        (4 | 5, Some((id, claim))) => on_with_claim(county, dice, *id, claim),
        (6 | 7, _) if dice.one_in(2) => beside(county, dice, business, (person, household)),
        _ if books.urgent.policies.is_empty() => None,
        _ => say(
            "registrar",
            "claim.filed",
            json!({
                "claim": fresh(county, "claim"), "event": "住院", "filed": dice.day(county),
                "household": household, "loss": "2020-10-10", "person": person,
                "policy": dice.pick(books.urgent.policies.keys())?,
            }),
        ),
    }
}

/// What belongs to claims and advances without being one: who is insured, and what a county allows once more.
fn beside(
    county: &County,
    dice: &mut Dice<'_>,
    business: usize,
    (person, household): (&PersonId, HouseholdId),
) -> Proposed {
    if business == 7 {
        return say(
            "county",
            "repeat.allowed",
            json!({
                "cause": "火灾", "evidence": "#visit", "household": household, "reason": "确有困难",
                "scheme": "LS", "year": 2020,
            }),
        );
    }
    if dice.one_in(3) {
        let listed = json!({ "bank": "清河农商行", "file": format!("#loans {}", county.ledger.books.height) });
        let loan = json!({
            "amount_fen": 3_000_000, "from": "2020-03-01", "person": person, "until": "2021-02-28",
        });
        return Some(Saying::new("registrar", "loans.listed", listed).line("loan", loan));
    }
    let policy = dice.pick(county.ledger.books.urgent.policies.keys())?;
    let body = json!({ "policy": policy, "source": "参保名单" });
    let listed = Saying::new("registrar", "insurance.listed", body);
    let days = json!({ "from": "2020-01-01", "person": person, "until": "2020-12-31" });
    Some(listed.line("insured", days))
}

/// A household under watch, its sweeps, and the end.
pub fn watch(county: &County, dice: &mut Dice<'_>) -> Proposed {
    let books = &county.ledger.books;
    let (person, known) = dice.pick(sorted(&books.people.persons))?;
    let (household, day) = (known.household, dice.day(county));
    match (dice.below(4), books.watches.open(household)) {
        (0 | 1, None) => say(
            "registrar",
            "watch.begun",
            json!({
                "evidence": "#form", "found": day, "household": household, "persons": [person],
                "risk": dice.pick(["unstable", "marginal", "sudden"])?,
            }),
        ),
        (2, _) => say(
            "registrar",
            "watch.graded",
            json!({
                "assessed": day, "evidence": "#form", "grade": dice.pick(["safe", "cared", "watched"])?,
                "household": household,
            }),
        ),
        (_, watch) => say(
            "county",
            "watch.ended",
            json!({
                "evidence": "#proof", "household": household, "resolved": day,
                "persons": watch.map_or(vec![*person], |watch| watch.begun.persons.clone()),
            }),
        ),
    }
}

fn on_with_claim(county: &County, dice: &mut Dice<'_>, id: ClaimId, claim: &Claim) -> Proposed {
    match &claim.assessed {
        Some((act, _)) if claim.notice.is_none() && dice.one_in(2) => say(
            "registrar",
            "claim.noticed",
            json!({
                "assessment": act, "claim": id, "ends": "2020-10-22", "objections": 0, "photo": "#photo",
                "place": "公示栏", "starts": "2020-10-16",
            }),
        ),
        Some((act, assessed)) => say(
            "registrar",
            "claim.settled",
            json!({
                "amount_fen": assessed.amount_fen, "assessment": act, "claim": id,
                "date": dice.day(county), "voucher": "#voucher",
            }),
        ),
        None if dice.one_in(4) => {
            say("registrar", "claim.declined", json!({ "claim": id, "reason": "免责" }))
        }
        None => say(
            "surveyor",
            "claim.assessed",
            json!({
                "amount_fen": dice.fen(), "assessed": "2020-10-15", "claim": id,
                "evidence": "#report",
            }),
        ),
    }
}
