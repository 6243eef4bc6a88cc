//! `RunningWork`: a guard that marks blocking work of a call as running.

use super::call::Context;

/// Blocking work of a call. The drop marks its end.
#[derive(Debug)]
pub(crate) struct RunningWork(Context);

impl RunningWork {
    /// Marks the beginning of blocking work. Until its end, the call holds its permits.
    pub(crate) fn begin(context: &Context) -> Self {
        context.0.blocking.begin();
        Self(context.clone())
    }
}

impl Drop for RunningWork {
    fn drop(&mut self) {
        self.0.0.blocking.end();
    }
}
