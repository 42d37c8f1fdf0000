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
    /// `stmt-icbc-b`
    IcbcB,
    /// `stmt-abc`
    Abc,
    /// `stmt-psbc`
    Psbc,
    /// `stmt-cbhb`
    Cbhb,
}

const ICBC_B: [&str; 10] = [
    "交易时间",
    "本方账号",
    "对方单位",
    "对方账号",
    "摘要",
    "附言",
    "用途",
    "转出金额",
    "转入金额",
    "余额",
];

const ABC: [&str; 7] =
    ["交易时间", "对方户名", "对方账号", "收入金额", "支出金额", "账户余额", "摘要"];

const PSBC: [&str; 11] = [
    "交易流水号",
    "交易日期",
    "交易时间",
    "对方户名",
    "对方账号",
    "摘要",
    "用途",
    "附言",
    "支出金额",
    "收入金额",
    "余额",
];

const CBHB: [&str; 9] = [
    "交易日期",
    "交易时间",
    "对方名称",
    "对方账号",
    "摘要",
    "附言",
    "借方发生额",
    "贷方发生额",
    "账户余额",
];

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
        StatementForm::IcbcB => vec![heading(&ICBC_B)],
        StatementForm::Abc => vec![vec![format!("账户号:{}", account.number)], heading(&ABC)],
        StatementForm::Psbc => vec![vec![format!("账号：{}", account.number)], heading(&PSBC)],
        StatementForm::Cbhb => vec![vec![format!("账号：{}", account.number)], heading(&CBHB)],
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
                StatementForm::IcbcB
                | StatementForm::Abc
                | StatementForm::Psbc
                | StatementForm::Cbhb => other_row(form, index, &account.number, booking, balance),
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

/// The banks that say the same in other columns.
fn other_row(
    form: StatementForm,
    index: u32,
    number: &str,
    booking: &Booking,
    balance: Money,
) -> Vec<String> {
    let (debit, credit, _) = sides(booking);
    let Booking { counterparty_name: name, counterparty_account: account, .. } = booking;
    let (summary, remark, balance) = (&booking.summary, &booking.remark, balance.to_yuan());
    let (day, time) = (booking.date.to_compact(), time(index));
    let moment = format!("{} {time}", booking.date);
    let serial = format!("{day}{index:06}");
    let row: Vec<&str> = match form {
        StatementForm::IcbcB => {
            vec![&moment, number, name, account, summary, remark, "", &debit, &credit, &balance]
        }
        StatementForm::Abc => vec![&moment, name, account, &credit, &debit, &balance, summary],
        StatementForm::Psbc => vec![
            &serial, &day, &time, name, account, summary, "", remark, &debit, &credit, &balance,
        ],
        StatementForm::Cbhb | StatementForm::Ccb | StatementForm::Icbc => {
            vec![&day, &time, name, account, summary, remark, &debit, &credit, &balance]
        }
    };
    row.into_iter().map(str::to_owned).collect()
}
