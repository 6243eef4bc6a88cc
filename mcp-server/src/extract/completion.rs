//! What a function that completes an argument may take: the text that was typed, what was chosen before, and every extractor.

use std::ops::Deref;

use super::{FromContext, Requirements};
use crate::{
    context::{Arguments, Completing, Context},
    error::CallError,
};

/// A type that a function which completes an argument may take as a parameter: [`Typed`], [`Chosen`], and whatever a handler may
/// ask for. [`Args<T>`](crate::Args) reads the arguments that have been chosen; make its fields `Option`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a parameter of a completion function",
    label = "expected `Typed`, `Chosen` or an extractor",
    note = "extractors are `Context`, `Principal`, `Inject<T>`, `Args<T>`, and types that implement `FromContext`"
)]
pub trait FromCompletion: Sized + Send {
    /// The value for this completion.
    #[doc(hidden)]
    fn from_completion(context: &Context) -> impl Future<Output = Result<Self, CallError>> + Send;

    /// What the module must provide for it.
    #[doc(hidden)]
    fn requirements(_: &mut Requirements) {}
}

#[diagnostic::do_not_recommend]
impl<T: FromContext> FromCompletion for T {
    async fn from_completion(context: &Context) -> Result<Self, CallError> {
        T::from_context(context).await.map_err(Into::into)
    }

    fn requirements(requirements: &mut Requirements) {
        <T as FromContext>::requirements(requirements);
    }
}

/// What has been typed of the argument that is completed. It reads like a `str`.
///
/// ```
/// use mcp_server::{Typed, prompt};
///
/// /// Plans a journey.
/// #[prompt]
/// fn journey(#[arg(complete = cities)] city: String) -> String {
///     format!("Plan three days in {city}.")
/// }
///
/// fn cities(typed: Typed) -> Vec<String> {
///     typed.matching(["Rome", "Rotterdam", "Paris"])
/// }
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Typed(pub String);

impl Typed {
    /// Those of `values` that begin with what was typed, in their order. Upper and lower case are the same.
    pub fn matching<S: Into<String>>(&self, values: impl IntoIterator<Item = S>) -> Vec<String> {
        let typed = self.0.to_lowercase();
        values.into_iter().map(Into::into).filter(|value: &String| value.to_lowercase().starts_with(&typed)).collect()
    }
}

impl Deref for Typed {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl FromCompletion for Typed {
    async fn from_completion(context: &Context) -> Result<Self, CallError> {
        completing(context).map(|completing| Self(completing.typed.clone()))
    }
}

/// The arguments that have been chosen before, where the client tells them (2025-06-18 and later): the country when a city is typed.
///
/// ```
/// use mcp_server::{Chosen, Typed};
///
/// fn cities(typed: Typed, chosen: Chosen) -> Vec<String> {
///     match chosen.get("country") {
///         Some("Italy") => typed.matching(["Rome", "Milan"]),
///         _ => typed.matching(["Rome", "Milan", "Paris"]),
///     }
/// }
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Chosen(Vec<(String, String)>);

impl Chosen {
    /// The value of the argument of that name.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.iter().find(|(known, _)| *known == name).map(|(_, value)| value)
    }

    /// Names and values.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

impl FromCompletion for Chosen {
    async fn from_completion(context: &Context) -> Result<Self, CallError> {
        completing(context).map(|completing| Self(completing.chosen.clone()))
    }
}

fn completing(context: &Context) -> Result<&Completing, CallError> {
    match &context.0.arguments {
        Arguments::Completing(completing) => Ok(completing),
        _ => Err(CallError::internal("nothing is completed by this call")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_typed_is_looked_for_at_the_beginning_in_any_case() {
        let matching = |typed: &str| Typed(typed.to_owned()).matching(["Rome", "rotterdam", "Paris", "Äpfel"]);
        assert_eq!(matching("ro"), ["Rome", "rotterdam"]);
        assert_eq!(matching("ÄP"), ["Äpfel"]);
        assert_eq!(matching("ome"), Vec::<String>::new());
        assert_eq!(matching("").len(), 4);
    }
}
