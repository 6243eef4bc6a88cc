use mcp_server::tool;

#[tool(view = "https://example.com/clock", visibility(model, modle))]
fn clock() {}

#[tool(visibility(app, app))]
fn wind() {}

fn main() {}
