//! What second copies, repair, backup and restore say when they refuse: one stable code and one Chinese text per case.

use super::super::failure::LogFailure;

macro_rules! recovery_codes {
    ($($(#[$doc:meta])* $variant:ident = $code:literal, $text:literal;)*) => {
        /// Why a recovery tool refused. Codes are stable: scripts may match on them.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum RecoveryCode {
            $($(#[$doc])* $variant,)*
        }

        impl RecoveryCode {
            /// Every code with its text, for the list of errors in the manual.
            pub const ALL: &'static [(&'static str, &'static str)] = &[$(($code, $text)),*];

            /// The stable code.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self { $(RecoveryCode::$variant => $code),* }
            }

            /// What happened and what to do, in Chinese.
            #[must_use]
            pub const fn text(self) -> &'static str {
                match self { $(RecoveryCode::$variant => $text),* }
            }
        }
    };
}

recovery_codes! {
    /// Log and copy are two signed histories.
    CopyForked = "copy.forked", "台账与第二副本是两段不同的历史，副本未作任何改动。请停止使用台账，保全两处现场，并通知纪检监察人员核查";
    /// The copy holds more than the log.
    CopyAhead = "copy.ahead", "第二副本比台账新：台账可能被换回旧版。副本未作任何改动。请停止记账，运行 doudi repair --dir 台账目录 --from 副本";
    /// The folder holds something else.
    CopyOccupied = "copy.occupied", "目录不是空的，也不是本台账的副本。请另选空目录";
    /// Another program follows into this folder.
    CopyLocked = "copy.locked", "这份副本正由另一程序写入。请先停止那个程序，或另选目录";
    /// The copy's own files are not what its checkpoint calls for.
    CopyDamaged = "copy.damaged", "副本自身的文件损坏或缺失。请把该目录改名留存，再用 doudi copy 重新建立副本";
    /// Bytes that are no offer.
    OfferMalformed = "copy.offer_malformed", "送来的内容不是副本数据，未写入。请检查双方程序的版本是否一致";
    /// The offer does not begin where the copy ends.
    OfferMoved = "copy.offer_moved", "送来的起点与副本现有条数不一致，未写入。请从副本现有条数起重新发送";
    /// The host of the copy did not answer.
    CopyUnreachable = "copy.unreachable", "连不上副本所在的主机。请检查网络和对方的 doudi copy serve 是否在运行，稍后会自动重试";
    /// The host of the copy answered with something that it cannot mean.
    CopyAnswer = "copy.answer", "副本主机的答复无法理解。请核对地址和对方程序的版本";
    /// No copy could be used.
    NoCopy = "repair.no_copy", "没有一份可用的副本，未作任何改动。请核对 --from 指向的目录或地址";
    /// The copies or last-signed are of different histories.
    RepairForked = "repair.forked", "副本与台账（存证头 last-signed 或完好的日志）是两段都有签名的历史，即分叉，未作任何改动。请保全两处现场，通知纪检监察人员核查，切勿自行选择其一";
    /// Entries that were signed for stand nowhere.
    Unavailable = "repair.unavailable", "有已签发存证头的条目在日志和所给副本中都找不到完好的一份，未作任何改动。请再用 --from 加上更新的副本或备份后重试";
    /// Entries that were acknowledged after the newest checkpoint are gone.
    TailLost = "repair.tail_lost", "最后一个存证头之后有已入账的条目丢失，副本里也没有，未作任何改动。请先寻找更新的副本；确认无法找回时加 --accept-loss，并按列出的序号通知经办人重新交入";
    /// The store built anew is not sound.
    NotMended = "repair.not_mended", "重建后的日志自检不通过，原日志未动。请检查磁盘和内存后重试";
    /// The target is not empty.
    RestoreOccupied = "restore.occupied", "恢复的目标目录不是空的，未作任何改动。请另选空目录";
    /// A newer state is known.
    RestoreOlder = "restore.older", "备份比已知的最新存证头旧：由它继续记账会产生第二段历史，见证人将拒签。请改用更新的备份；若有第二副本，加 --accept-older 恢复后立即运行 doudi repair --from 副本，在此之前不要记账";
    /// The backup is of another history than what is known.
    RestoreForked = "restore.forked", "备份与已知的存证头是两段不同的历史，未恢复。请保全两者并通知纪检监察人员核查";
    /// A file of the backup is missing or changed.
    BackupDamaged = "backup.damaged", "备份不完整或被改动，未恢复。请改用另一份备份";
    /// The folder for a backup is not empty.
    BackupOccupied = "backup.occupied", "备份目录不是空的，未写入。请另选空目录";
}

/// A refusal: code, the number it is about where there is one, and the facts; or what the log itself says.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RecoveryFailure {
    /// A recovery tool refuses.
    #[error("{}（{detail}）", .code.text())]
    Refused {
        /// Which case.
        code: RecoveryCode,
        /// The entry it is about; for [`RecoveryCode::OfferMoved`] where the next offer must begin.
        entry: Option<u64>,
        /// Numbers and paths.
        detail: String,
    },
    /// The log, its files, or the machine.
    #[error(transparent)]
    Log(#[from] LogFailure),
}

impl RecoveryFailure {
    /// A refusal with its facts.
    #[must_use]
    pub fn new(code: RecoveryCode, detail: impl Into<String>) -> RecoveryFailure {
        RecoveryFailure::Refused { code, entry: None, detail: detail.into() }
    }

    /// A refusal about an entry.
    #[must_use]
    pub fn at(code: RecoveryCode, entry: u64, detail: impl Into<String>) -> RecoveryFailure {
        RecoveryFailure::Refused { code, entry: Some(entry), detail: detail.into() }
    }

    /// The code of a refusal; `None` for what the log itself says.
    #[must_use]
    pub fn refusal(&self) -> Option<RecoveryCode> {
        match self {
            RecoveryFailure::Refused { code, .. } => Some(*code),
            RecoveryFailure::Log(_) => None,
        }
    }

    /// The stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            RecoveryFailure::Refused { code, .. } => code.code(),
            RecoveryFailure::Log(failure) => failure.code().code(),
        }
    }

    /// The number it is about.
    #[must_use]
    pub fn entry(&self) -> Option<u64> {
        match self {
            RecoveryFailure::Refused { entry, .. } => *entry,
            RecoveryFailure::Log(failure) => failure.entry().map(|seq| seq.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RecoveryCode;

    #[test]
    fn every_refusal_says_what_to_do() {
        for (code, text) in RecoveryCode::ALL {
            assert!(text.contains('请') && code.contains('.'), "{code}");
        }
    }
}
