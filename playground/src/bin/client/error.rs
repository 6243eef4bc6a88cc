//! Reasons why a command fails, with advice for the user.

use std::{error::Error as StdError, iter};

use reqwest::Url;
use rmcp::model::ErrorData;
use rmcp::service::{ClientInitializeError, ServiceError};
use rmcp::transport::{DynamicTransportError, streamable_http_client::StreamableHttpError};

use crate::challenge::Challenge;
use crate::terminal::{one_line, shorten};

/// Length limit for messages, which may quote whole pages.
const MAX_MESSAGE: usize = 300;

/// Failure of a command.
#[derive(Debug)]
pub(crate) enum Error {
    /// The server requires a token, or rejects the given one.
    Unauthorized(Challenge),
    /// An error response of the server, with a name that the user may have meant.
    Server(ErrorData, Option<String>),
    /// Any other failure, such as a refused connection.
    Other(String),
}

impl Error {
    /// Describes the failure. Requests the metadata of a server that requires a token.
    pub(crate) async fn explain(&self, url: &Url) -> String {
        match self {
            Self::Unauthorized(challenge) => challenge.explain(url).await,
            Self::Server(error, suggestion) => {
                let data = error.data.as_ref().map(|data| format!("\n  data: {data}"));
                let advice = suggestion.as_ref().map(|name| format!("\n  did you mean `{name}`?"));
                let details: String = data.into_iter().chain(advice).collect();
                format!("error {}: {}{details}", error.code.0, error.message)
            }
            Self::Other(message) => format!("{url}: {}", shorten(&one_line(message), MAX_MESSAGE)),
        }
    }
}

impl From<ClientInitializeError> for Error {
    fn from(error: ClientInitializeError) -> Self {
        match error {
            // The first request only tried the stateless era.
            ClientInitializeError::LegacyFallbackFailed { fallback, .. } => Self::from(*fallback),
            ClientInitializeError::TransportError { error, .. } => Self::from(error),
            ClientInitializeError::JsonRpcError(error) => Self::Server(error, None),
            other => Self::Other(other.to_string()),
        }
    }
}

impl From<ServiceError> for Error {
    fn from(error: ServiceError) -> Self {
        match error {
            ServiceError::McpError(error) => Self::Server(error, None),
            ServiceError::TransportSend(error) => Self::from(error),
            other => Self::Other(other.to_string()),
        }
    }
}

impl From<DynamicTransportError> for Error {
    fn from(error: DynamicTransportError) -> Self {
        match causes(error.error.as_ref()).find_map(<dyn StdError>::downcast_ref::<StreamableHttpError<reqwest::Error>>)
        {
            Some(StreamableHttpError::AuthRequired(rejection)) => {
                Self::Unauthorized(Challenge::parse(401, &rejection.www_authenticate_header))
            }
            Some(StreamableHttpError::InsufficientScope(rejection)) => {
                Self::Unauthorized(Challenge::parse(403, &rejection.www_authenticate_header))
            }
            // A 401 without a challenge.
            Some(StreamableHttpError::UnexpectedServerResponse(text)) if text.starts_with("HTTP 401") => {
                Self::Unauthorized(Challenge::parse(401, ""))
            }
            Some(StreamableHttpError::Client(error)) => {
                let advice =
                    if error.is_connect() { "; start a server first, for example with `cargo run`" } else { "" };
                let cause = causes(error).last().map(ToString::to_string).unwrap_or_default();
                Self::Other(cause + advice)
            }
            Some(other) => Self::Other(other.to_string()),
            None => Self::Other(error.to_string()),
        }
    }
}

/// Returns an error and its sources.
fn causes<'a>(error: &'a (dyn StdError + 'static)) -> impl Iterator<Item = &'a (dyn StdError + 'static)> {
    iter::successors(Some(error), |&error| error.source())
}

#[cfg(test)]
mod tests {
    use std::any::TypeId;

    use rmcp::model::ErrorCode;
    use rmcp::transport::streamable_http_client::AuthRequiredError;
    use serde_json::json;

    use super::*;

    async fn explain(error: impl Into<Error>) -> String {
        error.into().explain(&Url::parse("http://127.0.0.1:9/mcp").unwrap()).await
    }

    #[tokio::test]
    async fn server_error_keeps_code_and_data() {
        let error = |data| ServiceError::McpError(ErrorData::new(ErrorCode::INVALID_PARAMS, "tool not found", data));
        assert_eq!(explain(error(None)).await, "error -32602: tool not found");
        let expected = "error -32602: tool not found\n  data: {\"uri\":\"x\"}";
        assert_eq!(explain(error(Some(json!({"uri": "x"})))).await, expected);
    }

    #[tokio::test]
    async fn wrapped_transport_error_is_found() {
        let wrap = |error: StreamableHttpError<reqwest::Error>| {
            DynamicTransportError::from_parts("test", TypeId::of::<()>(), Box::new(error))
        };
        let forbidden = StreamableHttpError::UnexpectedServerResponse("HTTP 403 Forbidden: host not allowed".into());
        let text = explain(wrap(forbidden)).await;
        assert!(text.starts_with("http://127.0.0.1:9/mcp: "), "{text}");
        assert!(text.contains("HTTP 403 Forbidden: host not allowed"), "{text}");
        let unauthorized = StreamableHttpError::AuthRequired(AuthRequiredError::new("Bearer".to_owned()));
        assert!(explain(wrap(unauthorized)).await.starts_with("401: "));
    }
}
