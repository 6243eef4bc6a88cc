//! Error types that decide at their definition what clients read, and the table of these types.
//!
//! `#[derive(ClientFacing)]` registers a type through `inventory`. An error on its way to a client
//! is looked up by its [`TypeId`], so that one conversion serves all errors.

use std::{
    any::{Any, TypeId},
    borrow::Borrow,
    collections::HashMap,
    error::Error,
    fmt,
    sync::{Arc, OnceLock},
};

#[cfg(feature = "anyhow")]
use super::anyhow_error;
use super::{
    call_error::{CallError, Failure},
    client_error::ClientError,
};

/// Decision of an error about its text.
#[derive(Debug)]
pub enum Disclosure {
    /// The client reads this error.
    Shown(CallError),
    /// The text is logged, and hidden from the client.
    Masked,
    /// The type decides nothing.
    Undecided,
}

/// Error type that decides which of its values clients read. Implemented by
/// `#[derive(ClientFacing)]`.
pub trait ClientFacing: Sized + 'static {
    /// Returns the decision of this error. `text` returns its `Display` text.
    fn disclose(&self, text: fn(&Self) -> String) -> Disclosure;
}

/// Errors that can be registered as [`ClientFacing`]. Implemented for every [`std::error::Error`]
/// that is `Send`, `Sync` and `'static`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not implement `std::error::Error`, which `#[derive(ClientFacing)]` requires",
    label = "add `#[derive(Debug, thiserror::Error)]`, or implement `std::fmt::Display` and `std::error::Error`",
    note = "the error must also be `Send` and `Sync`"
)]
pub trait StandardError: Error + Send + Sync + 'static {}

#[diagnostic::do_not_recommend]
impl<E: Error + Send + Sync + 'static> StandardError for E {}

impl ClientFacing for ClientError {
    fn disclose(&self, _: fn(&Self) -> String) -> Disclosure {
        Disclosure::Shown(CallError(Failure::Client(self.0.clone())))
    }
}

/// Registration of an error type: the type, and the pointers that own one error of the type.
pub struct ClientFacingType([Form; 3]);

/// A type that holds a client-facing error.
pub(super) struct Form {
    type_id: TypeId,
    /// Returns the decision of an error of this type.
    pub(super) disclose: fn(&dyn Any) -> Disclosure,
    /// Finds a value of this type among the layers of an error.
    #[cfg(feature = "anyhow")]
    pub(super) find: fn(&anyhow::Error) -> Option<(usize, &(dyn Any + 'static))>,
}

inventory::collect!(ClientFacingType);

impl ClientFacingType {
    /// Creates the registration of `E`.
    pub const fn of<E: ClientFacing + StandardError>() -> Self {
        Self([Form::of::<E, E>(), Form::of::<E, Box<E>>(), Form::of::<E, Arc<E>>()])
    }
}

impl fmt::Debug for ClientFacingType {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("ClientFacingType").field(&self.0[0].type_id).finish()
    }
}

impl Form {
    const fn of<E: ClientFacing + StandardError, Holder: Borrow<E> + Error + Send + Sync + 'static>() -> Self {
        Self {
            type_id: TypeId::of::<Holder>(),
            disclose: |error| match error.downcast_ref::<Holder>() {
                Some(holder) => holder.borrow().disclose(ToString::to_string),
                None => Disclosure::Undecided,
            },
            #[cfg(feature = "anyhow")]
            find: anyhow_error::find::<Holder>,
        }
    }
}

/// Returns the decision of an error, by its type.
pub(super) fn disclosure<E: Any>(error: &E) -> Disclosure {
    forms().get(&TypeId::of::<E>()).map_or(Disclosure::Undecided, |form| (form.disclose)(error))
}

/// Returns all types that hold client-facing errors.
pub(super) fn forms() -> &'static HashMap<TypeId, &'static Form> {
    static BUILT_IN: ClientFacingType = ClientFacingType::of::<ClientError>();
    static FORMS: OnceLock<HashMap<TypeId, &'static Form>> = OnceLock::new();
    FORMS.get_or_init(|| {
        let registered = inventory::iter::<ClientFacingType>.into_iter().chain([&BUILT_IN]);
        registered.flat_map(|registration| &registration.0).map(|form| (form.type_id, form)).collect()
    })
}
