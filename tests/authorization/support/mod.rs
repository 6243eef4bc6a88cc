//! What the tests are played with: an authorization server, a person at a browser, a protected server and an MCP client.

mod browser;
mod http;
mod identity_provider;
mod mcp;
mod oauth;
mod patience;
mod playground;
mod protected;

pub(crate) use http::{Answer, http_client};
pub(crate) use identity_provider::IdentityProvider;
pub(crate) use mcp::{Era, McpClient};
pub(crate) use oauth::OAuthClient;
pub(crate) use patience::{eventually, skip};
pub(crate) use playground::Playground;
pub(crate) use protected::ProtectedServer;
