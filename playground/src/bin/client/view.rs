//! Human-readable layouts of results.

use std::array;

use serde_json::Value;

use crate::item::{Item, elements, text};
use crate::terminal::{Theme, one_line};

/// A method of the theme that styles a text.
type Paint = fn(Theme, &str) -> String;

/// Formats tools, resources or prompts, each with a line for every argument.
pub(crate) fn items(theme: Theme, plural: &str, items: &[Item]) -> String {
    if items.is_empty() {
        return theme.dim(&format!("no {plural}"));
    }
    let rows = items.iter().map(|item| [item.name.clone(), item.description.clone()]);
    let names = columns(theme, [Theme::bold, Theme::plain], &rows.collect::<Vec<_>>());
    let arguments = items.iter().flat_map(|item| &item.arguments).map(|argument| {
        let necessity = match &argument.default {
            Some(default) => format!("default {default}"),
            None if argument.required => "required".to_owned(),
            None => "optional".to_owned(),
        };
        [argument.name.clone(), argument.kind.clone(), necessity, argument.description.clone()]
    });
    let mut arguments = columns(theme, [Theme::plain, Theme::dim], &arguments.collect::<Vec<_>>()).into_iter();
    let mut text = String::new();
    for (item, name) in items.iter().zip(names) {
        text += &(name + "\n");
        text.extend(arguments.by_ref().take(item.arguments.len()).map(|line| format!("    {line}\n")));
    }
    text
}

/// Formats the server's description of itself.
pub(crate) fn server(theme: Theme, era: &str, server: &Value) -> String {
    let info = &server["serverInfo"];
    let title = info["title"].as_str().map(|title| format!(" ({title})")).unwrap_or_default();
    let capabilities = server["capabilities"].as_object().into_iter().flatten().map(|(name, _)| name.as_str());
    let rows = [
        ["server".to_owned(), format!("{} {}{title}", text(&info["name"]), text(&info["version"]))],
        ["protocol".to_owned(), format!("{} ({era})", text(&server["protocolVersion"]))],
        ["capabilities".to_owned(), capabilities.collect::<Vec<_>>().join(", ")],
        ["instructions".to_owned(), text(&server["instructions"]).trim().replace('\n', "\n              ")],
    ];
    let rows = rows.into_iter().filter(|[_, value]| !value.trim().is_empty());
    columns(theme, [Theme::bold, Theme::plain], &rows.collect::<Vec<_>>()).join("\n")
}

/// Formats the result of a tool.
pub(crate) fn tool_result(theme: Theme, name: &str, result: &Value) -> String {
    let heading = if result["isError"] == true {
        theme.red(&format!("❌ Tool '{name}' error:"))
    } else {
        theme.bold(&format!("🔧 Tool '{name}' result:"))
    };
    let (blocks, structured) = (elements(&result["content"]), &result["structuredContent"]);
    // The specification recommends that a block repeats the structured content.
    let is_copy = |block: &Value| {
        let text = text(&block["text"]);
        structured == text || serde_json::from_str::<Value>(text).is_ok_and(|value| value == *structured)
    };
    let mut parts: Vec<String> = blocks.iter().map(content).collect();
    if !structured.is_null() && !blocks.iter().any(is_copy) {
        parts.push(format!("{structured:#}"));
    }
    if parts.is_empty() {
        parts.push("(no content)".to_owned());
    }
    document(theme, heading, parts)
}

/// Formats the contents of a resource.
pub(crate) fn resource(theme: Theme, uri: &str, result: &Value) -> String {
    let contents = elements(&result["contents"]);
    let part = |part| match contents.len() {
        1 => content(part),
        _ => format!("{}:\n{}", text(&part["uri"]), content(part)),
    };
    document(theme, theme.bold(&format!("📄 Resource '{uri}':")), contents.iter().map(part))
}

/// Formats the messages of a prompt.
pub(crate) fn prompt(theme: Theme, name: &str, result: &Value) -> String {
    let description = result["description"].as_str().map(|text| format!("({})", one_line(text)));
    let messages = elements(&result["messages"]).iter();
    let messages = messages.map(|message| format!("{}: {}", text(&message["role"]), content(&message["content"])));
    document(theme, theme.bold(&format!("💬 Prompt '{name}':")), description.into_iter().chain(messages))
}

fn document(theme: Theme, heading: String, parts: impl IntoIterator<Item = String>) -> String {
    parts.into_iter().fold(heading, |text, part| text + "\n" + &theme.plain(part.trim_end_matches('\n')))
}

/// Returns the text of a content block, or a summary such as `[image image/png, 1230 bytes]`.
fn content(block: &Value) -> String {
    let resource = block.get("resource").unwrap_or(block);
    let summary = one_line(&[&block["type"], &resource["uri"], &resource["mimeType"]].map(text).join(" "));
    let base64 = resource["data"].as_str().or(resource["blob"].as_str());
    let size = base64.map(|base64| format!(", {} bytes", base64.trim_end_matches('=').len() * 3 / 4));
    match resource["text"].as_str() {
        Some(text) if block["type"] == "resource" => format!("[{summary}]\n{text}"),
        Some(text) => text.to_owned(),
        None => format!("[{summary}{}]", size.unwrap_or_default()),
    }
}

/// Aligns cells in columns. Paints the first column and the others.
fn columns<const N: usize>(theme: Theme, paint: [Paint; 2], rows: &[[String; N]]) -> Vec<String> {
    let width = |cell: &String| cell.chars().count();
    let widths: [usize; N] =
        array::from_fn(|column| rows.iter().map(|row| width(&row[column])).max().unwrap_or_default());
    let line = |row: &[String; N]| {
        let cells = row.iter().enumerate().map(|(column, cell)| {
            let padding = widths[column] - width(cell) + 2;
            format!("{}{:padding$}", paint[column.min(1)](theme, cell), "")
        });
        cells.collect::<Vec<_>>().concat().trim_end().to_owned()
    };
    rows.iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::item;

    const PLAIN: Theme = Theme { is_terminal: false, has_color: false };

    fn called(result: &Value) -> String {
        tool_result(PLAIN, "it", result)
    }

    #[test]
    fn tools_and_arguments_are_aligned() {
        let tools = json!({"tools": [
            {
                "name": "hello-world",
                "title": "Hello",
                "description": "Greets\n  a user",
                "annotations": {"readOnlyHint": true},
                "inputSchema": {
                    "properties": {
                        "name": {"type": "string", "description": "Name of the user"},
                        "times": {"type": "integer", "default": 1},
                    },
                    "required": ["name"],
                },
            },
            {"name": "add", "inputSchema": {"properties": {"a": {"type": "number"}}}},
        ]});
        let expected = "\
hello-world  Hello: Greets a user [read-only]
    name   string   required   Name of the user
    times  integer  default 1
add
    a      number   optional
";
        assert_eq!(items(PLAIN, "tools", &item::items(&tools)), expected);
    }

    #[test]
    fn resources_and_templates_are_aligned() {
        let listed = json!({
            "resources": [{"uri": "mcp://hello", "name": "hello", "mimeType": "text/plain"}],
            "resourceTemplates": [{"uriTemplate": "mcp://hello/{name}", "name": "named", "description": "One greeting"}],
        });
        let expected = "\
mcp://hello         hello [text/plain]
mcp://hello/{name}  named: One greeting
";
        assert_eq!(items(PLAIN, "resources", &item::items(&listed)), expected);
        assert_eq!(items(PLAIN, "resources", &[]), "no resources");
    }

    #[test]
    fn prompts_show_their_arguments() {
        let arguments = json!([{"name": "name", "required": true}]);
        let prompts = json!({"prompts": [{"name": "greet", "description": "Greets", "arguments": arguments}]});
        assert_eq!(items(PLAIN, "prompts", &item::items(&prompts)), "greet  Greets\n    name  string  required\n");
        assert_eq!(items(PLAIN, "prompts", &[]), "no prompts");
    }

    #[test]
    fn server_describes_itself() {
        let info = json!({
            "protocolVersion": "2025-11-25",
            "capabilities": {},
            "serverInfo": {"name": "calc", "version": "1.0", "title": "Calculator"},
            "instructions": "Be kind.\nBe brief.",
        });
        let expected = "\
server        calc 1.0 (Calculator)
protocol      2025-11-25 (session)
instructions  Be kind.
              Be brief.";
        assert_eq!(server(PLAIN, "session", &info), expected);
    }

    #[test]
    fn text_is_unchanged() {
        let result = json!({"content": [{"type": "text", "text": "Hello, joe!\n  indented"}]});
        assert_eq!(called(&result), "🔧 Tool 'it' result:\nHello, joe!\n  indented");
    }

    #[test]
    fn error_of_a_tool_is_marked() {
        let result = json!({"content": [{"type": "text", "text": "too loud"}], "isError": true});
        assert_eq!(called(&result), "❌ Tool 'it' error:\ntoo loud");
    }

    #[test]
    fn mirrored_structured_content_is_omitted() {
        let result = |text: &str| {
            called(&json!({"content": [{"type": "text", "text": text}], "structuredContent": {"sum": 42}}))
        };
        assert_eq!(result("{\"sum\": 42}"), "🔧 Tool 'it' result:\n{\"sum\": 42}");
        assert_eq!(result("sum"), "🔧 Tool 'it' result:\nsum\n{\n  \"sum\": 42\n}");
        assert_eq!(called(&json!({"content": []})), "🔧 Tool 'it' result:\n(no content)");
    }

    #[test]
    fn other_content_is_summarized() {
        let image = json!({"type": "image", "mimeType": "image/png", "data": "A".repeat(1640)});
        let link = json!({"type": "resource_link", "uri": "mcp://a", "name": "a", "mimeType": "text/plain"});
        let blob = json!({"type": "resource", "resource": {"uri": "mcp://b", "blob": "AAA="}});
        let text = json!({"type": "resource", "resource": {"uri": "mcp://c", "text": "embedded"}});
        let expected = "\
🔧 Tool 'it' result:
[image image/png, 1230 bytes]
[resource_link mcp://a text/plain]
[resource mcp://b, 2 bytes]
[resource mcp://c]
embedded";
        assert_eq!(called(&json!({"content": [image, link, blob, text]})), expected);
    }

    #[test]
    fn prompts_and_resources_have_headings() {
        let result =
            json!({"description": "D", "messages": [{"role": "user", "content": {"type": "text", "text": "Hi"}}]});
        let text = prompt(PLAIN, "greet", &result);
        assert_eq!(text, "💬 Prompt 'greet':\n(D)\nuser: Hi");
        let result = json!({"contents": [{"uri": "a:1", "text": "one\n"}, {"uri": "a:2", "text": "two"}]});
        let text = resource(PLAIN, "a:", &result);
        assert_eq!(text, "📄 Resource 'a:':\na:1:\none\na:2:\ntwo");
    }
}
