//! Shared code of the end-to-end tests.

#![allow(clippy::unwrap_used, clippy::missing_panics_doc, reason = "tests fail by panicking")]

pub mod harness;
pub mod workspace;
