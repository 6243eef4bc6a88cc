//! `IntoResourceResult`: what a resource may return.

use std::borrow::Cow;

use bytes::Bytes;

use super::{Json, Written};
use crate::{
    context::Target,
    error::CallError,
    protocol::{ResourceContents, ResourceResult, app},
};

/// A type that a resource may return.
///
/// Text becomes text contents, bytes become a blob, [`Json<T>`] text of type `application/json`; all with the URI that was read
/// and the media type that the resource declares. [`ResourceContents`], a `Vec` of them and [`ResourceResult`] are taken as they
/// are; `None` says that there is no such resource.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be returned from a resource",
    label = "expected a type that implements `IntoResourceResult`",
    note = "return a string, `Vec<u8>`, `Bytes`, `Json<T>` with `T: Serialize`, `ResourceContents`, `Vec<ResourceContents>`, \
            `ResourceResult`, or an `Option` or `Result` of these",
    note = "the error of a `Result` is `CallError`, or a type that implements `std::error::Error`"
)]
pub trait IntoResourceResult {
    /// The contents as they are sent. `target` tells what is being read.
    ///
    /// # Errors
    /// When the handler failed, or found nothing.
    fn into_resource_result(self, target: &Target) -> Result<ResourceResult, CallError>;
}

impl IntoResourceResult for ResourceResult {
    fn into_resource_result(self, _: &Target) -> Result<ResourceResult, CallError> {
        Ok(self)
    }
}

impl IntoResourceResult for ResourceContents {
    fn into_resource_result(self, _: &Target) -> Result<ResourceResult, CallError> {
        Ok(ResourceResult::new([self]))
    }
}

impl IntoResourceResult for Vec<ResourceContents> {
    fn into_resource_result(self, _: &Target) -> Result<ResourceResult, CallError> {
        Ok(ResourceResult::new(self))
    }
}

macro_rules! as_text {
    ($($type:ty)*) => {
        $(
            impl IntoResourceResult for $type {
                fn into_resource_result(self, target: &Target) -> Result<ResourceResult, CallError> {
                    let contents = ResourceContents::text(target.uri().unwrap_or_default(), self);
                    Ok(ResourceResult::new([declared(contents, target, "text/plain")]))
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
                fn into_resource_result(self, target: &Target) -> Result<ResourceResult, CallError> {
                    let contents = ResourceContents::blob(target.uri().unwrap_or_default(), self);
                    Ok(ResourceResult::new([declared(contents, target, "application/octet-stream")]))
                }
            }
        )*
    };
}

as_blob! { Vec<u8> &[u8] Bytes }

impl<T: Written> IntoResourceResult for Json<T> {
    fn into_resource_result(self, target: &Target) -> Result<ResourceResult, CallError> {
        let contents = ResourceContents::text(target.uri().unwrap_or_default(), serde_json::to_string(&self.0)?);
        Ok(ResourceResult::new([declared(contents, target, "application/json")]))
    }
}

impl<T: IntoResourceResult> IntoResourceResult for Option<T> {
    fn into_resource_result(self, target: &Target) -> Result<ResourceResult, CallError> {
        match self {
            Some(contents) => contents.into_resource_result(target),
            None => Err(CallError::not_found("there is no such resource")),
        }
    }
}

impl<T: IntoResourceResult, E: Into<CallError>> IntoResourceResult for Result<T, E> {
    fn into_resource_result(self, target: &Target) -> Result<ResourceResult, CallError> {
        self.map_err(Into::into)?.into_resource_result(target)
    }
}

fn declared(contents: ResourceContents, target: &Target, otherwise: &str) -> ResourceContents {
    let mut contents = contents.mime_type(target.mime_type().unwrap_or(otherwise));
    if let Some(ui) = &target.facts.ui {
        // Clients look here first, and in the list when there is nothing.
        contents.meta.insert(app::META.to_owned(), ui.clone());
    }
    contents
}
