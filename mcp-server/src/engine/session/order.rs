//! The sessions of each holder in the order of their last use, for the choice of the session that
//! ends when there is no room for another one.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::{Arc, atomic::Ordering},
};

use super::Session;
use crate::quota::Holder;

/// The sessions of all holders. A request does not change the order: its place is corrected when
/// the session is about to end. So the choice costs no more than the requests since the last one.
#[derive(Default)]
pub(super) struct LastUse {
    sessions: HashMap<Holder, Ordered>,
    /// Holders by their number of sessions.
    counts: BTreeSet<(usize, Holder)>,
}

/// Sessions by the time of their last use, as it was when they were last looked at, and by id.
type Ordered = BTreeMap<(u64, Arc<str>), Arc<Session>>;

/// Maximum number of busy sessions that one choice looks at.
const MAX_BUSY: usize = 64;

impl LastUse {
    /// Adds a session.
    pub(super) fn insert(&mut self, holder: Holder, session: &Arc<Session>) {
        let last_used = session.last_seen();
        session.place.store(last_used, Ordering::Relaxed);
        let sessions = self.sessions.entry(holder).or_default();
        sessions.insert((last_used, session.id.clone()), session.clone());
        let count = sessions.len();
        self.counts.remove(&(count - 1, holder));
        self.counts.insert((count, holder));
    }

    /// Removes a session, if it is here.
    pub(super) fn remove(&mut self, holder: Holder, session: &Session) {
        let Some(sessions) = self.sessions.get_mut(&holder) else { return };
        let place = (session.place.load(Ordering::Relaxed), session.id.clone());
        if sessions.remove(&place).is_some() {
            let count = sessions.len();
            self.recount(holder, count);
        }
    }

    /// Returns the holder with the most sessions, and their number.
    pub(super) fn largest(&self) -> Option<(Holder, usize)> {
        self.counts.last().map(|(count, holder)| (*holder, *count))
    }

    /// Removes and returns the session of a holder that was idle for the longest time. Busy
    /// sessions are in use at `now`. If every session that it looks at is busy, it returns the
    /// first of them, or none if `spares_busy` is `true`.
    pub(super) fn take_longest_idle(&mut self, holder: Holder, now: u64, spares_busy: bool) -> Option<Arc<Session>> {
        let sessions = self.sessions.get_mut(&holder)?;
        let mut busy = Vec::new();
        let mut found = None;
        while busy.len() < MAX_BUSY
            && let Some(((place, id), session)) = sessions.pop_first()
        {
            let last_used = session.last_seen();
            if place != last_used {
                session.place.store(last_used, Ordering::Relaxed);
                sessions.insert((last_used, id), session);
            } else if session.is_busy() {
                busy.push(session);
            } else {
                found = Some(session);
                break;
            }
        }
        let mut busy = busy.into_iter();
        if found.is_none() && !spares_busy {
            found = busy.next();
        }
        for session in busy {
            session.touch_if_busy(now);
            let last_used = session.last_seen();
            session.place.store(last_used, Ordering::Relaxed);
            sessions.insert((last_used, session.id.clone()), session);
        }
        let count = sessions.len();
        if found.is_some() {
            self.recount(holder, count);
        }
        found
    }

    /// Records that a holder has one session less, and `count` are left.
    fn recount(&mut self, holder: Holder, count: usize) {
        self.counts.remove(&(count + 1, holder));
        if count > 0 {
            self.counts.insert((count, holder));
        } else {
            self.sessions.remove(&holder);
        }
    }
}
