//! `doudi replay`: fold the history again, up to an entry or a day, and show the books as they stood.

use std::fmt::Write as _;
use std::path::PathBuf;

use ledger::act::Body;
use ledger::books::Books;
use ledger::engine::fold_while;
use ledger::log::Log;
use ledger::period::{Date, Period};
use ledger::views::month::MonthTable;
use serde_json::json;

use super::Report;
use crate::desk::{trust_of, write_whole};
use crate::failure::Failure;

#[derive(clap::Args)]
pub(super) struct Args {
    /// 台账目录 (ledger folder)
    #[arg(long)]
    dir: PathBuf,
    /// 到这一条记录为止，含 (up to this entry)
    #[arg(long, conflicts_with = "as_of")]
    at: Option<u64>,
    /// 到第一个声称时间晚于这一天的动作之前为止 (up to this day, by claimed time in log order)
    #[arg(long)]
    as_of: Option<Date>,
    /// 同时算出这个月当时的数 (figures of this month as they stood)
    #[arg(long)]
    period: Option<Period>,
    /// 重新写出 views/ 里的月结冻结数据 (write the frozen months again)
    #[arg(long)]
    views: bool,
}

pub(super) fn run(args: &Args) -> Result<Report, Failure> {
    let trust = trust_of(&args.dir)?;
    let log = Log::open_for_audit(&args.dir, &trust.log_key)?;
    let until = args.as_of.map(|day| day.to_string());
    let mut frozen = Vec::new();
    let books = fold_while(&log, trust.origin(), &mut |before, statement| {
        let by_entry = args.at.is_none_or(|last| statement.at.0 <= last);
        let day = statement.act.time.get(..10).unwrap_or_default();
        let goes_on = by_entry && until.as_deref().is_none_or(|until| day <= until);
        if let (true, Body::MonthClosed(closed)) = (args.views && goes_on, statement.body()) {
            let table = MonthTable::of(before, closed.period);
            frozen.extend(table.filter(|table| table.digest() == closed.table));
        }
        goes_on
    })?;
    for table in &frozen {
        write_whole(&args.dir.join(format!("views/{}.json", table.period)), &table.bytes())?;
    }
    let table = args.period.map(|period| MonthTable::of(&books, period));
    let table = table.flatten().map(|table| serde_json::to_value(table).unwrap_or_default());
    let balances: Vec<_> = books
        .postings
        .balances()
        .iter()
        .filter(|(_, amount)| !amount.is_zero())
        .map(|(account, amount)| json!({ "account": account.to_string(), "amount_fen": amount }))
        .collect();
    Ok(Report {
        text: shown(&books),
        json: json!({
            "ok": true, "height": books.height, "balances": balances,
            "closed": books.closings.closed.keys().collect::<Vec<_>>(), "month": table,
        }),
    })
}

fn shown(books: &Books) -> String {
    let mut text = format!(
        "台账高度{}；户{}，人{}，资格{}，批次{}，存疑{}\n试算平衡：",
        books.height,
        books.people.households.len(),
        books.people.persons.len(),
        books.cases.entitlements.len(),
        books.payments.batches.len(),
        books.bank.exceptions.len(),
    );
    for (account, amount) in books.postings.balances() {
        if !amount.is_zero() {
            let _ = write!(text, "\n  {account}  {amount}");
        }
    }
    text
}
