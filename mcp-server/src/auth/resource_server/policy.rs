//! The choices of an operator that are a word each.

/// What happens to a request that carries no credentials.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Anonymous {
    /// Every request needs a token; without one it is answered with 401. The default.
    #[default]
    Deny,
    /// A request without credentials may call what is declared public, and nothing else. A request *with* credentials that are
    /// not valid is still refused.
    PublicOnly,
}

/// How a caller learns that the token lacks a scope for one tool, resource or prompt.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum ScopeFailure {
    /// HTTP 403 with an `insufficient_scope` challenge, as the specification says. A call whose answer is a stream by then, or a task,
    /// ends with a JSON-RPC error of the code 403. The default.
    #[default]
    Forbidden403,
    /// HTTP 200 with a tool result that says so (`isError`), for clients that drop a 403; also at the end of a stream or task. Prompts
    /// and resources have no such results: they say it in a JSON-RPC error, −32602.
    ToolError,
}

/// Which scopes an `insufficient_scope` challenge names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum ChallengeScopes {
    /// What every request needs and what this operation needs. The client adds what it already holds. The default.
    #[default]
    Required,
    /// The same, and all that the token already grants: for clients that ask for the named scopes only, and would lose others.
    RequiredPlusGranted,
}
