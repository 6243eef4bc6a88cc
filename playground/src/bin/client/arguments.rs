//! The arguments a tool or a prompt takes, read from what the server says of them.

use rmcp::model::{Prompt, PromptArgument};
use serde_json::Value;

use crate::json::JsonObject;

/// One argument, as far as a person wants to know it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Argument {
    pub(crate) name: String,
    /// `string`, `integer[]`, `"a" | "b"`, …
    pub(crate) kind: String,
    pub(crate) required: bool,
    pub(crate) description: Option<String>,
    pub(crate) default: Option<Value>,
    /// The values it is confined to, when they are few enough to be listed.
    pub(crate) choices: Vec<Value>,
}

/// The arguments of a tool: the required ones first, in the order the schema requires them.
pub(crate) fn of_schema(schema: &JsonObject) -> Vec<Argument> {
    let required: Vec<&str> =
        schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
    let mut arguments: Vec<Argument> = schema
        .get("properties")
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
        .map(|(name, property)| {
            let target = resolve(property, schema);
            let said = |key| property.get(key).or_else(|| target.get(key));
            Argument {
                name: name.clone(),
                kind: kind_of(property, schema, 0),
                required: required.contains(&name.as_str()),
                description: said("description").and_then(Value::as_str).map(str::to_owned),
                default: said("default").filter(|value| !value.is_null()).cloned(),
                choices: choices_of(target),
            }
        })
        .collect();
    let rank = |argument: &Argument| required.iter().position(|name| *name == argument.name).unwrap_or(required.len());
    arguments.sort_by_key(rank);
    arguments
}

/// The arguments of a prompt, which are all strings.
pub(crate) fn of_prompt(prompt: &Prompt) -> Vec<Argument> {
    let of_one = |argument: &PromptArgument| Argument {
        name: argument.name.clone(),
        kind: "string".to_owned(),
        required: argument.required.unwrap_or(false),
        description: argument.description.clone().or_else(|| argument.title.clone()),
        default: None,
        choices: Vec::new(),
    };
    prompt.arguments.iter().flatten().map(of_one).collect()
}

/// An object to fill in: `{"name": , "count": 1}`. Only what is required, or everything when nothing is.
pub(crate) fn skeleton(arguments: &[Argument]) -> String {
    let anything_required = arguments.iter().any(|argument| argument.required);
    let fields: Vec<String> = arguments
        .iter()
        .filter(|argument| argument.required || !anything_required)
        .map(|argument| {
            let value = argument.default.as_ref().map(Value::to_string).unwrap_or_default();
            format!("{}: {value}", Value::from(argument.name.as_str()))
        })
        .collect();
    format!("{{{}}}", fields.join(", "))
}

/// Follows a `$ref` into the definitions beside it.
fn resolve<'a>(property: &'a Value, schema: &'a JsonObject) -> &'a Value {
    let target = property.get("$ref").and_then(Value::as_str).and_then(|reference| {
        let mut segments = reference.strip_prefix("#/")?.split('/');
        let first = schema.get(segments.next()?)?;
        segments.try_fold(first, |value, segment| value.get(segment))
    });
    target.unwrap_or(property)
}

fn choices_of(property: &Value) -> Vec<Value> {
    if let Some(constant) = property.get("const") {
        return vec![constant.clone()];
    }
    if property.get("type").and_then(Value::as_str) == Some("boolean") {
        return vec![Value::Bool(true), Value::Bool(false)];
    }
    let alternatives = property.get("oneOf").or_else(|| property.get("anyOf")).and_then(Value::as_array);
    let of_alternatives = alternatives.into_iter().flatten().filter_map(|alternative| alternative.get("const"));
    property.get("enum").and_then(Value::as_array).into_iter().flatten().chain(of_alternatives).cloned().collect()
}

/// A schema may refer to itself; nobody reads deeper than this.
const DEEPEST: usize = 4;

fn kind_of(property: &Value, schema: &JsonObject, depth: usize) -> String {
    let target = resolve(property, schema);
    if depth > DEEPEST {
        return "…".to_owned();
    }
    if let Some(listed) = target.get("enum").and_then(Value::as_array) {
        return join(listed.iter().map(Value::to_string));
    }
    if let Some(constant) = target.get("const") {
        return constant.to_string();
    }
    for union in ["anyOf", "oneOf"] {
        if let Some(alternatives) = target.get(union).and_then(Value::as_array) {
            return join(alternatives.iter().map(|alternative| kind_of(alternative, schema, depth + 1)));
        }
    }
    match target.get("type") {
        Some(Value::String(kind)) if kind == "array" => match target.get("items") {
            Some(items) => {
                let inner = kind_of(items, schema, depth + 1);
                if inner.contains(' ') { format!("({inner})[]") } else { format!("{inner}[]") }
            }
            None => "array".to_owned(),
        },
        Some(Value::String(kind)) => kind.clone(),
        Some(Value::Array(kinds)) => join(kinds.iter().filter_map(Value::as_str).map(str::to_owned)),
        _ if target.get("properties").is_some() => "object".to_owned(),
        _ => "any".to_owned(),
    }
}

fn join(kinds: impl Iterator<Item = String>) -> String {
    kinds.collect::<Vec<_>>().join(" | ")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn arguments(schema: Value) -> Vec<Argument> {
        of_schema(&serde_json::from_value(schema).unwrap())
    }

    fn kind(property: &Value) -> String {
        let schema = json!({
            "properties": {"it": property},
            "$defs": {"Color": {"enum": ["red", "blue"]}, "Tree": {"type": "array", "items": {"$ref": "#/$defs/Tree"}}},
        });
        arguments(schema).remove(0).kind
    }

    #[test]
    fn names_types_as_people_do() {
        assert_eq!(kind(&json!({"type": "string"})), "string");
        assert_eq!(kind(&json!({"type": ["integer", "null"]})), "integer | null");
        assert_eq!(kind(&json!({"type": "array", "items": {"type": "number"}})), "number[]");
        assert_eq!(kind(&json!({"type": "array", "items": {"$ref": "#/$defs/Color"}})), r#"("red" | "blue")[]"#);
        assert_eq!(kind(&json!({"anyOf": [{"$ref": "#/$defs/Color"}, {"type": "null"}]})), r#""red" | "blue" | null"#);
        assert_eq!(kind(&json!({})), "any");
        assert_eq!(kind(&json!(true)), "any");
    }

    #[test]
    fn a_schema_within_itself_ends() {
        assert!(kind(&json!({"$ref": "#/$defs/Tree"})).starts_with('…'));
    }

    #[test]
    fn required_arguments_come_first_in_their_order() {
        let found = arguments(json!({
            "properties": {"a": {}, "b": {"type": "string", "description": "Bee"}, "c": {"default": 5}},
            "required": ["c", "b"],
        }));
        assert_eq!(found.iter().map(|argument| argument.name.as_str()).collect::<Vec<_>>(), ["c", "b", "a"]);
        assert_eq!(found[1].description.as_deref(), Some("Bee"));
        assert!(found[1].required && !found[2].required);
    }

    #[test]
    fn the_skeleton_holds_what_must_be_given() {
        let found = arguments(json!({"properties": {"name": {}, "loud": {}}, "required": ["name"]}));
        assert_eq!(skeleton(&found), r#"{"name": }"#);
        assert_eq!(skeleton(&arguments(json!({"properties": {"n": {"default": 5}}}))), r#"{"n": 5}"#);
        assert_eq!(skeleton(&[]), "{}");
    }

    #[test]
    fn knows_the_values_to_choose_from() {
        let found = arguments(json!({
            "properties": {"a": {"enum": ["x", 1]}, "b": {"type": "boolean"}, "c": {"oneOf": [{"const": "y"}]}},
        }));
        assert_eq!(found[0].choices, [json!("x"), json!(1)]);
        assert_eq!(found[1].choices, [json!(true), json!(false)]);
        assert_eq!(found[2].choices, [json!("y")]);
    }
}
