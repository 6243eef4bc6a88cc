//! The bytes that streams buffer for disconnected clients, charged to the session of each stream.

use std::sync::{Arc, Weak};

use crate::quota::{Accounts, Part, Resource};

/// A holder of buffered bytes that can evict some of them.
pub(in crate::engine) trait Evict: Send + Sync {
    fn evict(&self);
}

/// The share of one session in the bytes that all sessions buffer.
pub(in crate::engine) struct Share {
    part: Part,
    session: Weak<dyn Evict>,
}

impl Share {
    pub(in crate::engine) fn new(accounts: Arc<Accounts>, session: Weak<dyn Evict>) -> Self {
        Self { part: Part::new(accounts, Resource::BufferedBytes), session }
    }

    /// Returns `true` if the quota is exceeded and the session holds more than its share: an even
    /// part of the even share of its holder.
    pub(in crate::engine) fn is_exceeded(&self) -> bool {
        self.part.exceeds_share()
    }

    /// Lets the session evict what exceeds its share. The caller must not hold the lock of a
    /// stream.
    pub(in crate::engine) fn enforce(&self) {
        if self.is_exceeded()
            && let Some(session) = self.session.upgrade()
        {
            session.evict();
        }
    }
}

/// The bytes that one stream buffers. They count against the share of its session while no client
/// is connected.
pub(in crate::engine) struct Buffered {
    /// `None` for a stream that ends with its connection, which no client can resume.
    share: Option<Arc<Share>>,
    bytes: usize,
    connected: bool,
}

impl Buffered {
    pub(in crate::engine) fn new(share: Option<Arc<Share>>) -> Self {
        Self { share, bytes: 0, connected: false }
    }

    pub(in crate::engine) fn bytes(&self) -> usize {
        self.bytes
    }

    /// Returns `true` while a client is connected.
    pub(in crate::engine) fn is_connected(&self) -> bool {
        self.connected
    }

    /// Returns `true` if this stream should evict events for its session.
    pub(in crate::engine) fn exceeds_share(&self) -> bool {
        self.charged().is_some_and(Share::is_exceeded)
    }

    pub(in crate::engine) fn add(&mut self, bytes: usize) {
        self.bytes += bytes;
        if let Some(share) = self.charged() {
            share.part.add(bytes);
        }
    }

    pub(in crate::engine) fn remove(&mut self, bytes: usize) {
        self.bytes -= bytes;
        if let Some(share) = self.charged() {
            share.part.remove(bytes);
        }
    }

    /// Stops charging the session: a client is connected.
    pub(in crate::engine) fn connect(&mut self) {
        if !self.connected {
            if let Some(share) = self.charged() {
                share.part.remove(self.bytes);
            }
            self.connected = true;
        }
    }

    /// Charges the session: the events wait for a client that reconnects.
    pub(in crate::engine) fn disconnect(&mut self) {
        if self.connected {
            self.connected = false;
            if let Some(share) = self.charged() {
                share.part.add(self.bytes);
            }
        }
    }

    fn charged(&self) -> Option<&Share> {
        self.share.as_deref().filter(|_| !self.connected)
    }
}

impl Drop for Buffered {
    fn drop(&mut self) {
        self.remove(self.bytes);
    }
}
