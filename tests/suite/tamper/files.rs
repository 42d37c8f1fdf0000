//! Forgers who have the files and no key: the store, the notes, the exports, the working copies, the vault.

use std::path::Path;

use fjall::{Database, Keyspace, KeyspaceCreateOptions, PersistMode};
use ledger::act::Body;
use ledger::log::{leaf_hash, root_of_entries};
use tests::program::copy_folder;
use tests::village::{Village, release};

use super::scene::{Row, Scene, Who, original, village, village_size as size};

const fn row(what: &'static str, code: &'static str, forge: fn(&mut Scene) -> Option<u64>) -> Row {
    Row { what, who: Who::Files, code, forge }
}

pub const ROWS: &[Row] = &[
    row("存储里一条记录改一个字节", "log.edge_mismatch", edit_a_byte),
    row("存储里抽走一条记录", "log.gap", drop_one),
    row("存储里调换两条记录", "log.edge_mismatch", swap_two),
    row("存储尾部多记一遍最后一条", "log.edge_mismatch", repeat_the_last),
    row("存储截去最后三条", "log.gap", cut_the_tail),
    row("截去最后三条并改短日志头", "log.rolled_back", cut_the_tail_and_the_head),
    row("换回旧的 log/", "log.rolled_back", older_store),
    row("换回旧的 log/ 与 last-signed", "log.rolled_back", older_store_and_note),
    row("坏扇区：存储日志文件中间一段清零", "log.store_damaged", bad_sector),
    row("删掉 log/", "log.store_missing", without_store),
    row("删掉 last-signed", "log.last_signed_missing", without_note),
    row("改动 last-signed 里的条数", "log.checkpoint_signature", edited_note),
    row("last-signed 截去一半", "log.note_malformed", half_a_note),
    row("放进另一本同名台账的 log/", "log.rewritten", another_store),
    row("整个换成另一本台账", "log.checkpoint_signature", another_ledger),
    row("导出的瓦片改一个字节", "log.tile_malformed", edited_tile),
    row("导出的记录和哈希瓦片一起改", "log.root_mismatch", edited_tiles),
    row("导出的瓦片少一个", "log.tile_missing", missing_tile),
    row("改动月结冻结数据", "view.edited", edited_view),
    row("删掉月结冻结数据", "view.missing", missing_view),
    row("改动留存的回盘文件", "bank_file.edited", edited_bank_file),
    row("改动已签发的通报", "document.edited", edited_document),
    row("保险库存储中间一段清零", "vault.unreadable", vault_sector),
    row("保险库换成另一本台账的", "vault.wrong_master_key", another_vault),
];

/// Changes the store behind the log's back.
fn meddle(dir: &Path, change: impl FnOnce(&Keyspace, &Keyspace)) {
    let database = Database::builder(dir.join("log")).open().unwrap();
    let keyspace = |name| database.keyspace(name, KeyspaceCreateOptions::default).unwrap();
    change(&keyspace("entries"), &keyspace("head"));
    database.persist(PersistMode::SyncAll).unwrap();
}

fn number(at: u64) -> [u8; 8] {
    at.to_be_bytes()
}

fn edit_a_byte(scene: &mut Scene) -> Option<u64> {
    meddle(&scene.dir, |entries, _| {
        let mut bytes = entries.get(number(100)).unwrap().unwrap().to_vec();
        bytes[30] ^= 1;
        entries.insert(number(100), bytes).unwrap();
    });
    None
}

fn drop_one(scene: &mut Scene) -> Option<u64> {
    meddle(&scene.dir, |entries, _| entries.remove(number(100)).unwrap());
    Some(100)
}

fn swap_two(scene: &mut Scene) -> Option<u64> {
    meddle(&scene.dir, |entries, _| {
        let [one, other] = [100, 101].map(|at| entries.get(number(at)).unwrap().unwrap());
        entries.insert(number(100), other).unwrap();
        entries.insert(number(101), one).unwrap();
    });
    None
}

fn repeat_the_last(scene: &mut Scene) -> Option<u64> {
    meddle(&scene.dir, |entries, _| {
        let last = entries.get(number(size() - 1)).unwrap().unwrap();
        entries.insert(number(size()), last).unwrap();
    });
    Some(size())
}

fn cut_the_tail(scene: &mut Scene) -> Option<u64> {
    meddle(&scene.dir, |entries, _| {
        (size() - 3..size()).for_each(|at| entries.remove(number(at)).unwrap());
    });
    Some(size() - 3)
}

fn cut_the_tail_and_the_head(scene: &mut Scene) -> Option<u64> {
    meddle(&scene.dir, |entries, head| {
        (size() - 3..size()).for_each(|at| entries.remove(number(at)).unwrap());
        let left: Vec<Vec<u8>> =
            (0..size() - 3).map(|at| entries.get(number(at)).unwrap().unwrap().to_vec()).collect();
        let root = root_of_entries(left.iter().map(Vec::as_slice));
        head.insert("head", [number(size() - 3).as_slice(), &root.0].concat()).unwrap();
    });
    Some(size() - 3)
}

fn older_store(scene: &mut Scene) -> Option<u64> {
    let mut forger = scene.forger();
    forger.append(village().key("会计"), release(5, "2020-11-07"));
    forger.hand_in(&scene.dir);
    replace(&original().join("log"), &scene.dir.join("log"));
    Some(size())
}

/// The note of what was acknowledged is still the newer one.
fn older_store_and_note(scene: &mut Scene) -> Option<u64> {
    let at = older_store(scene);
    std::fs::copy(original().join("last-signed"), scene.dir.join("last-signed")).unwrap();
    at
}

fn replace(from: &Path, to: &Path) {
    std::fs::remove_dir_all(to).unwrap();
    copy_folder(from, to);
}

/// Zeroes 512 bytes in the middle of what is written in a file; fjall makes room for more than it writes.
fn zero_a_sector(path: &Path) {
    let mut bytes = std::fs::read(path).unwrap();
    let at = bytes.iter().rposition(|byte| *byte != 0).unwrap() / 2;
    bytes[at..at + 512].fill(0);
    std::fs::write(path, bytes).unwrap();
}

fn bad_sector(scene: &mut Scene) -> Option<u64> {
    zero_a_sector(&scene.dir.join("log/0.jnl"));
    None
}

fn vault_sector(scene: &mut Scene) -> Option<u64> {
    zero_a_sector(&scene.dir.join("vault/store/0.jnl"));
    None
}

fn without_store(scene: &mut Scene) -> Option<u64> {
    std::fs::remove_dir_all(scene.dir.join("log")).unwrap();
    None
}

fn without_note(scene: &mut Scene) -> Option<u64> {
    std::fs::remove_file(scene.dir.join("last-signed")).unwrap();
    None
}

fn edit_text(path: &Path, from: &str, to: &str) {
    let text = std::fs::read_to_string(path).unwrap();
    assert!(text.contains(from), "{from} is not in {}", path.display());
    std::fs::write(path, text.replacen(from, to, 1)).unwrap();
}

fn edited_note(scene: &mut Scene) -> Option<u64> {
    let (is, was) = (format!("\n{}\n", size()), format!("\n{}\n", size() - 1));
    edit_text(&scene.dir.join("last-signed"), &is, &was);
    None
}

fn half_a_note(scene: &mut Scene) -> Option<u64> {
    let path = scene.dir.join("last-signed");
    let bytes = std::fs::read(&path).unwrap();
    std::fs::write(&path, &bytes[..bytes.len() / 2]).unwrap();
    None
}

fn another_store(scene: &mut Scene) -> Option<u64> {
    let other = Village::played(&scene.beside("other"), tests::village::ORIGIN, 2);
    replace(&other.dir().join("log"), &scene.dir.join("log"));
    None
}

fn another_ledger(scene: &mut Scene) -> Option<u64> {
    let other = Village::played(&scene.beside("other"), "other.example/doudi", 2);
    scene.target = other.dir().to_owned();
    None
}

fn edited_tile(scene: &mut Scene) -> Option<u64> {
    scene.export();
    let path = entries_tile(scene);
    let mut bytes = std::fs::read(&path).unwrap();
    bytes[5_000] ^= 1;
    std::fs::write(&path, bytes).unwrap();
    None
}

/// The one tile that holds all entries of so small a ledger.
fn entries_tile(scene: &Scene) -> std::path::PathBuf {
    scene.target.join(format!("tile/entries/000.p/{}", size()))
}

fn edited_tiles(scene: &mut Scene) -> Option<u64> {
    scene.export();
    let forger = scene.forger();
    let mut entries = forger.entries.clone();
    entries[100][30] ^= 1;
    let (mut texts, mut hashes) = (Vec::new(), Vec::new());
    for entry in &entries {
        texts.extend(u16::try_from(entry.len()).unwrap().to_be_bytes());
        texts.extend(entry);
        hashes.extend(leaf_hash(entry).0);
    }
    std::fs::write(entries_tile(scene), texts).unwrap();
    std::fs::write(scene.target.join(format!("tile/0/000.p/{}", size())), hashes).unwrap();
    None
}

fn missing_tile(scene: &mut Scene) -> Option<u64> {
    scene.export();
    std::fs::remove_file(entries_tile(scene)).unwrap();
    None
}

fn closing(scene: &Scene) -> Option<u64> {
    Some(scene.forger().find("month.closed", 0) as u64)
}

fn edited_view(scene: &mut Scene) -> Option<u64> {
    edit_text(&scene.dir.join("views/2020-10.json"), "\"amount_fen\":", "\"amount_fen\":1");
    closing(scene)
}

fn missing_view(scene: &mut Scene) -> Option<u64> {
    std::fs::remove_file(scene.dir.join("views/2020-10.json")).unwrap();
    closing(scene)
}

fn edited_document(scene: &mut Scene) -> Option<u64> {
    edit_text(&scene.dir.join("out/通报-2020-10.md"), "10月", "9月");
    Some(scene.forger().find("bulletin.issued", 0) as u64)
}

fn edited_bank_file(scene: &mut Scene) -> Option<u64> {
    let forger = scene.forger();
    let at = forger.find("response.imported", 0);
    let act = forger.act(at);
    let Body::ResponseImported(imported) = &act.act().body else { unreachable!() };
    let file = scene.dir.join("bank/T20A0").join(&imported.file_name);
    let mut bytes = std::fs::read(&file).unwrap();
    bytes[10] ^= 1;
    std::fs::write(&file, bytes).unwrap();
    Some(at as u64)
}

fn another_vault(scene: &mut Scene) -> Option<u64> {
    let other = Village::played(&scene.beside("other"), tests::village::ORIGIN, 2);
    replace(&other.dir().join("vault"), &scene.dir.join("vault"));
    None
}
