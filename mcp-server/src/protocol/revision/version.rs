//! The five revisions of the protocol, and the two eras they fall into.

use std::fmt;

/// A revision of the Model Context Protocol, ordered by age.
///
/// Handlers never see one: which revision a client speaks is the business of the engines alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum ProtocolVersion {
    /// 2024-11-05, the first revision.
    V2024_11_05,
    /// 2025-03-26: streamable HTTP, tool annotations, audio, batches.
    V2025_03_26,
    /// 2025-06-18: structured output, resource links, titles, the version header; batches are gone.
    V2025_06_18,
    /// 2025-11-25: icons, resumable streams that begin with a priming event.
    V2025_11_25,
    /// 2026-07-28: no sessions; every request carries what it needs.
    V2026_07_28,
}

/// How a client and a server keep track of each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Era {
    /// 2024-11-05 to 2025-11-25: an `initialize` handshake opens a session.
    Session,
    /// 2026-07-28: each message stands for itself.
    Stateless,
}

impl ProtocolVersion {
    /// Every revision, oldest first.
    pub const ALL: [Self; 5] =
        [Self::V2024_11_05, Self::V2025_03_26, Self::V2025_06_18, Self::V2025_11_25, Self::V2026_07_28];

    /// The newest revision that `initialize` can negotiate.
    pub const LATEST_SESSION: Self = Self::V2025_11_25;

    /// The revision of a client that sends no version header (2025-06-18 introduced it).
    pub const WITHOUT_HEADER: Self = Self::V2025_03_26;

    /// The date that names the revision on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::V2024_11_05 => "2024-11-05",
            Self::V2025_03_26 => "2025-03-26",
            Self::V2025_06_18 => "2025-06-18",
            Self::V2025_11_25 => "2025-11-25",
            Self::V2026_07_28 => "2026-07-28",
        }
    }

    /// The revision of that date, if there is one.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|version| version.as_str() == text)
    }

    /// The era the revision belongs to.
    pub const fn era(self) -> Era {
        match self {
            Self::V2026_07_28 => Era::Stateless,
            _ => Era::Session,
        }
    }

    /// What `initialize` answers to a client that asks for `requested`: the same if it is a session revision, else the
    /// newest one (2025-11-25, lifecycle, version negotiation).
    pub fn negotiate(requested: &str) -> Self {
        Self::parse(requested).filter(|version| version.era() == Era::Session).unwrap_or(Self::LATEST_SESSION)
    }

    /// Position in [`Self::ALL`], for tables made once per version.
    pub(crate) const fn index(self) -> usize {
        self as usize
    }
}

impl fmt::Display for ProtocolVersion {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn negotiation_answers_a_session_revision_always() {
        for (requested, answered) in [
            ("2024-11-05", ProtocolVersion::V2024_11_05),
            ("2025-11-25", ProtocolVersion::V2025_11_25),
            ("2026-07-28", ProtocolVersion::V2025_11_25),
            ("1999-01-01", ProtocolVersion::V2025_11_25),
            ("", ProtocolVersion::V2025_11_25),
        ] {
            assert_eq!(ProtocolVersion::negotiate(requested), answered, "{requested}");
        }
    }

    #[test]
    fn the_order_is_the_order_of_the_dates() {
        assert!(ProtocolVersion::ALL.is_sorted());
        assert!(ProtocolVersion::ALL.map(ProtocolVersion::as_str).is_sorted());
    }
}
