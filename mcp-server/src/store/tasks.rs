//! What tasks came to, for as long as their clients may come back for it.

use std::{
    collections::{HashMap, VecDeque},
    fmt,
    future::ready,
    pin::Pin,
    sync::{Mutex, MutexGuard, PoisonError},
    time::SystemTime,
};

use tokio::sync::Notify;

use super::StoreError;

/// What a [`TaskStore`] answers, once it is there.
pub type Stored<'a, T> = Pin<Box<dyn Future<Output = Result<T, StoreError>> + Send + 'a>>;

/// One task, as it is kept: a row of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaskRecord {
    /// Unique: 128 random bits in hexadecimal.
    pub id: String,
    /// Whose it is; `None` without authorization. Nothing to read, only to compare.
    pub owner: Option<String>,
    /// When it may be forgotten.
    pub expires: SystemTime,
    /// Whether it has ended. Only then nobody works on it.
    pub ended: bool,
    /// The task as its client sees it, the text of a JSON object.
    pub state: String,
}

/// How many tasks there may be that have not expired.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TaskRoom {
    /// Of everyone.
    pub all: usize,
    /// Of one owner.
    pub of_owner: usize,
}

/// What one process has to say to the one that works on a task.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TaskMessage {
    /// Answers of the client to questions of the task (`inputResponses`), the text of a JSON object.
    Answers(String),
    /// The client withdraws the task.
    Cancel,
}

/// Keeps tasks (extension `io.modelcontextprotocol/tasks`) from their creation until they expire.
///
/// The process that creates a task works on it and is the only one that changes its record. Replicas which share a store answer
/// every request about each other's tasks: from the record, and by messages to the process that works on the task.
pub trait TaskStore: Send + Sync + 'static {
    /// Keeps a new task. When this returns `true`, [`get`](Self::get) finds it, from every process: the client is told of the task
    /// then, and asks at once. `false` when there is no room for it.
    fn create(&self, task: TaskRecord, room: TaskRoom) -> Stored<'_, bool>;

    /// The task of that id, as it was last put. One that has expired is as good as none.
    fn get<'a>(&'a self, id: &'a str) -> Stored<'a, Option<TaskRecord>>;

    /// Replaces the record of a task. Called one after the other for one task, and no more after one that has ended. `false` when there
    /// is no room for it, so that a result is lost; after an error it is called again, until the task has expired.
    fn put(&self, task: TaskRecord) -> Stored<'_, bool>;

    /// Forgets a task.
    fn remove<'a>(&'a self, id: &'a str) -> Stored<'a, ()>;

    /// Hands a message to the process that works on the task. The client is told that it was taken when this returns.
    fn send<'a>(&'a self, id: &'a str, message: TaskMessage) -> Stored<'a, ()>;

    /// Waits for the next message to the process that works on the task, which calls this again and again until the task has
    /// ended. After an error it waits for a while.
    fn receive<'a>(&'a self, id: &'a str) -> Stored<'a, TaskMessage>;

    /// Gives back what tasks that have expired take up. Called several times a minute, and must not wait. Does nothing by default: the rows
    /// of most stores expire by themselves.
    fn sweep(&self) {}
}

/// [`TaskStore`] of one process: tasks end with it.
pub struct TasksInMemory {
    most_bytes: usize,
    kept: Mutex<Kept>,
    /// There is a message for somebody.
    arrived: Notify,
}

#[derive(Default)]
struct Kept {
    tasks: HashMap<String, TaskRecord>,
    shares: HashMap<Option<String>, Share>,
    messages: HashMap<String, VecDeque<TaskMessage>>,
    bytes: usize,
    /// When expired tasks are to be looked for again.
    next_sweep: Option<SystemTime>,
}

/// What one owner has of it; those whom nobody knows are one.
#[derive(Clone, Copy, Default)]
struct Share {
    tasks: usize,
    bytes: usize,
}

/// Messages that wait for the process that works on a task.
const MOST_MESSAGES: usize = 64;

/// How often expired tasks are looked for, when there is anything to do at all.
const SWEEP: std::time::Duration = std::time::Duration::from_secs(5);

impl TasksInMemory {
    /// Keeps up to so many bytes of states, results included. Where there is no more room, the owner who has most of it gives way: its
    /// largest result is forgotten, with its task. A result that would be that itself is lost: its task has failed.
    pub fn new(most_bytes: usize) -> Self {
        Self { most_bytes, kept: Mutex::default(), arrived: Notify::new() }
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for TasksInMemory {
    /// Up to 256 MiB.
    fn default() -> Self {
        Self::new(256 * 1024 * 1024)
    }
}

impl TaskStore for TasksInMemory {
    fn create(&self, task: TaskRecord, room: TaskRoom) -> Stored<'_, bool> {
        let now = SystemTime::now();
        let mut kept = self.lock();
        if kept.next_sweep.is_none_or(|next| next <= now) {
            kept.sweep(now);
        }
        let of_owner = kept.shares.get(&task.owner).map_or(0, |share| share.tasks);
        let fits = kept.tasks.len() < room.all
            && (task.owner.is_none() || of_owner < room.of_owner)
            && kept.make_room(&task, self.most_bytes);
        if fits {
            kept.insert(task);
        }
        Box::pin(ready(Ok(fits)))
    }

    fn get<'a>(&'a self, id: &'a str) -> Stored<'a, Option<TaskRecord>> {
        let now = SystemTime::now();
        let found = self.lock().tasks.get(id).filter(|task| task.expires > now).cloned();
        Box::pin(ready(Ok(found)))
    }

    fn put(&self, task: TaskRecord) -> Stored<'_, bool> {
        let mut kept = self.lock();
        let before = kept.take(&task.id);
        let fits = kept.make_room(&task, self.most_bytes);
        if let Some(kept_one) = if fits { Some(task) } else { before } {
            kept.insert(kept_one);
        }
        Box::pin(ready(Ok(fits)))
    }

    fn remove<'a>(&'a self, id: &'a str) -> Stored<'a, ()> {
        self.lock().remove(id);
        Box::pin(ready(Ok(())))
    }

    fn send<'a>(&'a self, id: &'a str, message: TaskMessage) -> Stored<'a, ()> {
        let mut kept = self.lock();
        let result = if kept.tasks.get(id).is_none_or(|task| task.ended) {
            // Nobody waits for it any more.
            Ok(())
        } else {
            let messages = kept.messages.entry(id.to_owned()).or_default();
            if messages.len() < MOST_MESSAGES {
                messages.push_back(message);
                self.arrived.notify_waiters();
                Ok(())
            } else {
                Err("too many messages wait for the process that works on the task".into())
            }
        };
        Box::pin(ready(result))
    }

    fn receive<'a>(&'a self, id: &'a str) -> Stored<'a, TaskMessage> {
        Box::pin(async move {
            loop {
                let arrived = self.arrived.notified();
                tokio::pin!(arrived);
                // Registered before the messages are looked at, so that none falls between.
                arrived.as_mut().enable();
                let message = self.lock().messages.get_mut(id).and_then(VecDeque::pop_front);
                match message {
                    Some(message) => return Ok(message),
                    None => arrived.await,
                }
            }
        })
    }

    fn sweep(&self) {
        self.lock().sweep(SystemTime::now());
    }
}

impl Kept {
    fn insert(&mut self, task: TaskRecord) {
        if task.ended {
            self.messages.remove(&task.id);
        }
        self.bytes += task.state.len();
        let share = self.shares.entry(task.owner.clone()).or_default();
        share.tasks += 1;
        share.bytes += task.state.len();
        self.tasks.insert(task.id.clone(), task);
    }

    /// Whether there is room for the state of a task that is not kept yet, after others gave way.
    fn make_room(&mut self, task: &TaskRecord, most_bytes: usize) -> bool {
        let needed = task.state.len();
        if self.bytes + needed > most_bytes {
            self.sweep(SystemTime::now());
        }
        while self.bytes + needed > most_bytes {
            let bytes_of = |owner: &Option<String>| {
                self.shares.get(owner).map_or(0, |share| share.bytes) + if *owner == task.owner { needed } else { 0 }
            };
            let heaviest = self.shares.keys().chain([&task.owner]).max_by_key(|owner| bytes_of(owner));
            let results = self.tasks.values().filter(|known| known.ended && Some(&known.owner) == heaviest);
            let Some(largest) = results.max_by_key(|known| known.state.len()) else { return false };
            if largest.owner == task.owner && largest.state.len() < needed {
                return false;
            }
            let id = largest.id.clone();
            self.remove(&id);
        }
        true
    }

    fn remove(&mut self, id: &str) {
        self.messages.remove(id);
        self.take(id);
    }

    fn take(&mut self, id: &str) -> Option<TaskRecord> {
        let task = self.tasks.remove(id)?;
        self.bytes -= task.state.len();
        if let Some(share) = self.shares.get_mut(&task.owner) {
            share.tasks -= 1;
            share.bytes -= task.state.len();
            if share.tasks == 0 {
                self.shares.remove(&task.owner);
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
        self.next_sweep = now.checked_add(SWEEP);
    }
}

impl fmt::Debug for TasksInMemory {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("TasksInMemory").field("most_bytes", &self.most_bytes).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const ROOM: TaskRoom = TaskRoom { all: 3, of_owner: 2 };

    fn task(id: &str, owner: Option<&str>, state: &str) -> TaskRecord {
        TaskRecord {
            id: id.to_owned(),
            owner: owner.map(str::to_owned),
            expires: SystemTime::now() + Duration::from_mins(1),
            ended: false,
            state: state.to_owned(),
        }
    }

    #[tokio::test]
    async fn there_is_room_for_so_many_tasks_of_all_and_of_one_owner() {
        let store = TasksInMemory::default();
        assert!(store.create(task("a", Some("ada"), ""), ROOM).await.unwrap());
        assert!(store.create(task("b", Some("ada"), ""), ROOM).await.unwrap());
        assert!(!store.create(task("c", Some("ada"), ""), ROOM).await.unwrap());
        assert!(store.create(task("c", Some("bob"), ""), ROOM).await.unwrap());
        assert!(!store.create(task("d", None, ""), ROOM).await.unwrap());
        store.remove("a").await.unwrap();
        assert!(store.create(task("d", Some("ada"), ""), ROOM).await.unwrap());
        assert!(store.get("a").await.unwrap().is_none());
    }

    #[tokio::test]
    async fn an_expired_task_is_none_and_gives_its_room_away() {
        let store = TasksInMemory::default();
        let expired = TaskRecord { expires: SystemTime::UNIX_EPOCH, ..task("old", Some("ada"), "state") };
        assert!(store.create(expired, ROOM).await.unwrap());
        assert!(store.get("old").await.unwrap().is_none());
        store.lock().next_sweep = None;
        assert!(store.create(task("new", Some("ada"), ""), ROOM).await.unwrap());
        let kept = store.lock();
        assert_eq!((kept.tasks.len(), kept.bytes), (1, 0));
    }

    #[tokio::test]
    async fn what_has_expired_is_swept_away_and_nothing_else() {
        let store = TasksInMemory::default();
        let expired = TaskRecord { expires: SystemTime::UNIX_EPOCH, ..task("old", Some("ada"), "state") };
        assert!(store.create(expired, ROOM).await.unwrap());
        assert!(store.create(task("new", None, "new"), ROOM).await.unwrap());
        store.sweep();
        let kept = store.lock();
        assert_eq!((kept.tasks.len(), kept.bytes, kept.shares.len()), (1, 3, 1));
    }

    #[tokio::test]
    async fn messages_wait_for_the_process_that_works_on_the_task_as_long_as_it_does() {
        let store = TasksInMemory::default();
        store.send("a", TaskMessage::Cancel).await.unwrap();
        store.create(task("a", None, ""), ROOM).await.unwrap();
        let answers = TaskMessage::Answers("{}".to_owned());
        let (received, sent) = tokio::join!(store.receive("a"), store.send("a", answers.clone()));
        sent.unwrap();
        assert_eq!(received.unwrap(), answers, "and not what was sent before there was a task");
        for _ in 0..MOST_MESSAGES {
            store.send("a", TaskMessage::Cancel).await.unwrap();
        }
        assert!(store.send("a", TaskMessage::Cancel).await.is_err());
        store.put(TaskRecord { ended: true, ..task("a", None, "") }).await.unwrap();
        store.send("a", TaskMessage::Cancel).await.unwrap();
        assert!(store.lock().messages.is_empty());
    }

    #[tokio::test]
    async fn states_take_no_more_room_than_they_may() {
        let store = TasksInMemory::new(10);
        assert!(store.create(task("a", None, "12345"), ROOM).await.unwrap());
        assert!(store.put(task("a", None, "1234567890")).await.unwrap());
        assert!(!store.put(task("a", None, "12345678901")).await.unwrap());
        assert_eq!(store.get("a").await.unwrap().unwrap().state, "1234567890", "what was there stays");
        assert!(!store.create(task("b", None, "1"), ROOM).await.unwrap(), "nobody works on a task that is forgotten");
    }

    #[tokio::test]
    async fn who_has_most_gives_way_with_the_largest_result() {
        let ended = |id, owner, state| TaskRecord { ended: true, ..task(id, Some(owner), state) };
        let store = TasksInMemory::new(20);
        let room = TaskRoom { all: 10, of_owner: 10 };
        for (id, owner, state) in [("a", "ada", "1234567890"), ("b", "ada", "123"), ("c", "bob", "1234")] {
            assert!(store.create(task(id, Some(owner), ""), room).await.unwrap());
            assert!(store.put(ended(id, owner, state)).await.unwrap());
        }
        // One that has little needs a little more, and gets it from one that has much.
        assert!(store.create(task("d", Some("bob"), "1234"), room).await.unwrap());
        let kept = async |id| store.get(id).await.unwrap().is_some();
        assert_eq!([kept("a").await, kept("b").await, kept("c").await], [false, true, true]);
        // Whoever has most is asked first, and its newest result is no better than its others.
        assert!(store.create(task("e", Some("ada"), ""), room).await.unwrap());
        assert!(!store.put(ended("e", "ada", "1234567890")).await.unwrap());
        assert_eq!([kept("b").await, kept("c").await, kept("d").await, kept("e").await], [true; 4]);
    }
}
