//! An approval binds content: it names the roster it agrees to by act and root, in the order drawn, checked, reviewed,
//! approved, released. Anything changed afterwards is another roster and needs its own approvals.

use crate::act::Body;
use crate::books::Books;
use crate::books::payments::{Batch, BatchStage};
use crate::ids::{ActId, BatchCode, Root};
use crate::rejection::Rejection;

/// # Errors
/// The approval is out of order, or names another roster, root, count or total.
pub fn check(books: &Books, body: &Body) -> Result<(), Rejection> {
    if let Body::RosterChecked(b) = body {
        at_stage(books, &b.batch, Some(b.roster), b.root, BatchStage::Drawn).map(|_| ())
    } else if let Body::RosterFinanceReviewed(b) = body {
        at_stage(books, &b.batch, Some(b.roster), b.root, BatchStage::Checked).map(|_| ())
    } else if let Body::RosterApproved(b) = body {
        let batch = at_stage(books, &b.batch, Some(b.roster), b.root, BatchStage::Reviewed)?;
        if batch.total != b.total_fen {
            return Err(Rejection::RosterChanged { batch: b.batch.clone() });
        }
        Ok(())
    } else if let Body::PaymentFileReleased(b) = body {
        let batch = at_stage(books, &b.batch, None, b.root, BatchStage::Approved)?;
        if u32::try_from(batch.len()) != Ok(b.count) {
            return Err(Rejection::PaymentFileMismatch { what: "笔数" });
        }
        if batch.total != b.total_fen {
            return Err(Rejection::PaymentFileMismatch { what: "总额" });
        }
        Ok(())
    } else {
        Ok(())
    }
}

/// The batch, if it stands at `stage` and the approval names exactly its roster.
fn at_stage<'a>(
    books: &'a Books,
    code: &BatchCode,
    roster: Option<ActId>,
    root: Root,
    stage: BatchStage,
) -> Result<&'a Batch, Rejection> {
    let batch = books.payments.batches.get(code);
    let batch = batch.ok_or_else(|| Rejection::RosterUnknown { batch: code.clone() })?;
    if roster.is_some_and(|roster| batch.roster != roster) || batch.root != root {
        return Err(Rejection::RosterChanged { batch: code.clone() });
    }
    if batch.stage != stage {
        let (now, needed) = (batch.stage.chinese(), stage.chinese());
        return Err(Rejection::RosterStage { batch: code.clone(), stage: now, needed });
    }
    Ok(batch)
}
