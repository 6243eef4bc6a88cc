//! `Json<T>`: a value for programs, in return position.

use std::ops::Deref;

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
