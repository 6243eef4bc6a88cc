//! Target of a request: the call of an item, or the reason for which it cannot be found.

use std::sync::Arc;

use crate::{
    context::{Arguments, Target},
    protocol::{ErrorObject, types::error_object::excerpt},
    registry::Registered,
};

/// Kind of the item that a reference with a URI names, for messages.
pub(crate) const TEMPLATE: &str = "resource or template";

/// A call whose item was found. The call has not started yet.
pub(crate) struct ResolvedCall {
    pub(crate) registered: Arc<Registered>,
    pub(crate) target: Target,
    pub(crate) arguments: Arguments,
}

/// Reason that a request has no target. The error code of an unknown resource depends on the
/// revision, so the engine chooses it.
#[derive(Debug)]
pub(crate) enum UnknownTarget {
    /// The parameters are invalid.
    Params(ErrorObject),
    /// Unknown tool, prompt or template.
    Item { name: String, error: ErrorObject },
    /// Unknown resource.
    Resource(String),
    /// The method does not concern items, or the server does not offer it.
    Method,
}

/// Returns the reason for an unknown name.
pub(super) fn unknown_item(kind: &str, name: &str) -> UnknownTarget {
    UnknownTarget::Item { name: name.to_owned(), error: unknown_name(kind, name) }
}

/// Returns the error for an unknown name. Items that are hidden from the caller get it too.
pub(crate) fn unknown_name(kind: &str, name: &str) -> ErrorObject {
    ErrorObject::invalid_params(format!("Unknown {kind}: {}", excerpt(name)))
}
