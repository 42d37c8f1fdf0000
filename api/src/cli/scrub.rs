//! `doudi scrub`: reads everything at leisure and lists all damage, not only the first. Writes nothing.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use ledger::audit::{self, Audited};
use ledger::log::{Finding, Log, LogReader, Scrubbed, scrub};
use ledger::trust::Trust;
use serde_json::{Value, json};

use super::Report;
use super::control::{self, Question};
use crate::copies::known_act;
use crate::desk::{papers, trust_of, vault_audit};
use crate::failure::Failure;

#[derive(clap::Args)]
pub(super) struct Args {
    /// 台账目录 (ledger folder)
    #[arg(long)]
    dir: PathBuf,
    /// 每秒最多读多少兆字节 (MiB a second at most)
    #[arg(long)]
    rate_mib: Option<u32>,
}

pub(super) fn run(args: &Args) -> Result<Report, Failure> {
    let question = Question::Scrub { rate_mib: args.rate_mib };
    control::here_or_there(&args.dir, &question, || here(args))
}

/// Scrubs what the newest checkpoint of a served log covers.
pub(super) fn of_served(log: &LogReader, rate: Option<u32>) -> Result<Report, Failure> {
    let mut pace = Pace { start: Instant::now(), read: 0, rate };
    let scrubbed = log.scrub(&known_act(log.key().name()), &mut |bytes| pace.after(bytes));
    let rows: Vec<Value> = scrubbed.findings.iter().map(row).collect();
    let lines: Vec<String> = scrubbed.findings.iter().map(line).collect();
    let beyond =
        "台账正在服务：只通读了存证头覆盖的日志；月结数据、文件和保险库须停止服务后再核对。";
    told(&scrubbed, &rows, &lines)
        .map(|report| Report { text: format!("{}\n{beyond}", report.text), json: report.json })
}

fn here(args: &Args) -> Result<Report, Failure> {
    let trust = trust_of(&args.dir)?;
    let mut pace = Pace { start: Instant::now(), read: 0, rate: args.rate_mib };
    let known = known_act(trust.origin());
    let scrubbed = scrub(&args.dir, &trust.log_key, &known, &mut |bytes| pace.after(bytes))?;
    let mut rows: Vec<Value> = scrubbed.findings.iter().map(row).collect();
    let mut lines: Vec<String> = scrubbed.findings.iter().map(line).collect();
    let mut notes: Vec<String> = Vec::new();
    // Figures and papers are compared with the books, and books are folded from a log that is sound.
    if scrubbed.findings.is_empty() {
        let (found, note) = beyond_the_log(&args.dir, &trust)?;
        notes.extend(note);
        for (code, text) in found {
            rows.push(json!({ "code": code, "first": null, "last": null, "text": text }));
            lines.push(format!("〔{code}〕{text}"));
        }
    } else {
        lines.push(
            "月结数据、文件和保险库未核对：请先修复日志，再运行一次 doudi scrub。".to_owned(),
        );
    }
    let report = told(&scrubbed, &rows, &lines)?;
    notes.insert(0, report.text);
    Ok(Report { text: notes.join("\n"), json: report.json })
}

fn told(scrubbed: &Scrubbed, rows: &[Value], lines: &[String]) -> Result<Report, Failure> {
    let document = document(scrubbed, rows);
    if rows.is_empty() {
        let text = format!(
            "通读完毕，未发现损坏：{}条，{}字节，树节点{}个，动作编号{}个。",
            scrubbed.entries, scrubbed.bytes, scrubbed.nodes, scrubbed.ids
        );
        return Ok(Report { json: document, text });
    }
    let text = format!("通读完毕，发现{}处损坏：\n  {}", rows.len(), lines.join("\n  "));
    Err(Failure::Damaged { document, text })
}

fn document(scrubbed: &Scrubbed, findings: &[Value]) -> Value {
    json!({
        "ok": findings.is_empty(),
        "size": scrubbed.size,
        "entries": scrubbed.entries,
        "bytes": scrubbed.bytes,
        "nodes": scrubbed.nodes,
        "ids": scrubbed.ids,
        "findings": findings,
    })
}

fn row(finding: &Finding) -> Value {
    json!({
        "code": finding.code.code(),
        "first": finding.entries.map(|entries| entries.first),
        "last": finding.entries.map(|entries| entries.last),
        "text": finding.code.text(),
        "detail": finding.detail,
    })
}

fn line(finding: &Finding) -> String {
    let place = finding.entries.map(|entries| format!("{}：", ledger::log::stretches(&[entries])));
    let (place, code) = (place.unwrap_or_default(), finding.code);
    format!("〔{}〕{place}{}（{}）", code.code(), code.text(), finding.detail)
}

/// What was found, and what could not be looked at.
type BeyondTheLog = (Vec<(String, String)>, Option<String>);

/// Everything that is compared with the books: history, frozen months, papers, vault.
fn beyond_the_log(dir: &Path, trust: &Trust) -> Result<BeyondTheLog, Failure> {
    let log = Log::open_for_audit(dir, &trust.log_key)?;
    let audited = match audit::verify(&log, trust, &mut |_| ()) {
        Ok(audited) => audited,
        Err(found) => return Ok((vec![(found.code.to_owned(), found.text)], None)),
    };
    let (mut found, mut note) = (months(dir, &audited), None);
    let vault = vault_audit::agrees(dir, &audited).map(|said| note = said);
    for outcome in [papers::agree(dir, &audited), vault] {
        match outcome {
            Ok(()) => {}
            Err(Failure::Diverged(why)) => found.push((why.code.to_owned(), why.text)),
            // What the machine does not let be read is not damaged for that.
            Err(why) if why.exit_code() == 3 => return Err(why),
            Err(why) => found.push((why.code(), why.to_string())),
        }
    }
    Ok((found, note.filter(|note| note.starts_with("注意"))))
}

/// Each closed month by itself, so that all that differ are named.
fn months(dir: &Path, audited: &Audited) -> Vec<(String, String)> {
    let read = |period| std::fs::read(dir.join("views").join(format!("{period}.json"))).ok();
    let mut found = Vec::new();
    let mut one = audited.clone();
    for (period, digest) in &audited.months {
        one.months = std::iter::once((*period, *digest)).collect();
        if let Err(why) = audit::verify_months(&one, &read) {
            found.push((why.code.to_owned(), why.text));
        }
    }
    found
}

/// Reads no faster than asked.
struct Pace {
    start: Instant,
    read: u64,
    rate: Option<u32>,
}

impl Pace {
    fn after(&mut self, bytes: u64) {
        self.read += bytes;
        let Some(rate) = self.rate.filter(|rate| *rate > 0) else { return };
        let due = Duration::from_millis(self.read.saturating_mul(1000) / (u64::from(rate) << 20));
        while let Some(early) = due.checked_sub(self.start.elapsed()).filter(|left| !left.is_zero())
        {
            std::thread::park_timeout(early);
        }
    }
}
