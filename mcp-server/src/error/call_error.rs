//! `CallError`: the error of a call.
//!
//! An error has two texts, one for the client and one for the log, joined by a reference. The type
//! of an error decides which of them its own text becomes: see [`conversion`](super::conversion).

use std::{borrow::Cow, error::Error, fmt};

use serde_json::json;

#[cfg(feature = "anyhow")]
use super::anyhow_error::AnyhowError;
use crate::{
    auth::ScopeSet,
    protocol::{
        ClientCapabilities, ErrorCode, ErrorObject,
        types::input_request::{InputMethod, InputRequest},
    },
    random::Randomness,
    refusal::RefusalKind,
};

type Source = Box<dyn Error + Send + Sync>;

/// Error of a call, returned by a handler, an extractor or an interceptor.
///
/// `?` converts any [`std::error::Error`] into a masked `CallError`: the client reads `internal
/// error` with a reference, and the log has the error under this reference. Therefore `CallError`
/// cannot implement `std::error::Error` itself. `Display` shows the text that the client reads, and
/// `Debug` shows everything.
///
/// ```
/// use mcp_server::{CallError, ResultExt as _};
///
/// async fn size(path: &str) -> Result<u64, CallError> {
///     if path.contains("..") {
///         return Err(CallError::client("invalid path: it contains `..`")); // the client reads this
///     }
///     let file = std::fs::metadata(path)?;            // masked
///     let limit: u64 = "10000".parse().for_client()?; // the client reads the error
///     Ok(file.len().min(limit))
/// }
/// ```
pub struct CallError(pub(crate) Failure);

/// Kind and data of a [`CallError`]. The engine converts it into a tool result or a JSON-RPC error.
#[derive(Debug)]
pub(crate) enum Failure {
    /// Text for the client.
    Client(Cow<'static, str>),
    /// Text for the client from a guard, which rejected the call before it ran.
    Denied(Cow<'static, str>),
    /// The arguments are invalid.
    InvalidArguments(Cow<'static, str>),
    /// The resource, or something that the arguments name, does not exist.
    NotFound(Cow<'static, str>),
    /// The item does not exist for this caller.
    Hidden,
    /// The caller may not use the item, and no other token would change that.
    Forbidden(Cow<'static, str>),
    /// The token needs these scopes.
    InsufficientScope(ScopeSet),
    /// The caller has to log in, with these scopes.
    LoginRequired(ScopeSet),
    /// The client needs these capabilities.
    MissingCapabilities(Box<ClientCapabilities>),
    /// The user has to open these pages first.
    UrlElicitationRequired(Vec<UrlElicitation>),
    /// A JSON-RPC error.
    Protocol(ErrorObject),
    /// A JSON-RPC error of a check of this crate, which rejected the call before it ran.
    Rejected(RefusalKind, ErrorObject),
    /// The handler panicked.
    Panicked(String),
    /// The call exceeded its timeout.
    TimedOut,
    /// A masked error.
    Internal(Source),
}

/// A question that asks the user to open a page in the browser, for
/// [`CallError::url_elicitation_required`] and [`Context::elicit_url`](crate::Context::elicit_url).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UrlElicitation {
    pub(crate) id: String,
    pub(crate) url: String,
    pub(crate) message: String,
}

impl UrlElicitation {
    /// Creates a question that asks the user to open `url`, with a random id. `message` tells the
    /// user the reason.
    pub fn new(url: impl Into<String>, message: impl Into<String>) -> Self {
        // Without randomness the id is empty, and `request` fails.
        Self { id: Randomness::system().id().unwrap_or_default(), url: url.into(), message: message.into() }
    }

    /// Returns the question that asks the user to open the page (specification:
    /// `ElicitRequestURLParams`).
    ///
    /// # Errors
    /// Fails if the id is empty: the notification of completion could not refer to the page.
    pub(crate) fn request(&self) -> Result<InputRequest, CallError> {
        if self.id.is_empty() {
            return Err(CallError::internal("missing id of a page that the user has to open"));
        }
        let params = json!({"mode": "url", "message": self.message, "url": self.url, "elicitationId": self.id});
        Ok(InputRequest { method: InputMethod::Elicit, params })
    }

    /// Sets the id that [`Context::elicitation_complete`](crate::Context::elicitation_complete)
    /// refers to. Default: 128 random bits in hexadecimal.
    #[must_use]
    pub fn id(mut self, id: impl Into<String>) -> Self {
        self.id = id.into();
        self
    }
}

impl CallError {
    /// Creates an error with text for the client. A tool returns a result with `isError`, so that a
    /// language model can react; resources and prompts return −32602.
    pub fn client(text: impl Into<Cow<'static, str>>) -> Self {
        Self(Failure::Client(text.into()))
    }

    /// Creates an error about invalid arguments. Write the text so that a language model can
    /// correct them. A tool returns a result with `isError` (SEP-1303), resources and prompts
    /// return −32602.
    pub fn invalid_arguments(text: impl Into<Cow<'static, str>>) -> Self {
        Self(Failure::InvalidArguments(text.into()))
    }

    /// Creates an error about something that does not exist. Tools and prompts return the text. For
    /// a resource, the server sends its own error instead of the text: −32002, or −32602 since
    /// 2026-07-28.
    pub fn not_found(text: impl Into<Cow<'static, str>>) -> Self {
        Self(Failure::NotFound(text.into()))
    }

    /// Creates an error that hides the item: the client receives the error for an unknown name.
    pub fn hidden() -> Self {
        Self(Failure::Hidden)
    }

    /// Creates an error for a caller that may not use the item: error code 403. The client sees the
    /// text.
    pub fn forbidden(text: impl Into<Cow<'static, str>>) -> Self {
        Self(Failure::Forbidden(text.into()))
    }

    /// Creates an error for a token that lacks scopes; name all scopes that the call needs. Over
    /// HTTP this is status 403 with a challenge, unless the response has begun (2026-07-28,
    /// authorization, runtime insufficient scope errors).
    pub fn insufficient_scope(scopes: impl IntoIterator<Item = impl AsRef<str>>) -> Self {
        let mut needed = ScopeSet::default();
        for scope in scopes {
            needed = needed.union(&ScopeSet::parse(scope.as_ref()));
        }
        Self(Failure::InsufficientScope(needed))
    }

    /// Creates an error for an anonymous caller that has to log in. Over HTTP this is status 401
    /// with a challenge, unless the response has begun.
    pub fn login_required() -> Self {
        Self(Failure::LoginRequired(ScopeSet::default()))
    }

    /// Creates the error of a call that requires capabilities which the client did not declare.
    ///
    /// In 2026-07-28 it becomes −32021 with HTTP 400, in sessions an error that names the
    /// capabilities.
    pub fn missing_capabilities(required: ClientCapabilities) -> Self {
        Self(Failure::MissingCapabilities(Box::new(required)))
    }

    /// Creates an error for a user who has to open pages first. In 2025-11-25 this is −32042, in
    /// 2026-07-28 a question to the client, and for older clients a text that names the pages.
    pub fn url_elicitation_required(pages: impl IntoIterator<Item = UrlElicitation>) -> Self {
        Self(Failure::UrlElicitationRequired(pages.into_iter().collect()))
    }

    /// Creates an error that is sent as this JSON-RPC error.
    pub fn protocol(error: ErrorObject) -> Self {
        Self(Failure::Protocol(error))
    }

    /// Creates an error whose text the client does not see: the client receives `internal error`
    /// with a reference, and the log contains `source` under this reference.
    pub fn internal(source: impl Into<Source>) -> Self {
        Self(Failure::Internal(source.into()))
    }

    /// Returns the kind of the error.
    pub fn kind(&self) -> CallErrorKind {
        match &self.0 {
            Failure::Client(_) | Failure::Denied(_) => CallErrorKind::Client,
            Failure::InvalidArguments(_) => CallErrorKind::InvalidArguments,
            Failure::NotFound(_) => CallErrorKind::NotFound,
            Failure::Hidden => CallErrorKind::Hidden,
            Failure::Forbidden(_) => CallErrorKind::Forbidden,
            Failure::InsufficientScope(_) => CallErrorKind::InsufficientScope,
            Failure::LoginRequired(_) => CallErrorKind::LoginRequired,
            Failure::MissingCapabilities(_) => CallErrorKind::MissingCapabilities,
            Failure::UrlElicitationRequired(_) => CallErrorKind::UrlElicitationRequired,
            Failure::Protocol(_) | Failure::Rejected(..) => CallErrorKind::Protocol,
            Failure::Panicked(_) => CallErrorKind::Panicked,
            Failure::TimedOut => CallErrorKind::TimedOut,
            Failure::Internal(_) => CallErrorKind::Internal,
        }
    }

    /// Returns the error that is hidden from the client, or `None` if the kind is not
    /// [`CallErrorKind::Internal`].
    pub fn source(&self) -> Option<&(dyn Error + Send + Sync + 'static)> {
        let Failure::Internal(source) = &self.0 else { return None };
        #[cfg(feature = "anyhow")]
        if let Some(AnyhowError(error)) = source.downcast_ref() {
            return Some(&**error);
        }
        Some(&**source)
    }

    /// Returns the [`source`](Self::source) if it is of type `E`. With the feature `anyhow`, also
    /// returns a context of type `E`.
    ///
    /// An [`Interceptor`](crate::Interceptor) can replace such an error by one with text for the
    /// client, as in [the guide](crate::docs::errors#errors-of-other-crates).
    pub fn downcast_ref<E: Error + Send + Sync + 'static>(&self) -> Option<&E> {
        #[cfg(feature = "anyhow")]
        if let Failure::Internal(source) = &self.0
            && let Some(AnyhowError(error)) = source.downcast_ref()
        {
            return error.downcast_ref();
        }
        self.source()?.downcast_ref()
    }
}

/// Kind of a [`CallError`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CallErrorKind {
    /// An error with text for the client ([`CallError::client`]).
    Client,
    /// The arguments are invalid ([`CallError::invalid_arguments`]).
    InvalidArguments,
    /// The resource, or something that the arguments name, does not exist
    /// ([`CallError::not_found`]).
    NotFound,
    /// The item does not exist for this caller ([`CallError::hidden`]).
    Hidden,
    /// The caller may not use the item ([`CallError::forbidden`]).
    Forbidden,
    /// The token lacks scopes ([`CallError::insufficient_scope`]).
    InsufficientScope,
    /// The caller has to log in ([`CallError::login_required`]).
    LoginRequired,
    /// The client lacks capabilities ([`CallError::missing_capabilities`]).
    MissingCapabilities,
    /// The user has to open pages first ([`CallError::url_elicitation_required`]).
    UrlElicitationRequired,
    /// A JSON-RPC error ([`CallError::protocol`]).
    Protocol,
    /// The handler panicked.
    Panicked,
    /// The call exceeded its timeout.
    TimedOut,
    /// An error whose text is logged and hidden from the client ([`CallError::internal`], and `?`).
    Internal,
}

/// Shows what the client reads, without the reference to the log.
impl fmt::Display for CallError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Failure::Client(text)
            | Failure::Denied(text)
            | Failure::InvalidArguments(text)
            | Failure::NotFound(text)
            | Failure::Forbidden(text) => formatter.write_str(text),
            Failure::Hidden => formatter.write_str("not found"),
            Failure::InsufficientScope(scopes) => write!(formatter, "insufficient scope: needed `{scopes}`"),
            Failure::LoginRequired(_) => formatter.write_str("authorization required"),
            Failure::MissingCapabilities(required) => write!(formatter, "missing client capabilities: {required}"),
            Failure::UrlElicitationRequired(_) => formatter.write_str("the user has to open a page first"),
            Failure::Protocol(error) | Failure::Rejected(_, error) => formatter.write_str(&error.message),
            Failure::TimedOut => formatter.write_str("the call timed out"),
            Failure::Panicked(_) | Failure::Internal(_) => formatter.write_str("internal error"),
        }
    }
}

impl fmt::Debug for CallError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, formatter)
    }
}

/// Random id that the client reads and the log contains.
pub(crate) struct Reference(String);

impl Reference {
    pub(crate) fn new(random: &Randomness) -> Self {
        Self(random.id().unwrap_or_else(|_| "none".to_owned()))
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl Failure {
    /// Returns the code of the JSON-RPC error. Unknown and hidden resources have a code of their
    /// own, which depends on the revision: see `engine::response::failure`.
    pub(crate) fn code(&self) -> ErrorCode {
        match self {
            Self::Client(_) | Self::Denied(_) | Self::InvalidArguments(_) | Self::NotFound(_) | Self::Hidden => {
                ErrorCode::INVALID_PARAMS
            }
            Self::Forbidden(_) | Self::InsufficientScope(_) => ErrorCode::FORBIDDEN,
            Self::LoginRequired(_) => ErrorCode::UNAUTHORIZED,
            Self::Protocol(error) | Self::Rejected(_, error) => error.code,
            Self::MissingCapabilities(_) => ErrorCode::MISSING_REQUIRED_CLIENT_CAPABILITY,
            Self::UrlElicitationRequired(_) => ErrorCode::URL_ELICITATION_REQUIRED,
            Self::Panicked(_) | Self::TimedOut | Self::Internal(_) => ErrorCode::INTERNAL_ERROR,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn page_has_random_id_and_no_question_without_one() {
        let page = || UrlElicitation::new("https://example.com", "Open it");
        let ids = [page(), page()].map(|page| page.request().unwrap().params["elicitationId"].clone());
        assert!(ids[0] != ids[1] && ids[0].as_str().is_some_and(|id| id.len() == 32), "{ids:?}");
        assert!(matches!(page().id("").request(), Err(CallError(Failure::Internal(_)))));
    }
}
