//! `doudi profiles`: the bank file layouts that this program knows, and which one fits a file.

use std::path::PathBuf;

use reconcile::detect::detect;
use reconcile::profile::Profile;
use serde_json::json;

use super::Report;
use crate::failure::Failure;

#[derive(clap::Subcommand)]
pub(super) enum What {
    /// 列出内置版式 (list)
    List,
    /// 看一个文件合哪一个版式，不合的说明为什么 (try a file)
    Try {
        /// 银行文件 (bank file)
        file: PathBuf,
    },
}

pub(super) fn run(what: &What) -> Result<Report, Failure> {
    let profiles = Profile::built_in();
    match what {
        What::List => {
            let list = profiles.iter().map(|profile| {
                let layouts: Vec<_> = profile.layouts.iter().map(|layout| &layout.id).collect();
                json!({ "id": profile.id, "version": profile.version, "title": profile.title, "layouts": layouts })
            });
            let text = profiles
                .iter()
                .map(|profile| format!("{}@{}  {}", profile.id, profile.version, profile.title));
            Ok(Report {
                json: json!({ "ok": true, "profiles": list.collect::<Vec<_>>() }),
                text: text.collect::<Vec<_>>().join("\n"),
            })
        }
        What::Try { file } => {
            let bytes = std::fs::read(file).map_err(|why| Failure::file(file, &why))?;
            let name = file.file_name().unwrap_or_default().to_string_lossy();
            let (profile, layout) = detect(&bytes, &name, None, &profiles)?;
            Ok(Report {
                json: json!({ "ok": true, "profile": profile.id, "version": profile.version, "layout": layout.id }),
                text: format!(
                    "合于 {}@{} 的 {} 版式：{}",
                    profile.id, profile.version, layout.id, profile.title
                ),
            })
        }
    }
}
