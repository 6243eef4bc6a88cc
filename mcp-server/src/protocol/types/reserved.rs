//! Names that the specification reserves: keys of `_meta` and names of extensions.

/// Reserved keys of `_meta` (2026-07-28, `_meta`).
pub(crate) mod meta {
    /// Protocol revision of a stateless request.
    pub(crate) const PROTOCOL_VERSION: &str = "io.modelcontextprotocol/protocolVersion";
    /// Name and version of the client that sends a stateless request.
    pub(crate) const CLIENT_INFO: &str = "io.modelcontextprotocol/clientInfo";
    /// Capabilities of the client that sends a stateless request.
    pub(crate) const CLIENT_CAPABILITIES: &str = "io.modelcontextprotocol/clientCapabilities";
    /// Least severe level of the log messages that a stateless request asks for.
    pub(crate) const LOG_LEVEL: &str = "io.modelcontextprotocol/logLevel";
    /// Name and version of the server, in results of the stateless era.
    pub(crate) const SERVER_INFO: &str = "io.modelcontextprotocol/serverInfo";
    /// Id of the `subscriptions/listen` request that a message of the stateless era belongs to.
    pub(crate) const SUBSCRIPTION_ID: &str = "io.modelcontextprotocol/subscriptionId";
}

/// Names of the extensions that a server can declare in `capabilities.extensions`.
pub(crate) mod extension {
    /// MCP Apps: tools with views (SEP-1865).
    pub(crate) const UI: &str = "io.modelcontextprotocol/ui";
    /// Tasks: calls whose result is fetched later (SEP-2663, 2026-07-28).
    pub(crate) const TASKS: &str = "io.modelcontextprotocol/tasks";
}
