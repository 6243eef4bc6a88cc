//! The time, asked for in one place so that a test can move it.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Tells the time. Clones of one clock tell the same time.
#[derive(Clone, Debug, Default)]
pub(crate) struct Clock {
    /// Seconds that a test has added; both clocks move together.
    #[cfg(test)]
    ahead: std::sync::Arc<std::sync::atomic::AtomicU64>,
}

impl Clock {
    /// Seconds since 1970, as tokens count them. A machine whose clock is set before 1970 counts as 1970.
    pub(crate) fn unix_seconds(&self) -> u64 {
        (SystemTime::now() + self.ahead()).duration_since(UNIX_EPOCH).unwrap_or_default().as_secs()
    }

    /// A time that never jumps, for caches and cooldowns.
    #[cfg(feature = "auth")]
    pub(crate) fn instant(&self) -> std::time::Instant {
        std::time::Instant::now() + self.ahead()
    }

    #[cfg(not(test))]
    #[expect(clippy::unused_self, reason = "only a test clock has anything to add")]
    fn ahead(&self) -> Duration {
        Duration::ZERO
    }

    #[cfg(test)]
    fn ahead(&self) -> Duration {
        Duration::from_secs(self.ahead.load(std::sync::atomic::Ordering::SeqCst))
    }

    /// Moves this clock and its clones forward.
    #[cfg(test)]
    pub(crate) fn advance(&self, seconds: u64) {
        self.ahead.fetch_add(seconds, std::sync::atomic::Ordering::SeqCst);
    }
}
