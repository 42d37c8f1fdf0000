//! Plausible acts about keys: replaced, lost, answered for; and the log's own keys.

use ledger::books::doubts::Standing;
use ledger::ids::{KeyId, OfficerId};
use serde_json::json;
use tests::given::{County, Saying, cast};

use super::dice::Dice;
use super::office::{Proposed, say};

/// The names under which a person's keys go.
fn keys_of(name: &str) -> [String; 3] {
    [name.to_owned(), format!("{name}/2"), format!("{name}/3")]
}

fn id_of(name: &str) -> KeyId {
    cast::key_id_of(name).parse().unwrap()
}

/// The key that the person signs with here: the first that is valid, or the first of all.
pub fn hand_of(county: &County, name: &str) -> String {
    let books = &county.ledger.books;
    let valid = keys_of(name).into_iter().find(|key| books.valid_key(id_of(key)).is_ok());
    valid.unwrap_or_else(|| name.to_owned())
}

fn name_of(officer: OfficerId) -> Option<&'static str> {
    let mut names = cast::STAFF.iter().chain(cast::FOUNDERS).map(|officer| officer.0);
    names.find(|name| cast::record_of(name).officer == officer)
}

pub fn keys(county: &County, dice: &mut Dice<'_>) -> Proposed {
    match dice.below(8) {
        0 => log_key(county, dice),
        1 => rotation(dice, county),
        2 => loss(county, dice).or_else(|| rotation(dice, county)),
        _ => {
            let answered = answer(county, dice).or_else(|| loss(county, dice));
            answered.or_else(|| rotation(dice, county))
        }
    }
}

fn rotation(dice: &mut Dice<'_>, county: &County) -> Proposed {
    let name = dice.pick(cast::STAFF)?.0;
    let known = &county.ledger.books.offices.keys;
    let new = keys_of(name).into_iter().find(|key| !known.contains_key(&id_of(key)))?;
    let countersigner = if dice.one_in(8) { "admin" } else { "inspector" };
    say(name, "key.rotated", cast::rotation(name, &new, &[countersigner]))
}

/// Mostly of those who have another key: without its hands an office does little.
fn loss(county: &County, dice: &mut Dice<'_>) -> Proposed {
    let books = &county.ledger.books;
    let known = &books.offices.keys;
    let sound =
        known.iter().filter(|(id, key)| key.rotated_by.is_some() && books.valid_key(**id).is_ok());
    let (_, newer) = dice.pick(sound)?;
    let lost = known.iter().find(|(_, key)| {
        key.officer == newer.officer && key.revoked.is_none() && key.since < newer.since
    })?;
    // Mostly after the new key came: the person then has hands to answer with.
    let earliest = if dice.one_in(4) { lost.1.since.0 } else { newer.since.0 + 1 };
    let since = books.height.saturating_sub(dice.below(200) as u64).max(earliest);
    let mut body = json!({ "key": lost.0, "reason": "遗失" });
    if !dice.one_in(4) {
        body["compromised_since"] = json!(since);
    }
    say("admin", "key.revoked", body)
}

fn answer(county: &County, dice: &mut Dice<'_>) -> Proposed {
    let is_disowned = dice.one_in(2);
    let books = &county.ledger.books;
    let doubts = &books.doubts;
    let has_hands = |officer| {
        let keys = name_of(officer).map(keys_of).unwrap_or_default();
        keys.into_iter().any(|key| books.valid_key(id_of(&key)).is_ok())
    };
    let of_anybody = dice.one_in(8);
    let open = doubts.all().filter(|doubt| {
        let is_open = doubts.standing(&doubt.act.id) == Some(Standing::Open);
        is_open && (of_anybody || has_hands(doubt.officer))
    });
    let doubt = dice.pick(open)?;
    let name = if dice.one_in(8) { "jack" } else { name_of(doubt.officer)? };
    let countersigners: &[&str] = if dice.one_in(2) { &["inspector"] } else { &[] };
    let kind = if is_disowned { "acts.disowned" } else { "acts.reconfirmed" };
    say(name, kind, cast::answer(&[doubt.act.id.to_string()], is_disowned, countersigners))
}

/// The log's keys by the order of their announcement: `log`, `log2`, `log3`.
pub fn log_key_name(at: usize) -> String {
    if at == 0 { "log".to_owned() } else { format!("log{}", at + 1) }
}

fn log_key(county: &County, dice: &mut Dice<'_>) -> Proposed {
    let all = &county.ledger.books.log_keys.all;
    let live = (0..all.len()).filter(|at| all[*at].until.is_none());
    let old = log_key_name(dice.pick(live)?);
    if dice.one_in(2) {
        return say("admin", "log_key.retired", cast::log_key_retired(&old, &["inspector"]));
    }
    let new = log_key_name(all.len());
    Some(Saying::new("admin", "log_key.announced", cast::log_key(&new, &old, &["inspector"])))
}
