//! Acts about people: registration, account changes, deaths. Only commitments and random ids, never a name.

use crate::ids::{AccountId, ActId, Commitment, Digest, PersonId};
use crate::period::Date;

use super::{Manifest, wire};

wire! {
    /// `people.registered`: households, persons and accounts (lines `household`, `person`, `account`).
    PeopleRegistered {
        /// Digest of the file they came from, if from a file.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        file: Option<Digest>,
        /// The lines.
        manifest: Manifest,
        /// Where the data comes from, in words.
        source: String,
    }

    /// An account as an account change states it.
    NewAccount {
        /// Its id.
        account: AccountId,
        /// The bank's name.
        bank: String,
        /// Commitment to its number.
        number_commit: Commitment,
    }

    /// `account.changed`: a person's benefit account is to be another one. Takes effect when approved.
    AccountChanged {
        /// Digest of the application form and proof.
        evidence: Digest,
        /// The new account.
        new: NewAccount,
        /// The account so far, if there was one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        old: Option<AccountId>,
        /// Whose.
        person: PersonId,
        /// Why.
        reason: String,
    }

    /// `account.change_approved`: by another person than the one who made the change.
    AccountChangeApproved {
        /// The change: its id binds its content.
        change: ActId,
    }

    /// `person.died`: nothing is payable for months after this date.
    PersonDied {
        /// Day of death.
        date: Date,
        /// Digest of the proof.
        evidence: Digest,
        /// Who.
        person: PersonId,
    }
}
