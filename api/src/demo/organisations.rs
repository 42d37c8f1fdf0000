//! Organisations that are paid in a person's place: who they are, and how the county enters them.

use ledger::act::Body;
use ledger::act::people::{NewAccount, OrganisationKind, OrganisationRegistered};
use ledger::ids::PersonId;
use ledger::vault::{AccountFields, Field, NewSubject};

use super::stage::{Stage, code, evidence};
use crate::desk::people::commitment;
use crate::failure::Failure;

/// An organisation as its papers say.
pub(super) struct Organisation {
    pub(super) kind: OrganisationKind,
    pub(super) name: &'static str,
    /// The credit code, with its check character.
    pub(super) uscc: &'static str,
    pub(super) account: &'static str,
    /// The paper that was shown.
    pub(super) papers: &'static str,
}

/// Registers it with its account.
pub(super) fn register(stage: &mut Stage<'_>, new: &Organisation) -> Result<PersonId, Failure> {
    let fields = AccountFields {
        number: new.account.to_owned(),
        bank_name: "青禾农村商业银行".to_owned(),
        holder_name: new.name.to_owned(),
    };
    let bank = fields.bank_name.clone();
    let registered = stage.desk.vault.register(NewSubject::Account(fields))?;
    let number_commit = commitment(&registered, Field::Number)?;
    let account = registered.account().expect("an account was registered");
    let organisation = PersonId::from_bytes(stage.id());
    let body = OrganisationRegistered {
        account: NewAccount { account, bank, number_commit },
        division: code("141199"),
        evidence: evidence(new.papers),
        kind: new.kind,
        name: new.name.to_owned(),
        organisation,
        uscc: new.uscc.to_owned(),
    };
    stage.sign("账户维护", Body::OrganisationRegistered(body))?;
    Ok(organisation)
}
