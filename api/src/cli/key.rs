//! `doudi key`: keys over a lifetime. Replace, revoke, answer for what a key in doubt signed, change a passphrase.

use std::path::PathBuf;

use ed25519_dalek::SigningKey;
use ledger::books::doubts::Standing;
use ledger::ids::{ActId, KeyId};
use ledger::signer::Signer;
use ledger::views::doubts::{Doubted, Remedy, doubted};
use serde_json::{Value, json};

use super::Report;
use crate::clock::Clock;
use crate::desk::{Desk, succession};
use crate::failure::Failure;
use crate::keys;
use crate::passphrase::NewPassphrase;

#[derive(clap::Subcommand)]
pub(super) enum What {
    /// 本人换发密钥，新旧并用，旧的另行吊销 (replace an own key)
    Rotate(Rotate),
    /// 吊销密钥 (revoke a key)
    Revoke(Revoke),
    /// 列出因密钥失密而存疑的动作 (acts in doubt)
    Doubts(Dir),
    /// 重新确认存疑的动作 (reconfirm)
    Reconfirm(Answer),
    /// 否认存疑的动作 (disown)
    Disown(Answer),
    /// 公告新的日志密钥，新旧同签 (announce a log key)
    LogAnnounce(LogAnnounce),
    /// 停用日志密钥 (retire a log key)
    LogRetire(LogRetire),
    /// 更改密钥文件的口令 (change a passphrase)
    Passphrase(Passphrase),
}

#[derive(clap::Args)]
pub(super) struct Dir {
    /// 台账目录 (ledger folder)
    #[arg(long)]
    dir: PathBuf,
}

/// Who signs, where, and who countersigns.
#[derive(clap::Args)]
pub(super) struct Signed {
    /// 台账目录 (ledger folder)
    #[arg(long)]
    dir: PathBuf,
    /// 签名人的密钥文件 (signer's key)
    #[arg(long)]
    key: PathBuf,
    /// 会签人的密钥文件 (countersigners' keys)，其中须有监督方的一人
    #[arg(long = "voucher")]
    vouchers: Vec<PathBuf>,
}

#[derive(clap::Args)]
pub(super) struct Rotate {
    #[command(flatten)]
    signed: Signed,
    /// 本人的新密钥文件 (the new key)
    #[arg(long)]
    new_key: PathBuf,
}

#[derive(clap::Args)]
pub(super) struct Revoke {
    #[command(flatten)]
    signed: Signed,
    /// 要吊销的密钥编号 (key id)
    #[arg(long = "revoke")]
    named: KeyId,
    /// 最早可能落入他人之手时的记录号 (compromised since)；其后所签的动作须重新确认
    #[arg(long)]
    compromised_since: Option<u64>,
    /// 原因 (reason)
    #[arg(long)]
    reason: String,
}

#[derive(clap::Args)]
pub(super) struct Answer {
    #[command(flatten)]
    signed: Signed,
    /// 动作编号，可写多次 (acts)；不写为本人全部待确认的动作
    #[arg(long = "act")]
    acts: Vec<ActId>,
    /// 依据 (ground)
    #[arg(long)]
    reason: String,
}

#[derive(clap::Args)]
pub(super) struct LogAnnounce {
    #[command(flatten)]
    signed: Signed,
    /// 新的日志密钥文件 (the new log key)，须已在台账的 keys/ 下，名为 log-2.key 之类
    #[arg(long)]
    new_key: PathBuf,
}

#[derive(clap::Args)]
pub(super) struct LogRetire {
    #[command(flatten)]
    signed: Signed,
    /// 要停用的日志公钥 (verifier key)
    #[arg(long)]
    vkey: String,
    /// 原因 (reason)
    #[arg(long)]
    reason: String,
}

#[derive(clap::Args)]
pub(super) struct Passphrase {
    /// 密钥文件 (key file)
    file: PathBuf,
    /// 现有口令的文件 (file with the old passphrase)
    #[arg(long)]
    old_passphrase_file: Option<PathBuf>,
    #[command(flatten)]
    new: NewPassphrase,
}

pub(super) fn run(what: &What) -> Result<Report, Failure> {
    match what {
        What::Rotate(args) => done(&args.signed, |desk, key, vouchers| {
            let new = keys::read(&args.new_key)?;
            let receipt = succession::rotate(desk, key, &new, vouchers)?;
            Ok((receipt.seq.0, "新密钥已登记，与旧密钥并用；交接完毕请吊销旧密钥".to_owned()))
        }),
        What::Revoke(args) => done(&args.signed, |desk, key, _| {
            let (since, reason) = (args.compromised_since, args.reason.as_str());
            let receipt = succession::revoke(desk, key, args.named, since, reason)?;
            let open = open(&doubted(desk.books()));
            Ok((receipt.seq.0, format!("密钥已吊销；待重新确认的动作现有{open}项")))
        }),
        What::Doubts(args) => {
            let desk = Desk::open(&args.dir, Clock::Machine)?;
            Ok(listed(&doubted(desk.books())))
        }
        What::Reconfirm(args) => answered(args, false),
        What::Disown(args) => answered(args, true),
        What::LogAnnounce(args) => done(&args.signed, |desk, key, vouchers| {
            let receipt = succession::announce_log_key(desk, key, &args.new_key, vouchers)?;
            Ok((receipt.seq.0, "新日志密钥已公告，此后的存证头由新旧两把密钥同签".to_owned()))
        }),
        What::LogRetire(args) => done(&args.signed, |desk, key, vouchers| {
            let retired = (args.vkey.as_str(), args.reason.as_str());
            let receipt = succession::retire_log_key(desk, key, retired, vouchers)?;
            Ok((
                receipt.seq.0,
                "日志密钥已停用；trust/log.vkey 仍是立账时的一把，不要更换".to_owned(),
            ))
        }),
        What::Passphrase(args) => {
            let key = keys::read_with(&args.file, args.old_passphrase_file.as_deref())?;
            keys::seal_again(&args.file, &key, args.new.get()?.as_ref())?;
            let file = args.file.display().to_string();
            let text = format!("口令已更改：{file}");
            Ok(Report { json: json!({ "ok": true, "file": file }), text })
        }
    }
}

/// Opens the ledger with the keys that are named, does one thing, and signs a checkpoint.
fn done(
    signed: &Signed,
    act: impl FnOnce(&mut Desk, &dyn Signer, &[&dyn Signer]) -> Result<(u64, String), Failure>,
) -> Result<Report, Failure> {
    let key = keys::read(&signed.key)?;
    let vouchers = signed.vouchers.iter().map(|file| keys::read(file));
    let vouchers = vouchers.collect::<Result<Vec<SigningKey>, Failure>>()?;
    let vouchers: Vec<&dyn Signer> = vouchers.iter().map(|key| key as &dyn Signer).collect();
    let mut desk = Desk::open(&signed.dir, Clock::Machine)?;
    let (seq, text) = act(&mut desk, &key, &vouchers)?;
    desk.checkpoint()?;
    Ok(Report {
        json: json!({ "ok": true, "seq": seq }), text: format!("{text}（第{seq}条记录）")
    })
}

fn answered(args: &Answer, is_disowned: bool) -> Result<Report, Failure> {
    done(&args.signed, |desk, key, vouchers| {
        let mut acts = args.acts.clone();
        if acts.is_empty() {
            let own = desk.holder(key)?;
            let list = doubted(desk.books());
            let own = list.iter().filter(|doubted| doubted.doubt.officer == own);
            let open = own.filter(|doubted| doubted.standing == Standing::Open);
            acts = open.map(|doubted| doubted.doubt.act.id).collect();
        }
        let count = acts.len();
        let answer = (acts, args.reason.as_str(), is_disowned);
        let receipt = succession::answer(desk, key, answer, vouchers)?;
        let word = if is_disowned { "已否认" } else { "已重新确认" };
        Ok((receipt.seq.0, format!("{word}{count}项动作")))
    })
}

fn open(list: &[Doubted<'_>]) -> usize {
    list.iter().filter(|doubted| doubted.standing == Standing::Open).count()
}

fn listed(list: &[Doubted<'_>]) -> Report {
    let standing = |standing| match standing {
        Standing::Open => ("open", "待确认"),
        Standing::Reconfirmed => ("reconfirmed", "已确认"),
        Standing::Disowned => ("disowned", "已否认"),
    };
    let remedy = |remedy: &Remedy| match remedy {
        Remedy::Reversed(by) => format!("已由{by}冲销"),
        Remedy::Withdrawn(batch) => format!("批次{batch}已撤回"),
        Remedy::Redone(by) => format!("已由{by}重做"),
    };
    let rows = list.iter().map(|one| {
        let (act, put_right) = (&one.doubt.act, one.remedy.as_ref().map(remedy));
        let (word, chinese) = standing(one.standing);
        let json = json!({
            "act": act.id, "seq": act.at, "kind": act.kind.word(), "officer": one.doubt.officer,
            "key": one.doubt.key, "standing": word, "remedy": put_right,
        });
        let put_right = put_right.unwrap_or_default();
        (json, format!("第{}条 {} {} {chinese} {put_right}", act.at, act.kind, act.id))
    });
    let (rows, lines): (Vec<Value>, Vec<String>) = rows.unzip();
    let head = format!("存疑的动作{}项，待确认{}项", list.len(), open(list));
    let text = std::iter::once(head).chain(lines).collect::<Vec<_>>().join("\n");
    Report { json: json!({ "ok": true, "open": open(list), "acts": rows }), text }
}
