//! `IntoToolResult`: return types of tools.

use std::{borrow::Cow, sync::Arc};

use schemars::{JsonSchema, generate::SchemaSettings};
use serde_json::Value;

use super::json::{Json, Structured};
use crate::{
    error::CallError,
    protocol::{
        Content, ToolResult,
        types::finite::{NOT_FINITE, is_finite},
    },
    schema::{self, Keywords},
};

/// Types that a tool can return.
///
/// Text, numbers and `bool` become one block of text, `()` an empty result, and [`Json<T>`]
/// structured content. [`Content`], `Vec<Content>` and [`ToolResult`] are sent as they are. `None`
/// is an empty result. The error of a `Result` is a [`CallError`] or any [`std::error::Error`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be returned from a tool",
    label = "expected a type that implements `IntoToolResult`",
    note = "return a string, a number, a `bool`, `()`, `Json<T>` with `T: Serialize + JsonSchema`, `Content`, `Vec<Content>`, \
            `ToolResult`, or an `Option` or `Result` of these",
    note = "the error of a `Result` is `CallError`, or a type that implements `std::error::Error`"
)]
pub trait IntoToolResult {
    /// Converts the return value of a tool into a result.
    ///
    /// # Errors
    /// Fails with the error that the tool returned, and if the value cannot be serialized.
    fn into_tool_result(self) -> Result<ToolResult, CallError>;

    /// Returns the schema of the structured content, if the type has one.
    fn output_schema() -> Option<Value> {
        None
    }
}

impl IntoToolResult for ToolResult {
    fn into_tool_result(self) -> Result<ToolResult, CallError> {
        Ok(self)
    }
}

impl IntoToolResult for Content {
    fn into_tool_result(self) -> Result<ToolResult, CallError> {
        Ok(ToolResult::content([self]))
    }
}

impl IntoToolResult for Vec<Content> {
    fn into_tool_result(self) -> Result<ToolResult, CallError> {
        Ok(ToolResult { content: self, ..ToolResult::default() })
    }
}

impl IntoToolResult for () {
    fn into_tool_result(self) -> Result<ToolResult, CallError> {
        Ok(ToolResult::default())
    }
}

impl IntoToolResult for String {
    fn into_tool_result(self) -> Result<ToolResult, CallError> {
        Ok(ToolResult::text(self))
    }
}

macro_rules! as_text {
    ($($type:ty)*) => {
        $(
            impl IntoToolResult for $type {
                fn into_tool_result(self) -> Result<ToolResult, CallError> {
                    Ok(ToolResult::text(self.to_string()))
                }
            }
        )*
    };
}

as_text! {
    &str Cow<'_, str> Box<str> Arc<str> char bool
    i8 i16 i32 i64 i128 isize u8 u16 u32 u64 u128 usize f32 f64
}

impl<T: Structured> IntoToolResult for Json<T> {
    fn into_tool_result(self) -> Result<ToolResult, CallError> {
        let structured = serde_json::value::to_raw_value(&self.0)?;
        // Only a `null` can stand for a float without a form in JSON.
        if structured.get().contains("null") && !is_finite(&self.0) {
            conforms(&serialized_schema::<T>(), structured.get())?;
        }
        let mut result = ToolResult::text(structured.get());
        result.structured_content = Some(structured);
        Ok(result)
    }

    fn output_schema() -> Option<Value> {
        Some(schema::published_output(serialized_schema::<T>()))
    }
}

/// Returns the schema of the JSON that a type is serialized to.
fn serialized_schema<T: JsonSchema>() -> Value {
    let settings = SchemaSettings::draft2020_12().for_serialize().with(|settings| settings.meta_schema = None);
    let settings = settings.with_transform(schema::forget_rust_formats());
    settings.into_generator().into_root_schema_for::<T>().to_value()
}

/// Checks a result with NaN or infinity, which JSON has as `null`, against the schema of its type.
fn conforms(schema: &Value, structured: &str) -> Result<(), CallError> {
    // A schema that does not compile allows no conclusion, and the value was lost.
    let checked =
        Keywords::compile_all(schema).map_or(Err(Vec::new()), |keywords| keywords.check(structured.as_bytes()));
    let Err(violations) = checked else { return Ok(()) };
    let places: Vec<String> = violations.iter().map(|violation| violation.place("the result")).collect();
    let places = if places.is_empty() { "an unknown place".to_owned() } else { places.join(", ") };
    Err(CallError::internal(format!("invalid output at {places}: {NOT_FINITE}")))
}

impl<T: IntoToolResult> IntoToolResult for Option<T> {
    fn into_tool_result(self) -> Result<ToolResult, CallError> {
        self.map_or_else(|| Ok(ToolResult::default()), IntoToolResult::into_tool_result)
    }
}

impl<T: IntoToolResult, E: Into<CallError>> IntoToolResult for Result<T, E> {
    fn into_tool_result(self) -> Result<ToolResult, CallError> {
        self.map_err(Into::into)?.into_tool_result()
    }

    fn output_schema() -> Option<Value> {
        T::output_schema()
    }
}
