//! The one rule for URLs that identities hang on: `https`, or `http` to this machine.

use std::fmt;

use fluent_uri::{Uri, component::Host};

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
///
/// Strictly by RFC 3986, and nothing is repaired: identifiers are compared and joined as texts. Quotes, spaces and backslashes
/// are in no such text, so that it can stand inside a quoted header value.
pub(crate) fn parse(text: &str) -> Result<Uri<&str>, UrlError> {
    let url = Uri::parse(text).map_err(|_| UrlError::Syntax)?;
    let authority = url.authority().filter(|authority| !authority.host().is_empty()).ok_or(UrlError::Syntax)?;
    if !["http", "https"].iter().any(|scheme| is_scheme(&url, scheme)) || authority.port_to_u16().is_err() {
        return Err(UrlError::Syntax);
    }
    if authority.has_userinfo() {
        return Err(UrlError::UserInfo);
    }
    if url.has_fragment() {
        return Err(UrlError::Fragment);
    }
    if is_scheme(&url, "http") && !is_loopback(&authority.host_parsed()) {
        return Err(UrlError::PlainHttp);
    }
    Ok(url)
}

/// Like [`parse`], for identifiers that have no query either (issuers, RFC 8414 §2).
pub(crate) fn parse_without_query(text: &str) -> Result<Uri<&str>, UrlError> {
    let url = parse(text)?;
    if url.has_query() { Err(UrlError::Query) } else { Ok(url) }
}

/// Whether that is the scheme, in whatever letters it is written.
pub(crate) fn is_scheme(url: &Uri<&str>, scheme: &str) -> bool {
    url.scheme().as_str().eq_ignore_ascii_case(scheme)
}

/// Whether this machine is named: `localhost` and its subdomains (RFC 6761 §6.3), 127.0.0.0/8, `::1`.
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
            ("HTTP://LOCALHOST:3030/mcp", None),
            ("HTTP://example.com/mcp", Some(UrlError::PlainHttp)),
            // What some parsers take for 127.0.0.1.
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
