//! Payees on a batch page: masked names and numbers. Of each person the name alone is opened, of each account the number alone;
//! the reading is recorded.

use std::collections::{BTreeMap, BTreeSet};

use ledger::books::payments::Payment;
use ledger::ids::{AccountId, PersonId};
use ledger::vault::AccessNote;

use super::masking::{in_place, masked_name, masked_number};
use crate::desk::Office;
use crate::failure::Failure;

/// Who is paid, as it is shown.
pub(super) struct Payees {
    names: BTreeMap<PersonId, String>,
    numbers: BTreeMap<AccountId, String>,
}

impl Payees {
    /// Reads the payees of some payments; of none, nothing is read.
    ///
    /// # Errors
    /// The vault cannot be read, or is damaged.
    pub(super) fn of<'p>(
        office: Office<'_>,
        payments: impl Iterator<Item = &'p Payment> + Clone,
        note: &AccessNote,
    ) -> Result<Payees, Failure> {
        // An organisation stands in the log by name; only its account's number is in the vault.
        let organisations = &office.books.people.organisations;
        let all: BTreeSet<PersonId> = payments.clone().map(|payment| payment.payee).collect();
        let registered =
            all.iter().filter_map(|id| Some((*id, organisations.get(id)?.name.clone())));
        let mut names: BTreeMap<PersonId, String> = registered.collect();
        let persons: Vec<PersonId> =
            all.iter().filter(|id| !organisations.contains_key(id)).copied().collect();
        let accounts: BTreeSet<AccountId> = payments.map(|payment| payment.account).collect();
        let accounts: Vec<AccountId> = accounts.into_iter().collect();
        let (read, of_accounts) =
            office.vault.read_names_and_numbers((&persons, &accounts), note)?;
        for (id, read) in persons.iter().zip(read) {
            let shown = read.map(|name| masked_name(&name));
            names.insert(*id, shown.or_else(|why| in_place(why).map(str::to_owned))?);
        }
        let mut numbers = BTreeMap::new();
        for (id, read) in accounts.iter().zip(of_accounts) {
            let shown = read.map(|number| masked_number(&number));
            numbers.insert(*id, shown.or_else(|why| in_place(why).map(str::to_owned))?);
        }
        Ok(Payees { names, numbers })
    }

    /// The name and number of one payment; nothing where they were not read.
    pub(super) fn find(&self, payment: &Payment) -> Option<(&str, &str)> {
        Some((self.names.get(&payment.payee)?, self.numbers.get(&payment.account)?))
    }
}
