//! Acts that put right and close: reversal, month-end close, bulletin.

use crate::ids::{ActId, Digest};
use crate::period::{Date, Period};

use super::wire;

wire! {
    /// `entry.reversed`: the full red-letter reversal 红字冲销 of one act that posted money.
    EntryReversed {
        /// The act.
        act: ActId,
        /// Day of posting, not before the original's.
        date: Date,
        /// Digest of the proof.
        evidence: Digest,
        /// Why.
        reason: String,
    }

    /// `month.closed`: the month takes no more entries, and its figures are frozen.
    MonthClosed {
        /// Number of entries in the log that the figures were made from: all before this act.
        height: u64,
        /// The month.
        period: Period,
        /// Digest of the frozen figures (`views/YYYY-MM.json`).
        table: Digest,
    }

    /// A document that a bulletin consists of.
    Document {
        /// Its digest.
        digest: Digest,
        /// Its file name.
        name: String,
    }

    /// `bulletin.issued`: the bulletin 通报 of a closed month.
    BulletinIssued {
        /// Its documents.
        documents: Vec<Document>,
        /// Height of the log that its figures stand at.
        height: u64,
        /// Document number 发文字号.
        number: String,
        /// The month.
        period: Period,
    }
}
