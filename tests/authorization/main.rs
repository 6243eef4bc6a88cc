//! Protected servers and real authorization servers: `oidc-provider` in Node.js, and Keycloak.
//!
//! `install` installs the packages that the first needs, and `keycloak` starts the second. Tests
//! without their authorization server are skipped, or fail with `CI=true`.

mod discovery;
mod keycloak;
mod metadata;
mod outage;
mod principals;
mod rotation;
mod signatures;
mod support;
mod tokens;
