//! One month of the invented county: money in, rosters on their way to the bank, its answers, returns, reissues,
//! the single acts of a month, statements, and the close.

use ledger::act::Body;
use ledger::act::closing::MonthClosed;
use ledger::act::funds::{DirectMark, FundAllotted, FundReleased, Level};
use ledger::act::offices::Role;
use ledger::act::payments::{
    PaymentFileReleased, ResponseImported, ResponseLine, ReturnLine, ReturnsImported, RosterAgreed,
    RosterApproved, RosterDrawn, RosterKind, StatementImported, StatementLine,
};
use ledger::answer::{MatchRule, Outcome, Reason, ReturnOutcome, StatementOutcome};
use ledger::books::bank::{act_key, debit_key, return_key};
use ledger::ids::{ActId, BatchCode, PaymentRef};
use ledger::line::Line;
use ledger::money::Money;
use ledger::period::{Date, Period};

use super::county::{Stop, Story};
use super::payees::{SCHEMES, code, seal_on_all_cores};
use super::single;

/// What the bank will show of a programme account at the end of the month.
pub(super) struct AccountState {
    code: &'static str,
    balance: i64,
    movements: Vec<(String, StatementOutcome, i64)>,
}

impl AccountState {
    pub(super) fn new(code: &'static str) -> AccountState {
        AccountState { code, balance: 0, movements: Vec::new() }
    }
}

/// A payment that did not stay with its payee.
pub(super) struct Failed {
    /// Place of the payee.
    pub(super) payee: usize,
    /// The payment.
    pub(super) reference: PaymentRef,
    /// The approved account change that a reissue rests on.
    pub(super) change: Option<ActId>,
    /// True if the reason asks for another account.
    pub(super) needs_change: bool,
}

/// A roster under way: whom it pays, and in whose place.
type Drawn = (usize, Option<PaymentRef>, Option<ActId>);

/// Plays a month to its close.
pub(super) fn play(story: &mut Story<'_>, period: Period) -> Result<(), Stop> {
    let live = |scheme: usize, story: &Story<'_>| -> Vec<Drawn> {
        let payees = story.payees.iter().enumerate();
        let of_scheme = payees.filter(|(_, payee)| payee.is_live && payee.scheme == scheme);
        of_scheme.map(|(place, _)| (place, None, None)).collect()
    };
    story.regular.clear();
    say_on(story, period, 3);
    for scheme in 0..SCHEMES.len() {
        money_in(story, period, scheme)?;
    }
    let mut plan = single::Plan::of(story);
    let mut failed = Vec::new();
    for scheme in 0..SCHEMES.len() {
        let drawn = live(scheme, story);
        if !drawn.is_empty() {
            failed.extend(pay(story, period, (scheme, RosterKind::Regular), &drawn, &mut plan)?);
        }
    }
    for account in 0..story.accounts.len() {
        returns(story, period, account, &mut failed)?;
    }
    say_on(story, period, 14);
    single::change_accounts(story, &mut failed)?;
    for scheme in 0..SCHEMES.len() {
        let of_scheme = failed
            .iter()
            .filter(|f| story.payees.get(f.payee).is_some_and(|payee| payee.scheme == scheme));
        let drawn: Vec<Drawn> =
            of_scheme.map(|f| (f.payee, Some(f.reference.clone()), f.change)).collect();
        if !drawn.is_empty() {
            pay(story, period, (scheme, RosterKind::Reissue), &drawn, &mut plan)?;
        }
    }
    single::others(story, period, &plan)?;
    say_on(story, period, 31);
    for account in 0..story.accounts.len() {
        statement(story, period, account)?;
    }
    close(story, period)
}

/// A day of the month; the month's last where it has fewer.
pub(super) fn day(period: Period, day: i8) -> Date {
    period.day(day).unwrap_or_else(|| period.last_day())
}

fn say_on(story: &mut Story<'_>, period: Period, on: i8) {
    story.cast.day = day(period, on);
}

fn expect(story: &mut Story<'_>, account: &str, key: String, kind: StatementOutcome, fen: i64) {
    let known = story.accounts.iter_mut().find(|known| known.code == account);
    if let Some(known) = known.filter(|_| fen != 0) {
        known.movements.push((key, kind, fen));
    }
}

/// Exactly what the month's roster needs: what fails comes back to the same fund and is paid again from there.
fn money_in(story: &mut Story<'_>, period: Period, nth: usize) -> Result<(), Stop> {
    let Some(scheme) = SCHEMES.get(nth) else { return Ok(()) };
    let payees = story.payees.iter().filter(|payee| payee.is_live && payee.scheme == nth);
    let needed: i64 = payees.map(|payee| payee.fen).sum();
    if needed == 0 {
        return Ok(());
    }
    let allotted = FundAllotted {
        amount_fen: Money::from_fen(needed),
        arrived: day(period, 2),
        corrects: None,
        direct: DirectMark::Central,
        document_no: format!("晋财社〔{}〕{nth}号", period.year()),
        function_code: "2082102".to_owned(),
        fund: code(scheme.fund),
        level: Level::Central,
    };
    story.state(Role::FundKeeper, Body::FundAllotted(allotted))?;
    let released = FundReleased {
        amount_fen: Money::from_fen(needed),
        corrects: None,
        date: day(period, 3),
        fund: code(scheme.fund),
        voucher_no: format!("国库拨〔{}〕{}{nth}", period.year(), period.month()),
    };
    let act = story.state(Role::FundKeeper, Body::FundReleased(released))?;
    expect(story, scheme.account, act_key("in", act), StatementOutcome::FundCredit, needed);
    Ok(())
}

fn next_batch(story: &mut Story<'_>) -> BatchCode {
    const DIGITS: &[u8; 36] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    story.batches += 1;
    let mut left = story.batches;
    let mut text = String::from("P");
    for _ in 0..4 {
        let digit = usize::try_from(left % 36).unwrap_or_default();
        text.insert(1, DIGITS.get(digit).copied().map_or('0', char::from));
        left /= 36;
    }
    code(&text)
}

/// A batch from drawing to the bank's answer. Gives what failed.
fn pay(
    story: &mut Story<'_>,
    period: Period,
    (nth, kind): (usize, RosterKind),
    drawn: &[Drawn],
    plan: &mut single::Plan,
) -> Result<Vec<Failed>, Stop> {
    let Some(scheme) = SCHEMES.get(nth) else { return Ok(Vec::new()) };
    let is_reissue = kind == RosterKind::Reissue;
    let batch = next_batch(story);
    let line = |(place, original, change): &Drawn| {
        let payee = story.payees.get(*place)?;
        Some(payee.paid(original.clone(), *change))
    };
    let lines: Vec<Line> = drawn.iter().filter_map(line).collect();
    let (manifest, entries) = seal_on_all_cores(&lines)?;
    let (count, root, total_fen) = (manifest.count, manifest.root, manifest.total_fen);
    let scheme_code = code(scheme.code);
    let body = RosterDrawn { batch: batch.clone(), kind, manifest, period, scheme: scheme_code };
    say_on(story, period, if is_reissue { 16 } else { 5 });
    let maker = story.cast.one(Role::RosterMaker);
    let roster = story.state_by(maker, Body::RosterDrawn(body), lines, entries)?;
    let agreed = || RosterAgreed { batch: batch.clone(), root, roster };
    story.state(Role::RosterChecker, Body::RosterChecked(agreed()))?;
    story.state(Role::FinanceReviewer, Body::RosterFinanceReviewed(agreed()))?;
    let approved = RosterApproved { batch: batch.clone(), root, roster, total_fen };
    story.state(Role::RosterApprover, Body::RosterApproved(approved))?;
    let released = PaymentFileReleased {
        account: code(scheme.account),
        batch: batch.clone(),
        count,
        date: day(period, if is_reissue { 18 } else { 8 }),
        file: story.draw.digest(),
        file_name: format!("{batch}.txt"),
        profile: "icbc-batch@1".to_owned(),
        profile_text: None,
        root,
        total_fen,
    };
    say_on(story, period, if is_reissue { 18 } else { 8 });
    story.state(Role::Payer, Body::PaymentFileReleased(released))?;
    if !is_reissue {
        let places = drawn.iter().map(|(place, ..)| *place).collect();
        story.regular.push((scheme.account, batch.clone(), places));
    }
    let debit = -total_fen.fen();
    expect(story, scheme.account, debit_key(&batch), StatementOutcome::BatchDebit, debit);
    let failed_per_mille = if is_reissue { 0 } else { 20 };
    answer(story, period, (&batch, scheme.account, failed_per_mille), drawn, plan)
}

/// The bank's answers to a batch: a part fails, everything else is settled.
fn answer(
    story: &mut Story<'_>,
    period: Period,
    (batch, account, failed_per_mille): (&BatchCode, &'static str, usize),
    drawn: &[Drawn],
    plan: &mut single::Plan,
) -> Result<Vec<Failed>, Stop> {
    let on = if failed_per_mille == 0 { 18 } else { 8 };
    let (mut failed, mut failed_fen) = (Vec::new(), 0);
    let mut lines = Vec::with_capacity(drawn.len());
    for (row, (place, ..)) in (1_u32..).zip(drawn) {
        let reference = PaymentRef::new(batch.clone(), row);
        let Some((payee, reference)) = story.payees.get(*place).zip(reference) else { continue };
        let (mut outcome, mut reason) = (Outcome::Settled, None);
        if story.draw.per_mille(failed_per_mille) {
            let needs_change = plan.takes_a_change();
            outcome = Outcome::Failed;
            reason = Some(if needs_change { Reason::Closed } else { Reason::System });
            failed_fen += payee.fen;
            let (payee, reference) = (*place, reference.clone());
            failed.push(Failed { payee, reference, change: None, needs_change });
        }
        lines.push(Line::Response(ResponseLine {
            amount_fen: Money::from_fen(payee.fen),
            answered: day(period, on),
            outcome,
            reason,
            reference: Some(reference),
            row,
            rule: MatchRule::Reference,
        }));
    }
    let (manifest, entries) = seal_on_all_cores(&lines)?;
    let body = ResponseImported {
        batch: batch.clone(),
        booked: day(period, on + 1),
        file: story.draw.digest(),
        file_name: format!("{batch}-回盘.txt"),
        manifest,
        profile: "icbc-batch@1".to_owned(),
        profile_text: None,
    };
    say_on(story, period, on + 1);
    let reconciler = story.cast.one(Role::Reconciler);
    let act = story.state_by(reconciler, Body::ResponseImported(body), lines, entries)?;
    let key = act_key("failures", act);
    expect(story, account, key, StatementOutcome::FailureCredit, failed_fen);
    Ok(failed)
}

/// Two in a thousand of what settled comes back some days later.
fn returns(
    story: &mut Story<'_>,
    period: Period,
    account: usize,
    failed: &mut Vec<Failed>,
) -> Result<(), Stop> {
    let Some(code_of) = story.accounts.get(account).map(|known| known.code) else { return Ok(()) };
    let (mut lines, mut back) = (Vec::new(), Vec::new());
    for (place, reference) in settled_of_this_month(story, code_of, failed) {
        let Some(fen) = story.payees.get(place).map(|payee| payee.fen) else { continue };
        lines.push(Line::Return(ReturnLine {
            amount_fen: Money::from_fen(fen),
            outcome: ReturnOutcome::Returned,
            reason: Reason::Dormant,
            reference: Some(reference.clone()),
            returned: day(period, 11),
            row: u32::try_from(lines.len() + 1).unwrap_or(u32::MAX),
        }));
        back.push((fen, Failed { payee: place, reference, change: None, needs_change: false }));
    }
    if lines.is_empty() {
        return Ok(());
    }
    let (manifest, entries) = seal_on_all_cores(&lines)?;
    let body = ReturnsImported {
        account: code(code_of),
        booked: day(period, 12),
        file: story.draw.digest(),
        file_name: format!("退汇{period}.txt"),
        manifest,
        profile: "return-notice@1".to_owned(),
        profile_text: None,
    };
    say_on(story, period, 12);
    let reconciler = story.cast.one(Role::Reconciler);
    story.state_by(reconciler, Body::ReturnsImported(body), lines, entries)?;
    for (fen, returned) in back {
        let key = return_key(&returned.reference);
        expect(story, code_of, key, StatementOutcome::ReturnCredit, fen);
        failed.push(returned);
    }
    Ok(())
}

/// Payments of this month's regular batches on an account that settled, a few of them: payee's place and reference.
fn settled_of_this_month(
    story: &mut Story<'_>,
    account: &str,
    failed: &[Failed],
) -> Vec<(usize, PaymentRef)> {
    let taken: std::collections::HashSet<&PaymentRef> =
        failed.iter().map(|failed| &failed.reference).collect();
    let mut found = Vec::new();
    for (_, batch, places) in story.regular.iter().filter(|(of, ..)| *of == account) {
        for (row, place) in (1_u32..).zip(places) {
            if !story.draw.per_mille(2) {
                continue;
            }
            let reference = PaymentRef::new(batch.clone(), row);
            found.extend(reference.filter(|r| !taken.contains(r)).map(|r| (*place, r)));
        }
    }
    found
}

/// The account's statement: every movement of the month, each found.
fn statement(story: &mut Story<'_>, period: Period, account: usize) -> Result<(), Stop> {
    let Some(known) = story.accounts.get_mut(account) else { return Ok(()) };
    let (code_of, opening) = (known.code, known.balance);
    let movements = std::mem::take(&mut known.movements);
    let (mut balance, mut lines) = (opening, Vec::with_capacity(movements.len()));
    for (row, (key, outcome, fen)) in (1_u32..).zip(movements) {
        balance += fen;
        lines.push(Line::Statement(StatementLine {
            amount_fen: Money::from_fen(fen),
            balance_fen: Money::from_fen(balance),
            date: day(period, 20),
            fingerprint: story.draw.digest(),
            movement: Some(key),
            outcome,
            row,
        }));
    }
    let (manifest, entries) = seal_on_all_cores(&lines)?;
    let body = StatementImported {
        account: code(code_of),
        closing_fen: Money::from_fen(balance),
        file: story.draw.digest(),
        file_name: format!("流水{period}.csv"),
        from: period.first_day(),
        manifest,
        opening_fen: Money::from_fen(opening),
        profile: "statement@1".to_owned(),
        profile_text: None,
        until: period.last_day(),
    };
    let reconciler = story.cast.one(Role::Reconciler);
    story.state_by(reconciler, Body::StatementImported(body), lines, entries)?;
    if let Some(known) = story.accounts.get_mut(account) {
        known.balance = balance;
    }
    Ok(())
}

fn close(story: &mut Story<'_>, period: Period) -> Result<(), Stop> {
    let table = story.frozen(period)?;
    let closed = MonthClosed { height: table.height, period, table: table.digest() };
    story.state(Role::Accountant, Body::MonthClosed(closed))?;
    story.settle()
}
