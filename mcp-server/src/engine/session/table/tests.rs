//! Limits of the table, the sessions that end for new ones, and expiry.

use std::{ops::Deref, time::Duration};

use super::{super::NewSession, *};
use crate::{
    auth::Principal,
    context::Client,
    engine::{
        admission::{Cancel, InFlightPermit},
        stream::{Capacity, StreamOptions},
    },
    protocol::{ProtocolVersion, RequestId},
    quota::{Holder, Holders},
};

struct Sessions {
    table: SessionTable,
    holders: Holders,
}

impl Sessions {
    fn new(limits: Limits) -> Self {
        let limits = Arc::new(limits);
        Self { table: SessionTable::new(limits.clone()), holders: Holders::new(limits, false) }
    }

    /// Opens a session of a principal, or of an anonymous caller, at `now`.
    fn open(&self, id: &str, owner: Option<&str>, now: u64) -> Result<(), SessionError> {
        let principal = owner.map(|subject| Principal::builder("https://issuer", subject).build());
        let session = Session::new(NewSession {
            id: id.into(),
            version: ProtocolVersion::V2025_11_25,
            client: Client::default(),
            owner: principal.as_ref().map(Principal::binding),
            in_flight: Arc::default(),
            on_stdio: id.starts_with("stdio"),
            accounts: self.holders.get(principal.map_or(Holder::Anonymous, |principal| principal.holder())),
            question_timeout: Duration::ZERO,
            now,
        });
        self.table.insert(&session, now)
    }

    fn len(&self) -> usize {
        self.holders.held(Resource::Sessions)
    }

    /// Returns which of these sessions are open.
    fn are_open<const N: usize>(&self, ids: [&str; N]) -> [bool; N] {
        ids.map(|id| self.get(id).is_some())
    }
}

impl Deref for Sessions {
    type Target = SessionTable;

    fn deref(&self) -> &SessionTable {
        &self.table
    }
}

fn sessions() -> Sessions {
    let limits = Limits::default()
        .max_sessions(3)
        .max_sessions_per_principal(1)
        .session_idle_timeout(Duration::from_secs(10))
        .session_unconfirmed_timeout(Duration::from_secs(2))
        .ended_stream_lifetime(Duration::from_secs(1));
    Sessions::new(limits)
}

struct Request;

impl Cancel for Request {
    fn cancel(&self) {}
}

/// Starts a request in a session.
fn busy(session: &Session) -> InFlightPermit {
    let id = bytes::Bytes::from_static(b"1");
    let id = RequestId::parse(&id, "1").unwrap();
    session.in_flight.acquire(&id, Arc::new(Request), 1).unwrap()
}

const FULL: Result<(), SessionError> = Err(SessionError::LimitReached(QuotaExceeded::Quota));
const AT_SHARE: Result<(), SessionError> = Err(SessionError::LimitReached(QuotaExceeded::Share));

#[test]
fn full_table_rejects_new_sessions_and_keeps_old_ones() {
    let sessions = sessions();
    for id in ["a", "b", "c"] {
        assert_eq!(sessions.open(id, None, 0), Ok(()));
    }
    assert_eq!(sessions.open("d", None, 0), FULL);
    assert!(sessions.get("a").is_some());
    sessions.remove(&sessions.get("a").unwrap());
    assert_eq!(sessions.open("d", None, 0), Ok(()));
}

#[test]
fn principal_at_its_limit_leaves_room_for_others() {
    let sessions = sessions();
    assert_eq!(sessions.open("a", Some("ada"), 0), Ok(()));
    let call = busy(&sessions.get("a").unwrap());
    assert_eq!(sessions.open("b", Some("ada"), 0), AT_SHARE, "its only session is busy");
    drop(call);
    assert_eq!(sessions.open("b", Some("bob"), 0), Ok(()));
    assert_eq!(sessions.len(), 2);
    sessions.remove(&sessions.get("a").unwrap());
    assert_eq!(sessions.open("c", Some("ada"), 0), Ok(()));
    assert_eq!(sessions.open("d", Some("ada"), 0), Ok(()));
    assert_eq!(sessions.are_open(["b", "c", "d"]), [true, false, true], "its own idle session ends");
    assert_eq!(sessions.len(), 2);
}

#[test]
fn longest_idle_session_of_the_largest_holder_ends() {
    let sessions = Sessions::new(Limits::default().max_sessions(4));
    for (now, id) in [(1, "a1"), (2, "a2"), (3, "a3")] {
        assert_eq!(sessions.open(id, Some("ada"), now), Ok(()));
    }
    assert_eq!(sessions.open("b1", Some("bob"), 0), Ok(()));
    sessions.get("a1").unwrap().touch(4);
    assert_eq!(sessions.open("c1", Some("eve"), 5), Ok(()));
    assert_eq!(sessions.are_open(["a1", "a2", "a3", "b1", "c1"]), [true, false, true, true, true]);
    assert_eq!(sessions.open("c2", Some("eve"), 6), Ok(()));
    assert_eq!(sessions.are_open(["a1", "a3", "b1", "c1", "c2"]), [true, false, true, true, true]);
    // Four of three holders: one of them has two.
    assert_eq!(sessions.open("d1", Some("dan"), 7), Ok(()));
    assert_eq!(sessions.are_open(["a1", "b1", "c1", "c2", "d1"]), [true, true, false, true, true]);
    // One of each: no holder is above its share.
    assert_eq!((sessions.open("x", Some("joe"), 8), sessions.open("x", Some("ada"), 8)), (FULL, FULL));
    assert_eq!(sessions.len(), 4);
    sessions.remove(&sessions.get("b1").unwrap());
    assert_eq!(sessions.open("x", Some("joe"), 9), Ok(()));
}

#[test]
fn only_session_of_a_holder_stays() {
    let sessions = Sessions::new(Limits::default().max_sessions(1));
    assert_eq!(sessions.open("a", Some("ada"), 0), Ok(()));
    assert_eq!((sessions.open("b", Some("bob"), 1), sessions.open("b", Some("ada"), 1)), (FULL, FULL));
    assert_eq!(sessions.are_open(["a"]), [true]);
}

#[test]
fn busy_sessions_end_last() {
    let sessions = Sessions::new(Limits::default().max_sessions(3));
    for id in ["a1", "a2", "a3"] {
        assert_eq!(sessions.open(id, Some("ada"), 0), Ok(()));
    }
    let calls = ["a1", "a2"].map(|id| busy(&sessions.get(id).unwrap()));
    assert_eq!(sessions.open("b1", Some("bob"), 1), Ok(()));
    assert_eq!(sessions.are_open(["a1", "a2", "a3"]), [true, true, false]);
    assert_eq!(sessions.open("c1", Some("eve"), 2), Ok(()));
    // Both busy sessions count as used at the same time, so either one may end.
    let [a1, a2, b1, c1] = sessions.are_open(["a1", "a2", "b1", "c1"]);
    assert!(a1 != a2 && b1 && c1);
    drop(calls);
    assert_eq!(sessions.len(), 3);
}

#[test]
fn sessions_on_stdio_are_not_taken_back() {
    let sessions = Sessions::new(Limits::default().max_sessions(2));
    for id in ["stdio1", "stdio2"] {
        assert_eq!(sessions.open(id, Some("ada"), 0), Ok(()));
    }
    assert_eq!(sessions.open("b", Some("bob"), 1), FULL);
    sessions.remove(&sessions.get("stdio1").unwrap());
    assert_eq!(sessions.open("b", Some("bob"), 1), Ok(()));
}

#[test]
fn ended_sessions_leave_the_order() {
    let sessions = Sessions::new(Limits::default().max_sessions(10));
    for round in 0..100 {
        let id = round.to_string();
        assert_eq!(sessions.open(&id, Some(&id), round), Ok(()));
        let session = sessions.get(&id).unwrap();
        session.touch(round + 1);
        sessions.remove(&session);
        sessions.remove(&session);
    }
    assert!(sessions.last_use.lock().largest().is_none());
    assert_eq!(sessions.len(), 0);
}

#[test]
fn session_id_must_be_unique_visible_ascii() {
    let sessions = sessions();
    assert_eq!(sessions.open("a", None, 0), Ok(()));
    for id in ["", "a b", "ä", "a", "a\n"] {
        assert_eq!(sessions.open(id, None, 0), Err(SessionError::InvalidId), "{id:?}");
    }
    assert_eq!(sessions.len(), 1);
}

#[test]
fn unconfirmed_sessions_expire_before_idle_ones() {
    let sessions = sessions();
    for id in ["never", "idle", "busy"] {
        sessions.open(id, None, 0).unwrap();
    }
    sessions.get("idle").unwrap().touch(1_000);
    let busy = sessions.get("busy").unwrap();
    busy.touch(1_000);
    sessions.sweep(2_000);
    assert!(sessions.get("never").is_none());
    assert!(sessions.get("idle").is_some());
    let options = StreamOptions { resumable: true, primes: true, retry: Duration::ZERO };
    let reader = busy.standalone_stream(options, Capacity { events: 1, bytes: 1 }).unwrap().read(None);
    sessions.sweep(12_000);
    assert!(sessions.get("idle").is_none());
    assert!(sessions.get("busy").is_some(), "a connected stream keeps the session alive");
    drop(reader);
    sessions.sweep(22_000);
    assert!(sessions.get("busy").is_none());
}
