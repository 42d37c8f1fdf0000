//! Passphrases of key files: from a terminal, or from a file that only its owner can read.

use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};

use pkcs8::der::zeroize::Zeroizing;

use crate::failure::Failure;
use crate::private_file;

/// Where scripts say which file holds the passphrase of the keys they use.
pub const FILE_VARIABLE: &str = "DOUDI_PASSPHRASE_FILE";

/// Fewer characters than this are found by trying.
const LEAST: usize = 8;

/// A passphrase; wiped from memory when dropped.
pub type Passphrase = Zeroizing<String>;

/// How a new key file is sealed.
#[derive(clap::Args)]
pub struct NewPassphrase {
    /// 口令文件 (passphrase file)，须为 600 权限；不指明时在终端输入两次
    #[arg(long)]
    passphrase_file: Option<PathBuf>,
    /// 不用口令 (unencrypted)：只用于样例、测试，或由磁盘加密保护的日志密钥
    #[arg(long, conflicts_with = "passphrase_file")]
    no_passphrase: bool,
}

impl NewPassphrase {
    /// The new passphrase; `None` if there is to be none.
    ///
    /// # Errors
    /// It is too short, was typed in two ways, or nobody is there to ask.
    pub fn get(&self) -> Result<Option<Passphrase>, Failure> {
        if self.no_passphrase {
            return Ok(None);
        }
        let file = self.passphrase_file.clone().or_else(file_of_environment);
        let given = match file {
            Some(file) => of_file(&file)?,
            None => typed_twice()?,
        };
        if given.chars().count() < LEAST {
            return Err(Failure::usage(format!("口令至少{LEAST}个字符。")));
        }
        Ok(Some(given))
    }
}

/// The passphrase of an existing key file: from the file given, the environment, or the terminal.
///
/// # Errors
/// Nobody is there to ask, or the passphrase file cannot be used.
pub fn of_key(key: &Path, file: Option<&Path>) -> Result<Passphrase, Failure> {
    if let Some(file) = file.map(Path::to_owned).or_else(file_of_environment) {
        return of_file(&file);
    }
    ask(&format!("密钥文件{}的口令：", key.display()))
}

/// The refusal of a passphrase that does not open the file.
#[must_use]
pub fn wrong(key: &Path) -> Failure {
    Failure::Machine {
        code: "key.passphrase".to_owned(),
        text: format!(
            "口令不对，或{}已损坏。请重新输入；口令忘记不能找回，只能由系统管理员登记新密钥。",
            key.display()
        ),
        exit: 1,
    }
}

fn file_of_environment() -> Option<PathBuf> {
    std::env::var_os(FILE_VARIABLE).filter(|value| !value.is_empty()).map(PathBuf::from)
}

fn of_file(file: &Path) -> Result<Passphrase, Failure> {
    let text = private_file::read(file)?;
    Ok(Zeroizing::new(text.trim_end_matches(['\n', '\r']).to_owned()))
}

fn typed_twice() -> Result<Passphrase, Failure> {
    let first = ask("新口令：")?;
    let again = ask("再输入一次：")?;
    if *first == *again {
        Ok(first)
    } else {
        Err(Failure::usage("两次输入的口令不同，没有写入。"))
    }
}

fn ask(prompt: &str) -> Result<Passphrase, Failure> {
    if !std::io::stdin().is_terminal() {
        return Err(Failure::usage(format!(
            "密钥文件需要口令而这里没有终端。请用 --passphrase-file 或环境变量 {FILE_VARIABLE} 指明口令文件；确实不用口令的加 --no-passphrase。"
        )));
    }
    let typed = rpassword::prompt_password(prompt);
    typed.map(Zeroizing::new).map_err(|why| Failure::usage(format!("读不到口令：{why}。")))
}
