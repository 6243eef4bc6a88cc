//! From a JSON Schema to the tests of a [`Validator`].

use std::{
    collections::{BTreeMap, HashMap, VecDeque},
    ptr,
};

use serde_json::{Map, Value};

use super::{
    Bound, CompileError, Counted, Forms, Id, Options, Pattern, Properties, Required, Rest, TYPES, Test, Types,
    Validator, format,
    number::{canonical, integer},
    pattern,
};
use crate::schema::{
    describe::{describe, describe_forms, negated, unknown_property},
    error::SchemaError,
    survey::resolve,
    violation::json,
};

/// Maximum number of schemas that apply to one value through each other. Bounds the recursion of
/// the check.
const MAX_DEPTH: usize = 64;

/// The supported dialect. Keywords have other meanings in other dialects.
const DIALECT: &str = "https://json-schema.org/draft/2020-12/schema";

impl Validator {
    /// Compiles a schema whose references stay inside it.
    pub(in crate::schema) fn compile(schema: &Value) -> Result<Self, CompileError> {
        let mut compiler = Compiler {
            root: schema,
            schemas: Vec::new(),
            known: HashMap::new(),
            pending: VecDeque::new(),
            applied: Vec::new(),
        };
        compiler.schema(schema, String::new());
        while let Some((id, schema, at)) = compiler.pending.pop_front() {
            compiler.schemas[id] = compiler.tests(id, schema, &at)?;
        }
        check_depth(&compiler.applied, compiler.schemas.len())?;
        Ok(Self { schemas: compiler.schemas })
    }
}

/// State of a compilation.
///
/// References may form a cycle, so a schema gets its number on first sight and is compiled later.
struct Compiler<'s> {
    root: &'s Value,
    schemas: Vec<Vec<Test>>,
    /// Numbers of schemas, by address.
    known: HashMap<*const Value, Id>,
    pending: VecDeque<(Id, &'s Value, String)>,
    /// Pairs of schemas of which the first applies the second to the same value.
    applied: Vec<(Id, Id)>,
}

impl<'s> Compiler<'s> {
    /// Returns the number of a schema. `at` is the pointer to the schema, for errors.
    fn schema(&mut self, schema: &'s Value, at: String) -> Id {
        let next = self.schemas.len();
        let id = *self.known.entry(ptr::from_ref(schema)).or_insert(next);
        if id == next {
            self.schemas.push(Vec::new());
            self.pending.push_back((id, schema, at));
        }
        id
    }

    /// Returns the number of a schema that applies to the same value as the schema `of`.
    fn applied(&mut self, of: Id, schema: &'s Value, at: String) -> Id {
        let id = self.schema(schema, at);
        self.applied.push((of, id));
        id
    }

    fn tests(&mut self, id: Id, schema: &'s Value, at: &str) -> Result<Vec<Test>, CompileError> {
        let keywords = match schema {
            Value::Bool(true) => return Ok(Vec::new()),
            Value::Bool(false) => return Ok(vec![Test::Nothing]),
            Value::Object(keywords) => keywords,
            _ => return Err(invalid(at, "expected an object or a boolean", schema)),
        };
        let mut tests = Vec::new();
        for (keyword, value) in keywords {
            tests.extend(self.test(id, keywords, keyword, value, &format!("{at}/{keyword}"))?);
        }
        tests.extend(self.items(keywords, at));
        tests.extend(self.properties(keywords, at)?);
        // Tests of the type come first: no other violation matters for a value of another type.
        tests.sort_by_key(|test| match test {
            Test::Nothing | Test::Options(_) => 0,
            Test::Type(_) => 1,
            Test::UnevaluatedProperties(_) => 3,
            _ => 2,
        });
        Ok(tests)
    }

    /// Returns the test of one keyword. `None` stands for annotations and for keywords that are
    /// compiled together with others.
    fn test(
        &mut self,
        id: Id,
        keywords: &'s Map<String, Value>,
        keyword: &str,
        value: &'s Value,
        at: &str,
    ) -> Result<Option<Test>, CompileError> {
        let count = || integer_count(value);
        Ok(Some(match (keyword, value) {
            ("type", _) if let Some(types) = types(value) => Test::Type(types),
            ("const", _) => Test::Options(options(vec![value.clone()])),
            ("enum", Value::Array(values)) => Test::Options(options(values.clone())),
            ("minimum", Value::Number(limit)) => Test::Bound(Bound::Minimum, limit.clone()),
            ("maximum", Value::Number(limit)) => Test::Bound(Bound::Maximum, limit.clone()),
            ("exclusiveMinimum", Value::Number(limit)) => Test::Bound(Bound::ExclusiveMinimum, limit.clone()),
            ("exclusiveMaximum", Value::Number(limit)) => Test::Bound(Bound::ExclusiveMaximum, limit.clone()),
            ("multipleOf", Value::Number(divisor)) if divisor.as_f64().is_some_and(|divisor| divisor > 0.0) => {
                Test::MultipleOf(divisor.clone())
            }
            ("minLength", _) if let Some(limit) = count() => Test::Least(Counted::Characters, limit),
            ("maxLength", _) if let Some(limit) = count() => Test::Most(Counted::Characters, limit),
            ("minItems", _) if let Some(limit) = count() => Test::Least(Counted::Items, limit),
            ("maxItems", _) if let Some(limit) = count() => Test::Most(Counted::Items, limit),
            ("minProperties", _) if let Some(limit) = count() => Test::Least(Counted::Properties, limit),
            ("maxProperties", _) if let Some(limit) = count() => Test::Most(Counted::Properties, limit),
            ("pattern", Value::String(source)) => Test::Pattern(compile_pattern(source, at)?),
            ("format", Value::String(name)) => match format::of(name) {
                Some(format::Check::Here(is_valid)) => Test::Format { name: name.as_str().into(), is_valid },
                Some(format::Check::Elsewhere) => return Err(unsupported(at, format!("the format `{name}`"))),
                None => return Ok(None),
            },
            ("uniqueItems", Value::Bool(true)) => Test::UniqueItems,
            ("required", Value::Array(names)) if names.iter().all(Value::is_string) => {
                Test::Required(self.required(keywords, names))
            }
            ("unevaluatedProperties", Value::Bool(false)) => Test::UnevaluatedProperties(Rest::None {
                expected: unknown_property(keywords.get("properties")).into(),
            }),
            ("unevaluatedProperties", Value::Object(_) | Value::Bool(true)) => {
                Test::UnevaluatedProperties(Rest::Schema(self.schema(value, at.to_owned())))
            }
            ("$ref", Value::String(reference)) => match resolve(self.root, reference) {
                Some(target) => Test::All(vec![self.applied(id, target, reference[1..].to_owned())]),
                None => return Err(unsupported(at, format!("the reference `{reference}`"))),
            },
            ("allOf", Value::Array(schemas)) if !schemas.is_empty() => Test::All(self.forms(id, schemas, at)),
            ("anyOf", Value::Array(schemas)) if !schemas.is_empty() => Test::Any(Forms {
                schemas: self.forms(id, schemas, at),
                described: describe_forms(self.root, Some(value)).into(),
            }),
            ("oneOf", Value::Array(schemas)) if !schemas.is_empty() => Test::One(Forms {
                schemas: self.forms(id, schemas, at),
                described: describe_forms(self.root, Some(value)).into(),
            }),
            ("not", _) => Test::Not {
                schema: self.applied(id, value, at.to_owned()),
                described: negated(self.root, value).into(),
            },
            ("$schema", Value::String(dialect)) if dialect.trim_end_matches('#') != DIALECT => {
                return Err(unsupported(at, format!("the dialect `{dialect}`")));
            }
            _ if is_foreign(keyword) => return Err(unsupported(at, format!("the keyword `{keyword}`"))),
            _ => match expected_value(keyword, value) {
                Some(expected) => return Err(invalid(at, &format!("expected {expected}"), value)),
                None => return Ok(None),
            },
        }))
    }

    fn forms(&mut self, id: Id, schemas: &'s [Value], at: &str) -> Vec<Id> {
        schemas.iter().enumerate().map(|(index, schema)| self.applied(id, schema, format!("{at}/{index}"))).collect()
    }

    fn required(&self, keywords: &Map<String, Value>, names: &[Value]) -> Vec<Required> {
        let required = |name: &str| {
            let declared = keywords.get("properties").and_then(|properties| properties.get(name));
            let expected = declared.map_or_else(|| "a value".to_owned(), |schema| describe(self.root, schema));
            Required { name: name.into(), expected: format!("{expected} (required)").into() }
        };
        names.iter().filter_map(Value::as_str).map(required).collect()
    }

    fn items(&mut self, keywords: &'s Map<String, Value>, at: &str) -> Option<Test> {
        let prefix = keywords.get("prefixItems").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        let prefix: Vec<Id> = prefix
            .iter()
            .enumerate()
            .map(|(index, schema)| self.schema(schema, format!("{at}/prefixItems/{index}")))
            .collect();
        let rest = keywords.get("items").map(|schema| self.schema(schema, format!("{at}/items")));
        (!prefix.is_empty() || rest.is_some()).then_some(Test::Items { prefix, rest })
    }

    fn properties(&mut self, keywords: &'s Map<String, Value>, at: &str) -> Result<Option<Test>, CompileError> {
        let members = |keyword: &str| keywords.get(keyword).and_then(Value::as_object).into_iter().flatten();
        let declared: BTreeMap<Box<str>, Id> = members("properties")
            .map(|(name, schema)| (name.as_str().into(), self.schema(schema, format!("{at}/properties/{name}"))))
            .collect();
        let mut patterns = Vec::new();
        for (source, schema) in members("patternProperties") {
            let at = format!("{at}/patternProperties/{source}");
            patterns.push((compile_pattern(source, &at)?, self.schema(schema, at)));
        }
        let rest = match keywords.get("additionalProperties") {
            None => Rest::Any,
            Some(Value::Bool(false)) if declared.is_empty() && patterns.is_empty() => {
                Rest::None { expected: "no properties".into() }
            }
            Some(Value::Bool(false)) => Rest::None { expected: unknown_property(keywords.get("properties")).into() },
            Some(schema) => Rest::Schema(self.schema(schema, format!("{at}/additionalProperties"))),
        };
        let properties = Properties { declared, patterns, rest };
        Ok((!properties.is_empty()).then_some(Test::Properties(properties)))
    }
}

impl Properties {
    fn is_empty(&self) -> bool {
        self.declared.is_empty() && self.patterns.is_empty() && matches!(self.rest, Rest::Any)
    }
}

fn types(value: &Value) -> Option<Types> {
    let names = match value {
        Value::String(_) => std::slice::from_ref(value),
        Value::Array(names) => names,
        _ => return None,
    };
    names.iter().try_fold(Types(0), |types, name| {
        let bit = TYPES.iter().position(|known| name == known)?;
        Some(Types(types.0 | 1 << bit))
    })
}

fn options(values: Vec<Value>) -> Options {
    let canonical = values.iter().map(canonical).collect();
    Options { values, canonical }
}

fn integer_count(value: &Value) -> Option<usize> {
    integer(value.as_number()?)?.try_into().ok()
}

fn compile_pattern(source: &str, at: &str) -> Result<Pattern, CompileError> {
    let regex =
        pattern::compile(source).map_err(|reason| unsupported(at, format!("the pattern `{source}` ({reason})")))?;
    Ok(Pattern { source: source.into(), regex })
}

/// Returns `true` for keywords that no derive produces.
fn is_foreign(keyword: &str) -> bool {
    const FOREIGN: [&str; 20] = [
        "$anchor",
        "$dynamicAnchor",
        "$dynamicRef",
        "$id",
        "$recursiveAnchor",
        "$recursiveRef",
        "$vocabulary",
        "additionalItems",
        "contains",
        "dependencies",
        "dependentRequired",
        "dependentSchemas",
        "else",
        "if",
        "maxContains",
        "minContains",
        "propertyNames",
        "then",
        "unevaluatedItems",
        "id",
    ];
    FOREIGN.contains(&keyword)
}

/// Returns the kind of value that a keyword takes, or `None` if the value is valid.
fn expected_value(keyword: &str, value: &Value) -> Option<&'static str> {
    let (expected, fits) = match keyword {
        "type" => ("the name of a type, or a list of such names", false),
        "minimum" | "maximum" | "exclusiveMinimum" | "exclusiveMaximum" => ("a number", false),
        "multipleOf" => ("a number greater than 0", false),
        "minLength" | "maxLength" | "minItems" | "maxItems" | "minProperties" | "maxProperties" => {
            ("a whole number, 0 or more", false)
        }
        "required" => ("a list of names", false),
        "enum" => ("a list of values", false),
        "allOf" | "anyOf" | "oneOf" => ("a list of schemas that is not empty", false),
        "prefixItems" => ("a list of schemas", value.is_array()),
        "properties" | "patternProperties" | "$defs" => ("an object of schemas", value.is_object()),
        "unevaluatedProperties" => ("an object or a boolean", false),
        "$ref" | "$schema" | "$comment" | "description" | "format" | "pattern" | "title" => {
            ("a string", value.is_string())
        }
        "deprecated" | "readOnly" | "uniqueItems" | "writeOnly" => ("a boolean", value.is_boolean()),
        "examples" => ("a list of values", value.is_array()),
        _ => return None,
    };
    (!fits).then_some(expected)
}

fn invalid(at: &str, expected: &str, got: &Value) -> CompileError {
    CompileError::Invalid(SchemaError::invalid(at.to_owned(), format!("{expected}, got {}", json(got))))
}

fn unsupported(at: &str, what: String) -> CompileError {
    CompileError::Unsupported { at: at.to_owned(), what }
}

/// Rejects schemas that apply to one value in a cycle or through more than [`MAX_DEPTH`] levels.
fn check_depth(applied: &[(Id, Id)], count: usize) -> Result<(), CompileError> {
    let mut applies = vec![Vec::new(); count];
    let mut waits_for = vec![0_usize; count];
    for &(from, to) in applied {
        applies[from].push(to);
        waits_for[to] += 1;
    }
    let mut depth = vec![0_usize; count];
    let mut ready: Vec<Id> = (0..count).filter(|&id| waits_for[id] == 0).collect();
    let mut done = 0;
    while let Some(from) = ready.pop() {
        done += 1;
        for &to in &applies[from] {
            depth[to] = depth[to].max(depth[from] + 1);
            waits_for[to] -= 1;
            if waits_for[to] == 0 {
                ready.push(to);
            }
        }
    }
    if done < count || depth.iter().any(|&depth| depth > MAX_DEPTH) {
        return Err(CompileError::Invalid(SchemaError::too_deep(MAX_DEPTH)));
    }
    Ok(())
}
