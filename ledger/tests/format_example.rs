//! docs/format/example.json: a tiny ledger from named seeds, every byte of it derived here again.
//! `UPDATE=1 cargo test -p ledger --test format_example` writes it anew. `verify_ledger.py --example` derives it on its own.

#![cfg(test)]

use std::path::{Path, PathBuf};

use ed25519_dalek::SigningKey;
use ledger::act::offices::{
    Countersign, Founded, KeyEnrolled, KeyRecord, OfficerAppointed, Role, RootKey, Side,
    UnitRegistered,
};
use ledger::act::people::PeopleRegistered;
use ledger::act::signed::{SignedAct, Vouching, act_bytes, key_id};
use ledger::act::{Act, Body, Manifest};
use ledger::audit;
use ledger::canonical;
use ledger::engine::Engine;
use ledger::ids::{AccountId, ActId, Commitment, HouseholdId, OfficerId, PersonId};
use ledger::line::{AccountLine, HouseholdLine, Line, PersonLine};
use ledger::log::{
    EntrySource as _, Frontier, NoteSigner, TileFolder, export_tiles, leaf_hash, root_of_entries,
};
use ledger::money::Money;
use ledger::trust::Trust;
use serde::Serialize;

const ORIGIN: &str = "example.doudi/1";
const LOG_SEED: [u8; 32] = [0x10; 32];

/// A key holder of the example: seed, person, and what the page calls them.
struct Holder {
    name: &'static str,
    seed: [u8; 32],
    officer: OfficerId,
}

const OFFICE: Holder =
    Holder { name: "office", seed: [0x21; 32], officer: OfficerId::from_bytes([0xA1; 16]) };
const INSPECTION: Holder =
    Holder { name: "inspection", seed: [0x22; 32], officer: OfficerId::from_bytes([0xA2; 16]) };
const REGISTRAR: Holder =
    Holder { name: "registrar", seed: [0x23; 32], officer: OfficerId::from_bytes([0xA3; 16]) };

impl Holder {
    fn key(&self) -> SigningKey {
        SigningKey::from_bytes(&self.seed)
    }

    fn record(&self) -> KeyRecord {
        KeyRecord::new(self.officer, &self.key().verifying_key())
    }

    fn possession(&self) -> String {
        self.record().vouch(ORIGIN, Vouching::Possession, &self.key()).unwrap()
    }

    fn appointed(&self, post: &str, unit: &str, roles: Vec<Role>) -> OfficerAppointed {
        OfficerAppointed {
            name_commit: Commitment([self.seed[0] ^ 0xF0; 32]),
            officer: self.officer,
            post: post.to_owned(),
            roles,
            unit: unit.parse().unwrap(),
        }
    }

    fn countersign(&self, record: &KeyRecord) -> Countersign {
        Countersign {
            key: key_id(&self.key().verifying_key()),
            sig: record.vouch(ORIGIN, Vouching::Countersignature, &self.key()).unwrap(),
        }
    }
}

fn unit(unit: &str, name: &str, side: Side) -> UnitRegistered {
    let town = (side == Side::Town).then(|| "990101001".parse().unwrap());
    UnitRegistered { name: name.to_owned(), side, town, unit: unit.parse().unwrap() }
}

fn founded(log_key: &NoteSigner) -> Body {
    let root =
        |holder: &Holder| RootKey { possession: holder.possession(), record: holder.record() };
    Body::Founded(Founded {
        county: "990101".parse().unwrap(),
        keys: vec![root(&OFFICE), root(&INSPECTION)],
        log_key: log_key.verifier().to_string(),
        name: "示例县社会救助资金台账".to_owned(),
        officers: vec![
            OFFICE.appointed("系统管理员", "MZJ", vec![Role::Admin]),
            INSPECTION.appointed("监督员", "JW", vec![Role::Inspector]),
        ],
        units: vec![
            unit("MZJ", "示例县民政局", Side::Office),
            unit("JW", "示例县纪委监委", Side::Inspection),
        ],
    })
}

fn enrolled() -> Body {
    let record = REGISTRAR.record();
    Body::KeyEnrolled(KeyEnrolled {
        countersigned: vec![OFFICE.countersign(&record), INSPECTION.countersign(&record)],
        possession: REGISTRAR.possession(),
        record,
    })
}

fn people() -> Vec<Vec<u8>> {
    let household = HouseholdId::from_bytes([0xB1; 16]);
    let person = PersonId::from_bytes([0xB2; 16]);
    let lines = [
        Line::Household(HouseholdLine {
            division: "990101001001".parse().unwrap(),
            head: person,
            household,
        }),
        Line::Person(PersonLine {
            household,
            id_no_commit: Commitment([0xC1; 32]),
            name_commit: Commitment([0xC2; 32]),
            person,
        }),
        Line::Account(AccountLine {
            account: AccountId::from_bytes([0xB3; 16]),
            bank: "示例县农村商业银行".to_owned(),
            holder: person,
            number_commit: Commitment([0xC3; 32]),
        }),
    ];
    (1..).zip(&lines).map(|(n, line)| line.encode(n).unwrap()).collect()
}

/// A ledger being written: after every act a checkpoint, so that the next act has seen it.
struct Writing {
    engine: Engine,
    signer: NoteSigner,
}

impl Writing {
    fn accept(&mut self, holder: &Holder, time: &str, body: Body, lines: &[Vec<u8>]) {
        let officers = &self.engine.books().offices.officers;
        let last = officers.get(&holder.officer).map(|officer| officer.last);
        let act = Act {
            body,
            key: key_id(&holder.key().verifying_key()),
            prev: last.map_or(ActId::ZERO, |last| last.id),
            seen: self.engine.seen().clone(),
            seq: last.map_or(1, |last| last.seq + 1),
            time: format!("2020-10-08T{time}+08:00"),
        };
        let signed = SignedAct::sign(act, ORIGIN, &holder.key()).unwrap();
        self.engine.accept(&signed, lines).unwrap();
        self.engine.checkpoint(&self.signer).unwrap();
    }
}

fn written(dir: &Path) -> Writing {
    let signer = NoteSigner::new(ORIGIN, &LOG_SEED).unwrap();
    std::fs::create_dir_all(dir).unwrap();
    let engine = Engine::open(dir, signer.verifier()).unwrap();
    let founding = founded(&signer);
    let mut writing = Writing { engine, signer };
    writing.accept(&OFFICE, "09:00:00", founding, &[]);
    let town = Body::UnitRegistered(unit("Z01", "示例镇", Side::Town));
    writing.accept(&OFFICE, "09:01:00", town, &[]);
    let registrar = REGISTRAR.appointed("民政经办", "Z01", vec![Role::Registrar]);
    writing.accept(&OFFICE, "09:02:00", Body::OfficerAppointed(registrar), &[]);
    writing.accept(&OFFICE, "09:03:00", enrolled(), &[]);
    let lines = people();
    let registered = Body::PeopleRegistered(PeopleRegistered {
        file: None,
        manifest: Manifest {
            count: u32::try_from(lines.len()).unwrap(),
            root: root_of_entries(lines.iter().map(Vec::as_slice)),
            total_fen: Money::ZERO,
        },
        source: "纸质台账录入".to_owned(),
    });
    writing.accept(&REGISTRAR, "09:04:00", registered, &lines);
    writing
}

fn trust_toml() -> String {
    let root = |holder: &Holder, side: &str, post: &str| {
        let (key, public) = (key_id(&holder.key().verifying_key()), holder.record().public);
        format!(
            "\n[[root]]\nkey = \"{key}\"\npublic = \"{public}\"\nside = \"{side}\"\npost = \"{post}\"\n"
        )
    };
    let office = root(&OFFICE, "office", "系统管理员");
    let inspection = root(&INSPECTION, "inspection", "监督员");
    format!("origin = \"{ORIGIN}\"\n{office}{inspection}")
}

#[derive(Serialize)]
struct Page {
    about: &'static str,
    origin: &'static str,
    log_seed: String,
    log_vkey: String,
    trust_toml: String,
    keys: Vec<Held>,
    countersignatures: Vec<Countersigned>,
    entries: Vec<EntryRow>,
    checkpoint: String,
}

#[derive(Serialize)]
struct Held {
    holder: &'static str,
    seed: String,
    record: String,
    key: String,
    possession_signed_bytes: String,
    possession: String,
}

#[derive(Serialize)]
struct Countersigned {
    holder: &'static str,
    by: &'static str,
    signed_bytes: String,
    signature: String,
}

#[derive(Serialize)]
struct EntryRow {
    number: u64,
    entry: String,
    leaf: String,
    root_after: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    act: Option<Covered>,
}

#[derive(Serialize)]
struct Covered {
    by: &'static str,
    signed_bytes: String,
    id: String,
}

/// Label, origin and bytes, as docs/format/log.md §3 and §4 join them; spelled out here once more on purpose.
fn covered(label: &str, bytes: &[u8]) -> String {
    hex::encode([format!("doudi/{label}/v1\n{ORIGIN}\n").as_bytes(), bytes].concat())
}

fn key(holder: &Holder) -> Held {
    let record = canonical::encode(&holder.record()).unwrap();
    Held {
        holder: holder.name,
        seed: hex::encode(holder.seed),
        key: key_id(&holder.key().verifying_key()).to_string(),
        possession_signed_bytes: covered("key-proof", &record),
        possession: holder.possession(),
        record: String::from_utf8(record).unwrap(),
    }
}

fn countersigned(by: &Holder) -> Countersigned {
    let record = REGISTRAR.record();
    Countersigned {
        holder: REGISTRAR.name,
        by: by.name,
        signed_bytes: covered("countersign", &canonical::encode(&record).unwrap()),
        signature: by.countersign(&record).sig,
    }
}

fn signed_bytes(bytes: &[u8]) -> Option<Covered> {
    let signed = SignedAct::decode(bytes.to_vec()).ok()?;
    let holders = [&OFFICE, &INSPECTION, &REGISTRAR];
    let mut signers = holders.into_iter();
    let by = signers.find(|by| key_id(&by.key().verifying_key()) == signed.act().key).unwrap();
    let signed_bytes = covered("act", act_bytes(bytes).unwrap());
    Some(Covered { by: by.name, signed_bytes, id: signed.id(ORIGIN).to_string() })
}

fn page(writing: &Writing) -> String {
    let log = writing.engine.log();
    let mut frontier = Frontier::new();
    let mut entry = |(number, bytes): (ledger::ids::Seq, Vec<u8>)| {
        frontier.push_leaf(leaf_hash(&bytes), &mut |_| {});
        EntryRow {
            number: number.0,
            leaf: hex::encode(leaf_hash(&bytes).0),
            root_after: frontier.root().to_string(),
            act: signed_bytes(&bytes),
            entry: String::from_utf8(bytes).unwrap(),
        }
    };
    let page = Page {
        about: "The worked example of log.md §11. Bytes are hex, signatures base64; entries are exact as text in UTF-8.",
        origin: ORIGIN,
        log_seed: hex::encode(LOG_SEED),
        log_vkey: writing.signer.verifier().to_string(),
        trust_toml: trust_toml(),
        keys: vec![key(&OFFICE), key(&INSPECTION), key(&REGISTRAR)],
        countersignatures: vec![countersigned(&OFFICE), countersigned(&INSPECTION)],
        entries: log.entries().map(|item| entry(item.unwrap())).collect(),
        checkpoint: log.newest_checkpoint().unwrap().to_string(),
    };
    serde_json::to_string_pretty(&page).unwrap() + "\n"
}

#[test]
fn the_example_is_what_the_code_makes_of_its_seeds() {
    let dir = tempfile::tempdir().unwrap();
    let page = page(&written(dir.path()));
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/format/example.json");
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, &page).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap();
    assert!(
        kept == page,
        "docs/format/example.json is not what the code makes: a change of format?"
    );
}

/// Leaves `export/` and `trust/` in `target/tmp/format-example` for verifiers in other languages.
#[test]
fn the_example_exported_as_tiles_passes_the_audit() {
    let out: PathBuf = Path::new(env!("CARGO_TARGET_TMPDIR")).join("format-example");
    let (export, trust) = (out.join("export"), out.join("trust"));
    if out.exists() {
        std::fs::remove_dir_all(&out).unwrap();
    }
    let dir = tempfile::tempdir().unwrap();
    let writing = written(dir.path());
    export_tiles(writing.engine.log(), &export).unwrap();
    std::fs::create_dir_all(&trust).unwrap();
    std::fs::write(trust.join("log.vkey"), format!("{}\n", writing.signer.verifier())).unwrap();
    std::fs::write(trust.join("trust.toml"), trust_toml()).unwrap();
    let trust = Trust::read(&trust).unwrap();
    let folder = TileFolder::open(&export, &trust.log_key).unwrap();
    let audited = audit::verify(&folder, &trust, &mut |_| {}).unwrap();
    assert_eq!((audited.size, audited.acts, audited.lines), (8, 5, 3));
    assert_eq!(folder.full_read().unwrap().root, audited.root);
}
