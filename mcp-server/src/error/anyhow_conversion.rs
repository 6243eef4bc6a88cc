//! Conversion of errors of the crate `anyhow` into a [`CallError`] (feature `anyhow`).
//!
//! The outermost error that decides about its text wins: a context, or the error that the contexts
//! belong to. Its `source()` is not consulted, as for any other error.

use std::{any::Any, error::Error, ptr};

use super::{
    anyhow_error::AnyhowError,
    call_error::{CallError, Failure},
    client_facing::{self, Disclosure, Form},
};

/// Converts an error, which may contain a [`CallError`] or a client-facing error.
pub(super) fn to_call_error(error: anyhow::Error) -> CallError {
    let typed = outermost(&error);
    let own = error.downcast_ref::<CallError>().map(|own| depth(&error, own));
    match typed {
        Some((depth, _, _)) if own.is_none_or(|own| depth < own) => {
            if let Some((_, form, found)) = typed
                && let Disclosure::Shown(shown) = (form.disclose)(found)
            {
                return shown;
            }
            masked(error)
        }
        _ => error.downcast::<CallError>().unwrap_or_else(masked),
    }
}

/// Returns the decision of an error that another error contains.
pub(super) fn disclosure(error: &anyhow::Error) -> Disclosure {
    outermost(error).map_or(Disclosure::Undecided, |(_, form, found)| (form.disclose)(found))
}

fn masked(error: anyhow::Error) -> CallError {
    CallError(Failure::Internal(Box::new(AnyhowError(error))))
}

/// Returns the outermost client-facing error, with the number of layers around it.
fn outermost(error: &anyhow::Error) -> Option<(usize, &'static Form, &dyn Any)> {
    let found = client_facing::forms().values().filter_map(|form| {
        let found = (form.find)(error)?;
        Some((depth(error, found), *form, found))
    });
    found.min_by_key(|(depth, ..)| *depth)
}

/// Returns the number of layers around `found`, which is part of `error`.
///
/// `anyhow` finds a context by its type but does not tell its layer. The layer is the one whose
/// memory contains the context.
fn depth<T: ?Sized>(error: &anyhow::Error, found: &T) -> usize {
    let found = ptr::from_ref(found).cast::<()>().addr();
    let contains = |layer: &(dyn Error + 'static)| {
        let start = ptr::from_ref(layer).cast::<()>().addr();
        // The end is included for types without a size.
        (start..=start + size_of_val(layer)).contains(&found)
    };
    error.chain().position(contains).unwrap_or(usize::MAX)
}
