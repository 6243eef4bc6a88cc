//! `ItemInfo`: the item that a call uses.

use std::{borrow::Cow, fmt, sync::Arc};

use bytes::Bytes;
use serde_json::Value;

use super::slow_polls::SlowPolls;
use crate::{
    auth::Access,
    protocol::{
        CacheHint, TaskSupport,
        types::subscription::{List, Lists},
    },
    schema::{Explainer, JsonTexts, WholeNumbers},
};

/// Kind of an item: tool, resource, resource template or prompt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum ItemKind {
    /// A tool.
    Tool,
    /// A resource with a fixed URI.
    Resource,
    /// A resource template.
    ResourceTemplate,
    /// A prompt.
    Prompt,
}

impl ItemKind {
    /// Returns the kind as text, such as `resource template`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Tool => "tool",
            Self::Resource => "resource",
            Self::ResourceTemplate => "resource template",
            Self::Prompt => "prompt",
        }
    }

    /// Returns the lists that contain items of this kind.
    pub(crate) fn list(self) -> Lists {
        Lists::of(match self {
            Self::Tool => List::Tools,
            Self::Resource | Self::ResourceTemplate => List::Resources,
            Self::Prompt => List::Prompts,
        })
    }
}

impl fmt::Display for ItemKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// A tool, resource, resource template or prompt, as guards, interceptors and handlers see it.
///
/// [`CallInfo::item`](super::CallInfo::item) and [`Context::item`](super::Context::item) return it.
pub struct ItemInfo {
    pub(crate) kind: ItemKind,
    pub(crate) name: Box<str>,
    /// Description of a prompt, for results that have none of their own.
    pub(crate) description: Option<Box<str>>,
    pub(crate) mime_type: Option<Box<str>>,
    /// Metadata of a view (`_meta.ui`).
    pub(crate) ui: Option<Value>,
    pub(crate) access: Access,
    /// Declared cache lifetime and scope of the contents.
    pub(crate) cache: CacheHint,
    /// `true` if every caller may read the item, so that shared caches may store it.
    pub(crate) may_be_public: bool,
    /// Declared support for tasks.
    pub(crate) task: TaskSupport,
    /// `true` if the handler detaches its calls itself.
    pub(crate) detaches: bool,
    /// Explains arguments that their types rejected.
    pub(crate) explainer: Option<Explainer>,
    /// Rewrites whole numbers in the arguments, such as `1.0`.
    pub(crate) whole_numbers: Option<WholeNumbers>,
    /// Reads values that are sent as the text of JSON. `None` unless the module asks for it.
    pub(crate) json_texts: Option<JsonTexts>,
    /// Warnings about polls of its handler that took long.
    pub(crate) slow_polls: SlowPolls,
}

#[cfg(any(test, feature = "testing"))]
impl ItemInfo {
    /// Returns an item with defaults, which no registry holds.
    pub(crate) fn for_tests(kind: ItemKind, name: impl Into<Box<str>>) -> Self {
        Self {
            kind,
            name: name.into(),
            description: None,
            mime_type: None,
            ui: None,
            access: Access::default(),
            cache: CacheHint::default(),
            may_be_public: true,
            task: TaskSupport::default(),
            detaches: false,
            explainer: None,
            whole_numbers: None,
            json_texts: None,
            slow_polls: SlowPolls::default(),
        }
    }
}

impl ItemInfo {
    /// Returns the kind: tool, resource, resource template or prompt.
    pub fn kind(&self) -> ItemKind {
        self.kind
    }

    /// Returns arguments with the values whose JSON was sent as text, if the module reads them.
    pub(crate) fn read_json_texts(&self, arguments: Bytes) -> Bytes {
        let text = std::str::from_utf8(&arguments).ok();
        let read = self.json_texts.as_ref().zip(text).map(|(texts, text)| texts.read(text));
        match read {
            Some(Cow::Owned(read)) => read.into(),
            _ => arguments,
        }
    }

    /// Returns the name, such as `hello-world`. The name of a resource is not its URI.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the media type that a resource declares.
    pub fn mime_type(&self) -> Option<&str> {
        self.mime_type.as_deref()
    }

    /// Returns the scopes and roles that the item declares.
    pub fn access(&self) -> &Access {
        &self.access
    }
}

impl fmt::Debug for ItemInfo {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("ItemInfo").field("kind", &self.kind).field("name", &self.name).finish_non_exhaustive()
    }
}

/// The item that a call uses, and the URI in the request.
pub(crate) struct Target {
    pub(crate) item: Arc<ItemInfo>,
    pub(crate) uri: Option<Box<str>>,
    /// `true` if the call completes an argument of the item.
    pub(crate) is_completion: bool,
}

impl Target {
    pub(crate) fn kind(&self) -> ItemKind {
        self.item.kind
    }

    pub(crate) fn name(&self) -> &str {
        &self.item.name
    }

    pub(crate) fn uri(&self) -> Option<&str> {
        self.uri.as_deref()
    }

    /// Returns the URI of a resource, or else the name.
    pub(crate) fn shown(&self) -> &str {
        self.uri().unwrap_or(self.name())
    }

    pub(crate) fn is_completion(&self) -> bool {
        self.is_completion
    }

    /// Returns `true` if calls of the item can become tasks.
    pub(crate) fn may_be_task(&self) -> bool {
        self.item.task != TaskSupport::Forbidden
    }
}
