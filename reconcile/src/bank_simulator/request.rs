//! How the bank reads payment files. Deliberately its own: a mistake shared with the import path would hide itself.

use encoding_rs::GB18030;
use ledger::money::Money;
use ledger::period::Date;

use super::{Order, Refused};

pub(super) fn decoded(bytes: &[u8]) -> Result<String, Refused> {
    let text = GB18030.decode_without_bom_handling_and_without_replacement(bytes);
    text.map(std::borrow::Cow::into_owned).ok_or(Refused::Unreadable(1))
}

/// A head of eight parts, then one line of eight parts per payment, each ended by `|`.
pub(super) fn read_rcb(bytes: &[u8], today: Date) -> Result<Vec<Order>, Refused> {
    let text = decoded(bytes)?;
    let mut rows = text.lines().enumerate();
    let (_, head) = rows.next().ok_or(Refused::Unreadable(1))?;
    let head: Vec<&str> = head.trim_end_matches('|').split('|').collect();
    let [_, _, day, _, _, _, count, total] = head.as_slice() else {
        return Err(Refused::Unreadable(1));
    };
    if *day != today.to_compact() {
        return Err(Refused::OtherDay);
    }
    let mut orders = Vec::new();
    for (index, row) in rows {
        let unreadable = || Refused::Unreadable(index + 1);
        let parts: Vec<&str> = row.trim_end_matches('|').split('|').collect();
        let [number, name, amount, account, _, id_kind, id_number, _] = parts.as_slice() else {
            return Err(unreadable());
        };
        orders.push(Order {
            line: u32::try_from(index).map_err(|_| unreadable())?,
            number: (*number).to_owned(),
            name: (*name).to_owned(),
            account: (*account).to_owned(),
            amount: Money::parse_yuan(amount).map_err(|_| unreadable())?,
            remark: String::new(),
            id_kind: (*id_kind).to_owned(),
            id_number: (*id_number).to_owned(),
        });
    }
    let sum = Money::total(orders.iter().map(|order| order.amount)).map(Money::to_yuan);
    if count.parse() != Ok(orders.len()) || sum.as_deref() != Some(total) {
        return Err(Refused::SumsDiffer);
    }
    Ok(orders)
}

/// 姓名, 卡号, 应处理金额, 备注; a heading first.
pub(super) fn read_icbc(bytes: &[u8]) -> Result<Vec<Order>, Refused> {
    let text = decoded(bytes)?;
    let mut reader = csv::ReaderBuilder::new().from_reader(text.as_bytes());
    let mut orders = Vec::new();
    for (index, record) in reader.records().enumerate() {
        let unreadable = || Refused::Unreadable(index + 2);
        let record = record.map_err(|_| unreadable())?;
        let parts: Vec<&str> = record.iter().collect();
        let [name, account, amount, remark, ..] = parts.as_slice() else {
            return Err(unreadable());
        };
        orders.push(Order {
            line: u32::try_from(index + 1).map_err(|_| unreadable())?,
            number: String::new(),
            name: (*name).to_owned(),
            account: (*account).to_owned(),
            amount: Money::parse_yuan(amount).map_err(|_| unreadable())?,
            remark: (*remark).to_owned(),
            id_kind: String::new(),
            id_number: String::new(),
        });
    }
    Ok(orders)
}
