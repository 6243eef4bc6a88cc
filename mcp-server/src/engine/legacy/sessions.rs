//! All sessions: a sharded map with caps that refuse newcomers, and a sweep that ends the idle.

use std::{
    collections::{HashMap, hash_map::Entry},
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use super::{
    super::quota::{Place, Quota},
    session::Session,
};

/// How many sessions there may be, and for how long.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SessionLimits {
    pub(crate) most: usize,
    /// Of one principal.
    pub(crate) most_per_principal: usize,
    /// Without a request, a call in flight or an open stream.
    pub(crate) idle: Duration,
    /// Without any request after `initialize`.
    pub(crate) unconfirmed: Duration,
    /// How long a stream stays after it has ended.
    pub(crate) kept_time: Duration,
}

/// Why there is no new session.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum NoRoom {
    /// As many sessions as there may be are open, of all or of this principal.
    Full,
    /// The id that was generated is taken, or is none.
    BadId,
}

/// Parts of the map, each with a lock of its own.
pub(crate) const SHARDS: usize = 64;

/// The sessions of one module.
pub(crate) struct Sessions {
    limits: SessionLimits,
    places: Arc<Quota>,
    shards: [RwLock<Shard>; SHARDS],
}

/// Sessions by id, each with the place that it takes.
type Shard = HashMap<Arc<str>, (Arc<Session>, Place)>;

impl Sessions {
    pub(crate) fn new(limits: SessionLimits) -> Self {
        Self {
            limits,
            places: Quota::new(limits.most, limits.most_per_principal),
            shards: std::array::from_fn(|_| RwLock::default()),
        }
    }

    /// The session of that id.
    pub(crate) fn get(&self, id: &str) -> Option<Arc<Session>> {
        self.shard(id).read().unwrap_or_else(PoisonError::into_inner).get(id).map(|(session, _)| session.clone())
    }

    /// Takes a new session in. Nobody is put out for it.
    pub(crate) fn insert(&self, session: &Arc<Session>) -> Result<(), NoRoom> {
        if session.id.is_empty() || !session.id.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(NoRoom::BadId);
        }
        let place = self.places.enter(session.owner.clone()).ok_or(NoRoom::Full)?;
        match self.shard(&session.id).write().unwrap_or_else(PoisonError::into_inner).entry(session.id.clone()) {
            Entry::Occupied(_) => Err(NoRoom::BadId),
            Entry::Vacant(free) => {
                free.insert((session.clone(), place));
                Ok(())
            }
        }
    }

    /// Ends a session.
    pub(crate) fn remove(&self, session: &Session) {
        let removed = self.shard(&session.id).write().unwrap_or_else(PoisonError::into_inner).remove(&session.id);
        if removed.is_some() {
            session.end();
        }
    }

    /// Ends the sessions that have been idle for too long at `now`, and forgets what others no longer need.
    pub(crate) fn sweep(&self, now: u64) {
        for shard in &self.shards {
            let shard = shard.read().unwrap_or_else(PoisonError::into_inner);
            let sessions: Vec<_> = shard.values().map(|(session, _)| session.clone()).collect();
            drop(shard);
            for session in sessions {
                let limit = if session.is_confirmed() {
                    self.limits.idle
                } else {
                    self.limits.unconfirmed.min(self.limits.idle)
                };
                if u128::from(session.idle(now)) >= limit.as_millis() {
                    tracing::debug!(session = &*session.id, "an idle session has ended");
                    self.remove(&session);
                } else {
                    session.forget_ended_streams(self.limits.kept_time);
                    // An even part is less when more sessions hold something.
                    session.settle();
                }
            }
        }
    }

    pub(crate) fn for_each(&self, mut action: impl FnMut(&Session)) {
        (0..SHARDS).for_each(|shard| self.for_each_of(shard, &mut action));
    }

    /// The same for one shard, for who lets others go on in between.
    pub(crate) fn for_each_of(&self, shard: usize, mut action: impl FnMut(&Session)) {
        let sessions = self.shards[shard].read().unwrap_or_else(PoisonError::into_inner);
        sessions.values().for_each(|(session, _)| action(session));
    }

    pub(crate) fn len(&self) -> usize {
        self.places.taken()
    }

    /// Ids are random, so their last byte is as good as a hash.
    fn shard(&self, id: &str) -> &RwLock<Shard> {
        let sum =
            id.bytes().rev().take(4).fold(0_usize, |sum, byte| sum.wrapping_mul(31).wrapping_add(usize::from(byte)));
        &self.shards[sum % SHARDS]
    }
}

#[cfg(test)]
mod tests {
    use super::{super::session::Opening, *};
    use crate::{auth::Principal, context::Client, engine::budget::Budget, protocol::ProtocolVersion};

    const LIMITS: SessionLimits = SessionLimits {
        most: 3,
        most_per_principal: 1,
        idle: Duration::from_secs(10),
        unconfirmed: Duration::from_secs(2),
        kept_time: Duration::from_secs(1),
    };

    fn session(id: &str, owner: Option<&str>) -> Arc<Session> {
        let owner = owner.map(|subject| Principal::builder("https://issuer", subject).build().binding());
        let (version, client) = (ProtocolVersion::V2025_11_25, Client::default());
        let (calls, budget) = (Arc::default(), Budget::new(1));
        Session::new(Opening { id: id.into(), version, client, owner, calls, budget }, Duration::ZERO, 0)
    }

    #[test]
    fn newcomers_are_refused_and_the_living_stay() {
        let sessions = Sessions::new(LIMITS);
        for id in ["a", "b", "c"] {
            assert_eq!(sessions.insert(&session(id, None)), Ok(()));
        }
        assert_eq!(sessions.insert(&session("d", None)), Err(NoRoom::Full));
        assert!(sessions.get("a").is_some());
        sessions.remove(&sessions.get("a").unwrap());
        assert_eq!(sessions.insert(&session("d", None)), Ok(()));
    }

    #[test]
    fn one_principal_does_not_take_all_the_room() {
        let sessions = Sessions::new(LIMITS);
        assert_eq!(sessions.insert(&session("a", Some("ada"))), Ok(()));
        assert_eq!(sessions.insert(&session("b", Some("ada"))), Err(NoRoom::Full));
        assert_eq!(sessions.insert(&session("b", Some("bob"))), Ok(()));
        assert_eq!(sessions.len(), 2);
        sessions.remove(&sessions.get("a").unwrap());
        assert_eq!(sessions.insert(&session("c", Some("ada"))), Ok(()));
    }

    #[test]
    fn an_id_is_visible_ascii_and_free() {
        let sessions = Sessions::new(LIMITS);
        assert_eq!(sessions.insert(&session("a", None)), Ok(()));
        for id in ["", "a b", "ä", "a", "a\n"] {
            assert_eq!(sessions.insert(&session(id, None)), Err(NoRoom::BadId), "{id:?}");
        }
        assert_eq!(sessions.len(), 1);
    }

    #[test]
    fn idle_sessions_end_and_those_never_confirmed_end_sooner() {
        let sessions = Sessions::new(LIMITS);
        for id in ["never", "idle", "busy"] {
            sessions.insert(&session(id, None)).unwrap();
        }
        sessions.get("idle").unwrap().seen(1_000);
        let busy = sessions.get("busy").unwrap();
        busy.seen(1_000);
        sessions.sweep(2_000);
        assert!(sessions.get("never").is_none());
        assert!(sessions.get("idle").is_some());
        let manner = crate::engine::stream::Manner { resumable: true, primes: true, retry: Duration::ZERO };
        let capacity = crate::engine::stream::Capacity { events: 1, bytes: 1 };
        let reader = busy.standalone(manner, capacity).unwrap().read(None);
        sessions.sweep(12_000);
        assert!(sessions.get("idle").is_none());
        assert!(sessions.get("busy").is_some(), "an open stream is life");
        drop(reader);
        sessions.sweep(22_000);
        assert!(sessions.get("busy").is_none());
    }
}
