//! `CallError`: what a handler, a guard, an interceptor or an extractor answers when it cannot do what was asked.
//!
//! Every error has two texts, one for the client and one for the log, joined by an id. Which of the two an error's own text
//! becomes is chosen by type: what is made by [`CallError::client`], [`ClientError`] or [`ResultExt::for_client`] is meant for
//! the client; every other error that `?` brings along is masked, and logged.

use std::{borrow::Cow, error::Error, fmt};

use serde_json::json;

use crate::{
    auth::ScopeSet,
    protocol::{
        ClientCapabilities, ErrorCode, ErrorObject,
        types::input_request::{InputMethod, InputRequest},
    },
    random,
};

type Source = Box<dyn Error + Send + Sync>;

/// Why a call failed.
///
/// `?` turns any [`std::error::Error`] into a masked internal error, so `CallError` cannot be one itself.
///
/// ```
/// use mcp_server::{CallError, ResultExt as _};
///
/// async fn size(path: &str) -> Result<u64, CallError> {
///     if path.contains("..") {
///         return Err(CallError::client("`..` is not allowed in a path")); // the client reads this
///     }
///     let file = std::fs::metadata(path)?;                              // masked: the client reads a reference only
///     let limit: u64 = "10000".parse().for_client()?;                   // shown, because it says so
///     Ok(file.len().min(limit))
/// }
/// ```
pub struct CallError(pub(crate) Failure);

/// What became of the call. The engines turn it into a tool error or a JSON-RPC error, in one place.
#[derive(Debug)]
pub(crate) enum Failure {
    /// A text meant for the client.
    Client(Cow<'static, str>),
    /// Arguments that the schema refuses.
    InvalidArguments(Cow<'static, str>),
    /// There is no such resource, or no such thing behind the item.
    NotFound(Cow<'static, str>),
    /// The item itself must look as if it did not exist.
    Hidden,
    /// The caller may not, and nothing that it could ask for would change that.
    Forbidden(Cow<'static, str>),
    /// The caller's token lacks these scopes.
    InsufficientScope(ScopeSet),
    /// The caller must identify itself first, with these scopes.
    LoginRequired(ScopeSet),
    /// The client lacks these capabilities.
    MissingCapabilities(Box<ClientCapabilities>),
    /// The user must open these pages first.
    UrlElicitationRequired(Vec<UrlElicitation>),
    /// A JSON-RPC error as it is.
    Protocol(ErrorObject),
    /// The handler panicked.
    Panicked(String),
    /// The call took longer than it may.
    TimedOut,
    /// Something inside broke; the client learns nothing of it.
    Internal(Source),
}

/// A page that the user must open before a call can succeed; see [`CallError::url_elicitation_required`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UrlElicitation {
    pub(crate) id: String,
    pub(crate) url: String,
    pub(crate) message: String,
}

impl UrlElicitation {
    /// A page, and why it is to be opened.
    pub fn new(url: impl Into<String>, message: impl Into<String>) -> Self {
        // Without randomness it has no id, which is a failure when somebody is to be sent there.
        Self { id: random::id().unwrap_or_default(), url: url.into(), message: message.into() }
    }

    /// The question whether to open it (specification: `ElicitRequestURLParams`).
    ///
    /// # Errors
    /// When it has no id, under which nobody could say that the user is done.
    pub(crate) fn request(&self) -> Result<InputRequest, CallError> {
        if self.id.is_empty() {
            return Err(CallError::internal("a page that the user must open has no id"));
        }
        let params = json!({"mode": "url", "message": self.message, "url": self.url, "elicitationId": self.id});
        Ok(InputRequest { method: InputMethod::Elicit, params })
    }

    /// The id under which [`Context::elicitation_complete`](crate::Context::elicitation_complete) says that the user is done.
    /// Default: 128 random bits in hexadecimal.
    #[must_use]
    pub fn id(mut self, id: impl Into<String>) -> Self {
        self.id = id.into();
        self
    }
}

impl CallError {
    /// A text meant for the client: a tool's result says it with `isError`, so that a language model can react.
    pub fn client(text: impl Into<Cow<'static, str>>) -> Self {
        Self(Failure::Client(text.into()))
    }

    /// Arguments that do not make sense, said so that a language model can mend them. A tool's result says it with `isError`
    /// (SEP-1303), prompts and resources answer −32602.
    pub fn invalid_arguments(text: impl Into<Cow<'static, str>>) -> Self {
        Self(Failure::InvalidArguments(text.into()))
    }

    /// What was asked for does not exist: for a resource, the specification's own error; elsewhere a text for the client.
    pub fn not_found(text: impl Into<Cow<'static, str>>) -> Self {
        Self(Failure::NotFound(text.into()))
    }

    /// The item must look to this caller as if it did not exist.
    pub fn hidden() -> Self {
        Self(Failure::Hidden)
    }

    /// The caller may not do this. The text is shown.
    pub fn forbidden(text: impl Into<Cow<'static, str>>) -> Self {
        Self(Failure::Forbidden(text.into()))
    }

    /// The caller's token lacks these scopes: 403 with a challenge that names them all, as long as the answer has not begun
    /// (2026-07-28, authorization, runtime insufficient scope errors).
    pub fn insufficient_scope(scopes: impl IntoIterator<Item = impl AsRef<str>>) -> Self {
        let mut needed = ScopeSet::default();
        for scope in scopes {
            needed = needed.union(&ScopeSet::parse(scope.as_ref()));
        }
        Self(Failure::InsufficientScope(needed))
    }

    /// The caller must identify itself: 401 with a challenge, as long as the answer has not begun.
    pub fn login_required() -> Self {
        Self(Failure::LoginRequired(ScopeSet::default()))
    }

    /// Creates the error of a call that requires capabilities which the client did not declare.
    ///
    /// In 2026-07-28 it becomes −32021 with HTTP 400, in sessions an error that names the capabilities.
    pub fn missing_capabilities(required: ClientCapabilities) -> Self {
        Self(Failure::MissingCapabilities(Box::new(required)))
    }

    /// The user must open pages before the call can succeed: −32042 in 2025-11-25, a question in place of an answer in 2026-07-28,
    /// and for older clients a text that names the pages.
    pub fn url_elicitation_required(pages: impl IntoIterator<Item = UrlElicitation>) -> Self {
        Self(Failure::UrlElicitationRequired(pages.into_iter().collect()))
    }

    /// A JSON-RPC error with exactly this code, text and data.
    pub fn protocol(error: ErrorObject) -> Self {
        Self(Failure::Protocol(error))
    }

    /// Something inside broke. The source goes to the log, the client gets a reference to it.
    pub fn internal(source: impl Into<Source>) -> Self {
        Self(Failure::Internal(source.into()))
    }

    /// The error that `?` has masked, when it is an `E`: for an [`Interceptor`](crate::Interceptor) that says some errors of an
    /// application to the client. [The guide](crate::docs::providers#errors-of-your-own) has one.
    pub fn downcast_ref<E: Error + 'static>(&self) -> Option<&E> {
        match &self.0 {
            Failure::Internal(source) => source.downcast_ref(),
            _ => None,
        }
    }
}

impl fmt::Debug for CallError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, formatter)
    }
}

/// An error that `?` turns into a [`CallError`]: any [`std::error::Error`] that may go to another thread.
///
/// Implemented for all of them; there is nothing to implement by hand.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no error that a call can end with",
    label = "no `std::error::Error`: `.for_client()` or `.internal()` of `mcp_server::ResultExt` makes a `CallError` of it",
    note = "handlers return `Result<_, CallError>`, and `CallError::client(\"…\")` says to the client what went wrong",
    note = "`.for_client()?` shows the text of any error to the client, `.internal()?` tells it to the log only; both know `String`, `&str` and \
            `Box<dyn Error + Send + Sync>`"
)]
pub trait AnyError: Error + Send + Sync + 'static {}

#[diagnostic::do_not_recommend]
impl<E: Error + Send + Sync + 'static> AnyError for E {}

impl<E: AnyError> From<E> for CallError {
    fn from(error: E) -> Self {
        let source: Source = Box::new(error);
        match source.downcast::<ClientError>() {
            Ok(error) => Self(Failure::Client(error.0)),
            Err(source) => Self(Failure::Internal(source)),
        }
    }
}

impl From<ErrorObject> for CallError {
    fn from(error: ErrorObject) -> Self {
        Self::protocol(error)
    }
}

/// An error whose text is meant for the client, for code that wants a [`std::error::Error`] and does not know `CallError`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientError(Cow<'static, str>);

impl ClientError {
    /// An error with this text for the client.
    pub fn new(text: impl Into<Cow<'static, str>>) -> Self {
        Self(text.into())
    }
}

impl fmt::Display for ClientError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl Error for ClientError {}

/// Says, where a foreign error comes up, whom its text is for.
pub trait ResultExt<T, E> {
    /// The error's text is meant for the client.
    ///
    /// # Errors
    /// The same error, as [`CallError::client`].
    fn for_client(self) -> Result<T, CallError>
    where
        E: fmt::Display;

    /// The error is nobody's business but the log's. Only needed where `?` does not do it: for `Box<dyn Error>` and the like.
    ///
    /// # Errors
    /// The same error, as [`CallError::internal`].
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

/// Joins what the client reads and what the log holds.
pub(crate) struct Reference(String);

impl Reference {
    pub(crate) fn new() -> Self {
        Self(random::id().unwrap_or_else(|_| "none".to_owned()))
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// `error` and everything that caused it, in one line for the log.
pub(crate) fn chain(error: &(dyn Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(source) = next {
        text = format!("{text}: {source}");
        next = source.source();
    }
    text
}

impl Failure {
    /// The JSON-RPC code that fits the failure where it becomes a JSON-RPC error.
    pub(crate) fn code(&self) -> ErrorCode {
        match self {
            Self::Client(_) | Self::InvalidArguments(_) | Self::NotFound(_) | Self::Hidden => ErrorCode::INVALID_PARAMS,
            Self::Forbidden(_) | Self::InsufficientScope(_) => ErrorCode::FORBIDDEN,
            Self::LoginRequired(_) => ErrorCode::UNAUTHORIZED,
            Self::Protocol(error) => error.code,
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
    fn a_page_has_an_id_that_nobody_guesses_and_is_no_question_without_one() {
        let page = || UrlElicitation::new("https://example.com", "Open it");
        let ids = [page(), page()].map(|page| page.request().unwrap().params["elicitationId"].clone());
        assert!(ids[0] != ids[1] && ids[0].as_str().is_some_and(|id| id.len() == 32), "{ids:?}");
        assert!(matches!(page().id("").request(), Err(CallError(Failure::Internal(_)))));
    }

    #[test]
    fn the_type_of_an_error_says_whom_its_text_is_for() {
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
        let boxed: Result<(), Source> = Err("boxed".into());
        assert!(matches!(boxed.internal(), Err(CallError(Failure::Internal(_)))));
    }
}
