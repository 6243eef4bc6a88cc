//! Parses the credentials of a request: one `Authorization` header, never a token in the URL.

use std::fmt;

use http::{HeaderMap, HeaderValue, Uri, header::AUTHORIZATION};
use percent_encoding::percent_decode_str;

/// Limit for the length of a token, in bytes. Most proxies limit a whole header to 8 KiB.
const MAX_TOKEN: usize = 16 * 1024;

/// The header of a `DPoP` proof (RFC 9449, section 4.1).
const PROOF: &str = "dpop";

/// The authentication scheme of [`Credentials`] (RFC 9110, section 11.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AuthScheme {
    /// `Bearer`: possession of the token is enough (RFC 6750).
    Bearer,
    /// `DPoP`: the token is bound to a key, and a proof shows possession of the key (RFC 9449).
    ///
    /// This server does not accept the scheme yet: a request with it counts as one without
    /// credentials.
    Dpop,
}

/// The credentials of a request: scheme, token and proof. `Debug` does not show the secrets.
#[derive(Clone, Copy)]
pub struct Credentials<'a> {
    scheme: AuthScheme,
    token: &'a str,
    proof: Option<&'a str>,
}

impl<'a> Credentials<'a> {
    /// Creates bearer credentials, for tests of a [`TokenVerifier`](super::TokenVerifier).
    pub fn bearer(token: &'a str) -> Self {
        Self { scheme: AuthScheme::Bearer, token, proof: None }
    }

    /// Returns the scheme. A verifier that knows one scheme must reject tokens of every other.
    pub fn scheme(&self) -> AuthScheme {
        self.scheme
    }

    /// Returns the token. Do not log or store it, and send it to its issuer only.
    pub fn expose_token(&self) -> &'a str {
        self.token
    }

    /// Returns the proof of possession beside the token: the `DPoP` header of that scheme.
    ///
    /// `None` for other schemes, and for a header that is absent, repeated or not UTF-8.
    pub fn proof(&self) -> Option<&'a str> {
        self.proof
    }
}

impl fmt::Debug for Credentials<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Credentials").field("scheme", &self.scheme).finish_non_exhaustive()
    }
}

/// Parses the credentials of a request.
///
/// Returns `None` without credentials and for unknown schemes, and a fixed text for what is
/// malformed.
pub(crate) fn parse<'a>(uri: &Uri, headers: &'a HeaderMap) -> Result<Option<Credentials<'a>>, &'static str> {
    // A token in a URL ends up in logs (RFC 6750, section 2.3). Beside a header, it would also let
    // two parties see two different tokens.
    if uri.query().is_some_and(has_token_parameter) {
        return Err("token in the URL: expected it in the Authorization header");
    }
    let value = match first(headers, AUTHORIZATION.as_str()) {
        (None, _) => return Ok(None),
        (Some(_), true) => return Err("duplicate Authorization header"),
        (Some(value), false) => value,
    };
    let (scheme, rest) = value.split_at(value.iter().take_while(|byte| is_scheme_byte(**byte)).count());
    if scheme.eq_ignore_ascii_case(b"bearer") {
        let token = token(rest)?;
        Ok(Some(Credentials { scheme: AuthScheme::Bearer, token, proof: None }))
    } else if scheme.eq_ignore_ascii_case(b"dpop") {
        // Until the scheme is accepted, malformed credentials count as none, like well-formed ones.
        let (proof, repeated) = first(headers, PROOF);
        let proof = proof.filter(|_| !repeated).and_then(|proof| std::str::from_utf8(proof).ok());
        Ok(token(rest).ok().map(|token| Credentials { scheme: AuthScheme::Dpop, token, proof }))
    } else {
        Ok(None)
    }
}

/// Returns the scheme of credentials for the log. Returns `None` for a value that may be a token
/// without a scheme.
pub(super) fn shown_scheme(value: &HeaderValue) -> Option<&str> {
    const LONGEST: usize = 16;
    let (scheme, _) = value.to_str().ok()?.split_once(' ')?;
    (scheme.len() <= LONGEST && scheme.bytes().all(|byte| byte.is_ascii_alphabetic())).then_some(scheme)
}

/// Returns the first value of a header, and whether there are more.
fn first<'a>(headers: &'a HeaderMap, name: &str) -> (Option<&'a [u8]>, bool) {
    let mut values = headers.get_all(name).iter();
    (values.next().map(HeaderValue::as_bytes), values.next().is_some())
}

/// Parses the text after the scheme: `1*SP b64token`, where tabs do not count as space.
fn token(rest: &[u8]) -> Result<&str, &'static str> {
    let spaces = rest.iter().take_while(|byte| **byte == b' ').count();
    let token = &rest[spaces..];
    if token.len() > MAX_TOKEN {
        return Err("token too long: expected at most 16384 bytes");
    }
    match std::str::from_utf8(token) {
        Ok(text) if spaces > 0 && is_token(text) => Ok(text),
        Ok(text) if spaces > 0 && !text.is_empty() && !text.contains(' ') => {
            Err("invalid token: expected letters, digits and -._~+/, and = only at the end")
        }
        _ => Err("invalid Authorization header: expected `Bearer TOKEN`"),
    }
}

/// Returns `true` for a `b64token` of RFC 6750, section 2.1.
fn is_token(text: &str) -> bool {
    let body = text.trim_end_matches('=');
    !body.is_empty() && body.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~+/".contains(&byte))
}

/// Returns `true` for a `tchar` of RFC 9110, section 5.6.2, the characters of a scheme.
fn is_scheme_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

fn has_token_parameter(query: &str) -> bool {
    let names = query.split('&').map(|pair| pair.split_once('=').map_or(pair, |(name, _)| name));
    names.map(percent_decode_str).any(|name| name.eq(*b"access_token"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(values: &[&[u8]]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(AUTHORIZATION, HeaderValue::from_bytes(value).unwrap());
        }
        headers
    }

    /// Returns the bearer token of a request with this target and these `Authorization` headers.
    fn read(target: &str, values: &[&[u8]]) -> Result<Option<String>, &'static str> {
        let headers = headers(values);
        let credentials = parse(&target.parse().unwrap(), &headers)?;
        let bearer = credentials.filter(|credentials| credentials.scheme() == AuthScheme::Bearer);
        Ok(bearer.map(|credentials| credentials.expose_token().to_owned()))
    }

    #[test]
    fn scheme_is_matched_in_any_case() {
        for value in ["Bearer a.b-c_d~e+f/1==", "bearer a.b-c_d~e+f/1==", "BEARER   a.b-c_d~e+f/1=="] {
            assert_eq!(read("/mcp?x=1", &[value.as_bytes()]), Ok(Some("a.b-c_d~e+f/1==".to_owned())), "{value}");
        }
    }

    #[test]
    fn other_schemes_are_not_bearer_credentials() {
        assert_eq!(read("/mcp", &[]), Ok(None));
        for value in ["Basic dTpw", "", "Bearertoken", "DPoP abc", "Negotiate"] {
            assert_eq!(read("/mcp", &[value.as_bytes()]), Ok(None), "{value}");
        }
    }

    #[test]
    fn scheme_is_shown_and_a_bare_token_is_not() {
        for (value, shown) in [
            ("Basic dTpw", Some("Basic")),
            ("DPoP abc", Some("DPoP")),
            ("eyJhbGciOiJSUzI1NiJ9.e30.c2ln", None),
            ("eyJhbGciOiJSUzI1NiJ9.e30.c2ln x", None),
            ("secret", None),
        ] {
            assert_eq!(shown_scheme(&HeaderValue::from_static(value)), shown, "{value}");
        }
    }

    #[test]
    fn dpop_credentials_are_parsed_with_their_proof() {
        let parsed = |value: &str, proofs: &[&str]| {
            let mut headers = headers(&[value.as_bytes()]);
            for proof in proofs {
                headers.append(PROOF, proof.parse().unwrap());
            }
            let credentials = parse(&Uri::from_static("/mcp"), &headers).unwrap()?;
            let owned = |text: &str| text.to_owned();
            Some((credentials.scheme(), owned(credentials.expose_token()), credentials.proof().map(owned)))
        };
        let dpop = |proof: Option<&str>| Some((AuthScheme::Dpop, "abc".to_owned(), proof.map(str::to_owned)));
        assert_eq!(parsed("DPoP abc", &["proof"]), dpop(Some("proof")));
        assert_eq!(parsed("dpop abc", &[]), dpop(None));
        assert_eq!(parsed("DPoP abc", &["one", "two"]), dpop(None));
        for malformed in ["DPoP", "DPoP a b", "DPoP\tabc"] {
            assert_eq!(parsed(malformed, &["proof"]), None, "{malformed}");
        }
        assert_eq!(parsed("Bearer abc", &["proof"]), Some((AuthScheme::Bearer, "abc".to_owned(), None)));
    }

    #[test]
    fn malformed_credentials_are_rejected() {
        let long = [b"Bearer ".to_vec(), vec![b'a'; MAX_TOKEN + 1]].concat();
        for values in [
            &[&b"Bearer"[..]][..],
            &[b"Bearer "],
            &[b"Bearer\ta"],
            &[b"Bearer/a"],
            &[b"Bearer a b"],
            &[b"Bearer a, Bearer b"],
            &[b"Bearer =a"],
            &[b"Bearer =="],
            &[b"Bearer a\xff"],
            &[b"Bearer \xc3\xa9"],
            &[b"Bearer \"a\""],
            &[b"Bearer a", b"Bearer b"],
            &[b"Bearer a", b"Basic dTpw"],
            &[b"Basic dTpw", b"Bearer a"],
            &[&long],
        ] {
            assert!(read("/mcp", values).is_err(), "{values:?}");
        }
        assert!(read("/mcp", &[&long[..long.len() - 1]]).unwrap().is_some());
    }

    #[test]
    fn token_in_the_url_is_rejected() {
        for target in ["/mcp?access_token=a", "/mcp?x=1&access_token=", "/mcp?%61ccess_token=a", "/mcp?access_token"] {
            assert!(read(target, &[]).is_err(), "{target}");
            assert!(read(target, &[b"Bearer a"]).is_err(), "{target}");
        }
        assert_eq!(read("/mcp?no_access_token=a", &[]), Ok(None));
    }
}
