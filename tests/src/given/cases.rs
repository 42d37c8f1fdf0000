//! People of the small county, what they are entitled to, and one application on its way.

use serde_json::json;

use super::stages::say;
use super::{County, Saying};

/// Household 1 has persons 1 and 2, household 2 person 3, household 3 persons 4 and 5, household 4 person 6.
pub(super) fn peopled(county: &mut County) {
    let mut saying = Saying::new("registrar", "people.registered", json!({ "source": "入户登记" }));
    for (household, village, members) in [
        (1, "990101001001", &[1, 2][..]),
        (2, "990101001002", &[3]),
        (3, "990101001002", &[4, 5]),
        (4, "990101002001", &[6]),
    ] {
        saying = with_household(saying, household, village, members);
    }
    saying = [1, 3, 4, 6].into_iter().fold(saying, with_account);
    county.must("people", &saying);
}

/// The lines of a household and its members; the first is the head.
#[must_use]
pub fn with_household(saying: Saying, household: u32, village: &str, members: &[u32]) -> Saying {
    let head = members.first().copied().unwrap_or_default();
    let line = json!({
        "division": village, "head": format!("$person{head}"),
        "household": format!("$household{household}"),
    });
    members.iter().fold(saying.line("household", line), |saying, member| {
        let person = json!({
            "household": format!("$household{household}"),
            "id_no_commit": format!("#number of person {member}"),
            "name_commit": format!("#name of person {member}"),
            "person": format!("$person{member}"),
        });
        saying.line("person", person)
    })
}

/// The line of a person's account.
#[must_use]
pub fn with_account(saying: Saying, person: u32) -> Saying {
    let account = json!({
        "account": format!("$account{person}"), "bank": "清河农商行",
        "holder": format!("$person{person}"), "number_commit": format!("#account {person}"),
    });
    saying.line("account", account)
}

/// DB for households 1, 2 and 4 from October.
pub(super) fn entitled(county: &mut County) {
    let body = json!({ "scheme": "DB", "source": "2020年9月在保名单" });
    let mut saying = Saying::new("registrar", "entitlements.brought_in", body);
    for (id, persons, fen) in [(1, &[1, 2][..], 100_000), (2, &[3], 50_000), (4, &[6], 45_000)] {
        let payee = persons.first().copied().unwrap_or_default();
        saying = saying.line(
            "entitlement",
            json!({
                "amount_fen": fen, "category": "B类", "entitlement": format!("$entitlement{id}"),
                "from": "2020-10", "household": format!("$household{id}"),
                "parts": [{ "amount_fen": fen, "label": "差额补助" }],
                "payee": format!("$person{payee}"),
                "persons": persons.iter().map(|n| format!("$person{n}")).collect::<Vec<_>>(),
            }),
        );
    }
    county.must("list", &saying);
    say(
        county,
        "county",
        "entitlements.confirmed",
        json!({
            "brought_in": "$list", "root": "$list.root",
        }),
    );
}

/// Household 3 applies for DB for persons 4 and 5.
pub(super) fn filed(county: &mut County) {
    say(
        county,
        "registrar",
        "application.filed",
        json!({
            "application": "$application1", "category": "B类", "filed": "2020-10-09",
            "household": "$household3", "payee": "$person4", "persons": ["$person4", "$person5"],
            "scheme": "DB",
        }),
    );
}

pub(super) fn surveyed(county: &mut County) {
    county.must(
        "survey",
        &Saying::new(
            "surveyor",
            "application.surveyed",
            json!({
                "application": "$application1", "evidence": "#survey form",
                "parts": [{ "amount_fen": 80_000, "label": "差额补助" }], "surveyed": "2020-10-10",
            }),
        ),
    );
}

pub(super) fn joined(county: &mut County) {
    say(
        county,
        "companion",
        "application.survey_joined",
        json!({
            "application": "$application1", "survey": "$survey",
        }),
    );
}

pub(super) fn noticed(county: &mut County) {
    say(
        county,
        "registrar",
        "application.noticed",
        json!({
            "application": "$application1", "ends": "2020-10-17", "objections": 0, "photo": "#photo",
            "place": "柳树镇公示栏", "starts": "2020-10-11", "survey": "$survey",
        }),
    );
}

pub(super) fn town_reviewed(county: &mut County) {
    say(
        county,
        "town",
        "application.reviewed",
        json!({
            "application": "$application1", "survey": "$survey",
        }),
    );
}

pub(super) fn confirmed(county: &mut County) {
    say(
        county,
        "county",
        "application.confirmed",
        json!({
            "application": "$application1", "confirmed": "2020-10-20",
            "entitlement": "$entitlement3", "from": "2020-11", "survey": "$survey",
        }),
    );
}
