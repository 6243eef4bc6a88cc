//! Wall-clock and monotonic time of one server, from a single source that tests can replace.

#![cfg_attr(not(feature = "testing"), expect(unreachable_pub, reason = "public with the feature `testing`"))]

use std::time::{SystemTime, UNIX_EPOCH};

use tokio::time::Instant;

#[cfg(any(test, feature = "testing"))]
use {parking_lot::Mutex, std::sync::Arc, std::time::Duration};

/// Source of time of a server: the wall clock, and a monotonic clock for timeouts and ages.
///
/// Clones share one source. The default is [`Clock::system`].
#[derive(Clone, Debug, Default)]
pub struct Clock(Source);

#[derive(Clone, Debug, Default)]
enum Source {
    #[default]
    System,
    #[cfg(any(test, feature = "testing"))]
    Manual(Arc<Manual>),
}

#[cfg(any(test, feature = "testing"))]
#[derive(Debug)]
struct Manual {
    start: SystemTime,
    started: Instant,
    advanced: Mutex<Duration>,
}

impl Clock {
    /// Returns the clock of the operating system.
    pub fn system() -> Self {
        Self::default()
    }

    /// Returns the wall-clock time. It may jump when the operator sets the system clock.
    pub fn now(&self) -> SystemTime {
        match &self.0 {
            Source::System => SystemTime::now(),
            #[cfg(any(test, feature = "testing"))]
            Source::Manual(manual) => manual.start + manual.elapsed(),
        }
    }

    /// Returns the wall-clock time in whole seconds since 1970. Times before 1970 are returned as
    /// 0.
    pub(crate) fn unix_seconds(&self) -> u64 {
        self.now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs()
    }

    /// Returns the monotonic time, for deadlines of tokio's timers, ages and cooldowns.
    pub(crate) fn instant(&self) -> Instant {
        match &self.0 {
            Source::System => Instant::now(),
            #[cfg(any(test, feature = "testing"))]
            Source::Manual(manual) => manual.started + manual.elapsed(),
        }
    }

    /// Converts a wall-clock time into a deadline. A time in the past becomes now.
    ///
    /// Returns `None` for times that overflow [`Instant`].
    pub(crate) fn deadline(&self, time: SystemTime) -> Option<Instant> {
        self.instant().checked_add(time.duration_since(self.now()).unwrap_or_default())
    }
}

#[cfg(any(test, feature = "testing"))]
impl Clock {
    /// Returns a clock for tests that shows `start` now, and then runs at the pace of tokio's
    /// clock.
    ///
    /// The clock stands still while a test pauses tokio's clock with `tokio::time::pause`, and
    /// `tokio::time::advance` moves both. [`Clock::advance`] moves this clock alone.
    pub fn manual(start: SystemTime) -> Self {
        Self(Source::Manual(Arc::new(Manual { start, started: Instant::now(), advanced: Mutex::default() })))
    }

    /// Moves this clock and its clones forward by `by`, without firing timers. Does nothing on
    /// [`Clock::system`].
    pub fn advance(&self, by: Duration) {
        if let Source::Manual(manual) = &self.0 {
            *manual.advanced.lock() += by;
        }
    }
}

#[cfg(any(test, feature = "testing"))]
impl Manual {
    fn elapsed(&self) -> Duration {
        self.started.elapsed() + *self.advanced.lock()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: SystemTime = UNIX_EPOCH;

    #[tokio::test(start_paused = true)]
    async fn manual_clock_follows_the_paused_clock_of_tokio() {
        let clock = Clock::manual(START);
        let instant = clock.instant();
        assert_eq!((clock.now(), clock.instant()), (START, Instant::now()));
        tokio::time::advance(Duration::from_secs(90)).await;
        assert_eq!(clock.unix_seconds(), 90);
        assert_eq!(clock.instant() - instant, Duration::from_secs(90));
    }

    #[tokio::test(start_paused = true)]
    async fn advance_moves_all_clones_and_no_timer() {
        let clock = Clock::manual(START);
        let (clone, instant, timer) = (clock.clone(), clock.instant(), Instant::now());
        clock.advance(Duration::from_secs(5));
        assert_eq!(clone.unix_seconds(), 5);
        assert_eq!(clone.instant() - instant, Duration::from_secs(5));
        assert_eq!(Instant::now(), timer);
    }

    #[tokio::test(start_paused = true)]
    async fn deadline_is_as_far_away_as_its_time() {
        let clock = Clock::manual(START + Duration::from_secs(100));
        let now = clock.instant();
        assert_eq!(clock.deadline(START + Duration::from_secs(107)), Some(now + Duration::from_secs(7)));
        assert_eq!(clock.deadline(START), Some(now));
        clock.advance(Duration::from_secs(3));
        assert_eq!(clock.deadline(START + Duration::from_secs(107)), Some(now + Duration::from_secs(7)));
    }
}
