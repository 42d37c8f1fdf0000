//! Plausible acts beside the monthly money: organisations, works by progress, people without papers, goods, medical
//! alerts, suspicions.

use ledger::ids::EntitlementId;
use ledger::views::open_matters;
use serde_json::{Value, json};
use tests::given::organisations::registration;
use tests::given::{County, Saying};

use super::cases::sorted;
use super::dice::{Dice, open_month};
use super::office::{Proposed, fresh, say};

const STAGES: [(&str, i64); 2] = [("首付款", 1_000), ("完工款", 2_000)];

fn height(county: &County) -> u32 {
    u32::try_from(county.ledger.books.height).unwrap()
}

/// Who may be paid, and for whom.
pub fn payees(county: &County, dice: &mut Dice<'_>) -> Proposed {
    if dice.one_in(2) {
        let kind = ["institution", "contractor", "school", "hospital", "supplier"][dice.below(5)];
        let registered = registration(height(county), kind, "清河县某机构");
        return say("registrar", "organisation.registered", registered);
    }
    let organisations = county.ledger.books.people.organisations.keys();
    if let Some(organisation) = dice.pick(organisations).filter(|_| dice.one_in(4)) {
        return say(
            "registrar",
            "organisation.closed",
            json!({
                "date": dice.day(county), "evidence": "#notice", "organisation": organisation,
                "reason": "注销",
            }),
        );
    }
    let persons = sorted(&county.ledger.books.people.persons);
    let mut one = || dice.pick(persons.iter().map(|(id, _)| **id));
    let (person, payee) = (one()?, one()?);
    let day = dice.day(county);
    say(
        "registrar",
        "payee.authorised",
        json!({
            "evidence": "#agreement", "from": day, "payee": payee, "person": person,
            "reason": "监护", "until": day,
        }),
    )
}

/// Works that are paid by progress: the scheme, its standards, a list of works, inspections, confirmations.
pub fn works(county: &County, dice: &mut Dice<'_>) -> Proposed {
    let books = &county.ledger.books;
    let from = open_month(county);
    let code = "FW".parse().unwrap();
    if books.policies.newest(&code).is_none() {
        return say(
            "policy",
            "scheme.set",
            json!({
                "basis": "清建〔2020〕2号", "chain": ["survey", "county_confirm"], "code": "FW",
                "from": from, "function_code": "2081901", "name": "危房改造", "notice_days": 0,
                "pay_day": 20, "pay_start": "same_month", "payees": ["contractor", "member"],
                "pays": "progress", "regularise_days": 5, "surveyors": 1, "unit": "MZJ",
            }),
        );
    }
    let area = "990101".parse().unwrap();
    let missing = STAGES
        .iter()
        .find(|(label, _)| books.policies.standard(&code, label, &area, from).is_none());
    if let Some((label, fen)) = missing {
        return say(
            "policy",
            "standard.set",
            json!({
                "amount_fen": fen, "area": "990101", "basis": "清建〔2020〕2号", "category": label,
                "from": from, "rule": "ceiling", "scheme": "FW",
            }),
        );
    }
    let waiting = books.cases.works.acceptances.iter().filter(|(_, (_, done))| !done);
    if let Some((act, _)) = dice.pick(waiting).filter(|_| dice.one_in(2)) {
        return say("county", "stage.confirmed", json!({ "acceptance": act }));
    }
    let held = sorted(&books.cases.entitlements);
    let works = held.into_iter().filter(|(_, held)| held.scheme == code).map(|(id, _)| *id);
    match dice.pick(works).filter(|_| !dice.one_in(4)) {
        Some(id) => inspected(county, dice, id),
        None => listed(county, dice),
    }
}

fn inspected(county: &County, dice: &mut Dice<'_>, id: EntitlementId) -> Proposed {
    let (stage, _) = dice.pick(STAGES)?;
    let accepted = dice.day(county);
    say(
        "surveyor",
        "stage.accepted",
        json!({
            "accepted": accepted, "entitlement": id, "evidence": "#report",
            "period": accepted.period(), "stage": stage,
        }),
    )
}

fn listed(county: &County, dice: &mut Dice<'_>) -> Proposed {
    let books = &county.ledger.books;
    let (person, known) = dice.pick(sorted(&books.people.persons))?;
    let contractor = dice.pick(books.people.organisations.keys());
    let payee = contractor.filter(|_| !dice.one_in(3)).unwrap_or(person);
    let parts: Vec<Value> =
        STAGES.iter().map(|(label, fen)| json!({ "amount_fen": fen, "label": label })).collect();
    let body = json!({ "scheme": "FW", "source": "在建清单" });
    let line = json!({
        "amount_fen": 3_000, "category": "D级", "entitlement": fresh(county, "entitlement"),
        "from": open_month(county), "household": known.household, "parts": parts, "payee": payee,
        "persons": [person],
    });
    Some(Saying::new("registrar", "entitlements.brought_in", body).line("entitlement", line))
}

/// Somebody without papers: found, settled, known at last.
pub fn strangers(county: &County, dice: &mut Dice<'_>) -> Proposed {
    let people = &county.ledger.books.people;
    let day = dice.day(county);
    let one = dice.pick(people.found.keys());
    match (dice.below(3), one) {
        (1, Some(person)) => say(
            "registrar",
            "person.settled",
            json!({
                "evidence": "#record", "how": dice.pick(["home", "family", "institution", "hospital"])?,
                "person": person, "settled": day,
            }),
        ),
        (2, Some(person)) => say(
            "county",
            "person.identified",
            json!({
                "evidence": "#fingerprints", "known": dice.pick(sorted(&people.persons))?.0,
                "person": person,
            }),
        ),
        _ => say(
            "registrar",
            "person.found",
            json!({
                "division": "990101001", "evidence": "#record", "found": day,
                "household": fresh(county, "household"), "person": fresh(county, "person"),
            }),
        ),
    }
}

/// Goods in and out.
pub fn goods(county: &County, dice: &mut Dice<'_>) -> Proposed {
    let books = &county.ledger.books;
    let lot = dice.pick(books.goods.lots.keys());
    let Some(goods) = lot.filter(|_| !dice.one_in(3)) else {
        return say(
            "registrar",
            "goods.received",
            json!({
                "arrived": dice.day(county), "evidence": "#note", "goods": format!("WZ-{}", height(county)),
                "name": "化肥", "quantity": 5, "scheme": "LS", "source": "县供销社", "unit": "袋",
                "unit_value_fen": dice.fen(),
            }),
        );
    };
    let (person, known) = dice.pick(sorted(&books.people.persons))?;
    say(
        "registrar",
        "goods.handed_out",
        json!({
            "date": dice.day(county), "goods": goods, "household": known.household, "person": person,
            "quantity": 1 + dice.below(4), "receipt": "#receipt",
        }),
    )
}

/// Spending that ruins, and who looked.
pub fn medical(county: &County, dice: &mut Dice<'_>) -> Proposed {
    let books = &county.ledger.books;
    let open = books.medical.alerts.iter().filter(|(_, alert)| alert.answered.is_none());
    if let Some(((year, person), _)) = dice.pick(open).filter(|_| !dice.one_in(4)) {
        return say(
            "surveyor",
            "alert.answered",
            json!({ "evidence": "#visit", "person": person, "reason": "已有保险赔付", "year": year }),
        );
    }
    if dice.one_in(4) {
        return say(
            "policy",
            "alert.rule_set",
            json!({
                "basis": "清医保〔2020〕7号", "from": open_month(county), "listed_fen": 20_000,
                "other_fen": 40_000, "schemes": ["DB"],
            }),
        );
    }
    let (person, _) = dice.pick(sorted(&books.people.persons))?;
    let fen = dice.fen();
    let body = json!({ "file": format!("#spending {}", height(county)), "source": "县医保局" });
    let line = json!({
        "amount_fen": fen + 10_000, "own_fen": fen, "person": person, "until": dice.day(county),
    });
    Some(Saying::new("registrar", "medical.listed", body).line("spending", line))
}

/// A suspicion on its way.
pub fn flags(county: &County, dice: &mut Dice<'_>) -> Proposed {
    let books = &county.ledger.books;
    let day = dice.day(county);
    let open = books.flags.all.iter().filter(|(_, flag)| flag.remedied.is_none());
    let Some((id, flag)) = dice.pick(open).filter(|_| !dice.one_in(6)) else {
        let by = dice.pick([("inspector", "sweep"), ("supervisor", "self_check")])?;
        return say(
            by.0,
            "flag.raised",
            json!({
                "amount_fen": dice.fen(), "entries": [dice.below(60)], "flag": fresh(county, "flag"),
                "found": day, "rule": "manual", "source": by.1, "subject": "死亡后仍发放", "unit": "MZJ",
            }),
        );
    };
    let later = dice.day_from(county, flag.raised.found).max(flag.raised.found);
    let later = if dice.one_in(8) { later } else { later.max("2021-01-05".parse().unwrap()) };
    let step = if dice.one_in(8) {
        dice.below(4)
    } else if flag.decided.is_some() {
        3
    } else if flag.check().is_some() {
        2
    } else {
        usize::from(flag.handed_over().is_some())
    };
    match (step, flag.check()) {
        (0, _) => say(
            "inspector",
            "flag.handed_over",
            json!({ "date": later, "due": "2021-12-31", "flag": id, "to": "MZJ" }),
        ),
        (1, _) => say(
            "supervisor",
            "flag.checked",
            json!({ "checked": later, "evidence": "#report", "finding": "属实", "flag": id }),
        ),
        (2, Some((check, _))) => say(
            "inspector",
            "flag.decided",
            json!({
                "check": check, "decided": later, "evidence": "#decision", "flag": id,
                "verdict": dice.pick(["upheld", "upheld", "cleared"])?,
            }),
        ),
        _ => say(
            "supervisor",
            "flag.remedied",
            json!({ "done": later, "evidence": "#proof", "flag": id, "measure": "已追回" }),
        ),
    }
}

/// An office handed over within the bureau, and taken.
pub fn handover(county: &County, dice: &mut Dice<'_>) -> Proposed {
    let books = &county.ledger.books;
    let open = books.handovers.all.iter().filter(|(_, handover)| handover.accepted.is_none());
    if let Some((act, handover)) = dice.pick(open).filter(|_| dice.one_in(2)) {
        let root = handover.offered.manifest.root;
        return say("checker", "handover.accepted", json!({ "handover": act, "root": root }));
    }
    let unit = "MZJ".parse().unwrap();
    let body = json!({ "date": dice.day(county), "to": "$officer.checker", "unit": "MZJ" });
    let saying = Saying::new("supervisor", "handover.offered", body);
    let open = open_matters::of_unit(books, &unit).into_iter();
    Some(open.fold(saying, |saying, line| saying.line("matter", json!(line))))
}
