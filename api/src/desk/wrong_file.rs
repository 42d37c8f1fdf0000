//! Is it the right file? A response that answers another batch is told before it becomes thousands of exceptions.

use std::collections::BTreeSet;

use ledger::answer::Outcome;
use ledger::books::Books;
use ledger::ids::{BankAccountCode, BatchCode, PaymentRef};
use ledger::period::Date;
use ledger::rejection::Rejection;
use reconcile::matcher::{Difference, LineOutcome, MatchReport};
use reconcile::pieces::Pieces;
use reconcile::problem::{Code, Problem};
use reconcile::profile::Layout;
use reconcile::refund::RefundLine;
use reconcile::response::{ResponseFile, ResponseLine};

use super::incoming::Incoming;
use crate::failure::Failure;

/// The batch that a response answers: the one that the clerk names, or the one that all references in it name. Neither
/// the rows nor the file's name may speak of another.
pub(super) fn batch_of(
    layout: &Layout,
    file: &Incoming<'_>,
    given: Option<BatchCode>,
    lines: &Pieces<ResponseLine>,
) -> Result<BatchCode, Failure> {
    let batch = given.map_or_else(|| batch_named_in(lines), Ok)?;
    if let Ok(named) = batch_named_in(lines)
        && named != batch
    {
        let text =
            format!("文件里的行引用都属于批次{named}，不是{batch}；没有入账。请核对是否拿错文件。");
        return Err(Failure::refused("response.other_batch", text));
    }
    let name = file.opened.file();
    let pattern = layout.file_name.as_ref();
    match pattern.and_then(|pattern| pattern.batch_in(name)) {
        Some(named) if named != batch.as_str() => Err(Failure::refused(
            "response.other_name",
            format!(
                "按版式，文件名“{name}”是批次{named}的，要核对的却是{batch}；没有入账。请核对是否拿错文件；确属{batch}的，问明银行后改正文件名。"
            ),
        )),
        Some(_) | None => Ok(batch),
    }
}

/// A day that the clerk names is that of every row which names one itself.
pub(super) fn other_day(
    file: &Incoming<'_>,
    given: Option<Date>,
    lines: &Pieces<ResponseLine>,
) -> Result<(), Failure> {
    let Some(given) = given else { return Ok(()) };
    let other = |line: &&ResponseLine| line.date.is_some_and(|date| date != given);
    let problems = lines.iter().filter(other).map(|line| {
        let problem = Problem::of_row(Code::ResponseDateDiffers, file.opened.file(), line.row);
        let date = line.date.map_or_else(String::new, |date| date.to_string());
        problem.found(date).expected(given.to_string())
    });
    let problems: Vec<Problem> = problems.collect();
    if problems.is_empty() { Ok(()) } else { Err(Failure::Problems(problems)) }
}

/// Returns come back to the account that the payments went out from.
pub(super) fn other_account(
    books: &Books,
    account: &BankAccountCode,
    lines: &Pieces<RefundLine>,
) -> Result<(), Failure> {
    let batches = &books.payments.batches;
    let of_another = lines.iter().find_map(|line| {
        let reference = line.reference.as_ref()?;
        let released = batches.get(reference.batch())?.released.as_ref()?;
        (released.account != *account).then_some((line.row, reference, &released.account))
    });
    let Some((row, reference, other)) = of_another else { return Ok(()) };
    Err(Failure::refused(
        "returns.other_account",
        format!(
            "第{row}行的支付{reference}由专户{other}付出，不是{account}；没有入账。请核对是否注错专户、拿错文件。"
        ),
    ))
}

/// The batch that every reference in the file names.
fn batch_named_in(lines: &Pieces<ResponseLine>) -> Result<BatchCode, Failure> {
    let named = batches_named_in(lines);
    let mut named = named.into_iter();
    match (named.next(), named.next()) {
        (Some(batch), None) => Ok(batch.clone()),
        (None, _) => {
            Err(Failure::usage("回盘文件没有带回行引用，请注明批次（命令行用 --batch）。"))
        }
        (Some(one), Some(other)) => {
            let row = lines.iter().find(|line| {
                line.reference.as_ref().is_some_and(|reference| reference.batch() == other)
            });
            let row = row.map_or(0, |line| line.row);
            Err(Failure::usage(format!(
                "回盘文件里有多个批次的行引用：{one}，第{row}行起又有{other}。请核对是否混入别批的行；没有混错的，请注明要核对的批次（命令行用 --batch）。"
            )))
        }
    }
}

fn batches_named_in(lines: &Pieces<ResponseLine>) -> BTreeSet<&BatchCode> {
    lines.iter().filter_map(|line| line.reference.as_ref().map(PaymentRef::batch)).collect()
}

/// Refuses a file of which no row answers a payment of the batch or has the amount of one; and one of which less than half
/// do, unless the clerk states how many do not.
pub(super) fn refuse_foreign(
    books: &Books,
    batch: &BatchCode,
    file: &Incoming<'_>,
    read: &ResponseFile,
    report: &MatchReport,
) -> Result<(), Failure> {
    // A row that says once more what another row says is no stranger.
    let strays = report.outcomes.iter().filter(|line| is_stray(line)).count();
    let strays = strays.saturating_sub(report.repeats.len());
    let (count, fitting) = (read.lines.len(), read.lines.len() - strays);
    let told =
        || format!("{}{}没有入账。", compared(books, batch, read), about(books, batch, read));
    let known = books.payments.batches.get(batch);
    let amounts = || read.lines.iter().map(|line| line.amount);
    let has_amounts = || known.is_some_and(|batch| batch.has_one_of(amounts()));
    if count > 0 && fitting == 0 && !has_amounts() {
        let why = Rejection::ResponseForeign { batch: batch.clone(), count };
        return Err(Failure::refused(why.code(), format!("{why}。{}{}", told(), why.hint())));
    }
    let stated = file.mismatches;
    if stated.is_some_and(|stated| stated != strays) {
        return Err(Failure::refused(
            "response.mismatches",
            format!("对不上支付的实为{strays}行，与注明的行数不符；没有入账。请重新核对。"),
        ));
    }
    if stated.is_none() && strays > fitting {
        return Err(Failure::refused(
            "response.mismatches",
            format!(
                "回盘{count}行里只有{fitting}行对应批次{batch}的支付，{strays}行对不上。{}请先核对是否拿错文件；确属本批的，注明对不上的行数{strays}再导入（命令行用 --mismatches {strays}），对不上的逐行列为存疑。",
                told()
            ),
        ));
    }
    Ok(())
}

/// A row that answers no payment of the batch. Where rows are numbered within a batch, one of another batch bears the number
/// of a payment of somebody else: another account, and more that differs.
fn is_stray(line: &LineOutcome) -> bool {
    let is_somebody_else = line.differs.count() > 1 && line.differs.contains(Difference::Account);
    line.outcome == Outcome::Unmatched || is_somebody_else
}

/// What stood against what.
fn compared(books: &Books, code: &BatchCode, read: &ResponseFile) -> String {
    let Some(batch) = books.payments.batches.get(code) else { return String::new() };
    let (rows, total) = (read.lines.len(), read.total);
    let (payments, due) = (batch.len(), batch.total);
    format!(
        "核对的是文件的{rows}行{total}元与批次{code}的{payments}笔{due}元，按行引用、账号、户名、金额。"
    )
}

/// What the file seems to be about, if not about this batch.
fn about(books: &Books, code: &BatchCode, read: &ResponseFile) -> String {
    let batches = &books.payments.batches;
    let told = |codes: Vec<&BatchCode>| {
        let codes = codes.into_iter().filter_map(|code| {
            let batch = batches.get(code)?;
            let (period, scheme, stage) = (batch.period, &batch.scheme, batch.stage.chinese());
            Some(format!("{code}（{period}，项目{scheme}，{stage}）"))
        });
        codes.collect::<Vec<_>>().join("、")
    };
    let named = batches_named_in(&read.lines).into_iter().filter(|named| *named != code);
    let named = told(named.collect());
    if !named.is_empty() {
        return format!("文件里的行引用属于批次{named}。");
    }
    let (rows, total) = (read.lines.len(), read.total);
    let same = batches.iter().filter(|(other, batch)| {
        *other != code && batch.released.is_some() && batch.len() == rows && batch.total == total
    });
    let same = told(same.map(|(code, _)| code).collect());
    if same.is_empty() {
        "文件里没有认出别的批次。".to_owned()
    } else {
        format!("笔数和金额与文件相同的是批次{same}。")
    }
}
