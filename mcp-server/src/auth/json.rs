//! The members of one JSON object, found by name or by path, each read only when asked for.

use std::{borrow::Cow, fmt};

use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor},
};
use serde_json::value::RawValue;

/// A JSON object whose values are still text. An object that names a member twice is no object here: readers differ in which of
/// the two they take, and an attacker lives from that (RFC 7519 §4, RFC 8725 §2.4).
#[derive(Debug)]
pub(crate) struct Members<'a> {
    /// Sorted by name.
    members: Vec<(Cow<'a, str>, &'a RawValue)>,
}

impl<'a> Members<'a> {
    /// Reads one object; `None` where `text` is anything else, or has a member twice.
    pub(crate) fn parse(text: &'a str) -> Option<Self> {
        let mut members: Self = serde_json::from_str(text).ok()?;
        members.members.sort_unstable_by(|(one, _), (other, _)| one.cmp(other));
        let unique = members.members.windows(2).all(|pair| pair[0].0 != pair[1].0);
        unique.then_some(members)
    }

    /// The JSON text of the member called exactly `name`.
    pub(crate) fn get(&self, name: &str) -> Option<&'a RawValue> {
        let at = self.members.binary_search_by(|(member, _)| member.as_ref().cmp(name)).ok()?;
        Some(self.members[at].1)
    }

    /// The JSON text at `path`, where dots lead into objects: `realm_access.roles`. Names that contain dots themselves
    /// (`https://example.com/roles`) are found too, because every way to cut the path is tried, longest name first.
    pub(crate) fn find(&self, path: &str) -> Option<&'a RawValue> {
        if let Some(value) = self.get(path) {
            return Some(value);
        }
        path.rmatch_indices('.').find_map(|(dot, _)| {
            let inner = self.get(&path[..dot])?;
            Members::parse(inner.get())?.find(&path[dot + 1..])
        })
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Members<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(MembersVisitor).map(|members| Members { members })
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
        while let Some((Text(name), value)) = map.next_entry::<Text<'de>, &'de RawValue>()? {
            members.push((name, value));
        }
        Ok(members)
    }
}

/// A JSON string; borrowed unless it is written with escapes.
#[derive(Debug, Deserialize)]
pub(crate) struct Text<'a>(#[serde(borrow)] pub(crate) Cow<'a, str>);

impl<'a> Text<'a> {
    /// The string that `value` is; `None` for any other value.
    pub(crate) fn of(value: &'a RawValue) -> Option<Cow<'a, str>> {
        serde_json::from_str(value.get()).ok().map(|Text(text)| text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str, path: &str) -> Option<String> {
        Members::parse(text)?.find(path).map(|value| value.get().to_owned())
    }

    #[test]
    fn only_an_object_without_repeated_names_is_read() {
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
            assert_eq!(Members::parse(text).is_some(), expected, "{text}");
        }
    }

    #[test]
    fn dots_lead_into_objects_and_belong_to_names() {
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
    fn nesting_without_end_is_refused_and_not_followed() {
        assert!(Members::parse(&format!("{{\"a\":{}", "[".repeat(10_000))).is_none());
    }
}
