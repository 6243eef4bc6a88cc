//! `IntoResourceResult`: return types of resources.

use std::borrow::Cow;

use bytes::Bytes;

use super::json::{Json, Written};
use crate::{
    context::CallInfo,
    error::CallError,
    protocol::{ResourceContents, ResourceResult, types::app},
};

/// Types that a resource can return.
///
/// Text becomes text contents, bytes become a blob, and [`Json<T>`] becomes text of type
/// `application/json`. They get the URI of the request and the media type that the resource
/// declares. [`ResourceContents`], a `Vec` of them and [`ResourceResult`] are sent as they are.
/// `None` means that the resource does not exist.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be returned from a resource",
    label = "expected a type that implements `IntoResourceResult`",
    note = "return a string, `Vec<u8>`, `Bytes`, `Json<T>` with `T: Serialize`, `ResourceContents`, `Vec<ResourceContents>`, \
            `ResourceResult`, or an `Option` or `Result` of these",
    note = "the error of a `Result` is `CallError`, or a type that implements `std::error::Error`"
)]
pub trait IntoResourceResult {
    /// Converts the return value of a resource into contents. `call` has the URI of the request and
    /// the declared media type.
    ///
    /// # Errors
    /// Fails with the error that the resource returned, and if it does not exist.
    fn into_resource_result(self, call: &CallInfo<'_>) -> Result<ResourceResult, CallError>;
}

impl IntoResourceResult for ResourceResult {
    fn into_resource_result(self, _: &CallInfo<'_>) -> Result<ResourceResult, CallError> {
        Ok(self)
    }
}

impl IntoResourceResult for ResourceContents {
    fn into_resource_result(self, _: &CallInfo<'_>) -> Result<ResourceResult, CallError> {
        Ok(ResourceResult::new([self]))
    }
}

impl IntoResourceResult for Vec<ResourceContents> {
    fn into_resource_result(self, _: &CallInfo<'_>) -> Result<ResourceResult, CallError> {
        Ok(ResourceResult::new(self))
    }
}

macro_rules! as_text {
    ($($type:ty)*) => {
        $(
            impl IntoResourceResult for $type {
                fn into_resource_result(self, call: &CallInfo<'_>) -> Result<ResourceResult, CallError> {
                    let contents = ResourceContents::text(call.uri().unwrap_or_default(), self);
                    Ok(ResourceResult::new([declared(contents, call, "text/plain")]))
                }
            }
        )*
    };
}

as_text! { String &str Cow<'_, str> Box<str> }

macro_rules! as_blob {
    ($($type:ty)*) => {
        $(
            impl IntoResourceResult for $type {
                fn into_resource_result(self, call: &CallInfo<'_>) -> Result<ResourceResult, CallError> {
                    let contents = ResourceContents::blob(call.uri().unwrap_or_default(), self);
                    Ok(ResourceResult::new([declared(contents, call, "application/octet-stream")]))
                }
            }
        )*
    };
}

as_blob! { Vec<u8> &[u8] Bytes }

impl<T: Written> IntoResourceResult for Json<T> {
    fn into_resource_result(self, call: &CallInfo<'_>) -> Result<ResourceResult, CallError> {
        let contents = ResourceContents::text(call.uri().unwrap_or_default(), serde_json::to_string(&self.0)?);
        Ok(ResourceResult::new([declared(contents, call, "application/json")]))
    }
}

impl<T: IntoResourceResult> IntoResourceResult for Option<T> {
    fn into_resource_result(self, call: &CallInfo<'_>) -> Result<ResourceResult, CallError> {
        match self {
            Some(contents) => contents.into_resource_result(call),
            None => Err(CallError::not_found("the resource does not exist")),
        }
    }
}

impl<T: IntoResourceResult, E: Into<CallError>> IntoResourceResult for Result<T, E> {
    fn into_resource_result(self, call: &CallInfo<'_>) -> Result<ResourceResult, CallError> {
        self.map_err(Into::into)?.into_resource_result(call)
    }
}

fn declared(contents: ResourceContents, call: &CallInfo<'_>, otherwise: &str) -> ResourceContents {
    let mut contents = contents.mime_type(call.item().mime_type().unwrap_or(otherwise));
    if let Some(ui) = &call.item().ui {
        // Clients prefer it to the metadata in the list.
        contents.meta.insert(app::META.to_owned(), ui.clone());
    }
    contents
}
