//! Registering people: fields into the vault, ids and commitments into the log.

use ledger::act::Body;
use ledger::act::offices::Role;
use ledger::act::people::{AccountChanged, NewAccount, PeopleRegistered};
use ledger::engine::Receipt;
use ledger::ids::{AccountId, Commitment, Digest, Division, HouseholdId, PersonId};
use ledger::line::{AccountLine, HouseholdLine, Line, PersonLine};
use ledger::rejection::Rejection;
use ledger::signer::Signer;
use ledger::vault::{AccountFields, Field, NewSubject, PersonFields, Registered, Subject};

use super::{Desk, Draft, Office};
use crate::failure::Failure;

/// A household as a file or a generator gives it.
pub struct NewHousehold {
    /// Its id, made by the caller at random.
    pub household: HouseholdId,
    /// Village or town.
    pub division: Division,
    /// True if it is registered already, and these are members who join it.
    pub is_known: bool,
    /// Members; of a new household the first is its head.
    pub members: Vec<PersonFields>,
    /// Accounts, each with the index of the member who holds it.
    pub accounts: Vec<(usize, AccountFields)>,
}

/// What became of a household: the ids that the log knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownHousehold {
    /// The household.
    pub household: HouseholdId,
    /// Its members in the order given.
    pub members: Vec<PersonId>,
    /// Its accounts in the order given.
    pub accounts: Vec<AccountId>,
}

/// Registers households with one signature.
///
/// # Errors
/// A rule says no, or the machine fails.
pub fn register(
    desk: &mut Desk,
    key: &dyn Signer,
    source: &str,
    file: Option<Digest>,
    households: Vec<NewHousehold>,
) -> Result<(Receipt, Vec<KnownHousehold>), Failure> {
    may_sign(desk, key)?;
    let (draft, known) = registration(desk.office(), source, file, households)?;
    Ok((desk.sign_draft(key, &draft)?, known))
}

/// Puts households into the vault and makes the act that registers them: only for who may sign it.
///
/// # Errors
/// The vault knows somebody otherwise, or fails.
pub fn registration(
    office: Office<'_>,
    source: &str,
    file: Option<Digest>,
    households: Vec<NewHousehold>,
) -> Result<(Draft, Vec<KnownHousehold>), Failure> {
    let mut subjects = Vec::new();
    let mut shapes = Vec::new();
    for household in households {
        let banks = household.accounts.iter();
        let banks = banks.map(|(holder, fields)| (*holder, fields.bank_name.clone()));
        let banks: Vec<(usize, String)> = banks.collect();
        let new = (!household.is_known).then_some(household.division);
        shapes.push((household.household, new, household.members.len(), banks));
        subjects.extend(household.members.into_iter().map(NewSubject::Person));
        let accounts = household.accounts.into_iter();
        subjects.extend(accounts.map(|(_, fields)| NewSubject::Account(fields)));
    }
    let mut registered = settled(office, &subjects)?.into_iter();
    let mut lines = Vec::new();
    let mut known = Vec::new();
    for (household, new, size, banks) in shapes {
        let mut one = KnownHousehold { household, members: Vec::new(), accounts: Vec::new() };
        for _ in 0..size {
            let person = next(&mut registered)?;
            let id = person.person().ok_or_else(out_of_step)?;
            lines.push(Line::Person(PersonLine {
                household,
                id_no_commit: commitment(&person, Field::IdNo)?,
                name_commit: commitment(&person, Field::Name)?,
                person: id,
            }));
            one.members.push(id);
        }
        for (holder, bank) in banks {
            let account = next(&mut registered)?;
            let id = account.account().ok_or_else(out_of_step)?;
            let holder = one.members.get(holder).copied().ok_or_else(out_of_step)?;
            let number_commit = commitment(&account, Field::Number)?;
            lines.push(Line::Account(AccountLine { account: id, bank, holder, number_commit }));
            one.accounts.push(id);
        }
        let head = one.members.first().copied().ok_or_else(out_of_step)?;
        let begun = |division| Line::Household(HouseholdLine { division, head, household });
        lines.extend(new.map(begun));
        known.push(one);
    }
    let source = source.to_owned();
    let draft = Draft::over(lines, |manifest| {
        Body::PeopleRegistered(PeopleRegistered { file, manifest, source })
    })?;
    Ok((draft, known))
}

/// Who may not register people is told so before anything goes into the vault.
///
/// # Errors
/// The key is not valid, or its holder's post does not carry the role.
pub fn may_sign(desk: &Desk, key: &dyn Signer) -> Result<(), Failure> {
    let id = ledger::act::signed::key_id(&key.public());
    let officer = desk.books().valid_key(id)?.officer;
    let roles = desk.books().offices.officers.get(&officer).map(|known| &known.roles);
    if roles.is_some_and(|roles| roles.contains(&Role::Registrar)) {
        return Ok(());
    }
    let (kind, role) = ("人员登记", Role::Registrar.chinese());
    Err(Rejection::RoleMissing { kind, role }.into())
}

/// Puts a new account into the vault and proposes it as a person's benefit account.
///
/// # Errors
/// A rule says no, or the machine fails.
pub fn change_account(
    desk: &mut Desk,
    key: &dyn Signer,
    person: PersonId,
    account: AccountFields,
    evidence: Digest,
    reason: &str,
) -> Result<Receipt, Failure> {
    let bank = account.bank_name.clone();
    let registered = settle(desk.office(), NewSubject::Account(account))?;
    let new = NewAccount {
        account: registered.account().ok_or_else(out_of_step)?,
        bank,
        number_commit: commitment(&registered, Field::Number)?,
    };
    let old = desk.books().people.payee(person).and_then(|payee| payee.account());
    let reason = reason.to_owned();
    let body = AccountChanged { evidence, new, old, person, reason };
    desk.sign(key, Body::AccountChanged(body))
}

/// A commitment that a registration gave.
pub(crate) fn commitment(registered: &Registered, field: Field) -> Result<Commitment, Failure> {
    registered.commitments.get(&field).copied().ok_or_else(out_of_step)
}

/// Registers a subject. What the vault knows of one that the log never took (its act was refused) is put right first:
/// nothing rests on it yet.
pub(crate) fn settle(office: Office<'_>, new: NewSubject) -> Result<Registered, Failure> {
    let registered = office.vault.register(new.clone())?;
    let people = &office.books.people;
    let is_taken = match &registered.subject {
        Subject::Person(id) => people.persons.contains_key(id),
        Subject::Account(id) => {
            let is_proposed =
                people.changes.values().any(|change| change.changed.new.account == *id);
            people.accounts.contains_key(id) || is_proposed
        }
        Subject::Officer(id) => office.books.offices.officers.contains_key(id),
        Subject::ProgrammeAccount(code) => office.books.funds.accounts.contains_key(code),
        Subject::File(_) | Subject::Remark(_) => true,
    };
    if registered.differs.is_empty() || is_taken {
        return agrees(registered);
    }
    let values = new.values()?;
    for field in &registered.differs {
        if let Some(text) = values.get(field) {
            office.vault.amend(&registered.subject, *field, text)?;
        }
    }
    agrees(office.vault.register(new)?)
}

/// The same for many subjects at once.
fn settled(office: Office<'_>, subjects: &[NewSubject]) -> Result<Vec<Registered>, Failure> {
    let registered = office.vault.register_all(subjects)?.into_iter().zip(subjects);
    let settled = registered.map(|(registered, new)| {
        if registered.differs.is_empty() { Ok(registered) } else { settle(office, new.clone()) }
    });
    settled.collect()
}

fn next(registered: &mut impl Iterator<Item = Registered>) -> Result<Registered, Failure> {
    agrees(registered.next().ok_or_else(out_of_step)?)
}

/// What was registered before must say the same now: the vault keeps the first content, and payments would carry it.
pub(crate) fn agrees(registered: Registered) -> Result<Registered, Failure> {
    if registered.differs.is_empty() {
        return Ok(registered);
    }
    let fields: Vec<&str> = registered.differs.iter().map(|field| field.chinese()).collect();
    Err(Failure::Machine {
        code: "vault.differs".to_owned(),
        text: format!(
            "{}此前登记过，但{}与这次不同，一项也没有登记。请核对证件：以前写错的，先更正保险库。",
            registered.subject,
            fields.join("、")
        ),
        exit: 1,
    })
}

fn out_of_step() -> Failure {
    Failure::Machine {
        code: "vault.out_of_step".to_owned(),
        text: "保险库返回的登记结果与请求不一致。请停止使用并联系维护人员。".to_owned(),
        exit: 3,
    }
}
