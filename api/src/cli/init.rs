//! `doudi init`: found a ledger with two root keys, one of the office and one of the inspection committee.

use std::path::PathBuf;

use ed25519_dalek::SigningKey;
use ledger::act::offices::{Role, Side, UnitRegistered};
use ledger::ids::Division;
use ledger::log::NoteSigner;
use ledger::vault::{MasterKey, OfficerFields, OsRandomness};
use serde_json::json;

use super::Report;
use crate::clock::Clock;
use crate::desk::founding::{Founding, NewOfficer, found};
use crate::failure::Failure;
use crate::keys;

/// What stands for a person's name and ID number that were not given at founding.
const NOT_STATED: &str = "未登记";

#[derive(clap::Args)]
pub(super) struct Args {
    /// 台账目录 (ledger folder)
    #[arg(long)]
    dir: PathBuf,
    /// 台账标识 (origin)，例如 minzheng.qinghe.gov.cn/doudi；建账后不能更改
    #[arg(long)]
    origin: String,
    /// 台账名称 (name)
    #[arg(long, default_value = "社会救助资金台账")]
    name: String,
    /// 县级区划代码 (division, six digits)
    #[arg(long, default_value = "000000")]
    county: Division,
    /// 主管部门名称 (office)
    #[arg(long, default_value = "主管部门")]
    office: String,
    /// 主管部门系统管理员姓名 (administrator)
    #[arg(long, default_value = NOT_STATED)]
    admin_name: String,
    /// 主管部门系统管理员身份证号 (administrator's ID number)
    #[arg(long)]
    admin_id: Option<String>,
    /// 监督方名称 (inspection committee)
    #[arg(long, default_value = "监督方")]
    inspection: String,
    /// 监督方持钥人姓名 (inspector)
    #[arg(long, default_value = NOT_STATED)]
    inspector_name: String,
    /// 监督方持钥人身份证号 (inspector's ID number)
    #[arg(long)]
    inspector_id: Option<String>,
}

/// The ID number as given and checked; without one, a mark that tells the two root persons apart.
fn document(id_no: Option<&str>, post: &str) -> Result<String, Failure> {
    let Some(id_no) = id_no else { return Ok(format!("{NOT_STATED}-{post}")) };
    match ledger::check_digits::IdNo::read(id_no) {
        Ok(_) => Ok(id_no.to_owned()),
        Err(why) => Err(Failure::usage(format!("身份证号{id_no}不对：{why}"))),
    }
}

/// Everything that would stop the founding is found before anything is on disk.
fn refuse_if_impossible(args: &Args, log_key: &SigningKey) -> Result<(), Failure> {
    if args.dir.join("trust").exists() || args.dir.join("log").exists() {
        return Err(Failure::usage(format!("{}里已有台账；请换一个目录。", args.dir.display())));
    }
    if args.name.trim().is_empty() {
        return Err(Failure::usage("台账名称不能为空。"));
    }
    if let Err(why) = NoteSigner::new(&args.origin, &log_key.to_bytes()) {
        return Err(Failure::usage(format!("台账标识“{}”不能用：{why}", args.origin)));
    }
    Ok(())
}

pub(super) fn run(args: &Args) -> Result<Report, Failure> {
    let (admin, inspector, log_key) = (keys::generate()?, keys::generate()?, keys::generate()?);
    let master = MasterKey::generate(&mut OsRandomness)?;
    refuse_if_impossible(args, &log_key)?;
    // The root keys are on disk before anything is signed with them.
    let folder = args.dir.join("keys");
    std::fs::create_dir_all(&folder).map_err(|why| Failure::file(&folder, &why))?;
    keys::write(&folder.join("admin.pem"), &admin)?;
    keys::write(&folder.join("inspector.pem"), &inspector)?;
    let unit = |code: &str, name: &str, side| {
        Ok::<_, Failure>(UnitRegistered {
            name: name.to_owned(),
            side,
            town: None,
            unit: code.parse().map_err(|why| Failure::usage(format!("{why}")))?,
        })
    };
    let units = vec![
        unit("MZ", &args.office, Side::Office)?,
        unit("JW", &args.inspection, Side::Inspection)?,
    ];
    let officer = |name: &str, id_no: Option<&str>, post: &str, at: usize, roles| {
        let unit = units.get(at).map(|unit| unit.unit.clone());
        let unit = unit.ok_or_else(|| Failure::usage("缺少单位。"))?;
        let fields = OfficerFields { name: name.to_owned(), id_no: document(id_no, post)? };
        Ok::<_, Failure>(NewOfficer { fields, post: post.to_owned(), unit, roles })
    };
    let first =
        officer(&args.admin_name, args.admin_id.as_deref(), "系统管理员", 0, vec![Role::Admin])?;
    let roles = vec![Role::Admin, Role::Inspector];
    let second = officer(&args.inspector_name, args.inspector_id.as_deref(), "监督专员", 1, roles)?;
    let desk = found(
        &args.dir,
        Founding {
            origin: &args.origin,
            name: &args.name,
            county: args.county.clone(),
            units,
            roots: vec![(first, admin.clone()), (second, inspector.clone())],
            log_key,
            master,
        },
        Box::new(OsRandomness),
        Clock::Machine,
    )?;
    let head = desk.engine().head();
    let dir = args.dir.display().to_string();
    Ok(Report {
        json: json!({ "ok": true, "dir": dir, "origin": args.origin, "size": head.size, "root": head.root }),
        text: format!(
            "已建账：{}（{}）\n目录：{dir}\n请立即：\n  1. 把 keys/inspector.pem 移交监督方保管，并从本机删除；\n  2. 把 trust/ 复印一份交监督方：核验时只信自己手里的那一份；\n  3. 备份 keys/vault.key：遗失后人员信息无法读出。\n单位代码：MZ（{}），JW（{}）；下一步用 doudi appoint 任职。",
            args.name, args.origin, args.office, args.inspection
        ),
    })
}
