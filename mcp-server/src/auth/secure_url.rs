//! The one rule for URLs that identities hang on: `https`, or `http` to this machine.

use std::fmt;

use url::{Host, Url};

/// What is wrong with a URL that identifies something, or that something is fetched from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum UrlError {
    /// It is not an absolute `http` or `https` URL in the characters of RFC 3986.
    Syntax,
    /// It is `http` and leads to another machine.
    PlainHttp,
    /// It has a fragment.
    Fragment,
    /// It has a user name or a password.
    UserInfo,
    /// It has a query, where none may be.
    Query,
}

impl fmt::Display for UrlError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Syntax => "this is no absolute URL; write it in full, as in `https://mcp.example.com/mcp`",
            Self::PlainHttp => "plain http can be read and changed on the way; use https (http is for localhost only)",
            Self::Fragment => "a URL that identifies something has no fragment; leave out `#` and what follows",
            Self::UserInfo => "it contains a user name or a password; leave out what stands before the `@`",
            Self::Query => "an issuer has no query; leave out `?` and what follows",
        })
    }
}

/// Parses `text` and applies the rule. A query is allowed here; [`parse_without_query`] forbids it.
pub(crate) fn parse(text: &str) -> Result<Url, UrlError> {
    if !text.bytes().all(is_url_byte) {
        return Err(UrlError::Syntax);
    }
    let url = Url::parse(text).map_err(|_| UrlError::Syntax)?;
    // `Url` repairs `https:host` and `https:/host`; comparing and joining text afterwards needs the two slashes to be there.
    let starts_well = text.split_once("://").is_some_and(|(scheme, _)| scheme.eq_ignore_ascii_case(url.scheme()));
    if !matches!(url.scheme(), "http" | "https") || url.host().is_none() || !starts_well {
        return Err(UrlError::Syntax);
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(UrlError::UserInfo);
    }
    if url.fragment().is_some() {
        return Err(UrlError::Fragment);
    }
    if url.scheme() == "http" && !is_loopback(&url) {
        return Err(UrlError::PlainHttp);
    }
    Ok(url)
}

/// Like [`parse`], for identifiers that have no query either (issuers, RFC 8414 §2).
pub(crate) fn parse_without_query(text: &str) -> Result<Url, UrlError> {
    let url = parse(text)?;
    if url.query().is_some() { Err(UrlError::Query) } else { Ok(url) }
}

/// Whether the URL names this machine: `localhost` and its subdomains (RFC 6761 §6.3), 127.0.0.0/8, `::1`.
fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// Unreserved, reserved and `%`: the bytes of a URI by RFC 3986. Quotes, spaces and backslashes are not among them, which is
/// what lets such a text stand inside a quoted header value.
pub(crate) fn is_url_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~:/?#[]@!$&'()*+,;=%".contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_https_or_loopback_without_extras() {
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
