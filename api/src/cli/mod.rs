//! The command line (DESIGN §8): one file a command. A command ends in a [`Report`] or a [`Failure`]; printing happens here only.

mod act;
mod adjust;
mod appoint;
mod backup;
mod bench;
mod bulletin;
mod chinese;
mod close;
mod control;
mod copy;
mod demo;
mod exceptions;
mod export;
mod export_log;
mod handover;
mod import;
mod init;
mod key;
mod keygen;
mod pay;
mod policy;
mod profiles;
mod progress;
mod read_spreadsheet;
mod repair;
mod replay;
mod restore;
mod roster;
mod scrub;
mod serve;
mod show;
mod verify;
mod verify_proof;
mod witness;

use std::ffi::OsString;
use std::io::Write as _;
use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{CommandFactory as _, FromArgMatches as _, Parser, Subcommand};
use serde_json::Value;

use crate::failure::Failure;

#[derive(Parser)]
#[command(
    name = "doudi",
    version,
    about = "兜底账：社会救助资金台账 (the books of social-assistance money)",
    long_about = None,
    subcommand_required = true,
    arg_required_else_help = true
)]
struct Cli {
    /// 只在标准输出打印一份JSON文档 (JSON output)
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// 样例县完整走两个月：从指标下达到通报 (demo county)
    Demo(demo::Args),
    /// 建账 (found a ledger)
    Init(init::Args),
    /// 生成签名密钥 (make a signing key)
    Keygen(keygen::Args),
    /// 密钥更换、吊销、重新确认、口令 (keys over their lifetime)
    #[command(subcommand)]
    Key(key::What),
    /// 人员任职并登记其密钥，两人会签 (appoint a person and enrol a key)
    Appoint(appoint::Args),
    /// 打开台账并通过HTTP提供瓦片、收取动作 (serve)
    Serve(serve::Args),
    /// 签署一个动作并交入台账 (sign and hand in an act)
    Act(act::Args),
    /// 批量调整：标准提高后，按名单或按标准改各项资格的金额，县级确认 (adjust many entitlements)
    Adjust(adjust::Args),
    /// 造册、复核、财政审核、审批、撤回 (rosters)
    Roster(roster::Args),
    /// 报盘：由已审批名册生成代发文件 (release a payment file)
    Pay(pay::Args),
    /// 导入银行文件和人员名单 (import files)
    #[command(subcommand)]
    Import(import::What),
    /// 存疑：列出，或对同一文件同一种类作同一处理 (exceptions)
    #[command(subcommand)]
    Exceptions(exceptions::What),
    /// 月结 (close a month)
    Close(close::Args),
    /// 生成月通报 (write the bulletin)
    Bulletin(bulletin::Args),
    /// 导出 (export)
    #[command(subcommand)]
    Export(export::What),
    /// 凭文件和信任文件核验台账 (verify from files alone)
    Verify(verify::Args),
    /// 工作移交：列出本单位全部未结事项，接收人签收 (hand over an office)
    Handover(handover::Args),
    /// 查看：一户、名册对照、资金流向、疑点、预警、未结事项 (look things up)
    Show(show::Args),
    /// 重放历史，看某一时点的账 (replay history)
    Replay(replay::Args),
    /// 通读台账，列出全部损坏 (read everything, report all damage)
    Scrub(scrub::Args),
    /// 第二副本：把日志持续抄到别处 (follow the log into a second copy)
    Copy(copy::Args),
    /// 凭第二副本补回缺失或损坏的条目 (put back what is damaged, from a copy)
    Repair(repair::Args),
    /// 备份 (backup)
    Backup(backup::Args),
    /// 由备份恢复，恢复后核验 (restore and verify)
    Restore(restore::Args),
    /// 压力测试：每个数都与同机同次的下限并列 (benchmarks)
    #[command(subcommand)]
    Bench(bench::What),
    /// 银行文件版式 (bank file profiles)
    #[command(subcommand)]
    Profiles(profiles::What),
    /// 只由本程序自己调用：在限定的内存和时间内解析一份电子表格 (parse one spreadsheet within limits)
    #[command(hide = true)]
    ReadSpreadsheet,
    /// 见证：见证机、请求见证、分叉证书 (witness)
    #[command(subcommand)]
    Witness(witness::What),
}

/// What a command says when it is done.
pub(crate) struct Report {
    /// For scripts.
    pub json: Value,
    /// For people, in Chinese.
    pub text: String,
}

/// Runs one command and gives its exit code: 0 done, 1 the books or the file say no, 2 wrong usage, 3 the machine failed.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    let wants_json = arguments.iter().any(|argument| argument == "--json");
    let parsed = chinese::chinese(Cli::command()).try_get_matches_from(arguments);
    let cli = match parsed.and_then(|matches| Cli::from_arg_matches(&matches)) {
        Ok(cli) => cli,
        Err(why) => {
            // Help and version are answers; everything else is wrong usage.
            let is_wrong = why.use_stderr();
            if is_wrong && wants_json {
                let failure = Failure::usage(chinese::usage_error(&why));
                let _ = writeln!(std::io::stdout(), "{}", failure.to_json());
                return ExitCode::from(2);
            }
            if is_wrong && why.kind() != ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
                let _ = writeln!(std::io::stderr(), "用法不对：{}", chinese::usage_error(&why));
            } else {
                let _ = why.print();
            }
            return ExitCode::from(if is_wrong { 2 } else { 0 });
        }
    };
    start_logging();
    let outcome = dispatch(cli.command, cli.json);
    let mut out = std::io::stdout().lock();
    let (printed, code) = match outcome {
        Ok(report) if cli.json => (writeln!(out, "{}", report.json), 0),
        Ok(report) => (writeln!(out, "{}", report.text), 0),
        Err(failure) if cli.json => (writeln!(out, "{}", failure.to_json()), failure.exit_code()),
        Err(failure) => (writeln!(std::io::stderr(), "{failure}"), failure.exit_code()),
    };
    match printed.and_then(|()| out.flush()) {
        // A reader that has gone away (`| head`) does not make the command fail.
        Err(why) if why.kind() != std::io::ErrorKind::BrokenPipe => {
            drop(writeln!(std::io::stderr(), "结果没有写出：{why}。请检查输出位置和磁盘空间。"));
            ExitCode::from(3)
        }
        Ok(()) | Err(_) => ExitCode::from(code),
    }
}

fn dispatch(command: Command, json: bool) -> Result<Report, Failure> {
    match command {
        Command::Demo(args) => demo::run(&args, json),
        Command::Init(args) => init::run(&args),
        Command::Key(what) => key::run(&what),
        Command::Keygen(args) => keygen::run(&args),
        Command::Appoint(args) => appoint::run(&args),
        Command::Serve(args) => serve::run(&args),
        Command::Act(args) => act::run(&args),
        Command::Adjust(args) => adjust::run(&args),
        Command::Roster(args) => roster::run(&args),
        Command::Pay(args) => pay::run(&args),
        Command::Import(what) => import::run(&what),
        Command::Exceptions(what) => exceptions::run(&what),
        Command::Close(args) => close::run(&args),
        Command::Bulletin(args) => bulletin::run(&args),
        Command::Export(what) => export::run(&what),
        Command::Verify(args) => verify::run(&args),
        Command::Handover(args) => handover::run(&args),
        Command::Show(args) => show::run(&args),
        Command::Replay(args) => replay::run(&args),
        Command::Scrub(args) => scrub::run(&args),
        Command::Copy(args) => copy::run(&args),
        Command::Repair(args) => repair::run(&args),
        Command::Backup(args) => backup::run(&args),
        Command::Restore(args) => restore::run(&args),
        Command::Bench(what) => bench::run(&what),
        Command::Profiles(what) => profiles::run(&what),
        Command::ReadSpreadsheet => read_spreadsheet::run(),
        Command::Witness(what) => witness::run(&what),
    }
}

/// Logs go to standard error, quiet unless `DOUDI_LOG` asks for more.
fn start_logging() {
    let filter = tracing_subscriber::EnvFilter::try_from_env("DOUDI_LOG")
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("warn"));
    let started =
        tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).try_init();
    // Only a second start in one process fails, and then logging runs already.
    drop(started);
}
