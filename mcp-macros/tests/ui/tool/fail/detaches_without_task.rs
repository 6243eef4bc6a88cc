use mcp_server::tool;

/// Rebuilds.
#[tool(detaches, title = "Rebuild")]
fn rebuild() {}

fn main() {}
