//! MCP Apps: tools that show their results in a view, a page of HTML that the client runs in a sandbox (extension
//! `io.modelcontextprotocol/ui`, SEP-1865, 2026-01-26).

use serde::Serialize;
use serde_json::{Value, json};

/// The media type of a view.
pub(crate) const VIEW_TYPE: &str = "text/html;profile=mcp-app";

/// What the URI of a view begins with.
pub(crate) const SCHEME: &str = "ui://";

/// The member of `_meta` that speaks of views.
pub(crate) const META: &str = "ui";

/// How a tool takes part in an app (`_meta.ui` of a tool).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ToolUi {
    /// The view that shows its results: the URI of a resource of this server, `ui://…`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resource_uri: Option<String>,
    /// Who may call it; empty for both.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub visibility: Vec<Visibility>,
}

/// Who may call a tool.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Visibility {
    /// The language model.
    Model,
    /// The views of this server.
    App,
}

/// What a view needs of the sandbox it runs in (`_meta.ui` of a resource). Without a word, it reaches nothing.
///
/// ```
/// use mcp_server::protocol::ViewUi;
///
/// let map = ViewUi::default().connect_domains(["https://tiles.example.com"]).geolocation().prefers_border(true);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
#[must_use]
pub struct ViewUi {
    #[serde(skip_serializing_if = "Csp::is_empty")]
    csp: Csp,
    #[serde(skip_serializing_if = "Permissions::is_empty")]
    permissions: Permissions,
    #[serde(skip_serializing_if = "Option::is_none")]
    domain: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    prefers_border: Option<bool>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::struct_field_names, reason = "the names of the extension")]
struct Csp {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    connect_domains: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    resource_domains: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    frame_domains: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    base_uri_domains: Vec<String>,
}

impl Csp {
    fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
struct Permissions {
    #[serde(skip_serializing_if = "Option::is_none")]
    camera: Option<Granted>,
    #[serde(skip_serializing_if = "Option::is_none")]
    microphone: Option<Granted>,
    #[serde(skip_serializing_if = "Option::is_none")]
    geolocation: Option<Granted>,
    #[serde(skip_serializing_if = "Option::is_none")]
    clipboard_write: Option<Granted>,
}

impl Permissions {
    fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// `{}`: asked for, with nothing to say about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct Granted {}

impl ViewUi {
    /// Origins that scripts of the view may reach.
    pub fn connect_domains(mut self, origins: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.csp.connect_domains = origins.into_iter().map(Into::into).collect();
        self
    }

    /// Origins that scripts, styles, images and fonts may come from.
    pub fn resource_domains(mut self, origins: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.csp.resource_domains = origins.into_iter().map(Into::into).collect();
        self
    }

    /// Origins that may be shown in frames.
    pub fn frame_domains(mut self, origins: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.csp.frame_domains = origins.into_iter().map(Into::into).collect();
        self
    }

    /// Origins that relative addresses may start from.
    pub fn base_uri_domains(mut self, origins: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.csp.base_uri_domains = origins.into_iter().map(Into::into).collect();
        self
    }

    /// It wants to use the camera.
    pub fn camera(mut self) -> Self {
        self.permissions.camera = Some(Granted {});
        self
    }

    /// It wants to use the microphone.
    pub fn microphone(mut self) -> Self {
        self.permissions.microphone = Some(Granted {});
        self
    }

    /// It wants to know where the user is.
    pub fn geolocation(mut self) -> Self {
        self.permissions.geolocation = Some(Granted {});
        self
    }

    /// It wants to write to the clipboard.
    pub fn clipboard_write(mut self) -> Self {
        self.permissions.clipboard_write = Some(Granted {});
        self
    }

    /// The origin it wants to run under; what clients take differs from client to client.
    pub fn domain(mut self, domain: impl Into<String>) -> Self {
        self.domain = Some(domain.into());
        self
    }

    /// Whether the client should draw a border around it.
    pub fn prefers_border(mut self, prefers: bool) -> Self {
        self.prefers_border = Some(prefers);
        self
    }
}

/// What a server that has views declares.
pub(crate) fn capability() -> Value {
    json!({"mimeTypes": [VIEW_TYPE]})
}

/// Whether the media type is that of a view.
pub(crate) fn is_view_type(mime_type: &str) -> bool {
    mime_type.replace(' ', "").eq_ignore_ascii_case(VIEW_TYPE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metadata_is_what_the_extension_shows() {
        let tool = ToolUi { resource_uri: Some("ui://clock/face".to_owned()), visibility: vec![Visibility::App] };
        assert_eq!(
            serde_json::to_value(tool).unwrap(),
            json!({"resourceUri": "ui://clock/face", "visibility": ["app"]})
        );
        let view = ViewUi::default()
            .connect_domains(["https://a.example"])
            .base_uri_domains(["https://b.example"])
            .camera()
            .clipboard_write()
            .domain("x.example")
            .prefers_border(false);
        assert_eq!(
            serde_json::to_value(view).unwrap(),
            json!({
                "csp": {"connectDomains": ["https://a.example"], "baseUriDomains": ["https://b.example"]},
                "permissions": {"camera": {}, "clipboardWrite": {}},
                "domain": "x.example", "prefersBorder": false,
            })
        );
        assert_eq!(serde_json::to_value(ViewUi::default()).unwrap(), json!({}));
    }
}
