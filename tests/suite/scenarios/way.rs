//! The way of a case from its application to its entitlement, through whatever chain its scheme has.

use ledger::act::policies::Step;
use ledger::period::Period;
use serde_json::{Map, Value, json};
use tests::given::Saying;

use super::story::Story;

/// A case to be applied for.
#[derive(Clone, Copy)]
pub struct Case<'a> {
    pub scheme: &'a str,
    pub category: &'a str,
    pub household: u32,
    pub persons: &'a [u32],
    pub payee: u32,
    /// The organisation that is paid in the person's place.
    pub organisation: Option<u32>,
    /// Parts as JSON text.
    pub parts: &'a Value,
    pub day: &'a str,
    pub from: &'a str,
    pub last: Option<&'a str>,
    pub cause: Option<&'a str>,
}

impl<'a> Case<'a> {
    /// A household of the village whose first person is paid, from October on.
    pub fn rural(scheme: &'a str, household: u32, persons: &'a [u32], parts: &'a Value) -> Self {
        Case {
            scheme,
            category: "农村",
            household,
            persons,
            payee: persons[0],
            organisation: None,
            parts,
            day: "2020-09-20",
            from: "2020-10",
            last: None,
            cause: None,
        }
    }
}

impl Story {
    /// The last act of a case's way: what would create entitlement `n`, after every step before it was taken.
    pub fn case(&mut self, n: u32, case: &Case<'_>) -> Saying {
        self.before(n, case, "county_confirm")
    }

    /// As [`Story::case`], with the chain broken off before a step.
    pub fn before(&mut self, n: u32, case: &Case<'_>, end: &str) -> Saying {
        let application = format!("$application{n}");
        self.county.must("filed", &filed(n, case));
        let period: Period = case.day[..7].parse().unwrap();
        let set = self.county.ledger.books.policies.scheme(&case.scheme.parse().unwrap(), period);
        let chain = set.expect("the scheme is set").chain.clone();
        for step in chain.into_iter().take_while(|step| step.word() != end) {
            self.step(n, step, case);
        }
        let mut confirmed = Map::new();
        confirmed.insert("application".to_owned(), json!(application));
        confirmed.insert("confirmed".to_owned(), json!(case.day));
        confirmed.insert("entitlement".to_owned(), json!(format!("$entitlement{n}")));
        confirmed.insert("from".to_owned(), json!(case.from));
        confirmed.insert("survey".to_owned(), json!(format!("$survey{n}")));
        if let Some(last) = case.last {
            confirmed.insert("last".to_owned(), json!(last));
        }
        Saying::new("county", "application.confirmed", Value::Object(confirmed))
    }

    fn step(&mut self, n: u32, step: Step, case: &Case<'_>) {
        let application = format!("$application{n}");
        let survey = format!("$survey{n}");
        match step {
            Step::Survey => {
                self.county.must(&format!("survey{n}"), &surveyed(n, case));
            }
            Step::Notice => self.say("registrar", "application.noticed", json!({
                "application": application, "ends": case.day, "objections": 0, "photo": "#photo",
                "place": "村务公开栏", "starts": case.day, "survey": survey,
            })),
            Step::VillageNomination => self.say("registrar", "application.step_passed", json!({
                "application": application, "evidence": "#minutes", "step": "village_nomination",
            })),
            Step::CollectiveDecision => self.say("registrar", "application.step_passed", json!({
                "application": application, "evidence": "#minutes of the body",
                "step": "collective_decision", "survey": survey,
            })),
            Step::Acceptance => self.say("registrar", "application.step_passed", json!({
                "application": application, "evidence": "#acceptance", "step": "acceptance",
                "survey": survey,
            })),
            Step::TownReview => self.say("town", "application.reviewed", json!({
                "application": application, "survey": survey,
            })),
            Step::CountyConfirm => {}
        }
    }

    /// A case all the way to its entitlement.
    pub fn entitle(&mut self, n: u32, case: &Case<'_>) {
        let confirmed = self.case(n, case);
        self.county.must("application.confirmed", &confirmed);
    }

    /// A case whose confirmation is refused.
    pub fn case_refused(&mut self, what: &str, n: u32, case: &Case<'_>, code: &str) {
        let mut aside = self.aside();
        let confirmed = aside.case(n, case);
        aside.refused(what, &confirmed, code);
        self.told.refusals.append(&mut aside.told.refusals);
    }

    /// A case that is refused when it is filed.
    pub fn filing_refused(&mut self, what: &str, n: u32, case: &Case<'_>, code: &str) {
        self.refused(what, &filed(n, case), code);
    }

    /// A case whose survey already is refused.
    pub fn survey_refused(&mut self, what: &str, n: u32, case: &Case<'_>, code: &str) {
        let mut aside = self.aside();
        aside.county.must("filed", &filed(n, case));
        aside.refused(what, &surveyed(n, case), code);
        self.told.refusals.append(&mut aside.told.refusals);
    }
}

fn filed(n: u32, case: &Case<'_>) -> Saying {
    let mut body = json!({
        "application": format!("$application{n}"), "category": case.category, "filed": case.day,
        "household": format!("$household{}", case.household),
        "payee": case.organisation.map_or_else(
            || format!("$person{}", case.payee),
            |n| format!("$organisation{n}"),
        ),
        "persons": case.persons.iter().map(|n| format!("$person{n}")).collect::<Vec<_>>(),
        "scheme": case.scheme,
    });
    if let Some(cause) = case.cause {
        body["cause"] = json!(cause);
    }
    Saying::new("registrar", "application.filed", body)
}

fn surveyed(n: u32, case: &Case<'_>) -> Saying {
    let body = json!({
        "application": format!("$application{n}"), "evidence": "#survey", "parts": case.parts,
        "surveyed": case.day,
    });
    Saying::new("surveyor", "application.surveyed", body)
}
