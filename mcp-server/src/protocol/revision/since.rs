//! The one table of what each revision added to the shapes that already existed.

use super::version::{ProtocolVersion, ProtocolVersion as V};

/// Something that a revision brought and older clients do not know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Feature {
    /// `annotations` of tools.
    ToolAnnotations,
    /// Content of type `audio`.
    Audio,
    /// The capability `completions`; the method is older.
    CompletionsCapability,
    /// `message` of progress.
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
    /// A stream begins with an event that has an id and no data.
    PrimingEvent,
    /// An error answers what has no id that could be read.
    ErrorWithoutId,
    /// Elicitation in forms.
    Elicitation,
    /// Elicitation by URL, with `-32042` and the notice that it is complete.
    UrlElicitation,
    /// Elicitation schemas with titled choices, several choices and defaults of every type.
    ElicitationChoices,
    /// Elicitations by URL have no id, and nobody is told that they are complete.
    ElicitationWithoutId,
    /// Tools in sampling, and messages with several blocks of content.
    SamplingTools,
    /// Output schemas and structured content that are no objects.
    OutputOfAnyType,
    /// Headers repeat arguments of tools.
    MirroredArguments,
    /// −32602 instead of −32002 for a resource that does not exist.
    ResourceNotFoundIsInvalidParams,
}

/// The first revision that knows the feature.
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
    /// Whether a client of this revision knows the feature.
    pub(crate) fn knows(self, feature: Feature) -> bool {
        self >= first(feature)
    }

    /// Whether messages may come in batches. One revision brought them, and the next took them away.
    pub(crate) fn has_batches(self) -> bool {
        self == Self::V2025_03_26
    }
}

/// The members of an item's description that a client of that revision does not know.
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
