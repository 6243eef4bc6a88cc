//! `WaitingIndex`: waiting connections, by the order in which they make room for others.

use std::{
    cmp::Reverse,
    collections::{BTreeSet, HashMap},
    net::IpAddr,
};

/// Time at which a connection began to wait, and its number.
pub(super) type Waiting = (u64, u64);

/// Address whose connections have a share of the table, or `None` for all addresses together.
pub(super) type Group = Option<IpAddr>;

/// Waiting connections. The first to make room is the longest waiting connection of the largest
/// group. Every operation takes logarithmic time.
#[derive(Debug, Default)]
pub(super) struct WaitingIndex {
    groups: HashMap<Group, BTreeSet<Waiting>>,
    /// Groups by size. Of equally large groups, the one whose connection has waited longest is
    /// last.
    by_size: BTreeSet<(usize, Reverse<Waiting>, Group)>,
}

impl WaitingIndex {
    pub(super) fn insert(&mut self, group: Group, waiting: Waiting) {
        self.change(group, |members| _ = members.insert(waiting));
    }

    pub(super) fn remove(&mut self, group: Group, waiting: Waiting) {
        self.change(group, |members| _ = members.remove(&waiting));
    }

    /// Returns the connection that makes room first.
    pub(super) fn first(&self) -> Option<(Group, Waiting)> {
        self.by_size.last().map(|(_, Reverse(waiting), group)| (*group, *waiting))
    }

    fn change(&mut self, group: Group, change: impl FnOnce(&mut BTreeSet<Waiting>)) {
        let members = self.groups.entry(group).or_default();
        if let Some(oldest) = members.first() {
            self.by_size.remove(&(members.len(), Reverse(*oldest), group));
        }
        change(members);
        match members.first() {
            Some(oldest) => _ = self.by_size.insert((members.len(), Reverse(*oldest), group)),
            None => _ = self.groups.remove(&group),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    fn drain(index: &mut WaitingIndex) -> Vec<u64> {
        let mut order = Vec::new();
        while let Some((group, waiting)) = index.first() {
            index.remove(group, waiting);
            order.push(waiting.1);
        }
        assert!(index.groups.is_empty() && index.by_size.is_empty());
        order
    }

    #[test]
    fn longest_waiting_connection_is_first() {
        let mut index = WaitingIndex::default();
        for waiting in [(30, 1), (10, 2), (20, 3), (10, 4)] {
            index.insert(None, waiting);
        }
        index.remove(None, (20, 3));
        assert_eq!(drain(&mut index), [2, 4, 1]);
    }

    #[test]
    fn largest_group_is_first() {
        let address = |number| Some(IpAddr::from(Ipv4Addr::from_bits(number)));
        let mut index = WaitingIndex::default();
        for (group, waiting) in [
            (address(1), (10, 1)),
            (address(2), (40, 2)),
            (address(2), (20, 3)),
            (address(2), (30, 4)),
            (address(3), (15, 5)),
            (address(3), (50, 6)),
        ] {
            index.insert(group, waiting);
        }
        // Three of the second address, then the longer waiting of two pairs, and so on.
        assert_eq!(drain(&mut index), [3, 5, 4, 1, 2, 6]);
    }
}
