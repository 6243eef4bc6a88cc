//! What a published JSON Schema promises is held: keywords are checked, and failures are told so that a model can mend its call.
//!
//! Deserializing into the handler's types enforces most of a schema derived from them. What it cannot know (`minimum`, `pattern`,
//! `enum` or `format` on a text) is compiled once here; a schema without such keywords compiles to nothing, and its calls pay nothing.

mod alternatives;
mod error;
mod expectation;
mod explainer;
mod form;
mod keywords;
mod mirrored;
mod publish;
mod survey;
mod typed;
mod violation;

#[cfg(test)]
pub(crate) use self::form::field;
pub(crate) use self::{
    error::SchemaError,
    explainer::Explainer,
    form::{choices, form},
    keywords::Keywords,
    mirrored::{Mirrored, in_place, mirrored},
    publish::{forget_rust_formats, publishable, strip_root},
    typed::typed_violation,
};
