//! Takes the bearer token out of a request: one header, one token, nothing else (RFC 6750 §2.1).

use http::{HeaderMap, Uri, header::AUTHORIZATION};
use percent_encoding::percent_decode_str;

use super::verifier::BearerToken;

/// The longest token that is looked at, in bytes. Real ones stay below 8 KiB, the limit of most proxies for a whole header.
const MAX_TOKEN: usize = 16 * 1024;

/// The token of the request; `None` without bearer credentials; otherwise a fixed text on what is malformed.
pub(crate) fn bearer_token<'a>(uri: &Uri, headers: &'a HeaderMap) -> Result<Option<BearerToken<'a>>, &'static str> {
    // A token in a URL ends up in logs; accepting one beside a header would also let two parties see two different tokens.
    if uri.query().is_some_and(has_token_parameter) {
        return Err("the token belongs into the Authorization header, not into the URL");
    }
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let Some(value) = values.next() else { return Ok(None) };
    if values.next().is_some() {
        return Err("more than one Authorization header");
    }
    let value = value.as_bytes();
    let (scheme, rest) = value.split_at(value.iter().take_while(|byte| is_scheme_byte(**byte)).count());
    if !scheme.eq_ignore_ascii_case(b"bearer") {
        return Ok(None);
    }
    let token = without_leading_spaces(rest);
    if token.len() > MAX_TOKEN {
        return Err("the token is too long");
    }
    match std::str::from_utf8(token) {
        Ok(text) if token.len() < rest.len() && is_token(text) => Ok(Some(BearerToken::new(text))),
        Ok(text) if token.len() < rest.len() && !text.is_empty() && !text.contains(' ') => Err(
            "the token has characters that no bearer token has: letters, digits and -._~+/ are allowed, and = at the end",
        ),
        _ => Err("the Authorization header is not of the form: Bearer token"),
    }
}

/// `b64token` of RFC 6750 §2.1: letters, digits and `-._~+/`, then any number of `=`.
fn is_token(text: &str) -> bool {
    let body = text.trim_end_matches('=');
    !body.is_empty() && body.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~+/".contains(&byte))
}

/// `tchar` of RFC 9110 §5.6.2, of which a scheme is made.
fn is_scheme_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

fn has_token_parameter(query: &str) -> bool {
    let names = query.split('&').map(|pair| pair.split_once('=').map_or(pair, |(name, _)| name));
    names.map(percent_decode_str).any(|name| name.eq(*b"access_token"))
}

/// Spaces between scheme and token may be several (`1*SP`); tabs are none.
fn without_leading_spaces(text: &[u8]) -> &[u8] {
    &text[text.iter().take_while(|byte| **byte == b' ').count()..]
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    /// What the request with these headers and this target carries.
    fn read(target: &str, values: &[&[u8]]) -> Result<Option<String>, &'static str> {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(AUTHORIZATION, HeaderValue::from_bytes(value).unwrap());
        }
        let token = bearer_token(&target.parse().unwrap(), &headers)?;
        Ok(token.map(|token| token.expose().to_owned()))
    }

    #[test]
    fn a_token_is_read_whatever_the_case_of_its_scheme() {
        for value in ["Bearer a.b-c_d~e+f/1==", "bearer a.b-c_d~e+f/1==", "BEARER   a.b-c_d~e+f/1=="] {
            assert_eq!(read("/mcp?x=1", &[value.as_bytes()]), Ok(Some("a.b-c_d~e+f/1==".to_owned())), "{value}");
        }
    }

    #[test]
    fn no_bearer_credentials_are_no_credentials() {
        assert_eq!(read("/mcp", &[]), Ok(None));
        for value in ["Basic dTpw", "", "Bearertoken", "DPoP abc", "Negotiate"] {
            assert_eq!(read("/mcp", &[value.as_bytes()]), Ok(None), "{value}");
        }
    }

    #[test]
    fn malformed_credentials_are_refused() {
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
    fn a_token_in_the_url_is_refused_with_and_without_a_header() {
        for target in ["/mcp?access_token=a", "/mcp?x=1&access_token=", "/mcp?%61ccess_token=a", "/mcp?access_token"] {
            assert!(read(target, &[]).is_err(), "{target}");
            assert!(read(target, &[b"Bearer a"]).is_err(), "{target}");
        }
        assert_eq!(read("/mcp?no_access_token=a", &[]), Ok(None));
    }
}
