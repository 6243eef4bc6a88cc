//! Quotas: bounds on a shared resource, over all holders and for each of them.
//!
//! A [`Quota`] counts units of one resource, such as calls or bytes. Each holder has an [`Account`]
//! in it. A holder is a principal by issuer and subject, all anonymous callers together, or an
//! address ([`Holder`]). Accounts share atomic counters, without a lock.
//!
//! # Even shares
//!
//! Units that cannot be taken back, such as those of calls in flight, are given out with a reserve
//! for the next holder. A [shared](Account::shared) account grants units only while its holder then
//! holds no more than are still free. So a lone holder reaches half of the quota, and `n` holders
//! reach `max / (n + 1)` each: an even share for all of them and one newcomer. The first item of a
//! holder needs free units only.
//!
//! Units that can be evicted, such as sessions and buffered events, need no reserve: a lone holder
//! may use all of them. Once the quota is exceeded, a holder with more than an even share of the
//! holders loses some of its own.

mod accounts;
mod holder;
mod part;

use std::sync::{
    Arc,
    atomic::{AtomicIsize, AtomicUsize, Ordering},
};

pub(crate) use accounts::{Accounts, Holders, Permit, Resource};
pub(crate) use holder::{Holder, network};
pub(crate) use part::Part;

/// A shared resource, counted in units.
#[derive(Debug)]
pub(crate) struct Quota {
    max: usize,
    /// Grants an item of more than `max` units while nothing else is held.
    admits_oversize: bool,
    held: AtomicUsize,
    /// Accounts that hold anything. May be negative for a moment, when an account is counted out
    /// before it was counted in.
    holders: AtomicIsize,
}

impl Quota {
    /// Returns a quota of at most `max` units.
    pub(crate) fn new(max: usize) -> Arc<Self> {
        Self { max, admits_oversize: false, held: AtomicUsize::new(0), holders: AtomicIsize::new(0) }.into()
    }

    /// Returns a quota of at most `max` bytes. A single larger item is admitted while it is alone:
    /// its size has a limit of its own, and otherwise it would be rejected forever.
    pub(crate) fn of_bytes(max: usize) -> Arc<Self> {
        Self { max, admits_oversize: true, held: AtomicUsize::new(0), holders: AtomicIsize::new(0) }.into()
    }

    /// Returns the number of units that all accounts hold.
    pub(crate) fn held(&self) -> usize {
        self.held.load(Ordering::Acquire)
    }

    /// Returns `true` if that many more units exceed the quota.
    pub(crate) fn would_exceed(&self, units: usize) -> bool {
        self.held() + units > self.max
    }

    /// Returns the number of units that each holder may keep once the quota is exceeded, with that
    /// many further holders.
    fn even_share(&self, newcomers: usize) -> usize {
        self.max / (count(&self.holders) + newcomers).max(1)
    }
}

/// The units of a quota that one holder holds. Returned to the quota on drop.
#[derive(Debug)]
pub(crate) struct Account {
    quota: Arc<Quota>,
    max: usize,
    /// Leaves a share to the next holder.
    shares: bool,
    held: AtomicUsize,
    /// Parts of the account that hold anything, such as sessions. May be negative for a moment.
    parts: AtomicIsize,
}

/// Error of a request for units that exceed a quota, or the part of one holder in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum QuotaExceeded {
    /// All holders together hold the maximum.
    Quota,
    /// The holder has reached its even share, or its maximum.
    Share,
}

impl QuotaExceeded {
    /// Returns the first value if all holders are at the maximum, or the second if one holder is.
    pub(crate) fn choose<T>(self, all: T, one: T) -> T {
        match self {
            Self::Quota => all,
            Self::Share => one,
        }
    }
}

impl Account {
    /// Returns an empty account of a holder that may use the whole quota.
    pub(crate) fn new(quota: Arc<Quota>) -> Self {
        let (held, parts) = (AtomicUsize::new(0), AtomicIsize::new(0));
        Self { quota, max: usize::MAX, shares: false, held, parts }
    }

    /// Sets the maximum of this account.
    fn max(mut self, max: usize) -> Self {
        self.max = max;
        self
    }

    /// Limits this account to an even share.
    fn shared(mut self) -> Self {
        self.shares = true;
        self
    }

    /// Adds an item, unless it exceeds the quota, the maximum or the share of this account.
    pub(crate) fn try_add(&self, units: usize) -> Result<(), QuotaExceeded> {
        self.try_grow(0, units)
    }

    /// Adds units to an item that has `from` units, so that it has `to`. The checks are those of
    /// [`try_add`](Self::try_add).
    pub(crate) fn try_grow(&self, from: usize, to: usize) -> Result<(), QuotaExceeded> {
        let units = to - from;
        if units == 0 {
            return Ok(());
        }
        // Checked before anything is counted, so that rejected requests do not hinder others.
        self.check(to, self.held() + units, self.quota.held() + units)?;
        let all = self.add(units);
        self.check(to, self.held(), all).inspect_err(|_| {
            self.remove(units);
        })
    }

    /// Checks the units of this account and of all accounts, with those of an item of `item` units.
    fn check(&self, item: usize, own: usize, all: usize) -> Result<(), QuotaExceeded> {
        let Quota { max, admits_oversize, .. } = *self.quota;
        if own > self.max {
            return Err(QuotaExceeded::Share);
        }
        if all > max && !(admits_oversize && all == item) {
            return Err(QuotaExceeded::Quota);
        }
        let is_first = own == item;
        if self.shares && !is_first && !is_within_share(own, all, max) {
            return Err(QuotaExceeded::Share);
        }
        Ok(())
    }

    /// Adds units without a check, and returns how many all accounts hold now.
    pub(crate) fn add(&self, units: usize) -> usize {
        if units > 0 && self.held.fetch_add(units, Ordering::AcqRel) == 0 {
            self.quota.holders.fetch_add(1, Ordering::Relaxed);
        }
        self.quota.held.fetch_add(units, Ordering::AcqRel) + units
    }

    /// Removes units, and returns how many all accounts still hold.
    pub(crate) fn remove(&self, units: usize) -> usize {
        if units > 0 && self.held.fetch_sub(units, Ordering::AcqRel) == units {
            self.quota.holders.fetch_sub(1, Ordering::Relaxed);
        }
        self.quota.held.fetch_sub(units, Ordering::AcqRel) - units
    }

    /// Returns `true` if the holder may use the whole quota.
    pub(crate) fn is_unlimited(&self) -> bool {
        !self.shares && self.max == usize::MAX
    }

    /// Returns the number of units that this account holds.
    pub(crate) fn held(&self) -> usize {
        self.held.load(Ordering::Acquire)
    }

    /// Returns the number of units that every holder may keep beside this one: an even share, and
    /// at least one unit.
    pub(crate) fn share_of_others(&self) -> usize {
        self.quota.even_share(usize::from(self.held() == 0)).max(1)
    }

    /// Returns `true` if the quota is exceeded and this account holds more than an even share.
    pub(crate) fn exceeds_share(&self) -> bool {
        self.quota.held() > self.quota.max && self.held.load(Ordering::Relaxed) > self.quota.even_share(0)
    }
}

impl Drop for Account {
    fn drop(&mut self) {
        self.remove(self.held.load(Ordering::Relaxed));
    }
}

/// Returns `true` if a holder of `own` units leaves at least as many free, where all holders have
/// `all` of `max`.
pub(crate) fn is_within_share(own: usize, all: usize, max: usize) -> bool {
    own <= max.saturating_sub(all)
}

/// Returns a count that may be negative for a moment.
fn count(count: &AtomicIsize) -> usize {
    usize::try_from(count.load(Ordering::Relaxed)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Adds items of one unit until the account refuses.
    fn fill(account: &Account) -> usize {
        let mut filled = 0;
        while account.try_add(1).is_ok() {
            filled += 1;
        }
        filled
    }

    fn shared(quota: &Arc<Quota>) -> Account {
        Account::new(quota.clone()).shared()
    }

    #[test]
    fn oversize_bytes_are_admitted_alone() {
        let quota = Quota::of_bytes(10);
        for account in [Account::new(quota.clone()), shared(&quota)] {
            assert_eq!(account.try_add(100), Ok(()));
            assert_eq!(account.try_grow(100, 200), Ok(()), "the item is still alone");
            assert_eq!(account.try_add(1), Err(QuotaExceeded::Quota));
            assert_eq!(Account::new(quota.clone()).try_add(1), Err(QuotaExceeded::Quota));
            account.remove(200);
            assert_eq!(account.try_add(5), Ok(()));
            assert_eq!(quota.held(), 5, "a rejected item is not counted");
        }
        let account = Account::new(quota.clone());
        assert_eq!((account.try_add(5), account.try_add(5)), (Ok(()), Ok(())));
        assert_eq!(account.try_add(1), Err(QuotaExceeded::Quota));
        drop(account);
        assert_eq!(quota.held(), 0);
    }

    #[test]
    fn only_holders_above_an_even_share_exceed_it() {
        let quota = Quota::of_bytes(100);
        let (greedy, modest) = (Account::new(quota.clone()), Account::new(quota.clone()));
        greedy.add(70);
        modest.add(40);
        assert!(greedy.exceeds_share() && !modest.exceeds_share());
        greedy.remove(10);
        assert!(!greedy.exceeds_share(), "the quota is no longer exceeded");
    }

    #[test]
    fn holders_reach_an_even_share_with_one_newcomer() {
        for (max, shares) in [
            (0, &[0, 0][..]),
            (1, &[1, 0]),
            (2, &[1, 1, 0]),
            (3, &[1, 1, 1]),
            (4, &[2, 1, 1, 0]),
            (100, &[50, 25, 12, 6, 3, 2, 1, 1, 0]),
        ] {
            let quota = Quota::new(max);
            let accounts: Vec<Account> = shares.iter().map(|_| shared(&quota)).collect();
            let reached: Vec<usize> = accounts.iter().map(fill).collect();
            assert_eq!(reached, shares, "one after the other, of {max}");
        }
        for holders in 1..10 {
            let quota = Quota::new(1_000);
            let accounts: Vec<Account> = (0..holders).map(|_| shared(&quota)).collect();
            let mut granted = true;
            while granted {
                granted = accounts.iter().filter(|account| account.try_add(1).is_ok()).count() > 0;
            }
            for account in &accounts {
                assert!(account.held().abs_diff(1_000 / (holders + 1)) <= 1, "{holders}: {}", account.held());
            }
        }
    }

    #[test]
    fn share_grows_when_other_holders_leave() {
        let quota = Quota::new(90);
        let (ada, bob) = (shared(&quota), shared(&quota));
        while ada.try_add(1).is_ok() | bob.try_add(1).is_ok() {}
        assert_eq!((ada.held(), bob.held()), (30, 30));
        assert_eq!(ada.try_add(1), Err(QuotaExceeded::Share));
        drop(bob);
        assert_eq!(fill(&ada), 15);
        ada.remove(1);
        assert_eq!((ada.try_add(1), ada.try_add(1)), (Ok(()), Err(QuotaExceeded::Share)));
        let bob = shared(&quota);
        assert_eq!(fill(&bob), 22, "a holder that returns");
    }

    #[test]
    fn first_item_of_a_holder_needs_free_units_only() {
        let quota = Quota::of_bytes(100);
        let (ada, bob, eve) = (shared(&quota), shared(&quota), shared(&quota));
        assert_eq!(ada.try_add(90), Ok(()));
        assert_eq!(ada.try_add(1), Err(QuotaExceeded::Share));
        assert_eq!(bob.try_add(11), Err(QuotaExceeded::Quota));
        assert_eq!((bob.try_add(5), bob.try_grow(5, 9)), (Ok(()), Ok(())), "one item that grows");
        assert_eq!(bob.try_add(1), Err(QuotaExceeded::Share));
        assert_eq!((eve.try_add(1), eve.try_add(0)), (Ok(()), Ok(())));
    }

    #[test]
    fn holder_without_share_uses_everything() {
        let quota = Quota::new(7);
        let (all, capped) = (Account::new(quota.clone()), Account::new(quota.clone()).max(2));
        assert_eq!((fill(&capped), capped.try_add(1)), (2, Err(QuotaExceeded::Share)));
        assert_eq!((fill(&all), all.try_add(1)), (5, Err(QuotaExceeded::Quota)));
    }
}
