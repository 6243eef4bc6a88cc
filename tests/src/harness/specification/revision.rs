//! What the specification's JSON Schema of one revision says of a value.

use std::{
    collections::HashMap,
    sync::{Arc, LazyLock, Mutex},
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use jsonschema::{Registry, Validator};
use serde_json::{Map, Value, json};

/// One revision of the specification: its definitions, and which of them stands for which message.
#[derive(Debug)]
pub struct Revision {
    /// Its date, such as `2025-11-25`.
    pub version: &'static str,
    /// The member that holds the definitions: `definitions`, and `$defs` since 2025-11-25.
    container: &'static str,
    definitions: Map<String, Value>,
    registry: Registry<'static>,
    validators: Mutex<HashMap<(String, Strictness), Arc<Validator>>>,
    client_messages: HashMap<String, String>,
    server_messages: HashMap<String, String>,
    errors: HashMap<i64, String>,
}

/// Whether members that the schema does not name are allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Strictness {
    /// As the schema is written: more members than it names may be there. Clients may send them.
    AsWritten,
    /// Only members that the schema names. The server says nothing that the revision does not know.
    NothingMore,
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

/// The extension `io.modelcontextprotocol/tasks`, which goes with the newest revision.
static TASKS: LazyLock<Revision> =
    LazyLock::new(|| Revision::read("tasks", include_str!("../../../specification/tasks/schema.json")));

impl Revision {
    /// The Tasks extension, as if it were a revision.
    pub fn tasks() -> &'static Self {
        &TASKS
    }

    /// The revision of that date, if there is one.
    pub fn of(version: &str) -> Option<&'static Self> {
        REVISIONS.iter().find(|revision| revision.version == version)
    }

    /// The newest revision.
    pub fn latest() -> &'static Self {
        REVISIONS.last().unwrap()
    }

    /// The names of all definitions.
    pub fn definitions(&self) -> impl Iterator<Item = &str> {
        self.definitions.keys().map(String::as_str)
    }

    /// The definition of a request or a notification that clients send, by its method.
    pub fn client_message(&self, method: &str) -> Option<&str> {
        self.client_messages.get(method).map(String::as_str)
    }

    /// The definition of a request or a notification that servers send, by its method.
    pub fn server_message(&self, method: &str) -> Option<&str> {
        self.server_messages.get(method).map(String::as_str)
    }

    /// The definition of the result that answers a request of that definition.
    pub fn result_of(&self, request: &str) -> String {
        let result = format!("{}Result", request.trim_end_matches("Request"));
        if self.definitions.contains_key(&result) { result } else { "EmptyResult".to_owned() }
    }

    /// The definition of the error response with that code.
    pub fn error(&self, code: i64) -> &str {
        self.errors.get(&code).map_or_else(|| self.plain_error(), String::as_str)
    }

    /// What is wrong with the value, as one of that definition; nothing when it is right.
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
        assert!(self.definitions.contains_key(definition), "{} has no {definition}", self.version);
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
        forget_descriptions(&mut schema);
        let container = if schema.get("$defs").is_some() { "$defs" } else { "definitions" };
        let definitions = schema[container].as_object().unwrap().clone();
        let mut closed = schema.clone();
        close_definitions(closed[container].as_object_mut().unwrap());
        let registry = Registry::new().add(Strictness::AsWritten.document(), schema).unwrap();
        let registry = registry.add(Strictness::NothingMore.document(), closed).unwrap().prepare().unwrap();
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
            Self::AsWritten => "urn:mcp:as-written",
            Self::NothingMore => "urn:mcp:nothing-more",
        }
    }
}

/// Method and definition of every message of a union, such as `ClientRequest`.
fn members(definitions: &Map<String, Value>, union: &str) -> Vec<(String, String)> {
    let Some(schema) = definitions.get(union) else { return Vec::new() };
    let alternatives = match schema.get("anyOf").and_then(Value::as_array) {
        Some(alternatives) => alternatives
            .iter()
            .map(|alternative| alternative["$ref"].as_str().unwrap().rsplit('/').next().unwrap().to_owned())
            .collect(),
        // A union of one is that one itself.
        None => vec![union.to_owned()],
    };
    let method = |name: &str| definitions[name]["properties"]["method"]["const"].as_str().unwrap().to_owned();
    alternatives.into_iter().map(|name| (method(&name), name)).collect()
}

/// The code of the error responses that the schema stands for, if it stands for one kind of them.
fn error_code(schema: &Value) -> Option<i64> {
    let parts = schema.pointer("/properties/error/allOf")?.as_array()?;
    parts.iter().find_map(|part| part.pointer("/properties/code/const")?.as_i64())
}

/// More than half of the text of the schemas, and nothing that validates.
fn forget_descriptions(schema: &mut Value) {
    match schema {
        Value::Object(members) => {
            members.retain(|name, value| name != "description" || !value.is_string());
            members.values_mut().for_each(forget_descriptions);
        }
        Value::Array(values) => values.iter_mut().for_each(forget_descriptions),
        _ => {}
    }
}

fn close_definitions(definitions: &mut Map<String, Value>) {
    for (name, schema) in &mut *definitions {
        let is_message = schema.pointer("/properties/method").is_some();
        if is_message {
            // Up to 2025-06-18 the definitions of messages leave out what all messages have.
            let members = schema["properties"].as_object_mut().unwrap();
            for member in ["jsonrpc", "id"] {
                members.entry(member).or_insert(true.into());
            }
        }
        // What is in `_meta` is everybody's own.
        if !name.ends_with("MetaObject") {
            close(schema);
        }
    }
    // Extensions declare themselves in every revision, in the place that 2026-07-28 has for it.
    if let Some(capabilities) = definitions.get_mut("ServerCapabilities") {
        let capabilities = capabilities["properties"].as_object_mut().unwrap();
        capabilities.entry("extensions").or_insert_with(|| json!({"additionalProperties": {"type": "object"}}));
    }
    // `Result` is the open parent of all results; one that is said to be empty has nothing of its own.
    let mut empty = definitions["Result"].clone();
    empty["additionalProperties"] = false.into();
    definitions.insert("EmptyResult".to_owned(), empty);
}

/// Forbids members that the schema does not name, where it does not say that there may be some.
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
