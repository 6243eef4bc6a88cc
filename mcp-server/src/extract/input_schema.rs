//! The JSON Schema of the arguments of an item, built from the parameters of its handler.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, generate::SchemaSettings};
use serde_json::{Map, Value, json};

use super::{
    argument::{Argument, absent},
    contradictions::contradictions,
};
use crate::schema;

/// Settings of an `#[arg]` beyond its type. Filled by the macros.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct ArgumentOptions {
    /// Description for the language model.
    pub description: Option<&'static str>,
    /// Display name.
    pub title: Option<&'static str>,
    /// Default, to be shown in the schema.
    pub default: Option<Value>,
    /// `true` if clients may omit the argument, because it has a default.
    pub optional: bool,
    /// Keywords to add to the schema of the type, such as `minimum`.
    pub keywords: Vec<(&'static str, Value)>,
    /// Name of the header that repeats the argument (`x-mcp-header`, 2026-07-28).
    pub header: Option<&'static str>,
}

/// Input schema of an item: the names, types and keywords of its arguments.
#[derive(Debug)]
pub struct InputSchema {
    generator: SchemaGenerator,
    properties: Map<String, Value>,
    /// Names of the arguments, in the order of the parameters.
    order: Vec<&'static str>,
    required: Vec<Value>,
    whole: Option<Schema>,
    /// Contradictions in the attributes of the arguments.
    pub(crate) errors: Vec<String>,
}

impl Default for InputSchema {
    fn default() -> Self {
        Self::new()
    }
}

impl InputSchema {
    /// Creates the schema of an item without arguments.
    pub fn new() -> Self {
        let generator = SchemaSettings::draft2020_12().with(|settings| settings.meta_schema = None).into_generator();
        Self {
            generator,
            properties: Map::new(),
            order: Vec::new(),
            required: Vec::new(),
            whole: None,
            errors: Vec::new(),
        }
    }

    /// Adds an argument of type `T`.
    pub fn argument<T: Argument>(&mut self, name: &'static str, options: ArgumentOptions) {
        let mut schema = self.generator.subschema_for::<T>().to_value();
        // A schema of `true` cannot contain keywords, and `{}` is equivalent.
        if !schema.is_object() {
            schema = json!({});
        }
        if let Value::Object(schema) = &mut schema {
            if options.header.is_some() {
                *schema = schema::in_place(std::mem::take(schema), self.generator.definitions());
            }
            let texts =
                [("description", options.description), ("title", options.title), ("x-mcp-header", options.header)];
            for (keyword, text) in texts {
                if let Some(text) = text {
                    schema.insert(keyword.to_owned(), text.into());
                }
            }
            if let Some(default) = options.default {
                schema.insert("default".to_owned(), default);
            }
            let is_bounded = options.keywords.iter().any(|(keyword, _)| *keyword != "examples");
            let of_type = is_bounded.then(|| schema.clone());
            for (keyword, value) in options.keywords {
                add_keyword(schema, keyword, value);
            }
            if let Some(of_type) = of_type {
                self.errors.extend(contradictions(name, of_type, schema, self.generator.definitions()));
            }
        }
        if !options.optional && absent::<T>().is_none() {
            self.required.push(name.into());
        }
        self.properties.insert(name.to_owned(), schema);
        self.order.push(name);
    }

    /// Describes all arguments by the fields of `T`.
    pub(crate) fn whole<T: JsonSchema>(&mut self) {
        self.whole = Some(self.generator.root_schema_for::<T>());
    }

    /// Returns the name of each argument, `true` if it is required, and its schema.
    pub(crate) fn names(&self) -> Vec<(String, bool, Option<Value>)> {
        let (properties, required): (Cow<'_, Map<String, Value>>, Cow<'_, [Value]>) = match &self.whole {
            None => (Cow::Borrowed(&self.properties), Cow::Borrowed(&self.required)),
            Some(schema) => (
                Cow::Owned(schema.get("properties").and_then(Value::as_object).cloned().unwrap_or_default()),
                Cow::Owned(schema.get("required").and_then(Value::as_array).cloned().unwrap_or_default()),
            ),
        };
        let is_required = |name: &String| required.iter().any(|required| required.as_str() == Some(name));
        let mut names: Vec<_> =
            properties.iter().map(|(name, schema)| (name.clone(), is_required(name), Some(schema.clone()))).collect();
        names.sort_by_key(|(name, ..)| self.order.iter().position(|known| known == name));
        names
    }

    /// Returns the names of all arguments. `None` if the type accepts others on purpose.
    pub(crate) fn declared_names(&self) -> Option<Vec<String>> {
        match &self.whole {
            None => Some(self.properties.keys().cloned().collect()),
            Some(schema) => schema::property_names(schema.as_value()),
        }
    }

    /// Returns the arguments whose type is a choice, with their possible values.
    pub(crate) fn choices(&self) -> Vec<(String, Vec<String>)> {
        let definitions = match &self.whole {
            None => Some(self.generator.definitions()),
            Some(schema) => schema.get("$defs").and_then(Value::as_object),
        };
        let of = |schema: Value| schema::choices(&schema, definitions);
        self.names().into_iter().filter_map(|(name, _, schema)| Some((name, of(schema?)?))).collect()
    }

    /// Returns the schema of the object that contains all arguments.
    pub(crate) fn into_value(mut self) -> Value {
        if let Some(schema) = self.whole {
            return schema.to_value();
        }
        let definitions = self.generator.take_definitions(true);
        let mut schema = json!({"type": "object", "properties": self.properties});
        if let Value::Object(schema) = &mut schema {
            if !self.required.is_empty() {
                schema.insert("required".to_owned(), Value::Array(self.required));
            }
            if !definitions.is_empty() {
                schema.insert("$defs".to_owned(), Value::Object(definitions));
            }
        }
        schema
    }
}

/// Adds a keyword to the schema of an argument. `length` bounds the items of an array, and the
/// characters of any other type.
///
/// A keyword next to a `$ref` applies (JSON Schema 2020-12), and bounds ignore values of other
/// types, such as `null`.
fn add_keyword(schema: &mut Map<String, Value>, keyword: &str, value: Value) {
    let is_array = match schema.get("type") {
        Some(Value::String(kind)) => kind == "array",
        Some(Value::Array(kinds)) => kinds.iter().any(|kind| kind == "array"),
        _ => false,
    };
    let keyword = match (keyword, is_array) {
        ("minLength", true) => "minItems",
        ("maxLength", true) => "maxItems",
        (keyword, _) => keyword,
    };
    schema.insert(keyword.to_owned(), value);
}
