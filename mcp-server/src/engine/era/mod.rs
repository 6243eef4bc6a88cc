//! The two protocol eras: how each of them finds the caller of a message, and serves what is not
//! about items.

pub(super) mod session;
pub(super) mod stateless;
