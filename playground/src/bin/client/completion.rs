//! Completion of commands, names and JSON arguments.

use clap::CommandFactory as _;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::{Deserializer, Value};

use crate::command::Command;
use crate::item::{Argument, Item, Kind};

/// Completes the text before the cursor. Returns the start of the word that a candidate replaces.
pub(crate) fn complete(line: &str, list: impl Fn(Kind) -> Vec<Item>) -> (usize, Vec<String>) {
    let (typed, candidates) = candidates(line.trim_start(), list);
    let candidates = candidates.into_iter().filter(|candidate| candidate.starts_with(typed)).collect();
    (line.len() - typed.len(), candidates)
}

/// Returns the word at the end of the line, and all candidates for its place.
fn candidates(line: &str, list: impl Fn(Kind) -> Vec<Item>) -> (&str, Vec<String>) {
    let Some((word, operands)) = line.split_once(char::is_whitespace) else { return (line, commands()) };
    let operands = operands.trim_start();
    let kind = match word {
        "call" => Kind::Tool,
        "get" => Kind::Prompt,
        "read" => Kind::Resource,
        _ => return ("", Vec::new()),
    };
    let items = list(kind);
    match operands.split_once(char::is_whitespace) {
        Some((name, json)) if kind != Kind::Resource => {
            let item = items.into_iter().find(|item| item.name == name);
            json_candidates(json.trim_start(), &item.map(|item| item.arguments).unwrap_or_default())
        }
        _ if kind == Kind::Resource => (operands, items.into_iter().map(|item| item.name).collect()),
        _ => (operands, items.into_iter().map(|item| item.name + " ").collect()),
    }
}

/// Returns the commands, each with a space if it has operands.
fn commands() -> Vec<String> {
    let command = Command::command();
    let with_space = |command: &clap::Command| {
        let space = if command.get_positionals().next().is_some() { " " } else { "" };
        format!("{}{space}", command.get_name())
    };
    command.get_subcommands().map(with_space).chain(["help".to_owned()]).collect()
}

fn json_candidates<'a>(json: &'a str, arguments: &[Argument]) -> (&'a str, Vec<String>) {
    let Some(mut rest) = json.strip_prefix('{') else { return (json, vec![skeleton(arguments)]) };
    let mut unused: Vec<&Argument> = arguments.iter().collect();
    loop {
        rest = rest.trim_start();
        let Some((key, after)) = parse_prefix::<String>(rest) else {
            return (rest, unused.iter().map(|argument| format!("{}: ", Value::from(&*argument.name))).collect());
        };
        let Some(value) = after.trim_start().strip_prefix(':') else { return ("", Vec::new()) };
        let value = value.trim_start();
        let after = parse_prefix::<IgnoredAny>(value).and_then(|(_, after)| after.trim_start().strip_prefix(','));
        let Some(after) = after else {
            let argument = arguments.iter().find(|argument| argument.name == key);
            return (value, argument.into_iter().flat_map(|it| &it.choices).map(Value::to_string).collect());
        };
        unused.retain(|argument| argument.name != key);
        rest = after;
    }
}

/// Parses a JSON value at the start of a text. Returns it with the rest of the text.
fn parse_prefix<T: DeserializeOwned>(json: &str) -> Option<(T, &str)> {
    let mut values = Deserializer::from_str(json).into_iter();
    let value = values.next()?.ok()?;
    Some((value, &json[values.byte_offset()..]))
}

/// Returns an object to fill in, such as `{"name": }`. It has the required arguments, or all
/// arguments if none is required.
fn skeleton(arguments: &[Argument]) -> String {
    let any_required = arguments.iter().any(|argument| argument.required);
    let fields = arguments.iter().filter(|argument| argument.required || !any_required).map(|argument| {
        let value = argument.default.as_ref().map(Value::to_string).unwrap_or_default();
        format!("{}: {value}", Value::from(&*argument.name))
    });
    format!("{{{}}}", fields.collect::<Vec<_>>().join(", "))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::item::items;

    fn list(kind: Kind) -> Vec<Item> {
        items(&match kind {
            Kind::Tool => json!({"tools": [
                {"name": "hello-world", "inputSchema": {
                    "properties": {
                        "name": {"type": "string"}, "tone": {"enum": ["kind", "curt"]}, "loud": {"type": "boolean"},
                    },
                    "required": ["name"],
                }},
                {"name": "hello-error", "inputSchema": {"type": "object"}},
                {"name": "add", "inputSchema": {"properties": {"a": {}, "b": {}}, "required": ["a", "b"]}},
                {"name": "roll", "inputSchema": {"properties": {"sides": {"default": 6}}}},
            ]}),
            Kind::Resource => {
                json!({"resources": [{"uri": "mcp://hello"}], "resourceTemplates": [{"uriTemplate": "mcp://hello/{name}"}]})
            }
            Kind::Prompt => json!({"prompts": [{"name": "greet", "arguments": [{"name": "who"}]}]}),
        })
    }

    /// Returns the line with each candidate in place.
    fn completed(line: &str) -> Vec<String> {
        let (start, candidates) = complete(line, list);
        candidates.iter().map(|candidate| line[..start].to_owned() + candidate).collect()
    }

    #[test]
    fn commands_are_completed() {
        assert_eq!(completed("re"), ["resources", "read "]);
        assert_eq!(completed("  ca"), ["  call "]);
        assert_eq!(completed("").len(), 9);
        assert!(completed("tools x").is_empty());
    }

    #[test]
    fn names_are_completed() {
        assert_eq!(completed("call hello-"), ["call hello-world ", "call hello-error "]);
        assert_eq!(completed("call ").len(), 4);
        assert_eq!(completed("get g"), ["get greet "]);
        assert_eq!(completed("read mcp://hello/"), ["read mcp://hello/{name}"]);
    }

    #[test]
    fn names_of_other_kinds_are_not_completed() {
        for line in ["call gre", "call mcp", "get hello", "get mcp", "read hello", "read gre"] {
            assert!(completed(line).is_empty(), "{line}");
        }
        // Arguments come from the item of the same kind, too.
        assert!(completed("get hello-world {").is_empty());
        assert_eq!(completed("call greet "), ["call greet {}"]);
    }

    #[test]
    fn skeleton_holds_required_arguments() {
        assert_eq!(completed("call hello-world "), [r#"call hello-world {"name": }"#]);
        assert_eq!(completed("call add "), [r#"call add {"a": , "b": }"#]);
        assert_eq!(completed("call hello-error "), ["call hello-error {}"]);
        assert_eq!(completed("call roll "), [r#"call roll {"sides": 6}"#]);
        assert_eq!(completed("get greet "), [r#"get greet {"who": }"#]);
    }

    #[test]
    fn unused_keys_are_completed() {
        assert_eq!(completed("call add {").len(), 2);
        assert_eq!(completed(r#"call hello-world {"na"#), [r#"call hello-world {"name": "#]);
        assert_eq!(completed(r#"call add {"a": 1, "#), [r#"call add {"a": 1, "b": "#]);
        assert_eq!(completed(r#"call add {"a": "{,\"", "#), [r#"call add {"a": "{,\"", "b": "#]);
        assert_eq!(completed(r#"call add {"a": [1, {"b": 2}], "b"#), [r#"call add {"a": [1, {"b": 2}], "b": "#]);
    }

    #[test]
    fn values_are_completed() {
        let line = r#"call hello-world {"tone": "#;
        assert_eq!(completed(line), [format!(r#"{line}"kind""#), format!(r#"{line}"curt""#)]);
        assert_eq!(completed(r#"call hello-world {"tone":"c"#), [r#"call hello-world {"tone":"curt""#]);
        assert_eq!(completed(r#"call hello-world {"loud": t"#), [r#"call hello-world {"loud": true"#]);
        let line = r#"call hello-world {"name": 1, "tone": "k"#;
        assert_eq!(completed(line), [r#"call hello-world {"name": 1, "tone": "kind""#]);
    }

    #[test]
    fn other_places_have_no_candidates() {
        assert!(completed(r#"call hello-world {"name": {"#).is_empty());
        assert!(completed(r#"call hello-world {"name": "joe"}"#).is_empty());
        assert!(completed("call hello-world {}").is_empty());
        assert!(completed("call hello-world ]]").is_empty());
        assert!(completed("call unknown {\"").is_empty());
    }
}
