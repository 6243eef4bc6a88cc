//! Conversions into a [`CallError`]: `?` on any error, and methods that decide whether the client
//! sees the text.

#[cfg(feature = "anyhow")]
use std::any::Any;
use std::{error::Error, fmt};

#[cfg(feature = "anyhow")]
use super::anyhow_conversion;
#[cfg(not(feature = "anyhow"))]
use super::call_error::Failure;
use super::{
    call_error::CallError,
    client_facing::{self, Disclosure},
};
use crate::protocol::ErrorObject;

/// Errors that `?` converts into a [`CallError`]. Implemented for every [`std::error::Error`] that
/// is `Send`, `Sync` and `'static`, and with the feature `anyhow` for `anyhow::Error`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be returned as an error from a handler",
    label = "expected `std::error::Error`: call `.for_client()` or `.internal()` of `mcp_server::ResultExt`",
    note = "handlers return `Result<_, CallError>`; the client sees the text of `CallError::client(\"…\")`",
    note = "`.for_client()?` shows the text of the error to the client, `.internal()?` writes it to the log only; both accept \
            `String`, `&str` and `Box<dyn Error + Send + Sync>`"
)]
pub trait AnyError: Send + Sync + 'static {
    /// Returns the error for the client.
    #[doc(hidden)]
    fn into_call_error(self) -> CallError;
}

#[cfg(not(feature = "anyhow"))]
#[diagnostic::do_not_recommend]
impl<E: Error + Send + Sync + 'static> AnyError for E {
    fn into_call_error(self) -> CallError {
        match client_facing::disclosure(&self) {
            Disclosure::Shown(error) => error,
            Disclosure::Masked | Disclosure::Undecided => CallError(Failure::Internal(Box::new(self))),
        }
    }
}

#[cfg(feature = "anyhow")]
#[diagnostic::do_not_recommend]
impl<E: Into<anyhow::Error> + Send + Sync + 'static> AnyError for E {
    fn into_call_error(self) -> CallError {
        match client_facing::disclosure(&self) {
            Disclosure::Shown(error) => error,
            Disclosure::Masked | Disclosure::Undecided => anyhow_conversion::to_call_error(self.into()),
        }
    }
}

/// Bound that all types satisfy. Its name is the advice in the compiler error for a conflicting
/// conversion into [`CallError`], which shows the bounds of this one.
pub trait DeriveClientFacingInstead {}

impl<E> DeriveClientFacingInstead for E {}

/// Converts any error, so `CallError` cannot have a conversion from a type of yours: the compiler
/// reports conflicting implementations (E0119). Instead of `impl From<MyError> for CallError`,
/// write `#[derive(ClientFacing)]` on `MyError`, and mark what clients may read with `#[client]`.
///
/// [The guide](crate::docs::errors#your-own-error-types) has an example.
impl<E: AnyError + DeriveClientFacingInstead> From<E> for CallError {
    fn from(error: E) -> Self {
        error.into_call_error()
    }
}

impl From<ErrorObject> for CallError {
    fn from(error: ErrorObject) -> Self {
        Self::protocol(error)
    }
}

/// Returns the decision of the error in a field of another error. Called by the macro.
pub fn disclosure<E: Send + Sync + 'static>(error: &E) -> Disclosure {
    #[cfg(feature = "anyhow")]
    if let Some(error) = (error as &dyn Any).downcast_ref::<anyhow::Error>() {
        return anyhow_conversion::disclosure(error);
    }
    client_facing::disclosure(error)
}

/// Extension methods that decide whether the client sees the text of an error.
pub trait ResultExt<T, E> {
    /// Shows the text of the error to the client.
    ///
    /// # Errors
    /// Returns the error as [`CallError::client`].
    fn for_client(self) -> Result<T, CallError>
    where
        E: fmt::Display;

    /// Hides the text of the error from the client, and logs it. Use it for errors that `?` does
    /// not convert, such as `Box<dyn Error + Send + Sync>` and `String`.
    ///
    /// # Errors
    /// Returns the error as [`CallError::internal`].
    fn internal(self) -> Result<T, CallError>
    where
        E: Into<Box<dyn Error + Send + Sync>>;
}

impl<T, E> ResultExt<T, E> for Result<T, E> {
    fn for_client(self) -> Result<T, CallError>
    where
        E: fmt::Display,
    {
        self.map_err(|error| CallError::client(error.to_string()))
    }

    fn internal(self) -> Result<T, CallError>
    where
        E: Into<Box<dyn Error + Send + Sync>>,
    {
        self.map_err(CallError::internal)
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::{
            call_error::{CallErrorKind, Failure},
            client_error::ClientError,
        },
        *,
    };

    #[test]
    fn type_of_error_decides_whether_client_sees_text() {
        fn masked() -> Result<(), CallError> {
            Err(std::io::Error::other("secret path"))?;
            Ok(())
        }
        fn shown() -> Result<(), CallError> {
            Err(ClientError::new("no such city"))?;
            Ok(())
        }
        assert!(matches!(masked(), Err(CallError(Failure::Internal(_)))));
        assert!(masked().unwrap_err().downcast_ref::<std::io::Error>().is_some());
        assert!(masked().unwrap_err().downcast_ref::<fmt::Error>().is_none());
        assert!(matches!(shown(), Err(CallError(Failure::Client(text))) if text == "no such city"));
        assert!(matches!("x".parse::<u8>().for_client(), Err(CallError(Failure::Client(_)))));
        assert_eq!(masked().unwrap_err().to_string(), "internal error");
        assert_eq!(masked().unwrap_err().source().unwrap().to_string(), "secret path");
        assert_eq!(
            (shown().unwrap_err().kind(), masked().unwrap_err().kind()),
            (CallErrorKind::Client, CallErrorKind::Internal)
        );
        let boxed: Result<(), Box<dyn Error + Send + Sync>> = Err("boxed".into());
        assert!(matches!(boxed.internal(), Err(CallError(Failure::Internal(_)))));
    }
}
