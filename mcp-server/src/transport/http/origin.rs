//! `AllowList`: the hosts and origins that the server accepts, as a defense against DNS rebinding
//! (2025-11-25 and 2026-07-28, streamable HTTP, security).

use http::{HeaderValue, Version, header, request::Parts, uri::Authority};

use super::field::Field;

/// The accepted hosts and origins. Each list is short, and searched linearly.
#[derive(Debug)]
pub(crate) struct AllowList {
    /// `host[:port]`, or `None` for any host.
    hosts: Option<Box<[Box<str>]>>,
    /// `scheme://host[:port]`, or `None` for any origin.
    origins: Option<Box<[Box<str>]>>,
}

/// The reason why a host or an origin is rejected. Each variant has the text for the client.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum OriginRejection {
    /// The host is missing, duplicate or invalid.
    InvalidHost(&'static str),
    /// The host is not in the list.
    ForbiddenHost(&'static str),
    /// The origin is not in the list.
    ForbiddenOrigin(&'static str),
}

/// Names of the loopback interface.
const LOOPBACK: [&str; 3] = ["localhost", "127.0.0.1", "[::1]"];

impl AllowList {
    /// Creates the list. Loopback names are always accepted as hosts. A `*` accepts everything.
    pub(crate) fn new(hosts: &[String], origins: &[String]) -> Self {
        let any = |list: &[String]| list.iter().any(|entry| entry == "*");
        let hosts = (!any(hosts))
            .then(|| LOOPBACK.into_iter().chain(hosts.iter().map(String::as_str)).map(Into::into).collect());
        let origins =
            (!any(origins)).then(|| origins.iter().map(|origin| origin.trim_end_matches('/').into()).collect());
        Self { hosts, origins }
    }

    /// Checks the host and the origin of a request. Returns the origin of the page that may read
    /// the response, if a page sent the request.
    pub(super) fn check(&self, request: &Parts) -> Result<Option<HeaderValue>, OriginRejection> {
        let host = host(request).map_err(OriginRejection::InvalidHost)?;
        if !self.is_host(host) {
            return Err(OriginRejection::ForbiddenHost("forbidden host: add it to `allowed_hosts`"));
        }
        match Field::one(&request.headers, &header::ORIGIN) {
            Field::Absent => Ok(None),
            Field::Value(origin) if self.is_origin(origin, host) => Ok(Some(origin.clone())),
            Field::Value(_) | Field::Conflict => {
                Err(OriginRejection::ForbiddenOrigin("forbidden Origin header: add the origin to `allowed_origins`"))
            }
        }
    }

    /// Returns the list that a rejected value is not in, for the log.
    pub(super) fn allowed(&self, rejection: &OriginRejection) -> String {
        let list = match rejection {
            OriginRejection::InvalidHost(_) | OriginRejection::ForbiddenHost(_) => &self.hosts,
            OriginRejection::ForbiddenOrigin(_) => &self.origins,
        };
        match list.as_deref() {
            None => "*".to_owned(),
            Some([]) => "the own origin".to_owned(),
            Some(list) => list.iter().map(AsRef::as_ref).collect::<Vec<&str>>().join(", "),
        }
    }

    fn is_host(&self, host: &str) -> bool {
        let Some(hosts) = &self.hosts else { return true };
        let name = without_port(host);
        if hosts.iter().any(|allowed| **allowed == *name) {
            return true;
        }
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
        // Pages of this host are allowed. On a loopback host, so are all pages of the same machine.
        // If any host is accepted, the host of a request proves nothing: a page that rebinds its
        // name sends that name as host and as origin.
        let is_own = self.hosts.is_some() && authority.eq_ignore_ascii_case(host);
        let is_local = LOOPBACK.iter().any(|name| without_port(authority).eq_ignore_ascii_case(name));
        is_web && (is_own || is_local && LOOPBACK.iter().any(|name| without_port(host).eq_ignore_ascii_case(name)))
    }
}

/// Returns the host of a request: from its target (`:authority` in HTTP/2), else from `Host`.
/// HTTP/1.1 requires one valid `Host` header even if the target has a host (RFC 9112, sections 3.2
/// and 3.2.2).
fn host(request: &Parts) -> Result<&str, &'static str> {
    let target = request.uri.authority().map(Authority::as_str);
    let mut headers = request.headers.get_all(header::HOST).iter();
    let header = match (headers.next(), headers.next()) {
        (Some(_), Some(_)) => return Err("duplicate Host header: expected one"),
        (None, _) if request.version == Version::HTTP_11 => None,
        (None, _) => target,
        (Some(host), None) => Some(host.to_str().map_err(|_| INVALID_HOST)?),
    };
    let header = header.ok_or("missing Host header: expected one")?;
    if is_host_text(header) && target.is_none_or(is_host_text) {
        Ok(target.unwrap_or(header))
    } else {
        Err(INVALID_HOST)
    }
}

const INVALID_HOST: &str = "invalid host: expected `host` or `host:port`";

/// Returns `true` if the text has only characters of hosts and ports, and so neither user
/// information nor a path (RFC 3986, section 3.2.2).
fn is_host_text(host: &str) -> bool {
    host.bytes().all(|byte| HOST_BYTES[usize::from(byte)])
}

/// The characters of hosts and ports, by their codes. A table is faster than comparisons, and every
/// request has a host.
const HOST_BYTES: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0_u8;
    while byte < 128 {
        let is_punctuation = matches!(byte, b'!' | b'$'..=b'.' | b':' | b';' | b'=' | b'[' | b']' | b'_' | b'~');
        table[byte as usize] = byte.is_ascii_alphanumeric() || is_punctuation;
        byte += 1;
    }
    table
};

/// Removes the port. Text after the last colon that is not a number is kept: it may end an IPv6
/// address, or hide another host.
fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    }
}

#[cfg(test)]
mod tests {
    use http::Request;

    use super::*;

    fn request(target: &str, hosts: &[&str]) -> Parts {
        let request = Request::builder().uri(target);
        let request = hosts.iter().fold(request, |request, host| request.header(header::HOST, *host));
        request.body(()).unwrap().into_parts().0
    }

    fn allowed(list: &AllowList, host: &str, origin: Option<&str>) -> bool {
        let mut request = request("/mcp", &[host]);
        if let Some(origin) = origin {
            request.headers.insert(header::ORIGIN, HeaderValue::from_str(origin).unwrap());
        }
        list.check(&request).is_ok()
    }

    #[test]
    fn default_list_accepts_loopback_only() {
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
    fn configured_list_accepts_named_hosts_and_origins() {
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
    fn any_host_makes_no_origin_own() {
        let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        for hosts in [&["*"][..], &["mcp.example.com", "*"], &["*", "evil.example"]] {
            let list = AllowList::new(&texts(hosts), &texts(&["https://app.example.com"]));
            for (host, origin, expected) in [
                ("evil.example", None, true),
                ("mcp.example.com:8443", None, true),
                ("evil.example", Some("http://evil.example"), false),
                ("evil.example:3030", Some("http://evil.example:3030"), false),
                ("EVIL.example", Some("https://evil.example"), false),
                ("mcp.example.com", Some("https://mcp.example.com"), false),
                ("mcp.example.com", Some("http://localhost"), false),
                ("192.168.0.7:3030", Some("http://192.168.0.7:3030"), false),
                ("evil.example", Some("https://app.example.com"), true),
                ("app.example.com", Some("https://app.example.com"), true),
                // Browsers resolve these names to the machine itself.
                ("localhost:3030", Some("http://localhost:6274"), true),
            ] {
                assert_eq!(allowed(&list, host, origin), expected, "{hosts:?} {host} {origin:?}");
            }
        }
    }

    #[test]
    fn host_from_target_else_from_single_header() {
        for (version, target, hosts, expected) in [
            (Version::HTTP_11, "/mcp", &["a"][..], Some("a")),
            (Version::HTTP_11, "/mcp", &[][..], None),
            (Version::HTTP_11, "/mcp", &["a", "a"][..], None),
            (Version::HTTP_11, "/mcp", &["user@a"][..], None),
            (Version::HTTP_11, "/mcp", &["a/b"][..], None),
            (Version::HTTP_11, "http://b:1/mcp", &["a"][..], Some("b:1")),
            (Version::HTTP_11, "http://b/mcp", &[][..], None),
            (Version::HTTP_11, "http://b/mcp", &["a", "b"][..], None),
            (Version::HTTP_11, "http://user@b/mcp", &["b"][..], None),
            (Version::HTTP_2, "https://b/mcp", &[][..], Some("b")),
            (Version::HTTP_2, "https://b/mcp", &["a"][..], Some("b")),
            (Version::HTTP_10, "/mcp", &[][..], None),
        ] {
            let mut request = request(target, hosts);
            request.version = version;
            assert_eq!(host(&request).ok(), expected, "{target} {hosts:?}");
        }
    }
}
