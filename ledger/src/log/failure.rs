//! What the log says when it refuses: one stable code and one Chinese text per case, all in this file.
//! The text says what to do; the detail carries the numbers and paths of the case at hand.

use std::path::Path;

use crate::ids::Seq;

macro_rules! log_codes {
    ($($(#[$doc:meta])* $variant:ident = $code:literal, $text:literal;)*) => {
        /// Why the log refused. Codes are stable: scripts may match on them.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum LogCode {
            $($(#[$doc])* $variant,)*
        }

        impl LogCode {
            /// Every code with its text, for the list of errors in the manual.
            pub const ALL: &'static [(&'static str, &'static str)] = &[$(($code, $text)),*];

            /// The stable code.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self { $(LogCode::$variant => $code),* }
            }

            /// What happened and what to do, in Chinese.
            #[must_use]
            pub const fn text(self) -> &'static str {
                match self { $(LogCode::$variant => $text),* }
            }
        }
    };
}

log_codes! {
    /// The head is below the newest checkpoint that was signed.
    RolledBack = "log.rolled_back", "日志比已签发的存证头或已确认的入账短：可能换回了旧备份，或磁盘损坏丢失了条目。请勿继续记账，先把整个台账目录复制一份留存，再运行 doudi repair --dir 台账目录 --from 第二副本";
    /// The entries that a checkpoint covered are not the entries that are here.
    Rewritten = "log.rewritten", "日志内容与已签发的存证头不一致：已入账的条目被改写，或放入了另一本台账的文件。请勿继续使用，先把整个台账目录复制一份留存并通知纪检监察人员，再运行 doudi repair --dir 台账目录 --from 第二副本 --dry-run 看差在哪些条目";
    /// An entry or node that must be there is not.
    Gap = "log.gap", "日志缺少条目，序号不连续。请停止使用，运行 doudi scrub --dir 台账目录 列出全部缺失，再运行 doudi repair --dir 台账目录 --from 第二副本";
    /// The stored head and the tree over the stored entries disagree.
    EdgeMismatch = "log.edge_mismatch", "日志末端的默克尔树与记录的根不符：末端数据损坏或被改动。请停止使用，运行 doudi repair --dir 台账目录 --from 第二副本";
    /// A stored entry, node or id is not what it was.
    EntryCorrupt = "log.entry_corrupt", "日志中有损坏或被改动的数据。请停止使用，运行 doudi scrub --dir 台账目录 列出全部损坏，再运行 doudi repair --dir 台账目录 --from 第二副本";
    /// Another process has the store open.
    Locked = "log.locked", "台账正被另一程序使用。请先关闭正在运行的 doudi（例如 doudi serve），再重试";
    /// A write failed before; nothing more is written.
    Poisoned = "log.poisoned", "此前一次写入未能完成，日志已停止服务以免错上加错。请检查磁盘空间和硬件，然后重新启动程序";
    /// The writer's queue is full.
    Busy = "log.busy", "台账正忙，排队已满。请稍候重试；未写入任何内容";
    /// The writer was stopped; it takes nothing more.
    Stopped = "log.stopped", "台账服务正在停止，未写入任何内容。请待服务重新启动后再提交";
    /// The log grew between the decision and the write.
    Moved = "log.moved", "作出判断之后日志又有新条目，本次未写入任何内容。请重新读取后再提交";
    /// An entry above 65,535 bytes.
    EntryTooLarge = "log.entry_too_large", "条目超过 65535 字节，未写入。请拆分内容，大文件只登记其摘要";
    /// An entry without bytes.
    EntryEmpty = "log.entry_empty", "条目为空，未写入。请检查提交的内容";
    /// An act id that the log already holds, or twice in one batch.
    IdRepeated = "log.id_repeated", "同一动作已经入账，本次未写入。请查询原有结果，不要重复提交";
    /// The lines were other ones when they were to be written.
    InputChanged = "log.input_changed", "写入期间，交来的行与核对时不同，未入账。请勿在提交期间改动文件，用原文件重新提交";
    /// The log was opened to be read only.
    ReadOnly = "log.read_only", "日志是以核查方式打开的，不能写入。请用正常方式打开台账";
    /// No checkpoint carries a valid signature of the trusted key.
    CheckpointSignature = "log.checkpoint_signature", "存证头没有可信日志公钥的有效签名。请核对 trust/log.vkey 是否为本台账的公钥，若无误则该存证头系伪造或损坏";
    /// The checkpoint is one of another ledger.
    CheckpointOrigin = "log.checkpoint_origin", "存证头属于另一本台账。请核对台账目录与信任文件是否配套";
    /// The text is not a checkpoint of three lines.
    CheckpointMalformed = "log.checkpoint_malformed", "存证头格式不对：应为名称、条目数、根三行。请从备份或导出目录取回原文件";
    /// The text is not a signed note.
    NoteMalformed = "log.note_malformed", "签名文件格式不对（应为 C2SP signed note）。请从备份或导出目录取回原文件，不要用编辑器改动";
    /// The text is not a verifier key, or the key is one that nobody may use.
    KeyMalformed = "log.key_malformed", "日志公钥或名称格式不对。请使用立账时生成的 log.vkey 原文，名称不得为空、不得含空白或加号";
    /// The key is of an algorithm that is reserved or unknown.
    KeyAlgorithm = "log.key_algorithm", "日志公钥的算法不受支持，本版只用 Ed25519（算法号 1）。请使用本台账的 Ed25519 日志公钥";
    /// The file of handed-over keys holds one that no earlier key handed over to.
    KeyChain = "log.key_chain", "log-keys 文件中有一把没有交接签名的日志公钥：文件被改动或不是本台账的。请从备份取回，或重新打开台账由记录写出";
    /// The device or file that holds the log key gave no good signature.
    SignerFailed = "log.signer_failed", "日志密钥没有给出有效签名，未签发存证头，已入账的条目不受影响。请检查密钥设备后重试";
    /// The signing key is not the one that the trust file names.
    WrongSigner = "log.wrong_signer", "签名私钥与信任文件中的日志公钥不配对，未签发。请使用本台账自己的日志私钥";
    /// Checkpoints were signed before, but the newest is gone.
    LastSignedMissing = "log.last_signed_missing", "last-signed 文件不见了，而本台账曾签发过存证头，无法判断日志是否被换回旧版。请运行 doudi repair --dir 台账目录 --from 第二副本，由副本的存证头补回；没有副本时从备份取回 last-signed";
    /// The folder of the store is gone, but a checkpoint was signed.
    StoreMissing = "log.store_missing", "日志目录 log 不见了，而存证头 last-signed 还在。请运行 doudi repair --dir 台账目录 --from 第二副本 重建，切勿重新立账";
    /// There is no ledger here.
    NoLedger = "log.no_ledger", "此处没有台账。请核对目录是否正确；如需新立台账，请用 doudi init";
    /// There is a ledger here already.
    Exists = "log.exists", "此处已有日志或存证头，不能再新建。请另选目录";
    /// fjall cannot open or read its own files.
    StoreDamaged = "log.store_damaged", "日志存储文件损坏，无法读取。请先把整个台账目录复制一份留存，再运行 doudi repair --dir 台账目录 --from 第二副本 重建";
    /// Nothing was signed yet, so there is nothing to export.
    NothingSigned = "log.nothing_signed", "尚未签发存证头，没有可导出的内容。请先签发存证头";
    /// The folder to export to holds something else.
    ExportOccupied = "log.export_occupied", "导出目录不是空的，且不是本台账以前的完整导出。请另选空目录";
    /// A tile that the checkpoint calls for is not in the folder.
    TileMissing = "log.tile_missing", "导出目录缺少文件。请重新导出或重新复制整个目录";
    /// A tile's content is not what it must be.
    TileMalformed = "log.tile_malformed", "导出目录中的文件内容不对：被截断或被改动。请与来源比对后重新导出";
    /// The tree over the exported entries does not have the signed root.
    RootMismatch = "log.root_mismatch", "按条目重算的根与已签名的根不一致：条目被改动、增减或调换。请勿采信这份数据，通知纪检监察人员核查";
    /// The file is not an export's container, or not in the one form that it has.
    ContainerMalformed = "log.container_malformed", "文件不是完整的单文件导出：被截断、改动或另行打包过。请取 doudi export container 生成的原文件";
    /// The text is not a proof.
    ProofMalformed = "log.proof_malformed", "证明文件格式不对（应为 C2SP tlog-proof 或前后一致证明）。请向出具方取回原文件，不要用编辑器改动";
    /// The proof does not lead to the signed root.
    ProofFails = "log.proof_fails", "证明不成立：由所给内容推不出已签名的根。请勿采信，保留文件并通知纪检监察人员核查";
    /// The operating system could not read or write.
    Io = "log.io", "读写磁盘失败。请检查磁盘空间、目录权限和硬件，然后重试";
}

/// A refusal of the log: code, the entry it is about where there is one, and the facts.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}（{detail}）", .code.text())]
pub struct LogFailure {
    code: LogCode,
    entry: Option<Seq>,
    detail: String,
}

impl LogFailure {
    /// A refusal with the facts of the case.
    #[must_use]
    pub fn new(code: LogCode, detail: impl Into<String>) -> LogFailure {
        LogFailure { code, entry: None, detail: detail.into() }
    }

    pub(super) fn at(code: LogCode, entry: u64, detail: impl Into<String>) -> LogFailure {
        LogFailure { code, entry: Some(Seq(entry)), detail: detail.into() }
    }

    pub(crate) fn io(doing: &str, path: &Path, error: &std::io::Error) -> LogFailure {
        LogFailure::new(LogCode::Io, format!("{doing} {}：{error}", path.display()))
    }

    pub(super) fn missing(entry: u64) -> LogFailure {
        LogFailure::at(LogCode::Gap, entry, format!("缺第 {entry} 条"))
    }

    pub(super) fn store(error: &fjall::Error) -> LogFailure {
        if let fjall::Error::Io(error) | fjall::Error::Storage(fjall::LsmError::Io(error)) = error {
            return LogFailure::new(LogCode::Io, error.to_string());
        }
        if matches!(error, fjall::Error::Locked) {
            return LogFailure::new(LogCode::Locked, "存储已加锁");
        }
        if matches!(error, fjall::Error::Poisoned) {
            return LogFailure::new(LogCode::Poisoned, "存储在后台写入时出错");
        }
        LogFailure::new(LogCode::StoreDamaged, error.to_string())
    }

    /// The stable code.
    #[must_use]
    pub fn code(&self) -> LogCode {
        self.code
    }

    /// The entry it is about: for a damaged stretch, its first entry.
    #[must_use]
    pub fn entry(&self) -> Option<Seq> {
        self.entry
    }

    /// The facts of the case: numbers, paths, the operating system's words.
    #[must_use]
    pub fn detail(&self) -> &str {
        &self.detail
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{LogCode, LogFailure};

    #[test]
    fn every_code_is_used_once_and_its_text_says_what_to_do() {
        let codes: BTreeSet<_> = LogCode::ALL.iter().map(|(code, _)| code).collect();
        assert_eq!(codes.len(), LogCode::ALL.len());
        for (code, text) in LogCode::ALL {
            assert!(code.starts_with("log."), "{code}");
            assert!(text.contains('请'), "{code} does not say what to do");
        }
    }

    #[test]
    fn a_failure_shows_its_words_and_its_facts() {
        let failure = LogFailure::missing(7);
        assert_eq!(failure.code().code(), "log.gap");
        assert!(failure.to_string().ends_with("（缺第 7 条）"), "{failure}");
    }
}
