//! Defaults of arguments, for macro-generated code.

use serde::Serialize;
use serde_json::Value;

/// Default of an argument of type `T`. Implemented by the macros.
pub trait DefaultArgument<T> {
    /// Returns the default.
    fn value() -> T;
}

/// Types for which `default = "…"` is supported: those with a conversion from `&'static str`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no conversion from `&str`, so `default = \"…\"` cannot be used",
    label = "expected a value of type `{Self}`",
    note = "write such a value, as in `default = 10` or `default = Point::ORIGIN`, or `default` alone for \
            `Default::default()`"
)]
pub trait DefaultText {
    /// Converts the text.
    fn of_text(text: &'static str) -> Self;
}

#[diagnostic::do_not_recommend]
impl<T: From<&'static str>> DefaultText for T {
    fn of_text(text: &'static str) -> Self {
        text.into()
    }
}

/// A default that a schema contains if its type is `Serialize`.
///
/// `(&ShownDefault(value)).shown()` with both traits in scope selects [`SerializedDefault`] where
/// it applies, because it needs one reference less, and else [`SilentDefault`].
#[derive(Debug)]
pub struct ShownDefault<T>(pub T);

/// A default of a type that is `Serialize`.
pub trait SerializedDefault {
    /// Returns the default as JSON.
    fn shown(&self) -> Option<Value>;
}

impl<T: Serialize> SerializedDefault for ShownDefault<T> {
    fn shown(&self) -> Option<Value> {
        serde_json::to_value(&self.0).ok()
    }
}

/// A default of any other type.
pub trait SilentDefault {
    /// Returns `None`.
    fn shown(&self) -> Option<Value> {
        None
    }
}

impl<T> SilentDefault for &ShownDefault<T> {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn default_is_shown_if_serializable() {
        struct Opaque;
        assert_eq!(ShownDefault(vec![1, 2]).shown(), Some(serde_json::json!([1, 2])));
        assert_eq!((&ShownDefault(Opaque)).shown(), None);
    }
}
