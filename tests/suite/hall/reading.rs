//! Reads at the API: pages that keep their filters, earlier states, questions that are refused rather than answered with nothing.

use super::{Hall, roster};

#[test]
fn a_list_in_pages_is_the_list_and_every_page_belongs_to_the_first() {
    let hall = Hall::open();
    let inspector = hall.clerk("JJW-监督检查员");
    let whole = inspector.get("/api/v1/batches?period=2020-11&limit=500").body;
    let all: Vec<_> = whole["batches"].as_array().unwrap().clone();
    assert!(all.len() > 6, "{}", all.len());
    let mut paged = Vec::new();
    let mut path = "/api/v1/batches?period=2020-11&limit=3".to_owned();
    loop {
        let page = inspector.get(&path).body;
        assert_eq!(page["height"], whole["height"]);
        let batches = page["batches"].as_array().unwrap();
        assert!(batches.len() <= 3);
        paged.extend(batches.iter().cloned());
        if paged.len() == 3 {
            // Something happens between two pages; the pages go on as they began.
            let maker = hall.clerk("MZJ-造册经办");
            let draft = maker.draft("/api/v1/drafts/roster", &roster("TC0C0"));
            let act = maker.act_for(&draft, |_| ());
            assert_eq!(maker.hand_in(&draft, &act).status, 200);
        }
        match page["next"].as_str() {
            Some(next) => path = format!("/api/v1/batches?cursor={next}&limit=3"),
            None => break,
        }
    }
    assert_eq!(paged, all);
    let changed = inspector.get("/api/v1/batches").body["height"].as_u64().unwrap();
    assert!(changed > whole["height"].as_u64().unwrap());
}

#[test]
fn an_earlier_state_is_read_as_it_was() {
    let hall = Hall::open();
    let inspector = hall.clerk("JJW-监督检查员");
    let batch = inspector.get("/api/v1/batches/TC0B0").body;
    let entry = batch["entry"].as_u64().unwrap();
    let drawn = inspector.get(&format!("/api/v1/batches/TC0B0?as_of={entry}")).body;
    assert_eq!((&drawn["stage"], &batch["stage"]), (&"drawn".into(), &"released".into()));
    let before = inspector.get(&format!("/api/v1/batches/TC0B0?as_of={}", entry - 1));
    assert_eq!((before.status, before.code()), (404, "roster.unknown"));
    let ahead = inspector.get("/api/v1/funds?as_of=99999999");
    assert_eq!((ahead.status, ahead.code()), (400, "usage"));
}

#[test]
fn a_question_that_is_not_understood_is_refused_and_not_answered_with_nothing() {
    let hall = Hall::open();
    let inspector = hall.clerk("JJW-监督检查员");
    for path in [
        "/api/v1/batches?stage=nix",
        "/api/v1/batches?period=2020-13",
        "/api/v1/batches?perod=2020-11",
        "/api/v1/batches?limit=0",
        "/api/v1/batches?limit=501",
        "/api/v1/batches?cursor=xyz",
        "/api/v1/batches/toolong",
        "/api/v1/entries/-1",
        "/api/v1/entries?from=x",
        "/api/v1/signers/xyz",
    ] {
        let reply = inspector.get(path);
        assert_eq!((reply.status, reply.code()), (400, "usage"), "{path}: {reply:?}");
        assert_eq!(reply.header("content-type"), "application/problem+json", "{path}");
    }
    let next = inspector.get("/api/v1/batches?limit=1").body["next"].as_str().unwrap().to_owned();
    let both = inspector.get(&format!("/api/v1/batches?cursor={next}&stage=drawn"));
    assert_eq!((both.status, both.code()), (400, "usage"));
    let none = inspector.get("/api/v1/nix");
    assert_eq!((none.status, none.code()), (404, "http.not_found"));
    let method = inspector.ask("DELETE", "/api/v1/funds", &[], b"");
    assert_eq!((method.status, method.code()), (405, "http.method"));
}

#[test]
fn payees_are_on_a_batch_page_only_when_asked_for_and_then_the_reading_is_recorded() {
    let hall = Hall::open();
    let (checker, inspector) = (hall.clerk("MZJ-造册复核"), hall.clerk("JJW-监督检查员"));
    let page = |path: &str| checker.get(path).body.as_str().unwrap().to_owned();
    let readings = || inspector.get("/readings").body.as_str().unwrap().matches("查看名册").count();
    assert!(page("/batches/D20B0").contains("显示本页收款人"));
    assert_eq!(readings(), 0);
    let shown = page("/batches/D20B0?payees=true");
    assert!(shown.contains("本次查看已记录") && shown.contains("****"), "{shown}");
    // One of names, one of accounts.
    assert_eq!(readings(), 2);
}

#[test]
fn the_document_of_the_api_can_be_read_as_a_page_and_names_every_address() {
    let hall = Hall::open();
    let inspector = hall.clerk("JJW-监督检查员");
    let document = inspector.get("/api/v1/openapi.json").body;
    let page = inspector.get("/api/v1").body.as_str().unwrap().to_owned();
    for (path, item) in document["paths"].as_object().unwrap() {
        for method in item.as_object().unwrap().keys() {
            let id = format!("<section id=\"{}{path}\">", method.to_uppercase());
            assert!(page.contains(&id), "{method} {path}");
        }
    }
    for name in document["components"]["schemas"].as_object().unwrap().keys() {
        assert!(page.contains(&format!("<h3 id=\"{name}\">")), "{name}");
    }
    assert!(page.len() < 200_000, "{} bytes", page.len());
}
