//! C2SP tlog-policy: which logs, which witnesses, and how many of them must have cosigned. Parsed strictly.

use std::collections::{BTreeMap, BTreeSet};

use super::cosignature::{WitnessKey, cosigned_at};
use super::failure::{WitnessCode, WitnessFailure};
use super::request::decimal;
use crate::log::{KeyChain, SignedNote, VerifierKey};

/// The name of the quorum that asks for nobody.
const NONE: &[u8] = b"none";

/// A policy file, read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    logs: Vec<VerifierKey>,
    witnesses: Vec<PolicyWitness>,
    /// Every name with what it stands for.
    names: BTreeMap<Vec<u8>, Member>,
    quorum: Option<Vec<u8>>,
}

/// A witness that a policy names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyWitness {
    /// Its name in the policy; it has no meaning elsewhere.
    pub name: String,
    /// Its key.
    pub key: WitnessKey,
    /// Its submission prefix, where it can be asked.
    pub url: Option<String>,
}

/// Which of a policy's witnesses cosigned a note.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judgement {
    /// Names with the time of the cosignature, in the policy's order.
    pub cosigned: Vec<(String, u64)>,
    /// Names of those that did not.
    pub missing: Vec<String>,
    /// True if the quorum is reached.
    pub is_satisfied: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Member {
    /// The witness at this place of the list.
    Witness(usize),
    /// At least so many of these.
    Group(usize, Vec<Vec<u8>>),
}

impl Policy {
    /// Reads a policy file.
    ///
    /// # Errors
    /// [`WitnessCode::PolicyMalformed`] with the line.
    pub fn parse(bytes: &[u8]) -> Result<Policy, WitnessFailure> {
        let wrong = |detail: String| WitnessFailure::new(WitnessCode::PolicyMalformed, detail);
        let mut reading = Reading::default();
        if !bytes.is_empty() && !bytes.ends_with(b"\n") {
            return Err(wrong("末行没有换行".to_owned()));
        }
        for (number, line) in (1..).zip(bytes.split(|byte| *byte == b'\n')) {
            reading.line(line).map_err(|why| wrong(format!("第 {number} 行：{why}")))?;
        }
        let quorum = reading.quorum.ok_or_else(|| wrong("没有 quorum 行".to_owned()))?;
        let Reading { logs, witnesses, names, .. } = reading;
        let quorum = (quorum != NONE).then_some(quorum);
        Ok(Policy { logs, witnesses, names, quorum })
    }

    /// True if a log with this key is one of the policy's; a policy without logs takes any that its reader knows from elsewhere.
    #[must_use]
    pub fn accepts_log(&self, key: &VerifierKey) -> bool {
        self.logs.is_empty() || self.logs.contains(key)
    }

    /// The witnesses, in the order of the file.
    #[must_use]
    pub fn witnesses(&self) -> &[PolicyWitness] {
        &self.witnesses
    }

    /// False for `quorum none`.
    #[must_use]
    pub fn requires_witnesses(&self) -> bool {
        self.quorum.is_some()
    }

    /// Who of the policy's witnesses cosigned this note, and whether that is enough. The log's own signature is not looked at.
    ///
    /// # Errors
    /// [`WitnessCode::CosignatureWrong`] if a line by one of these witnesses does not hold: then the whole note is refused.
    pub fn judge(&self, note: &SignedNote) -> Result<Judgement, WitnessFailure> {
        let (mut cosigned, mut missing) = (Vec::new(), Vec::new());
        let mut places = BTreeSet::new();
        for (place, witness) in self.witnesses.iter().enumerate() {
            match cosigned_at(note, &witness.key)? {
                Some(time) => {
                    places.insert(place);
                    cosigned.push((witness.name.clone(), time));
                }
                None => missing.push(witness.name.clone()),
            }
        }
        let is_satisfied = self.quorum.as_ref().is_none_or(|name| self.has(name, &places));
        Ok(Judgement { cosigned, missing, is_satisfied })
    }

    /// The note with the log's own signatures and, of each witness of the policy, the newest cosignature: what is worth keeping.
    #[must_use]
    pub fn pruned(&self, note: &SignedNote, log: &KeyChain) -> SignedNote {
        let mut newest = Vec::new();
        for PolicyWitness { key, .. } in &self.witnesses {
            if let Ok(Some(time)) = cosigned_at(note, key) {
                newest.push((key.name(), key.key_hash(), time.to_be_bytes()));
            }
        }
        note.clone().retaining(|name, key_hash, bytes| {
            let is_log = |key: &VerifierKey| name == key.name() && key_hash == key.key_hash();
            let of_log = log.keys().iter().any(is_log);
            let place = newest.iter().position(|(known, hash, time)| {
                *known == name && *hash == key_hash && bytes.starts_with(time)
            });
            // Taken out once found: two lines of one second are one cosignature.
            place.map(|place| newest.swap_remove(place)).is_some() || of_log
        })
    }

    /// A group names only what stands above it, so this ends; each name is a member once, so it is quick.
    fn has(&self, name: &[u8], cosigned: &BTreeSet<usize>) -> bool {
        match self.names.get(name) {
            None => false,
            Some(Member::Witness(place)) => cosigned.contains(place),
            Some(Member::Group(least, members)) => {
                members.iter().filter(|member| self.has(member, cosigned)).count() >= *least
            }
        }
    }
}

/// A policy as far as it was read.
#[derive(Default)]
struct Reading {
    logs: Vec<VerifierKey>,
    witnesses: Vec<PolicyWitness>,
    names: BTreeMap<Vec<u8>, Member>,
    /// Names that are members of a group already.
    members: BTreeSet<Vec<u8>>,
    quorum: Option<Vec<u8>>,
}

impl Reading {
    fn line(&mut self, line: &[u8]) -> Result<(), String> {
        if line.iter().any(|byte| (*byte < b' ' && *byte != b'\t') || *byte == 0x7F) {
            return Err("含控制字符".to_owned());
        }
        let items = line.split(|byte| matches!(byte, b' ' | b'\t'));
        let items: Vec<&[u8]> = items.filter(|item| !item.is_empty()).collect();
        match items.as_slice() {
            [] => Ok(()),
            [first, ..] if first.starts_with(b"#") => Ok(()),
            [b"log", key] => self.log(key),
            // What can be asked of a log is not asked here; its address only has to be text.
            [b"log", key, url] => text(url).and_then(|_| self.log(key)),
            [b"witness", name, key] => self.witness(name, key, None),
            [b"witness", name, key, url] => self.witness(name, key, Some(text(url)?)),
            [b"group", name, least, members @ ..] => self.group(name, least, members),
            [b"quorum", name] => self.quorum(name),
            [..] => Err("应为 log、witness、group 或 quorum，且项数正确".to_owned()),
        }
    }

    fn log(&mut self, key: &[u8]) -> Result<(), String> {
        let key: VerifierKey = text(key)?
            .parse()
            .map_err(|_| "日志公钥格式不对，或不是 Ed25519（0x01）".to_owned())?;
        if self.logs.iter().any(|known| known.public() == key.public()) {
            return Err("同一日志公钥出现两次".to_owned());
        }
        self.logs.push(key);
        Ok(())
    }

    fn witness(&mut self, name: &[u8], key: &[u8], url: Option<String>) -> Result<(), String> {
        let key: WitnessKey = text(key)?
            .parse()
            .map_err(|_| "见证公钥格式不对，或不是 cosignature/v1（0x04）".to_owned())?;
        if self.witnesses.iter().any(|known| known.key.public() == key.public()) {
            return Err("同一见证公钥出现两次".to_owned());
        }
        self.declare(name, Member::Witness(self.witnesses.len()))?;
        let name = String::from_utf8_lossy(name).into_owned();
        self.witnesses.push(PolicyWitness { name, key, url });
        Ok(())
    }

    fn group(&mut self, name: &[u8], least: &[u8], members: &[&[u8]]) -> Result<(), String> {
        for member in members {
            if !self.names.contains_key(*member) {
                return Err(format!("组员{}没有在前面定义", shown(member)));
            }
            if !self.members.insert(member.to_vec()) {
                return Err(format!("{}已是某组的组员", shown(member)));
            }
        }
        let most = members.len();
        let least = match least {
            b"all" => Some(most),
            b"any" => Some(1),
            number => text(number).ok().and_then(|number| decimal(&number)?.try_into().ok()),
        };
        let least = least.filter(|least| (1..=most).contains(least));
        let least = least.ok_or_else(|| "人数应为 all、any 或 1 至组员数".to_owned())?;
        let members = members.iter().map(|member| member.to_vec()).collect();
        self.declare(name, Member::Group(least, members))
    }

    fn quorum(&mut self, name: &[u8]) -> Result<(), String> {
        if self.quorum.is_some() {
            return Err("quorum 出现两次".to_owned());
        }
        if name != NONE && !self.names.contains_key(name) {
            return Err(format!("{}没有在前面定义", shown(name)));
        }
        self.quorum = Some(name.to_vec());
        Ok(())
    }

    fn declare(&mut self, name: &[u8], member: Member) -> Result<(), String> {
        if name == NONE || self.names.contains_key(name) {
            return Err(format!("名称{}已有含义", shown(name)));
        }
        self.names.insert(name.to_vec(), member);
        Ok(())
    }
}

fn text(bytes: &[u8]) -> Result<String, String> {
    String::from_utf8(bytes.to_vec()).map_err(|_| format!("{}不是 UTF-8", shown(bytes)))
}

fn shown(name: &[u8]) -> String {
    format!("“{}”", String::from_utf8_lossy(name))
}

#[cfg(test)]
mod tests;
