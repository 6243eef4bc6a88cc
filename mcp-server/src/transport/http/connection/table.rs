//! `ConnectionTable`: all open connections, and the one that makes room for the next.

use std::{collections::HashMap, net::IpAddr, sync::Arc, time::Duration};

use parking_lot::Mutex;
use tokio::{sync::Notify, time::Instant};

use super::{
    state::{ConnectionState, Signal},
    waiting::{Group, WaitingIndex},
};
use crate::{limits::Limits, quota::network};

/// The open connections of a server.
///
/// The index of waiting connections is read only when the table is full. It is updated then, and
/// not by each request: an entry may be too old, or of a connection that is busy by now. So a
/// request costs no lock, except the first one after its connection was found busy.
#[derive(Debug)]
pub(crate) struct ConnectionTable {
    max: usize,
    by_address: bool,
    started: Instant,
    connections: Mutex<Connections>,
    /// Notified when a connection ends, begins to wait or turns out to be busy.
    changed: Notify,
}

#[derive(Debug, Default)]
struct Connections {
    open: HashMap<u64, Entry>,
    next_number: u64,
    waiting: WaitingIndex,
    /// A connection has been asked to make room, and is still open.
    evicting: bool,
}

#[derive(Debug)]
struct Entry {
    state: Arc<ConnectionState>,
    group: Group,
    place: Place,
}

#[derive(Clone, Copy, Debug)]
enum Place {
    /// In the index, as waiting since then.
    Indexed(u64),
    /// Not in the index, since the connection was busy.
    Parked,
    /// Asked to make room.
    Evicting,
}

impl ConnectionTable {
    /// Returns an empty table with these limits.
    pub(crate) fn new(limits: &Limits) -> Arc<Self> {
        Arc::new(Self {
            max: limits.max_connections,
            by_address: limits.anonymous_shares_by_address,
            started: Instant::now(),
            connections: Mutex::default(),
            changed: Notify::new(),
        })
    }

    /// Waits until fewer than the maximum number of connections are open, and evicts waiting
    /// connections for that.
    pub(super) async fn make_room(&self) {
        while !self.has_room() {
            self.changed.notified().await;
        }
    }

    fn has_room(&self) -> bool {
        let connections = &mut *self.connections.lock();
        if connections.open.len() < self.max {
            return true;
        }
        connections.evict_one();
        false
    }

    /// Evicts a connection, and waits for the end of any. Returns `false` if all are busy.
    pub(super) async fn evict_one(&self) -> bool {
        let evicted = self.connections.lock().evict_one();
        if evicted {
            self.changed.notified().await;
        }
        evicted
    }

    /// Adds a connection of a client with that address.
    pub(super) fn add(self: &Arc<Self>, address: IpAddr) -> Membership {
        let (since, group) = (self.now(), self.by_address.then(|| network(address)));
        let state = ConnectionState::new(since, address);
        let connections = &mut *self.connections.lock();
        let number = connections.next_number;
        connections.next_number += 1;
        connections.waiting.insert(group, (since, number));
        connections.open.insert(number, Entry { state: state.clone(), group, place: Place::Indexed(since) });
        Membership { table: self.clone(), number, state }
    }

    /// Lets all connections end after their requests, and waits for that.
    pub(crate) async fn shut_down(&self) {
        self.connections.lock().open.values().for_each(|entry| entry.state.send(Signal::ShutDown));
        while !self.connections.lock().open.is_empty() {
            self.changed.notified().await;
        }
    }

    /// Returns the nanoseconds since the table was created.
    fn now(&self) -> u64 {
        u64::try_from(self.started.elapsed().as_nanos()).unwrap_or(u64::MAX)
    }
}

impl Connections {
    /// Asks the first waiting connection to make room, unless one has been asked. Returns `false`
    /// if all are busy.
    fn evict_one(&mut self) -> bool {
        while !self.evicting
            && let Some((group, waiting @ (since, number))) = self.waiting.first()
        {
            let Some(entry) = self.open.get_mut(&number) else {
                self.waiting.remove(group, waiting);
                continue;
            };
            match entry.state.waiting_since() {
                Some(later) if later != since => {
                    self.waiting.remove(group, waiting);
                    self.waiting.insert(group, (later, number));
                    entry.place = Place::Indexed(later);
                }
                Some(_) => {
                    self.waiting.remove(group, waiting);
                    entry.place = Place::Evicting;
                    self.evicting = true;
                    entry.state.send(Signal::Evict);
                }
                None if entry.state.park() => {
                    self.waiting.remove(group, waiting);
                    entry.place = Place::Parked;
                }
                // It waits by now.
                None => {}
            }
        }
        self.evicting
    }

    fn remove(&mut self, number: u64) {
        let Some(entry) = self.open.remove(&number) else { return };
        match entry.place {
            Place::Indexed(since) => self.waiting.remove(entry.group, (since, number)),
            Place::Evicting => self.evicting = false,
            Place::Parked => {}
        }
    }

    /// Puts a connection back that was asked to make room and is busy.
    fn decline(&mut self, number: u64) {
        let Some(entry) = self.open.get_mut(&number) else { return };
        entry.state.clear(Signal::Evict);
        entry.state.park();
        entry.place = Place::Parked;
        self.evicting = false;
    }

    /// Puts a parked connection back that waits again.
    fn unpark(&mut self, number: u64) {
        let Some(entry) = self.open.get_mut(&number) else { return };
        if let (Place::Parked, Some(since)) = (entry.place, entry.state.waiting_since()) {
            entry.place = Place::Indexed(since);
            entry.state.unpark();
            self.waiting.insert(entry.group, (since, number));
        }
    }
}

/// The place of a connection in the table, until it is dropped.
#[derive(Debug)]
pub(super) struct Membership {
    table: Arc<ConnectionTable>,
    number: u64,
    state: Arc<ConnectionState>,
}

impl Membership {
    pub(super) fn state(&self) -> &Arc<ConnectionState> {
        &self.state
    }

    /// Decides whether the connection is busy. Returns the time at which it began to wait, or
    /// `None` if it is busy.
    pub(super) fn settle(&self) -> Option<Instant> {
        if !self.state.settle(|| self.table.now()) {
            return None;
        }
        if self.state.is_parked() {
            self.table.connections.lock().unpark(self.number);
            self.table.changed.notify_one();
        }
        self.state.waiting_since().map(|since| self.table.started + Duration::from_nanos(since))
    }

    /// Keeps a busy connection that was asked to make room.
    pub(super) fn decline(&self) {
        self.table.connections.lock().decline(self.number);
        self.table.changed.notify_one();
    }
}

impl Drop for Membership {
    fn drop(&mut self) {
        // The rest of a body may keep the state.
        self.state.release();
        self.table.connections.lock().remove(self.number);
        self.table.changed.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    fn table(max_connections: usize) -> Arc<ConnectionTable> {
        ConnectionTable::new(&Limits::default().max_connections(max_connections))
    }

    fn add(table: &Arc<ConnectionTable>) -> Membership {
        table.add(Ipv4Addr::LOCALHOST.into())
    }

    fn is_evicted(member: &Membership) -> bool {
        member.state.received(Signal::Evict)
    }

    #[test]
    fn old_entries_are_noticed_when_they_are_next() {
        let table = table(3);
        let [busy, renewed, idle] = [(); 3].map(|()| add(&table));
        let call = busy.state.begin();
        drop(renewed.state.begin());
        assert!(busy.settle().is_none() && renewed.settle().is_some());
        assert!(!table.has_room() && is_evicted(&idle));
        assert!(!table.has_room() && !is_evicted(&renewed), "one at a time");
        drop(idle);
        assert!(table.has_room());
        let newcomer = add(&table);
        drop(call);
        assert!(busy.settle().is_some());
        let mut newcomers = Vec::new();
        for member in [renewed, newcomer, busy] {
            assert!(!table.has_room() && is_evicted(&member));
            drop(member);
            newcomers.push(add(&table));
        }
    }

    #[test]
    fn busy_connection_declines_and_returns_when_it_waits() {
        let table = table(1);
        let member = add(&table);
        assert!(!table.has_room() && is_evicted(&member));
        let call = member.state.begin();
        assert!(member.settle().is_none());
        member.decline();
        assert!(!table.has_room() && !is_evicted(&member), "all connections are busy");
        drop(call);
        assert!(member.settle().is_some());
        assert!(!table.has_room() && is_evicted(&member));
        drop(member);
        assert!(table.has_room() && table.connections.lock().open.is_empty());
        assert!(table.connections.lock().waiting.first().is_none());
    }
}
