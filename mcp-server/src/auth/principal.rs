//! Who calls: what a verified token says, without the token.

use std::{
    fmt,
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};
use tokio::time::Instant;

use super::{json::Members, scope::ScopeSet};
use crate::time::Clock;

/// The last second of the year 9999. Later expiries mean "never" and would overflow the time types of some platforms.
const END_OF_TIME: u64 = 253_402_300_799;

/// The caller of a request, as an authorization server vouches for it.
///
/// A handler takes it as a parameter. It is cheap to clone. The token itself is not in it on purpose: a server must not hand the
/// token of its caller on to others. `Debug` shows identifiers and scopes, never claims.
#[derive(Clone)]
pub struct Principal(Arc<Inner>);

#[derive(Clone)]
struct Inner {
    issuer: Arc<str>,
    subject: Box<str>,
    client_id: Option<Box<str>>,
    scopes: ScopeSet,
    roles: Vec<Box<str>>,
    audience: Vec<Box<str>>,
    expires_at: Option<u64>,
    token_id: Option<Box<str>>,
    /// One JSON object, read when somebody asks for a claim.
    claims: Box<str>,
}

impl Principal {
    /// Starts a principal by hand: for a [`TokenVerifier`](super::TokenVerifier) of your own, and for tests.
    ///
    /// ```
    /// # use mcp_server::auth::Principal;
    /// let ada = Principal::builder("https://idp.example.com", "ada").scopes(["notes:read"]).roles(["editor"]).build();
    /// assert!(ada.has_scope("notes:read") && ada.has_role("editor"));
    /// ```
    pub fn builder(issuer: impl Into<Arc<str>>, subject: impl Into<Box<str>>) -> PrincipalBuilder {
        PrincipalBuilder(Inner {
            issuer: issuer.into(),
            subject: subject.into(),
            client_id: None,
            scopes: ScopeSet::default(),
            roles: Vec::new(),
            audience: Vec::new(),
            expires_at: None,
            token_id: None,
            claims: "{}".into(),
        })
    }

    /// The authorization server that vouches for the caller (`iss`).
    pub fn issuer(&self) -> &str {
        &self.0.issuer
    }

    /// The caller, unique within the issuer (`sub`). For a client that acts for itself and has no `sub`, its client id.
    pub fn subject(&self) -> &str {
        &self.0.subject
    }

    /// The client that obtained the token (`client_id`, `azp` or `cid`).
    pub fn client_id(&self) -> Option<&str> {
        self.0.client_id.as_deref()
    }

    /// The scopes that were granted. Scopes that these imply are not among them.
    pub fn scopes(&self) -> &ScopeSet {
        &self.0.scopes
    }

    /// Whether exactly this scope was granted. Declared access (`#[tool(scopes(…))]`) applies the scope hierarchy, this does not.
    pub fn has_scope(&self, scope: &str) -> bool {
        self.0.scopes.contains(scope)
    }

    /// The roles, in the order of the token.
    pub fn roles(&self) -> impl Iterator<Item = &str> {
        self.0.roles.iter().map(AsRef::as_ref)
    }

    /// Whether the caller has exactly this role.
    pub fn has_role(&self, role: &str) -> bool {
        self.roles().any(|held| held == role)
    }

    /// For whom the token was made (`aud`).
    pub fn audience(&self) -> impl Iterator<Item = &str> {
        self.0.audience.iter().map(AsRef::as_ref)
    }

    /// When the token ends (`exp`); `None` where a verifier of your own knows no end.
    pub fn expires_at(&self) -> Option<SystemTime> {
        self.0.expires_at.map(|seconds| UNIX_EPOCH + Duration::from_secs(seconds))
    }

    /// The identifier of the token (`jti`), good for an audit log.
    pub fn token_id(&self) -> Option<&str> {
        self.0.token_id.as_deref()
    }

    /// One claim as a type of yours; `None` where it is missing or of another shape. Dots lead into objects:
    /// `claim::<String>("address.country")`.
    pub fn claim<T: DeserializeOwned>(&self, name: &str) -> Option<T> {
        let value = Members::parse(&self.0.claims)?.find(name)?;
        serde_json::from_str(value.get()).ok()
    }

    /// What belongs to this caller is marked with this: sessions, subscriptions, handles.
    pub fn binding(&self) -> PrincipalBinding {
        PrincipalBinding {
            issuer: self.issuer().into(),
            subject: self.subject().into(),
            client_id: self.client_id().map(Into::into),
        }
    }

    /// Whether `binding` was made for this caller: the same subject of the same issuer by way of the same client.
    pub fn is_bound_to(&self, binding: &PrincipalBinding) -> bool {
        self.issuer() == &*binding.issuer
            && self.subject() == &*binding.subject
            && self.client_id() == binding.client_id.as_deref()
    }

    /// Returns the expiry of the token as a deadline on the monotonic clock.
    pub(crate) fn ends_at(&self, clock: &Clock) -> Option<Instant> {
        clock.deadline(self.expires_at()?)
    }

    /// Seconds since 1970 at which the token ends.
    pub(crate) fn expires_at_seconds(&self) -> Option<u64> {
        self.0.expires_at
    }
}

impl fmt::Debug for Principal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Principal")
            .field("issuer", &self.issuer())
            .field("subject", &self.subject())
            .field("client_id", &self.client_id())
            .field("scopes", &self.scopes().as_str())
            .finish_non_exhaustive()
    }
}

/// The identity of a caller without what may change from token to token: issuer, subject and client. Can be stored.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct PrincipalBinding {
    issuer: Box<str>,
    subject: Box<str>,
    client_id: Option<Box<str>>,
}

/// Makes a [`Principal`]; see [`Principal::builder`].
#[derive(Clone)]
pub struct PrincipalBuilder(Inner);

impl PrincipalBuilder {
    /// The client that obtained the token.
    #[must_use]
    pub fn client_id(mut self, client_id: impl Into<Box<str>>) -> Self {
        self.0.client_id = Some(client_id.into());
        self
    }

    /// The granted scopes, one an item. Default: none.
    #[must_use]
    pub fn scopes<T: AsRef<str>>(mut self, scopes: impl IntoIterator<Item = T>) -> Self {
        self.0.scopes = scopes.into_iter().collect();
        self
    }

    /// The roles. Default: none.
    #[must_use]
    pub fn roles<T: Into<Box<str>>>(mut self, roles: impl IntoIterator<Item = T>) -> Self {
        self.0.roles = roles.into_iter().map(Into::into).collect();
        self
    }

    /// For whom the token was made. Default: nobody, and then the request is refused.
    #[must_use]
    pub fn audience<T: Into<Box<str>>>(mut self, audience: impl IntoIterator<Item = T>) -> Self {
        self.0.audience = audience.into_iter().map(Into::into).collect();
        self
    }

    /// When the token ends. Default: never.
    #[must_use]
    pub fn expires_at(self, time: SystemTime) -> Self {
        self.expires_at_seconds(time.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs())
    }

    /// The identifier of the token.
    #[must_use]
    pub fn token_id(mut self, token_id: impl Into<Box<str>>) -> Self {
        self.0.token_id = Some(token_id.into());
        self
    }

    /// All claims, for [`Principal::claim`]. Scopes, roles and the rest are not read from here.
    #[must_use]
    pub fn claims(self, claims: &Map<String, Value>) -> Self {
        self.claims_text(serde_json::to_string(claims).unwrap_or_default())
    }

    /// The finished principal.
    pub fn build(self) -> Principal {
        Principal(Arc::new(self.0))
    }

    #[must_use]
    pub(crate) fn expires_at_seconds(mut self, seconds: u64) -> Self {
        self.0.expires_at = Some(seconds.min(END_OF_TIME));
        self
    }

    #[must_use]
    pub(crate) fn claims_text(mut self, claims: String) -> Self {
        self.0.claims = claims.into();
        self
    }
}

#[cfg(feature = "auth")]
impl PrincipalBuilder {
    /// Takes over a finished set; [`Self::scopes`] would sort it again.
    #[must_use]
    pub(crate) fn scope_set(mut self, scopes: ScopeSet) -> Self {
        self.0.scopes = scopes;
        self
    }
}

impl fmt::Debug for PrincipalBuilder {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("PrincipalBuilder").field("subject", &self.0.subject).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ada() -> PrincipalBuilder {
        let claims = serde_json::json!({"email": "ada@example.com", "address": {"country": "UK"}, "level": 3});
        Principal::builder("https://idp", "ada").client_id("app").claims(claims.as_object().unwrap())
    }

    #[test]
    fn claims_are_read_as_types() {
        let ada = ada().build();
        assert_eq!(ada.claim::<String>("email").as_deref(), Some("ada@example.com"));
        assert_eq!(ada.claim::<String>("address.country").as_deref(), Some("UK"));
        assert_eq!(ada.claim::<u8>("level"), Some(3));
        assert_eq!(ada.claim::<String>("level"), None);
        assert_eq!(ada.claim::<String>("missing"), None);
    }

    #[test]
    fn debug_shows_no_claims() {
        let text = format!("{:?} {:?}", ada().build(), ada());
        assert!(text.contains("ada") && !text.contains("example.com") && !text.contains("UK"), "{text}");
    }

    #[test]
    fn a_binding_fits_only_the_same_issuer_subject_and_client() {
        let binding = ada().build().binding();
        assert!(ada().scopes(["other"]).build().is_bound_to(&binding));
        assert!(!ada().client_id("other").build().is_bound_to(&binding));
        assert!(!Principal::builder("https://idp", "ada").build().is_bound_to(&binding));
        assert!(!Principal::builder("https://idp", "eve").client_id("app").build().is_bound_to(&binding));
        assert!(!Principal::builder("https://other", "ada").client_id("app").build().is_bound_to(&binding));
    }

    #[test]
    fn an_expiry_beyond_all_calendars_is_capped() {
        let forever = ada().expires_at_seconds(u64::MAX).build();
        assert_eq!(forever.expires_at(), Some(UNIX_EPOCH + Duration::from_secs(END_OF_TIME)));
    }
}
