//! JSON Schemas of the specification, by revision.

use std::{
    collections::HashMap,
    sync::{Arc, LazyLock, Mutex},
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use jsonschema::{Registry, Validator};
use serde_json::{Map, Value, json};

/// One revision of the specification: its definitions, and the messages that they define.
#[derive(Debug)]
pub struct Revision {
    /// Date, such as `2025-11-25`.
    pub version: &'static str,
    /// Member that holds the definitions: `definitions`, and `$defs` since 2025-11-25.
    container: &'static str,
    definitions: Map<String, Value>,
    registry: Registry<'static>,
    validators: Mutex<HashMap<(String, Strictness), Arc<Validator>>>,
    client_messages: HashMap<String, String>,
    server_messages: HashMap<String, String>,
    errors: HashMap<i64, String>,
}

/// Treatment of members that the schema does not name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Strictness {
    /// Unknown members are valid. Clients may send them.
    Open,
    /// Unknown members are errors. The server sends only members that the revision defines.
    Closed,
}

static REVISIONS: LazyLock<[Revision; 5]> = LazyLock::new(|| {
    [
        Revision::read("2024-11-05", include_str!("../../../specification/2024-11-05/schema.json")),
        Revision::read("2025-03-26", include_str!("../../../specification/2025-03-26/schema.json")),
        Revision::read("2025-06-18", include_str!("../../../specification/2025-06-18/schema.json")),
        Revision::read("2025-11-25", include_str!("../../../specification/2025-11-25/schema.json")),
        Revision::read("2026-07-28", include_str!("../../../specification/2026-07-28/schema.json")),
    ]
});

/// The extension `io.modelcontextprotocol/tasks` of the newest revision.
static TASKS: LazyLock<Revision> =
    LazyLock::new(|| Revision::read("tasks", include_str!("../../../specification/tasks/schema.json")));

impl Revision {
    /// Schema of the Tasks extension.
    pub fn tasks() -> &'static Self {
        &TASKS
    }

    /// Finds a revision by its date.
    pub fn of(version: &str) -> Option<&'static Self> {
        REVISIONS.iter().find(|revision| revision.version == version)
    }

    /// Newest revision.
    pub fn latest() -> &'static Self {
        REVISIONS.last().unwrap()
    }

    /// Names of all definitions.
    pub fn definitions(&self) -> impl Iterator<Item = &str> {
        self.definitions.keys().map(String::as_str)
    }

    /// Definition of a request or notification of the client, by method.
    pub fn client_message(&self, method: &str) -> Option<&str> {
        self.client_messages.get(method).map(String::as_str)
    }

    /// Definition of a request or notification of the server, by method.
    pub fn server_message(&self, method: &str) -> Option<&str> {
        self.server_messages.get(method).map(String::as_str)
    }

    /// Definition of the result of a request, by the definition of the request.
    pub fn result_of(&self, request: &str) -> String {
        let result = format!("{}Result", request.trim_end_matches("Request"));
        if self.definitions.contains_key(&result) { result } else { "EmptyResult".to_owned() }
    }

    /// Definition of the error response with this code.
    pub fn error(&self, code: i64) -> &str {
        self.errors.get(&code).map_or_else(|| self.plain_error(), String::as_str)
    }

    /// Validates a value against a definition, and returns the violations.
    pub fn faults(&self, definition: &str, strictness: Strictness, value: &Value) -> Vec<String> {
        let validator = self.validator(definition, strictness);
        validator
            .iter_errors(value)
            .map(|error| format!("{} (at {:?})", error, error.instance_path().as_str()))
            .collect()
    }

    fn plain_error(&self) -> &'static str {
        if self.definitions.contains_key("JSONRPCError") { "JSONRPCError" } else { "JSONRPCErrorResponse" }
    }

    fn validator(&self, definition: &str, strictness: Strictness) -> Arc<Validator> {
        let mut validators = self.validators.lock().unwrap();
        let key = (definition.to_owned(), strictness);
        validators.entry(key).or_insert_with(|| Arc::new(self.compile(definition, strictness))).clone()
    }

    fn compile(&self, definition: &str, strictness: Strictness) -> Validator {
        assert!(self.definitions.contains_key(definition), "{} has no definition {definition}", self.version);
        let reference = format!("{}#/{}/{definition}", strictness.document(), self.container);
        jsonschema::options()
            .with_registry(&self.registry)
            .should_validate_formats(true)
            .with_format("byte", |text: &str| STANDARD.decode(text).is_ok())
            .build(&json!({"$schema": "https://json-schema.org/draft/2020-12/schema", "$ref": reference}))
            .unwrap()
    }

    fn read(version: &'static str, text: &'static str) -> Self {
        let mut schema: Value = serde_json::from_str(text).unwrap();
        remove_descriptions(&mut schema);
        let container = if schema.get("$defs").is_some() { "$defs" } else { "definitions" };
        let definitions = schema[container].as_object().unwrap().clone();
        let mut closed = schema.clone();
        close_definitions(closed[container].as_object_mut().unwrap());
        let registry = Registry::new().add(Strictness::Open.document(), schema).unwrap();
        let registry = registry.add(Strictness::Closed.document(), closed).unwrap().prepare().unwrap();
        let messages = |unions: [&str; 2]| unions.iter().flat_map(|union| members(&definitions, union)).collect();
        Self {
            version,
            container,
            registry,
            validators: Mutex::default(),
            client_messages: messages(["ClientRequest", "ClientNotification"]),
            server_messages: messages(["ServerRequest", "ServerNotification"]),
            errors: definitions.iter().filter_map(|(name, schema)| Some((error_code(schema)?, name.clone()))).collect(),
            definitions,
        }
    }
}

impl Strictness {
    const fn document(self) -> &'static str {
        match self {
            Self::Open => "urn:mcp:open",
            Self::Closed => "urn:mcp:closed",
        }
    }
}

/// Methods and definitions of the messages of a union such as `ClientRequest`.
fn members(definitions: &Map<String, Value>, union: &str) -> Vec<(String, String)> {
    let Some(schema) = definitions.get(union) else { return Vec::new() };
    let alternatives = match schema.get("anyOf").and_then(Value::as_array) {
        Some(alternatives) => alternatives
            .iter()
            .map(|alternative| alternative["$ref"].as_str().unwrap().rsplit('/').next().unwrap().to_owned())
            .collect(),
        // A union with one alternative is written as that alternative.
        None => vec![union.to_owned()],
    };
    let method = |name: &str| definitions[name]["properties"]["method"]["const"].as_str().unwrap().to_owned();
    alternatives.into_iter().map(|name| (method(&name), name)).collect()
}

/// Error code that the schema fixes, if it does.
fn error_code(schema: &Value) -> Option<i64> {
    let parts = schema.pointer("/properties/error/allOf")?.as_array()?;
    parts.iter().find_map(|part| part.pointer("/properties/code/const")?.as_i64())
}

/// Removes descriptions: more than half of the text, and irrelevant to validation.
fn remove_descriptions(schema: &mut Value) {
    match schema {
        Value::Object(members) => {
            members.retain(|name, value| name != "description" || !value.is_string());
            members.values_mut().for_each(remove_descriptions);
        }
        Value::Array(values) => values.iter_mut().for_each(remove_descriptions),
        _ => {}
    }
}

/// Forbids unknown members in all definitions.
fn close_definitions(definitions: &mut Map<String, Value>) {
    for (name, schema) in &mut *definitions {
        let is_message = schema.pointer("/properties/method").is_some();
        if is_message {
            // Up to 2025-06-18 the definitions of messages omit the members that all messages have.
            let members = schema["properties"].as_object_mut().unwrap();
            for member in ["jsonrpc", "id"] {
                members.entry(member).or_insert(true.into());
            }
        }
        // `_meta` is open to extensions.
        if !name.ends_with("MetaObject") {
            close(schema);
        }
    }
    // Extensions are declared in every revision, in the member that 2026-07-28 defines.
    if let Some(capabilities) = definitions.get_mut("ServerCapabilities") {
        let capabilities = capabilities["properties"].as_object_mut().unwrap();
        capabilities.entry("extensions").or_insert_with(|| json!({"additionalProperties": {"type": "object"}}));
    }
    // `Result` is the open parent of all results. An empty result has no members of its own.
    let mut empty = definitions["Result"].clone();
    empty["additionalProperties"] = false.into();
    definitions.insert("EmptyResult".to_owned(), empty);
}

/// Forbids unknown members unless the schema allows them explicitly.
fn close(schema: &mut Value) {
    match schema {
        Value::Object(members) => {
            // The parts of an `allOf` name the members of one another.
            let is_whole = !members.contains_key("allOf");
            if is_whole && members.contains_key("properties") && !members.contains_key("additionalProperties") {
                members.insert("additionalProperties".to_owned(), false.into());
            }
            for (keyword, value) in members {
                match (keyword.as_str(), value) {
                    ("allOf", _) => {}
                    ("properties", Value::Object(properties)) => properties
                        .iter_mut()
                        .filter(|(name, _)| !["_meta", "inputSchema", "outputSchema"].contains(&name.as_str()))
                        .for_each(|(_, schema)| close(schema)),
                    (_, value) => close(value),
                }
            }
        }
        Value::Array(schemas) => schemas.iter_mut().for_each(close),
        _ => {}
    }
}
