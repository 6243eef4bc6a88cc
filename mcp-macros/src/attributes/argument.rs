//! The keys of `#[arg(..)]`.

use syn::{Attribute, Expr, ExprRange, LitStr, Meta, RangeLimits};

use crate::{
    diagnostics::Diagnostics,
    input::Kind,
    settings::{self, Form, Key, Setting},
    values::{as_number, written},
};

/// Keys of all arguments.
const KEYS: [&Key; 4] = [
    &Key::once("rename", "rename = \"…\""),
    &Key::once("default", "default = …"),
    &Key::once("title", "title = \"…\""),
    &Key::once("description", "description = \"…\""),
];

/// Keys for arguments that have no schema: those of prompts and resource templates.
const COMPLETION_KEYS: [&Key; 1] = [&Key::once("complete", "complete = complete_city")];

/// Keys for arguments that have a schema: those of tools.
const SCHEMA_KEYS: [&Key; 7] = [
    &Key::once("header", "header = \"Region\""),
    &Key::once("range", "range(min = 1, max = 10)"),
    &Key::once("length", "length(min = 1, max = 10)"),
    &Key::once("pattern", "pattern = \"^[a-z]+$\""),
    &Key::once("format", "format = \"email\""),
    &Key::many("example", "example = …"),
    &Key::once("multiple_of", "multiple_of = 5"),
];

/// Names of bounds in other frameworks, and keys of `range` and `length` that are written outside.
const BOUNDS: [&Key; 6] = [
    &Key::once("min", ""),
    &Key::once("max", ""),
    &Key::once("minimum", ""),
    &Key::once("maximum", ""),
    &Key::once("min_length", ""),
    &Key::once("max_length", ""),
];

pub(super) const RANGE_KEYS: [&Key; 4] = [
    &Key::once("min", "min = 1"),
    &Key::once("max", "max = 10"),
    &Key::once("exclusive_min", "exclusive_min = 0"),
    &Key::once("exclusive_max", "exclusive_max = 10"),
];

pub(super) const LENGTH_KEYS: [&Key; 2] = [&Key::once("min", "min = 1"), &Key::once("max", "max = 10")];

/// The reason why arguments of prompts and resource templates reject [`SCHEMA_KEYS`].
const WITHOUT_SCHEMA: &str = "it is text without a schema, so validate it in the function or in `Deserialize`";

/// The settings of an argument.
#[derive(Default)]
pub(crate) struct ArgumentAttribute {
    pub(crate) default: Option<DefaultValue>,
    pub(crate) rename: Option<LitStr>,
    pub(crate) title: Option<Expr>,
    pub(crate) description: Option<Expr>,
    /// The name of the HTTP header that repeats the argument.
    pub(crate) header: Option<LitStr>,
    /// The function that suggests values.
    pub(crate) complete: Option<Expr>,
    /// Additional keywords of the schema.
    pub(crate) keywords: Vec<Keyword>,
    /// Values of the keyword `examples`.
    pub(crate) examples: Vec<Expr>,
}

/// The default of an argument.
pub(crate) enum DefaultValue {
    /// `default`: the default of the type.
    OfType,
    /// `default = value`
    Value(Box<Expr>),
}

/// A keyword of JSON Schema.
pub(crate) struct Keyword {
    pub(crate) name: &'static str,
    pub(crate) value: Expr,
}

impl ArgumentAttribute {
    /// Reads an attribute whose path is `arg`.
    pub(crate) fn read(kind: Kind, attribute: &Attribute, diagnostics: &mut Diagnostics) -> Self {
        let tokens = match &attribute.meta {
            Meta::Path(_) => return Self::default(),
            Meta::List(list) => list.tokens.clone(),
            Meta::NameValue(pair) => {
                diagnostics.over(
                    pair,
                    "invalid attribute `#[arg = …]`: expected keys in parentheses, as in `#[arg(rename = \"…\")]`",
                );
                return Self::default();
            }
        };
        let keys = Self::keys(kind);
        let foreign = match kind {
            Kind::Tool => [&COMPLETION_KEYS[..], &BOUNDS].concat(),
            Kind::Resource | Kind::Prompt => [&SCHEMA_KEYS[..], &BOUNDS].concat(),
        };
        let mut argument = Self::default();
        let mut bounds = Vec::new();
        for setting in settings::read("`#[arg]`", tokens, &keys, &foreign, diagnostics) {
            if keys.contains(&setting.key) {
                argument.set(&setting, diagnostics);
            } else if kind == Kind::Tool && BOUNDS.contains(&setting.key) {
                bounds.push(setting);
            } else {
                diagnostics.at(setting.span, unsupported(kind, setting.key.name));
            }
        }
        reject_bounds(&bounds, diagnostics);
        argument.check_default(diagnostics);
        argument
    }

    /// Returns the keys for arguments of an item of that kind.
    pub(super) fn keys(kind: Kind) -> Vec<&'static Key> {
        match kind {
            Kind::Tool => [&KEYS[..], &SCHEMA_KEYS].concat(),
            Kind::Resource | Kind::Prompt => [&KEYS[..], &COMPLETION_KEYS].concat(),
        }
    }

    /// Rejects a literal default outside of the argument's range.
    ///
    /// Other defaults are checked against the schema when the module is built.
    fn check_default(&self, diagnostics: &mut Diagnostics) {
        let Some(DefaultValue::Value(value)) = &self.default else { return };
        let Some(number) = as_number(value) else { return };
        for Keyword { name, value: bound } in &self.keywords {
            let Some(limit) = as_number(bound) else { continue };
            let expected = match *name {
                "minimum" if number < limit => "at least",
                "maximum" if number > limit => "at most",
                "exclusiveMinimum" if number <= limit => "more than",
                "exclusiveMaximum" if number >= limit => "less than",
                _ => continue,
            };
            diagnostics.over(
                value,
                format_args!(
                    "invalid default `{}`: expected {expected} {}, as required by `range`",
                    written(value),
                    written(bound)
                ),
            );
        }
    }

    fn set(&mut self, setting: &Setting, diagnostics: &mut Diagnostics) {
        match setting.key.name {
            "default" => {
                self.default = match &setting.form {
                    Form::Flag => Some(DefaultValue::OfType),
                    _ => setting.expression(diagnostics).map(|value| DefaultValue::Value(Box::new(value))),
                }
            }
            "rename" => self.rename = setting.text(diagnostics),
            "title" => self.title = setting.text_expression(diagnostics),
            "description" => self.description = setting.text_expression(diagnostics),
            "complete" => self.complete = complete(setting, diagnostics),
            "header" => self.header = header(setting, diagnostics),
            "range" => self.range(setting, diagnostics),
            "length" => self.length(setting, diagnostics),
            "pattern" => self.keyword("pattern", setting.text_expression(diagnostics)),
            "format" => self.keyword("format", setting.text_expression(diagnostics)),
            "example" => self.examples.extend(setting.expression(diagnostics)),
            _ => {
                let factor = setting.number(diagnostics);
                if let Some(value) =
                    factor.as_ref().filter(|value| as_number(value).is_some_and(|factor| factor <= 0.0))
                {
                    diagnostics.over(value, "invalid value for `multiple_of`: expected a number greater than 0");
                }
                self.keyword("multipleOf", factor);
            }
        }
    }

    fn keyword(&mut self, name: &'static str, value: Option<Expr>) {
        self.keywords.extend(value.map(|value| Keyword { name, value }));
    }

    fn range(&mut self, setting: &Setting, diagnostics: &mut Diagnostics) {
        let bounds = bounds(setting, &RANGE_KEYS, diagnostics);
        let find = |name: &str| bounds.iter().find(|bound| bound.key.name == name);
        for (plain, exclusive) in [("min", "exclusive_min"), ("max", "exclusive_max")] {
            if let (Some(_), Some(second)) = (find(plain), find(exclusive)) {
                diagnostics
                    .at(second.span, format_args!("conflicting keys `{plain}` and `{exclusive}`: remove one of them"));
            }
        }
        let values: Vec<_> =
            bounds.iter().filter_map(|bound| Some((bound.key.name, bound.number(diagnostics)?))).collect();
        check_order(&values, diagnostics);
        for (name, value) in values {
            let keyword = match name {
                "min" => "minimum",
                "max" => "maximum",
                "exclusive_min" => "exclusiveMinimum",
                _ => "exclusiveMaximum",
            };
            self.keyword(keyword, Some(value));
        }
    }

    fn length(&mut self, setting: &Setting, diagnostics: &mut Diagnostics) {
        let bounds = bounds(setting, &LENGTH_KEYS, diagnostics);
        let values: Vec<_> =
            bounds.iter().filter_map(|bound| Some((bound.key.name, bound.count(diagnostics)?))).collect();
        check_order(&values, diagnostics);
        for (name, value) in values {
            self.keyword(if name == "min" { "minLength" } else { "maxLength" }, Some(value));
        }
    }
}

/// Reports all bounds outside of `range` and `length` as one error.
fn reject_bounds(bounds: &[Setting], diagnostics: &mut Diagnostics) {
    if bounds.is_empty() {
        return;
    }
    let entries: Vec<String> = bounds
        .iter()
        .map(|bound| {
            let end = if bound.key.name.starts_with("min") { "min" } else { "max" };
            let value = if let Form::Value(value) = &bound.form { written(value) } else { "…".to_owned() };
            format!("{end} = {value}")
        })
        .collect();
    let entries = entries.join(", ");
    let names: Vec<String> = bounds.iter().map(|bound| format!("`{}`", bound.key.name)).collect();
    let keys = if names.len() == 1 { "key" } else { "keys" };
    let keys = format!("{keys} {}", names.join(", "));
    let words = bounds.iter().map(|bound| proc_macro2::Ident::new(bound.key.name, bound.span));
    diagnostics.over(
        quote::quote!(#(#words)*),
        format_args!(
            "unknown {keys} in `#[arg]`: write `range({entries})` for a number, or `length({entries})` for a string or a list"
        ),
    );
}

/// Reads the settings of `range(..)` or `length(..)`, of which there must be at least one.
fn bounds(setting: &Setting, keys: &[&'static Key], diagnostics: &mut Diagnostics) -> Vec<Setting> {
    match &setting.form {
        Form::List(list) if let Ok(Expr::Range(range)) = syn::parse2::<Expr>(list.clone()) => {
            range_expression(setting.key.name, &range, diagnostics);
            Vec::new()
        }
        Form::List(list) if !list.is_empty() => {
            settings::read(format_args!("`{}`", setting.key.name), list.clone(), keys, &[], diagnostics)
        }
        _ => {
            setting.list(diagnostics);
            Vec::new()
        }
    }
}

/// Reports a range of Rust, as in `range(1..=3)`.
fn range_expression(key: &str, range: &ExprRange, diagnostics: &mut Diagnostics) {
    let max = if key == "range" && matches!(range.limits, RangeLimits::HalfOpen(_)) { "exclusive_max" } else { "max" };
    let ends = [("min", &range.start), (max, &range.end)];
    let bounds: Vec<String> =
        ends.iter().filter_map(|(name, end)| Some(format!("{name} = {}", written(end.as_deref()?)))).collect();
    let bounds = if bounds.is_empty() { "min = 1, max = 10".to_owned() } else { bounds.join(", ") };
    diagnostics.over(range, format_args!("invalid value for `{key}`: write `{key}({bounds})`"));
}

/// Rejects bounds that no value satisfies.
fn check_order(bounds: &[(&'static str, Expr)], diagnostics: &mut Diagnostics) {
    let find = |end: &str| bounds.iter().find(|(name, _)| name.ends_with(end)).map(|(name, value)| (*name, value));
    let (Some((lower, least)), Some((upper, greatest))) = (find("min"), find("max")) else {
        return;
    };
    let (Some(low), Some(high)) = (as_number(least), as_number(greatest)) else {
        return;
    };
    let is_exclusive = lower.starts_with("exclusive") || upper.starts_with("exclusive");
    if low > high || is_exclusive && low >= high {
        let (low, high) = (written(least), written(greatest));
        let expected = if is_exclusive { "more than" } else { "at least" };
        diagnostics.over(
            greatest,
            format_args!(
                "invalid bound `{upper} = {high}`: expected {expected} {low}, as required by `{lower} = {low}`"
            ),
        );
    }
}

/// Reads the path of a function, or a closure.
fn complete(setting: &Setting, diagnostics: &mut Diagnostics) -> Option<Expr> {
    let value = setting.expression(diagnostics)?;
    match &value {
        Expr::Lit(_) => {
            diagnostics.over(
                &value,
                "invalid value for `complete`: expected the path of a function, as in `complete = complete_city`",
            );
            None
        }
        Expr::Call(call) => {
            let function = written(&call.func);
            diagnostics.over(
                &value,
                format_args!(
                    "invalid value for `complete`: expected a function instead of a call, as in `complete = {function}`"
                ),
            );
            None
        }
        _ => Some(value),
    }
}

/// Reads the name of a header without its prefix `Mcp-Param-`: a token (RFC 9110 section 5.6.2).
fn header(setting: &Setting, diagnostics: &mut Diagnostics) -> Option<LitStr> {
    let text = setting.text(diagnostics)?;
    let value = text.value();
    let is_token = value.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte));
    if !is_token {
        diagnostics.over(&text, "invalid header name: expected letters, digits and `-`, as in `\"Region\"`");
    } else if value.to_ascii_lowercase().starts_with("mcp-param-") {
        diagnostics.over(
            &text,
            format_args!("invalid header name: expected no prefix `Mcp-Param-`, as in `header = {:?}`", &value[10..]),
        );
    }
    Some(text)
}

/// Returns the message for a key that arguments of this kind do not support.
fn unsupported(kind: Kind, key: &str) -> String {
    let (owner, reason) = match kind {
        Kind::Tool => (
            "an argument of a tool",
            "only prompts and resource templates have completions, so use an enum or `example = …`",
        ),
        Kind::Prompt => ("an argument of a prompt", WITHOUT_SCHEMA),
        Kind::Resource => ("a template variable", WITHOUT_SCHEMA),
    };
    format!("invalid key `{key}` for {owner}: {reason}")
}
