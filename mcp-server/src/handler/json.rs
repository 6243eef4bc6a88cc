//! `Json<T>`: a value for programs, in return position.

use std::ops::Deref;

use schemars::JsonSchema;
use serde::Serialize;

/// A value that is returned as JSON.
///
/// From a tool it becomes `structuredContent`, the same JSON as text for clients that know no structured output, and the tool's
/// `outputSchema`; from a resource, contents of type `application/json`.
///
/// ```
/// use mcp_server::{Json, tool};
/// use schemars::JsonSchema;
/// use serde::Serialize;
///
/// #[derive(Serialize, JsonSchema)]
/// struct Weather {
///     /// In degrees Celsius.
///     temperature: f32,
/// }
///
/// /// Tells the weather of a city.
/// #[tool]
/// async fn weather(#[arg] city: String) -> Json<Weather> {
///     Json(Weather { temperature: city.len() as f32 })
/// }
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Json<T>(pub T);

impl<T> Deref for Json<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

/// A type whose values a tool may return as [`Json`]: anything that serde can write and schemars can describe.
///
/// Implemented for all of them; there is nothing to implement by hand.
#[diagnostic::on_unimplemented(
    message = "`Json<{Self}>` cannot be returned from a tool",
    label = "expected `serde::Serialize` and `schemars::JsonSchema`",
    note = "add `#[derive(serde::Serialize, schemars::JsonSchema)]` to `{Self}`, or to the type that it contains"
)]
pub trait Structured: Serialize + JsonSchema {}

#[diagnostic::do_not_recommend]
impl<T: Serialize + JsonSchema> Structured for T {}

/// A type whose values a resource may hold as [`Json`]: anything that serde can write.
///
/// Implemented for all of them; there is nothing to implement by hand.
#[diagnostic::on_unimplemented(
    message = "`Json<{Self}>` cannot be returned from a resource",
    label = "expected `serde::Serialize`",
    note = "add `#[derive(serde::Serialize)]` to `{Self}`, or to the type that it contains"
)]
pub trait Written: Serialize {}

#[diagnostic::do_not_recommend]
impl<T: Serialize> Written for T {}
