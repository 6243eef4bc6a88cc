//! A server that requires a token of an external authorization server.

use clap::Parser;
use mcp_server::{Authorization, McpModule, McpOptions, Principal, ServeError, tool};
use playground::{AUTHORIZATION_SERVER, Listen, RESOURCE, log_to_stderr};

/// Serves the greetings at <http://127.0.0.1:3030/mcp> to clients with a valid token.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    /// URL of the authorization server; by default the program `authorization-server`
    #[arg(long, value_name = "URL", default_value_t = format!("http://{AUTHORIZATION_SERVER}"))]
    issuer: String,
    /// URL by which clients reach this server; the audience of the tokens
    #[arg(long, value_name = "URL", default_value = RESOURCE)]
    resource: String,
    /// Scope that every request requires
    #[arg(long, value_name = "SCOPE", default_value = "mcp:tools")]
    scope: String,
    #[command(flatten)]
    listen: Listen,
}

/// Returns the subject of the caller.
#[tool(name = "who-am-i", read_only)]
async fn who_am_i(caller: Principal) -> String {
    caller.subject().to_owned()
}

/// Writes a note. Requires the scope `notes:write`.
#[tool(name = "write-note", scopes("notes:write"))]
async fn write_note(#[arg] text: String, caller: Principal) -> String {
    format!("{} notes: {text}", caller.subject())
}

#[tokio::main]
async fn main() -> Result<(), ServeError> {
    let arguments = Arguments::parse();
    log_to_stderr();
    let authorization = Authorization::resource(&arguments.resource)
        .server(&arguments.issuer)
        .required_scopes([&arguments.scope])
        .scopes_supported([arguments.scope.as_str(), "notes:write"])
        .resource_name("Playground");
    McpModule::for_root(McpOptions::new("playground-mcp-server", "0.0.1").authorization(authorization))
        .build()
        .await?
        .serve(arguments.listen.listen)
        .await
}
