//! The store of the log on disk: four fjall keyspaces, read and written as bytes.
//! `entries` number → bytes; `ids` record id → number; `nodes` level ‖ index → hash of a whole subtree
//! of 256^level entries, level 1 and above; `head` size ‖ root, the mark that signing has begun, and the mark of what is
//! staged beyond the head (ADR 12).

use std::path::Path;
use std::sync::Arc;

use fjall::{Database, Keyspace, KeyspaceCreateOptions, OwnedWriteBatch, PersistMode, UserValue};

use super::failure::{LogCode, LogFailure};
use super::shadow::Shadow;
use super::staging::Mark;
use super::store_files;
use super::tree::{NodeHash, Subtrees, WholeNode, leaf_hash, leaves_of_level};
use crate::ids::{Root, Seq};

const KEYSPACES: [&str; 4] = ["entries", "ids", "nodes", "head"];
const HEAD: &str = "head";
const SIGNED: &str = "signed";
const STAGED: &str = "staged";

/// The most entry bytes; the tiles keep the length in two bytes.
pub const MAX_ENTRY_BYTES: usize = 65_535;

/// 256^7 leaves is the largest whole subtree below 2^64.
const TOP_LEVEL: u8 = 7;

/// How many entries there are, and the root over them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// The number of entries.
    pub size: u64,
    /// The RFC 6962 root over all of them.
    pub root: Root,
}

/// What one commit adds, all or nothing.
pub(super) struct Commit<'a> {
    pub(super) first: u64,
    pub(super) entries: Vec<&'a [u8]>,
    pub(super) ids: Vec<([u8; 32], Seq)>,
    pub(super) nodes: Vec<WholeNode>,
    pub(super) seal: Seal,
}

/// What a commit does to the head.
pub(super) enum Seal {
    /// It moves to the end of what is added. `drops_mark`: nothing staged is left beyond it.
    Head { head: Head, drops_mark: bool },
    /// It stays: what is added lies beyond it, under this mark.
    Staged(Mark),
}

/// A commit that is ready to be written.
pub(super) struct Prepared(OwnedWriteBatch);

impl Prepared {
    /// Writes it. When this returns `Ok`, it is on disk whole; else none of it can be relied on.
    pub(super) fn commit(self) -> Result<(), LogFailure> {
        self.0.commit().map_err(|error| LogFailure::store(&error))
    }
}

/// The open store. A clone reads and writes the same files.
#[derive(Clone)]
pub(super) struct Store {
    database: Database,
    entries: Keyspace,
    ids: Keyspace,
    nodes: Keyspace,
    head: Keyspace,
    /// Where its files are, if they are not the ledger's own. Last, so that the store is closed before they go.
    _shadow: Option<Arc<Shadow>>,
}

impl Store {
    /// Makes an empty store at `path`, where nothing may be.
    pub(super) fn create(path: &Path, empty: &Head) -> Result<(), LogFailure> {
        let database = store_files::open(path)?;
        for name in KEYSPACES {
            keyspace(&database, name)?;
        }
        let store = Store::of(database)?;
        store.put_head_and_sync(HEAD, &encode_head(empty))
    }

    /// Opens the store at `path`, which must hold one.
    pub(super) fn open(path: &Path) -> Result<Store, LogFailure> {
        Store::of_existing(store_files::open(path)?)
    }

    /// As [`Store::open`], for those who go through all entries once, in order. A store that may not be written is read by
    /// way of its shadow.
    pub(super) fn open_to_read_through(path: &Path) -> Result<Store, LogFailure> {
        let (database, shadow) = store_files::open_to_read_through(path)?;
        Ok(Store { _shadow: shadow.map(Arc::new), ..Store::of_existing(database)? })
    }

    /// What can still be read of a damaged store, which is left as it is: its shadow in the folder `beside` is opened as far
    /// as fjall takes it.
    pub(super) fn salvage(path: &Path, beside: &Path) -> Result<Store, LogFailure> {
        let (database, shadow) = store_files::salvage(path, beside)?;
        Ok(Store { _shadow: Some(Arc::new(shadow)), ..Store::of_existing(database)? })
    }

    fn of_existing(database: Database) -> Result<Store, LogFailure> {
        for name in KEYSPACES {
            if !database.keyspace_exists(name) {
                return Err(LogFailure::new(LogCode::StoreDamaged, format!("缺少“{name}”")));
            }
        }
        Store::of(database)
    }

    fn of(database: Database) -> Result<Store, LogFailure> {
        let [entries, ids, nodes, head] = KEYSPACES.map(|name| keyspace(&database, name));
        Ok(Store {
            entries: entries?,
            ids: ids?,
            nodes: nodes?,
            head: head?,
            database,
            _shadow: None,
        })
    }

    /// Size and root as last committed.
    pub(super) fn head(&self) -> Result<Head, LogFailure> {
        let bytes = read(&self.head, HEAD.as_bytes())?
            .ok_or_else(|| LogFailure::new(LogCode::StoreDamaged, "缺少日志头"))?;
        decode_head(&bytes).ok_or_else(|| LogFailure::new(LogCode::EntryCorrupt, "日志头长度不对"))
    }

    /// True once a checkpoint of this log has been signed and kept.
    pub(super) fn has_signed(&self) -> Result<bool, LogFailure> {
        Ok(read(&self.head, SIGNED.as_bytes())?.is_some())
    }

    /// What is staged beyond the head, or was.
    pub(super) fn mark(&self) -> Result<Option<Mark>, LogFailure> {
        let Some(bytes) = read(&self.head, STAGED.as_bytes())? else { return Ok(None) };
        let wrong = || LogFailure::new(LogCode::EntryCorrupt, "分段写入的记号长度不对");
        Mark::decode(&bytes).map(Some).ok_or_else(wrong)
    }

    /// Notes for good that a checkpoint has been signed.
    pub(super) fn mark_signed(&self, first: &Head) -> Result<(), LogFailure> {
        self.put_head_and_sync(SIGNED, &encode_head(first))
    }

    fn put_head_and_sync(&self, key: &str, value: &[u8]) -> Result<(), LogFailure> {
        let mut batch = self.database.batch().durability(Some(PersistMode::SyncAll));
        batch.insert(&self.head, key, value);
        batch.commit().map_err(|error| LogFailure::store(&error))
    }

    /// Writes one commit. When this returns `Ok`, it is on disk whole; else none of it can be relied on.
    pub(super) fn commit(&self, commit: &Commit<'_>) -> Result<(), LogFailure> {
        self.prepare(commit).commit()
    }

    /// A commit as fjall takes it, with nothing written yet.
    pub(super) fn prepare(&self, commit: &Commit<'_>) -> Prepared {
        // The head's own place, and the mark's.
        let count = commit.entries.len() + commit.ids.len() + commit.nodes.len() + 2;
        let batch = OwnedWriteBatch::with_capacity(self.database.clone(), count);
        let mut batch = batch.durability(Some(PersistMode::SyncAll));
        for (number, entry) in (commit.first..).zip(&commit.entries) {
            batch.insert(&self.entries, number.to_be_bytes(), *entry);
        }
        for (id, Seq(number)) in &commit.ids {
            batch.insert(&self.ids, *id, number.to_be_bytes());
        }
        for node in &commit.nodes {
            batch.insert(&self.nodes, node_key(node.level, node.index), node.hash.0);
        }
        match &commit.seal {
            Seal::Head { head, drops_mark } => {
                batch.insert(&self.head, HEAD, encode_head(head));
                if *drops_mark {
                    batch.remove(&self.head, STAGED);
                }
            }
            Seal::Staged(mark) => batch.insert(&self.head, STAGED, mark.encode()),
        }
        Prepared(batch)
    }

    /// One entry's bytes.
    pub(super) fn entry(&self, number: u64) -> Result<Option<Vec<u8>>, LogFailure> {
        let Some(bytes) = read(&self.entries, &number.to_be_bytes())? else { return Ok(None) };
        refuse_wrong_length(number, bytes.len())?;
        Ok(Some(bytes))
    }

    /// The entry that was appended under this id.
    pub(super) fn number_of(&self, id: &[u8; 32]) -> Result<Option<u64>, LogFailure> {
        let Some(bytes) = read(&self.ids, id)? else { return Ok(None) };
        decode_number(&bytes).map(Some)
    }

    /// The hash of a whole subtree, level 1 and above.
    pub(super) fn kept_node(&self, level: u8, index: u64) -> Result<Option<NodeHash>, LogFailure> {
        let Some(bytes) = read(&self.nodes, &node_key(level, index))? else { return Ok(None) };
        let hash = bytes.try_into().map_err(|_| corrupt_node(level, index))?;
        Ok(Some(NodeHash(hash)))
    }

    /// True if exactly these are kept as the nodes of level 1 from the `first`th on.
    pub(super) fn keeps_nodes(&self, first: u64, hashes: &[NodeHash]) -> Result<bool, LogFailure> {
        let Some(end) = first.checked_add(hashes.len() as u64).filter(|end| *end > first) else {
            return Ok(hashes.is_empty());
        };
        let mut kept = self.nodes.range(node_key(1, first)..node_key(1, end));
        for (index, hash) in (first..).zip(hashes) {
            let Some(node) = kept.next() else { return Ok(false) };
            let (key, value) = node.into_inner().map_err(|error| LogFailure::store(&error))?;
            if *key != node_key(1, index) || *value != hash.0 {
                return Ok(false);
            }
        }
        Ok(kept.next().is_none())
    }

    /// The numbers of the first and the last entry there is; `None` without entries.
    pub(super) fn bounds(&self) -> Result<Option<(u64, u64)>, LogFailure> {
        let key = |guard: fjall::Guard| {
            decode_number(&guard.key().map_err(|error| LogFailure::store(&error))?)
        };
        let first = self.entries.first_key_value().map(key).transpose()?;
        let last = self.entries.last_key_value().map(key).transpose()?;
        Ok(first.zip(last))
    }

    /// How many entries the tables and journals say they hold, without reading them: more than there are if one was written
    /// twice, never less.
    pub(super) fn counted(&self) -> u64 {
        self.entries.approximate_len() as u64
    }

    /// The stored entries from `from` to `to` (without `to`), as they were when this was called.
    pub(super) fn range(&self, from: u64, to: u64) -> fjall::Iter {
        self.entries.range(from.to_be_bytes()..to.to_be_bytes())
    }

    /// The leaf hashes of the stored entries from `from` to `to` (without `to`), all of which must be there.
    pub(super) fn leaves(&self, from: u64, to: u64) -> Result<Vec<NodeHash>, LogFailure> {
        let mut stored = self.range(from, to);
        let leaf = |number| {
            let pair = stored.next().ok_or_else(|| LogFailure::missing(number))?;
            let (key, entry) = pair.into_inner().map_err(|error| LogFailure::store(&error))?;
            if decode_number(&key)? != number {
                return Err(LogFailure::missing(number));
            }
            refuse_wrong_length(number, entry.len())?;
            Ok(leaf_hash(&entry))
        };
        (from..to).map(leaf).collect()
    }

    /// How many nodes are stored, without those that lie between `head` and `reach`: what is staged there may be left over.
    pub(super) fn count_nodes(&self, head: u64, reach: u64) -> Result<u64, LogFailure> {
        let mut count = 0;
        for guard in self.nodes.iter() {
            let key = guard.key().map_err(|error| LogFailure::store(&error))?;
            let end = node_end(&key);
            count += u64::from(end.is_none_or(|end| end <= head || end > reach));
        }
        Ok(count)
    }

    /// Every entry number that an id stands for, in the order of the ids.
    pub(super) fn id_targets(&self) -> impl Iterator<Item = Result<u64, LogFailure>> + use<> {
        self.ids
            .iter()
            .map(|guard| decode_number(&guard.value().map_err(|error| LogFailure::store(&error))?))
    }
}

impl Subtrees for Store {
    type Failure = LogFailure;

    fn top_level(&self) -> u8 {
        TOP_LEVEL
    }

    fn node(&self, level: u8, index: u64) -> Result<NodeHash, LogFailure> {
        if level == 0 {
            let entry = self.entry(index)?.ok_or_else(|| LogFailure::missing(index))?;
            return Ok(leaf_hash(&entry));
        }
        self.kept_node(level, index)?.ok_or_else(|| {
            LogFailure::new(LogCode::Gap, format!("缺树节点：第 {level} 层第 {index} 个"))
        })
    }
}

/// Reads one key and value of `entries`, the value as it lies in the store's own memory.
pub(super) fn read_pair(guard: fjall::Guard) -> Result<(u64, UserValue), LogFailure> {
    let (key, value) = guard.into_inner().map_err(|error| LogFailure::store(&error))?;
    let number = decode_number(&key)?;
    refuse_wrong_length(number, value.len())?;
    Ok((number, value))
}

pub(super) fn corrupt_node(level: u8, index: u64) -> LogFailure {
    LogFailure::new(LogCode::EntryCorrupt, format!("树节点不符：第 {level} 层第 {index} 个"))
}

/// Levelled compaction and lz4 from the third level are fjall's own choice; nothing is ever removed.
fn keyspace(database: &Database, name: &str) -> Result<Keyspace, LogFailure> {
    database
        .keyspace(name, KeyspaceCreateOptions::default)
        .map_err(|error| LogFailure::store(&error))
}

fn read(keyspace: &Keyspace, key: &[u8]) -> Result<Option<Vec<u8>>, LogFailure> {
    let found = keyspace.get(key).map_err(|error| LogFailure::store(&error))?;
    Ok(found.map(|bytes| bytes.to_vec()))
}

fn refuse_wrong_length(number: u64, length: usize) -> Result<(), LogFailure> {
    if length == 0 || length > MAX_ENTRY_BYTES {
        let detail = format!("第 {number} 条长度为 {length} 字节");
        return Err(LogFailure::at(LogCode::EntryCorrupt, number, detail));
    }
    Ok(())
}

fn decode_number(bytes: &[u8]) -> Result<u64, LogFailure> {
    bytes
        .try_into()
        .map(u64::from_be_bytes)
        .map_err(|_| LogFailure::new(LogCode::EntryCorrupt, "条目序号长度不对"))
}

fn node_key(level: u8, index: u64) -> [u8; 9] {
    let mut key = [level; 9];
    let (_, place) = key.split_first_mut().expect("nine bytes have a first");
    place.copy_from_slice(&index.to_be_bytes());
    key
}

/// The number behind the last entry that a node covers.
fn node_end(key: &[u8]) -> Option<u64> {
    let (level, index) = key.split_first()?;
    let index = u64::from_be_bytes(index.try_into().ok()?);
    index.checked_add(1)?.checked_mul(leaves_of_level(*level)?)
}

fn encode_head(head: &Head) -> Vec<u8> {
    [head.size.to_be_bytes().as_slice(), &head.root.0].concat()
}

fn decode_head(bytes: &[u8]) -> Option<Head> {
    let (size, root) = bytes.split_first_chunk::<8>()?;
    Some(Head { size: u64::from_be_bytes(*size), root: Root(root.try_into().ok()?) })
}

#[cfg(test)]
mod tests {
    use super::{Head, Store, decode_head, encode_head, node_key};
    use crate::ids::Root;
    use crate::log::LogCode;
    use crate::log::tree::empty_root;

    #[test]
    fn a_head_reads_back_and_a_shorter_one_is_refused() {
        let head = Head { size: 258, root: Root([7; 32]) };
        let bytes = encode_head(&head);
        assert_eq!((bytes.len(), bytes[6], bytes[7]), (40, 1, 2));
        assert_eq!(decode_head(&bytes), Some(head));
        assert_eq!(decode_head(&bytes[..39]), None);
    }

    #[test]
    fn nodes_sort_by_level_and_then_by_place() {
        assert!(node_key(1, u64::MAX) < node_key(2, 0));
        assert!(node_key(1, 255) < node_key(1, 256));
    }

    #[test]
    fn a_second_program_is_told_that_the_ledger_is_in_use() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("log");
        Store::create(&path, &Head { size: 0, root: empty_root() }).unwrap();
        let _first = Store::open(&path).unwrap();
        let second = Store::open(&path).err().unwrap();
        assert_eq!(second.code(), LogCode::Locked);
        assert!(second.to_string().starts_with("台账正被另一程序使用"), "{second}");
    }
}
