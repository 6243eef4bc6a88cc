//! `ProviderError`: an error in a provider, with its place and its fix.

use std::{error::Error, fmt};

use crate::place::Place;

/// Error of a factory.
pub(super) type BoxError = Box<dyn Error + Send + Sync>;

/// An error in the providers of a module. [`McpModule::build`](crate::McpModule::build) reports all
/// of them together.
#[derive(Debug)]
pub struct ProviderError {
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
    Missing { needed_by: String, place: Option<Place>, missing: String, hint: Option<String> },
    Cycle { members: Vec<(String, Place)> },
    Duplicate { name: String, first: Place, second: Place },
    Failed { name: String, place: Place, source: BoxError },
}

impl ProviderError {
    /// Returns the error for a type that has no provider. `hint` names a provider that was
    /// probably meant.
    pub(crate) fn missing(needed_by: String, place: Option<Place>, missing: String, hint: Option<String>) -> Self {
        Self { kind: Kind::Missing { needed_by, place, missing, hint } }
    }

    /// Returns the error for a cycle. Each member requires the next one, and the last the first.
    pub(super) fn cycle(members: Vec<(String, Place)>) -> Self {
        Self { kind: Kind::Cycle { members } }
    }

    /// Returns the error for a type with two providers.
    pub(super) fn duplicate(name: String, first: Place, second: Place) -> Self {
        Self { kind: Kind::Duplicate { name, first, second } }
    }

    /// Returns the error for a failed factory.
    pub(super) fn failed(name: String, place: Place, source: BoxError) -> Self {
        Self { kind: Kind::Failed { name, place, source } }
    }

    /// Returns the place of the error in the source code, if it has one.
    pub fn place(&self) -> Option<Place> {
        match &self.kind {
            Kind::Missing { place, .. } => *place,
            Kind::Failed { place, .. } | Kind::Duplicate { second: place, .. } => Some(*place),
            Kind::Cycle { members } => members.first().map(|(_, place)| *place),
        }
    }

    /// Returns `true` if a required type has no provider.
    pub fn is_missing(&self) -> bool {
        matches!(self.kind, Kind::Missing { .. })
    }

    /// Returns `true` if factories require each other in a cycle.
    pub fn is_cycle(&self) -> bool {
        matches!(self.kind, Kind::Cycle { .. })
    }

    /// Returns `true` if a type has two providers.
    pub fn is_duplicate(&self) -> bool {
        matches!(self.kind, Kind::Duplicate { .. })
    }

    /// Returns `true` if a factory failed. [`Error::source`] returns its error.
    pub fn is_failed(&self) -> bool {
        matches!(self.kind, Kind::Failed { .. })
    }
}

impl fmt::Display for ProviderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            Kind::Missing { needed_by, place, missing, hint } => {
                write!(f, "no provider for `{missing}`, required by `{needed_by}`")?;
                match hint {
                    Some(hint) => write!(f, ": {hint}")?,
                    None if missing.starts_with("dyn ") => write!(f, ": add `.provide_shared::<{missing}>(..)`")?,
                    None => f.write_str(": add `.provide(..)`, `.provide_with(..)` or `.provide_async(..)`")?,
                }
                place.map_or(Ok(()), |place| write!(f, " ({place})"))
            }
            Kind::Cycle { members } => {
                f.write_str("dependency cycle: ")?;
                for (name, place) in members {
                    write!(f, "`{name}` ({place}) → ")?;
                }
                match members.first() {
                    Some((name, _)) => write!(f, "`{name}`: break the cycle by removing one of these dependencies"),
                    None => Ok(()),
                }
            }
            // A line that ran twice registers both providers at the same place.
            Kind::Duplicate { name, first, second } if first == second => {
                write!(
                    f,
                    "duplicate provider of `{name}` from {first}: that line runs twice, remove the second run or import"
                )
            }
            Kind::Duplicate { name, first, second } => {
                write!(f, "duplicate provider of `{name}`, at {first} and at {second}: remove one")
            }
            Kind::Failed { name, place, .. } => write!(f, "the factory of `{name}` failed ({place})"),
        }
    }
}

impl Error for ProviderError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match &self.kind {
            Kind::Failed { source, .. } => Some(source.as_ref()),
            _ => None,
        }
    }
}
