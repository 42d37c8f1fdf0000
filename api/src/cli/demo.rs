//! `doudi demo`: two months of the sample county, told as it happens, verified at the end.

use std::path::PathBuf;

use serde_json::json;

use super::{Report, verify};
use crate::demo::{Narrator, play};
use crate::failure::Failure;

#[derive(clap::Args)]
pub(super) struct Args {
    /// 样例台账目录，必须还不存在 (folder)
    #[arg(long, default_value = "doudi-demo")]
    dir: PathBuf,
    /// 每受理一个动作就把编号写进这个文件，供断电试验 (acknowledged act ids, for crash tests)
    #[arg(long)]
    acks: Option<PathBuf>,
}

/// Prints each sentence as it comes, or keeps quiet for `--json`.
struct Teller {
    quiet: bool,
    told: Vec<String>,
}

impl Narrator for Teller {
    fn tell(&mut self, sentence: &str) {
        if !self.quiet {
            println!("· {sentence}");
        }
        self.told.push(sentence.to_owned());
    }
}

pub(super) fn run(args: &Args, json: bool) -> Result<Report, Failure> {
    if args.dir.exists() {
        return Err(Failure::usage(format!(
            "{}已经存在；请换一个目录，或先移走它。",
            args.dir.display()
        )));
    }
    let mut teller = Teller { quiet: json, told: Vec::new() };
    play(&args.dir, args.acks.as_deref(), &mut teller)?;
    let (audited, vault) = verify::verify(&args.dir, None)?;
    let dir = args.dir.display();
    let text = format!(
        "\n{}\n\n在 {dir}/ 里：\n  out/    通报、月结报告、余额调节表、日记账\n  bank/   报盘、回盘、退汇、流水\n  trust/  信任文件：交给监督方\n  keys/   样例密钥（正式台账各人自己保管）\n接着可以试：\n  doudi verify {dir}\n  doudi replay --dir {dir} --as-of 2020-10-31 --period 2020-10\n  doudi export tiles --dir {dir} --out tiles",
        verify::sentence(&audited, vault.as_deref()),
    );
    let mut document = verify::document(&audited);
    if let Some(fields) = document.as_object_mut() {
        fields.insert("dir".to_owned(), json!(args.dir.display().to_string()));
        fields.insert("story".to_owned(), json!(teller.told));
    }
    Ok(Report { json: document, text })
}
