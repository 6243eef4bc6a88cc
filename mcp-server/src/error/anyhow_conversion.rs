//! Conversion of errors of the crate `anyhow` into a [`CallError`] (feature `anyhow`).
//!
//! The outermost error that decides about its text wins: a context, or the error that the contexts
//! belong to. Its `source()` is not consulted, as for any other error.

use std::any::Any;

use super::{
    anyhow_error::{AnyhowError, layer_of_context},
    call_error::{CallError, Failure},
    client_facing::{self, Disclosure, Form},
};

/// Converts an error, which may contain a [`CallError`] or a client-facing error.
pub(super) fn to_call_error(error: anyhow::Error) -> CallError {
    let typed = outermost(&error);
    let own = error.downcast_ref::<CallError>().map(|own| layer_of_context(&error, own));
    match typed {
        Some((layer, form, found)) if own.is_none_or(|own| layer < own) => match (form.disclose)(found) {
            Disclosure::Shown(shown) => shown,
            Disclosure::Masked | Disclosure::Undecided => masked(error),
        },
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

/// Returns the outermost client-facing error and its layer.
fn outermost(error: &anyhow::Error) -> Option<(usize, &'static Form, &dyn Any)> {
    let found = client_facing::forms().values().filter_map(|form| {
        let (layer, found) = (form.find)(error)?;
        Some((layer, *form, found))
    });
    found.min_by_key(|(layer, ..)| *layer)
}
