//! A module that greets: one tool, one resource, one template, one prompt.

pub mod prompt;
pub mod resource;
pub mod tool;
