//! Content blocks of tools and prompts.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{
    annotations::Annotations,
    resource::{Resource, ResourceContents},
};

/// A content block of a tool result or a prompt message.
///
/// Audio exists since 2025-03-26, and resource links since 2025-06-18. Older clients receive an
/// embedded resource instead of audio, and text instead of a link. Specification: `ContentBlock`
/// (2026-07-28).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Content {
    /// Text.
    #[non_exhaustive]
    Text {
        /// The text.
        text: String,
        /// Hints for the client.
        #[serde(default, skip_serializing_if = "Annotations::is_empty")]
        annotations: Annotations,
        /// Metadata (`_meta`), by key.
        #[serde(default, rename = "_meta", skip_serializing_if = "Map::is_empty")]
        meta: Map<String, Value>,
    },
    /// An image.
    #[non_exhaustive]
    Image {
        /// The bytes in base64.
        data: String,
        /// Media type, such as `image/png`.
        #[serde(rename = "mimeType")]
        mime_type: String,
        /// Hints for the client.
        #[serde(default, skip_serializing_if = "Annotations::is_empty")]
        annotations: Annotations,
        /// Metadata (`_meta`), by key.
        #[serde(default, rename = "_meta", skip_serializing_if = "Map::is_empty")]
        meta: Map<String, Value>,
    },
    /// An audio recording.
    #[non_exhaustive]
    Audio {
        /// The bytes in base64.
        data: String,
        /// Media type, such as `audio/wav`.
        #[serde(rename = "mimeType")]
        mime_type: String,
        /// Hints for the client.
        #[serde(default, skip_serializing_if = "Annotations::is_empty")]
        annotations: Annotations,
        /// Metadata (`_meta`), by key.
        #[serde(default, rename = "_meta", skip_serializing_if = "Map::is_empty")]
        meta: Map<String, Value>,
    },
    /// A link to a resource that the client can read.
    ResourceLink(Box<Resource>),
    /// An embedded resource.
    #[non_exhaustive]
    Resource {
        /// Contents of the resource.
        resource: ResourceContents,
        /// Hints for the client.
        #[serde(default, skip_serializing_if = "Annotations::is_empty")]
        annotations: Annotations,
        /// Metadata (`_meta`), by key.
        #[serde(default, rename = "_meta", skip_serializing_if = "Map::is_empty")]
        meta: Map<String, Value>,
    },
}

impl Content {
    /// Creates a text block.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text { text: text.into(), annotations: Annotations::default(), meta: Map::new() }
    }

    /// Creates an image block from the bytes of an image, which it encodes in base64.
    pub fn image(bytes: impl AsRef<[u8]>, mime_type: impl Into<String>) -> Self {
        Self::Image {
            data: STANDARD.encode(bytes),
            mime_type: mime_type.into(),
            annotations: Annotations::default(),
            meta: Map::new(),
        }
    }

    /// Creates an audio block from the bytes of a recording, which it encodes in base64.
    pub fn audio(bytes: impl AsRef<[u8]>, mime_type: impl Into<String>) -> Self {
        Self::Audio {
            data: STANDARD.encode(bytes),
            mime_type: mime_type.into(),
            annotations: Annotations::default(),
            meta: Map::new(),
        }
    }

    /// Creates a block that embeds a resource.
    pub fn resource(resource: ResourceContents) -> Self {
        Self::Resource { resource, annotations: Annotations::default(), meta: Map::new() }
    }

    /// Creates a link to a resource.
    pub fn resource_link(resource: Resource) -> Self {
        Self::ResourceLink(Box::new(resource))
    }

    /// Sets the hints for the client.
    #[must_use]
    pub fn annotated(mut self, hints: Annotations) -> Self {
        match &mut self {
            Self::Text { annotations, .. }
            | Self::Image { annotations, .. }
            | Self::Audio { annotations, .. }
            | Self::Resource { annotations, .. } => *annotations = hints,
            Self::ResourceLink(resource) => resource.annotations = hints,
        }
        self
    }

    /// Adds a member to the metadata (`_meta`).
    #[must_use]
    pub fn meta(mut self, key: impl Into<String>, value: impl Into<Value>) -> Self {
        let meta = match &mut self {
            Self::Text { meta, .. }
            | Self::Image { meta, .. }
            | Self::Audio { meta, .. }
            | Self::Resource { meta, .. } => meta,
            Self::ResourceLink(resource) => &mut resource.meta,
        };
        meta.insert(key.into(), value.into());
        self
    }
}

impl From<String> for Content {
    fn from(text: String) -> Self {
        Self::text(text)
    }
}

impl From<&str> for Content {
    fn from(text: &str) -> Self {
        Self::text(text)
    }
}
