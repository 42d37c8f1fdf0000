//! Watching those who may fall back: enrolled, swept every quarter, resolved; counted on any day.

use ledger::views::watch::{self, Count};
use serde_json::{Value, json};
use tests::given::Saying;

use super::story::{Story, Told};

/// Households and persons of the report: what was resolved, what is left.
const RESOLVED: (u64, u64) = (170, 719);
const LEFT: (u64, u64) = (8, 50);

/// So many households with so many persons in all, numbered on from the ones before: who belongs to which.
fn households((count, persons): (u64, u64), first: u32, person: &mut u32) -> Vec<(u32, Vec<u32>)> {
    let sized = |n: u64| {
        let size = persons / count + u64::from(n < persons % count);
        let members = (0..size).map(|_| {
            *person += 1;
            *person
        });
        (first + u32::try_from(n).unwrap(), members.collect())
    };
    (0..count).map(sized).collect()
}

fn named(members: &[u32]) -> Vec<String> {
    members.iter().map(|n| format!("$person{n}")).collect()
}

fn begun(household: u32, members: &[u32], risk: &str, day: &str) -> Saying {
    let body = json!({
        "evidence": "#assessment", "found": day, "household": format!("$household{household}"),
        "persons": named(members), "risk": risk,
    });
    Saying::new("registrar", "watch.begun", body)
}

fn ended(household: u32, persons: &Value, day: &str) -> Saying {
    let body = json!({
        "evidence": "#proof", "household": format!("$household{household}"), "persons": persons,
        "resolved": day,
    });
    Saying::new("county", "watch.ended", body)
}

pub fn s02_watch() -> Told {
    let mut story = Story::begin();
    let mut person = 0;
    let mut all = households(RESOLVED, 1, &mut person);
    all.extend(households(LEFT, 171, &mut person));
    all.push((179, vec![person + 1]));
    let refs: Vec<(u32, &[u32])> =
        all.iter().map(|(n, members)| (*n, members.as_slice())).collect();
    story.people("990101001001", &refs);
    let (watched, stranger) = refs.split_at(178);
    let risks = ["unstable", "marginal", "sudden"];
    for ((household, members), risk) in watched.iter().zip(risks.iter().cycle()) {
        story.county.must("begun", &begun(*household, members, risk, "2020-01-15"));
    }
    for ((household, _), grade) in watched.iter().zip(["safe", "cared", "watched"].iter().cycle()) {
        let body = json!({
            "assessed": "2020-04-10", "evidence": "#sweep", "grade": grade,
            "household": format!("$household{household}"),
        });
        story.say("registrar", "watch.graded", body);
    }
    let Some((other, members)) = stranger.first() else { unreachable!("one more was made") };
    let never = ended(*other, &json!(named(members)), "2020-09-30");
    story.refused("消除从未纳入的户", &never, "watch.unknown");
    let (household, members) = watched[0];
    let short = ended(household, &json!(named(&members[1..])), "2020-09-30");
    story.refused("漏下一名成员", &short, "watch.members_differ");
    story.refused(
        "同一户再次纳入",
        &begun(household, members, "sudden", "2020-09-01"),
        "watch.open",
    );
    for (household, members) in &watched[..170] {
        story.county.must("ended", &ended(*household, &json!(named(members)), "2020-09-30"));
    }
    counted(&mut story);
    story.end()
}

fn counted(story: &mut Story) {
    let on =
        |story: &Story, day: &str| watch::as_of(&story.county.ledger.books, day.parse().unwrap());
    let of = |(households, persons)| Count { households, persons };
    let (before, after) = (on(story, "2020-06-30"), on(story, "2020-09-30"));
    assert_eq!(
        (before.begun, before.ended, before.open),
        (of((178, 769)), of((0, 0)), of((178, 769)))
    );
    assert_eq!((after.begun, after.ended, after.open), (of((178, 769)), of(RESOLVED), of(LEFT)));
    assert_eq!(on(story, "2020-01-14").begun, of((0, 0)));
    assert_eq!(after.by_risk.values().map(|count| count.households).sum::<u64>(), 8);
    let said = |count: Count| format!("{}户{}人", count.households, count.persons);
    story.figure("纳入监测（口径：户、人，截至2020-09-30）", said(after.begun));
    story.figure("风险消除", said(after.ended));
    story.figure("仍在监测", said(after.open));
    story.figure("同一数据截至2020-06-30仍在监测", said(before.open));
}
