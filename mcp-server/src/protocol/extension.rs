//! Names of the extensions that a server may take part in, as both sides declare them (`capabilities.extensions`).

/// MCP Apps: tools with views (SEP-1865).
pub(crate) const UI: &str = "io.modelcontextprotocol/ui";
