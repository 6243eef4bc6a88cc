//! A JWT in compact form: checks of its header that need no key.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

use super::options::{JwtRules, TokenType};
use crate::auth::{
    json::{self, JsonObject},
    jwk::{SignatureAlgorithm, VerificationKey},
};

/// A token with an accepted header. Nothing in it is verified yet.
pub(crate) struct Token<'a> {
    /// Header and payload, as signed.
    message: &'a str,
    payload: &'a str,
    signature: &'a str,
    pub(crate) algorithm: SignatureAlgorithm,
    pub(crate) key_id: Option<Box<str>>,
}

impl<'a> Token<'a> {
    /// Parses a token and checks its header (RFC 7515, section 4.1; RFC 9068, section 4).
    ///
    /// `jku`, `x5u`, `jwk` and `x5c` are ignored: a token must not choose its keys.
    pub(crate) fn parse(token: &'a str, rules: &JwtRules) -> Result<Self, &'static str> {
        let (message, signature) = token.rsplit_once('.').ok_or("invalid token: expected a JWT")?;
        let (header, payload) = message.split_once('.').ok_or("invalid token: expected a JWT")?;
        if payload.contains('.') {
            return Err("invalid token: expected a signed JWT");
        }
        let header = decode(header).ok_or("invalid token header")?;
        let header = JsonObject::parse(&header).ok_or("invalid token header")?;
        if header.get("crit").is_some() {
            return Err("unsupported `crit`: no extensions are known");
        }
        let typ = header.get("typ").map(|typ| json::text(typ).ok_or(WRONG_TYPE)).transpose()?;
        check_type(typ.as_deref(), rules)?;
        let algorithm = header
            .text("alg")
            .and_then(|name| SignatureAlgorithm::by_name(&name))
            .filter(|algorithm| rules.algorithms.contains(algorithm))
            .ok_or("unsupported `alg`")?;
        let key_id =
            header.get("kid").map(|id| json::text(id).ok_or("invalid `kid`: expected a string")).transpose()?;
        Ok(Self { message, payload, signature, algorithm, key_id: key_id.map(|id| id.into_owned().into()) })
    }

    /// Returns the claims as JSON text.
    pub(crate) fn payload(&self) -> Result<String, &'static str> {
        decode(self.payload).ok_or("invalid token claims")
    }

    /// Returns `true` if this key made the signature.
    pub(crate) fn is_signed_with(&self, key: &VerificationKey) -> bool {
        key.verifies(self.signature, self.message.as_bytes(), self.algorithm)
    }
}

const WRONG_TYPE: &str = "invalid token type: expected an access token";

/// Checks `typ`, in any case and with or without `application/` (RFC 7515, section 4.1.9).
fn check_type(typ: Option<&str>, rules: &JwtRules) -> Result<(), &'static str> {
    let accepted = match typ.map(str::to_ascii_lowercase).as_deref() {
        Some("at+jwt" | "application/at+jwt") => true,
        Some("jwt" | "application/jwt") | None => rules.token_type == TokenType::Any,
        Some(_) => false,
    };
    if accepted { Ok(()) } else { Err(WRONG_TYPE) }
}

fn decode(segment: &str) -> Option<String> {
    String::from_utf8(URL_SAFE_NO_PAD.decode(segment).ok()?).ok()
}
