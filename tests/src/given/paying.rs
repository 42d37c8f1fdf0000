//! October is paid: from the roster to the bulletin.

use ledger::period::Period;
use ledger::views::month::MonthTable;
use serde_json::{Value, json};

use super::stages::say;
use super::{County, Saying, bank};

/// One payment of October: line of a roster.
#[must_use]
pub fn roster_line(n: u32, person: u32, fen: i64) -> Value {
    json!({
        "account": format!("$account{person}"), "amount_fen": fen,
        "entitlement": format!("$entitlement{n}"),
        "parts": [{ "amount_fen": fen, "label": "差额补助" }], "payee": format!("$person{person}"),
        "sources": [{ "amount_fen": fen, "fund": "F-DB" }],
    })
}

pub(super) fn drawn(county: &mut County) {
    let body = json!({ "batch": "A0001", "kind": "regular", "period": "2020-10", "scheme": "DB" });
    let saying = Saying::new("maker", "roster.drawn", body)
        .line("roster", roster_line(1, 1, 100_000))
        .line("roster", roster_line(2, 3, 50_000))
        .line("roster", roster_line(4, 6, 45_000));
    county.must("roster", &saying);
}

pub(super) fn agree(county: &mut County, by: &str, kind: &str) {
    say(county, by, kind, json!({ "batch": "A0001", "root": "$roster.root", "roster": "$roster" }));
}

pub(super) fn approved(county: &mut County) {
    say(
        county,
        "approver",
        "roster.approved",
        json!({
            "batch": "A0001", "root": "$roster.root", "roster": "$roster", "total_fen": 195_000,
        }),
    );
}

/// The release of the approved roster's payment file.
#[must_use]
pub fn release() -> Value {
    json!({
        "account": "ZH-01", "batch": "A0001", "count": 3, "date": "2020-10-12",
        "file": "#payment file", "file_name": "A0001.csv", "profile": "icbc-batch@1",
        "root": "$roster.root", "total_fen": 195_000,
    })
}

pub(super) fn released(county: &mut County) {
    say(county, "payer", "payment_file.released", release());
}

/// Payments 1 and 3 settle; payment 2 fails, its account is closed.
pub(super) fn answered(county: &mut County) {
    let body = json!({
        "batch": "A0001", "booked": "2020-10-13", "file": "#response", "file_name": "回盘.csv",
        "profile": "icbc-batch@1",
    });
    let saying = Saying::new("reconciler", "response.imported", body)
        .line("response", bank::answer("A00010000001", 100_000, "settled", None))
        .line("response", bank::answer("A00010000002", 50_000, "failed", Some("closed")))
        .line("response", bank::answer("A00010000003", 45_000, "settled", None));
    county.must("response", &saying);
}

/// Payment 3 comes back.
pub(super) fn returned(county: &mut County) {
    let body = json!({
        "account": "ZH-01", "booked": "2020-10-15", "file": "#returns", "file_name": "退汇.csv",
        "profile": "icbc-batch@1",
    });
    let saying = Saying::new("reconciler", "returns.imported", body).line(
        "return",
        json!({
            "amount_fen": 45_000, "outcome": "returned", "reason": "dormant",
            "reference": "A00010000003", "returned": "2020-10-14", "row": 1,
        }),
    );
    county.must("returns", &saying);
}

/// Person 3 has another account.
pub(super) fn changed(county: &mut County) {
    county.must("change", &Saying::new("registrar", "account.changed", json!({
        "evidence": "#form", "old": "$account3", "person": "$person3", "reason": "原账户已销户",
        "new": { "account": "$account3b", "bank": "清河农商行", "number_commit": "#account 3b" },
    })));
    say(county, "changes", "account.change_approved", json!({ "change": "$change" }));
}

pub(super) fn stated(county: &mut County) {
    for account in ["ZH-01", "ZH-02", "ZH-03"] {
        let days = ("2020-10-01", "2020-10-31");
        let file = format!("{account}-2020-10");
        let saying = bank::statement(&county.ledger.books, account, days, &[], &file);
        county.must(&format!("statement.{account}"), &saying);
    }
}

/// The body of `month.closed` for the books as they stand; `None` if the month's sums leave the range of money.
#[must_use]
pub fn closing(county: &County, period: Period) -> Option<Value> {
    let books = &county.ledger.books;
    let table = MonthTable::of(books, period)?;
    Some(json!({ "height": books.height, "period": period, "table": table.digest() }))
}

pub(super) fn closed(county: &mut County) {
    let october: Period = "2020-10".parse().expect("a month");
    let body = closing(county, october).expect("the county is small");
    county.names.insert("closing.height".to_owned(), county.ledger.books.height.to_string());
    say(county, "accountant", "month.closed", body);
}

pub(super) fn issued(county: &mut County) {
    let height = county.ledger.books.closings.closed.values().next().map(|(_, b)| b.height);
    say(
        county,
        "writer",
        "bulletin.issued",
        json!({
            "documents": [{ "digest": "#bulletin", "name": "通报.md" }], "height": height,
            "number": "清民通〔2020〕1号", "period": "2020-10",
        }),
    );
}
