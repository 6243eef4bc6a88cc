//! The command line: where the server is, how to speak to it and how to show what it says.

use clap::{Parser, ValueEnum};
use reqwest::Url;
use reqwest::header::{HeaderName, HeaderValue};

/// What `--help` says below the options.
const EXAMPLES: &str = r#"Examples:
  client                                        a prompt, with history and completion by Tab
  client -c tools                               list the tools and leave
  client -c 'call hello-world {"name": "joe"}'  call one; repeat -c for more
  client --json -c tools | jq                   the whole result, for other programs
  client https://mcp.example.com/mcp < script   one command a line; # begins a comment

The exit status is 1 when a command failed, 0 otherwise. Type `help` at the prompt for the commands."#;

/// A client for any MCP server over streamable HTTP.
#[derive(Debug, Clone, Parser)]
#[command(name = "client", version, after_help = EXAMPLES)]
pub(crate) struct Options {
    /// The server's MCP endpoint.
    #[arg(value_name = "URL", default_value = "http://127.0.0.1:3030/mcp", value_parser = parse_url)]
    pub(crate) url: Url,

    /// Run this command instead of reading commands from stdin; may be repeated.
    #[arg(short = 'c', long = "command", value_name = "COMMAND")]
    pub(crate) commands: Vec<String>,

    /// An access token, sent as `Authorization: Bearer TOKEN`.
    #[arg(long, value_name = "TOKEN", env = "MCP_TOKEN", hide_env_values = true)]
    pub(crate) token: Option<String>,

    /// A header to send with every request, as 'Name: value'; may be repeated.
    #[arg(long = "header", value_name = "HEADER", value_parser = parse_header)]
    pub(crate) headers: Vec<(HeaderName, HeaderValue)>,

    /// How to begin.
    #[arg(long, value_enum, default_value_t)]
    pub(crate) era: Era,

    /// Print results as JSON instead of for reading.
    #[arg(long)]
    pub(crate) json: bool,

    /// Print no progress, no log messages of the server and no greeting.
    #[arg(short, long)]
    pub(crate) quiet: bool,

    /// The least severe log messages to ask the server for.
    #[arg(long, value_enum, value_name = "LEVEL", default_value_t)]
    pub(crate) log_level: LogLevel,
}

/// The two ways of speaking MCP, and finding out which.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Era {
    /// Ask for `server/discover`, and fall back to a session with an older server.
    #[default]
    Auto,
    /// The `initialize` handshake of 2025-11-25 and earlier.
    Session,
    /// Self-contained requests, as of 2026-07-28.
    Stateless,
}

/// The levels of the protocol, which are those of syslog.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogLevel {
    Debug,
    #[default]
    Info,
    Notice,
    Warning,
    Error,
    Critical,
    Alert,
    Emergency,
}

fn parse_url(text: &str) -> Result<Url, String> {
    let url = Url::parse(text).map_err(|error| error.to_string())?;
    match url.scheme() {
        "http" | "https" => Ok(url),
        _ => Err(format!("an address begins with http:// or https://; did you mean http://{text}?")),
    }
}

/// The headers the transport writes itself. A second copy would contradict it.
const WRITTEN_BY_THE_TRANSPORT: [&str; 3] = ["accept", "mcp-session-id", "last-event-id"];

fn parse_header(text: &str) -> Result<(HeaderName, HeaderValue), String> {
    let (name, value) = text.split_once(':').ok_or("a header is written 'Name: value'")?;
    let name: HeaderName = name.trim().parse().map_err(|_| format!("`{}` is not a header name", name.trim()))?;
    if WRITTEN_BY_THE_TRANSPORT.contains(&name.as_str()) {
        return Err(format!("`{name}` is written by the client itself"));
    }
    let value =
        value.trim().parse().map_err(|_| format!("the value of `{name}` has characters no header can carry"))?;
    Ok((name, value))
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Options::command().debug_assert();
    }

    #[test]
    fn an_address_without_a_scheme_is_explained() {
        assert!(parse_url("localhost:3030").unwrap_err().ends_with("did you mean http://localhost:3030?"));
        assert_eq!(parse_url("http://localhost:3030/mcp").unwrap().path(), "/mcp");
    }

    #[test]
    fn a_header_is_split_at_its_first_colon() {
        let (name, value) = parse_header("X-Origin: http://a:1").unwrap();
        assert_eq!((name.as_str(), value.as_bytes()), ("x-origin", b"http://a:1".as_slice()));
    }

    #[test]
    fn headers_of_the_transport_are_refused() {
        assert!(parse_header("Mcp-Session-Id: 1").is_err());
        assert!(parse_header("no colon").is_err());
    }
}
