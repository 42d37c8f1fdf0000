//! Every way in which the vault can fail to do what was asked: stable code, Chinese words, what to do.

use super::randomness::RandomnessFailed;
use super::subject::{Field, Subject};
use crate::ids::ActId;

/// Why the vault did not do what was asked. Nothing was half done: every call is one atomic batch.
/// No message names a personal field's content.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VaultFailure {
    /// There is no vault in that folder.
    #[error(
        "目录“{0}”里没有保险库。请核对台账目录；若保险库文件夹丢失，请先从备份恢复，不要新建空库。"
    )]
    Absent(String),
    /// There already is a vault in that folder.
    #[error("目录“{0}”里已有保险库，不能在其上新建。请换一个空目录，或直接打开它。")]
    Exists(String),
    /// Another process has the vault open.
    #[error("保险库正被另一个程序使用。请先关闭那个程序（例如正在运行的 doudi serve），再试一次。")]
    Locked,
    /// The key file does not fit this vault.
    #[error(
        "主密钥打不开这个保险库。请核对密钥文件（keys/vault.key）是否属于本台账；若确属本台账，则 vault/erasure-key 的两份都已损坏，请从备份恢复。"
    )]
    WrongMasterKey,
    /// The vault was written by a version that this one does not know.
    #[error("保险库的格式“{0}”不是本程序认识的版本。请升级程序后再打开。")]
    FormatUnknown(String),
    /// A stored record is damaged or was exchanged: it does not decrypt, or says what it cannot say.
    #[error(
        "保险库记录无法解开：{0}。记录已损坏或被替换，请停止使用该条，运行核验，并从备份恢复。"
    )]
    Unreadable(String),
    /// Nothing is stored under that id.
    #[error("保险库里没有“{0}”。请核对编号；若账上有而库里没有，请从备份恢复。")]
    NotFound(Subject),
    /// The subject was erased by a lawful order.
    #[error("“{subject}”已依令删除，删除令编号{order}。不能恢复；如需再次登记，请重新采集信息。")]
    Erased {
        /// Who or what was erased.
        subject: Subject,
        /// The act that ordered it.
        order: ActId,
    },
    /// Another content or another subject already stands there.
    #[error("“{0}”已登记了不同的内容，不能覆盖。请核对是否录错；确需更正的，走信息变更。")]
    Conflict(Subject),
    /// A field cannot be stored as given.
    #[error("字段“{}”不能登记：{why}。请更正后重新提交。", .field.chinese())]
    FieldRefused {
        /// The field.
        field: Field,
        /// What is wrong with it, in Chinese, without its content.
        why: &'static str,
    },
    /// A key for a remark that does not have the permitted form.
    #[error("备注键“{0}”无效：应为1至120位字母、数字或 . _ : / -，且不含个人信息。")]
    RemarkKeyRefused(String),
    /// A reading without a stated purpose or time.
    #[error("查看个人信息必须写明用途和时间，且各不超过500字节。请补充后再查看。")]
    NoteRefused,
    /// The source of random bytes failed.
    #[error("操作系统没有给出随机数，未作任何登记。请重试；若仍失败，请联系系统管理员。")]
    Randomness,
    /// The machine failed.
    #[error("读写保险库失败：{0}。请检查磁盘空间和权限后重新启动程序；未确认的登记请重新提交。")]
    Io(String),
}

impl VaultFailure {
    /// Every code, in the order of the list above.
    pub const CODES: [&'static str; 14] = [
        "vault.absent",
        "vault.exists",
        "vault.locked",
        "vault.wrong_master_key",
        "vault.format_unknown",
        "vault.unreadable",
        "vault.not_found",
        "vault.erased",
        "vault.conflict",
        "vault.field_refused",
        "vault.remark_key_refused",
        "vault.note_refused",
        "vault.randomness",
        "vault.io",
    ];

    /// The stable code.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            VaultFailure::Absent(_) => "vault.absent",
            VaultFailure::Exists(_) => "vault.exists",
            VaultFailure::Locked => "vault.locked",
            VaultFailure::WrongMasterKey => "vault.wrong_master_key",
            VaultFailure::FormatUnknown(_) => "vault.format_unknown",
            VaultFailure::Unreadable(_) => "vault.unreadable",
            VaultFailure::NotFound(_) => "vault.not_found",
            VaultFailure::Erased { .. } => "vault.erased",
            VaultFailure::Conflict(_) => "vault.conflict",
            VaultFailure::FieldRefused { .. } => "vault.field_refused",
            VaultFailure::RemarkKeyRefused(_) => "vault.remark_key_refused",
            VaultFailure::NoteRefused => "vault.note_refused",
            VaultFailure::Randomness => "vault.randomness",
            VaultFailure::Io(_) => "vault.io",
        }
    }
}

impl From<RandomnessFailed> for VaultFailure {
    fn from(_: RandomnessFailed) -> Self {
        VaultFailure::Randomness
    }
}

impl From<std::io::Error> for VaultFailure {
    fn from(error: std::io::Error) -> Self {
        VaultFailure::Io(error.to_string())
    }
}

impl From<fjall::Error> for VaultFailure {
    fn from(error: fjall::Error) -> Self {
        if matches!(error, fjall::Error::Locked) {
            return VaultFailure::Locked;
        }
        if let fjall::Error::Storage(fjall::LsmError::ChecksumMismatch { .. }) = error {
            return VaultFailure::Unreadable("存储块校验和不符".to_owned());
        }
        if let fjall::Error::Io(_) | fjall::Error::Storage(fjall::LsmError::Io(_)) = error {
            return VaultFailure::Io(error.to_string());
        }
        VaultFailure::Unreadable(format!("存储文件（{error}）"))
    }
}

#[cfg(test)]
mod tests {
    use super::VaultFailure;

    #[test]
    fn every_failure_says_in_chinese_what_to_do() {
        for failure in [
            VaultFailure::Locked,
            VaultFailure::WrongMasterKey,
            VaultFailure::NoteRefused,
            VaultFailure::Io("磁盘已满".to_owned()),
        ] {
            assert!(failure.to_string().contains('请'), "{failure}");
            assert!(VaultFailure::CODES.contains(&failure.code()));
        }
    }
}
