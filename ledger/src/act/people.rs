//! Acts about people and others who are paid: registration, account changes, deaths, who receives for whom. Of people only
//! commitments and random ids, never a name; organisations stand in public registers and are named.

use crate::ids::{AccountId, ActId, Commitment, Digest, Division, HouseholdId, PersonId};
use crate::period::Date;
use crate::words::words;

use super::{Manifest, wire};

words! {
    /// What an organisation is that may be paid instead of the person who is helped.
    OrganisationKind {
        /// Cares for people who live in it 供养机构.
        Institution = "institution", "供养机构";
        /// Builds and repairs 施工单位.
        Contractor = "contractor", "施工单位";
        /// Trains 培训机构.
        School = "school", "培训机构";
        /// Treats the sick 医疗机构.
        Hospital = "hospital", "医疗机构";
        /// Delivers goods or services 供货单位.
        Supplier = "supplier", "供货单位";
    }
}

words! {
    /// How the stay of a person found without means ended 安置去向.
    Settlement {
        /// Travelled home 返乡.
        Home = "home", "返乡";
        /// Fetched by the family 亲属接领.
        Family = "family", "亲属接领";
        /// Taken in by an institution 机构安置.
        Institution = "institution", "机构安置";
        /// Taken to a hospital 送医救治.
        Hospital = "hospital", "送医救治";
    }
}

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

    /// `organisation.registered`: an organisation that may be paid, with its account.
    OrganisationRegistered {
        /// Its account.
        account: NewAccount,
        /// Where it is registered.
        division: Division,
        /// Digest of its certificate.
        evidence: Digest,
        /// What it is.
        kind: OrganisationKind,
        /// Its name as registered.
        name: String,
        /// Its id, of the kind that payees have.
        organisation: PersonId,
        /// Its unified social credit code 统一社会信用代码 (GB 32100).
        uscc: String,
    }

    /// `organisation.closed`: an organisation is paid for no month after this day any more 机构停用.
    OrganisationClosed {
        /// Last day.
        date: Date,
        /// Digest of the proof.
        evidence: Digest,
        /// The organisation.
        organisation: PersonId,
        /// Why.
        reason: String,
    }

    /// `payee.authorised`: a person outside the household receives for another 代领备案: a guardian, a relative.
    PayeeAuthorised {
        /// Digest of the agreement.
        evidence: Digest,
        /// First day.
        from: Date,
        /// Who receives.
        payee: PersonId,
        /// For whom.
        person: PersonId,
        /// Why.
        reason: String,
        /// Last day. A later act about the same two persons counts from its first day on.
        until: Date,
    }

    /// `person.found`: a person without papers and household is helped 救助流浪乞讨人员; the person is a household of one.
    PersonFound {
        /// Where.
        division: Division,
        /// Digest of the record.
        evidence: Digest,
        /// When.
        found: Date,
        /// The household of one.
        household: HouseholdId,
        /// The person.
        person: PersonId,
    }

    /// `person.settled`: how it ended for a person who was found.
    PersonSettled {
        /// Digest of the proof.
        evidence: Digest,
        /// How.
        how: Settlement,
        /// The person.
        person: PersonId,
        /// When.
        settled: Date,
    }

    /// `person.identified`: a person who was found is one who is registered; from here on both are one.
    PersonIdentified {
        /// Digest of the proof.
        evidence: Digest,
        /// The registered person.
        known: PersonId,
        /// The person who was found.
        person: PersonId,
    }
}
