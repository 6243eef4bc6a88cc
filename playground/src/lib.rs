//! The annotated functions that the playground's servers serve.

pub mod greeting;
pub mod listen;
