//! Type-erased stores. The public traits have `async` methods, which trait objects do not support.

use std::time::SystemTime;

use futures_util::future::BoxFuture;

use super::{SpentStates, StoreError, TaskLimits, TaskMessage, TaskRecord, TaskStore};

type StoreFuture<'a, T> = BoxFuture<'a, Result<T, StoreError>>;

/// A type-erased [`TaskStore`].
pub(crate) trait DynTaskStore: Send + Sync {
    fn create(&self, task: TaskRecord, limits: TaskLimits) -> StoreFuture<'_, bool>;
    fn get<'a>(&'a self, id: &'a str) -> StoreFuture<'a, Option<TaskRecord>>;
    fn put(&self, task: TaskRecord) -> StoreFuture<'_, bool>;
    fn remove<'a>(&'a self, id: &'a str) -> StoreFuture<'a, ()>;
    fn send<'a>(&'a self, id: &'a str, message: TaskMessage) -> StoreFuture<'a, ()>;
    fn receive<'a>(&'a self, id: &'a str) -> StoreFuture<'a, TaskMessage>;
    fn sweep(&self);
}

impl<S: TaskStore> DynTaskStore for S {
    fn create(&self, task: TaskRecord, limits: TaskLimits) -> StoreFuture<'_, bool> {
        Box::pin(TaskStore::create(self, task, limits))
    }

    fn get<'a>(&'a self, id: &'a str) -> StoreFuture<'a, Option<TaskRecord>> {
        Box::pin(TaskStore::get(self, id))
    }

    fn put(&self, task: TaskRecord) -> StoreFuture<'_, bool> {
        Box::pin(TaskStore::put(self, task))
    }

    fn remove<'a>(&'a self, id: &'a str) -> StoreFuture<'a, ()> {
        Box::pin(TaskStore::remove(self, id))
    }

    fn send<'a>(&'a self, id: &'a str, message: TaskMessage) -> StoreFuture<'a, ()> {
        Box::pin(TaskStore::send(self, id, message))
    }

    fn receive<'a>(&'a self, id: &'a str) -> StoreFuture<'a, TaskMessage> {
        Box::pin(TaskStore::receive(self, id))
    }

    fn sweep(&self) {
        TaskStore::sweep(self);
    }
}

/// A type-erased [`SpentStates`].
pub(crate) trait DynSpentStates: Send + Sync {
    fn spend<'a>(&'a self, id: &'a str, expires: SystemTime) -> StoreFuture<'a, bool>;
}

impl<S: SpentStates> DynSpentStates for S {
    fn spend<'a>(&'a self, id: &'a str, expires: SystemTime) -> StoreFuture<'a, bool> {
        Box::pin(SpentStates::spend(self, id, expires))
    }
}
