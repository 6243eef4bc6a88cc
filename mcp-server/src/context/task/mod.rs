//! Calls that become tasks: answered with a handle, and worked on while the client looks after them now and then (extension
//! `io.modelcontextprotocol/tasks`).

mod detachable;
mod live;

pub(crate) use detachable::Detachable;
pub(crate) use live::{Lifetime, LiveTask, Misfit, TaskOutcome};
