//! Shared code of the end-to-end tests.

#![allow(clippy::unwrap_used, clippy::missing_panics_doc, reason = "a test that cannot go on says so by panicking")]

pub mod harness;
pub mod workspace;
