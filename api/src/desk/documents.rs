//! Documents out of the books: month-end report, reconciliation statements, bulletin, journal. Each into one folder.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use exports::bulletin::{self, BulletinHead, Comparison, Disclosure, Requirement};
use exports::data_tables::{self, CsvEncoding};
use exports::document::{Document, NotWritten};
use exports::journal::{JournalWriter, trial_balance};
use exports::month_end::{self as month_end_report, Banks};
use exports::reconciliation_statement;
use exports::table::{Report, Standing};
use ledger::act::Body;
use ledger::act::closing::{BulletinIssued, Document as IssuedDocument};
use ledger::act::policies::{Pays, StandardRule};
use ledger::books::Books;
use ledger::engine::fold_while;
use ledger::ids::{Digest, SchemeCode};
use ledger::period::{Date, Period};
use ledger::signer::Signer;
use ledger::views::month::MonthTable;
use sha2::{Digest as _, Sha256};

use super::{Desk, Draft, Office, closing, write_whole};
use crate::failure::Failure;

/// What a bulletin carries that is not a figure.
pub struct Issue<'a> {
    /// Document number.
    pub number: &'a str,
    /// Day of signature.
    pub signed_on: Date,
}

/// Writes the month-end report and one reconciliation statement per programme account.
///
/// # Errors
/// A figure leaves its range, or the machine fails.
pub fn month_end(desk: &Desk, period: Period, out: &Path) -> Result<Vec<PathBuf>, Failure> {
    let (table, standing) = standing_figures(desk.office(), period)?;
    let previous = closed_before(desk.office(), period);
    let report = month_end_report::report(&table, previous.as_ref(), &banks(desk), standing)
        .map_err(|why| unwritten(&why))?;
    let mut written = both(out, &format!("{period}-月结报告"), &report)?;
    for account in &table.accounts {
        let report = reconciliation_statement::report(&table, account, standing);
        let name = format!("{period}-余额调节表-{}", account.account);
        written.extend(both(out, &name, &report.map_err(|why| unwritten(&why))?)?);
    }
    Ok(written)
}

/// Which bank each account is at, and which account each batch was paid from.
fn banks(desk: &Desk) -> Banks {
    let books = desk.books();
    let accounts = books.funds.accounts.iter();
    let released =
        books.payments.batches.iter().filter_map(|(code, batch)| {
            Some((code.clone(), batch.released.as_ref()?.account.clone()))
        });
    Banks {
        of_account: accounts.map(|(code, account)| (code.clone(), account.bank.clone())).collect(),
        of_batch: released.collect(),
    }
}

/// Writes the bulletin with its annexes; with a key, issues it: its documents' digests go into the books.
///
/// # Errors
/// A figure leaves its range, a rule says no, or the machine fails.
pub fn bulletin(
    desk: &mut Desk,
    period: Period,
    issue: &Issue<'_>,
    out: &Path,
    key: Option<&dyn Signer>,
) -> Result<Vec<PathBuf>, Failure> {
    let (draft, documents) = bulletin_draft(desk.office(), period, issue)?;
    if let Some(key) = key {
        desk.sign_draft(key, &draft)?;
        desk.checkpoint()?;
    }
    let mut written = Vec::new();
    for document in &documents {
        // A draft never lies where the issued document lies.
        let name = match key {
            Some(_) => document.name.clone(),
            None => document.name.replacen("通报", "通报送审稿", 1),
        };
        written.push(write_whole(&out.join(name), &document.bytes)?);
    }
    Ok(written)
}

/// The bulletin with its annexes as the books stand, and the act that issues it.
///
/// # Errors
/// A figure leaves its range, or the frozen figures are not what was signed.
pub fn bulletin_draft(
    office: Office<'_>,
    period: Period,
    issue: &Issue<'_>,
) -> Result<(Draft, Vec<Document>), Failure> {
    let (table, standing) = standing_figures(office, period)?;
    let previous = closed_before(office, period);
    let comparison = Comparison { previous: previous.as_ref(), last_year: None };
    let head = head(office.books, period, issue);
    let documents =
        bulletin::write(&table, comparison, &head, standing).map_err(|why| unwritten(&why))?;
    let issued = |document: &Document| IssuedDocument {
        digest: Digest(Sha256::digest(&document.bytes).into()),
        name: document.name.clone(),
    };
    let body = BulletinIssued {
        documents: documents.iter().map(issued).collect(),
        height: table.height,
        number: issue.number.to_owned(),
        period,
    };
    Ok((Draft::of(Body::BulletinIssued(body)), documents))
}

fn head(books: &Books, period: Period, issue: &Issue<'_>) -> BulletinHead {
    let name = books.offices.ledger_name();
    let county = name.split("社会救助").next().unwrap_or_default().to_owned();
    let signed_on = issue.signed_on;
    let by = |days| signed_on.plus_days(days).unwrap_or(signed_on);
    let require = |days, text: &str| Requirement { by: by(days), text: text.to_owned() };
    BulletinHead {
        issuer: format!("{county}民政局"),
        number: issue.number.to_owned(),
        addressees: "各乡（镇）人民政府".to_owned(),
        basis: "《关于建立困难群众生活救助资金发放月通报制度的通知》".to_owned(),
        area: "全县".to_owned(),
        parts: "各乡镇".to_owned(),
        signed_on,
        disclosure: Disclosure::OnRequest,
        copies_to: format!("{county}财政局、{county}审计局、{county}纪委监委"),
        requirements: vec![require(10, "完成退汇、失败对象的账户核实和变更")],
        report_by: signed_on.plus_days(20),
        remarks: standards(books, period),
    }
}

/// Each scheme's standards of the county, as its paragraph says them.
fn standards(books: &Books, period: Period) -> BTreeMap<SchemeCode, String> {
    let Some(founded) = &books.offices.founded else { return BTreeMap::new() };
    let sentence = |scheme: &SchemeCode| {
        let set = books.policies.scheme(scheme, period);
        let per = match set.map(|set| (set.pays, set.months)) {
            Some((Some(Pays::Progress), _)) => "元/人",
            Some((None, Some(1))) => "元/人次",
            Some((None, _)) | None => "元/人·月",
        };
        let standards = books.policies.standards_of(scheme, &founded.county, period);
        let parts = standards.map(|standard| {
            let (label, amount) = (&standard.category, standard.amount_fen);
            match standard.rule {
                StandardRule::Fixed => format!("{label}{amount}{per}"),
                StandardRule::Ceiling => format!("{label}不超过{amount}{per}"),
                StandardRule::PerUnit => format!("{label}每单位{amount}元"),
            }
        });
        parts.collect::<Vec<_>>().join("，")
    };
    let schemes =
        books.policies.schemes().map(|scheme| (scheme.code.clone(), sentence(&scheme.code)));
    let stated = schemes.filter(|(_, parts)| !parts.is_empty());
    stated.map(|(code, parts)| (code, format!("标准：{parts}。"))).collect()
}

/// The journal for hledger, the trial balance, and the payments without personal fields.
///
/// # Errors
/// The log cannot be read, or the machine fails.
pub fn journal(desk: &Desk, out: &Path) -> Result<Vec<PathBuf>, Failure> {
    let mut writer = JournalWriter::new();
    let books = desk.books();
    fold_while(desk.engine().log(), &books.origin, &mut |before, statement| {
        writer.record_act(before, statement);
        true
    })?;
    let journal = writer.finish(books.offices.ledger_name(), &books.origin);
    let payments =
        data_tables::payments(books, None, CsvEncoding::Utf8).map_err(|why| unwritten(&why))?;
    Ok(vec![
        write_whole(&out.join("journal.hledger"), journal.as_bytes())?,
        write_whole(&out.join("trial-balance.csv"), trial_balance(books).as_bytes())?,
        write_whole(&out.join("payments.csv"), &payments)?,
    ])
}

fn standing_figures(office: Office<'_>, period: Period) -> Result<(MonthTable, Standing), Failure> {
    let (table, is_closed) = closing::figures(office, period)?;
    Ok((table, if is_closed { Standing::Closed } else { Standing::Provisional }))
}

/// The frozen figures of the month before, if it is closed.
fn closed_before(office: Office<'_>, period: Period) -> Option<MonthTable> {
    closing::figures(office, period.previous())
        .ok()
        .and_then(|(table, closed)| closed.then_some(table))
}

fn both(out: &Path, name: &str, report: &Report) -> Result<Vec<PathBuf>, Failure> {
    let workbook = report.to_xlsx().map_err(|why| unwritten(&why))?;
    Ok(vec![
        write_whole(&out.join(format!("{name}.md")), report.to_markdown().as_bytes())?,
        write_whole(&out.join(format!("{name}.xlsx")), &workbook)?,
    ])
}

fn unwritten(why: &NotWritten) -> Failure {
    Failure::Machine { code: why.code().to_owned(), text: why.to_string(), exit: 1 }
}
