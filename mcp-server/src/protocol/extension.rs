//! Names of the extensions that a server may take part in, as both sides declare them (`capabilities.extensions`).

/// MCP Apps: tools with views (SEP-1865).
pub(crate) const UI: &str = "io.modelcontextprotocol/ui";
/// Tasks: calls whose result is fetched later (2026-07-28).
pub(crate) const TASKS: &str = "io.modelcontextprotocol/tasks";
