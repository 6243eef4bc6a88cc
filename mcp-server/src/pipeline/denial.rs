//! `Denial`: the reason for which a guard rejects a call.

use std::{borrow::Cow, fmt};

use crate::error::{AnyError, CallError, CallErrorKind, Failure};

/// Reason for which a [`Guard`](super::Guard) rejects a call. It determines the response.
///
/// `?` turns any error into a `Denial`. Such a guard has *failed*: the call is rejected, the client
/// reads `internal error` with a reference, and the log contains the error with this reference.
///
/// ```
/// use mcp_server::{CallInfo, Denial};
///
/// fn check(call: &CallInfo<'_>) -> Result<(), Denial> {
///     let Some(principal) = call.principal() else { return Err(Denial::login_required()) };
///     let age: u8 = principal.claim::<String>("age").unwrap_or_default().parse()?; // rejects the call on failure
///     if age < 18 {
///         return Err(Denial::hidden());
///     }
///     if principal.has_scope("bets:place") { Ok(()) } else { Err(Denial::step_up(["bets:place"])) }
/// }
/// ```
pub struct Denial {
    error: CallError,
    is_failure: bool,
}

impl Denial {
    /// Rejects a caller that may not use the item. The client reads the reason.
    pub fn forbidden(reason: impl Into<Cow<'static, str>>) -> Self {
        Self::deliberate(CallError::forbidden(reason))
    }

    /// Hides the item from the caller. The client reads the error for an unknown name.
    pub fn hidden() -> Self {
        Self::deliberate(CallError::hidden())
    }

    /// Requires further scopes. Over HTTP, the response has status 403 and a challenge that names
    /// the scopes, unless the response has begun.
    pub fn step_up(scopes: impl IntoIterator<Item = impl AsRef<str>>) -> Self {
        Self::deliberate(CallError::insufficient_scope(scopes))
    }

    /// Requires a token. Over HTTP, the response has status 401 and a challenge, unless the
    /// response has begun.
    pub fn login_required() -> Self {
        Self::deliberate(CallError::login_required())
    }

    /// Rejects the call for a reason to which the language model can react, such as `try again
    /// later`. A tool responds with a result whose `isError` is `true`.
    pub fn client(text: impl Into<Cow<'static, str>>) -> Self {
        Self::deliberate(CallError(Failure::Denied(text.into())))
    }

    /// Returns `true` if the guard failed, and `false` if it decided to reject the call.
    pub fn is_failure(&self) -> bool {
        self.is_failure
    }

    /// Returns the kind of the error that the call ends with.
    pub fn kind(&self) -> CallErrorKind {
        self.error.kind()
    }

    fn deliberate(error: CallError) -> Self {
        Self { error, is_failure: false }
    }
}

impl fmt::Debug for Denial {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Denial").field("error", &self.error).field("is_failure", &self.is_failure).finish()
    }
}

/// An error of a function that the guard called. It is a failure, unless its kind says that the
/// caller lacks permission.
impl From<CallError> for Denial {
    fn from(error: CallError) -> Self {
        let is_failure = !matches!(
            error.kind(),
            CallErrorKind::Forbidden
                | CallErrorKind::Hidden
                | CallErrorKind::InsufficientScope
                | CallErrorKind::LoginRequired
        );
        Self { error, is_failure }
    }
}

impl<E: AnyError> From<E> for Denial {
    fn from(error: E) -> Self {
        Self { error: error.into(), is_failure: true }
    }
}

impl From<Denial> for CallError {
    fn from(denial: Denial) -> Self {
        denial.error
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn error_in_guard_is_failure() {
        let io = || std::io::Error::other("secret");
        let denials = [
            (Denial::forbidden("no"), CallErrorKind::Forbidden, false),
            (Denial::hidden(), CallErrorKind::Hidden, false),
            (Denial::step_up(["a"]), CallErrorKind::InsufficientScope, false),
            (Denial::login_required(), CallErrorKind::LoginRequired, false),
            (Denial::client("later"), CallErrorKind::Client, false),
            (Denial::from(io()), CallErrorKind::Internal, true),
            (Denial::from(CallError::from(io())), CallErrorKind::Internal, true),
            (Denial::from(CallError::client("declined")), CallErrorKind::Client, true),
            (Denial::from(CallError::hidden()), CallErrorKind::Hidden, false),
        ];
        for (denial, kind, is_failure) in denials {
            assert_eq!((denial.kind(), denial.is_failure()), (kind, is_failure), "{denial:?}");
            assert_eq!(CallError::from(denial).kind(), kind);
        }
    }
}
