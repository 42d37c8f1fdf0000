//! What nobody gets past: sessions that are not theirs, acts that are not what was shown, other people's drafts, other sites' pages.

use ed25519_dalek::SigningKey;
use serde_json::json;
use tests::browser::Driver;
use tests::clerk::Clerk;

use super::{Hall, roster};

const AGREEMENT: &str = "/api/v1/drafts/agreement";

#[test]
fn nobody_signs_in_with_an_answer_that_is_not_for_here_and_now() {
    let hall = Hall::open();
    let clerk = Clerk::with(&hall.server.address, &hall.key("MZJ-造册经办"));
    let refused = |answer: &serde_json::Value, code: &str| {
        let reply = clerk.post("/api/v1/session", answer);
        assert_eq!((reply.status, reply.code()), (401, code), "{answer}");
        assert_eq!(reply.header("set-cookie"), "", "{answer}");
    };
    // A challenge is good once.
    let answer = clerk.answer();
    assert_eq!(clerk.post("/api/v1/session", &answer).status, 200);
    refused(&answer, "session.challenge");
    // One of one's own making, another site's, another challenge's, another key's.
    refused(
        &json!({ "challenge": "00", "key": clerk.id, "signature": "", "site": "" }),
        "session.challenge",
    );
    let mut elsewhere = clerk.answer();
    elsewhere["site"] = json!("http://evil.example");
    refused(&elsewhere, "session.site");
    let (mut one, other) = (clerk.answer(), clerk.answer());
    one["signature"] = other["signature"].clone();
    refused(&one, "session.signature");
    let stranger = Clerk::holding(&hall.server.address, SigningKey::from_bytes(&[7; 32]));
    let reply = stranger.post("/api/v1/session", &stranger.answer());
    assert_eq!((reply.status, reply.code()), (422, "key.unknown"));
    // A cookie that nobody gave out opens nothing.
    for cookie in
        ["", "doudi=", "doudi=AAAAAAAAAAAAAAAAAAAAAA", "doudi=../../etc/passwd", "other=1"]
    {
        let reply = clerk.ask("GET", "/api/v1/funds", &[("cookie", cookie)], b"");
        assert_eq!((reply.status, reply.code()), (401, "session.none"), "{cookie}");
    }
    let page = clerk.get("/batches");
    assert_eq!((page.status, page.header("location")), (303, "/sign-in?ended"));
}

#[test]
fn a_session_ends_with_its_key_and_with_its_holder() {
    let hall = Hall::open();
    let checker = hall.clerk("MZJ-造册复核");
    let (first, second) = (hall.clerk("MZJ-系统管理员"), hall.clerk("MZJ-造册经办"));
    assert_eq!(checker.get("/api/v1/session").status, 200);
    let wish = json!({ "kind": "key.revoked", "body": { "key": checker.id, "reason": "遗失" } });
    let draft = first.draft("/api/v1/drafts/act", &wish);
    let act = first.act_for(&draft, |_| ());
    assert_eq!(first.hand_in(&draft, &act).status, 200);
    let reply = checker.get("/api/v1/session");
    assert_eq!((reply.status, reply.code()), (401, "key.revoked"));
    assert_eq!(checker.get("/api/v1/session").code(), "session.none", "it is gone, not asleep");
    assert_eq!(second.get("/api/v1/session").status, 200);
    let reply = second.ask("DELETE", "/api/v1/session", &[], b"");
    assert_eq!(reply.status, 204);
    assert_eq!(second.get("/api/v1/session").status, 401);
}

#[test]
fn another_sites_page_writes_nothing_with_a_persons_cookie() {
    let hall = Hall::open();
    let maker = hall.clerk("MZJ-造册经办");
    let body = roster("TC0C0").to_string();
    let json = ("content-type", "application/json");
    for stranger in [
        ("origin", "http://evil.example"),
        ("origin", "null"),
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
    ] {
        let reply = maker.ask("POST", "/api/v1/drafts/roster", &[json, stranger], body.as_bytes());
        assert_eq!((reply.status, reply.code()), (403, "http.cross_site"), "{stranger:?}");
    }
    // A name that is not ours leads nowhere, whatever cookie comes with it.
    for host in ["evil.example", "127.0.0.1", "127.0.0.1:1", "[::1]:80"] {
        let reply = maker.ask("GET", "/api/v1/session", &[("host", host)], b"");
        assert_eq!((reply.status, reply.code()), (421, "http.other_host"), "{host}");
    }
    // A form of another site cannot name this kind of content.
    let form = ("content-type", "text/plain");
    let reply = maker.ask("POST", "/api/v1/drafts/roster", &[form], body.as_bytes());
    assert_eq!(reply.status, 415);
    let cookie = maker.post("/api/v1/session", &maker.answer());
    let cookie = cookie.header("set-cookie");
    for wanted in ["HttpOnly", "SameSite=Strict", "Path=/"] {
        assert!(cookie.contains(wanted), "{cookie}");
    }
    for page in ["/sign-in", "/batches", "/api/v1/funds", "/web/page.js", "/nix"] {
        let reply = maker.get(page);
        let policy = reply.header("content-security-policy");
        assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe"), "{page}");
        assert_eq!(reply.header("x-content-type-options"), "nosniff", "{page}");
        assert_eq!(reply.header("x-request-id").len(), 16, "{page}");
    }
}

#[test]
fn what_is_signed_is_what_was_drafted_by_whoever_drafted_it_once() {
    let hall = Hall::open();
    let (maker, checker) = (hall.clerk("MZJ-造册经办"), hall.clerk("MZJ-造册复核"));
    let draft = maker.draft("/api/v1/drafts/roster", &roster("TC0C0"));
    // Nobody else sees it, signs it, or drops it.
    for path in ["", "/lines"] {
        let reply = checker.get(&format!("/api/v1/drafts/{draft}{path}"));
        assert_eq!((reply.status, reply.code()), (404, "draft.unknown"));
    }
    let act = maker.act_for(&draft, |_| ());
    assert_eq!(checker.hand_in(&draft, &act).code(), "draft.unknown");
    let reply = checker.ask("DELETE", &format!("/api/v1/drafts/{draft}"), &[], b"");
    assert_eq!(reply.code(), "draft.unknown");
    // Altered by its maker, or on its way.
    let other = maker.act_for(&draft, |body| body["manifest"]["total_fen"] = json!(1));
    assert_eq!(maker.hand_in(&draft, &other).code(), "draft.differs");
    let mut bytes = act.entry().to_vec();
    let at = bytes.len() - 20;
    bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
    let reply = maker.post_bytes(&format!("/api/v1/drafts/{draft}/signed"), &bytes);
    assert_eq!((reply.status, reply.code()), (422, "key.signature_wrong"), "{reply:?}");
    // As it is, once; again it gets its first answer.
    let first = maker.hand_in(&draft, &act);
    assert_eq!((first.status, first.header("doudi-repeat")), (200, "false"), "{first:?}");
    let again = maker.hand_in(&draft, &act);
    assert_eq!((again.status, again.header("doudi-repeat")), (200, "true"));
    assert_eq!(again.body["seq"], first.body["seq"]);
    let second = maker.act_for(&draft, |_| ());
    assert_eq!(
        (maker.hand_in(&draft, &second).status, maker.hand_in(&draft, &second).code()),
        (409, "draft.signed")
    );
}

#[test]
fn who_may_not_is_told_before_signing_and_refused_after() {
    let hall = Hall::open();
    let maker = hall.clerk("MZJ-造册经办");
    let draft = maker.draft("/api/v1/drafts/roster", &roster("TC0C0"));
    let act = maker.act_for(&draft, |_| ());
    assert_eq!(maker.hand_in(&draft, &act).status, 200);
    let batch = json!({ "batch": "TC0C0" });
    // Not the role, and not one's own roster: by draft, and by an act that was signed without one.
    let reply = maker.post(AGREEMENT, &batch);
    assert_eq!((reply.status, reply.code()), (422, "authority.role_missing"), "{reply:?}");
    let checker = hall.clerk("MZJ-造册复核");
    let agreement = checker.draft(AGREEMENT, &batch);
    let facts = checker.get(&format!("/api/v1/drafts/{agreement}")).body;
    let body = ledger::act::Body::from_json("roster.checked", &facts["body"].to_string()).unwrap();
    // Whoever could not release it is told so before a name or a number is read for it.
    let release = json!({
        "account": "ZH-01", "batch": "TC0C0", "date": "2020-12-08", "profile": "iso-pain",
    });
    let reply = maker.post("/api/v1/drafts/release", &release);
    assert_eq!((reply.status, reply.code()), (422, "authority.role_missing"), "{reply:?}");
    // What comes with files or figures is drafted by the desk that makes them.
    for (kind, body) in [
        ("month.closed", json!({ "height": 1, "period": "2020-12", "table": "00".repeat(32) })),
        (
            "bulletin.issued",
            json!({ "documents": [], "height": 1, "number": "1", "period": "2020-12" }),
        ),
    ] {
        let reply = maker.post("/api/v1/drafts/act", &json!({ "kind": kind, "body": body }));
        assert_eq!((reply.status, reply.code()), (400, "usage"), "{kind}");
    }
    let forced = maker.act(body);
    let reply = maker.post_bytes("/acts", forced.entry());
    assert_eq!(
        (reply.status, &reply.body["error"]["code"]),
        (422, &json!("authority.role_missing"))
    );
    // A roster that was withdrawn and drawn anew meanwhile is another roster: the signature names the old one.
    let signed = checker.act_for(&agreement, |_| ());
    let roster_id = facts["body"]["roster"].clone();
    let withdrawn = json!({ "kind": "roster.withdrawn", "body": {
        "batch": "TC0C0", "reason": "重造", "roster": roster_id,
    }});
    let draft = maker.draft("/api/v1/drafts/act", &withdrawn);
    let act = maker.act_for(&draft, |_| ());
    assert_eq!(maker.hand_in(&draft, &act).status, 200);
    let reply = checker.hand_in(&agreement, &signed);
    assert_eq!((reply.status, reply.code()), (422, "roster.out_of_order"), "{reply:?}");
}

/// Gives other lines than those that were drawn, or none to compare.
const OTHER_LINES: &str = "const real = window.fetch; window.fetch = async (path, how) => { \
    const answer = await real(path, how); \
    if (/entries\\/\\d+\\/lines$/.test(path)) { \
        const text = (await answer.text()).replace(/\"amount_fen\":\\d+/, '\"amount_fen\":1'); \
        return new Response(text, { headers: { 'content-type': 'text/plain' } }); } \
    if (sessionStorage.none && /drafts\\/[0-9a-f]{32}$/.test(path)) { \
        const draft = { ...(await answer.json()), covers: null }; \
        return new Response(JSON.stringify(draft), { headers: { 'content-type': 'application/json' } }); } \
    return answer; };";

#[test]
fn whoever_agrees_to_a_roster_is_shown_the_lines_that_its_root_covers_or_signs_nothing() {
    let Some(driver) = Driver::start() else { return };
    let hall = Hall::open();
    let maker = hall.clerk("MZJ-造册经办");
    let draft = maker.draft("/api/v1/drafts/roster", &roster("TC0C0"));
    let act = maker.act_for(&draft, |_| ());
    let drawn = maker.hand_in(&draft, &act).body["seq"].as_u64().unwrap();
    let checker = hall.clerk("MZJ-造册复核");
    let agreement = checker.draft(AGREEMENT, &json!({ "batch": "TC0C0" }));
    assert_eq!(checker.get(&format!("/api/v1/drafts/{agreement}")).body["covers"], json!(drawn));
    let lines = checker.get(&format!("/api/v1/entries/{drawn}/lines")).body;
    assert_eq!(lines.as_str().unwrap().lines().count(), 4);
    let none = checker.get(&format!("/api/v1/entries/{}/lines", drawn + 1));
    assert_eq!((none.status, none.code()), (404, "http.not_found"));
    let browser = driver.open_with(OTHER_LINES);
    browser.sign_in(&hall.server.address, &hall.key("MZJ-造册复核"));
    let page = format!("{}/drafts/{agreement}", hall.server.address);
    browser.go(&page);
    let _ = browser.wait_to_say("明细的指纹与要签的不符");
    assert_eq!(browser.run("return document.querySelector('#sign').disabled", vec![]), true);
    let _ = browser.run("sessionStorage.none = '1'", vec![]);
    browser.go(&page);
    let _ = browser.wait_to_say("没有可供核对的明细");
    assert_eq!(browser.run("return document.querySelector('#sign').disabled", vec![]), true);
}

#[test]
fn an_allotment_that_was_drafted_twice_is_booked_once() {
    let hall = Hall::open();
    let keeper = hall.clerk("CZJ-会计");
    let wish = json!({ "kind": "fund.allotted", "body": {
        "amount_fen": 100, "arrived": "2020-12-03", "direct": "none", "document_no": "青财社〔2020〕60号",
        "function_code": "2081902", "fund": "F-DB", "level": "county",
    }});
    let drafts = [(); 2].map(|()| keeper.draft("/api/v1/drafts/act", &wish));
    let replies = drafts.map(|draft| keeper.hand_in(&draft, &keeper.act_for(&draft, |_| ())));
    let [first, second] = replies;
    assert_eq!(first.status, 200, "{first:?}");
    assert_eq!((second.status, second.code()), (422, "fund.allotted_twice"), "{second:?}");
}

#[test]
fn of_two_who_act_at_once_one_is_taken_and_the_other_told() {
    let hall = Hall::open();
    let maker = hall.clerk("MZJ-造册经办");
    let (one, two) = (roster("TC0C0"), roster("TC0C1"));
    let (one, two) =
        (maker.draft("/api/v1/drafts/roster", &one), maker.draft("/api/v1/drafts/roster", &two));
    let acts = [maker.act_for(&one, |_| ()), maker.act_for(&two, |_| ())];
    let replies = std::thread::scope(|scope| {
        let first = scope.spawn(|| maker.hand_in(&one, &acts[0]));
        let second = scope.spawn(|| maker.hand_in(&two, &acts[1]));
        [first.join().unwrap(), second.join().unwrap()]
    });
    let mut statuses = replies.each_ref().map(|reply| reply.status);
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 422], "{replies:?}");
}

#[test]
fn bad_paths_and_bodies_get_words_and_no_server_error() {
    let hall = Hall::open();
    let maker = hall.clerk("MZJ-造册经办");
    for path in [
        "/web/../Cargo.toml",
        "/web/%2e%2e/%2e%2e/etc/passwd",
        "/batches/..%2f..%2fetc",
        "/documents/..%2fout",
        "/documents/00",
        "/batches/TC0B0/payment-file",
        "/months/0000-00",
        "/entries/18446744073709551616",
        "/drafts/nix",
    ] {
        let reply = maker.get(path);
        assert!((400..500).contains(&reply.status), "{path}: {}", reply.status);
    }
    let page = maker.ask("GET", "/nix", &[("accept", "text/html")], b"");
    assert_eq!((page.status, page.header("content-type")), (404, "text/html; charset=utf-8"));
    let json = [("content-type", "application/json")];
    let deep = vec![b'['; 100_000];
    for body in [&b""[..], b"{", b"[]", b"null", b"{\"batch\":1}", b"\xff\xfe", &deep] {
        let reply = maker.ask("POST", AGREEMENT, &json, body);
        assert_eq!((reply.status, reply.code()), (400, "usage"), "{body:.20?}");
    }
    for name in ["", "..", "a/../b"] {
        let path = format!("/api/v1/drafts/response?name={name}");
        let reply = maker.post_bytes(&path, b"nothing of a bank");
        assert!((400..500).contains(&reply.status), "{name}: {reply:?}");
    }
}

#[test]
fn an_address_that_asks_without_end_is_told_to_wait_and_who_is_signed_in_is_not() {
    let hall = Hall::open();
    let accountant = hall.clerk("CZJ-会计");
    let stranger = Clerk::holding(&hall.server.address, SigningKey::from_bytes(&[9; 32]));
    let ask = || stranger.ask("POST", "/api/v1/challenges", &[], b"");
    let refused = (0..900).map(|_| ask()).find(|reply| reply.status != 200);
    let refused = refused.expect("nine hundred in a row are too many");
    assert_eq!((refused.status, refused.code()), (429, "http.too_many"), "{refused:?}");
    assert!(refused.header("retry-after").parse::<u64>().unwrap() >= 1);
    assert_eq!(accountant.get("/funds").status, 200);
    assert_eq!(accountant.get("/api/v1/session").status, 200);
}
