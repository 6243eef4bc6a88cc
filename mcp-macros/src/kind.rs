//! Which of the attributes is being expanded.

use std::fmt;

use syn::Attribute;

/// The attribute on the function.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Tool,
    Resource,
    Prompt,
}

impl Kind {
    /// Which of the attributes this one is, by its last word.
    pub(crate) fn of(attribute: &Attribute) -> Option<Self> {
        let last = attribute.path().segments.last()?;
        [Self::Tool, Self::Resource, Self::Prompt].into_iter().find(|kind| last.ident == kind.name())
    }

    /// The name of the attribute.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Tool => "tool",
            Self::Resource => "resource",
            Self::Prompt => "prompt",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "`#[{}]`", self.name())
    }
}
