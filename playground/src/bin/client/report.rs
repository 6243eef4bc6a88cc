//! A result, put so that a person can read it.

use rmcp::model::{CallToolResult, ContentBlock, GetPromptResult, ReadResourceResult, ResourceContents, Role};
use serde_json::Value;

use crate::style::{Style, one_line};

/// A heading and what stands below it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Report {
    heading: String,
    failed: bool,
    body: Vec<String>,
}

impl Report {
    pub(crate) fn render(&self, style: Style) -> String {
        let heading = style.foreign(&self.heading);
        let mut text = if self.failed { style.red(&heading) } else { style.bold(&heading) };
        for part in &self.body {
            text.push('\n');
            text += &style.foreign(part.trim_end_matches('\n'));
        }
        text
    }
}

pub(crate) fn of_call(name: &str, result: &CallToolResult) -> Report {
    let failed = result.is_error == Some(true);
    let heading = if failed { format!("❌ Tool '{name}' error:") } else { format!("🔧 Tool '{name}' result:") };
    let mut body: Vec<String> = result.content.iter().map(content).collect();
    if let Some(structured) = result.structured_content.as_ref().filter(|value| !is_mirrored(value, &result.content)) {
        body.push(pretty(structured));
    }
    if body.is_empty() {
        body.push("(no content)".to_owned());
    }
    Report { heading, failed, body }
}

pub(crate) fn of_read(uri: &str, result: &ReadResourceResult) -> Report {
    let several = result.contents.len() > 1;
    let of_one = |contents: &ResourceContents| {
        let text = resource(contents);
        if several { format!("{}:\n{text}", uri_of(contents)) } else { text }
    };
    let body = result.contents.iter().map(of_one).collect();
    Report { heading: format!("📄 Resource '{uri}':"), failed: false, body }
}

pub(crate) fn of_prompt(name: &str, result: &GetPromptResult) -> Report {
    let description = result.description.as_deref().map(|text| format!("({})", one_line(text)));
    let messages = result.messages.iter().map(|message| {
        let role = match message.role {
            Role::User => "user",
            Role::Assistant => "assistant",
        };
        format!("{role}: {}", content(&message.content))
    });
    let body = description.into_iter().chain(messages).collect();
    Report { heading: format!("💬 Prompt '{name}':"), failed: false, body }
}

/// Text as it is; of anything else what it is, and how much.
fn content(block: &ContentBlock) -> String {
    match block {
        ContentBlock::Text(text) => text.text.clone(),
        ContentBlock::Image(image) => summary("image", &image.mime_type, &image.data),
        ContentBlock::Audio(audio) => summary("audio", &audio.mime_type, &audio.data),
        ContentBlock::Resource(embedded) => {
            format!("[resource {}]\n{}", uri_of(&embedded.resource), resource(&embedded.resource))
        }
        ContentBlock::ResourceLink(link) => {
            let name = link.title.as_deref().unwrap_or(&link.name);
            let kind = link.mime_type.as_deref().map(|kind| format!(", {kind}")).unwrap_or_default();
            format!("[link to {} ({name}{kind})]", link.uri)
        }
        other => pretty(&serde_json::to_value(other).unwrap_or_default()),
    }
}

fn resource(contents: &ResourceContents) -> String {
    match contents {
        ResourceContents::TextResourceContents { text, .. } => text.clone(),
        ResourceContents::BlobResourceContents { mime_type, blob, .. } => {
            summary("binary", mime_type.as_deref().unwrap_or("application/octet-stream"), blob)
        }
        other => pretty(&serde_json::to_value(other).unwrap_or_default()),
    }
}

fn uri_of(contents: &ResourceContents) -> &str {
    match contents {
        ResourceContents::TextResourceContents { uri, .. } | ResourceContents::BlobResourceContents { uri, .. } => uri,
        _ => "",
    }
}

/// `[image image/png, 1.2 KB]`.
fn summary(kind: &str, mime_type: &str, base64: &str) -> String {
    format!("[{kind} {mime_type}, {}]", size(decoded_length(base64)))
}

/// Base64 spends four characters on three bytes, and fills the last four up.
fn decoded_length(base64: &str) -> usize {
    base64.trim_end_matches('=').len() * 3 / 4
}

fn size(bytes: usize) -> String {
    match bytes {
        0..1024 => format!("{bytes} B"),
        1024..1_048_576 => format!("{}.{} KB", bytes / 1024, bytes % 1024 * 10 / 1024),
        _ => format!("{}.{} MB", bytes / 1_048_576, bytes % 1_048_576 * 10 / 1_048_576),
    }
}

/// Structured content is usually repeated as JSON in a text block, for clients that do not know it.
fn is_mirrored(structured: &Value, blocks: &[ContentBlock]) -> bool {
    blocks.iter().filter_map(ContentBlock::as_text).any(|text| match structured {
        Value::String(string) if *string == text.text => true,
        _ => serde_json::from_str::<Value>(&text.text).is_ok_and(|value| value == *structured),
    })
}

fn pretty(value: &Value) -> String {
    format!("{value:#}")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn called(result: Value) -> String {
        of_call("it", &serde_json::from_value(result).unwrap()).render(Style::default())
    }

    #[test]
    fn text_is_shown_as_it_is() {
        let result = json!({"content": [{"type": "text", "text": "Hello, joe!\n  indented"}]});
        assert_eq!(called(result), "🔧 Tool 'it' result:\nHello, joe!\n  indented");
    }

    #[test]
    fn a_tools_own_error_is_marked() {
        let result = json!({"content": [{"type": "text", "text": "too loud"}], "isError": true});
        assert_eq!(called(result), "❌ Tool 'it' error:\ntoo loud");
    }

    #[test]
    fn structured_content_is_shown_unless_mirrored() {
        let mirrored =
            json!({"content": [{"type": "text", "text": "{\"sum\": 42}"}], "structuredContent": {"sum": 42}});
        assert_eq!(called(mirrored), "🔧 Tool 'it' result:\n{\"sum\": 42}");
        let different = json!({"content": [{"type": "text", "text": "sum"}], "structuredContent": {"sum": 42}});
        assert_eq!(called(different), "🔧 Tool 'it' result:\nsum\n{\n  \"sum\": 42\n}");
        assert_eq!(called(json!({"content": []})), "🔧 Tool 'it' result:\n(no content)");
    }

    #[test]
    fn binary_content_is_summarised() {
        let image = json!({"type": "image", "mimeType": "image/png", "data": "A".repeat(1640)});
        let link = json!({"type": "resource_link", "uri": "mcp://a", "name": "a", "mimeType": "text/plain"});
        let blob = json!({"type": "resource", "resource": {"uri": "mcp://b", "blob": "AAA="}});
        let text = called(json!({"content": [image, link, blob]}));
        let expected = "[image image/png, 1.2 KB]\n[link to mcp://a (a, text/plain)]\n[resource mcp://b]\n[binary application/octet-stream, 2 B]";
        assert_eq!(text, format!("🔧 Tool 'it' result:\n{expected}"));
    }

    #[test]
    fn prompts_and_resources_have_headings() {
        let prompt =
            json!({"description": "D", "messages": [{"role": "user", "content": {"type": "text", "text": "Hi"}}]});
        let report = of_prompt("greet", &serde_json::from_value(prompt).unwrap());
        assert_eq!(report.render(Style::default()), "💬 Prompt 'greet':\n(D)\nuser: Hi");
        let read = json!({"contents": [{"uri": "a:1", "text": "one\n"}, {"uri": "a:2", "text": "two"}]});
        let report = of_read("a:", &serde_json::from_value(read).unwrap());
        assert_eq!(report.render(Style::default()), "📄 Resource 'a:':\na:1:\none\na:2:\ntwo");
    }

    #[test]
    fn sizes_are_rounded_down() {
        assert_eq!([size(1023), size(1024), size(5 * 1_048_576 + 600_000)], ["1023 B", "1.0 KB", "5.5 MB"]);
    }
}
