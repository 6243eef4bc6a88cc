//! Command-line options.
#![expect(deprecated, reason = "MCP deprecates logging, which servers still support")]

use clap::{Parser, ValueEnum};
use reqwest::{Url, header::HeaderName, header::HeaderValue};
use rmcp::model::LoggingLevel;

/// Text that `--help` prints below the options.
const EXAMPLES: &str = r#"Examples:
  client                                        open a prompt with history and completion (Tab)
  client -c tools                               list the tools and exit
  client -c 'call hello-world {"name": "joe"}'  call a tool; repeat -c to run more commands
  client --json -c tools | jq                   print whole results for other programs
  client https://mcp.example.com/mcp < script   run one command per line; # starts a comment

The exit status is 1 if a command failed, and 0 otherwise. Type `help` at the prompt to list the commands."#;

/// A client for any MCP server over streamable HTTP.
#[derive(Debug, Parser)]
#[command(name = "client", version, after_help = EXAMPLES)]
pub(crate) struct Options {
    /// URL of the server's MCP endpoint.
    #[arg(value_name = "URL", default_value = "http://127.0.0.1:3030/mcp", value_parser = parse_url)]
    pub(crate) url: Url,

    /// Command to run instead of reading commands from standard input; may be repeated.
    #[arg(short = 'c', long = "command", value_name = "COMMAND")]
    pub(crate) commands: Vec<String>,

    /// Access token, sent as `Authorization: Bearer TOKEN`.
    #[arg(long, value_name = "TOKEN", env = "MCP_TOKEN", hide_env_values = true)]
    pub(crate) token: Option<String>,

    /// Header to send with every request, as 'Name: value'; may be repeated.
    #[arg(long = "header", value_name = "HEADER", value_parser = parse_header)]
    pub(crate) headers: Vec<(HeaderName, HeaderValue)>,

    /// Protocol era to connect with.
    #[arg(long, value_enum, default_value_t)]
    pub(crate) era: Era,

    /// Print results as JSON.
    #[arg(long)]
    pub(crate) json: bool,

    /// Print no progress, no log messages and no greeting.
    #[arg(short, long)]
    pub(crate) quiet: bool,

    /// Least severe log messages to request: debug, info, notice, warning, error, critical, alert
    /// or emergency.
    #[arg(long, value_name = "LEVEL", default_value = "info", value_parser = parse_level)]
    pub(crate) log_level: LoggingLevel,
}

/// Eras of the protocol.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Era {
    /// Send `server/discover`, and fall back to a session with an older server.
    #[default]
    Auto,
    /// The `initialize` handshake of 2025-11-25 and earlier.
    Session,
    /// Self-contained requests of 2026-07-28.
    Stateless,
}

fn parse_level(text: &str) -> serde_json::Result<LoggingLevel> {
    serde_json::from_value(text.into())
}

fn parse_url(text: &str) -> Result<Url, String> {
    match Url::parse(text) {
        Ok(url) if matches!(url.scheme(), "http" | "https") => Ok(url),
        // `localhost:3030` is parsed as a URL with the scheme `localhost`.
        _ if !text.contains("://") => Err(format!("expected http:// or https://; did you mean http://{text}?")),
        Ok(_) => Err("expected http:// or https://".to_owned()),
        Err(error) => Err(error.to_string()),
    }
}

fn parse_header(text: &str) -> Result<(HeaderName, HeaderValue), String> {
    let (name, value) = text.split_once(':').ok_or("expected 'Name: value'")?;
    let name = name.trim().parse().map_err(|error| format!("`{name}`: {error}"))?;
    let value = value.trim().parse().map_err(|error| format!("value of `{name}`: {error}"))?;
    Ok((name, value))
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn options_are_consistent() {
        Options::command().debug_assert();
    }

    #[test]
    fn url_without_scheme_is_explained() {
        for text in ["localhost:3030", "mcp.example.com/mcp"] {
            assert!(parse_url(text).unwrap_err().ends_with(&format!("did you mean http://{text}?")), "{text}");
        }
        assert_eq!(parse_url("ftp://example.com").unwrap_err(), "expected http:// or https://");
        assert_eq!(parse_url("http://localhost:3030/mcp").unwrap().path(), "/mcp");
    }

    #[test]
    fn header_is_split_at_first_colon() {
        let (name, value) = parse_header("X-Origin: http://a:1").unwrap();
        assert_eq!((name.as_str(), value.as_bytes()), ("x-origin", b"http://a:1".as_slice()));
        assert!(parse_header("no colon").is_err());
    }

    #[test]
    fn log_level_is_one_of_the_protocol() {
        let level = |text| Options::try_parse_from(["client", "--log-level", text]).map(|options| options.log_level);
        assert_eq!(level("notice").unwrap(), LoggingLevel::Notice);
        assert!(level("loud").is_err());
    }
}
