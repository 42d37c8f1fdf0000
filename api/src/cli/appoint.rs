//! `doudi appoint`: a person in office with post, roles and key, vouched for by two others, one of them of the inspection side.

use std::path::PathBuf;

use ledger::act::offices::Role;
use ledger::act::signed::key_id;
use ledger::check_digits::IdNo;
use ledger::ids::UnitCode;
use ledger::vault::OfficerFields;
use serde_json::json;

use super::Report;
use crate::clock::Clock;
use crate::desk::Desk;
use crate::desk::founding::{NewOfficer, appoint};
use crate::failure::Failure;
use crate::keys;

#[derive(clap::Args)]
pub(super) struct Args {
    /// 台账目录 (ledger folder)
    #[arg(long)]
    dir: PathBuf,
    /// 系统管理员的密钥文件 (administrator's key)
    #[arg(long)]
    key: PathBuf,
    /// 会签人的密钥文件，写两次，其中一人须属监督方 (two vouchers' keys)
    #[arg(long = "voucher", required = true)]
    vouchers: Vec<PathBuf>,
    /// 新任职人员的密钥文件，由本人用 doudi keygen 生成 (the new key)
    #[arg(long)]
    new_key: PathBuf,
    /// 姓名 (name)，只入保险库
    #[arg(long)]
    name: String,
    /// 身份证号 (ID number)，只入保险库
    #[arg(long)]
    id_no: String,
    /// 单位代码 (unit)，须已登记
    #[arg(long)]
    unit: UnitCode,
    /// 岗位名称 (post)
    #[arg(long)]
    post: String,
    /// 岗位权限，可写多次 (roles)；写错时列出全部
    #[arg(long = "role", required = true, value_parser = role)]
    roles: Vec<Role>,
}

fn role(word: &str) -> Result<Role, String> {
    let known = Role::ALL.iter().find(|role| role.word() == word);
    known.copied().ok_or_else(|| {
        let all: Vec<String> =
            Role::ALL.iter().map(|role| format!("{}（{}）", role.word(), role.chinese())).collect();
        format!("应为：{}", all.join("、"))
    })
}

pub(super) fn run(args: &Args) -> Result<Report, Failure> {
    if let Err(why) = IdNo::read(&args.id_no) {
        return Err(Failure::usage(format!("身份证号{}不对：{why}", args.id_no)));
    }
    let [first, second] = args.vouchers.as_slice() else {
        return Err(Failure::usage("请用两个 --voucher 指明两名会签人的密钥文件。"));
    };
    let (admin, new_key) = (keys::read(&args.key)?, keys::read(&args.new_key)?);
    let (first, second) = (keys::read(first)?, keys::read(second)?);
    let mut desk = Desk::open(&args.dir, Clock::Machine)?;
    let officer = NewOfficer {
        fields: OfficerFields { name: args.name.clone(), id_no: args.id_no.clone() },
        post: args.post.clone(),
        unit: args.unit.clone(),
        roles: args.roles.clone(),
    };
    let receipt = appoint(&mut desk, &admin, &officer, &new_key, [&first, &second])?;
    desk.checkpoint()?;
    let key = key_id(&new_key.verifying_key());
    Ok(Report {
        json: json!({ "ok": true, "key": key, "seq": receipt.seq }),
        text: format!("已任职并登记密钥{key}：{}（第{}条记录）", args.post, receipt.seq),
    })
}
