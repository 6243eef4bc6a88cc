//! Published keys (JWKs) and the signature algorithms that they verify.

use std::borrow::Cow;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::DecodingKey;
use serde::Deserialize;
use serde_json::value::RawValue;

/// A signature algorithm (RFC 7518 §3.1, RFC 8037). Symmetric ones are not here: with a published key they would let anyone sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SignatureAlgorithm {
    name: &'static str,
    pub(crate) key_type: KeyType,
    pub(crate) implementation: jsonwebtoken::Algorithm,
}

/// A kind of key, curve included: ES256 is made with P-256 and nothing else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum KeyType {
    Rsa,
    P256,
    P384,
    Ed25519,
}

/// All of them; the default of what is accepted, since each is good only with a key that is made for it.
pub(crate) const ALGORITHMS: [SignatureAlgorithm; 9] = {
    use jsonwebtoken::Algorithm as Implementation;
    const fn row(name: &'static str, key_type: KeyType, implementation: Implementation) -> SignatureAlgorithm {
        SignatureAlgorithm { name, key_type, implementation }
    }
    [
        row("RS256", KeyType::Rsa, Implementation::RS256),
        row("RS384", KeyType::Rsa, Implementation::RS384),
        row("RS512", KeyType::Rsa, Implementation::RS512),
        row("PS256", KeyType::Rsa, Implementation::PS256),
        row("PS384", KeyType::Rsa, Implementation::PS384),
        row("PS512", KeyType::Rsa, Implementation::PS512),
        row("ES256", KeyType::P256, Implementation::ES256),
        row("ES384", KeyType::P384, Implementation::ES384),
        row("EdDSA", KeyType::Ed25519, Implementation::EdDSA),
    ]
};

impl SignatureAlgorithm {
    /// The algorithm of this name. `Ed25519` is the newer name of what `EdDSA` means with such a key (RFC 9864).
    pub(crate) fn by_name(name: &str) -> Option<Self> {
        let name = if name == "Ed25519" { "EdDSA" } else { name };
        ALGORITHMS.into_iter().find(|algorithm| algorithm.name == name)
    }
}

/// The sizes of RSA keys that are taken, in bits. Smaller ones can be factored, larger ones only cost time.
const RSA_BITS: std::ops::RangeInclusive<usize> = 2048..=8192;

/// A key that signatures can be verified with.
#[derive(Debug)]
pub(crate) struct VerificationKey {
    pub(crate) id: Option<Box<str>>,
    key_type: KeyType,
    /// The one algorithm that the issuer uses this key for, if it says so.
    only: Option<SignatureAlgorithm>,
    pub(crate) key: DecodingKey,
}

impl VerificationKey {
    /// Whether this key may verify signatures of this algorithm (RFC 8725 §3.1).
    pub(crate) fn fits(&self, algorithm: SignatureAlgorithm) -> bool {
        self.key_type == algorithm.key_type && self.only.is_none_or(|only| only == algorithm)
    }

    /// Reads a key of a key set; `None` for one that is of no use here: symmetric, for encryption, too short, of an unknown kind.
    pub(crate) fn read(json: &str) -> Option<Self> {
        let published: PublishedKey<'_> = serde_json::from_str(json).ok()?;
        if published.purpose.is_some_and(|purpose| purpose != "sig") {
            return None;
        }
        if published.operations.is_some_and(|operations| !operations.iter().any(|operation| operation == "verify")) {
            return None;
        }
        let (key_type, key) = match (published.kty.as_ref(), published.crv.as_deref()) {
            ("RSA", _) => (KeyType::Rsa, rsa(&published.n?, &published.e?)?),
            ("EC", Some("P-256")) => (KeyType::P256, elliptic(&published.x?, &published.y?, 32)?),
            ("EC", Some("P-384")) => (KeyType::P384, elliptic(&published.x?, &published.y?, 48)?),
            ("OKP", Some("Ed25519")) => {
                (KeyType::Ed25519, DecodingKey::from_ed_der(&bytes_of_length(&published.x?, 32)?))
            }
            _ => return None,
        };
        let only = match published.alg {
            Some(name) => Some(SignatureAlgorithm::by_name(&name).filter(|only| only.key_type == key_type)?),
            None => None,
        };
        Some(Self { id: published.kid.map(|id| id.into_owned().into()), key_type, only, key })
    }
}

/// The members of RFC 7517 §4 and RFC 7518 §6 that matter. Certificates and their addresses do not.
#[derive(Deserialize)]
struct PublishedKey<'a> {
    #[serde(borrow)]
    kty: Cow<'a, str>,
    #[serde(borrow)]
    kid: Option<Cow<'a, str>>,
    #[serde(borrow, rename = "use")]
    purpose: Option<Cow<'a, str>>,
    #[serde(rename = "key_ops")]
    operations: Option<Vec<String>>,
    #[serde(borrow)]
    alg: Option<Cow<'a, str>>,
    #[serde(borrow)]
    crv: Option<Cow<'a, str>>,
    #[serde(borrow)]
    n: Option<Cow<'a, str>>,
    #[serde(borrow)]
    e: Option<Cow<'a, str>>,
    #[serde(borrow)]
    x: Option<Cow<'a, str>>,
    #[serde(borrow)]
    y: Option<Cow<'a, str>>,
}

fn rsa(modulus: &str, exponent: &str) -> Option<DecodingKey> {
    let modulus = URL_SAFE_NO_PAD.decode(modulus).ok()?;
    let exponent = URL_SAFE_NO_PAD.decode(exponent).ok()?;
    // Leading zeros must not count as length, and the implementation takes none.
    let (modulus, exponent) = (without_leading_zeros(&modulus), without_leading_zeros(&exponent));
    let bits = modulus.len() * 8 - modulus.first()?.leading_zeros() as usize;
    RSA_BITS.contains(&bits).then(|| DecodingKey::from_rsa_raw_components(modulus, exponent))
}

/// A point, uncompressed (SEC 1 §2.3.3).
fn elliptic(x: &str, y: &str, length: usize) -> Option<DecodingKey> {
    let point = [vec![4], bytes_of_length(x, length)?, bytes_of_length(y, length)?].concat();
    Some(DecodingKey::from_ec_der(&point))
}

fn bytes_of_length(text: &str, length: usize) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok().filter(|bytes| bytes.len() == length)
}

fn without_leading_zeros(bytes: &[u8]) -> &[u8] {
    &bytes[bytes.iter().take_while(|byte| **byte == 0).count()..]
}

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
mod tests {
    use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
    use serde_json::{Value, json};

    use super::*;

    fn rsa(modulus: &[u8]) -> Value {
        json!({ "kty": "RSA", "kid": "a", "n": URL_SAFE_NO_PAD.encode(modulus), "e": "AQAB" })
    }

    fn is_usable(key: &Value) -> bool {
        KeySet::read(json!({ "keys": [key] }).to_string().as_bytes()).is_some()
    }

    #[test]
    fn an_rsa_key_has_2048_to_8192_bits_a14() {
        for (bytes, first, expected) in [
            (128, 0x80, false),
            (255, 0xff, false),
            (256, 0x7f, false),
            (256, 0x80, true),
            (512, 0x80, true),
            (1024, 0x80, true),
            (1025, 0x01, false),
        ] {
            let mut modulus = vec![0xab; bytes];
            modulus[0] = first;
            assert_eq!(is_usable(&rsa(&modulus)), expected, "{bytes} {first}");
        }
        assert!(!is_usable(&rsa(&[])));
        let padded = [vec![0; 200], vec![0xab; 128]].concat();
        assert!(!is_usable(&rsa(&padded)), "zeros do not make a key longer");
    }

    #[test]
    fn a_key_for_an_algorithm_of_another_kind_is_of_no_use() {
        for (algorithm, expected) in
            [("RS256", true), ("PS512", true), ("ES256", false), ("EdDSA", false), ("RSA-OAEP", false)]
        {
            let mut key = rsa(&[0xab; 256]);
            key["alg"] = json!(algorithm);
            assert_eq!(is_usable(&key), expected, "{algorithm}");
        }
    }

    #[test]
    fn no_more_keys_are_kept_than_anyone_needs() {
        let keys: Vec<Value> = (0..100).map(|_| rsa(&[0xab; 256])).collect();
        let set = KeySet::read(json!({ "keys": keys }).to_string().as_bytes()).unwrap();
        assert_eq!(set.keys.len(), MAX_KEYS);
    }
}
