//! The sessions of each holder in the order of their last use, for the choice of the session that
//! ends when there is no room for another one.

use std::{
    cmp::Ordering,
    collections::{BTreeSet, HashMap},
    sync::{Arc, atomic},
};

use super::Session;
use crate::quota::Holder;

/// The sessions of all holders. A request does not change the order: its place is corrected when
/// the session is about to end. So the choice costs no more than the requests since the last one.
#[derive(Default)]
pub(super) struct LastUse {
    sessions: HashMap<Holder, BTreeSet<Placed>>,
    /// Holders by their number of sessions.
    counts: BTreeSet<(usize, Holder)>,
}

/// A session in the order of its place, which changes only while the session is not in a set.
struct Placed(Arc<Session>);

impl Placed {
    /// Gives a session the place of its last use.
    fn new(session: Arc<Session>) -> Self {
        session.place.store(session.last_seen(), atomic::Ordering::Relaxed);
        Self(session)
    }

    fn place(&self) -> u64 {
        self.0.place.load(atomic::Ordering::Relaxed)
    }
}

impl Ord for Placed {
    fn cmp(&self, other: &Self) -> Ordering {
        self.place().cmp(&other.place()).then_with(|| Arc::as_ptr(&self.0).cmp(&Arc::as_ptr(&other.0)))
    }
}

impl PartialOrd for Placed {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Placed {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Placed {}

/// Maximum number of busy sessions that one choice looks at.
const MAX_BUSY: usize = 64;

#[expect(clippy::mutable_key_type, reason = "a place changes only while its session is in no set")]
impl LastUse {
    /// Adds a session.
    pub(super) fn insert(&mut self, session: Arc<Session>) {
        let holder = session.accounts.holder();
        let sessions = self.sessions.entry(holder).or_default();
        sessions.insert(Placed::new(session));
        let count = sessions.len();
        self.counts.remove(&(count - 1, holder));
        self.counts.insert((count, holder));
    }

    /// Removes a session, if it is here.
    pub(super) fn remove(&mut self, session: Arc<Session>) {
        let holder = session.accounts.holder();
        let Some(sessions) = self.sessions.get_mut(&holder) else { return };
        if sessions.remove(&Placed(session)) {
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
        let (mut busy, mut found) = (Vec::new(), None);
        while busy.len() < MAX_BUSY
            && let Some(placed) = sessions.pop_first()
        {
            if placed.place() != placed.0.last_seen() {
                sessions.insert(Placed::new(placed.0));
            } else if placed.0.is_busy() {
                busy.push(placed.0);
            } else {
                found = Some(placed.0);
                break;
            }
        }
        let mut busy = busy.into_iter();
        if found.is_none() && !spares_busy {
            found = busy.next();
        }
        for session in busy {
            session.touch_if_busy(now);
            sessions.insert(Placed::new(session));
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
