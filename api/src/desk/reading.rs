//! What the desk reads out of the vault for a payment file or a comparison: payees with their accounts. Each reading is recorded.

use std::collections::{BTreeSet, HashMap};

use ledger::books::Books;
use ledger::ids::{AccountId, PaymentRef, PersonId};
use ledger::vault::{AccessNote, AccountFields, PersonFields};

use super::Office;
use crate::failure::Failure;

/// The fields behind the payments of some batches.
pub struct Payees {
    persons: HashMap<PersonId, PersonFields>,
    accounts: HashMap<AccountId, AccountFields>,
}

impl Payees {
    /// Reads the payee and account of each payment, every one once.
    ///
    /// # Errors
    /// A payment is not in the books, or the vault cannot be read.
    pub fn of(
        office: Office<'_>,
        references: &[PaymentRef],
        note: &AccessNote,
    ) -> Result<Payees, Failure> {
        let mut persons = BTreeSet::new();
        let mut accounts = BTreeSet::new();
        for reference in references {
            if let Some((_, payment)) = office.books.payments.find(reference) {
                persons.insert(payment.payee);
                accounts.insert(payment.account);
            }
        }
        // An organisation stands in the log by name; only its account number is in the vault.
        let organisations = &office.books.people.organisations;
        let (known, persons): (Vec<PersonId>, Vec<PersonId>) =
            persons.into_iter().partition(|id| organisations.contains_key(id));
        let known = known.into_iter().filter_map(|id| Some((id, organisations.get(&id)?)));
        let organisations: Vec<_> = known
            .map(|(id, known)| {
                let (name, id_no) = (known.name.clone(), known.uscc.clone());
                (id, PersonFields { name, id_no, phone: None, address: None })
            })
            .collect();
        let accounts: Vec<AccountId> = accounts.into_iter().collect();
        let asked = (persons.as_slice(), accounts.as_slice());
        let (read, of_accounts) = office.vault.read_persons_and_accounts(asked, note)?;
        let read = persons.into_iter().zip(read).map(|(id, fields)| Ok((id, fields?)));
        let mut persons: HashMap<_, _> = read.collect::<Result<_, Failure>>()?;
        persons.extend(organisations);
        let read = accounts.into_iter().zip(of_accounts).map(|(id, fields)| Ok((id, fields?)));
        Ok(Payees { persons, accounts: read.collect::<Result<_, Failure>>()? })
    }

    /// The payee and account of one payment.
    #[must_use]
    pub fn find(
        &self,
        books: &Books,
        reference: &PaymentRef,
    ) -> Option<(&PersonFields, &AccountFields)> {
        let (_, payment) = books.payments.find(reference)?;
        Some((self.persons.get(&payment.payee)?, self.accounts.get(&payment.account)?))
    }
}
