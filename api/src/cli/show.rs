//! `doudi show`: what the books say about one thing, read from the log alone; only a person's name comes from the vault.
//! Nothing is signed.

mod household;
mod lineage;
mod lists;
mod person;
mod roster;

use std::path::{Path, PathBuf};

use ledger::books::Books;
use ledger::engine::fold_while;
use ledger::ids::{ActId, FundCode, HouseholdId, PaymentRef, PersonId, SchemeCode, UnitCode};
use ledger::log::Log;
use ledger::period::{Date, Period};
use serde::Serialize;
use serde_json::{Value, json};

use super::Report;
use crate::desk::trust_of;
use crate::failure::Failure;
use crate::keys;
use crate::shown::About;

#[derive(clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    what: What,
    /// 台账目录 (ledger folder)
    #[arg(long, global = true, default_value = ".")]
    dir: PathBuf,
}

#[derive(clap::Subcommand)]
enum What {
    /// 一户一页：各单位给这一户的全部救助 (one household)
    Household {
        /// 户编号 (household id)
        #[arg(long, required_unless_present = "person")]
        household: Option<HouseholdId>,
        /// 或其中一人的编号 (person id)
        #[arg(long)]
        person: Option<PersonId>,
        /// 月份 (month)
        #[arg(long)]
        period: Period,
    },
    /// 按身份证号查一个人的编号和所在户；查到的会留下查阅记录 (find a person)
    Person {
        /// 身份证号 (number of the identity document)
        #[arg(long)]
        id_no: String,
        /// 查阅人的密钥文件 (reader's key)
        #[arg(long)]
        key: PathBuf,
    },
    /// 名册与上月对照：新增、停发、调整及原因，漏发 (a roster beside the month before)
    Roster {
        /// 项目代码 (scheme)
        #[arg(long)]
        scheme: SchemeCode,
        /// 月份 (month)
        #[arg(long)]
        period: Period,
    },
    /// 资金流向：一笔支付的钱从哪份文件来，一份文件的钱到了哪里（先进先出） (lineage)
    Lineage {
        /// 支付引用 (payment)
        #[arg(long, required_unless_present_any = ["act", "fund"])]
        payment: Option<PaymentRef>,
        /// 指标或到账的动作编号 (act that brought money in)
        #[arg(long)]
        act: Option<ActId>,
        /// 资金代码：所余的钱来自哪里 (fund)
        #[arg(long)]
        fund: Option<FundCode>,
    },
    /// 疑点：规则所得，和已登记疑点的进度 (suspicions)
    Flags {
        /// 截至这一天 (as of)
        #[arg(long)]
        on: Date,
    },
    /// 医疗预警：没有处置的和处置结果 (medical alerts)
    Alerts {
        /// 年度 (year)
        #[arg(long)]
        year: i16,
    },
    /// 单位的未结事项：工作移交清单 (open matters)
    Matters {
        /// 单位代码 (unit)
        #[arg(long)]
        unit: UnitCode,
    },
    /// 工作人员：编号、单位、岗位、权限 (officers)
    Officers,
    /// 监测户、求助人员、物资的数 (counts)
    Counts {
        /// 截至这一天 (as of)
        #[arg(long)]
        on: Date,
    },
}

pub(super) fn run(args: &Args) -> Result<Report, Failure> {
    match &args.what {
        What::Household { household, person, period } => {
            household::show(&books(&args.dir)?, (*household, *person), *period)
        }
        What::Person { id_no, key } => person::show(&args.dir, &keys::read(key)?, id_no),
        What::Roster { scheme, period } => roster::show(&books(&args.dir)?, scheme, *period),
        What::Lineage { payment, act, fund } => {
            let about = match (payment, act, fund) {
                (Some(payment), _, _) => About::Payment(payment.clone()),
                (None, Some(act), _) => About::Origin(*act),
                (None, None, Some(fund)) => About::Fund(fund.clone()),
                (None, None, None) => {
                    return Err(Failure::usage("请注明 --payment、--act 或 --fund。"));
                }
            };
            lineage::show(&args.dir, &about)
        }
        What::Flags { on } => lists::flags(&books(&args.dir)?, *on),
        What::Alerts { year } => Ok(lists::alerts(&books(&args.dir)?, *year)),
        What::Matters { unit } => lists::matters(&books(&args.dir)?, unit),
        What::Officers => Ok(lists::officers(&books(&args.dir)?)),
        What::Counts { on } => lists::counts(&books(&args.dir)?, *on),
    }
}

/// The books of the whole log.
fn books(dir: &Path) -> Result<Books, Failure> {
    let trust = trust_of(dir)?;
    let log = Log::open_for_audit(dir, &trust.log_key)?;
    Ok(fold_while(&log, trust.origin(), &mut |_, _| true)?)
}

/// The document of a view, with how many entries the books hold that it was read from.
fn document(books: &Books, facts: &impl Serialize) -> Value {
    let facts = serde_json::to_value(facts).expect("facts are texts, numbers and lists");
    let facts = facts.as_object().expect("facts stand under names").clone();
    let read = [("ok".to_owned(), json!(true)), ("height".to_owned(), json!(books.height))];
    read.into_iter().chain(facts).collect()
}

/// A sum left the range of money.
fn overflow() -> Failure {
    ledger::rejection::Rejection::MoneyOverflow {}.into()
}
