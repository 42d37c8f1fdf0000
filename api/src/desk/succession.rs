//! Keys over a lifetime, at the desk: a person's key and the log's key are replaced, revoked, and what a key in doubt
//! had signed is answered for.

use std::path::{Path, PathBuf};

use ledger::act::Body;
use ledger::act::endorsing::Endorsed;
use ledger::act::offices::{
    ActsAnswered, Countersign, KeyRecord, KeyRevoked, KeyRotated, LogKeyAnnounced, LogKeyRetired,
};
use ledger::act::signed::{Vouching, key_id};
use ledger::engine::Receipt;
use ledger::ids::{ActId, KeyId, Seq};
use ledger::log::NoteSigner;
use ledger::signer::Signer;

use super::Desk;
use crate::failure::Failure;
use crate::keys;
use crate::private_file::folder_of;

/// Every log key that is here: `keys/log.key` and `keys/log-*.key`. The acts say which of them sign.
///
/// # Errors
/// There is none, or one cannot be read.
pub fn log_signer(dir: &Path, origin: &str) -> Result<NoteSigner, Failure> {
    let folder = dir.join("keys");
    let listed = std::fs::read_dir(&folder).map_err(|why| Failure::file(&folder, &why))?;
    let mut files: Vec<PathBuf> = listed.filter_map(|entry| Some(entry.ok()?.path())).collect();
    files.retain(|file| is_log_key(file));
    files.sort();
    let one = |file: &PathBuf| Ok(NoteSigner::new(origin, &keys::read(file)?.to_bytes())?);
    let signers = files.iter().map(one).collect::<Result<Vec<_>, Failure>>()?;
    match signers.into_iter().reduce(NoteSigner::and) {
        Some(signer) => Ok(signer),
        // The words of a file that is not there.
        None => keys::read(&folder.join("log.key"))
            .and_then(|key| NoteSigner::new(origin, &key.to_bytes()).map_err(Failure::from)),
    }
}

/// True for the names under which log keys are looked for.
#[must_use]
pub fn is_log_key(file: &Path) -> bool {
    let name = file.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    name.strip_suffix(".key").is_some_and(|stem| stem == "log" || stem.starts_with("log-"))
}

/// Installs `new` beside `old` for the same person, countersigned by `vouchers`.
///
/// # Errors
/// A law says no, or the machine fails.
pub fn rotate(
    desk: &mut Desk,
    old: &dyn Signer,
    new: &dyn Signer,
    vouchers: &[&dyn Signer],
) -> Result<Receipt, Failure> {
    let origin = desk.books().origin.clone();
    let record = KeyRecord::new(desk.holder(old)?, &new.public());
    let possession = record.vouch(&origin, Vouching::Possession, new)?;
    let countersigned = vouchers.iter().map(|voucher| {
        let sig = record.vouch(&origin, Vouching::Countersignature, *voucher)?;
        Ok(Countersign { key: key_id(&voucher.public()), sig })
    });
    let countersigned = countersigned.collect::<Result<_, Failure>>()?;
    desk.sign(old, Body::KeyRotated(KeyRotated { countersigned, possession, record }))
}

/// Ends a key; what it signed from `since` on then needs reconfirmation.
///
/// # Errors
/// A law or rule says no, or the machine fails.
pub fn revoke(
    desk: &mut Desk,
    admin: &dyn Signer,
    key: KeyId,
    since: Option<u64>,
    reason: &str,
) -> Result<Receipt, Failure> {
    let (compromised_since, reason) = (since.map(Seq), reason.to_owned());
    desk.sign(admin, Body::KeyRevoked(KeyRevoked { compromised_since, key, reason }))
}

/// Reconfirms or disowns acts in doubt.
///
/// # Errors
/// A law or rule says no, or the machine fails.
pub fn answer(
    desk: &mut Desk,
    signer: &dyn Signer,
    (acts, reason, is_disowned): (Vec<ActId>, &str, bool),
    vouchers: &[&dyn Signer],
) -> Result<Receipt, Failure> {
    let reason = reason.to_owned();
    let mut answered = ActsAnswered { acts, countersigned: Vec::new(), reason };
    let endorsed = if is_disowned {
        Endorsed::Disowning(&answered)
    } else {
        Endorsed::Reconfirming(&answered)
    };
    let countersigned = countersign(desk, &endorsed, vouchers)?;
    answered.countersigned = countersigned;
    let body =
        if is_disowned { Body::ActsDisowned(answered) } else { Body::ActsReconfirmed(answered) };
    desk.sign(signer, body)
}

/// Announces a log key that lies in the ledger's `keys/` already; from the next checkpoint on both sign.
///
/// # Errors
/// The key is not where the desk will look for it, a law says no, or the machine fails.
pub fn announce_log_key(
    desk: &mut Desk,
    admin: &dyn Signer,
    file: &Path,
    vouchers: &[&dyn Signer],
) -> Result<Receipt, Failure> {
    let folder = desk.dir().join("keys");
    let place = std::fs::canonicalize(folder_of(file));
    let is_here = matches!((place, std::fs::canonicalize(&folder)), (Ok(a), Ok(b)) if a == b);
    if !is_here || !is_log_key(file) {
        let folder = folder.display();
        return Err(Failure::usage(format!(
            "新的日志密钥须先放在{folder}下，文件名形如 log-2.key。"
        )));
    }
    let origin = desk.books().origin.clone();
    let new = keys::read(file)?;
    let vkey = NoteSigner::new(&origin, &new.to_bytes())?.verifier().to_string();
    let possession = Endorsed::LogKeyPossession(&vkey).sign(&origin, &new)?;
    let handover = desk.hand_over(&Endorsed::LogKeyHandover(&vkey))?;
    let countersigned = countersign(desk, &Endorsed::LogKeyCountersigned(&vkey), vouchers)?;
    let receipt = desk.sign(
        admin,
        Body::LogKeyAnnounced(LogKeyAnnounced { countersigned, handover, possession, vkey }),
    )?;
    desk.read_log_keys()?;
    // Who takes the trust folder along knows the key from now on.
    desk.engine().log().keys().write(&desk.dir().join("trust"))?;
    Ok(receipt)
}

/// Retires a log key: it signs no checkpoint from here on.
///
/// # Errors
/// A law or rule says no, or the machine fails.
pub fn retire_log_key(
    desk: &mut Desk,
    admin: &dyn Signer,
    (vkey, reason): (&str, &str),
    vouchers: &[&dyn Signer],
) -> Result<Receipt, Failure> {
    let countersigned = countersign(desk, &Endorsed::LogKeyRetirement(vkey), vouchers)?;
    let (vkey, reason) = (vkey.to_owned(), reason.to_owned());
    desk.sign(admin, Body::LogKeyRetired(LogKeyRetired { countersigned, reason, vkey }))
}

fn countersign(
    desk: &Desk,
    endorsed: &Endorsed<'_>,
    vouchers: &[&dyn Signer],
) -> Result<Vec<Countersign>, Failure> {
    let origin = &desk.books().origin;
    let one = |voucher: &&dyn Signer| {
        let sig = endorsed.sign(origin, *voucher)?;
        Ok(Countersign { key: key_id(&voucher.public()), sig })
    };
    vouchers.iter().map(one).collect()
}
