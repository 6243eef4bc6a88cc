//! Storage: traits for state that outlives a call or is shared by several replicas of a server, and
//! their in-memory implementations.
//!
//! | trait | keeps | default |
//! |---|---|---|
//! | [`ChangeBus`] | nothing: it carries changes to every process | [`InMemoryChangeBus`] |
//! | [`TaskStore`] | [tasks](crate::docs::tasks) | [`InMemoryTaskStore`] |
//! | [`SpentStates`] | which request states were used | none: states can be used again |
//!
//! The in-memory implementations serve one process. Behind a load balancer, replace them with
//! implementations for your broker and your database, through
//! [`McpOptions::change_bus`](crate::McpOptions::change_bus),
//! [`McpOptions::task_store`](crate::McpOptions::task_store) and
//! [`McpOptions::spent_states`](crate::McpOptions::spent_states).

mod change_bus;
mod changes;
mod erased;
mod spent_states;
mod task_store;

pub use change_bus::{Change, ChangeBus, ChangeReceiver, InMemoryChangeBus};
pub use changes::Changes;
pub(crate) use erased::{DynSpentStates, DynTaskStore};
pub use spent_states::{InMemorySpentStates, SpentStates};
pub use task_store::{InMemoryTaskStore, TaskLimits, TaskMessage, TaskRecord, TaskStore};

/// An error of a store. The server logs it, and the call that needed the store fails.
pub type StoreError = Box<dyn std::error::Error + Send + Sync>;
