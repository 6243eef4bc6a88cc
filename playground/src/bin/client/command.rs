//! What one typed line asks for.

use std::fmt;

use crate::json::{JsonObject, parse_object};
use crate::suggestion::nearest;

/// One command, complete.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Command {
    Tools,
    Call { name: String, arguments: JsonObject },
    Resources,
    Read { uri: String },
    Prompts,
    Get { name: String, arguments: JsonObject },
    Info,
    Ping,
    Help,
    Quit,
}

/// How a command is typed, for `help`, for completion and for complaints.
pub(crate) struct Usage {
    pub(crate) word: &'static str,
    pub(crate) operands: &'static str,
    pub(crate) purpose: &'static str,
}

pub(crate) const USAGES: [Usage; 10] = [
    usage("tools", "", "list the tools and their arguments"),
    usage("call", "NAME [JSON]", "call a tool, as in: call hello-world {\"name\": \"joe\"}"),
    usage("resources", "", "list the resources and the resource templates"),
    usage("read", "URI", "read a resource"),
    usage("prompts", "", "list the prompts and their arguments"),
    usage("get", "NAME [JSON]", "get a prompt, filled in"),
    usage("info", "", "say what the server is and which protocol is spoken"),
    usage("ping", "", "measure one round trip"),
    usage("help", "", "show this list"),
    usage("quit", "", "leave; so does ctrl-d"),
];

const fn usage(word: &'static str, operands: &'static str, purpose: &'static str) -> Usage {
    Usage { word, operands, purpose }
}

/// Why a line is no command, in one line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mistake(String);

impl fmt::Display for Mistake {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// Reads one line. `None` for an empty line or a comment.
pub(crate) fn parse(line: &str) -> Result<Option<Command>, Mistake> {
    let line = line.trim();
    if line.is_empty() || line.starts_with('#') {
        return Ok(None);
    }
    let (word, operands) = split_word(line);
    let command = match word {
        // `list` and `exit` are what other clients call them.
        "tools" | "list" => alone(Command::Tools, "tools", operands)?,
        "resources" => alone(Command::Resources, "resources", operands)?,
        "prompts" => alone(Command::Prompts, "prompts", operands)?,
        "info" => alone(Command::Info, "info", operands)?,
        "ping" => alone(Command::Ping, "ping", operands)?,
        "help" | "?" => Command::Help,
        "quit" | "exit" => alone(Command::Quit, "quit", operands)?,
        "call" => {
            let (name, arguments) = name_and_arguments("call", operands)?;
            Command::Call { name, arguments }
        }
        "get" => {
            let (name, arguments) = name_and_arguments("get", operands)?;
            Command::Get { name, arguments }
        }
        "read" if operands.is_empty() => return Err(incomplete("read")),
        "read" => Command::Read { uri: operands.to_owned() },
        _ => return Err(unknown(word)),
    };
    Ok(Some(command))
}

fn split_word(text: &str) -> (&str, &str) {
    text.split_once(char::is_whitespace).map_or((text, ""), |(word, rest)| (word, rest.trim_start()))
}

fn alone(command: Command, word: &str, operands: &str) -> Result<Command, Mistake> {
    if operands.is_empty() { Ok(command) } else { Err(Mistake(format!("`{word}` stands alone, without `{operands}`"))) }
}

fn name_and_arguments(word: &str, operands: &str) -> Result<(String, JsonObject), Mistake> {
    let (name, json) = split_word(operands);
    if name.is_empty() {
        return Err(incomplete(word));
    }
    if name.starts_with('{') {
        return Err(Mistake(format!("the name goes before the JSON: {word} NAME {operands}")));
    }
    Ok((name.to_owned(), parse_object(json).map_err(Mistake)?))
}

fn incomplete(word: &str) -> Mistake {
    let operands = USAGES.iter().find(|usage| usage.word == word).map_or("", |usage| usage.operands);
    Mistake(format!("usage: {word} {operands}"))
}

fn unknown(word: &str) -> Mistake {
    Mistake(match nearest(word, USAGES.iter().map(|usage| usage.word)) {
        Some(near) => format!("no command `{word}`; did you mean `{near}`?"),
        None => format!("no command `{word}`; `help` lists them"),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn mistake(line: &str) -> String {
        parse(line).unwrap_err().to_string()
    }

    fn object(value: Value) -> JsonObject {
        serde_json::from_value(value).unwrap()
    }

    #[test]
    fn json_may_hold_spaces() {
        let command = parse(r#"  call  hello-world   {"name": "joe  the first"}  "#).unwrap();
        let arguments = object(json!({"name": "joe  the first"}));
        assert_eq!(command, Some(Command::Call { name: "hello-world".into(), arguments }));
    }

    #[test]
    fn json_is_optional() {
        let command = parse("get greeting").unwrap();
        assert_eq!(command, Some(Command::Get { name: "greeting".into(), arguments: JsonObject::new() }));
    }

    #[test]
    fn empty_lines_and_comments_are_no_commands() {
        assert_eq!(parse("   ").unwrap(), None);
        assert_eq!(parse("# tools").unwrap(), None);
    }

    #[test]
    fn a_misspelt_command_is_told_its_neighbour() {
        assert_eq!(mistake("tolls"), "no command `tolls`; did you mean `tools`?");
        assert_eq!(mistake("frobnicate x"), "no command `frobnicate`; `help` lists them");
    }

    #[test]
    fn missing_operands_show_the_usage() {
        assert_eq!(mistake("call"), "usage: call NAME [JSON]");
        assert_eq!(mistake("read  "), "usage: read URI");
        assert_eq!(mistake(r#"call {"a": 1}"#), r#"the name goes before the JSON: call NAME {"a": 1}"#);
    }

    #[test]
    fn a_mistake_in_the_json_is_passed_on() {
        assert!(mistake(r#"call add {"a": }"#).starts_with("not JSON"));
    }
}
