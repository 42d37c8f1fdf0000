//! Everything that one household was given, by whom and when, the newest first: money through rosters, advances, an insurer's
//! money and goods.

use ledger::books::Books;
use ledger::books::payments::PaymentState;
use ledger::books::urgent::ClaimEnd;
use ledger::views::household::HouseholdPage;

use super::super::cases::scheme_name;

/// One thing that happened.
pub(super) struct Event {
    /// The day, or the month that a roster pays where no payment file went out yet.
    pub date: String,
    /// How it came: 发放, 补发, 先行救助, 保险赔付, 实物.
    pub how: &'static str,
    /// The scheme, policy or goods.
    pub what: String,
    /// Yuan; the value of goods.
    pub amount: String,
    /// Where it stands.
    pub state: &'static str,
    /// Where one reads on.
    pub path: String,
}

/// Up to the month of the page.
pub(super) fn of(books: &Books, page: &HouseholdPage) -> Vec<Event> {
    let mut events = payments(books, page);
    events.extend(page.advances.iter().map(|one| Event {
        date: one.date.to_string(),
        how: "先行救助",
        what: scheme_name(books, &one.scheme),
        amount: one.amount.to_grouped_yuan(),
        state: if one.is_regularised { "已补办" } else { "未补办" },
        path: format!("/advances/{}", one.advance),
    }));
    let claims = page.claims.iter().filter_map(|one| {
        let claim = books.urgent.claims.get(&one.claim)?;
        let Some(ClaimEnd::Settled { amount, date }) = &claim.end else { return None };
        Some(Event {
            date: date.to_string(),
            how: "保险赔付",
            what: claim.filed.policy.to_string(),
            amount: amount.to_grouped_yuan(),
            state: "备查",
            path: format!("/claims/{}", one.claim),
        })
    });
    events.extend(claims);
    events.extend(page.goods.iter().map(|one| Event {
        date: one.date.to_string(),
        how: "实物",
        what: format!("{} {}{}", one.name, one.quantity.0, one.quantity.1),
        amount: one.value.to_grouped_yuan(),
        state: "已领",
        path: String::new(),
    }));
    events.sort_by(|one, other| (&other.date, &other.what).cmp(&(&one.date, &one.what)));
    events
}

fn payments(books: &Books, page: &HouseholdPage) -> Vec<Event> {
    let mut events = Vec::new();
    for aid in page.aid.values().flatten() {
        events.extend(aid.payments.iter().filter_map(|reference| {
            let (batch, payment) = books.payments.find(reference)?;
            let released = batch.released.as_ref().map(|released| released.date.to_string());
            let state = payment.state(batch.released.is_some());
            let was_taken_back =
                state == PaymentState::Settled && payment.recovered().is_positive();
            Some(Event {
                date: released.unwrap_or_else(|| batch.period.to_string()),
                how: if payment.reissue_of.is_some() { "补发" } else { "发放" },
                what: format!("{} {}", aid.name, batch.period),
                amount: payment.amount.to_grouped_yuan(),
                state: if was_taken_back { "入账成功，有追回" } else { state.chinese() },
                path: format!("/batches/{}", reference.batch()),
            })
        }));
    }
    events
}
