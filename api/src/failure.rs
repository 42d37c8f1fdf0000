//! How a command ends when it does not succeed: what a person reads, what a script reads, and the exit code.

use std::fmt;
use std::io::ErrorKind;

use ledger::audit::Divergence;
use ledger::engine::{OpenFailure, Refusal};
use ledger::law::admission;
use ledger::log::{LogCode, LogFailure, RecoveryCode, RecoveryFailure};
use ledger::rejection::Rejection;
use ledger::signer::SigningFailure;
use ledger::trust::TrustProblem;
use ledger::vault::VaultFailure;
use ledger::witness::{WitnessCode, WitnessFailure};
use reconcile::problem::Problem;
use serde_json::{Value, json};

use crate::problem_list;

/// Why a command did not do what it was asked.
#[derive(Debug)]
pub enum Failure {
    /// A rule said no (exit 1).
    Rejected(Rejection),
    /// The file has problems; nothing of it was imported (exit 1).
    Problems(Vec<Problem>),
    /// Verification found something (exit 1).
    Diverged(Divergence),
    /// A scrub found damage (exit 1): the whole list, for scripts and for people.
    Damaged {
        /// The document.
        document: Value,
        /// The list in Chinese.
        text: String,
    },
    /// A month cannot be closed yet, or a dry run found that an act would be refused (exit 1): everything that was found, for
    /// scripts and for people.
    NotReady {
        /// The document.
        document: Value,
        /// The list in Chinese.
        text: String,
    },
    /// The command was called in a way that cannot be carried out (exit 2).
    Usage(String),
    /// The machine, the store or the vault failed, or refuses to go on (exit 3, or 1 where the ledger itself is wrong).
    Machine {
        /// Stable code.
        code: String,
        /// What happened and what to do, in Chinese.
        text: String,
        /// 1 if the ledger says no, 3 if the machine failed.
        exit: u8,
    },
}

impl Failure {
    /// A call that lacks something, with what to add.
    pub fn usage(text: impl Into<String>) -> Failure {
        Failure::Usage(text.into())
    }

    /// What was asked is refused by the desk, under a code of its own (exit 1); nothing was written.
    #[must_use]
    pub fn refused(code: &str, text: impl Into<String>) -> Failure {
        Failure::Machine { code: code.to_owned(), text: text.into(), exit: 1 }
    }

    /// The system gave no thread, or not as many as are needed.
    #[must_use]
    pub fn no_thread(why: &std::io::Error) -> Failure {
        Failure::Machine {
            code: "machine.thread".to_owned(),
            text: format!("操作系统没有给出线程：{}。请检查系统限制后重试。", of_machine(why)),
            exit: 3,
        }
    }

    /// A file that could not be read or written.
    #[must_use]
    pub fn file(path: &std::path::Path, why: &std::io::Error) -> Failure {
        Failure::Machine {
            code: "file.io".to_owned(),
            text: format!(
                "文件{}无法读写：{}。请检查路径、权限和磁盘空间。",
                path.display(),
                of_machine(why)
            ),
            exit: 3,
        }
    }

    /// The exit code of DESIGN §8.
    #[must_use]
    pub const fn exit_code(&self) -> u8 {
        match self {
            Failure::Rejected(_)
            | Failure::Problems(_)
            | Failure::Diverged(_)
            | Failure::Damaged { .. }
            | Failure::NotReady { .. } => 1,
            Failure::Usage(_) => 2,
            Failure::Machine { exit, .. } => *exit,
        }
    }

    /// The stable code.
    #[must_use]
    pub fn code(&self) -> String {
        match self {
            Failure::Rejected(rejection) => rejection.code().to_owned(),
            Failure::Problems(problems) => {
                problems.first().map_or("file.problem", |problem| problem.code.word()).to_owned()
            }
            Failure::Diverged(found) => found.code.to_owned(),
            Failure::Damaged { .. } => "scrub.damaged".to_owned(),
            Failure::NotReady { .. } => "close.not_ready".to_owned(),
            Failure::Usage(_) => "usage".to_owned(),
            Failure::Machine { code, .. } => code.clone(),
        }
    }

    /// The document that `--json` prints.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let error = match self {
            Failure::Diverged(found) => {
                return json!({
                    "ok": false, "size": null, "root": null, "acts": null, "lines": null,
                    "first_divergence": {
                        "code": found.code, "entry": found.entry, "text": found.text,
                    },
                });
            }
            Failure::Damaged { document, .. } | Failure::NotReady { document, .. } => {
                return document.clone();
            }
            Failure::Rejected(rejection) => json!({
                "code": rejection.code(), "text": rejection.to_string(), "hint": rejection.hint(),
            }),
            Failure::Problems(problems) => json!({
                "code": self.code(),
                "text": self.to_string(),
                "problems": problems.iter().map(problem_json).collect::<Vec<_>>(),
            }),
            Failure::Usage(text) => json!({ "code": "usage", "text": text }),
            Failure::Machine { code, text, .. } => json!({ "code": code, "text": text }),
        };
        json!({ "ok": false, "error": error })
    }
}

fn problem_json(problem: &Problem) -> Value {
    json!({
        "code": problem.code.word(),
        "file": problem.file,
        "row": problem.row,
        "column": problem.column,
        "text": problem.to_string(),
    })
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failure::Rejected(rejection) => {
                write!(
                    f,
                    "不予受理〔{}〕：{rejection}\n怎么办：{}",
                    rejection.code(),
                    rejection.hint()
                )
            }
            Failure::Problems(problems) => f.write_str(&problem_list::told(problems)),
            Failure::Diverged(found) => match found.entry {
                Some(entry) => {
                    write!(f, "核验不通过〔{}〕第{entry}条记录：{}", found.code, found.text)
                }
                None => write!(f, "核验不通过〔{}〕：{}", found.code, found.text),
            },
            Failure::Damaged { text, .. } | Failure::NotReady { text, .. } => f.write_str(text),
            Failure::Usage(text) => write!(f, "用法不对：{text}"),
            Failure::Machine { code, text, .. } => write!(f, "没有完成〔{code}〕：{text}"),
        }
    }
}

/// Why a file could not be read or written.
#[must_use]
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the operating system's kinds are open-ended; those not named here get its own words"
)]
pub fn of_machine(why: &std::io::Error) -> String {
    let known = match why.kind() {
        ErrorKind::NotFound => "没有这个文件或目录",
        ErrorKind::PermissionDenied => "没有权限",
        ErrorKind::AlreadyExists => "已经存在",
        ErrorKind::IsADirectory => "是目录，不是文件",
        ErrorKind::NotADirectory => "路径里有一段是文件，不是目录",
        ErrorKind::DirectoryNotEmpty => "目录不是空的",
        ErrorKind::StorageFull => "磁盘已满",
        ErrorKind::QuotaExceeded => "磁盘限额已用完",
        ErrorKind::FileTooLarge => "文件太大",
        ErrorKind::ReadOnlyFilesystem => "磁盘是只读的",
        ErrorKind::InvalidFilename => "文件名太长或含有不能用的字符",
        ErrorKind::UnexpectedEof => "文件不完整",
        ErrorKind::ConnectionRefused => "对方没有开启服务",
        ErrorKind::AddrInUse => "地址已被占用",
        ErrorKind::TimedOut => "等候超时",
        ErrorKind::InvalidData => "不是UTF-8编码的文字",
        _ => return why.to_string(),
    };
    known.to_owned()
}

impl From<Rejection> for Failure {
    fn from(rejection: Rejection) -> Failure {
        Failure::Rejected(rejection)
    }
}

impl From<SigningFailure> for Failure {
    fn from(failure: SigningFailure) -> Failure {
        match failure {
            SigningFailure::NotCanonical(why) => Failure::Rejected(admission::malformed(&why)),
            SigningFailure::Signer(why) => Failure::Machine {
                code: "key.signer".to_owned(),
                text: format!("没有签成：{why}。没有交入任何内容，可以重试。"),
                exit: 3,
            },
        }
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Failure {
        match refusal {
            Refusal::Rejected(rejection) => Failure::Rejected(rejection),
            Refusal::Failed(failure) => failure.into(),
        }
    }
}

impl From<LogFailure> for Failure {
    fn from(failure: LogFailure) -> Failure {
        let machine = matches!(
            failure.code(),
            LogCode::Io
                | LogCode::Locked
                | LogCode::Poisoned
                | LogCode::Busy
                | LogCode::Stopped
                | LogCode::InputChanged
        );
        Failure::Machine {
            code: failure.code().code().to_owned(),
            text: failure.to_string(),
            exit: if machine { 3 } else { 1 },
        }
    }
}

impl From<WitnessFailure> for Failure {
    fn from(failure: WitnessFailure) -> Failure {
        let machine = matches!(failure.code(), WitnessCode::Poisoned | WitnessCode::Busy);
        Failure::Machine {
            code: failure.code().code().to_owned(),
            text: failure.to_string(),
            exit: if machine { 3 } else { 1 },
        }
    }
}

impl From<RecoveryFailure> for Failure {
    fn from(failure: RecoveryFailure) -> Failure {
        match failure {
            RecoveryFailure::Log(failure) => failure.into(),
            RecoveryFailure::Refused { code, .. } => {
                let machine = matches!(
                    code,
                    RecoveryCode::CopyLocked
                        | RecoveryCode::CopyUnreachable
                        | RecoveryCode::CopyAnswer
                        | RecoveryCode::NotMended
                );
                Failure::Machine {
                    code: code.code().to_owned(),
                    text: failure.to_string(),
                    exit: if machine { 3 } else { 1 },
                }
            }
        }
    }
}

impl From<OpenFailure> for Failure {
    fn from(failure: OpenFailure) -> Failure {
        match failure {
            OpenFailure::Log(failure) => failure.into(),
            OpenFailure::Entry { seq, ref why } => Failure::Diverged(Divergence {
                code: why.code(),
                entry: Some(seq),
                text: failure.to_string(),
            }),
        }
    }
}

impl From<VaultFailure> for Failure {
    fn from(failure: VaultFailure) -> Failure {
        // What is asked of the vault and is not there, or cannot be kept, is no fault of the machine.
        let refused = matches!(
            failure,
            VaultFailure::NotFound(_)
                | VaultFailure::Erased { .. }
                | VaultFailure::Conflict(_)
                | VaultFailure::FieldRefused { .. }
                | VaultFailure::RemarkKeyRefused(_)
                | VaultFailure::NoteRefused
        );
        let code = failure.code().to_owned();
        Failure::Machine { code, text: failure.to_string(), exit: if refused { 1 } else { 3 } }
    }
}

impl From<TrustProblem> for Failure {
    fn from(problem: TrustProblem) -> Failure {
        let code = problem.code().to_owned();
        let exit = if matches!(problem, TrustProblem::Unread { .. }) { 3 } else { 1 };
        Failure::Machine { code, text: problem.to_string(), exit }
    }
}

impl From<Divergence> for Failure {
    fn from(found: Divergence) -> Failure {
        Failure::Diverged(found)
    }
}

impl From<Vec<Problem>> for Failure {
    fn from(problems: Vec<Problem>) -> Failure {
        Failure::Problems(problems)
    }
}
