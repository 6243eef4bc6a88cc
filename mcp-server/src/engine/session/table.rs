//! All sessions of a module: a sharded map with limits, and a sweep that ends idle sessions.

use std::{
    collections::{HashMap, hash_map::Entry},
    sync::Arc,
};

use parking_lot::RwLock;

use super::Session;
use crate::{
    limits::Limits,
    quota::{Accounts, Permit, QuotaExceeded, Resource},
};

/// Errors of [`SessionTable::insert`].
#[derive(Debug, PartialEq, Eq)]
pub(in crate::engine) enum SessionError {
    /// The limit of open sessions is reached, for all principals or for this one.
    LimitReached(QuotaExceeded),
    /// The generated id is in use, or is not visible ASCII.
    InvalidId,
}

/// Number of parts of the map, each with a lock of its own.
pub(in crate::engine) const SHARDS: usize = 64;

/// The sessions of one module.
pub(in crate::engine) struct SessionTable {
    limits: Arc<Limits>,
    shards: [RwLock<Shard>; SHARDS],
}

/// Sessions by id, each with the permit that it holds.
type Shard = HashMap<Arc<str>, (Arc<Session>, Permit)>;

impl SessionTable {
    pub(in crate::engine) fn new(limits: Arc<Limits>) -> Self {
        Self { limits, shards: std::array::from_fn(|_| RwLock::default()) }
    }

    /// Returns the session of that id.
    pub(in crate::engine) fn get(&self, id: &str) -> Option<Arc<Session>> {
        self.shard(id).read().get(id).map(|(session, _)| session.clone())
    }

    /// Adds a session. A full table rejects it, and keeps the existing sessions.
    pub(in crate::engine) fn insert(
        &self,
        session: &Arc<Session>,
        accounts: &Arc<Accounts>,
    ) -> Result<(), SessionError> {
        if session.id.is_empty() || !session.id.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(SessionError::InvalidId);
        }
        let permit = accounts.acquire(Resource::Sessions, 1).map_err(SessionError::LimitReached)?;
        match self.shard(&session.id).write().entry(session.id.clone()) {
            Entry::Occupied(_) => Err(SessionError::InvalidId),
            Entry::Vacant(vacant) => {
                vacant.insert((session.clone(), permit));
                Ok(())
            }
        }
    }

    /// Removes and ends a session.
    pub(in crate::engine) fn remove(&self, session: &Session) {
        let removed = self.shard(&session.id).write().remove(&session.id);
        if removed.is_some() {
            session.end();
        }
    }

    /// Ends the sessions that have been idle for too long at `now`, and drops what the others no
    /// longer need. `now` is in milliseconds on the clock of the engine.
    pub(in crate::engine) fn sweep(&self, now: u64) {
        let idle_timeout = self.limits.session_idle_timeout;
        for shard in &self.shards {
            let sessions: Vec<_> = shard.read().values().map(|(session, _)| session.clone()).collect();
            for session in sessions {
                session.touch_if_busy(now);
                let timeout = if session.is_confirmed() {
                    idle_timeout
                } else {
                    self.limits.session_unconfirmed_timeout.min(idle_timeout)
                };
                if u128::from(session.idle(now)) >= timeout.as_millis() {
                    tracing::debug!(session = session.id.get(..8), "an idle session expired");
                    self.remove(&session);
                } else {
                    session.drop_ended_streams(self.limits.ended_stream_lifetime);
                    // The even share shrinks when more sessions buffer something.
                    session.enforce_share();
                }
            }
        }
    }

    /// Calls `action` with every session.
    pub(in crate::engine) fn for_each(&self, mut action: impl FnMut(&Session)) {
        (0..SHARDS).for_each(|shard| self.for_each_in_shard(shard, &mut action));
    }

    /// Calls `action` with the sessions of one shard, so that the caller can yield between shards.
    pub(in crate::engine) fn for_each_in_shard(&self, shard: usize, mut action: impl FnMut(&Session)) {
        self.shards[shard].read().values().for_each(|(session, _)| action(session));
    }

    /// Returns the shard of an id. Ids are random, so their last bytes serve as a hash.
    fn shard(&self, id: &str) -> &RwLock<Shard> {
        let sum =
            id.bytes().rev().take(4).fold(0_usize, |sum, byte| sum.wrapping_mul(31).wrapping_add(usize::from(byte)));
        &self.shards[sum % SHARDS]
    }
}

#[cfg(test)]
mod tests {
    use std::{ops::Deref, time::Duration};

    use super::{super::NewSession, *};
    use crate::{
        auth::Principal,
        context::Client,
        engine::stream::{Capacity, StreamOptions},
        protocol::ProtocolVersion,
        quota::{Holder, Holders, Quota},
    };

    struct Sessions {
        table: SessionTable,
        holders: Holders,
    }

    impl Sessions {
        fn insert(&self, session: &Arc<Session>) -> Result<(), SessionError> {
            let holder = session
                .owner()
                .map_or(Holder::Anonymous, |owner| Holder::principal("https://issuer", &format!("{owner:?}"), false));
            self.table.insert(session, &self.holders.get(holder))
        }

        fn len(&self) -> usize {
            self.holders.held(Resource::Sessions)
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
        let limits = Arc::new(limits);
        Sessions { table: SessionTable::new(limits.clone()), holders: Holders::new(limits, false) }
    }

    fn session(id: &str, owner: Option<&str>) -> Arc<Session> {
        Session::new(NewSession {
            id: id.into(),
            version: ProtocolVersion::V2025_11_25,
            client: Client::default(),
            owner: owner.map(|subject| Principal::builder("https://issuer", subject).build().binding()),
            in_flight: Arc::default(),
            buffer_quota: Quota::new(1),
            question_timeout: Duration::ZERO,
            now: 0,
        })
    }

    #[test]
    fn full_table_rejects_new_sessions_and_keeps_old_ones() {
        let sessions = sessions();
        for id in ["a", "b", "c"] {
            assert_eq!(sessions.insert(&session(id, None)), Ok(()));
        }
        assert_eq!(sessions.insert(&session("d", None)), Err(SessionError::LimitReached(QuotaExceeded::Quota)));
        assert!(sessions.get("a").is_some());
        sessions.remove(&sessions.get("a").unwrap());
        assert_eq!(sessions.insert(&session("d", None)), Ok(()));
    }

    #[test]
    fn principal_at_its_limit_leaves_room_for_others() {
        let sessions = sessions();
        assert_eq!(sessions.insert(&session("a", Some("ada"))), Ok(()));
        assert_eq!(sessions.insert(&session("b", Some("ada"))), Err(SessionError::LimitReached(QuotaExceeded::Share)));
        assert_eq!(sessions.insert(&session("b", Some("bob"))), Ok(()));
        assert_eq!(sessions.len(), 2);
        sessions.remove(&sessions.get("a").unwrap());
        assert_eq!(sessions.insert(&session("c", Some("ada"))), Ok(()));
    }

    #[test]
    fn session_id_must_be_unique_visible_ascii() {
        let sessions = sessions();
        assert_eq!(sessions.insert(&session("a", None)), Ok(()));
        for id in ["", "a b", "ä", "a", "a\n"] {
            assert_eq!(sessions.insert(&session(id, None)), Err(SessionError::InvalidId), "{id:?}");
        }
        assert_eq!(sessions.len(), 1);
    }

    #[test]
    fn unconfirmed_sessions_expire_before_idle_ones() {
        let sessions = sessions();
        for id in ["never", "idle", "busy"] {
            sessions.insert(&session(id, None)).unwrap();
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
}
