//! `Refusals`: reports every rejection to the log and to the hook of the application.
//!
//! A rejection carries its [`Grounds`] to the place where its reply leaves the engine or the
//! transport. Only there it is reported, so it is reported once.

mod log;
mod rate;
mod refusal;

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use tokio::{runtime::Handle, time::Instant};

use self::rate::{Rate, Verdict};
pub use self::refusal::Refusal;
use crate::{
    auth::Principal,
    refusal::{Grounds, RefusalKind},
    time::Clock,
};

/// The hook of an application, which sees every refusal.
pub(crate) type RefusalHook = Arc<dyn Fn(&Refusal<'_>) + Send + Sync>;

/// Time for which the entries of one kind are counted.
const WINDOW: Duration = Duration::from_secs(1);

/// Reports the rejections of one server.
pub(crate) struct Refusals {
    hook: Option<RefusalHook>,
    rate: Rate,
    clock: Clock,
    started: Instant,
    /// A task is waiting for the end of a window, to log the number of suppressed refusals.
    counting: AtomicBool,
    /// The hook has panicked. Its first panic is logged.
    hook_panicked: AtomicBool,
}

impl Refusals {
    /// Creates the reporter of a server that logs up to `max_logged` refusals of one kind per
    /// second.
    pub(crate) fn new(hook: Option<RefusalHook>, max_logged: u32, clock: Clock) -> Arc<Self> {
        Arc::new(Self {
            hook,
            rate: Rate::new(max_logged),
            started: clock.instant(),
            clock,
            counting: AtomicBool::new(false),
            hook_panicked: AtomicBool::new(false),
        })
    }

    /// Reports a rejection. `status` is that of the HTTP response, if it has one.
    pub(crate) fn report(self: &Arc<Self>, grounds: &Grounds, status: Option<u16>, principal: Option<&Principal>) {
        let refusal = Refusal { grounds, status, principal };
        if !self.rate.logs_nothing() && log::is_enabled(grounds.kind) {
            match self.rate.admit(grounds.kind, self.window()) {
                Verdict::Log { suppressed } => log::refused(&refusal, suppressed),
                Verdict::Suppress { first: true } => self.count_later(),
                Verdict::Suppress { first: false } => {}
            }
        }
        if let Some(hook) = &self.hook {
            self.call(hook, &refusal);
        }
    }

    fn call(&self, hook: &RefusalHook, refusal: &Refusal<'_>) {
        let called = catch_unwind(AssertUnwindSafe(|| hook(refusal)));
        if called.is_err() && !self.hook_panicked.swap(true, Ordering::Relaxed) {
            tracing::error!("the hook `on_refusal` panicked; later panics are not logged");
        }
    }

    /// Logs the number of suppressed refusals once their window has ended, in a task that ends
    /// with the windows that have any.
    fn count_later(self: &Arc<Self>) {
        if self.counting.swap(true, Ordering::SeqCst) {
            return;
        }
        let Ok(runtime) = Handle::try_current() else {
            self.counting.store(false, Ordering::SeqCst);
            return;
        };
        let refusals = Arc::downgrade(self);
        runtime.spawn(async move {
            loop {
                tokio::time::sleep(WINDOW).await;
                let Some(refusals) = refusals.upgrade() else { return };
                refusals.log_suppressed(refusals.window());
                refusals.counting.store(false, Ordering::SeqCst);
                // Checked afterwards, so that a refusal that saw the task still waiting is counted.
                if !refusals.rate.has_suppressed() || refusals.counting.swap(true, Ordering::SeqCst) {
                    return;
                }
            }
        });
    }

    /// Logs the number of refusals that were suppressed before this window.
    fn log_suppressed(&self, window: u32) {
        for kind in RefusalKind::ALL {
            let count = self.rate.take_suppressed(*kind, window);
            if count > 0 {
                log::suppressed(*kind, count);
            }
        }
    }

    /// Returns the number of the current window, from 1.
    fn window(&self) -> u32 {
        let windows = (self.clock.instant() - self.started).as_millis() / WINDOW.as_millis();
        u32::try_from(windows).map_or(u32::MAX, |windows| windows.saturating_add(1))
    }
}

/// Counts what the end of the server leaves uncounted.
impl Drop for Refusals {
    fn drop(&mut self) {
        self.log_suppressed(u32::MAX);
    }
}

#[cfg(test)]
mod tests {
    use std::{sync::atomic::AtomicUsize, time::UNIX_EPOCH};

    use super::*;

    fn grounds(kind: RefusalKind) -> Grounds {
        Grounds::new(kind, "unknown host").expected("localhost").seen("evil\nERROR forged=\"line\"")
    }

    #[test]
    fn hook_sees_every_refusal_and_may_panic() {
        let seen = Arc::new(AtomicUsize::new(0));
        let counted = seen.clone();
        let hook: RefusalHook = Arc::new(move |refusal| {
            assert_eq!((refusal.kind(), refusal.status()), (RefusalKind::Host, Some(403)));
            counted.fetch_add(1, Ordering::Relaxed);
            panic!("the hook");
        });
        let refusals = Refusals::new(Some(hook), 0, Clock::manual(UNIX_EPOCH));
        for _ in 0..100 {
            refusals.report(&grounds(RefusalKind::Host), Some(403), None);
        }
        assert_eq!(seen.load(Ordering::Relaxed), 100);
    }

    #[test]
    fn refusal_is_shown_as_one_line() {
        let ada = Principal::builder("https://idp", "ada\nlovelace").build();
        let refusal = Refusal { grounds: &grounds(RefusalKind::Host), status: Some(403), principal: Some(&ada) };
        assert_eq!(
            refusal.to_string(),
            r#"host: unknown host status=403 expected="localhost" seen="evil\\nERROR forged=\"line\"" issuer="https://idp" subject="ada\nlovelace""#
        );
    }
}
