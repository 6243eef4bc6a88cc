//! Protocol revisions as tables: methods by revision, and features by the revision that introduced
//! them.
//!
//! All knowledge about revisions is in this folder and in the engine.

pub(crate) mod method;
pub(crate) mod since;
pub(crate) mod version;

#[cfg(test)]
#[path = "tests/matrix.rs"]
mod matrix;
