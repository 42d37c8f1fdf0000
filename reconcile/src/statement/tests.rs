//! Reading a statement, and what its rows stand for.

use std::collections::HashMap;

use ledger::answer::StatementOutcome;
use ledger::money::Money;

use super::{BankMovement, StatementFile, fingerprints, match_statement, read};
use crate::opened::Opened;
use crate::problem::Code;
use crate::profile::Profile;
use crate::text::encode_gb18030;

const ACCOUNT: &str = "14001000000000000018";

const CCB: &str = "账　　号：14001000000000000018\r\n\
账户明细编号-交易流水号,交易时间,借方发生额（支取）,贷方发生额（收入）,余额,对方户名,对方账号,摘要,备注\r\n\
1-0001,20201009 09:12:05,,\"3,504.00\",\"13,504.00\",测试县财政局国库,141130001,拨款,10月低保\r\n\
1-0002,20201009 10:40:11,3504.00,,10000.00,代发业务过渡户,,批量代发,批次D20A0\r\n\
1-0003,20201009 16:02:45,,648.00,10648.00,代发业务过渡户,,代发失败退回,批次D20A0\r\n\
1-0004,20201015 11:20:30,,404.00,11052.00,张测试,6228480000000000018,退汇,账户已销户\r\n";

fn read_ccb(text: &str) -> Result<StatementFile, Vec<Code>> {
    let profiles = Profile::built_in();
    let ccb = profiles.iter().find(|profile| profile.id == "stmt-ccb").unwrap();
    let layout = ccb.layout("statement").unwrap();
    let bytes = encode_gb18030(text).unwrap();
    read(layout, &Opened::here("流水.csv", &bytes).unwrap(), ACCOUNT)
        .map_err(|problems| problems.iter().map(|problem| problem.code).collect())
}

fn movement(id: &str, kind: StatementOutcome, fen: i64, date: &str) -> BankMovement {
    BankMovement {
        id: id.to_owned(),
        kind,
        amount: Money::from_fen(fen),
        date: date.parse().unwrap(),
        batch: None,
        reference: None,
        account_no: None,
        name: None,
    }
}

fn month() -> Vec<BankMovement> {
    vec![
        movement("拨款", StatementOutcome::FundCredit, 350_400, "2020-10-08"),
        movement("扣款", StatementOutcome::BatchDebit, 350_400, "2020-10-09"),
        movement("失败", StatementOutcome::FailureCredit, 64_800, "2020-10-09"),
        movement("退汇", StatementOutcome::ReturnCredit, 40_400, "2020-10-15"),
    ]
}

#[test]
fn opening_and_all_rows_make_the_closing_balance() {
    let file = read_ccb(CCB).unwrap();
    assert_eq!((file.opening.fen(), file.closing.fen()), (1_000_000, 1_105_200));
    let total = Money::total(file.rows.iter().map(|row| row.change().unwrap())).unwrap();
    assert_eq!(file.opening.checked_add(total), Some(file.closing));
    assert_eq!(file.account_no.as_deref(), Some(ACCOUNT));
}

#[test]
fn a_missing_row_breaks_the_balance_and_is_told() {
    let cut: Vec<_> = CCB.lines().filter(|row| !row.starts_with("1-0003")).collect();
    assert_eq!(read_ccb(&cut.join("\r\n")), Err(vec![Code::StatementBalanceBreak]));
}

#[test]
fn where_balances_follow_both_ways_the_days_say_which_row_stands_first() {
    let (head, _) = CCB.split_once("1-0001").unwrap();
    let out = "1-0008,20201209 10:00:00,35000.00,,30000.00,代发业务过渡户,,批量代发,\r\n";
    let into = "1-0007,20201208 10:00:00,,35000.00,65000.00,测试县财政局国库,141130001,拨款,\r\n";
    let file = read_ccb(&format!("{head}{out}{into}")).unwrap();
    assert!(file.latest_first);
    assert_eq!((file.opening.fen(), file.closing.fen()), (3_000_000, 3_000_000));
    let file = read_ccb(&format!("{head}{into}{out}")).unwrap();
    assert!(!file.latest_first);
    assert_eq!(file.opening.fen(), 3_000_000);
}

#[test]
fn a_missing_row_is_told_once_whichever_row_stands_first() {
    let rows: Vec<&str> = CCB.split_inclusive("\r\n").collect();
    let (head, mut rows) = (rows[..2].concat(), rows[2..].to_vec());
    rows.remove(1);
    rows.reverse();
    let read = read_ccb(&format!("{head}{}", rows.concat()));
    assert_eq!(read.unwrap_err(), [Code::StatementBalanceBreak]);
}

#[test]
fn a_statement_with_the_latest_row_first_is_read_as_it_is() {
    let mut rows: Vec<_> = CCB.lines().collect();
    rows[2..].reverse();
    let file = read_ccb(&rows.join("\r\n")).unwrap();
    assert!(file.latest_first);
    assert_eq!((file.opening.fen(), file.closing.fen()), (1_000_000, 1_105_200));
}

#[test]
fn another_accounts_statement_and_a_row_with_two_sides_are_refused() {
    let other = CCB.replace("账　　号：14", "账　　号：15");
    assert_eq!(read_ccb(&other), Err(vec![Code::StatementAccount]));
    let both = CCB.replace(",,648.00,", ",1.00,648.00,");
    assert_eq!(read_ccb(&both), Err(vec![Code::StatementOneSide]));
}

#[test]
fn every_row_stands_for_one_movement_and_every_movement_for_one_row() {
    let rows = read_ccb(CCB).unwrap().rows;
    let report = match_statement(ACCOUNT, &rows, &month(), &HashMap::new());
    let movements: Vec<_> =
        report.outcomes.iter().map(|row| row.movement.clone().unwrap()).collect();
    assert_eq!(movements, ["拨款", "扣款", "失败", "退汇"]);
    assert_eq!(report.outstanding, Vec::<String>::new());
}

#[test]
fn rows_of_an_overlapping_statement_are_repeated_and_add_nothing() {
    let rows = read_ccb(CCB).unwrap().rows;
    let mut imported = HashMap::new();
    for print in fingerprints(ACCOUNT, rows.iter().take(2)) {
        *imported.entry(print).or_insert(0) += 1;
    }
    let report = match_statement(ACCOUNT, &rows, &month()[2..], &imported);
    let outcomes: Vec<_> = report.outcomes.iter().map(|row| row.outcome).collect();
    assert_eq!(
        outcomes,
        [
            StatementOutcome::Repeated,
            StatementOutcome::Repeated,
            StatementOutcome::FailureCredit,
            StatementOutcome::ReturnCredit
        ]
    );
}

#[test]
fn two_batches_of_one_amount_are_told_apart_by_the_batch_code_or_by_nobody() {
    let rows = read_ccb(CCB).unwrap().rows;
    let mut batches = [
        movement("甲", StatementOutcome::BatchDebit, 350_400, "2020-10-09"),
        movement("乙", StatementOutcome::BatchDebit, 350_400, "2020-10-08"),
    ];
    let unsure = match_statement(ACCOUNT, &rows, &batches, &HashMap::new());
    assert_eq!(unsure.outcomes[1].outcome, StatementOutcome::Unmatched);
    assert_eq!(unsure.outstanding.len(), 2);
    batches[1].batch = Some("D20A0".parse().unwrap());
    let sure = match_statement(ACCOUNT, &rows, &batches, &HashMap::new());
    assert_eq!(sure.outcomes[1].movement.as_deref(), Some("乙"));
}

#[test]
fn a_return_of_another_account_is_not_this_return() {
    let rows = read_ccb(CCB).unwrap().rows;
    let mut returned = movement("退汇", StatementOutcome::ReturnCredit, 40_400, "2020-10-15");
    returned.account_no = Some("6217000000000000020".to_owned());
    let report = match_statement(ACCOUNT, &rows, &[returned], &HashMap::new());
    assert_eq!(report.outcomes[3].outcome, StatementOutcome::Unmatched);
}

#[test]
fn our_account_is_known_with_hyphens_and_a_masked_one_is_not_taken_for_another() {
    let stated = |number: &str| read_ccb(&CCB.replacen(ACCOUNT, number, 1));
    for same in ["14-001000000000000018", "140010000000000000-18"] {
        assert_eq!(stated(same).unwrap().account_no.as_deref(), Some(ACCOUNT), "{same}");
    }
    assert_eq!(stated("1400****0018").unwrap().account_no, None);
    assert_eq!(stated("14-001000000000000026").unwrap_err(), [Code::StatementAccount]);
    let twice = CCB.replacen("账　　号：", "账　　号名称：某局 账　　号：", 1);
    assert_eq!(read_ccb(&twice).unwrap().account_no.as_deref(), Some(ACCOUNT));
}
