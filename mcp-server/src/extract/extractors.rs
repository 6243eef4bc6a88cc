//! The extractors that come with the crate.

use std::convert::Infallible;

use http::HeaderMap;

use super::{FromContext, Requirements};
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

/// The headers of the HTTP request, copied. [`Context::headers`] shows them without a copy.
impl FromContext for HeaderMap {
    type Rejection = Infallible;

    async fn from_context(context: &Context) -> Result<Self, Infallible> {
        Ok(context.headers().clone())
    }
}

/// The caller, who must be known.
impl FromContext for Principal {
    type Rejection = CallError;

    async fn from_context(context: &Context) -> Result<Self, CallError> {
        context.principal().cloned().ok_or_else(CallError::login_required)
    }

    fn requirements(requirements: &mut Requirements) {
        requirements.authorization();
    }
}

/// The caller, if known.
impl FromContext for Option<Principal> {
    type Rejection = Infallible;

    async fn from_context(context: &Context) -> Result<Self, Infallible> {
        Ok(context.principal().cloned())
    }
}

/// A provider of the module. `build()` has made sure that it is there.
impl<T: ?Sized + Send + Sync + 'static> FromContext for Inject<T> {
    type Rejection = CallError;

    async fn from_context(context: &Context) -> Result<Self, CallError> {
        context
            .provider::<T>()
            .ok_or_else(|| CallError::internal(format!("no provider of `{}`", std::any::type_name::<T>())))
    }

    fn requirements(requirements: &mut Requirements) {
        requirements.provider::<T>();
    }
}
