//! `doudi act`: sign an act that a person wrote as JSON, or hand in one that was signed elsewhere.

use std::fmt::Write as _;
use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use ledger::act::Body;
use ledger::act::signed::{SignedAct, key_id};
use ledger::law::admission;
use ledger::line::Line;
use ledger::log::{EntryInput as _, LineFile};
use ledger::signer::Signer;
use ledger::trust::Trust;
use serde_json::{Value, json};

use super::{Report, policy};
use crate::clock::Clock;
use crate::desk::sealing::{draw_ids, fill};
use crate::desk::{Desk, seal, write_whole};
use crate::external_signer::ExternalSigner;
use crate::failure::Failure;
use crate::http::acts::read_entries;
use crate::keys;
use crate::remote::{self, Remote};
use crate::spoken::{of_json, of_parser, text_of};

#[derive(clap::Args)]
pub(super) struct Args {
    /// 台账目录 (ledger folder)
    #[arg(long, required_unless_present_any = ["kinds", "server"])]
    dir: Option<PathBuf>,
    /// 不在本机的台账：正在 doudi serve 的地址，如“http://127.0.0.1:6962” (server)；在本机签名，私钥不离开本机
    #[arg(long, conflicts_with = "dir", requires = "trust")]
    server: Option<String>,
    /// 自己保管的信任目录 (trust folder)，用以核对 --server 出示的存证头
    #[arg(long, requires = "server")]
    trust: Option<PathBuf>,
    /// 签名人的密钥文件 (signer's key)；交入已签动作时不需要
    #[arg(long)]
    key: Option<PathBuf>,
    /// 代替 --key：签名设备的命令 (external signer)。待签的字节由标准输入给它，它在标准输出给出64字节签名
    #[arg(long, requires = "signer_public", conflicts_with = "key")]
    signer: Option<String>,
    /// 签名设备的公钥文件 (public key, PEM)，如 openssl pkey -pubout 所写
    #[arg(long, requires = "signer")]
    signer_public: Option<PathBuf>,
    /// 只看政策文件会改变什么，不签署 (dry run)
    #[arg(long, requires = "dir")]
    dry_run: bool,
    /// 列出全部动作种类 (list kinds)
    #[arg(long)]
    kinds: bool,
    /// 动作文件 (act)；“-”表示标准输入。形如 {"kind":"…","body":{…},"lines":[{"line":"…","body":{…}}],"private":{…}}；
    /// manifest 由各行算出；“$random”处填入新编号；private（姓名、证号、账号等）只入保险库。
    /// 也可以是政策文件 (policy file)，以 .toml 结尾：逐项签署其中与台账不同的设定
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
    let Some(path) = &args.act else { return Ok(kinds()) };
    if args.server.is_some() && path.extension().is_some_and(|extension| extension == "toml") {
        return Err(Failure::usage(
            "政策文件不经 --server 签署：请在浏览器里办（“项目”页，用政策文件新设或改动项目），或停下服务后在台账所在的机器上用 --dir。",
        ));
    }
    if let (Some(server), Some(trust)) = (&args.server, &args.trust) {
        return to_server(&Remote::at(server), &Trust::read(trust)?, args, path);
    }
    let Some(dir) = &args.dir else { return Ok(kinds()) };
    let mut desk = Desk::open(dir, Clock::Machine)?;
    if path.extension().is_some_and(|extension| extension == "toml") {
        return policy::run(&mut desk, args.signer()?.as_ref(), path, args.dry_run);
    }
    if args.dry_run {
        return Err(Failure::usage("--dry-run 只用于政策文件（.toml）。"));
    }
    let mut drawn = Vec::new();
    let receipt = match signed_elsewhere(path)? {
        Handed::File(signed) => desk.hand_in_from(&signed, LineFile::after(path, 1))?,
        Handed::Bytes(bytes) if bytes.starts_with(SIGNED) => {
            let (signed, lines) = read_entries(&bytes)?;
            desk.hand_in(&signed, &lines)?
        }
        Handed::Bytes(bytes) => {
            let signer = args.signer()?;
            let act = written(Some(&desk), path, &bytes)?;
            drawn = act.drawn;
            desk.sign_with_lines(signer.as_ref(), act.body, &act.entries)?
        }
    };
    desk.checkpoint()?;
    Ok(accepted(
        json!({ "ok": true, "id": receipt.id, "seq": receipt.seq, "repeat": receipt.is_repeat }),
        &drawn,
    ))
}

/// Signs here and hands in there.
fn to_server(server: &Remote, trust: &Trust, args: &Args, path: &Path) -> Result<Report, Failure> {
    let bytes = match signed_elsewhere(path)? {
        Handed::File(_) => std::fs::read(path).map_err(|why| Failure::file(path, &why))?,
        Handed::Bytes(bytes) => bytes,
    };
    if bytes.starts_with(SIGNED) {
        let (signed, lines) = read_entries(&bytes)?;
        return Ok(accepted(server.hand_in(&signed, &lines)?, &[]));
    }
    let unanswered = unanswered(path);
    if unanswered.exists() {
        return Err(Failure::usage(format!(
            "上次交入的动作没有得到答复，签好的原件在{0}。请先原样再交：doudi act --server 地址 --trust 信任目录 {0}；受理过的不会重复记账。办妥后删去该文件。",
            unanswered.display()
        )));
    }
    let key = args.signer()?;
    let Written { body, entries: lines, drawn } = written(None, path, &bytes)?;
    let id = key_id(&key.public());
    let act = server.next_act(id, body, Clock::Machine.now(), trust)?;
    let signed = remote::sign(act, trust, key.as_ref())?;
    // Kept until there is an answer: signed anew it would be another act, and might be booked twice.
    let original = remote::handed_in(&signed, &lines);
    write_whole(&unanswered, &original)?;
    let answer = server.hand_in(&signed, &lines);
    match answer {
        Err(Failure::Machine { code, text, exit: 3 }) => {
            let kept = unanswered.display();
            let text = format!(
                "{text}\n签好的动作存于{kept}；再交时请用它：doudi act --server 地址 --trust 信任目录 {kept}。它若已受理，不会重复记账。"
            );
            Err(Failure::Machine { code, text, exit: 3 })
        }
        answered => {
            std::fs::remove_file(&unanswered).map_err(|why| Failure::file(&unanswered, &why))?;
            Ok(accepted(answered?, &drawn))
        }
    }
}

/// Where a signed act stays until it was answered.
fn unanswered(path: &Path) -> PathBuf {
    let name = if path == Path::new("-") { Path::new("act") } else { path };
    let mut name = name.as_os_str().to_owned();
    name.push(".signed");
    name.into()
}

fn accepted(mut receipt: Value, drawn: &[(String, String)]) -> Report {
    let said = |name: &str| receipt.get(name).cloned().unwrap_or(Value::Null);
    let repeat =
        if said("repeat") == true { "（此前已受理，未重复记账）" } else { "" };
    let id = said("id");
    let mut text = format!(
        "已受理：第{}条记录{repeat}\n动作编号：{}",
        said("seq"),
        id.as_str().unwrap_or_default()
    );
    for (key, id) in drawn {
        let _ = write!(text, "\n新编号：{key} {id}");
    }
    let told = drawn.iter().map(|(key, id)| json!({ "key": key, "id": id }));
    if let (Some(fields), false) = (receipt.as_object_mut(), drawn.is_empty()) {
        fields.insert("drawn".to_owned(), told.collect());
    }
    Report { json: receipt, text }
}

fn kinds() -> Report {
    let list: Vec<Value> =
        Body::KINDS.iter().map(|(kind, zh)| json!({ "kind": kind, "chinese": zh })).collect();
    let text: Vec<String> = Body::KINDS.iter().map(|(kind, zh)| format!("{kind:36}{zh}")).collect();
    Report { json: json!({ "ok": true, "kinds": list }), text: text.join("\n") }
}

/// How an act that was signed elsewhere begins.
const SIGNED: &[u8] = b"{\"act\":";

/// What a file hands in.
enum Handed {
    /// A signed act, with its lines behind it in the file: they are read as they are needed.
    File(Box<SignedAct>),
    /// The whole of anything else, and of standard input, which can be read once only.
    Bytes(Vec<u8>),
}

fn signed_elsewhere(path: &Path) -> Result<Handed, Failure> {
    let failed = |why: std::io::Error| Failure::file(path, &why);
    if path == Path::new("-") {
        let mut bytes = Vec::new();
        std::io::stdin().read_to_end(&mut bytes).map_err(failed)?;
        return Ok(Handed::Bytes(bytes));
    }
    let mut head = Vec::new();
    let length = u64::try_from(SIGNED.len()).expect("a few bytes");
    let read = File::open(path).and_then(|file| file.take(length).read_to_end(&mut head));
    read.map_err(failed)?;
    if head != SIGNED {
        return Ok(Handed::Bytes(std::fs::read(path).map_err(failed)?));
    }
    let first = LineFile::after(path, 0);
    let first = first.walk().next().transpose()?.unwrap_or_default().into_owned();
    Ok(Handed::File(Box::new(decoded(first)?)))
}

fn decoded(entry: Vec<u8>) -> Result<SignedAct, Failure> {
    SignedAct::decode(entry).map_err(|why| Failure::Rejected(admission::malformed(&why)))
}

/// An act as a person wrote it, and the ids that were drawn for it.
struct Written {
    body: Body,
    entries: Vec<Vec<u8>>,
    drawn: Vec<(String, String)>,
}

/// An act as a person writes it. Where it has lines, its manifest is computed from them.
fn written(desk: Option<&Desk>, path: &Path, bytes: &[u8]) -> Result<Written, Failure> {
    let wrong = |why: String| {
        Failure::usage(format!(
            "动作文件{}不对：{why}。动作种类见 doudi act --kinds，字段见 docs/format/kinds.md。",
            path.display()
        ))
    };
    let text = text_of(path, bytes)?;
    let mut value: Value = serde_json::from_str(text).map_err(|why| wrong(of_json(&why)))?;
    let drawn = draw_ids(&mut value)?;
    let kind = value.get("kind").and_then(Value::as_str);
    let kind = kind.ok_or_else(|| wrong("缺少 kind".to_owned()))?;
    let mut body = value.get("body").cloned().ok_or_else(|| wrong("缺少 body".to_owned()))?;
    let mut lines = Vec::new();
    for (n, line) in (1..).zip(value.get("lines").and_then(Value::as_array).into_iter().flatten()) {
        let kind = line.get("line").and_then(Value::as_str).unwrap_or_default();
        let body = line.get("body").cloned().unwrap_or(Value::Null).to_string();
        let line = Line::from_json(kind, &body);
        lines.push(line.map_err(|why| wrong(format!("第{n}行（lines）：{}", of_parser(&why))))?);
    }
    let fields = body.as_object_mut().ok_or_else(|| wrong("body 应为对象".to_owned()))?;
    if let Some(private) = value.get("private").and_then(Value::as_object) {
        let desk = desk.ok_or_else(|| {
            Failure::usage("private 要写入保险库，只能在台账所在的机器上用 --dir 登记。")
        })?;
        fill(desk.office(), kind, fields, private)?;
    }
    let (manifest, entries) = seal(&lines)?;
    if !lines.is_empty() {
        let manifest = serde_json::to_value(manifest).map_err(|why| wrong(why.to_string()))?;
        fields.entry("manifest").or_insert(manifest);
    }
    let body = Body::from_json(kind, &body.to_string());
    let body = body.map_err(|why| wrong(format!("{kind}的 body：{}", of_parser(&why))))?;
    Ok(Written { body, entries, drawn })
}
