//! Protected servers against real authorization servers: `oidc-provider` in Node, and Keycloak where the script `keycloak` has
//! started one.
//!
//! `install` installs the packages that the first needs. Without them its tests say so and pass, except with `CI=true`.

mod callers;
mod discovery;
mod document;
mod door;
mod keycloak;
mod outage;
mod rotation;
mod signatures;
mod support;
