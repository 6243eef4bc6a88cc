//! JSON Schemas: their published form, and validators whose messages a language model can act on.
//!
//! Deserializing into the types of a handler enforces most of a derived schema. The rest
//! (`minimum`, `pattern`, `enum`, `format` and so on) is compiled once. A schema without such
//! keywords compiles to nothing and adds no cost to calls.
//!
//! [`Validator`](validator::Validator) supports the keywords that derives produce. Other keywords
//! require the crate `jsonschema`, which the feature `json-schema` adds.

mod defects;
mod describe;
mod error;
mod flat;
mod form;
mod json_texts;
#[cfg(feature = "json-schema")]
mod full;
mod keywords;
mod mirrored;
mod names;
mod publish;
mod ranges;
mod rewriter;
mod survey;
mod typed;
mod validator;
mod violation;
mod whole_numbers;

#[cfg(test)]
pub(crate) use self::form::field;
pub(crate) use self::{
    defects::{has_duplicates, may_exceed_float},
    describe::one_of,
    error::SchemaError,
    flat::root_combinator,
    form::{choices, form},
    json_texts::JsonTexts,
    keywords::{Explainer, Keywords, explain_without_schema},
    mirrored::{Mirrored, in_place, mirrored},
    names::{close, has_open_objects, property_names},
    publish::{forget_rust_formats, publishable, published, published_as_written, published_output},
    ranges::has_floats,
    typed::{json_text_message, text_violation, typed_violation},
    violation::{Violation, joined, listed, quoted, shown_name},
    whole_numbers::{WholeNumbers, rewrite_all, whole},
};
