//! Normal forms of URIs: URIs are equal if their normal forms are (RFC 3986, sections 6.2.2 and
//! 6.2.3).

use std::{borrow::Cow, ops::Range};

/// Stands for a variable of one segment in the text of a template.
pub(super) const SEGMENT: u8 = 1;
/// Stands for a variable that may contain slashes in the text of a template. Text after it may
/// belong to the path, where case is significant.
pub(super) const REST: u8 = 2;

/// Returns the normal form of a URI. Does not allocate if the URI is normal already, or only has to
/// lose the `/` at its end. Text without a scheme is returned as it is.
///
/// | normal form | section |
/// |---|---|
/// | lowercase scheme and host | 6.2.2.1 |
/// | uppercase `%AF`; no `%41` for letters, digits and `-._~`; no raw characters outside URIs | 6.2.2.2, RFC 3987 3.1 |
/// | no dot segments in an absolute path | 6.2.2.3 |
/// | no path `/` directly after an authority, no empty port, no default port, no `localhost` of `file` | 6.2.3 |
pub(crate) fn normal_uri(uri: &str) -> Cow<'_, str> {
    normalize(uri, Case::Folded).0
}

/// Case of the host in the output of [`normalize`].
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Case {
    Folded,
    /// The case of the source, so that a variable in the place of the host keeps its value.
    Kept,
}

/// Returns the normal form, apart from the case of the host, and the place of the host in it.
pub(super) fn normalize(uri: &str, case: Case) -> (Cow<'_, str>, Range<usize>) {
    let Some(colon) = scheme_end(uri) else { return (Cow::Borrowed(uri), 0..0) };
    let (scheme, rest) = (&uri[..colon], &uri[colon + 1..]);
    let mut output = Output { source: uri, same: 0, changed: None };
    scheme.bytes().for_each(|byte| output.push(byte.to_ascii_lowercase()));
    output.push(b':');
    let (authority, rest) = match rest.strip_prefix("//") {
        Some(rest) => {
            let (authority, rest) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
            (Some(authority), rest)
        }
        None => (None, rest),
    };
    let host = authority.map_or(0..0, |authority| output.authority(scheme, authority, case));
    let (path, tail) = rest.split_at(rest.find(['?', '#']).unwrap_or(rest.len()));
    match path.strip_prefix('/') {
        Some(path) => output.absolute_path(path, authority.is_some()),
        None => output.text(path, false),
    }
    output.text(tail, false);
    (output.finish(), host)
}

/// Returns the position of the colon after the scheme (RFC 3986, section 3.1).
pub(super) fn scheme_end(uri: &str) -> Option<usize> {
    let colon = uri.find(|letter: char| !letter.is_ascii_alphanumeric() && !matches!(letter, '+' | '-' | '.'))?;
    (uri.as_bytes()[colon] == b':' && uri.as_bytes()[0].is_ascii_alphabetic()).then_some(colon)
}

/// A normal form that is being written. It borrows from its source up to the first difference.
struct Output<'u> {
    source: &'u str,
    /// Length of the output, while it is a prefix of the source.
    same: usize,
    changed: Option<Vec<u8>>,
}

impl<'u> Output<'u> {
    fn push(&mut self, byte: u8) {
        match &mut self.changed {
            Some(changed) => changed.push(byte),
            None if self.source.as_bytes().get(self.same) == Some(&byte) => self.same += 1,
            None => {
                let mut changed = Vec::with_capacity(self.source.len() + 8);
                changed.extend_from_slice(&self.source.as_bytes()[..self.same]);
                changed.push(byte);
                self.changed = Some(changed);
            }
        }
    }

    fn written(&self) -> &[u8] {
        self.changed.as_deref().unwrap_or(&self.source.as_bytes()[..self.same])
    }

    fn len(&self) -> usize {
        self.changed.as_ref().map_or(self.same, Vec::len)
    }

    fn truncate(&mut self, len: usize) {
        match &mut self.changed {
            Some(changed) => changed.truncate(len),
            None => self.same = len,
        }
    }

    /// Writes text in its normal percent-encoding. `folds` makes letters lowercase, up to a
    /// variable that may contain slashes.
    fn text(&mut self, text: &str, mut folds: bool) {
        let bytes = text.as_bytes();
        let mut at = 0;
        while let Some(&byte) = bytes.get(at) {
            let case = |letter: u8| if folds { letter.to_ascii_lowercase() } else { letter };
            let encoded =
                (byte == b'%').then(|| Some((hex(*bytes.get(at + 1)?)?, hex(*bytes.get(at + 2)?)?))).flatten();
            at += if encoded.is_some() { 3 } else { 1 };
            match encoded.map(|(high, low)| high * 16 + low) {
                Some(byte) if is_unreserved(byte) => self.push(case(byte)),
                Some(byte) => self.encoded(byte),
                None if byte == b'%' || byte == SEGMENT || byte == REST || is_allowed(byte) => self.push(case(byte)),
                None => self.encoded(byte),
            }
            folds &= byte != REST;
        }
    }

    fn encoded(&mut self, byte: u8) {
        const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
        for byte in [b'%', DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]] {
            self.push(byte);
        }
    }

    /// Writes the authority, and returns the place of its host.
    fn authority(&mut self, scheme: &str, authority: &str, case: Case) -> Range<usize> {
        self.push(b'/');
        self.push(b'/');
        let after_user = authority.rfind('@').map_or(0, |at| at + 1);
        self.text(&authority[..after_user], false);
        let (host, port) = match authority[after_user..].rsplit_once(':') {
            Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => (host, port),
            _ => (&authority[after_user..], ""),
        };
        let start = self.len();
        let is_local = scheme.eq_ignore_ascii_case("file") && host.eq_ignore_ascii_case("localhost");
        if !is_local {
            self.text(host, case == Case::Folded);
        }
        let host = start..self.len();
        if !port.is_empty() && default_port(scheme) != Some(port.trim_start_matches('0')) {
            self.push(b':');
            self.text(port, false);
        }
        host
    }

    /// Writes a path that begins with `/`, without its dot segments (RFC 3986, section 5.2.4).
    fn absolute_path(&mut self, path: &str, has_authority: bool) {
        let base = self.len();
        let mut segments = path.split('/').peekable();
        while let Some(segment) = segments.next() {
            let start = self.len();
            self.push(b'/');
            self.text(segment, false);
            let kept = match &self.written()[start..] {
                b"/." => start,
                b"/.." => self.written()[base..start].iter().rposition(|byte| *byte == b'/').unwrap_or(0) + base,
                _ => continue,
            };
            self.truncate(kept);
            if segments.peek().is_none() {
                self.push(b'/');
            }
        }
        if has_authority && self.written()[base..] == *b"/" {
            self.truncate(base);
        } else if !has_authority && self.written()[base..].starts_with(b"//") {
            // `//` would begin an authority (RFC 3986, section 3.3).
            let path = self.written()[base..].to_vec();
            self.truncate(base);
            b"/.".iter().chain(&path).for_each(|byte| self.push(*byte));
        }
    }

    fn finish(self) -> Cow<'u, str> {
        let source = self.source;
        match self.changed.map(String::from_utf8) {
            None => Cow::Borrowed(source.get(..self.same).unwrap_or(source)),
            // The output is ASCII.
            Some(changed) => changed.map_or(Cow::Borrowed(source), Cow::Owned),
        }
    }
}

pub(super) fn default_port(scheme: &str) -> Option<&'static str> {
    let is = |name: &&str| scheme.eq_ignore_ascii_case(name);
    [("http", "80"), ("ws", "80"), ("https", "443"), ("wss", "443"), ("ftp", "21")]
        .iter()
        .find(|(name, _)| is(name))
        .map(|(_, port)| *port)
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

/// Returns `true` for the characters of RFC 3986, section 2.3.
fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~')
}

/// Returns `true` for characters that a URI may contain unencoded.
fn is_allowed(byte: u8) -> bool {
    byte.is_ascii_graphic() && !matches!(byte, b'"' | b'<' | b'>' | b'\\' | b'^' | b'`' | b'{' | b'|' | b'}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_uris_have_one_normal_form() {
        for (uri, normal) in [
            ("HTTP://Example.COM/Thing", "http://example.com/Thing"),
            ("https://example.com/", "https://example.com"),
            ("https://example.com/?q", "https://example.com?q"),
            ("https://example.com:/a", "https://example.com/a"),
            ("https://example.com:443", "https://example.com"),
            ("https://example.com:0443/", "https://example.com"),
            ("https://example.com:80/", "https://example.com:80"),
            ("http://example.com:80/a", "http://example.com/a"),
            ("ws://example.com:80/", "ws://example.com"),
            ("WSS://example.com:443/a", "wss://example.com/a"),
            ("mcp://example.com:80/a", "mcp://example.com:80/a"),
            ("http://User:Pass@Example.com/", "http://User:Pass@example.com"),
            ("http://[2001:DB8::1]:80/", "http://[2001:db8::1]"),
            ("http://%45xample.com/", "http://example.com"),
            ("t://caf%c3%a9/%7Ea%2f", "t://caf%C3%A9/~a%2F"),
            ("t://café/é", "t://caf%C3%A9/%C3%A9"),
            ("t://x/a b|c", "t://x/a%20b%7Cc"),
            ("t://x/%zz%4", "t://x/%zz%4"),
            ("t://x/a/./b/../c", "t://x/a/c"),
            ("t://x/a/%2E%2e/b", "t://x/b"),
            ("t://x/../../b/..", "t://x"),
            ("t://x/a/b/.", "t://x/a/b/"),
            ("t://x/a/b/..", "t://x/a/"),
            ("t://x/a//../b", "t://x/a/b"),
            ("t://x/.../..a", "t://x/.../..a"),
            ("t://x/a?b=/../%7e#%7E/./", "t://x/a?b=/../~#~/./"),
            ("file:///", "file://"),
            ("FILE://LocalHost/a/../B", "file:///B"),
            ("file:/a/./b", "file:/a/b"),
            ("a:/.//b", "a:/.//b"),
            ("a:/b/..//c", "a:/.//c"),
            ("URN:Example:%41/../b", "urn:Example:A/../b"),
            ("mailto:John.Doe@Example.com", "mailto:John.Doe@Example.com"),
            ("test:X", "test:X"),
            ("Users/%41", "Users/%41"),
            ("1t://X", "1t://X"),
            ("", ""),
            ("é:x", "é:x"),
        ] {
            assert_eq!(normal_uri(uri), normal, "{uri}");
            assert_eq!(normal_uri(normal), normal, "the normal form of {uri} is normal");
        }
    }

    #[test]
    fn normal_uri_is_borrowed() {
        for uri in [
            "https://example.com",
            "https://example.com/",
            "https://user@example.com:8443/a/b.c/d?e=%2F&f#g",
            "file:///a/b",
            "urn:ISBN:0451450523",
            "mailto:a@B.example",
            "test:X",
            "ui://view/a.html",
            "not a URI",
        ] {
            assert!(matches!(normal_uri(uri), Cow::Borrowed(_)), "{uri}");
        }
    }

    #[test]
    fn kept_case_of_host_has_place_of_folded_case() {
        for uri in ["HTTP://U@Example.COM:80/Thing", "t://%C3%89%41b/", "t://A"] {
            let ((kept, there), (folded, here)) = (normalize(uri, Case::Kept), normalize(uri, Case::Folded));
            assert_eq!((there, kept.len()), (here.clone(), folded.len()), "{uri}");
            assert!(kept[here.clone()].eq_ignore_ascii_case(&folded[here]), "{uri}");
        }
    }
}
