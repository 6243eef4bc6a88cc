//! Authenticated encryption of what the server gives away and wants back unread and unchanged:
//! cursors, states of requests.
//!
//! XChaCha20-Poly1305 with random nonces of 192 bits, so one key serves a server for as long as it
//! likes. What the text belongs to (its purpose, a caller, a request) is associated data: it is not
//! in the text, and opening under anything else fails.

use std::{fmt, sync::Arc};

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD as BASE64};
use chacha20poly1305::{
    KeyInit as _, XChaCha20Poly1305, XNonce,
    aead::{Aead as _, Payload},
};

/// Bytes of a nonce, which stand in front of the sealed text.
const NONCE: usize = 24;

/// Keys that seal what travels through clients: the states of requests that wait for input
/// (`requestState`, 2026-07-28, multi round-trip requests) and cursors of lists.
///
/// A server makes a key of its own when it starts. Replicas that go on with each other's
/// conversations share one, and so does a server with itself across restarts. To replace a key
/// without breaking a conversation, tell all replicas first to accept the new one, then to seal
/// with it, and give up the old one when what it sealed has expired.
///
/// ```
/// use mcp_server::SealingKeys;
///
/// let (yesterday, today) = ([1; 32], [2; 32]); // from wherever secrets are kept
/// let keys = SealingKeys::new(today).accept(yesterday);
/// ```
#[derive(Clone)]
pub struct SealingKeys {
    /// The first one seals; all of them open.
    ciphers: Arc<[XChaCha20Poly1305]>,
}

/// Error for a sealed text that has an unknown key, was changed, or belongs to something else.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Unsealable;

/// Names one sealed text; no two have the same.
pub(crate) type SealId = [u8; NONCE];

impl SealingKeys {
    /// Seals and opens with this key: 256 random, secret bits.
    pub fn new(key: [u8; 32]) -> Self {
        Self { ciphers: [XChaCha20Poly1305::new(&key.into())].into() }
    }

    /// Opens with this key too, without sealing with it.
    #[must_use]
    pub fn accept(self, key: [u8; 32]) -> Self {
        let more = [XChaCha20Poly1305::new(&key.into())];
        Self { ciphers: self.ciphers.iter().cloned().chain(more).collect() }
    }

    /// Creates random keys, which are lost with the process.
    pub(crate) fn random() -> Result<Self, getrandom::Error> {
        let mut key = [0; 32];
        getrandom::fill(&mut key)?;
        Ok(Self::new(key))
    }

    /// Seals a text under what it belongs to.
    pub(crate) fn seal(&self, text: &[u8], belongs_to: &[u8]) -> Result<String, Unsealable> {
        let mut nonce: SealId = [0; NONCE];
        getrandom::fill(&mut nonce).map_err(|_| Unsealable)?;
        let cipher = self.ciphers.first().ok_or(Unsealable)?;
        let payload = Payload { msg: text, aad: belongs_to };
        let sealed = cipher.encrypt(&XNonce::from(nonce), payload).map_err(|_| Unsealable)?;
        Ok(BASE64.encode([nonce.as_slice(), &sealed].concat()))
    }

    /// Opens what was sealed under the same.
    pub(crate) fn open(&self, sealed: &str, belongs_to: &[u8]) -> Result<(SealId, Vec<u8>), Unsealable> {
        let bytes = BASE64.decode(sealed).map_err(|_| Unsealable)?;
        let (nonce, text) = bytes.split_first_chunk::<NONCE>().ok_or(Unsealable)?;
        let open = |cipher: &XChaCha20Poly1305| {
            cipher.decrypt(&XNonce::from(*nonce), Payload { msg: text, aad: belongs_to }).ok()
        };
        let text = self.ciphers.iter().find_map(open).ok_or(Unsealable)?;
        Ok((*nonce, text))
    }
}

impl fmt::Debug for SealingKeys {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("SealingKeys").field("keys", &self.ciphers.len()).finish_non_exhaustive()
    }
}

/// Joins the parts of a binding. Different lists of parts never give the same bytes.
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

    fn sealed(keys: &SealingKeys) -> String {
        keys.seal(b"text", b"joe").unwrap()
    }

    fn opened(keys: &SealingKeys, sealed: &str, belongs_to: &[u8]) -> Option<Vec<u8>> {
        keys.open(sealed, belongs_to).ok().map(|(_, text)| text)
    }

    #[test]
    fn only_what_was_sealed_here_for_the_same_purpose_opens() {
        let keys = SealingKeys::random().unwrap();
        let sealed = sealed(&keys);
        assert_eq!(opened(&keys, &sealed, b"joe").unwrap(), b"text");
        assert_eq!(opened(&keys, &sealed, b"ann"), None);
        assert_eq!(opened(&SealingKeys::random().unwrap(), &sealed, b"joe"), None);
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
    fn a_key_is_replaced_without_breaking_what_it_sealed() {
        let (old, new) = ([1; 32], [2; 32]);
        let before = sealed(&SealingKeys::new(old));
        let during = SealingKeys::new(new).accept(old);
        assert!(opened(&during, &before, b"joe").is_some());
        assert!(opened(&SealingKeys::new(new), &sealed(&during), b"joe").is_some());
        assert!(opened(&SealingKeys::new(new), &before, b"joe").is_none());
    }

    #[test]
    fn no_two_bindings_look_the_same() {
        assert_ne!(binding(&[b"ab", b"c"]), binding(&[b"a", b"bc"]));
        assert_ne!(binding(&[b"", b"a"]), binding(&[b"a", b""]));
    }

    #[test]
    fn keys_are_not_shown() {
        assert_eq!(format!("{:?}", SealingKeys::new([7; 32])), "SealingKeys { keys: 1, .. }");
    }
}
