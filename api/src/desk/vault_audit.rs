//! Does the vault hold what the log committed to? Needs the vault's key, so it runs where the vault is.

use std::path::Path;

use ledger::audit::{Audited, Divergence};
use ledger::books::Books;
use ledger::ids::Commitment;
use ledger::vault::{Field, OsRandomness, Standing, Subject, Vault, VaultFailure};

use crate::failure::Failure;
use crate::keys;

/// Compares a ledger's vault with its books; `None` where there is no vault or no key to it.
///
/// # Errors
/// A commitment that does not open, a record that cannot be read, a bank file that is not kept.
pub fn agrees(dir: &Path, audited: &Audited) -> Result<Option<String>, Failure> {
    let (folder, key) = (dir.join("vault"), dir.join("keys/vault.key"));
    // A pack has no vault; a ledger's folder should.
    if !folder.is_dir() && !dir.join("log").is_dir() {
        return Ok(None);
    }
    for (place, name) in [(&folder, "vault/"), (&key, "keys/vault.key")] {
        if !place.exists() {
            return Ok(Some(format!("注意：没有 {name}，保险库未核对。")));
        }
    }
    let diverged = |code, text: String| Failure::Diverged(Divergence { code, entry: None, text });
    let opened = Vault::open(&folder, keys::read_master(&key)?, Box::new(OsRandomness));
    let vault = opened.map_err(judged)?;
    let report = vault.audit(commitments(&audited.books));
    let report = report.map_err(judged)?;
    if !report.is_whole() {
        let text = format!(
            "保险库与台账的承诺值不符：缺失{}项，不符{}项，无法读出{}项。请从备份恢复保险库，并查明原因。",
            report.missing.len(),
            report.mismatched.len(),
            report.unreadable.len(),
        );
        return Err(diverged("vault.diverges", text));
    }
    let released = audited
        .books
        .payments
        .batches
        .values()
        .filter_map(|batch| batch.released.as_ref().map(|released| (released.file, batch.at)));
    let imported = audited.books.bank.files.iter().map(|((digest, _), known)| (*digest, known.at));
    for (digest, entry) in imported.chain(released) {
        let standing = vault.standing(&Subject::File(digest));
        let standing = standing.map_err(judged)?;
        if standing == Standing::Unknown {
            let text = format!("第{entry}条记录的银行文件原件不在保险库中（摘要{digest}）。");
            return Err(diverged("vault.file_missing", text));
        }
    }
    // No act of this format orders an erasure yet, so whatever is gone went without an order.
    if let Some((subject, order)) = report.erased_by_order.first() {
        let text = format!("保险库中{subject}已被抹除，台账里没有所称的命令{order}。");
        return Err(diverged("vault.erased_without_order", text));
    }
    Ok(Some(format!("保险库：{}项个人信息与承诺值相符。", report.opened)))
}

/// What the vault says of itself: a divergence, unless the machine kept it from being read at all.
fn judged(why: VaultFailure) -> Failure {
    if matches!(why, VaultFailure::Io(_) | VaultFailure::Locked | VaultFailure::Randomness) {
        return why.into();
    }
    Failure::Diverged(Divergence { code: why.code(), entry: None, text: why.to_string() })
}

/// Every commitment that the books hold.
fn commitments(books: &Books) -> Vec<(Subject, Field, Commitment)> {
    let mut expected = Vec::new();
    for (id, person) in &books.people.persons {
        // Who was found without papers has nothing in the vault.
        let Some(commits) = person.commits else { continue };
        expected.push((Subject::Person(*id), Field::Name, commits.name));
        expected.push((Subject::Person(*id), Field::IdNo, commits.id_no));
    }
    for (id, account) in &books.people.accounts {
        expected.push((Subject::Account(*id), Field::Number, account.number_commit));
    }
    for (id, officer) in &books.offices.officers {
        expected.push((Subject::Officer(*id), Field::Name, officer.name_commit));
    }
    for (code, account) in &books.funds.accounts {
        let subject = Subject::ProgrammeAccount(code.clone());
        expected.push((subject, Field::Number, account.number_commit));
    }
    expected
}
