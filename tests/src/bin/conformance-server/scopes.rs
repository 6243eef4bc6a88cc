//! Two fixed tokens, and the operations that their scopes allow (SEP-2350).
//!
//! Anonymous clients may do everything. A challenge names every scope of the operation.

use std::net::SocketAddr;

use mcp_server::{
    Authorization, CallInfo, Denial, Guard, Principal,
    auth::{Anonymous, Credentials, TokenError, TokenVerifier, VerifyRequest},
};

const ISSUER: &str = "https://authorization.conformance.example";
const BASELINE: &str = "mcp:conformance:baseline";
pub(crate) const CALL: &str = "mcp:conformance:tools:call";
pub(crate) const CALL_SIMPLE_TEXT: &str = "mcp:conformance:tools:test_simple_text";
pub(crate) const READ: &str = "mcp:conformance:resources:read";
pub(crate) const READ_STATIC: &str = "mcp:conformance:resources:static";
const READ_TEMPLATE_123: &str = "mcp:conformance:resources:template:123";
pub(crate) const GET: &str = "mcp:conformance:prompts:get";
pub(crate) const GET_SIMPLE_PROMPT: &str = "mcp:conformance:prompts:test_simple_prompt";

/// Accepts the two tokens, and anonymous clients.
pub(crate) fn authorization(listen: SocketAddr) -> Authorization {
    Authorization::resource(format!("http://{listen}/mcp"))
        .verifier(ISSUER, Tokens)
        .anonymous(Anonymous::PublicOnly)
        .scopes_supported([BASELINE])
}

struct Tokens;

impl TokenVerifier for Tokens {
    async fn verify(
        &self,
        credentials: &Credentials<'_>,
        request: &VerifyRequest<'_>,
    ) -> Result<Principal, TokenError> {
        let scopes: &[&str] = match credentials.expose_token() {
            "mcp-conformance-scope-low" => &[BASELINE],
            "mcp-conformance-scope-full" => {
                &[BASELINE, CALL, CALL_SIMPLE_TEXT, READ, READ_STATIC, READ_TEMPLATE_123, GET, GET_SIMPLE_PROMPT]
            }
            _ => return Err(TokenError::invalid("the token is not known")),
        };
        let audience = [request.resource().as_str()];
        Ok(Principal::builder(ISSUER, credentials.expose_token()).scopes(scopes).audience(audience).build())
    }
}

/// Admits anonymous clients, and tokens with all of these scopes.
pub(crate) struct TokenNeeds(pub(crate) &'static [&'static str]);

impl Guard for TokenNeeds {
    async fn check(&self, call: &CallInfo<'_>) -> Result<(), Denial> {
        require(call, self.0)
    }
}

/// Like [`TokenNeeds`], with a scope for each id of the template.
pub(crate) struct TokenNeedsTemplate;

impl Guard for TokenNeedsTemplate {
    async fn check(&self, call: &CallInfo<'_>) -> Result<(), Denial> {
        let id = call.uri().and_then(|uri| uri.split('/').nth(3)).unwrap_or_default();
        require(call, &[READ, &format!("mcp:conformance:resources:template:{id}")])
    }
}

fn require(call: &CallInfo<'_>, scopes: &[&str]) -> Result<(), Denial> {
    match call.principal() {
        Some(principal) if !scopes.iter().all(|scope| principal.has_scope(scope)) => Err(Denial::step_up(scopes)),
        _ => Ok(()),
    }
}
