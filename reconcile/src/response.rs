//! Reads a response file 回盘: one line per payment, totals checked, nothing skipped.

use compact_str::CompactString;
use ledger::answer::Reason;
use ledger::ids::{BatchCode, PaymentRef};
use ledger::money::Money;
use ledger::period::Date;

use crate::body::Body;
use crate::cells::{RowReader, read_rows};
use crate::detect::base_name;
use crate::difference::Difference;
use crate::opened::Opened;
use crate::payee::read_payee;
use crate::pieces::Pieces;
use crate::problem::{Code, Problem};
use crate::problems::Problems;
use crate::profile::{BankStatus, Direction, Layout, ReasonRule, Role, SettledPart, StatusRule};
use crate::reasons::{classify, denies_failure, denies_success, echoed_name, without_echo};
use crate::totals::{self, Sums};

/// What the bank does not say in its file and the caller knows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Given {
    /// The payment batch. Layouts that number their lines within a batch need it.
    pub batch: Option<BatchCode>,
    /// The day the bank answered, for files that do not name it.
    pub answered_on: Option<Date>,
}

/// One line of a response file. A million of these are held at once, so short texts stand in the line itself and rare ones
/// elsewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResponseLine {
    /// Its row in the file, from 1.
    pub row: u32,
    /// Our reference, where it came back: `None` if the bank dropped the remark or overwrote it.
    pub reference: Option<PaymentRef>,
    /// The account as the bank has it, narrow and without spaces.
    pub account_no: CompactString,
    /// The payee's name as the bank has it.
    pub name: CompactString,
    /// The instructed amount as the bank echoes it; more than nothing.
    pub amount: Money,
    /// The amount that the bank says it settled. Where a layout has no such column: the whole amount of
    /// a success, else nothing.
    pub settled_amount: Money,
    /// The bank's verdict.
    pub status: BankStatus,
    /// Why it failed, or waits where the bank says so; `None` for a success.
    pub reason: Option<Reason>,
    /// What the bank says of it in its own words; `None` for a success, unless they contradict it.
    pub remark: Option<Box<BankRemark>>,
    /// Why a person must look at it, whatever payment it names.
    pub doubt: Option<Difference>,
    /// The day of the answer: from the line, else from the file's name, else as given by the caller.
    pub date: Option<Date>,
}

/// The bank's own words about a line. They may name another holder: to the vault, never to the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BankRemark {
    /// As the bank wrote them.
    pub text: String,
    /// The name that the bank has for the account, where it tells.
    pub echoed_name: Option<String>,
}

impl ResponseLine {
    /// The bank's own words; empty for a success.
    #[must_use]
    pub fn reason_text(&self) -> &str {
        self.remark.as_ref().map_or("", |remark| &remark.text)
    }

    /// The name that the bank has for the account, where it tells.
    #[must_use]
    pub fn echoed_name(&self) -> Option<&str> {
        self.remark.as_ref()?.echoed_name.as_deref()
    }
}

/// A whole response file without problems.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ResponseFile {
    /// Every line, in the order of the file.
    pub lines: Pieces<ResponseLine>,
    /// The sum of the instructed amounts.
    pub total: Money,
    /// The sum of the settled amounts.
    pub settled_total: Money,
}

/// Reads a response file in the layout that [`crate::detect::detect`] found.
///
/// # Errors
/// Every problem of the file. A file with problems gives no lines.
pub fn read(
    layout: &Layout,
    opened: &Opened<'_>,
    given: &Given,
) -> Result<ResponseFile, Vec<Problem>> {
    let file = opened.file;
    let mut problems = Problems::default();
    let mut body = body_of(layout, opened, Direction::Reply)?;
    body_problems(file, layout, &body, given, &mut problems);
    let is_empty = body.is_empty();
    let totals = totals::take(file, layout, &mut body, &mut problems);
    too_many(file, layout, &body, &mut problems);
    let group = totals::stated(totals.as_ref(), Role::GroupStatus);
    let group = group.and_then(|(_, words)| status_of(layout, &words));
    if is_empty {
        let all_rejected = group == Some(BankStatus::Failed);
        let code = if all_rejected { Code::ResponseAllRejected } else { Code::FileNoLines };
        problems.push(Problem::of_file(code, file));
    }
    let date =
        date_of_file(file, layout, given, totals::stated_day(totals.as_ref()), &mut problems);
    let lines = read_rows(file, layout, &body, &mut problems, |row| {
        let line = read_line(layout, row, given.batch.as_ref(), date)?;
        let part = row.text(Role::GroupStatus).and_then(|words| status_of(layout, words));
        for group in [group, part].into_iter().flatten() {
            if matches!(group, BankStatus::Success | BankStatus::Failed) && group != line.status {
                let (found, expected) = (line.status.chinese(), group.chinese());
                row.refuse(Code::ResponseGroupDiffers, Role::Status, found, expected);
            }
        }
        Some(line)
    });
    let (total, settled_total) = sums(file, &lines, &mut problems);
    if let Some(stated) = totals::stated_batch(totals.as_ref()) {
        other_batch(file, &stated, &lines, &mut problems);
    }
    if let Some((rule, row)) = totals {
        let is_whole = lines.len() == body.count();
        let sums = Sums { count: lines.len(), total, settled: Some(settled_total) };
        totals::check(file, rule, &row, is_whole.then_some(sums), &mut problems);
    }
    if problems.is_empty() {
        Ok(ResponseFile { lines, total, settled_total })
    } else {
        Err(problems.into_told(file))
    }
}

/// The body of a file that must go in that direction.
pub(crate) fn body_of<'a>(
    layout: &Layout,
    opened: &'a Opened<'_>,
    direction: Direction,
) -> Result<Body<'a>, Vec<Problem>> {
    if layout.direction != direction {
        return Err(vec![
            Problem::of_file(Code::FileWrongDirection, opened.file)
                .found(layout.direction.chinese())
                .expected(direction.chinese()),
        ]);
    }
    opened.body(layout).map_err(|why| vec![why.into_problem(opened.file)])
}

/// What is wrong with the file as a whole, before any row is read.
pub(crate) fn body_problems(
    file: &str,
    layout: &Layout,
    body: &Body<'_>,
    given: &Given,
    problems: &mut Problems,
) {
    for (row, code) in &body.faults {
        problems.push(Problem { row: *row, ..Problem::of_file(*code, file) });
    }
    for row in &body.preamble {
        if let Some(code) = row.fault {
            problems.push(Problem::of_row(code, file, row.number));
        }
    }
    if layout.field(Role::Number).is_some() && given.batch.is_none() {
        problems.push(Problem::of_file(Code::ResponseBatchNeeded, file));
    }
}

/// More lines than the layout lets a file have. The totals are no line: they must have been taken out.
pub(crate) fn too_many(file: &str, layout: &Layout, body: &Body<'_>, problems: &mut Problems) {
    let most = layout.max_rows.and_then(|most| usize::try_from(most).ok());
    if let Some(most) = most.filter(|most| body.count() > *most) {
        problems.push(
            Problem::of_file(Code::ResponseTooManyRows, file)
                .found(format!("{}行", body.count()))
                .expected(format!("至多{most}行")),
        );
    }
}

/// The bank's date in the file's head or name, or the caller's; both must agree where there are two.
fn date_of_file(
    file: &str,
    layout: &Layout,
    given: &Given,
    stated: Option<Date>,
    problems: &mut Problems,
) -> Option<Date> {
    let named = layout.file_name.as_ref().and_then(|name| name.date_in(base_name(file)));
    let named = stated.or(named);
    if let (Some(named), Some(given)) = (named, given.answered_on)
        && named != given
    {
        problems.push(
            Problem::of_file(Code::ResponseDateDiffers, file)
                .found(named.to_string())
                .expected(given.to_string()),
        );
    }
    named.or(given.answered_on)
}

/// A row of another batch than the one that the file says it answers.
fn other_batch(
    file: &str,
    stated: &BatchCode,
    lines: &Pieces<ResponseLine>,
    problems: &mut Problems,
) {
    for line in lines.iter() {
        if let Some(reference) = line.reference.as_ref().filter(|known| known.batch() != stated) {
            let problem = Problem::of_row(Code::ResponseBatchDiffers, file, line.row);
            problems.push(problem.found(reference.to_string()).expected(stated.to_string()));
        }
    }
}

/// What the instructed and the settled amounts come to.
fn sums(file: &str, lines: &Pieces<ResponseLine>, problems: &mut Problems) -> (Money, Money) {
    let add = |(instructed, settled): (Money, Money), more: (Money, Money)| {
        Some((instructed.checked_add(more.0)?, settled.checked_add(more.1)?))
    };
    let none = (Money::ZERO, Money::ZERO);
    let parts = lines.on_all_cores(|piece| {
        piece.iter().map(|line| (line.amount, line.settled_amount)).try_fold(none, add)
    });
    let total = parts.into_iter().try_fold(none, |total, part| add(total, part?));
    total.unwrap_or_else(|| (overflow(file, problems), Money::ZERO))
}

fn overflow(file: &str, problems: &mut Problems) -> Money {
    problems.push(Problem::of_file(Code::ResponseOverflow, file));
    Money::ZERO
}

pub(crate) fn sum(
    file: &str,
    amounts: impl Iterator<Item = Money>,
    problems: &mut Problems,
) -> Money {
    Money::total(amounts).unwrap_or_else(|| overflow(file, problems))
}

fn read_line(
    layout: &Layout,
    row: &mut RowReader<'_>,
    batch: Option<&BatchCode>,
    date: Option<Date>,
) -> Option<ResponseLine> {
    let payee = read_payee(layout, row, batch);
    let settled = row.money(Role::SettledAmount);
    let amount = payee.as_ref().map(|payee| payee.amount);
    let status = read_status(layout, row, amount, settled);
    if let Some(settled) = settled.filter(|settled| settled.is_negative()) {
        row.refuse(Code::ValueNegative, Role::SettledAmount, &settled.to_yuan(), "");
    }
    let stated_reason = row.text(Role::Reason);
    let own_date = row.date(Role::Date);
    let (payee, (status, words)) = (payee?, status?);
    let settled_amount = match (settled, status) {
        (Some(settled), _) => settled,
        (None, BankStatus::Success) => payee.amount,
        (None, BankStatus::Failed | BankStatus::Pending | BankStatus::Unknown) => Money::ZERO,
        (None, BankStatus::Partial) => {
            row.refuse(Code::ResponsePartUnstated, Role::Status, words, "");
            Money::ZERO
        }
    };
    let is_success = status == BankStatus::Success;
    // Our reference among the reasons: the cells of this row do not stand in their columns.
    let is_moved = stated_reason.is_some_and(|text| text.parse::<PaymentRef>().is_ok());
    let moved = is_moved.then_some(Difference::Reference);
    let contradiction = contradicts(status, stated_reason, &layout.reasons);
    let text = match (is_success, contradiction) {
        (true, None) => "",
        (_, Some(words)) => words,
        (false, None) => stated_reason.unwrap_or(words),
    };
    let reason = if is_success { Reason::Other } else { classify(text, &layout.reasons) };
    let gives_reason = status == BankStatus::Failed || (!is_success && reason != Reason::Other);
    Some(ResponseLine {
        row: row.number(),
        reference: payee.reference,
        account_no: payee.account_no,
        name: payee.name,
        amount: payee.amount,
        settled_amount,
        status,
        reason: gives_reason.then_some(reason),
        remark: (!text.is_empty()).then(|| {
            Box::new(BankRemark { text: text.to_owned(), echoed_name: echoed_name(text) })
        }),
        doubt: moved.or(contradiction.map(|_| Difference::Words)).or(payee.doubt),
        date: own_date.or(date),
    })
}

/// The bank's words where they say otherwise than its verdict: a success with a reason for a failure, or a failure that they call
/// a success.
fn contradicts<'a>(
    status: BankStatus,
    words: Option<&'a str>,
    own: &[ReasonRule],
) -> Option<&'a str> {
    let words = words?;
    let contradicts = match status {
        BankStatus::Success => denies_success(words, own),
        BankStatus::Failed => denies_failure(words, own),
        BankStatus::Pending | BankStatus::Unknown | BankStatus::Partial => false,
    };
    contradicts.then_some(words)
}

/// The bank's verdict and its words. A word that the profile does not list is never guessed.
fn read_status<'a>(
    layout: &Layout,
    row: &mut RowReader<'a>,
    amount: Option<Money>,
    settled: Option<Money>,
) -> Option<(BankStatus, &'a str)> {
    if let Some(status) = layout.every_line {
        return Some((status, ""));
    }
    let by_emptiness = layout.statuses.iter().any(|rule| rule.empty);
    let words =
        if by_emptiness { row.text_or_empty(Role::Status)? } else { row.text(Role::Status)? };
    let judged = without_echo(words);
    let part = settled_part(amount, settled);
    let fits = |rule: &&StatusRule| rule.settled.is_none_or(|asked| part == Some(asked));
    let rule = layout.statuses.iter().filter(fits).find(|rule| rule.says(&judged));
    let asks_amounts = layout.statuses.iter().any(|rule| rule.settled.is_some());
    if rule.is_none() && asks_amounts && amount.is_none() {
        // Without the amount, whose problem is told already, nothing can be said of the status.
        return None;
    }
    if rule.is_none() {
        let stated = if words.is_empty() { "空" } else { words };
        let amounts = settled.map(|settled| format!("{stated}，实处理{}", settled.to_yuan()));
        let found = amounts.filter(|_| asks_amounts).unwrap_or_else(|| words.to_owned());
        row.refuse(Code::ResponseUnknownStatus, Role::Status, &found, "");
    }
    rule.map(|rule| (rule.is, words))
}

/// What a word of the whole file means, if it is one of a line.
fn status_of(layout: &Layout, words: &str) -> Option<BankStatus> {
    let rule = layout.statuses.iter().find(|rule| rule.settled.is_none() && rule.says(words));
    rule.map(|rule| rule.is)
}

fn settled_part(amount: Option<Money>, settled: Option<Money>) -> Option<SettledPart> {
    let amount = amount?;
    Some(match settled {
        None => SettledPart::Nothing,
        Some(settled) if settled.is_zero() => SettledPart::Nothing,
        Some(settled) if settled == amount => SettledPart::All,
        Some(_) => SettledPart::Part,
    })
}
