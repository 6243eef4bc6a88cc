//! One published key, made ready to verify with, if it is one to verify with.

use std::borrow::Cow;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::DecodingKey;
use serde::Deserialize;

use super::algorithm::{KeyType, SignatureAlgorithm};

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
