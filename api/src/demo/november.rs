//! November 2020, the month with trouble: failures, a reissue after an account change, a payment to a dead person recovered,
//! a return after success, a wrong voucher reversed, an answer that came late, and a return that crosses the month's end.

use std::collections::BTreeSet;

use ledger::act::Body;
use ledger::act::cases::EntitlementStopped;
use ledger::act::closing::EntryReversed;
use ledger::act::funds::FundReleased;
use ledger::act::payments::{
    Decision, ExceptionResolved, RecoveryOrdered, RecoveryReceived, RosterKind,
};
use ledger::act::people::{AccountChangeApproved, PersonDied};
use ledger::act::urgent::ClaimSettled;
use ledger::answer::StatementOutcome;
use ledger::books::payments::PaymentState;
use ledger::ids::{BatchCode, PaymentRef};
use ledger::money::Money;
use ledger::period::Period;
use ledger::vault::AccountFields;
use reconcile::bank_simulator::{BankFile, Fate, Product, Target};

use super::lists::paid;
use super::livelihood::post_ended;
use super::october::{finish, move_to_float, released};
use super::stage::{Round, Stage, code, evidence};
use crate::desk::documents::Issue;
use crate::desk::people::change_account;
use crate::failure::Failure;

pub(super) fn play(stage: &mut Stage<'_>) -> Result<(), Failure> {
    let period: Period = code("2020-11");
    claim_settled(stage)?;
    money_in(stage)?;
    low_income(stage, period)?;
    dispersed(stage, period)?;
    post_ended(stage)?;
    paid(stage, ("TC0B0", "TK-C", "2020-11"), &["F-DB"], "2020-11-06")?;
    paid(stage, ("GY0B0", "GY", "2020-11"), &["F-JY"], "2020-11-25")?;
    let returns = disability(stage, period)?;
    super::care::prices(stage)?;
    reissue(stage, period)?;
    recovery(stage)?;
    if let Some(notice) = returns.first() {
        let imported = stage.import_returns("ZH-02", notice, code("2020-11-13"))?;
        stage.tell(&format!("退汇：11月12日{}笔入账后被退回，逐笔挂账", imported.lines));
    }
    super::beside::play(stage)?;
    stage.on("2020-12-01");
    stage.import_statements(period)?;
    late_return(stage, returns.get(1))?;
    let day = stage.on("2020-12-04");
    finish(stage, period, &Issue { number: "青民发〔2020〕15号", signed_on: day })
}

fn claim_settled(stage: &mut Stage<'_>) -> Result<(), Failure> {
    let date = stage.on("2020-11-04");
    let claims = stage.desk.books().urgent.claims.iter();
    let mut open = claims.filter_map(|(id, claim)| {
        claim.assessed.as_ref().map(|(act, assessed)| (*id, *act, assessed.amount_fen))
    });
    let Some((claim, assessment, amount_fen)) = open.next() else { return Ok(()) };
    let voucher = evidence("保险公司赔款凭证");
    let settled = ClaimSettled { amount_fen, assessment, claim, date, voucher };
    stage.sign("账户维护", Body::ClaimSettled(settled))?;
    Ok(())
}

/// The release is entered with a wrong amount, reversed in full, and entered right.
fn money_in(stage: &mut Stage<'_>) -> Result<(), Failure> {
    let date = stage.on("2020-11-05");
    let wrong = FundReleased {
        amount_fen: Money::from_fen(28_000_000),
        corrects: None,
        date,
        fund: code("F-DB"),
        voucher_no: "国库拨〔2020〕1101".to_owned(),
    };
    let wrong = stage.sign("会计", Body::FundReleased(wrong))?;
    let reversed = EntryReversed {
        act: wrong,
        date,
        evidence: evidence("国库拨款凭证"),
        reason: "注销11月5日国库拨〔2020〕1101号凭证：金额少记一位".to_owned(),
    };
    let reversal = stage.sign("社会救助股股长", Body::EntryReversed(reversed))?;
    let amount = Money::from_fen(280_000_000);
    stage.at_bank("ZH-01", date, amount, "青禾县财政局国库", "拨款");
    let right = FundReleased {
        amount_fen: amount,
        corrects: Some(reversal),
        date,
        fund: code("F-DB"),
        voucher_no: "国库拨〔2020〕1101".to_owned(),
    };
    stage.sign("会计", Body::FundReleased(right))?;
    released(stage, "F-CJ", "ZH-02", 90_000, "2020-11-05", "国库拨〔2020〕1102")?;
    let regularised = stage.desk.books().urgent.advances.keys().copied().collect();
    move_to_float(stage, 500_000, "2020-11-10", "凭补办件补足石峪镇备用金", regularised)?;
    stage.tell("到账：拨付280万元误记28万元，红字冲销后蓝字更正");
    Ok(())
}

fn low_income(stage: &mut Stage<'_>, period: Period) -> Result<(), Failure> {
    let fails = |line, words: &str| (Target::Line(line), Fate::Fails(words.to_owned()));
    stage.pay(&Round {
        batch: "D20B0",
        scheme: "DB-R",
        period,
        kind: RosterKind::Regular,
        funds: &["F-DB"],
        account: "ZH-01",
        product: Product::RcbPipeHead,
        day: code("2020-11-06"),
        answered: code("2020-11-06"),
        fates: vec![
            fails(17, "已销户"),
            fails(404, "户名不符,原户名为[青禾样例]"),
            fails(1_203, "完全冻结"),
            fails(2_818, "已销户"),
            fails(4_321, "账号状态异常！"),
        ],
    })?;
    let failed = failed_in(stage, "D20B0");
    stage.tell(&format!("发放：DB-R 11月，{}笔发放失败，失败款合并退回专户", failed.len()));
    Ok(())
}

fn failed_in(stage: &Stage<'_>, batch: &str) -> Vec<PaymentRef> {
    let batch: BatchCode = code(batch);
    let failed = stage.desk.books().payments.references(&batch);
    let failed = failed.filter(|(_, payment)| payment.state(true) == PaymentState::Failed);
    failed.map(|(reference, _)| reference).collect()
}

/// One of the payees died on 28 October; the office learns of it after the November payment.
fn dispersed(stage: &mut Stage<'_>, period: Period) -> Result<(), Failure> {
    stage.pay(&Round {
        batch: "T20B0",
        scheme: "TK-S",
        period,
        kind: RosterKind::Regular,
        funds: &["F-DB"],
        account: "ZH-01",
        product: Product::RcbPipeHead,
        day: code("2020-11-06"),
        answered: code("2020-11-06"),
        fates: Vec::new(),
    })?;
    Ok(())
}

/// Two returns after success, one inside the month and one on its last day; and one payment that the bank answers late.
fn disability(stage: &mut Stage<'_>, period: Period) -> Result<Vec<BankFile>, Failure> {
    let returns =
        |line, day: &str| (Target::Line(line), Fate::Returns(code(day), "账户已销户".to_owned()));
    let notices = stage.pay(&Round {
        batch: "L20B0",
        scheme: "CJ-L",
        period,
        kind: RosterKind::Regular,
        funds: &["F-CJ"],
        account: "ZH-02",
        product: Product::IcbcCsv,
        day: code("2020-11-09"),
        answered: code("2020-11-09"),
        fates: vec![returns(33, "2020-11-12"), returns(208, "2020-11-30")],
    })?;
    stage.pay(&Round {
        batch: "H20B0",
        scheme: "CJ-H",
        period,
        kind: RosterKind::Regular,
        funds: &["F-CJ"],
        account: "ZH-02",
        product: Product::IcbcXlsx,
        day: code("2020-11-09"),
        answered: code("2020-11-09"),
        fates: vec![(Target::Line(5), Fate::Waits)],
    })?;
    stage.tell("发放：两项补贴11月，1笔银行处理中，在途挂账，不得补发");
    late_answer(stage)?;
    Ok(notices)
}

/// The bank hands out the whole result again a week later: every line but one repeats what is booked.
fn late_answer(stage: &mut Stage<'_>) -> Result<(), Failure> {
    let day = stage.on("2020-11-16");
    let reply = stage.answer_again("H20B0", "ZH-02", Product::IcbcXlsx, code("2020-11-09"))?;
    let Some(reply) = reply else { return Ok(()) };
    let imported = stage.import_response(&code("H20B0"), &reply, day, day)?;
    let counts: Vec<String> =
        imported.outcomes.iter().map(|(what, count, _)| format!("{what}{count}行")).collect();
    stage.tell(&format!("二次回盘：与前次重叠，{}，重复的不再记账", counts.join("，")));
    Ok(())
}

/// Every failed payee brings a new account; two persons change and approve it, a third draws the reissue.
fn reissue(stage: &mut Stage<'_>, period: Period) -> Result<(), Failure> {
    let failed = failed_in(stage, "D20B0");
    for (at, reference) in failed.iter().enumerate() {
        stage.on("2020-11-16");
        let Some((_, payment)) = stage.desk.books().payments.find(reference) else { continue };
        let (payee, account) = (payment.payee, payment.account);
        let unit = stage.unit_of(payee);
        let key = stage.cast.town_key(&unit, "民政经办");
        let note = stage.desk.access(&key, "账户变更")?;
        let old = stage.desk.vault.read_account(account, &note)?;
        let new = AccountFields {
            number: new_card(at),
            bank_name: "青禾农村商业银行".to_owned(),
            holder_name: old.holder_name,
        };
        let proof = evidence("账户变更申请表");
        let change = change_account(&mut stage.desk, &key, payee, new, proof, "原账户不能入账")?;
        stage.on("2020-11-17");
        let approved = AccountChangeApproved { change: change.id };
        stage.sign("账户维护", Body::AccountChangeApproved(approved))?;
    }
    stage.pay(&Round {
        batch: "D20B1",
        scheme: "DB-R",
        period,
        kind: RosterKind::Reissue,
        funds: &["F-DB"],
        account: "ZH-01",
        product: Product::RcbPipeHead,
        day: code("2020-11-18"),
        answered: code("2020-11-18"),
        fates: Vec::new(),
    })?;
    let count = failed.len();
    stage.tell(&format!(
        "补发：{count}笔账户变更经办、批准分人办理，补发名册另走一遍审批，全部入账"
    ));
    Ok(())
}

/// A card number of the county's own invented prefix, with its check digit.
fn new_card(at: usize) -> String {
    let digits = format!("99901490000000{at:04}");
    let check = ledger::check_digits::luhn_digit(&digits);
    check.map_or(digits.clone(), |check| format!("{digits}{check}"))
}

fn recovery(stage: &mut Stage<'_>) -> Result<(), Failure> {
    let batch: BatchCode = code("T20B0");
    let Some(reference) = PaymentRef::new(batch, 77) else { return Ok(()) };
    let found = stage.desk.books().payments.find(&reference);
    let Some((payee, entitlement, amount)) =
        found.map(|(_, payment)| (payment.payee, payment.entitlement, payment.amount))
    else {
        return Ok(());
    };
    stage.on("2020-11-20");
    let proof = evidence("死亡证明");
    let died = PersonDied { date: code("2020-10-28"), evidence: proof, person: payee };
    stage.sign("账户维护", Body::PersonDied(died))?;
    let stop = EntitlementStopped {
        entitlement,
        evidence: proof,
        last: code("2020-10"),
        reason: "对象死亡，次月起停发".to_owned(),
    };
    stage.sign("分管副局长", Body::EntitlementStopped(stop))?;
    let ordered = RecoveryOrdered {
        amount_fen: amount,
        date: stage.on("2020-11-23"),
        evidence: evidence("退款通知书"),
        notice_no: "青民退〔2020〕3号".to_owned(),
        reason: "死亡后发放".to_owned(),
        reference,
    };
    let order = stage.sign("社会救助股股长", Body::RecoveryOrdered(ordered))?;
    let date = stage.on("2020-11-26");
    stage.at_bank("ZH-01", date, amount, "退款人", "退回多发救助金");
    let received = RecoveryReceived { amount_fen: amount, corrects: None, date, order };
    stage.sign("国库支付复核", Body::RecoveryReceived(received))?;
    stage.tell(&format!("追回：一名特困人员10月28日死亡，11月多发{amount}元，已追回入账"));
    Ok(())
}

/// The bank's statement shows a return on 30 November; its notice comes on 1 December. It is booked in December,
/// stands as an outstanding item in November's reconciliation, and is cleared by a person.
fn late_return(stage: &mut Stage<'_>, notice: Option<&BankFile>) -> Result<(), Failure> {
    let Some(notice) = notice else { return Ok(()) };
    stage.import_returns("ZH-02", notice, code("2020-12-01"))?;
    let booked = stage.on("2020-12-02");
    let bank = &stage.desk.books().bank;
    let movement = bank.movements.iter().find(|(_, movement)| {
        movement.kind == StatementOutcome::ReturnCredit && movement.cleared.is_none()
    });
    let Some((key, amount)) = movement.map(|(key, m)| (key.clone(), m.amount)) else {
        return Ok(());
    };
    let entries: BTreeSet<_> =
        bank.exceptions.iter().filter(|(_, e)| e.amount == amount).map(|(seq, _)| *seq).collect();
    let Some(entry) = entries.first().copied() else { return Ok(()) };
    let resolved = ExceptionResolved {
        booked,
        decision: Decision::Cleared,
        entry,
        evidence: evidence("12月1日退汇通知"),
        movement: Some(key),
        reason: "11月30日退汇，通知12月1日收到，按发现当月记账".to_owned(),
        reference: None,
    };
    stage.sign("社会救助股股长", Body::ExceptionResolved(resolved))?;
    stage.tell("跨月：11月30日的退汇12月1日才收到通知，记入12月，11月调节表列未达账项");
    Ok(())
}
