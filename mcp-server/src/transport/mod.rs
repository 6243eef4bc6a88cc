//! The edges: how messages come in and answers go out.

pub(crate) mod http;
pub(crate) mod stdio;
