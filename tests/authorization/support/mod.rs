//! Authorization servers, users at a browser, and protected servers.

mod browser;
mod challenge;
mod oauth;
mod processes;
mod protected;

pub(crate) use challenge::Challenge;
pub(crate) use oauth::OAuthClient;
pub(crate) use processes::{IdentityProvider, Playground};
pub(crate) use protected::ProtectedServer;
