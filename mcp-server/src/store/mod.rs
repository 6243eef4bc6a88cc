//! What the replicas of a server share, and what a server keeps beyond one call: traits, and the versions that live in memory.

mod spent_states;

pub use spent_states::{SpentStates, SpentStatesInMemory, StoreError};
