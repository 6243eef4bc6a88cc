//! The usable keys of one issuer, and which of them a token may have been signed with.

use serde::Deserialize;
use serde_json::value::RawValue;

use super::{algorithm::SignatureAlgorithm, key::VerificationKey};

/// More keys than this no issuer needs at once.
const MAX_KEYS: usize = 64;

/// The keys of one issuer.
#[derive(Debug)]
pub(crate) struct KeySet {
    keys: Vec<VerificationKey>,
}

/// The keys to try a token with.
pub(crate) enum Candidates<I> {
    /// No key has this id and fits.
    None,
    /// The token names no key and several fit. Trying them all would be to let the token choose.
    Ambiguous,
    Some(I),
}

impl KeySet {
    /// Reads a JWKS document (RFC 7517 §5). Entries of no use are skipped; `None` where none is left.
    pub(crate) fn read(document: &[u8]) -> Option<Self> {
        #[derive(Deserialize)]
        struct Document<'a> {
            #[serde(borrow)]
            keys: Vec<&'a RawValue>,
        }
        let document: Document<'_> = serde_json::from_slice(document).ok()?;
        let usable = document.keys.iter().filter_map(|entry| VerificationKey::read(entry.get()));
        let keys: Vec<VerificationKey> = usable.take(MAX_KEYS).collect();
        (!keys.is_empty()).then_some(Self { keys })
    }

    /// The keys that a token with this key id and algorithm may be signed with. Ids need not be unique among keys of different
    /// kinds, hence several.
    pub(crate) fn candidates<'a>(
        &'a self,
        id: Option<&'a str>,
        algorithm: SignatureAlgorithm,
    ) -> Candidates<impl Iterator<Item = &'a VerificationKey>> {
        let fitting = move || {
            let named = move |key: &&VerificationKey| id.is_none() || key.id.as_deref() == id;
            self.keys.iter().filter(move |key| key.fits(algorithm)).filter(named)
        };
        match (id, fitting().take(2).count()) {
            (_, 0) => Candidates::None,
            (None, 2) => Candidates::Ambiguous,
            _ => Candidates::Some(fitting()),
        }
    }
}

#[cfg(test)]
mod tests;
