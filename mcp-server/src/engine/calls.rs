//! The calls that run, over all clients: how many there are, and how much of their requests they hold.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use tokio::sync::Notify;

use super::in_flight::NoPlace;
use crate::context::Signal;

/// Counts calls from their beginning to their end, also those that have outlived their connection.
#[derive(Clone, Debug)]
pub(crate) struct Calls(Arc<Count>);

#[derive(Debug)]
struct Count {
    now: AtomicUsize,
    most: usize,
    /// Bytes of their requests, which live as long as they do.
    bytes: AtomicUsize,
    most_bytes: usize,
    none: Notify,
    ended: Signal,
}

impl Calls {
    pub(crate) fn new(most: usize, most_bytes: usize) -> Self {
        let (now, bytes) = (AtomicUsize::new(0), AtomicUsize::new(0));
        Self(Arc::new(Count { now, most, bytes, most_bytes, none: Notify::new(), ended: Signal::default() }))
    }

    /// Begins to count a call whose request has so many bytes, if there is room for it.
    pub(crate) fn enter(&self, bytes: usize) -> Result<Counted, NoPlace> {
        let before = self.0.now.fetch_add(1, Ordering::Relaxed);
        let held = self.0.bytes.fetch_add(bytes, Ordering::Relaxed);
        let counted = Counted { calls: self.clone(), bytes };
        // What is larger than all the room has it for itself.
        let is_too_much = before >= self.0.most || held > 0 && held + bytes > self.0.most_bytes;
        if is_too_much { Err(NoPlace::Busy) } else { Ok(counted) }
    }

    pub(crate) fn now(&self) -> usize {
        self.0.now.load(Ordering::Acquire)
    }

    /// Ends all of them, and those to come.
    pub(crate) fn end(&self) {
        self.0.ended.set();
    }

    /// Waits until they are to end.
    pub(crate) async fn ended(&self) {
        self.0.ended.wait().await;
    }

    /// Waits until no call runs.
    pub(crate) async fn none(&self) {
        loop {
            let none = self.0.none.notified();
            tokio::pin!(none);
            // Registered before the count is looked at, so that no change falls between.
            none.as_mut().enable();
            if self.now() == 0 {
                return;
            }
            none.await;
        }
    }
}

/// One of the calls that run.
pub(crate) struct Counted {
    calls: Calls,
    bytes: usize,
}

impl Counted {
    /// All of them.
    pub(crate) fn calls(&self) -> &Calls {
        &self.calls
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        let count = &self.calls.0;
        count.bytes.fetch_sub(self.bytes, Ordering::Relaxed);
        if count.now.fetch_sub(1, Ordering::AcqRel) == 1 {
            count.none.notify_waiters();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_room_for_so_many_calls_and_so_many_bytes() {
        let calls = Calls::new(3, 10);
        let large = calls.enter(100).expect("nothing else is there");
        assert_eq!(calls.enter(1).err(), Some(NoPlace::Busy));
        drop(large);
        let held: Vec<Counted> = [5, 5, 0].map(|bytes| calls.enter(bytes).unwrap()).into();
        assert_eq!(calls.enter(0).err(), Some(NoPlace::Busy), "as many as there may be");
        drop(held);
        assert_eq!((calls.now(), calls.0.bytes.load(Ordering::Relaxed)), (0, 0), "the refused ones are not counted");
    }
}
