//! The erasure key: a secret beside the store under which all subject keys are wrapped, replaced at every erasure.
//! A log-structured store keeps deleted records in its files for a time; without the old erasure key they are noise.

use std::fs::{self, File, OpenOptions};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::failure::VaultFailure;
use super::randomness::{Randomness, random};
use super::seal::{MasterKey, Place, SealKey};

const HEADER: &[u8] = b"doudi/vault/v1 erasure key\n";
const FAMILY: &[u8] = b"doudi/vault/";
const PLACE: Place<'static> = Place { keyspace: "erasure-key", key: b"" };
/// Two copies, so that one bad sector does not lose a county.
pub(super) const COPIES: [&str; 2] = ["erasure-key.1", "erasure-key.2"];

/// One generation of the erasure key.
pub(super) struct Epoch {
    number: u64,
    secret: Zeroizing<[u8; 32]>,
    wrap: SealKey,
}

impl Epoch {
    fn new(master: &MasterKey, number: u64, secret: Zeroizing<[u8; 32]>) -> Epoch {
        let wrap = SealKey::new(master.derive("wrap", secret.as_slice()));
        Epoch { number, secret, wrap }
    }

    fn random(
        master: &MasterKey,
        number: u64,
        randomness: &mut dyn Randomness,
    ) -> Result<Epoch, VaultFailure> {
        Ok(Epoch::new(master, number, Zeroizing::new(random(randomness)?)))
    }

    /// Counts up by one with every erasure.
    pub(super) fn number(&self) -> u64 {
        self.number
    }

    /// The key that wraps subject keys in this generation.
    pub(super) fn wrap(&self) -> &SealKey {
        &self.wrap
    }
}

/// The current generation and, while an erasure is under way, the next one.
pub(super) struct KeyRing {
    current: Epoch,
    next: Option<Epoch>,
}

impl KeyRing {
    /// True if that folder holds at least one copy.
    pub(super) fn exists(folder: &Path) -> bool {
        COPIES.iter().any(|copy| folder.join(copy).exists())
    }

    /// Makes and writes the first generation.
    pub(super) fn create(
        folder: &Path,
        master: &MasterKey,
        randomness: &mut dyn Randomness,
    ) -> Result<KeyRing, VaultFailure> {
        let ring = KeyRing { current: Epoch::random(master, 1, randomness)?, next: None };
        ring.write(folder, master, randomness)?;
        Ok(ring)
    }

    /// Reads the copies; the newer one counts. Unequal copies are what a crash between two writes
    /// leaves, or one damaged copy: both are written again.
    pub(super) fn load(
        folder: &Path,
        master: &MasterKey,
        randomness: &mut dyn Randomness,
    ) -> Result<KeyRing, VaultFailure> {
        if !KeyRing::exists(folder) {
            return Err(VaultFailure::Absent(folder.display().to_string()));
        }
        let copies = COPIES.map(|copy| KeyRing::read_copy(&folder.join(copy), master));
        let [first, second] = copies;
        let (first, second) = (first?, second?);
        let agree = matches!((&first, &second), (Some(a), Some(b)) if a.order() == b.order());
        let ring = [first, second]
            .into_iter()
            .flatten()
            .max_by_key(KeyRing::order)
            .ok_or(VaultFailure::WrongMasterKey)?;
        if !agree {
            ring.write(folder, master, randomness)?;
        }
        Ok(ring)
    }

    /// The generation that new keys are wrapped under.
    pub(super) fn newest(&self) -> &Epoch {
        self.next.as_ref().unwrap_or(&self.current)
    }

    /// The generation with that number, if the ring still holds it.
    pub(super) fn epoch(&self, number: u64) -> Option<&Epoch> {
        [Some(&self.current), self.next.as_ref()]
            .into_iter()
            .flatten()
            .find(|epoch| epoch.number == number)
    }

    /// True if an erasure began and its last step is not on disk.
    pub(super) fn is_turning(&self) -> bool {
        self.next.is_some()
    }

    /// Puts a next generation beside the current one, on disk first. A crash after it loses nothing:
    /// both generations are known until [`KeyRing::finish`].
    pub(super) fn begin(
        &mut self,
        folder: &Path,
        master: &MasterKey,
        randomness: &mut dyn Randomness,
    ) -> Result<(), VaultFailure> {
        if self.next.is_some() {
            return Ok(());
        }
        let number = self.current.number.saturating_add(1);
        self.next = Some(Epoch::random(master, number, randomness)?);
        self.write(folder, master, randomness)
    }

    /// Destroys the old generation: from here on nobody unwraps what only it could.
    pub(super) fn finish(
        &mut self,
        folder: &Path,
        master: &MasterKey,
        randomness: &mut dyn Randomness,
    ) -> Result<(), VaultFailure> {
        if let Some(next) = self.next.take() {
            self.current = next;
        }
        self.write(folder, master, randomness)
    }

    /// Of two copies the one with the newer generation counts; of two with the same, the one that
    /// already dropped the old.
    fn order(&self) -> (u64, bool) {
        (self.newest().number, self.next.is_none())
    }

    fn write(
        &self,
        folder: &Path,
        master: &MasterKey,
        randomness: &mut dyn Randomness,
    ) -> Result<(), VaultFailure> {
        let mut plain = Zeroizing::new(Vec::with_capacity(80));
        for epoch in [Some(&self.current), self.next.as_ref()].into_iter().flatten() {
            plain.extend_from_slice(&epoch.number.to_be_bytes());
            plain.extend_from_slice(epoch.secret.as_slice());
        }
        let sealed = file_key(master).seal(randomness, PLACE, &plain)?;
        let bytes = [HEADER, &sealed].concat();
        for copy in COPIES {
            replace(&folder.join(copy), &bytes)?;
        }
        Ok(())
    }

    /// `None` if the copy is missing or does not open.
    fn read_copy(path: &PathBuf, master: &MasterKey) -> Result<Option<KeyRing>, VaultFailure> {
        let mut bytes = Vec::new();
        match File::open(path) {
            Ok(mut file) => file.read_to_end(&mut bytes)?,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        let Some(sealed) = bytes.strip_prefix(HEADER) else {
            let header = bytes.split(|byte| *byte == b'\n').next().unwrap_or_default();
            return if header.starts_with(FAMILY) {
                Err(VaultFailure::FormatUnknown(String::from_utf8_lossy(header).into_owned()))
            } else {
                Ok(None)
            };
        };
        let Ok(plain) = file_key(master).open(PLACE, sealed) else { return Ok(None) };
        let (epochs, rest) = plain.as_chunks::<40>();
        let mut epochs = epochs.iter().map(|bytes| {
            let (number, secret) = bytes.split_at(8);
            let number = number.iter().fold(0, |sum, byte| sum << 8 | u64::from(*byte));
            let mut own = Zeroizing::new([0; 32]);
            own.copy_from_slice(secret);
            Epoch::new(master, number, own)
        });
        let (current, next) = (epochs.next(), epochs.next());
        Ok(current.filter(|_| rest.is_empty()).map(|current| KeyRing { current, next }))
    }
}

fn file_key(master: &MasterKey) -> SealKey {
    SealKey::new(master.derive("erasure-key", b""))
}

/// Replaces a file: write beside, sync, rename, sync the folder; then overwrites what stood there,
/// through the handle that still leads to it.
fn replace(path: &Path, bytes: &[u8]) -> Result<(), VaultFailure> {
    let beside = path.with_extension("new");
    let mut file = File::create(&beside)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    let old = OpenOptions::new().write(true).open(path);
    fs::rename(&beside, path)?;
    if let Some(folder) = path.parent() {
        File::open(folder)?.sync_all()?;
    }
    match old {
        Ok(mut old) => {
            let length = usize::try_from(old.metadata()?.len())
                .map_err(|_| VaultFailure::Io("删除密钥文件过大".to_owned()))?;
            old.write_all(&vec![0; length])?;
            old.sync_all()?;
            Ok(())
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::{COPIES, KeyRing};
    use crate::vault::failure::VaultFailure;
    use crate::vault::randomness::OsRandomness;
    use crate::vault::seal::MasterKey;

    #[test]
    fn one_damaged_copy_does_not_lose_the_key() {
        let folder = tempfile::tempdir().unwrap();
        let master = MasterKey::from_bytes([1; 32]);
        let ring = KeyRing::create(folder.path(), &master, &mut OsRandomness).unwrap();
        std::fs::write(folder.path().join(COPIES[0]), b"junk").unwrap();
        let again = KeyRing::load(folder.path(), &master, &mut OsRandomness).unwrap();
        assert_eq!(again.newest().secret, ring.newest().secret);
        std::fs::remove_file(folder.path().join(COPIES[1])).unwrap();
        let healed = KeyRing::load(folder.path(), &master, &mut OsRandomness).unwrap();
        assert_eq!(healed.newest().secret, ring.newest().secret);
    }

    #[test]
    fn a_crash_between_the_two_copies_loses_neither_generation() {
        let folder = tempfile::tempdir().unwrap();
        let master = MasterKey::from_bytes([1; 32]);
        let mut ring = KeyRing::create(folder.path(), &master, &mut OsRandomness).unwrap();
        let before = std::fs::read(folder.path().join(COPIES[1])).unwrap();
        ring.begin(folder.path(), &master, &mut OsRandomness).unwrap();
        std::fs::write(folder.path().join(COPIES[1]), before).unwrap();
        let mut again = KeyRing::load(folder.path(), &master, &mut OsRandomness).unwrap();
        assert!(again.is_turning());
        assert!(again.epoch(1).is_some() && again.epoch(2).is_some());
        again.finish(folder.path(), &master, &mut OsRandomness).unwrap();
        assert!(again.epoch(1).is_none());
    }

    #[test]
    fn an_unknown_version_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let master = MasterKey::from_bytes([1; 32]);
        for copy in COPIES {
            std::fs::write(folder.path().join(copy), b"doudi/vault/v9 erasure key\n...").unwrap();
        }
        let failure = KeyRing::load(folder.path(), &master, &mut OsRandomness).err().unwrap();
        assert_eq!(failure, VaultFailure::FormatUnknown("doudi/vault/v9 erasure key".to_owned()));
    }
}
