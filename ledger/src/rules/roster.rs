//! Rules for rosters: every line follows from an entitlement. That each approval binds the roster as drawn is a law.

use std::collections::{BTreeSet, HashSet};
use std::hash::{Hash, Hasher};

use foldhash::fast::FixedState;

use crate::act::Body;
use crate::act::payments::{RosterDrawn, RosterKind};
use crate::books::cases::{Entitlement, sum_of};
use crate::books::payments::{BatchStage, PaymentState};
use crate::books::people::Payee;
use crate::books::{Books, Statement, conditions, entitling};
use crate::ids::{BankAccountCode, EntitlementId, PaymentRef, SchemeCode};
use crate::line::{Line, RosterLine};
use crate::rejection::{LineNumbers, Rejection};
use crate::shares::in_shares;

use super::filled;

pub(super) fn decide(books: &Books, statement: &Statement<'_>) -> Result<(), Rejection> {
    let body = statement.body();
    if let Body::RosterDrawn(drawn) = body {
        draw(books, drawn, statement)
    } else if let Body::RosterWithdrawn(withdrawn) = body {
        filled(&withdrawn.reason, "撤回原因")?;
        let code = &withdrawn.batch;
        let batch = books.payments.batches.get(code);
        let batch = batch.ok_or_else(|| Rejection::RosterUnknown { batch: code.clone() })?;
        if batch.roster != withdrawn.roster {
            return Err(Rejection::RosterChanged { batch: code.clone() });
        }
        if matches!(batch.stage, BatchStage::Released | BatchStage::Withdrawn) {
            let (stage, needed) = (batch.stage.chinese(), "报盘前撤回");
            return Err(Rejection::RosterStage { batch: code.clone(), stage, needed });
        }
        Ok(())
    } else {
        Ok(())
    }
}

fn draw(books: &Books, drawn: &RosterDrawn, statement: &Statement<'_>) -> Result<(), Rejection> {
    if books.policies.scheme(&drawn.scheme, drawn.period).is_none() {
        let (scheme, period) = (drawn.scheme.clone(), drawn.period);
        return Err(Rejection::SchemeUnknown { scheme, period });
    }
    if statement.lines.is_empty() {
        return Err(Rejection::RosterEmpty {});
    }
    let shares = in_shares(statement.lines, WORTH_A_THREAD, |before, lines| {
        judge(books, drawn, before, lines).ok()
    });
    let shares: Option<Vec<Together<'_>>> = shares.into_iter().collect();
    if shares.is_some_and(|shares| stand_together(&shares)) {
        return Ok(());
    }
    // Something is wrong: the first line that is, is told.
    judge(books, drawn, 0, statement.lines).map(drop).map_err(|why| {
        let is_exclusive = matches!(why, Rejection::RosterExclusive { .. });
        if is_exclusive { all_excluded(books, drawn, statement.lines) } else { why }
    })
}

/// Fewer lines than this are not worth a thread.
const WORTH_A_THREAD: usize = 1024;

/// What lines could do together that none of them does alone.
struct Together<'a> {
    paid: HashSet<Paid<'a>, FixedState>,
    /// The programme account that the payment file will debit.
    debited: Option<&'a BankAccountCode>,
}

/// A line by what it pays, and in place of what: a set of these takes eight bytes a line and stays near the core.
struct Paid<'a>(&'a RosterLine);

impl Hash for Paid<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (self.0.entitlement, &self.0.reissue_of).hash(state);
    }
}

impl PartialEq for Paid<'_> {
    fn eq(&self, other: &Self) -> bool {
        let (one, other) = (self.0, other.0);
        one.entitlement == other.entitlement && one.reissue_of == other.reissue_of
    }
}

impl Eq for Paid<'_> {}

/// What the books know of a line.
struct Known<'a> {
    entitlement: Option<&'a Entitlement>,
    payee: Option<Payee<'a>>,
    is_on_roster: bool,
}

/// How many lines are looked up at a time: the answers of memory overlap then, and are still near when they are used.
const AT_A_TIME: usize = 64;

/// What the books know of each of these lines.
fn known<'a>(
    books: &'a Books,
    is_on_roster: &mut impl FnMut(EntitlementId) -> bool,
    lines: &[Line],
) -> Vec<Option<Known<'a>>> {
    let mut known = |line: &RosterLine| Known {
        entitlement: books.cases.entitlements.get(&line.entitlement),
        payee: books.people.payee(line.payee),
        is_on_roster: is_on_roster(line.entitlement),
    };
    lines.iter().map(|line| line.as_roster().map(&mut known)).collect()
}

/// Lines that were judged in shares: nothing twice, one account.
fn stand_together(shares: &[Together<'_>]) -> bool {
    let mut debited = shares.iter().filter_map(|share| share.debited);
    let is_one = debited.next().is_none_or(|account| debited.all(|other| other == account));
    let mut left = shares;
    while let Some((share, others)) = left.split_first() {
        if others.iter().any(|other| !share.paid.is_disjoint(&other.paid)) {
            return false;
        }
        left = others;
    }
    is_one
}

/// Judges the lines that stand after the first `before` ones, in order.
fn judge<'a>(
    books: &'a Books,
    drawn: &RosterDrawn,
    before: usize,
    lines: &'a [Line],
) -> Result<Together<'a>, Rejection> {
    let paid = HashSet::with_capacity_and_hasher(lines.len(), FixedState::default());
    let mut together = Together { paid, debited: None };
    let set = books.policies.scheme(&drawn.scheme, drawn.period);
    let names_payees = set.is_some_and(|set| set.payees.is_some());
    let mut on_roster = books.payments.are_on_roster(drawn.period);
    let known = lines.chunks(AT_A_TIME).flat_map(|lines| known(books, &mut on_roster, lines));
    for ((place, line), known) in (before + 1..).zip(lines).zip(known) {
        let (Line::Roster(line), Some(known)) = (line, known) else { continue };
        let n = u32::try_from(place).expect("a manifest counts its lines in 32 bits");
        let wrong = |why: &str| Rejection::RosterLineWrong { n, why: why.to_owned() };
        let not_entitled = || Rejection::RosterNotEntitled { n, entitlement: line.entitlement };
        let entitlement = known.entitlement.ok_or_else(not_entitled)?;
        if entitlement.scheme != drawn.scheme {
            return Err(not_entitled());
        }
        if !together.paid.insert(Paid(line)) {
            return Err(wrong("同一资格在本名册中出现两次"));
        }
        match (drawn.kind, &line.reissue_of) {
            (RosterKind::Regular | RosterKind::Supplementary, None) => {
                is_due(drawn, n, line, entitlement)?;
                if known.is_on_roster {
                    unpaid(books, drawn, n, line)?;
                }
            }
            (RosterKind::Reissue, Some(original)) => {
                let not_due = entitlement.due(drawn.period).is_none();
                if not_due {
                    return Err(not_entitled());
                }
                reissue(books, drawn, line, original)?;
            }
            (RosterKind::Regular | RosterKind::Supplementary, Some(_)) => {
                return Err(wrong("补发只能列入补发名册"));
            }
            (RosterKind::Reissue, None) => return Err(wrong("补发名册的每一行须注明原支付")),
        }
        not_excluded(books, drawn, n, entitlement)?;
        goes_to_the_living(books, drawn, n, line, (entitlement, known.payee))?;
        let is_asked = names_payees || matches!(known.payee, Some(Payee::Organisation(_)));
        if is_asked && conditions::may_still_be_paid(books, entitlement, drawn.period).is_err() {
            return Err(wrong("收款人不在项目规定之列，或代领备案已经到期"));
        }
        sources_add_up(books, drawn, line)?;
        one_account(books, line, &mut together.debited)?;
    }
    Ok(together)
}

fn is_due(
    drawn: &RosterDrawn,
    n: u32,
    line: &RosterLine,
    entitlement: &Entitlement,
) -> Result<(), Rejection> {
    let due = entitlement.due(drawn.period);
    let due = due.ok_or(Rejection::RosterNotEntitled { n, entitlement: line.entitlement })?;
    if due != line.parts.as_slice() {
        let why = "金额或分项与资格不符".to_owned();
        return Err(Rejection::RosterLineWrong { n, why });
    }
    Ok(())
}

fn unpaid(books: &Books, drawn: &RosterDrawn, n: u32, line: &RosterLine) -> Result<(), Rejection> {
    let paid = books.payments.of_entitlement(line.entitlement, drawn.period);
    if let Some(reference) = paid.into_iter().next() {
        return Err(Rejection::RosterTwice { n, reference });
    }
    Ok(())
}

/// No beneficiary drew an excluded scheme for the same month; what failed meanwhile may have been paid there.
fn not_excluded(
    books: &Books,
    drawn: &RosterDrawn,
    n: u32,
    entitlement: &Entitlement,
) -> Result<(), Rejection> {
    match excluded_beside(books, drawn, entitlement) {
        None => Ok(()),
        Some(scheme) => Err(exclusive(vec![n], &BTreeSet::from([scheme]))),
    }
}

fn exclusive(lines: Vec<u32>, schemes: &BTreeSet<&SchemeCode>) -> Rejection {
    let schemes: Vec<String> = schemes.iter().map(ToString::to_string).collect();
    Rejection::RosterExclusive { n: LineNumbers(lines), scheme: schemes.join("、") }
}

/// Every line that an excluded scheme stops: they are put right together.
fn all_excluded(books: &Books, drawn: &RosterDrawn, lines: &[Line]) -> Rejection {
    let (mut numbers, mut schemes) = (Vec::new(), BTreeSet::new());
    for (n, line) in (1_u32..).zip(lines) {
        let held =
            line.as_roster().and_then(|line| books.cases.entitlements.get(&line.entitlement));
        if let Some(scheme) = held.and_then(|held| excluded_beside(books, drawn, held)) {
            numbers.push(n);
            schemes.insert(scheme);
        }
    }
    exclusive(numbers, &schemes)
}

/// The scheme that excludes the roster's and paid one of these persons for its month.
fn excluded_beside<'a>(
    books: &'a Books,
    drawn: &RosterDrawn,
    entitlement: &Entitlement,
) -> Option<&'a SchemeCode> {
    books.policies.excluded_by(&drawn.scheme, drawn.period).next()?;
    entitlement.persons.iter().find_map(|person| {
        let mut held = books.cases.of_person(*person).filter(|(id, held)| {
            let mut excluded = books.policies.excluded_by(&drawn.scheme, drawn.period);
            excluded.any(|scheme| *scheme == held.scheme)
                && books
                    .payments
                    .of_entitlement(*id, drawn.period)
                    .iter()
                    .any(|reference| is_with_the_payee(books, reference))
        });
        held.next().map(|(_, held)| &held.scheme)
    })
}

/// True unless the payment failed or came back.
fn is_with_the_payee(books: &Books, reference: &PaymentRef) -> bool {
    !matches!(
        books.payments.state(reference),
        Some(PaymentState::Failed | PaymentState::Returned) | None
    )
}

/// A reissue 补发 is a new payment in place of one that failed or came back, of the same amount.
fn reissue(
    books: &Books,
    drawn: &RosterDrawn,
    line: &RosterLine,
    reference: &PaymentRef,
) -> Result<(), Rejection> {
    let reference = reference.clone();
    let Some((batch, original)) = books.payments.find(&reference) else {
        return Err(Rejection::PaymentUnknown { reference });
    };
    let Some(reason) = original.failure() else {
        return Err(Rejection::ReissueNotOpen { reference });
    };
    if original.reissued_by.is_some() {
        return Err(Rejection::ReissueTwice { reference });
    }
    if reason.forbids_reissue() {
        return Err(Rejection::ReissueForbidden { reference, reason: reason.chinese() });
    }
    if original.amount != line.amount_fen {
        return Err(Rejection::ReissueAmount { reference, amount: original.amount });
    }
    if original.entitlement != line.entitlement || batch.period != drawn.period {
        return Err(Rejection::ReissueNotOpen { reference });
    }
    if reason.needs_account_change() {
        let change = line.change.and_then(|change| books.people.changes.get(&change));
        let fits = change.is_some_and(|change| {
            change.approved
                && change.changed.person == line.payee
                && change.changed.new.account == line.account
                && line.account != original.account
        });
        if !fits {
            return Err(Rejection::ReissueNeedsChange { reference });
        }
    }
    Ok(())
}

fn goes_to_the_living(
    books: &Books,
    drawn: &RosterDrawn,
    n: u32,
    line: &RosterLine,
    (entitlement, payee): (&Entitlement, Option<Payee<'_>>),
) -> Result<(), Rejection> {
    let period = drawn.period;
    let persons = entitlement.persons.iter().copied();
    let beneficiaries =
        persons.map(|person| (person, books.people.persons.get(&person).map(Payee::Person)));
    for (person, known) in beneficiaries.chain([(line.payee, payee)]) {
        if known.ok_or(Rejection::PersonUnknown { person })?.is_dead_in(period) {
            return Err(Rejection::PersonDead { person, period });
        }
    }
    if line.payee != entitlement.payee {
        let why = "收款人不是资格所定的收款人".to_owned();
        return Err(Rejection::RosterLineWrong { n, why });
    }
    let current = payee.and_then(|payee| payee.account());
    if current != Some(line.account) {
        return Err(Rejection::AccountNotCurrent { account: line.account });
    }
    Ok(())
}

/// A payment file debits one programme account, so a roster's funds lie in one. That the file then names
/// this account needs no rule: on another one these funds hold nothing, and no fund falls below zero.
fn one_account<'a>(
    books: &'a Books,
    line: &RosterLine,
    debited: &mut Option<&'a BankAccountCode>,
) -> Result<(), Rejection> {
    for source in &line.sources {
        let lies_in = books.funds.account_of(&source.fund);
        let account = *debited.get_or_insert(lies_in.ok_or_else(|| {
            let fund = source.fund.clone();
            Rejection::FundUnknown { fund }
        })?);
        if lies_in != Some(account) {
            let (fund, account) = (source.fund.clone(), account.clone());
            return Err(Rejection::FundAccountWrong { fund, account });
        }
    }
    Ok(())
}

fn sources_add_up(books: &Books, drawn: &RosterDrawn, line: &RosterLine) -> Result<(), Rejection> {
    let amounts = line.sources.iter().map(|source| source.amount_fen);
    let parts = sum_of(&line.parts).ok_or(Rejection::MoneyOverflow {})?;
    let all_positive = line.sources.iter().all(|source| source.amount_fen.is_positive());
    if entitling::total(amounts)? != line.amount_fen || parts != line.amount_fen || !all_positive {
        return Err(Rejection::PartsMismatch {});
    }
    for source in &line.sources {
        let fund = source.fund.clone();
        let Some(known) = books.funds.funds.get(&fund) else {
            return Err(Rejection::FundUnknown { fund });
        };
        if !known.purposes.contains(&drawn.scheme) {
            return Err(Rejection::FundPurpose { fund, scheme: drawn.scheme.clone() });
        }
    }
    Ok(())
}
