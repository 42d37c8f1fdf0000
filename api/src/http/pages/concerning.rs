//! What an act concerns, in words, with the page where one reads on: beside the ids that are signed.

use ledger::act::Body;
use ledger::books::Books;
use ledger::ids::{ApplicationId, EntitlementId, OfficerId};
use serde_json::Value;

use super::cases::scheme_name;
use super::keys::post_of;

/// A word for what it is, what it is, and where it is shown.
pub(super) struct Concern {
    pub word: &'static str,
    pub said: String,
    pub path: Option<String>,
}

/// Keys of an act that name something with a page, in the order in which they are told.
const PAGES: &[(&str, &str, &str)] = &[
    ("application", "申请", "/applications/"),
    ("household", "户", "/households/"),
    ("entitlement", "资格", "/entitlements/"),
    ("change", "账户变更", "/proposals/"),
    ("adjustment", "资格调整", "/proposals/"),
    ("acceptance", "阶段验收", "/proposals/"),
    ("brought_in", "存量资格名单", "/proposals/"),
    ("adjustments", "批量调整名单", "/proposals/"),
    ("claim", "理赔案件", "/claims/"),
    ("advance", "先行救助", "/advances/"),
    ("flag", "疑点", "/flags/"),
    ("batch", "批次", "/batches/"),
];

/// What an act concerns that is in the books: what it begins has no page yet.
pub(super) fn concerns(books: &Books, body: &Body) -> Vec<Concern> {
    let written = body.encode().unwrap_or_default();
    let stated: Value = serde_json::from_slice(&written).unwrap_or_default();
    let text = |key: &str| stated.get(key).and_then(Value::as_str);
    let mut all = Vec::new();
    for (key, word, page) in PAGES {
        let Some(id) = text(key).filter(|id| is_known(books, key, id)) else { continue };
        all.push(Concern { word, said: said(books, key, id), path: Some(format!("{page}{id}")) });
    }
    if let Some(id) = text("reference") {
        let batch = id.get(..5).unwrap_or_default();
        let path = Some(format!("/batches/{batch}"));
        all.push(Concern { word: "支付", said: id.to_owned(), path });
    }
    if let Body::StandardSet(set) = body {
        let now = books.policies.standard(&set.scheme, &set.category, &set.area, set.from);
        let said = now.map_or_else(
            || "没有（这个名目第一次有标准）".to_owned(),
            |now| format!("{} {} 元", now.rule.chinese(), now.amount_fen.to_grouped_yuan()),
        );
        all.push(Concern {
            word: "同月现行的标准", said, path: Some("/schemes".to_owned())
        });
    }
    if let Body::HandoverOffered(offered) = body
        && let Some(said) = post(books, offered.to)
    {
        all.push(Concern { word: "接收人", said, path: Some("/handover".to_owned()) });
    }
    let taken = text("handover").and_then(|id| books.handovers.all.get(&id.parse().ok()?));
    if let Some((taken, said)) = taken.and_then(|one| Some((one, post(books, one.from)?))) {
        let said = format!("{} {said}，{}件", taken.offered.date, taken.offered.manifest.count);
        all.push(Concern { word: "移交自", said, path: Some("/handover".to_owned()) });
    }
    let officer = text("officer").and_then(|id| id.parse().ok());
    if let Some(said) = officer.and_then(|id| post(books, id)) {
        all.push(Concern { word: "人员", said, path: Some("/offices".to_owned()) });
    }
    let key = text("key").and_then(|key| books.offices.keys.get(&key.parse().ok()?));
    if let Some(said) = key.and_then(|key| post(books, key.officer)) {
        all.push(Concern { word: "密钥持有人", said, path: Some("/offices".to_owned()) });
    }
    all
}

fn is_known(books: &Books, key: &str, id: &str) -> bool {
    match key {
        "application" => id.parse().is_ok_and(|id| books.cases.applications.contains_key(&id)),
        "claim" => id.parse().is_ok_and(|id| books.urgent.claims.contains_key(&id)),
        "advance" => id.parse().is_ok_and(|id| books.urgent.advances.contains_key(&id)),
        "flag" => id.parse().is_ok_and(|id| books.flags.all.contains_key(&id)),
        "entitlement" => id.parse().is_ok_and(|id| books.cases.entitlements.contains_key(&id)),
        "batch" => id.parse().is_ok_and(|id| books.payments.batches.contains_key(&id)),
        _ => true,
    }
}

/// The scheme where there is one, else the id.
fn said(books: &Books, key: &str, id: &str) -> String {
    let application = || {
        let case = books.cases.applications.get(&id.parse::<ApplicationId>().ok()?)?;
        Some(scheme_name(books, &case.filed.scheme))
    };
    let entitlement = || {
        let held = books.cases.entitlements.get(&id.parse::<EntitlementId>().ok()?)?;
        Some(scheme_name(books, &held.scheme))
    };
    let named = match key {
        "application" => application(),
        "entitlement" => entitlement(),
        _ => None,
    };
    named.unwrap_or_else(|| id.to_owned())
}

fn post(books: &Books, officer: OfficerId) -> Option<String> {
    let (post, unit) = post_of(books, officer);
    (!post.is_empty()).then(|| format!("{unit} {post}"))
}
