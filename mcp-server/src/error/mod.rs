//! Errors of calls: [`CallError`], the errors that `?` converts into it, and the error types that
//! decide at their definition what clients read.

#[cfg(feature = "anyhow")]
mod anyhow_conversion;
#[cfg(feature = "anyhow")]
mod anyhow_error;
mod call_error;
mod client_error;
pub(crate) mod client_facing;
pub(crate) mod conversion;

pub use call_error::{CallError, CallErrorKind, UrlElicitation};
pub(crate) use call_error::{Failure, Reference};
pub use client_error::ClientError;
pub use conversion::{AnyError, ResultExt};
