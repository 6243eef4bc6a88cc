//! The authenticated caller of a request: the claims of a verified token, without the token.

use std::{
    fmt,
    ops::Not,
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};
use tokio::time::Instant;

use super::{json::JsonObject, scope::ScopeSet};
use crate::{quota::Holder, time::Clock};

/// The last second of the year 9999. Later expiries mean "never" and would overflow the time types
/// of some platforms.
const LATEST_EXPIRY: u64 = 253_402_300_799;

/// Default leeway for clocks, in seconds: a token is accepted this long after its expiry.
pub(crate) const DEFAULT_LEEWAY: u64 = 30;

/// The verified identity of a caller: the claims of its token, without the token.
///
/// Handlers take it as a parameter. Clones are cheap. The token is left out on purpose, because a
/// server must not forward the token of its caller. `Debug` shows identifiers and scopes, no
/// claims.
#[derive(Clone)]
pub struct Principal(Arc<Inner>);

#[derive(Clone)]
struct Inner {
    issuer: Arc<str>,
    subject: Box<str>,
    client_id: Option<Box<str>>,
    is_client: bool,
    scopes: ScopeSet,
    roles: Vec<Box<str>>,
    audience: Vec<Box<str>>,
    expires_at: Option<u64>,
    /// Seconds after the expiry in which the token is still accepted.
    leeway: u64,
    token_id: Option<Box<str>>,
    /// The text of a JSON object, parsed when a claim is read.
    claims: Box<str>,
}

impl Principal {
    /// Returns a builder, for a [`TokenVerifier`](super::TokenVerifier) and for tests.
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
            is_client: false,
            scopes: ScopeSet::default(),
            roles: Vec::new(),
            audience: Vec::new(),
            expires_at: None,
            leeway: DEFAULT_LEEWAY,
            token_id: None,
            claims: "{}".into(),
        })
    }

    /// Returns the issuer identifier of the authorization server (`iss`).
    pub fn issuer(&self) -> &str {
        &self.0.issuer
    }

    /// Returns the identifier of the caller, unique within the issuer (`sub`).
    ///
    /// It is the client id where a client acts for itself and its token has no `sub`.
    pub fn subject(&self) -> &str {
        &self.0.subject
    }

    /// Returns the id of the client that obtained the token (`client_id`, `azp` or `cid`).
    pub fn client_id(&self) -> Option<&str> {
        self.0.client_id.as_deref()
    }

    /// Returns the granted scopes, without those that they imply.
    pub fn scopes(&self) -> &ScopeSet {
        &self.0.scopes
    }

    /// Returns `true` if exactly this scope was granted.
    ///
    /// The scope hierarchy is not applied. Declared access (`#[tool(scopes(…))]`) applies it.
    pub fn has_scope(&self, scope: &str) -> bool {
        self.0.scopes.contains(scope)
    }

    /// Returns the roles in the order of the token.
    pub fn roles(&self) -> impl Iterator<Item = &str> {
        self.0.roles.iter().map(AsRef::as_ref)
    }

    /// Returns `true` if the caller has exactly this role.
    pub fn has_role(&self, role: &str) -> bool {
        self.roles().any(|held| held == role)
    }

    /// Returns the audiences of the token (`aud`): the resources that it is meant for.
    pub fn audience(&self) -> impl Iterator<Item = &str> {
        self.0.audience.iter().map(AsRef::as_ref)
    }

    /// Returns the expiry of the token (`exp`); `None` if the verifier set none.
    pub fn expires_at(&self) -> Option<SystemTime> {
        self.0.expires_at.map(|seconds| UNIX_EPOCH + Duration::from_secs(seconds))
    }

    /// Returns the identifier of the token (`jti`), for audit logs.
    pub fn token_id(&self) -> Option<&str> {
        self.0.token_id.as_deref()
    }

    /// Returns a claim, deserialized as `T`; `None` if it is absent or has another shape.
    ///
    /// Dots lead into objects: `claim::<String>("address.country")`.
    pub fn claim<T: DeserializeOwned>(&self, name: &str) -> Option<T> {
        let value = JsonObject::parse(&self.0.claims)?.find(name)?;
        serde_json::from_str(value.get()).ok()
    }

    /// Returns `true` if the token names no subject, because a client acts for itself. Its
    /// [`subject`](Self::subject) is then the id of the client, which is never equal to a user's:
    /// a user may have chosen a name that is the id of a client.
    pub fn is_client(&self) -> bool {
        self.0.is_client
    }

    /// Returns the identity to store with data of this caller, such as a session or a task.
    pub fn binding(&self) -> PrincipalBinding {
        PrincipalBinding {
            issuer: self.issuer().into(),
            subject: self.subject().into(),
            client_id: self.client_id().map(Into::into),
            is_client: self.is_client(),
        }
    }

    /// Returns `true` if `binding` names this caller: the same issuer, subject and client.
    pub fn is_bound_to(&self, binding: &PrincipalBinding) -> bool {
        self.issuer() == &*binding.issuer
            && self.subject() == &*binding.subject
            && self.client_id() == binding.client_id.as_deref()
            && self.is_client() == binding.is_client
    }

    /// Returns the holder that resources of this caller are charged to: its issuer and subject,
    /// whichever client it uses.
    pub(crate) fn holder(&self) -> Holder {
        Holder::principal(self.issuer(), self.subject(), self.is_client())
    }

    /// Returns `true` if both callers are one [`holder`](Self::holder), without computing it.
    pub(crate) fn has_holder_of(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
            || self.subject() == other.subject()
                && self.issuer() == other.issuer()
                && self.is_client() == other.is_client()
    }

    /// Returns the time at which the token is no longer accepted, as a deadline on the monotonic
    /// clock.
    pub(crate) fn ends_at(&self, clock: &Clock) -> Option<Instant> {
        clock.deadline(UNIX_EPOCH + Duration::from_secs(self.accepted_until()?))
    }

    /// Returns the time at which the token is no longer accepted, in seconds since 1970.
    pub(crate) fn accepted_until(&self) -> Option<u64> {
        self.0.expires_at.map(|seconds| seconds.saturating_add(self.0.leeway))
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

/// The identity of a caller across its tokens: issuer, subject and client. It can be stored.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct PrincipalBinding {
    issuer: Box<str>,
    subject: Box<str>,
    client_id: Option<Box<str>>,
    #[serde(default, skip_serializing_if = "Not::not")]
    is_client: bool,
}

/// Builder of a [`Principal`]; see [`Principal::builder`].
#[derive(Clone)]
pub struct PrincipalBuilder(Inner);

impl PrincipalBuilder {
    /// Sets the id of the client that obtained the token. Default: none.
    #[must_use]
    pub fn client_id(mut self, client_id: impl Into<Box<str>>) -> Self {
        self.0.client_id = Some(client_id.into());
        self
    }

    /// Sets the granted scopes, one per string. Default: none.
    #[must_use]
    pub fn scopes<T: AsRef<str>>(mut self, scopes: impl IntoIterator<Item = T>) -> Self {
        self.0.scopes = scopes.into_iter().collect();
        self
    }

    /// Sets the roles. Default: none.
    #[must_use]
    pub fn roles<T: Into<Box<str>>>(mut self, roles: impl IntoIterator<Item = T>) -> Self {
        self.0.roles = roles.into_iter().map(Into::into).collect();
        self
    }

    /// Sets the audiences of the token. Default: none, with which every request is rejected.
    #[must_use]
    pub fn audience<T: Into<Box<str>>>(mut self, audience: impl IntoIterator<Item = T>) -> Self {
        self.0.audience = audience.into_iter().map(Into::into).collect();
        self
    }

    /// Sets the expiry of the token, in whole seconds. Default: never.
    #[must_use]
    pub fn expires_at(self, time: SystemTime) -> Self {
        self.expires_at_seconds(time.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs())
    }

    /// Sets the identifier of the token. Default: none.
    #[must_use]
    pub fn token_id(mut self, token_id: impl Into<Box<str>>) -> Self {
        self.0.token_id = Some(token_id.into());
        self
    }

    /// Sets the claims that [`Principal::claim`] returns. Issuer, subject, scopes and roles are not
    /// read from them. Default: none.
    #[must_use]
    pub fn claims(self, claims: &Map<String, Value>) -> Self {
        self.claims_text(serde_json::to_string(claims).unwrap_or_default())
    }

    /// Returns the principal.
    pub fn build(self) -> Principal {
        Principal(Arc::new(self.0))
    }

    /// Marks the subject as the id of the client.
    #[cfg(feature = "auth")]
    #[must_use]
    pub(crate) fn acting_for_itself(mut self, is_client: bool) -> Self {
        self.0.is_client = is_client;
        self
    }

    /// Sets the seconds after the expiry in which the token is still accepted.
    #[cfg(feature = "auth")]
    #[must_use]
    pub(crate) fn leeway(mut self, seconds: u64) -> Self {
        self.0.leeway = seconds;
        self
    }

    #[must_use]
    pub(crate) fn expires_at_seconds(mut self, seconds: u64) -> Self {
        self.0.expires_at = Some(seconds.min(LATEST_EXPIRY));
        self
    }

    #[must_use]
    pub(crate) fn claims_text(mut self, claims: String) -> Self {
        self.0.claims = claims.into();
        self
    }

    /// Sets the granted scopes without sorting them again, as [`Self::scopes`] would.
    #[cfg(feature = "auth")]
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
    fn claim_is_deserialized_as_the_requested_type() {
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
    fn binding_matches_issuer_subject_and_client() {
        let binding = ada().build().binding();
        assert!(ada().scopes(["other"]).build().is_bound_to(&binding));
        assert!(!ada().client_id("other").build().is_bound_to(&binding));
        assert!(!Principal::builder("https://idp", "ada").build().is_bound_to(&binding));
        assert!(!Principal::builder("https://idp", "eve").client_id("app").build().is_bound_to(&binding));
        assert!(!Principal::builder("https://other", "ada").client_id("app").build().is_bound_to(&binding));
    }

    #[test]
    fn holder_is_the_same_for_all_clients_of_a_subject() {
        let holder = ada().build().holder();
        assert_eq!(holder, ada().client_id("other").scopes(["other"]).build().holder());
        assert_eq!(holder, Principal::builder("https://idp", "ada").build().holder());
        assert!(ada().build().has_holder_of(&ada().client_id("other").build()));
        assert!(!ada().build().has_holder_of(&Principal::builder("https://other", "ada").build()));
        assert!(!ada().build().has_holder_of(&Principal::builder("https://idp", "eve").build()));
        assert_ne!(holder, Principal::builder("https://other", "ada").client_id("app").build().holder());
        assert_ne!(holder, Principal::builder("https://idp", "eve").client_id("app").build().holder());
    }

    #[cfg(feature = "auth")]
    #[test]
    fn client_without_subject_differs_from_user_of_same_name() {
        let user = Principal::builder("https://idp", "app").client_id("app");
        let client = user.clone().acting_for_itself(true).build();
        let user = user.build();
        assert!(client.holder() != user.holder() && !client.has_holder_of(&user));
        assert!(!client.is_bound_to(&user.binding()) && !user.is_bound_to(&client.binding()));
        assert!(client.is_bound_to(&client.binding()) && client.binding() != user.binding());
        let stored = serde_json::to_string(&client.binding()).unwrap();
        assert_eq!(serde_json::from_str::<PrincipalBinding>(&stored).unwrap(), client.binding());
    }

    #[test]
    fn expiry_is_capped_at_the_year_9999() {
        let forever = ada().expires_at_seconds(u64::MAX).build();
        assert_eq!(forever.expires_at(), Some(UNIX_EPOCH + Duration::from_secs(LATEST_EXPIRY)));
    }
}
