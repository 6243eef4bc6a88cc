//! JSON Schemas: their published form, and validators whose messages a language model can act on.
//!
//! Deserializing into the types of a handler enforces most of a derived schema. The rest
//! (`minimum`, `pattern`, `enum`, `format` and so on) is compiled once. A schema without such
//! keywords compiles to nothing and adds no cost to calls.
//!
//! [`Validator`](validator::Validator) supports the keywords that derives produce. Other keywords
//! require the crate `jsonschema`, which the feature `json-schema` adds.

mod describe;
mod error;
mod flat;
mod form;
#[cfg(feature = "json-schema")]
mod full;
mod keywords;
mod mirrored;
mod publish;
mod survey;
mod typed;
mod validator;
mod violation;
mod whole_numbers;

#[cfg(test)]
pub(crate) use self::form::field;
pub(crate) use self::{
    describe::one_of,
    error::SchemaError,
    flat::root_combinator,
    form::{choices, form},
    keywords::{Explainer, Keywords},
    mirrored::{Mirrored, Properties, in_place, mirrored},
    publish::{forget_rust_formats, publishable, published, published_as_written, published_output},
    typed::typed_violation,
    violation::Violation,
    whole_numbers::{WholeNumbers, rewrite_all, whole},
};
