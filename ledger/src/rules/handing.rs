//! Rules for handing over an office: the list is what the books say is open, and who follows takes exactly that list.

use crate::act::Body;
use crate::act::handing::{HandoverAccepted, HandoverOffered};
use crate::books::{Books, Statement};
use crate::ids::OfficerId;
use crate::line::Line;
use crate::rejection::Rejection;
use crate::views::open_matters;

pub(super) fn decide(books: &Books, statement: &Statement<'_>) -> Result<(), Rejection> {
    if let Body::HandoverOffered(offered) = statement.body() {
        offer(books, statement, offered)
    } else if let Body::HandoverAccepted(accepted) = statement.body() {
        accept(books, statement.officer, accepted)
    } else {
        Ok(())
    }
}

fn wrong(why: &'static str) -> Result<(), Rejection> {
    Err(Rejection::HandoverWrong { why })
}

fn offer(
    books: &Books,
    statement: &Statement<'_>,
    offered: &HandoverOffered,
) -> Result<(), Rejection> {
    let own = books.offices.officers.get(&statement.officer).map(|known| &known.unit);
    if own != Some(&offered.unit) {
        return wrong("只能移交本人所在单位的事项");
    }
    let officer = offered.to;
    let follower = books.offices.officers.get(&officer);
    let follower = follower.ok_or(Rejection::OfficerUnknown { officer })?;
    if officer == statement.officer || !follower.in_office || follower.unit != offered.unit {
        return wrong("接收人须是同一单位的另一名在任人员");
    }
    let open = open_matters::of_unit(books, &offered.unit);
    let listed = statement.lines.iter().cloned();
    if listed.eq(open.into_iter().map(Line::Matter)) {
        return Ok(());
    }
    wrong("清单与台账此刻的未结事项不符，须逐件列明，不多不少")
}

fn accept(books: &Books, officer: OfficerId, accepted: &HandoverAccepted) -> Result<(), Rejection> {
    let handover = accepted.handover;
    let known = books.handovers.all.get(&handover);
    let known = known.filter(|known| known.accepted.is_none());
    let known = known.ok_or(Rejection::HandoverUnknown { handover })?;
    if known.offered.to != officer {
        return wrong("由移交清单所列的接收人签收");
    }
    let own = books.offices.officers.get(&officer).map(|known| &known.unit);
    if own != Some(&known.offered.unit) {
        return wrong("接收人已不在该单位");
    }
    if known.offered.manifest.root != accepted.root {
        return Err(Rejection::ManifestMismatch { what: "默克尔根" });
    }
    let open = open_matters::of_unit(books, &known.offered.unit);
    let open: Vec<Line> = open.into_iter().map(Line::Matter).collect();
    match crate::line::seal(&open) {
        Ok((manifest, _)) if manifest == known.offered.manifest => Ok(()),
        Ok(_) | Err(_) => wrong("移交之后未结事项有变，须重新移交"),
    }
}
