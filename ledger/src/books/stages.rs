//! The closed words for how far a batch and a payment have come.

use crate::words::words;

words! {
    /// How far a batch has come.
    BatchStage {
        /// 已造册
        Drawn = "drawn", "已造册";
        /// 已复核
        Checked = "checked", "已复核";
        /// 财政已审核
        Reviewed = "reviewed", "财政已审核";
        /// 已审批
        Approved = "approved", "已审批";
        /// 已报盘
        Released = "released", "已报盘";
        /// 已撤回
        Withdrawn = "withdrawn", "已撤回";
    }
}

words! {
    /// Where a payment stands.
    PaymentState {
        /// On a roster, not sent.
        Drawn = "drawn", "未报盘";
        /// Sent, not answered.
        Instructed = "instructed", "在途";
        /// The bank credited the payee.
        Settled = "settled", "入账成功";
        /// The bank refused.
        Failed = "failed", "发放失败";
        /// Settled, then came back.
        Returned = "returned", "退汇";
    }
}
