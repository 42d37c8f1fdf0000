//! A key that is made in a browser comes into the log: code, two who vouch, the administrator's act; and no other way.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use ed25519_dalek::{Signer as _, SigningKey};
use serde_json::{Value, json};
use tests::browser::{Browser, Driver};
use tests::clerk::Clerk;

use super::Hall;

fn enter(driver: &Driver, hall: &Hall, post: &str, path: &str) -> Browser {
    let browser = driver.open();
    browser.sign_in(&hall.server.address, &hall.key(post));
    browser.go(&format!("{}{path}", hall.server.address));
    browser
}

/// Somebody who reads the key's last signs from the other's screen vouches for it.
fn vouch(driver: &Driver, hall: &Hall, post: &str, key: &str) {
    let browser = enter(driver, hall, post, "/keys");
    browser.fill("input[name=told]", "0000000000000000");
    browser.click("form[data-vouch] button");
    let _ = browser.wait_to_say("编号后16位不符");
    browser.fill("input[name=told]", &key[16..]);
    browser.click("form[data-vouch] button");
    let _ = browser.wait_to_say("您已会签");
}

#[test]
fn a_key_made_in_a_browser_is_vouched_for_enrolled_and_signs_in() {
    let Some(driver) = Driver::start() else { return };
    let hall = Hall::open();
    let admin = enter(&driver, &hall, "MZJ-系统管理员", "/keys");
    let checker = hall.clerk("MZJ-造册复核").get("/api/v1/session").body;
    admin.fill("#officer", checker["officer"].as_str().unwrap());
    admin.click("#invite button");
    let _ = admin.wait_to_say("登记码（只显示这一次）");
    let code = admin.run("return document.querySelector('#new-code').textContent", vec![]);
    // The person, in a browser of their own.
    let person = driver.open();
    person.go(&format!("{}/enrol", hall.server.address));
    person.fill("#code", &code.as_str().unwrap().to_lowercase());
    person.click("#invite button");
    let _ = person.wait_to_say("造册复核");
    person.click("#generate");
    let _ = person.wait_to_say("密钥已生成");
    let key = person.run("return document.querySelector('#key-id').textContent", vec![]);
    let key = key.as_str().unwrap().replace(' ', "");
    // It opens nothing yet.
    person.go(&format!("{}/sign-in", hall.server.address));
    person.click("#keys button");
    let _ = person.wait_to_say("key.unknown");
    vouch(&driver, &hall, "MZJ-局长", &key);
    vouch(&driver, &hall, "JJW-监督检查员", &key);
    admin.go(&format!("{}/keys", hall.server.address));
    admin.click("form[data-draft] button");
    let _ = admin.wait_for("#stated tbody tr");
    let _ = admin.sign();
    person.go(&format!("{}/sign-in", hall.server.address));
    person.click("#keys button");
    let _ = person.wait_to_say("轮到您办的");
    admin.go(&format!("{}/keys", hall.server.address));
    let _ = admin.wait_to_say("没有待登记的密钥");
}

/// A key with its possession, as a browser would state it.
fn stated(clerk: &Clerk, code: &str, key: &SigningKey, officer: &Value) -> Value {
    let origin = clerk.get("/api/v1/ledger").body["origin"].as_str().unwrap().to_owned();
    let public = BASE64.encode(key.verifying_key().as_bytes());
    let record = json!({ "alg": "ed25519", "officer": officer, "public": public });
    let message = format!("doudi/key-proof/v1\n{origin}\n{record}");
    let possession = BASE64.encode(key.sign(message.as_bytes()).to_bytes());
    json!({ "code": code, "officer": officer, "possession": possession, "public": public })
}

#[test]
fn no_key_comes_in_without_its_code_its_own_signature_and_two_others() {
    let hall = Hall::open();
    let (admin, checker) = (hall.clerk("MZJ-系统管理员"), hall.clerk("MZJ-造册复核"));
    let officer = checker.get("/api/v1/session").body["officer"].clone();
    let other = hall.clerk("MZJ-局长").get("/api/v1/session").body["officer"].clone();
    let wish = json!({ "officer": officer });
    let reply = checker.post("/api/v1/enrolments/codes", &wish);
    assert_eq!((reply.status, reply.code()), (422, "authority.role_missing"));
    let code_for = || {
        let reply = admin.post("/api/v1/enrolments/codes", &wish);
        reply.body["code"].as_str().unwrap().to_owned()
    };
    let (old, code) = (code_for(), code_for());
    let stranger = Clerk::holding(&hall.server.address, SigningKey::from_bytes(&[5; 32]));
    let key = SigningKey::from_bytes(&[6; 32]);
    let refused = |body: &Value, expected: (u16, &str)| {
        let reply = stranger.post("/api/v1/enrolments", body);
        assert_eq!((reply.status, reply.code()), expected, "{body}");
    };
    let state = |code: &str, officer: &Value| stated(&stranger, code, &key, officer);
    // An earlier code, a guessed one, another person's name, another key's signature, a key that is in the log.
    refused(&state(&old, &officer), (403, "enrolment.code"));
    refused(&state("0000-0000-0000-0000", &officer), (403, "enrolment.code"));
    refused(&state(&code, &other), (403, "enrolment.code"));
    let mut borrowed = state(&code, &officer);
    borrowed["public"] = json!(BASE64.encode(SigningKey::from_bytes(&[7; 32]).verifying_key()));
    refused(&borrowed, (422, "key.possession_wrong"));
    let taken = stranger.post("/api/v1/enrolments", &state(&code, &officer));
    assert_eq!(taken.status, 200, "{taken:?}");
    // The same key again gets its answer again; another one waits for this one.
    assert_eq!(stranger.post("/api/v1/enrolments", &state(&code, &officer)).body, taken.body);
    let another = admin.post("/api/v1/enrolments/codes", &wish);
    assert_eq!((another.status, another.code()), (422, "enrolment.waiting"));
    let id = taken.body["key"].as_str().unwrap();
    // Nobody vouches for a key of their own, nor with a signature over something else; one is not enough.
    let path = format!("/api/v1/enrolments/{id}/countersignatures");
    let sig = json!({ "sig": BASE64.encode([1; 64]) });
    for clerk in [&checker, &hall.clerk("MZJ-局长")] {
        let reply = clerk.post(&path, &sig);
        assert_eq!((reply.status, reply.code()), (422, "key.countersign_wrong"), "{reply:?}");
    }
    let reply = admin.post(&format!("/api/v1/enrolments/{id}/draft"), &json!({}));
    assert_eq!((reply.status, reply.code()), (422, "key.countersign_wrong"), "{reply:?}");
    // It waits until the administrator lets it go.
    let dropped = admin.ask("DELETE", &format!("/api/v1/enrolments/{id}"), &[], b"");
    assert_eq!(dropped.status, 204);
    assert_eq!(admin.get("/api/v1/enrolments").body["enrolments"], json!([]));
}
