//! A person at the API: signs in and signs drafts with a key of their own, as the browser does, by the documents alone.

use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use ed25519_dalek::{Signer as _, SigningKey};
use ledger::act::signed::{SignedAct, key_id};
use ledger::act::{Act, Body, Seen};
use ledger::ids::KeyId;
use ledger::log::SignedNote;
use serde_json::{Value, json};

/// What came back.
#[derive(Clone, Debug)]
pub struct Reply {
    /// The status.
    pub status: u16,
    /// The body: JSON, or text as a JSON string.
    pub body: Value,
    /// All headers, names in small letters.
    pub headers: Vec<(String, String)>,
}

impl Reply {
    /// The problem's code; empty if it is none.
    #[must_use]
    pub fn code(&self) -> &str {
        self.body.get("code").and_then(Value::as_str).unwrap_or_default()
    }

    /// A header's value; empty without.
    #[must_use]
    pub fn header(&self, name: &str) -> &str {
        let found = self.headers.iter().find(|(known, _)| known == name);
        found.map_or("", |(_, value)| value.as_str())
    }
}

/// A person with a key, before or after signing in.
pub struct Clerk {
    agent: ureq::Agent,
    address: String,
    key: SigningKey,
    /// The key's id.
    pub id: KeyId,
    /// The cookie, once signed in.
    pub cookie: String,
}

impl Clerk {
    /// A person who holds the key in a file.
    ///
    /// # Panics
    /// If it is no key file.
    #[must_use]
    pub fn with(address: &str, key: &Path) -> Clerk {
        use ed25519_dalek::pkcs8::DecodePrivateKey as _;
        let pem = std::fs::read_to_string(key).expect("a key file");
        Clerk::holding(address, SigningKey::from_pkcs8_pem(&pem).expect("a key without passphrase"))
    }

    /// A person who holds a key.
    #[must_use]
    pub fn holding(address: &str, key: SigningKey) -> Clerk {
        let agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            // A server that refuses without reading closes the connection; each question has its own.
            .max_idle_connections(0)
            .build()
            .into();
        let id = key_id(&key.verifying_key());
        Clerk { agent, address: address.to_owned(), key, id, cookie: String::new() }
    }

    /// Asks with a method, headers and a body.
    ///
    /// # Panics
    /// If there is no answer.
    #[must_use]
    pub fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Reply {
        let mut request = ureq::http::Request::builder().method(method);
        request = request.uri(format!("{}{path}", self.address));
        if !self.cookie.is_empty() {
            request = request.header("cookie", &self.cookie);
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let answer = if matches!(method, "GET" | "DELETE") {
            self.agent.run(request.body(()).expect("a request"))
        } else {
            self.agent.run(request.body(body.to_vec()).expect("a request"))
        };
        let mut answer = answer.expect("an answer");
        let headers = answer.headers().iter().map(|(name, value)| {
            (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned())
        });
        let headers = headers.collect();
        let status = answer.status().as_u16();
        let bytes = answer.body_mut().with_config().limit(1 << 28).read_to_vec().expect("a body");
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let body = serde_json::from_str(&text).unwrap_or(Value::String(text));
        Reply { status, body, headers }
    }

    /// `GET`.
    #[must_use]
    pub fn get(&self, path: &str) -> Reply {
        self.ask("GET", path, &[], b"")
    }

    /// `POST` of a JSON document.
    #[must_use]
    pub fn post(&self, path: &str, body: &Value) -> Reply {
        let head = [("content-type", "application/json")];
        self.ask("POST", path, &head, body.to_string().as_bytes())
    }

    /// `POST` of bytes.
    #[must_use]
    pub fn post_bytes(&self, path: &str, body: &[u8]) -> Reply {
        self.ask("POST", path, &[("content-type", "application/octet-stream")], body)
    }

    /// The answer to a fresh challenge, as the browser gives it.
    ///
    /// # Panics
    /// If no challenge is set.
    #[must_use]
    pub fn answer(&self) -> Value {
        let origin = text(&self.get("/api/v1/ledger").body, "origin");
        let challenge = text(&self.ask("POST", "/api/v1/challenges", &[], b"").body, "challenge");
        let site = self.address.clone();
        let message = format!("doudi/session/v1\n{origin}\n{site}\n{challenge}");
        let signature = BASE64.encode(self.key.sign(message.as_bytes()).to_bytes());
        json!({ "challenge": challenge, "key": self.id, "signature": signature, "site": site })
    }

    /// Signs in.
    ///
    /// # Panics
    /// If the server does not let this person in.
    #[must_use]
    pub fn signed_in(mut self) -> Clerk {
        let answer = self.answer();
        let reply = self.post("/api/v1/session", &answer);
        assert_eq!(reply.status, 200, "{reply:?}");
        let cookie = reply.header("set-cookie").split(';').next().unwrap_or_default();
        cookie.clone_into(&mut self.cookie);
        self
    }

    /// Makes a draft. Gives its name.
    ///
    /// # Panics
    /// If the office does not make it.
    #[must_use]
    pub fn draft(&self, path: &str, wish: &Value) -> String {
        let reply = self.post(path, wish);
        assert_eq!(reply.status, 200, "{reply:?}");
        text(&reply.body, "draft")
    }

    /// The signed act that a draft asks for, after `change` was made to its body.
    ///
    /// # Panics
    /// If the server does not give what is needed.
    #[must_use]
    pub fn act_for(&self, draft: &str, change: impl FnOnce(&mut Value)) -> SignedAct {
        let mut facts = self.get(&format!("/api/v1/drafts/{draft}")).body;
        let kind = text(&facts, "kind");
        let body = facts.get_mut("body").expect("a body");
        change(body);
        let body = Body::from_json(&kind, &body.to_string()).expect("a body");
        self.act(body)
    }

    /// An act of this person's, next in the chain.
    ///
    /// # Panics
    /// If the server does not know the key.
    #[must_use]
    pub fn act(&self, body: Body) -> SignedAct {
        let signer = self.get(&format!("/api/v1/signers/{}", self.id)).body;
        let text = |name: &str| text(&signer, name);
        let note = SignedNote::parse(text("checkpoint").as_bytes()).expect("a checkpoint");
        let mut lines = note.text().lines().skip(1);
        let size = lines.next().and_then(|size| size.parse().ok()).expect("a size");
        let root = BASE64.decode(lines.next().expect("a root")).expect("base64");
        let seen = Seen { root: hex::encode(root).parse().expect("a root"), size };
        let prev = text("prev").parse().expect("an id");
        let seq = signer.get("seq").and_then(Value::as_u64).expect("a number");
        let time = "2026-11-29T12:00:00+08:00".to_owned();
        let act = Act { body, key: self.id, prev, seen, seq, time };
        SignedAct::sign(act, &text("origin"), &self.key).expect("an act")
    }

    /// Hands a signed act in for a draft.
    #[must_use]
    pub fn hand_in(&self, draft: &str, act: &SignedAct) -> Reply {
        self.post_bytes(&format!("/api/v1/drafts/{draft}/signed"), act.entry())
    }
}

fn text(body: &Value, name: &str) -> String {
    let text = body.get(name).and_then(Value::as_str);
    text.unwrap_or_else(|| panic!("no {name} in {body}")).to_owned()
}
