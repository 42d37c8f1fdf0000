//! Scrub: reads everything and names all damage, not only the first. Writes nothing and goes on past what it cannot read.

use std::path::Path;

use super::super::acknowledged;
use super::super::failure::{LogCode, LogFailure};
use super::super::key_chain::KeyChain;
use super::super::last_signed;
use super::super::note_key::VerifierKey;
use super::super::reader::LogReader;
use super::super::store::{Head, Store};
use super::super::tree::{
    Frontier, NodeHash, TILE_WIDTH, WholeNode, leaf_hash, leaves_of_level, root_of_leaves,
};
use super::KnownAct;
use super::failure::RecoveryFailure;
use super::findings::{Finding, FindingCode, Stretch};
use super::sources::{Found, entries_as_they_are, guarded, node};

/// What a scrub read and found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scrubbed {
    /// How many entries there should be.
    pub size: u64,
    /// How many of them were read.
    pub entries: u64,
    /// Their bytes.
    pub bytes: u64,
    /// How many tree nodes were compared.
    pub nodes: u64,
    /// How many ids were compared.
    pub ids: u64,
    /// All damage, in the order of entries within its kind.
    pub findings: Vec<Finding>,
}

/// Reads the log in a ledger's folder, also one that [`super::super::Log::open`] refuses. `pace` is told the bytes of every
/// stretch that was read and may take its time.
///
/// # Errors
/// [`LogCode::Locked`] if another program has it open, [`LogCode::NoLedger`]. Damage is no error: it is found.
pub fn scrub(
    dir: &Path,
    key: &VerifierKey,
    known: &KnownAct<'_>,
    pace: &mut dyn FnMut(u64),
) -> Result<Scrubbed, RecoveryFailure> {
    let mut scrub = Scrub::default();
    if !dir.is_dir() {
        return Err(LogFailure::new(LogCode::NoLedger, dir.display().to_string()).into());
    }
    let signed = match last_signed::read(dir).and_then(|note| {
        let keys = KeyChain::read(dir, key)?;
        note.map(|note| keys.verify(&note).map(|checkpoint| checkpoint.head())).transpose()
    }) {
        Ok(signed) => signed,
        Err(why) => {
            scrub.find(FindingCode::LastSigned, None, why.to_string());
            None
        }
    };
    let path = dir.join("log");
    if !path.is_dir() {
        scrub.find(FindingCode::StoreUnreadable, None, format!("没有 {}", path.display()));
        return Ok(scrub.done);
    }
    match Store::open_to_read_through(&path) {
        Ok(store) => {
            scrub.acknowledged(dir, &store);
            scrub.whole(&store, signed, known, pace);
        }
        Err(why) if why.code() == LogCode::Locked => return Err(why.into()),
        Err(why) => scrub.find(FindingCode::StoreUnreadable, None, why.to_string()),
    }
    Ok(scrub.done)
}

impl LogReader {
    /// Scrubs the log while its writer goes on: what the newest checkpoint covers.
    #[must_use]
    pub fn scrub(&self, known: &KnownAct<'_>, pace: &mut dyn FnMut(u64)) -> Scrubbed {
        let mut scrub = Scrub::default();
        if let Some((_, head)) = self.newest() {
            scrub.entries(self.store(), head.size, Some(head), None, known, pace);
        }
        scrub.done
    }
}

/// Scrubs a store by itself: one that was just built.
pub(super) fn scrub_store(store: &Store, signed: Option<Head>, known: &KnownAct<'_>) -> Scrubbed {
    let mut scrub = Scrub::default();
    scrub.whole(store, signed, known, &mut |_| ());
    scrub.done
}

/// One of so many entries is asked for by itself, and all of the last so many.
const ONE_OF: u64 = 16;
const ALL_OF_THE_NEWEST: u64 = 4096;

#[derive(Default)]
struct Scrub {
    done: Scrubbed,
    acts: u64,
}

impl Scrub {
    fn find(&mut self, code: FindingCode, entries: Option<Stretch>, detail: impl Into<String>) {
        let detail = detail.into();
        if let (Some(last), Some(new)) = (self.done.findings.last_mut(), entries)
            && last.code == code
            && let Some(open) = &mut last.entries
            && open.last + 1 == new.first
        {
            open.last = new.last;
            return;
        }
        self.done.findings.push(Finding { code, entries, detail });
    }

    /// What was acknowledged after the newest checkpoint is promised as well.
    fn acknowledged(&mut self, dir: &Path, store: &Store) {
        if acknowledged::is_damaged(dir) {
            let detail = "acknowledged 文件读不出；下次记账时重写，此前丢失末尾条目无从得知";
            self.find(FindingCode::Acknowledged, None, detail);
        }
        let (Some(known), Ok(head)) = (acknowledged::read(dir), guarded(|| store.head())) else {
            return;
        };
        if head.size < known.size {
            let lost = Stretch { first: head.size, last: known.size - 1 };
            let detail = format!("日志{}条，已确认入账{}条", head.size, known.size);
            self.find(FindingCode::Acknowledged, Some(lost), detail);
        }
    }

    fn whole(
        &mut self,
        store: &Store,
        signed: Option<Head>,
        known: &KnownAct<'_>,
        pace: &mut dyn FnMut(u64),
    ) {
        let head = guarded(|| store.head());
        let bounds = guarded(|| store.bounds());
        let stored = bounds.as_ref().ok().copied().flatten().map_or(0, |(_, last)| last + 1);
        if let Err(why) = &head {
            self.find(FindingCode::Head, None, why);
        }
        let head = head.ok();
        let promised = signed.map_or(0, |signed| signed.size);
        let size = head.map_or(stored, |head| head.size).max(promised);
        if signed.is_none() && guarded(|| store.has_signed()) != Ok(false) {
            self.find(FindingCode::LastSigned, None, "曾签发存证头，last-signed 却不可用");
        }
        if let Some(head) = head
            && head.size < promised
        {
            let detail = format!("日志{}条，last-signed {promised}条", head.size);
            self.find(FindingCode::LastSigned, None, detail);
        }
        // Entries that wait beyond the head under a mark of the store's own are no damage: this is the place that knows it.
        let mark = guarded(|| store.mark()).unwrap_or_default();
        let tolerated = mark.map_or(size, |mark| mark.reach.max(size));
        if stored > tolerated {
            let beyond = Stretch { first: tolerated, last: stored - 1 };
            self.find(FindingCode::Beyond, Some(beyond), format!("日志头{size}条"));
        }
        let head = head.filter(|head| head.size == size);
        self.entries(store, size, signed, head, known, pace);
        self.no_other_nodes(store, size, tolerated);
        self.no_other_ids(store, size);
    }

    fn entries(
        &mut self,
        store: &Store,
        size: u64,
        signed: Option<Head>,
        head: Option<Head>,
        known: &KnownAct<'_>,
        pace: &mut dyn FnMut(u64),
    ) {
        self.done.size = size;
        // Whole as long as every entry so far was read.
        let mut frontier = Some(Frontier::new());
        let mut at = 0;
        self.checkpoint(frontier.as_ref(), signed, FindingCode::LastSigned);
        while at < size {
            let found = entries_as_they_are(store, at, size);
            let bytes: usize = found.iter().filter_map(Found::bytes).map(<[u8]>::len).sum();
            let bytes = u64::try_from(bytes).expect("a tile is below 2^64 bytes");
            self.done.bytes += bytes;
            let leaves = self.leaves(store, at, &found, known);
            match (&leaves, &mut frontier) {
                (Some(leaves), Some(frontier)) => {
                    for leaf in leaves {
                        let mut whole: Vec<WholeNode> = Vec::new();
                        frontier.push_leaf(*leaf, &mut |node| whole.push(node));
                        for made in &whole {
                            self.node(store, made);
                        }
                        self.checkpoint(Some(frontier), signed, FindingCode::LastSigned);
                    }
                }
                (Some(leaves), None) => self.node_of(store, at, leaves),
                (None, _) => frontier = None,
            }
            at += u64::try_from(found.len()).expect("a tile's width");
            pace(bytes);
        }
        self.checkpoint(frontier.as_ref(), head, FindingCode::Root);
    }

    /// The leaf hashes of a stretch, if all of it was read; what was not is found.
    fn leaves(
        &mut self,
        store: &Store,
        at: u64,
        found: &[Found],
        known: &KnownAct<'_>,
    ) -> Option<Vec<NodeHash>> {
        let mut leaves = Vec::with_capacity(found.len());
        for (number, entry) in (at..).zip(found) {
            let here = Some(Stretch { first: number, last: number });
            match entry {
                Found::Sound(bytes) => {
                    self.done.entries += 1;
                    self.by_number(store, number, bytes);
                    leaves.push(leaf_hash(bytes));
                    if let Some((id, _)) = known(bytes) {
                        self.acts += 1;
                        self.id(store, number, &id);
                    }
                }
                Found::Missing => self.find(FindingCode::Missing, here, ""),
                Found::Unreadable(why) => self.find(FindingCode::Unreadable, here, why),
            }
        }
        (leaves.len() == found.len()).then_some(leaves)
    }

    /// Entries are also asked for by themselves: that goes by parts of the tables which reading them through never touches.
    /// Each is a part of many entries, so some of them do, and all of the newest, whose tables are small.
    fn by_number(&mut self, store: &Store, number: u64, bytes: &[u8]) {
        let is_new = number.saturating_add(ALL_OF_THE_NEWEST) >= self.done.size;
        if !is_new && !number.is_multiple_of(ONE_OF) {
            return;
        }
        let why = match guarded(|| store.entry(number)) {
            Ok(Some(found)) if found == bytes => return,
            Ok(_) => "按序号查得的与通读的不同".to_owned(),
            Err(why) => why,
        };
        self.find(FindingCode::Unreadable, Some(Stretch { first: number, last: number }), why);
    }

    fn id(&mut self, store: &Store, number: u64, id: &[u8; 32]) {
        let why = match guarded(|| store.number_of(id)) {
            Ok(Some(kept)) if kept == number => {
                self.done.ids += 1;
                return;
            }
            Ok(Some(kept)) => format!("编号指向第{kept}条"),
            Ok(None) => "没有编号".to_owned(),
            Err(why) => why,
        };
        self.find(FindingCode::Id, Some(Stretch { first: number, last: number }), why);
    }

    fn node(&mut self, store: &Store, made: &WholeNode) {
        let leaves = leaves_of_level(made.level).unwrap_or(u64::MAX);
        let first = made.index.saturating_mul(leaves);
        let under = Stretch { first, last: first.saturating_add(leaves - 1) };
        let name = format!("第{}层第{}个", made.level, made.index);
        self.done.nodes += 1;
        match node(store, made.level, made.index) {
            Ok(Some(kept)) if kept == made.hash => {}
            Ok(Some(_)) if made.level == 1 => self.find(FindingCode::Differs, Some(under), name),
            Ok(Some(_)) => self.find(FindingCode::Node, None, name),
            Ok(None) => self.find(FindingCode::Node, None, format!("缺{name}")),
            Err(why) => self.find(FindingCode::Node, None, format!("{name}：{why}")),
        }
    }

    /// Where an earlier stretch is missing, each later one is still compared with its own node.
    fn node_of(&mut self, store: &Store, at: u64, leaves: &[NodeHash]) {
        if u64::try_from(leaves.len()) == Ok(TILE_WIDTH) {
            let hash = NodeHash(root_of_leaves(leaves.iter().copied()).0);
            self.node(store, &WholeNode { level: 1, index: at / TILE_WIDTH, hash });
        }
    }

    fn checkpoint(&mut self, frontier: Option<&Frontier>, told: Option<Head>, code: FindingCode) {
        if let (Some(frontier), Some(told)) = (frontier, told)
            && frontier.size() == told.size
            && frontier.root() != told.root
        {
            let detail =
                format!("前{}条重算的根 {}，应为 {}", told.size, frontier.root(), told.root);
            self.find(code, None, detail);
        }
    }

    fn no_other_nodes(&mut self, store: &Store, size: u64, tolerated: u64) {
        let should: u64 = (1..8).filter_map(leaves_of_level).map(|leaves| size / leaves).sum();
        match guarded(|| store.count_nodes(size, tolerated)) {
            Ok(count) if count <= should => {}
            Ok(count) => {
                let detail = format!("树节点{count}个，应有{should}个");
                self.find(FindingCode::Beyond, None, detail);
            }
            Err(why) => self.find(FindingCode::Node, None, why),
        }
    }

    fn no_other_ids(&mut self, store: &Store, size: u64) {
        let count = guarded(|| {
            let mut count = 0;
            for target in store.id_targets() {
                if target? < size {
                    count += 1;
                }
            }
            Ok(count)
        });
        match count {
            Ok(count) if count <= self.acts || self.done.entries < size => {}
            Ok(count) => {
                let detail = format!("编号{count}个，动作{}个", self.acts);
                self.find(FindingCode::Id, None, detail);
            }
            Err(why) => self.find(FindingCode::Id, None, why),
        }
    }
}
