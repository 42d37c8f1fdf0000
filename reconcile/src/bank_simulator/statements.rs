//! How the bank writes account statements.

use ledger::money::Money;
use ledger::period::Date;

use super::replies::csv_gb18030;
use super::{Account, BankFile, Booking, Refused};

/// Which bank's statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StatementForm {
    /// `stmt-ccb`
    Ccb,
    /// `stmt-icbc`
    Icbc,
}

const CCB: [&str; 9] = [
    "账户明细编号-交易流水号",
    "交易时间",
    "借方发生额（支取）",
    "贷方发生额（收入）",
    "余额",
    "对方户名",
    "对方账号",
    "摘要",
    "备注",
];

const ICBC: [&str; 13] = [
    "凭证号",
    "本方账号",
    "对方账号",
    "交易时间",
    "借/贷",
    "借方发生额",
    "贷方发生额",
    "对方行号",
    "摘要",
    "用途",
    "对方单位名称",
    "余额",
    "个性化信息",
];

pub(super) fn write(
    account: &Account,
    form: StatementForm,
    from: Date,
    to: Date,
) -> Result<BankFile, Refused> {
    let heading = |titles: &[&str]| titles.iter().map(|title| (*title).to_owned()).collect();
    let mut rows: Vec<Vec<String>> = match form {
        StatementForm::Ccb => {
            vec![vec![format!("账　　号：{}", account.number)], heading(&CCB)]
        }
        StatementForm::Icbc => vec![vec!["历史明细查询结果".to_owned()], heading(&ICBC)],
    };
    let mut bookings: Vec<&Booking> = account.bookings.iter().collect();
    // In the order of days, and within a day as they were booked.
    bookings.sort_by_key(|booking| booking.date);
    let mut balance = account.opening;
    for (index, booking) in (1_u32..).zip(bookings) {
        let sum = balance.checked_add(booking.change);
        balance = sum.ok_or_else(|| Refused::Unwritable("余额超出范围".to_owned()))?;
        if (from..=to).contains(&booking.date) {
            rows.push(match form {
                StatementForm::Ccb => ccb_row(index, booking, balance),
                StatementForm::Icbc => icbc_row(index, &account.number, booking, balance),
            });
        }
    }
    let name = format!("流水{}-{}.csv", from.to_compact(), to.to_compact());
    Ok(BankFile { name, bytes: csv_gb18030(&rows)? })
}

/// Debit, credit and whether it is a debit.
fn sides(booking: &Booking) -> (String, String, bool) {
    if booking.change.is_negative() {
        let debit = booking.change.checked_neg().unwrap_or(booking.change);
        return (debit.to_yuan(), String::new(), true);
    }
    (String::new(), booking.change.to_yuan(), false)
}

/// Some time of a working day, later for later rows.
fn time(index: u32) -> String {
    format!("{:02}:{:02}:{:02}", 9 + index / 60 % 8, index % 60, index * 7 % 60)
}

fn ccb_row(index: u32, booking: &Booking, balance: Money) -> Vec<String> {
    let (debit, credit, _) = sides(booking);
    vec![
        format!("1-{index:04}"),
        format!("{} {}", booking.date.to_compact(), time(index)),
        debit,
        credit,
        balance.to_yuan(),
        booking.counterparty_name.clone(),
        booking.counterparty_account.clone(),
        booking.summary.clone(),
        booking.remark.clone(),
    ]
}

fn icbc_row(index: u32, number: &str, booking: &Booking, balance: Money) -> Vec<String> {
    let (debit, credit, is_debit) = sides(booking);
    vec![
        format!("{index:08}"),
        number.to_owned(),
        booking.counterparty_account.clone(),
        format!("{} {}", booking.date, time(index)),
        if is_debit { "借" } else { "贷" }.to_owned(),
        debit,
        credit,
        String::new(),
        booking.summary.clone(),
        String::new(),
        booking.counterparty_name.clone(),
        balance.to_yuan(),
        booking.remark.clone(),
    ]
}
