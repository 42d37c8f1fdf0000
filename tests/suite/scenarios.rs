//! The assistance systems of the reports, each told through signed acts with its published figures, and refused where it
//! must be refused. `docs/scenarios.md` is what these stories say.

mod building;
mod farming;
mod money;
mod monthly;
mod oversight;
mod relief;
pub(crate) mod story;
mod together;
mod urgent;
mod watching;
pub(crate) mod way;

use std::fmt::Write as _;
use std::path::Path;

use story::Told;

/// Row, test and story.
type Row = (&'static str, &'static str, fn() -> Told);

const ROWS: &[Row] = &[
    ("S1", "防止致贫返贫救助专项基金（乐山）", money::s01_pooled_fund),
    ("S2", "防返贫动态监测（电白）", watching::s02_watch),
    ("S3", "脱贫人口防返贫保险（电白）", urgent::s03_insurance),
    ("S4", "低保（吕梁、三门）", monthly::s04_low_income),
    ("S5", "特困供养（吕梁）", monthly::s05_destitute),
    ("S6", "临时救助、先行救助、备用金（吕梁、垫江、恩阳）", urgent::s06_temporary_aid),
    ("S7", "价格临时补贴（吕梁）", monthly::s07_price_subsidy),
    ("S8", "残疾人两项补贴（吕梁、沾益）", monthly::s08_disability),
    ("S9", "残疾人创业扶持（沾益）", farming::s09_ventures),
    ("S10", "技能培训与就业补贴（纳雍）", farming::s10_training),
    ("S11", "公益性岗位（电白）", farming::s11_posts),
    ("S12", "以奖代补（电白、岭门）", farming::s12_rewards),
    ("S13", "医疗预警与医疗救助（三门）", relief::s13_medical),
    ("S14", "四帮四扶、社会捐赠（晋江、电白）", money::s14_many_sources),
    ("S15", "一门受理、联合帮扶（三门、垫江）", together::s15_one_household),
    ("S16", "实物救助（恩阳、电白）", relief::s16_goods),
    ("S17", "月通报（吕梁）", oversight::s17_bulletin),
    ("S18", "纪检监督（吕梁、恩阳）", oversight::s18_flags),
    ("S19", "流浪乞讨救助（合肥）", relief::s19_homeless),
    ("S20", "乡村振兴贷贴息（电白）", farming::s20_interest),
    ("S21", "住房修缮、安居（电白、晋江）", building::s21_housing),
    ("S22", "冬季取暖补助（自拟，只用一份政策文件）", farming::s22_one_of_ones_own),
];

macro_rules! tests_of {
    ($($name:ident => $row:literal;)*) => {$(
        #[test]
        fn $name() {
            let row = ROWS.iter().find(|(row, ..)| *row == $row);
            let (_, _, story) = row.expect("the row is listed");
            assert!(!story().figures.is_empty());
        }
    )*};
}

tests_of! {
    s01_a_pool_of_counties_pays_three_kinds_of_aid_up_to_a_cap => "S1";
    s02_households_under_watch_are_counted_on_any_day_and_nobody_is_left_uncounted => "S2";
    s03_an_insurer_pays_who_is_listed_once_after_assessment_and_notice => "S3";
    s04_low_income_allowance_follows_its_standard_and_ends_with_death_or_stop => "S4";
    s05_the_destitute_get_no_less_than_1_3_times_the_low_income_standard => "S5";
    s06_aid_is_paid_first_and_the_float_is_topped_up_against_finished_forms => "S6";
    s07_a_price_subsidy_is_paid_only_for_months_whose_index_rose => "S7";
    s08_two_disability_allowances_stack_and_their_office_changes => "S8";
    s09_a_start_up_grant_is_given_once_and_a_yearly_one_once_a_year => "S9";
    s10_training_is_paid_by_days_attended_and_three_courses_a_year => "S10";
    s11_a_post_pays_while_it_is_held_and_nobody_holds_two => "S11";
    s12_a_reward_is_paid_after_acceptance => "S12";
    s13_medical_spending_alerts_once_a_person_and_year_and_each_alert_is_answered => "S13";
    s14_a_chain_in_order_and_one_payment_from_several_sources => "S14";
    s15_ten_units_help_one_household_on_one_page => "S15";
    s16_goods_are_signed_for_and_are_no_money => "S16";
    s17_a_bulletin_is_issued_for_a_closed_month_only => "S17";
    s18_a_suspicion_is_checked_and_decided_by_others_than_whom_it_is_about => "S18";
    s19_who_has_no_papers_is_helped_and_known_later => "S19";
    s20_interest_is_paid_only_on_a_loan_that_a_bank_listed => "S20";
    s21_a_contractor_is_paid_by_accepted_stages => "S21";
    s22_a_new_scheme_needs_a_policy_file_and_no_code => "S22";
}

fn page() -> String {
    let mut page = String::from(
        "# Scenarios 救助制度\n\n\
         Real systems of public reports, each told by a test of `tests/suite/scenarios/` through signed acts, from money in to\n\
         money answered. The figures stand here as the books gave them; the tests write this page (`UPDATE=1`). Figures that\n\
         a report rounds (余、约、多) set a scale and are never taken for exact sums.\n",
    );
    for (row, title, story) in ROWS {
        let told = story();
        write!(page, "\n## {row} {title}\n\n| 口径 | 台账所得 |\n|---|---|\n").unwrap();
        for (what, value) in &told.figures {
            writeln!(page, "| {what} | {value} |").unwrap();
        }
        page.push_str("\n| 不予受理 | 代码 | 说什么 |\n|---|---|---|\n");
        for (what, code, text) in &told.refusals {
            writeln!(page, "| {what} | `{code}` | {text} |").unwrap();
        }
    }
    page
}

#[test]
fn the_table_of_scenarios_is_what_the_stories_say() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/scenarios.md");
    let page = page();
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, &page).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(kept == page, "docs/scenarios.md is out of date; UPDATE=1 writes it anew");
}
