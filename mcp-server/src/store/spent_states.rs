//! `SpentStates`: the request states that were used, for servers on which each may be used once.

use std::{
    cmp::Reverse,
    collections::{BinaryHeap, HashSet},
    fmt,
    sync::Arc,
    time::SystemTime,
};

use parking_lot::Mutex;

use super::StoreError;

/// Records which `requestState`s were used, so that each is accepted once (2026-07-28, multi
/// round-trip requests).
///
/// Replicas share one store, such as a table with a unique column.
///
/// A client whose connection breaks after it sent its answers cannot send them again, and must
/// start the call over. Use this for handlers whose last step must not be repeated. For all others,
/// [`Context::step`](crate::Context::step) is enough.
pub trait SpentStates: Send + Sync + 'static {
    /// Records the use of the state with this id. Returns `false` if the state was used before. The
    /// store may forget the id after `expires`.
    ///
    /// # Errors
    /// An error ends the call that sent the state.
    fn spend(&self, id: &str, expires: SystemTime) -> impl Future<Output = Result<bool, StoreError>> + Send;
}

impl<S: SpentStates> SpentStates for Arc<S> {
    fn spend(&self, id: &str, expires: SystemTime) -> impl Future<Output = Result<bool, StoreError>> + Send {
        (**self).spend(id, expires)
    }
}

/// The in-memory [`SpentStates`], for a server of one process.
pub struct InMemorySpentStates {
    max: usize,
    spent: Mutex<Spent>,
}

#[derive(Default)]
struct Spent {
    ids: HashSet<Arc<str>>,
    /// All ids, the first to expire on top, so that a full store forgets without a search.
    by_expiry: BinaryHeap<Reverse<(SystemTime, Arc<str>)>>,
}

impl Spent {
    /// Forgets the states that have expired.
    fn forget(&mut self, now: SystemTime) {
        while self.by_expiry.peek().is_some_and(|Reverse((expires, _))| *expires < now) {
            if let Some(Reverse((_, id))) = self.by_expiry.pop() {
                self.ids.remove(&id);
            }
        }
    }
}

impl InMemorySpentStates {
    /// Returns a store of at most `max` states, of about 150 bytes each. Calls with a further state
    /// fail until one of them expires.
    pub fn new(max: usize) -> Self {
        Self { max, spent: Mutex::default() }
    }
}

impl SpentStates for InMemorySpentStates {
    async fn spend(&self, id: &str, expires: SystemTime) -> Result<bool, StoreError> {
        let mut spent = self.spent.lock();
        if spent.ids.len() >= self.max {
            spent.forget(SystemTime::now());
        }
        if spent.ids.contains(id) {
            Ok(false)
        } else if spent.ids.len() >= self.max {
            Err(format!("too many spent states: at most {} are remembered", self.max).into())
        } else {
            let id: Arc<str> = id.into();
            spent.by_expiry.push(Reverse((expires, id.clone())));
            spent.ids.insert(id);
            Ok(true)
        }
    }
}

impl fmt::Debug for InMemorySpentStates {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("InMemorySpentStates").field("max", &self.max).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[tokio::test]
    async fn state_is_spent_once_until_it_expires() {
        let spent = InMemorySpentStates::new(2);
        let (past, future) = (SystemTime::UNIX_EPOCH, SystemTime::now() + Duration::from_mins(1));
        assert!(spent.spend("a", future).await.unwrap());
        assert!(!spent.spend("a", future).await.unwrap());
        assert!(spent.spend("b", past).await.unwrap());
        assert!(spent.spend("c", future).await.unwrap(), "`b` has expired");
        assert!(spent.spend("d", future).await.is_err());
        assert!(!spent.spend("a", future).await.unwrap());
    }

    #[tokio::test]
    async fn full_store_forgets_expired_states_in_any_order() {
        let spent = InMemorySpentStates::new(1_000);
        let now = SystemTime::now();
        for number in 0..1_000_u64 {
            let minutes = Duration::from_secs(60 * (1 + number * 7_919 % 1_000));
            let expires = if number % 2 == 0 { now + minutes } else { now - minutes };
            assert!(spent.spend(&number.to_string(), expires).await.unwrap());
        }
        for number in 1_000..1_500_u64 {
            let expires = now + Duration::from_mins(1);
            assert!(spent.spend(&number.to_string(), expires).await.unwrap(), "{number}");
        }
        assert!(spent.spend("full", now).await.is_err());
        for number in 0..1_500_u64 {
            let is_known = number % 2 == 0 || number >= 1_000;
            assert_eq!(spent.spent.lock().ids.contains(&*number.to_string()), is_known, "{number}");
        }
        assert_eq!(spent.spent.lock().by_expiry.len(), 1_000);
    }
}
