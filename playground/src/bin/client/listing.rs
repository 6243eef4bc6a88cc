//! What the server offers, laid out in columns.

use rmcp::model::{Prompt, Resource, ResourceTemplate, Tool, ToolAnnotations};

use crate::arguments::{self, Argument};
use crate::style::{Style, one_line, shortened};

/// Descriptions are cut here; `--json` shows all of them.
const LONGEST_DESCRIPTION: usize = 100;

/// One offer: a line of its own, and lines for its arguments.
struct Entry {
    name: String,
    description: String,
    arguments: Vec<Argument>,
}

pub(crate) fn tools(tools: &[Tool], style: Style) -> String {
    let entries = tools.iter().map(|tool| {
        let title = tool.title.as_deref().or_else(|| tool.annotations.as_ref()?.title.as_deref());
        let hints = tool.annotations.as_ref().map(hints).unwrap_or_default();
        Entry {
            name: tool.name.to_string(),
            description: describe(title, tool.description.as_deref()) + hints,
            arguments: arguments::of_schema(&tool.input_schema),
        }
    });
    list(&entries.collect::<Vec<_>>(), "tools", style)
}

pub(crate) fn prompts(prompts: &[Prompt], style: Style) -> String {
    let entries = prompts.iter().map(|prompt| Entry {
        name: prompt.name.clone(),
        description: describe(prompt.title.as_deref(), prompt.description.as_deref()),
        arguments: arguments::of_prompt(prompt),
    });
    list(&entries.collect::<Vec<_>>(), "prompts", style)
}

pub(crate) fn resources(resources: &[Resource], templates: &[ResourceTemplate], style: Style) -> String {
    let of_resource = |resource: &Resource| {
        let title = resource.title.as_deref().unwrap_or(&resource.name);
        [
            resource.uri.clone(),
            resource.mime_type.clone().unwrap_or_default(),
            describe(Some(title), resource.description.as_deref()),
        ]
    };
    let of_template = |template: &ResourceTemplate| {
        let title = template.title.as_deref().unwrap_or(&template.name);
        [
            template.uri_template.clone(),
            template.mime_type.clone().unwrap_or_default(),
            describe(Some(title), template.description.as_deref()),
        ]
    };
    let resources: Vec<_> = resources.iter().map(of_resource).collect();
    let templates: Vec<_> = templates.iter().map(of_template).collect();
    let widths = widths(resources.iter().chain(&templates));
    let section = |heading: &str, rows: &[[String; 3]]| {
        let lines = rows.iter().map(|row| format!("  {}\n", aligned(row, widths, style)));
        if rows.is_empty() { String::new() } else { format!("{}\n{}", style.bold(heading), lines.collect::<String>()) }
    };
    let text = section("Resources", &resources) + &section("Resource templates", &templates);
    if text.is_empty() { style.dim("no resources") } else { text }
}

fn list(entries: &[Entry], what: &str, style: Style) -> String {
    if entries.is_empty() {
        return style.dim(&format!("no {what}"));
    }
    let name_width = entries.iter().map(|entry| entry.name.chars().count()).max().unwrap_or_default();
    let rows: Vec<Vec<[String; 4]>> =
        entries.iter().map(|entry| entry.arguments.iter().map(argument_row).collect()).collect();
    let widths = widths(rows.iter().flatten());
    let mut text = String::new();
    for (entry, rows) in entries.iter().zip(&rows) {
        let padding = name_width - entry.name.chars().count();
        let line = format!(
            "{}{:padding$}  {}",
            style.bold(&style.foreign(&entry.name)),
            "",
            style.foreign(&entry.description)
        );
        text += line.trim_end();
        text.push('\n');
        for row in rows {
            text.extend(["    ", &aligned(row, widths, style), "\n"]);
        }
    }
    text
}

/// Name, type, whether it must be given, and what else is known.
fn argument_row(argument: &Argument) -> [String; 4] {
    let necessity = match &argument.default {
        Some(default) => format!("default {default}"),
        None if argument.required => "required".to_owned(),
        None => "optional".to_owned(),
    };
    let description = shortened(&one_line(argument.description.as_deref().unwrap_or_default()), LONGEST_DESCRIPTION);
    [argument.name.clone(), argument.kind.clone(), necessity, description]
}

/// `Title: what it does`, on one line.
fn describe(title: Option<&str>, description: Option<&str>) -> String {
    let parts: Vec<String> =
        [title, description].into_iter().flatten().map(one_line).filter(|part| !part.is_empty()).collect();
    shortened(&parts.join(": "), LONGEST_DESCRIPTION)
}

fn hints(annotations: &ToolAnnotations) -> &'static str {
    match (annotations.read_only_hint, annotations.destructive_hint) {
        (Some(true), _) => " [read-only]",
        (_, Some(true)) => " [destructive]",
        _ => "",
    }
}

/// How wide each column has to be for the widest of its cells.
fn widths<'a, const COLUMNS: usize>(rows: impl Iterator<Item = &'a [String; COLUMNS]>) -> [usize; COLUMNS] {
    rows.fold([0; COLUMNS], |widths, row| std::array::from_fn(|column| widths[column].max(row[column].chars().count())))
}

/// The cells of a row, the ones after the first dimmed, without blanks at the end.
fn aligned<const COLUMNS: usize>(row: &[String; COLUMNS], widths: [usize; COLUMNS], style: Style) -> String {
    let last = row.iter().rposition(|cell| !cell.is_empty()).unwrap_or_default();
    let mut line = String::new();
    for (column, cell) in row.iter().enumerate().take(last + 1) {
        let cell_text = style.foreign(cell);
        line += &if column == 0 { cell_text.into_owned() } else { style.dim(&cell_text) };
        if column < last && widths[column] > 0 {
            line += &" ".repeat(widths[column] - cell.chars().count() + 2);
        }
    }
    line
}

#[cfg(test)]
mod tests {
    use rmcp::model::PromptArgument;
    use serde_json::json;

    use super::*;

    fn tool(value: serde_json::Value) -> Tool {
        serde_json::from_value(value).unwrap()
    }

    #[test]
    fn tools_and_their_arguments_are_aligned() {
        let listed = tools(
            &[
                tool(json!({
                    "name": "hello-world",
                    "title": "Hello",
                    "description": "Greets\n  somebody",
                    "annotations": {"readOnlyHint": true},
                    "inputSchema": {
                        "properties": {
                            "name": {"type": "string", "description": "Whom to greet"},
                            "times": {"type": "integer", "default": 1},
                        },
                        "required": ["name"],
                    },
                })),
                tool(json!({"name": "add", "inputSchema": {"properties": {"a": {"type": "number"}}}})),
            ],
            Style::default(),
        );
        let expected = "\
hello-world  Hello: Greets somebody [read-only]
    name   string   required   Whom to greet
    times  integer  default 1
add
    a      number   optional
";
        assert_eq!(listed, expected);
    }

    #[test]
    fn resources_come_before_templates() {
        let mut resource = Resource::new("mcp://hello", "hello");
        resource.mime_type = Some("text/plain".to_owned());
        let template = ResourceTemplate::new("mcp://hello/{name}", "named").with_description("One greeting");
        let expected = "\
Resources
  mcp://hello         text/plain  hello
Resource templates
  mcp://hello/{name}              named: One greeting
";
        assert_eq!(resources(&[resource], &[template], Style::default()), expected);
        assert_eq!(resources(&[], &[], Style::default()), "no resources");
    }

    #[test]
    fn prompts_show_their_arguments() {
        let prompt = Prompt::new("greet", Some("Greets"), Some(vec![PromptArgument::new("name").with_required(true)]));
        assert_eq!(prompts(&[prompt], Style::default()), "greet  Greets\n    name  string  required\n");
        assert_eq!(prompts(&[], Style::default()), "no prompts");
    }
}
