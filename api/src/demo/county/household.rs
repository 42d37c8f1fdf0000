//! Households: who lives in them, which schemes they are in, and what they are due in a month.

use ledger::ids::{Division, SchemeCode};
use ledger::money::Money;
use ledger::vault::NewSubject;

use super::draw::Draw;
use super::people::{Account, Numbers, Person, birthday};
use super::places::{COUNTY_NAME, Town};
use super::{HOUSEHOLDS, PEOPLE, names};

const EXTREME_POVERTY: usize = 520;
const LOW_INCOME: usize = 4_900;
/// Persons with the living allowance, all in low-income households.
const LIVING_ALLOWANCE: usize = 700;
/// Persons with the care allowance; one in each household outside both schemes, the rest in low-income ones.
const CARE_ALLOWANCE: usize = 900;
/// Of these, so many in low-income households receive both allowances.
const BOTH_ALLOWANCES: usize = 120;
const LARGEST: usize = 6;

/// The county's monthly standards.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standards {
    /// 农村低保: up to this sum for each person in the household.
    pub low_income: Money,
    /// 分类施保: added for each aged or disabled person.
    pub classified: Money,
    /// 特困分散供养: for each person.
    pub extreme_poverty: Money,
    /// 困难残疾人生活补贴: for each person.
    pub living_allowance: Money,
    /// 重度残疾人护理补贴: for each person.
    pub care_allowance: Money,
}

/// The standards that the amounts follow. Stated in fen, since a twelfth of a yearly standard is rarely whole.
pub const STANDARDS: Standards = Standards {
    low_income: Money::from_fen(40_500),
    classified: Money::from_fen(6_075),
    extreme_poverty: Money::from_fen(54_810),
    living_allowance: Money::from_fen(5_000),
    care_allowance: Money::from_fen(5_000),
};

/// What a low-income household is due each month.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LowIncome {
    /// The household's income in a month.
    pub income: Money,
    /// 补差: standard × persons − income.
    pub base: Money,
    /// 分类施保: a multiple of the standard for it, often nothing.
    pub classified: Money,
}

/// Which of the household schemes, which exclude each other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Category {
    /// 农村低保 (`DB-R`).
    LowIncome(LowIncome),
    /// 特困分散供养 (`TK-S`): one person, no other scheme.
    ExtremePoverty,
    /// Neither; somebody in the household has the care allowance.
    Other,
}

/// A household.
#[derive(Clone, PartialEq, Eq)]
pub struct Household {
    /// From 1.
    pub number: usize,
    /// The village, twelve digits.
    pub village: Division,
    /// The full invented address.
    pub address: String,
    /// One to six; the first is the head.
    pub members: Vec<Person>,
    /// The account into which everything is paid.
    pub account: Account,
    /// The household scheme.
    pub category: Category,
}

/// What is due in a month under one scheme: one line of a roster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// `DB-R`, `TK-S`, `CJ-L` or `CJ-H`.
    pub scheme: SchemeCode,
    /// The position in the household's members of the person for whom it is paid; the head's (0) for `DB-R`.
    pub member: usize,
    /// How many persons it is measured by.
    pub persons: usize,
    /// The sum.
    pub amount: Money,
}

impl Household {
    /// What the household is due in a month, scheme by scheme.
    ///
    /// # Panics
    /// Never: the standards are small, so their sums stay in range.
    #[must_use]
    pub fn lines(&self) -> Vec<Line> {
        let line = |scheme: &str, member, persons, amount| Line {
            scheme: scheme.parse().expect("a scheme's code written here has its form"),
            member,
            persons,
            amount,
        };
        let mut lines = Vec::new();
        match &self.category {
            Category::LowIncome(grant) => {
                let amount = grant.base.checked_add(grant.classified);
                let amount = amount.expect("a household's month is far below the range");
                lines.push(line("DB-R", 0, self.members.len(), amount));
            }
            Category::ExtremePoverty => {
                lines.push(line("TK-S", 0, 1, STANDARDS.extreme_poverty));
            }
            Category::Other => {}
        }
        for (position, member) in self.members.iter().enumerate() {
            if member.living_allowance {
                lines.push(line("CJ-L", position, 1, STANDARDS.living_allowance));
            }
            if member.care_allowance {
                lines.push(line("CJ-H", position, 1, STANDARDS.care_allowance));
            }
        }
        lines
    }

    /// What the vault registers: the members in their order, the head with the address, then the account.
    #[must_use]
    pub fn subjects(&self) -> Vec<NewSubject> {
        let person = |(position, member): (usize, &Person)| {
            let address = (position == 0).then_some(self.address.as_str());
            NewSubject::Person(member.fields(address))
        };
        let account = NewSubject::Account(self.account.fields());
        self.members.iter().enumerate().map(person).chain([account]).collect()
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    LowIncome,
    ExtremePoverty,
    Other,
}

pub(super) fn households(draw: &mut Draw, numbers: &mut Numbers, towns: &[Town]) -> Vec<Household> {
    let mut kinds = vec![Kind::LowIncome; LOW_INCOME];
    kinds.resize(LOW_INCOME + EXTREME_POVERTY, Kind::ExtremePoverty);
    kinds.resize(HOUSEHOLDS, Kind::Other);
    draw.shuffle(&mut kinds);
    let sizes = sizes(draw, &kinds);
    let mut households: Vec<Household> = kinds
        .iter()
        .zip(sizes)
        .enumerate()
        .map(|(position, (kind, size))| {
            household(draw, numbers, towns, (position + 1, *kind, size))
        })
        .collect();
    give_allowances(draw, &mut households);
    for household in &mut households {
        if matches!(household.category, Category::LowIncome(_)) {
            household.category = Category::LowIncome(low_income(draw, &household.members));
        }
    }
    households
}

/// Starts with one person everywhere and adds one at a time, so that the sum is exact.
fn sizes(draw: &mut Draw, kinds: &[Kind]) -> Vec<usize> {
    let mut sizes = vec![1; kinds.len()];
    let mut people = kinds.len();
    while people < PEOPLE {
        let position = draw.position(sizes.len());
        let single = kinds.get(position).is_none_or(|kind| *kind == Kind::ExtremePoverty);
        if let Some(size) = sizes.get_mut(position).filter(|size| **size < LARGEST && !single) {
            *size += 1;
            people += 1;
        }
    }
    sizes
}

fn household(
    draw: &mut Draw,
    numbers: &mut Numbers,
    towns: &[Town],
    (number, kind, size): (usize, Kind, usize),
) -> Household {
    let town = draw.one_of(towns);
    let village = draw.one_of(&town.villages);
    let address = format!("{COUNTY_NAME}{}{}{}号", town.name, village.name, draw.between(1, 180));
    let members = members(draw, numbers, kind, size);
    let head = members.first().map_or("", |head| head.name.as_str());
    Household {
        number,
        village: village.division.clone(),
        address,
        account: numbers.account(draw, head),
        members,
        category: match kind {
            Kind::ExtremePoverty => Category::ExtremePoverty,
            Kind::Other => Category::Other,
            Kind::LowIncome => Category::LowIncome(LowIncome {
                income: Money::ZERO,
                base: Money::ZERO,
                classified: Money::ZERO,
            }),
        },
    }
}

/// The head, as a rule a spouse, then children who carry the father's surname.
fn members(draw: &mut Draw, numbers: &mut Numbers, kind: Kind, size: usize) -> Vec<Person> {
    let dotted = draw.per_mille(3);
    let head_year = match kind {
        Kind::ExtremePoverty => draw.between(1932, 1958),
        Kind::LowIncome | Kind::Other => draw.between(1940, 1984),
    };
    let head_male = draw.per_mille(640);
    let mut family = names::surname(draw);
    let mut members = Vec::with_capacity(size);
    for position in 0..size {
        let (male, year, surname) = match position {
            0 => (head_male, head_year, family.clone()),
            1 if draw.per_mille(700) => {
                let surname = names::surname(draw);
                if !head_male {
                    family.clone_from(&surname);
                }
                (!head_male, head_year - 5 + draw.below(9), surname)
            }
            _ => {
                let year = (head_year + draw.between(21, 34)).min(2019);
                (draw.per_mille(510), year, family.clone())
            }
        };
        let name = if dotted { names::dotted(draw) } else { names::full(draw, &surname, male) };
        let birth = birthday(draw, year);
        members.push(Person {
            name,
            id_no: numbers.id_no(draw, birth, male),
            birth,
            male,
            phone: (position == 0).then(|| numbers.phone(draw)),
            living_allowance: false,
            care_allowance: false,
        });
    }
    members
}

fn give_allowances(draw: &mut Draw, households: &mut [Household]) {
    let mut low_income: Vec<&mut Person> = Vec::new();
    let mut care_left = CARE_ALLOWANCE;
    for household in households {
        match household.category {
            Category::LowIncome(_) => low_income.extend(household.members.iter_mut()),
            Category::Other => {
                let position = draw.position(household.members.len());
                if let Some(member) = household.members.get_mut(position) {
                    member.care_allowance = true;
                    care_left -= 1;
                }
            }
            Category::ExtremePoverty => {}
        }
    }
    draw.shuffle(&mut low_income);
    let care_from = LIVING_ALLOWANCE - BOTH_ALLOWANCES;
    for (position, person) in low_income.into_iter().enumerate() {
        person.living_allowance = position < LIVING_ALLOWANCE;
        person.care_allowance = (care_from..care_from + care_left).contains(&position);
    }
}

fn low_income(draw: &mut Draw, members: &[Person]) -> LowIncome {
    let persons = u32::try_from(members.len()).expect("a household has at most six persons");
    // Up to 340 yuan a head, in steps of ten fen, leaves at least 65 yuan to be made up.
    let income = Money::from_fen(i64::from(draw.below(3_401) * persons) * 10);
    let full = STANDARDS.low_income.checked_times(u64::from(persons));
    let base =
        full.and_then(|full| full.checked_sub(income)).expect("the income is below the standard");
    let special = |person: &&Person| {
        person.living_allowance || person.care_allowance || person.birth.year() <= 1950
    };
    let special = if draw.per_mille(600) { members.iter().filter(special).count() } else { 0 };
    let special = u64::try_from(special).expect("a household has at most six persons");
    let classified =
        STANDARDS.classified.checked_times(special).expect("six times a small standard");
    LowIncome { income, base, classified }
}
