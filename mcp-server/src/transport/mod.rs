//! Transports: they carry messages from clients to the engine, and its replies back.

pub(crate) mod http;
pub(crate) mod stdio;
