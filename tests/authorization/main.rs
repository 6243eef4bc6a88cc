//! Protected servers and authorization servers: `oidc-provider` in Node.js, Keycloak, and the
//! program of the playground.
//!
//! `install` installs the packages that the first needs, and `keycloak` starts the second. Tests
//! without their authorization server are skipped, or fail with `CI=true`.

mod development;
mod discovery;
mod keycloak;
mod metadata;
mod outage;
mod principals;
mod rotation;
mod signatures;
mod support;
mod tokens;
