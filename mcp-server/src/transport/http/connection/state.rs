//! `ConnectionState`: the state that a connection shares with its requests and with the table.

use std::{
    net::IpAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering},
    },
};

use futures_util::task::AtomicWaker;
use parking_lot::Mutex;

use crate::{
    auth::Principal,
    quota::{Accounts, Permit, QuotaExceeded, Resource},
};

/// The state of one connection. The task of the connection decides whether it is busy. Other tasks
/// read this, and send signals.
#[derive(Debug)]
pub(in crate::transport::http) struct ConnectionState {
    /// Requests whose heads are complete.
    heads: AtomicU64,
    /// Responses that hyper has taken as a whole.
    responses: AtomicU64,
    /// Request bodies that have been read or given up.
    bodies: AtomicU64,
    /// The latest request has passed the authentication.
    admitted: AtomicBool,
    /// A write is pending, because the client does not read.
    stalled: AtomicBool,
    /// Time at which the connection began to wait, or [`BUSY`].
    waiting_since: AtomicU64,
    /// The index of waiting connections lacks this one, because it was busy.
    parked: AtomicBool,
    signals: AtomicU8,
    waker: AtomicWaker,
    address: IpAddr,
    charge: Mutex<Charge>,
}

/// The caller that a connection is charged to.
#[derive(Debug, Default)]
struct Charge {
    /// The caller of the latest admitted request, `None` if it is anonymous, and its accounts.
    caller: Option<(Option<Principal>, Arc<Accounts>)>,
    /// Held while the connection is busy, by a caller with a share.
    permit: Option<Permit>,
}

/// Value of [`ConnectionState::waiting_since`] for a busy connection.
const BUSY: u64 = u64::MAX;

/// A message to the task of a connection.
#[derive(Clone, Copy, Debug)]
pub(super) enum Signal {
    /// The server shuts down: the connection ends after its request.
    ShutDown = 1,
    /// The connection makes room for another one, unless it is busy.
    Evict = 2,
}

impl ConnectionState {
    /// Returns the state of a connection that waits since `now`.
    pub(super) fn new(now: u64, address: IpAddr) -> Arc<Self> {
        Arc::new(Self {
            heads: AtomicU64::new(0),
            responses: AtomicU64::new(0),
            bodies: AtomicU64::new(0),
            admitted: AtomicBool::new(false),
            stalled: AtomicBool::new(false),
            waiting_since: AtomicU64::new(now),
            parked: AtomicBool::new(false),
            signals: AtomicU8::new(0),
            waker: AtomicWaker::new(),
            address,
            charge: Mutex::default(),
        })
    }

    /// Begins a request, whose head is complete. Until its parts are dropped, received bytes are
    /// not a head.
    pub(super) fn begin(self: &Arc<Self>) -> (ResponsePart, BodyPart) {
        self.admitted.store(false, Ordering::Relaxed);
        self.heads.fetch_add(1, Ordering::SeqCst);
        self.waiting_since.store(BUSY, Ordering::Release);
        (ResponsePart(self.clone()), BodyPart(self.clone()))
    }

    /// Returns the address of the client.
    pub(in crate::transport::http) fn address(&self) -> IpAddr {
        self.address
    }

    /// Admits a request that has passed the authentication, unless its caller has reached its share
    /// of the connections. Returns the accounts of the caller. `open` looks them up.
    ///
    /// An admitted request is charged until its body has ended, and the client has received the
    /// response.
    pub(in crate::transport::http) fn admit(
        &self,
        principal: Option<&Principal>,
        open: impl FnOnce() -> Arc<Accounts>,
    ) -> Result<Arc<Accounts>, QuotaExceeded> {
        let charge = &mut *self.charge.lock();
        let accounts = charge.accounts_of(principal, open);
        // A pipelined request continues with the permit of the request before it.
        if charge.permit.is_none() && !accounts.account(Resource::Connections).is_unlimited() {
            charge.permit = Some(accounts.acquire(Resource::Connections, 1)?);
        }
        self.admitted.store(true, Ordering::Relaxed);
        Ok(accounts)
    }

    /// Returns the permit of the connection.
    pub(super) fn release(&self) {
        self.charge.lock().permit = None;
    }

    /// Notes that a write is pending, or no longer.
    pub(super) fn set_stalled(&self, stalled: bool) {
        self.stalled.store(stalled, Ordering::Relaxed);
    }

    /// Returns the number of requests whose heads are complete.
    pub(super) fn heads(&self) -> u64 {
        self.heads.load(Ordering::SeqCst)
    }

    /// Returns `true` while a part of a request is open.
    pub(super) fn is_in_request(&self) -> bool {
        self.is_responding() || self.has_open_body()
    }

    fn is_responding(&self) -> bool {
        self.responses.load(Ordering::SeqCst) != self.heads()
    }

    fn has_open_body(&self) -> bool {
        self.bodies.load(Ordering::SeqCst) != self.heads()
    }

    /// Decides whether the connection is busy. Called by its task after each poll. Returns `true`
    /// if the connection waits.
    pub(super) fn settle(&self, now: impl FnOnce() -> u64) -> bool {
        let holds_on = || self.has_open_body() || self.stalled.load(Ordering::Relaxed);
        if self.is_responding() || self.admitted.load(Ordering::Relaxed) && holds_on() {
            if self.waiting_since().is_some() {
                self.waiting_since.store(BUSY, Ordering::SeqCst);
            }
            return false;
        }
        if self.waiting_since().is_none() {
            self.release();
            // Sequentially consistent, as are the accesses of `park`: the connection sees that it
            // is parked, or `park` sees that it waits.
            self.waiting_since.store(now().min(BUSY - 1), Ordering::SeqCst);
        }
        true
    }

    /// Returns the time at which the connection began to wait, or `None` if it is busy.
    pub(super) fn waiting_since(&self) -> Option<u64> {
        Some(self.waiting_since.load(Ordering::SeqCst)).filter(|since| *since != BUSY)
    }

    /// Marks a busy connection as absent from the index. Returns `false` if it waits by now.
    pub(super) fn park(&self) -> bool {
        self.parked.store(true, Ordering::SeqCst);
        let is_busy = self.waiting_since().is_none();
        if !is_busy {
            self.unpark();
        }
        is_busy
    }

    pub(super) fn unpark(&self) {
        self.parked.store(false, Ordering::SeqCst);
    }

    pub(super) fn is_parked(&self) -> bool {
        self.parked.load(Ordering::SeqCst)
    }

    /// Sends a signal to the task of the connection.
    pub(super) fn send(&self, signal: Signal) {
        self.signals.fetch_or(signal as u8, Ordering::Release);
        self.waker.wake();
    }

    /// Returns `true` if the signal was sent.
    pub(super) fn received(&self, signal: Signal) -> bool {
        self.signals.load(Ordering::Acquire) & signal as u8 != 0
    }

    /// Discards a signal.
    pub(super) fn clear(&self, signal: Signal) {
        self.signals.fetch_and(!(signal as u8), Ordering::Relaxed);
    }

    /// Wakes this task at the next signal.
    pub(super) fn wake(&self, task: &std::task::Context<'_>) {
        self.waker.register(task.waker());
    }
}

impl Charge {
    /// Returns the accounts of a caller. While the caller stays the same, they are looked up once.
    fn accounts_of(&mut self, principal: Option<&Principal>, open: impl FnOnce() -> Arc<Accounts>) -> Arc<Accounts> {
        if let Some((caller, accounts)) = &self.caller {
            match (caller, principal) {
                (None, None) => return accounts.clone(),
                (Some(caller), Some(principal)) if caller.has_holder_of(principal) => return accounts.clone(),
                _ => {}
            }
        }
        let accounts = open();
        *self = Self { caller: Some((principal.cloned(), accounts.clone())), permit: None };
        accounts
    }
}

/// The part of a request that ends with its response.
#[derive(Debug)]
pub(super) struct ResponsePart(Arc<ConnectionState>);

impl ResponsePart {
    /// Returns the connection of the request.
    pub(super) fn connection(&self) -> &ConnectionState {
        &self.0
    }
}

impl Drop for ResponsePart {
    fn drop(&mut self) {
        self.0.responses.fetch_add(1, Ordering::SeqCst);
    }
}

/// The part of a request that ends with its body.
#[derive(Debug)]
pub(super) struct BodyPart(Arc<ConnectionState>);

impl Drop for BodyPart {
    fn drop(&mut self) {
        // Sequentially consistent, as is the end of the response: the later of both is seen by the
        // task of the connection.
        self.0.bodies.fetch_add(1, Ordering::SeqCst);
        // After the response, another task discards the rest of the body.
        if !self.0.is_responding() {
            self.0.waker.wake();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;
    use crate::{
        limits::Limits,
        quota::{Holder, Holders},
    };

    fn connection() -> Arc<ConnectionState> {
        ConnectionState::new(1, Ipv4Addr::LOCALHOST.into())
    }

    fn holders(max_connections: usize, anonymous_shares: bool) -> Holders {
        Holders::new(Arc::new(Limits::default().max_connections(max_connections)), anonymous_shares)
    }

    #[test]
    fn busy_connections_are_charged_to_their_caller() {
        let holders = holders(4, true);
        let held = || holders.held(Resource::Connections);
        let [ada, bob] = ["ada", "bob"].map(|subject| Principal::builder("https://issuer", subject).build());
        let admit = |connection: &ConnectionState, principal: &Principal| {
            connection.admit(Some(principal), || holders.get(principal.holder())).map(|_| ())
        };
        let connections: Vec<_> = (0..4).map(|_| connection()).collect();
        let parts: Vec<_> = connections.iter().map(ConnectionState::begin).collect();
        assert_eq!((admit(&connections[0], &ada), admit(&connections[1], &ada)), (Ok(()), Ok(())));
        assert_eq!((admit(&connections[2], &ada), held()), (Err(QuotaExceeded::Share), 2));
        assert_eq!((admit(&connections[0], &ada), held()), (Ok(()), 2), "a pipelined request");
        assert_eq!((admit(&connections[2], &bob), held()), (Ok(()), 3));
        assert_eq!((admit(&connections[0], &bob), held()), (Err(QuotaExceeded::Share), 2), "another caller");
        drop(parts);
        assert!(connections.iter().all(|connection| connection.settle(|| 2)));
        assert_eq!(held(), 0);
    }

    #[test]
    fn caller_without_a_share_is_not_charged() {
        let holders = holders(1, false);
        let connections = [connection(), connection()];
        let _parts = connections.each_ref().map(ConnectionState::begin);
        for connection in &connections {
            assert!(connection.admit(None, || holders.get(Holder::Anonymous)).is_ok());
        }
        assert_eq!(holders.held(Resource::Connections), 0);
    }

    #[test]
    fn request_is_busy_until_response_and_admitted_upload_end() {
        let holders = holders(1, false);
        for (admitted, stalled) in [(false, false), (false, true), (true, false), (true, true)] {
            let connection = connection();
            assert!(connection.settle(|| 2));
            assert_eq!(connection.waiting_since(), Some(1), "it waits since it was opened");
            let (response, body) = connection.begin();
            if admitted {
                connection.admit(None, || holders.get(Holder::Anonymous)).unwrap();
            }
            assert!(!connection.settle(|| 3));
            assert_eq!(connection.waiting_since(), None);
            connection.set_stalled(stalled);
            drop(response);
            assert_eq!(connection.settle(|| 4), !admitted, "the rest of the body arrives");
            drop(body);
            assert_eq!(connection.settle(|| 5), !(admitted && stalled), "the client does not read");
            connection.set_stalled(false);
            assert!(connection.settle(|| 6));
            let since = if !admitted {
                4
            } else if stalled {
                6
            } else {
                5
            };
            assert_eq!(connection.waiting_since(), Some(since));
            assert!(!connection.is_in_request());
        }
    }

    #[test]
    fn only_busy_connections_are_parked() {
        let connection = connection();
        assert!(!connection.park() && !connection.is_parked());
        let parts = connection.begin();
        assert!(connection.park() && connection.is_parked());
        drop(parts);
        assert!(connection.is_parked());
    }

    #[test]
    fn signals_are_independent() {
        let connection = connection();
        connection.send(Signal::Evict);
        assert!(connection.received(Signal::Evict) && !connection.received(Signal::ShutDown));
        connection.send(Signal::ShutDown);
        connection.clear(Signal::Evict);
        assert!(!connection.received(Signal::Evict) && connection.received(Signal::ShutDown));
    }
}
