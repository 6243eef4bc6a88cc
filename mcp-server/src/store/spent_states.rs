//! Which states of requests have been used, for servers where each may be used once.

use std::{
    collections::HashMap,
    fmt,
    pin::Pin,
    sync::{Mutex, PoisonError},
    time::SystemTime,
};

/// An error of a store. It is logged, and the call fails.
pub type StoreError = Box<dyn std::error::Error + Send + Sync>;

/// Remembers which `requestState`s have been used, so that none is used twice (2026-07-28, multi round-trip requests: states that
/// must be consumed at most once are remembered by the server). Replicas share one, such as a table with a unique column.
///
/// A client whose connection breaks after it has sent its answers cannot send them again: it begins anew. So this is for handlers
/// whose last steps must not be repeated; for all others, [`Context::step`](crate::Context::step) does.
pub trait SpentStates: Send + Sync + 'static {
    /// Notes that the state of this id is used now. `false` when it has been before. Ids may be forgotten after `expires`.
    fn spend<'a>(
        &'a self,
        id: &'a str,
        expires: SystemTime,
    ) -> Pin<Box<dyn Future<Output = Result<bool, StoreError>> + Send + 'a>>;
}

/// [`SpentStates`] of one process.
pub struct SpentStatesInMemory {
    most: usize,
    spent: Mutex<HashMap<Box<str>, SystemTime>>,
}

impl SpentStatesInMemory {
    /// Remembers up to `most` states at a time (about 150 bytes each); when there are more that have not expired, calls with a
    /// state are refused until some have.
    pub fn new(most: usize) -> Self {
        Self { most, spent: Mutex::default() }
    }
}

impl SpentStates for SpentStatesInMemory {
    fn spend<'a>(
        &'a self,
        id: &'a str,
        expires: SystemTime,
    ) -> Pin<Box<dyn Future<Output = Result<bool, StoreError>> + Send + 'a>> {
        let mut spent = self.spent.lock().unwrap_or_else(PoisonError::into_inner);
        if spent.len() >= self.most {
            let now = SystemTime::now();
            spent.retain(|_, expires| *expires >= now);
        }
        let result = if spent.contains_key(id) {
            Ok(false)
        } else if spent.len() >= self.most {
            Err("there is no room to remember another used state".into())
        } else {
            spent.insert(id.into(), expires);
            Ok(true)
        };
        Box::pin(std::future::ready(result))
    }
}

impl fmt::Debug for SpentStatesInMemory {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("SpentStatesInMemory").field("most", &self.most).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[tokio::test]
    async fn a_state_is_spent_once_and_forgotten_when_it_has_expired() {
        let spent = SpentStatesInMemory::new(2);
        let (past, future) = (SystemTime::UNIX_EPOCH, SystemTime::now() + Duration::from_mins(1));
        assert!(spent.spend("a", future).await.unwrap());
        assert!(!spent.spend("a", future).await.unwrap());
        assert!(spent.spend("b", past).await.unwrap());
        assert!(spent.spend("c", future).await.unwrap(), "`b` has made room");
        assert!(spent.spend("d", future).await.is_err());
        assert!(!spent.spend("a", future).await.unwrap());
    }
}
