//! Acts about who may act: founding, units, persons in office, keys.

use crate::ids::{ActId, Commitment, Division, KeyId, OfficerId, Seq, UnitCode};
use crate::words::words;

use super::wire;

words! {
    /// What a person in office may do. Which act needs which role is a table in `law::authority`.
    Role {
        /// Registers units, persons in office and keys.
        Admin = "admin", "系统管理";
        /// Watches the books from outside the office.
        Inspector = "inspector", "纪检监督";
        /// Sets schemes, standards, exclusions and calendars.
        PolicySetter = "policy_setter", "政策制定";
        /// Records allotments, releases, contributions and moves of funds.
        FundKeeper = "fund_keeper", "资金登记";
        /// Registers people and reports account changes and deaths.
        Registrar = "registrar", "信息登记";
        /// Approves account changes.
        AccountApprover = "account_approver", "账户变更批准";
        /// Visits households.
        Surveyor = "surveyor", "入户调查";
        /// Reviews applications for the town.
        TownReviewer = "town_reviewer", "乡镇审核";
        /// Confirms entitlements for the county.
        CountyConfirmer = "county_confirmer", "县级确认";
        /// Draws rosters 造册.
        RosterMaker = "roster_maker", "造册";
        /// Checks rosters against the entitlements.
        RosterChecker = "roster_checker", "复核";
        /// Reviews rosters for the finance bureau.
        FinanceReviewer = "finance_reviewer", "财政审核";
        /// Approves rosters for payment.
        RosterApprover = "roster_approver", "审批";
        /// Releases payment files to the bank.
        Payer = "payer", "支付";
        /// Imports the bank's files and orders recoveries.
        Reconciler = "reconciler", "对账";
        /// Decides exceptions, reverses entries.
        Supervisor = "supervisor", "主管";
        /// Closes months.
        Accountant = "accountant", "会计";
        /// Issues bulletins.
        BulletinWriter = "bulletin_writer", "通报";
    }
}

words! {
    /// On whose side a unit stands.
    Side {
        /// The office that keeps these books.
        Office = "office", "主管部门";
        /// The finance bureau.
        Treasury = "treasury", "财政";
        /// A town or sub-district.
        Town = "town", "乡镇";
        /// Discipline inspection and audit: outside the office.
        Inspection = "inspection", "监督";
        /// An insurer, a bank, a donor.
        Partner = "partner", "合作单位";
    }
}

wire! {
    /// A public key and the person who holds it. Its canonical bytes are what possession and countersignatures cover.
    KeyRecord {
        /// Signature algorithm; `ed25519` in this version.
        alg: String,
        /// The holder.
        officer: OfficerId,
        /// The public key, base64 of 32 bytes.
        public: String,
    }

    /// A root key as the founding act lists it.
    RootKey {
        /// The key's own signature over its record (docs/format/log.md §4).
        possession: String,
        /// The key and its holder.
        record: KeyRecord,
    }

    /// `ledger.founded`: entry 0.
    Founded {
        /// The county's division code.
        county: Division,
        /// Root keys; at least one of the office and one of the inspection side.
        keys: Vec<RootKey>,
        /// The log's verifier key in signed-note form.
        log_key: String,
        /// The ledger's name for people.
        name: String,
        /// The holders of the root keys.
        officers: Vec<OfficerAppointed>,
        /// Their units.
        units: Vec<UnitRegistered>,
    }

    /// `unit.registered`: a unit 单位, or its new name or side.
    UnitRegistered {
        /// Its name.
        name: String,
        /// On whose side it stands.
        side: Side,
        /// The town it covers, if it is a town's.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        town: Option<Division>,
        /// Its code.
        unit: UnitCode,
    }

    /// `officer.appointed`: a person in office, or that person's new post and roles.
    OfficerAppointed {
        /// Commitment to the name.
        name_commit: Commitment,
        /// The person.
        officer: OfficerId,
        /// The post as people call it, without the person's name.
        post: String,
        /// What the person may do from here on; replaces earlier roles.
        roles: Vec<Role>,
        /// The unit.
        unit: UnitCode,
    }

    /// `officer.dismissed`: the person signs nothing any more.
    OfficerDismissed {
        /// The person.
        officer: OfficerId,
        /// Why.
        reason: String,
    }

    /// A countersignature under a key record.
    Countersign {
        /// The countersigning key.
        key: KeyId,
        /// Base64 signature over the record (docs/format/log.md §4).
        sig: String,
    }

    /// `key.enrolled`: a key for a person in office.
    KeyEnrolled {
        /// Two countersignatures, one from the inspection side.
        countersigned: Vec<Countersign>,
        /// The new key's own signature over its record.
        possession: String,
        /// The key and its holder.
        record: KeyRecord,
    }

    /// `key.revoked`: the key signs nothing any more.
    KeyRevoked {
        /// First entry at which the key may have been in other hands, if it was.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        compromised_since: Option<Seq>,
        /// The key.
        key: KeyId,
        /// Why.
        reason: String,
    }

    /// `key.rotated`: another key for the person who signs, beside the one that signs; both are valid from here on.
    KeyRotated {
        /// Countersignatures, at least one from the inspection side.
        countersigned: Vec<Countersign>,
        /// The new key's own signature over its record.
        possession: String,
        /// The new key; its holder is the signer.
        record: KeyRecord,
    }

    /// `acts.reconfirmed` and `acts.disowned`: what the signer says of acts that need reconfirmation.
    ActsAnswered {
        /// The acts.
        acts: Vec<ActId>,
        /// Countersignatures over acts and reason; needed where another person answers for one who is gone.
        countersigned: Vec<Countersign>,
        /// On what ground.
        reason: String,
    }

    /// `log_key.announced`: another key that signs checkpoints from here on, beside the one before.
    LogKeyAnnounced {
        /// Countersignatures over the verifier key, at least one from the inspection side.
        countersigned: Vec<Countersign>,
        /// Signature over the verifier key by a log key that is valid here (docs/format/log.md §7).
        handover: String,
        /// The new key's own signature over its verifier key.
        possession: String,
        /// The new verifier key in signed-note form.
        vkey: String,
    }

    /// `log_key.retired`: the key signs no checkpoint that covers this act.
    LogKeyRetired {
        /// Countersignatures over the verifier key, at least one from the inspection side.
        countersigned: Vec<Countersign>,
        /// Why.
        reason: String,
        /// The verifier key.
        vkey: String,
    }
}
