use sha2::{Digest as _, Sha256};

use super::{
    Frontier, Leaves, NodeHash, edge, empty_root, inner_hash, leaf_hash, root_of_entries,
    root_of_leaves,
};

/// RFC 6962 §2.1, word for word: the definition that the fast paths are held against.
fn by_definition(leaves: &[NodeHash]) -> NodeHash {
    match leaves {
        [one] => *one,
        more => {
            let split = more.len().next_power_of_two() / 2;
            inner_hash(by_definition(&more[..split]), by_definition(&more[split..]))
        }
    }
}

fn numbered(count: u32) -> Vec<NodeHash> {
    (0..count).map(|n| leaf_hash(&n.to_be_bytes())).collect()
}

#[test]
fn the_known_answers_of_certificate_transparency_hold() {
    let entries: [&[u8]; 8] = [
        b"",
        b"\x00",
        b"\x10",
        b"\x20\x21",
        b"\x30\x31",
        b"\x40\x41\x42\x43",
        b"\x50\x51\x52\x53\x54\x55\x56\x57",
        b"\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f",
    ];
    let roots = [
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ];
    for (size, root) in roots.iter().enumerate() {
        assert_eq!(root_of_entries(entries[..size].iter().copied()).to_string(), *root);
    }
    assert_eq!(empty_root().to_string(), roots[0]);
}

#[test]
fn many_leaves_at_once_grow_the_edge_as_one_by_one_and_show_the_same_nodes() {
    let leaves = numbered(70_000);
    for (before, count) in [
        (0, 0),
        (0, 1),
        (0, 255),
        (0, 256),
        (0, 70_000),
        (1, 254),
        (1, 255),
        (1, 256),
        (100, 9_000),
        (255, 1),
        (255, 2),
        (255, 4_097),
        (256, 4_096),
        (511, 65_025),
        (65_000, 536),
        (65_535, 4_465),
    ] {
        let (first, others) = leaves[..before + count].split_at(before);
        let mut alone = Frontier::new();
        alone.push_leaves(first, &mut |_| ());
        let mut together = alone.clone();
        let (mut one_by_one, mut at_once) = (Vec::new(), Vec::new());
        for leaf in others {
            alone.push_leaf(*leaf, &mut |node| one_by_one.push(node));
        }
        together.push_leaves(others, &mut |node| at_once.push(node));
        assert_eq!((&together, &at_once), (&alone, &one_by_one), "{count} behind {before}");
        assert_eq!(together.root(), root_of_leaves(leaves[..before + count].iter().copied()));
    }
}

#[test]
fn the_growing_edge_agrees_with_the_definition_at_every_size() {
    let leaves = numbered(600);
    let mut frontier = Frontier::new();
    for (before, leaf) in leaves.iter().enumerate() {
        frontier.push_leaf(*leaf, &mut |_| ());
        assert_eq!(frontier.root(), by_definition(&leaves[..=before]).root());
    }
    assert_eq!(root_of_leaves(leaves.iter().copied()), frontier.root());
    for size in [0, 1, 255, 256, 257, 511, 512, 600] {
        let some = &leaves[..size];
        assert_eq!(Leaves(some).root(), root_of_leaves(some.iter().copied()), "{size}");
    }
}

#[test]
fn an_inner_node_is_sha_256_of_one_and_its_children() {
    for n in 0..100_u32 {
        let (left, right) = (leaf_hash(&n.to_be_bytes()), leaf_hash(&[7, 1]));
        let bytes = [&[1], left.0.as_slice(), &right.0].concat();
        assert_eq!(inner_hash(left, right).0[..], Sha256::digest(bytes)[..]);
    }
}

#[test]
fn every_256_leaves_make_one_node_and_65_536_one_above() {
    let leaves = numbered(65_536);
    let mut nodes = Vec::new();
    let mut frontier = Frontier::new();
    for leaf in &leaves {
        frontier.push_leaf(*leaf, &mut |node| nodes.push(node));
    }
    assert_eq!(nodes.len(), 257);
    assert_eq!((nodes[3].level, nodes[3].index), (1, 3));
    assert_eq!(nodes[3].hash, by_definition(&leaves[768..1024]));
    assert_eq!((nodes[256].level, nodes[256].index), (2, 0));
    assert_eq!(nodes[256].hash.root(), frontier.root());
}

#[test]
fn an_edge_read_back_grows_like_the_one_that_was_kept() {
    let leaves = numbered(300);
    let mut kept = Frontier::new();
    for (before, leaf) in leaves.iter().enumerate() {
        let size = u64::try_from(before).unwrap();
        assert_eq!(edge(&Leaves(&leaves), size).unwrap(), kept);
        kept.push_leaf(*leaf, &mut |_| ());
    }
    assert_eq!(edge(&Leaves(&leaves), 301), Err(300));
}
