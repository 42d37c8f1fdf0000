//! The inspection side's machine: make it, serve, sign by file.

use std::io::Write as _;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ledger::witness::{WitnessCode, WitnessFailure};
use serde_json::json;

use super::super::Report;
use super::forks::log_keys;
use crate::clock::Clock;
use crate::desk::write_whole;
use crate::failure::Failure;
use crate::http;
use crate::witness::{NotCosigned, WitnessFolder};

pub(super) fn keygen(dir: &Path, name: &str, logs: &[String]) -> Result<Report, Failure> {
    let key = WitnessFolder::create(dir, name, &log_keys(logs)?)?;
    let dir = dir.display().to_string();
    Ok(Report {
        json: json!({ "ok": true, "dir": dir, "key": key.to_string() }),
        text: format!(
            "已新建见证机：{dir}\n见证公钥：{key}\n下一步：把公钥写入台账的 trust/policy（witness 行），并核对 {dir}/witness.toml 中的台账公钥。\n目录中的 state 记着签过什么，须与密钥一起备份，不得删改。"
        ),
    })
}

pub(super) fn serve(dir: &Path, listen: SocketAddr) -> Result<Report, Failure> {
    let witness = Arc::new(WitnessFolder::open(dir)?);
    let key = witness.key().to_string();
    let logs: Vec<&str> = witness.logs().origins().collect();
    let named =
        if logs.is_empty() { "（尚未登记台账）".to_owned() } else { logs.join("、") };
    let ready = |address: SocketAddr| {
        let said = format!("见证机已开始服务：http://{address}/add-checkpoint，台账：{named}");
        // Whoever closed standard error does not want to know.
        let _ = writeln!(std::io::stderr(), "{said}");
    };
    http::serve(listen, http::witness::router(Arc::clone(&witness)), ready)?;
    Ok(Report { json: json!({ "ok": true, "key": key }), text: "见证机已停止。".to_owned() })
}

pub(super) fn sign(file: &Path, dir: &Path, out: Option<&Path>) -> Result<Report, Failure> {
    let request = std::fs::read(file).map_err(|why| Failure::file(file, &why))?;
    let witness = WitnessFolder::open(dir)?;
    let out = out.map_or_else(|| beside(file), Path::to_owned);
    let cosigned = witness.answer(&request, || Clock::Machine.unix_seconds());
    let cosigned = cosigned.map_err(|not| refusal(&not))?;
    let note = cosigned.note.with_lines(&cosigned.line)?;
    let out = write_whole(&out, note.to_string().as_bytes())?.display().to_string();
    Ok(Report {
        json: json!({
            "ok": true, "file": out, "size": cosigned.head.size, "line": cosigned.line.trim_end(),
        }),
        text: format!(
            "已见证 {} 条；结果：{out}\n下一步：带回台账，用 doudi witness accept 收入。",
            cosigned.head.size
        ),
    })
}

fn beside(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".cosigned");
    PathBuf::from(name)
}

/// The refusal with what a person at the machine needs beyond it.
fn refusal(not: &NotCosigned) -> Failure {
    let code = not.refused.why.code();
    let mut detail = not.refused.why.detail().to_owned();
    // After a fork, asking again with another size leads nowhere.
    if let (Some(size), true) = (not.refused.size, code == WitnessCode::Conflict) {
        let more = format!("；请用 doudi witness request --old {size} 重新请求");
        detail.push_str(&more);
    }
    if let Some(certificate) = &not.certificate {
        let more = format!("；分叉证书：{}", certificate.display());
        detail.push_str(&more);
    }
    WitnessFailure::new(code, detail).into()
}
