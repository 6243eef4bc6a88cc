//! Defaults of arguments, as the macros hand them over.

use serde::Serialize;
use serde_json::Value;

/// Knows the value of one argument of type `T` that was not sent. Implemented by the macros.
pub trait DefaultArgument<T> {
    /// The value.
    fn value() -> T;
}

/// A type that `default = "…"` can be the default of: what is made from a text.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no conversion from `&str`, so `default = \"…\"` cannot be used",
    label = "expected a value of type `{Self}`",
    note = "write such a value, as in `default = 10` or `default = Point::ORIGIN`, or `default` alone for \
            `Default::default()`"
)]
pub trait DefaultText {
    /// The default.
    fn of_text(text: &'static str) -> Self;
}

#[diagnostic::do_not_recommend]
impl<T: From<&'static str>> DefaultText for T {
    fn of_text(text: &'static str) -> Self {
        text.into()
    }
}

/// A default, to be shown in a schema when its type can be written as JSON.
///
/// `(&ShownDefault(value)).shown()` with both traits in scope takes [`SerializedDefault`] where it applies, because that needs one
/// reference less; types without `Serialize` are left to [`SilentDefault`].
#[derive(Debug)]
pub struct ShownDefault<T>(pub T);

/// Of a type with `Serialize`.
pub trait SerializedDefault {
    /// The default as JSON.
    fn shown(&self) -> Option<Value>;
}

impl<T: Serialize> SerializedDefault for ShownDefault<T> {
    fn shown(&self) -> Option<Value> {
        serde_json::to_value(&self.0).ok()
    }
}

/// Of any other type.
pub trait SilentDefault {
    /// Nothing.
    fn shown(&self) -> Option<Value> {
        None
    }
}

impl<T> SilentDefault for &ShownDefault<T> {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_serializes_is_shown() {
        struct Opaque;
        assert_eq!(ShownDefault(vec![1, 2]).shown(), Some(serde_json::json!([1, 2])));
        assert_eq!((&ShownDefault(Opaque)).shown(), None);
    }
}
