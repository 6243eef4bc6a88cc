//! What the Tab key offers.

use serde_json::Value;

use crate::arguments::{self, Argument, skeleton};
use crate::catalog::{Catalog, Kind};
use crate::command::USAGES;
use crate::place::{Place, place_in};

/// Texts that may take the place of what stands between `start` and the cursor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Completion {
    pub(crate) start: usize,
    pub(crate) candidates: Vec<String>,
}

/// Completes the line as typed up to the cursor.
pub(crate) fn complete(line: &str, catalog: &Catalog) -> Completion {
    let begin = line.len() - line.trim_start().len();
    let Some((word, after_word)) = next_word(line, begin) else {
        let words = USAGES.iter().map(|usage| (usage.word, !usage.operands.is_empty()));
        return choose(line, begin, words);
    };
    let kind = match word {
        "call" => Kind::Tool,
        "get" => Kind::Prompt,
        "read" => Kind::Resource,
        _ => {
            return Completion { start: line.len(), candidates: Vec::new() };
        }
    };
    match next_word(line, after_word) {
        Some((name, after_name)) if kind != Kind::Resource => {
            let arguments = match kind {
                Kind::Tool => catalog.tool(name).map(|tool| arguments::of_schema(&tool.input_schema)),
                _ => catalog.prompt(name).map(arguments::of_prompt),
            };
            complete_json(line, after_name, &arguments.unwrap_or_default())
        }
        _ => choose(line, after_word, catalog.names(kind).map(|name| (name, kind != Kind::Resource))),
    }
}

/// The word at `begin` and where the next one begins, once white space has ended it.
fn next_word(line: &str, begin: usize) -> Option<(&str, usize)> {
    let rest = &line[begin..];
    let end = rest.find(char::is_whitespace)?;
    let gap = rest[end..].len() - rest[end..].trim_start().len();
    (end > 0).then_some((&rest[..end], begin + end + gap))
}

/// The words that begin with what is typed, with a blank after those that something follows.
fn choose<'a>(line: &str, start: usize, words: impl Iterator<Item = (&'a str, bool)>) -> Completion {
    let typed = &line[start..];
    let candidates = words
        .filter(|(word, _)| word.starts_with(typed))
        .map(|(word, goes_on)| if goes_on { format!("{word} ") } else { word.to_owned() })
        .collect();
    Completion { start, candidates }
}

fn complete_json(line: &str, start: usize, arguments: &[Argument]) -> Completion {
    let typed = &line[start..];
    if typed.is_empty() {
        return Completion { start, candidates: vec![skeleton(arguments)] };
    }
    let (offset, candidates) = match place_in(typed) {
        Place::Key { offset, used } => {
            let free = arguments.iter().filter(|argument| !used.contains(&argument.name));
            (offset, free.map(|argument| format!("{}: ", Value::from(argument.name.as_str()))).collect())
        }
        Place::Value { offset, key } => {
            let choices = arguments.iter().find(|argument| argument.name == key).map(|argument| &*argument.choices);
            (offset, choices.unwrap_or_default().iter().map(Value::to_string).collect())
        }
        Place::Elsewhere => (typed.len(), Vec::new()),
    };
    let begun = &typed[offset..];
    let candidates = candidates.into_iter().filter(|candidate: &String| candidate.starts_with(begun)).collect();
    Completion { start: start + offset, candidates }
}

#[cfg(test)]
mod tests {
    use rmcp::model::{Prompt, PromptArgument, Resource, ResourceTemplate};
    use serde_json::json;

    use super::*;

    fn catalog() -> Catalog {
        let tools = json!([
            {"name": "hello-world", "inputSchema": {
                "properties": {"name": {"type": "string"}, "tone": {"enum": ["kind", "curt"]}, "loud": {"type": "boolean"}},
                "required": ["name"],
            }},
            {"name": "hello-error", "inputSchema": {"type": "object"}},
            {"name": "add", "inputSchema": {"properties": {"a": {}, "b": {}}, "required": ["a", "b"]}},
        ]);
        Catalog {
            tools: serde_json::from_value(tools).unwrap(),
            resources: vec![Resource::new("mcp://hello", "hello")],
            templates: vec![ResourceTemplate::new("mcp://hello/{name}", "named")],
            prompts: vec![Prompt::new("greet", None::<String>, Some(vec![PromptArgument::new("who")]))],
        }
    }

    /// The line with each candidate in place.
    fn completed(line: &str) -> Vec<String> {
        let completion = complete(line, &catalog());
        completion.candidates.iter().map(|candidate| line[..completion.start].to_owned() + candidate).collect()
    }

    #[test]
    fn commands() {
        assert_eq!(completed("re"), ["resources", "read "]);
        assert_eq!(completed("  ca"), ["  call "]);
        assert_eq!(completed("").len(), USAGES.len());
        assert!(completed("tools x").is_empty());
    }

    #[test]
    fn names() {
        assert_eq!(completed("call hello-"), ["call hello-world ", "call hello-error "]);
        assert_eq!(completed("call ").len(), 3);
        assert_eq!(completed("get g"), ["get greet "]);
        assert_eq!(completed("read mcp://hello/"), ["read mcp://hello/{name}"]);
    }

    #[test]
    fn skeletons() {
        assert_eq!(completed("call hello-world "), [r#"call hello-world {"name": }"#]);
        assert_eq!(completed("call add "), [r#"call add {"a": , "b": }"#]);
        assert_eq!(completed("call hello-error "), ["call hello-error {}"]);
        assert_eq!(completed("get greet "), [r#"get greet {"who": }"#]);
    }

    #[test]
    fn keys_not_yet_used() {
        assert_eq!(completed(r#"call hello-world {"na"#), [r#"call hello-world {"name": "#]);
        assert_eq!(completed(r#"call add {"a": 1, "#), [r#"call add {"a": 1, "b": "#]);
        assert_eq!(completed(r#"call add {"a": "{,\"", "#), [r#"call add {"a": "{,\"", "b": "#]);
    }

    #[test]
    fn values_to_choose_from() {
        let line = r#"call hello-world {"tone": "#;
        assert_eq!(completed(line), [format!(r#"{line}"kind""#), format!(r#"{line}"curt""#)]);
        assert_eq!(completed(r#"call hello-world {"tone":"c"#), [r#"call hello-world {"tone":"curt""#]);
        assert_eq!(completed(r#"call hello-world {"loud": t"#), [r#"call hello-world {"loud": true"#]);
    }

    #[test]
    fn nothing_where_nothing_is_known() {
        assert!(completed(r#"call hello-world {"name": {"#).is_empty());
        assert!(completed(r#"call hello-world {"name": "joe"}"#).is_empty());
        assert!(completed("call unknown {\"").is_empty());
    }
}
