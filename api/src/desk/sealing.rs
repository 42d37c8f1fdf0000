//! Acts written by hand whose personal fields must not stand in them: the fields go into the vault,
//! ids and commitments come back into the act.

use ledger::act::offices::Role;
use ledger::check_digits::IdNo;
use ledger::ids::{BankAccountCode, PersonId};
use ledger::vault::{
    AccountFields, Field, NewSubject, OfficerFields, ProgrammeAccountFields, Registered, Subject,
    VaultFailure,
};
use serde_json::{Map, Value, json};

use super::Office;
use super::people::{commitment, settle};
use crate::failure::Failure;

/// A kind of act that takes private fields.
pub struct Private {
    /// The kind.
    pub kind: &'static str,
    /// The names of those fields.
    pub fields: &'static [&'static str],
    /// Whose act it is: nobody else's fields go into the vault.
    pub role: Role,
}

/// Kinds of acts that take private fields.
pub const PRIVATE: &[Private] = &[
    Private {
        kind: "bank_account.opened",
        fields: &["number", "holder_name"],
        role: Role::FundKeeper,
    },
    Private {
        kind: "account.changed",
        fields: &["number", "bank_name", "holder_name"],
        role: Role::Registrar,
    },
    Private {
        kind: "organisation.registered",
        fields: &["number", "bank_name", "holder_name"],
        role: Role::Registrar,
    },
    Private { kind: "officer.appointed", fields: &["name", "id_no"], role: Role::Admin },
];

/// What a kind of act takes of private fields.
///
/// # Errors
/// It takes none.
pub fn of_kind(kind: &str) -> Result<&'static Private, Failure> {
    PRIVATE.iter().find(|known| known.kind == kind).ok_or_else(|| {
        let kinds: Vec<&str> = PRIVATE.iter().map(|known| known.kind).collect();
        Failure::usage(format!("{kind}不带 private；只有{}带。", kinds.join("、")))
    })
}

/// What an act would state with its private fields filled in, under ids and commitments that stand for nothing: for the rules to
/// judge before anything goes into the vault.
///
/// # Errors
/// The machine gives no randomness.
pub fn pretended(kind: &str, body: &Map<String, Value>) -> Result<Map<String, Value>, Failure> {
    let mut body = body.clone();
    let nothing = "0".repeat(64);
    let mut stated = match kind {
        "bank_account.opened" => json!({ "number_commit": nothing }),
        "account.changed" => {
            json!({ "new": { "account": "$random", "bank": "-", "number_commit": nothing } })
        }
        "organisation.registered" => {
            json!({ "account": { "account": "$random", "bank": "-", "number_commit": nothing } })
        }
        _ => json!({ "officer": "$random", "name_commit": nothing }),
    };
    draw_ids(&mut stated)?;
    if let Value::Object(stated) = stated {
        body.extend(stated);
    }
    Ok(body)
}

/// Registers an act's private fields in the vault and fills in what the act needs of them.
///
/// # Errors
/// The kind takes no private fields, one is missing or unknown, or the vault fails.
pub fn fill(
    office: Office<'_>,
    kind: &str,
    body: &mut Map<String, Value>,
    private: &Map<String, Value>,
) -> Result<(), Failure> {
    let names = of_kind(kind)?.fields;
    if let Some(unknown) = private.keys().find(|key| !names.contains(&key.as_str())) {
        return Err(Failure::usage(format!(
            "private 里没有“{unknown}”；应为{}。",
            names.join("、")
        )));
    }
    let text = |name: &str| {
        let found = private.get(name).and_then(Value::as_str);
        let found = found.filter(|text| !text.trim().is_empty());
        found
            .map(str::to_owned)
            .ok_or_else(|| Failure::usage(format!("缺{}（{name}）。", spoken(name))))
    };
    match kind {
        "bank_account.opened" => {
            let code = body.get("code").and_then(Value::as_str).unwrap_or_default();
            let code: BankAccountCode =
                code.parse().map_err(|why| Failure::usage(format!("code：{why}")))?;
            let (number, holder_name) = (text("number")?, text("holder_name")?);
            let fields = ProgrammeAccountFields { number, holder_name };
            let known = programme_account(office, code, fields)?;
            put(body, "number_commit", &known, Field::Number)
        }
        "account.changed" | "organisation.registered" => {
            let (number, bank_name) = (text("number")?, text("bank_name")?);
            let fields = AccountFields { number, bank_name, holder_name: text("holder_name")? };
            let is_number = fields.number.bytes().all(|byte| byte.is_ascii_digit());
            if !is_number || !(8..=32).contains(&fields.number.len()) {
                return Err(Failure::usage("账号应为8至32位数字。"));
            }
            let bank = fields.bank_name.clone();
            let known = settle(office, NewSubject::Account(fields))?;
            let number_commit = commitment(&known, Field::Number)?;
            let account =
                json!({ "account": known.account(), "bank": bank, "number_commit": number_commit });
            if kind == "account.changed" {
                body.insert("new".to_owned(), account);
                fill_current(office, body);
            } else {
                body.insert("account".to_owned(), account);
            }
            Ok(())
        }
        _ => {
            let fields = OfficerFields { name: text("name")?, id_no: text("id_no")? };
            IdNo::read(&fields.id_no).map_err(|why| Failure::usage(format!("身份证号：{why}")))?;
            let known = settle(office, NewSubject::Officer(fields))?;
            body.insert("officer".to_owned(), json!(known.officer()));
            put(body, "name_commit", &known, Field::Name)
        }
    }
}

/// A programme account that no act named yet can have been written down wrongly: what stands in the vault is put right.
fn programme_account(
    office: Office<'_>,
    code: BankAccountCode,
    fields: ProgrammeAccountFields,
) -> Result<Registered, Failure> {
    let subject = Subject::ProgrammeAccount(code.clone());
    let is_taken = office.books.funds.accounts.contains_key(&code);
    let number = fields.number.clone();
    let new = NewSubject::ProgrammeAccount(code, fields);
    match office.vault.register(new.clone()) {
        Err(VaultFailure::Conflict(other)) if other == subject && !is_taken => {
            office.vault.amend(&subject, Field::Number, &number)?;
            settle(office, new)
        }
        Err(why) => Err(why.into()),
        Ok(_) => settle(office, new),
    }
}

fn spoken(name: &str) -> &'static str {
    match name {
        "number" => "账号",
        "bank_name" => "开户银行",
        "holder_name" => "户名",
        "name" => "姓名",
        _ => "证件号码",
    }
}

fn put(
    body: &mut Map<String, Value>,
    key: &str,
    known: &Registered,
    field: Field,
) -> Result<(), Failure> {
    body.insert(key.to_owned(), json!(commitment(known, field)?));
    Ok(())
}

/// Names the account so far, where an account change does not.
pub fn fill_current(office: Office<'_>, body: &mut Map<String, Value>) {
    let person = body.get("person").and_then(Value::as_str).unwrap_or_default();
    let known = person.parse::<PersonId>().ok();
    let known = known.and_then(|person| office.books.people.payee(person));
    if let Some(current) = known.and_then(|payee| payee.account()) {
        body.entry("old").or_insert(json!(current));
    }
}

/// Puts fresh random ids where the act says `$random`, and tells of each under which key it stands.
///
/// # Errors
/// The machine gives no randomness.
pub fn draw_ids(value: &mut Value) -> Result<Vec<(String, String)>, Failure> {
    let mut drawn = Vec::new();
    draw(value, "", &mut drawn)?;
    Ok(drawn)
}

fn draw(value: &mut Value, key: &str, drawn: &mut Vec<(String, String)>) -> Result<(), Failure> {
    match value {
        Value::String(text) if text == "$random" => {
            let mut bytes = [0; 16];
            getrandom::fill(&mut bytes).map_err(|why| Failure::usage(format!("{why}")))?;
            *text = hex::encode(bytes);
            drawn.push((key.to_owned(), text.clone()));
            Ok(())
        }
        Value::Array(items) => items.iter_mut().try_for_each(|item| draw(item, key, drawn)),
        Value::Object(fields) => {
            fields.iter_mut().try_for_each(|(key, value)| draw(value, key, drawn))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Ok(()),
    }
}
