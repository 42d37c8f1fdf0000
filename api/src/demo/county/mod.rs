//! The sample county 青禾县: invented people, numbers that check, the same county for the same seed.
//! Its division code, bank card prefixes and telephone range are assigned to nobody.

mod draw;
mod household;
mod names;
mod office;
mod payees;
mod people;
mod places;

pub use household::{Category, Household, Line, LowIncome, STANDARDS, Standards};
pub use office::{Officer, ProgrammeAccount};
pub use payees::payees;
pub use people::{Account, Person};
pub use places::{Town, Village};

use draw::Draw;
use ledger::ids::Division;

/// The whole county.
pub struct County {
    /// 141199: a code that the national list has never assigned.
    pub division: Division,
    /// 青禾县.
    pub name: &'static str,
    /// Twelve towns with their villages.
    pub towns: Vec<Town>,
    /// 5,907 households with 8,830 people.
    pub households: Vec<Household>,
    /// Fifty-one people in office.
    pub officers: Vec<Officer>,
    /// The accounts from which aid is paid.
    pub programme_accounts: Vec<ProgrammeAccount>,
}

/// How many households the county has.
pub const HOUSEHOLDS: usize = 5_907;
/// How many people live in them.
pub const PEOPLE: usize = 8_830;

impl County {
    /// The county of that seed: the same on every machine.
    ///
    /// # Panics
    /// Never: every code written here has its form.
    #[must_use]
    pub fn generate(seed: u64) -> County {
        let mut draw = Draw::new(seed);
        let mut numbers = people::Numbers::default();
        let towns = places::towns(&mut draw);
        let households = household::households(&mut draw, &mut numbers, &towns);
        let officers = office::officers(&mut draw, &mut numbers, &towns);
        County {
            division: places::COUNTY.parse().expect("six digits are a division"),
            name: places::COUNTY_NAME,
            towns,
            households,
            officers,
            programme_accounts: office::programme_accounts(),
        }
    }

    /// Everybody who lives in the county's households, household by household.
    pub fn people(&self) -> impl Iterator<Item = &Person> {
        self.households.iter().flat_map(|household| household.members.iter())
    }

    /// The town of a division; `None` if the county has no such town.
    #[must_use]
    pub fn town_of(&self, division: &Division) -> Option<&Town> {
        let town = division.town()?;
        self.towns.iter().find(|candidate| candidate.division == town)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use ledger::check_digits::{IdNo, luhn_holds};
    use ledger::money::Money;

    use super::{Category, County, HOUSEHOLDS, PEOPLE};

    const SEED: u64 = 20_201_008;

    #[test]
    fn the_counts_are_exact() {
        let county = County::generate(SEED);
        assert_eq!(county.households.len(), HOUSEHOLDS);
        assert_eq!(county.people().count(), PEOPLE);
        assert_eq!(county.towns.len(), 12);
        assert_eq!(county.officers.len(), 51);
        let of = |scheme: &str| {
            let lines = county.households.iter().flat_map(super::Household::lines);
            lines.filter(|line| line.scheme.as_str() == scheme).count()
        };
        assert_eq!([of("DB-R"), of("TK-S"), of("CJ-L"), of("CJ-H")], [4_900, 520, 700, 900]);
    }

    #[test]
    fn every_id_number_is_valid_states_the_birth_date_and_is_one_persons() {
        let county = County::generate(SEED);
        let mut seen = BTreeSet::new();
        for person in county.people() {
            let id_no = IdNo::read(&person.id_no).unwrap();
            assert_eq!(id_no.birth(), person.birth);
            assert_eq!(id_no.is_male(), person.male);
            assert!(person.id_no.starts_with("141199"));
            assert!(seen.insert(person.id_no.clone()), "{}", person.id_no);
        }
        for officer in &county.officers {
            assert!(IdNo::read(&officer.id_no).is_ok());
            assert!(seen.insert(officer.id_no.clone()));
        }
    }

    #[test]
    fn cards_hold_luhn_and_passbooks_do_not() {
        let county = County::generate(SEED);
        let mut seen = BTreeSet::new();
        let mut passbooks = 0;
        for household in &county.households {
            let account = &household.account;
            assert_eq!(luhn_holds(&account.number), !account.passbook, "{}", account.number);
            assert!(account.number.starts_with(if account.passbook { "0" } else { "9990" }));
            assert_eq!(account.number.len(), if account.passbook { 15 } else { 19 });
            assert!(seen.insert(account.number.clone()));
            passbooks += usize::from(account.passbook);
        }
        assert!((20..200).contains(&passbooks), "{passbooks}");
    }

    #[test]
    fn one_seed_is_one_county() {
        assert!(County::generate(SEED).households == County::generate(SEED).households);
        assert!(County::generate(SEED).households != County::generate(SEED + 1).households);
    }

    #[test]
    fn the_exclusive_schemes_exclude_each_other() {
        for household in County::generate(SEED).households {
            let allowances =
                household.members.iter().any(|m| m.living_allowance || m.care_allowance);
            match &household.category {
                Category::ExtremePoverty => {
                    assert_eq!(household.members.len(), 1);
                    assert!(!allowances);
                }
                Category::LowIncome(_) => {}
                Category::Other => {
                    assert!(household.members.iter().all(|member| !member.living_allowance));
                    assert!(allowances);
                }
            }
        }
    }

    #[test]
    fn amounts_follow_the_standards() {
        for household in County::generate(SEED).households {
            for line in household.lines() {
                assert!(line.amount.is_positive());
                let fen = line.amount.fen();
                match line.scheme.as_str() {
                    "TK-S" => assert_eq!(fen, 54_810),
                    "CJ-L" | "CJ-H" => assert_eq!(fen, 5_000),
                    _ => {}
                }
            }
            if let Category::LowIncome(grant) = &household.category {
                let people = i64::try_from(household.members.len()).unwrap();
                assert_eq!(grant.base.fen(), 40_500 * people - grant.income.fen());
                assert!(grant.base >= Money::from_fen(5_000));
                assert_eq!(grant.classified.fen() % 6_075, 0);
            }
        }
    }

    #[test]
    fn rare_compound_and_dotted_names_occur() {
        let county = County::generate(SEED);
        let count =
            |text: &str| county.people().filter(|person| person.name.contains(text)).count();
        for text in ["𠮷", "㛃", "欧阳", "司马", "·"] {
            assert!((1..300).contains(&count(text)), "{text}: {}", count(text));
        }
    }
}
