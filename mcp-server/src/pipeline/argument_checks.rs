//! `ArgumentChecks`: checks of arguments that deserializing them into the types of a handler lacks.

use super::unknown_arguments::ArgumentNames;
use crate::{
    context::{Arguments, Context},
    error::CallError,
    extract,
    schema::Keywords,
};

/// Checks of the arguments of one item. Most items need none.
#[derive(Debug, Default)]
pub(crate) struct ArgumentChecks {
    /// Names of the arguments, if others are not ignored.
    pub(crate) names: Option<ArgumentNames>,
    /// `true` if types would drop one of two members with one name.
    pub(crate) drops_duplicates: bool,
    /// `true` if a type has numbers of single precision, which become infinite instead of invalid.
    pub(crate) has_floats: bool,
    /// Keywords of the input schema that the types do not check.
    pub(crate) keywords: Option<Keywords>,
}

impl ArgumentChecks {
    pub(super) fn check(&self, context: &Context) -> Result<(), CallError> {
        if let Some(names) = &self.names {
            names.check(context)?;
        }
        if self.drops_duplicates {
            extract::check_duplicates(context)?;
        }
        if self.has_floats {
            extract::check_floats(context)?;
        }
        match (&self.keywords, context.raw_arguments()) {
            (Some(keywords), Arguments::Json(json)) => {
                keywords.check(json).map_err(|violations| extract::refuse(context, violations.into_iter().next()))
            }
            _ => Ok(()),
        }
    }
}
