//! Help that comes from several sides: one household with aid of several units and a scheme that excludes another, one payment
//! out of three purses, and a gift that pays for nothing but what it was given for.

use super::case::{Case, confirm, declined};
use super::county::{Category, Household, Person, STANDARDS};
use super::lists::{Aid, Member, first, list, paid, part, yuan};
use super::october::in_town;
use super::stage::{Stage, code, roster_refused};
use crate::failure::Failure;

/// Born in these years, somebody goes to school or college in 2020.
const STUDENTS: std::ops::RangeInclusive<i16> = 1_999..=2_013;

/// The household of the story that several units help.
pub(super) struct Joint {
    pub(super) head: Member,
    /// Another grown-up.
    pub(super) grown: Member,
    /// Somebody with the living allowance for the disabled.
    pub(super) disabled: Member,
    pub(super) student: Member,
}

fn is_student(person: &Person) -> bool {
    STUDENTS.contains(&person.birth.year())
}

/// The first low-income household in which all of these live.
pub(super) fn household(stage: &Stage<'_>) -> Joint {
    let suits = |household: &Household| {
        let holds = |what: fn(&Person) -> bool| household.members.iter().any(what);
        matches!(household.category, Category::LowIncome(_))
            && household.members.len() > 3
            && holds(|person| person.living_allowance)
            && holds(is_student)
    };
    let of = |what: &dyn Fn(&Household, &Person) -> bool| {
        let found =
            first(stage, 1, |household, person| suits(household) && what(household, person));
        found.first().copied().expect("among thousands there is such a household")
    };
    let is_grown = |household: &Household, person: &Person| {
        let draws = person.living_allowance || person.care_allowance;
        household.members.first() != Some(person) && !is_student(person) && !draws
    };
    Joint {
        head: of(&|_, _| true),
        grown: of(&is_grown),
        disabled: of(&|_, person| person.living_allowance),
        student: of(&|_, person| is_student(person)),
    }
}

pub(super) fn play(stage: &mut Stage<'_>) -> Result<(), Failure> {
    students(stage)?;
    purses(stage)?;
    conflict(stage)?;
    one_page(stage);
    Ok(())
}

/// A merchants' association gave for students, and for nothing else.
fn students(stage: &mut Stage<'_>) -> Result<(), Failure> {
    stage.on("2020-10-26");
    let ours = household(stage).student;
    let is_poor = |household: &Household, person: &Person| {
        matches!(household.category, Category::LowIncome(_)) && is_student(person)
    };
    let others = first(stage, 3, is_poor).into_iter();
    let others = others.filter(|member| member.household != ours.household).take(2);
    let chosen: Vec<Member> = std::iter::once(ours).chain(others).collect();
    let help = part("助学金", yuan(3_000));
    let all = chosen.into_iter().map(|one| Aid::new(one, help.clone())).collect();
    list(stage, ("ZX", "在校学生", "教育局秋季学期困难学生名单"), all)?;
    let (count, total) = paid(stage, ("ZX0A0", "ZX", "2020-10"), &["F-ZX"], "2020-10-28")?;
    stage.tell(&format!("定向助学：青禾县商会捐赠，{count}名学生共{total}元"));
    Ok(())
}

/// The village nominates, the town reviews, the county decides; one payment out of money of the province, of the county and
/// of a company. What was given for students cannot pay it.
fn purses(stage: &mut Stage<'_>) -> Result<(), Failure> {
    let Some(known) = in_town(stage, "长塬乡").into_iter().next() else { return Ok(()) };
    let Some(head) = known.members.first().copied() else { return Ok(()) };
    let case = Case {
        scheme: "BF",
        category: "住房重建",
        household: known.household,
        persons: known.members,
        payee: head,
        parts: vec![part("帮扶金", yuan(99_000))],
        from: "2020-10",
        days: ["2020-10-12", "2020-10-14", "2020-10-15", "2020-10-21", "2020-10-23"],
    };
    confirm(stage, &case)?;
    stage.on("2020-10-26");
    let roster = ("BF0A9", "BF", "F-ZX");
    let said = roster_refused(stage, "造册经办", roster, "fund.wrong_purpose")?;
    let (_, total) =
        paid(stage, ("BF0A0", "BF", "2020-10"), &["F-BFS", "F-BFX", "F-JZ"], "2020-10-28")?;
    stage.tell(&format!(
        "四帮四扶：村荐、镇审、县定一户，一笔{total}元由省级、县级和企业捐赠三项资金支付；拟用助学捐赠支付，{said}"
    ));
    Ok(())
}

/// Somebody who draws the low-income allowance applies for the destitute's; found when the county is to decide.
fn conflict(stage: &mut Stage<'_>) -> Result<(), Failure> {
    let grown = household(stage).grown;
    let case = Case {
        scheme: "TK-S",
        category: "分散",
        household: grown.household,
        persons: vec![grown.person],
        payee: grown.person,
        parts: vec![part("基本生活", STANDARDS.extreme_poverty)],
        from: "2020-11",
        days: ["2020-10-15", "2020-10-19", "2020-10-20", "2020-10-26", "2020-10-29"],
    };
    let reason = "申请人已享受农村低保，两项不得同时享受";
    declined(stage, &case, "entitlement.exclusive", reason)?;
    stage.tell("互斥：低保户一名成员另报特困，县级确认时不予受理〔entitlement.exclusive〕，写明理由后不予确认");
    Ok(())
}

/// Where all of one household's aid stands.
fn one_page(stage: &mut Stage<'_>) {
    let household = household(stage).head.household;
    let page = ledger::views::household::of(stage.desk.books(), household, code("2020-10"));
    let Some(page) = page else { return };
    let kinds = page.aid.values().flatten().count();
    stage.tell(&format!(
        "一户一页：户{household}当月由{}个单位给予{kinds}项共{}元（doudi show household）",
        page.aid.len(),
        page.paid
    ));
}
