//! One JWT in its compact form, taken apart: what can be refused before any key is looked at.

use std::borrow::Cow;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

use super::options::{JwtRules, TokenType};
use crate::auth::{
    json::{Members, Text},
    jwk::{SignatureAlgorithm, VerificationKey},
};

/// A token whose header is acceptable. Nothing in it is proven yet.
pub(crate) struct Token<'a> {
    /// Header and payload as they were signed.
    message: &'a str,
    payload: &'a str,
    signature: &'a str,
    pub(crate) algorithm: SignatureAlgorithm,
    pub(crate) key_id: Option<Box<str>>,
}

impl<'a> Token<'a> {
    /// Takes a token apart and checks its header (RFC 7515 §4.1, RFC 9068 §4). `jku`, `x5u`, `jwk` and `x5c` are not even read:
    /// where keys come from is not for a token to say.
    pub(crate) fn parse(token: &'a str, rules: &JwtRules) -> Result<Self, &'static str> {
        let (message, signature) = token.rsplit_once('.').ok_or("the token is not a JWT")?;
        let (header, payload) = message.split_once('.').ok_or("the token is not a JWT")?;
        if payload.contains('.') {
            return Err("the token is not a signed JWT");
        }
        let header = decode(header).ok_or("the header of the token cannot be read")?;
        let header = Members::parse(&header).ok_or("the header of the token cannot be read")?;
        if header.get("crit").is_some() {
            return Err("the token asks for an extension that is not supported");
        }
        check_type(header.get("typ").map(|typ| Text::of(typ).ok_or(WRONG_TYPE)).transpose()?.as_deref(), rules)?;
        let algorithm = header
            .get("alg")
            .and_then(Text::of)
            .and_then(|name| SignatureAlgorithm::by_name(&name))
            .filter(|algorithm| rules.algorithms.contains(algorithm))
            .ok_or("the token is signed with an algorithm that is not accepted")?;
        let key_id = match header.get("kid").map(Text::of) {
            Some(Some(key_id)) => Some(Cow::into_owned(key_id).into()),
            Some(None) => return Err("the token does not name its key by a text"),
            None => None,
        };
        Ok(Self { message, payload, signature, algorithm, key_id })
    }

    /// The claims as JSON text.
    pub(crate) fn payload(&self) -> Result<String, &'static str> {
        decode(self.payload).ok_or("the claims of the token cannot be read")
    }

    /// Whether this key made the signature.
    pub(crate) fn is_signed_with(&self, key: &VerificationKey) -> bool {
        let algorithm = self.algorithm.implementation;
        jsonwebtoken::crypto::verify(self.signature, self.message.as_bytes(), &key.key, algorithm).unwrap_or(false)
    }
}

const WRONG_TYPE: &str = "the token is not an access token";

/// `typ` is compared without case and without the `application/` that may stand before it (RFC 7515 §4.1.9).
fn check_type(typ: Option<&str>, rules: &JwtRules) -> Result<(), &'static str> {
    let lenient = rules.token_type == TokenType::Any;
    let accepted = match typ.map(str::to_ascii_lowercase).as_deref() {
        Some("at+jwt" | "application/at+jwt") => true,
        Some("jwt" | "application/jwt") | None => lenient,
        Some(_) => false,
    };
    if accepted { Ok(()) } else { Err(WRONG_TYPE) }
}

fn decode(segment: &str) -> Option<String> {
    String::from_utf8(URL_SAFE_NO_PAD.decode(segment).ok()?).ok()
}
