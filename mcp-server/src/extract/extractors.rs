//! Extractors of this crate.

use std::convert::Infallible;

use http::HeaderMap;

use super::from_context::{FromContext, Requirements};
use crate::{
    auth::Principal,
    context::{Cancellation, Context},
    error::CallError,
    provider::Inject,
};

impl FromContext for Context {
    type Rejection = Infallible;

    async fn from_context(context: &Context) -> Result<Self, Infallible> {
        Ok(context.clone())
    }
}

impl FromContext for Cancellation {
    type Rejection = Infallible;

    async fn from_context(context: &Context) -> Result<Self, Infallible> {
        Ok(context.cancellation())
    }
}

/// A copy of the headers of the HTTP request. [`Context::headers`] returns them without a copy.
impl FromContext for HeaderMap {
    type Rejection = Infallible;

    async fn from_context(context: &Context) -> Result<Self, Infallible> {
        Ok(context.headers().clone())
    }
}

/// The principal of the caller. Anonymous callers are asked to log in.
impl FromContext for Principal {
    type Rejection = CallError;

    async fn from_context(context: &Context) -> Result<Self, CallError> {
        context.principal().cloned().ok_or_else(CallError::login_required)
    }

    fn requirements(requirements: &mut Requirements) {
        requirements.authorization();
    }
}

/// The principal of the caller. `None` for anonymous callers.
impl FromContext for Option<Principal> {
    type Rejection = Infallible;

    async fn from_context(context: &Context) -> Result<Self, Infallible> {
        Ok(context.principal().cloned())
    }
}

/// A provider of the module. `build()` checks that the module has it.
impl<T: ?Sized + Send + Sync + 'static> FromContext for Inject<T> {
    type Rejection = CallError;

    async fn from_context(context: &Context) -> Result<Self, CallError> {
        context
            .provider::<T>()
            .ok_or_else(|| CallError::internal(format!("no provider for `{}`", std::any::type_name::<T>())))
    }

    fn requirements(requirements: &mut Requirements) {
        requirements.provider::<T>();
    }
}
