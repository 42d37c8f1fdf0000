//! Where random bytes come from: the operating system in the product, a seed in the demo and in tests.

/// The source of random bytes failed, so nothing that needs them was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("操作系统没有给出随机数")]
pub struct RandomnessFailed;

/// A source of random bytes for ids, salts, keys and nonces.
pub trait Randomness: Send {
    /// Fills the whole of `bytes`.
    ///
    /// # Errors
    /// [`RandomnessFailed`] if the source gave nothing; `bytes` must not be used then.
    fn fill(&mut self, bytes: &mut [u8]) -> Result<(), RandomnessFailed>;
}

/// The operating system's source: the only one that the product uses.
#[derive(Clone, Copy, Debug, Default)]
pub struct OsRandomness;

impl Randomness for OsRandomness {
    fn fill(&mut self, bytes: &mut [u8]) -> Result<(), RandomnessFailed> {
        getrandom::fill(bytes).map_err(|_| RandomnessFailed)
    }
}

/// A closure that fills bytes, for a seeded generator. Use one seed for one vault from its creation to
/// its closing, and open it again with [`OsRandomness`]: a seed that runs twice over one vault
/// repeats nonces, and two records sealed with one key and nonce betray each other.
impl<F: FnMut(&mut [u8]) + Send> Randomness for F {
    fn fill(&mut self, bytes: &mut [u8]) -> Result<(), RandomnessFailed> {
        self(bytes);
        Ok(())
    }
}

/// `N` random bytes.
///
/// # Errors
/// [`RandomnessFailed`] as the source says.
pub fn random<const N: usize>(source: &mut dyn Randomness) -> Result<[u8; N], RandomnessFailed> {
    let mut bytes = [0; N];
    source.fill(&mut bytes)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::{OsRandomness, random};

    #[test]
    fn the_system_does_not_give_the_same_bytes_twice() {
        let mut source = OsRandomness;
        assert_ne!(random::<32>(&mut source).unwrap(), random::<32>(&mut source).unwrap());
    }

    #[test]
    fn a_closure_is_a_source() {
        let mut next = 0_u8;
        let mut source = move |bytes: &mut [u8]| {
            next += 1;
            bytes.fill(next);
        };
        assert_eq!(random::<2>(&mut source).unwrap(), [1, 1]);
        assert_eq!(random::<2>(&mut source).unwrap(), [2, 2]);
    }
}
