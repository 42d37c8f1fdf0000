//! The vault in a backup: its records, sealed as they are stored, in one file, and the erasure key beside it. No key is needed
//! and nothing is opened. docs/format/backup.md §2.

use std::fs::File;
use std::io::{BufReader, BufWriter, Read, Write};
use std::path::Path;

use fjall::Readable as _;
use sha2::{Digest as _, Sha256};

use super::Vault;
use super::erasure_key::COPIES;
use super::failure::VaultFailure;
use super::store::{Store, Table};

/// The file of records in a backup's vault folder.
pub const RECORDS: &str = "records";

const LABEL: &[u8] = b"doudi/vault-records/v1\n";
const END: u8 = 0xff;
/// A bank file of ours is far below; a length above this is damage.
const MOST_BYTES: u32 = 1 << 30;
/// So many bytes go into one commit when records are put back.
const COMMIT_BYTES: usize = 4 << 20;

impl Vault {
    /// Writes the records and the erasure key into the folder `out`, while the vault is open. No erasure runs meanwhile, and
    /// nothing that is registered after this began is in it.
    ///
    /// # Errors
    /// [`VaultFailure::Unreadable`], [`VaultFailure::Io`].
    pub fn back_up(&self, out: &Path) -> Result<u64, VaultFailure> {
        std::fs::create_dir_all(out)?;
        let held = self.state();
        let frozen = self.store.as_it_is();
        copy_erasure_key(&self.folder, out)?;
        drop(held);
        write_records(&self.store, &frozen, out)
    }
}

/// The same for a vault that nobody has open. Gives the number of records.
///
/// # Errors
/// [`VaultFailure::Absent`], [`VaultFailure::Locked`], [`VaultFailure::Unreadable`], [`VaultFailure::Io`].
pub fn back_up_closed(folder: &Path, out: &Path) -> Result<u64, VaultFailure> {
    if !Store::exists(folder) {
        return Err(VaultFailure::Absent(folder.display().to_string()));
    }
    std::fs::create_dir_all(out)?;
    let store = Store::open(folder)?;
    let frozen = store.as_it_is();
    copy_erasure_key(folder, out)?;
    write_records(&store, &frozen, out)
}

/// Makes a vault in `folder`, which holds none, from a backup's vault folder. Gives the number of records.
///
/// # Errors
/// [`VaultFailure::Exists`]; [`VaultFailure::Unreadable`] if the file is damaged or cut off; [`VaultFailure::Io`].
pub fn restore(backup: &Path, folder: &Path) -> Result<u64, VaultFailure> {
    if Store::exists(folder) {
        return Err(VaultFailure::Exists(folder.display().to_string()));
    }
    std::fs::create_dir_all(folder)?;
    copy_erasure_key(backup, folder)?;
    let store = Store::open(folder)?;
    let file = BufReader::new(File::open(backup.join(RECORDS))?);
    let mut records = Records { file, digest: Sha256::new(), count: 0 };
    records.begin()?;
    let (mut batch, mut bytes) = (store.batch(), 0);
    while let Some((table, key, value)) = records.next()? {
        batch.insert(table, &key, &value);
        bytes += key.len() + value.len();
        if bytes > COMMIT_BYTES {
            std::mem::replace(&mut batch, store.batch()).commit()?;
            bytes = 0;
        }
    }
    batch.commit()?;
    Ok(records.count)
}

fn copy_erasure_key(from: &Path, to: &Path) -> Result<(), VaultFailure> {
    for name in COPIES.iter().filter(|name| from.join(name).exists()) {
        let bytes = std::fs::read(from.join(name))?;
        let mut file = File::create(to.join(name))?;
        file.write_all(&bytes)?;
        file.sync_all()?;
    }
    Ok(())
}

fn write_records(store: &Store, frozen: &fjall::Snapshot, out: &Path) -> Result<u64, VaultFailure> {
    let mut file = BufWriter::new(File::create(out.join(RECORDS))?);
    let (mut digest, mut count) = (Sha256::new(), 0_u64);
    let mut put = |bytes: &[u8], file: &mut BufWriter<File>| {
        digest.update(bytes);
        file.write_all(bytes)
    };
    put(LABEL, &mut file)?;
    for (number, table) in (0_u8..).zip(Table::ALL) {
        for guard in frozen.iter(store.keyspace(table)) {
            let (key, value) = guard.into_inner()?;
            let length = |bytes: &[u8]| {
                u32::try_from(bytes.len()).map_err(|_| table.place(&key).unreadable())
            };
            put(&[number], &mut file)?;
            put(&length(&key)?.to_be_bytes(), &mut file)?;
            put(&length(&value)?.to_be_bytes(), &mut file)?;
            put(&key, &mut file)?;
            put(&value, &mut file)?;
            count += 1;
        }
    }
    put(&[END], &mut file)?;
    put(&count.to_be_bytes(), &mut file)?;
    let digest: [u8; 32] = digest.finalize().into();
    file.write_all(&digest)?;
    file.into_inner().map_err(|why| VaultFailure::Io(why.to_string()))?.sync_all()?;
    Ok(count)
}

/// Keyspace, key and value.
type Record = (Table, Vec<u8>, Vec<u8>);

/// The file of records being read.
struct Records {
    file: BufReader<File>,
    digest: Sha256,
    count: u64,
}

impl Records {
    fn begin(&mut self) -> Result<(), VaultFailure> {
        if self.take(LABEL.len())? == LABEL { Ok(()) } else { Err(damaged("开头")) }
    }

    /// The next record; `None` at the end, once the digest holds.
    fn next(&mut self) -> Result<Option<Record>, VaultFailure> {
        let number = self.take(1)?.first().copied().unwrap_or(END);
        if number == END {
            let count = self.count.to_be_bytes();
            let told = self.take(8)?;
            let digest: [u8; 32] = self.digest.clone().finalize().into();
            let holds = told == count && self.take(32)? == digest;
            let ends = self.file.read(&mut [0])? == 0;
            return if holds && ends { Ok(None) } else { Err(damaged("结尾的摘要")) };
        }
        let table = Table::ALL.get(usize::from(number)).copied();
        let table = table.ok_or_else(|| damaged("记录种类"))?;
        let (key, value) = (self.length()?, self.length()?);
        let record = (table, self.take(key)?, self.take(value)?);
        self.count += 1;
        Ok(Some(record))
    }

    fn length(&mut self) -> Result<usize, VaultFailure> {
        let bytes = self.take(4)?;
        let length = bytes.first_chunk::<4>().map(|bytes| u32::from_be_bytes(*bytes));
        let length = length.filter(|length| *length <= MOST_BYTES);
        length.and_then(|length| usize::try_from(length).ok()).ok_or_else(|| damaged("记录长度"))
    }

    fn take(&mut self, length: usize) -> Result<Vec<u8>, VaultFailure> {
        let mut bytes = Vec::new();
        let limit = u64::try_from(length).unwrap_or(u64::MAX);
        (&mut self.file).take(limit).read_to_end(&mut bytes)?;
        if bytes.len() != length {
            return Err(damaged("文件被截断"));
        }
        self.digest.update(&bytes);
        Ok(bytes)
    }
}

fn damaged(what: &str) -> VaultFailure {
    VaultFailure::Unreadable(format!("备份中的 vault/{RECORDS}：{what}不对"))
}
