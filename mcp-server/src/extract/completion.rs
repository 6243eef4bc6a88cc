//! Parameters of functions that complete an argument: `Typed`, `Chosen`, and every extractor.

use std::ops::Deref;

use super::from_context::{FromContext, Requirements};
use crate::{
    context::{Arguments, Completing, Context},
    error::CallError,
};

/// Types that a function which completes an argument can take as parameters: [`Typed`], [`Chosen`]
/// and every extractor.
///
/// [`Args<T>`](crate::Args) reads the arguments that have been chosen so far. Make its fields
/// `Option`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a parameter of a completion function",
    label = "expected `Typed`, `Chosen` or an extractor",
    note = "extractors are `Context`, `Principal`, `Inject<T>`, `Args<T>`, and types that implement `FromContext`"
)]
pub trait FromCompletion: Sized + Send {
    /// Extracts the value from a completion.
    #[doc(hidden)]
    fn from_completion(context: &Context) -> impl Future<Output = Result<Self, CallError>> + Send;

    /// Adds the requirements of the type.
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

/// The text that the user has typed so far for the argument to complete. Dereferences to `str`.
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
    /// Returns the values that start with the typed text, in their order. The comparison ignores
    /// case.
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

/// Values that the user has already chosen for other arguments, such as the country while the city
/// is typed. Clients send them since 2025-06-18; before, there are none.
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
    /// Returns the value of an argument, or `None` if the client did not send it.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.iter().find(|(known, _)| *known == name).map(|(_, value)| value)
    }

    /// Returns all names and values.
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
    match context.raw_arguments() {
        Arguments::Completing(completing) => Ok(completing),
        _ => Err(CallError::internal("not a completion")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn matching_compares_prefixes_and_ignores_case() {
        let matching = |typed: &str| Typed(typed.to_owned()).matching(["Rome", "rotterdam", "Paris", "Äpfel"]);
        assert_eq!(matching("ro"), ["Rome", "rotterdam"]);
        assert_eq!(matching("ÄP"), ["Äpfel"]);
        assert_eq!(matching("ome"), Vec::<String>::new());
        assert_eq!(matching("").len(), 4);
    }
}
