//! What an auditor brings along: whose ledger this is, and whose keys it began with. Never taken from the ledger under audit.

use std::collections::BTreeSet;
use std::io::ErrorKind;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::act::offices::{Founded, Side};
use crate::ids::KeyId;
use crate::log::{KeyChain, LogCode, VerifierKey};

/// `trust/trust.toml`, `trust/log.vkey` and, once the log has changed its key, `trust/log-keys`.
#[derive(Clone, Debug)]
pub struct Trust {
    /// The log's key.
    pub log_key: VerifierKey,
    /// That key and the later ones that it was handed over to, as far as the folder says (`log-keys`, optional).
    pub log_keys: KeyChain,
    /// Origin and root keys.
    pub roots: TrustFile,
}

/// The contents of `trust.toml`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrustFile {
    /// The ledger's origin.
    pub origin: String,
    /// The keys that the founding act must list, no more and no less.
    pub root: Vec<TrustedRoot>,
}

/// One root key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrustedRoot {
    /// The key's id.
    pub key: KeyId,
    /// The public key, base64.
    pub public: String,
    /// `office` or `inspection`.
    pub side: Side,
    /// The holder's post.
    pub post: String,
}

/// Why trust cannot be read, or a founding act is not the trusted one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TrustProblem {
    /// A file is missing or malformed.
    #[error("信任文件{file}无法使用：{why}。请向台账主管部门和监督方分别索取并核对")]
    File {
        /// Which.
        file: String,
        /// What is wrong.
        why: String,
    },
    /// A file is there, and the machine does not read it.
    #[error("信任文件{file}无法读取：{why}。请检查路径、权限和磁盘")]
    Unread {
        /// Which.
        file: String,
        /// The operating system's words.
        why: String,
    },
    /// The founding act is another ledger's.
    #[error("建账动作与信任文件不符：{what}。这不是信任文件所指的台账，或信任文件不对")]
    Mismatch {
        /// What differs.
        what: &'static str,
    },
}

impl TrustProblem {
    /// The stable code.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            TrustProblem::File { .. } => "trust.file",
            TrustProblem::Unread { .. } => "file.io",
            TrustProblem::Mismatch { .. } => "trust.mismatch",
        }
    }
}

impl Trust {
    /// Reads a trust folder.
    ///
    /// # Errors
    /// [`TrustProblem::File`] or [`TrustProblem::Unread`] naming the file.
    pub fn read(dir: &Path) -> Result<Trust, TrustProblem> {
        let text = |name: &str| {
            let path = dir.join(name);
            std::fs::read_to_string(&path).map_err(|error| {
                let file = path.display().to_string();
                // Missing, or not text: get another copy. Anything else is this machine's trouble.
                if error.kind() == ErrorKind::NotFound {
                    return TrustProblem::File { file, why: "没有这个文件".to_owned() };
                }
                if error.kind() == ErrorKind::InvalidData {
                    return TrustProblem::File {
                        file, why: "不是UTF-8编码的文字".to_owned()
                    };
                }
                TrustProblem::Unread { file, why: error.to_string() }
            })
        };
        let wrong = |name: &str, why: String| TrustProblem::File {
            file: dir.join(name).display().to_string(),
            why,
        };
        let log_key = text("log.vkey")?;
        let log_key: VerifierKey =
            log_key.trim_end().parse().map_err(|why| wrong("log.vkey", format!("{why}")))?;
        let roots: TrustFile = toml::from_str(&text("trust.toml")?).map_err(|why| {
            wrong("trust.toml", format!("不是信任文件的写法（{}）", why.message()))
        })?;
        if roots.origin != log_key.name() {
            return Err(wrong("trust.toml", "origin 与 log.vkey 的名称不同".to_owned()));
        }
        let log_keys = KeyChain::read(dir, &log_key).map_err(|why| {
            if why.code() == LogCode::Io {
                let (file, why) = (dir.join("log-keys"), why.detail().to_owned());
                return TrustProblem::Unread { file: file.display().to_string(), why };
            }
            wrong("log-keys", why.to_string())
        })?;
        Ok(Trust { log_key, log_keys, roots })
    }

    /// The origin of the trusted ledger.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.roots.origin
    }

    /// # Errors
    /// [`TrustProblem::Mismatch`] unless the founding act lists exactly the trusted keys.
    pub fn founded(&self, founded: &Founded) -> Result<(), TrustProblem> {
        if founded.log_key != self.log_key.to_string() {
            return Err(TrustProblem::Mismatch { what: "日志公钥不同" });
        }
        let trusted: BTreeSet<&str> =
            self.roots.root.iter().map(|key| key.public.as_str()).collect();
        if founded.keys.len() != trusted.len() || trusted.len() != self.roots.root.len() {
            return Err(TrustProblem::Mismatch { what: "根密钥数目不同" });
        }
        for trusted in &self.roots.root {
            let known = founded.keys.iter().find(|key| key.record.public == trusted.public);
            let same = known.is_some_and(|key| key.record.key_id() == Some(trusted.key));
            let post = known.and_then(|key| {
                founded.officers.iter().find(|officer| officer.officer == key.record.officer)
            });
            let side = post.and_then(|post| {
                founded.units.iter().find(|unit| unit.unit == post.unit).map(|unit| unit.side)
            });
            if !same || side != Some(trusted.side) {
                return Err(TrustProblem::Mismatch { what: "根密钥或其所属方不同" });
            }
        }
        Ok(())
    }
}
