//! `Field`: a header that may occur once, in a request that may repeat it.
//!
//! Some clients and proxies send a header twice, as two lines or as one. Equal copies have one
//! meaning, so they count as one. Two headers are stricter: a request with two `Host` headers must
//! be rejected (RFC 9112, section 3.2), and so must one with two `Authorization` headers (RFC 6750,
//! section 2).

use http::{HeaderMap, HeaderName, HeaderValue};

/// The value of a header that may occur once. Equal copies count as one value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Field<'h> {
    /// The request does not have the header.
    #[default]
    Absent,
    /// One value, or copies of it.
    Value(&'h HeaderValue),
    /// Different values: a proxy may act on another one than the server.
    Conflict,
}

/// Reason why a header with different values is invalid.
pub(super) const CONFLICT: &str = "sent with different values, expected one";

impl<'h> Field<'h> {
    /// Reads these headers in one pass.
    pub(super) fn all<const N: usize>(headers: &'h HeaderMap, names: [&HeaderName; N]) -> [Self; N] {
        let mut fields = [Self::Absent; N];
        for (name, value) in headers {
            if let Some(index) = names.iter().position(|wanted| *wanted == name) {
                fields[index].add(value);
            }
        }
        fields
    }

    /// Reads one header.
    pub(super) fn one(headers: &'h HeaderMap, name: &HeaderName) -> Self {
        let mut field = Self::Absent;
        headers.get_all(name).iter().for_each(|value| field.add(value));
        field
    }

    fn add(&mut self, value: &'h HeaderValue) {
        *self = match *self {
            Self::Absent => Self::Value(value),
            Self::Value(first) if first == value => Self::Value(first),
            Self::Value(_) | Self::Conflict => Self::Conflict,
        };
    }
}

/// Returns one copy of a value that was sent several times and joined with commas (RFC 9110,
/// section 5.3), as in `a, a`. Returns `None` for every other value.
pub(super) fn joined_copy(value: &[u8]) -> Option<&[u8]> {
    if !value.contains(&b',') {
        return None;
    }
    let mut copies = value.split(|byte| *byte == b',').map(<[u8]>::trim_ascii);
    let first = copies.next().filter(|first| !first.is_empty())?;
    let mut others = copies.peekable();
    (others.peek().is_some() && others.all(|copy| copy == first)).then_some(first)
}

#[cfg(test)]
mod tests {
    use http::header::{ACCEPT, HOST};

    use super::*;

    #[test]
    fn equal_values_count_once_and_different_values_conflict() {
        let (one, two) = (HeaderValue::from_static("a"), HeaderValue::from_static("b"));
        let mut headers = HeaderMap::new();
        headers.append(HOST, one.clone());
        assert_eq!(Field::all(&headers, [&ACCEPT, &HOST]), [Field::Absent, Field::Value(&one)]);
        headers.append(HOST, one.clone());
        headers.append(ACCEPT, two.clone());
        assert_eq!(Field::all(&headers, [&ACCEPT, &HOST]), [Field::Value(&two), Field::Value(&one)]);
        headers.append(HOST, two);
        headers.append(HOST, one);
        assert_eq!(Field::one(&headers, &HOST), Field::Conflict);
    }

    #[test]
    fn joined_copies_are_found() {
        for (value, copy) in [
            ("a, a", Some("a")),
            ("a,a , a", Some("a")),
            ("a b, a b", Some("a b")),
            ("a", None),
            ("a, b", None),
            ("a, A", None),
            (", ", None),
            ("a,", None),
            (",a", None),
        ] {
            assert_eq!(joined_copy(value.as_bytes()), copy.map(str::as_bytes), "{value}");
        }
    }
}
