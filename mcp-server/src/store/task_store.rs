//! `TaskStore`: keeps tasks until they expire.

use std::{
    collections::{HashMap, VecDeque},
    fmt,
    future::pending,
    sync::Arc,
    time::{Duration, SystemTime},
};

use parking_lot::Mutex;
use tokio::sync::Notify;

use super::StoreError;
use crate::quota::{Account, Quota, is_within_share};

/// One task as a store keeps it, such as a row of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TaskRecord {
    /// Unique id: 128 random bits in hexadecimal.
    pub id: String,
    /// Owner of the task: an opaque text, to be compared only. `None` without authorization.
    pub owner: Option<String>,
    /// Party that the task is charged to: an opaque text, the same for all clients that act for one
    /// principal. `None` without authorization, where no share applies.
    pub holder: Option<String>,
    /// Time after which the task may be forgotten.
    pub expires: SystemTime,
    /// `true` once the task has ended, and no process works on it any more.
    pub ended: bool,
    /// The task as its client sees it: the text of a JSON object.
    pub state: String,
}

impl TaskRecord {
    /// Returns a record that has not ended and has no owner.
    pub fn new(id: impl Into<String>, expires: SystemTime, state: impl Into<String>) -> Self {
        Self { id: id.into(), owner: None, holder: None, expires, ended: false, state: state.into() }
    }

    /// Sets the owner.
    #[must_use]
    pub fn owner(mut self, owner: Option<String>) -> Self {
        self.owner = owner;
        self
    }

    /// Sets the party that the task is charged to.
    #[must_use]
    pub fn holder(mut self, holder: Option<String>) -> Self {
        self.holder = holder;
        self
    }

    /// Sets whether the task has ended.
    #[must_use]
    pub fn ended(mut self, ended: bool) -> Self {
        self.ended = ended;
        self
    }
}

/// Bounds on the number of tasks that have not expired.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TaskLimits {
    /// Maximum number of tasks of all owners. A [`holder`](TaskRecord::holder) that has as many
    /// tasks as are still free has its share of them.
    pub max: usize,
    /// Maximum number of tasks of one owner, counted over all owners with the same
    /// [`holder`](TaskRecord::holder). Does not apply to tasks without an owner.
    pub max_per_owner: usize,
}

impl TaskLimits {
    /// Returns limits with these maximum numbers.
    pub fn new(max: usize, max_per_owner: usize) -> Self {
        Self { max, max_per_owner }
    }
}

/// A message to the process that works on a task.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TaskMessage {
    /// Answers of the client to questions (`inputResponses`): the text of a JSON object.
    Answers(String),
    /// The client cancelled the task.
    Cancel,
}

/// Keeps tasks (extension `io.modelcontextprotocol/tasks`) from their creation until they expire.
///
/// The process that creates a task works on it, and is the only one that changes its record.
/// Replicas that share a store serve all requests about each other's tasks: from the record, and by
/// messages to the process that works on the task.
pub trait TaskStore: Send + Sync + 'static {
    /// Adds a task. Returns `false` if the limits leave no room for it.
    ///
    /// After `true`, [`get`](Self::get) must find the task in every process at once.
    ///
    /// # Errors
    /// After an error the call goes on without becoming a task.
    fn create(&self, task: TaskRecord, limits: TaskLimits) -> impl Future<Output = Result<bool, StoreError>> + Send;

    /// Returns the task with this id, as last written, or `None` if it is unknown or has expired.
    ///
    /// # Errors
    /// The client of the task is answered with an internal error.
    fn get(&self, id: &str) -> impl Future<Output = Result<Option<TaskRecord>, StoreError>> + Send;

    /// Replaces the record of a task. Returns `false` without room for it: the result is then lost.
    ///
    /// The calls for one task are sequential, and end with the record that has ended.
    ///
    /// # Errors
    /// After an error the server tries again, until the task expires.
    fn put(&self, task: TaskRecord) -> impl Future<Output = Result<bool, StoreError>> + Send;

    /// Removes a task.
    ///
    /// # Errors
    /// An error is logged.
    fn remove(&self, id: &str) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Sends a message to the process of a task. The server then acknowledges it to the client.
    ///
    /// # Errors
    /// The client is answered with an internal error.
    fn send(&self, id: &str, message: TaskMessage) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Waits for the next message to the task. Its process calls this until the task ends.
    ///
    /// # Errors
    /// After an error the server waits for a second, and calls again.
    fn receive(&self, id: &str) -> impl Future<Output = Result<TaskMessage, StoreError>> + Send;

    /// Releases the resources of expired tasks. Called several times a minute, and must not wait.
    /// The default does nothing: rows of most databases expire by themselves.
    fn sweep(&self) {}
}

impl<S: TaskStore> TaskStore for Arc<S> {
    fn create(&self, task: TaskRecord, limits: TaskLimits) -> impl Future<Output = Result<bool, StoreError>> + Send {
        (**self).create(task, limits)
    }

    fn get(&self, id: &str) -> impl Future<Output = Result<Option<TaskRecord>, StoreError>> + Send {
        (**self).get(id)
    }

    fn put(&self, task: TaskRecord) -> impl Future<Output = Result<bool, StoreError>> + Send {
        (**self).put(task)
    }

    fn remove(&self, id: &str) -> impl Future<Output = Result<(), StoreError>> + Send {
        (**self).remove(id)
    }

    fn send(&self, id: &str, message: TaskMessage) -> impl Future<Output = Result<(), StoreError>> + Send {
        (**self).send(id, message)
    }

    fn receive(&self, id: &str) -> impl Future<Output = Result<TaskMessage, StoreError>> + Send {
        (**self).receive(id)
    }

    fn sweep(&self) {
        (**self).sweep();
    }
}

/// The in-memory [`TaskStore`]. Its tasks end with the process. The default of every module.
pub struct InMemoryTaskStore {
    state: Mutex<State>,
}

struct State {
    tasks: HashMap<String, TaskRecord>,
    holders: HashMap<String, Charged>,
    /// Messages to the tasks that have not ended.
    inboxes: HashMap<String, Inbox>,
    /// Bytes of the states of all tasks.
    bytes: Arc<Quota>,
    /// Time of the next search for expired tasks.
    next_sweep: Option<SystemTime>,
}

/// Messages to one task.
#[derive(Default)]
struct Inbox {
    messages: VecDeque<TaskMessage>,
    /// Notified of every message. Each task has its own, so that a message wakes one process only.
    arrived: Arc<Notify>,
}

/// The part of one holder. Tasks without a holder are charged to their owner, and tasks without
/// both share one part.
struct Charged {
    tasks: usize,
    bytes: Account,
}

/// Maximum number of messages that wait for the process that works on a task.
const MAX_MESSAGES: usize = 64;

/// Minimum interval between two searches for expired tasks.
const SWEEP_INTERVAL: Duration = Duration::from_secs(5);

impl InMemoryTaskStore {
    /// Returns a store of at most `max_bytes` of task states, results included.
    ///
    /// Without room for a state, the store evicts the largest result of the holder that has the
    /// most, together with its task. If that would be the new result itself, it is not stored, and
    /// its task fails.
    pub fn new(max_bytes: usize) -> Self {
        let state = State {
            tasks: HashMap::new(),
            holders: HashMap::new(),
            inboxes: HashMap::new(),
            bytes: Quota::new(max_bytes),
            next_sweep: None,
        };
        Self { state: Mutex::new(state) }
    }
}

impl Default for InMemoryTaskStore {
    /// Returns a store of at most 256 MiB.
    fn default() -> Self {
        Self::new(256 * 1024 * 1024)
    }
}

impl TaskStore for InMemoryTaskStore {
    async fn create(&self, task: TaskRecord, limits: TaskLimits) -> Result<bool, StoreError> {
        let now = SystemTime::now();
        let mut state = self.state.lock();
        if state.next_sweep.is_none_or(|next| next <= now) {
            state.sweep(now);
        }
        let (own, all) = (state.holders.get(charged(&task)).map_or(0, |holder| holder.tasks), state.tasks.len());
        let has_share = task.holder.is_none() || own == 0 || is_within_share(own + 1, all + 1, limits.max);
        let fits = all < limits.max
            && (task.owner.is_none() || own < limits.max_per_owner)
            && has_share
            && state.make_room(&task);
        if fits {
            state.insert(task);
        }
        Ok(fits)
    }

    async fn get(&self, id: &str) -> Result<Option<TaskRecord>, StoreError> {
        let now = SystemTime::now();
        Ok(self.state.lock().tasks.get(id).filter(|task| task.expires > now).cloned())
    }

    async fn put(&self, task: TaskRecord) -> Result<bool, StoreError> {
        let mut state = self.state.lock();
        let before = state.take(&task.id);
        let fits = state.make_room(&task);
        if let Some(kept) = if fits { Some(task) } else { before } {
            state.insert(kept);
        }
        Ok(fits)
    }

    async fn remove(&self, id: &str) -> Result<(), StoreError> {
        self.state.lock().remove(id);
        Ok(())
    }

    async fn send(&self, id: &str, message: TaskMessage) -> Result<(), StoreError> {
        let mut state = self.state.lock();
        if state.tasks.get(id).is_none_or(|task| task.ended) {
            // No process receives messages for it.
            return Ok(());
        }
        let inbox = state.inboxes.entry(id.to_owned()).or_default();
        if inbox.messages.len() >= MAX_MESSAGES {
            return Err(format!("too many messages wait for the task: at most {MAX_MESSAGES} may").into());
        }
        inbox.messages.push_back(message);
        inbox.arrived.notify_waiters();
        Ok(())
    }

    async fn receive(&self, id: &str) -> Result<TaskMessage, StoreError> {
        loop {
            // A task that is unknown or has ended receives no messages.
            let Some(inbox) = self.state.lock().inbox(id) else { return pending().await };
            let arrived = inbox.notified();
            tokio::pin!(arrived);
            // Registered before the messages are read, so that none is missed in between.
            arrived.as_mut().enable();
            let message = self.state.lock().inboxes.get_mut(id).and_then(|inbox| inbox.messages.pop_front());
            match message {
                Some(message) => return Ok(message),
                None => arrived.await,
            }
        }
    }

    fn sweep(&self) {
        self.state.lock().sweep(SystemTime::now());
    }
}

impl State {
    /// Returns the notification of messages to a task that has not ended.
    fn inbox(&mut self, id: &str) -> Option<Arc<Notify>> {
        self.tasks.get(id).filter(|task| !task.ended)?;
        if !self.inboxes.contains_key(id) {
            self.inboxes.insert(id.to_owned(), Inbox::default());
        }
        self.inboxes.get(id).map(|inbox| inbox.arrived.clone())
    }

    fn insert(&mut self, task: TaskRecord) {
        if task.ended {
            self.inboxes.remove(&task.id);
        }
        let new = || Charged { tasks: 0, bytes: Account::new(self.bytes.clone()) };
        let holder = self.holders.entry(charged(&task).to_owned()).or_insert_with(new);
        holder.tasks += 1;
        holder.bytes.add(task.state.len());
        self.tasks.insert(task.id.clone(), task);
    }

    /// Evicts results until a new task has room. Returns `false` if too few can be evicted.
    fn make_room(&mut self, task: &TaskRecord) -> bool {
        let needed = task.state.len();
        if self.bytes.would_exceed(needed) {
            self.sweep(SystemTime::now());
        }
        while self.bytes.would_exceed(needed) {
            let bytes_of = |holder: &str| {
                self.holders.get(holder).map_or(0, |holder| holder.bytes.held())
                    + if holder == charged(task) { needed } else { 0 }
            };
            let heaviest =
                self.holders.keys().map(String::as_str).chain([charged(task)]).max_by_key(|holder| bytes_of(holder));
            let results = self.tasks.values().filter(|known| known.ended && Some(charged(known)) == heaviest);
            let Some(largest) = results.max_by_key(|known| known.state.len()) else { return false };
            if charged(largest) == charged(task) && largest.state.len() < needed {
                return false;
            }
            let id = largest.id.clone();
            self.remove(&id);
        }
        true
    }

    fn remove(&mut self, id: &str) {
        self.inboxes.remove(id);
        self.take(id);
    }

    fn take(&mut self, id: &str) -> Option<TaskRecord> {
        let task = self.tasks.remove(id)?;
        if let Some(holder) = self.holders.get_mut(charged(&task)) {
            holder.tasks -= 1;
            holder.bytes.remove(task.state.len());
            if holder.tasks == 0 {
                self.holders.remove(charged(&task));
            }
        }
        Some(task)
    }

    fn sweep(&mut self, now: SystemTime) {
        let expired: Vec<String> =
            self.tasks.values().filter(|task| task.expires <= now).map(|task| task.id.clone()).collect();
        for id in expired {
            self.remove(&id);
        }
        self.next_sweep = now.checked_add(SWEEP_INTERVAL);
    }
}

/// Returns the party that a task is charged to. Without authorization it has no name.
fn charged(task: &TaskRecord) -> &str {
    task.holder.as_deref().or(task.owner.as_deref()).unwrap_or_default()
}

impl fmt::Debug for InMemoryTaskStore {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("InMemoryTaskStore").field("bytes", &self.state.lock().bytes).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
