//! Names of the steps of a call. They are unique in every era, so that a handler which works in one
//! era works in all.

use std::collections::BTreeSet;

use parking_lot::Mutex;

use crate::error::CallError;

/// Names of the steps that have begun.
#[derive(Debug, Default)]
pub(crate) struct Steps(Mutex<BTreeSet<Box<str>>>);

impl Steps {
    /// Reserves the name of a step, while it runs and after it is done.
    pub(in crate::context) fn begin<'a>(&'a self, name: &'a str) -> Result<StepGuard<'a>, CallError> {
        if self.0.lock().insert(name.into()) {
            Ok(StepGuard { steps: self, name, is_done: false })
        } else {
            Err(CallError::internal(format!("duplicate step `{name}`: give each step a name of its own")))
        }
    }
}

/// A step that has begun. Dropping it before it is done frees its name for another try.
pub(in crate::context) struct StepGuard<'a> {
    steps: &'a Steps,
    name: &'a str,
    is_done: bool,
}

impl StepGuard<'_> {
    pub(in crate::context) fn done(mut self) {
        self.is_done = true;
    }
}

impl Drop for StepGuard<'_> {
    fn drop(&mut self) {
        if !self.is_done {
            self.steps.0.lock().remove(self.name);
        }
    }
}
