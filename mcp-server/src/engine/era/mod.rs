//! The two protocol eras. Each finds the caller of a message, and serves the requests that are not
//! about items.

mod headers;
pub(super) mod session;
pub(super) mod stateless;
