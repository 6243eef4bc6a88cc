//! `Args<T>`: all arguments of a call in one struct.

use std::ops::Deref;

use super::{argument::Argument, arguments, from_context::FromContext, input_schema::InputSchema};
use crate::{context::Context, error::CallError};

/// All arguments of a call in one struct, instead of one parameter for each.
///
/// ```
/// use mcp_server::{Args, tool};
/// use schemars::JsonSchema;
/// use serde::Deserialize;
///
/// #[derive(Deserialize, JsonSchema)]
/// struct Booking {
///     /// Destination.
///     city: String,
///     /// Number of nights.
///     #[schemars(range(min = 1, max = 30))]
///     nights: u32,
/// }
///
/// /// Books a room.
/// #[tool]
/// async fn book(Args(booking): Args<Booking>) -> String {
///     format!("{} nights in {}", booking.nights, booking.city)
/// }
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Args<T>(pub T);

impl<T> Deref for Args<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T: Argument> FromContext for Args<T> {
    type Rejection = CallError;

    const TAKES_ARGUMENTS: bool = true;

    async fn from_context(context: &Context) -> Result<Self, CallError> {
        arguments::read_all(context).map(Self)
    }

    fn describe_arguments(schema: &mut InputSchema) {
        schema.whole::<T>();
    }

    fn read_arguments(context: &Context) -> Result<Option<Self>, CallError> {
        arguments::read_all(context).map(|value| Some(Self(value)))
    }
}
