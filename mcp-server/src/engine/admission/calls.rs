//! The calls of all clients: their number, and the bytes of the requests that they hold.

use std::sync::Arc;

use tokio::sync::Notify;

use super::AdmissionError;
use crate::{
    context::Signal,
    quota::{Account, Quota},
};

/// Counts calls from their start to their end, including calls that outlive their connection.
#[derive(Clone, Debug)]
pub(in crate::engine) struct Calls(Arc<State>);

#[derive(Debug)]
struct State {
    count: Account,
    /// Request bodies, which live as long as their calls.
    bytes: Account,
    idle: Notify,
    cancelled: Signal,
}

impl Calls {
    pub(in crate::engine) fn new(max: usize, max_bytes: usize) -> Self {
        Self(Arc::new(State {
            count: Account::new(Quota::new(max)),
            bytes: Account::new(Quota::of_bytes(max_bytes)),
            idle: Notify::new(),
            cancelled: Signal::default(),
        }))
    }

    /// Admits a call with a request of that many bytes.
    pub(in crate::engine) fn acquire(&self, bytes: usize) -> Result<CallPermit, AdmissionError> {
        let State { count, bytes: held, .. } = &*self.0;
        count.try_add(1).map_err(|_| AdmissionError::ServerLimit)?;
        if held.try_add(bytes).is_err() {
            self.release();
            return Err(AdmissionError::ServerLimit);
        }
        Ok(CallPermit { calls: self.clone(), bytes })
    }

    /// Returns the number of calls in flight.
    pub(in crate::engine) fn len(&self) -> usize {
        self.0.count.held()
    }

    /// Cancels all calls, and those that start later.
    pub(in crate::engine) fn cancel_all(&self) {
        self.0.cancelled.set();
    }

    /// Waits until [`cancel_all`](Self::cancel_all) is called.
    pub(in crate::engine) async fn cancelled(&self) {
        self.0.cancelled.wait().await;
    }

    /// Waits until no call is in flight.
    pub(in crate::engine) async fn idle(&self) {
        loop {
            let idle = self.0.idle.notified();
            tokio::pin!(idle);
            // Registered before the count is read, so that no change is missed in between.
            idle.as_mut().enable();
            if self.len() == 0 {
                return;
            }
            idle.await;
        }
    }

    fn release(&self) {
        if self.0.count.remove(1) == 0 {
            self.0.idle.notify_waiters();
        }
    }
}

/// Permit of a call, for its place in the count and the bytes of its request.
pub(in crate::engine) struct CallPermit {
    calls: Calls,
    bytes: usize,
}

impl CallPermit {
    /// Returns the counter of this call.
    pub(in crate::engine) fn calls(&self) -> &Calls {
        &self.calls
    }
}

impl Drop for CallPermit {
    fn drop(&mut self) {
        self.calls.0.bytes.remove(self.bytes);
        self.calls.release();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_and_their_bytes_are_bounded() {
        let calls = Calls::new(3, 10);
        let large = calls.acquire(100).expect("an oversize request is admitted alone");
        assert_eq!(calls.acquire(1).err(), Some(AdmissionError::ServerLimit));
        drop(large);
        let held: Vec<CallPermit> = [5, 5, 0].map(|bytes| calls.acquire(bytes).unwrap()).into();
        assert_eq!(calls.acquire(0).err(), Some(AdmissionError::ServerLimit), "the maximum count");
        drop(held);
        assert_eq!((calls.len(), calls.0.bytes.held()), (0, 0), "rejected calls are not counted");
    }
}
