//! MCP Apps: tools that show their results in a view.
//!
//! A view is an HTML page that the client runs in a sandbox. Specification: extension
//! `io.modelcontextprotocol/ui` (SEP-1865, 2026-01-26).

use serde::Serialize;
use serde_json::{Value, json};

/// Media type of a view.
pub(crate) const VIEW_TYPE: &str = "text/html;profile=mcp-app";

/// Returns `true` for the URI of a view. The case of a scheme is not significant.
pub(crate) fn is_view_uri(uri: &str) -> bool {
    const SCHEME: &str = "ui://";
    uri.get(..SCHEME.len()).is_some_and(|scheme| scheme.eq_ignore_ascii_case(SCHEME))
}

/// Key of `_meta` for the metadata of tools with views, and of views.
pub(crate) const META: &str = "ui";

/// View and visibility of a tool (MCP Apps, `_meta.ui`).
///
/// Specification: MCP Apps, `_meta.ui` of a tool.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ToolUi {
    /// URI of the view that shows the results, such as `ui://clock/face`: a resource of the same
    /// server.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resource_uri: Option<String>,
    /// Callers that the tool is offered to. Empty means all of them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub visibility: Vec<Visibility>,
}

/// A caller to which the client offers a tool (MCP Apps). A hint that the server does not enforce.
///
/// Specification: MCP Apps, `visibility`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Visibility {
    /// The language model.
    Model,
    /// The views of the same server.
    App,
}

/// Origins and permissions that a view requests from the client (MCP Apps, `_meta.ui`).
///
/// By default, a view runs without network access and without permissions. Specification: MCP Apps,
/// `_meta.ui` of a resource.
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

/// A permission that the view asks for: `{}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct Granted {}

impl ViewUi {
    /// Sets the origins that scripts of the view may connect to.
    pub fn connect_domains(mut self, origins: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.csp.connect_domains = origins.into_iter().map(Into::into).collect();
        self
    }

    /// Sets the origins that scripts, styles, images and fonts may come from.
    pub fn resource_domains(mut self, origins: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.csp.resource_domains = origins.into_iter().map(Into::into).collect();
        self
    }

    /// Sets the origins of pages that the view may embed in frames.
    pub fn frame_domains(mut self, origins: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.csp.frame_domains = origins.into_iter().map(Into::into).collect();
        self
    }

    /// Sets the origins that may be the base of relative URLs.
    pub fn base_uri_domains(mut self, origins: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.csp.base_uri_domains = origins.into_iter().map(Into::into).collect();
        self
    }

    /// Asks for the camera.
    pub fn camera(mut self) -> Self {
        self.permissions.camera = Some(Granted {});
        self
    }

    /// Asks for the microphone.
    pub fn microphone(mut self) -> Self {
        self.permissions.microphone = Some(Granted {});
        self
    }

    /// Asks for the position of the user.
    pub fn geolocation(mut self) -> Self {
        self.permissions.geolocation = Some(Granted {});
        self
    }

    /// Asks for write access to the clipboard.
    pub fn clipboard_write(mut self) -> Self {
        self.permissions.clipboard_write = Some(Granted {});
        self
    }

    /// Sets the dedicated origin of the view. Clients differ in the values they accept.
    pub fn domain(mut self, domain: impl Into<String>) -> Self {
        self.domain = Some(domain.into());
        self
    }

    /// Sets whether the client should draw a border around the view. By default, the client
    /// decides.
    pub fn prefers_border(mut self, prefers: bool) -> Self {
        self.prefers_border = Some(prefers);
        self
    }
}

/// Returns the settings of the extension that a server with views declares.
pub(crate) fn capability() -> Value {
    json!({"mimeTypes": [VIEW_TYPE]})
}

/// Returns `true` if the media type is that of a view.
pub(crate) fn is_view_type(mime_type: &str) -> bool {
    mime_type.replace(' ', "").eq_ignore_ascii_case(VIEW_TYPE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ui_metadata_matches_extension() {
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
