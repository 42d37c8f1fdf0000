//! What a witness, and a ledger that asks witnesses, says when it refuses: one stable code and one Chinese text per case.

use crate::log::LogFailure;

macro_rules! witness_codes {
    ($($(#[$doc:meta])* $variant:ident = $code:literal, $status:literal, $text:literal;)*) => {
        /// Why a witness refused. Codes are stable: scripts may match on them.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum WitnessCode {
            $($(#[$doc])* $variant,)*
        }

        impl WitnessCode {
            /// Every code with its text, for the list of errors in the manual.
            pub const ALL: &'static [(&'static str, &'static str)] = &[$(($code, $text)),*];

            /// The stable code.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self { $(WitnessCode::$variant => $code),* }
            }

            /// What happened and what to do, in Chinese.
            #[must_use]
            pub const fn text(self) -> &'static str {
                match self { $(WitnessCode::$variant => $text),* }
            }

            /// The HTTP status of C2SP tlog-witness; 500 where the protocol knows no such case.
            #[must_use]
            pub const fn status(self) -> u16 {
                match self { $(WitnessCode::$variant => $status),* }
            }
        }
    };
}

witness_codes! {
    /// The request is not of the form, or its old size is above the checkpoint's.
    RequestMalformed = "witness.request_malformed", 400, "见证请求格式不对，未签署。请用 doudi witness request 重新生成";
    /// No key of the checkpoint's origin is known here.
    OriginUnknown = "witness.origin_unknown", 404, "见证机不认识这本台账，未签署。请核对名称；若应当见证，请把台账的 log.vkey 写入见证目录的 witness.toml";
    /// No trusted key signed the checkpoint.
    NotSigned = "witness.not_signed", 403, "存证头没有可信日志公钥的有效签名，未签署。请核对 witness.toml 中的公钥，若无误则该存证头系伪造或损坏";
    /// The old size is not the size that the witness stands at.
    Conflict = "witness.conflict", 409, "见证机记得的条数与请求所称的不同，未签署。请按见证机给出的条数重新请求";
    /// The log does not go on from what was cosigned, or the proof is rubbish.
    Inconsistent = "witness.inconsistent", 422, "一致性证明不成立，未签署：新存证头不能证明是已见证历史的延续。请重新生成请求；若仍不成立，请保全台账并报告监督方";
    /// Two checkpoints that cannot both be true, proved.
    Forked = "witness.forked", 409, "日志私钥签过两段互相矛盾的历史，未签署。请立即保全台账和分叉证书，交监督方核查";
    /// The state file is not there.
    StateMissing = "witness.state_missing", 500, "见证机的 state 文件不见了，拒绝启动：忘记签过什么就可能为两段历史作证。请从备份取回 state；确系新的见证机，请用 doudi witness keygen 另建目录和密钥";
    /// The state file is not what was written.
    StateDamaged = "witness.state_damaged", 500, "见证机的 state 文件损坏或被改动，拒绝启动。请从备份取回原文件，不要编辑或删除";
    /// A write failed before; nothing more is cosigned.
    Poisoned = "witness.poisoned", 500, "此前一次写入未能完成，见证机已停止签署以免忘记签过什么。请检查磁盘空间和硬件，然后重新启动";
    /// Another process uses the folder.
    Busy = "witness.busy", 500, "见证目录正被另一程序使用。请先停止正在运行的 doudi witness serve，再重试";
    /// `witness.toml` is not as it must be.
    Config = "witness.config", 500, "见证目录的 witness.toml 无法使用。请核对 name 和 logs（日志公钥原文，每本台账一行）";
    /// A name or key that no witness can have.
    KeyMalformed = "witness.key_malformed", 500, "见证公钥或名称格式不对。请使用 doudi witness keygen 给出的原文，名称不得为空、不得含空白或加号";
    /// A cosignature by a known witness that does not hold, or of no known witness.
    CosignatureWrong = "witness.cosignature_wrong", 500, "见证签名验不过或不是策略所列的见证人所签，未采用。请核对 trust/policy 中的见证公钥，若无误请联系该见证人";
    /// The checkpoint that came back is not one of this log.
    AnswerForeign = "witness.answer_foreign", 500, "带回的存证头与本台账的历史不符，未采用。请核对是不是本台账的请求；若是，请保全现场并报告监督方";
    /// The policy is not of the form.
    PolicyMalformed = "witness.policy_malformed", 500, "见证策略文件格式不对。请按 C2SP tlog-policy 改正所指的行";
    /// The policy names other logs than this one.
    PolicyLog = "witness.policy_log", 500, "见证策略没有列出本台账的日志公钥。请核对策略文件是否属于本台账";
    /// There is no policy to ask by.
    NoPolicy = "witness.no_policy", 500, "没有见证策略 trust/policy，无从请求见证。请先写好策略文件（log、witness、quorum 各行）";
    /// The kept cosigned checkpoint is not what was written.
    CosignedDamaged = "witness.cosigned_damaged", 500, "cosigned 文件损坏或不是本台账的。请移走该文件，再用 doudi witness ask 重新取得见证";
    /// The quorum that the policy asks for is not there.
    QuorumMissing = "witness.quorum_missing", 500, "见证人数不够策略的要求。请用 doudi witness ask（或 request 与 accept）取得见证后重试";
    /// The file is not a fork certificate.
    CertificateMalformed = "witness.certificate_malformed", 500, "文件不是分叉证书，或已损坏。请取回原文件";
    /// The file is one, but it does not prove what it says.
    CertificateUnproven = "witness.certificate_unproven", 500, "这份文件不能证明台账分叉。请核对日志公钥；若公钥无误，则证书系伪造或抄错";
}

/// A refusal: code and the facts.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}（{detail}）", .code.text())]
pub struct WitnessFailure {
    code: WitnessCode,
    detail: String,
}

impl WitnessFailure {
    /// A refusal with the facts of the case.
    pub fn new(code: WitnessCode, detail: impl Into<String>) -> WitnessFailure {
        WitnessFailure { code, detail: detail.into() }
    }

    /// What the log said, under a code of ours.
    #[must_use]
    pub fn of_log(code: WitnessCode, why: &LogFailure) -> WitnessFailure {
        WitnessFailure::new(code, why.detail())
    }

    /// The stable code.
    #[must_use]
    pub fn code(&self) -> WitnessCode {
        self.code
    }

    /// The facts of the case.
    #[must_use]
    pub fn detail(&self) -> &str {
        &self.detail
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::WitnessCode;

    #[test]
    fn every_code_is_used_once_and_its_text_says_what_to_do() {
        let codes: BTreeSet<_> = WitnessCode::ALL.iter().map(|(code, _)| code).collect();
        assert_eq!(codes.len(), WitnessCode::ALL.len());
        for (code, text) in WitnessCode::ALL {
            assert!(code.starts_with("witness."), "{code}");
            assert!(text.contains('请'), "{code} does not say what to do");
        }
    }
}
