//! `BlockingWork`: work of a call on threads for blocking work, which the end of the call does not
//! stop.

use std::{
    any::Any,
    fmt,
    sync::atomic::{AtomicU32, Ordering},
};

use parking_lot::Mutex;

/// Counts the blocking work of a call that has not ended, and holds the permits of the call until
/// then. Stored inline, so that it costs other calls no allocation.
#[derive(Default)]
pub(crate) struct BlockingWork {
    running: AtomicU32,
    permits: Mutex<Option<Box<dyn Any + Send>>>,
}

impl BlockingWork {
    pub(in crate::context) fn begin(&self) {
        self.running.fetch_add(1, Ordering::Relaxed);
    }

    pub(in crate::context) fn end(&self) {
        if self.running.fetch_sub(1, Ordering::SeqCst) == 1 {
            self.release();
        }
    }

    /// Holds the permits of a call that has ended until its blocking work has ended, too. Without
    /// such work they are returned at once.
    pub(crate) fn hold(&self, permits: impl Send + 'static) {
        if !self.is_running() {
            return;
        }
        *self.permits.lock() = Some(Box::new(permits));
        // The work may have ended before the permits were stored.
        if !self.is_running() {
            self.release();
        }
    }

    fn is_running(&self) -> bool {
        self.running.load(Ordering::SeqCst) > 0
    }

    fn release(&self) {
        let permits = self.permits.lock().take();
        drop(permits);
    }
}

impl fmt::Debug for BlockingWork {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("BlockingWork").field("running", &self.running).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    #[test]
    fn permits_are_held_until_all_blocking_work_has_ended() {
        let (work, permit) = (BlockingWork::default(), Arc::new(()));
        work.hold(permit.clone());
        assert_eq!(Arc::strong_count(&permit), 1, "no work is running");
        work.begin();
        work.begin();
        work.hold(permit.clone());
        work.end();
        assert_eq!(Arc::strong_count(&permit), 2, "one of two is running");
        work.end();
        assert_eq!(Arc::strong_count(&permit), 1, "all have ended");
    }
}
