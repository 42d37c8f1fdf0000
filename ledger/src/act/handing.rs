//! Acts of handing over an office 工作移交: what is open, listed by who leaves and accepted by who follows.

use crate::ids::{ActId, OfficerId, Root, UnitCode};
use crate::period::Date;
use crate::words::words;

use super::{Manifest, wire};

words! {
    /// What is open.
    MatterKind {
        /// A float and what it holds 备用金.
        Float = "float", "备用金";
        /// An advance whose forms are missing 未补办的先行救助.
        Advance = "advance", "未补办先行救助";
        /// An application that is not decided 在办申请.
        Application = "application", "在办申请";
        /// A roster that is on its way, or a batch with payments that nobody answered 未完批次.
        Batch = "batch", "未完批次";
        /// A line that waits for a decision 存疑.
        Exception = "exception", "存疑";
        /// A payment that failed or came back and was not reissued 待补发.
        Payment = "payment", "待补发支付";
        /// A claim that is not settled or declined 在办理赔.
        Claim = "claim", "在办理赔";
        /// A list, adjustment, stage or account change that waits for confirmation 待确认事项.
        Proposal = "proposal", "待确认事项";
        /// A person without papers who is not settled 未安置求助人员.
        Stranger = "stranger", "未安置求助人员";
        /// Money that is to be recovered 未追回款项.
        Recovery = "recovery", "未追回款项";
        /// A medical alert that nobody answered 未处置预警.
        Alert = "alert", "未处置预警";
        /// A suspicion to look into, or to put right 未办结疑点.
        Flag = "flag", "未办结疑点";
    }
}

wire! {
    /// `handover.offered`: who leaves lists everything that is open in the unit 移交清单 (lines `matter`).
    HandoverOffered {
        /// Day of handing over.
        date: Date,
        /// The lines; they are what the books say is open, no more and no less.
        manifest: Manifest,
        /// Who follows.
        to: OfficerId,
        /// The unit: the signer's own.
        unit: UnitCode,
    }

    /// `handover.accepted`: who follows has seen the list and takes it 接收.
    HandoverAccepted {
        /// The list.
        handover: ActId,
        /// The root of its lines.
        root: Root,
    }
}
