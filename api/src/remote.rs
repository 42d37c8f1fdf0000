//! A ledger served elsewhere, asked over HTTP by those who sign here. What it says is not believed: a checkpoint counts
//! once the trusted key's signature holds, everything else only as far as the ledger accepts the act (docs/format/export.md §3).

use ledger::act::signed::SignedAct;
use ledger::act::{Act, Body, Seen};
use ledger::ids::KeyId;
use ledger::log::SignedNote;
use ledger::signer::Signer;
use ledger::trust::Trust;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::counter::SignerFacts;
use crate::failure::Failure;

/// The answer of a server is a receipt, an error, or these facts: never longer.
const LONGEST_ANSWER: u64 = 1 << 20;

/// A ledger behind an address such as `http://127.0.0.1:6962`.
#[derive(Clone, Debug)]
pub struct Remote {
    address: String,
    agent: ureq::Agent,
}

impl Remote {
    /// The ledger at an address. Nothing is asked yet.
    #[must_use]
    pub fn at(address: &str) -> Remote {
        let agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
        Remote { address: address.trim_end_matches('/').to_owned(), agent }
    }

    /// Makes the act that the holder of `key` signs next, having seen the server's newest checkpoint.
    ///
    /// # Errors
    /// The server does not answer, does not know the key, or shows a checkpoint that the trusted key did not sign.
    pub fn next_act(
        &self,
        key: KeyId,
        body: Body,
        time: String,
        trust: &Trust,
    ) -> Result<Act, Failure> {
        let answer = self.agent.get(format!("{}/signer/{key}", self.address)).call();
        let facts: SignerFacts = self.read(answer)?;
        let note = SignedNote::parse(facts.checkpoint.as_bytes())?;
        let seen = trust.log_keys.verify(&note)?;
        let seen = Seen { root: seen.root(), size: seen.size() };
        Ok(Act { body, key, prev: facts.prev, seen, seq: facts.seq, time })
    }

    /// Hands an act and its lines in. Gives the server's receipt.
    ///
    /// # Errors
    /// The server says no, in its own words, or does not answer. Then the act may be in: hand the same act in again.
    pub fn hand_in(&self, signed: &SignedAct, lines: &[Vec<u8>]) -> Result<Value, Failure> {
        let body = handed_in(signed, lines);
        self.read(self.agent.post(format!("{}/acts", self.address)).send(&body))
    }

    fn read<T: DeserializeOwned>(
        &self,
        answer: Result<ureq::http::Response<ureq::Body>, ureq::Error>,
    ) -> Result<T, Failure> {
        let mut answer = answer.map_err(|why| self.silent(&why.to_string()))?;
        let body = answer.body_mut().with_config().limit(LONGEST_ANSWER).read_to_string();
        let body = body.map_err(|why| self.silent(&why.to_string()))?;
        if answer.status().is_success() {
            return serde_json::from_str(&body).map_err(|why| self.silent(&why.to_string()));
        }
        let value: Value = serde_json::from_str(&body).unwrap_or(Value::Null);
        let said = |name: &str| value.pointer(&format!("/error/{name}")).and_then(Value::as_str);
        let (Some(code), Some(text)) = (said("code"), said("text")) else {
            return Err(self.silent(&answer.status().to_string()));
        };
        let hint = said("hint").map(|hint| format!("\n怎么办：{hint}")).unwrap_or_default();
        let exit = if answer.status().is_server_error() { 3 } else { 1 };
        Err(Failure::Machine { code: code.to_owned(), text: format!("{text}{hint}"), exit })
    }

    fn silent(&self, why: &str) -> Failure {
        Failure::Machine {
            code: "http.server".to_owned(),
            text: format!("{}没有给出可用的答复：{why}。请查明网络和服务。", self.address),
            exit: 3,
        }
    }
}

/// An act with its lines as they are handed in: an entry a line.
#[must_use]
pub fn handed_in(signed: &SignedAct, lines: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = signed.entry().to_vec();
    for line in lines {
        bytes.push(b'\n');
        bytes.extend(line);
    }
    bytes
}

/// Signs an act as the holder of a key of the ledger that is trusted.
///
/// # Errors
/// It cannot be written canonically.
pub fn sign(act: Act, trust: &Trust, key: &dyn Signer) -> Result<SignedAct, Failure> {
    Ok(SignedAct::sign(act, trust.origin(), key)?)
}
