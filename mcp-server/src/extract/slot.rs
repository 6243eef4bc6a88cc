//! Where the value of one argument is put, while the others are read.
//!
//! Behind a slot the type of the argument is hidden. What reads arguments is so compiled once for each type, whatever the number of
//! handlers, and for no handler: in a crate of many handlers that is most of what a build would do.

use schemars::JsonSchema;
use serde::de::{DeserializeOwned, value::Error as TextError};

use super::{arguments::absent, text::read_text};
use crate::{error::CallError, schema};

/// A type that an argument may have: anything that serde can read and schemars can describe.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be used as an argument",
    label = "expected `serde::Deserialize` and `schemars::JsonSchema`",
    note = "add `#[derive(serde::Deserialize, schemars::JsonSchema)]` to the type, or to the type that it contains",
    note = "remove `#[arg]` from extractors such as `Context`, `Inject<T>` and `Args<T>`"
)]
pub trait Argument: DeserializeOwned + JsonSchema + Send {}

#[diagnostic::do_not_recommend]
impl<T: DeserializeOwned + JsonSchema + Send> Argument for T {}

/// An argument of one call: its name on the wire, and where its value goes.
#[expect(missing_debug_implementations, reason = "what is in the slot need not be shown")]
pub struct ArgumentSlot<'a> {
    pub(super) name: &'static str,
    pub(super) has_default: bool,
    pub(super) value: &'a mut dyn Slot,
}

impl<'a> ArgumentSlot<'a> {
    /// An argument that must be sent, unless its type says otherwise.
    pub fn required(name: &'static str, value: &'a mut dyn Slot) -> Self {
        Self { name, has_default: false, value }
    }

    /// An argument whose slot stays empty when it is not sent.
    pub fn with_default(name: &'static str, value: &'a mut dyn Slot) -> Self {
        Self { name, has_default: true, value }
    }
}

/// A value of a type that whoever fills it does not know: an `Option` of it.
pub trait Slot {
    /// Reads the value from its JSON.
    ///
    /// # Errors
    /// When it does not fit the type.
    fn read_json(&mut self, json: &str) -> Result<(), serde_json::Error>;

    /// Reads the value from its text.
    ///
    /// # Errors
    /// When it does not fit the type.
    fn read_text(&mut self, text: &str) -> Result<(), TextError>;

    /// What keeps that JSON from being the value of the argument `name`, looked for on the slow way.
    fn explain(&self, name: &str, json: &str) -> Option<String>;

    /// Whether the value has been read.
    fn is_filled(&self) -> bool;

    /// Puts in what the type makes of nothing (`None` for an `Option`); whether there is such a value.
    fn leave_out(&mut self) -> bool;
}

impl<T: Argument> Slot for Option<T> {
    fn read_json(&mut self, json: &str) -> Result<(), serde_json::Error> {
        *self = Some(serde_json::from_str(json)?);
        Ok(())
    }

    fn read_text(&mut self, text: &str) -> Result<(), TextError> {
        *self = Some(read_text(text)?);
        Ok(())
    }

    fn explain(&self, name: &str, json: &str) -> Option<String> {
        serde_json::from_str::<T>(json).is_err().then(|| schema::typed_violation::<T>(name, json).to_string())
    }

    fn is_filled(&self) -> bool {
        self.is_some()
    }

    fn leave_out(&mut self) -> bool {
        *self = absent();
        self.is_some()
    }
}

/// The value of a slot that [`read_arguments`](super::read_arguments) has filled. Called by the macros.
///
/// # Errors
/// When it has not.
pub fn filled<T>(slot: Option<T>) -> Result<T, CallError> {
    slot.ok_or_else(|| CallError::internal("an argument was not read"))
}

/// The value of a slot, or the default. Called by the macros.
pub fn filled_or<T>(slot: Option<T>, default: fn() -> T) -> T {
    slot.unwrap_or_else(default)
}
