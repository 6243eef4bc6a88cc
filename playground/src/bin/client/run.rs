//! Command lines, from their text to their output.

use std::{io, io::Write as _, sync::Arc};

use rmcp::model::{CallToolRequestParams, ErrorCode, GetPromptRequestParams, JsonObject, ReadResourceRequestParams};
use rmcp::service::ServiceError;
use serde_json::{Value, json};

use crate::command::{Command, Target};
use crate::connection::{Connection, has_sessions, request_meta};
use crate::error::Error;
use crate::item::{Kind, items, list};
use crate::options::Options;
use crate::terminal::{Notes, Theme};
use crate::view;

/// Runs command lines over one connection.
pub(crate) struct Runner {
    pub(crate) connection: Connection,
    pub(crate) options: Options,
    pub(crate) notes: Arc<Notes>,
    /// Styles for standard output.
    pub(crate) theme: Theme,
}

impl Runner {
    /// Runs one line, and prints its result. Returns `Some(true)` on success, and `None` to quit.
    pub(crate) async fn run_line(&self, line: &str) -> io::Result<Option<bool>> {
        let command = match Command::parse_line(line) {
            Ok(None) => return Ok(Some(true)),
            Ok(Some(Command::Quit)) => return Ok(None),
            Ok(Some(command)) => command,
            Err(error) => {
                error.print()?;
                return Ok(Some(!error.use_stderr()));
            }
        };
        let result = self.run(command).await;
        // The runtime has one thread and starts tasks in order. When this task has run, so have
        // the tasks that print the notifications which arrived before the result.
        let _ = tokio::spawn(async {}).await;
        let (text, json) = match result {
            Ok(output) => output,
            Err(error) => {
                self.notes.error(&error.explain(&self.options.url).await);
                return Ok(Some(false));
            }
        };
        let text = match (self.options.json, self.theme.is_terminal) {
            (false, _) => text,
            (true, true) => format!("{json:#}"),
            (true, false) => json.to_string(),
        };
        let mut stdout = io::stdout().lock();
        writeln!(stdout, "{}", text.trim_end_matches('\n'))?;
        stdout.flush()?;
        Ok(Some(json["isError"] != true))
    }

    /// Runs a command. Returns its result as text and as JSON.
    async fn run(&self, command: Command) -> Result<(String, Value), Error> {
        let (connection, theme, meta) = (&self.connection, self.theme, request_meta(&self.options));
        Ok(match command {
            Command::Tools => self.list(Kind::Tool, "tools").await?,
            Command::Resources => self.list(Kind::Resource, "resources").await?,
            Command::Prompts => self.list(Kind::Prompt, "prompts").await?,
            Command::Call(Target { name, arguments }) => {
                let mut request = CallToolRequestParams::new(name.clone()).with_arguments(arguments);
                request.meta = meta;
                let mut result = connection.call_tool(request.clone()).await;
                if matches!(&result, Err(ServiceError::McpError(error)) if error.code == ErrorCode::HEADER_MISMATCH) {
                    // The transport learns from the list which arguments travel as headers.
                    connection.list_all_tools().await?;
                    result = connection.call_tool(request).await;
                }
                let json = json!(suggest(result, connection, Kind::Tool, &name).await?);
                (view::tool_result(theme, &name, &json), json)
            }
            Command::Read { uri } => {
                let mut request = ReadResourceRequestParams::new(uri.clone());
                request.meta = meta;
                let result = connection.read_resource(request).await;
                let json = json!(suggest(result, connection, Kind::Resource, &uri).await?);
                (view::resource(theme, &uri, &json), json)
            }
            Command::Get(Target { name, arguments }) => {
                let mut request = GetPromptRequestParams::new(name.clone()).with_arguments(to_strings(arguments));
                request.meta = meta;
                let result = connection.get_prompt(request).await;
                let json = json!(suggest(result, connection, Kind::Prompt, &name).await?);
                (view::prompt(theme, &name, &json), json)
            }
            Command::Info => {
                let era = if has_sessions(connection) { "session" } else { "stateless" };
                let json = json!(connection.peer_info());
                (view::server(theme, era, &json), json)
            }
            Command::Quit => (String::new(), Value::Null),
        })
    }

    async fn list(&self, kind: Kind, plural: &str) -> Result<(String, Value), Error> {
        let lists = list(&self.connection, kind).await?;
        Ok((view::items(self.theme, plural, &items(&lists)), lists))
    }
}

/// Adds a similar name to the error for an unknown one.
async fn suggest<T>(
    result: Result<T, ServiceError>,
    connection: &Connection,
    kind: Kind,
    name: &str,
) -> Result<T, Error> {
    match result.map_err(Error::from) {
        Err(Error::Server(error, _)) => {
            let items = items(&list(connection, kind).await.unwrap_or_default());
            let similar = similar(name, items.iter().map(|item| &*item.name));
            Err(Error::Server(error, similar.map(str::to_owned)))
        }
        result => result,
    }
}

/// Returns the name that an unknown one probably stands for.
fn similar<'a>(unknown: &str, names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let similarity = |name: &str| strsim::normalized_damerau_levenshtein(&unknown.to_lowercase(), &name.to_lowercase());
    let best = names.map(|name| (similarity(name), name)).max_by(|(left, _), (right, _)| left.total_cmp(right));
    best.filter(|(similarity, name)| *similarity > 0.6 && *name != unknown).map(|(_, name)| name)
}

/// Converts the arguments of a prompt, which are always strings.
fn to_strings(arguments: JsonObject) -> JsonObject {
    let to_string = |value: Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    arguments.into_iter().map(|(name, value)| (name, to_string(value).into())).collect()
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;

    #[test]
    fn prompt_arguments_become_strings() {
        let arguments = serde_json::from_value(json!({"a": "x", "b": 3, "c": true})).unwrap();
        assert_eq!(Value::Object(to_strings(arguments)), json!({"a": "x", "b": "3", "c": "true"}));
    }

    #[test]
    fn similar_names_are_suggested() {
        let suggestion = |typed| similar(typed, ["hello-world", "hello-error", "add"].into_iter());
        for typed in ["helo-world", "hello_world", "HELLO-WORLD", "hlelo-world", "hello-w"] {
            assert_eq!(suggestion(typed), Some("hello-world"), "{typed}");
        }
        assert_eq!(suggestion("subtract"), None);
    }

    /// A tool, a prompt and a resource with similar names.
    mod similar_items {
        #[mcp_server::tool(server = "similar items")]
        pub(super) fn greet_all() -> &'static str {
            "hello"
        }

        #[mcp_server::prompt(server = "similar items")]
        pub(super) fn greet_alls() -> &'static str {
            "hello"
        }

        #[mcp_server::resource(server = "similar items", uri = "mcp://greet-all")]
        pub(super) fn greet_all_resource() -> &'static str {
            "hello"
        }
    }

    #[tokio::test]
    async fn suggestions_have_the_kind_of_the_command() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/mcp", listener.local_addr().unwrap());
        let options = mcp_server::McpOptions::new("similar items", "1");
        let server = mcp_server::McpModule::for_root(options).build().await.unwrap();
        let serving = tokio::spawn(async move { server.serve_listener(listener, std::future::pending()).await });
        let options = Options::parse_from(["client", &url, "--quiet"]);
        let notes = Arc::new(Notes::new(Theme::default(), true));
        let connection = crate::connection::connect(&options, &notes).await.unwrap();
        let runner = Runner { connection, options, notes, theme: Theme::default() };
        for (line, suggestion) in [
            ("call greet_al", Some("greet_all")),
            // The prompt and the resource have more similar names.
            ("call greet_alls", Some("greet_all")),
            ("call mcp://greet-al", None),
            ("get greet_all", Some("greet_alls")),
            ("get mcp://greet-al", None),
            ("read mcp://greet-al", Some("mcp://greet-all")),
            ("read greet_alls", None),
        ] {
            let command = Command::parse_line(line).unwrap().unwrap();
            match runner.run(command).await {
                Err(Error::Server(_, found)) => assert_eq!(found.as_deref(), suggestion, "{line}"),
                other => panic!("{line}: {other:?}"),
            }
        }
        serving.abort();
    }

    #[test]
    fn known_names_get_no_suggestion() {
        let suggestion = |typed| similar(typed, ["mcp://hello", "mcp://hello/{name}"].into_iter());
        assert_eq!(suggestion("mcp://hello"), None);
        assert_eq!(suggestion("mcp://helo"), Some("mcp://hello"));
    }
}
