//! `doudi act`: sign an act that a person wrote as JSON, or hand in one that was signed elsewhere.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use ledger::act::Body;
use ledger::act::signed::SignedAct;
use ledger::law::admission;
use ledger::line::Line;
use ledger::signer::Signer;
use serde_json::{Value, json};

use super::Report;
use crate::clock::Clock;
use crate::desk::sealing::{draw_ids, fill};
use crate::desk::{Desk, seal};
use crate::external_signer::ExternalSigner;
use crate::failure::Failure;
use crate::keys;

#[derive(clap::Args)]
pub(super) struct Args {
    /// 台账目录 (ledger folder)
    #[arg(long, required_unless_present = "kinds")]
    dir: Option<PathBuf>,
    /// 签名人的密钥文件 (signer's key)；交入已签动作时不需要
    #[arg(long)]
    key: Option<PathBuf>,
    /// 代替 --key：签名设备的命令 (external signer)。待签的字节由标准输入给它，它在标准输出给出64字节签名
    #[arg(long, requires = "signer_public", conflicts_with = "key")]
    signer: Option<String>,
    /// 签名设备的公钥文件 (public key, PEM)，如 openssl pkey -pubout 所写
    #[arg(long, requires = "signer")]
    signer_public: Option<PathBuf>,
    /// 列出全部动作种类 (list kinds)
    #[arg(long)]
    kinds: bool,
    /// 动作文件 (act)；“-”表示标准输入。形如 {"kind":"…","body":{…},"lines":[{"line":"…","body":{…}}],"private":{…}}；
    /// manifest 由各行算出；“$random”处填入新编号；private（姓名、证号、账号等）只入保险库
    #[arg(required_unless_present = "kinds")]
    act: Option<PathBuf>,
}

impl Args {
    fn signer(&self) -> Result<Box<dyn Signer>, Failure> {
        match (&self.signer, &self.signer_public, &self.key) {
            (Some(command), Some(public), _) => Ok(Box::new(ExternalSigner::new(command, public)?)),
            (_, _, Some(key)) => Ok(Box::new(keys::read(key)?)),
            (_, _, None) => Err(Failure::usage(
                "请用 --key 指明签名人的密钥文件，或用 --signer 和 --signer-public 指明签名设备。",
            )),
        }
    }
}

pub(super) fn run(args: &Args) -> Result<Report, Failure> {
    let (Some(dir), Some(path)) = (&args.dir, &args.act) else { return Ok(kinds()) };
    let bytes = read(path)?;
    let mut desk = Desk::open(dir, Clock::Machine)?;
    let receipt = if bytes.starts_with(b"{\"act\":") {
        let mut entries = bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
        let entry = entries.next().unwrap_or_default().to_vec();
        let signed = SignedAct::decode(entry);
        let signed = signed.map_err(|why| Failure::Rejected(admission::malformed(&why)))?;
        let lines: Vec<Vec<u8>> = entries.map(<[u8]>::to_vec).collect();
        desk.hand_in(&signed, &lines)?
    } else {
        let signer = args.signer()?;
        let (body, entries) = written(&desk, &bytes)?;
        desk.sign_with_lines(signer.as_ref(), body, &entries)?
    };
    desk.checkpoint()?;
    let repeat = if receipt.is_repeat { "（此前已受理，未重复记账）" } else { "" };
    Ok(Report {
        json: json!({ "ok": true, "id": receipt.id, "seq": receipt.seq, "repeat": receipt.is_repeat }),
        text: format!("已受理：第{}条记录{repeat}\n动作编号：{}", receipt.seq, receipt.id),
    })
}

fn kinds() -> Report {
    let list: Vec<Value> =
        Body::KINDS.iter().map(|(kind, zh)| json!({ "kind": kind, "chinese": zh })).collect();
    let text: Vec<String> = Body::KINDS.iter().map(|(kind, zh)| format!("{kind:36}{zh}")).collect();
    Report { json: json!({ "ok": true, "kinds": list }), text: text.join("\n") }
}

fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    if path == Path::new("-") {
        let mut bytes = Vec::new();
        let read = std::io::stdin().read_to_end(&mut bytes);
        return read.map(|_| bytes).map_err(|why| Failure::file(path, &why));
    }
    std::fs::read(path).map_err(|why| Failure::file(path, &why))
}

/// An act as a person writes it. Where it has lines, its manifest is computed from them.
fn written(desk: &Desk, bytes: &[u8]) -> Result<(Body, Vec<Vec<u8>>), Failure> {
    let wrong = |why: String| Failure::usage(format!("动作文件不对：{why}"));
    let mut value: Value = serde_json::from_slice(bytes).map_err(|why| wrong(why.to_string()))?;
    draw_ids(&mut value)?;
    let kind = value.get("kind").and_then(Value::as_str);
    let kind = kind.ok_or_else(|| wrong("缺少 kind".to_owned()))?;
    let mut body = value.get("body").cloned().ok_or_else(|| wrong("缺少 body".to_owned()))?;
    let mut lines = Vec::new();
    for line in value.get("lines").and_then(Value::as_array).into_iter().flatten() {
        let kind = line.get("line").and_then(Value::as_str).unwrap_or_default();
        let body = line.get("body").cloned().unwrap_or(Value::Null).to_string();
        lines.push(Line::from_json(kind, &body).map_err(wrong)?);
    }
    let fields = body.as_object_mut().ok_or_else(|| wrong("body 应为对象".to_owned()))?;
    if let Some(private) = value.get("private").and_then(Value::as_object) {
        fill(desk, kind, fields, private)?;
    }
    let (manifest, entries) = seal(&lines)?;
    if !lines.is_empty() {
        let manifest = serde_json::to_value(manifest).map_err(|why| wrong(why.to_string()))?;
        fields.entry("manifest").or_insert(manifest);
    }
    Ok((Body::from_json(kind, &body.to_string()).map_err(wrong)?, entries))
}
