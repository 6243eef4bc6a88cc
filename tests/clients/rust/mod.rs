//! rmcp's client, which speaks both eras.
#![expect(
    deprecated,
    reason = "sampling, roots and logging are deprecated in the protocol, but servers still use them"
)]

mod checks;
mod connection;
mod person;
mod questions;
mod task;

pub(crate) use checks::check;
