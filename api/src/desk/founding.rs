//! Founding a ledger: folders, the log's key, the trust files, the vault, and entry 0.

use std::path::Path;

use ed25519_dalek::SigningKey;
use ledger::act::Body;
use ledger::act::offices::{
    Countersign, Founded, KeyEnrolled, KeyRecord, OfficerAppointed, RootKey, UnitRegistered,
};
use ledger::act::signed::{Vouching, key_id};
use ledger::engine::{Engine, Receipt};
use ledger::ids::{Division, OfficerId};
use ledger::log::{Log, NoteSigner};
use ledger::signer::Signer;
use ledger::trust::{TrustFile, TrustedRoot};
use ledger::vault::{MasterKey, NewSubject, OfficerFields, Randomness, Vault};

use super::Desk;
use crate::clock::Clock;
use crate::failure::Failure;
use crate::keys;

/// A person in office as founding or appointing needs to know them.
pub struct NewOfficer {
    /// Name and ID number, for the vault.
    pub fields: OfficerFields,
    /// The post, without the name.
    pub post: String,
    /// The unit.
    pub unit: ledger::ids::UnitCode,
    /// What the person may do.
    pub roles: Vec<ledger::act::offices::Role>,
}

/// What a ledger is founded with.
pub struct Founding<'a> {
    /// Its origin: the name that every signature binds.
    pub origin: &'a str,
    /// Its name for people.
    pub name: &'a str,
    /// The county.
    pub county: Division,
    /// Units of the first persons in office.
    pub units: Vec<UnitRegistered>,
    /// The first persons in office with their root keys. The first one signs the founding act.
    pub roots: Vec<(NewOfficer, SigningKey)>,
    /// The log's key.
    pub log_key: SigningKey,
    /// The vault's master key.
    pub master: MasterKey,
}

/// Founds a ledger in a folder that does not hold one yet.
///
/// # Errors
/// The folder holds a ledger already, or the machine fails.
pub fn found(
    dir: &Path,
    founding: Founding<'_>,
    randomness: Box<dyn Randomness>,
    clock: Clock,
) -> Result<Desk, Failure> {
    if dir.join("log").exists() || dir.join("trust").exists() {
        return Err(Failure::usage(format!("{}里已有台账；请换一个目录。", dir.display())));
    }
    // An origin that cannot be a key's name is refused before anything is on disk.
    let log_signer = NoteSigner::new(founding.origin, &founding.log_key.to_bytes())?;
    for folder in ["keys", "trust", "views", "out", "bank"] {
        let path = dir.join(folder);
        std::fs::create_dir_all(&path).map_err(|why| Failure::file(&path, &why))?;
    }
    keys::write(&dir.join("keys/log.key"), &founding.log_key)?;
    keys::write_master(&dir.join("keys/vault.key"), &founding.master)?;
    let vault = Vault::create(&dir.join("vault"), founding.master, randomness)?;
    let mut officers = Vec::new();
    let mut roots = Vec::new();
    for (officer, key) in &founding.roots {
        let appointed = enter(&vault, officer)?;
        let record = KeyRecord::new(appointed.officer, &key.verifying_key());
        let possession = record.vouch(founding.origin, Vouching::Possession, key)?;
        roots.push(RootKey { possession, record });
        officers.push(appointed);
    }
    let log_key = log_signer.verifier().to_string();
    let founded = Founded {
        county: founding.county,
        keys: roots,
        log_key: log_key.clone(),
        name: founding.name.to_owned(),
        officers,
        units: founding.units,
    };
    write_trust(dir, founding.origin, &log_key, &founded)?;
    drop(Log::create(dir, log_signer.verifier())?);
    let engine = Engine::open(dir, log_signer.verifier())?;
    let mut desk = Desk::new(dir, engine, log_signer, vault, clock);
    let signer = founding.roots.first().map(|(_, key)| key.clone());
    let signer = signer.ok_or_else(|| Failure::usage("建账至少要有一把根密钥。"))?;
    desk.sign(&signer, Body::Founded(founded))?;
    desk.checkpoint()?;
    Ok(desk)
}

/// Writes the trust files of a ledger that is about to be founded.
///
/// # Errors
/// They cannot be written.
pub(crate) fn write_trust(
    dir: &Path,
    origin: &str,
    log_key: &str,
    founded: &Founded,
) -> Result<(), Failure> {
    let side = |officer: OfficerId| {
        let post = founded.officers.iter().find(|known| known.officer == officer)?;
        let unit = founded.units.iter().find(|unit| unit.unit == post.unit)?;
        Some((unit.side, post.post.clone()))
    };
    let root = founded.keys.iter().filter_map(|key| {
        let (side, post) = side(key.record.officer)?;
        let public = key.record.public.clone();
        Some(TrustedRoot { key: key.record.key_id()?, public, side, post })
    });
    let file = TrustFile { origin: origin.to_owned(), root: root.collect() };
    let text = toml::to_string(&file).map_err(|why| Failure::usage(why.to_string()))?;
    super::write_whole(&dir.join("trust/log.vkey"), format!("{log_key}\n").as_bytes())?;
    super::write_whole(&dir.join("trust/trust.toml"), text.as_bytes())?;
    Ok(())
}

/// Puts a person in office into the vault; what comes back goes into the log.
fn enter(vault: &Vault, officer: &NewOfficer) -> Result<OfficerAppointed, Failure> {
    let registered = vault.register(NewSubject::Officer(officer.fields.clone()))?;
    let registered = super::people::agrees(registered)?;
    let id = registered.officer();
    let id = id.ok_or_else(|| Failure::usage("保险库没有给出工作人员编号。"))?;
    Ok(OfficerAppointed {
        name_commit: super::people::commitment(&registered, ledger::vault::Field::Name)?,
        officer: id,
        post: officer.post.clone(),
        roles: officer.roles.clone(),
        unit: officer.unit.clone(),
    })
}

/// Appoints a person and enrols a key for them, vouched for by two others.
///
/// # Errors
/// A rule says no, or the machine fails.
pub fn appoint(
    desk: &mut Desk,
    admin: &dyn Signer,
    officer: &NewOfficer,
    key: &dyn Signer,
    vouchers: [&dyn Signer; 2],
) -> Result<Receipt, Failure> {
    let appointed = enter(&desk.vault, officer)?;
    let record = KeyRecord::new(appointed.officer, &key.public());
    desk.sign(admin, Body::OfficerAppointed(appointed))?;
    let origin = desk.books().origin.clone();
    let mut countersigned = Vec::new();
    for voucher in vouchers {
        let sig = record.vouch(&origin, Vouching::Countersignature, voucher)?;
        countersigned.push(Countersign { key: key_id(&voucher.public()), sig });
    }
    let possession = record.vouch(&origin, Vouching::Possession, key)?;
    desk.sign(admin, Body::KeyEnrolled(KeyEnrolled { countersigned, possession, record }))
}
