//! `Argument`: types of arguments, and the slots that hold their values while a call is read.
//!
//! A slot hides the type of its argument. The code that reads arguments is therefore compiled once,
//! and the code of a slot once for each type. Compiling both for each handler would dominate the
//! build time of a crate with many handlers.

use schemars::JsonSchema;
use serde::{
    Deserializer,
    de::{DeserializeOwned, Error as _, Visitor, value::Error as TextError},
    forward_to_deserialize_any,
};

use super::text::read_text;
use crate::{
    error::CallError,
    schema::{self, Violation},
};

/// Types that an argument can have. Implemented for every type that is `Deserialize` and
/// `JsonSchema`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be used as an argument",
    label = "expected `serde::Deserialize` and `schemars::JsonSchema`",
    note = "add `#[derive(serde::Deserialize, schemars::JsonSchema)]` to the type, or to the type that it contains",
    note = "remove `#[arg]` from extractors such as `Context`, `Inject<T>` and `Args<T>`"
)]
pub trait Argument: DeserializeOwned + JsonSchema + Send {}

#[diagnostic::do_not_recommend]
impl<T: DeserializeOwned + JsonSchema + Send> Argument for T {}

/// An argument of a call: its name on the wire, and the slot for its value.
#[expect(missing_debug_implementations, reason = "slots hold values of any type")]
pub struct ArgumentSlot<'a> {
    pub(super) name: &'static str,
    pub(super) has_default: bool,
    pub(super) value: &'a mut dyn Slot,
}

impl<'a> ArgumentSlot<'a> {
    /// Creates an argument that is required unless its type has a value for a missing one.
    pub fn required(name: &'static str, value: &'a mut dyn Slot) -> Self {
        Self { name, has_default: false, value }
    }

    /// Creates an argument whose slot stays empty if the client does not send it.
    pub fn with_default(name: &'static str, value: &'a mut dyn Slot) -> Self {
        Self { name, has_default: true, value }
    }
}

impl ArgumentSlot<'_> {
    /// Reads the value from text. An empty text that does not fit an optional argument leaves it
    /// out, because forms send one for each field that the user did not fill in.
    pub(super) fn read_text(&mut self, text: &str) -> Result<(), TextError> {
        self.value.read_text(text).or_else(|error| {
            let is_left_out = text.trim().is_empty() && (self.has_default || self.value.leave_out());
            if is_left_out { Ok(()) } else { Err(error) }
        })
    }
}

/// A type-erased `Option` of a value that is to be read.
pub trait Slot {
    /// Reads the value from JSON.
    ///
    /// # Errors
    /// Fails if the JSON does not fit the type.
    fn read_json(&mut self, json: &str) -> Result<(), serde_json::Error>;

    /// Reads the value from text.
    ///
    /// # Errors
    /// Fails if the text does not fit the type.
    fn read_text(&mut self, text: &str) -> Result<(), TextError>;

    /// Returns why the JSON is not a value of the argument `name`. Slow: for rejected calls only.
    fn explain(&self, name: &str, json: &str) -> Option<Violation>;

    /// Returns `true` if the value has been read.
    fn is_filled(&self) -> bool;

    /// Fills in the value of a missing argument. Returns `false` if the type has none.
    fn leave_out(&mut self) -> bool;
}

impl<T: Argument> Slot for Option<T> {
    fn read_json(&mut self, json: &str) -> Result<(), serde_json::Error> {
        let null = if json == "null" { null() } else { None };
        *self = Some(null.map_or_else(|| serde_json::from_str(json), Ok)?);
        Ok(())
    }

    fn read_text(&mut self, text: &str) -> Result<(), TextError> {
        *self = Some(read_text(text)?);
        Ok(())
    }

    fn explain(&self, name: &str, json: &str) -> Option<Violation> {
        serde_json::from_str::<T>(json).is_err().then(|| schema::typed_violation::<T>(name, json))
    }

    fn is_filled(&self) -> bool {
        self.is_some()
    }

    fn leave_out(&mut self) -> bool {
        *self = absent();
        self.is_some()
    }
}

/// Returns the value of a slot. Called by the macros.
///
/// # Errors
/// Fails if the slot is empty.
pub fn filled<T>(slot: Option<T>) -> Result<T, CallError> {
    slot.ok_or_else(|| CallError::internal("an argument was not read"))
}

/// Returns the value of a slot, or the default if it is empty. Called by the macros.
pub fn filled_or<T>(slot: Option<T>, default: fn() -> T) -> T {
    slot.unwrap_or_else(default)
}

/// Returns the value that a type has for a missing argument: `None` for an `Option`. Most types
/// have no such value.
pub(super) fn absent<T: DeserializeOwned>() -> Option<T> {
    T::deserialize(Absent).ok()
}

/// Returns the value that a nested `Option` has for `null`: `Some(None)`. Other types have no such
/// value.
fn null<T: DeserializeOwned>() -> Option<T> {
    T::deserialize(Null).ok()
}

/// Deserializer for a missing argument.
struct Absent;

/// Deserializer for `null` in a nested `Option`.
struct Null;

macro_rules! only_options {
    ($deserializer:ident: $visit:ident($($inner:ident)?)) => {
        impl<'de> Deserializer<'de> for $deserializer {
            type Error = TextError;

            fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, TextError> {
                Err(TextError::custom("nothing"))
            }

            fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, TextError> {
                visitor.$visit($($inner)?)
            }

            forward_to_deserialize_any! {
                bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct
                newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
            }
        }
    };
}

only_options! { Absent: visit_none() }
only_options! { Null: visit_some(Absent) }
