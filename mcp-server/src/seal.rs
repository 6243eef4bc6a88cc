//! Authenticated encryption of data that clients carry: cursors and request states.
//!
//! XChaCha20-Poly1305 with random 192-bit nonces, so that a key does not have to be replaced to
//! avoid a repeated nonce. The owner of a text (its purpose, caller and request) is associated
//! data: it is not part of the text, and opening the text for another owner fails.

use std::{fmt, sync::Arc};

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD as BASE64};
use chacha20poly1305::{
    KeyInit as _, XChaCha20Poly1305, XNonce,
    aead::{Aead as _, Payload},
};

use crate::random::Randomness;

/// Length of a nonce in bytes. A sealed text begins with its nonce.
const NONCE: usize = 24;

/// Keys that encrypt data which clients store for the server: `requestState`s (2026-07-28, multi
/// round-trip requests) and list cursors.
///
/// By default, a server creates a random key when it starts. Configure a key if replicas continue
/// each other's requests, or if requests continue after a restart.
///
/// To replace a key without interruption, take three steps:
///
/// 1. All replicas accept the new key.
/// 2. All replicas seal with the new key and accept the old one.
/// 3. All replicas drop the old key, once the data sealed with it has expired.
///
/// ```
/// use mcp_server::SealingKeys;
///
/// let (yesterday, today) = ([1; 32], [2; 32]); // from your store of secrets
/// let keys = SealingKeys::new(today).accept(yesterday);
/// ```
#[derive(Clone)]
pub struct SealingKeys {
    /// The first cipher seals, and all ciphers open.
    ciphers: Arc<[XChaCha20Poly1305]>,
}

/// Error for a text that cannot be sealed, or for a sealed text that was changed, has an unknown
/// key or another owner.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct SealError;

/// Unique id of a sealed text: its nonce.
pub(crate) type SealId = [u8; NONCE];

impl SealingKeys {
    /// Creates keys that encrypt and decrypt with `key`: 32 random, secret bytes.
    pub fn new(key: [u8; 32]) -> Self {
        Self { ciphers: [XChaCha20Poly1305::new(&key.into())].into() }
    }

    /// Adds a key that only decrypts, for the rotation of keys.
    #[must_use]
    pub fn accept(self, key: [u8; 32]) -> Self {
        let more = [XChaCha20Poly1305::new(&key.into())];
        Self { ciphers: self.ciphers.iter().cloned().chain(more).collect() }
    }

    /// Creates random keys, which are lost with the process.
    pub(crate) fn random(random: &Randomness) -> Result<Self, getrandom::Error> {
        let mut key = [0; 32];
        random.fill(&mut key)?;
        Ok(Self::new(key))
    }

    /// Seals a text for its owner.
    pub(crate) fn seal(&self, random: &Randomness, text: &[u8], owner: &[u8]) -> Result<String, SealError> {
        let mut nonce: SealId = [0; NONCE];
        random.fill(&mut nonce).map_err(|_| SealError)?;
        let cipher = self.ciphers.first().ok_or(SealError)?;
        let payload = Payload { msg: text, aad: owner };
        let sealed = cipher.encrypt(&XNonce::from(nonce), payload).map_err(|_| SealError)?;
        Ok(BASE64.encode([nonce.as_slice(), &sealed].concat()))
    }

    /// Opens a text that was sealed for the same owner. Returns its id and the text.
    pub(crate) fn open(&self, sealed: &str, owner: &[u8]) -> Result<(SealId, Vec<u8>), SealError> {
        let bytes = BASE64.decode(sealed).map_err(|_| SealError)?;
        let (nonce, text) = bytes.split_first_chunk::<NONCE>().ok_or(SealError)?;
        let payload = || Payload { msg: text, aad: owner };
        let open = |cipher: &XChaCha20Poly1305| cipher.decrypt(&XNonce::from(*nonce), payload()).ok();
        let text = self.ciphers.iter().find_map(open).ok_or(SealError)?;
        Ok((*nonce, text))
    }
}

impl fmt::Debug for SealingKeys {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("SealingKeys").field("keys", &self.ciphers.len()).finish_non_exhaustive()
    }
}

/// Encodes the parts of an owner. Different lists of parts have different encodings.
pub(crate) fn binding(parts: &[&[u8]]) -> Vec<u8> {
    let mut binding = Vec::with_capacity(parts.iter().map(|part| part.len() + 8).sum());
    for part in parts {
        binding.extend_from_slice(&(part.len() as u64).to_be_bytes());
        binding.extend_from_slice(part);
    }
    binding
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sealed_texts_follow_from_the_randomness() {
        let seal = |seed| {
            let random = Randomness::seeded(seed);
            SealingKeys::random(&random).unwrap().seal(&random, b"text", b"joe").unwrap()
        };
        assert_eq!(seal(1), seal(1));
        assert_ne!(seal(1), seal(2));
    }

    fn sealed(keys: &SealingKeys) -> String {
        keys.seal(&Randomness::system(), b"text", b"joe").unwrap()
    }

    fn opened(keys: &SealingKeys, sealed: &str, owner: &[u8]) -> Option<Vec<u8>> {
        keys.open(sealed, owner).ok().map(|(_, text)| text)
    }

    #[test]
    fn text_opens_with_same_key_and_owner_only() {
        let keys = SealingKeys::random(&Randomness::system()).unwrap();
        let sealed = sealed(&keys);
        assert_eq!(opened(&keys, &sealed, b"joe").unwrap(), b"text");
        assert_eq!(opened(&keys, &sealed, b"ann"), None);
        assert_eq!(opened(&SealingKeys::random(&Randomness::system()).unwrap(), &sealed, b"joe"), None);
        assert_eq!(opened(&keys, &format!("{sealed}-TAMPERED"), b"joe"), None);
        for index in 0..sealed.len() {
            let other = if &sealed[index..=index] == "A" { "B" } else { "A" };
            assert_eq!(opened(&keys, &format!("{}{other}{}", &sealed[..index], &sealed[index + 1..]), b"joe"), None);
        }
        for bogus in ["", "?", "AAAA", &BASE64.encode([0; NONCE]), &BASE64.encode([0; 100])] {
            assert_eq!(opened(&keys, bogus, b"joe"), None);
        }
    }

    #[test]
    fn accepted_key_opens_but_does_not_seal() {
        let (old, new) = ([1; 32], [2; 32]);
        let before = sealed(&SealingKeys::new(old));
        let during = SealingKeys::new(new).accept(old);
        assert!(opened(&during, &before, b"joe").is_some());
        assert!(opened(&SealingKeys::new(new), &sealed(&during), b"joe").is_some());
        assert!(opened(&SealingKeys::new(new), &before, b"joe").is_none());
    }

    #[test]
    fn bindings_of_different_parts_differ() {
        assert_ne!(binding(&[b"ab", b"c"]), binding(&[b"a", b"bc"]));
        assert_ne!(binding(&[b"", b"a"]), binding(&[b"a", b""]));
    }

    #[test]
    fn debug_hides_keys() {
        assert_eq!(format!("{:?}", SealingKeys::new([7; 32])), "SealingKeys { keys: 1, .. }");
    }
}
