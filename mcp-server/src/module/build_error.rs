//! `BuildError` and `BuildErrors`: the errors of a module.

use std::{error::Error, fmt, sync::Arc};

use crate::{escape::unescaped_chain, place::Place, provider::ProviderError, registry::ItemError};

/// An error that [`McpModule::build`](super::McpModule::build) or [`Registry`](crate::Registry)
/// reports. The message states the problem and how to fix it.
#[derive(Clone)]
pub struct BuildError {
    kind: BuildErrorKind,
    place: Option<Place>,
    message: String,
    source: Option<Arc<dyn Error + Send + Sync>>,
}

/// The part of a server that a [`BuildError`] is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum BuildErrorKind {
    /// The options of the module, its limits included.
    Options,
    /// The [`Authorization`](crate::Authorization).
    Authorization,
    /// A tool, resource, resource template or prompt.
    Item,
    /// A provider that is missing, fails, or is part of a cycle.
    Provider,
    /// The operating system: it provides no random bytes for keys.
    System,
    /// The [`Registry`](crate::Registry) has no running server.
    NotServing,
}

impl BuildError {
    pub(super) fn new(kind: BuildErrorKind, message: impl Into<String>) -> Self {
        Self { kind, place: None, message: message.into(), source: None }
    }

    /// Creates an error about a place in the source.
    pub(super) fn at(place: Place, kind: BuildErrorKind, message: impl Into<String>) -> Self {
        Self { place: Some(place), ..Self::new(kind, message) }
    }

    /// Creates an error with the message of another error, whose source it keeps.
    pub(super) fn caused_by(kind: BuildErrorKind, source: impl Error + Send + Sync + 'static) -> Self {
        Self { message: source.to_string(), source: Some(Arc::new(source)), ..Self::new(kind, "") }
    }

    /// Returns the part of the server that the error is about.
    pub fn kind(&self) -> BuildErrorKind {
        self.kind
    }

    /// Returns the place in the source code that the error is about, if there is one.
    pub fn place(&self) -> Option<Place> {
        self.place
    }

    /// Returns the message, which states the problem and how to fix it. Causes are not included;
    /// see [`Error::source`].
    pub fn message(&self) -> &str {
        &self.message
    }
}

impl From<ProviderError> for BuildError {
    fn from(error: ProviderError) -> Self {
        let place = error.place();
        Self { place, ..Self::caused_by(BuildErrorKind::Provider, error) }
    }
}

impl From<ItemError> for BuildError {
    fn from(error: ItemError) -> Self {
        Self { place: error.place, ..Self::new(BuildErrorKind::Item, error.message) }
    }
}

impl fmt::Display for BuildError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl fmt::Debug for BuildError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("BuildError")
            .field("kind", &self.kind)
            .field("place", &self.place)
            .field("message", &self.message)
            .finish_non_exhaustive()
    }
}

impl Error for BuildError {
    /// Returns the cause below the message, such as the error of a provider.
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source.as_deref()?.source()
    }
}

/// All errors that [`McpModule::build`](super::McpModule::build) or an edit of a
/// [`Registry`](crate::Registry) found.
///
/// `Debug` prints the same text as `Display`, since `main` prints errors with it.
#[derive(Clone)]
pub struct BuildErrors {
    server: String,
    errors: Vec<BuildError>,
}

impl BuildErrors {
    pub(super) fn new(server: impl Into<String>, errors: Vec<BuildError>) -> Self {
        Self { server: server.into(), errors }
    }

    /// Returns the name of the server.
    pub fn server(&self) -> &str {
        &self.server
    }

    /// Returns an iterator over the errors.
    pub fn iter(&self) -> impl Iterator<Item = &BuildError> {
        self.errors.iter()
    }
}

impl fmt::Display for BuildErrors {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = self.errors.len();
        let noun = if count == 1 { "error" } else { "errors" };
        write!(formatter, "the module `{}` has {count} {noun}:", self.server)?;
        for error in &self.errors {
            write!(formatter, "\n  - {}", unescaped_chain(error))?;
        }
        Ok(())
    }
}

impl fmt::Debug for BuildErrors {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

impl Error for BuildErrors {}
