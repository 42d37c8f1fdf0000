//! Acts that move money out and take the bank's answers in: rosters, payment files, responses, returns, statements.

use crate::answer::{MatchRule, Outcome, Reason, ReturnOutcome, StatementOutcome};
use crate::ids::{ActId, BankAccountCode, BatchCode, Digest, PaymentRef, Root, SchemeCode, Seq};
use crate::money::Money;
use crate::period::{Date, Period};
use crate::words::words;

use super::{Manifest, wire};

words! {
    /// Why a roster is drawn.
    RosterKind {
        /// The month's roster.
        Regular = "regular", "当月";
        /// What was missed.
        Supplementary = "supplementary", "补充";
        /// New payments in place of failed or returned ones 补发.
        Reissue = "reissue", "补发";
    }
}

words! {
    /// What a person decides about an exception 存疑.
    Decision {
        /// The payment settled in full after all.
        Settled = "settled", "认定入账成功";
        /// The payment failed.
        Failed = "failed", "认定发放失败";
        /// The settled payment came back.
        Returned = "returned", "认定退汇";
        /// The statement row is this movement of the books.
        Cleared = "cleared", "对应到账项";
        /// The row says nothing about our books (the bank's own mistake, put right by the bank).
        NoEffect = "no_effect", "与本账无关";
    }
}

wire! {
    /// `roster.drawn`: the payees of one scheme and month (lines `roster`). Line n is payment BATCH‖n.
    RosterDrawn {
        /// The batch that its payments belong to.
        batch: BatchCode,
        /// Why it is drawn.
        kind: RosterKind,
        /// The lines.
        manifest: Manifest,
        /// The month that is paid.
        period: Period,
        /// The scheme.
        scheme: SchemeCode,
    }

    /// `roster.checked`, `roster.finance_reviewed`: agreed, exactly as drawn.
    RosterAgreed {
        /// The batch.
        batch: BatchCode,
        /// The root of its lines.
        root: Root,
        /// The roster.
        roster: ActId,
    }

    /// `roster.approved`: to be paid, exactly as drawn.
    RosterApproved {
        /// The batch.
        batch: BatchCode,
        /// The root of its lines.
        root: Root,
        /// The roster.
        roster: ActId,
        /// Its total, as the approver saw it.
        total_fen: Money,
    }

    /// `roster.withdrawn`: taken back before any payment file.
    RosterWithdrawn {
        /// The batch.
        batch: BatchCode,
        /// Why.
        reason: String,
        /// The roster.
        roster: ActId,
    }

    /// `payment_file.released`: the file 报盘 for the bank, made from the approved roster.
    PaymentFileReleased {
        /// The programme account that is debited.
        account: BankAccountCode,
        /// The batch.
        batch: BatchCode,
        /// Number of payments.
        count: u32,
        /// Day of release.
        date: Date,
        /// Digest of the file.
        file: Digest,
        /// The file's name.
        file_name: String,
        /// Profile and version by which it was written, such as `icbc-batch@1`.
        profile: String,
        /// SHA-256 of that profile's text: what a name stood for once, it stands for always.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        profile_text: Option<Digest>,
        /// The root of the roster's lines.
        root: Root,
        /// Sum of the payments.
        total_fen: Money,
    }

    /// `response.imported`: the bank's answers 回盘 (lines `response`).
    ResponseImported {
        /// The batch.
        batch: BatchCode,
        /// Day of posting in our books.
        booked: Date,
        /// Digest of the file.
        file: Digest,
        /// The file's name.
        file_name: String,
        /// The lines.
        manifest: Manifest,
        /// Profile and version by which it was read.
        profile: String,
        /// SHA-256 of that profile's text: what a name stood for once, it stands for always.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        profile_text: Option<Digest>,
    }

    /// `returns.imported`: settled money that came back 退汇 (lines `return`).
    ReturnsImported {
        /// The programme account that it came back to.
        account: BankAccountCode,
        /// Day of posting in our books: the month in which it was found.
        booked: Date,
        /// Digest of the file.
        file: Digest,
        /// The file's name.
        file_name: String,
        /// The lines.
        manifest: Manifest,
        /// Profile and version by which it was read.
        profile: String,
        /// SHA-256 of that profile's text: what a name stood for once, it stands for always.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        profile_text: Option<Digest>,
    }

    /// `statement.imported`: the bank's account statement 流水 (lines `statement`).
    StatementImported {
        /// The programme account.
        account: BankAccountCode,
        /// Balance after the last row.
        closing_fen: Money,
        /// Digest of the file.
        file: Digest,
        /// The file's name.
        file_name: String,
        /// First day that the statement covers.
        from: Date,
        /// The lines.
        manifest: Manifest,
        /// Balance before the first row.
        opening_fen: Money,
        /// Profile and version by which it was read.
        profile: String,
        /// SHA-256 of that profile's text: what a name stood for once, it stands for always.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        profile_text: Option<Digest>,
        /// Last day that the statement covers.
        until: Date,
    }

    /// `exception.resolved`: a person's decision about one line that could not be matched.
    ExceptionResolved {
        /// Day of posting in our books.
        booked: Date,
        /// What it is.
        decision: Decision,
        /// Entry number of the line.
        entry: Seq,
        /// Digest of the proof.
        evidence: Digest,
        /// The movement of the books, for `cleared`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        movement: Option<String>,
        /// Why.
        reason: String,
        /// The payment, for `settled`, `failed` and `returned`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reference: Option<PaymentRef>,
    }

    /// `clearing.undone`: a statement row was given to the wrong movement, or put aside by mistake 解除核销. Row and movement are
    /// open again from here on; what closed months said stays said.
    ClearingUndone {
        /// Day of posting in our books.
        booked: Date,
        /// Entry number of the statement row.
        entry: Seq,
        /// Digest of the proof.
        evidence: Digest,
        /// Why.
        reason: String,
    }

    /// `recovery.ordered`: a payee has to pay back 追回 (退款通知书).
    RecoveryOrdered {
        /// How much.
        amount_fen: Money,
        /// Day of the notice.
        date: Date,
        /// Digest of the notice.
        evidence: Digest,
        /// Number of the notice.
        notice_no: String,
        /// Why.
        reason: String,
        /// The payment.
        reference: PaymentRef,
    }

    /// `recovery.received`: recovered money arrived on the programme account.
    RecoveryReceived {
        /// How much.
        amount_fen: Money,
        /// The reversal that this entry corrects, if it does.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        corrects: Option<ActId>,
        /// Day of posting.
        date: Date,
        /// The order.
        order: ActId,
    }
}

wire! {
    /// Line `response`: one row of a response file and what it means.
    ResponseLine {
        /// The amount that the bank states for the row: credited, or refused.
        amount_fen: Money,
        /// Day of the bank's answer.
        answered: Date,
        /// What it means for the books.
        outcome: Outcome,
        /// Why it failed, if it failed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<Reason>,
        /// The payment that it answers, if one was found.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reference: Option<PaymentRef>,
        /// Row in the file, from 1.
        row: u32,
        /// How the payment was found.
        rule: MatchRule,
    }

    /// Line `return`: one row of a return notice.
    ReturnLine {
        /// The amount that came back.
        amount_fen: Money,
        /// What it means for the books.
        outcome: ReturnOutcome,
        /// Why.
        reason: Reason,
        /// The payment, if one was found.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reference: Option<PaymentRef>,
        /// Day on which the bank sent it back.
        returned: Date,
        /// Row in the file, from 1.
        row: u32,
    }

    /// Line `statement`: one row of an account statement.
    StatementLine {
        /// Credit positive, debit negative.
        amount_fen: Money,
        /// Balance after the row.
        balance_fen: Money,
        /// The bank's day.
        date: Date,
        /// What tells this row from every other, without personal fields (docs/format/kinds.md).
        fingerprint: Digest,
        /// The movement of the books that it is, if one was found.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        movement: Option<String>,
        /// What it stands for.
        outcome: StatementOutcome,
        /// Row in the file, from 1.
        row: u32,
    }
}
