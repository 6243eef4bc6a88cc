//! The full validator: agreement with the validator for derived schemas, and the keywords that only
//! the full one supports.

use serde_json::{Map, json};

use super::{
    super::{
        keywords::tests::{derived_cases, property},
        validator::{Validator, tests::FORMATS},
    },
    *,
};

const MAX: usize = 8;

fn explained(schema: &Value, value: &Value) -> Vec<String> {
    let full = Full::compile(schema).unwrap();
    let violations =
        if full.is_valid(value) { Vec::new() } else { full.violations(value, value.to_string().len(), MAX) };
    violations.iter().map(ToString::to_string).collect()
}

#[test]
fn derived_keywords_are_explained_in_the_same_words() {
    for (schema, value, expected) in derived_cases() {
        let found = explained(&property(schema.clone()), &json!({"a": value}));
        assert!(found.iter().any(|found| found == expected), "{schema}: {found:?}");
    }
}

#[test]
fn formats_are_the_same() {
    for (format, fits, does_not) in FORMATS {
        let schema = json!({"format": format});
        for text in fits.iter().chain(does_not) {
            assert_eq!(explained(&schema, &json!(text)).is_empty(), fits.contains(text), "{format} {text:?}");
        }
    }
}

#[test]
fn other_keywords_are_explained() {
    let cases = [
        (
            json!({"dependentRequired": {"b": ["c"]}}),
            json!({"b": 1}),
            "`a.c`: expected a value (required), got nothing",
        ),
        (
            json!({"propertyNames": {"maxLength": 1}}),
            json!({"long": 1}),
            "`a`: expected every name to be at most 1 character, got the name \"long\"",
        ),
        (json!({"if": {"minimum": 5}, "then": {"multipleOf": 2}}), json!(7), "`a`: expected a multiple of 2, got 7"),
        (json!({"pattern": "^(?!x)"}), json!("x"), "`a`: expected a text that matches `^(?!x)`, got \"x\""),
        (json!({"format": "hostname"}), json!("-"), "`a`: expected a text of format `hostname`, got \"-\""),
    ];
    for (schema, value, expected) in cases {
        assert!(Validator::compile(&schema).is_err(), "{schema}");
        assert_eq!(explained(&property(schema.clone()), &json!({"a": value})), [expected], "{schema}");
    }
}

#[test]
fn messages_are_bounded() {
    let schema = property(json!({"type": "array", "items": {"maxLength": 1}}));
    assert_eq!(explained(&schema, &json!({"a": vec!["xx"; 100]})).len(), MAX);
    let unknown: Map<_, _> = (0..100).map(|n| (format!("p{n}"), json!(n))).collect();
    assert_eq!(explained(&json!({"additionalProperties": false}), &Value::Object(unknown)).len(), MAX);
}

#[test]
fn large_arguments_yield_one_violation() {
    let values = vec!["xx"; LARGE];
    let schema = property(json!({"type": "array", "items": {"maxLength": 1}}));
    let expected = ["`a[0]`: expected at most 1 character, got \"xx\" (2 characters)"];
    assert_eq!(explained(&schema, &json!({"a": values})), expected);
    let schema = property(json!({"type": "array", "items": {"anyOf": [{"maxLength": 1}, {"type": "null"}]}}));
    assert!(explained(&schema, &json!({"a": values})).is_empty());
}

#[test]
fn costly_pattern_ends() {
    // The look-ahead keeps this off the linear engine.
    let schema = property(json!({"pattern": "^(?:(?:a|b|ab)(?!z))*c$"}));
    let found = explained(&schema, &json!({"a": format!("{}d", "ab".repeat(60))}));
    assert!(found[0].starts_with("`a`: expected a text that its pattern can be tried on"), "{found:?}");
}

/// A generator of schemas and values from a small universe, so that many values are valid.
struct Chance(u64);

impl Chance {
    /// A number below `limit`.
    fn below(&mut self, limit: usize) -> usize {
        // xorshift64
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap() % limit
    }

    fn pick<T: Clone>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())].clone()
    }

    fn name(&mut self) -> &'static str {
        self.pick(&["a", "b", "c1", "kind"])
    }

    fn value(&mut self, depth: usize) -> Value {
        match self.below(if depth == 0 { 4 } else { 7 }) {
            0 => self.pick(&[json!(null), json!(true), json!(false)]),
            1 | 2 => self.pick(&[
                json!(0),
                json!(1),
                json!(1.0),
                json!(1.5),
                json!(-3),
                json!(6),
                json!(1e20),
                json!(1_000_000_007),
            ]),
            3 => self.pick(&[json!(""), json!("a"), json!("ab"), json!("é1 "), json!("2026-02-28"), json!("c1")]),
            4 => (0..self.below(4)).map(|_| self.value(depth - 1)).collect(),
            _ => (0..self.below(4))
                .map(|_| (self.name().to_owned(), self.value(depth - 1)))
                .collect::<Map<_, _>>()
                .into(),
        }
    }

    fn schemas(&mut self, depth: usize) -> Value {
        (0..=self.below(3)).map(|_| self.schema(depth)).collect()
    }

    fn named(&mut self, depth: usize) -> Value {
        (0..=self.below(3)).map(|_| (self.name().to_owned(), self.schema(depth))).collect::<Map<_, _>>().into()
    }

    fn keyword(&mut self, depth: usize) -> (&'static str, Value) {
        let number = self.pick(&[json!(0), json!(1), json!(1.5), json!(5), json!(0.5), json!(1e20)]);
        let count = json!(self.below(4));
        match self.below(if depth == 0 { 19 } else { 30 }) {
            0 | 1 => {
                ("type", self.pick(&[json!("object"), json!("array"), json!("string"), json!("number"), json!("null")]))
            }
            2 => (
                "type",
                self.pick(&[
                    json!(["integer", "string"]),
                    json!("integer"),
                    json!(["object", "null"]),
                    json!("boolean"),
                ]),
            ),
            3 => ("const", self.value(1)),
            4 => ("enum", json!([self.value(1), self.value(1), self.value(0)])),
            5 => ("minimum", number),
            6 => ("maximum", number),
            7 => ("exclusiveMinimum", number),
            8 => ("exclusiveMaximum", number),
            9 => ("multipleOf", self.pick(&[json!(2), json!(0.5), json!(1.5), json!(3)])),
            10 => ("minLength", count),
            11 => ("maxLength", count),
            12 => {
                ("pattern", self.pick(&[json!("^[a-z]"), json!(r"^\w+$"), json!(r"\s"), json!(r"\d$"), json!("b|é")]))
            }
            13 => ("format", json!("date")),
            14 => ("minItems", count),
            15 => ("maxItems", count),
            16 => ("uniqueItems", json!(true)),
            17 => ("required", json!([self.name()])),
            18 => self.pick(&[("minProperties", count.clone()), ("maxProperties", count)]),
            19 | 20 => ("properties", self.named(depth - 1)),
            21 => ("patternProperties", json!({r"\d": self.schema(depth - 1)})),
            22 => ("additionalProperties", self.schema(depth - 1)),
            23 => ("items", self.schema(depth - 1)),
            24 => ("prefixItems", self.schemas(depth - 1)),
            25 => ("anyOf", self.schemas(depth - 1)),
            26 => ("oneOf", self.schemas(depth - 1)),
            27 => ("allOf", self.schemas(depth - 1)),
            28 => ("not", self.schema(depth - 1)),
            _ => ("unevaluatedProperties", self.schema(depth - 1)),
        }
    }

    fn schema(&mut self, depth: usize) -> Value {
        match self.below(20) {
            0 => json!(false),
            1 => json!(true),
            2 => json!({"$ref": "#/$defs/A"}),
            _ => (0..=self.below(3))
                .map(|_| self.keyword(depth))
                .map(|(name, value)| (name.to_owned(), value))
                .collect::<Map<_, _>>()
                .into(),
        }
    }
}

#[test]
fn both_validators_agree_on_generated_schemas() {
    let mut chance = Chance(0x9E37_79B9_7F4A_7C15);
    let (mut valid, mut invalid) = (0, 0);
    for _ in 0..2_000 {
        let definition = chance.schema(1);
        if definition.to_string().contains("$ref") {
            continue;
        }
        let schema = json!({"allOf": [chance.schema(3)], "$defs": {"A": definition}});
        let (derived, full) = (Validator::compile(&schema).unwrap(), Full::compile(&schema).unwrap());
        for _ in 0..10 {
            let value = chance.value(3);
            let is_valid = full.is_valid(&value);
            assert_eq!(derived.is_valid(&value), is_valid, "{schema} {value}");
            let violations = derived.violations(&value, MAX);
            assert_eq!(violations.is_empty(), is_valid, "{schema} {value} {violations:?}");
            *(if is_valid { &mut valid } else { &mut invalid }) += 1;
        }
    }
    assert!(valid > 1_000 && invalid > 1_000, "{valid} {invalid}");
}
