//! The resources that all callers of a server share, and the accounts of each holder in them.

use std::{
    collections::HashMap,
    hash::{DefaultHasher, Hash as _, Hasher as _},
    sync::Arc,
};

use parking_lot::Mutex;

use super::{Account, Holder, Quota, QuotaExceeded};
use crate::limits::Limits;

/// A resource that all callers of a server share.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Resource {
    /// Calls in flight, tasks included.
    Calls,
    /// Bytes of the requests that calls in flight keep.
    CallBytes,
    /// Bytes of incomplete request bodies.
    IncomingBytes,
    /// Open sessions.
    Sessions,
    /// Open `subscriptions/listen` requests.
    Subscriptions,
    /// Bytes that streams of sessions buffer for disconnected clients.
    BufferedBytes,
    /// Connections with a request in flight.
    Connections,
}

impl Resource {
    const ALL: [Self; 7] = [
        Self::Calls,
        Self::CallBytes,
        Self::IncomingBytes,
        Self::Sessions,
        Self::Subscriptions,
        Self::BufferedBytes,
        Self::Connections,
    ];

    fn quota(self, limits: &Limits) -> Arc<Quota> {
        match self {
            Self::Calls => Quota::new(limits.max_calls),
            Self::CallBytes => Quota::of_bytes(limits.max_call_bytes),
            Self::IncomingBytes => Quota::of_bytes(limits.max_incoming_bytes),
            Self::Sessions => Quota::new(limits.max_sessions),
            Self::Subscriptions => Quota::new(limits.max_subscription_streams),
            Self::BufferedBytes => Quota::new(limits.max_buffered_bytes),
            Self::Connections => Quota::new(limits.max_connections),
        }
    }

    /// Returns the maximum number of units of one principal.
    fn max_per_principal(self, limits: &Limits) -> usize {
        match self {
            Self::Calls | Self::CallBytes | Self::IncomingBytes | Self::BufferedBytes | Self::Connections => usize::MAX,
            Self::Sessions => limits.max_sessions_per_principal,
            Self::Subscriptions => limits.max_subscription_streams_per_principal,
        }
    }

    /// Returns an empty account of a holder that shares the resource with others.
    fn shared_account(self, quota: &Arc<Quota>) -> Account {
        let account = Account::new(quota.clone());
        match self {
            // Taken back instead.
            Self::Sessions | Self::BufferedBytes => account,
            Self::Calls | Self::CallBytes | Self::IncomingBytes | Self::Subscriptions | Self::Connections => {
                account.shared()
            }
        }
    }
}

/// The accounts of one holder, one for each resource.
#[derive(Debug)]
pub(crate) struct Accounts {
    holder: Holder,
    by_resource: [Account; Resource::ALL.len()],
}

impl Accounts {
    /// Returns the holder that the accounts belong to.
    pub(crate) fn holder(&self) -> Holder {
        self.holder
    }

    /// Returns the account of a resource.
    pub(crate) fn account(&self, resource: Resource) -> &Account {
        &self.by_resource[resource as usize]
    }

    /// Acquires units of a resource, until the permit is dropped.
    pub(crate) fn acquire(self: &Arc<Self>, resource: Resource, units: usize) -> Result<Permit, QuotaExceeded> {
        self.account(resource).try_add(units)?;
        Ok(Permit { accounts: self.clone(), resource, units })
    }
}

/// Units of a resource, returned on drop.
#[derive(Debug)]
pub(crate) struct Permit {
    accounts: Arc<Accounts>,
    resource: Resource,
    units: usize,
}

impl Permit {
    /// Adds units, so that the permit has `units`.
    pub(crate) fn try_grow(&mut self, units: usize) -> Result<(), QuotaExceeded> {
        self.accounts.account(self.resource).try_grow(self.units, units)?;
        self.units = units;
        Ok(())
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        self.accounts.account(self.resource).remove(self.units);
    }
}

/// Number of parts of the map of holders, each with a lock of its own.
const SHARDS: usize = 16;

/// Smallest number of entries that is worth a purge.
const MIN_PURGE: usize = 64;

/// The accounts of all holders.
///
/// Accounts of holders without permits are kept for a while, so that a caller that returns needs no
/// new ones.
#[derive(Debug)]
pub(crate) struct Holders {
    limits: Arc<Limits>,
    quotas: [Arc<Quota>; Resource::ALL.len()],
    anonymous: Arc<Accounts>,
    shards: [Mutex<Shard>; SHARDS],
}

#[derive(Debug)]
struct Shard {
    accounts: HashMap<Holder, Arc<Accounts>>,
    /// Number of entries at which unused ones are purged: twice those that stayed the last time.
    purge_at: usize,
}

impl Holders {
    /// Returns the holders of a server with these limits. Anonymous callers are limited to an even
    /// share if `anonymous_shares` is `true`, and may use everything otherwise.
    pub(crate) fn new(limits: Arc<Limits>, anonymous_shares: bool) -> Self {
        let quotas = Resource::ALL.map(|resource| resource.quota(&limits));
        let by_resource = Resource::ALL.map(|resource| {
            let quota = &quotas[resource as usize];
            if anonymous_shares { resource.shared_account(quota) } else { Account::new(quota.clone()) }
        });
        let anonymous = Accounts { holder: Holder::Anonymous, by_resource };
        let new_shard = |_| Mutex::new(Shard { accounts: HashMap::new(), purge_at: MIN_PURGE });
        Self { limits, quotas, anonymous: anonymous.into(), shards: std::array::from_fn(new_shard) }
    }

    /// Returns the accounts of a holder.
    pub(crate) fn get(&self, holder: Holder) -> Arc<Accounts> {
        if holder == Holder::Anonymous {
            return self.anonymous.clone();
        }
        let mut shard = self.shard(holder).lock();
        if let Some(accounts) = shard.accounts.get(&holder) {
            return accounts.clone();
        }
        if shard.accounts.len() >= shard.purge_at {
            // Permits keep their accounts, so those that only the map refers to hold nothing.
            shard.accounts.retain(|_, accounts| Arc::strong_count(accounts) > 1);
            shard.purge_at = MIN_PURGE.max(2 * shard.accounts.len());
        }
        let accounts = Arc::new(self.open(holder));
        shard.accounts.insert(holder, accounts.clone());
        accounts
    }

    /// Returns the quota of a resource.
    pub(crate) fn quota(&self, resource: Resource) -> Arc<Quota> {
        self.quotas[resource as usize].clone()
    }

    /// Returns the number of units of a resource that all holders hold.
    pub(crate) fn held(&self, resource: Resource) -> usize {
        self.quotas[resource as usize].held()
    }

    /// Returns empty accounts of a new holder.
    fn open(&self, holder: Holder) -> Accounts {
        let by_resource = Resource::ALL.map(|resource| {
            let max = match holder {
                Holder::Principal(_) => resource.max_per_principal(&self.limits),
                Holder::Anonymous | Holder::Address(_) => usize::MAX,
            };
            resource.shared_account(&self.quotas[resource as usize]).max(max)
        });
        Accounts { holder, by_resource }
    }

    fn shard(&self, holder: Holder) -> &Mutex<Shard> {
        let hash = match holder {
            Holder::Principal([hash, _]) => hash,
            other => {
                let mut hasher = DefaultHasher::new();
                other.hash(&mut hasher);
                hasher.finish()
            }
        };
        &self.shards[usize::try_from(hash % SHARDS as u64).unwrap_or_default()]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holders(max: usize, max_per_principal: usize) -> Holders {
        let limits =
            Limits::default().max_subscription_streams(max).max_subscription_streams_per_principal(max_per_principal);
        Holders::new(Arc::new(limits), false)
    }

    fn acquire(holders: &Holders, holder: Holder) -> Result<Permit, QuotaExceeded> {
        holders.get(holder).acquire(Resource::Subscriptions, 1)
    }

    fn principal(subject: &str) -> Holder {
        Holder::principal("https://issuer", subject, false)
    }

    #[test]
    fn dropped_permit_is_available_again() {
        let holders = holders(2, 1);
        let first = acquire(&holders, principal("ada"));
        assert!(first.is_ok());
        assert_eq!(acquire(&holders, principal("ada")).err(), Some(QuotaExceeded::Share), "the maximum of one holder");
        let second = acquire(&holders, Holder::Anonymous);
        assert!(second.is_ok());
        assert_eq!(acquire(&holders, Holder::Anonymous).err(), Some(QuotaExceeded::Quota));
        drop((first, second));
        assert_eq!(holders.held(Resource::Subscriptions), 0);
        assert!(acquire(&holders, principal("ada")).is_ok());
    }

    #[test]
    fn anonymous_callers_share_only_beside_principals() {
        for (shares, expected) in [(false, 10), (true, 5)] {
            let limits = Limits::default().max_subscription_streams(10).max_subscription_streams_per_principal(1);
            let holders = Holders::new(Arc::new(limits), shares);
            let held: Vec<Permit> = (0..20).filter_map(|_| acquire(&holders, Holder::Anonymous).ok()).collect();
            assert_eq!(held.len(), expected);
        }
    }

    #[test]
    fn entries_without_permits_are_purged() {
        let holders = holders(usize::MAX, 1);
        let kept = acquire(&holders, principal("kept")).unwrap();
        for subject in 0..10 * SHARDS * MIN_PURGE {
            drop(acquire(&holders, principal(&subject.to_string())).unwrap());
        }
        let entries = holders.shards.iter().map(|shard| shard.lock().accounts.len());
        assert!(entries.max() <= Some(MIN_PURGE));
        assert!(acquire(&holders, principal("kept")).is_err(), "the account with a permit stays");
        drop(kept);
        assert!(acquire(&holders, principal("kept")).is_ok());
    }
}
