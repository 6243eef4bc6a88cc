//! The calls of all clients, and the permit that each of them holds.

use std::sync::Arc;

use tokio::sync::Notify;

use super::AdmissionError;
use crate::{
    context::Signal,
    quota::{Accounts, Holder, Quota, QuotaExceeded, Resource},
};

/// Counts calls from their start to their end, including calls that outlive their connection.
#[derive(Clone, Debug)]
pub(in crate::engine) struct Calls(Arc<State>);

#[derive(Debug)]
struct State {
    quota: Arc<Quota>,
    idle: Notify,
    cancelled: Signal,
}

impl Calls {
    /// Returns the calls that are counted in `quota`.
    pub(in crate::engine) fn new(quota: Arc<Quota>) -> Self {
        Self(Arc::new(State { quota, idle: Notify::new(), cancelled: Signal::default() }))
    }

    /// Admits a call with a request of that many bytes, charged to `accounts`.
    pub(in crate::engine) fn acquire(
        &self,
        accounts: Arc<Accounts>,
        bytes: usize,
    ) -> Result<CallPermit, AdmissionError> {
        accounts.account(Resource::Calls).try_add(1)?;
        // From here on the drop of the permit counts the call out.
        let mut permit = CallPermit { calls: self.clone(), accounts, bytes: 0 };
        permit.accounts.account(Resource::CallBytes).try_add(bytes)?;
        permit.bytes = bytes;
        Ok(permit)
    }

    /// Returns the number of calls in flight.
    pub(in crate::engine) fn len(&self) -> usize {
        self.0.quota.held()
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
}

impl From<QuotaExceeded> for AdmissionError {
    fn from(exceeded: QuotaExceeded) -> Self {
        match exceeded {
            QuotaExceeded::Quota => Self::ServerLimit,
            QuotaExceeded::Share => Self::ShareLimit,
        }
    }
}

/// Permit of a call, for its place in the count and the bytes of its request.
pub(in crate::engine) struct CallPermit {
    calls: Calls,
    accounts: Arc<Accounts>,
    bytes: usize,
}

impl CallPermit {
    /// Returns the counter of this call.
    pub(in crate::engine) fn calls(&self) -> &Calls {
        &self.calls
    }

    /// Returns the holder that this call is charged to.
    pub(in crate::engine) fn holder(&self) -> Holder {
        self.accounts.holder()
    }
}

impl Drop for CallPermit {
    fn drop(&mut self) {
        self.accounts.account(Resource::CallBytes).remove(self.bytes);
        if self.accounts.account(Resource::Calls).remove(1) == 0 {
            self.calls.0.idle.notify_waiters();
        }
    }
}

#[cfg(test)]
impl CallPermit {
    /// Returns the permit of the only call of a server.
    pub(in crate::engine) fn for_tests() -> Self {
        let holders = crate::quota::Holders::new(Arc::default(), false);
        let accounts = holders.get(Holder::Anonymous);
        Calls::new(holders.quota(Resource::Calls)).acquire(accounts, 1).expect("the quota is unused")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{limits::Limits, quota::Holders};

    #[test]
    fn calls_and_their_bytes_are_bounded() {
        let holders = Holders::new(Arc::new(Limits::default().max_calls(3).max_call_bytes(10)), false);
        let calls = Calls::new(holders.quota(Resource::Calls));
        let acquire = |bytes| calls.acquire(holders.get(Holder::Anonymous), bytes);
        let large = acquire(100).expect("an oversize request is admitted alone");
        assert_eq!(acquire(1).err(), Some(AdmissionError::ServerLimit));
        drop(large);
        let held: Vec<CallPermit> = [5, 5, 0].map(|bytes| acquire(bytes).unwrap()).into();
        assert_eq!(acquire(0).err(), Some(AdmissionError::ServerLimit), "the maximum count");
        drop(held);
        let held = [Resource::Calls, Resource::CallBytes].map(|resource| holders.held(resource));
        assert_eq!(held, [0, 0], "rejected calls are not counted");
    }

    #[test]
    fn principal_at_its_share_leaves_calls_to_others() {
        let holders = Holders::new(Arc::new(Limits::default().max_calls(6).max_call_bytes(100)), true);
        let calls = Calls::new(holders.quota(Resource::Calls));
        let acquire = |holder, bytes| calls.acquire(holders.get(holder), bytes);
        let [ada, bob] = ["ada", "bob"].map(|subject| Holder::principal("https://issuer", subject, false));
        let parked = [acquire(ada, 50), acquire(ada, 0), acquire(ada, 0)].map(Result::unwrap);
        assert_eq!(acquire(ada, 0).err(), Some(AdmissionError::ShareLimit));
        let others = [acquire(bob, 30), acquire(Holder::Anonymous, 0)].map(Result::unwrap);
        assert_eq!(acquire(bob, 0).err(), Some(AdmissionError::ShareLimit), "the last one is for a newcomer");
        drop(parked);
        assert_eq!(acquire(bob, 30).err(), Some(AdmissionError::ShareLimit), "of the bytes");
        assert!(acquire(bob, 20).is_ok());
        drop(others);
        assert_eq!([Resource::Calls, Resource::CallBytes].map(|resource| holders.held(resource)), [0, 0]);
    }
}
