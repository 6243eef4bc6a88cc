//! The stdio transport: one message per line, on standard input and output or any pair of byte
//! streams (2026-07-28, transports, stdio).
//!
//! A reader splits the input into lines, the [`Conversation`] hands them to the engine, and a
//! writer writes lines. Standard input and output are read and written by threads: both may block
//! forever in the operating system, and a runtime waits for its blocking tasks before it ends.
//! Other byte streams are read and written by tasks.

mod conversation;
mod lines;
mod peer;

pub(crate) use conversation::{Conversation, End, Scope};
pub(crate) use lines::Lines;
pub(crate) use peer::standard_output_closed;
