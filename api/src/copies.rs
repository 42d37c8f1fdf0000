//! Second copies on other hosts, and what a copy is fetched from: the client's side of docs/format/copy.md §3.

use std::path::{Path, PathBuf};

use ledger::act::signed::{SignedAct, act_bytes};
use ledger::log::{
    CopyTarget, KeyChain, LogReader, Offer, RecoveryCode, RecoveryFailure, SecondCopy, SignedNote,
    TileFolder,
};

use crate::desk::write_whole;
use crate::failure::Failure;

/// The most that an answer other than a tile has.
const SHORT: u64 = 1 << 20;
/// A whole tile of entries has at most 256 × 65,537 bytes.
const TILE: u64 = 17 << 20;

/// A copy on another host, where `doudi copy serve` runs.
pub struct RemoteCopy {
    address: String,
    agent: ureq::Agent,
    /// How many of the log's keys the copy was told.
    told: usize,
}

impl RemoteCopy {
    /// The copy at an address such as `http://10.0.0.7:8700`. Asks nothing yet.
    #[must_use]
    pub fn at(address: &str) -> RemoteCopy {
        let address = address.trim_end_matches('/').to_owned();
        RemoteCopy { address, agent: agent(), told: 0 }
    }

    /// How many entries the copy has.
    fn size(&self) -> Result<u64, RecoveryFailure> {
        let text = get(&self.agent, &format!("{}/size", self.address), SHORT)?;
        let text = String::from_utf8_lossy(&text.unwrap_or_default()).into_owned();
        text.trim_end().parse().map_err(|_| self.strange(&text))
    }

    /// The size of the copy's checkpoint, which the log continues.
    fn checkpointed(&self, log: &LogReader) -> Result<u64, RecoveryFailure> {
        let url = format!("{}/checkpoint", self.address);
        let Some(bytes) = get(&self.agent, &url, SHORT)? else { return Ok(0) };
        let head = log.keys()?.verify(&SignedNote::parse(&bytes)?)?.head();
        if head.size > log.size() {
            let detail = format!("{}：副本{}条，台账{}条", self.address, head.size, log.size());
            return Err(RecoveryFailure::at(RecoveryCode::CopyAhead, log.size(), detail));
        }
        if log.root_at(head.size)? != head.root {
            let detail = format!("{}：副本{}条，根 {}", self.address, head.size, head.root);
            return Err(RecoveryFailure::new(RecoveryCode::CopyForked, detail));
        }
        Ok(head.size)
    }

    /// Hands in one offer: the new size, or the size at which the next offer must begin.
    fn offer(&self, offer: &Offer) -> Result<u64, RecoveryFailure> {
        let sent = self.agent.post(format!("{}/offer", self.address)).send(&offer.encode()[..]);
        let mut answer = sent.map_err(|why| unreachable(&self.address, &why))?;
        let status = answer.status().as_u16();
        let text = answer.body_mut().with_config().limit(SHORT).read_to_string();
        let text = text.map_err(|why| unreachable(&self.address, &why))?;
        match status {
            200 | 409 => text.trim_end().parse().map_err(|_| self.strange(&text)),
            422 if text.starts_with(RecoveryCode::CopyAhead.code()) => {
                Err(RecoveryFailure::new(RecoveryCode::CopyAhead, self.address.clone()))
            }
            422 => Err(RecoveryFailure::new(RecoveryCode::CopyForked, self.address.clone())),
            _ => Err(self.strange(&format!("{status} {text}"))),
        }
    }

    /// Hands over the log's later keys, once: they prove themselves, and the copy takes no checkpoint without them.
    fn tell_keys(&mut self, keys: &KeyChain) -> Result<(), RecoveryFailure> {
        if keys.keys().len() <= self.told.max(1) {
            return Ok(());
        }
        let url = format!("{}/log-keys", self.address);
        let sent = self.agent.post(url).send(keys.to_string());
        let answer = sent.map_err(|why| unreachable(&self.address, &why))?;
        if answer.status().as_u16() != 200 {
            return Err(self.strange(&format!("log-keys：{}", answer.status())));
        }
        self.told = keys.keys().len();
        Ok(())
    }

    fn strange(&self, answer: &str) -> RecoveryFailure {
        let detail = format!("{}：{}", self.address, answer.escape_debug());
        RecoveryFailure::new(RecoveryCode::CopyAnswer, detail)
    }
}

impl CopyTarget for RemoteCopy {
    fn bring_up_to(&mut self, log: &LogReader) -> Result<u64, RecoveryFailure> {
        if log.newest().is_none() {
            return Ok(0);
        }
        self.tell_keys(&log.keys()?)?;
        let checkpointed = self.checkpointed(log)?;
        if checkpointed > 0 && checkpointed == log.size() {
            return Ok(checkpointed);
        }
        let mut at = self.size()?;
        let mut restarts = 0;
        loop {
            let Some(offer) = Offer::next(log, at)? else {
                // More than its checkpoint, and more than the log: what it was promised is gone here.
                return Err(RecoveryFailure::new(RecoveryCode::CopyAhead, self.address.clone()));
            };
            let then = self.offer(&offer)?;
            if then >= log.size() {
                return Ok(then);
            }
            restarts += u32::from(then <= at);
            if restarts > 3 {
                return Err(self.strange("反复要求从头开始"));
            }
            at = then;
        }
    }

    fn place(&self) -> String {
        self.address.clone()
    }
}

/// The copy that a target names: an address, or a folder.
///
/// # Errors
/// The folder is no copy of this log, is damaged, or is in use.
pub fn target(name: &str, keys: &KeyChain) -> Result<Box<dyn CopyTarget>, RecoveryFailure> {
    if is_address(name) {
        return Ok(Box::new(RemoteCopy::at(name)));
    }
    Ok(Box::new(SecondCopy::open(Path::new(name), keys)?))
}

/// A copy as a folder: itself, or fetched from its host into `into`.
///
/// # Errors
/// The host does not answer, or the disk.
pub fn as_folder(name: &str, into: &Path, keys: &KeyChain) -> Result<PathBuf, Failure> {
    if !is_address(name) {
        return Ok(PathBuf::from(name));
    }
    let address = name.trim_end_matches('/');
    let agent = agent();
    let missing = || RecoveryFailure::new(RecoveryCode::NoCopy, format!("{address}/checkpoint"));
    let note = get(&agent, &format!("{address}/checkpoint"), SHORT)?.ok_or_else(missing)?;
    let mut keys = keys.clone();
    if let Some(text) = get(&agent, &format!("{address}/log-keys"), SHORT)? {
        let known = KeyChain::parse(&String::from_utf8_lossy(&text), keys.founding())?;
        if keys.learn(&known) {
            write_whole(&into.join("log-keys"), &text)?;
        }
    }
    let head = SignedNote::parse(&note).and_then(|note| keys.verify(&note))?.head();
    for file in TileFolder::files_at(&head) {
        // What is missing there is missing here: repair says whether it matters.
        let url = format!("{address}/{}", file.display());
        let bytes = if file == Path::new("checkpoint") {
            Some(note.clone())
        } else {
            get(&agent, &url, TILE)?
        };
        if let Some(bytes) = bytes {
            write_whole(&into.join(file), &bytes)?;
        }
    }
    Ok(into.to_owned())
}

/// What an entry is, for those who build a log's index of ids again: an act's id and the number of its lines.
pub fn known_act(origin: &str) -> impl Fn(&[u8]) -> Option<([u8; 32], u64)> {
    let origin = origin.to_owned();
    move |entry| {
        act_bytes(entry)?;
        let signed = SignedAct::decode(entry.to_vec()).ok()?;
        let lines = signed.act().body.manifest().map_or(0, |manifest| u64::from(manifest.count));
        Some((signed.id(&origin).0, lines))
    }
}

fn is_address(name: &str) -> bool {
    name.starts_with("http://")
}

fn agent() -> ureq::Agent {
    let config = ureq::Agent::config_builder()
        .http_status_as_error(false)
        .timeout_connect(Some(std::time::Duration::from_secs(5)))
        .timeout_global(Some(std::time::Duration::from_mins(1)));
    config.build().into()
}

/// The body; `None` if there is no such file.
fn get(agent: &ureq::Agent, url: &str, limit: u64) -> Result<Option<Vec<u8>>, RecoveryFailure> {
    let mut answer = agent.get(url).call().map_err(|why| unreachable(url, &why))?;
    match answer.status().as_u16() {
        200 => {
            let bytes = answer.body_mut().with_config().limit(limit).read_to_vec();
            bytes.map(Some).map_err(|why| unreachable(url, &why))
        }
        404 => Ok(None),
        status => Err(RecoveryFailure::new(RecoveryCode::CopyAnswer, format!("{url}：{status}"))),
    }
}

fn unreachable(place: &str, why: &ureq::Error) -> RecoveryFailure {
    RecoveryFailure::new(RecoveryCode::CopyUnreachable, format!("{place}：{why}"))
}
