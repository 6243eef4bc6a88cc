//! Random ids and keys that cannot be guessed, from one source per server that tests can replace.

#![cfg_attr(not(feature = "testing"), expect(unreachable_pub, reason = "public with the feature `testing`"))]

#[cfg(any(test, feature = "testing"))]
use {
    sha2::{Digest as _, Sha256},
    std::sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

/// Source of randomness of a server, for the ids of sessions and tasks, the references of internal
/// errors, and the keys and nonces of sealed texts.
///
/// Clones share one source. The default is [`Randomness::system`].
#[derive(Clone, Debug, Default)]
pub struct Randomness(Source);

#[derive(Clone, Debug, Default)]
enum Source {
    #[default]
    System,
    #[cfg(any(test, feature = "testing"))]
    Seeded(Arc<Seeded>),
}

#[cfg(any(test, feature = "testing"))]
#[derive(Debug)]
struct Seeded {
    seed: u64,
    /// Number of blocks that were returned.
    blocks: AtomicU64,
}

impl Randomness {
    /// Returns the source of the operating system, which is cryptographically secure.
    pub fn system() -> Self {
        Self::default()
    }

    /// Fills a buffer with random bytes.
    ///
    /// # Errors
    /// Fails if the operating system has no source of randomness.
    pub(crate) fn fill(&self, bytes: &mut [u8]) -> Result<(), getrandom::Error> {
        match &self.0 {
            Source::System => getrandom::fill(bytes),
            #[cfg(any(test, feature = "testing"))]
            Source::Seeded(seeded) => {
                bytes.chunks_mut(32).for_each(|chunk| chunk.copy_from_slice(&seeded.block()[..chunk.len()]));
                Ok(())
            }
        }
    }

    /// Returns an id of 128 random bits, as 32 hexadecimal digits.
    ///
    /// # Errors
    /// Fails if the operating system has no source of randomness.
    pub(crate) fn id(&self) -> Result<String, getrandom::Error> {
        let mut bits = [0; 16];
        self.fill(&mut bits)?;
        Ok(hex(&bits))
    }
}

#[cfg(any(test, feature = "testing"))]
impl Randomness {
    /// Returns a source for tests whose bytes follow from the seed. They are not secret.
    pub fn seeded(seed: u64) -> Self {
        Self(Source::Seeded(Arc::new(Seeded { seed, blocks: AtomicU64::new(0) })))
    }
}

#[cfg(any(test, feature = "testing"))]
impl Seeded {
    fn block(&self) -> [u8; 32] {
        let block = self.blocks.fetch_add(1, Ordering::Relaxed);
        Sha256::new().chain_update(self.seed.to_be_bytes()).chain_update(block.to_be_bytes()).finalize().into()
    }
}

/// Encodes bytes as lower-case hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    const DIGITS: [u8; 16] = *b"0123456789abcdef";
    let mut text = String::with_capacity(2 * bytes.len());
    for byte in bytes {
        text.extend([byte >> 4, byte & 15].map(|digit| char::from(DIGITS[usize::from(digit)])));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_128_bits_and_differ() {
        for random in [Randomness::system(), Randomness::seeded(7)] {
            let ids = [random.id().unwrap(), random.id().unwrap()];
            assert_ne!(ids[0], ids[1]);
            assert!(
                ids.iter().all(|id| id.len() == 32 && id.bytes().all(|digit| digit.is_ascii_hexdigit())),
                "{ids:?}"
            );
        }
    }

    #[test]
    fn bytes_of_a_seeded_source_follow_from_the_seed() {
        let bytes = |seed| {
            let mut bytes = [0; 70];
            Randomness::seeded(seed).fill(&mut bytes).unwrap();
            bytes
        };
        assert_eq!(bytes(1), bytes(1));
        assert_ne!(bytes(1), bytes(2));
        assert_ne!(bytes(1)[..32], bytes(1)[32..64]);
    }

    #[test]
    fn clones_of_a_seeded_source_share_its_sequence() {
        let random = Randomness::seeded(1);
        assert_ne!(random.clone().id().unwrap(), random.id().unwrap());
    }

    #[test]
    fn hex_writes_two_digits_per_byte() {
        assert_eq!(hex(&[0, 9, 10, 0x7f, 0xff]), "00090a7fff");
        assert_eq!(hex(&[]), "");
    }
}
