//! Browsers without Ed25519 of their own: the key is a seed under a passphrase, and signatures are the same bytes.

use std::path::Path;

use ed25519_dalek::{Signer as _, SigningKey};
use serde_json::json;
use sha2::{Digest as _, Sha256};
use tests::browser::{Browser, Driver};

use super::Hall;
use super::people::fill_in;

/// What a browser built on Chromium 108 answers.
const OLDER: &str = r"
for (const name of ['generateKey', 'importKey', 'sign', 'verify']) {
  const own = SubtleCrypto.prototype[name];
  SubtleCrypto.prototype[name] = function (...given) {
    const asks = given.some((one) => one === 'Ed25519' || one?.name === 'Ed25519');
    return asks ? Promise.reject(new DOMException('Unrecognized name.', 'NotSupportedError')) : own.apply(this, given);
  };
}
delete String.prototype.isWellFormed;
";

/// Types into the window that asks for a passphrase, and sends it.
fn tell(browser: &Browser, words: &[&str]) {
    let _ = browser.wait_for("dialog[open] input");
    for (at, word) in (1..).zip(words) {
        browser.fill(&format!("dialog[open] label:nth-of-type({at}) input"), word);
    }
    browser.click("dialog[open] button[type=submit]");
}

#[test]
fn a_browser_without_ed25519_signs_with_a_key_under_a_passphrase() {
    let Some(driver) = Driver::start() else { return };
    let hall = Hall::open();
    let browser = driver.open_with(OLDER);
    browser.go(&format!("{}/sign-in", hall.server.address));
    browser.send("#file", hall.key("CZJ-会计").to_str().unwrap());
    tell(&browser, &["short", "short"]);
    let _ = browser.wait_to_say("口令至少12个字符");
    tell(&browser, &["一句够长的口令话 12345", "另一句够长的口令话 1234"]);
    let _ = browser.wait_to_say("两次输入的口令不同");
    tell(&browser, &["一句够长的口令话 12345", "一句够长的口令话 12345"]);
    browser.click("#keys button");
    tell(&browser, &["不是这一句口令"]);
    let _ = browser.wait_to_say("口令不对");
    browser.click("#keys button");
    tell(&browser, &["一句够长的口令话 12345"]);
    let _ = browser.wait_to_say("轮到您办的");
    browser.go(&format!("{}/funds", hall.server.address));
    let released = [
        ("fund", "F-DB"),
        ("amount_fen", "1,000.00"),
        ("date", "2020-12-02"),
        ("voucher_no", "B-2020-1203"),
    ];
    fill_in(&browser, "fund.released", &released);
    browser.click("#sign:not([disabled])");
    tell(&browser, &["一句够长的口令话 12345"]);
    let _ = browser.wait_to_say("已入账：");
    // What is kept is sealed: no record holds the seed.
    let kept = browser.run_async(
        "const done = arguments[0]; import('/web/keys.js').then(async ({ all }) => done((await all()).map((one) => [!!one.key, !!one.sealed, one.sealed.rounds])))",
        vec![],
    );
    assert_eq!(kept, json!([[false, true, 600_000]]));
}

#[test]
fn signatures_are_the_same_bytes_whoever_makes_them() {
    let Some(driver) = Driver::start() else { return };
    let hall = Hall::open();
    let browser = driver.open_with(OLDER);
    browser.go(&format!("{}/sign-in", hall.server.address));
    let script = "const [seed, message, done] = arguments; import('/web/ed25519.js').then(async (ed) => { const [s, m] = [new Uint8Array(seed), new Uint8Array(message)]; const signature = await ed.signWith(s, m); const key = await ed.publicOf(s); const other = signature.slice(); other[0] ^= 1; done([await ed.isOwn(), [...key], [...signature], await ed.verify(key, signature, m), await ed.verify(key, other, m)]); })";
    for length in [0_u8, 1, 31, 200] {
        let seed = [length.wrapping_add(9); 32];
        let message: Vec<u8> = (0..length).collect();
        let key = SigningKey::from_bytes(&seed);
        let signature = key.sign(&message).to_bytes().to_vec();
        let made = browser.run_async(script, vec![json!(seed), json!(message)]);
        let public = key.verifying_key().to_bytes();
        assert_eq!(made, json!([false, public, signature, true, false]));
    }
}

#[test]
fn the_code_of_others_is_the_one_that_was_taken_in() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../api/web/vendor/noble-ed25519.js");
    let digest = hex::encode(Sha256::digest(std::fs::read(path).unwrap()));
    assert_eq!(digest, "a4f631d1876b5d9e43a86cd71194ca27b5e1451edf4ba4db9a418f40a475569a");
}
