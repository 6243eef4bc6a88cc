//! Type-erased stores: the traits of this module return futures of their own type, which a trait
//! object cannot.

use std::time::SystemTime;

use futures_util::future::BoxFuture;

use super::{SpentStates, StoreError, TaskLimits, TaskMessage, TaskRecord, TaskStore};

type Stored<'a, T> = BoxFuture<'a, Result<T, StoreError>>;

/// A type-erased [`TaskStore`].
pub(crate) trait DynTaskStore: Send + Sync {
    fn create(&self, task: TaskRecord, limits: TaskLimits) -> Stored<'_, bool>;
    fn get<'a>(&'a self, id: &'a str) -> Stored<'a, Option<TaskRecord>>;
    fn put(&self, task: TaskRecord) -> Stored<'_, bool>;
    fn remove<'a>(&'a self, id: &'a str) -> Stored<'a, ()>;
    fn send<'a>(&'a self, id: &'a str, message: TaskMessage) -> Stored<'a, ()>;
    fn receive<'a>(&'a self, id: &'a str) -> Stored<'a, TaskMessage>;
    fn sweep(&self);
}

impl<S: TaskStore> DynTaskStore for S {
    fn create(&self, task: TaskRecord, limits: TaskLimits) -> Stored<'_, bool> {
        Box::pin(TaskStore::create(self, task, limits))
    }

    fn get<'a>(&'a self, id: &'a str) -> Stored<'a, Option<TaskRecord>> {
        Box::pin(TaskStore::get(self, id))
    }

    fn put(&self, task: TaskRecord) -> Stored<'_, bool> {
        Box::pin(TaskStore::put(self, task))
    }

    fn remove<'a>(&'a self, id: &'a str) -> Stored<'a, ()> {
        Box::pin(TaskStore::remove(self, id))
    }

    fn send<'a>(&'a self, id: &'a str, message: TaskMessage) -> Stored<'a, ()> {
        Box::pin(TaskStore::send(self, id, message))
    }

    fn receive<'a>(&'a self, id: &'a str) -> Stored<'a, TaskMessage> {
        Box::pin(TaskStore::receive(self, id))
    }

    fn sweep(&self) {
        TaskStore::sweep(self);
    }
}

/// A type-erased [`SpentStates`].
pub(crate) trait DynSpentStates: Send + Sync {
    fn spend<'a>(&'a self, id: &'a str, expires: SystemTime) -> Stored<'a, bool>;
}

impl<S: SpentStates> DynSpentStates for S {
    fn spend<'a>(&'a self, id: &'a str, expires: SystemTime) -> Stored<'a, bool> {
        Box::pin(SpentStates::spend(self, id, expires))
    }
}
