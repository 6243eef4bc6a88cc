//! Messages as lines: standard input and output, or any pair of byte streams (2026-07-28, transports, stdio).
//!
//! Three parties: a thread that reads lines, the conversation that hands them to the engine, and a thread that writes lines.
//! Reading and writing are threads and not tasks since both may wait for ever in the operating system, and a runtime waits for its
//! blocking tasks before it ends. What waits between them is bounded: see [`conversation`].

mod conversation;
mod lines;
mod peer;

pub(crate) use conversation::{Conversation, Ended, Extent};
pub(crate) use peer::standard_output_is_gone;
