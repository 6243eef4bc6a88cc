//! What a call is aimed at.

use std::{fmt, sync::Arc};

use serde_json::Value;

use crate::{
    auth::Access,
    protocol::{
        CacheHint, TaskSupport,
        types::subscription::{List, Lists},
    },
    schema::Explainer,
};

/// The kinds of things a server offers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum ItemKind {
    /// Something to do.
    Tool,
    /// Something to read, at one URI.
    Resource,
    /// Something to read, at a family of URIs.
    ResourceTemplate,
    /// Something to say.
    Prompt,
}

impl ItemKind {
    /// The kind in words.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Tool => "tool",
            Self::Resource => "resource",
            Self::ResourceTemplate => "resource template",
            Self::Prompt => "prompt",
        }
    }
}

impl ItemKind {
    /// The lists in which it stands.
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

/// What a call is aimed at, as guards and interceptors see it.
#[derive(Clone)]
pub struct Target {
    pub(crate) facts: Arc<TargetFacts>,
    pub(crate) uri: Option<Box<str>>,
    /// One of its arguments is completed, and the item itself is not called.
    pub(crate) is_completion: bool,
}

/// The part that is the same for every call of one item.
#[derive(Debug)]
pub(crate) struct TargetFacts {
    pub(crate) kind: ItemKind,
    pub(crate) name: Box<str>,
    /// What a prompt says of itself, which is what its results say unless they say something else.
    pub(crate) description: Option<Box<str>>,
    pub(crate) mime_type: Option<Box<str>>,
    /// What it needs as a view.
    pub(crate) ui: Option<Value>,
    pub(crate) access: Access,
    /// What it says about keeping what it holds.
    pub(crate) cache: CacheHint,
    /// Everybody may read it, so a cache may serve it to everybody.
    pub(crate) may_be_public: bool,
    /// Whether its calls may become tasks.
    pub(crate) task: TaskSupport,
    /// Its handler says when, and not the pipeline before it.
    pub(crate) detaches: bool,
    /// Says what is wrong with arguments that their types have refused.
    pub(crate) explainer: Option<Explainer>,
}

impl Target {
    /// Tool, resource, resource template or prompt.
    pub fn kind(&self) -> ItemKind {
        self.facts.kind
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.facts.name
    }

    /// Whether one of its arguments is to be completed, before the item itself is called. The same guards decide about both.
    pub fn is_completion(&self) -> bool {
        self.is_completion
    }

    /// The URI that is read, when it is a resource; the reference to it when it is [completed](Self::is_completion).
    pub fn uri(&self) -> Option<&str> {
        self.uri.as_deref()
    }

    /// The media type that the resource declares.
    pub fn mime_type(&self) -> Option<&str> {
        self.facts.mime_type.as_deref()
    }

    /// Whether its calls may become tasks.
    pub(crate) fn may_be_task(&self) -> bool {
        self.facts.task != TaskSupport::Forbidden
    }

    /// What a caller needs to use it.
    pub fn access(&self) -> &Access {
        &self.facts.access
    }
}

impl fmt::Debug for Target {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Target")
            .field("kind", &self.kind())
            .field("name", &self.name())
            .field("uri", &self.uri())
            .finish()
    }
}
