//! Whom a row is about: the parts that a response line and a refund line share.

use compact_str::CompactString;
use ledger::ids::{BatchCode, PaymentRef};
use ledger::money::Money;

use crate::cells::RowReader;
use crate::difference::Difference;
use crate::names::{account_key, narrow};
use crate::problem::Code;
use crate::profile::{Layout, Role};

/// So many letters and digits our reference has.
const REFERENCE_LENGTH: usize = 12;

/// The parts that a response line and a refund line share.
pub(crate) struct Payee {
    pub(crate) reference: Option<PaymentRef>,
    pub(crate) account_no: CompactString,
    pub(crate) name: CompactString,
    pub(crate) amount: Money,
    pub(crate) doubt: Option<Difference>,
}

pub(crate) fn read_payee(
    layout: &Layout,
    row: &mut RowReader<'_>,
    batch: Option<&BatchCode>,
) -> Option<Payee> {
    let (reference, doubt) = reference(layout, row, batch);
    let account_no = row.text(Role::Account).map(|account| account_key(account).into());
    let name = row.text(Role::Name).map(CompactString::from);
    // A notice that names payments by our reference alone has no such columns.
    let absent = |role| layout.field(role).is_none().then(CompactString::default);
    let (account_no, name) =
        (account_no.or_else(|| absent(Role::Account)), name.or_else(|| absent(Role::Name)));
    let amount = row.money(Role::Amount);
    if let Some(amount) = amount {
        if !amount.is_positive() {
            row.refuse(Code::ValueNotPositive, Role::Amount, &amount.to_yuan(), "");
        }
        if let Some(limit) = layout.amount_limit.filter(|limit| amount > *limit) {
            let most = format!("至多{}元", limit.to_grouped_yuan());
            row.refuse(Code::ValueAboveLimit, Role::Amount, &amount.to_yuan(), &most);
        }
    }
    Some(Payee { reference, account_no: account_no?, name: name?, amount: amount?, doubt })
}

/// A remark that is not a reference is a remark, unless it is as long as one and of the same letters: then somebody must look at
/// it. A running number that is none is a problem.
fn reference(
    layout: &Layout,
    row: &mut RowReader<'_>,
    batch: Option<&BatchCode>,
) -> (Option<PaymentRef>, Option<Difference>) {
    if layout.field(Role::Number).is_none() {
        let Some(text) = row.text(Role::Reference) else { return (None, None) };
        if let Ok(reference) = text.parse() {
            return (Some(reference), None);
        }
        let narrowed = text.chars().map(narrow).collect::<String>();
        let narrowed = narrowed.trim();
        let is_code = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit();
        let is_damaged = narrowed.len() == REFERENCE_LENGTH && narrowed.bytes().all(is_code);
        return match narrowed.parse() {
            Ok(reference) => (Some(reference), None),
            Err(_) => (None, is_damaged.then_some(Difference::Reference)),
        };
    }
    let Some(number) = row.integer(Role::Number) else { return (None, None) };
    // Without the batch the file has its one problem already.
    let reference = batch.and_then(|batch| PaymentRef::new(batch.clone(), number));
    if reference.is_none() && batch.is_some() {
        row.refuse(Code::ValueNotANumber, Role::Number, &number.to_string(), "1至9999999");
    }
    (reference, None)
}
