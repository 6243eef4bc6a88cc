//! Tools, resources and prompts, reduced to the parts that the client prints and completes.

use rmcp::model::ErrorCode;
use rmcp::service::{Peer, RoleClient, ServiceError};
use serde_json::{Value, json};

use crate::terminal::{one_line, shorten};

/// Length limit for descriptions. `--json` prints them in full.
const MAX_DESCRIPTION: usize = 100;

/// Nesting limit for the names of types, which may contain themselves.
const MAX_DEPTH: usize = 4;

/// Limit for the alternatives of a type that are named at each level.
const MAX_ALTERNATIVES: usize = 8;

/// Kinds of items that a server lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Tool,
    /// Resources and resource templates.
    Resource,
    Prompt,
}

/// A tool, resource, resource template or prompt.
#[derive(Debug, Clone)]
pub(crate) struct Item {
    /// Name, URI or URI template.
    pub(crate) name: String,
    /// Title, description and hint on one line.
    pub(crate) description: String,
    pub(crate) arguments: Vec<Argument>,
}

/// An argument of a tool or a prompt.
#[derive(Debug, Clone)]
pub(crate) struct Argument {
    pub(crate) name: String,
    /// Type, such as `integer[]` or `"a" | "b"`.
    pub(crate) kind: String,
    pub(crate) required: bool,
    pub(crate) default: Option<Value>,
    pub(crate) description: String,
    /// Allowed values, if the schema lists them.
    pub(crate) choices: Vec<Value>,
}

/// Requests all pages of the lists of one kind. A server with resources need not have templates.
pub(crate) async fn list(peer: &Peer<RoleClient>, kind: Kind) -> Result<Value, ServiceError> {
    Ok(match kind {
        Kind::Tool => json!({ "tools": peer.list_all_tools().await? }),
        Kind::Prompt => json!({ "prompts": peer.list_all_prompts().await? }),
        Kind::Resource => {
            let templates = match peer.list_all_resource_templates().await {
                Err(ServiceError::McpError(error)) if error.code == ErrorCode::METHOD_NOT_FOUND => Vec::new(),
                result => result?,
            };
            json!({ "resources": peer.list_all_resources().await?, "resourceTemplates": templates })
        }
    })
}

/// Returns the items of all lists.
pub(crate) fn items(lists: &Value) -> Vec<Item> {
    let keys = ["tools", "prompts", "resources", "resourceTemplates"];
    keys.iter().flat_map(|key| elements(&lists[*key])).map(Item::new).collect()
}

impl Item {
    /// Reads an item from its wire form.
    fn new(json: &Value) -> Self {
        let name = ["uri", "uriTemplate", "name"].iter().find_map(|key| json[*key].as_str()).unwrap_or_default();
        let annotations = &json["annotations"];
        let titles = [&json["title"], &annotations["title"], &json["name"]];
        let title = titles.into_iter().map(text).find(|title| !title.is_empty() && *title != name);
        let parts = title.into_iter().chain([text(&json["description"])]).map(one_line);
        let parts: Vec<String> = parts.filter(|part| !part.is_empty()).collect();
        let hints = [("readOnlyHint", "read-only"), ("destructiveHint", "destructive")];
        let hints = hints.iter().filter(|(key, _)| annotations[*key] == true).map(|(_, hint)| *hint);
        let tags: Vec<String> = hints.chain(json["mimeType"].as_str()).map(|tag| format!(" [{tag}]")).collect();
        let description = shorten(&parts.join(": "), MAX_DESCRIPTION) + &tags.concat();
        Self { name: name.to_owned(), description, arguments: arguments(json) }
    }
}

/// Returns the arguments of a tool or a prompt. The arguments that a schema requires come first.
fn arguments(item: &Value) -> Vec<Argument> {
    let schema = &item["inputSchema"];
    let required: Vec<&str> = elements(&schema["required"]).iter().map(text).collect();
    let properties = schema["properties"].as_object().into_iter().flatten();
    let of_tool = properties.map(|(name, property)| Argument::new(name, required.contains(&&**name), property, schema));
    let of_prompt = elements(&item["arguments"]).iter().map(|argument| Argument {
        kind: "string".to_owned(),
        ..Argument::new(text(&argument["name"]), argument["required"] == true, argument, &Value::Null)
    });
    let mut arguments: Vec<Argument> = of_tool.chain(of_prompt).collect();
    arguments.sort_by_key(|argument| required.iter().position(|name| *name == argument.name).unwrap_or(usize::MAX));
    arguments
}

impl Argument {
    fn new(name: &str, required: bool, property: &Value, schema: &Value) -> Self {
        let target = resolve(property, schema);
        let keyword = |key| property.get(key).or(target.get(key)).unwrap_or(&Value::Null);
        Self {
            name: name.to_owned(),
            kind: kind(property, schema, 0),
            required,
            default: Some(keyword("default")).filter(|value| !value.is_null()).cloned(),
            description: shorten(&one_line(text(keyword("description"))), MAX_DESCRIPTION),
            choices: choices(target),
        }
    }
}

/// Follows a `$ref` within the schema.
fn resolve<'a>(property: &'a Value, schema: &'a Value) -> &'a Value {
    let pointer = text(&property["$ref"]).strip_prefix('#');
    pointer.and_then(|pointer| schema.pointer(pointer)).unwrap_or(property)
}

fn constants(target: &Value) -> impl Iterator<Item = &Value> {
    elements(&target["enum"]).iter().chain(target.get("const"))
}

fn alternatives(target: &Value) -> impl Iterator<Item = &Value> {
    elements(&target["anyOf"]).iter().chain(elements(&target["oneOf"]))
}

fn choices(target: &Value) -> Vec<Value> {
    let booleans = if target["type"] == "boolean" { vec![true.into(), false.into()] } else { Vec::new() };
    let listed = constants(target).chain(alternatives(target).flat_map(constants));
    booleans.into_iter().chain(listed.cloned()).collect()
}

/// Returns the name of a type.
fn kind(property: &Value, schema: &Value, depth: usize) -> String {
    if depth > MAX_DEPTH {
        return "…".to_owned();
    }
    let target = resolve(property, schema);
    let nested = |inner| kind(inner, schema, depth + 1);
    let mut kinds: Vec<String> = constants(target).map(Value::to_string).collect();
    kinds.extend(alternatives(target).take(MAX_ALTERNATIVES).map(nested));
    match &target["type"] {
        _ if !kinds.is_empty() => {}
        Value::String(array) if array == "array" && !target["items"].is_null() => {
            let inner = nested(&target["items"]);
            kinds.push(if inner.contains(' ') { format!("({inner})[]") } else { format!("{inner}[]") });
        }
        Value::String(kind) => kinds.push(kind.clone()),
        Value::Array(listed) => kinds.extend(listed.iter().map(|kind| text(kind).to_owned())),
        _ => kinds.push("any".to_owned()),
    }
    kinds.join(" | ")
}

/// Returns the string in a value, or an empty one.
pub(crate) fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// Returns the elements of an array, or none.
pub(crate) fn elements(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arguments(schema: &Value) -> Vec<Argument> {
        Item::new(&json!({"name": "it", "inputSchema": schema})).arguments
    }

    fn kind(property: &Value) -> String {
        let schema = json!({
            "properties": {"it": property},
            "$defs": {"Color": {"enum": ["red", "blue"]}, "Tree": {"type": "array", "items": {"$ref": "#/$defs/Tree"}}},
        });
        arguments(&schema).remove(0).kind
    }

    #[test]
    fn types_are_named_as_in_code() {
        assert_eq!(kind(&json!({"type": "string"})), "string");
        assert_eq!(kind(&json!({"type": ["integer", "null"]})), "integer | null");
        assert_eq!(kind(&json!({"type": "array", "items": {"type": "number"}})), "number[]");
        assert_eq!(kind(&json!({"type": "array", "items": {"$ref": "#/$defs/Color"}})), r#"("red" | "blue")[]"#);
        assert_eq!(kind(&json!({"anyOf": [{"$ref": "#/$defs/Color"}, {"type": "null"}]})), r#""red" | "blue" | null"#);
        assert_eq!(kind(&json!({"const": 1})), "1");
        assert_eq!(kind(&json!({})), "any");
        assert_eq!(kind(&json!(true)), "any");
    }

    #[test]
    fn recursive_type_is_cut() {
        assert!(kind(&json!({"$ref": "#/$defs/Tree"})).starts_with('…'));
    }

    #[test]
    fn recursive_alternatives_are_bounded() {
        let schema = json!({
            "properties": {"it": {"$ref": "#/$defs/A"}},
            "$defs": {"A": {"anyOf": vec![json!({"$ref": "#/$defs/A"}); 100]}},
        });
        let kind = arguments(&schema).remove(0).kind;
        assert!(kind.len() < 1_000_000, "{} bytes", kind.len());
    }

    #[test]
    fn required_arguments_come_first() {
        let found = arguments(&json!({
            "properties": {"a": {}, "b": {"type": "string", "description": "Bee"}, "c": {"default": 5}},
            "required": ["c", "b"],
        }));
        assert_eq!(found.iter().map(|argument| argument.name.as_str()).collect::<Vec<_>>(), ["c", "b", "a"]);
        assert_eq!(found[1].description, "Bee");
        assert!(found[1].required && !found[2].required);
    }

    #[test]
    fn choices_are_found() {
        let found = arguments(&json!({
            "properties": {"a": {"enum": ["x", 1]}, "b": {"type": "boolean"}, "c": {"oneOf": [{"const": "y"}]}},
        }));
        assert_eq!(found[0].choices, [json!("x"), json!(1)]);
        assert_eq!(found[1].choices, [json!(true), json!(false)]);
        assert_eq!(found[2].choices, [json!("y")]);
    }
}
