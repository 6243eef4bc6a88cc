//! Content blocks of tools and prompts.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{
    annotations::Annotations,
    resource::{Resource, ResourceContents},
};

/// One block of what a tool returns or a prompt says (specification: `ContentBlock`).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Content {
    /// Text.
    #[non_exhaustive]
    Text {
        /// The text itself.
        text: String,
        /// Hints for the client.
        #[serde(default, skip_serializing_if = "Annotations::is_empty")]
        annotations: Annotations,
        /// More about it, for programs.
        #[serde(default, rename = "_meta", skip_serializing_if = "Map::is_empty")]
        meta: Map<String, Value>,
    },
    /// A picture.
    #[non_exhaustive]
    Image {
        /// The bytes, in base64.
        data: String,
        /// The media type, such as `image/png`.
        #[serde(rename = "mimeType")]
        mime_type: String,
        /// Hints for the client.
        #[serde(default, skip_serializing_if = "Annotations::is_empty")]
        annotations: Annotations,
        /// More about it, for programs.
        #[serde(default, rename = "_meta", skip_serializing_if = "Map::is_empty")]
        meta: Map<String, Value>,
    },
    /// Sound.
    #[non_exhaustive]
    Audio {
        /// The bytes, in base64.
        data: String,
        /// The media type, such as `audio/wav`.
        #[serde(rename = "mimeType")]
        mime_type: String,
        /// Hints for the client.
        #[serde(default, skip_serializing_if = "Annotations::is_empty")]
        annotations: Annotations,
        /// More about it, for programs.
        #[serde(default, rename = "_meta", skip_serializing_if = "Map::is_empty")]
        meta: Map<String, Value>,
    },
    /// A resource that the client may read.
    ResourceLink(Box<Resource>),
    /// A resource with its contents.
    #[non_exhaustive]
    Resource {
        /// The contents.
        resource: ResourceContents,
        /// Hints for the client.
        #[serde(default, skip_serializing_if = "Annotations::is_empty")]
        annotations: Annotations,
        /// More about it, for programs.
        #[serde(default, rename = "_meta", skip_serializing_if = "Map::is_empty")]
        meta: Map<String, Value>,
    },
}

impl Content {
    /// A block of text.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text { text: text.into(), annotations: Annotations::default(), meta: Map::new() }
    }

    /// A picture of that media type, from its bytes.
    pub fn image(bytes: impl AsRef<[u8]>, mime_type: impl Into<String>) -> Self {
        Self::Image {
            data: STANDARD.encode(bytes),
            mime_type: mime_type.into(),
            annotations: Annotations::default(),
            meta: Map::new(),
        }
    }

    /// Sound of that media type, from its bytes.
    pub fn audio(bytes: impl AsRef<[u8]>, mime_type: impl Into<String>) -> Self {
        Self::Audio {
            data: STANDARD.encode(bytes),
            mime_type: mime_type.into(),
            annotations: Annotations::default(),
            meta: Map::new(),
        }
    }

    /// A resource with its contents.
    pub fn resource(resource: ResourceContents) -> Self {
        Self::Resource { resource, annotations: Annotations::default(), meta: Map::new() }
    }

    /// A resource that the client may read.
    pub fn resource_link(resource: Resource) -> Self {
        Self::ResourceLink(Box::new(resource))
    }

    /// The same block with hints for the client.
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

    /// The same block with one more member in its `_meta`, for programs.
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
