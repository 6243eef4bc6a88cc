//! `Json<T>`: a return value that is sent as JSON.

use std::ops::Deref;

use schemars::JsonSchema;
use serde::Serialize;

/// A return value that is sent as JSON.
///
/// A tool sends it as `structuredContent`, and as text for clients without structured output. Its
/// type becomes the `outputSchema` of the tool. A resource sends it as contents of type
/// `application/json`.
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
/// /// Returns the weather of a city.
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

/// Types that a tool can return as [`Json`]. Implemented for every type that is `Serialize` and
/// `JsonSchema`.
#[diagnostic::on_unimplemented(
    message = "`Json<{Self}>` cannot be returned from a tool",
    label = "expected `serde::Serialize` and `schemars::JsonSchema`",
    note = "add `#[derive(serde::Serialize, schemars::JsonSchema)]` to `{Self}`, or to the type that it contains"
)]
pub trait Structured: Serialize + JsonSchema {}

#[diagnostic::do_not_recommend]
impl<T: Serialize + JsonSchema> Structured for T {}

/// Types that a resource can return as [`Json`]. Implemented for every type that is `Serialize`.
#[diagnostic::on_unimplemented(
    message = "`Json<{Self}>` cannot be returned from a resource",
    label = "expected `serde::Serialize`",
    note = "add `#[derive(serde::Serialize)]` to `{Self}`, or to the type that it contains"
)]
pub trait Written: Serialize {}

#[diagnostic::do_not_recommend]
impl<T: Serialize> Written for T {}
