//! A server that lets nobody in without a valid token of an external authorization server.

use clap::Parser;
use mcp_server::{Authorization, McpModule, McpOptions, Principal, ServeError, tool};
use playground::listen;

/// Serves the greeting module, protected, at <http://127.0.0.1:3030/mcp>.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    /// Issuer of the tokens: the URL of the authorization server, such as <https://idp.example.com/realms/acme>
    #[arg(long, value_name = "URL")]
    issuer: String,
    /// The URL by which clients reach this server; tokens must be meant for it
    #[arg(long, value_name = "URL", default_value = "http://localhost:3030/mcp")]
    resource: String,
    /// Scope that every request needs
    #[arg(long, value_name = "SCOPE", default_value = "mcp:tools")]
    scope: String,
    #[command(flatten)]
    listen: listen::Listen,
}

/// Says who is calling.
#[tool(name = "who-am-i", read_only)]
async fn who_am_i(who: Principal) -> String {
    who.subject().to_owned()
}

/// Writes a note, for those who may.
#[tool(name = "write-note", scopes("notes:write"))]
async fn write_note(#[arg] text: String, who: Principal) -> String {
    format!("{} notes: {text}", who.subject())
}

#[tokio::main]
async fn main() -> Result<(), ServeError> {
    let arguments = Arguments::parse();
    listen::log_to_stderr();
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
