//! Which hosts this server answers for, and which web pages may talk to it: the defence against DNS rebinding
//! (2025-11-25 and 2026-07-28, streamable HTTP, security).

use http::{HeaderMap, HeaderValue, Uri, header};

/// The hosts and origins that are served: a handful each, so a request goes through them.
#[derive(Debug)]
pub(crate) struct AllowList {
    /// Without port or with one; `None` for any host.
    hosts: Option<Box<[Box<str>]>>,
    /// `scheme://host[:port]`; `None` for any origin.
    origins: Option<Box<[Box<str>]>>,
}

/// Names by which a machine calls itself.
const LOOPBACK: [&str; 3] = ["localhost", "127.0.0.1", "[::1]"];

impl AllowList {
    /// The loopback names are always among the hosts. `any` in a list stands for everything.
    pub(crate) fn new(hosts: &[String], origins: &[String]) -> Self {
        let any = |list: &[String]| list.iter().any(|entry| entry == "*");
        let hosts = (!any(hosts))
            .then(|| LOOPBACK.into_iter().chain(hosts.iter().map(String::as_str)).map(Into::into).collect());
        let origins =
            (!any(origins)).then(|| origins.iter().map(|origin| origin.trim_end_matches('/').into()).collect());
        Self { hosts, origins }
    }

    /// Refuses a request for a foreign host or from a foreign page. Returns the origin of a page that may read the answer.
    pub(super) fn check(&self, uri: &Uri, headers: &HeaderMap) -> Result<Option<HeaderValue>, &'static str> {
        let host = host(uri, headers)?;
        if !self.is_host(host) {
            return Err("this server does not answer for that Host; name it in `allowed_hosts`");
        }
        let mut origins = headers.get_all(header::ORIGIN).iter();
        match (origins.next(), origins.next()) {
            (None, _) => Ok(None),
            (Some(origin), None) if self.is_origin(origin, host) => Ok(Some(origin.clone())),
            _ => Err("pages of that Origin may not use this server; name it in `allowed_origins`"),
        }
    }

    fn is_host(&self, host: &str) -> bool {
        let Some(hosts) = &self.hosts else { return true };
        let name = without_port(host);
        hosts.iter().any(|allowed| allowed.eq_ignore_ascii_case(name) || allowed.eq_ignore_ascii_case(host))
    }

    fn is_origin(&self, origin: &HeaderValue, host: &str) -> bool {
        let Some(origins) = &self.origins else { return true };
        let Ok(origin) = origin.to_str() else { return false };
        if origins.iter().any(|allowed| allowed.eq_ignore_ascii_case(origin)) {
            return true;
        }
        let Some((scheme, authority)) = origin.split_once("://") else { return false };
        let is_web = scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https");
        // A page that this host served itself, or, where the server runs on its user's machine, one from there.
        let is_own = authority.eq_ignore_ascii_case(host);
        let is_local = LOOPBACK.iter().any(|name| without_port(authority).eq_ignore_ascii_case(name));
        is_web && (is_own || is_local && LOOPBACK.iter().any(|name| without_port(host).eq_ignore_ascii_case(name)))
    }
}

/// The host a request is for: `:authority` of HTTP/2, else the one `Host`.
fn host<'r>(uri: &'r Uri, headers: &'r HeaderMap) -> Result<&'r str, &'static str> {
    let mut hosts = headers.get_all(header::HOST).iter();
    match (hosts.next(), hosts.next(), uri.authority()) {
        (Some(host), None, _) => host.to_str().map_err(|_| "the Host header is not a host"),
        (None, _, Some(authority)) => Ok(authority.as_str()),
        (None, _, None) => Err("the Host header is missing"),
        (Some(_), Some(_), _) => Err("the Host header is there more than once"),
    }
}

/// What follows the last colon and is no number is no port: the end of an IPv6 address, or whatever hides a host behind one.
fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allowed(list: &AllowList, host: &str, origin: Option<&str>) -> bool {
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, HeaderValue::from_str(host).unwrap());
        if let Some(origin) = origin {
            headers.insert(header::ORIGIN, HeaderValue::from_str(origin).unwrap());
        }
        list.check(&Uri::from_static("/mcp"), &headers).is_ok()
    }

    #[test]
    fn by_default_only_the_machine_itself_is_served() {
        let list = AllowList::new(&[], &[]);
        for (host, origin, expected) in [
            ("127.0.0.1:3030", None, true),
            ("localhost", None, true),
            ("LOCALHOST:1", None, true),
            ("[::1]:3030", None, true),
            ("evil.example", None, false),
            ("localhost.evil.example", None, false),
            ("localhost:80@evil.example", None, false),
            ("[::1]", None, true),
            ("127.0.0.1:3030", Some("http://127.0.0.1:3030"), true),
            ("127.0.0.1:3030", Some("http://localhost:1@evil.example"), false),
            ("127.0.0.1:3030", Some("http://localhost:6274"), true),
            ("127.0.0.1:3030", Some("https://evil.example"), false),
            ("127.0.0.1:3030", Some("null"), false),
            ("127.0.0.1:3030", Some("http://localhost.evil.example"), false),
            ("127.0.0.1:3030", Some("file://localhost"), false),
        ] {
            assert_eq!(allowed(&list, host, origin), expected, "{host} {origin:?}");
        }
    }

    #[test]
    fn named_hosts_and_origins_are_served_and_no_others() {
        let list = AllowList::new(&["mcp.example.com".to_owned()], &["https://app.example.com".to_owned()]);
        for (host, origin, expected) in [
            ("mcp.example.com", None, true),
            ("MCP.example.com:443", None, true),
            ("mcp.example.com.evil", None, false),
            ("mcp.example.com", Some("https://app.example.com"), true),
            ("mcp.example.com", Some("https://mcp.example.com"), true),
            ("mcp.example.com", Some("http://localhost:6274"), false),
            ("mcp.example.com", Some("https://app.example.com:8443"), false),
        ] {
            assert_eq!(allowed(&list, host, origin), expected, "{host} {origin:?}");
        }
        let any = AllowList::new(&["*".to_owned()], &["*".to_owned()]);
        assert!(allowed(&any, "evil.example", Some("https://evil.example")));
    }

    #[test]
    fn a_host_that_cannot_be_told_is_refused() {
        let list = AllowList::new(&[], &[]);
        let mut headers = HeaderMap::new();
        assert!(list.check(&Uri::from_static("/mcp"), &headers).is_err());
        headers.append(header::HOST, HeaderValue::from_static("localhost"));
        headers.append(header::HOST, HeaderValue::from_static("localhost"));
        assert!(list.check(&Uri::from_static("/mcp"), &headers).is_err());
    }
}
