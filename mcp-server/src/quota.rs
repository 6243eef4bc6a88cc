//! Quotas: bounds on a shared resource, over all holders and for each of them.
//!
//! A [`Quota`] counts units of one resource, such as sessions, calls or bytes. Each holder, such as
//! a principal or a session, has an [`Account`]. An account either rejects what exceeds the quota
//! ([`Account::try_add`]), or takes it and reports when its holder must evict something of its own
//! ([`Account::exceeds_share`]). Accounts share atomic counters, without a lock.

use std::{
    collections::HashMap,
    hash::Hash,
    sync::{
        Arc, Weak,
        atomic::{AtomicIsize, AtomicUsize, Ordering},
    },
};

use parking_lot::Mutex;

/// A shared resource, counted in units.
#[derive(Debug)]
pub(crate) struct Quota {
    max: usize,
    /// Grants a request for more than `max` while nothing else is held.
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

    /// Returns the number of units that each holder may keep once the quota is exceeded.
    fn even_share(&self) -> usize {
        let holders = usize::try_from(self.holders.load(Ordering::Relaxed)).unwrap_or(0);
        self.max / holders.max(1)
    }
}

/// The units of a quota that one holder holds. Returned to the quota on drop.
#[derive(Debug)]
pub(crate) struct Account {
    quota: Arc<Quota>,
    max: usize,
    held: AtomicUsize,
}

/// Error of a request for units that exceed a quota or the maximum of one holder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct QuotaExceeded;

impl Account {
    /// Returns an empty account of a holder that may use the whole quota.
    pub(crate) fn new(quota: Arc<Quota>) -> Self {
        Self::with_max(quota, usize::MAX)
    }

    fn with_max(quota: Arc<Quota>, max: usize) -> Self {
        Self { quota, max, held: AtomicUsize::new(0) }
    }

    /// Adds units, unless they exceed the quota or the maximum of this account.
    pub(crate) fn try_add(&self, units: usize) -> Result<(), QuotaExceeded> {
        let total = self.add(units);
        let is_alone = self.quota.admits_oversize && total == units;
        if self.held.load(Ordering::Relaxed) > self.max || total > self.quota.max && !is_alone {
            self.remove(units);
            return Err(QuotaExceeded);
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

    /// Returns the number of units that this account holds.
    pub(crate) fn held(&self) -> usize {
        self.held.load(Ordering::Acquire)
    }

    /// Returns `true` if the quota is exceeded and this account holds more than an even share.
    pub(crate) fn exceeds_share(&self) -> bool {
        self.quota.held() > self.quota.max && self.held.load(Ordering::Relaxed) > self.quota.even_share()
    }
}

impl Drop for Account {
    fn drop(&mut self) {
        self.remove(self.held.load(Ordering::Relaxed));
    }
}

/// The accounts of a quota by holder. Anonymous holders share the quota without a maximum each.
#[derive(Debug)]
pub(crate) struct Accounts<K> {
    quota: Arc<Quota>,
    max_per_holder: usize,
    anonymous: Arc<Account>,
    /// Accounts live as long as their permits; entries of the others are purged.
    by_holder: Mutex<ByHolder<K>>,
}

#[derive(Debug)]
struct ByHolder<K> {
    accounts: HashMap<K, Weak<Account>>,
    /// Number of entries at which dead ones are purged: twice those that were alive the last time.
    purge_at: usize,
}

/// Smallest number of entries that is worth a purge.
const MIN_PURGE: usize = 64;

impl<K: Clone + Eq + Hash> Accounts<K> {
    /// Returns the accounts of a quota of `max` units, of which each holder may have
    /// `max_per_holder`.
    pub(crate) fn new(max: usize, max_per_holder: usize) -> Self {
        let quota = Quota::new(max);
        let anonymous = Arc::new(Account::new(quota.clone()));
        let by_holder = Mutex::new(ByHolder { accounts: HashMap::new(), purge_at: MIN_PURGE });
        Self { quota, max_per_holder, anonymous, by_holder }
    }

    /// Returns a permit for one unit.
    pub(crate) fn acquire(&self, holder: Option<&K>) -> Result<Permit, QuotaExceeded> {
        let Some(holder) = holder else { return Permit::of(self.anonymous.clone()) };
        let mut by_holder = self.by_holder.lock();
        if let Some(account) = by_holder.accounts.get(holder).and_then(Weak::upgrade) {
            return Permit::of(account);
        }
        // Inserted on success only: an entry for a holder without permits would stay.
        let permit = Permit::of(Arc::new(Account::with_max(self.quota.clone(), self.max_per_holder)))?;
        by_holder.accounts.insert(holder.clone(), Arc::downgrade(&permit.0));
        if by_holder.accounts.len() >= by_holder.purge_at {
            by_holder.accounts.retain(|_, account| account.strong_count() > 0);
            by_holder.purge_at = MIN_PURGE.max(2 * by_holder.accounts.len());
        }
        Ok(permit)
    }

    /// Returns the number of permits that are held.
    pub(crate) fn held(&self) -> usize {
        self.quota.held()
    }
}

/// One unit of a quota, returned on drop.
#[derive(Debug)]
pub(crate) struct Permit(Arc<Account>);

impl Permit {
    fn of(account: Arc<Account>) -> Result<Self, QuotaExceeded> {
        account.try_add(1)?;
        Ok(Self(account))
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        self.0.remove(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dropped_permit_is_available_again() {
        let accounts = Accounts::new(2, 1);
        let first = accounts.acquire(Some(&"ada"));
        assert!(first.is_ok());
        assert!(accounts.acquire(Some(&"ada")).is_err(), "the maximum of one holder");
        let second = accounts.acquire(None);
        assert!(second.is_ok());
        assert!(accounts.acquire(None).is_err(), "the maximum of all holders");
        drop((first, second));
        assert_eq!(accounts.held(), 0);
        assert!(accounts.acquire(Some(&"ada")).is_ok());
    }

    #[test]
    fn rejected_holder_leaves_no_entry() {
        let accounts = Accounts::new(2, 0);
        assert!(accounts.acquire(Some(&"bob")).is_err());
        assert!(accounts.by_holder.lock().accounts.is_empty());
        assert_eq!(accounts.held(), 0);
    }

    #[test]
    fn entries_without_permits_are_purged() {
        let accounts = Accounts::new(usize::MAX, 1);
        let kept = accounts.acquire(Some(&0)).unwrap();
        for holder in 1..10 * MIN_PURGE {
            drop(accounts.acquire(Some(&holder)).unwrap());
        }
        assert!(accounts.by_holder.lock().accounts.len() <= 2 * MIN_PURGE);
        assert!(accounts.acquire(Some(&0)).is_err(), "the living account stays");
        drop(kept);
    }

    #[test]
    fn oversize_bytes_are_admitted_alone() {
        let quota = Quota::of_bytes(10);
        let account = Account::new(quota.clone());
        assert_eq!(account.try_add(100), Ok(()));
        assert_eq!(account.try_add(1), Err(QuotaExceeded));
        account.remove(100);
        assert_eq!((account.try_add(5), account.try_add(5)), (Ok(()), Ok(())));
        assert_eq!(account.try_add(1), Err(QuotaExceeded));
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
}
