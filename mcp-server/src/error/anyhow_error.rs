//! `AnyhowError`: an error of the crate `anyhow` as a source of a `CallError` (feature `anyhow`).

use std::{error::Error, fmt};

/// An [`anyhow::Error`] as a [`std::error::Error`], which it is not itself.
pub(super) struct AnyhowError(pub(super) anyhow::Error);

impl fmt::Display for AnyhowError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, formatter)
    }
}

impl fmt::Debug for AnyhowError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, formatter)
    }
}

impl Error for AnyhowError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.0.source()
    }
}
