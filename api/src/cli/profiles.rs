//! `doudi profiles`: the bank file layouts that this program and an office know, which one fits a file, and what is wrong
//! with a profile that somebody writes.

use std::path::PathBuf;

use reconcile::detect::detect;
use reconcile::profile::Profile;
use serde_json::json;

use super::Report;
use crate::desk::profiles::{of_folder, of_ledger, text_of};
use crate::failure::Failure;
use crate::spreadsheet;

#[derive(clap::Subcommand)]
pub(super) enum What {
    /// 列出版式：内置的和本单位自编的 (list)
    List {
        #[command(flatten)]
        own: Own,
    },
    /// 看一个文件合哪一个版式，不合的说明为什么 (try a file)
    Try {
        #[command(flatten)]
        own: Own,
        /// 只试这一个版式，可写成 名称@版本 (one profile)
        #[arg(long)]
        profile: Option<String>,
        /// 银行文件 (bank file)
        file: PathBuf,
    },
    /// 检查自编的版式文件，错误逐行说明 (check a profile)
    Check {
        /// 版式文件 (profile)
        file: PathBuf,
    },
}

/// Where an office's own profiles are.
#[derive(clap::Args)]
pub(super) struct Own {
    /// 台账目录，连同其中 profiles/ 里自编的版式 (ledger folder)
    #[arg(long, conflicts_with = "profiles")]
    dir: Option<PathBuf>,
    /// 自编版式所在的文件夹 (folder of profiles)
    #[arg(long)]
    profiles: Option<PathBuf>,
}

impl Own {
    fn read(&self) -> Result<Vec<Profile>, Failure> {
        match (&self.profiles, &self.dir) {
            (Some(folder), _) => of_folder(folder),
            (None, Some(dir)) => of_ledger(dir),
            (None, None) => Ok(Profile::built_in()),
        }
    }
}

pub(super) fn run(what: &What) -> Result<Report, Failure> {
    match what {
        What::List { own } => Ok(list(&own.read()?)),
        What::Try { own, profile, file } => try_file(&own.read()?, profile.as_deref(), file),
        What::Check { file } => check(file),
    }
}

fn list(profiles: &[Profile]) -> Report {
    let list = profiles.iter().map(|profile| {
        let layouts: Vec<_> = profile.layouts.iter().map(|layout| &layout.id).collect();
        json!({ "id": profile.id, "version": profile.version, "title": profile.title, "layouts": layouts })
    });
    let text = profiles.iter().map(|profile| {
        let layouts: Vec<_> = profile
            .layouts
            .iter()
            .map(|layout| format!("{}（{}）", layout.id, layout.direction.chinese()))
            .collect();
        format!("{}  {}\n    {}", profile.name(), profile.title, layouts.join("、"))
    });
    let text = text.collect::<Vec<_>>().join("\n");
    Report { json: json!({ "ok": true, "profiles": list.collect::<Vec<_>>() }), text }
}

fn try_file(
    profiles: &[Profile],
    named: Option<&str>,
    file: &std::path::Path,
) -> Result<Report, Failure> {
    let bytes = std::fs::read(file).map_err(|why| Failure::file(file, &why))?;
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let opened = spreadsheet::open(&name, &bytes).map_err(|problem| vec![problem])?;
    let (profile, layout) = detect(&opened, named, profiles)?;
    Ok(Report {
        json: json!({ "ok": true, "profile": profile.id, "version": profile.version, "layout": layout.id }),
        text: format!(
            "合于 {} 的 {} 版式（{}）：{}",
            profile.name(),
            layout.id,
            layout.direction.chinese(),
            profile.title
        ),
    })
}

fn check(file: &std::path::Path) -> Result<Report, Failure> {
    let (name, text) = text_of(file)?;
    let profile = Profile::from_toml(&name, &text)?;
    // One that takes a built-in profile's name would be refused wherever it is used.
    reconcile::profile::with_own(&[(name, text)])?;
    Ok(Report {
        json: json!({ "ok": true, "profile": profile.id, "version": profile.version }),
        text: format!("{} 没有错误，共{}个版式", profile.name(), profile.layouts.len()),
    })
}
