//! Grammar of the commands, parsed by clap.

use clap::{Args, Parser};
use rmcp::model::JsonObject;

/// One line typed at the prompt, piped in, or given with `-c`.
#[derive(Debug, PartialEq, Parser)]
#[command(multicall = true, help_template = "{subcommands}", disable_help_flag = true)]
pub(crate) enum Command {
    /// List the tools and their arguments
    #[command(alias = "list")]
    Tools,
    /// Call a tool, as in `call hello-world {"name": "joe"}`
    Call(Target),
    /// List the resources and the resource templates
    Resources,
    /// Read a resource, as in `read mcp://users/7`
    Read { uri: String },
    /// List the prompts and their arguments
    Prompts,
    /// Get a prompt, as in `get greet {"name": "joe"}`
    Get(Target),
    /// Show the server, its protocol version and its capabilities
    Info,
    /// Exit, as does Ctrl-D
    #[command(alias = "exit")]
    Quit,
}

/// A tool or a prompt, with its arguments.
#[derive(Debug, PartialEq, Args)]
pub(crate) struct Target {
    #[arg(value_parser = parse_name)]
    pub(crate) name: String,
    #[arg(value_name = "JSON", default_value = "{}", hide_default_value = true, value_parser = parse_object)]
    pub(crate) arguments: JsonObject,
}

impl Command {
    /// Parses a line. Returns `None` for an empty line or a comment.
    pub(crate) fn parse_line<'a>(line: &'a str) -> Result<Option<Self>, clap::Error> {
        let split = |text: &'a str| text.split_once(char::is_whitespace).unwrap_or((text, ""));
        let (word, operands) = split(line.trim());
        if word.is_empty() || word.starts_with('#') {
            return Ok(None);
        }
        // JSON may contain spaces, so it is the rest of the line.
        let (operand, json) = split(operands.trim_start());
        let words = [word, operand, json.trim_start()].into_iter().filter(|word| !word.is_empty());
        Self::try_parse_from(words).map(Some)
    }
}

/// Parses the name of a tool or a prompt.
fn parse_name(name: &str) -> Result<String, String> {
    if name.starts_with('{') {
        return Err("expected a name before the JSON".to_owned());
    }
    Ok(name.to_owned())
}

/// Parses an object. The message marks the position of a syntax error in the text.
fn parse_object(json: &str) -> Result<JsonObject, String> {
    serde_json::from_str(json).map_err(|error| {
        if error.is_data() {
            return r#"expected an object such as {"name": "joe"}"#.to_owned();
        }
        let message = error.to_string();
        let reason = message.rsplit_once(" at line ").map_or(&*message, |(reason, _)| reason);
        let column = if error.is_eof() { json.len() } else { error.column().saturating_sub(1) };
        let (before, after) = json.split_at(json.floor_char_boundary(column));
        format!("{reason} at ▸ in {before}▸{after}")
    })
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    fn parse(line: &str) -> Option<Command> {
        Command::parse_line(line).unwrap()
    }

    fn error(line: &str) -> String {
        Command::parse_line(line).unwrap_err().to_string()
    }

    #[test]
    fn json_may_contain_spaces() {
        let arguments = JsonObject::from_iter([("name".to_owned(), "joe  the first".into())]);
        let command = Command::Call(Target { name: "hello-world".into(), arguments });
        assert_eq!(parse(r#"  call  hello-world   {"name": "joe  the first"}  "#), Some(command));
    }

    #[test]
    fn json_is_optional() {
        let command = Command::Get(Target { name: "greeting".into(), arguments: JsonObject::new() });
        assert_eq!(parse("get greeting"), Some(command));
    }

    #[test]
    fn empty_lines_and_comments_are_skipped() {
        assert_eq!(parse("   "), None);
        assert_eq!(parse("# tools"), None);
    }

    #[test]
    fn unknown_command_gets_a_suggestion() {
        Command::command().debug_assert();
        assert!(error("tolls").contains("'tools'"), "{}", error("tolls"));
        assert!(error("frobnicate x").contains("'frobnicate'"));
        assert_eq!(parse("exit"), Some(Command::Quit));
    }

    #[test]
    fn missing_operands_show_the_usage() {
        assert!(error("call").contains("Usage: call <NAME> [JSON]"), "{}", error("call"));
        assert!(error(r#"call {"a": 1}"#).contains("expected a name before the JSON"));
        assert!(error("read  ").contains("Usage: read <URI>"), "{}", error("read"));
    }

    #[test]
    fn help_lists_every_command() {
        let help = error("help");
        let listed: Vec<_> = help.lines().filter_map(|line| line.split_whitespace().next()).collect();
        let command = Command::command();
        let known: Vec<_> = command.get_subcommands().map(clap::Command::get_name).collect();
        assert!(known.iter().all(|name| listed.contains(name)), "{help}");
    }

    #[test]
    fn invalid_json_is_marked() {
        let marked = |json| parse_object(json).unwrap_err();
        assert_eq!(marked(r#"{"a": }"#), r#"expected value at ▸ in {"a": ▸}"#);
        assert_eq!(marked("{a: 1}"), "key must be a string at ▸ in {▸a: 1}");
        assert_eq!(marked(r#"{"a": 1"#), r#"EOF while parsing an object at ▸ in {"a": 1▸"#);
        assert!(marked(r#"{"é": "é" é "b": 1}"#).ends_with(r#"{"é": "é" ▸é "b": 1}"#));
        assert!(error(r#"call add {"a": }"#).contains(r#"{"a": ▸}"#));
    }

    #[test]
    fn json_must_be_an_object() {
        for json in ["[1]", "null", "1}"] {
            assert_eq!(parse_object(json).unwrap_err(), r#"expected an object such as {"name": "joe"}"#);
        }
    }
}
