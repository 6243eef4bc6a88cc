//! What can be wrong with providers, each mistake with its place and what to do about it.

use std::{error::Error, fmt};

use crate::place::Place;

/// Error of a factory.
pub(super) type BoxError = Box<dyn Error + Send + Sync>;

/// One mistake in the providers of a module. `build()` reports all of them together.
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
    /// `needed_by` asks for a type that nobody provides. `hint` says what is provided and may have been meant.
    pub(crate) fn missing(needed_by: String, place: Option<Place>, missing: String, hint: Option<String>) -> Self {
        Self { kind: Kind::Missing { needed_by, place, missing, hint } }
    }

    /// Each member needs the next one, and the last one the first.
    pub(super) fn cycle(members: Vec<(String, Place)>) -> Self {
        Self { kind: Kind::Cycle { members } }
    }

    pub(super) fn duplicate(name: String, first: Place, second: Place) -> Self {
        Self { kind: Kind::Duplicate { name, first, second } }
    }

    pub(super) fn failed(name: String, place: Place, source: BoxError) -> Self {
        Self { kind: Kind::Failed { name, place, source } }
    }

    /// Where to look first.
    pub fn place(&self) -> Option<Place> {
        match &self.kind {
            Kind::Missing { place, .. } => *place,
            Kind::Failed { place, .. } | Kind::Duplicate { second: place, .. } => Some(*place),
            Kind::Cycle { members } => members.first().map(|(_, place)| *place),
        }
    }

    /// Whether somebody needs a type that nobody provides.
    pub fn is_missing(&self) -> bool {
        matches!(self.kind, Kind::Missing { .. })
    }

    /// Whether factories need each other in a circle.
    pub fn is_cycle(&self) -> bool {
        matches!(self.kind, Kind::Cycle { .. })
    }

    /// Whether one type is provided twice.
    pub fn is_duplicate(&self) -> bool {
        matches!(self.kind, Kind::Duplicate { .. })
    }

    /// Whether a factory ran and failed; [`Error::source`] says why.
    pub fn is_failed(&self) -> bool {
        matches!(self.kind, Kind::Failed { .. })
    }
}

impl fmt::Display for ProviderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            Kind::Missing { needed_by, place, missing, hint } => {
                write!(f, "`{needed_by}` needs `{missing}`, which nobody provides: add ")?;
                if missing.starts_with("dyn ") {
                    write!(f, "`.provide_shared::<{missing}>(..)`")?;
                } else {
                    f.write_str("`.provide(..)`, `.provide_with(..)` or `.provide_async(..)`")?;
                }
                if let Some(place) = place {
                    write!(f, " ({place})")?;
                }
                match hint {
                    Some(hint) => write!(f, "; {hint}"),
                    None => Ok(()),
                }
            }
            Kind::Cycle { members } => {
                f.write_str("providers need each other in a circle: ")?;
                for (name, place) in members {
                    write!(f, "`{name}` ({place}) → ")?;
                }
                match members.first() {
                    Some((name, _)) => write!(f, "`{name}`: one of them has to do without the next"),
                    None => Ok(()),
                }
            }
            // One line that ran twice: each of the places would only repeat the other.
            Kind::Duplicate { name, first, second } if first == second => {
                write!(f, "`{name}` is provided twice by {first}: is what holds that line imported twice?")
            }
            Kind::Duplicate { name, first, second } => {
                write!(f, "`{name}` is provided twice, at {first} and at {second}: keep one")
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
