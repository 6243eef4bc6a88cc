//! `Part`: the units of a holder that one of its sessions holds.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use super::{Account, Accounts, Resource, count};

/// The part of one session in the account of its holder. Returned to the account on drop.
///
/// The share of a holder is divided among its parts in the same way as a quota among its holders.
/// So the sessions of a principal compete with each other, and not with those of others.
#[derive(Debug)]
pub(crate) struct Part {
    accounts: Arc<Accounts>,
    resource: Resource,
    held: AtomicUsize,
}

impl Part {
    /// Returns an empty part.
    pub(crate) fn new(accounts: Arc<Accounts>, resource: Resource) -> Self {
        Self { accounts, resource, held: AtomicUsize::new(0) }
    }

    /// Adds units without a check.
    pub(crate) fn add(&self, units: usize) {
        if units > 0 && self.held.fetch_add(units, Ordering::AcqRel) == 0 {
            self.account().parts.fetch_add(1, Ordering::Relaxed);
        }
        self.account().add(units);
    }

    /// Removes units.
    pub(crate) fn remove(&self, units: usize) {
        if units > 0 && self.held.fetch_sub(units, Ordering::AcqRel) == units {
            self.account().parts.fetch_sub(1, Ordering::Relaxed);
        }
        self.account().remove(units);
    }

    /// Returns `true` if the quota is exceeded, the holder has more than its share, and this part
    /// has more than an even share of that.
    pub(crate) fn exceeds_share(&self) -> bool {
        let account = self.account();
        account.exceeds_share()
            && self.held.load(Ordering::Relaxed) > account.quota.even_share(0) / count(&account.parts).max(1)
    }

    fn account(&self) -> &Account {
        self.accounts.account(self.resource)
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        self.remove(self.held.load(Ordering::Relaxed));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        limits::Limits,
        quota::{Holder, Holders},
    };

    #[test]
    fn parts_divide_the_share_of_their_holder() {
        let holders = Holders::new(Arc::new(Limits::default().max_buffered_bytes(100)), false);
        let part = |subject: &str| {
            let accounts = holders.get(Holder::principal("https://issuer", subject, false));
            Part::new(accounts, Resource::BufferedBytes)
        };
        let (large, small) = (part("ada"), part("ada"));
        large.add(70);
        small.add(25);
        let other = part("bob");
        other.add(40);
        assert!(large.exceeds_share() && !small.exceeds_share() && !other.exceeds_share());
        large.remove(50);
        small.add(55);
        assert!(!large.exceeds_share() && small.exceeds_share());
        drop(small);
        assert_eq!(holders.held(Resource::BufferedBytes), 60);
        drop((large, other));
        assert_eq!(holders.held(Resource::BufferedBytes), 0);
    }
}
