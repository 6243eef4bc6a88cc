//! Types and traits for the parameters of handlers: arguments and extractors.
//!
//! A parameter marked `#[arg]` is an argument of the call. Every other parameter is an *extractor*:
//! its type obtains the value from the call, by [`FromContext`].

mod args;
pub(crate) mod argument;
pub(crate) mod arguments;
mod completion;
mod contradictions;
pub(crate) mod default;
mod extractors;
mod from_context;
mod input_schema;
mod text;

pub use args::Args;
pub use argument::Argument;
pub(crate) use arguments::{check_duplicates, check_floats, refusal, refuse};
pub use completion::{Chosen, FromCompletion, Typed};
pub use from_context::{FromContext, Requirements};
pub use input_schema::{ArgumentOptions, InputSchema};
