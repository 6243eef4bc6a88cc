//! Determines the era of a message from its header and its `_meta`, for an endpoint that serves
//! both.

use serde_json::json;

use crate::protocol::{Era, ErrorCode, ErrorObject, ProtocolVersion, types::error_object::excerpt};

/// The era of a message.
#[derive(Debug, PartialEq)]
pub(super) enum Classified {
    /// The session era, with the version of the header, if there is one.
    Session(Option<ProtocolVersion>),
    /// The stateless era.
    Stateless(ProtocolVersion),
    /// Neither era: the versions are missing, unsupported or contradictory.
    Rejected(ErrorObject),
}

/// The versions that a message names.
#[derive(Clone, Copy, Debug)]
pub(super) struct VersionClaims<'a> {
    /// The header `MCP-Protocol-Version`.
    pub(super) header: Option<&'a str>,
    /// The member of `_meta`.
    pub(super) meta: Option<&'a str>,
}

/// Returns the era of a message that names these versions.
pub(super) fn classify(claims: VersionClaims<'_>) -> Classified {
    match (claims.header, claims.meta) {
        (None, None) => Classified::Session(None),
        (None, Some(_)) => Classified::Rejected(ErrorObject::header_mismatch(
            "missing header MCP-Protocol-Version, which must repeat the version of `_meta`",
        )),
        (Some(header), Some(meta)) if header != meta => Classified::Rejected(ErrorObject::header_mismatch(format!(
            "header MCP-Protocol-Version is `{}`, but `_meta` has `{}`",
            excerpt(header),
            excerpt(meta)
        ))),
        (Some(header), _) => match ProtocolVersion::parse(header) {
            Some(version) if version.era() == Era::Stateless => Classified::Stateless(version),
            Some(version) => Classified::Session(Some(version)),
            None => Classified::Rejected(unsupported(header)),
        },
    }
}

/// Returns the error for a version that the server does not support.
pub(super) fn unsupported(requested: &str) -> ErrorObject {
    let supported: Vec<&str> = ProtocolVersion::ALL.iter().rev().map(|version| version.as_str()).collect();
    ErrorObject::new(ErrorCode::UNSUPPORTED_PROTOCOL_VERSION, "Unsupported protocol version")
        .data(json!({"supported": supported, "requested": excerpt(requested)}))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn header_and_meta_decide_together() {
        let rejected = |code| Err(code);
        for (header, meta, expected) in [
            (None, None, Ok("Session(None)")),
            (Some("2025-06-18"), None, Ok("Session(Some(V2025_06_18))")),
            (Some("2026-07-28"), None, Ok("Stateless(V2026_07_28)")),
            (Some("2026-07-28"), Some("2026-07-28"), Ok("Stateless(V2026_07_28)")),
            (None, Some("2026-07-28"), rejected(-32020)),
            (Some("2025-11-25"), Some("2026-07-28"), rejected(-32020)),
            (Some("2026-07-28"), Some("v999.0.0"), rejected(-32020)),
            (Some("v999.0.0"), Some("v999.0.0"), rejected(-32022)),
            (Some("v999.0.0"), None, rejected(-32022)),
        ] {
            let classified = classify(VersionClaims { header, meta });
            match (classified, expected) {
                (Classified::Rejected(error), Err(code)) => assert_eq!(error.code.0, code, "{header:?} {meta:?}"),
                (classified, Ok(text)) => assert_eq!(format!("{classified:?}"), text, "{header:?} {meta:?}"),
                (classified, expected) => panic!("{header:?} {meta:?}: {classified:?}, not {expected:?}"),
            }
        }
    }
}
