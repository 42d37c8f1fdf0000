//! The closed words for what a bank can answer: outcomes, reasons, and the rule by which a line found its payment.
//! They stand in lines for good, so a word is only ever added.

use crate::words::words;

words! {
    /// What one line of a response file 回盘 means for the books. Exactly one per line.
    Outcome {
        /// The bank credited the payee with exactly the instructed amount.
        Settled = "settled", "入账成功";
        /// The bank refused before settlement; no money moved.
        Failed = "failed", "发放失败";
        /// The bank has not decided yet (转下批, 处理中). Never reissued.
        Pending = "pending", "银行处理中";
        /// The bank does not know (超时). Never reissued before it is found out.
        Unknown = "unknown", "结果不明";
        /// The bank paid a part. A person decides.
        Partial = "partial", "部分入账";
        /// The payment was found, but the amount or the payee differs from the instruction. A person decides.
        Discrepant = "discrepant", "差异";
        /// The same answer was already booked from another file; adds nothing.
        Repeated = "repeated", "重复回盘";
        /// Another answer was already booked. A person decides.
        Conflicting = "conflicting", "前后矛盾";
        /// More than one payment fits. A person decides.
        Ambiguous = "ambiguous", "无法唯一对应";
        /// No payment fits. A person decides.
        Unmatched = "unmatched", "无对应支付";
    }
}

impl Outcome {
    /// True for the two final answers of a bank.
    #[must_use]
    pub const fn is_final(self) -> bool {
        matches!(self, Outcome::Settled | Outcome::Failed)
    }

    /// True where a person has to decide: the line becomes an exception 存疑.
    #[must_use]
    pub const fn needs_decision(self) -> bool {
        matches!(
            self,
            Outcome::Partial
                | Outcome::Discrepant
                | Outcome::Conflicting
                | Outcome::Ambiguous
                | Outcome::Unmatched
        )
    }
}

words! {
    /// What one line of a return notice 退汇通知 means for the books. Exactly one per line.
    ReturnOutcome {
        /// The settled payment came back whole.
        Returned = "returned", "退汇";
        /// This return was already booked; adds nothing.
        Repeated = "repeated", "重复退汇";
        /// The payment was found, but amount, account or name differ. A person decides.
        Discrepant = "discrepant", "差异";
        /// The payment was never booked as settled, or two lines say different things of it. A person decides.
        Conflicting = "conflicting", "前后矛盾";
        /// More than one payment fits. A person decides.
        Ambiguous = "ambiguous", "无法唯一对应";
        /// No payment fits. A person decides.
        Unmatched = "unmatched", "无对应支付";
    }
}

words! {
    /// Why a payment failed or came back: the bank's own words, made one vocabulary (DOMAIN 1.3).
    Reason {
        /// 账号不存在
        AccountNotFound = "account_not_found", "账号不存在";
        /// 户名不符
        NameMismatch = "name_mismatch", "户名不符";
        /// 销户
        Closed = "closed", "账户已销户";
        /// 冻结、止付
        Frozen = "frozen", "账户冻结或止付";
        /// 久悬、睡眠
        Dormant = "dormant", "长期不动户";
        /// 挂失、介质异常
        CardLost = "card_lost", "挂失或介质异常";
        /// 非结算户、Ⅱ类户限额
        AccountType = "account_type", "账户类型或限额不符";
        /// 证件过期或不符
        IdInvalid = "id_invalid", "证件过期或不符";
        /// 行号、行别错误
        BankRoute = "bank_route", "行号或行别错误";
        /// 重复代理
        Duplicate = "duplicate", "银行判为重复";
        /// 收款人死亡
        Deceased = "deceased", "收款人死亡";
        /// 付款户余额不足
        PayerFunds = "payer_funds", "付款户余额不足";
        /// 超时、系统忙
        System = "system", "银行系统原因";
        /// Anything else: a person reads the bank's words in the vault.
        Other = "other", "其他原因";
    }
}

impl Reason {
    /// True if a reissue needs an approved account change first (DOMAIN 1.3, last column).
    #[must_use]
    pub const fn needs_account_change(self) -> bool {
        matches!(
            self,
            Reason::AccountNotFound
                | Reason::NameMismatch
                | Reason::Closed
                | Reason::Frozen
                | Reason::CardLost
                | Reason::AccountType
        )
    }

    /// True if the money must never be sent again for this payment.
    #[must_use]
    pub const fn forbids_reissue(self) -> bool {
        matches!(self, Reason::Duplicate | Reason::Deceased)
    }
}

words! {
    /// How a line found its payment, in the order in which the rules are tried.
    MatchRule {
        /// By our own reference in the remark.
        Reference = "reference", "按行引用";
        /// By account and amount, where only one payment fits.
        AccountAmount = "account_amount", "按账号和金额";
        /// By account, name and amount within a window of days, where only one payment fits.
        AccountNameAmount = "account_name_amount", "按账号、户名和金额";
        /// Nothing fitted, or more than one.
        None = "none", "未对应";
    }
}

words! {
    /// What one row of a bank statement 流水 stands for in the books.
    StatementOutcome {
        /// The debit of one whole payment batch 批量代发.
        BatchDebit = "batch_debit", "批次扣款";
        /// The lump credit for a batch's failed payments 代发失败退回.
        FailureCredit = "failure_credit", "失败退回";
        /// The single credit of one returned payment 退汇.
        ReturnCredit = "return_credit", "退汇";
        /// Money released or contributed to a fund 拨款、捐赠.
        FundCredit = "fund_credit", "资金到账";
        /// Money recovered from a payee 追回.
        RecoveryCredit = "recovery_credit", "追回款";
        /// Money moved between our own programme accounts, or returned to the government that sent it.
        TransferDebit = "transfer_debit", "内部划出";
        /// The other side of such a move.
        TransferCredit = "transfer_credit", "内部划入";
        /// Aid paid out of a town's float 备用金 before the forms.
        AdvanceDebit = "advance_debit", "先行救助支付";
        /// Already imported from an overlapping statement; adds nothing.
        Repeated = "repeated", "重复流水";
        /// Nothing in the books fits, or more than one thing does. A person decides.
        Unmatched = "unmatched", "未对应";
    }
}

#[cfg(test)]
mod tests {
    use super::{Outcome, Reason};

    #[test]
    fn an_outcome_is_either_final_or_waits_or_adds_nothing() {
        for outcome in Outcome::ALL {
            assert!(!(outcome.is_final() && outcome.needs_decision()), "{outcome:?}");
        }
    }

    #[test]
    fn a_word_reads_back_as_itself() {
        for reason in Reason::ALL {
            let json = serde_json::to_string(reason).unwrap();
            assert_eq!(json, format!("\"{}\"", reason.word()));
            assert_eq!(serde_json::from_str::<Reason>(&json).unwrap(), *reason);
        }
    }
}
