//! `SchemaError`: why a schema cannot be published or enforced.

use std::{error::Error, fmt};

/// Why a schema cannot be published or enforced. The message says where in the schema, and what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SchemaError(Kind);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Kind {
    Remote { reference: String },
    Dangling { reference: String },
    TooDeep { limit: usize },
    Invalid { at: String, reason: String },
    NotAnObject { found: String },
    NoForm { property: String },
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

    pub(super) fn not_an_object(found: String) -> Self {
        Self(Kind::NotAnObject { found })
    }

    pub(super) fn no_form(property: String) -> Self {
        Self(Kind::NoForm { property })
    }
}

impl fmt::Display for SchemaError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::Remote { reference } => {
                write!(
                    f,
                    "the schema refers to `{reference}`, which is never fetched: put the definition into its `$defs`"
                )
            }
            Kind::Dangling { reference } => write!(f, "the schema refers to `{reference}`, which it does not contain"),
            Kind::TooDeep { limit } => write!(f, "the schema is nested deeper than {limit} levels"),
            Kind::Invalid { at, reason } if at.is_empty() => write!(f, "the schema is not valid: {reason}"),
            Kind::Invalid { at, reason } => write!(f, "the schema is not valid at `{at}`: {reason}"),
            Kind::NotAnObject { found } => {
                write!(f, "the root of the schema has to be of type `object`, and is {found}: wrap it into a struct")
            }
            Kind::NoForm { property } if property.is_empty() => {
                write!(f, "a form is a struct with named fields: wrap what you ask for into one")
            }
            Kind::NoForm { property } => {
                write!(
                    f,
                    "a form cannot ask for `{property}`: its fields are texts, numbers, booleans, enums without data, and lists of \
                     such enums"
                )
            }
        }
    }
}

impl Error for SchemaError {}
