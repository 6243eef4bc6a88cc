//! What the replicas of a server share, and what a server keeps beyond one call: traits, and the versions that live in memory.
//!
//! A change is published on a [`ChangeBus`], and every node that serves the module hears of it and tells its clients. The default
//! bus knows one process; behind a load balancer, put the bus of your message broker in its place with
//! [`McpOptions::change_bus`](crate::McpOptions::change_bus).

mod change_bus;
mod changes;
mod local;
mod spent_states;
mod tasks;

pub use change_bus::{Change, ChangeBus, ChangeReceiver};
pub use changes::Changes;
pub use local::LocalChangeBus;
pub use spent_states::{SpentStates, SpentStatesInMemory, StoreError};
pub use tasks::{Stored, TaskMessage, TaskRecord, TaskRoom, TaskStore, TasksInMemory};
