//! One person, found by the number of the identity document. It is read from the vault, and the reading is recorded.

use std::path::Path;

use ledger::rejection::Rejection;
use ledger::signer::Signer;
use serde_json::json;

use super::Report;
use crate::clock::Clock;
use crate::desk::Desk;
use crate::desk::lists::by_number;
use crate::failure::Failure;

pub(super) fn show(dir: &Path, key: &dyn Signer, id_no: &str) -> Result<Report, Failure> {
    let desk = Desk::open(dir, Clock::Machine)?;
    let note = desk.access(key, "按证件号码查人")?;
    let found = by_number(desk.office(), id_no)?;
    let known = found.and_then(|id| Some((id, desk.books().people.persons.get(&id)?)));
    let (person, known) = known.ok_or_else(|| Failure::Machine {
        code: "person.not_registered".to_owned(),
        text: format!(
            "没有登记证件号码{id_no}的人员。请核对号码，或先登记（doudi import people）。"
        ),
        exit: 1,
    })?;
    let name = desk.vault.read_person(person, &note)?.name;
    let household = desk.books().people.households.get(&known.household);
    let household = household.ok_or(Rejection::HouseholdUnknown { household: known.household })?;
    let head = if household.head == person { "，户主" } else { "" };
    let account = if known.account.is_some() { "有发放账户" } else { "没有发放账户" };
    let died = known.died.map(|died| format!("，{died}死亡")).unwrap_or_default();
    let text = format!(
        "{name}{head}{died}\n人员编号：{person}\n户编号：{}（区划{}）\n{account}\n全户救助：doudi show household --person {person} --period 月份",
        known.household, household.division
    );
    let json = json!({
        "ok": true, "person": person, "household": known.household, "name": name,
        "division": household.division, "is_head": household.head == person,
        "account": known.account, "died": known.died,
    });
    Ok(Report { json, text })
}
