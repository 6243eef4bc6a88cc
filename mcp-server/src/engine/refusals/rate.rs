//! `Rate`: bounds the entries in the log per kind of refusal and second, and counts the rest.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::refusal::RefusalKind;

/// Counters of one window of time per kind, without a lock: a flood of refusals stays cheap.
#[derive(Debug)]
pub(super) struct Rate {
    /// Maximum number of entries of one kind in one window.
    max: u32,
    slots: Box<[AtomicU64]>,
}

/// Decision about one refusal.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It is logged, together with the number of refusals that were suppressed before.
    Log { suppressed: u32 },
    /// It is counted. `first` is set for the first one of the window.
    Suppress { first: bool },
}

/// A window, and the number of refusals in it.
#[derive(Clone, Copy)]
struct Count {
    window: u32,
    refusals: u32,
}

impl Count {
    fn unpack(slot: u64) -> Self {
        // The upper and the lower half.
        #[expect(clippy::cast_possible_truncation, reason = "each half has 32 bits")]
        Self { window: (slot >> 32) as u32, refusals: slot as u32 }
    }

    fn pack(self) -> u64 {
        u64::from(self.window) << 32 | u64::from(self.refusals)
    }
}

impl Rate {
    pub(super) fn new(max: u32) -> Self {
        Self { max, slots: RefusalKind::ALL.iter().map(|_| AtomicU64::default()).collect() }
    }

    /// Returns `true` if no refusal is ever logged.
    pub(super) fn logs_nothing(&self) -> bool {
        self.max == 0
    }

    /// Counts a refusal in a window, and decides whether it is logged.
    pub(super) fn admit(&self, kind: RefusalKind, window: u32) -> Verdict {
        let before = self.update(kind, |count| {
            Some(if window > count.window {
                Count { window, refusals: 1 }
            } else {
                // A thread may be late, and belong to the window before.
                Count { refusals: count.refusals.saturating_add(1), ..count }
            })
        });
        match before {
            Some(count) if window > count.window => Verdict::Log { suppressed: self.suppressed(count) },
            Some(count) if count.refusals >= self.max => Verdict::Suppress { first: count.refusals == self.max },
            _ => Verdict::Log { suppressed: 0 },
        }
    }

    /// Returns the number of refusals that were suppressed before this window, and forgets them.
    pub(super) fn take_suppressed(&self, kind: RefusalKind, window: u32) -> u32 {
        let taken = self.update(kind, |count| {
            (count.window < window && count.refusals > self.max).then_some(Count { refusals: self.max, ..count })
        });
        taken.map_or(0, |count| self.suppressed(count))
    }

    /// Returns `true` if refusals were suppressed that no entry in the log has counted.
    pub(super) fn has_suppressed(&self) -> bool {
        self.slots.iter().any(|slot| Count::unpack(slot.load(Ordering::SeqCst)).refusals > self.max)
    }

    fn suppressed(&self, count: Count) -> u32 {
        count.refusals.saturating_sub(self.max)
    }

    /// Replaces the count of a kind unless `next` returns `None`. Returns the count before.
    fn update(&self, kind: RefusalKind, next: impl Fn(Count) -> Option<Count>) -> Option<Count> {
        let slot = self.slots.get(kind as usize)?;
        let replaced =
            slot.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |slot| next(Count::unpack(slot)).map(Count::pack));
        replaced.ok().map(Count::unpack)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KIND: RefusalKind = RefusalKind::Host;

    #[test]
    fn entries_and_suppressed_refusals_add_up() {
        let rate = Rate::new(3);
        let mut logged = 0;
        let mut suppressed = 0;
        for window in [0, 0, 0, 0, 0, 1, 1, 1, 1, 4, 4] {
            match rate.admit(KIND, window) {
                Verdict::Log { suppressed: before } => {
                    logged += 1;
                    suppressed += before;
                }
                Verdict::Suppress { .. } => {}
            }
        }
        assert_eq!((logged, suppressed), (3 + 3 + 2, 2 + 1));
        assert_eq!(rate.take_suppressed(KIND, 5), 0);
    }

    #[test]
    fn suppressed_refusals_are_taken_once_after_their_window() {
        let rate = Rate::new(1);
        assert_eq!(rate.admit(KIND, 7), Verdict::Log { suppressed: 0 });
        assert_eq!(rate.admit(KIND, 7), Verdict::Suppress { first: true });
        assert_eq!(rate.admit(KIND, 7), Verdict::Suppress { first: false });
        assert!(rate.has_suppressed());
        assert_eq!(rate.take_suppressed(KIND, 7), 0, "the window has not ended");
        assert_eq!(rate.take_suppressed(KIND, 8), 2);
        assert!(!rate.has_suppressed());
        assert_eq!(rate.take_suppressed(KIND, 8), 0);
        assert_eq!(rate.admit(KIND, 8), Verdict::Log { suppressed: 0 });
    }

    #[test]
    fn kinds_do_not_suppress_each_other() {
        let rate = Rate::new(1);
        for _ in 0..100 {
            rate.admit(RefusalKind::Item, 0);
        }
        assert_eq!(rate.admit(KIND, 0), Verdict::Log { suppressed: 0 });
    }
}
