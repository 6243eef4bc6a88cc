//! JSON objects with unique member names, whose values are parsed only when they are read.

use std::{borrow::Cow, fmt};

use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor},
};
use serde_json::value::RawValue;

/// A JSON object with unique member names. Its values are unparsed text.
///
/// Readers differ in which of two duplicate members they take, and attacks rely on that (RFC 7519,
/// section 4; RFC 8725, section 2.4). So an object with a duplicate name is rejected.
#[derive(Debug)]
pub(crate) struct JsonObject<'a> {
    /// Sorted by name.
    members: Vec<(Cow<'a, str>, &'a RawValue)>,
}

impl<'a> JsonObject<'a> {
    /// Parses an object. Returns `None` for other values and for duplicate names.
    pub(crate) fn parse(text: &'a str) -> Option<Self> {
        let mut object: Self = serde_json::from_str(text).ok()?;
        object.members.sort_unstable_by(|(one, _), (other, _)| one.cmp(other));
        let unique = object.members.windows(2).all(|pair| pair[0].0 != pair[1].0);
        unique.then_some(object)
    }

    /// Returns the JSON text of the member `name`.
    pub(crate) fn get(&self, name: &str) -> Option<&'a RawValue> {
        let at = self.members.binary_search_by(|(member, _)| member.as_ref().cmp(name)).ok()?;
        Some(self.members[at].1)
    }

    /// Returns the string value of the member `name`; `None` if it is absent or of another type.
    #[cfg(feature = "auth")]
    pub(crate) fn text(&self, name: &str) -> Option<Cow<'a, str>> {
        self.get(name).and_then(text)
    }

    /// Returns the JSON text at `path`, in which dots lead into objects: `realm_access.roles`.
    ///
    /// Names that contain dots (`https://example.com/roles`) are found too: every split of the path
    /// is tried, longest name first.
    pub(crate) fn find(&self, path: &str) -> Option<&'a RawValue> {
        if let Some(value) = self.get(path) {
            return Some(value);
        }
        path.rmatch_indices('.').find_map(|(dot, _)| {
            let inner = self.get(&path[..dot])?;
            JsonObject::parse(inner.get())?.find(&path[dot + 1..])
        })
    }
}

/// Returns the string that `value` is, borrowed unless it has escapes; `None` for other types.
pub(crate) fn text(value: &RawValue) -> Option<Cow<'_, str>> {
    serde_json::from_str(value.get()).ok().map(|BorrowedText(text)| text)
}

impl<'de: 'a, 'a> Deserialize<'de> for JsonObject<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(MembersVisitor).map(|members| Self { members })
    }
}

struct MembersVisitor;

impl<'de> Visitor<'de> for MembersVisitor {
    type Value = Vec<(Cow<'de, str>, &'de RawValue)>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Self::Value, M::Error> {
        let mut members = Vec::with_capacity(16);
        while let Some((BorrowedText(name), value)) = map.next_entry::<BorrowedText<'de>, &'de RawValue>()? {
            members.push((name, value));
        }
        Ok(members)
    }
}

/// A JSON string that serde borrows where it can; a plain `Cow` is always copied.
#[derive(Deserialize)]
struct BorrowedText<'a>(#[serde(borrow)] Cow<'a, str>);

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str, path: &str) -> Option<String> {
        JsonObject::parse(text)?.find(path).map(|value| value.get().to_owned())
    }

    #[test]
    fn duplicate_member_is_rejected() {
        for (text, expected) in [
            ("{}", true),
            (r#"{"a":1,"b":{"a":1}}"#, true),
            (r#"{"a":1,"a":1}"#, false),
            (r#"{"a":1,"\u0061":2}"#, false),
            (r#"{"a":1,"b":2,"c":3,"a":4}"#, false),
            ("[]", false),
            ("null", false),
            ("{} {}", false),
            ("", false),
        ] {
            assert_eq!(JsonObject::parse(text).is_some(), expected, "{text}");
        }
    }

    #[test]
    fn dots_lead_into_objects_or_belong_to_names() {
        let text = r#"{"realm_access":{"roles":["a"]},"https://x.y/roles":["b"],"clients":{"my.app":{"roles":["c"]}},"s":"t"}"#;
        for (path, expected) in [
            ("realm_access.roles", Some(r#"["a"]"#)),
            ("https://x.y/roles", Some(r#"["b"]"#)),
            ("clients.my.app.roles", Some(r#"["c"]"#)),
            ("s", Some(r#""t""#)),
            ("s.t", None),
            ("realm_access.", None),
            ("missing", None),
            ("", None),
        ] {
            assert_eq!(found(text, path).as_deref(), expected, "{path}");
        }
        assert_eq!(found(r#"{"a":{"b":1,"b":2}}"#, "a.b"), None);
    }

    #[test]
    fn unbounded_nesting_is_rejected() {
        assert!(JsonObject::parse(&format!("{{\"a\":{}", "[".repeat(10_000))).is_none());
    }
}
