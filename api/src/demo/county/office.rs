//! The invented people in office and the programme accounts.

use ledger::ids::{BankAccountCode, UnitCode};
use ledger::vault::{OfficerFields, ProgrammeAccountFields};

use super::draw::Draw;
use super::names;
use super::people::{Numbers, birthday};
use super::places::Town;

/// Posts in a town, one person each.
const TOWN_POSTS: [&str; 3] = ["民政经办", "驻村干部", "镇长"];

/// Units of the county with the posts in them, one person each; towns come after.
const POSTS: [(&str, &str, &str); 14] = [
    ("MZJ", "县民政局", "系统管理员"),
    ("MZJ", "县民政局", "局长"),
    ("MZJ", "县民政局", "分管副局长"),
    ("MZJ", "县民政局", "社会救助股股长"),
    ("MZJ", "县民政局", "造册经办"),
    ("MZJ", "县民政局", "造册复核"),
    ("MZJ", "县民政局", "账户维护"),
    ("CZJ", "县财政局", "社会保障股审核"),
    ("CZJ", "县财政局", "国库支付经办"),
    ("CZJ", "县财政局", "国库支付复核"),
    ("CZJ", "县财政局", "会计"),
    ("JJW", "县纪委监委", "监督检查室主任"),
    ("JJW", "县纪委监委", "监督检查员"),
    ("MZJ", "县民政局", "通报撰写"),
];

/// A person in office.
#[derive(Clone, PartialEq, Eq)]
pub struct Officer {
    /// The name.
    pub name: String,
    /// Eighteen characters, valid by GB 11643, under the county's unassigned prefix.
    pub id_no: String,
    /// The unit's code: `MZJ`, `CZJ`, `JJW`, `CL`, or `Z01` to `Z12` for the towns in their order.
    pub unit: UnitCode,
    /// The unit's name.
    pub unit_name: String,
    /// The post.
    pub post: &'static str,
}

impl Officer {
    /// The fields as the vault registers them.
    #[must_use]
    pub fn fields(&self) -> OfficerFields {
        OfficerFields { name: self.name.clone(), id_no: self.id_no.clone() }
    }
}

/// An account from which aid is paid.
#[derive(Clone, PartialEq, Eq)]
pub struct ProgrammeAccount {
    /// The code in the books.
    pub code: BankAccountCode,
    /// Its number; accounts of offices have no Luhn digit.
    pub number: &'static str,
    /// The invented bank.
    pub bank_name: &'static str,
    /// The office in whose name it is kept.
    pub holder_name: &'static str,
}

impl ProgrammeAccount {
    /// The fields as the vault registers them.
    #[must_use]
    pub fn fields(&self) -> ProgrammeAccountFields {
        ProgrammeAccountFields {
            number: self.number.to_owned(),
            holder_name: self.holder_name.to_owned(),
        }
    }
}

/// The fourteen posts of the county's units, three in each town, and one in the federation of the disabled.
pub(super) fn officers(draw: &mut Draw, numbers: &mut Numbers, towns: &[Town]) -> Vec<Officer> {
    let county = POSTS.map(|(unit, name, post)| (unit.to_owned(), name.to_owned(), post));
    let town = |(position, town): (usize, &Town)| {
        let unit = format!("Z{:02}", position + 1);
        let name = format!("{}人民政府", town.name);
        TOWN_POSTS.map(|post| (unit.clone(), name.clone(), post))
    };
    let posts = county.into_iter().chain(towns.iter().enumerate().flat_map(town));
    // The federation of the disabled comes last: it joined when the county's other people in office were there.
    let posts = posts.chain([("CL".to_owned(), "县残联".to_owned(), "残联经办")]);
    posts.map(|(unit, unit_name, post)| officer(draw, numbers, (&unit, unit_name, post))).collect()
}

fn officer(
    draw: &mut Draw,
    numbers: &mut Numbers,
    (unit, unit_name, post): (&str, String, &'static str),
) -> Officer {
    let male = draw.per_mille(550);
    let surname = names::surname(draw);
    let year = draw.between(1963, 1994);
    let birth = birthday(draw, year);
    Officer {
        name: names::full(draw, &surname, male),
        id_no: numbers.id_no(draw, birth, male),
        unit: unit.parse().expect("a unit's code written here has its form"),
        unit_name,
        post,
    }
}

/// One account for subsistence aid, one for disability allowances, one for a town's float.
pub(super) fn programme_accounts() -> Vec<ProgrammeAccount> {
    let account = |code: &str, number| ProgrammeAccount {
        code: code.parse().expect("an account's code written here has its form"),
        number,
        bank_name: "青禾农村商业银行",
        holder_name: "青禾县财政局社会救助资金专户",
    };
    vec![
        account("ZH-01", "990014100000000017"),
        account("ZH-02", "990014100000000025"),
        account("ZH-03", "990014100000000033"),
    ]
}
