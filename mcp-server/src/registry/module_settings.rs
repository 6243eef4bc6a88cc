//! `ModuleSettings`: settings of a module that apply to all of its items.

use std::sync::Arc;

use crate::{
    auth::ScopeHierarchy,
    pipeline::{SharedGuard, SharedInterceptor, UnknownArguments},
    protocol::types::subscription::Lists,
};

/// Settings that apply to all items of a module.
pub(crate) struct ModuleSettings {
    pub(crate) guards: Vec<SharedGuard>,
    pub(crate) interceptors: Vec<SharedInterceptor>,
    pub(crate) hierarchy: Arc<ScopeHierarchy>,
    /// Lists that are offered even while they are empty.
    pub(crate) offers: Lists,
    /// Callers that the module admits. `None` without authorization.
    pub(crate) callers: Option<Callers>,
    /// Treatment of arguments that an item does not declare.
    pub(crate) unknown_arguments: UnknownArguments,
    /// Values that are sent as the text of JSON are read.
    pub(crate) reads_json_texts: bool,
    /// Maximum number of items on a page of a list.
    pub(crate) page_size: usize,
}

/// Callers that a module with authorization admits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Callers {
    /// Only callers with a valid token.
    Known,
    /// Callers with a valid token, and anonymous callers for public items.
    KnownAndAnonymous,
}
