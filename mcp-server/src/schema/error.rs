//! `SchemaError`: a schema that cannot be published or enforced.

use std::{error::Error, fmt};

/// A schema that cannot be published or enforced. The message names the place in the schema, and
/// the remedy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SchemaError(Kind);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Kind {
    Remote {
        reference: String,
    },
    Dangling {
        reference: String,
    },
    TooDeep {
        limit: usize,
    },
    Invalid {
        at: String,
        reason: String,
    },
    #[cfg(not(feature = "json-schema"))]
    Unsupported {
        at: String,
        what: String,
    },
    NotAnObject {
        found: String,
    },
    NoForm {
        name: &'static str,
        remedy: &'static str,
    },
    NoFormField {
        name: &'static str,
        property: String,
        remedy: &'static str,
    },
}

impl SchemaError {
    pub(super) fn remote(reference: &str) -> Self {
        Self(Kind::Remote { reference: reference.to_owned() })
    }

    pub(super) fn dangling(reference: &str) -> Self {
        Self(Kind::Dangling { reference: reference.to_owned() })
    }

    pub(super) fn too_deep(limit: usize) -> Self {
        Self(Kind::TooDeep { limit })
    }

    pub(super) fn invalid(at: String, reason: String) -> Self {
        Self(Kind::Invalid { at, reason })
    }

    #[cfg(not(feature = "json-schema"))]
    pub(super) fn unsupported(at: String, what: String) -> Self {
        Self(Kind::Unsupported { at, what })
    }

    pub(super) fn not_an_object(found: String) -> Self {
        Self(Kind::NotAnObject { found })
    }

    /// Creates an error about the type of a form.
    pub(super) fn no_form(name: &'static str, remedy: &'static str) -> Self {
        Self(Kind::NoForm { name, remedy })
    }

    /// Creates an error about a field of a form.
    pub(super) fn no_form_field(name: &'static str, property: &str, remedy: &'static str) -> Self {
        Self(Kind::NoFormField { name, property: property.to_owned(), remedy })
    }
}

impl fmt::Display for SchemaError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::Remote { reference } => {
                write!(
                    f,
                    "invalid reference `{reference}`: schemas are never fetched, so put the definition into `$defs`"
                )
            }
            Kind::Dangling { reference } => {
                write!(
                    f,
                    "invalid reference `{reference}`: the schema does not contain this definition, so add it to `$defs`"
                )
            }
            Kind::TooDeep { limit } => write!(
                f,
                "invalid schema: expected at most {limit} nested levels, and no schema that refers only to itself"
            ),
            Kind::Invalid { at, reason } if at.is_empty() => write!(f, "invalid schema: {reason}"),
            Kind::Invalid { at, reason } => write!(f, "invalid schema at `{at}`: {reason}"),
            #[cfg(not(feature = "json-schema"))]
            Kind::Unsupported { at, what } => {
                write!(
                    f,
                    "{what} in the schema at `{at}` requires the feature `json-schema`: enable it for the crate `mcp-server`, or leave \
                     this part out"
                )
            }
            Kind::NotAnObject { found } => {
                write!(f, "invalid input schema: expected type `object` at the root, got {found}; wrap it in a struct")
            }
            Kind::NoForm { name, remedy } => write!(f, "invalid form `{name}`: {remedy}"),
            Kind::NoFormField { name, property, remedy } => {
                write!(f, "invalid field `{property}` of the form `{name}`: {remedy}")
            }
        }
    }
}

impl Error for SchemaError {}
