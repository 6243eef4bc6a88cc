//! JSON-RPC messages: parsing, parameters, and the checks that precede parsing.
//!
//! A message is parsed in one pass that borrows from the body. Parameters stay JSON text until the
//! method that has them reads them.

pub(crate) mod addressee;
mod answer;
pub(crate) mod canonical;
pub(crate) mod malformed;
pub(crate) mod members;
pub(crate) mod message;
pub(crate) mod parameter;
pub(crate) mod params;
pub(crate) mod part;
pub(crate) mod scan;
