//! `AnyhowError`: an error of the crate `anyhow` as a source of a `CallError`, and its layers
//! (feature `anyhow`).
//!
//! Layers are the errors of its chain, outermost first. A context is part of a layer.

use std::{any::Any, error::Error, fmt, ptr};

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

/// Returns the outermost value of type `E` among the contexts and the error below them, and its
/// layer.
pub(super) fn find<E: Error + Send + Sync + 'static>(error: &anyhow::Error) -> Option<(usize, &(dyn Any + 'static))> {
    let found = error.downcast_ref::<E>()?;
    let is_found = |layer: &(dyn Error + 'static)| layer.downcast_ref::<E>().is_some_and(|layer| ptr::eq(layer, found));
    let layer = error.chain().position(is_found).unwrap_or_else(|| layer_of_context(error, found));
    Some((layer, found))
}

/// Returns the layer of a context.
///
/// `anyhow` finds a context by its type, but does not tell its layer. It is the outermost one whose
/// memory contains the context.
pub(super) fn layer_of_context<C>(error: &anyhow::Error, context: &C) -> usize {
    let context = ptr::from_ref(context).addr();
    let contains = |layer: &(dyn Error + 'static)| {
        let start = ptr::from_ref(layer).cast::<()>().addr();
        // The end is included for types without a size.
        (start..=start + size_of_val(layer)).contains(&context)
    };
    error.chain().position(contains).unwrap_or(usize::MAX)
}
