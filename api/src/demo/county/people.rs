//! Invented persons and their accounts: numbers with valid check digits, from ranges assigned to nobody.

use std::collections::BTreeSet;

use ledger::check_digits::{id_check_character, luhn_digit, luhn_holds};
use ledger::period::Date;
use ledger::vault::{AccountFields, PersonFields};

use super::draw::Draw;
use super::places::COUNTY;

/// Card prefixes that no card network assigns, with the invented banks that issue them.
const BANKS: [(&str, &str); 3] =
    [("999014", "青禾农村商业银行"), ("999027", "青禾村镇银行"), ("999058", "汾禾银行青禾支行")];

/// A person who lives in the county.
#[derive(Clone, PartialEq, Eq)]
pub struct Person {
    /// The name.
    pub name: String,
    /// Eighteen characters, valid by GB 11643, under the county's unassigned prefix.
    pub id_no: String,
    /// The day of birth.
    pub birth: Date,
    /// True for a man or boy.
    pub male: bool,
    /// A number of the unassigned range 100…, for household heads.
    pub phone: Option<String>,
    /// Receives the living allowance for disabled people in hardship 困难残疾人生活补贴.
    pub living_allowance: bool,
    /// Receives the care allowance for severely disabled people 重度残疾人护理补贴.
    pub care_allowance: bool,
}

impl Person {
    /// The fields as the vault registers them; the address is the household's and goes with its head.
    #[must_use]
    pub fn fields(&self, address: Option<&str>) -> PersonFields {
        PersonFields {
            name: self.name.clone(),
            id_no: self.id_no.clone(),
            phone: self.phone.clone(),
            address: address.map(str::to_owned),
        }
    }
}

/// The account of a household's payee, its head.
#[derive(Clone, PartialEq, Eq)]
pub struct Account {
    /// Nineteen digits that hold Luhn for a card, fifteen that do not for a passbook 存折.
    pub number: String,
    /// The invented bank.
    pub bank_name: &'static str,
    /// The head's name.
    pub holder_name: String,
    /// True for a passbook.
    pub passbook: bool,
}

impl Account {
    /// The fields as the vault registers them.
    #[must_use]
    pub fn fields(&self) -> AccountFields {
        AccountFields {
            number: self.number.clone(),
            bank_name: self.bank_name.to_owned(),
            holder_name: self.holder_name.clone(),
        }
    }
}

/// The numbers given out so far: each only once.
#[derive(Default)]
pub(super) struct Numbers {
    ids: BTreeSet<String>,
    accounts: BTreeSet<String>,
    phones: BTreeSet<String>,
}

impl Numbers {
    /// A valid ID number for that birth date that nobody has.
    pub(super) fn id_no(&mut self, draw: &mut Draw, birth: Date, male: bool) -> String {
        loop {
            // Odd order numbers are given to men.
            let order = draw.below(499) * 2 + u32::from(male);
            let first17 = format!("{COUNTY}{}{order:03}", birth.to_compact());
            let check = id_check_character(&first17).expect("these are seventeen digits");
            let id_no = format!("{first17}{check}");
            if self.ids.insert(id_no.clone()) {
                return id_no;
            }
        }
    }

    pub(super) fn phone(&mut self, draw: &mut Draw) -> String {
        loop {
            let phone = format!("100{:08}", draw.below(100_000_000));
            if self.phones.insert(phone.clone()) {
                return phone;
            }
        }
    }

    /// An account of that holder; about one in a hundred is a passbook.
    pub(super) fn account(&mut self, draw: &mut Draw, holder_name: &str) -> Account {
        let passbook = draw.per_mille(10);
        // Most payees bank with the rural commercial bank.
        let [first, ..] = BANKS;
        let (prefix, bank_name) =
            if passbook || draw.per_mille(850) { first } else { *draw.one_of(&BANKS) };
        loop {
            let serial = format!("{:06}{:06}", draw.below(1_000_000), draw.below(1_000_000));
            let number =
                if passbook { passbook_number(&serial) } else { card_number(prefix, &serial) };
            if self.accounts.insert(number.clone()) {
                return Account {
                    number,
                    bank_name,
                    holder_name: holder_name.to_owned(),
                    passbook,
                };
            }
        }
    }
}

fn card_number(prefix: &str, serial: &str) -> String {
    let payload = format!("{prefix}{serial}");
    let digit = luhn_digit(&payload).expect("these are digits");
    format!("{payload}{digit}")
}

/// Fifteen digits of which Luhn does not hold, as on old passbooks.
fn passbook_number(serial: &str) -> String {
    let number = format!("01{serial}0");
    if luhn_holds(&number) { format!("01{serial}1") } else { number }
}

/// A day of that year, drawn; the 29th to 31st of a month do not come up.
pub(super) fn birthday(draw: &mut Draw, year: u32) -> Date {
    let part = |number: u32| i8::try_from(number).expect("months and days are small");
    let year = i16::try_from(year).expect("years have four digits");
    let (month, day) = (part(draw.between(1, 12)), part(draw.between(1, 28)));
    Date::new(year, month, day).expect("every month has 28 days")
}
