//! The village's units and people in office, each with the roles of one post, and what they state again and again.

use api::desk::founding::NewOfficer;
use ledger::act::Body;
use ledger::act::funds::FundReleased;
use ledger::act::offices::{Role, Side, UnitRegistered};
use ledger::act::policies::{StandardRule, StandardSet};
use ledger::check_digits::IdNo;
use ledger::money::Money;
use ledger::vault::OfficerFields;

use super::code;

type Post = (&'static str, &'static str, &'static [Role]);

const POSTS: &[Post] = &[
    ("系统管理员", "MZJ", &[Role::Admin]),
    ("监督检查室主任", "JJW", &[Role::Admin, Role::Inspector]),
    ("社会救助股股长", "MZJ", &[Role::Supervisor, Role::PolicySetter]),
    ("账户维护", "MZJ", &[Role::AccountApprover, Role::Registrar]),
    ("分管副局长", "MZJ", &[Role::CountyConfirmer]),
    ("造册经办", "MZJ", &[Role::RosterMaker]),
    ("造册复核", "MZJ", &[Role::RosterChecker]),
    ("社会保障股审核", "CZJ", &[Role::FinanceReviewer]),
    ("局长", "MZJ", &[Role::RosterApprover]),
    ("国库支付经办", "CZJ", &[Role::Payer]),
    ("国库支付复核", "CZJ", &[Role::Reconciler]),
    ("会计", "CZJ", &[Role::Accountant, Role::FundKeeper]),
    ("通报撰写", "MZJ", &[Role::BulletinWriter]),
    // Left office after October, and their key was revoked.
    ("离任会计", "CZJ", &[Role::Accountant, Role::FundKeeper]),
];

/// Post, unit and roles of everybody, the two root posts first.
pub(crate) fn posts() -> impl Iterator<Item = Post> {
    POSTS.iter().copied()
}

/// The units.
pub(super) fn units() -> Vec<UnitRegistered> {
    let unit = |unit: &str, name: &str, side| UnitRegistered {
        name: name.to_owned(),
        side,
        town: None,
        unit: code(unit),
    };
    vec![
        unit("MZJ", "样例县民政局", Side::Office),
        unit("CZJ", "样例县财政局", Side::Treasury),
        unit("JJW", "样例县纪委监委", Side::Inspection),
    ]
}

/// A person in office, for founding and appointing. Names and numbers are invented.
pub(super) fn officer(post: &str) -> NewOfficer {
    let place = POSTS.iter().position(|(known, ..)| *known == post);
    let place = place.expect("the story names posts that exist");
    let (_, unit, roles) = POSTS.get(place).expect("it was just found");
    let name = format!("样{}", "甲乙丙丁戊己庚辛壬癸子丑寅卯".chars().nth(place).unwrap_or('辰'));
    let id_no = numbered(place);
    let fields = OfficerFields { name, id_no };
    NewOfficer { fields, post: post.to_owned(), roles: roles.to_vec(), unit: code(unit) }
}

/// An ID number with a valid check digit under a code that is assigned to nobody.
fn numbered(place: usize) -> String {
    let body = format!("14119919700101{place:03}");
    let mut spellings = "0123456789X".chars().map(|check| format!("{body}{check}"));
    spellings.find(|id_no| IdNo::read(id_no).is_ok()).expect("one of eleven check digits fits")
}

/// A standard that nobody's payment depends on.
pub(super) fn standard(n: i64) -> Body {
    Body::StandardSet(StandardSet {
        amount_fen: Money::from_fen(60_000 + n),
        area: code("141199"),
        basis: format!("样政发〔2020〕{n}号"),
        category: "护理".to_owned(),
        from: code("2021-01"),
        rule: StandardRule::Ceiling,
        scheme: code("TK-S"),
    })
}

/// Money released to the fund on a day.
#[must_use]
pub fn release(n: i64, day: &str) -> Body {
    Body::FundReleased(FundReleased {
        amount_fen: Money::from_fen(100_000 * n),
        corrects: None,
        date: code(day),
        fund: code("F-DB"),
        voucher_no: format!("国库拨〔2020〕110{n}"),
    })
}
