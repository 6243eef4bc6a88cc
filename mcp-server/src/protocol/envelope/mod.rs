//! The JSON-RPC envelope: messages, their parameters, and the checks that precede parsing.

pub(crate) mod canonical;
pub(crate) mod malformed;
pub(crate) mod members;
pub(crate) mod message;
pub(crate) mod parameter;
pub(crate) mod params;
pub(crate) mod scan;
