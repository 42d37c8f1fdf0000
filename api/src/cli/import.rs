//! `doudi import`: the bank's files and lists of people, each signed by whoever imports it.

mod office;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use ledger::ids::{BankAccountCode, BatchCode, PolicyCode, SchemeCode};
use ledger::money::Money;
use ledger::period::{Date, Period};
use ledger::rejection::Rejection;
use reconcile::office_list::in_office_words;
use reconcile::problem::Problem;
use serde_json::{Value, json};

use super::Report;
use crate::clock::Clock;
use crate::desk::Desk;
use crate::desk::banking::{self, Booking, Imported, Incoming, ToDecide};
use crate::desk::lists::entitlements::Given;
use crate::desk::lists::persons::About;
use crate::desk::write_whole;
use crate::failure::Failure;
use crate::{keys, problem_list, spreadsheet};

/// How many rows that wait for a decision a person reads one by one.
const NAMED: usize = 20;

#[derive(clap::Subcommand)]
pub(super) enum What {
    /// 回盘文件 (response file)
    Response {
        #[command(flatten)]
        file: FileArgs,
        /// 批次；文件没有带回行引用时必须注明 (batch)
        #[arg(long)]
        batch: Option<BatchCode>,
        /// 银行答复日期；文件没有写明时必须注明 (the bank's day)
        #[arg(long)]
        answered: Option<Date>,
        /// 已核对、确属本批而对不上任何支付的行数；过半数的行对不上时必须注明 (rows that match no payment)
        #[arg(long)]
        mismatches: Option<usize>,
    },
    /// 退汇通知 (return notice)
    Returns {
        #[command(flatten)]
        file: FileArgs,
        /// 款项退回的专户 (programme account)
        #[arg(long)]
        account: BankAccountCode,
    },
    /// 银行流水 (account statement)
    Statement {
        #[command(flatten)]
        file: FileArgs,
        /// 专户 (programme account)
        #[arg(long)]
        account: BankAccountCode,
        /// 流水起始日 (first day)
        #[arg(long)]
        from: Date,
        /// 流水截止日 (last day)
        #[arg(long)]
        until: Date,
        /// 当期没有发生额时，银行余额证明上的余额，元 (balance of an idle account)
        #[arg(long, value_parser = yuan)]
        balance: Option<Money>,
    },
    /// 人员名单（CSV、xls、xlsx）：户号、村区划、姓名、身份证号、账号、开户银行；可有与户主关系、加入户身份证号、电话、户名，
    /// 没有关系时每户第一行为户主 (people)
    People {
        #[command(flatten)]
        file: FileArgs,
    },
    /// 存量资格名单（CSV、xls、xlsx）：身份证号（收款人）和各分项金额；可有姓名、保障人数、保障对象身份证号、
    /// 月保障金额、类别、事由、起发月份、末发月份 (entitlements)
    Entitlements {
        #[command(flatten)]
        file: FileArgs,
        /// 项目代码 (scheme)
        #[arg(long)]
        scheme: SchemeCode,
        /// 起发月份；名单里没有时必须注明 (first month)
        #[arg(long)]
        from: Option<Period>,
        /// 项目内的类别；名单里没有时必须注明 (category)
        #[arg(long)]
        category: Option<String>,
        /// 名单来源 (source)
        #[arg(long, default_value = "存量资格名单导入")]
        source: String,
    },
    /// 指标名单（CSV、xls、xlsx）：发文字号、来源级次、功能科目、资金代码、金额、到达日期；可有直达标识 (allotments)
    Allotments {
        #[command(flatten)]
        file: FileArgs,
    },
    /// 医疗费用名单（CSV、xls、xlsx）：身份证号、总费用、自负费用、截止日期，为年内累计数 (medical spending)
    Spending {
        #[command(flatten)]
        file: FileArgs,
        /// 名单来源 (source)
        #[arg(long, default_value = "医保部门提供")]
        source: String,
    },
    /// 参保名单（CSV、xls、xlsx）：身份证号、起始日期、截止日期 (insured persons)
    Insured {
        #[command(flatten)]
        file: FileArgs,
        /// 保单代码 (policy)
        #[arg(long)]
        policy: PolicyCode,
        /// 名单来源 (source)
        #[arg(long, default_value = "保险机构提供")]
        source: String,
    },
    /// 银行贷款名单（CSV、xls、xlsx）：身份证号、贷款金额、起始日期、截止日期 (loans)
    Loans {
        #[command(flatten)]
        file: FileArgs,
        /// 银行名称 (bank)
        #[arg(long)]
        bank: String,
    },
}

fn yuan(text: &str) -> Result<Money, String> {
    Money::parse_yuan(text).map_err(|why| why.to_string())
}

#[derive(clap::Args)]
pub(super) struct FileArgs {
    /// 台账目录 (ledger folder)
    #[arg(long)]
    dir: PathBuf,
    /// 导入人的密钥文件 (key)
    #[arg(long)]
    key: PathBuf,
    /// 银行版式；不写则自动辨认，恰好一个合的才收 (profile)
    #[arg(long)]
    profile: Option<String>,
    /// 记账日期，不写为今天 (day of posting)
    #[arg(long)]
    booked: Option<Date>,
    /// 只看结果，不签署、不入账 (look only)
    #[arg(long)]
    dry_run: bool,
    /// 文件有问题时，把问题写成这个CSV文件，同一列的同一种至多列5000处 (problems as CSV)
    #[arg(long)]
    problems: Option<PathBuf>,
    /// 文件 (file)
    file: PathBuf,
}

impl FileArgs {
    fn name(&self) -> String {
        self.file.file_name().unwrap_or_default().to_string_lossy().into_owned()
    }

    fn read(&self) -> Result<Vec<u8>, Failure> {
        std::fs::read(&self.file).map_err(|why| Failure::file(&self.file, &why))
    }

    fn open(&self) -> Result<Desk, Failure> {
        Desk::open(&self.dir, Clock::Machine)
    }
}

pub(super) fn run(what: &What) -> Result<Report, Failure> {
    let args = what.file();
    if let Some(path) = args.problems.as_ref().filter(|path| path.exists()) {
        let path = path.display();
        return Err(Failure::usage(format!(
            "--problems {path}：这个文件已经在，不会覆盖；请另写一个文件名。"
        )));
    }
    match (taken_in(what, args), &args.problems) {
        (Err(Failure::Problems(problems)), Some(path)) => {
            write_whole(path, problem_list::csv(&problems).as_bytes())?;
            Err(Failure::Problems(problems))
        }
        (done, _) => done,
    }
}

impl What {
    fn file(&self) -> &FileArgs {
        let (What::Response { file: args, .. }
        | What::Returns { file: args, .. }
        | What::Statement { file: args, .. }
        | What::People { file: args }
        | What::Entitlements { file: args, .. }
        | What::Allotments { file: args }
        | What::Spending { file: args, .. }
        | What::Insured { file: args, .. }
        | What::Loans { file: args, .. }) = self;
        args
    }
}

fn taken_in(what: &What, args: &FileArgs) -> Result<Report, Failure> {
    let (name, bytes, key) = (args.name(), args.read()?, keys::read(&args.key)?);
    let opened = spreadsheet::open(&name, &bytes).map_err(|problem| of_office(what, problem))?;
    let mut desk = args.open()?;
    for day in days_of(what) {
        desk.refuse_ahead(day)?;
    }
    let file = Incoming {
        opened: &opened,
        profile: args.profile.as_deref(),
        booked: args.booked.unwrap_or_else(|| desk.clock.today()),
        mismatches: if let What::Response { mismatches, .. } = what { *mismatches } else { None },
        dry_run: args.dry_run,
    };
    let imported = match what {
        What::Response { batch, answered, .. } => {
            banking::response(&mut desk, &key, &file, batch.clone(), *answered)?
        }
        What::Returns { account, .. } => banking::returns(&mut desk, &key, &file, account.clone())?,
        What::Statement { account, from, until, balance, .. } => {
            if args.booked.is_some() {
                return Err(Failure::usage("流水每行有自己的日期，不用 --booked。"));
            }
            let days = (*from, *until);
            banking::account_statement(&mut desk, &key, &file, account.clone(), days, *balance)?
        }
        What::People { .. } => return office::people(&mut desk, &key, args, &opened),
        What::Entitlements { scheme, from, category, source, .. } => {
            let (scheme, category) = (scheme.clone(), category.clone());
            let given = Given { scheme, from: *from, category, source };
            return office::entitlements(&mut desk, &key, args, &opened, &given);
        }
        What::Allotments { .. } => return office::allotments(&mut desk, &key, args, &opened),
        What::Spending { source, .. } => {
            let about = About::Spending(source.clone());
            return office::persons(&mut desk, &key, args, &opened, &about);
        }
        What::Insured { policy, source, .. } => {
            let about = About::Insured(policy.clone(), source.clone());
            return office::persons(&mut desk, &key, args, &opened, &about);
        }
        What::Loans { bank, .. } => {
            return office::persons(&mut desk, &key, args, &opened, &About::Loans(bank.clone()));
        }
    };
    desk.checkpoint()?;
    let report = report(&args.file, &imported);
    match &imported.booking {
        Booking::Refused(why) => Err(refused(report, why)),
        Booking::Tried | Booking::Booked(_) => Ok(report),
    }
}

/// The days that the command names, none of which may lie ahead.
fn days_of(what: &What) -> Vec<Date> {
    let days = match what {
        What::Response { file, answered, .. } => [file.booked, *answered],
        What::Returns { file, .. } => [file.booked, None],
        What::Statement { file, until, .. } => [file.booked, Some(*until)],
        What::People { .. }
        | What::Entitlements { .. }
        | What::Allotments { .. }
        | What::Spending { .. }
        | What::Insured { .. }
        | What::Loans { .. } => [None, None],
    };
    days.into_iter().flatten().collect()
}

/// A bank's file is asked for again at the bank, an office's list is put right in the office.
fn of_office(what: &What, problem: Problem) -> Failure {
    let problems = vec![problem];
    Failure::Problems(match what {
        What::Response { .. } | What::Returns { .. } | What::Statement { .. } => problems,
        What::People { .. }
        | What::Entitlements { .. }
        | What::Allotments { .. }
        | What::Spending { .. }
        | What::Insured { .. }
        | What::Loans { .. } => in_office_words(problems),
    })
}

fn report(path: &Path, imported: &Imported) -> Report {
    let outcomes: Vec<Value> = imported
        .outcomes
        .iter()
        .map(|(outcome, count, sum)| json!({ "outcome": outcome, "count": count, "fen": sum }))
        .collect();
    let mut text = format!("{}：{}行，版式{}", path.display(), imported.lines, imported.profile);
    for (outcome, count, sum) in &imported.outcomes {
        let _ = write!(text, "\n  {outcome}：{count}行，{sum}元");
    }
    if imported.unanswered > 0 {
        let _ = write!(
            text,
            "\n  注意：本批还有{}笔没有最终结果，请核对文件是否完整",
            imported.unanswered
        );
    }
    for waiting in imported.to_decide.iter().take(NAMED) {
        let entry = entry_of(imported, waiting).map(|entry| format!("第{entry}条记录，"));
        let entry = entry.unwrap_or_default();
        let ToDecide { row, what, .. } = waiting;
        let _ = write!(text, "\n  存疑：{entry}文件第{row}行，{what}，须由主管处理");
    }
    if imported.to_decide.len() > NAMED {
        let _ = write!(text, "\n  ……存疑共{}行，加 --json 看全部", imported.to_decide.len());
    }
    match imported.receipt() {
        Some(receipt) => {
            let _ = write!(text, "\n已入账：第{}条记录", receipt.seq);
        }
        None => text.push_str("\n（试算，没有签署，没有入账）"),
    }
    Report {
        json: json!({
            "ok": true, "profile": imported.profile, "lines": imported.lines, "outcomes": outcomes,
            "unanswered": imported.unanswered,
            "to_decide": imported.to_decide.iter().map(|waiting| json!({
                "entry": entry_of(imported, waiting), "row": waiting.row, "outcome": waiting.what,
            })).collect::<Vec<_>>(),
            "seq": imported.receipt().map(|receipt| receipt.seq),
        }),
        text,
    }
}

/// A dry run of what would be refused: what was read, and why it would not be taken.
fn refused(report: Report, why: &Rejection) -> Failure {
    let Report { json: mut document, mut text } = report;
    let _ = write!(text, "\n不会受理：{why}。{}（{}）", why.hint(), why.code());
    if let Some(fields) = document.as_object_mut() {
        fields.insert("ok".to_owned(), json!(false));
        let error = json!({ "code": why.code(), "text": why.to_string(), "hint": why.hint() });
        fields.insert("error".to_owned(), error);
    }
    Failure::NotReady { document, text }
}

/// The entry that `exception.resolved` names, once the import is signed.
fn entry_of(imported: &Imported, waiting: &ToDecide) -> Option<u64> {
    imported.receipt().map(|receipt| receipt.seq.0 + waiting.n)
}
