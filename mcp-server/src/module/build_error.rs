//! What is wrong with a module: every mistake at once.

use std::{error::Error, fmt};

/// One mistake, in a sentence that says what to do about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BuildError(String);

impl BuildError {
    pub(super) fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }
}

impl fmt::Display for BuildError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl Error for BuildError {}

/// Every mistake of a module, found by [`McpModule::build`](super::McpModule::build). `Debug` is as readable as `Display`, since
/// that is what `main` prints.
#[derive(Clone, PartialEq, Eq)]
pub struct BuildErrors {
    server: String,
    errors: Vec<BuildError>,
}

impl BuildErrors {
    pub(super) fn new(server: impl Into<String>, errors: Vec<BuildError>) -> Self {
        Self { server: server.into(), errors }
    }

    /// The mistakes, one by one.
    pub fn iter(&self) -> impl Iterator<Item = &BuildError> {
        self.errors.iter()
    }
}

impl fmt::Display for BuildErrors {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = self.errors.len();
        let noun = if count == 1 { "mistake" } else { "mistakes" };
        write!(formatter, "the module `{}` has {count} {noun}:", self.server)?;
        for error in &self.errors {
            write!(formatter, "\n  - {error}")?;
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
