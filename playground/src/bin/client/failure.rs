//! What went wrong, in words for the person at the terminal.

use std::error::Error;
use std::fmt;
use std::io;

use reqwest::Url;
use rmcp::model::{ErrorCode, ErrorData};
use rmcp::service::{ClientInitializeError, ServiceError};
use rmcp::transport::streamable_http_client::StreamableHttpError;

use crate::challenge::{Challenge, authorization_servers};
use crate::style::{one_line, shortened};

/// A failed command: one line, and perhaps a few more below it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Failure {
    headline: String,
    details: Vec<String>,
    /// Whether the next command would fail in the same way.
    pub(crate) out_of_reach: bool,
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.headline)?;
        self.details.iter().try_for_each(|detail| write!(formatter, "\n  {detail}"))
    }
}

impl Failure {
    pub(crate) fn new(headline: impl Into<String>) -> Self {
        Self { headline: headline.into(), ..Self::default() }
    }

    pub(crate) fn with_detail(mut self, detail: impl Into<String>) -> Self {
        self.details.push(detail.into());
        self
    }

    /// Why no connection came about.
    pub(crate) async fn to_connect(error: ClientInitializeError, url: &Url) -> Self {
        let failure = match error {
            // The first attempt was only a question which protocol is spoken.
            ClientInitializeError::LegacyFallbackFailed { fallback, .. } => {
                return Box::pin(Self::to_connect(*fallback, url)).await;
            }
            ClientInitializeError::TransportError { error, .. } => Self::of_transport(error.error.as_ref(), url).await,
            ClientInitializeError::JsonRpcError(error) => Self::of_server(&error),
            ClientInitializeError::NoCompatibleProtocolVersion { server_supported, .. } => {
                let offered: Vec<String> = server_supported.iter().map(ToString::to_string).collect();
                Self::new(format!("the server does not speak this protocol version, but {}", offered.join(", ")))
                    .with_detail("try --era session, or --era auto to find out")
            }
            other => Self::new(format!("no connection to {url}: {}", readable(&other.to_string()))),
        };
        Self { out_of_reach: true, ..failure }
    }

    /// Why a request came to nothing.
    pub(crate) async fn to_answer(error: ServiceError, url: &Url) -> Self {
        match error {
            ServiceError::McpError(error) => Self::of_server(&error),
            ServiceError::TransportSend(error) => Self::of_transport(error.error.as_ref(), url).await,
            ServiceError::TransportClosed => Self::new("the connection was lost"),
            ServiceError::UnexpectedResponse => Self::new("the server answered with a result of another kind"),
            other => Self::new(readable(&other.to_string())),
        }
    }

    /// The server's own words and code.
    fn of_server(error: &ErrorData) -> Self {
        let mut failure = Self::new(format!("error {}: {}", error.code.0, error.message));
        if error.code == ErrorCode::METHOD_NOT_FOUND {
            failure = failure.with_detail("the server does not offer this");
        }
        match &error.data {
            Some(data) if !data.is_null() => failure.with_detail(format!("data: {data}")),
            _ => failure,
        }
    }

    async fn of_transport(error: &(dyn Error + 'static), url: &Url) -> Self {
        let Some(error) = http_error(error) else {
            return Self::new(format!("the connection to {url} failed: {}", readable(&innermost(error).to_string())));
        };
        match error {
            StreamableHttpError::Client(error) => Self::of_network(error, url),
            StreamableHttpError::AuthRequired(refusal) => {
                Self::of_refusal(401, &Challenge::parse(&refusal.www_authenticate_header), url).await
            }
            StreamableHttpError::InsufficientScope(refusal) => {
                Self::of_refusal(403, &Challenge::parse(&refusal.www_authenticate_header), url).await
            }
            // Refusals without a challenge arrive as text.
            StreamableHttpError::UnexpectedServerResponse(text) if text.starts_with("HTTP 401") => {
                Self::of_refusal(401, &Challenge::default(), url).await
            }
            StreamableHttpError::UnexpectedServerResponse(text) if text.starts_with("HTTP 403") => {
                let failure = Self::new(format!("403: {url} refuses this request"));
                match text.split_once(": ") {
                    Some((_, body)) if !body.is_empty() => failure.with_detail(readable(body)),
                    _ => failure,
                }
            }
            StreamableHttpError::UnexpectedServerResponse(text) if text.starts_with("HTTP 404") => {
                Self::new(format!("nothing is found at {url}: is this the path of the MCP endpoint?"))
            }
            StreamableHttpError::UnexpectedServerResponse(text) => {
                Self::new(format!("{url} answered: {}", readable(text)))
            }
            StreamableHttpError::UnexpectedContentType(_) => {
                Self::new(format!("{url} answered with neither JSON nor an event stream: is it an MCP endpoint?"))
            }
            other => Self::new(format!("{url}: {}", readable(&other.to_string()))),
        }
    }

    fn of_network(error: &reqwest::Error, url: &Url) -> Self {
        let cause = innermost(error);
        let refused =
            cause.downcast_ref::<io::Error>().is_some_and(|cause| cause.kind() == io::ErrorKind::ConnectionRefused);
        let headline = if refused {
            format!("nothing listens at {url}: start the server first (`cargo run` starts the playground's)")
        } else if error.is_connect() {
            format!("no connection to {url}: {cause}")
        } else {
            format!("the connection to {url} failed: {cause}")
        };
        Self { out_of_reach: error.is_connect(), ..Self::new(headline) }
    }

    async fn of_refusal(status: u16, challenge: &Challenge, url: &Url) -> Self {
        let mut failure = match status {
            401 if challenge.error.is_some() => Self::new("401: the server does not accept this token"),
            401 => Self::new("401: the server wants an access token"),
            _ if challenge.scope.is_some() => Self::new("403: the token lacks a scope this needs"),
            _ => Self::new("403: this is not allowed with this token"),
        };
        let reasons: Vec<&str> =
            [&challenge.error, &challenge.description].into_iter().flatten().map(String::as_str).collect();
        if !reasons.is_empty() {
            failure = failure.with_detail(format!("because: {}", reasons.join(", ")));
        }
        if let Some(scope) = &challenge.scope {
            failure = failure.with_detail(format!("scope: {scope}"));
        }
        let servers = match challenge.metadata_at(url) {
            Some(metadata) => authorization_servers(metadata).await,
            None => Vec::new(),
        };
        match (&servers[..], &challenge.resource_metadata) {
            ([], Some(metadata)) => failure = failure.with_detail(format!("described at: {metadata}")),
            ([], None) => {}
            (servers, _) => failure = failure.with_detail(format!("authorization server: {}", servers.join(", "))),
        }
        failure.with_detail("get a token there and give it with --token TOKEN, or in the variable MCP_TOKEN")
    }
}

/// The transport's own error, however deeply wrapped.
fn http_error<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a StreamableHttpError<reqwest::Error>> {
    let mut current = Some(error);
    while let Some(error) = current {
        if let Some(found) = error.downcast_ref() {
            return Some(found);
        }
        current = error.source();
    }
    None
}

fn innermost<'a>(error: &'a (dyn Error + 'static)) -> &'a (dyn Error + 'static) {
    error.source().map_or(error, innermost)
}

/// A whole HTML page is no use in an error message.
const LONGEST_QUOTE: usize = 300;

fn readable(text: &str) -> String {
    shortened(&one_line(text), LONGEST_QUOTE)
}

#[cfg(test)]
mod tests {
    use std::any::TypeId;

    use rmcp::transport::DynamicTransportError;
    use serde_json::json;

    use super::*;

    #[test]
    fn an_error_of_the_server_keeps_its_code_and_data() {
        let plain = ErrorData::new(ErrorCode::INVALID_PARAMS, "tool not found", None);
        assert_eq!(Failure::of_server(&plain).to_string(), "error -32602: tool not found");
        let detailed = ErrorData::new(ErrorCode::INVALID_PARAMS, "bad", Some(json!({"uri": "x"})));
        assert_eq!(Failure::of_server(&detailed).to_string(), "error -32602: bad\n  data: {\"uri\":\"x\"}");
    }

    #[tokio::test]
    async fn a_refusal_names_the_scope_and_where_to_ask() {
        let url = Url::parse("http://127.0.0.1:9/mcp").unwrap();
        let header = r#"Bearer error="insufficient_scope", scope="admin", resource_metadata="https://other/meta""#;
        let told = Failure::of_refusal(403, &Challenge::parse(header), &url).await.to_string();
        assert!(told.starts_with("403: the token lacks a scope this needs\n  because: insufficient_scope"), "{told}");
        assert!(told.contains("\n  scope: admin\n  described at: https://other/meta\n"), "{told}");
    }

    #[tokio::test]
    async fn the_transport_is_recognised_through_its_wrapping() {
        let url = Url::parse("http://127.0.0.1:9/mcp").unwrap();
        let error: StreamableHttpError<reqwest::Error> =
            StreamableHttpError::UnexpectedServerResponse("HTTP 403 Forbidden: host not allowed".into());
        let wrapped = DynamicTransportError::from_parts("test", TypeId::of::<()>(), Box::new(error));
        let told = Failure::of_transport(&wrapped, &url).await.to_string();
        assert_eq!(told, "403: http://127.0.0.1:9/mcp refuses this request\n  host not allowed");
    }
}
