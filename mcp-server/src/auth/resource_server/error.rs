//! The mistakes in the description of a protected resource: what is wrong, and what to write instead.

use std::fmt;

use crate::auth::secure_url::UrlError;

/// A mistake in an [`Authorization`](super::Authorization), found when the server is built. All mistakes are reported together.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AuthorizationError {
    /// The resource, an issuer or another identifier is no acceptable URL.
    Url {
        /// Where the text was given: `resource`, `server`, …
        place: &'static str,
        /// The text.
        text: String,
        /// What is wrong with it.
        mistake: UrlError,
    },
    /// Neither an authorization server nor a verifier is named, so no token could ever be accepted.
    NoServer,
    /// The same issuer is named twice.
    DuplicateIssuer(String),
    /// A list of algorithms is empty, so no token of this issuer could ever be accepted.
    NoAlgorithms {
        /// The issuer whose tokens the list is about.
        issuer: String,
    },
    /// An algorithm that must not verify tokens with public keys, or that is not known.
    Algorithm {
        /// The issuer whose tokens the list is about.
        issuer: String,
        /// The algorithm as it was written.
        name: String,
    },
    /// The tolerance for clocks is more than five minutes.
    Leeway {
        /// The issuer whose tokens it is about.
        issuer: String,
        /// The tolerance in seconds.
        seconds: u64,
    },
    /// A text is no scope.
    Scope {
        /// Where the text was given: `required_scopes`, …
        place: &'static str,
        /// The text.
        text: String,
    },
    /// `offline_access` is asked of clients, which is between them and the authorization server.
    OfflineAccess {
        /// Where it was given.
        place: &'static str,
    },
    /// An audience that is empty.
    EmptyAudience,
    /// An audience that tokens for other servers carry too.
    SharedAudience(String),
}

impl AuthorizationError {
    pub(crate) fn url(place: &'static str, text: &str, mistake: UrlError) -> Self {
        // A password in the URL must not get into a log by way of the message about it.
        let text = if mistake == UrlError::UserInfo { "(not shown)" } else { text };
        Self::Url { place, text: text.to_owned(), mistake }
    }
}

impl fmt::Display for AuthorizationError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Url { place, text, mistake } => write!(formatter, "`{place}` is {text:?}: {mistake}"),
            Self::NoServer => formatter.write_str(
                "no authorization server is named; add `.server(\"https://…\")` with the issuer of your tokens, or `.verifier(…)`",
            ),
            Self::DuplicateIssuer(issuer) => {
                write!(formatter, "the issuer {issuer:?} is named twice; keep one `.server(…)` or `.verifier(…)` for it")
            }
            Self::NoAlgorithms { issuer } => write!(
                formatter,
                "the algorithms of {issuer:?} are an empty list; name some, as in `.algorithms([\"RS256\"])`, or leave the call out"
            ),
            Self::Algorithm { issuer, name } => write!(
                formatter,
                "the algorithms of {issuer:?} contain {name:?}, which cannot be used with published keys; use some of RS256, RS384, \
                 RS512, PS256, PS384, PS512, ES256, ES384, EdDSA"
            ),
            Self::Leeway { issuer, seconds } => write!(
                formatter,
                "the leeway of {issuer:?} is {seconds} s; allow at most 300 s and set the clocks instead"
            ),
            Self::Scope { place, text } => write!(
                formatter,
                "`{place}` contains {text:?}, which is no scope; write one scope an item, without spaces, quotes and backslashes"
            ),
            Self::OfflineAccess { place } => write!(
                formatter,
                "`{place}` contains `offline_access`; take it out, clients ask their authorization server for it by themselves"
            ),
            Self::EmptyAudience => {
                formatter.write_str("`also_accept` was given an empty text; name the audience, or leave the call out")
            }
            Self::SharedAudience(audience) => write!(
                formatter,
                "`also_accept` was given {audience:?}, which tokens for other servers carry too; have the authorization server put \
                 the URL of this resource into `aud`, or write `.also_accept_shared({audience:?})` to accept tokens meant for others"
            ),
        }
    }
}

impl std::error::Error for AuthorizationError {}
