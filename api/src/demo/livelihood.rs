//! Help to earn a living, for a few persons each: ventures, training, public posts, rewards for results, interest on loans.

use ledger::act::Body;
use ledger::act::cases::{EntitlementStopped, Part};
use ledger::act::people::OrganisationKind;
use ledger::act::urgent::LoansListed;
use ledger::ids::{BatchCode, EntitlementId};
use ledger::line::{Line, LoanLine};
use ledger::money::Money;

use super::case::{Case, confirm};
use super::county::{Category, Household, Person};
use super::lists::{Aid, Member, first, list, measured, paid, part, yuan};
use super::organisations::{self, Organisation};
use super::stage::{Stage, code, evidence};
use super::together;
use crate::desk::seal;
use crate::failure::Failure;

const SCHOOL: Organisation = Organisation {
    kind: OrganisationKind::School,
    name: "青禾县职业技能培训学校",
    uscc: "52141199MJ0000712D",
    account: "14119900000000000712",
    papers: "民办学校办学许可证",
};

/// Days that a course of training has.
const COURSE_DAYS: u32 = 15;

pub(super) fn play(stage: &mut Stage<'_>) -> Result<(), Failure> {
    ventures(stage)?;
    training(stage)?;
    posts(stage)?;
    rewards(stage)?;
    interest(stage)
}

fn is_low_income(household: &Household, _: &Person) -> bool {
    matches!(household.category, Category::LowIncome(_))
}

/// The household that several units help, and after it others of the county.
fn with_the_joint_household(stage: &Stage<'_>, ours: Member, others: usize) -> Vec<Member> {
    let beside = first(stage, others + 1, is_low_income).into_iter();
    let beside = beside.filter(|member| member.household != ours.household).take(others);
    std::iter::once(ours).chain(beside).collect()
}

/// A case of one person through the whole chain, decided on 23 October.
fn apply(
    stage: &mut Stage<'_>,
    (scheme, category): (&str, &str),
    member: Member,
    part: Part,
) -> Result<EntitlementId, Failure> {
    let case = Case {
        scheme,
        category,
        household: member.household,
        persons: vec![member.person],
        payee: member.head,
        parts: vec![part],
        from: "2020-10",
        days: ["2020-10-14", "2020-10-16", "2020-10-17", "2020-10-20", "2020-10-23"],
    };
    confirm(stage, &case)
}

/// Disabled people who began a business: once 10,000, and 2,000 a year towards the rent.
fn ventures(stage: &mut Stage<'_>) -> Result<(), Failure> {
    let ours = together::household(stage).disabled;
    let draws = |_: &Household, person: &Person| person.living_allowance || person.care_allowance;
    let others = first(stage, 2, draws);
    apply(stage, ("CY", "个体经营"), ours, part("扶持金", yuan(10_000)))?;
    for member in others {
        apply(stage, ("CY-N", "经营场地"), member, part("场地补贴", yuan(2_000)))?;
    }
    let once = paid(stage, ("CY0A0", "CY", "2020-10"), &["F-CL"], "2020-10-27")?;
    let yearly = paid(stage, ("CN0A0", "CY-N", "2020-10"), &["F-CL"], "2020-10-27")?;
    stage.tell(&format!(
        "创业扶持：残联申报，一次性{}人{}元，经营场地补贴{}人{}元",
        once.0, once.1, yearly.0, yearly.1
    ));
    Ok(())
}

/// A course of fifteen days: 40 a day to who attended, the fee to the school; and 1,500 once for who found work.
fn training(stage: &mut Stage<'_>) -> Result<(), Failure> {
    let school = organisations::register(stage, &SCHOOL)?;
    stage.on("2020-10-26");
    let ours = together::household(stage).grown;
    let learners = with_the_joint_household(stage, ours, 2);
    let attended = measured("培训补贴", 40, COURSE_DAYS);
    let all = learners.iter().map(|one| Aid::new(*one, attended.clone())).collect();
    list(stage, ("PX", "结业学员", "人社局10月培训班结业名单（家政护理）"), all)?;
    let fee = part("培训费", yuan(550));
    let fee = |member: &Member| Aid { member: *member, payee: school, part: fee.clone() };
    let all = learners.iter().map(fee).collect();
    list(stage, ("PX-F", "结业学员", "人社局10月培训班结业名单（家政护理）"), all)?;
    let employed = vec![Aid::new(ours, part("就业补贴", yuan(1_500)))];
    list(stage, ("JY", "稳定就业", "人社局10月稳定就业核查名单"), employed)?;
    let days = paid(stage, ("PX0A0", "PX", "2020-10"), &["F-JY"], "2020-10-28")?;
    let fees = paid(stage, ("PF0A0", "PX-F", "2020-10"), &["F-JY"], "2020-10-28")?;
    let work = paid(stage, ("JY0A0", "JY", "2020-10"), &["F-JY"], "2020-10-28")?;
    stage.tell(&format!(
        "技能培训：{}人各{COURSE_DAYS}天×40元共{}元，培训费{}元付给{}，低保对象就业补贴{}人{}元",
        days.0, days.1, fees.1, SCHOOL.name, work.0, work.1
    ));
    Ok(())
}

/// Three public posts, one of them attended half the month.
fn posts(stage: &mut Stage<'_>) -> Result<(), Failure> {
    stage.on("2020-10-26");
    let ours = together::household(stage).head;
    let holders = with_the_joint_household(stage, ours, 2);
    let wages = [1_620, 1_620, 810].map(|sum| part("岗位补贴", yuan(sum)));
    let all = holders.into_iter().zip(wages).map(|(one, wage)| Aid::new(one, wage)).collect();
    list(stage, ("GY", "保洁护林", "人社局公益性岗位10月考勤表"), all)?;
    let (count, total) = paid(stage, ("GY0A0", "GY", "2020-10"), &["F-JY"], "2020-10-28")?;
    stage.tell(&format!("公益性岗位：{count}个岗位按考勤{total}元，其中1人半月出勤"));
    Ok(())
}

/// The post that was attended by halves ended with October; the others go on.
pub(super) fn post_ended(stage: &mut Stage<'_>) -> Result<(), Failure> {
    stage.on("2020-11-06");
    let half = yuan(810);
    let batch: BatchCode = code("GY0A0");
    let held = stage.desk.books().payments.references(&batch);
    let ended = held.map(|(_, payment)| payment).find(|payment| payment.amount == half);
    let Some(ended) = ended else { return Ok(()) };
    let stop = EntitlementStopped {
        entitlement: ended.entitlement,
        evidence: evidence("岗位协议终止书"),
        last: code("2020-10"),
        reason: "公益性岗位协议10月底到期".to_owned(),
    };
    stage.sign("分管副局长", Body::EntitlementStopped(stop))?;
    Ok(())
}

/// Sheep that were counted first 验收, then rewarded.
fn rewards(stage: &mut Stage<'_>) -> Result<(), Failure> {
    let ours = together::household(stage).head;
    let keepers = with_the_joint_household(stage, ours, 1);
    for (member, sheep) in keepers.into_iter().zip([20, 15]) {
        apply(stage, ("YJ", "养羊"), member, measured("奖补", 100, sheep))?;
    }
    let (count, total) = paid(stage, ("YJ0A0", "YJ", "2020-10"), &["F-FP"], "2020-10-28")?;
    stage.tell(&format!("以奖代补：{count}户养羊经入户验收后按只奖补，共{total}元"));
    Ok(())
}

/// A quarter's interest on small loans. The loans are the bank's and stand as a memo.
fn interest(stage: &mut Stage<'_>) -> Result<(), Failure> {
    stage.on("2020-10-26");
    let borrowers = first(stage, 12, is_low_income).into_iter().skip(9);
    // 4.35 percent a year, for three months.
    let loans: Vec<_> =
        borrowers.zip([(50_000, 54_375), (30_000, 32_625), (50_000, 54_375)]).collect();
    let line = |(member, (lent, _)): &(Member, (i64, i64))| {
        Line::Loan(LoanLine {
            amount_fen: yuan(*lent),
            from: code("2020-03-10"),
            person: member.person,
            until: code("2022-03-09"),
        })
    };
    let lines: Vec<Line> = loans.iter().map(line).collect();
    let (manifest, entries) = seal(&lines)?;
    let lent = manifest.total_fen;
    let bank = "青禾农村商业银行".to_owned();
    let body = LoansListed { bank, file: evidence("三季度贴息贷款名单"), manifest };
    let key = stage.cast.key("账户维护");
    stage.desk.sign_with_lines(&key, Body::LoansListed(body), &entries)?;
    let aid = |(member, (_, fen)): (Member, (i64, i64))| {
        Aid::new(member, part("贴息", Money::from_fen(fen)))
    };
    list(stage, ("TX", "小额信贷", "扶贫办三季度贴息名单"), loans.into_iter().map(aid).collect())?;
    let (count, total) = paid(stage, ("TX0A0", "TX", "2020-10"), &["F-FP"], "2020-10-28")?;
    stage.tell(&format!(
        "贷款贴息：银行名单{count}人贷款{lent}元（备查，不入资金），一季贴息{total}元"
    ));
    Ok(())
}
