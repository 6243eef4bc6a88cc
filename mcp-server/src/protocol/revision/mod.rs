//! Revisions of the protocol as tables: methods by revision, and features by the revision that introduced them.

pub(crate) mod method;
pub(crate) mod since;
pub(crate) mod version;

#[cfg(test)]
#[path = "tests/matrix.rs"]
mod matrix;
