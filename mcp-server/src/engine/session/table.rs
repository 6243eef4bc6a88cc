//! All sessions of a module: a sharded map with limits, and a sweep that ends idle sessions.
//!
//! A full table makes room for a new session. The longest idle session of the holder with the most
//! sessions ends, if that holder has more than an even share. A principal with its maximum of
//! sessions loses its own longest idle one, since many clients never end theirs.

use std::{
    collections::{HashMap, hash_map::Entry},
    sync::Arc,
};

use parking_lot::{Mutex, RwLock};

use super::{Session, order::LastUse};
use crate::{
    limits::Limits,
    quota::{Accounts, QuotaExceeded, Resource},
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
    /// Locked when a session is opened or ends, never by a call.
    last_use: Mutex<LastUse>,
}

/// Sessions by id. Each holds a unit of its holder, without a permit of its own to save memory.
type Shard = HashMap<Arc<str>, Arc<Session>>;

impl SessionTable {
    pub(in crate::engine) fn new(limits: Arc<Limits>) -> Self {
        Self { limits, shards: std::array::from_fn(|_| RwLock::default()), last_use: Mutex::default() }
    }

    /// Returns the session of that id.
    pub(in crate::engine) fn get(&self, id: &str) -> Option<Arc<Session>> {
        self.shard(id).read().get(id).cloned()
    }

    /// Adds a session at `now`, and makes room for it if it can.
    pub(in crate::engine) fn insert(&self, session: &Arc<Session>, now: u64) -> Result<(), SessionError> {
        if session.id.is_empty() || !session.id.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(SessionError::InvalidId);
        }
        self.acquire(&session.accounts, now).map_err(SessionError::LimitReached)?;
        match self.shard(&session.id).write().entry(session.id.clone()) {
            Entry::Occupied(_) => {
                release(session);
                return Err(SessionError::InvalidId);
            }
            Entry::Vacant(vacant) => vacant.insert(session.clone()),
        };
        if !session.on_stdio {
            self.last_use.lock().insert(session.clone());
            // Checked after the insertion, so that a concurrent end cannot miss it.
            if session.has_ended() {
                self.last_use.lock().remove(session.clone());
            }
        }
        Ok(())
    }

    /// Acquires the place of one more session of a holder.
    fn acquire(&self, accounts: &Accounts, now: u64) -> Result<(), QuotaExceeded> {
        /// Another new session may take the room that was made for this one.
        const TRIES: usize = 3;
        let account = accounts.account(Resource::Sessions);
        let mut acquired = account.try_add(1);
        for _ in 0..TRIES {
            let Err(exceeded) = acquired else { break };
            let Some(victim) = self.take_victim(exceeded, accounts, now) else { break };
            tracing::debug!(
                session = victim.id.get(..8),
                ?exceeded,
                "ended an idle session to make room for a new one"
            );
            self.remove(&victim);
            acquired = account.try_add(1);
        }
        acquired
    }

    /// Returns the session that ends for a new one of this holder.
    fn take_victim(&self, exceeded: QuotaExceeded, accounts: &Accounts, now: u64) -> Option<Arc<Session>> {
        let mut last_use = self.last_use.lock();
        match exceeded {
            // Its clients in use are worth more to the principal than another one.
            QuotaExceeded::Share => last_use.take_longest_idle(accounts.holder(), now, true),
            QuotaExceeded::Quota => {
                let (largest, count) = last_use.largest()?;
                let share = accounts.account(Resource::Sessions).share_of_others();
                // Even a busy session: otherwise a principal could keep the table full.
                if count > share { last_use.take_longest_idle(largest, now, false) } else { None }
            }
        }
    }

    /// Removes and ends a session.
    pub(in crate::engine) fn remove(&self, session: &Session) {
        let removed = self.shard(&session.id).write().remove(&session.id);
        if let Some(session) = removed {
            session.end();
            release(&session);
            self.last_use.lock().remove(session);
        }
    }

    /// Ends the sessions that have been idle for too long at `now`, and drops what the others no
    /// longer need. `now` is in milliseconds on the clock of the engine.
    pub(in crate::engine) fn sweep(&self, now: u64) {
        let idle_timeout = self.limits.session_idle_timeout;
        for shard in &self.shards {
            let sessions: Vec<_> = shard.read().values().cloned().collect();
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
        self.shards[shard].read().values().for_each(|session| action(session));
    }

    /// Returns the shard of an id. Ids are random, so their last bytes serve as a hash.
    fn shard(&self, id: &str) -> &RwLock<Shard> {
        let sum =
            id.bytes().rev().take(4).fold(0_usize, |sum, byte| sum.wrapping_mul(31).wrapping_add(usize::from(byte)));
        &self.shards[sum % SHARDS]
    }
}

/// Returns the unit of a session to its holder.
fn release(session: &Session) {
    session.accounts.account(Resource::Sessions).remove(1);
}

#[cfg(test)]
mod tests;
