//! One rule for URLs that identify a party or are fetched from: `https`, or `http` on loopback.

use std::{error::Error, fmt};

use fluent_uri::{Uri, component::Host};

/// A reason why a URL is rejected, such as that of a resource, an issuer or a set of keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum UrlError {
    /// Not an absolute `http` or `https` URL in the syntax of RFC 3986.
    Syntax,
    /// Plain `http` to a host that is not loopback.
    PlainHttp,
    /// The URL has a fragment (`#…`).
    Fragment,
    /// The URL has a user name or a password.
    UserInfo,
    /// The URL has a query (`?…`), but is an identifier that must not have one.
    Query,
}

impl fmt::Display for UrlError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Syntax => "expected an absolute URL, with `https://` and a host",
            Self::PlainHttp => "expected `https`: plain `http` is accepted for localhost only",
            Self::Fragment => "expected no fragment: remove `#` and the text after it",
            Self::UserInfo => "expected no user name and no password: remove the text before `@`",
            Self::Query => "expected no query: remove `?` and the text after it",
        })
    }
}

impl Error for UrlError {}

/// Parses `text` strictly by RFC 3986 and applies the rule. A query is accepted.
///
/// Nothing is normalized, because identifiers are compared and joined as texts. An accepted text
/// has no quotes, spaces and backslashes, so it can stand in a quoted header value.
pub(crate) fn parse(text: &str) -> Result<Uri<&str>, UrlError> {
    let url = Uri::parse(text).map_err(|_| UrlError::Syntax)?;
    let authority = url.authority().filter(|authority| !authority.host().is_empty()).ok_or(UrlError::Syntax)?;
    if !["http", "https"].iter().any(|scheme| has_scheme(&url, scheme)) || authority.port_to_u16().is_err() {
        return Err(UrlError::Syntax);
    }
    if authority.has_userinfo() {
        return Err(UrlError::UserInfo);
    }
    if url.has_fragment() {
        return Err(UrlError::Fragment);
    }
    if has_scheme(&url, "http") && !is_loopback(&authority.host_parsed()) {
        return Err(UrlError::PlainHttp);
    }
    Ok(url)
}

/// Parses an identifier without a query, such as an issuer (RFC 8414, section 2).
pub(crate) fn parse_without_query(text: &str) -> Result<Uri<&str>, UrlError> {
    let url = parse(text)?;
    if url.has_query() { Err(UrlError::Query) } else { Ok(url) }
}

/// Splits a URL without a query into its origin and its path.
pub(crate) fn split_origin(url: &str) -> (&str, &str) {
    let host = url.find("://").map_or(0, |at| at + 3);
    url[host..].find('/').map_or((url, ""), |at| url.split_at(host + at))
}

/// Returns `true` if the URL has this scheme, in any case.
pub(crate) fn has_scheme(url: &Uri<&str>, scheme: &str) -> bool {
    url.scheme().as_str().eq_ignore_ascii_case(scheme)
}

/// Returns `true` for `localhost` and its subdomains (RFC 6761, section 6.3), 127.0.0.0/8 and
/// `::1`.
fn is_loopback(host: &Host<'_>) -> bool {
    match host {
        Host::RegName(name) => {
            let name = name.as_str().to_ascii_lowercase();
            name == "localhost" || name.ends_with(".localhost")
        }
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
        Host::IpvFuture { .. } => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_https_or_loopback_is_accepted() {
        for (text, expected) in [
            ("https://mcp.example.com/mcp", None),
            ("https://mcp.example.com/mcp?tenant=a", None),
            ("http://localhost:3030/mcp", None),
            ("http://app.localhost/mcp", None),
            ("http://127.0.0.1:3030", None),
            ("http://127.9.9.9", None),
            ("http://[::1]:1/mcp", None),
            ("http://example.com/mcp", Some(UrlError::PlainHttp)),
            ("http://localhost.example.com", Some(UrlError::PlainHttp)),
            ("http://0.0.0.0/mcp", Some(UrlError::PlainHttp)),
            ("HTTP://LOCALHOST:3030/mcp", None),
            ("HTTP://example.com/mcp", Some(UrlError::PlainHttp)),
            // Some parsers read these as 127.0.0.1.
            ("http://127.1/mcp", Some(UrlError::PlainHttp)),
            ("http://%6cocalhost/mcp", Some(UrlError::PlainHttp)),
            ("https://h:99999/mcp", Some(UrlError::Syntax)),
            ("https://:443/mcp", Some(UrlError::Syntax)),
            ("https://h/mcp#part", Some(UrlError::Fragment)),
            ("https://user@h/mcp", Some(UrlError::UserInfo)),
            ("https://:secret@h/mcp", Some(UrlError::UserInfo)),
            ("https:h/mcp", Some(UrlError::Syntax)),
            ("https:/h/mcp", Some(UrlError::Syntax)),
            ("ftp://h/mcp", Some(UrlError::Syntax)),
            ("/mcp", Some(UrlError::Syntax)),
            ("", Some(UrlError::Syntax)),
            ("https://h/m cp", Some(UrlError::Syntax)),
            ("https://h/\"", Some(UrlError::Syntax)),
            ("https://h\\mcp", Some(UrlError::Syntax)),
            ("https://h/mcp\n", Some(UrlError::Syntax)),
        ] {
            assert_eq!(parse(text).err(), expected, "{text:?}");
        }
        assert_eq!(parse_without_query("https://idp/?a=b").err(), Some(UrlError::Query));
        assert!(parse_without_query("https://idp/realms/acme").is_ok());
    }
}
