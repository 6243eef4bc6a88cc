//! What all streams of a module may hold together for clients that are away.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

/// Bytes that streams hold, over all sessions, and how many they may.
#[derive(Clone, Debug)]
pub(crate) struct Budget(Arc<Account>);

#[derive(Debug)]
struct Account {
    held: AtomicUsize,
    most: usize,
}

impl Budget {
    pub(crate) fn new(most: usize) -> Self {
        Self(Arc::new(Account { held: AtomicUsize::new(0), most }))
    }

    /// Whether more is held than may be.
    pub(crate) fn is_spent(&self) -> bool {
        self.0.held.load(Ordering::Relaxed) > self.0.most
    }
}

/// What one stream holds of the budget, given back when this is dropped.
#[derive(Debug)]
pub(crate) struct Held {
    budget: Budget,
    bytes: usize,
}

impl Held {
    pub(crate) fn nothing_of(budget: Budget) -> Self {
        Self { budget, bytes: 0 }
    }

    pub(crate) fn bytes(&self) -> usize {
        self.bytes
    }

    /// Whether all streams together hold more than they may.
    pub(crate) fn is_too_much(&self) -> bool {
        self.budget.is_spent()
    }

    pub(crate) fn add(&mut self, bytes: usize) {
        self.bytes += bytes;
        self.budget.0.held.fetch_add(bytes, Ordering::Relaxed);
    }

    pub(crate) fn give_back(&mut self, bytes: usize) {
        self.bytes -= bytes;
        self.budget.0.held.fetch_sub(bytes, Ordering::Relaxed);
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.give_back(self.bytes);
    }
}
