//! Published keys (JWKs, RFC 7517) and the signature algorithms that they verify.
//!
//! `jsonwebtoken` does the cryptography. Which keys are usable, and for what, is decided here.

use std::borrow::Cow;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::DecodingKey;
use serde::Deserialize;
use serde_json::value::RawValue;

/// Accepted sizes of RSA keys, in bits. Smaller keys can be factored, larger ones only cost time.
const RSA_BITS: std::ops::RangeInclusive<usize> = 2048..=8192;

/// Limit for the number of keys of one issuer. Further keys are ignored.
const MAX_KEYS: usize = 64;

/// A signature algorithm (RFC 7518, section 3.1; RFC 8037).
///
/// Symmetric algorithms are left out: with a published key they would let anyone sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SignatureAlgorithm {
    name: &'static str,
    key_type: KeyType,
    implementation: jsonwebtoken::Algorithm,
}

/// A type of key, curve included: ES256 requires P-256.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum KeyType {
    Rsa,
    P256,
    P384,
    Ed25519,
}

/// All supported algorithms. All are accepted by default, each only with a key that fits it.
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
    /// Returns the algorithm with this JOSE name. `Ed25519` is the newer name of `EdDSA` with such
    /// a key (RFC 9864).
    pub(crate) fn by_name(name: &str) -> Option<Self> {
        let name = if name == "Ed25519" { "EdDSA" } else { name };
        ALGORITHMS.into_iter().find(|algorithm| algorithm.name == name)
    }
}

/// Selects the cryptography of `jsonwebtoken`. Must be called before the first verification.
///
/// Without it, `jsonwebtoken` panics at the first token of an application in which another crate
/// enables its other implementation. A provider that is already installed is kept.
pub(crate) fn install_cryptography() {
    let _ = jsonwebtoken::crypto::aws_lc::DEFAULT_PROVIDER.install_default();
}

/// A published key that verifies signatures.
#[derive(Debug)]
pub(crate) struct VerificationKey {
    id: Option<Box<str>>,
    key_type: KeyType,
    /// The only algorithm that the issuer declares for this key.
    algorithm: Option<SignatureAlgorithm>,
    key: DecodingKey,
}

impl VerificationKey {
    /// Returns `true` if this key may verify signatures of this algorithm (RFC 8725, section 3.1).
    fn fits(&self, algorithm: SignatureAlgorithm) -> bool {
        self.key_type == algorithm.key_type && self.algorithm.is_none_or(|declared| declared == algorithm)
    }

    /// Returns `true` if this key made the signature, given as base64url.
    pub(crate) fn verifies(&self, signature: &str, message: &[u8], algorithm: SignatureAlgorithm) -> bool {
        jsonwebtoken::crypto::verify(signature, message, &self.key, algorithm.implementation).unwrap_or(false)
    }

    /// Parses an entry of a key set. Returns `None` for an unusable key: symmetric, for encryption,
    /// of a wrong size or of an unknown type.
    fn parse(json: &str) -> Option<Self> {
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
        let algorithm = match published.alg {
            Some(name) => Some(SignatureAlgorithm::by_name(&name).filter(|algorithm| algorithm.key_type == key_type)?),
            None => None,
        };
        Some(Self { id: published.kid.map(|id| id.into_owned().into()), key_type, algorithm, key })
    }
}

/// The members of RFC 7517, section 4, and RFC 7518, section 6, that matter. Certificates and their
/// addresses are ignored.
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
    // Leading zeros do not count as length, and the implementation rejects them.
    let (modulus, exponent) = (without_leading_zeros(&modulus), without_leading_zeros(&exponent));
    let bits = modulus.len() * 8 - modulus.first()?.leading_zeros() as usize;
    RSA_BITS.contains(&bits).then(|| DecodingKey::from_rsa_raw_components(modulus, exponent))
}

/// Returns the key for an uncompressed point (SEC 1, section 2.3.3).
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

/// The usable keys of one issuer.
#[derive(Debug)]
pub(crate) struct KeySet {
    keys: Vec<VerificationKey>,
}

/// The keys that may have signed a token.
pub(crate) enum Candidates<I> {
    /// No key has this id and fits the algorithm.
    None,
    /// The token names no key and several fit. Trying them all would let the token choose.
    Ambiguous,
    Some(I),
}

impl KeySet {
    /// Parses a JWKS document (RFC 7517, section 5), which may have no usable key. Returns `None`
    /// if it is malformed.
    pub(crate) fn parse(document: &[u8]) -> Option<Self> {
        #[derive(Deserialize)]
        struct Document<'a> {
            #[serde(borrow)]
            keys: Vec<&'a RawValue>,
        }
        let document: Document<'_> = serde_json::from_slice(document).ok()?;
        let usable = document.keys.iter().filter_map(|entry| VerificationKey::parse(entry.get()));
        let keys: Vec<VerificationKey> = usable.take(MAX_KEYS).collect();
        Some(Self { keys })
    }

    /// Returns `true` if no key is usable.
    pub(crate) fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// Returns the keys that may have signed a token with this key id and algorithm.
    ///
    /// Several keys may have the same id, because ids need not be unique across types of keys.
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
    use serde_json::{Value, json};

    use super::*;

    fn rsa(modulus: &[u8]) -> Value {
        json!({ "kty": "RSA", "kid": "a", "n": URL_SAFE_NO_PAD.encode(modulus), "e": "AQAB" })
    }

    fn is_usable(key: &Value) -> bool {
        !KeySet::parse(json!({ "keys": [key] }).to_string().as_bytes()).unwrap().is_empty()
    }

    #[test]
    fn rsa_key_must_have_2048_to_8192_bits_a14() {
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
    fn key_with_algorithm_of_another_type_is_unusable() {
        for (algorithm, expected) in
            [("RS256", true), ("PS512", true), ("ES256", false), ("EdDSA", false), ("RSA-OAEP", false)]
        {
            let mut key = rsa(&[0xab; 256]);
            key["alg"] = json!(algorithm);
            assert_eq!(is_usable(&key), expected, "{algorithm}");
        }
    }

    #[test]
    fn number_of_keys_is_limited() {
        let keys: Vec<Value> = (0..100).map(|_| rsa(&[0xab; 256])).collect();
        let set = KeySet::parse(json!({ "keys": keys }).to_string().as_bytes()).unwrap();
        assert_eq!(set.keys.len(), MAX_KEYS);
    }
}
