//! `doudi witness`: the inspection side's machine (keygen, serve, sign), the ledger's side (ask, request, accept, status), and
//! what an outsider does with a fork (prove-fork, check-fork).

mod demand;
mod forks;
mod ledger_side;
mod machine;

use std::net::SocketAddr;
use std::path::PathBuf;

use super::Report;
use crate::failure::Failure;

pub(super) use demand::demand;
pub(super) use ledger_side::{ask_for, status_of};

#[derive(clap::Subcommand)]
pub(super) enum What {
    /// 新建见证机：密钥、配置、空状态 (make a witness)
    Keygen {
        /// 见证目录 (witness folder)
        #[arg(long)]
        dir: PathBuf,
        /// 见证人名称，如 jiwei.example/w1 (name)
        #[arg(long)]
        name: String,
        /// 要见证的台账：log.vkey 原文或其文件，可多次 (log's key)
        #[arg(long)]
        log: Vec<String>,
    },
    /// 提供见证服务：POST /add-checkpoint (C2SP tlog-witness)
    Serve {
        /// 见证目录 (witness folder)
        #[arg(long)]
        dir: PathBuf,
        /// 监听地址 (address)
        #[arg(long, default_value = "127.0.0.1:8650")]
        listen: SocketAddr,
    },
    /// 以文件见证：签署一份请求，结果另存 (sign a request by file)
    Sign {
        /// 请求文件 (request)
        file: PathBuf,
        /// 见证目录 (witness folder)
        #[arg(long)]
        dir: PathBuf,
        /// 结果文件，不写为请求文件名加 .cosigned (output)
        #[arg(long)]
        out: Option<PathBuf>,
    },
    /// 向策略所列的见证人请求见证一次 (ask the witnesses)
    Ask {
        /// 台账目录 (ledger folder)
        #[arg(long)]
        dir: PathBuf,
    },
    /// 写出见证请求文件，带到见证机 (write a request)
    Request {
        /// 台账目录 (ledger folder)
        #[arg(long)]
        dir: PathBuf,
        /// 请求文件 (output)
        #[arg(long)]
        out: PathBuf,
        /// 见证机记得的条数；不写则从它最近一次的签名推知，没有则为 0 (the witness's size)
        #[arg(long)]
        old: Option<u64>,
        /// 策略中的见证人名称；策略只有一个时可不写 (which witness)
        #[arg(long)]
        witness: Option<String>,
    },
    /// 收回见证机签署的结果文件 (take a signed answer in)
    Accept {
        /// 结果文件 (answer)
        file: PathBuf,
        /// 台账目录 (ledger folder)
        #[arg(long)]
        dir: PathBuf,
    },
    /// 已入账、已存证、已见证、已月结各到第几条 (how far each promise reaches)
    Status {
        /// 台账目录 (ledger folder)
        #[arg(long)]
        dir: PathBuf,
        /// 看这一条记录的状态 (entry)
        #[arg(long)]
        entry: Option<u64>,
    },
    /// 凭留存的存证头和另一段历史，写出分叉证书 (prove a fork)
    ProveFork {
        /// 台账目录或导出目录 (the other history)
        path: PathBuf,
        /// 自己保管的存证头 (a checkpoint kept from before)
        #[arg(long)]
        known: PathBuf,
        /// 日志公钥 log.vkey 原文或其文件，可多次 (log's key)
        #[arg(long, required = true)]
        key: Vec<String>,
        /// 证书文件 (output)
        #[arg(long)]
        out: PathBuf,
    },
    /// 核验分叉证书：只需日志公钥 (check a fork certificate)
    CheckFork {
        /// 证书文件 (certificate)
        file: PathBuf,
        /// 日志公钥 log.vkey 原文或其文件，可多次 (log's key)
        #[arg(long, required = true)]
        key: Vec<String>,
    },
}

pub(super) fn run(what: &What) -> Result<Report, Failure> {
    match what {
        What::Keygen { dir, name, log } => machine::keygen(dir, name, log),
        What::Serve { dir, listen } => machine::serve(dir, *listen),
        What::Sign { file, dir, out } => machine::sign(file, dir, out.as_deref()),
        What::Ask { dir } => ledger_side::ask(dir),
        What::Request { dir, out, old, witness } => {
            ledger_side::request(dir, out, *old, witness.as_deref())
        }
        What::Accept { file, dir } => ledger_side::accept(dir, file),
        What::Status { dir, entry } => ledger_side::status(dir, *entry),
        What::ProveFork { path, known, key, out } => forks::prove(path, known, key, out),
        What::CheckFork { file, key } => forks::check(file, key),
    }
}
