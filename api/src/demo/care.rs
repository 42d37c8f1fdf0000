//! Basic living beside the low-income allowance: the destitute who live in a home, the nursing allowance that changed hands,
//! and what rising prices add.

use ledger::act::Body;
use ledger::act::people::OrganisationKind;
use ledger::act::policies::IndexPublished;
use ledger::money::Money;

use super::county::{Category, Household};
use super::lists::{Aid, Member, list, members, paid, part, yuan};
use super::organisations::{self, Organisation};
use super::stage::{Stage, code, no_was_said, roster_refused};
use crate::failure::Failure;

/// How many of the destitute live in the county's home 集中供养.
const RESIDENTS: usize = 4;

const HOME: Organisation = Organisation {
    kind: OrganisationKind::Institution,
    name: "青禾县中心敬老院",
    uscc: "12141199000000617P",
    account: "14119900000000000617",
    papers: "事业单位法人证书",
};

/// Those of the destitute who live in the home, by their number in the county.
pub(super) fn residents(households: &[Household]) -> Vec<usize> {
    let destitute = households.iter().filter(|one| one.category == Category::ExtremePoverty);
    destitute.take(RESIDENTS).map(|household| household.number).collect()
}

/// The home is registered, and what is due for those who live there is paid to it.
pub(super) fn home(stage: &mut Stage<'_>) -> Result<(), Failure> {
    stage.on("2020-09-30");
    let home = organisations::register(stage, &HOME)?;
    let of_home = residents(&stage.county.households);
    let living = members(stage, |household, _| of_home.contains(&household.number));
    let due = part("基本生活", Money::from_fen(76_410));
    let aid = |member: Member| Aid { member, payee: home, part: due.clone() };
    let all: Vec<Aid> = living.into_iter().map(aid).collect();
    let count = all.len();
    list(stage, ("TK-C", "集中", "2020年9月底敬老院在院名册"), all)?;
    stage.tell(&format!(
        "集中供养：{}凭统一社会信用代码登记，在院{count}人，供养金付给机构",
        HOME.name
    ));
    Ok(())
}

/// The nursing allowance came from the federation of the disabled in October: its own roster is no longer taken.
pub(super) fn handed_over(stage: &mut Stage<'_>) -> Result<(), Failure> {
    stage.on("2020-10-10");
    let roster = ("H20A9", "CJ-H", "F-CJ");
    let said = roster_refused(stage, "残联经办", roster, "scheme.handed_over")?;
    stage.tell(&format!("移交：护理补贴10月起由县残联移交县民政局，残联再造10月名册，{said}"));
    Ok(())
}

/// Food was 6.4 percent dearer in October than a year before, as was published in November: whoever is destitute gets a
/// supplement for October, once.
pub(super) fn prices(stage: &mut Stage<'_>) -> Result<(), Failure> {
    let index = IndexPublished {
        cpi_bp: 170,
        food_bp: 640,
        period: code("2020-10"),
        published: stage.on("2020-11-10"),
        source: "国家统计局青禾调查队".to_owned(),
    };
    stage.sign("社会救助股股长", Body::IndexPublished(index))?;
    let destitute = members(stage, |household, _| household.category == Category::ExtremePoverty);
    let aid = |member: &Member| Aid::new(*member, part("价格补贴", yuan(23)));
    let all = destitute.iter().map(aid).collect();
    list(stage, ("JG", "特困供养对象", "2020年10月特困供养在册名单"), all)?;
    let twice = destitute.iter().take(RESIDENTS).map(aid).collect();
    let twice = list(stage, ("JG", "特困供养对象", "敬老院在院名单"), twice);
    let said = no_was_said(twice, "scheme.limit_reached")?;
    let (count, total) = paid(stage, ("JG0A0", "JG", "2020-10"), &["F-JG"], "2020-11-12")?;
    stage.tell(&format!(
        "价格补贴：10月食品价格同比上涨6.4%，达到启动条件，特困{count}人各23元共{total}元；敬老院名单再报一次，{said}"
    ));
    Ok(())
}
