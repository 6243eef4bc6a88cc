use mcp_server::tool;

/// One.
#[tool(task = "always")]
fn one() {}

/// Two.
#[tool(task = "forbidden")]
fn two() {}

/// Three.
#[tool(task = true)]
fn three() {}

/// Four.
#[tool(task("required"))]
fn four() {}

fn main() {}
