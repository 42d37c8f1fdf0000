//! fjall takes a batch that does not hold for a torn end, cuts the journal off there and says nothing: one bad sector takes
//! every good batch behind it. So journals are walked here before fjall may write to them. The layout is that of fjall 3.1:
//! a batch is a start, its items, and an end with their XXH3 and four fixed bytes.

use xxhash_rust::xxh3::xxh3_64;

const START: u8 = 1;
const ITEM: u8 = 2;
const END: u8 = 3;
const CLEAR: u8 = 4;
const TRAILER: &[u8; 4] = b"FJL\x03";

/// True if whole batches may stand behind one that does not hold. A torn end is none: it has at most its own end marker.
pub(super) fn has_hole(journal: &[u8]) -> bool {
    let mut rest = journal;
    while let Some(next) = after_batch(rest) {
        rest = next;
    }
    ends_in(rest) > 1
}

/// What follows the batch that stands first; `None` if none does.
fn after_batch(bytes: &[u8]) -> Option<&[u8]> {
    let (tag, rest) = bytes.split_first()?;
    let (count, rest) = rest.split_first_chunk::<4>()?;
    let (_sequence, items) = rest.split_first_chunk::<8>()?;
    if *tag != START {
        return None;
    }
    let mut rest = items;
    for _ in 0..u32::from_le_bytes(*count) {
        rest = after_item(rest)?;
    }
    let covered = items.get(..items.len() - rest.len())?;
    let (tag, rest) = rest.split_first()?;
    let (checksum, rest) = rest.split_first_chunk::<8>()?;
    let rest = rest.strip_prefix(TRAILER)?;
    (*tag == END && u64::from_le_bytes(*checksum) == xxh3_64(covered)).then_some(rest)
}

fn after_item(bytes: &[u8]) -> Option<&[u8]> {
    let (tag, rest) = bytes.split_first()?;
    match *tag {
        ITEM => {
            let (_kinds, rest) = rest.split_first_chunk::<2>()?;
            let (_keyspace, rest) = rest.split_first_chunk::<8>()?;
            let (key, rest) = rest.split_first_chunk::<2>()?;
            let (_value, rest) = rest.split_first_chunk::<4>()?;
            let (stored, rest) = rest.split_first_chunk::<4>()?;
            let stored = usize::try_from(u32::from_le_bytes(*stored)).ok()?;
            rest.get(usize::from(u16::from_le_bytes(*key)).checked_add(stored)?..)
        }
        CLEAR => rest.get(8..),
        _ => None,
    }
}

/// How many end markers stand in these bytes.
fn ends_in(bytes: &[u8]) -> usize {
    let places = memchr::memmem::find_iter(bytes, TRAILER);
    places.filter(|place| place.checked_sub(9).and_then(|end| bytes.get(end)) == Some(&END)).count()
}

#[cfg(test)]
mod tests {
    use fjall::{Database, KeyspaceCreateOptions, PersistMode};

    use super::{after_batch, has_hole};

    /// A journal of several batches, as fjall wrote it, without the room that it made for more.
    fn journal() -> Vec<u8> {
        let dir = tempfile::tempdir().unwrap();
        let database = Database::builder(dir.path()).open().unwrap();
        let keyspace = database.keyspace("k", KeyspaceCreateOptions::default).unwrap();
        for n in 0..20_u64 {
            let mut batch = database.batch().durability(Some(PersistMode::SyncAll));
            for m in 0..n {
                batch.insert(&keyspace, (n * 100 + m).to_be_bytes(), vec![7_u8; 90]);
            }
            batch.insert(&keyspace, b"head", n.to_be_bytes());
            batch.commit().unwrap();
        }
        drop((keyspace, database));
        let bytes = std::fs::read(dir.path().join("0.jnl")).unwrap();
        let end = bytes.iter().rposition(|byte| *byte != 0).unwrap() + 1;
        bytes[..end].to_vec()
    }

    #[test]
    fn a_sound_journal_is_read_to_its_end_and_has_no_hole() {
        let journal = journal();
        let (mut rest, mut batches) = (journal.as_slice(), 0);
        while let Some(next) = after_batch(rest) {
            (rest, batches) = (next, batches + 1);
        }
        assert!(rest.is_empty() && batches >= 20, "{batches} batches, {} bytes left", rest.len());
        assert!(!has_hole(&journal));
        assert!(!has_hole(&[journal, vec![0; 4096]].concat()));
    }

    #[test]
    fn a_torn_end_is_no_hole_and_damage_before_the_last_two_batches_is_one() {
        let journal = journal();
        for cut in (0..journal.len()).step_by(37) {
            assert!(!has_hole(&journal[..cut]), "cut at {cut}");
        }
        let (mut rest, mut starts) = (journal.as_slice(), Vec::new());
        while let Some(next) = after_batch(rest) {
            starts.push(journal.len() - rest.len());
            rest = next;
        }
        let before_the_last_two = starts[starts.len() - 2];
        for at in (0..before_the_last_two).step_by(41) {
            let mut flipped = journal.clone();
            flipped[at] ^= 4;
            // A batch's sequence number is under no checksum, neither here nor there.
            let is_read_whole = || {
                let mut rest = flipped.as_slice();
                while let Some(next) = after_batch(rest) {
                    rest = next;
                }
                rest.is_empty()
            };
            assert!(has_hole(&flipped) || is_read_whole(), "bit at {at}");
            let mut zeroed = journal.clone();
            let end = (at + 512).min(before_the_last_two);
            zeroed[at..end].fill(0);
            assert!(has_hole(&zeroed), "zeros at {at}");
        }
    }
}
