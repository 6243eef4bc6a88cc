//! Errors in the description of a protected resource.

use std::{error::Error, fmt};

use crate::auth::secure_url::UrlError;

/// An error in an [`Authorization`](super::Authorization), found when the server is built. All of
/// them are reported together.
///
/// The text says what is wrong and what to write instead. For an invalid URL the reason is the
/// `source`, an [`UrlError`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuthorizationError {
    kind: AuthorizationErrorKind,
    setting: &'static str,
    message: String,
    source: Option<UrlError>,
}

/// The kinds of [`AuthorizationError`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AuthorizationErrorKind {
    /// The resource, an issuer or another identifier is not an acceptable URL.
    InvalidUrl,
    /// The configuration has no authorization server and no verifier, so every token would be
    /// rejected.
    MissingIssuer,
    /// An issuer is configured twice.
    DuplicateIssuer,
    /// The list of algorithms of an issuer is empty, so every token of the issuer is rejected.
    MissingAlgorithm,
    /// An algorithm is unknown or unsuitable for published keys.
    UnsupportedAlgorithm,
    /// The leeway for clocks is longer than five minutes.
    InvalidLeeway,
    /// A scope is not a valid `scope-token` (RFC 6749, section 3.3).
    InvalidScope,
    /// The scope `offline_access` is configured. It concerns only the client and the authorization
    /// server.
    OfflineAccess,
    /// An accepted audience is empty.
    EmptyAudience,
    /// An accepted audience is also carried by tokens for other servers.
    SharedAudience,
}

impl AuthorizationError {
    pub(crate) fn new(kind: AuthorizationErrorKind, setting: &'static str, message: String) -> Self {
        Self { kind, setting, message, source: None }
    }

    pub(crate) fn url(setting: &'static str, url: &str, error: UrlError) -> Self {
        // A password in the URL must not get into a log through this message. In a URL that cannot
        // be parsed, the text before any `@` may be one.
        let may_have_password = error == UrlError::UserInfo || (error == UrlError::Syntax && url.contains('@'));
        let url = if may_have_password { "(not shown)" } else { url };
        let example = match (error, setting) {
            (UrlError::Syntax, "server") => " (example: `https://idp.example.com/realms/acme`)",
            (UrlError::Syntax, "resource") => " (example: `https://mcp.example.com/mcp`)",
            _ => "",
        };
        let message = format!("invalid URL {url:?} in `{setting}`{example}");
        Self { source: Some(error), ..Self::new(AuthorizationErrorKind::InvalidUrl, setting, message) }
    }

    /// Returns the kind of the error.
    pub fn kind(&self) -> AuthorizationErrorKind {
        self.kind
    }

    /// Returns the builder method that received the invalid value, such as `required_scopes`.
    pub fn setting(&self) -> &'static str {
        self.setting
    }
}

impl fmt::Display for AuthorizationError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl Error for AuthorizationError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source.as_ref().map(|error| error as _)
    }
}
