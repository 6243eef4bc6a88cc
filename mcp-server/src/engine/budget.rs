//! What all sessions may hold together for clients that are away, and who gives up when that is spent: whoever holds the most.
//!
//! There is no lock that sessions share, and none looks at another: the counts of all say what an even part is, and a session that holds
//! more gives up what is its own.

use std::sync::{
    Arc, Weak,
    atomic::{AtomicIsize, AtomicUsize, Ordering},
};

/// Bytes that all sessions hold, and how many they may.
#[derive(Clone, Debug)]
pub(crate) struct Budget(Arc<Account>);

#[derive(Debug)]
struct Account {
    most: usize,
    held: AtomicUsize,
    /// Sessions that hold anything. One that does so for a moment may be counted out before it is counted in.
    holders: AtomicIsize,
}

impl Budget {
    pub(crate) fn new(most: usize) -> Self {
        Self(Arc::new(Account { most, held: AtomicUsize::new(0), holders: AtomicIsize::new(0) }))
    }

    fn is_spent(&self) -> bool {
        self.0.held.load(Ordering::Relaxed) > self.0.most
    }

    /// What each session may hold when all is spent.
    fn even_part(&self) -> usize {
        let holders = usize::try_from(self.0.holders.load(Ordering::Relaxed)).unwrap_or(0);
        self.0.most / holders.max(1)
    }
}

/// Who gives up what it can spare, when it holds too much.
pub(crate) trait Holder: Send + Sync {
    fn make_room(&self);
}

/// What one session holds of the budget.
pub(crate) struct Share {
    budget: Budget,
    held: AtomicUsize,
    holder: Weak<dyn Holder>,
}

impl Share {
    pub(crate) fn nothing_of(budget: Budget, holder: Weak<dyn Holder>) -> Arc<Self> {
        Arc::new(Self { budget, held: AtomicUsize::new(0), holder })
    }

    /// Whether the budget is spent, and more than an even part of it is held here.
    pub(crate) fn is_too_much(&self) -> bool {
        self.budget.is_spent() && self.held.load(Ordering::Relaxed) > self.budget.even_part()
    }

    /// Has the session give up what is too much. Not to be called with a lock on any of its streams.
    pub(crate) fn settle(&self) {
        if self.is_too_much()
            && let Some(holder) = self.holder.upgrade()
        {
            holder.make_room();
        }
    }

    fn add(&self, bytes: usize) {
        if bytes > 0 {
            if self.held.fetch_add(bytes, Ordering::Relaxed) == 0 {
                self.budget.0.holders.fetch_add(1, Ordering::Relaxed);
            }
            self.budget.0.held.fetch_add(bytes, Ordering::Relaxed);
        }
    }

    fn give_back(&self, bytes: usize) {
        if bytes > 0 {
            if self.held.fetch_sub(bytes, Ordering::Relaxed) == bytes {
                self.budget.0.holders.fetch_sub(1, Ordering::Relaxed);
            }
            self.budget.0.held.fetch_sub(bytes, Ordering::Relaxed);
        }
    }
}

/// What one stream holds: of the share of its session while its client is away, of nothing while one is connected. Given back when this
/// is dropped.
pub(crate) struct Held {
    /// None of a stream that ends with its connection: nobody can come back to it.
    share: Option<Arc<Share>>,
    bytes: usize,
    client_is_away: bool,
}

impl Held {
    pub(crate) fn nothing_of(share: Option<Arc<Share>>) -> Self {
        Self { share, bytes: 0, client_is_away: true }
    }

    pub(crate) fn bytes(&self) -> usize {
        self.bytes
    }

    pub(crate) fn client_is_away(&self) -> bool {
        self.client_is_away
    }

    pub(crate) fn is_too_much(&self) -> bool {
        self.counting().is_some_and(Share::is_too_much)
    }

    pub(crate) fn add(&mut self, bytes: usize) {
        self.bytes += bytes;
        self.counting().inspect(|share| share.add(bytes));
    }

    pub(crate) fn give_back(&mut self, bytes: usize) {
        self.bytes -= bytes;
        self.counting().inspect(|share| share.give_back(bytes));
    }

    /// A client is connected: what is held is no longer counted.
    pub(crate) fn client_came(&mut self) {
        self.counting().inspect(|share| share.give_back(self.bytes));
        self.client_is_away = false;
    }

    /// The client is gone: what is held waits for it.
    pub(crate) fn client_left(&mut self) {
        self.client_is_away = true;
        self.counting().inspect(|share| share.add(self.bytes));
    }

    /// The share that this counts against at the moment.
    fn counting(&self) -> Option<&Share> {
        self.share.as_deref().filter(|_| self.client_is_away)
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.give_back(self.bytes);
    }
}
