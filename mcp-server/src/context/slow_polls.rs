//! `SlowPolls`: the rate of warnings about polls of one item that take long.

use std::time::{Duration, Instant};

use parking_lot::Mutex;

/// Interval between two warnings about an item.
const INTERVAL: Duration = Duration::from_mins(1);

/// Decides which slow polls of an item are logged: at most one a minute.
#[derive(Debug, Default)]
pub(crate) struct SlowPolls(Mutex<Option<Warned>>);

#[derive(Debug)]
struct Warned {
    at: Instant,
    /// Number of slow polls that have not been logged.
    suppressed: u64,
}

impl SlowPolls {
    /// Counts a slow poll. Returns the number of suppressed warnings since the last one if this
    /// poll is to be logged.
    pub(crate) fn admit(&self, now: Instant) -> Option<u64> {
        let mut warned = self.0.lock();
        match &mut *warned {
            Some(last) if now.saturating_duration_since(last.at) < INTERVAL => {
                last.suppressed += 1;
                None
            }
            last => {
                let suppressed = last.take().map_or(0, |last| last.suppressed);
                *last = Some(Warned { at: now, suppressed: 0 });
                Some(suppressed)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_warning_a_minute_with_count_of_the_others() {
        let (polls, start) = (SlowPolls::default(), Instant::now());
        let admit = |seconds| polls.admit(start + Duration::from_secs(seconds));
        assert_eq!([0, 1, 59, 60, 61, 200].map(admit), [Some(0), None, None, Some(2), None, Some(1)]);
    }
}
