//! Everything that a ledger's folder says, read back: entries, ids, checkpoint, trust, frozen months, and the vault in plain
//! text with its record of access. Two folders with the same meaning differ at most in bytes that carry nothing.

use std::collections::BTreeMap;
use std::path::Path;

use api::keys;
use ledger::act::signed::SignedAct;
use ledger::books::Books;
use ledger::engine::fold_while;
use ledger::ids::{OfficerId, PersonId};
use ledger::log::{EntrySource, Log};
use ledger::trust::{Trust, TrustFile};
use ledger::vault::{Access, AccessNote, AccountFields, OsRandomness, PersonFields, Vault};

/// What a ledger's folder says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Meaning {
    /// Every entry's bytes.
    pub entries: Vec<Vec<u8>>,
    /// Under which number each act is found by its id.
    pub found: Vec<Option<u64>>,
    /// The newest checkpoint, whole.
    pub checkpoint: String,
    /// The trusted log key and the trust file.
    pub trust: (String, TrustFile),
    /// The frozen months.
    pub views: BTreeMap<String, Vec<u8>>,
    /// The vault's plain text, one line a field, file or remark.
    pub vault: Vec<String>,
    /// Every reading of the vault so far.
    pub accesses: Vec<Access>,
}

impl Meaning {
    /// Reads a ledger in a folder of its own: opening it may tidy its files, and the readings are recorded in it.
    ///
    /// # Errors
    /// What cannot be read, in the words of the program.
    pub fn of(dir: &Path) -> Result<Meaning, String> {
        let trust = Trust::read(&dir.join("trust")).map_err(|why| why.to_string())?;
        let log = Log::open_for_audit(dir, &trust.log_key).map_err(|why| why.to_string())?;
        let entries = log.entries().map(|entry| entry.map(|(_, bytes)| bytes));
        let entries: Vec<Vec<u8>> =
            entries.collect::<Result<_, _>>().map_err(|why| why.to_string())?;
        let books =
            fold_while(&log, trust.origin(), &mut |_, _| true).map_err(|why| why.to_string())?;
        let acts = entries.iter().filter_map(|entry| SignedAct::decode(entry.clone()).ok());
        let found = acts.map(|act| log.find(&act.id(trust.origin()).0).map(|seq| seq.map(|s| s.0)));
        let found = found.collect::<Result<_, _>>().map_err(|why| why.to_string())?;
        let checkpoint = log.newest_checkpoint().map(ToString::to_string).unwrap_or_default();
        let (vault, accesses) = vault(dir, &books)?;
        let trust = (trust.log_key.to_string(), trust.roots.clone());
        let views = files(&dir.join("views")).map_err(|why| why.to_string())?;
        Ok(Meaning { entries, found, checkpoint, trust, views, vault, accesses })
    }

    /// The parts in which two meanings differ.
    #[must_use]
    pub fn differences(&self, other: &Meaning) -> Vec<&'static str> {
        let parts = [
            ("entries", self.entries == other.entries),
            ("act ids", self.found == other.found),
            ("checkpoint", self.checkpoint == other.checkpoint),
            ("trust", self.trust == other.trust),
            ("views", self.views == other.views),
            ("vault", self.vault == other.vault),
            ("record of access", self.accesses == other.accesses),
        ];
        parts.into_iter().filter(|(_, same)| !same).map(|(part, _)| part).collect()
    }
}

fn files(folder: &Path) -> std::io::Result<BTreeMap<String, Vec<u8>>> {
    let mut files = BTreeMap::new();
    for item in std::fs::read_dir(folder)? {
        let item = item?;
        files.insert(item.file_name().to_string_lossy().into_owned(), std::fs::read(item.path())?);
    }
    Ok(files)
}

fn vault(dir: &Path, books: &Books) -> Result<(Vec<String>, Vec<Access>), String> {
    let master = keys::read_master(&dir.join("keys/vault.key")).map_err(|why| why.to_string())?;
    let vault = Vault::open(&dir.join("vault"), master, Box::new(OsRandomness))
        .map_err(|why| why.to_string())?;
    let accesses = vault.accesses().map_err(|why| why.to_string())?;
    let reader = books.offices.officers.keys().next().copied();
    let note = AccessNote {
        officer: reader.unwrap_or(OfficerId::from_bytes([0; 16])),
        purpose: "比对".to_owned(),
        at: "2020-12-31T09:00:00+08:00".to_owned(),
    };
    let mut said = Vec::new();
    let persons: Vec<PersonId> = books.people.persons.keys().copied().collect();
    for (id, person) in
        persons.iter().zip(vault.read_persons(&persons, &note).map_err(|why| why.to_string())?)
    {
        let person = person.map_err(|why| why.to_string())?;
        let PersonFields { name, id_no, phone, address } = person;
        let found = vault.find_person(&id_no);
        said.push(format!("{id} {name} {id_no} {phone:?} {address:?} {found:?}"));
    }
    let accounts: Vec<_> = books.people.accounts.keys().copied().collect();
    for (id, account) in
        accounts.iter().zip(vault.read_accounts(&accounts, &note).map_err(|why| why.to_string())?)
    {
        let account = account.map_err(|why| why.to_string())?;
        let AccountFields { number, bank_name, holder_name } = account;
        let found = vault.find_account(&number);
        said.push(format!("{id} {number} {bank_name} {holder_name} {found:?}"));
    }
    for id in books.offices.officers.keys() {
        let officer = vault.read_officer(*id, &note).map_err(|why| why.to_string())?;
        let found = vault.find_officer(&officer.id_no);
        said.push(format!("{id} {} {} {found:?}", officer.name, officer.id_no));
    }
    for code in books.funds.accounts.keys() {
        let account = vault.read_programme_account(code, &note).map_err(|why| why.to_string())?;
        let found = vault.find_programme_account(&account.number);
        said.push(format!("{code} {} {} {found:?}", account.number, account.holder_name));
    }
    for (digest, _) in books.bank.files.keys() {
        let file = vault.read_file(*digest, &note).map_err(|why| why.to_string())?;
        said.push(format!("{digest} {} {:?}", file.name, file.bytes));
        // Remarks stand under the rows of the file that the bank commented on.
        for row in 0..100 {
            let key = format!("response:{digest}:{row}");
            said.extend(vault.read_remark(&key, &note).map(|words| format!("{key} {words}")));
        }
    }
    said.sort();
    Ok((said, accesses))
}
