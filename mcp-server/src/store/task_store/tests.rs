//! The in-memory task store: bounds, shares, expiry, eviction and messages.

use std::{
    sync::atomic::{AtomicUsize, Ordering},
    task::{Context, Wake},
};

use super::*;

const LIMITS: TaskLimits = TaskLimits { max: 3, max_per_owner: 2 };

fn task(id: &str, owner: Option<&str>, state: &str) -> TaskRecord {
    let expires = SystemTime::now() + Duration::from_mins(1);
    TaskRecord::new(id, expires, state).owner(owner.map(str::to_owned))
}

fn expired(id: &str, owner: Option<&str>) -> TaskRecord {
    TaskRecord { expires: SystemTime::UNIX_EPOCH, ..task(id, owner, "state") }
}

#[tokio::test]
async fn tasks_are_bounded_for_all_and_for_each_owner() {
    let store = InMemoryTaskStore::default();
    assert!(store.create(task("a", Some("ada"), ""), LIMITS).await.unwrap());
    assert!(store.create(task("b", Some("ada"), ""), LIMITS).await.unwrap());
    assert!(!store.create(task("c", Some("ada"), ""), LIMITS).await.unwrap());
    assert!(store.create(task("c", Some("bob"), ""), LIMITS).await.unwrap());
    assert!(!store.create(task("d", None, ""), LIMITS).await.unwrap());
    store.remove("a").await.unwrap();
    assert!(store.create(task("d", Some("ada"), ""), LIMITS).await.unwrap());
    assert!(store.get("a").await.unwrap().is_none());
}

#[tokio::test]
async fn holders_have_an_even_share_whichever_client_they_use() {
    let (store, limits) = (InMemoryTaskStore::default(), TaskLimits { max: 8, max_per_owner: 6 });
    let create = async |id: &str, owner: Option<&str>, holder: &str| {
        store.create(task(id, owner, "").holder(Some(holder.to_owned())), limits).await.unwrap()
    };
    for (id, client) in [("a", "ada 1"), ("b", "ada 2"), ("c", "ada 1"), ("d", "ada 3")] {
        assert!(create(id, Some(client), "ada").await);
    }
    assert!(!create("e", Some("ada 4"), "ada").await, "half of all");
    assert!(create("e", Some("bob"), "bob").await);
    assert!(create("f", None, "anonymous").await);
    assert!(!create("g", Some("bob"), "bob").await && !create("g", None, "anonymous").await);
    assert!(create("g", Some("eve"), "eve").await && create("h", Some("joe"), "joe").await);
    assert!(!create("i", Some("dan"), "dan").await, "no task is free");
    store.remove("a").await.unwrap();
    assert!(!create("i", Some("ada 1"), "ada").await, "the free one is for a newcomer");
    assert!(create("i", Some("dan"), "dan").await);
}

#[tokio::test]
async fn expired_task_is_gone_and_leaves_its_room() {
    let store = InMemoryTaskStore::default();
    assert!(store.create(expired("old", Some("ada")), LIMITS).await.unwrap());
    assert!(store.get("old").await.unwrap().is_none());
    store.state.lock().next_sweep = None;
    assert!(store.create(task("new", Some("ada"), ""), LIMITS).await.unwrap());
    let state = store.state.lock();
    assert_eq!((state.tasks.len(), state.bytes.held()), (1, 0));
}

#[tokio::test]
async fn sweep_removes_expired_tasks_only() {
    let store = InMemoryTaskStore::default();
    assert!(store.create(expired("old", Some("ada")), LIMITS).await.unwrap());
    assert!(store.create(task("new", None, "new"), LIMITS).await.unwrap());
    store.sweep();
    let state = store.state.lock();
    assert_eq!((state.tasks.len(), state.bytes.held(), state.holders.len()), (1, 3, 1));
}

#[tokio::test]
async fn messages_wait_until_the_task_ends() {
    let store = InMemoryTaskStore::default();
    store.send("a", TaskMessage::Cancel).await.unwrap();
    store.create(task("a", None, ""), LIMITS).await.unwrap();
    let answers = TaskMessage::Answers("{}".to_owned());
    let (received, sent) = tokio::join!(store.receive("a"), store.send("a", answers.clone()));
    sent.unwrap();
    assert_eq!(received.unwrap(), answers, "not the message from before the task");
    for _ in 0..MAX_MESSAGES {
        store.send("a", TaskMessage::Cancel).await.unwrap();
    }
    assert!(store.send("a", TaskMessage::Cancel).await.is_err());
    store.put(task("a", None, "").ended(true)).await.unwrap();
    store.send("a", TaskMessage::Cancel).await.unwrap();
    assert!(store.state.lock().inboxes.is_empty());
}

#[tokio::test]
async fn message_wakes_the_receiver_of_its_task_only() {
    #[derive(Default)]
    struct Wakes(AtomicUsize);

    impl Wake for Wakes {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::SeqCst);
        }
    }

    let store = InMemoryTaskStore::default();
    let (wakes, limits) = (Arc::<Wakes>::default(), TaskLimits { max: 2_000, max_per_owner: 1_000 });
    let waker = wakes.clone().into();
    let ids: Vec<String> = (0..1_000).map(|number| number.to_string()).collect();
    for id in &ids {
        assert!(store.create(task(id, None, ""), limits).await.unwrap());
    }
    let mut receivers: Vec<_> = ids.iter().map(|id| Box::pin(store.receive(id))).collect();
    for receiver in &mut receivers {
        assert!(receiver.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
    }
    for (id, receiver) in ids.iter().zip(&mut receivers) {
        store.send(id, TaskMessage::Cancel).await.unwrap();
        assert!(receiver.as_mut().poll(&mut Context::from_waker(&waker)).is_ready());
    }
    assert_eq!(wakes.0.load(Ordering::SeqCst), 1_000, "one for each message");
}

#[tokio::test]
async fn states_are_bounded_by_bytes() {
    let store = InMemoryTaskStore::new(10);
    assert!(store.create(task("a", None, "12345"), LIMITS).await.unwrap());
    assert!(store.put(task("a", None, "1234567890")).await.unwrap());
    assert!(!store.put(task("a", None, "12345678901")).await.unwrap());
    assert_eq!(store.get("a").await.unwrap().unwrap().state, "1234567890", "the old state stays");
    assert!(!store.create(task("b", None, "1"), LIMITS).await.unwrap(), "a running task is not evicted");
}

#[tokio::test]
async fn largest_owner_loses_its_largest_result() {
    let ended = |id, owner, state| task(id, Some(owner), state).ended(true);
    let store = InMemoryTaskStore::new(20);
    let limits = TaskLimits::new(10, 10);
    for (id, owner, state) in [("a", "ada", "1234567890"), ("b", "ada", "123"), ("c", "bob", "1234")] {
        assert!(store.create(task(id, Some(owner), ""), limits).await.unwrap());
        assert!(store.put(ended(id, owner, state)).await.unwrap());
    }
    // A small owner gets room from a large one.
    assert!(store.create(task("d", Some("bob"), "1234"), limits).await.unwrap());
    let is_stored = async |id| store.get(id).await.unwrap().is_some();
    assert_eq!([is_stored("a").await, is_stored("b").await, is_stored("c").await], [false, true, true]);
    // A new result of the largest owner does not evict its smaller ones.
    assert!(store.create(task("e", Some("ada"), ""), limits).await.unwrap());
    assert!(!store.put(ended("e", "ada", "1234567890")).await.unwrap());
    let all = [is_stored("b").await, is_stored("c").await, is_stored("d").await, is_stored("e").await];
    assert_eq!(all, [true; 4]);
}
