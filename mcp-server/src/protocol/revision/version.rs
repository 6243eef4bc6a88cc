//! Protocol revisions and the two eras that they form.

use std::fmt;

/// A revision of the Model Context Protocol, ordered by date.
///
/// Handlers do not depend on the revision. The server adapts their results to the revision of each
/// client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum ProtocolVersion {
    /// 2024-11-05: the first revision.
    V2024_11_05,
    /// 2025-03-26: adds Streamable HTTP, tool annotations, audio and batches.
    V2025_03_26,
    /// 2025-06-18: adds structured output, resource links, titles and the version header; removes
    /// batches.
    V2025_06_18,
    /// 2025-11-25: adds icons, sampling with tools, and priming events of resumable streams.
    V2025_11_25,
    /// 2026-07-28: removes sessions; each request carries its own context.
    V2026_07_28,
}

/// A group of revisions in which clients and servers keep state in the same way: session or
/// stateless.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Era {
    /// Revisions 2024-11-05 to 2025-11-25: an `initialize` request opens a session.
    Session,
    /// Revision 2026-07-28: each request is independent of the others.
    Stateless,
}

impl ProtocolVersion {
    /// All revisions, oldest first.
    pub const ALL: [Self; 5] =
        [Self::V2024_11_05, Self::V2025_03_26, Self::V2025_06_18, Self::V2025_11_25, Self::V2026_07_28];

    /// Latest revision that `initialize` can negotiate.
    pub const LATEST_SESSION: Self = Self::V2025_11_25;
    /// Latest revision of the stateless era.
    pub const LATEST_STATELESS: Self = Self::V2026_07_28;

    /// Revision of a client that sends no `MCP-Protocol-Version` header (2025-06-18,
    /// transports, protocol version header).
    pub const WITHOUT_HEADER: Self = Self::V2025_03_26;

    /// Returns the date that names the revision in messages, such as `2025-11-25`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::V2024_11_05 => "2024-11-05",
            Self::V2025_03_26 => "2025-03-26",
            Self::V2025_06_18 => "2025-06-18",
            Self::V2025_11_25 => "2025-11-25",
            Self::V2026_07_28 => "2026-07-28",
        }
    }

    /// Returns the revision with this date, or `None` if the date names no revision.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|version| version.as_str() == text)
    }

    /// Returns the era of the revision.
    pub const fn era(self) -> Era {
        match self {
            Self::V2026_07_28 => Era::Stateless,
            _ => Era::Session,
        }
    }

    /// Returns the revision that the server selects if `initialize` requests `requested`.
    ///
    /// A revision with sessions is answered with itself, any other text with
    /// [`Self::LATEST_SESSION`] (2025-11-25, lifecycle, version negotiation).
    pub fn negotiate(requested: &str) -> Self {
        Self::parse(requested).filter(|version| version.era() == Era::Session).unwrap_or(Self::LATEST_SESSION)
    }

    /// Position in [`Self::ALL`], for tables with one entry per revision.
    pub(crate) const fn index(self) -> usize {
        self as usize
    }
}

/// Writes the date of the revision, such as `2025-11-25`.
impl fmt::Display for ProtocolVersion {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn negotiate_returns_session_revision() {
        for (requested, negotiated) in [
            ("2024-11-05", ProtocolVersion::V2024_11_05),
            ("2025-11-25", ProtocolVersion::V2025_11_25),
            ("2026-07-28", ProtocolVersion::V2025_11_25),
            ("1999-01-01", ProtocolVersion::V2025_11_25),
            ("", ProtocolVersion::V2025_11_25),
        ] {
            assert_eq!(ProtocolVersion::negotiate(requested), negotiated, "{requested}");
        }
    }

    #[test]
    fn revisions_are_ordered_by_date() {
        assert!(ProtocolVersion::ALL.is_sorted());
        assert!(ProtocolVersion::ALL.map(ProtocolVersion::as_str).is_sorted());
    }
}
