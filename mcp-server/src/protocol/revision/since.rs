//! Features that revisions added to existing methods, and the table of the revisions that
//! introduced them.

use super::version::{ProtocolVersion, ProtocolVersion as V};

/// A feature that clients of older revisions do not know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Feature {
    /// `annotations` of tools.
    ToolAnnotations,
    /// Content of type `audio`.
    Audio,
    /// The capability `completions`. The method is older.
    CompletionsCapability,
    /// `message` of progress notifications.
    ProgressMessages,
    /// `title` of tools, resources, templates, prompts and their arguments.
    Titles,
    /// `outputSchema` and `structuredContent`.
    StructuredOutput,
    /// Content of type `resource_link`.
    ResourceLinks,
    /// `_meta` of tools, resources, templates and prompts.
    ItemMeta,
    /// `icons`.
    Icons,
    /// `description` and `websiteUrl` of an implementation.
    ImplementationDetails,
    /// Streams begin with a priming event: an event with an id and empty data.
    PrimingEvent,
    /// Error responses to messages whose id cannot be read.
    ErrorWithoutId,
    /// Elicitation with forms.
    Elicitation,
    /// Elicitation by URL, with the error −32042 and `notifications/elicitation/complete`.
    UrlElicitation,
    /// Elicitation schemas with titled choices, multiple selection, and defaults for every type.
    ElicitationChoices,
    /// Elicitation by URL without an id and without `notifications/elicitation/complete`.
    ElicitationWithoutId,
    /// Sampling with tools, and with several content blocks per message.
    SamplingTools,
    /// Output schemas and structured content of any JSON type, not only objects.
    OutputOfAnyType,
    /// Headers that repeat arguments of tools (`x-mcp-header`).
    MirroredArguments,
    /// The error −32602 instead of −32002 for an unknown resource.
    ResourceNotFoundIsInvalidParams,
}

/// Returns the revision that introduced the feature.
const fn first(feature: Feature) -> ProtocolVersion {
    match feature {
        Feature::ToolAnnotations | Feature::Audio | Feature::CompletionsCapability | Feature::ProgressMessages => {
            V::V2025_03_26
        }
        Feature::Titles
        | Feature::StructuredOutput
        | Feature::ResourceLinks
        | Feature::ItemMeta
        | Feature::Elicitation => V::V2025_06_18,
        Feature::Icons
        | Feature::ImplementationDetails
        | Feature::PrimingEvent
        | Feature::ErrorWithoutId
        | Feature::UrlElicitation
        | Feature::ElicitationChoices
        | Feature::SamplingTools => V::V2025_11_25,
        Feature::ElicitationWithoutId
        | Feature::OutputOfAnyType
        | Feature::MirroredArguments
        | Feature::ResourceNotFoundIsInvalidParams => V::V2026_07_28,
    }
}

impl ProtocolVersion {
    /// Returns `true` if clients of this revision know the feature.
    pub(crate) fn knows(self, feature: Feature) -> bool {
        self >= first(feature)
    }

    /// Returns `true` if clients may send batches. 2025-03-26 introduced them, and 2025-06-18
    /// removed them.
    pub(crate) fn has_batches(self) -> bool {
        self == Self::V2025_03_26
    }
}

/// Returns the members of a listed item that clients of the revision do not know.
pub(crate) fn unknown_members(version: ProtocolVersion) -> impl Iterator<Item = &'static str> {
    [
        ("annotations", Feature::ToolAnnotations),
        ("title", Feature::Titles),
        ("outputSchema", Feature::StructuredOutput),
        ("_meta", Feature::ItemMeta),
        ("icons", Feature::Icons),
    ]
    .into_iter()
    .filter(move |(_, feature)| !version.knows(*feature))
    .map(|(member, _)| member)
}
