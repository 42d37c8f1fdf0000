//! The days that a bank writes: nothing is booked before the bank said it, and nothing final answers a file that was not out yet.

use serde_json::json;
use tests::given::{Saying, bank, given};

fn response(booked: &str, answered: &str, outcome: &str) -> Saying {
    let body = json!({
        "batch": "A0001", "booked": booked, "file": "#days", "file_name": "回盘.csv",
        "profile": "icbc-batch@1",
    });
    let mut line = bank::answer("A00010000001", 100_000, outcome, None);
    line["answered"] = json!(answered);
    Saying::new("reconciler", "response.imported", body).line("response", line)
}

#[test]
fn what_a_bank_says_is_not_booked_before_it_said_it_and_the_row_is_told() {
    let county = given("released");
    let ahead = response("2020-10-13", "2020-10-14", "settled");
    let text = "回盘第1行：银行日期晚于入账日期";
    county.clone().when(&ahead).refuses("response.line_wrong", text);
    let early = response("2020-10-13", "2020-10-11", "settled");
    let text = "回盘第1行：银行日期早于报盘日期";
    county.clone().when(&early).refuses("response.line_wrong", text);
    // It answers nothing yet, and a clerk may not mend a bank's file: it waits like any other.
    let _ = county.when(&response("2020-10-13", "2020-10-11", "pending")).accepts();

    let body = json!({
        "account": "ZH-01", "booked": "2020-10-15", "file": "#returns", "file_name": "退汇.csv",
        "profile": "icbc-batch@1",
    });
    let line = json!({
        "amount_fen": 45_000, "outcome": "returned", "reason": "dormant",
        "reference": "A00010000003", "returned": "2020-10-16", "row": 1,
    });
    let returned = Saying::new("reconciler", "returns.imported", body).line("return", line);
    let text = "退汇第1行：退汇日期晚于入账日期";
    given("answered").when(&returned).refuses("return.line_wrong", text);
}
