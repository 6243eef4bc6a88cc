//! Which era a message belongs to. A pure function: each message is looked at for itself, so one endpoint serves both eras.

use serde_json::json;

use crate::protocol::{Era, ErrorCode, ErrorObject, ProtocolVersion, types::error_object::excerpt};

/// What the message turned out to be.
#[derive(Debug, PartialEq)]
pub(crate) enum Classified {
    /// Of the session era; the version that its header names, if it has one.
    Session(Option<ProtocolVersion>),
    /// Of the stateless era.
    Stateless(ProtocolVersion),
    /// Of none.
    Refused(ErrorObject),
}

/// Where a message says its version.
#[derive(Clone, Copy, Debug)]
pub(crate) struct VersionClaims<'a> {
    /// In a header. `None` when there is none.
    pub(crate) header: Option<&'a str>,
    /// In `_meta`.
    pub(crate) meta: Option<&'a str>,
}

pub(crate) fn classify(claims: VersionClaims<'_>) -> Classified {
    match (claims.header, claims.meta) {
        (None, None) => Classified::Session(None),
        (None, Some(_)) => Classified::Refused(ErrorObject::header_mismatch(
            "the header MCP-Protocol-Version is missing, and `_meta` names a version",
        )),
        (Some(header), Some(meta)) if header != meta => Classified::Refused(ErrorObject::header_mismatch(format!(
            "the header MCP-Protocol-Version says `{}`, `_meta` says `{}`",
            excerpt(header),
            excerpt(meta)
        ))),
        (Some(header), _) => match ProtocolVersion::parse(header) {
            Some(version) if version.era() == Era::Stateless => Classified::Stateless(version),
            Some(version) => Classified::Session(Some(version)),
            None => Classified::Refused(unsupported(header)),
        },
    }
}

/// The answer to a version that the server does not speak.
pub(crate) fn unsupported(requested: &str) -> ErrorObject {
    let supported: Vec<&str> = ProtocolVersion::ALL.iter().rev().map(|version| version.as_str()).collect();
    ErrorObject::new(ErrorCode::UNSUPPORTED_PROTOCOL_VERSION, "Unsupported protocol version")
        .data(json!({"supported": supported, "requested": excerpt(requested)}))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn header_and_meta_decide_together() {
        let refused = |code| Err(code);
        for (header, meta, expected) in [
            (None, None, Ok("Session(None)")),
            (Some("2025-06-18"), None, Ok("Session(Some(V2025_06_18))")),
            (Some("2026-07-28"), None, Ok("Stateless(V2026_07_28)")),
            (Some("2026-07-28"), Some("2026-07-28"), Ok("Stateless(V2026_07_28)")),
            (None, Some("2026-07-28"), refused(-32020)),
            (Some("2025-11-25"), Some("2026-07-28"), refused(-32020)),
            (Some("2026-07-28"), Some("v999.0.0"), refused(-32020)),
            (Some("v999.0.0"), Some("v999.0.0"), refused(-32022)),
            (Some("v999.0.0"), None, refused(-32022)),
        ] {
            let classified = classify(VersionClaims { header, meta });
            match (classified, expected) {
                (Classified::Refused(error), Err(code)) => assert_eq!(error.code.0, code, "{header:?} {meta:?}"),
                (classified, Ok(text)) => assert_eq!(format!("{classified:?}"), text, "{header:?} {meta:?}"),
                (classified, expected) => panic!("{header:?} {meta:?}: {classified:?}, not {expected:?}"),
            }
        }
    }
}
